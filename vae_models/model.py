"""A model: an encoder, a prior, a decoder and a likelihood, whatever they are made of."""

from typing import Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.posterior import Posterior


@runtime_checkable
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


@runtime_checkable
class Prior(Protocol):
    """p(z)."""

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z); nats."""

    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws."""

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return KL(q(z|x) || p) for each x: in closed form where there is one, else the estimate from the draw."""


@runtime_checkable
class AutoregressiveDecoder(Protocol):
    """A decoder that predicts each entry of x from z and the entries before it."""

    autoregressive: bool

    def __call__(self, latent: Tensor, data: Tensor) -> Tensor:
        """Return what the likelihood takes, of shape (batch, *likelihood.parameter_shape(data_shape))."""

    def sample(self, latent: Tensor, likelihood: Likelihood, *, generator: torch.Generator | None = None) -> Tensor:
        """Return one draw of x for each z, entry by entry."""


class Model(nn.Module):
    """The parts of one model. The encoder maps a batch of x to a Posterior, the decoder z to what the likelihood takes.

    Args:
        encoder: ``encoder(x) -> Posterior``; x has any shape after the batch. But for the batch normalisation of torch,
            q(z|x) must not depend on the other x of the batch.
        decoder: ``decoder(z) -> Tensor``, of shape (batch, *likelihood.parameter_shape(data_shape)), or an
            :class:`AutoregressiveDecoder`, told by its attribute ``autoregressive``.
        prior: Of z.
        likelihood: Of x given z.
    """

    def __init__(self, *, encoder: nn.Module, decoder: nn.Module, prior: Prior, likelihood: Likelihood) -> None:
        """Keep the parts, so that their parameters are found."""
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.prior, self.likelihood = prior, likelihood

    def decode(self, latent: Float[Tensor, "batch latent"], data: Shaped[Tensor, "batch ..."]) -> Tensor:
        """Return what the decoder makes of z, and of x where it is autoregressive, in the precision of z."""
        made: Tensor = self.decoder(latent, data) if self.is_autoregressive else self.decoder(latent)
        return made.to(latent.dtype)

    @torch.no_grad()
    def draw_data(
        self, latent: Float[Tensor, "batch latent"], *, generator: torch.Generator | None = None
    ) -> Shaped[Tensor, "batch ..."]:
        """Return one draw of x from p(x|z) for each z, without gradient, ancestrally where the decoder needs it."""
        if self.is_autoregressive:
            decoder = cast(AutoregressiveDecoder, self.decoder)
            return decoder.sample(latent, self.likelihood, generator=generator)
        return self.likelihood.sample(self.decoder(latent), generator=generator)

    @property
    def is_autoregressive(self) -> bool:
        """Whether the decoder needs x beside z."""
        return bool(getattr(self.decoder, "autoregressive", False))
