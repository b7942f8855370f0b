"""Small models with codes that are known, and a loop that trains them on fresh draws."""

import math

import torch
from torch import nn

from vae_models.compare.gaussian import TwoGaussians
from vae_models.likelihoods.discrete import BernoulliLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.objective import Batch
from vae_models.objectives.nc_vae import nc_vae
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior

torch.set_num_threads(1)  # more are slower for nets as small as these
BITS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
OFTEN = torch.tensor([0.4, 0.1, 0.1, 0.4], dtype=torch.float64)
NOISE = torch.tensor([0.1, 0.3, 0.4, 0.2], dtype=torch.float64)


def make_model(size, latent_dim, *, width=16, likelihood=None, seed=0, layers=1):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        trunk = mlp_trunk((size,), widths=(width,) * layers)
        return Model(
            encoder=Encoder(trunk, DiagonalHead(trunk.features, latent_dim)),
            decoder=MLP((latent_dim,), (size,), widths=(width,) * layers),
            prior=IsotropicPrior(latent_dim=latent_dim),
            likelihood=BernoulliLikelihood() if likelihood is None else likelihood,
        )


class ConstantEncoder(nn.Module):
    """q(z|x) = N(mean, deviation^2) for every x."""

    def __init__(self, latent_dim, *, mean=0.0, deviation=1.0):
        super().__init__()
        self.latent_dim, self.place, self.log_variance = latent_dim, mean, 2 * math.log(deviation)

    def forward(self, data):
        mean = torch.full((len(data), self.latent_dim), self.place, dtype=data.dtype)
        return Posterior(mean, torch.full_like(mean, self.log_variance))


class FromList(nn.Module):
    """Noise that is drawn from given points."""

    def __init__(self, points, masses):
        super().__init__()
        self.points, self.masses = points, masses

    def forward(self, model, batch):  # noqa: ARG002
        chosen = torch.multinomial(self.masses, len(batch.data), replacement=True, generator=batch.generator)
        return self.points[chosen]


class FreshNoise(nn.Module):
    """Noise of two Gaussians."""

    def __init__(self, laws):
        super().__init__()
        self.laws = laws

    def forward(self, model, batch):  # noqa: ARG002
        return self.laws.draw(len(batch.data), noise=True, generator=batch.generator, dtype=batch.data.dtype)


def contrastive(noise, latent_dim, *, beta=1.5, delta=1.0, scale=3.0):
    prior = IsotropicPrior(latent_dim=latent_dim, variance=scale**2)
    return nc_vae(noise=noise, contrastive_prior=prior, beta=beta, delta=delta)


def gaussian_model(laws, latent_dim=2, **options):
    return make_model(laws.dimension, latent_dim, likelihood=GaussianLikelihood(), **options)


def train(model, objective, draw, *, steps, batch=128, learning_rate=1e-2, seed=0):
    """Train on fresh draws."""
    optimiser = torch.optim.Adam([*model.parameters(), *objective.parameters()], lr=learning_rate, fused=True)
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        data = draw(batch, generator)
        loss = objective(model, Batch(data=data, index=torch.arange(batch), step=step, generator=generator)).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


def fresh(laws):
    return lambda count, generator: laws.draw(count, noise=False, generator=generator, dtype=torch.float32)


SYNTHETIC = TwoGaussians(dimension=100, deviation=1.0, separation=1.0)  # the data of the preset ncvae-synthetic
OVERLAPPING = TwoGaussians(dimension=20, deviation=1.0, separation=0.5)
