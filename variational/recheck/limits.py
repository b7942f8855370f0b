"""Limits of formulas: by their leading terms, or between two bounds whose limits are visible."""

import dataclasses
import itertools
from collections.abc import Mapping
from fractions import Fraction

from variational.domains import substitute
from variational.errors import CertificateError
from variational.formula import ONE, ZERO, Name, Node, Num, Op, parse
from variational.grammar import names, render
from variational.recheck.growth import Behaviour
from variational.recheck.implications import signs_of
from variational.recheck.reals import Region, constant
from variational.recheck.signs import Sign, polynomial

UP, DOWN = "+", "-"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A limit: ``infinite`` is its sign where it is infinite, else ``value`` is a formula in the other variables."""

    infinite: int
    value: Node | None


def structural(node: Node, tends: Mapping[str, str], region: Region) -> Limit:
    """Return the limit of ``node`` as variables tend to their ends together.

    Args:
        node: Formula.
        tends: Variable -> ``inf``, ``-inf``, ``0+``, ``a-`` or ``a`` (from both sides).
        region: Its relations without these variables are used for the signs of coefficients.

    Raises:
        CertificateError: Where the limit is not visible, or differs between the two sides.
    """
    found = [_one_sided(node, dict(zip(tends, ends, strict=True)), region) for ends in _sides(tends)]
    if not all(_same(found[0], other) for other in found[1:]):
        msg = f"the limits of {render(node)} from the two sides are not visibly the same"
        raise CertificateError(msg)
    return found[0]


def _same(first: Limit, second: Limit) -> bool:
    if first.value is None or second.value is None:
        return first.infinite == second.infinite and first.value == second.value
    gap = Op("-", first.value, second.value)
    line = polynomial(gap)
    return constant(gap) == 0 or (line is not None and not any(line.values()))


def require_eventually(relations: Mapping[str, Node], tends: Mapping[str, str], region: Region) -> None:
    """Refuse relations ``gap > 0`` that do not hold near the end.

    Args:
        relations: Text -> gap that must become positive.
        tends: As in :func:`structural`.
        region: As in :func:`structural`.

    Raises:
        CertificateError: Where the gap does not visibly tend to a positive limit or from above.
    """
    for text, gap in relations.items():
        for ends in _sides(tends):
            if not _eventually_positive(gap, dict(zip(tends, ends, strict=True)), region):
                msg = f"{text} is not visibly true near the end"
                raise CertificateError(msg)


def _eventually_positive(gap: Node, ends: Mapping[str, str], region: Region) -> bool:
    behaviour, moved = _behaviour(gap, ends, region)
    found = behaviour.of(moved)
    infinite, value = behaviour.limit(found)
    if infinite:
        return infinite > 0
    if value is None:
        return False
    leading = getattr(found, "coefficient", ZERO)
    return behaviour.signs.of(leading if value == ZERO else value) is Sign.POSITIVE


def _sides(tends: Mapping[str, str]) -> list[tuple[str, ...]]:
    return list(itertools.product(*(_ends(text) for text in tends.values())))


def _ends(text: str) -> tuple[str, ...]:
    text = text.strip()
    if text in {"inf", "-inf"} or text.endswith((UP, DOWN)):
        return (text,)
    return text + UP, text + DOWN


def _one_sided(node: Node, ends: Mapping[str, str], region: Region) -> Limit:
    behaviour, moved = _behaviour(node, ends, region)
    infinite, value = behaviour.limit(behaviour.of(moved))
    if not infinite and value is None:
        msg = f"the limit of {render(node)} is not visible from its form; give a bound"
        raise CertificateError(msg)
    return Limit(infinite=infinite, value=value)


def _behaviour(node: Node, ends: Mapping[str, str], region: Region) -> tuple[Behaviour, Node]:
    fixed = [r for r in region.relations if not (names(r.left) | names(r.right)) & set(ends)]
    moved = substitute(node, {name: _approach(name, end) for name, end in ends.items()})
    return Behaviour(frozenset(ends), signs_of(fixed)), moved


def _approach(name: str, end: str) -> Node:
    """Return the variable in terms of a small positive one, which takes its name."""
    small = Name(name)
    if end in {"inf", "-inf"}:
        return Op("/", ONE if end == "inf" else Num(Fraction(-1)), small)
    point = parse(end[:-1])
    if name in names(point):
        msg = f"{name!r} cannot tend to a formula in itself"
        raise CertificateError(msg)
    if point == ZERO:
        return small if end[-1] == UP else Op("-", ZERO, small)
    return Op("+" if end[-1] == UP else "-", point, small)
