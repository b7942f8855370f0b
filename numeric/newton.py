"""Damped Newton on the dual with the dense matrix over z: the plain route, for as many z as a factorisation bears.

Two matrices are tried in turn. Newton for log gamma(s) - g = 0 leads to minus the Hessian of D with gamma(s) in
place of exp(g): the same at the optimum, well conditioned everywhere, and with few steps where the loss is sharp.
Its direction may fail to lead up far from the optimum; that of the Hessian itself never does.
"""

import functools
from collections.abc import Iterator

import numpy as np
from scipy import linalg

from numeric.arrays import Array, to_numpy
from numeric.line_search import search
from numeric.passes import Evaluation, Passes
from numeric.problem import Problem

TINY = -600.0  # log mass below which a node has no influence on the others
LARGEST_EXPONENT = 300.0


def iterates(problem: Problem, start: Array) -> Iterator[Evaluation]:
    """Yield one evaluation of the dual for each step; ends where no step leads up.

    Args:
        problem: Convex.
        start: Log aggregate, shape (z,).
    """
    passes = Passes(problem)
    now: Evaluation | None = passes.answer(start)
    while now is not None:
        yield now
        now = step(passes, now) if now.finite else None


def step(passes: Passes, now: Evaluation) -> Evaluation | None:
    """Return the evaluation after one damped step, None where no direction leads up."""
    answer = functools.partial(passes.answer, log_normaliser=now.log_normaliser)
    for direction in _directions(passes, now):
        found = search(answer, passes.term, now, direction)
        if found is not None:
            return found
    return None


def _directions(passes: Passes, now: Evaluation) -> Iterator[Array]:
    """Yield directions for the log aggregate, the most promising first."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        yield _newton_direction(passes, now, now.log_answer, now.residual)
        yield _newton_direction(passes, now, now.log_aggregate, np.expm1(now.residual))
    yield now.residual / (1 + passes.problem.sharpness)


def _newton_direction(passes: Passes, now: Evaluation, log_mass: Array, right: Array) -> Array:
    """Solve ``(diag(m/k) + sum (data^2/c)(diag(q) - q q^T)) k d = m right``, m = exp(log_mass); nan if it fails."""
    stiffness = np.maximum(passes.term.stiffness(now.log_aggregate), np.finfo(np.float64).tiny)
    diagonal = 1 / stiffness + np.exp(np.minimum(now.log_weighted - log_mass, LARGEST_EXPONENT))
    direction: Array = right / diagonal
    active = log_mass > TINY
    half = log_mass[active] / 2
    factor = np.exp(np.minimum(to_numpy(passes.encoder(now))[:, active] - half, LARGEST_EXPONENT))
    scale = 1 / np.sqrt(diagonal[active])
    factor *= np.sqrt(passes.weights[1])[:, None] * scale
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
    found: Array = direction / stiffness
    return found
