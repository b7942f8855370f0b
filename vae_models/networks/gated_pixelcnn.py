"""The gated PixelCNN: a vertical stack that sees the rows above and a horizontal one along the row, no blind spot."""

import math
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.networks.causal import CENTRE, CausalConv2d, Cursor, Heights, Window, masked_window
from vae_models.networks.layers import he_convolution, xavier_linear
from vae_models.networks.pixel_decoder import PixelDecoder
from vae_models.validation import require_count, require_counts

LAYERS_12 = (9, 9, 9, 7, 7, 7, 5, 5, 5, 3, 3, 3)


class GatedLayer(nn.Module):
    """One layer of both stacks; the first has mask A, and from it on the vertical maps see the rows above alone."""

    def __init__(
        self, inputs: int, channels: int, *, kernel: int, first: bool, generator: torch.Generator | None
    ) -> None:
        """Draw the weights."""
        super().__init__()
        reach = masked_window(kernel, centre=True).left
        above = Window(top=reach + first, bottom=int(first), left=reach, right=reach)
        along = Window(top=0, left=reach + first, right=-int(first))
        double = 2 * channels
        self.first = first
        self.vertical = CausalConv2d(inputs, double, window=above, bias=True, generator=generator)
        self.across = CausalConv2d(double, double, window=CENTRE, bias=True, generator=generator)
        self.horizontal = CausalConv2d(inputs, double, window=along, bias=True, generator=generator)
        self.closing = CausalConv2d(channels, channels, window=CENTRE, bias=True, generator=generator)

    def beside(self, heights: Heights, before: Heights, cursor: Cursor | None) -> Heights:
        """Return the maps of the horizontal stack from its heights, those of the vertical stack in them already."""
        found: Tensor = self.closing(_gated(heights), cursor)
        return found if self.first else found + before


class GatedPixelCNNDecoder(PixelDecoder):
    """Gated layers over the image and ``maps`` linear images of z, as logits or what else a likelihood takes.

    Args:
        latent_dim: Number of latent coordinates.
        data_shape: (channels, height, width) or (height, width); 28 x 28 in the papers, any size is served.
        output_shape: ``likelihood.parameter_shape(data_shape)``.
        kernels: One a layer.
        channels: Of each stack.
        maps: How many channels z makes.
        generator: Of the initial weights.

    Source:
        van den Oord et al. (2016), Conditional image generation with PixelCNN decoders, section 2; sizes and wiring
        from the public code of semi-amortised inference (Kim et al. 2018), ``models_img.py``. # ERR there every layer
        moves the vertical maps down by a row, by which most of row r - 1 to the right is never seen; here the first
        does. # ERR there the maps of z are masked as the image is, so that the first pixel sees nothing of z; here they
        enter both stacks of the first layer by a convolution without a mask
    """

    def __init__(
        self,
        latent_dim: int,
        data_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        *,
        kernels: tuple[int, ...] = LAYERS_12,
        channels: int = 32,
        maps: int = 4,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__(latent_dim, data_shape, output_shape)
        require_counts("kernels", kernels)
        require_count("channels", channels)
        require_count("maps", maps)
        self.maps = maps
        self.code_layer = xavier_linear(latent_dim, maps * math.prod(self.size), generator=generator)
        geometry = {"kernel_size": kernels[0], "padding": kernels[0] // 2}
        self.code = he_convolution(maps, 4 * channels, generator=generator, **geometry)
        self.layers = nn.ModuleList(
            GatedLayer(channels if place else self.channels, channels, kernel=k, first=not place, generator=generator)
            for place, k in enumerate(kernels)
        )
        self.last = CausalConv2d(channels, self.outputs, window=CENTRE, bias=True, generator=generator)

    def predict(
        self,
        image: Float[Tensor, "batch channels height width"],
        latent: Float[Tensor, "batch latent"],
        cursor: Cursor | None = None,
    ) -> Heights:
        """Return the outputs of all pixels, or of the one at the cursor from those before it."""
        stack = self._stack()
        if cursor is None:
            above, along = self._code(latent).chunk(2, dim=1)
            verticals = self._verticals(stack[0].vertical(image) + above, None)
            start = stack[0].horizontal(image) + along
        else:
            above, along = cursor.once(self, lambda: self._code(latent).chunk(2, dim=1))
            if cursor.column == 0:
                seen = stack[0].vertical.peek(image, cursor, whole_row=True)
                rows = self._verticals(seen + above[:, :, cursor.row : cursor.row + 1], cursor)
                cursor.memory[self, "rows"] = rows
            verticals = [row[:, :, 0, cursor.column] for row in cursor.memory[self, "rows"]]
            start = stack[0].horizontal.peek(image, cursor) + along[:, :, cursor.row, cursor.column]
        heights = start
        for place, (layer, vertical) in enumerate(zip(stack, verticals, strict=True)):
            before = heights
            heights = layer.beside((layer.horizontal(before, cursor) if place else start) + vertical, before, cursor)
        found: Tensor = self.last(heights, cursor)
        return found

    def _stack(self) -> list[GatedLayer]:
        return cast(list[GatedLayer], list(self.layers))

    def _code(self, latent: Tensor) -> Tensor:
        """Return what z adds to both stacks of the first layer, at all places."""
        code: Tensor = self.code(self.code_layer(latent).reshape(-1, self.maps, *self.size))
        return code

    def _verticals(self, heights: Tensor, cursor: Cursor | None) -> list[Tensor]:
        """Return what each vertical layer gives the horizontal one, whole maps or the row of the cursor."""
        first, *others = self._stack()
        found = [first.across(heights)]
        for layer in others:
            heights = layer.vertical(_gated(heights), cursor)
            found.append(layer.across(heights))
        return found


def _gated(heights: Tensor) -> Tensor:
    signal, gate = heights.chunk(2, dim=1)
    return torch.tanh(signal) * torch.sigmoid(gate)
