"""Small engines of every objective, for tests that take their steps in several ways."""

import torch

from tests.vae_models.tiny import make_config
from vae_models.builders.run import build
from vae_models.data.dataset import DataSet, Part
from vae_models.engine import Engine
from vae_models.schedules import CyclicRamp, LinearRamp
from vae_models.settings.divergences import MMDConfig
from vae_models.settings.latents import DiagonalPosteriorConfig
from vae_models.settings.likelihoods import BernoulliConfig, GaussianConfig, TrainedVarianceConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import MLPConfig
from vae_models.settings.noise import DecoderNoiseConfig
from vae_models.settings.objectives import (
    ArElboConfig,
    DeterministicElboConfig,
    ElboConfig,
    InfoVAEConfig,
    NCVAEConfig,
    RAEConfig,
)

COUNT = 40
REAL = GaussianConfig()
# objective of a cell by its weight, and the likelihood it is tried with
OBJECTIVES = {
    "elbo": (lambda weight: ElboConfig(beta=weight), BernoulliConfig()),
    "annealed": (lambda weight: ElboConfig(beta=LinearRamp(steps=3, end=weight)), BernoulliConfig()),
    "cyclic": (lambda weight: ElboConfig(beta=CyclicRamp(period=2, cycles=2, end=weight)), BernoulliConfig()),
    "free bits": (lambda weight: ElboConfig(beta=weight, free_bits=0.1), BernoulliConfig()),
    "Gaussian noise": (lambda weight: NCVAEConfig(beta=weight, delta=weight / 2), REAL),
    "decoder noise": (lambda weight: NCVAEConfig(beta=weight, noise=DecoderNoiseConfig()), BernoulliConfig()),
    "pool of noise": (
        lambda weight: NCVAEConfig(delta=weight, noise=DecoderNoiseConfig(refresh_every=2, pool_batches=2)),
        BernoulliConfig(),
    ),
    "InfoVAE": (lambda weight: InfoVAEConfig(alpha=weight / 9, scale=weight, divergence=MMDConfig()), REAL),
    "AR-ELBO": (lambda _weight: ArElboConfig(parameterisation="Diag-I"), REAL),
    "trained variance": (
        lambda weight: ElboConfig(beta=weight),
        GaussianConfig(variance=TrainedVarianceConfig(parameterisation="Iso-I")),
    ),
    "deterministic": (lambda _weight: DeterministicElboConfig(), REAL),
    "RAE": (lambda weight: RAEConfig(code_weight=weight / 10), REAL),
}


def data_of(shape, *, stochastic=True):
    draws = torch.rand(COUNT, *shape, generator=torch.Generator().manual_seed(1))
    return DataSet(name="random", train=Part(examples=draws, stochastic=stochastic))


def engine_of(config, data):
    torch.manual_seed(config.seed)
    model, objective = build(config, data)
    return Engine(model, objective, data.train, config=config)


def config_of(objective, *, seed=0, likelihood=REAL, width=5, latent=2, prior=None, posterior=None, **fields):
    network = MLPConfig(widths=(width,))
    settings = {"prior": prior} if prior else {}
    model = ModelConfig(
        latent_dim=latent,
        encoder=network,
        decoder=network,
        likelihood=likelihood,
        posterior=posterior or DiagonalPosteriorConfig(),
        **settings,
    )
    return make_config(objective=objective, model=model, seed=seed, precision="float64", **fields)
