"""Invertible maps with their log-determinant: RealNVP, and a decoder whose natural parameters go through one."""

import math
from typing import Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.networks.checks import require_trailing
from vae_models.networks.mlp import MLP
from vae_models.validation import require_count, require_counts
from variational.errors import InvalidInputError


@runtime_checkable
class Flow(Protocol):
    """An invertible map of R^dimension."""

    dimension: int

    def __call__(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return the images and log |det J| at the points."""

    def inverse(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the points and log |det J^-1| at the images."""


class AffineCoupling(nn.Module):
    """y_a = x_a and y_b = x_b exp(s(x_a)) + t(x_a), with a every second coordinate.

    Args:
        dimension: Of x, at least 2.
        widths: Of the network of s and t.
        odd: Whether a are the odd coordinates.
        volume: Whether there is a scale; without one the map keeps volumes.
        bound: Largest |s|.
        generator: Of the initial weights.

    Source:
        Dinh et al. (2017), Density estimation using RealNVP, equations (4) to (8); s is tanh-bounded as there.
    """

    mask: Tensor

    def __init__(
        self,
        dimension: int,
        *,
        widths: tuple[int, ...],
        odd: bool,
        volume: bool = True,
        bound: float = 2.0,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("dimension", dimension, least=2)
        self.dimension, self.volume, self.bound = dimension, volume, bound
        self.register_buffer("mask", (torch.arange(dimension) % 2 == int(odd)).float(), persistent=False)
        self.network = MLP(
            (dimension,), (2 if volume else 1, dimension), widths=widths, activation="relu", generator=generator
        )

    def forward(
        self, points: Float[Tensor, "*batch dimension"]
    ) -> tuple[Float[Tensor, "*batch dimension"], Float[Tensor, "*batch"]]:
        """Return y and log |det dy/dx|."""
        log_scale, shift = self._parts(points)
        return points * torch.exp(log_scale) + shift, log_scale.sum(dim=-1)

    def inverse(
        self, images: Float[Tensor, "*batch dimension"]
    ) -> tuple[Float[Tensor, "*batch dimension"], Float[Tensor, "*batch"]]:
        """Return x and log |det dx/dy|."""
        log_scale, shift = self._parts(images)
        return (images - shift) * torch.exp(-log_scale), -log_scale.sum(dim=-1)

    def _parts(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Return log scale and shift, zero on the coordinates a, from which they are computed."""
        found = self.network(points * self.mask) * (1 - self.mask)
        shift = found[..., -1, :]
        if not self.volume:
            return torch.zeros_like(shift), shift
        return self.bound * torch.tanh(found[..., 0, :] / self.bound), shift


class RealNVP(nn.Module):
    """Affine couplings in a row, on even and odd coordinates in turn.

    Args:
        dimension: Of x, at least 2.
        layers: Number of couplings.
        widths: Of the network of each.
        volume: Whether they scale; the public code of LIDVAE has shifts only.
        generator: Of the initial weights.

    Source:
        Dinh et al. (2017); two layers: illidvae, Table 3, whose citation of RealNVP is another paper. Widths
        (128, 128): public code of LIDVAE (Wang et al. 2021).
    """

    def __init__(
        self,
        dimension: int,
        *,
        layers: int = 2,
        widths: tuple[int, ...] = (128, 128),
        volume: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("layers", layers)
        require_counts("widths", widths, fewest=0)
        self.dimension = dimension
        self.layers = nn.ModuleList(
            AffineCoupling(dimension, widths=widths, odd=bool(place % 2), volume=volume, generator=generator)
            for place in range(layers)
        )

    def forward(
        self, points: Float[Tensor, "*batch dimension"]
    ) -> tuple[Float[Tensor, "*batch dimension"], Float[Tensor, "*batch"]]:
        """Return the images and log |det J| at the points.

        Raises:
            InvalidInputError: For points of another dimension.
        """
        require_trailing("points", points, (self.dimension,))
        total = torch.zeros_like(points[..., 0])
        for layer in self.layers:
            points, change = layer(points)
            total = total + change
        return points, total

    def inverse(
        self, images: Float[Tensor, "*batch dimension"]
    ) -> tuple[Float[Tensor, "*batch dimension"], Float[Tensor, "*batch"]]:
        """Return the points and log |det J^-1| at the images.

        Raises:
            InvalidInputError: For images of another dimension.

        Error:
            Rounding, times the largest exp(|s|) on the way.
        """
        require_trailing("images", images, (self.dimension,))
        total = torch.zeros_like(images[..., 0])
        for layer in reversed(cast(list[AffineCoupling], list(self.layers))):
            images, change = layer.inverse(images)
            total = total + change
        return images, total


class FlowDecoder(nn.Module):
    """Natural parameters of another decoder, moved by a flow; injective where the other is.

    Args:
        decoder: z -> arrays of its ``output_shape``.
        flow: On as many coordinates as these have entries.

    Raises:
        InvalidInputError: For a flow of another dimension.

    Source:
        illidvae, Table 3 ("RealNVP (2 layers)" in the column of the decoder): the text does not say where the flow
        sits; this is one reading, the posterior flow of the public code of LIDVAE the other. # ERR the bound L1 L2 on
        the inverse Lipschitz constant holds before the flow, not after it
    """

    def __init__(self, decoder: nn.Module, flow: nn.Module) -> None:
        """Keep the parts if they fit."""
        super().__init__()
        self.decoder, self.flow = decoder, flow
        self.output_shape = cast(tuple[int, ...], decoder.output_shape)
        if flow.dimension != math.prod(self.output_shape):
            msg = f"flow must be of dimension {math.prod(self.output_shape)}, as output_shape has, got {flow.dimension}"
            raise InvalidInputError(msg)

    def forward(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "..."]:
        """Return the outputs, shape (*batch, *output_shape)."""
        natural: Tensor = self.decoder(latent)
        front = latent.shape[:-1]
        moved: Tensor = self.flow(natural.reshape(*front, -1))[0]
        return moved.reshape(*front, *self.output_shape)


def before_flow(decoder: nn.Module) -> nn.Module:
    """Return the decoder that a flow follows, or the decoder itself."""
    return decoder.decoder if isinstance(decoder, FlowDecoder) else decoder
