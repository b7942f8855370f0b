"""A linear-Gaussian model with Gaussian data: every information metric is a closed form of its matrices."""

import torch

from tests.vae_models.toys import DOUBLE, Linear, generator, linear_model, normal, random_linear
from vae_models.metrics.codes import encode
from vae_models.posterior import Posterior

SIGMAS = 5.0  # standard errors that a test allows; 6e-7 is beyond


def gaussian_data(seed, count, *, data_dim=3):
    """Return draws of N(0, C) and C."""
    root = normal(seed + 100, data_dim, data_dim) / data_dim**0.5 + torch.eye(data_dim, **DOUBLE)
    return normal(seed + 200, count, data_dim) @ root.T, root @ root.T


def case(seed, count, *, latent_dim=2):
    """Return the matrices, the model, data, the covariance of their law, and codes."""
    linear = detached(random_linear(seed, latent_dim=latent_dim))
    data, covariance = gaussian_data(seed, count)
    model = linear_model(linear, kind=Posterior)
    return linear, model, data, covariance, encode(model, data, generator=generator(seed))


def detached(linear):
    return Linear(*(parameter.detach() for parameter in linear.parameters))


def aggregate_covariance(linear, covariance):
    return linear.A @ covariance @ linear.A.T + torch.diag(linear.log_variance.exp())


def information(linear, covariance):
    """Return I(X;Z) under the law of the data."""
    return (torch.logdet(aggregate_covariance(linear, covariance)) - linear.log_variance.sum()).item() / 2


def aggregate_kl(linear, covariance):
    """Return KL(gamma||N(0, I)) under the law of the data."""
    gamma = aggregate_covariance(linear, covariance)
    return (gamma.trace() + linear.a.square().sum() - len(gamma) - torch.logdet(gamma)).item() / 2


def log_evidence(linear, data):
    """Return log p(x) = log N(x; b, W W^T + s^2 I)."""
    covariance = linear.W @ linear.W.T + linear.log_noise.exp() * torch.eye(len(linear.b), **DOUBLE)
    return torch.distributions.MultivariateNormal(linear.b, covariance).log_prob(data)


def exact_encoder(linear):
    """Return the same decoder with W made orthogonal and the exact posterior, which is then diagonal."""
    W = torch.linalg.qr(linear.W).Q * linear.W.norm(dim=0)
    noise = linear.log_noise.exp()
    variance = 1 / (1 + W.square().sum(dim=0) / noise)
    A = (variance / noise)[:, None] * W.T
    return Linear(A, -A @ linear.b, variance.log(), W, linear.b, linear.log_noise)
