"""A VAE of two linear maps, float64 where asked, for tests of whatever trains it."""

import dataclasses

import torch
from torch import nn

from vae_models.config import MachineConfig, OptimiserConfig, PlateauConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.objective import Terms
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior

COUNT, WIDTH, LATENT = 60, 4, 2


class Encoder(nn.Module):
    def __init__(self, *, dropout):
        super().__init__()
        self.linear, self.dropout = nn.Linear(WIDTH, 2 * LATENT), nn.Dropout(dropout)

    def forward(self, data):
        return Posterior(*self.linear(self.dropout(data)).chunk(2, dim=-1))


class Elbo:
    """The ELBO of a Gaussian decoder; a hook sees the loss of each batch and may change it."""

    def __init__(self, hook=None):
        self.hook = hook

    def __call__(self, model, batch):
        posterior = model.encoder(batch.data)
        latent = posterior.sample(generator=batch.generator)
        reconstruction = (model.decoder(latent) - batch.data).square().sum(dim=1).mean() / 2
        kl = posterior.kl().mean()
        loss = reconstruction + kl
        if self.hook is not None:
            loss = self.hook(loss, batch)
        return Terms(loss=loss, parts={"reconstruction": reconstruction.detach(), "kl": kl.detach()})


def make_model(*, seed=0, dropout=0.0):
    torch.manual_seed(seed)
    decoder = nn.Linear(LATENT, WIDTH)
    return Model(
        encoder=Encoder(dropout=dropout),
        decoder=decoder,
        prior=IsotropicPrior(latent_dim=LATENT),
        likelihood=GaussianLikelihood(),
    )


def make_data(*, validation=True, stochastic=False):
    draws = torch.rand(COUNT, WIDTH, generator=torch.Generator().manual_seed(1))
    held = Part(examples=draws[:20].clone()) if validation else None
    return DataSet(name="tiny", train=Part(examples=draws, stochastic=stochastic), validation=held)


def make_config(*, optimiser=None, plateau=None, machine=None, **fields):
    settings = {"preset": "tiny", "epochs": 3, "batch_size": 8, **fields}
    return RunConfig(
        optimiser=OptimiserConfig(**(optimiser or {})),
        plateau=PlateauConfig(**(plateau or {})),
        machine=MachineConfig(**{"threads": 1, "log_every": 5, "device": "cpu"} | (machine or {})),
        **settings,
    )


def copied(state):
    return {name: tensor.clone() for name, tensor in state.items()}


def with_length(config, steps):
    return dataclasses.replace(config, steps=steps, epochs=None)
