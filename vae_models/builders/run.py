"""Model and objective of a run from its configuration and its data."""

from typing import cast

import torch
from torch import nn

from vae_models.builders.latents import build_encoder, build_prior
from vae_models.builders.likelihoods import build_likelihood
from vae_models.builders.networks import build_decoder, build_trunk
from vae_models.builders.objectives import build_objective
from vae_models.config import RunConfig
from vae_models.data.dataset import DataSet
from vae_models.likelihoods.discrete import CategoricalLikelihood
from vae_models.model import Model
from vae_models.networks.inverse_lipschitz import AnnealedStrength
from vae_models.objectives.autoencoders import spectrally_normalise
from vae_models.objectives.inverse_lipschitz import AnnealedInverseLipschitz
from vae_models.objectives.mixture import MixtureElbo
from vae_models.objectives.weighted import WeightedSum
from vae_models.settings.latents import FlowPosteriorConfig, MixturePosteriorConfig
from vae_models.settings.likelihoods import GaussianConfig, LikelihoodForm, TrainedVarianceConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import BrenierConfig, DecoderNetwork, FlowDecoderConfig
from vae_models.settings.objectives import (
    AutoencoderConfig,
    DeterministicElboConfig,
    ElboConfig,
    MixtureElboConfig,
    ObjectiveForm,
    RAEConfig,
    RefinementConfig,
    WAEConfig,
)
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.settings.text import LIDSVAEConfig, LSTMConfig
from variational.errors import InvalidInputError

BuiltObjective = WeightedSum | MixtureElbo | AnnealedInverseLipschitz


def build_model(config: ModelConfig, *, data: DataSet) -> Model:
    """Return an untrained model for the examples of a data set; torch's default generator draws the weights."""
    shape, latent_dim = data.train.shape, config.latent_dim
    if data.train.examples.dtype == torch.int64 and not isinstance(config.encoder, LSTMConfig):
        rule = "encoder must be lstm for whole numbers, which are tokens; store what is to be real as floating point"
        msg = f"{rule}, got {config.encoder.kind}"
        raise InvalidInputError(msg)
    likelihood = build_likelihood(config.likelihood, data=data)
    classes = likelihood.classes if isinstance(likelihood, CategoricalLikelihood) else None
    trunk = build_trunk(config.encoder, data_shape=shape, classes=classes)
    features = cast(int, trunk.features)
    encoder = build_encoder(config.posterior, trunk=trunk, features=features, latent_dim=latent_dim)
    decoder: nn.Module = build_decoder(
        config.decoder, latent_dim=latent_dim, data_shape=shape, output_shape=likelihood.parameter_shape(shape)
    )
    if getattr(decoder, "autoregressive", False):
        _require_causal(config.likelihood)
    if config.spectral_norm:
        decoder = spectrally_normalise(decoder)
    prior = build_prior(config.prior, latent_dim=latent_dim, encoder=encoder, part=data.train)
    return Model(encoder=encoder, decoder=decoder, prior=prior, likelihood=likelihood)


def _require_causal(config: LikelihoodForm) -> None:
    """Refuse a variance that an autoregressive decoder would make of the whole x, its own entry included."""
    variance = config.variance if isinstance(config, GaussianConfig) else None
    if isinstance(variance, TrainedVarianceConfig) and variance.parameterisation == "Iso-D":
        msg = (
            "likelihood.variance must be Iso-I, Diag-I or Diag-D for an autoregressive decoder, got Iso-D: its mean "
            "over all places, which see x, is no variance given z and the entries before"
        )
        raise InvalidInputError(msg)


def build(config: RunConfig, data: DataSet) -> tuple[Model, BuiltObjective]:
    """Return the untrained model and the objective of a run; torch's default generator draws the weights.

    Raises:
        InvalidInputError: Parts do not fit each other or the data.
    """
    posterior, objective = config.model.posterior, config.objective
    if isinstance(posterior, MixturePosteriorConfig) != isinstance(objective, MixtureElboConfig):
        rule = "objective must be mixture-elbo where the posterior is a mixture, and only there"
        msg = f"{rule}, got {objective.kind} and {posterior.kind}"
        raise InvalidInputError(msg)
    if isinstance(posterior, FlowPosteriorConfig):
        _require_gaussian_posterior_unneeded(objective)
    model = build_model(config.model, data=data)
    built = build_objective(objective, latent_dim=config.model.latent_dim, data=data)
    strength = _strength(config.model.decoder)
    if not isinstance(strength, AnnealedStrengthConfig):
        return model, built
    schedule = AnnealedStrength(
        start=strength.start, factor=strength.factor, tolerance=strength.tolerance, period=strength.period
    )
    return model, AnnealedInverseLipschitz(built, schedule=schedule)


def _strength(decoder: DecoderNetwork) -> float | AnnealedStrengthConfig | None:
    """Return what is said of the inverse Lipschitz constant of a decoder; None for one without."""
    inner = decoder.decoder if isinstance(decoder, FlowDecoderConfig) else decoder
    return inner.strength if isinstance(inner, (BrenierConfig, LIDSVAEConfig)) else None


def _require_gaussian_posterior_unneeded(objective: ObjectiveForm) -> None:
    """Refuse an objective that needs mean or variance of z, which the law of a Gaussian moved by a flow has not."""
    match objective:
        case AutoencoderConfig() | RAEConfig() | WAEConfig(code="mean") | DeterministicElboConfig():
            why = f"the objective is {objective.kind} and decodes the mean of z"
        case ElboConfig(inference=RefinementConfig()):
            why = "inference is refinement, of mean and variance of z"
        case ElboConfig(free_bits=float(), free_bits_per="coordinate"):
            why = "free bits are for each coordinate; free_bits_per total is for any"
        case _:
            return
    msg = f"posterior must not be a flow where {why}, got flow"
    raise InvalidInputError(msg)
