"""Grids on the line and on radii: nodes, log weights, and bounds on the mass that lies outside of them."""

import dataclasses
import math

import numpy as np
from scipy.special import gammaln, log_ndtr

from numeric.arrays import Array, log_sum_exp
from variational.errors import InvalidInputError

VISIBLE = 1e-10  # mass outside a grid, or missed by its rule, from which on it would show in a result
HERMITE_LARGEST = 500  # nodes; beyond, the Hermite functions underflow at the outermost ones
HALF_LOG_TAU = math.log(2 * math.pi) / 2


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Grid:
    """Nodes and log weights: the integral of f against the base measure is about sum_i exp(log_weights_i) f(nodes_i).

    Attributes:
        nodes: Increasing, shape (n,); radial grids hold log r.
        log_weights: Shape (n,).
        lower: Where the grid begins, the outer half cell included.
        upper: Where it ends.
        base: Mean and deviation of the normal law that is the base measure; None for length (of log r on a radial
            grid).
        spacing: Of equidistant nodes; nan for others.
    """

    nodes: Array
    log_weights: Array
    lower: float
    upper: float
    base: tuple[float, float] | None = None
    spacing: float = math.nan

    def __post_init__(self) -> None:
        """Check the fields and make the arrays read-only copies."""
        for name in ("nodes", "log_weights"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.ndim != 1 or not array.size or not np.isfinite(array).all():
                msg = f"{name} must be a non-empty vector of finite numbers, got shape {array.shape}"
                raise InvalidInputError(msg)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.nodes.shape != self.log_weights.shape or not (np.diff(self.nodes) > 0).all():
            msg = f"nodes must increase and have one log weight each, got {self.nodes!r:.60}"
            raise InvalidInputError(msg)
        if not self.lower <= self.nodes[0] <= self.nodes[-1] <= self.upper:
            msg = f"lower and upper must enclose the nodes, got {self.lower} and {self.upper}"
            raise InvalidInputError(msg)

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.nodes)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Masses:
    """A law on the nodes of a grid.

    Attributes:
        log_masses: Their exponentials sum to one, shape (n,).
        log_neglected: Log of a bound on the mass outside the grid, before the rest was scaled to one.
        defect: What the masses missed to the mass inside, before that: the error of the rule; zero for exact cells.
    """

    log_masses: Array
    log_neglected: float
    defect: float


def uniform(lower: float, upper: float, *, count: int) -> Grid:
    """Return the midpoints of ``count`` equal cells of [lower, upper].

    Error:
        Second order in the spacing for a smooth integrand; beyond any order where the integrand and its derivatives
        vanish at both ends, as a Gaussian does that the grid covers.
    """
    _require_count(count, math.inf)
    if not -math.inf < lower < upper < math.inf:
        msg = f"lower and upper must be finite with lower < upper, got {lower} and {upper}"
        raise InvalidInputError(msg)
    spacing = (upper - lower) / count
    nodes = lower + spacing * (np.arange(count, dtype=np.float64) + 0.5)
    return Grid(nodes=nodes, log_weights=np.full(count, math.log(spacing)), lower=lower, upper=upper, spacing=spacing)


def gauss_hermite(*, count: int, mean: float = 0.0, deviation: float = 1.0) -> Grid:
    """Return the Gauss rule of N(mean, deviation^2), exact for polynomials below degree 2 count.

    Weights come from the Hermite functions, so that the outermost keep their relative accuracy however small.

    Source:
        Golub & Welsch (1969) for the nodes; w = 1 / sum_k p_k(x)^2 of the orthonormal polynomials for the weights.
    """
    _require_count(count, HERMITE_LARGEST)
    _require_positive("deviation", deviation)
    _require_finite("mean", mean)
    steps = np.sqrt(np.arange(1, count, dtype=np.float64))
    points = np.linalg.eigvalsh(np.diag(steps, 1) + np.diag(steps, -1)) if count > 1 else np.zeros(1)
    points = (points - points[::-1]) / 2
    before, now = np.zeros(count), np.exp(-points * points / 4)
    total = now * now
    for k in range(1, count):
        before, now = now, (points * now - math.sqrt(k - 1) * before) / math.sqrt(k)
        total += now * now
    log_weights = -np.log(total) - points * points / 2
    log_weights -= log_sum_exp(log_weights[None, :], axis=1)
    return Grid(
        nodes=np.asarray(mean + deviation * points, dtype=np.float64),
        log_weights=log_weights,
        lower=-math.inf,
        upper=math.inf,
        base=(mean, deviation),
    )


