"""The 13-layer PixelCNN decoder of NC-VAE, with z as further channels of the image, and smaller ones of its kind."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.networks.causal import CENTRE, CausalConv2d, Cursor, Heights, NormalisedConv2d, masked_window
from vae_models.networks.layers import he_convolution, xavier_linear
from vae_models.networks.pixel_decoder import PixelDecoder
from vae_models.validation import require_count, require_counts
from variational.errors import InvalidInputError

LAYERS_13 = (7,) * 5 + (5,) * 4 + (3,) * 4
SKIP = 3  # blocks between the two ends of a direct connection


class Opening(nn.Module):
    """The first layer: mask A on the channels of the image, none on the maps of z, then normalisation and ELU."""

    def __init__(
        self, channels: int, maps: int, outputs: int, *, kernel: int, generator: torch.Generator | None
    ) -> None:
        """Draw the weights."""
        super().__init__()
        window = masked_window(kernel, centre=False)
        self.image = CausalConv2d(channels, outputs, window=window, generator=generator)
        geometry = {"kernel_size": kernel, "padding": kernel // 2}
        self.code = he_convolution(maps, outputs, generator=generator, **geometry)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(
        self,
        image: Float[Tensor, "batch channels height width"],
        code: Float[Tensor, "batch outputs height width"],
        cursor: Cursor | None = None,
    ) -> Heights:
        """Return the heights of the first layer, all or at the cursor, from x and the convolution of z."""
        if cursor is None:
            return functional.elu(self.norm(self.image(image) + code))
        found = self.image.peek(image, cursor) + code[:, :, cursor.row, cursor.column]
        return functional.elu(self.norm(found[..., None, None])).flatten(1)


class Bottleneck(nn.Module):
    """A residual block: 1 x 1 to half the channels, masked k x k with mask B, 1 x 1 back, each with normalisation."""

    def __init__(self, channels: int, *, kernel: int, generator: torch.Generator | None) -> None:
        """Draw the weights."""
        super().__init__()
        half, window = channels // 2, masked_window(kernel, centre=True)
        self.narrow = NormalisedConv2d(channels, half, window=CENTRE, generator=generator)
        self.masked = NormalisedConv2d(half, half, window=window, generator=generator)
        self.widen = NormalisedConv2d(half, channels, window=CENTRE, generator=generator)

    def forward(self, heights: Heights, cursor: Cursor | None = None) -> Heights:
        """Return elu(x + f(x)), all or at the cursor."""
        inner = functional.elu(self.narrow(heights, cursor))
        inner = functional.elu(self.masked(inner, cursor))
        return functional.elu(self.widen(inner, cursor) + heights)


class PixelCNNDecoder(PixelDecoder):
    """Masked convolutions over the image and ``maps`` linear images of z, as logits or what else a likelihood takes.

    Args:
        latent_dim: Number of latent coordinates.
        data_shape: (channels, height, width) or (height, width); 28 x 28 in the papers, any size is served.
        output_shape: ``likelihood.parameter_shape(data_shape)``.
        kernels: One a layer; the first has mask A.
        channels: Of the layers, even.
        maps: How many channels z makes.
        direct: Whether block i feeds block i + 3 through a further block, as the public code has it; about twice the
            cost. The sentence of the paper counts the 13 layers without them.
        generator: Of the initial weights.

    Source:
        NC-VAE, section 6.2 ("13-layer PixelCNN", five 7 x 7, four 5 x 5, four 3 x 3); everything else from the public
        code of lagging inference (He et al. 2019), ``PixelCNNDecoderV2``, mode ``large``.
    """

    def __init__(
        self,
        latent_dim: int,
        data_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        *,
        kernels: tuple[int, ...] = LAYERS_13,
        channels: int = 64,
        maps: int = 4,
        direct: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__(latent_dim, data_shape, output_shape)
        require_counts("kernels", kernels)
        require_count("channels", channels, least=2)
        require_count("maps", maps)
        if channels % 2:
            msg = f"channels must be even, for blocks of half as many, got {channels}"
            raise InvalidInputError(msg)
        if direct and len(kernels) < SKIP:
            msg = f"direct needs at least {SKIP} kernels, got {kernels}"
            raise InvalidInputError(msg)
        self.maps = maps
        self.code_layer = xavier_linear(latent_dim, maps * math.prod(self.size), generator=generator)
        first, *others = kernels
        self.opening = Opening(self.channels, maps, channels, kernel=first, generator=generator)
        self.blocks = nn.ModuleList(Bottleneck(channels, kernel=kernel, generator=generator) for kernel in others)
        crossed = (
            kernels[1:-1] if direct else ()
        )  # the connection that ends before layer i has the kernel of layer i - 2
        self.direct = nn.ModuleList(Bottleneck(channels, kernel=kernel, generator=generator) for kernel in crossed)
        self.closing = NormalisedConv2d(channels, channels, window=CENTRE, generator=generator)
        self.last = CausalConv2d(channels, self.outputs, window=CENTRE, generator=generator)

    def predict(
        self,
        image: Float[Tensor, "batch channels height width"],
        latent: Float[Tensor, "batch latent"],
        cursor: Cursor | None = None,
    ) -> Heights:
        """Return the outputs of all pixels, or of the one at the cursor from those before it."""
        code = self._code(latent) if cursor is None else cursor.once(self, lambda: self._code(latent))
        heights = [self.opening(image, code, cursor)]
        for block in self.blocks:
            heights.append(block(self._joined(heights, cursor), cursor))
        found: Tensor = self.last(functional.elu(self.closing(self._joined(heights, cursor), cursor)), cursor)
        return found

    def _code(self, latent: Tensor) -> Tensor:
        """Return what z adds to the first layer, at all places."""
        code: Tensor = self.opening.code(self.code_layer(latent).reshape(-1, self.maps, *self.size))
        return code

    def _joined(self, heights: list[Tensor], cursor: Cursor | None) -> Tensor:
        """Return what goes into the next layer: the last heights, and through a connection those SKIP layers back."""
        place = len(heights) - SKIP
        if not self.direct or place < 0:
            return heights[-1]
        joined: Tensor = heights[-1] + self.direct[place](heights[place], cursor)
        return joined
