"""One model is a composition: encoder network, form of q(z|x), prior, decoder network, likelihood."""

import dataclasses

from vae_models.settings.checks import require_positive
from vae_models.settings.latents import DiagonalPosteriorConfig, IsotropicPriorConfig, LatentPrior, PosteriorForm
from vae_models.settings.likelihoods import BernoulliConfig, LikelihoodForm
from vae_models.settings.networks import DecoderNetwork, EncoderNetwork, MLPConfig


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What a model is made of.

    Attributes:
        latent_dim: Number of latent coordinates.
        encoder: Network from x to features.
        posterior: How features become q(z|x).
        prior: p(z).
        decoder: Network from z to what the likelihood takes.
        likelihood: p(x|z).
        spectral_norm: Divide every layer of the decoder by its largest singular value (RAE-SN).
    """

    latent_dim: int = 8
    encoder: EncoderNetwork = MLPConfig()
    posterior: PosteriorForm = DiagonalPosteriorConfig()
    prior: LatentPrior = IsotropicPriorConfig()
    decoder: DecoderNetwork = MLPConfig()
    likelihood: LikelihoodForm = BernoulliConfig()
    spectral_norm: bool = False

    def __post_init__(self) -> None:
        """Refuse no latent coordinate."""
        require_positive(self, "latent_dim")
