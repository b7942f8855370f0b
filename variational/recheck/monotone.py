"""The rule that proves an inequality by the sign of a derivative.

With g the difference that is to be >= 0 (or > 0), a step ``{"by": "monotone", "in": v, "at": a, "start": proof,
"above": proof, "below": proof}`` says: g >= 0 at v = a, the derivative of g is >= 0 for v above a and <= 0 for v below.
``at`` is a formula in the other variables, or ``inf`` or ``-inf``: then there is no ``start``, and the limit of g there
must be visible. ``strict`` asks for a derivative that is not zero, for a strict inequality whose start is an equality.
``above`` and ``below`` may be left out where the domain has no such points.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from variational.domains import substitute
from variational.errors import CertificateError
from variational.formula import ZERO, Name, Node, parse
from variational.grammar import names, render
from variational.recheck import finding, limits
from variational.recheck.conditions import Relation
from variational.recheck.implications import implied
from variational.recheck.proofs import Checker, Goal, inserted_relation, require_sign
from variational.recheck.reading import text_of
from variational.recheck.slopes import slope

ENDS = {"inf": "below", "-inf": "above"}
BETWEEN = "between"  # stands for a point of the segment from the start to any point of the domain


def monotone(checker: Checker, goal: Goal, proof: Mapping[str, Any]) -> None:
    """Check one step of this rule."""
    name, at = text_of(proof, "in"), text_of(proof, "at")
    if name not in goal.region.variables:
        msg = f"{name!r} is no variable of the goal"
        raise CertificateError(msg)
    free = [relation for relation in goal.region.relations if name not in names(relation.left) | names(relation.right)]
    bound = [relation for relation in goal.region.relations if relation not in free]
    strict_slope = goal.strict and bool(proof.get("strict"))
    sides: tuple[str, ...]
    if at in ENDS:
        sides, start = (ENDS[at],), None
        _start_at_end(checker, goal, proof, name, strict=goal.strict and not strict_slope)
    else:
        start = parse(at)
        if name in names(start) or not names(start) <= {*goal.region.variables, "pi"}:
            msg = f"'at' is a formula in the other variables, got {at!r}"
            raise CertificateError(msg)
        others = dataclasses.replace(
            goal.region, relations=tuple(free), variables=tuple(v for v in goal.region.variables if v != name)
        )
        inserted = substitute(goal.gap, {name: start})
        checker.require_defined(inserted, free)
        operator = ">" if goal.strict and not strict_slope else ">="
        checker.check(Goal(left=inserted, operator=operator, right=ZERO, region=others), proof.get("start"))
        sides = ("above", "below")
        if strict_slope:
            checker.require_implied(goal.region.relations, _relation(Name(name), "!=", start))
    for side in sides:
        beyond = [] if start is None else [_relation(Name(name), ">" if side == "above" else "<", start)]
        step = _Side(goal=goal, name=name, start=start, upwards=side == "above", bound=bound, beyond=beyond)
        step.check(checker, proof.get(side), strict=strict_slope)


def _start_at_end(checker: Checker, goal: Goal, proof: Mapping[str, Any], name: str, *, strict: bool) -> None:
    """Check that the limit of the gap at an infinite end is not negative (or positive)."""
    found = limits.structural(goal.gap, {name: text_of(proof, "at")}, goal.region)
    if found.infinite > 0:
        return
    if found.infinite < 0 or found.value is None:
        msg = f"the gap has no limit >= 0 as {name} tends to {text_of(proof, 'at')}"
        raise CertificateError(msg)
    free = [relation for relation in goal.region.relations if name not in names(relation.left) | names(relation.right)]
    require_sign(checker, found.value, free, strict=strict)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """The part of the domain on one side of the start.

    Attributes:
        goal: What is proved.
        name: Variable that moves.
        start: Where it starts; None at an infinite end.
        upwards: Whether it moves up.
        bound: Hypotheses that hold the variable.
        beyond: The relation that the variable lies on this side.
    """

    goal: Goal
    name: str
    start: Node | None
    upwards: bool
    bound: Sequence[Relation]
    beyond: Sequence[Relation]

    def check(self, checker: Checker, proof: Any, *, strict: bool) -> None:
        """Check the sign of the derivative, or that this side is empty where there is no proof."""
        goal = self.goal
        if proof is None:
            turned = [_relation(Name(self.name), "<=" if self.upwards else ">=", self.start)] if self.start else []
            checker.require_implied(goal.region.relations, *turned)
            return
        self._require_segments()
        checker.levels.add(finding.DECISION)
        region = dataclasses.replace(goal.region, relations=(*goal.region.relations, *self.beyond))
        checker.require_defined(goal.gap, region.relations)
        operator = (">" if self.upwards else "<") + ("" if strict else "=")
        slope_goal = Goal(left=slope(goal.gap, self.name), operator=operator, right=ZERO, region=region)
        checker.check(slope_goal, proof)

    def _require_segments(self) -> None:
        """Every point between the start and a point of the domain lies in the domain."""
        between = Name(BETWEEN)
        segment = [_relation(between, "<" if self.upwards else ">", Name(self.name))]
        if self.start is not None:
            segment.append(_relation(between, ">" if self.upwards else "<", self.start))
        for relation in self.bound:
            moved = inserted_relation(relation, {self.name: between})
            if not implied([*self.goal.region.relations, *self.beyond, *segment], moved):
                msg = f"the domain has gaps: {relation.text} does not hold on the way to {self.name} from the start"
                raise CertificateError(msg)


def _relation(left: Node, operator: str, right: Node) -> Relation:
    return Relation(text=f"{render(left)} {operator} {render(right)}", operator=operator, left=left, right=right)
