"""PixelCNN++ as a decoder of colour images: gated residual blocks on three sizes of the image, z in every block.

Two streams run side by side. The maps of one see the rows above a pixel and are drawn row by row; those of the other
see what comes before it and are drawn place by place, from those of the first at the same place.
"""

import functools
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

from vae_models.networks.causal import CENTRE, CausalConv2d, Cursor, Heights, Window
from vae_models.networks.layers import linear, transposed
from vae_models.networks.pixel_decoder import PixelDecoder
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError

ABOVE = Window(top=1, left=1, right=1)  # for maps that see no more than the rows above
BEFORE = Window(top=1, left=1, right=0)  # for maps that see no more than what comes before

Levels = list[list[Tensor]]  # heights after each block, of each level


class GatedResidual(nn.Module):
    """x + a sigmoid(b), where (a, b) are two convolutions of x, joined by what other maps give and by z."""

    def __init__(
        self,
        filters: int,
        latent_dim: int,
        *,
        window: Window,
        joining: int,
        dropout: float,
        generator: torch.Generator | None,
    ) -> None:
        """Draw the weights; ``joining`` is how many channels other maps have, or 0."""
        super().__init__()
        self.first = _convolution(2 * filters, filters, window, generator)
        self.joining = _convolution(2 * joining, filters, CENTRE, generator) if joining else None
        self.second = _convolution(2 * filters, 2 * filters, window, generator)
        self.code = linear(latent_dim, 2 * filters, generator=generator)
        self.dropout = nn.Dropout(dropout)

    def forward(self, heights: Heights, joining: Heights | None, latent: Tensor, cursor: Cursor | None) -> Heights:
        """Return the heights after the block: of whole maps, or at the row or place of the cursor."""
        inner: Tensor = self.first(_concat_elu(heights), cursor)
        if self.joining is not None and joining is not None:
            inner = inner + self.joining(_concat_elu(joining), cursor)
        inner = self.second(self.dropout(_concat_elu(inner)), cursor)
        code = self.code(latent)
        signal, gate = (inner + (code if inner.ndim == 2 else code[..., None, None])).chunk(2, dim=1)
        found: Tensor = heights + signal * torch.sigmoid(gate)
        return found


class Larger(nn.Module):
    """A transposed convolution that doubles height and width."""

    def __init__(self, filters: int, window: Window, generator: torch.Generator | None) -> None:
        """Draw the weights."""
        super().__init__()
        plain = transposed(filters, filters, generator=generator, kernel_size=window.size, stride=2)
        self.layer, self.cut = weight_norm(plain, dim=1), window.right

    def forward(self, heights: Heights, cursor: Cursor | None = None) -> Heights:
        """Return the larger maps; with a cursor, of the larger maps, those of its row or place from half of it."""
        if cursor is None:
            found: Tensor = self.layer(heights)
            return found[..., self.cut : self.cut + 2 * heights.shape[-1]]
        if heights.ndim == 2:
            return self.forward(heights[..., None, None])[:, :, cursor.row % 2, cursor.column % 2]
        return self.forward(heights)[:, :, cursor.row % 2 :][:, :, :1]


