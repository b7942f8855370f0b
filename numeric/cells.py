"""Cells that divide the line or the plane without remainder, and exact Gaussian masses of them.

The outermost cells reach to infinity, so nothing is neglected. A loss that only falls when codes are merged, as one
that is a sum of divergences does, has a value over cells that is a lower bound of its value over densities.
"""

import dataclasses
import functools
import math

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from numeric.arrays import Array
from numeric.grid import HALF_LOG_TAU
from variational.errors import InvalidInputError

REACH = 6.0  # deviations around a mean inside which cells are fine; beyond, coarse cells only loosen bounds
CROWDED = 0.5  # of the finest spacing wanted; an edge closer than this to the one before is left out
LARGEST = 4_000_000  # cells


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cells:
    """Products of intervals along one or two axes, the outermost unbounded; numbered with the last axis first.

    Attributes:
        edges: Inner edges along each axis, increasing; m of them make m + 1 intervals.
    """

    edges: tuple[Array, ...]

    def __post_init__(self) -> None:
        """Check the edges and make them read-only copies."""
        found = []
        for given in self.edges:
            array = np.array(given, dtype=np.float64)
            if array.ndim != 1 or not array.size or not np.isfinite(array).all() or not (np.diff(array) > 0).all():
                msg = f"edges must be non-empty increasing vectors of finite numbers, got {array!r:.60}"
                raise InvalidInputError(msg)
            array.flags.writeable = False
            found.append(array)
        if len(found) not in (1, 2):
            msg = f"edges must be along one or two axes, got {len(found)}"
            raise InvalidInputError(msg)
        object.__setattr__(self, "edges", tuple(found))
        if not len(self) <= LARGEST:
            msg = f"edges must make at most {LARGEST} cells, got {len(self)}"
            raise InvalidInputError(msg)

    def __len__(self) -> int:
        """Return the number of cells."""
        return math.prod(len(edges) + 1 for edges in self.edges)

    def log_masses(self, mean: npt.ArrayLike, deviation: npt.ArrayLike) -> Array:
        """Return log masses of N(mean, diag(deviation^2)), shape (cells,); their exponentials sum to one.

        Args:
            mean: One number for each axis.
            deviation: One number > 0 for each axis.
        """
        means, deviations = self._by_axis("mean", mean), self._by_axis("deviation", deviation)
        rows = [_log_masses(edges, m, s) for edges, m, s in zip(self.edges, means, deviations, strict=True)]
        return functools.reduce(_outer_sum, rows)

    def divergences(self, deviation: float, other: float) -> Array:
        """Return KL(N(0, deviation^2 I) || N(0, other^2 I)) with both restricted to each cell, shape (cells,).

        Error:
            About 1e-11 for edges within 50 deviations of either law; values that rounding makes negative are zero.
        """
        rows = [_divergences(edges, deviation, other) for edges in self.edges]
        return functools.reduce(_outer_sum, rows)

    def _by_axis(self, name: str, given: npt.ArrayLike) -> Array:
        found = np.asarray(given, dtype=np.float64)
        if found.shape != (len(self.edges),) or not np.isfinite(found).all():
            msg = f"{name} must hold a finite number for each of {len(self.edges)} axes, got shape {found.shape}"
            raise InvalidInputError(msg)
        if name == "deviation" and not (found > 0).all():
            msg = f"deviation must be > 0, got {found.min()}"
            raise InvalidInputError(msg)
        return found


def cells_around(means: npt.ArrayLike, deviations: npt.ArrayLike, *, per_deviation: float) -> Cells:
    """Return cells that resolve several Gaussians: ``per_deviation`` of them in a deviation of each, within its reach.

    Args:
        means: Shape (laws, axes).
        deviations: > 0, shape (laws, axes).
        per_deviation: > 0.

    Raises:
        InvalidInputError: Where shapes differ, a number breaks its rule, or more than four million cells are asked for.
    """
    centres, widths = (np.asarray(given, dtype=np.float64) for given in (means, deviations))
    if centres.ndim != 2 or centres.shape != widths.shape or not np.isfinite(centres).all():
        msg = f"means and deviations must be finite of one shape (laws, axes), got {centres.shape} and {widths.shape}"
        raise InvalidInputError(msg)
    if not ((widths > 0) & (widths < math.inf)).all():
        msg = f"deviations must be finite and > 0, got {widths.min()}"
        raise InvalidInputError(msg)
    if not 0 < per_deviation < math.inf:
        msg = f"per_deviation must be a finite number > 0, got {per_deviation!r}"
        raise InvalidInputError(msg)
    steps = np.linspace(-REACH, REACH, math.ceil(2 * REACH * per_deviation) + 1)
    along = zip(centres.T, widths.T, strict=True)
    return Cells(edges=tuple(_inner_edges(centre, width, steps) for centre, width in along))


def _inner_edges(centres: Array, widths: Array, steps: Array) -> Array:
    """Return the sorted union of centre + width steps, without what lies too close to its neighbour."""
    every = np.sort((centres[:, None] + widths[:, None] * steps).ravel())
    least = CROWDED * float(widths.min()) * float(steps[1] - steps[0])
    kept = [every[0]]
    for edge in every[1:]:
        if edge - kept[-1] >= least:
            kept.append(edge)
    return np.array(kept)


def _outer_sum(rows: Array, columns: Array) -> Array:
    found: Array = (rows[:, None] + columns[None, :]).ravel()
    return found


def _log_masses(edges: Array, mean: float, deviation: float) -> Array:
    """Return log masses of the intervals between edges, the outermost unbounded."""
    ends = np.concatenate([[-np.inf], (edges - mean) / deviation, [np.inf]])
    lower, upper = ends[:-1], ends[1:]
    mirrored = lower > 0  # there log Phi is next to zero, and that of the mirror image keeps its digits
    low, high = np.where(mirrored, -upper, lower), np.where(mirrored, -lower, upper)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_high = log_ndtr(high)
        log_masses = log_high + np.log(-np.expm1(log_ndtr(low) - log_high))
    # where even the logarithm of both tails overflows
    found: Array = np.where(np.isnan(log_masses), -np.inf, log_masses)
    return found


def _divergences(edges: Array, deviation: float, other: float) -> Array:
    """Return KL(N(0, deviation^2) || N(0, other^2)) restricted to each interval, in closed form."""
    ends = np.concatenate([[-np.inf], edges / deviation, [np.inf]])
    log_masses = _log_masses(edges, 0.0, deviation)
    # E[z^2] of the restricted law over its variance is 1 + (a phi(a) - b phi(b)) / mass for ends a < b
    log_peaks = -HALF_LOG_TAU - log_masses
    with np.errstate(invalid="ignore"):
        low, high = (np.nan_to_num(end * np.exp(log_peaks - end**2 / 2)) for end in (ends[:-1], ends[1:]))
    second_moment = deviation**2 * (1 + low - high)
    log_ratio = math.log(other / deviation) + second_moment * (other**-2 - deviation**-2) / 2
    found: Array = np.maximum(log_ratio - log_masses + _log_masses(edges, 0.0, other), 0.0)
    return found
