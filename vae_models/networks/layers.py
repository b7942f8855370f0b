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
    "leaky_relu_0.1": lambda heights: nn.functional.leaky_relu(heights, 0.1),
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


def he_convolution(inputs: int, outputs: int, *, generator: torch.Generator | None, **geometry: Any) -> nn.Conv2d:
    """Return a convolution without bias, its weights normal with variance 2 / (outputs k^2).

    Source:
        He et al. (2015), Delving deep into rectifiers, equation (14), as the public code of lagging inference has it.
    """
    layer = nn.Conv2d(inputs, outputs, **geometry, bias=False, device="meta")
    layer = layer.to_empty(device=torch.get_default_device())
    fan_out = outputs * math.prod(layer.kernel_size)
    with torch.no_grad():
        layer.weight.normal_(0, math.sqrt(2 / fan_out), generator=generator)
    return layer


def xavier_linear(inputs: int, outputs: int, *, generator: torch.Generator | None) -> nn.Linear:
    """Return a linear layer, weights uniform in +-sqrt(6 / (inputs + outputs)), bias zero.

    Source:
        Glorot & Bengio (2010), equation (16).
    """
    layer = nn.Linear(inputs, outputs, device="meta").to_empty(device=torch.get_default_device())
    bound = math.sqrt(6 / (inputs + outputs))
    with torch.no_grad():
        layer.weight.uniform_(-bound, bound, generator=generator)
        layer.bias.zero_()
    return layer


def _drawn(layer: Affine, generator: torch.Generator | None) -> Affine:
    """Return the layer with torch's initial law, uniform in +-1/sqrt(fan in), which torch draws without a generator."""
    drawn = layer.to_empty(device=torch.get_default_device())
    bound = 1 / math.sqrt(drawn.weight[0].numel())
    with torch.no_grad():
        for parameter in drawn.parameters():
            parameter.uniform_(-bound, bound, generator=generator)
    return drawn