class Stream(nn.Module):
    """One stream: on each level blocks up and blocks down, one more down on all but the smallest, steps between them.

    Args:
        filters: Of every map.
        latent_dim: Number of latent coordinates.
        window: Of the convolutions.
        levels: Sizes of the maps.
        blocks: On each level, up.
        joining: How many channels join each block on the way up and on the way down.
        dropout: Inside the blocks.
        generator: Of the initial weights.
    """

    def __init__(
        self,
        filters: int,
        latent_dim: int,
        *,
        window: Window,
        levels: int,
        blocks: int,
        joining: tuple[int, int],
        dropout: float,
        generator: torch.Generator | None,
    ) -> None:
        """Draw the weights."""
        super().__init__()

        def column(count: int, channels: int) -> nn.ModuleList:
            return nn.ModuleList(
                GatedResidual(
                    filters, latent_dim, window=window, joining=channels, dropout=dropout, generator=generator
                )
                for _ in range(count)
            )

        steps = range(levels - 1)
        self.up = nn.ModuleList(column(blocks, joining[0]) for _ in range(levels))
        self.down = nn.ModuleList(column(blocks + (level < levels - 1), joining[1]) for level in range(levels))
        self.smaller = nn.ModuleList(_convolution(filters, filters, window, generator, stride=2) for _ in steps)
        self.larger = nn.ModuleList(Larger(filters, window, generator) for _ in steps)

    def forward(
        self,
        start: Heights,
        latent: Float[Tensor, "batch latent"],
        made: Levels,
        *,
        rows: Levels | None = None,
        cursor: Cursor | None = None,
        level: int = 0,
    ) -> Heights:
        """Return the heights at the end of the way down from those at the start of the way up.

        Args:
            start: Whole maps, or what is at the row or place of the cursor.
            latent: z.
            made: Takes the heights after each block, by level.
            rows: What the stream of the rows above made, for the other stream.
            cursor: On this level.
            level: 0 for the size of the image.
        """
        heights, made[level] = [start], []
        for block in cast(nn.ModuleList, self.up[level]):
            joining = None if rows is None else _here(rows[level][len(made[level])], cursor)
            heights.append(block(heights[-1], joining, latent, cursor))
            made[level].append(heights[-1])
        if level + 1 == len(self.up):
            found = heights.pop()
        elif cursor is None:
            below = self.smaller[level](heights[-1])
            found = self.larger[level](self(below, latent, made, rows=rows, level=level + 1))
        else:
            below, half = self.smaller[level](heights[-1], cursor), cursor.half()
            if cursor.row % 2 == 0 and (below.ndim == 4 or cursor.column % 2 == 0):
                half.keep(self, self(below, latent, made, rows=rows, cursor=half, level=level + 1))
            found = self.larger[level](half.kept(self), cursor)
        for block in cast(nn.ModuleList, self.down[level]):
            joining = heights.pop()
            if rows is not None:
                joining = torch.cat([_here(rows[level][len(made[level])], cursor), joining], dim=1)
            found = block(found, joining, latent, cursor)
            made[level].append(found)
        return found


