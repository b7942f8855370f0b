"""Priors p(z): N(0, s^2 I), mixtures of diagonal Gaussians, fixed or trained, and the VampPrior."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.model import Prior
from vae_models.posterior import LOG_TAU, Posterior
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


class IsotropicPrior(nn.Module):
    """N(0, variance I); the divergences are closed forms.

    Args:
        latent_dim: >= 1.
        variance: > 0; 1 for the usual prior, K^2 for the prior of noise codes of NC-VAE.
    """

    def __init__(self, *, latent_dim: int, variance: float = 1.0) -> None:
        """Keep the variance, which is not trained."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        require_in_range("variance", variance, least=0.0, strict=True)
        self.latent_dim, self.variance = latent_dim, variance
        # an empty buffer that follows the model to its device and precision
        self.pattern: Tensor
        self.register_buffer("pattern", torch.empty(0), persistent=False)

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""
        return -(latent.square() / self.variance + math.log(self.variance) + LOG_TAU).sum(dim=-1) / 2

    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws."""
        shape, like = (count, self.latent_dim), self.pattern
        noise = torch.randn(shape, generator=generator, dtype=like.dtype, device=like.device)
        return math.sqrt(self.variance) * noise

    def kl_by_coordinate(self, posterior: Posterior) -> Float[Tensor, "batch latent"]:
        """Return KL(q(z_j|x) || p(z_j)) for each x and coordinate."""
        log_ratio = posterior.gaussian().log_variance - math.log(self.variance)
        return (posterior.mean.square() / self.variance + torch.expm1(log_ratio) - log_ratio) / 2

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return KL(q(z|x) || p) for each x, in closed form where there is one, else estimated from the draw."""
        return posterior.kl(self.variance) if posterior.closed_form else sampled_kl(self, posterior, latent)


def sampled_kl(prior: Prior, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
    """Return log q(z|x) - log p(z) at one draw for each x, an unbiased estimate of KL(q(z|x) || p)."""
    return posterior.log_density(latent) - prior.log_density(latent)


class MixturePrior(nn.Module):
    """A mixture of diagonal Gaussians; its KL is estimated from the draw.

    Args:
        logits: Unnormalised log weights.
        means: Of the components.
        log_variances: Of the components.
        trained: Whether weights, means and variances are trained with the model.
    """

    def __init__(
        self,
        logits: Float[Tensor, " components"],
        means: Float[Tensor, "components latent"],
        log_variances: Float[Tensor, "components latent"],
        *,
        trained: bool = False,
    ) -> None:
        """Keep the numbers, as parameters where they are trained."""
        super().__init__()
        self.logits: Tensor
        self.means: Tensor
        self.log_variances: Tensor
        for name, value in (("logits", logits), ("means", means), ("log_variances", log_variances)):
            if not bool(torch.isfinite(value).all()):
                msg = f"{name} must hold finite numbers, got {value}"
                raise InvalidInputError(msg)
            if trained:
                self.register_parameter(name, nn.Parameter(value.detach().clone()))
            else:
                self.register_buffer(name, value.detach().clone())

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""
        return _mixture_log_density(latent, self.logits, self.means, self.log_variances)

    @torch.no_grad()
    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws, without gradient."""
        return _mixture_sample(count, self.logits, self.means, self.log_variances, generator)

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return the estimate of KL(q(z|x) || p) from the draw."""
        return sampled_kl(self, posterior, latent)


class VampPrior(nn.Module):
    """The mixture of the posteriors of trained pseudo-inputs, p(z) = sum_k w_k q(z|u_k).

    Args:
        encoder: That of the model; it is shared and not registered a second time.
        pseudo_inputs: u at the start, such as x from the training data.
        trained_weights: Whether the weights w are trained; they are equal otherwise.

    Source:
        Tomczak & Welling (2018), VAE with a VampPrior, section 3.
    """

    def __init__(
        self, *, encoder: nn.Module, pseudo_inputs: Float[Tensor, "components ..."], trained_weights: bool = False
    ) -> None:
        """Make the pseudo-inputs parameters."""
        super().__init__()
        self._encoder = (encoder,)  # in a tuple, since the model already registers it
        self.pseudo_inputs = nn.Parameter(pseudo_inputs.detach().clone())
        weights = torch.zeros(len(pseudo_inputs), dtype=pseudo_inputs.dtype)
        self.logits = nn.Parameter(weights, requires_grad=trained_weights)

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""
        return _mixture_log_density(latent, self.logits, *self._components())

    @torch.no_grad()
    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws, without gradient."""
        return _mixture_sample(count, self.logits, *self._components(), generator)

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return the estimate of KL(q(z|x) || p) from the draw."""
        return sampled_kl(self, posterior, latent)

    def _components(self) -> tuple[Tensor, Tensor]:
        posterior = self._encoder[0](self.pseudo_inputs).gaussian()
        return posterior.mean, posterior.log_variance.expand(posterior.mean.shape)


def _mixture_log_density(latent: Tensor, logits: Tensor, means: Tensor, log_variances: Tensor) -> Tensor:
    scaled = (latent.unsqueeze(-2) - means) * torch.exp(-log_variances / 2)
    each = -(scaled.square() + log_variances + LOG_TAU).sum(dim=-1) / 2
    return torch.logsumexp(torch.log_softmax(logits, dim=0) + each, dim=-1)


def _mixture_sample(
    count: int, logits: Tensor, means: Tensor, log_variances: Tensor, generator: torch.Generator | None
) -> Tensor:
    chosen = torch.multinomial(torch.softmax(logits, dim=0), count, replacement=True, generator=generator)
    noise = torch.randn((count, means.shape[1]), generator=generator, dtype=means.dtype, device=means.device)
    return means[chosen] + torch.exp(log_variances[chosen] / 2) * noise
