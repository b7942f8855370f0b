"""NC-VAE: the beta-VAE with codes of noise drawn towards a prior of their own.

Source: NC-VAE, equation (12).
"""

from jaxtyping import Float, Shaped
from torch import Tensor

from vae_models.model import Model, Prior
from vae_models.noise import Noise
from vae_models.objective import Batch
from vae_models.objectives.elbo import Divergence, Reconstruction
from vae_models.objectives.passes import Pass
from vae_models.objectives.weighted import Part, Weighted, WeightedSum
from vae_models.schedules import Schedule
from vae_models.validation import require_in_range


class ContrastiveDivergence(Part):
    """E_pn KL(q(z|x) || n) with the encoder of the model; nats.

    Args:
        noise: Draws of x from p_n.
        prior: n, such as ``IsotropicPrior(latent_dim=D, variance=K**2)``.
    """

    name = "contrastive_kl"

    def __init__(self, *, noise: Noise, prior: Prior) -> None:
        """Keep the parts."""
        super().__init__()
        self.noise, self.prior = noise, prior

    def further(self, model: Model, batch: Batch) -> Shaped[Tensor, "batch ..."]:
        """Return a batch of noise."""
        return self.noise(model, batch)

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch of noise."""
        posterior = passed.further[self.name]
        latent = posterior.sample(generator=passed.batch.generator)
        return self.prior.kl(posterior, latent).mean()


def nc_vae(
    *, noise: Noise, contrastive_prior: Prior, beta: float | Schedule = 1.0, delta: float | Schedule = 1.0
) -> WeightedSum:
    """Return reconstruction + beta KL(q || p) + delta E_pn KL(q || n).

    Args:
        noise: p_n, Gaussian noise (GN) or draws of the decoder (CD).
        contrastive_prior: n; N(0, K^2 I) in the paper.
        beta: >= 0.
        delta: >= 0.
    """
    for name, weight in (("beta", beta), ("delta", delta)):
        if isinstance(weight, (int, float)):
            require_in_range(name, weight, least=0.0)
    return WeightedSum(
        [
            Weighted(part=Reconstruction()),
            Weighted(part=Divergence(), weight=beta),
            Weighted(part=ContrastiveDivergence(noise=noise, prior=contrastive_prior), weight=delta),
        ]
    )