class PixelCNNPPDecoder(PixelDecoder):
    """PixelCNN++ for the discretised mixture of logistics and other likelihoods that draw a pixel by itself.

    Args:
        latent_dim: Number of latent coordinates.
        data_shape: (channels, height, width) or (height, width), which ``2 ** (levels - 1)`` divides; x in [0, 1].
        output_shape: ``likelihood.parameter_shape(data_shape)``.
        filters: Of every map.
        blocks: On each level.
        levels: Sizes of the maps.
        dropout: Inside the blocks, in training.
        starts_from_data: Whether training begins with ``start_from``, as in the public code.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For a size that is not divisible.

    Source:
        Salimans et al. (2017), PixelCNN++, section 2, and its public code: 160 filters, 5 blocks, 3 levels, dropout
        0.5, weight normalisation, z (there a class) in every block.
    """

    def __init__(
        self,
        latent_dim: int,
        data_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        *,
        filters: int = 160,
        blocks: int = 5,
        levels: int = 3,
        dropout: float = 0.5,
        starts_from_data: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__(latent_dim, data_shape, output_shape)
        self.starts_from_data = starts_from_data
        for name, value in (("filters", filters), ("blocks", blocks), ("levels", levels)):
            require_count(name, value)
        require_in_range("dropout", dropout, least=0.0, most=1.0)
        if any(side % 2 ** (levels - 1) for side in self.size):
            msg = f"data_shape must have height and width divisible by {2 ** (levels - 1)}, got {self.size}"
            raise InvalidInputError(msg)
        self.levels, inputs = levels, self.channels + 1
        self.above = _convolution(inputs, filters, Window(top=2, bottom=1, left=1, right=1), generator)
        self.row = _convolution(inputs, filters, Window(top=1, bottom=1, left=1, right=1), generator)
        self.left = _convolution(inputs, filters, Window(top=1, left=1, right=-1), generator)
        self.rows, self.places = (
            Stream(
                filters,
                latent_dim,
                window=window,
                levels=levels,
                blocks=blocks,
                joining=joining,
                dropout=dropout,
                generator=generator,
            )
            for window, joining in ((ABOVE, (0, filters)), (BEFORE, (filters, 2 * filters)))
        )
        self.last = _convolution(filters, self.outputs, CENTRE, generator)

    def predict(
        self,
        image: Float[Tensor, "batch channels height width"],
        latent: Float[Tensor, "batch latent"],
        cursor: Cursor | None = None,
    ) -> Heights:
        """Return the outputs of all pixels, or of the one at the cursor from those before it."""
        ones = torch.ones_like(image[:, :1])  # tells the image from what lies beyond its edges
        inputs, rest = torch.cat([2 * image - 1, ones], dim=1), self._nothing()
        if cursor is None:
            rows = self._nothing()
            self.rows(self.above(inputs), latent, rows)
            top = self.places(self.row(inputs) + self.left(inputs), latent, rest, rows=rows)
        else:
            rows = cursor.once((self, "rows"), self._nothing)
            if cursor.column == 0:
                self.rows(self.above.peek(inputs, cursor, whole_row=True), latent, rows, cursor=cursor)
            start = self.row.peek(inputs, cursor) + self.left.peek(inputs, cursor)
            top = self.places(start, latent, rest, rows=rows, cursor=cursor)
        found: Tensor = self.last(functional.elu(top), cursor)
        return found

    @torch.no_grad()
    def start_from(self, latent: Float[Tensor, "batch latent"], data: Float[Tensor, "batch ..."]) -> None:
        """Set scale and bias of each convolution such that its outputs for a batch have mean 0 and deviation 1.

        The deviation is 0.1 for the last convolution of each block, so that blocks begin near the identity. Channels
        that are constant on the batch keep their scale.

        Args:
            latent: z.
            data: x.

        Source:
            Salimans & Kingma (2016), Weight normalization, section 3; deviations of the public code of PixelCNN++.
        """
        small = {id(block.second) for block in self.modules() if isinstance(block, GatedResidual)}
        layers = [module for module in self.modules() if parametrize.is_parametrized(module, "weight")]
        hooks = [
            layer.register_forward_hook(functools.partial(_set_start, deviation=0.1 if id(layer) in small else 1.0))
            for layer in layers
        ]
        try:
            self(latent, data)
        finally:
            for hook in hooks:
                hook.remove()

    def _nothing(self) -> Levels:
        return [[] for _ in range(self.levels)]


def _here(heights: Tensor, cursor: Cursor | None) -> Tensor:
    """Return whole maps as they are, and of a row what is at the place of the cursor."""
    return heights if cursor is None else heights[:, :, 0, cursor.column]


def _concat_elu(heights: Tensor) -> Tensor:
    return functional.elu(torch.cat([heights, -heights], dim=1))


def _convolution(
    inputs: int, outputs: int, window: Window, generator: torch.Generator | None, *, stride: int = 1
) -> CausalConv2d:
    plain = CausalConv2d(inputs, outputs, window=window, stride=stride, bias=True, generator=generator)
    normalised: CausalConv2d = weight_norm(plain)
    return normalised


def _set_start(layer: nn.Module, _inputs: object, outputs: Tensor, *, deviation: float) -> Tensor:
    """Set scale and bias of a convolution from its outputs as they were, and return the outputs as they are then."""
    variance, mean = torch.var_mean(outputs, dim=(0, 2, 3), correction=0)
    change = torch.where(variance > 0, deviation / variance.sqrt(), torch.ones_like(variance))
    scale, bias = (layer.get_parameter(name) for name in ("parametrizations.weight.original0", "bias"))
    scale.mul_(change.reshape(scale.shape))
    bias.copy_((bias - mean) * change)
    by_channel = (1, -1, 1, 1)
    return (outputs - mean.reshape(by_channel)) * change.reshape(by_channel)
