"""Hunts for violations of pointwise and universal claims: where to look, how near a point is, the exact check."""

import dataclasses
import functools
import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from numeric.float_values import Floats
from numeric.lattice import WORST, Group, Layout, Point, probabilities, quarters
from variational.errors import NotCoveredError, VaeproofError
from variational.recheck import finding, rules_decision, statements
from variational.recheck.arithmetic import TrueLogarithms, UndefinedError
from variational.recheck.certificate import as_json
from variational.recheck.conditions import compare, hold, read_relations
from variational.recheck.exact import Index, Space
from variational.recheck.logs import lift
from variational.recheck.pointwise import Statement
from variational.recheck.pointwise import refute as refuted_by
from variational.recheck.signature import NORMALISED, is_real
from variational.records import Evidence, Status

SIZES = ((2, 2), (3, 2), (2, 3), (3, 3), (4, 2))
PARAMETERS = "parameters"
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
TOUCH = 1e-3  # what a strict relation lacks where both sides are equal
CLEAR = 1e-9  # nats; what floats show by less is not handed to the exact check
Formal = Mapping[str, Any]


class Hunt(Protocol):
    """A search space for violations of one claim."""

    @property
    def layouts(self) -> Sequence[Layout]:
        """Return what points are made of, the smallest spaces first."""

    @property
    def clear(self) -> float:
        """Return the score above which the exact check is asked."""

    def score(self, layout: Layout, point: Point) -> float:
        """Return how far the claim is violated at a point in floating point, -inf where it does not apply."""

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:
        """Return exact evidence of the violation that the rule of the verifier accepts, else nothing."""


@dataclasses.dataclass(frozen=True)
class Pointwise:
    """Identities, inequalities and derivatives: both sides at every placement of the free points."""

    formal: Formal
    clear: float = CLEAR

    @functools.cached_property
    def statement(self) -> Statement:
        """Return what a witness has to break."""
        return statements.statement(self.formal)

    @functools.cached_property
    def layouts(self) -> Sequence[Layout]:
        """Return one layout for each size, with a group for every law and every other function."""
        return tuple(self._layout(dict(zip("xz", sizes, strict=True))) for sizes in SIZES)

    def _layout(self, sizes: Mapping[str, int]) -> Layout:
        needed = self.statement.needed
        groups = []
        for key, kinds in needed.shapes.items():
            counts = [sizes[kind] for kind in kinds]
            if key in NORMALISED:
                groups += [Group(name=key, size=counts[0], least=1)] * math.prod(counts[1:])
            else:
                least = -12 if is_real(key) else 1
                groups.append(Group(name=key, size=math.prod(counts), least=least, law=False))
        if needed.parameters:
            groups.append(Group(name=PARAMETERS, size=len(needed.parameters), least=-64, law=False))
        return tuple(groups)

    def score(self, layout: Layout, point: Point) -> float:
        """Return the largest violation over the placements."""
        statement, space = self.statement, self._space(layout, point)
        try:
            if not hold(statement.conditions, space, statement.definitions):
                return WORST
        except (UndefinedError, NotCoveredError):
            return WORST
        evaluator, worst = statement.evaluator(space, Floats()), WORST
        for index in space.indices(statement.needed.points):
            try:
                left, right = statement.sides(evaluator, dict(zip(statement.needed.points, index, strict=True)))
            except (VaeproofError, OverflowError):
                continue
            worst = max(worst, violation(statement.operator, float(left), float(right)))
        return worst

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:
        """Return the first placement that the verifier takes as a witness."""
        statement, space = self.statement, self._space(layout, point)
        evaluator = statement.evaluator(space, TrueLogarithms())
        for index in space.indices(statement.needed.points):
            placed = dict(zip(statement.needed.points, index, strict=True))
            try:
                left, right = (str(lift(side)) for side in statement.sides(evaluator, placed))
                piece = {"space": to_json(space), "at": placed, "lhs": left, "rhs": right}
                refuted_by(statement, piece, seed=0)
            except VaeproofError:
                continue
            return (Evidence(kind="witness", shows="exact values of the two sides on an explicit space", data=piece),)
        return ()

    def _space(self, layout: Layout, point: Point) -> Space:
        needed = self.statement.needed
        # sizes with the same layout differ in a size that no function depends on
        size = dict(zip("xz", SIZES[self.layouts.index(layout)], strict=True))
        bare, parts = Space(sizes=size, functions={}, parameters={}), list(point)
        functions: dict[str, dict[Index, Fraction]] = {}
        for key, kinds in needed.shapes.items():
            indices = bare.indices(tuple(kinds))
            if key in NORMALISED:
                tails = sorted({index[1:] for index in indices})
                functions[key] = {
                    (first, *tail): mass for tail in tails for first, mass in enumerate(probabilities(parts.pop(0)))
                }
            else:
                table = {index: Fraction(value) for index, value in zip(indices, parts.pop(0), strict=True)}
                functions[key] = {index: table[min(index, index[::-1])] for index in indices} if key == "k" else table
        values = quarters(parts.pop(0)) if needed.parameters else ()
        return Space(sizes=size, functions=functions, parameters=dict(zip(needed.parameters, values, strict=True)))


