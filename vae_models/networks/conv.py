"""Convolutional encoder trunks and decoders from a list of layers, for images of any fitting size."""

import dataclasses
import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.networks.checks import require_batch, require_trailing
from vae_models.networks.layers import ACTIVATIONS, convolution, linear, transposed
from vae_models.validation import require_count, require_one_of
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Convolution:
    """One convolution, or in a decoder transposed convolution, that divides or multiplies the size by its stride.

    Attributes:
        channels: That it gives.
        kernel: Size of the square kernel, at least the stride.
        stride: In both directions; for stride 1 the kernel must be odd, or no padding would keep the size.
        norm: Whether batch normalisation follows.
        activation: After these, a name in ``layers.ACTIVATIONS``.
    """

    channels: int
    kernel: int
    stride: int
    norm: bool = False
    activation: str = "relu"

    def __post_init__(self) -> None:
        """Check the numbers."""
        require_count("channels", self.channels)
        require_count("stride", self.stride)
        require_count("kernel", self.kernel, least=self.stride)
        require_one_of("activation", self.activation, ACTIVATIONS)
        if not self.surplus < self.stride:
            msg = f"kernel must be odd where stride is 1, got {self.kernel}"
            raise InvalidInputError(msg)

    @property
    def padding(self) -> int:
        """Return the padding on each side, with which the size is divided exactly."""
        return (self.kernel - self.stride + 1) // 2

    @property
    def surplus(self) -> int:
        """Return the rows that this padding adds beyond need, 0 or 1; torch calls it output_padding."""
        return 2 * self.padding - (self.kernel - self.stride)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Dense:
    """One fully connected layer: width, whether batch normalisation follows, and the activation after both."""

    width: int
    norm: bool = False
    activation: str = "relu"

    def __post_init__(self) -> None:
        """Check the numbers."""
        require_count("width", self.width)
        require_one_of("activation", self.activation, ACTIVATIONS)


class Activation(nn.Module):
    """An activation by name."""

    def __init__(self, name: str) -> None:
        """Keep the name."""
        super().__init__()
        self.name = name

    def forward(self, heights: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Return the activation of every entry."""
        return ACTIVATIONS[self.name](heights)


class ConvTrunk(nn.Module):
    """Convolutions and then fully connected layers: x -> features.

    Args:
        data_shape: (channels, height, width), or (height, width) for images of one channel without an axis for it.
        convolutions: From the data on; the product of their strides must divide height and width.
        dense: After them; empty if the flattened channels are the features.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For a shape that is not that of images or not divisible.
    """

    def __init__(
        self,
        data_shape: tuple[int, ...],
        *,
        convolutions: tuple[Convolution, ...],
        dense: tuple[Dense, ...] = (),
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        channels, height, width = image_shape("data_shape", data_shape)
        rows, columns = _divided("data_shape", (height, width), convolutions)
        self.data_shape, self._planes = tuple(data_shape), (channels, height, width)
        parts: list[nn.Module] = []
        before = channels
        for step in convolutions:
            geometry = {"kernel_size": step.kernel, "stride": step.stride, "padding": step.padding}
            parts.append(convolution(before, step.channels, generator=generator, **geometry))
            parts += _finish(nn.BatchNorm2d(step.channels) if step.norm else None, step.activation)
            before = step.channels
        parts.append(nn.Flatten())
        self.features = before * rows * columns
        for layer in dense:
            parts += _dense(self.features, layer, generator)
            self.features = layer.width
        self.layers = nn.Sequential(*parts)

    def forward(self, data: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """Return the features of each x.

        Raises:
            InvalidInputError: For x of another shape than (batch, *data_shape).
        """
        require_batch("x", data, self.data_shape)
        found: Tensor = self.layers(data.reshape(-1, *self._planes))
        return found


class ConvDecoder(nn.Module):
    """Fully connected layers and then transposed convolutions: z -> what the likelihood takes.

    Args:
        latent_dim: Number of latent coordinates.
        output_shape: ``likelihood.parameter_shape(data_shape)``, which is (channels, height, width) or (height, width).
        dense: Between z and the first image.
        first: The layer that gives the first image; its width is the number of channels, its size what the strides
            leave of the output.
        convolutions: Transposed, all but the last one.
        last: The last one, of which the channels are replaced by those of the output.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For a shape that is not that of images or not divisible.
    """

    def __init__(
        self,
        latent_dim: int,
        output_shape: tuple[int, ...],
        *,
        first: Dense,
        last: Convolution,
        dense: tuple[Dense, ...] = (),
        convolutions: tuple[Convolution, ...] = (),
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("latent_dim", latent_dim)
        channels, height, width = image_shape("output_shape", output_shape)
        last = dataclasses.replace(last, channels=channels)
        rows, columns = _divided("output_shape", (height, width), (*convolutions, last))
        self.latent_dim, self.output_shape = latent_dim, tuple(output_shape)
        flat = dataclasses.replace(first, width=first.width * rows * columns)
        parts: list[nn.Module] = []
        sizes = (latent_dim, *(layer.width for layer in dense))
        for before, layer in zip(sizes, (*dense, flat), strict=True):
            parts += _dense(before, layer, generator)
        parts.append(nn.Unflatten(1, (first.width, rows, columns)))
        steps = (*convolutions, last)
        for before, step in zip((first.width, *(step.channels for step in convolutions)), steps, strict=True):
            geometry = {"kernel_size": step.kernel, "stride": step.stride, "padding": step.padding}
            geometry["output_padding"] = step.surplus
            parts.append(transposed(before, step.channels, generator=generator, **geometry))
            parts += _finish(nn.BatchNorm2d(step.channels) if step.norm else None, step.activation)
        self.layers = nn.Sequential(*parts)

    def forward(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "..."]:
        """Return the outputs, shape (*batch, *output_shape).

        Raises:
            InvalidInputError: For z of another number of coordinates.
        """
        require_trailing("z", latent, (self.latent_dim,))
        found: Tensor = self.layers(latent.reshape(-1, self.latent_dim))
        return found.reshape(*latent.shape[:-1], *self.output_shape)


def _dense(inputs: int, layer: Dense, generator: torch.Generator | None) -> list[nn.Module]:
    norm = nn.BatchNorm1d(layer.width) if layer.norm else None
    return [linear(inputs, layer.width, generator=generator), *_finish(norm, layer.activation)]


def _finish(norm: nn.Module | None, activation: str) -> list[nn.Module]:
    after = [] if activation == "identity" else [Activation(activation)]
    return [*([norm] if norm else []), *after]


def image_shape(name: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return channels, height and width."""
    if len(shape) not in {2, 3} or any(size < 1 for size in shape):
        msg = f"{name} must be (channels, height, width) or (height, width), got {tuple(shape)}"
        raise InvalidInputError(msg)
    return math.prod(shape[:-2]), shape[-2], shape[-1]


def _divided(name: str, size: tuple[int, int], convolutions: tuple[Convolution, ...]) -> tuple[int, int]:
    """Return height and width divided by all strides."""
    whole = math.prod(step.stride for step in convolutions)
    if size[0] % whole or size[1] % whole:
        msg = f"{name} must have height and width divisible by {whole}, the product of the strides, got {size}"
        raise InvalidInputError(msg)
    return size[0] // whole, size[1] // whole
