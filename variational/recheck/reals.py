"""Real variables: values of a formula at a rational point, exact or in balls, and random points of a domain."""

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import flint

from variational.domains import PI, Domain
from variational.errors import CertificateError, NotCoveredError
from variational.formula import Name, Node, Num, Op
from variational.grammar import names
from variational.recheck import logs
from variational.recheck.arithmetic import (
    Arithmetic,
    Balls,
    FormalLogarithms,
    Number,
    TrueLogarithms,
    UndefinedError,
)
from variational.recheck.conditions import Relation, compare, read_relations
from variational.recheck.exact import Evaluator, Space

Point = Mapping[str, Fraction]
START_BITS, MOST_BITS = 128, 4096
AGREEMENT_BITS = 512
DIGITS = 60  # decimal places to which two sides agree where no exact arithmetic covers them
POINTS = 8
TRIES = 6000
NUMBER_OF_PI = read_relations((f"{PI} > 3.14159", f"{PI} < 3.1416"))


class RealEvaluator(Evaluator):
    """Evaluates formulas in real variables; knows ``pi``."""

    def _name(self, name: str) -> Number:
        if name != PI:
            return super()._name(name)
        if isinstance(self.arithmetic, Balls):
            return flint.arb.pi()
        if isinstance(self.arithmetic, FormalLogarithms):  # transcendental, so any number may stand for it
            return self.arithmetic.number(Fraction(random.Random(f"pi:{self.arithmetic.seed}").randint(2, 10**6), 7))
        msg = "pi has no exact value"
        raise NotCoveredError(msg)


def value(node: Node, point: Point, arithmetic: Arithmetic) -> Number:
    """Return the value of ``node`` at ``point``.

    Raises:
        UndefinedError: Where there is none.
        NotCoveredError: Where the arithmetic cannot express it.
    """
    return RealEvaluator(Space(sizes={}, functions={}, parameters=point), arithmetic).value(node, {})


def ball(node: Node, point: Point, bits: int = START_BITS) -> flint.arb:
    """Return a ball around the value of ``node`` at ``point``."""
    with flint.ctx.workprec(bits):
        return flint.arb(value(node, point, Balls()))


def order(left: Node, right: Node, point: Point) -> int:
    """Return the sign of ``left - right`` at a rational point: exactly, or by balls that do not touch zero.

    Raises:
        UndefinedError: Where a side has no value.
        CertificateError: Where the balls touch zero at the highest precision.
    """
    gap = Op("-", left, right)
    try:
        return logs.sign(value(gap, point, TrueLogarithms()))
    except NotCoveredError:
        bits = START_BITS
        while bits <= MOST_BITS:
            found = ball(gap, point, bits)
            if found == 0:  # a ball without radius
                return 0
            if found > 0 or found < 0:
                return 1 if found > 0 else -1
            bits *= 2
    shown = ", ".join(f"{name} = {number}" for name, number in point.items())
    msg = f"the sign of the difference is open at {MOST_BITS} bits{' at ' + shown if shown else ''}"
    raise CertificateError(msg)


