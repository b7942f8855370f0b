"""Noise distributions p_n(x) of NC-VAE: data with Gaussian noise (GN), draws of the decoder itself (CD), or given.

Source: NC-VAE, section 5.1 (choice of the contrastive distribution) and section 6.2.
"""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objective import Batch
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


@runtime_checkable
class Noise(Protocol):
    """p_n(x)."""

    def __call__(self, model: Model, batch: Batch) -> Shaped[Tensor, "batch ..."]:
        """Return as many draws of x from p_n as the batch has, without gradient."""


class GaussianNoise(nn.Module):
    """GN: x + N(0, scale^2), for real-valued x.

    Args:
        scale: > 0; standard deviation. The paper prints N(0, 0.01) and calls 0.01 sigma: where it is read as a
            variance, the scale is 0.1.
    """

    def __init__(self, *, scale: float = 0.01) -> None:
        """Keep the scale."""
        super().__init__()
        require_in_range("scale", scale, least=0.0, strict=True)
        self.scale = scale

    @torch.no_grad()
    def forward(self, model: Model, batch: Batch) -> Float[Tensor, "batch ..."]:  # noqa: ARG002
        """Return the data of the batch with noise."""
        data = batch.data
        if not data.is_floating_point():
            msg = f"data must be real-valued for Gaussian noise, got {data.dtype}"
            raise InvalidInputError(msg)
        drawn = torch.randn(data.shape, generator=batch.generator, dtype=data.dtype, device=data.device)
        return torch.add(data, drawn, alpha=self.scale)


class DecoderNoise(nn.Module):
    """CD: x ~ p(x|z) with z ~ p from the model as it was at the last refresh; no gradient through the draw.

    The pool is part of the state of the module, so that a resumed run goes on as it would have; in evaluation mode it
    is left alone and draws are new. The model draws in evaluation mode, so that statistics of normalising layers see
    data only.

    Args:
        refresh_every: >= 1; steps between two refreshes. The paper draws at every step, which costs much where
            draws are ancestral.
        pool_batches: >= 1; size of the pool in batches. Each step takes a random batch from it.
    """

    def __init__(self, *, refresh_every: int = 1, pool_batches: int = 1) -> None:
        """Start with an empty pool, filled at the first step."""
        super().__init__()
        require_count("refresh_every", refresh_every)
        require_count("pool_batches", pool_batches)
        self.refresh_every, self.pool_batches = refresh_every, pool_batches
        self.pool = torch.empty(0)

    @torch.no_grad()
    def forward(self, model: Model, batch: Batch) -> Shaped[Tensor, "batch ..."]:
        """Return a batch of the pool, refreshed where its time has come."""
        count = len(batch.data)
        if not self.training:
            return self._draw(model, batch, count)
        if self.refresh_every == 1 or batch.step % self.refresh_every == 0 or len(self.pool) < count:
            self.pool = self._draw(model, batch, count * self.pool_batches)
        if len(self.pool) == count:
            return self.pool
        generator = batch.generator
        chosen = torch.randperm(len(self.pool), generator=generator, device=generator.device)[:count]
        return self.pool[chosen.to(self.pool.device)]

    def _draw(self, model: Model, batch: Batch, count: int) -> Tensor:
        with evaluating(model):
            latent = model.prior.sample(count, generator=batch.generator)
            drawn = model.draw_data(_like_parameters(latent, model), generator=batch.generator)
        return drawn.to(batch.data.dtype)

    def get_extra_state(self) -> Tensor:
        """Return the pool."""
        return self.pool

    def set_extra_state(self, state: Tensor) -> None:
        """Take over a pool."""
        self.pool = state


class DataNoise(nn.Module):
    """Draws with replacement from examples of p_n, for noise that comes with the data.

    Args:
        examples: Of p_n, shape (count, *data_shape).
    """

    def __init__(self, examples: Shaped[Tensor, "count ..."]) -> None:
        """Keep the examples as a buffer that no checkpoint holds."""
        super().__init__()
        self.examples: Tensor
        self.register_buffer("examples", examples, persistent=False)

    @torch.no_grad()
    def forward(self, model: Model, batch: Batch) -> Shaped[Tensor, "batch ..."]:  # noqa: ARG002
        """Return as many examples as the batch has."""
        generator = batch.generator
        shape = (len(batch.data),)
        chosen = torch.randint(0, len(self.examples), shape, generator=generator, device=generator.device)
        return self.examples.index_select(0, chosen.to(self.examples.device))


def _like_parameters(latent: Tensor, model: Model) -> Tensor:
    """Return the codes in the precision and on the device of the decoder, where it has parameters."""
    parameter = next(model.decoder.parameters(), None)
    return latent if parameter is None else latent.to(dtype=parameter.dtype, device=parameter.device)
