"""The plain VAE of the preset digits: linear or with one hidden layer, standard normal prior, weighted ELBO.

Small enough to try the commands with. Everything the papers need is in modules of its own; this one is for a first run.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.config import RunConfig
from vae_models.data.dataset import DataSet
from vae_models.model import Model
from vae_models.objective import Batch, Objective, Terms
from vae_models.posterior import LOG_TAU, Posterior
from vae_models.presets import PlainElbo, PlainModel
from variational.errors import InvalidInputError


class PlainEncoder(nn.Module):
    """q(z|x) from fully connected layers."""

    def __init__(self, *, inputs: int, hidden: int, latent_dim: int) -> None:
        """Make the layers; ``hidden`` 0 makes them linear."""
        super().__init__()
        self.layers = _layers(inputs, hidden, 2 * latent_dim)

    def forward(self, data: Tensor) -> Posterior:
        """Return q(z|x) for each x of a batch of any shape."""
        mean, log_variance = self.layers(data.flatten(1)).chunk(2, dim=-1)
        return Posterior(mean, log_variance)


class PlainDecoder(nn.Module):
    """What the likelihood takes, from fully connected layers."""

    def __init__(self, *, latent_dim: int, hidden: int, shape: tuple[int, ...]) -> None:
        """Make the layers; ``hidden`` 0 makes them linear."""
        super().__init__()
        self.layers, self.shape = _layers(latent_dim, hidden, math.prod(shape)), shape

    def forward(self, latent: Tensor) -> Tensor:
        """Return one output of the shape for each z."""
        return self.layers(latent).unflatten(-1, self.shape)  # type: ignore[no-any-return]


class PlainPrior(nn.Module):
    """N(0, I)."""

    def __init__(self, *, latent_dim: int) -> None:
        """Keep the dimension."""
        super().__init__()
        self.latent_dim = latent_dim

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""
        return -(latent.square() + LOG_TAU).sum(dim=-1) / 2

    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws."""
        return torch.randn(count, self.latent_dim, generator=generator)

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:  # noqa: ARG002
        """Return KL(q(z|x) || p) in closed form."""
        return posterior.kl()


class PlainLikelihood(nn.Module):
    """Bernoulli with logits, or Gaussian with variance 1."""

    def __init__(self, *, kind: str) -> None:
        """Keep the kind: bernoulli or gaussian."""
        super().__init__()
        self.kind = kind

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the data."""
        return data_shape

    def log_density(self, decoded: Tensor, data: Tensor) -> Float[Tensor, " batch"]:
        """Return log p(x|z) summed over all entries; nats."""
        if self.kind == "gaussian":
            return -((decoded - data).square() + LOG_TAU).flatten(1).sum(dim=1) / 2
        losses = nn.functional.binary_cross_entropy_with_logits(decoded, data, reduction="none")
        return -losses.flatten(1).sum(dim=1)

    def mean(self, decoded: Tensor) -> Tensor:
        """Return E[x|z]."""
        return decoded if self.kind == "gaussian" else torch.sigmoid(decoded)

    def sample(self, decoded: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Return one draw of x for each z, without gradient."""
        mean = self.mean(decoded).detach()
        if self.kind == "gaussian":
            return mean + torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
        return torch.bernoulli(mean, generator=generator)


class WeightedElbo:
    """-E log p(x|z) + beta KL(q(z|x) || p), one draw of z for each x."""

    def __init__(self, *, beta: float) -> None:
        """Keep the weight."""
        self.beta = beta

    def __call__(self, model: Model, batch: Batch) -> Terms:
        """Return the loss of the model on a batch."""
        posterior = model.encoder(batch.data)
        latent = posterior.sample(generator=batch.generator)
        reconstruction = -model.likelihood.log_density(model.decoder(latent), batch.data).mean()  # type: ignore[operator]
        kl = model.prior.kl(posterior, latent).mean()  # type: ignore[operator]
        parts = {"reconstruction": reconstruction.detach(), "kl": kl.detach()}
        return Terms(loss=reconstruction + self.beta * kl, parts=parts)


def build(config: RunConfig, data: DataSet) -> tuple[Model, Objective]:
    """Return model and objective for a data set of any shape."""
    settings, objective = config.model, config.objective
    if not isinstance(settings, PlainModel) or not isinstance(objective, PlainElbo):
        msg = f"model and objective must be PlainModel and PlainElbo, got {settings!r} and {objective!r}"
        raise InvalidInputError(msg)
    shape = data.train.shape
    likelihood = PlainLikelihood(kind=settings.likelihood)
    sizes = {"hidden": settings.hidden, "latent_dim": settings.latent_dim}
    model = Model(
        encoder=PlainEncoder(inputs=math.prod(shape), **sizes),
        decoder=PlainDecoder(shape=likelihood.parameter_shape(shape), **sizes),
        prior=PlainPrior(latent_dim=settings.latent_dim),
        likelihood=likelihood,
    )
    return model, WeightedElbo(beta=objective.beta)


def _layers(inputs: int, hidden: int, outputs: int) -> nn.Module:
    if hidden == 0:
        return nn.Linear(inputs, outputs)
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
