"""A step along a direction that has not passed the top of the dual by much."""

from collections.abc import Callable

import numpy as np

from numeric.aggregate import AggregateTerm
from numeric.arrays import Array
from numeric.passes import Evaluation

SHORTEST = 1e-8  # of a step, relative
OVERSHOOT = 0.25  # of the slope along the line that may have turned its sign


def search(
    answer: Callable[[Array], Evaluation], term: AggregateTerm, now: Evaluation, direction: Array
) -> Evaluation | None:
    """Return the first point of a shrinking sequence at which the dual still rises, or hardly falls.

    Args:
        answer: Evaluation of the dual at a log aggregate.
        term: The part of the loss that depends on the aggregate alone.
        now: Where the step starts.
        direction: Change of the log aggregate, shape (z,).

    Returns:
        None where the direction does not lead up, or every step overshoots.
    """
    start = _rise(term, now, direction)
    if not (0 < start < np.inf and np.isfinite(direction).all()):
        return None
    length = 1.0
    while length > SHORTEST:
        found = answer(now.log_aggregate + length * direction)
        end = _rise(term, found, direction) if found.finite else -np.inf
        if end >= -OVERSHOOT * start:
            return found
        length *= min(max(start / (start - end), 0.1), 0.5)
    return None


def _rise(term: AggregateTerm, at: Evaluation, direction: Array) -> float:
    """Return the derivative of the dual value along a direction of the log aggregate."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return float(at.slope @ (term.stiffness(at.log_aggregate) * direction))
