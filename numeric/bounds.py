"""Bounds on the optimal value from any encoder and any aggregate: weak duality, whatever made the two."""

import dataclasses

import numpy as np
import numpy.typing as npt

from numeric.aggregate import excess_by_row
from numeric.arrays import Array, log_sum_exp, to_numpy
from numeric.passes import BLOCK, Evaluation, Passes
from numeric.problem import Problem
from variational.errors import InvalidInputError

ROUNDING = 4 * float(np.finfo(np.float64).eps)  # of a value, relative to the moduli of its terms
ROW_ROUNDING = 1e-6  # how far from 1 the sum of a row may be: encoders in single precision are welcome


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """Bracket of the optimal value, lower <= optimum <= upper up to ``rounding``; nats.

    Attributes:
        lower: Dual value of the aggregate.
        upper: Value of the loss at the encoder.
        gap: upper - lower, computed as a sum of non-negative terms, so that it stays meaningful far below
            the rounding error of the two values.
        rounding: Estimate of the rounding error of ``lower`` and of ``upper``.
    """

    lower: float
    upper: float
    gap: float
    rounding: float


def bracket(problem: Problem, log_encoder: npt.ArrayLike, log_aggregate: npt.ArrayLike) -> Certificate:
    """Return bounds on the optimum from any encoder and any aggregate.

    Args:
        problem: What is minimised.
        log_encoder: log q(z|x), shape (x, z), rows of unit mass; -inf stands for zero. A trained, a computed and a
            guessed encoder are treated alike; what its rows miss to unit mass by rounding is divided out.
        log_aggregate: s - 1 of the dual function, finite, shape (z,). Any values give a bound; the log aggregate
            of the optimum gives the best one.

    Returns:
        ``upper``, the loss at the encoder, and ``lower``, the dual function D(s); nats.

    Raises:
        InvalidInputError: For a wrong shape, rows that do not sum to one, or an aggregate with zeros.

    Error:
        ``rounding`` estimates the error of each bound; neither is an enclosure. What a grid leaves out is not
        included: both bounds belong to the finite problem.

    Source:
        Boyd & Vandenberghe (2004), section 5.1.3 (dual function as lower bound).
    """
    problem.require_convex()
    encoder = _encoder(problem, log_encoder)
    guess = _log_aggregate(problem, log_aggregate)
    passes = Passes(problem)
    dual = passes.answer(guess)
    log_gamma = aggregate(problem, encoder)
    step, divergence = max(1, BLOCK // problem.shape[1]), 0.0
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for start in range(0, problem.shape[0], step):
            rows = slice(start, start + step)
            answered = to_numpy(passes.encoder(dual, start, start + step))
            divergence += float(problem.curvature[rows] @ excess_by_row(encoder[rows], answered))
        gap = divergence + passes.term.divergence(log_gamma, guess)
        upper, size = _primal(problem, encoder, log_gamma)
        rounding = ROUNDING * (size + _dual_size(problem, guess))
    return Certificate(
        lower=dual.value if np.isfinite(dual.value) else -np.inf,
        upper=upper,
        gap=gap if np.isfinite(gap) else np.inf,
        rounding=float(rounding) if np.isfinite(rounding) else np.inf,
    )


def own_bracket(problem: Problem, dual: Evaluation) -> Certificate:
    """Return the bracket of a log aggregate and the encoder that answers it, without forming that encoder.

    The loss at that encoder exceeds D by the divergence of its aggregate from the argument alone. It equals
    ``bracket`` of the two, up to rounding.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        rounding = 2 * ROUNDING * _dual_size(problem, dual.log_aggregate)
    return Certificate(
        lower=dual.value if np.isfinite(dual.value) else -np.inf,
        upper=dual.value + dual.gap,
        gap=dual.gap if np.isfinite(dual.gap) else np.inf,
        rounding=float(rounding) if np.isfinite(rounding) else np.inf,
    )


def _dual_size(problem: Problem, log_aggregate: Array) -> float:
    """Return a bound on the sum of the moduli of the terms of the dual value, which bounds its rounding."""
    tilts = np.abs(problem.tilt_weights) @ np.abs(problem.log_tilts).max(axis=1)
    term = problem.aggregate_term
    shifts = problem.data * np.abs(term.slope(log_aggregate)).max()
    return float(tilts.sum() + shifts.sum()) + abs(term.conjugate(log_aggregate)) + problem.divergence_weight


def value(problem: Problem, log_encoder: npt.ArrayLike) -> float:
    """Return the loss R at an encoder with rows of unit mass; nats.

    Raises:
        InvalidInputError: For a wrong shape or rows that do not sum to one.
    """
    encoder = _encoder(problem, log_encoder)
    return _primal(problem, encoder, aggregate(problem, encoder))[0]


def distance(problem: Problem, log_encoder: npt.ArrayLike, log_optimum: npt.ArrayLike) -> float:
    """Return sum_x c KL(q_x||q*_x) plus the divergence of the aggregates, R(q) - R(q*) if q* is the optimum; nats.

    Raises:
        InvalidInputError: For a wrong shape or rows that do not sum to one.
    """
    encoder, optimum = _encoder(problem, log_encoder), _encoder(problem, log_optimum)
    rows = float(problem.curvature @ excess_by_row(encoder, optimum))
    return rows + problem.aggregate_term.divergence(aggregate(problem, encoder), aggregate(problem, optimum))


def aggregate(problem: Problem, log_encoder: npt.ArrayLike) -> Array:
    """Return log sum_x data(x) q(z|x), shape (z,)."""
    held, rows = problem.data > 0, np.asarray(to_numpy(log_encoder))
    return log_sum_exp(np.log(problem.data[held])[:, None] + rows[held], axis=0)


def mutual_information(problem: Problem, log_encoder: Array) -> float:
    """Return I(X;Z) under the data; nats."""
    log_gamma = aggregate(problem, log_encoder)
    held = problem.data > 0
    rows = log_encoder[held]
    return float(problem.data[held] @ excess_by_row(rows, np.broadcast_to(log_gamma, rows.shape)))


def _primal(problem: Problem, encoder: Array, log_gamma: Array) -> tuple[float, float]:
    """Return R and the sum of the moduli of its terms."""
    total = size = 0.0
    step = max(1, BLOCK // problem.shape[1])
    for start in range(0, problem.shape[0], step):
        rows = slice(start, start + step)
        with np.errstate(under="ignore"):
            mass = np.exp(encoder[rows])
        entropies = mass * np.where(mass > 0, encoder[rows], 0.0)
        curved = problem.curvature[rows, None] * entropies
        tilted = mass * (problem.tilt_weights[rows] @ problem.log_tilts)
        total += float((curved - tilted).sum())
        size += float(np.abs(curved).sum() + np.abs(tilted).sum())
    outer = problem.aggregate_term.value(log_gamma)
    return total + outer, size + abs(outer) + problem.divergence_weight


def _encoder(problem: Problem, log_encoder: npt.ArrayLike) -> Array:
    rows = np.asarray(to_numpy(log_encoder), dtype=np.float64)
    if rows.shape != problem.shape:
        msg = f"log_encoder must have shape {problem.shape} (x, z), got {rows.shape}"
        raise InvalidInputError(msg)
    if not (rows < np.inf).all():  # nan included
        place = np.argwhere(~(rows < np.inf))[0]
        msg = f"log_encoder must hold numbers below infinity, got {rows[tuple(place)]} at x, z = {place[0]}, {place[1]}"
        raise InvalidInputError(msg)
    log_total = log_sum_exp(rows, axis=1)
    if not (np.abs(log_total) <= ROW_ROUNDING).all():
        place = int(np.argmax(np.abs(log_total)))
        msg = f"log_encoder must have rows of unit mass, got log mass {log_total[place]} at x index {place}"
        raise InvalidInputError(msg)
    normalised: Array = rows - log_total[:, None]
    return normalised


def _log_aggregate(problem: Problem, log_aggregate: npt.ArrayLike) -> Array:
    found = np.asarray(to_numpy(log_aggregate), dtype=np.float64)
    if found.shape != problem.shape[1:]:
        msg = f"log_aggregate must have shape {problem.shape[1:]} (z,), got {found.shape}"
        raise InvalidInputError(msg)
    if not np.isfinite(found).all():
        place = int(np.argmax(~np.isfinite(found)))
        msg = f"log_aggregate must be finite, an aggregate without zeros, got {found[place]} at z index {place}"
        raise InvalidInputError(msg)
    return found