def log_radial(*, log_lower: float, log_upper: float, log_origin: float, spacing: float) -> Grid:
    """Return nodes log r = log_origin + u - exp(-u) with u equidistant: logarithmic outwards, faster to the origin.

    The trapezoidal rule in u converges beyond any order for densities that fall off at both ends; the term exp(-u)
    makes a density r^D, which falls off slowly in log r in few dimensions, fall off doubly exponentially.

    Args:
        log_lower: Log of the least radius that must lie inside.
        log_upper: Log of the largest.
        log_origin: Below exp(log_origin) the nodes thin out.
        spacing: Of u.

    Source:
        Takahasi & Mori (1974), the double exponential rule of a half-infinite interval.
    """
    _require_positive("spacing", spacing)
    if not -math.inf < log_lower < log_upper < math.inf:
        msg = f"log_lower and log_upper must be finite with log_lower < log_upper, got {log_lower} and {log_upper}"
        raise InvalidInputError(msg)
    _require_finite("log_origin", log_origin)
    low, high = (_position(end - log_origin) for end in (log_lower, log_upper))
    first, last = math.floor(low / spacing), math.ceil(high / spacing)
    u = spacing * np.arange(first, last + 1)
    ends = spacing * (first - 0.5), spacing * (last + 0.5)
    lower, upper = (log_origin + end - math.exp(-end) for end in ends)
    nodes = log_origin + u - np.exp(-u)
    log_weights = math.log(spacing) + np.log1p(np.exp(-u))
    return Grid(nodes=nodes, log_weights=log_weights, lower=lower, upper=upper)


def gaussian_masses(
    grid: Grid, *, mean: float, deviation: float, rule: str = "point", largest_neglected: float = VISIBLE
) -> Masses:
    """Return N(mean, deviation^2) on a grid of the line.

    Args:
        grid: With base length or a normal law.
        mean: Finite.
        deviation: > 0.
        rule: "point", density times weight; or "cell", the exact mass of each cell of an equidistant grid.
        largest_neglected: Mass outside, or missed by the rule, from which on the grid is refused.

    Raises:
        InvalidInputError: Where the grid cuts off visible mass or is too coarse for the rule.

    Error:
        As :func:`uniform`. Optima from "cell" masses approach those on the line at second order in the spacing and
        from below, since merging points into cells only lowers divergences.
    """
    _require_positive("deviation", deviation)
    _require_finite("mean", mean)
    if rule not in ("point", "cell"):
        msg = f"rule must be point or cell, got {rule!r}"
        raise InvalidInputError(msg)
    log_outside = gaussian_log_outside(mean=mean, deviation=deviation, lower=grid.lower, upper=grid.upper)
    name = f"N({mean:g}, {deviation:g}^2)"
    if rule == "point":
        log_masses = grid.log_weights + gaussian_log_density(grid.nodes, mean, deviation)
        if grid.base is not None:
            log_masses = log_masses - gaussian_log_density(grid.nodes, *grid.base)
    else:
        if not math.isfinite(grid.spacing):
            msg = f"grid must be equidistant for rule='cell', got spacing {grid.spacing}"
            raise InvalidInputError(msg)
        edges = grid.lower + grid.spacing * np.arange(len(grid) + 1, dtype=np.float64)
        log_masses = _log_cells((edges - mean) / deviation)
    return _scaled(log_masses, log_outside, name, grid, largest_neglected)


def radial_masses(grid: Grid, *, dimension: int, scale: float, largest_neglected: float = VISIBLE) -> Masses:
    """Return the law of log |z| for z ~ N(0, scale^2 I) on a radial grid.

    Raises:
        InvalidInputError: Where the grid cuts off visible mass or is too coarse.
    """
    _require_positive("scale", scale)
    _require_positive("dimension", dimension)
    shift = math.log(scale)
    log_masses = grid.log_weights + radial_log_density(grid.nodes - shift, dimension)
    ends = np.array([grid.lower - shift]), np.array([grid.upper - shift])
    below, above = (float(bound[0]) for bound in radial_log_outside(*ends, dimension))
    name = f"|z| for N(0, {scale:g}^2 I) in {dimension} dimensions"
    return _scaled(log_masses, float(np.logaddexp(below, above)), name, grid, largest_neglected)


def gaussian_log_density(points: Array, mean: float, deviation: float) -> Array:
    """Return the log density of N(mean, deviation^2)."""
    found: Array = -(((points - mean) / deviation) ** 2) / 2 - math.log(deviation) - HALF_LOG_TAU
    return found


