"""A model: an encoder, a prior, a decoder and a likelihood, whatever they are made of."""

from typing import Protocol

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.posterior import Posterior


class Likelihood(Protocol):
    """p(x|z) given what the decoder makes of z. Its parameters, if it has any, are trained with the model."""

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that the decoder must give for one x of ``data_shape``."""

    def log_density(self, decoded: Tensor, data: Tensor) -> Float[Tensor, " batch"]:
        """Return log p(x|z), summed over all entries of x; nats for each x."""

    def mean(self, decoded: Tensor) -> Tensor:
        """Return E[x|z], of the shape of the data."""

    def sample(self, decoded: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Return one draw of x for each z, without gradient."""


class Prior(Protocol):
    """p(z)."""

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""

    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws."""

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return KL(q(z|x) || p) for each x: in closed form where there is one, else the estimate from the draw."""


class Model(nn.Module):
    """The parts of one model. The encoder maps a batch of x to a Posterior, the decoder z to what the likelihood takes.

    Args:
        encoder: ``encoder(x) -> Posterior``; x has any shape after the batch.
        decoder: ``decoder(z) -> Tensor``, of shape (batch, *likelihood.parameter_shape(data_shape)).
        prior: Of z.
        likelihood: Of x given z.
    """

    def __init__(self, *, encoder: nn.Module, decoder: nn.Module, prior: nn.Module, likelihood: nn.Module) -> None:
        """Keep the parts, so that their parameters are found."""
        super().__init__()
        self.encoder, self.decoder, self.prior, self.likelihood = encoder, decoder, prior, likelihood
