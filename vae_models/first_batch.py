"""Weights of a decoder that depend on the first batch, before the first step of a run."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objective import Batch


@runtime_checkable
class StartingFromData(Protocol):
    """A decoder whose scales and biases begin as a first batch says."""

    starts_from_data: bool

    def start_from(self, latent: Tensor, data: Tensor) -> None:
        """Set them from codes and what they stand for."""


@torch.no_grad()
def start_from_data(model: Model, first: Callable[[], Batch]) -> None:
    """Set what a decoder takes from the first batch, with draws of q(z|x), all classes of a mixture; or do nothing.

    The encoder is run in evaluation mode, the decoder in the mode that it is in.

    Args:
        model: Its decoder is changed where it starts from data.
        first: Takes the batch, which is asked for then only, since it may be drawn.
    """
    decoder = model.decoder
    if not isinstance(decoder, StartingFromData) or not decoder.starts_from_data:
        return
    batch = first()
    with evaluating(model.encoder):
        drawn = model.encoder(batch.data).sample(generator=batch.generator)
    latent = drawn.reshape(-1, drawn.shape[-1])
    decoder.start_from(latent, batch.data.repeat_interleave(len(latent) // len(batch.data), dim=0))
