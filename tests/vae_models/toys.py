"""Models on which a batch gives the exact expectation: tabulated ones, and linear-Gaussian ones at sigma points."""

import dataclasses
import math

import numpy as np
import torch
from torch import nn

from tests.finite import TENSORS, Space
from vae_models.likelihoods.discrete import CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.model import Model
from vae_models.objective import Batch
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.blocks import BLOCKS
from variational.grammar import parse_objective

torch.set_num_threads(1)
DOUBLE = {"dtype": torch.float64}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(seed, *shape):
    return torch.randn(shape, generator=generator(seed), **DOUBLE)


def batch_of(data, *, step=0, seed=0):
    return Batch(data=data, index=torch.arange(len(data)), step=step, generator=generator(seed))


def gradients(value, inputs):
    return torch.autograd.grad(value, inputs, retain_graph=True, allow_unused=True, materialize_grads=True)


# --- finite X and Z ------------------------------------------------------------------------------
# Probabilities are multiples of 1/DATA_UNITS over x and of 1/CODE_UNITS over z, so a batch with every pair in
# its right number has exactly the law of the functional.

DATA_UNITS, CODE_UNITS = 7, 8


def counts(rng, total, size):
    cuts = np.sort(rng.choice(np.arange(1, total), size=size - 1, replace=False))
    return torch.tensor(np.diff([0, *cuts, total]), **DOUBLE)


def finite_space(seed, parameters, *, x=3, z=3):
    rng = np.random.default_rng(seed)
    kernel = torch.tensor(rng.normal(size=(z, z)), **DOUBLE)
    likelihood = torch.tensor(rng.dirichlet(np.ones(x), size=z).T + 0.05, **DOUBLE)
    tables = {
        "pd": counts(rng, DATA_UNITS, x) / DATA_UNITS,
        "pn": counts(rng, DATA_UNITS, x) / DATA_UNITS,
        "p": counts(rng, CODE_UNITS, z) / CODE_UNITS,
        "n": counts(rng, CODE_UNITS, z) / CODE_UNITS,
        "q|": torch.stack([counts(rng, CODE_UNITS, z) for _ in range(x)], dim=1) / CODE_UNITS,
        "p|": likelihood / likelihood.sum(dim=0),
        "k": kernel @ kernel.T,
    }
    leaves = {key: table.requires_grad_() for key, table in tables.items()}
    return Space(sizes={"x": x, "z": z}, tables=leaves, arithmetic=TENSORS, parameters=parameters)


def functional_value(space, text):
    """Return the value of an objective such as "recon + beta*KL(q,p)" from the building blocks."""
    terms = parse_objective(text).terms
    return sum(space.value(coefficient) * space.value(BLOCKS[name]) for name, coefficient in terms.items())


def stratified(probabilities):
    """Return one-hot codes, row i the code at place i mod CODE_UNITS of the table of its row."""
    place = torch.arange(len(probabilities)) % CODE_UNITS
    index = (place[:, None] >= (probabilities.detach() * CODE_UNITS).round().cumsum(dim=1)).sum(dim=1)
    return nn.functional.one_hot(index, probabilities.shape[1]).to(**DOUBLE)


class TabulatedPosterior(Posterior):
    """Probabilities of z in ``mean``, since that is the mean of a one-hot code."""

    def sample(self, *, generator=None):  # noqa: ARG002
        return stratified(self.mean)

    def log_density(self, latent):
        return (latent * self.mean).sum(dim=-1).log()


