"""Laws of quadratic forms of a normal vector that are log ratios of Gaussians, as nodes; their sums, in few nodes."""

import math
from collections.abc import Callable

import numpy as np

from numeric.arrays import Array
from numeric.compress import compress
from numeric.grid import gaussian_log_density, log_radial, radial_log_density

CELL, ORDER = 3.0, 7  # of the compression: rational functions of exp(log_ratio) lose at most about 1e-9
REACH = 9.5  # deviations on either side of a Gaussian; 2e-21 lies outside
PRUNED = -60.0  # log mass under data and under noise, below both of which a node is dropped
VISIBLE = -40.0  # log mass from which on a function of the log ratio must be resolved
SATURATED = 150.0  # modulus of the log ratio beyond which it need not be resolved
STEP, FINEST = 0.7, 100.0  # of the log ratio from node to node: the trapezoidal rule then loses 1e-12; refinement
Nodes = tuple[Array, Array]  # log ratios and their log weights


def quadratic_form(variance: float, dimension: int, shift: float, resolution: float) -> list[Nodes]:
    """Return independent terms whose sum is log N(y; -shift e_1, variance I)/N(y; 0, I) under y ~ N(0, I)."""
    bend, log_deviation = (1 - 1 / variance) / 2, math.log(variance) / 2
    parts = []
    if shift:
        linear, constant = shift / variance, log_deviation + shift**2 / (2 * variance)
        narrow, wide = sorted(((1.0, 0.0), (math.sqrt(variance), -shift)))
        parts.append(
            _resolved(lambda fine: _line(narrow, wide, fine), lambda y: bend * y**2 - linear * y - constant, resolution)
        )
    across = dimension - 1 if shift else dimension
    if across and variance != 1:
        constant = across * log_deviation
        parts.append(
            _resolved(lambda fine: _radial(variance, across, fine), lambda r: bend * r**2 - constant, resolution)
        )
    return parts or [(np.zeros(1), np.zeros(1))]


def _resolved(rule: Callable[[float], Nodes], log_ratio_of: Callable[[Array], Array], resolution: float) -> Nodes:
    """Return log ratios and log weights of a rule fine enough for the density and for functions of the log ratio."""
    points, log_weights = rule(1.0)
    values = log_ratio_of(points)
    seen = (np.maximum(log_weights, log_weights + values) > VISIBLE) & (np.abs(values) < SATURATED)
    steps = np.abs(np.diff(values))[seen[1:] & seen[:-1]]
    refinement = min(float(steps.max(initial=0.0)) / STEP, FINEST) * resolution
    if refinement > 1:
        points, log_weights = rule(refinement)
        values = log_ratio_of(points)
    return squeezed(values, log_weights, resolution)


def _radial(variance: float, dimension: int, refinement: float) -> Nodes:
    """Return |y| and log masses under N(0, I), on nodes that N(0, variance I) is covered by too."""
    low, high = sorted((1.0, math.sqrt(variance)))
    middle, slack = math.log(dimension) / 2, REACH / math.sqrt(2 * dimension)
    grid = log_radial(
        log_lower=middle + math.log(low) - max(slack, 50 / dimension),
        log_upper=middle + math.log(high) + slack,
        log_origin=middle + math.log(low) - 2,
        spacing=min(0.15, 1 / (2.5 * math.sqrt(2 * dimension))) / refinement,
    )
    return np.exp(grid.nodes), grid.log_weights + radial_log_density(grid.nodes, dimension)


def _line(narrow: tuple[float, float], wide: tuple[float, float], refinement: float) -> Nodes:
    """Return y and log masses under N(0, 1), on nodes that both laws, given as (deviation, mean), are covered by.

    y = c + s sinh(v) about the narrower, so that the wider costs only the logarithm of its width.
    """
    (scale, centre), (width, other) = narrow, wide
    ends = [centre - REACH * scale, other - REACH * width, centre + REACH * scale, other + REACH * width]
    low, high = (math.asinh((end - centre) / scale) for end in (min(ends), max(ends)))
    spacing = 0.1 * width / max(abs(other - centre), width) / refinement
    v = np.arange(math.floor(low / spacing), math.ceil(high / spacing) + 1, dtype=np.float64) * spacing
    points: Array = centre + scale * np.sinh(v)
    log_weights = math.log(spacing * scale) + np.log(np.cosh(v))
    return points, log_weights + gaussian_log_density(points, 0.0, 1.0)


def sum_of(first: Nodes, second: Nodes, *, resolution: float) -> Nodes:
    """Return the law of a sum of independent terms."""
    log_ratio, log_weights = ((a[:, None] + b).ravel() for a, b in zip(first, second, strict=True))
    return squeezed(log_ratio, log_weights, resolution)


def squeezed(log_ratio: Array, log_weights: Array, resolution: float) -> Nodes:
    """Return fewer nodes, without those that neither data nor noise see.

    Far above log ratio 0 the masses of the noise are compressed, so that cells may be wide there and lose none.
    """
    seen = np.maximum(log_weights, log_weights + log_ratio) > PRUNED
    log_ratio, log_weights = log_ratio[seen], log_weights[seen]
    halves = []
    for side, power in ((log_ratio < SATURATED, 0), (log_ratio >= SATURATED, 1)):
        if side.any():
            masses = log_weights[side] + power * log_ratio[side]
            values, masses = compress(log_ratio[side], masses, width=CELL / resolution, order=ORDER, even=SATURATED)
            halves.append((values, masses - power * values))
    values, masses = (np.concatenate(pieces) for pieces in zip(*halves, strict=True))
    return values, masses