def radial_log_density(log_radius: Array, dimension: int) -> Array:
    """Return the log density of log |z| for z ~ N(0, I), with respect to length of log |z|."""
    half = dimension / 2
    with np.errstate(over="ignore"):
        found: Array = dimension * log_radius - np.exp(2 * log_radius) / 2 - (half - 1) * math.log(2) - gammaln(half)
    return found


def gaussian_log_outside(*, mean: float, deviation: float, lower: float, upper: float) -> float:
    """Return the log of the mass of N(mean, deviation^2) outside [lower, upper]."""
    return float(np.logaddexp(log_ndtr((lower - mean) / deviation), log_ndtr((mean - upper) / deviation)))


def radial_log_outside(log_lower: Array, log_upper: Array, dimension: int) -> tuple[Array, Array]:
    """Return logs of bounds on the mass of N(0, I) with |z| below exp(log_lower) and above exp(log_upper).

    Error:
        Both bounds hold everywhere and do not underflow. They exceed the mass by a factor of at most about
        1/(1 - y/a) below and y/(y - a) above, with a = dimension/2 and y = r^2/2, and are 1 near the mode.

    Source:
        gamma(a, y) <= y^a exp(-y) / (a - y/(1 + 1/a)) term by term for y < a + 1; Gamma(a, y) <= y^a exp(-y) /
        (y - a + 1) for a >= 1 and y > a - 1 (Natalini & Palumbo 2000), and y^(a-1) exp(-y) for a <= 1.
    """
    half = dimension / 2
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        low, high = np.exp(2 * log_lower) / 2, np.exp(2 * log_upper) / 2
        log_front = half * np.log(low) - low - gammaln(half + 1)
        below = np.where(low < half, log_front - np.log1p(-np.minimum(low, half) / (half + 1)), 0.0)
        over = np.maximum(high - max(half - 1, 0.0), 1e-300)
        above = np.where(high > half, half * np.log(high) - high - gammaln(half) - np.log(over), 0.0)
    return np.minimum(below, 0.0), np.where(high == np.inf, -np.inf, np.minimum(above, 0.0))


def _log_cells(edges: Array) -> Array:
    """Return log of Phi(b) - Phi(a) for neighbouring edges; log Phi keeps its relative accuracy in both tails."""
    log_below = log_ndtr(edges)
    found: Array = log_below[1:] + np.log(-np.expm1(np.minimum(log_below[:-1] - log_below[1:], -1e-300)))
    return found


def _scaled(log_masses: Array, log_outside: float, name: str, grid: Grid, largest: float) -> Masses:
    """Return the masses scaled to one, or refuse the grid."""
    where = f"the grid of {len(grid)} nodes from {grid.lower:g} to {grid.upper:g}"
    if not log_outside <= math.log(largest):
        msg = f"grid must leave out at most {largest:g} of {name}: {where} leaves out {math.exp(log_outside):.3g}"
        raise InvalidInputError(msg)
    log_total = float(log_sum_exp(log_masses[None, :], axis=1)[0])
    defect = math.expm1(log_total - math.log1p(-math.exp(log_outside))) if log_outside < 0 else math.nan
    if not abs(defect) <= largest:
        msg = f"grid must be fine enough to sum {name} to one within {largest:g}: {where} misses {defect:.3g}"
        raise InvalidInputError(msg)
    scaled = log_masses - log_total
    scaled.flags.writeable = False
    return Masses(log_masses=scaled, log_neglected=log_outside, defect=defect)


def _position(log_ratio: float) -> float:
    """Return u with u - exp(-u) = log_ratio, by Newton's method from the side where it is monotone."""
    u = min(log_ratio, 0.0) if log_ratio > -1 else -math.log(-log_ratio)
    for _ in range(60):
        step = (u - math.exp(-u) - log_ratio) / (1 + math.exp(-u))
        u -= step
        if abs(step) <= 1e-14 * max(1.0, abs(u)):
            break
    return u


def _require_count(count: int, largest: float) -> None:
    if not 1 <= count <= largest:
        msg = f"count must be from 1 to {largest:g}, got {count!r}"
        raise InvalidInputError(msg)


def _require_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        msg = f"{name} must be a finite number > 0, got {value!r}"
        raise InvalidInputError(msg)


def _require_finite(name: str, value: float) -> None:
    if not -math.inf < value < math.inf:
        msg = f"{name} must be a finite number, got {value!r}"
        raise InvalidInputError(msg)