def holds(relation: Relation, point: Point) -> bool:
    """Return whether a relation holds at a rational point; False where a side has no value there."""
    try:
        return compare(relation.operator, order(relation.left, relation.right, point))
    except UndefinedError:
        return False


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """Real variables with the relations between them, parsed.

    Attributes:
        variables: Names that take values.
        integers: Those that are integers.
        relations: What is assumed.
    """

    variables: tuple[str, ...]
    integers: frozenset[str] = frozenset()
    relations: tuple[Relation, ...] = ()

    def admits(self, point: Point) -> None:
        """Accept a point of the region.

        Raises:
            CertificateError: Where it is none, saying why.
        """
        if set(point) != set(self.variables):
            msg = f"the point must give {', '.join(self.variables)}, it gives {', '.join(sorted(point))}"
            raise CertificateError(msg)
        for name in self.integers:
            if point[name].denominator != 1:
                msg = f"{name} is an integer, the point has {name} = {point[name]}"
                raise CertificateError(msg)
        for relation in self.relations:
            if not holds(relation, point):
                msg = f"the point does not meet {relation.text!r}"
                raise CertificateError(msg)

    def with_relations(self, texts: Sequence[str]) -> "Region":
        """Return the part of the region where further relations hold."""
        return dataclasses.replace(self, relations=(*self.relations, *read_relations(texts)))

    def points(self, seed: int) -> Iterator[dict[str, Fraction]]:
        """Yield random rational points of the region, without end.

        Raises:
            CertificateError: Where none is found.
        """
        source = random.Random(seed)
        misses = 0
        while misses < TRIES:
            point = {name: self._draw(name, source) for name in self.variables}
            try:
                inside = all(holds(relation, point) for relation in self.relations)
            except CertificateError:
                inside = False
            if inside:
                misses = 0
                yield point
            misses += not inside
        msg = f"no point of the domain was found in {TRIES} draws; are the relations contradictory?"
        raise CertificateError(msg)

    def _draw(self, name: str, source: random.Random) -> Fraction:
        low, high = self.bounds(name)
        if name in self.integers:
            first = 0 if low is None and high is None else int(low if low is not None else (high or 0)) - 1
            return Fraction(first + source.randint(0, 12) * (1 if low is not None or high is None else -1))
        if low is not None and high is not None:
            return low + (high - low) * Fraction(source.randint(0, 60), 60)
        size = Fraction(source.randint(0, 40), source.choice((1, 2, 3, 4, 5, 7, 12, 40)))
        if low is None and high is None:
            return source.choice((-1, 1)) * size
        return low + size if low is not None else (high or Fraction(0)) - size

    def bounds(self, name: str) -> tuple[Fraction | None, Fraction | None]:
        """Return the constant lower and upper bound that the relations give a variable."""
        low: Fraction | None = None
        high: Fraction | None = None
        for relation in self.relations:
            found = _bound(relation, name)
            if found is None:
                continue
            number, below = found
            if below:
                low = number if low is None else max(low, number)
            else:
                high = number if high is None else min(high, number)
        return low, high


def region_of(domain: Domain) -> Region:
    """Return a declared domain, parsed."""
    relations = read_relations(domain.relations)
    return Region(variables=domain.variables, integers=domain.integers, relations=relations)


def _bound(relation: Relation, name: str) -> tuple[Fraction, bool] | None:
    """Return the number of ``name OP number`` and whether it bounds from below."""
    left, right = relation.sides
    if left == Name(name) and not names(right):
        operator, other = relation.operator, right
    elif right == Name(name) and not names(left):
        operator, other = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(relation.operator, ""), left
    else:
        return None
    number = constant(other)
    if number is None or operator not in {"<", "<=", ">", ">="}:
        return None
    return number, operator in {">", ">="}


def constant(node: Node) -> Fraction | None:
    """Return the rational number that a formula without names stands for, None where it is irrational."""
    if isinstance(node, Num):
        return node.value
    try:
        found = value(node, {}, TrueLogarithms())
    except (NotCoveredError, UndefinedError, CertificateError):
        return None
    return logs.lift(found).constant


def agree(left: Node, right: Node, region: Region, *, seed: int, points: int = POINTS) -> bool:
    """Compare two formulas at random rational points of a region.

    Returns:
        True where they agree exactly with formal logarithms, False where at some point only balls could be
        compared and overlapped, with at least :data:`DIGITS` places.

    Raises:
        CertificateError: Where they differ, or one has no value.
    """
    exact = True
    for number, point in zip(range(points), region.points(seed), strict=False):
        shown = ", ".join(f"{name} = {entry}" for name, entry in point.items())
        try:
            try:
                arithmetic = FormalLogarithms(seed + number)
                same = value(left, point, arithmetic) == value(right, point, arithmetic)
            except NotCoveredError:
                exact = False
                first, second = (ball(node, point, AGREEMENT_BITS) for node in (left, right))
                size = 1 + abs(first)
                same = first.overlaps(second) and bool((first - second).rad() / size < flint.arb(10) ** -DIGITS)
        except UndefinedError as error:
            msg = f"the statement has no value at {shown or 'any point'}: {error}"
            raise CertificateError(msg) from error
        if not same:
            msg = f"the two sides differ{' at ' + shown if shown else ''}"
            raise CertificateError(msg)
        if not point:
            break
    return exact
