"""Fewer nodes for a law on the line: a Gauss rule of the law in each cell, all weights positive."""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from variational.errors import InvalidInputError

DISTINCT = 1e-20  # squared norm, in half the length taken, below which a cell holds no further distinct node
TINY = 1e-300


def compress(
    values: Array, log_weights: Array, *, width: float, order: int, even: float = np.inf
) -> tuple[Array, Array]:
    """Return nodes and log weights that integrate, cell by cell, polynomials below degree 2 order as the law does.

    The masses of every cell are kept exactly. Cells with at most ``order`` nodes are passed on unchanged.

    Args:
        values: Nodes, shape (n,).
        log_weights: Shape (n,); relative accuracy is kept however small they are.
        width: Of the cells, which begin at multiples of it.
        order: Nodes in a cell, at least one.
        even: Beyond this modulus cells grow in proportion to the value, by a tenth of it.

    Error:
        For a function analytic within a distance s of the real line, about rho^(-2 order) times its size, where
        rho = (s + sqrt(s^2 + width^2/4)) / (width/2). Rational functions of exp(value), which have s = pi at worst,
        lose 1e-9 at width 3 and order 7.

    Source:
        Stieltjes (1884) for the recurrence coefficients of a discrete law; Golub & Welsch (1969) for the nodes.
    """
    if not (width > 0 and order >= 1):
        msg = f"width must be > 0 and order >= 1, got {width} and {order}"
        raise InvalidInputError(msg)
    ranks = np.argsort(values, kind="stable")
    values, log_weights = values[ranks], log_weights[ranks]
    modulus = np.abs(values)
    far = np.log(np.maximum(modulus, even) / even) * 10 * width if np.isfinite(even) else 0.0
    cells = np.floor(np.sign(values) * (np.minimum(modulus, even) + far) / width)
    starts = np.flatnonzero(np.diff(cells, prepend=-np.inf))
    counts = np.diff(starts, append=len(values))
    crowded = counts > order
    keep = ~np.repeat(crowded, counts)
    if not crowded.any():
        return values, log_weights
    inner, inner_log = values[~keep], log_weights[~keep]
    sizes = counts[crowded]
    begins = np.cumsum(sizes) - sizes
    found, found_log = _gauss(inner, inner_log, begins=begins, sizes=sizes, order=order)
    nodes, logs = np.concatenate([values[keep], found]), np.concatenate([log_weights[keep], found_log])
    ranks = np.argsort(nodes, kind="stable")
    return nodes[ranks], logs[ranks]


def _gauss(
    values: Array,
    log_weights: Array,
    *,
    begins: npt.NDArray[np.intp],
    sizes: npt.NDArray[np.intp],
    order: int,
) -> tuple[Array, Array]:
    """Return the Gauss nodes and log weights of all cells at once."""
    top = np.maximum.reduceat(log_weights, begins)
    with np.errstate(under="ignore"):
        weights = np.exp(log_weights - np.repeat(top, sizes))
    total = np.add.reduceat(weights, begins)
    weights /= np.repeat(total, sizes)
    ends = values[begins], values[begins + sizes - 1]
    middles, halves = (ends[0] + ends[1]) / 2, np.maximum((ends[1] - ends[0]) / 2, TINY)
    points = (values - np.repeat(middles, sizes)) / np.repeat(halves, sizes)  # in [-1, 1]
    diagonal, beside = np.zeros((len(begins), order)), np.zeros((len(begins), order))
    before, now = np.zeros_like(points), np.ones_like(points)
    for k in range(order):
        mass = weights * now * now
        diagonal[:, k] = np.add.reduceat(mass * points, begins)
        if k + 1 == order:
            break
        following = (points - np.repeat(diagonal[:, k], sizes)) * now - np.repeat(beside[:, k], sizes) * before
        squared = np.add.reduceat(weights * following * following, begins)
        ended = squared <= DISTINCT  # and so in all later rounds, since the next polynomial is set to zero
        norm = np.where(ended, 0.0, np.sqrt(squared))
        beside[:, k + 1] = norm
        before, now = now, following * np.repeat(np.where(ended, 0.0, 1 / np.where(ended, 1.0, norm)), sizes)
    matrices = np.zeros((len(begins), order, order))
    steps = np.arange(order)
    matrices[:, steps, steps] = diagonal
    matrices[:, steps[1:], steps[:-1]] = beside[:, 1:]
    nodes, vectors = np.linalg.eigh(matrices)
    share = vectors[:, 0, :] ** 2
    log_mass = (top + np.log(total))[:, None]
    with np.errstate(divide="ignore"):
        logs = np.log(share) + log_mass
    held = share > 0
    return (middles[:, None] + nodes * halves[:, None])[held], logs[held]
