"""Input-convex networks with a strong-convexity constant, their gradient and its derivative in closed form.

The gradient is written out as one forward and one backward sweep of ordinary operations. So it needs no autograd, is
itself differentiable by autograd in points and parameters, and goes through ``torch.func``.
"""

import dataclasses
import math
from collections.abc import Callable
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.validation import require_count, require_counts, require_in_range, require_one_of
from variational.errors import InvalidInputError

LEAK = 0.2  # of the leaky profiles


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A convex function of one variable with its first two derivatives.

    Attributes:
        value: The function.
        slope: Its derivative.
        curvature: Its second derivative; almost everywhere, for a function with kinks.
        monotone: Whether it never decreases; one that does serves in the first layer only.
        strict: Whether it is strictly convex, with a positive second derivative everywhere.
    """

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    curvature: Callable[[Tensor], Tensor]
    monotone: bool = True
    strict: bool = False


def softplus(heights: Tensor) -> Tensor:
    """Return log(1 + exp(s)); torch's own is the line s from 20 on, where its slope still differs from 1 by 2e-9."""
    return functional.softplus(heights, threshold=40.0)


def _leaky_slope(heights: Tensor) -> Tensor:
    return torch.where(heights > 0, torch.ones_like(heights), torch.full_like(heights, LEAK))


PROFILES: dict[str, Profile] = {
    "softplus": Profile(
        value=softplus,
        slope=torch.sigmoid,
        curvature=lambda heights: torch.sigmoid(heights) * torch.sigmoid(-heights),
        strict=True,
    ),
    "cubic": Profile(
        value=lambda heights: torch.relu(heights) ** 3 / 6,
        slope=lambda heights: torch.relu(heights) ** 2 / 2,
        curvature=torch.relu,
    ),
    "logcosh": Profile(
        value=lambda heights: heights.abs() + softplus(-2 * heights.abs()) - math.log(2),
        slope=torch.tanh,
        curvature=lambda heights: 4 * torch.sigmoid(2 * heights) * torch.sigmoid(-2 * heights),
        monotone=False,
        strict=True,
    ),
    "leaky_relu": Profile(
        value=lambda heights: functional.leaky_relu(heights, LEAK),
        slope=_leaky_slope,
        curvature=torch.zeros_like,
    ),
    "squared_leaky_relu": Profile(
        value=lambda heights: functional.leaky_relu(heights, LEAK).square(),
        slope=lambda heights: 2 * heights * _leaky_slope(heights).square(),
        curvature=lambda heights: 2 * _leaky_slope(heights).square(),
        monotone=False,
        strict=True,
    ),
}

# maps of the real line onto positive weights, with their inverses
POSITIVE: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "softplus": (softplus, lambda weights: weights + torch.log(-torch.expm1(-weights))),
    "exp": (torch.exp, torch.log),
}


