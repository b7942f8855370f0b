"""Objectives from their settings."""

import functools
from typing import assert_never

from vae_models.data.dataset import DataSet
from vae_models.divergences.adversarial import JensenShannon, make_discriminator
from vae_models.divergences.kernels import Kernel, gaussian_kernel, multiquadratic_kernel
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.stein import SteinDivergence
from vae_models.divergences.wasserstein import Wasserstein
from vae_models.noise import DataNoise, DecoderNoise, GaussianNoise, Noise
from vae_models.objectives.ar_elbo import ar_elbo, deterministic_elbo
from vae_models.objectives.autoencoders import autoencoder, rae, wae_mmd
from vae_models.objectives.elbo import Reconstruction, elbo
from vae_models.objectives.info_vae import aae, info_vae
from vae_models.objectives.mixture import MixtureElbo
from vae_models.objectives.nc_vae import nc_vae
from vae_models.objectives.passes import Inference, amortised
from vae_models.objectives.squared_error import SquaredError
from vae_models.objectives.weighted import Part, WeightedSum
from vae_models.priors import IsotropicPrior
from vae_models.refinement import Refinement
from vae_models.settings import divergences as divergence_settings
from vae_models.settings import noise as noise_settings
from vae_models.settings import objectives as settings
from variational.errors import InvalidInputError

_RECONSTRUCTIONS: dict[settings.Reconstruction, type[Part]] = {
    "squared-error": SquaredError,
    "likelihood": Reconstruction,
}


def build_objective(config: settings.ObjectiveForm, *, latent_dim: int, data: DataSet) -> WeightedSum | MixtureElbo:
    """Return what is minimised.

    Args:
        config: Which objective.
        latent_dim: Number of latent coordinates, for priors and discriminators of its own.
        data: For its noise.
    """
    match config:
        case settings.ElboConfig():
            return elbo(
                beta=config.beta,
                free_bits=config.free_bits,
                free_bits_per=config.free_bits_per,
                inference=build_inference(config.inference, beta=config.beta),
            )
        case settings.MixtureElboConfig():
            return MixtureElbo(beta=config.beta)
        case settings.ArElboConfig():
            return ar_elbo(parameterisation=config.parameterisation, floor=config.floor)
        case settings.DeterministicElboConfig():
            return deterministic_elbo()
        case settings.NCVAEConfig():
            return nc_vae(
                noise=build_noise(config.noise, data=data),
                contrastive_prior=IsotropicPrior(latent_dim=latent_dim, variance=config.noise_scale**2),
                beta=config.beta,
                delta=config.delta,
            )
        case settings.InfoVAEConfig():
            divergence = build_divergence(config.divergence, latent_dim=latent_dim)
            return info_vae(alpha=config.alpha, scale=config.scale, divergence=divergence)
        case settings.AAEConfig():
            return aae(
                discriminator=make_discriminator(latent_dim, **_sizes(config.divergence)),
                scale=config.scale,
                saturating=config.divergence.saturating,
                reconstruction=_RECONSTRUCTIONS[config.reconstruction](),
            )
        case settings.AutoencoderConfig():
            return autoencoder(reconstruction=_RECONSTRUCTIONS[config.reconstruction]())
        case settings.WAEConfig():
            return wae_mmd(
                weight=config.weight,
                reconstruction=_RECONSTRUCTIONS[config.reconstruction](),
                reconstruction_weight=config.reconstruction_weight,
                prior_variance=config.prior_variance,
                code=config.code,
            )
        case settings.RAEConfig():
            return rae(
                code_weight=config.code_weight,
                penalty=config.penalty,
                penalty_weight=config.penalty_weight,
                probes=config.probes,
                reconstruction=_RECONSTRUCTIONS[config.reconstruction](),
            )
        case _:
            assert_never(config)


def build_inference(config: settings.InferenceForm, *, beta: settings.Weight) -> Inference:
    """Return how q(z|x) comes about; a refinement descends the loss whose KL has the weight beta at the end."""
    match config:
        case settings.AmortisedConfig():
            return amortised
        case settings.RefinementConfig():
            return Refinement(
                steps=config.steps,
                learning_rate=config.learning_rate,
                momentum=config.momentum,
                clip=config.clip,
                beta=beta if isinstance(beta, (int, float)) else beta.end,
                differentiable=config.differentiable,
                start=config.start,
            )
        case _:
            assert_never(config)


def build_noise(config: noise_settings.Noise, *, data: DataSet) -> Noise:
    """Return p_n.

    Raises:
        InvalidInputError: The data set is to bring the noise and has none.
    """
    match config:
        case noise_settings.GaussianNoiseConfig():
            return GaussianNoise(scale=config.scale)
        case noise_settings.DecoderNoiseConfig():
            return DecoderNoise(refresh_every=config.refresh_every, pool_batches=config.pool_batches)
        case noise_settings.DataNoiseConfig():
            if data.noise is None:
                msg = f"noise must be gaussian or decoder for {data.name}, which brings none, got data"
                raise InvalidInputError(msg)
            return DataNoise(data.noise.all())
        case _:
            assert_never(config)


def build_divergence(config: divergence_settings.Divergence, *, latent_dim: int) -> Part:
    """Return D(gamma || p)."""
    match config:
        case divergence_settings.MMDConfig():
            kernel: Kernel = functools.partial(gaussian_kernel, squared_length=config.squared_length)
            if config.kernel == "multiquadratic":
                kernel = multiquadratic_kernel
            return MaximumMeanDiscrepancy(kernel=kernel, unbiased=config.unbiased, prior_count=config.prior_count)
        case divergence_settings.SteinConfig():
            return SteinDivergence()
        case divergence_settings.AdversarialConfig():
            discriminator = make_discriminator(latent_dim, **_sizes(config))
            return JensenShannon(discriminator=discriminator, saturating=config.saturating)
        case divergence_settings.WassersteinConfig():
            return Wasserstein(critic=make_discriminator(latent_dim, **_sizes(config)), penalty=config.penalty)
        case _:
            assert_never(config)


def _sizes(config: divergence_settings.AdversarialConfig | divergence_settings.WassersteinConfig) -> dict[str, int]:
    return {"width": config.width, "layers": config.layers}
