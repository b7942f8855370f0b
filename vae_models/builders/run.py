"""Model and objective of a run from its configuration and its data."""

from typing import cast

from torch import nn

from vae_models.builders.latents import build_encoder, build_prior
from vae_models.builders.likelihoods import build_likelihood
from vae_models.builders.networks import build_decoder, build_trunk
from vae_models.builders.objectives import build_objective
from vae_models.config import RunConfig
from vae_models.data.dataset import DataSet
from vae_models.model import Model
from vae_models.objectives.autoencoders import spectrally_normalise
from vae_models.objectives.weighted import WeightedSum
from vae_models.settings.model import ModelConfig


def build_model(config: ModelConfig, *, data: DataSet) -> Model:
    """Return an untrained model for the examples of a data set; torch's default generator draws the weights."""
    shape, latent_dim = data.train.shape, config.latent_dim
    trunk = build_trunk(config.encoder, data_shape=shape)
    features = cast(int, trunk.features)
    encoder = build_encoder(config.posterior, trunk=trunk, features=features, latent_dim=latent_dim)
    likelihood = build_likelihood(config.likelihood, data=data)
    decoder: nn.Module = build_decoder(
        config.decoder, latent_dim=latent_dim, output_shape=likelihood.parameter_shape(shape)
    )
    if config.spectral_norm:
        decoder = spectrally_normalise(decoder)
    prior = build_prior(config.prior, latent_dim=latent_dim, encoder=encoder, part=data.train)
    return Model(encoder=encoder, decoder=decoder, prior=prior, likelihood=likelihood)


def build(config: RunConfig, data: DataSet) -> tuple[Model, WeightedSum]:
    """Return the untrained model and the objective of a run; torch's default generator draws the weights."""
    model = build_model(config.model, data=data)
    return model, build_objective(config.objective, latent_dim=config.model.latent_dim, data=data)
