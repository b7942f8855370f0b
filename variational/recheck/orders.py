"""Leading terms near an end and the order of their size."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

from variational.formula import Node

Order = Mapping[str, tuple[Fraction, int]]  # t -> power and power of log(1/t); absent: (0, 0)
FLAT = (Fraction(0), 0)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """A leading term; ``fast`` is -1 or 1 where a factor vanishes or grows faster than any power."""

    coefficient: Node
    order: Order = dataclasses.field(default_factory=dict)
    fast: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Small:
    """Tends to 0."""


@dataclasses.dataclass(frozen=True, slots=True)
class Infinite:
    """Tends to infinity with the given sign."""

    sign: int


Growth = Lead | Small | Infinite


def tendency(order: Order) -> int:
    """Return -1 where the power product tends to 0, 1 where it tends to infinity, 0 where it is 1 or undecided."""
    signs = {_size(entry) for entry in order.values()} - {0}
    return signs.pop() if len(signs) == 1 else 0


def tendency_of(found: Lead) -> int:
    """Return the tendency of the modulus of a leading term; -1 where it is open."""
    if found.fast:
        return found.fast
    flat = not any(entry != FLAT for entry in found.order.values())
    return 0 if flat else tendency(found.order) or -1


def dominates(first: Order, second: Order) -> bool:
    """Return whether the second power product divided by the first tends to 0."""
    keys = {*first, *second}
    ratio = {k: added(second.get(k, FLAT), tuple(-part for part in first.get(k, FLAT))) for k in keys}  # type: ignore[arg-type]
    return tendency(ratio) < 0


def _size(entry: tuple[Fraction, int]) -> int:
    """Return whether t^power log(1/t)^logs tends to 0 (-1), to infinity (1), or is 1 (0)."""
    power, logs = entry
    if power:
        return -1 if power > 0 else 1
    return (logs > 0) - (logs < 0)


def added(first: tuple[Fraction, int], second: tuple[Fraction, int]) -> tuple[Fraction, int]:
    """Return the powers of a product."""
    return first[0] + second[0], first[1] + second[1]


def same_order(first: Order, second: Order) -> bool:
    """Return whether two power products are the same."""
    return all(first.get(k, FLAT) == second.get(k, FLAT) for k in {*first, *second})
