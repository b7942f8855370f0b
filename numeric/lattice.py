"""Search over small integers: points made of weights and parameters, climbed at random and then shrunk."""

import dataclasses
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

PARAMETER_PARTS = 4  # parameters are quarters
LARGEST = 4096
STARTS = 8  # random points of which a walk starts at the best
Weights = tuple[int, ...]
Point = tuple[Weights, ...]
Score = Callable[[Point], float]
WORST = -float("inf")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Integers that belong together.

    Attributes:
        name: What they stand for.
        size: How many.
        least: Smallest value of each.
        law: Whether they are the weights of a probability law, of which one must be positive.
    """

    name: str
    size: int
    least: int
    law: bool = True

    def allows(self, weights: Weights) -> bool:
        """Tell whether every entry is within its bounds."""
        inside = all(self.least <= weight <= LARGEST for weight in weights)
        return inside and (not self.law or sum(weights) > 0)


Layout = tuple[Group, ...]


def probabilities(weights: Weights) -> tuple[Fraction, ...]:
    """Return the law with these weights.

    Example:
        >>> probabilities((1, 3))
        (Fraction(1, 4), Fraction(3, 4))
    """
    total = sum(weights)
    return tuple(Fraction(weight, total) for weight in weights)


def quarters(weights: Weights) -> tuple[Fraction, ...]:
    """Return parameters from their integers."""
    return tuple(Fraction(weight, PARAMETER_PARTS) for weight in weights)


def draw(layout: Layout, generator: np.random.Generator) -> Point:
    """Return a random point: weights up to 12, each zero with one chance in six where it may be."""
    found = []
    for group in layout:
        low = max(group.least, -12)
        weights = tuple(
            0 if group.least <= 0 and generator.random() < 1 / 6 else int(generator.integers(low, 13))
            for _ in range(group.size)
        )
        found.append(weights if group.allows(weights) else (max(1, group.least),) * group.size)
    return tuple(found)


def climb(layout: Layout, score: Score, generator: np.random.Generator, *, steps: int) -> tuple[Point, float]:
    """Return the best point of a random walk upwards, with its score; a level step is taken as well.

    Args:
        layout: What the points are made of.
        score: What is raised; -inf where a point is not admissible.
        generator: Source of the start and of the moves.
        steps: Number of moves tried.
    """
    here = max((draw(layout, generator) for _ in range(STARTS)), key=score)
    height = score(here)
    for _ in range(steps):
        there = _moved(layout, here, generator)
        if there == here:
            continue
        found = score(there)
        if found >= height:
            here, height = there, found
    return here, height


def _moved(layout: Layout, point: Point, generator: np.random.Generator) -> Point:
    """Change one weight, copy a law to another of its size, or exchange two of its weights."""
    place = int(generator.integers(len(layout)))
    group, weights = layout[place], list(point[place])
    kind, spot = int(generator.integers(8)), int(generator.integers(group.size))
    if kind < 5:
        value = weights[spot]
        step = int(generator.choice((1, 1, 2, 5, max(1, abs(value) // 2), max(1, abs(value)))))
        weights[spot] = value + step if generator.random() < 0.5 else value - step
    elif kind == 5:
        weights[spot] = max(group.least, 0)
    elif kind == 6:
        others = [other for other, own in zip(point, layout, strict=True) if len(other) == group.size and own.law]
        weights = list(others[int(generator.integers(len(others)))]) if group.law else weights
    else:
        other = int(generator.integers(group.size))
        weights[spot], weights[other] = weights[other], weights[spot]
    there = tuple(weights)
    return (*point[:place], there, *point[place + 1 :]) if group.allows(there) else point


def shrink(layout: Layout, point: Point, keeps: Callable[[Point], bool]) -> Point:
    """Return a point with smaller integers of which ``keeps`` still says yes.

    Args:
        layout: What the point is made of.
        point: Where to start; ``keeps`` holds there.
        keeps: What must not be lost.
    """
    changed = True
    while changed:
        changed = False
        for candidate in _smaller(layout, point):
            if keeps(candidate):
                point, changed = candidate, True
                break
    return point


def _smaller(layout: Layout, point: Point) -> Iterator[Point]:
    for place, (group, weights) in enumerate(zip(layout, point, strict=True)):
        for other in _smaller_weights(group, weights):
            if group.allows(other) and _size(other) < _size(weights):
                yield (*point[:place], other, *point[place + 1 :])


def _smaller_weights(group: Group, weights: Weights) -> Iterator[Weights]:
    if group.law:
        yield tuple(min(1, weight) for weight in weights)
        for divisor in (8, 3, 2):
            yield tuple(round(weight / divisor) for weight in weights)
    for spot, weight in enumerate(weights):
        nearer = [0, 1, 2, PARAMETER_PARTS, 2 * PARAMETER_PARTS, weight // 2, weight - 1, weight + 1]
        for value in nearer:
            if abs(value) < abs(weight) or (not group.law and _cost(value) < _cost(weight)):
                yield (*weights[:spot], value, *weights[spot + 1 :])


def _size(weights: Weights) -> int:
    return sum(map(_cost, weights))


def _cost(weight: int) -> int:
    return abs(weight)