class ICNN(nn.Module):
    """G(z) = w·y_k + c·z + L|z|^2/2 with y_1 = g_1(A_1 z + b_1) and y_i+1 = g_i+1(W_i y_i + A_i+1 z + b_i+1); W, w > 0.

    The last layer of the text, a scalar y, is the affine one with g the identity; its constant has no gradient and is
    left out. All A_i are one matrix, so that each sweep multiplies by it once; it is held transposed, z by units, since
    libraries are several times slower at the gradient of a matrix that has few columns.

    Args:
        dimension: Of z.
        widths: k entries, of the hidden layers.
        profile: g for all layers, or one name a layer: "softplus", "cubic" for max(s, 0)^3 / 6, "leaky_relu"; in the
            first layer also "logcosh" and "squared_leaky_relu", which are convex but not monotone.
        positive: How W and w are made positive: "softplus" or "exp" of what is trained.
        strength: L >= 0.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For sizes below 1, unknown names, a profile that decreases after the first layer or L < 0.

    Source:
        illidvae, section 4.1, after Amos et al. (2017). Not stated there and chosen here: two hidden layers, softplus
        for g, since the gradient of a piecewise linear G is constant on pieces, and softplus for the weights. The
        public code of LIDVAE takes ("squared_leaky_relu", "leaky_relu"). At the start A and b follow torch's law for
        linear layers, the rows of W have mean sum 1, and w is such that the Hessian is of order 1 + L or less.
    """

    strength: Tensor

    def __init__(
        self,
        dimension: int,
        *,
        widths: tuple[int, ...] = (512, 512),
        profile: str | tuple[str, ...] = "softplus",
        positive: str = "softplus",
        strength: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("dimension", dimension)
        require_counts("widths", widths)
        require_one_of("positive", positive, POSITIVE)
        require_in_range("strength", strength, least=0.0)
        self.dimension, self.widths = dimension, tuple(widths)
        self.profiles = _profiles(profile, len(widths))
        self.positive = positive
        self.register_buffer("strength", torch.tensor(float(strength)))
        bound, inverse = 1 / math.sqrt(dimension), POSITIVE[positive][1]
        self.directions = nn.Parameter(_uniform((dimension, sum(widths)), -bound, bound, generator))
        self.offsets = nn.Parameter(_uniform((sum(widths),), -bound, bound, generator))
        # between 1/2 and 3/2 of the mean: the logarithm in the inverse has no use for zeros
        self.raw_weights = nn.ParameterList(
            inverse(_uniform((after, before), 0.5 / before, 1.5 / before, generator))
            for before, after in pairwise(widths)
        )
        mean = min(1.0, 12 * dimension / widths[-1])  # softplus has curvature 1/4 at most, an entry of A variance 1/3d
        self.raw_output = nn.Parameter(inverse(_uniform((widths[-1],), mean / 2, 3 * mean / 2, generator)))
        self.tilt = nn.Parameter(torch.zeros(dimension))

    @property
    def strict(self) -> bool:
        """Whether every profile is strictly convex.

        If so, the Hessian at L = 0 is positive on all vectors that A does not map to zero; with at least as many hidden
        units as coordinates, that is all, for almost all weights.
        """
        return all(PROFILES[name].strict for name in self.profiles)

    def forward(self, points: Float[Tensor, "*batch dimension"]) -> Float[Tensor, "*batch"]:
        """Return G(z)."""
        heights, _ = self._heights(points, self.directions)
        top = PROFILES[self.profiles[-1]].value(heights[-1])
        found: Tensor = top @ self._positive(self.raw_output) + points @ self.tilt
        return found + self.strength * points.square().sum(dim=-1) / 2

    def gradient(self, points: Float[Tensor, "*batch leading"]) -> Float[Tensor, "*batch dimension"]:
        """Return the gradient of G, an L-inverse Lipschitz map.

        Args:
            points: z, or only its leading coordinates where the others are zero; these then cost nothing.

        Error:
            Rounding; in float64 the same as autograd of ``forward`` to about 1e-14 of the largest term.

        Source:
            illidvae, section 4.1 (f = dG/dz); the sweep is back-propagation by hand.
        """
        split = self._split(points)
        heights, weights = self._heights(points, split[0])
        signal = self._positive(self.raw_output)
        signals: list[Tensor] = []
        for place in reversed(range(len(heights))):
            signals.append(PROFILES[self.profiles[place]].slope(heights[place]) * signal)
            if place:
                signal = signals[-1] @ weights[place - 1]
        return self._assemble(torch.cat(signals[::-1], dim=-1), points, split, tilted=True)

    def gradient_and_product(
        self, points: Float[Tensor, "*batch leading"], tangents: Float[Tensor, "... some"]
    ) -> tuple[Float[Tensor, "*batch dimension"], Float[Tensor, "... dimension"]]:
        """Return the gradient of G and the Hessian of G times a vector; the Hessian is symmetric and at least L I.

        Args:
            points: z, or its leading coordinates where the others are zero.
            tangents: The vector, or its leading coordinates where the others are zero; the axes before the last one
                broadcast against those of z, so that one more in front holds several vectors for each z.
        """
        split, tangent_split = self._split(points), self._split(tangents)
        heights, weights = self._heights(points, split[0])
        rises = self._by_layer(tangents @ tangent_split[0])
        for place, weight in enumerate(weights):
            slope = PROFILES[self.profiles[place]].slope(heights[place])
            rises[place + 1] = rises[place + 1] + functional.linear(slope * rises[place], weight)
        signal, change = self._positive(self.raw_output), torch.zeros_like(self.raw_output)
        signals: list[Tensor] = []
        changes: list[Tensor] = []
        for place in reversed(range(len(heights))):
            profile = PROFILES[self.profiles[place]]
            slope = profile.slope(heights[place])
            changes.append(profile.curvature(heights[place]) * rises[place] * signal + slope * change)
            signals.append(slope * signal)
            if place:
                signal, change = signals[-1] @ weights[place - 1], changes[-1] @ weights[place - 1]
        gradient = self._assemble(torch.cat(signals[::-1], dim=-1), points, split, tilted=True)
        product = self._assemble(torch.cat(changes[::-1], dim=-1), tangents, tangent_split, tilted=False)
        return gradient, product

    def hessian(self, points: Float[Tensor, "*batch leading"]) -> Float[Tensor, "*batch dimension dimension"]:
        """Return the Hessian of G, which is the Jacobian of the gradient."""
        units = torch.eye(self.dimension, dtype=points.dtype, device=points.device)
        columns = units.reshape(self.dimension, *(1,) * (points.ndim - 1), self.dimension)
        return self.gradient_and_product(points, columns)[1].movedim(0, -1)

    def _heights(self, points: Tensor, directions: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return what each layer's profile is applied to, and the weights between layers."""
        weights = [self._positive(raw) for raw in self.raw_weights]
        heights = self._by_layer(functional.linear(points, directions.T, self.offsets))
        for place, weight in enumerate(weights):
            layer = PROFILES[self.profiles[place]].value(heights[place])
            heights[place + 1] = heights[place + 1] + functional.linear(layer, weight)
        return heights, weights

    def _split(self, points: Tensor) -> tuple[Tensor, ...]:
        """Return the rows of A^T for the coordinates given and, if any, those for the zeros that follow."""
        leading = points.shape[-1]
        if not 1 <= leading <= self.dimension:
            msg = f"points must have 1 to {self.dimension} coordinates, got shape {tuple(points.shape)}"
            raise InvalidInputError(msg)
        if leading == self.dimension:
            return (self.directions,)
        return torch.split(self.directions, [leading, self.dimension - leading])

    def _assemble(self, signals: Tensor, points: Tensor, split: tuple[Tensor, ...], *, tilted: bool) -> Tensor:
        """Return signals @ A + L points, with c where tilted."""
        # one product for each part of A: joining the results is cheaper than joining the gradients of the parts
        sizes = [len(part) for part in split]
        tilts = torch.split(self.tilt, sizes) if tilted else (None,) * len(split)
        parts = [functional.linear(signals, part, tilt) for part, tilt in zip(split, tilts, strict=True)]
        parts[0] = parts[0] + self.strength * points
        return torch.cat(parts, dim=-1) if len(parts) > 1 else parts[0]

    def _by_layer(self, heights: Tensor) -> list[Tensor]:
        return list(torch.split(heights, list(self.widths), dim=-1))

    def _positive(self, raw: Tensor) -> Tensor:
        return POSITIVE[self.positive][0](raw)


def _profiles(profile: str | tuple[str, ...], layers: int) -> tuple[str, ...]:
    """Return one name of a profile for each layer."""
    names = (profile,) * layers if isinstance(profile, str) else tuple(profile)
    if len(names) != layers:
        msg = f"profile must be one name or one for each of the {layers} hidden layers, got {names}"
        raise InvalidInputError(msg)
    for place, name in enumerate(names):
        require_one_of("profile", name, PROFILES)
        if place and not PROFILES[name].monotone:
            msg = f"profile must not decrease after the first layer, got {name!r} in layer {place + 1}"
            raise InvalidInputError(msg)
    return names


def _uniform(shape: tuple[int, ...], least: float, most: float, generator: torch.Generator | None) -> Tensor:
    return torch.empty(shape).uniform_(least, most, generator=generator)
