"""Damped dense Newton on the dual.

Two matrices are tried in turn. Newton for log gamma(s) - (s - 1) = 0 leads to minus the Hessian of D with gamma(s) in
place of exp(s - 1): the same at the optimum, well conditioned everywhere, and with few steps where the loss is sharp.
Its direction may fail to lead up far from the optimum; that of the Hessian itself never does.
"""

from collections.abc import Iterator

import numpy as np
from scipy import linalg

from numeric.dual import Evaluation, evaluate
from numeric.problem import Array, Problem

TINY = -600.0  # log mass below which a node has no influence on the others
LARGEST_EXPONENT = 300.0
SHORTEST = 1e-8  # of a step, relative
OVERSHOOT = 0.25  # of the slope along the line that may have turned its sign


def iterates(problem: Problem, start: Array) -> Iterator[Evaluation]:
    """Yield one evaluation of the dual for each step; ends where no step leads up.

    Args:
        problem: With aggregate_weight > 0.
        start: Log aggregate, shape (z,).
    """
    tilt = problem.tilt
    now: Evaluation | None = evaluate(problem, tilt, start)
    while now is not None:
        yield now
        now = step(problem, tilt, now) if now.finite else None


def step(problem: Problem, tilt: Array, now: Evaluation) -> Evaluation | None:
    """Return the evaluation after one damped step, None where no direction leads up."""
    for direction in _directions(problem, now):
        if np.isfinite(direction).all():
            found = _line_search(problem, tilt, now, direction)
            if found is not None:
                return found
    return None


def _directions(problem: Problem, now: Evaluation) -> Iterator[Array]:
    """Yield directions for the log aggregate, the most promising first."""
    with np.errstate(over="ignore"):
        yield _newton_direction(problem, now, now.log_answer, now.residual)
        yield _newton_direction(problem, now, now.log_aggregate, np.expm1(now.residual))
    yield now.residual / (1 + problem.sharpness)


def _newton_direction(problem: Problem, now: Evaluation, log_mass: Array, right: Array) -> Array:
    """Solve ``(diag(m) + sum (omega data^2/c)(diag(q) - q q^T)) d = m right``, m = exp(log_mass); nan if it fails."""
    weight = problem.aggregate_weight * problem.data**2 / problem.curvature
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        diagonal = 1 + weight @ np.exp(np.minimum(now.log_encoder - log_mass, LARGEST_EXPONENT))
        direction: Array = right / diagonal
        active = log_mass > TINY
        half = log_mass[active] / 2
        factor = np.exp(np.minimum(now.log_encoder[:, active] - half, LARGEST_EXPONENT))
        scale = 1 / np.sqrt(diagonal[active])
        factor *= np.sqrt(weight)[:, None] * scale
        matrix = -(factor.T @ factor)
        matrix[np.diag_indices_from(matrix)] += 1
        scaled = np.exp(half) * right[active] * scale
        if not (np.isfinite(matrix).all() and np.isfinite(scaled).all()):
            return np.full_like(direction, np.nan)
        try:
            factored = linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:  # rounding made it indefinite
            return np.full_like(direction, np.nan)
        direction[active] = linalg.cho_solve(factored, scaled, check_finite=False) * scale * np.exp(-half)
    return direction


def _line_search(problem: Problem, tilt: Array, now: Evaluation, direction: Array) -> Evaluation | None:
    """Return the first point of a shrinking sequence that has not passed the top of the line by much."""
    start = float(now.slope @ direction)
    if not 0 < start < np.inf:
        return None
    length = 1.0
    while length > SHORTEST:
        found = evaluate(problem, tilt, now.log_aggregate + length * direction)
        end = float(found.slope @ direction) if found.finite else -np.inf
        if end >= -OVERSHOOT * start:
            return found
        length *= min(max(start / (start - end), 0.1), 0.5)
    return None
