"""Equalities checked at random points of random spaces, and refuted at one recorded witness."""

import dataclasses
import random
from collections.abc import Callable, Mapping
from typing import Any

import flint

from variational.errors import CertificateError, NotCoveredError
from variational.formula import Call, Node
from variational.recheck import finding, logs
from variational.recheck.arithmetic import (
    BALL_BITS,
    Arithmetic,
    Balls,
    FormalLogarithms,
    Number,
    TrueLogarithms,
    UndefinedError,
)
from variational.recheck.conditions import Relation, broken, compare
from variational.recheck.dual import Dual, DualArithmetic, slope
from variational.recheck.exact import Definition, Evaluator, Index, Space, point_names
from variational.recheck.finding import Finding
from variational.recheck.reading import (
    mapping_of,
    rationals,
    read_places,
    read_space,
    recorded_value,
    text_of,
)
from variational.recheck.signature import Signature
from variational.recheck.spaces import SIZES, random_spaces

POINTS = 6  # random spaces on which an identity is evaluated
MOST_PLACES = 12  # placements of the free points on each of them
MOST_DRAWS = 20 * POINTS
Pair = tuple[Number, Number]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Statement:
    """Two quantities that are compared at every placement of the free points.

    Attributes:
        needed: What the quantities need from a space.
        sides: Both quantities, given an evaluator and a placement of the free points. Raises CertificateError
            where a hypothesis that is no relation, such as a Lagrange equation, fails there.
        operator: How the statement relates the first to the second.
        conditions: Hypotheses.
        definitions: Functions given by formulas.
        sizes: Numbers of points of the random spaces.
        premise: What must be defined before the statement can be blamed for being undefined.
    """

    needed: Signature
    sides: Callable[[Evaluator, Mapping[str, int]], Pair]
    operator: str = "="
    conditions: tuple[Relation, ...] = ()
    definitions: Mapping[str, Definition] = dataclasses.field(default_factory=dict)
    sizes: tuple[tuple[int, int], ...] = SIZES
    premise: Callable[[Evaluator, Mapping[str, int]], Number] | None = None

    def evaluator(self, space: Space, arithmetic: Arithmetic) -> Evaluator:
        """Return an evaluator on ``space`` that knows the definitions."""
        return Evaluator(space, arithmetic, self.definitions)


def prove(statement: Statement, *, seed: int, points: int = POINTS) -> int:
    """Return at how many random placements both sides were found exactly equal.

    Args:
        statement: An equality.
        seed: Fixes spaces, formal logarithms and placements.
        points: Number of random spaces on which both sides must be defined.

    Raises:
        CertificateError: Where the sides differ, or are nowhere defined.
    """
    source = random.Random(seed)
    spaces = random_spaces(
        statement.needed,
        seed=seed,
        conditions=statement.conditions,
        definitions=statement.definitions,
        sizes=statement.sizes,
    )
    checked = good = 0
    for draw, space in zip(range(MOST_DRAWS), spaces, strict=False):
        evaluator = statement.evaluator(space, FormalLogarithms(seed + draw))
        defined = 0
        for index in _some(space.indices(statement.needed.points), source):
            placed = dict(zip(statement.needed.points, index, strict=True))
            try:
                left, right = statement.sides(evaluator, placed)
            except UndefinedError:
                continue
            if left != right:
                shown = ", ".join(f"{name} = {value}" for name, value in space.parameters.items())
                msg = f"the two sides differ at a random point{' with ' + shown if shown else ''}"
                raise CertificateError(msg)
            defined += 1
        checked += defined
        good += defined > 0
        if good >= points:
            return checked
    msg = "the statement is undefined at almost every random point"
    raise CertificateError(msg)


def refute(statement: Statement, piece: Mapping[str, Any], *, seed: int) -> Finding:
    """Return the finding that a recorded witness breaks ``statement``.

    Args:
        statement: What is claimed.
        piece: ``{"space", "at", "lhs", "rhs"}``, or ``{"parameters", "undefined"}`` where admissible
            values of parameters leave the statement without a value.
        seed: Fixes the spaces on which undefinedness is checked.

    Raises:
        CertificateError: Where the witness is not admissible, its recorded values are wrong, or the
            statement holds there.
    """
    if "undefined" in piece:
        return _undefined(statement, piece, seed)
    space = read_space(mapping_of(piece, "space"), statement.needed, statement.definitions)
    failed = broken(statement.conditions, space, statement.definitions)
    if failed is not None:
        msg = f"the witness does not meet the condition {failed.text!r}"
        raise CertificateError(msg)
    placed = read_places(mapping_of(piece, "at", optional=True), statement.needed.points, space)
    try:
        try:
            _compare_exactly(statement, space, placed, piece)
            return Finding(levels=(finding.WITNESS,), text="the witness is admissible and breaks the statement")
        except NotCoveredError:
            _compare_balls(statement, space, placed, piece)
    except UndefinedError as error:
        msg = f"the statement has no value at the witness: {error}"
        raise CertificateError(msg) from error
    text = f"the witness is admissible and breaks the statement, enclosed at {BALL_BITS} bits"
    return Finding(levels=(finding.ENCLOSURE,), text=text)


