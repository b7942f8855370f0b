"""Bounds on the optimal value from any encoder and any aggregate: weak duality, whatever made the two."""

import dataclasses

import numpy as np
import numpy.typing as npt

from numeric.dual import aggregate, evaluate, excess, excess_by_row, log_sum_exp
from numeric.problem import Array, Problem
from variational.errors import InvalidInputError

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
    encoder = _encoder(problem, log_encoder)
    guess = _log_aggregate(problem, log_aggregate)
    tilt, omega = problem.tilt, problem.aggregate_weight
    dual = evaluate(problem, tilt, guess)
    log_gamma = aggregate(problem, encoder)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        upper, size = _primal(problem, tilt, encoder, log_gamma)
        gap = float(problem.curvature @ excess_by_row(encoder, dual.log_encoder))
        gap += omega * excess(log_gamma, guess) if omega else 0.0
        size += float(problem.curvature @ np.abs(largest_terms(problem, tilt, guess)))
        size += omega * float(np.exp(guess).sum())
    lower = dual.value if np.isfinite(dual.value) else -np.inf
    rounding = 4 * np.finfo(np.float64).eps * size
    return Certificate(
        lower=float(lower),
        upper=upper,
        gap=gap if np.isfinite(gap) else np.inf,
        rounding=float(rounding) if np.isfinite(rounding) else np.inf,
    )


def largest_terms(problem: Problem, tilt: Array, log_aggregate: Array) -> Array:
    """Return the largest term of the logits of each x, which bounds the rounding of the dual value; shape (x,)."""
    shifted = np.abs(tilt).max(axis=1) + problem.aggregate_weight * problem.data * np.abs(1 + log_aggregate).max()
    largest: Array = shifted / problem.curvature
    return largest


def value(problem: Problem, log_encoder: npt.ArrayLike) -> float:
    """Return the loss R at an encoder with rows of unit mass; nats.

    Raises:
        InvalidInputError: For a wrong shape or rows that do not sum to one.
    """
    encoder = _encoder(problem, log_encoder)
    return _primal(problem, problem.tilt, encoder, aggregate(problem, encoder))[0]


def distance(problem: Problem, log_encoder: npt.ArrayLike, log_optimum: npt.ArrayLike) -> float:
    """Return sum_x c KL(q_x||q*_x) + omega KL(gamma||gamma*), which is R(q) - R(q*) if q* is the optimum; nats.

    Raises:
        InvalidInputError: For a wrong shape or rows that do not sum to one.
    """
    encoder, optimum = _encoder(problem, log_encoder), _encoder(problem, log_optimum)
    rows = float(problem.curvature @ excess_by_row(encoder, optimum))
    omega = problem.aggregate_weight
    return rows + (omega * excess(aggregate(problem, encoder), aggregate(problem, optimum)) if omega else 0.0)


def mutual_information(problem: Problem, log_encoder: Array) -> float:
    """Return I(X;Z) under the data; nats."""
    log_gamma = aggregate(problem, log_encoder)
    held = problem.data > 0
    rows = log_encoder[held]
    return float(problem.data[held] @ excess_by_row(rows, np.broadcast_to(log_gamma, rows.shape)))


def _primal(problem: Problem, tilt: Array, encoder: Array, log_gamma: Array) -> tuple[float, float]:
    """Return R and the sum of the moduli of its terms."""
    with np.errstate(under="ignore"):
        mass, gamma = np.exp(encoder), np.exp(log_gamma)
    entropies = np.where(mass > 0, mass * np.where(mass > 0, encoder, 0.0), 0.0)
    terms = problem.curvature[:, None] * entropies
    rest = mass * tilt
    outer = problem.aggregate_weight * gamma * np.where(gamma > 0, log_gamma, 0.0)
    total = float((terms - rest).sum() + outer.sum())
    return total, float(np.abs(terms).sum() + np.abs(rest).sum() + np.abs(outer).sum())


def _encoder(problem: Problem, log_encoder: npt.ArrayLike) -> Array:
    rows = np.asarray(log_encoder, dtype=np.float64)
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
    found = np.asarray(log_aggregate, dtype=np.float64)
    if found.shape != problem.shape[1:]:
        msg = f"log_aggregate must have shape {problem.shape[1:]} (z,), got {found.shape}"
        raise InvalidInputError(msg)
    if not np.isfinite(found).all():
        place = int(np.argmax(~np.isfinite(found)))
        msg = f"log_aggregate must be finite, an aggregate without zeros, got {found[place]} at z index {place}"
        raise InvalidInputError(msg)
    return found