class TabulatedEncoder(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table  # z, x

    def forward(self, data):
        return TabulatedPosterior(self.table.T[data[:, 0]], torch.zeros(1, 1, **DOUBLE))


class TabulatedPrior(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table

    def log_density(self, latent):
        return (latent * self.table).sum(dim=-1).log()

    def sample(self, count, *, generator=None):  # noqa: ARG002
        return stratified(self.table.expand(count, -1))

    def kl(self, posterior, latent):  # noqa: ARG002
        return (posterior.mean * (posterior.mean / self.table).log()).sum(dim=1)


class TabulatedDecoder(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table  # x, z

    def forward(self, latent):
        return (latent @ self.table.log().T).unsqueeze(1)


def tabulated_model(space):
    return Model(
        encoder=TabulatedEncoder(space.tables["q|"]),
        decoder=TabulatedDecoder(space.tables["p|"]),
        prior=TabulatedPrior(space.tables["p"]),
        likelihood=CategoricalLikelihood(classes=space.sizes["x"]),
    )


def exact_data(table):
    """Return x in the numbers of the table, CODE_UNITS rows for each unit."""
    numbers = (table.detach() * DATA_UNITS).round().long() * CODE_UNITS
    return torch.repeat_interleave(torch.arange(len(table)), numbers).unsqueeze(1)


# --- linear-Gaussian models ----------------------------------------------------------------------


class SigmaPosterior(Posterior):
    """Draws at the 2 D sigma points in turn: their mean is exact for polynomials of degree three."""

    def sample(self, *, generator=None):  # noqa: ARG002
        size = self.latent_dim
        points = math.sqrt(size) * torch.cat([torch.eye(size, **DOUBLE), -torch.eye(size, **DOUBLE)])
        chosen = points[torch.arange(len(self.mean)) % (2 * size)]
        return self.mean + torch.exp(self.log_variance / 2) * chosen


@dataclasses.dataclass(frozen=True)
class Linear:
    """q(z|x) = N(A x + a, diag(exp(l))), p(x|z) = N(W z + b, s^2 I), p(z) = N(0, I)."""

    A: torch.Tensor
    a: torch.Tensor
    log_variance: torch.Tensor
    W: torch.Tensor
    b: torch.Tensor
    log_noise: torch.Tensor  # ln s^2

    @property
    def parameters(self):
        return (self.A, self.a, self.log_variance, self.W, self.b, self.log_noise)

    def reconstruction(self, data, weights=None):
        """Return -E log p(x|z), mean over the data, in closed form."""
        residual = data - (data @ self.A.T + self.a) @ self.W.T - self.b
        spread = (self.W.square().sum(dim=0) * self.log_variance.exp()).sum()
        each = (residual.square().sum(dim=1) + spread) / self.log_noise.exp()
        each = (each + data.shape[1] * (self.log_noise + math.log(2 * math.pi))) / 2
        return each.mean() if weights is None else each @ weights

    def kl(self, data, variance=1.0):
        """Return the mean KL to N(0, variance I) in closed form."""
        mean = data @ self.A.T + self.a
        each = (mean.square() + self.log_variance.exp()) / variance - 1 - self.log_variance + math.log(variance)
        return each.expand(mean.shape).sum(dim=1).mean() / 2


class LinearEncoder(nn.Module):
    def __init__(self, linear, kind=SigmaPosterior):
        super().__init__()
        self.linear, self.kind = linear, kind

    def forward(self, data):
        return self.kind(data @ self.linear.A.T + self.linear.a, self.linear.log_variance[None])


class LinearDecoder(nn.Module):
    def __init__(self, linear):
        super().__init__()
        self.linear = linear

    def forward(self, latent):
        return latent @ self.linear.W.T + self.linear.b


class NoiseVariance(FixedVariance):
    """A fixed variance whose logarithm is a leaf of the test, so that gradients reach it."""

    def __init__(self, log_noise):
        super().__init__()
        self.leaf = log_noise

    def split(self, decoded):
        return decoded, self.leaf


def linear_model(linear, *, prior_variance=1.0, kind=SigmaPosterior):
    return Model(
        encoder=LinearEncoder(linear, kind),
        decoder=LinearDecoder(linear),
        prior=IsotropicPrior(latent_dim=linear.W.shape[1], variance=prior_variance).double(),
        likelihood=GaussianLikelihood(variance=NoiseVariance(linear.log_noise)),
    )


def random_linear(seed, *, data_dim=3, latent_dim=2):
    shapes = ((latent_dim, data_dim), (latent_dim,), (latent_dim,), (data_dim, latent_dim), (data_dim,), ())
    return Linear(*(normal(seed + place, *shape).requires_grad_() for place, shape in enumerate(shapes)))


def repeated(data, latent_dim):
    """Return every x once for each sigma point."""
    return data.repeat_interleave(2 * latent_dim, dim=0)