@dataclasses.dataclass(frozen=True)
class Universal:
    """Statements over all values of real variables: hypotheses that hold and a conclusion that fails."""

    formal: Formal
    clear: float = 0.0

    @property
    def layouts(self) -> Sequence[Layout]:
        """Return the layout of the variables."""
        return ((Group(name=PARAMETERS, size=len(self.formal["variables"]), least=-64, law=False),),)

    def score(self, layout: Layout, point: Point) -> float:  # noqa: ARG002 - the signature of a hunt
        """Return minus what the hypotheses and the failure of a conclusion lack."""
        space = self._space(point)
        domains = {"real": (), "positive": (">",), "nonnegative": (">=",)}
        given = [f"{name} {mark} 0" for name, kind in self.formal["variables"].items() for mark in domains[kind]]
        try:
            lacking = sum(_lack(text, space) for text in (*given, *self.formal.get("given", ())))
            broken = min(_lack(text, space, negated=True) for text in self.formal["then"])
        except VaeproofError:
            return WORST
        return 1e-6 if lacking + broken == 0 else -lacking - broken

    def confirm(self, layout: Layout, point: Point) -> tuple[Evidence, ...]:  # noqa: ARG002 - the signature of a hunt
        """Return the point if it meets every hypothesis and breaks a conclusion, exactly."""
        values = {name: str(value) for name, value in self._space(point).parameters.items()}
        evidence = Evidence(kind="point", shows="the hypotheses hold and a conclusion fails", data={"values": values})
        return (evidence,) if accepted(rules_decision.universal, self.formal, evidence) else ()

    def _space(self, point: Point) -> Space:
        values = dict(zip(self.formal["variables"], quarters(point[0]), strict=True))
        return Space(sizes={"x": 1, "z": 1}, functions={}, parameters=values)


def accepted(rule: finding.Rule, formal: Formal, *evidence: Evidence) -> bool:
    """Tell whether a rule of the verifier takes the evidence as a refutation."""
    pieces = json.loads(json.dumps([piece.to_json() for piece in evidence]))
    try:
        rule(as_json(formal), Status.REFUTED, pieces)
    except VaeproofError:
        return False
    return True


def to_json(space: Space) -> dict[str, Any]:
    """Return a space as certificates keep it."""
    return {
        **space.sizes,
        "functions": {key: _nested(table) for key, table in space.functions.items()},
        "parameters": {name: str(value) for name, value in space.parameters.items()},
    }


def violation(operator: str, left: float, right: float) -> float:
    """Return by how much ``left operator right`` fails, below zero where it holds."""
    if operator == "=":
        return abs(left - right)
    return right - left if operator in {">", ">="} else left - right


def _nested(table: Mapping[Index, Fraction]) -> Any:
    if () in table:
        return str(table[()])
    heads = sorted({index[0] for index in table})
    return [_nested({index[1:]: value for index, value in table.items() if index[0] == head}) for head in heads]


def _lack(text: str, space: Space, *, negated: bool = False) -> float:
    """Return what a relation lacks, or its negation; zero where it holds."""
    (relation,) = read_relations([text])
    operator = NEGATED[relation.operator] if negated else relation.operator
    gap = relation.rational_gap(space.parameters)
    if compare(operator, (gap > 0) - (gap < 0)):
        return 0.0
    return float(abs(gap)) if gap else TOUCH
