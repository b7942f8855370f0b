"""A Gaussian mixture with full covariances, fitted to codes after training, from which new codes are drawn.

Source: Ghosh et al. (2020), RAE, section 4 (ex-post density estimation), with the settings of the public code.
"""

import torch
from jaxtyping import Float
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn

from vae_models.posterior import LOG_TAU, Posterior
from vae_models.priors import sampled_kl
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


class LatentMixture(nn.Module):
    """A mixture of Gaussians with full covariances; it takes the place of the prior.

    Args:
        log_weights: Logarithms of probabilities.
        means: Of the components.
        scales: Lower triangular S, the covariance being S S^T, with a diagonal > 0.
    """

    def __init__(
        self,
        log_weights: Float[Tensor, " components"],
        means: Float[Tensor, "components latent"],
        scales: Float[Tensor, "components latent latent"],
    ) -> None:
        """Keep the numbers as buffers."""
        super().__init__()
        if not bool((scales.diagonal(dim1=1, dim2=2) > 0).all()):
            msg = f"scales must have a diagonal > 0, got {scales.diagonal(dim1=1, dim2=2)}"
            raise InvalidInputError(msg)
        self.log_weights: Tensor
        self.means: Tensor
        self.scales: Tensor
        self.register_buffer("log_weights", log_weights)
        self.register_buffer("means", means)
        self.register_buffer("scales", scales.tril())

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""
        offsets = (latent.unsqueeze(-2) - self.means).unsqueeze(-1)
        scaled = torch.linalg.solve_triangular(self.scales, offsets, upper=False).squeeze(-1)
        log_volumes = self.scales.diagonal(dim1=1, dim2=2).log().sum(dim=1)
        each = -(scaled.square() + LOG_TAU).sum(dim=-1) / 2 - log_volumes
        return torch.logsumexp(self.log_weights + each, dim=-1)

    @torch.no_grad()
    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws, without gradient."""
        chosen = torch.multinomial(self.log_weights.exp(), count, replacement=True, generator=generator)
        shape, like = (count, self.means.shape[1], 1), self.means
        noise = torch.randn(shape, generator=generator, dtype=like.dtype, device=like.device)
        return self.means[chosen] + (self.scales[chosen] @ noise).squeeze(-1)

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return the estimate of KL(q(z|x) || p) from the draw."""
        return sampled_kl(self, posterior, latent)


def fit_latent_mixture(
    codes: Float[Tensor, "count latent"],
    *,
    components: int = 10,
    seed: int,
    max_iterations: int = 2000,
    tolerance: float = 1e-3,
) -> LatentMixture:
    """Return the mixture with full covariances that expectation maximisation finds, in the precision of the codes.

    Args:
        codes: Of the training data, as :func:`vae_models.metrics.codes.encode` makes them; at least as many as
            components.
        components: >= 1; 10, and 100 for images of faces, in AR-ELBO.
        seed: Of the start.
        max_iterations: >= 1.
        tolerance: > 0; least gain of an iteration in mean log-likelihood, nats.
    """
    require_count("components", components)
    require_count("max_iterations", max_iterations)
    require_in_range("tolerance", tolerance, least=0.0, strict=True)
    if len(codes) < components:
        msg = f"codes must be at least as many as components={components}, got {len(codes)}"
        raise InvalidInputError(msg)
    fitted = GaussianMixture(
        n_components=components,
        covariance_type="full",
        max_iter=max_iterations,
        tol=tolerance,
        random_state=seed,
    ).fit(codes.detach().double().cpu().numpy())
    log_weights, means, covariances = (
        torch.as_tensor(value, dtype=torch.float64) for value in (fitted.weights_, fitted.means_, fitted.covariances_)
    )
    return LatentMixture(log_weights.log(), means, torch.linalg.cholesky(covariances)).to(codes)