def _compare_exactly(statement: Statement, space: Space, placed: Mapping[str, int], piece: Mapping[str, Any]) -> None:
    evaluator = statement.evaluator(space, TrueLogarithms())
    sides = statement.sides(evaluator, placed)
    for field, value in zip(("lhs", "rhs"), sides, strict=True):
        recorded = recorded_value(text_of(piece, field), evaluator)
        if logs.lift(recorded) != logs.lift(value):
            msg = f"the recorded {field} is {recorded}, recomputed {value}"
            raise CertificateError(msg)
    if compare(statement.operator, logs.sign(logs.lift(sides[0]) - logs.lift(sides[1]))):
        msg = f"the statement holds at the witness: {sides[0]} {statement.operator} {sides[1]}"
        raise CertificateError(msg)


def _compare_balls(statement: Statement, space: Space, placed: Mapping[str, int], piece: Mapping[str, Any]) -> None:
    with flint.ctx.workprec(BALL_BITS):
        evaluator = statement.evaluator(space, Balls())
        left, right = (flint.arb(side) for side in statement.sides(evaluator, placed))
        for field, value in (("lhs", left), ("rhs", right)):
            recorded = recorded_value(text_of(piece, field), evaluator)
            if not (value.is_finite() and recorded.overlaps(value)):
                msg = f"the recorded {field} is {recorded.str(20)}, recomputed {value.str(20)}"
                raise CertificateError(msg)
        gap = left - right
        order = (gap > 0) - (gap < 0)
        if order == 0 or compare(statement.operator, order):
            msg = f"the balls do not show that the statement fails: {left.str(20)} and {right.str(20)}"
            raise CertificateError(msg)


def _undefined(statement: Statement, piece: Mapping[str, Any], seed: int) -> Finding:
    text_of(piece, "undefined")
    fixed = rationals(mapping_of(piece, "parameters"))
    if not fixed:
        msg = "the witness gives no parameter at which the statement is undefined"
        raise CertificateError(msg)
    unknown = set(fixed) - set(statement.needed.parameters)
    if unknown:
        msg = f"the witness gives parameters that the statement does not have: {', '.join(sorted(unknown))}"
        raise CertificateError(msg)
    spaces = random_spaces(
        statement.needed,
        seed=seed,
        conditions=statement.conditions,
        definitions=statement.definitions,
        fixed=fixed,
        sizes=statement.sizes,
    )
    for draw, space in zip(range(POINTS), spaces, strict=False):
        evaluator = statement.evaluator(space, FormalLogarithms(seed + draw))
        for index in space.indices(statement.needed.points):
            placed = dict(zip(statement.needed.points, index, strict=True))
            if _has_value(statement, evaluator, placed):
                msg = "the statement has a value at the recorded parameters"
                raise CertificateError(msg)
    shown = ", ".join(f"{name} = {value}" for name, value in fixed.items())
    return Finding(levels=(finding.WITNESS,), text=f"the statement has no value at the admissible {shown}")


def _has_value(statement: Statement, evaluator: Evaluator, placed: Mapping[str, int]) -> bool:
    if statement.premise is not None:
        try:
            statement.premise(evaluator, placed)
        except UndefinedError as error:
            msg = f"the hypothesis itself is undefined: {error}"
            raise CertificateError(msg) from error
    try:
        statement.sides(evaluator, placed)
    except UndefinedError:
        return False
    return True


def derivative(
    evaluator: Evaluator,
    definitions: Mapping[str, Definition],
    functional: Node,
    wrt: Call,
    placed: Mapping[str, int],
) -> Number:
    """Return the derivative of ``functional`` with respect to the entry ``wrt``, placed at ``placed``.

    Defined functions are constants: they are inserted after the differentiation.
    """
    place, seeded = _seed(evaluator, wrt, placed, 1)
    inner = Evaluator(
        evaluator.space,
        DualArithmetic(evaluator.arithmetic),
        definitions,
        overrides={place: seeded},
        frozen=evaluator,
    )
    return slope(inner.value(functional, placed))


def second_derivative(
    evaluator: Evaluator,
    definitions: Mapping[str, Definition],
    functional: Node,
    wrt: tuple[Call, Call],
    placed: Mapping[str, int],
) -> Number:
    """Return the second derivative of ``functional`` with respect to two entries, which may be the same."""
    first, inner = _seed(evaluator, wrt[0], placed, 1)
    second, outer = _seed(evaluator, wrt[1], placed, 2)
    overrides = {first: inner, second: outer}
    if first == second:
        overrides = {first: Dual(inner, outer.slope, 2)}
    nested = Evaluator(
        evaluator.space,
        DualArithmetic(evaluator.arithmetic),
        definitions,
        overrides=overrides,
        frozen=evaluator,
    )
    return slope(slope(nested.value(functional, placed), 2), 1)


def _seed(evaluator: Evaluator, wrt: Call, placed: Mapping[str, int], level: int) -> tuple[tuple[str, Index], Dual]:
    place = wrt.key, tuple(placed[name] for name in point_names(wrt))
    return place, Dual(evaluator.function(*place), 1, level)


def _some(indices: list[Index], source: random.Random) -> list[Index]:
    return indices if len(indices) <= MOST_PLACES else source.sample(indices, MOST_PLACES)
