"""Damped fixed point log gamma <- log gamma(s), accelerated and safeguarded: no linear system in z is solved."""

from collections.abc import Iterator

import numpy as np

from numeric.arrays import Array
from numeric.passes import Evaluation, Passes
from numeric.problem import Problem

MEMORY = 8
RIDGE = 1e-12  # relative, of the small least-squares problem
SLACK = 1e-13  # relative; a fall of the dual value by less is rounding


def iterates(problem: Problem, start: Array) -> Iterator[Evaluation]:
    """Yield one evaluation of the dual for each step; ends where the numbers are no longer finite.

    An accelerated point (Anderson's method) is kept only where the dual value does not fall; else the damped step
    is taken from the last good point, with damping 1/(1 + max (omega + lambda/2) data/c), and the memory is cleared.

    Args:
        problem: Convex.
        start: Log aggregate, shape (z,).
    """
    passes, damping = Passes(problem), 1 / (1 + problem.sharpness)
    now = passes.answer(start)
    points: list[Array] = []
    residuals: list[Array] = []
    yield now
    while now.finite:
        points, residuals = [*points, now.log_aggregate][-MEMORY:], [*residuals, now.residual][-MEMORY:]
        following = None
        if len(points) > 1:
            following = passes.answer(accelerated(points, residuals, now, damping), now.log_normaliser)
            if not (following.finite and following.value >= now.value - SLACK * abs(now.value)):
                points, residuals, following = [], [], None
        if following is None:
            following = passes.answer(now.log_aggregate + damping * now.residual, now.log_normaliser)
        now = following
        yield now


def accelerated(points: list[Array], residuals: list[Array], now: Evaluation, damping: float) -> Array:
    """Return the damped step from the combination of the last points whose residual is least, weighted by gamma."""
    with np.errstate(under="ignore"):
        weight = np.exp(np.maximum(now.log_answer, -600.0) / 2)
    moves, changes = np.diff(np.array(points), axis=0), np.diff(np.array(residuals), axis=0)
    scaled = changes * weight
    gram = scaled @ scaled.T
    gram[np.diag_indices_from(gram)] += RIDGE * max(float(np.trace(gram)), 1e-300)
    mix = np.linalg.lstsq(gram, scaled @ (weight * now.residual), rcond=None)[0]
    combined: Array = now.log_aggregate - mix @ moves + damping * (now.residual - mix @ changes)
    return np.where(np.isfinite(combined), combined, now.log_aggregate)
