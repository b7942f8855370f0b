"""A problem with x of nearly the same ratio joined: a start and a preconditioner that cost next to nothing."""

import dataclasses

import numpy as np

from numeric.arrays import Array
from numeric.problem import Problem


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lumping:
    """The smaller problem, exact for encoders that are equal within each group.

    Attributes:
        problem: With one x for each group.
        group: Index of the group of each x, shape (x,).
    """

    problem: Problem
    group: Array


def lump(problem: Problem, groups: int) -> Lumping:
    """Return the problem with its x in groups of like data/c, on which alone the optimal code of an NC-VAE depends.

    Args:
        problem: With c > 0.
        groups: Largest number of groups; x with equal data/c stay together.
    """
    with np.errstate(over="ignore"):
        ratio = np.minimum(problem.data / problem.curvature, 1e300)
    order = np.argsort(ratio, kind="stable")
    data = problem.data[order]
    # groups of equal share in the mass and in the number of x, so that neither the bulk nor the tail is coarse
    share = np.cumsum(data) / data.sum() + np.arange(1, len(order) + 1) / len(order)
    label = np.minimum((share * (groups / 2)).astype(int), groups - 1)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(label)) + 1])
    group = np.empty(len(order), dtype=int)
    group[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    return Lumping(
        problem=dataclasses.replace(
            problem,
            data=np.add.reduceat(data, starts),
            curvature=np.add.reduceat(problem.curvature[order], starts),
            tilt_weights=np.add.reduceat(problem.tilt_weights[order], starts, axis=0),
            pattern=None,
        ),
        group=group,
    )
