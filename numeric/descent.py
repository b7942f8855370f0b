"""Descent for losses that are not convex: many starts, every step feasible, none ever upward.

With Phi(q) = sum v q log q, v = data (or the largest weight at an x without data), the loss is the difference of the
convex functions L Phi and L Phi - R once L is at least the relative curvature of R. Linearising the second at q gives
the step q' proportional to q exp(-grad R / (L v)), which is the algorithm for differences of convex functions: the loss
never rises, and the encoder stays inside the simplex.
"""

import dataclasses
import enum

import numpy as np

from numeric.arrays import Array, log_sum_exp
from numeric.bounds import aggregate, mutual_information, value
from numeric.problem import Problem
from variational.errors import InvalidInputError

INNER = 1e-9  # share of the constant code in a start of matched cells, which keeps it off the boundary
LEAST = -1e6  # log mass at which a vanishing code is held


class Outcome(enum.Enum):
    """Why the descent from the best start ended; the value is the sentence shown to the reader."""

    STATIONARY = "no step lowers the loss by more than tolerance; a better start is not excluded"
    STEPS_SPENT = "the loss was still falling after max_steps steps; allow more"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Descent:
    """The best encoder found. Nothing is claimed about the optimum below ``value``.

    Attributes:
        log_encoder: log q(z|x), shape (x, z).
        value: Loss R at the encoder, an upper bound on the infimum; nats.
        values: Loss at the end of each start, shape (starts,); the first start is the best constant code.
        collapsed_value: Loss at the best constant code, nats.
        mutual_information: I(X;Z) of the encoder under the data, nats.
        outcome: Why the descent from the best start ended.
        steps: Of all starts together.
    """

    log_encoder: Array
    value: float
    values: Array
    collapsed_value: float
    mutual_information: float
    outcome: Outcome
    steps: int


def minimise(
    problem: Problem, *, starts: int = 8, seed: int = 0, max_steps: int = 2000, tolerance: float = 1e-12
) -> Descent:
    """Return the best encoder that descent from several starts finds, whatever the signs in the loss.

    The starts are the best constant code, cells of equal mass matched in order, and random encoders of growing
    sharpness; the same seed gives the same starts.

    Args:
        problem: What is minimised; convexity is not needed.
        starts: Number of starts, >= 2.
        seed: Of the random starts.
        max_steps: For each start.
        tolerance: Fall of the loss in a step, relative to 1 + |loss|, below which a start is given up.

    Raises:
        InvalidInputError: Where an option breaks its rule.

    Source:
        Le Thi & Pham Dinh (2018), DC programming and DCA, section 3; Lu, Freund & Nesterov (2018) for relative
        smoothness, which the entropies here have with constant one each.
    """
    if not starts >= 2:
        msg = f"starts must be >= 2, got {starts!r}"
        raise InvalidInputError(msg)
    if not max_steps >= 1:
        msg = f"max_steps must be >= 1, got {max_steps!r}"
        raise InvalidInputError(msg)
    if not 0 < tolerance < 1:
        msg = f"tolerance must be between 0 and 1, got {tolerance}"
        raise InvalidInputError(msg)
    generator = np.random.default_rng(seed)
    constant = best_constant_code(problem)
    best: tuple[Array, float, Outcome] | None = None
    values, total = [], 0
    for number in range(starts):
        start = _start(problem, constant, number, generator)
        encoder, reached, outcome, steps = _descend(problem, start, max_steps, tolerance)
        values.append(reached)
        total += steps
        if best is None or reached < best[1]:
            best = encoder, reached, outcome
    encoder, reached, outcome = best if best is not None else _descend(problem, constant, max_steps, tolerance)[:3]
    return Descent(
        log_encoder=encoder,
        value=reached,
        values=np.array(values),
        collapsed_value=value(problem, np.tile(constant, (problem.shape[0], 1))),
        mutual_information=mutual_information(problem, encoder),
        outcome=outcome,
        steps=total,
    )


