"""Layers with torch's default initialisation drawn from a generator, and activations by name."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "elu": nn.functional.elu,
    "gelu": nn.functional.gelu,
    "identity": lambda heights: heights,
    "leaky_relu": nn.functional.leaky_relu,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "silu": nn.functional.silu,
    "softplus": nn.functional.softplus,
    "tanh": torch.tanh,
}

Affine = TypeVar("Affine", nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def linear(inputs: int, outputs: int, *, generator: torch.Generator | None) -> nn.Linear:
    """Return a linear layer with bias."""
    return _drawn(nn.Linear(inputs, outputs, device="meta"), generator)


def convolution(inputs: int, outputs: int, *, generator: torch.Generator | None, **geometry: Any) -> nn.Conv2d:
    """Return a convolution with bias; ``geometry`` is kernel_size, stride and padding."""
    return _drawn(nn.Conv2d(inputs, outputs, **geometry, device="meta"), generator)


def transposed(inputs: int, outputs: int, *, generator: torch.Generator | None, **geometry: Any) -> nn.ConvTranspose2d:
    """Return a transposed convolution with bias; ``geometry`` as for ``convolution``, with output_padding."""
    return _drawn(nn.ConvTranspose2d(inputs, outputs, **geometry, device="meta"), generator)


def _drawn(layer: Affine, generator: torch.Generator | None) -> Affine:
    """Return the layer with torch's initial law, uniform in +-1/sqrt(fan in), which torch draws without a generator."""
    drawn = layer.to_empty(device=torch.get_default_device())
    bound = 1 / math.sqrt(drawn.weight[0].numel())
    with torch.no_grad():
        for parameter in drawn.parameters():
            parameter.uniform_(-bound, bound, generator=generator)
    return drawn
