"""Convolutions that see only what comes before in raster order, over whole images or place by place with a memory.

A causal layer has ``forward(heights, cursor=None)``. Without a cursor, heights are whole maps. With one, they are the
vectors at its place: each convolution keeps what went into it at the places before, so that an image is drawn at the
cost of about one pass and not of one for each pixel.
"""

import dataclasses
import math
from collections.abc import Callable, Hashable
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.validation import require_count
from variational.errors import InvalidInputError

Heights = Float[Tensor, "batch _ _ _"] | Float[Tensor, "batch _"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The places seen from row r and column c: rows r - top to r - bottom, columns c - left to c + right.

    Attributes:
        top: Rows above, at least ``bottom``.
        bottom: 0 to see row r, 1 to see the rows above it only.
        left: Columns to the left.
        right: Columns to the right, -1 to see those to the left only.
        last: How many columns of row r - bottom are seen; None for all of them.
    """

    top: int
    bottom: int = 0
    left: int
    right: int
    last: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.top - self.bottom + 1, self.left + self.right + 1


CENTRE = Window(top=0, left=0, right=0)  # of a 1 x 1 convolution


def masked_window(kernel: int, *, centre: bool) -> Window:
    """Return the window of a masked convolution: mask B of PixelCNN where it sees the centre, mask A where not.

    Raises:
        InvalidInputError: For an even kernel.

    Source:
        van den Oord et al. (2016), Pixel recurrent neural networks, section 3.4.
    """
    require_count("kernel", kernel)
    if kernel % 2 == 0:
        msg = f"kernel must be odd, got {kernel}"
        raise InvalidInputError(msg)
    reach = kernel // 2
    return Window(top=reach, left=reach, right=reach, last=reach + centre)


@dataclasses.dataclass(slots=True)
class Cursor:
    """A place of the image that is drawn, and what the layers remember of the places before.

    Attributes:
        row: r.
        column: c.
        height: Of the image.
        width: Of the image.
        memory: What is kept, by layer.
    """

    height: int
    width: int
    row: int = 0
    column: int = 0
    memory: dict[Hashable, Any] = dataclasses.field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under the key, such as a layer, made at the first place that asks."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    def half(self) -> "Cursor":
        """Return the cursor on maps of half the height and width, always the same one."""
        made: Cursor = self.once("half", lambda: Cursor(height=self.height // 2, width=self.width // 2))
        made.row, made.column = self.row // 2, self.column // 2
        return made

    def keep(self, key: Hashable, heights: Heights) -> None:
        """Keep the vectors at the place, or the row, for the places after it."""
        if heights.ndim == 4:
            self.memory[key, "kept"] = heights
            return
        size = (*heights.shape, self.width)
        self.once((key, "kept"), lambda: heights.new_empty(size))[..., self.column] = heights

    def kept(self, key: Hashable) -> Heights:
        """Return what was kept last at the place or row."""
        found: Tensor = self.memory[key, "kept"]
        return found if found.ndim == 4 else found[..., self.column]


class CausalConv2d(nn.Module):
    """A convolution over a window, of the size of its input; beyond the edges are zeros.

    Rows of the usual square kernel that a mask would hide are not there at all, which saves their multiplications.

    Args:
        inputs: Channels.
        outputs: Channels.
        window: What it sees.
        stride: Of whole maps; at a cursor the output is that of the place or row whose window this is.
        bias: Whether there is one; it starts at zero.
        generator: Of the initial weights, normal with variance 2 / (outputs k^2) for a masked k x k kernel.

    Source:
        Initial law: public code of lagging inference (He et al. 2019), ``dec_pixelcnn_v2.py``.
    """

    mask: Tensor
    bias: nn.Parameter | None

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        window: Window,
        stride: int = 1,
        bias: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        """Draw the weights."""
        super().__init__()
        require_count("inputs", inputs)
        require_count("outputs", outputs)
        self.window, self.stride = window, stride
        rows, columns = window.size
        area = columns**2 if window.last is not None else rows * columns
        weight = torch.empty(outputs, inputs, rows, columns)
        self.weight = nn.Parameter(weight.normal_(0, math.sqrt(2 / (outputs * area)), generator=generator))
        self.register_parameter("bias", nn.Parameter(torch.zeros(outputs)) if bias else None)
        mask = torch.ones(1, 1, rows, columns)
        if window.last is not None:
            mask[..., -1, window.last :] = 0
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, heights: Heights, cursor: Cursor | None = None) -> Heights:
        """Return the convolution of whole maps; with a cursor that of its place or row, from inputs there and before.

        Args:
            heights: Whole maps; with a cursor the vectors at its place, or its whole row of maps for a window that
                ends above or that is one place wide.
            cursor: Where.
        """
        if cursor is None:
            return functional.conv2d(self._padded(heights), self.seen_weight(), self.bias, stride=self.stride)
        weight = cursor.once(self, self.seen_weight)
        if heights.ndim == 2:
            return functional.linear(self.remember(heights, cursor), weight.flatten(1), self.bias)
        return functional.conv2d(self._remembered(heights, cursor, 0), weight, self.bias, stride=self.stride)

    def peek(
        self, maps: Float[Tensor, "batch inputs height width"], cursor: Cursor, *, whole_row: bool = False
    ) -> Heights:
        """Return the convolution at the place or row of the cursor from whole maps, and keep nothing."""
        (rows, columns), column = self.window.size, 0 if whole_row else cursor.column
        count = maps.shape[-1] if whole_row else 1
        seen = self._padded(maps)[:, :, cursor.row : cursor.row + rows, column : column + count + columns - 1]
        found = functional.conv2d(seen, cursor.once(self, self.seen_weight), self.bias)
        return found if whole_row else found.flatten(1)

    def remember(self, heights: Float[Tensor, "batch inputs"], cursor: Cursor) -> Float[Tensor, "batch _"]:
        """Return the window of the place of the cursor, all entries of an x in one axis, and keep what is new in it."""
        if self.window.size == (1, 1):
            return heights
        return self._remembered(heights[..., None, None], cursor, cursor.column).flatten(1)

    def seen_weight(self) -> Float[Tensor, "outputs inputs _ _"]:
        """Return the weights without those that the mask hides."""
        return self.weight if self.window.last is None else self.weight * self.mask

    def _padded(self, maps: Tensor) -> Tensor:
        return functional.pad(maps, (self.window.left, self.window.right, self.window.top, -self.window.bottom))

    def _remembered(self, maps: Tensor, cursor: Cursor, column: int) -> Tensor:
        window, count, (rows, columns) = self.window, maps.shape[-1], self.window.size
        size = (cursor.height + window.top, cursor.width + window.left + max(window.right, 0))
        memory: Tensor = cursor.once((self, "inputs"), lambda: maps.new_zeros(*maps.shape[:2], *size))
        memory[:, :, cursor.row + window.top, column + window.left :][..., :count] = maps[:, :, 0]
        return memory[:, :, cursor.row : cursor.row + rows, column : column + count + columns - 1]


class NormalisedConv2d(nn.Module):
    """A causal convolution without bias, and batch normalisation after it; at a cursor, both are one product.

    Args:
        inputs: Channels.
        outputs: Channels.
        window: What it sees.
        generator: Of the initial weights.
    """

    def __init__(self, inputs: int, outputs: int, *, window: Window, generator: torch.Generator | None = None) -> None:
        """Draw the weights."""
        super().__init__()
        self.convolution = CausalConv2d(inputs, outputs, window=window, generator=generator)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, heights: Heights, cursor: Cursor | None = None) -> Heights:
        """Return the normalised convolution; with a cursor that at its place, normalised as in evaluation mode."""
        if cursor is None:
            found: Tensor = self.norm(self.convolution(heights))
            return found
        return functional.linear(self.convolution.remember(heights, cursor), *cursor.once(self, self._folded))

    def _folded(self) -> tuple[Tensor, Tensor]:
        """Return weights and bias of convolution and normalisation together."""
        mean, variance = cast(Tensor, self.norm.running_mean), cast(Tensor, self.norm.running_var)
        scale = self.norm.weight / torch.sqrt(variance + self.norm.eps)
        return self.convolution.seen_weight().flatten(1) * scale[:, None], self.norm.bias - mean * scale