def best_constant_code(problem: Problem, *, max_steps: int = 5000) -> Array:
    """Return the log of the best code that does not depend on x, shape (z,), by descent on the problem with one x."""
    joined = dataclasses.replace(
        problem,
        data=problem.data.sum(keepdims=True),
        curvature=problem.curvature.sum(keepdims=True),
        tilt_weights=problem.tilt_weights.sum(axis=0, keepdims=True),
        pattern=None,
    )
    flat = np.full((1, problem.shape[1]), -np.log(problem.shape[1]))
    found: Array = _descend(joined, flat, max_steps, np.finfo(np.float64).eps)[0][0]
    return found


def gradient(problem: Problem, log_encoder: Array) -> Array:
    """Return dR/dq, up to a constant in each row, shape (x, z); nats."""
    slope = problem.aggregate_term.slope(np.maximum(aggregate(problem, log_encoder), LEAST))
    found: Array = problem.curvature[:, None] * log_encoder - problem.tilt + problem.data[:, None] * slope
    return found


def _descend(
    problem: Problem, log_encoder: Array, max_steps: int, tolerance: float
) -> tuple[Array, float, Outcome, int]:
    """Return the encoder where the descent ends, its loss, why it ended, and the number of steps."""
    term = problem.aggregate_term
    stiffness = max(term.entropy_weight, 0.0) + max(term.divergence_weight, 0.0) / 2
    majorant = np.maximum(problem.curvature, 0.0) + stiffness * problem.data
    # an x on which the loss is concave goes to a vertex; any weight > 0 is a majorant there
    majorant = np.where(majorant > 0, majorant, 0.1 * (problem.data + np.abs(problem.curvature)))
    reached, steps = value(problem, log_encoder), 0
    while steps < max_steps:
        steps += 1
        logits = log_encoder - gradient(problem, log_encoder) / majorant[:, None]
        following = np.maximum(logits - log_sum_exp(logits, axis=1)[:, None], LEAST)
        lowered = value(problem, following)
        if not lowered < reached - tolerance * (1 + abs(reached)):
            if lowered < reached:
                log_encoder, reached = following, lowered
            return log_encoder, reached, Outcome.STATIONARY, steps
        log_encoder, reached = following, lowered
    return log_encoder, reached, Outcome.STEPS_SPENT, steps


def _start(problem: Problem, constant: Array, number: int, generator: np.random.Generator) -> Array:
    """Return a log encoder: the constant code, matched cells, then cells in random order and random logits in turn."""
    number_x, number_z = problem.shape
    flat: Array = np.tile(constant, (number_x, 1))
    if number == 0:
        return flat
    if number % 2:
        order = np.arange(number_x) if number == 1 else generator.permutation(number_x)
        columns = np.arange(number_z) if number == 1 else generator.permutation(number_z)
        cells = np.empty(problem.shape)
        cells[np.ix_(order, columns)] = matched_cells(problem.data[order], np.exp(constant[columns]))
        return np.log((1 - INNER) * cells + INNER * np.exp(flat))
    logits = generator.normal(size=problem.shape) * 10 ** generator.uniform(-1, 1)
    found: Array = np.maximum(logits - log_sum_exp(logits, axis=1)[:, None], LEAST)
    return found


def matched_cells(data: Array, masses: Array) -> Array:
    """Return the encoder that sends cells of X in order to cells of Z of equal mass, so that gamma is ``masses``.

    Args:
        data: Probabilities of x, shape (x,).
        masses: Probabilities of z, shape (z,).

    Returns:
        q(z|x), shape (x, z); at an x without data, ``masses``.
    """
    right, above = np.cumsum(data) / data.sum(), np.cumsum(masses) / masses.sum()
    left, below = np.r_[0.0, right[:-1]], np.r_[0.0, above[:-1]]
    overlap = np.minimum(right[:, None], above) - np.maximum(left[:, None], below)
    overlap = np.maximum(overlap, 0.0)
    total = overlap.sum(axis=1, keepdims=True)
    cells: Array = np.where(total > 0, overlap / np.where(total > 0, total, 1.0), masses / masses.sum())
    return cells
