"""Enclosed optima as evidence: how a claim fares at an instance, and the piece that others re-check."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from numeric.enclose import Enclosure, Interval
from numeric.instance import decimals
from variational.errors import InvalidInputError
from variational.recheck.bracket import KIND, LEVEL, outcome_of
from variational.recheck.tested import INFORMATION, Tested, tested
from variational.records import Evidence


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Both sides of a claim at an enclosed optimum.

    Attributes:
        enclosure: Where.
        relation: How the claim relates the first side to the second.
        left: Around the first side, nats.
        right: Around the second side.
        outcome: "holds", "fails" or "level" (equal within the enclosure); None where the balls are too wide.
        analogue: What the instance has in place of the claim; empty where it has the claim itself.
    """

    enclosure: Enclosure
    relation: str
    left: Interval
    right: Interval
    outcome: str | None
    analogue: str

    @property
    def margin(self) -> Fraction:
        """How far apart the sides are at least where they are apart, else how far at most."""
        gaps = self.left.low - self.right.high, self.right.low - self.left.high
        return max(gaps) if max(gaps) > 0 else -min(gaps)

    def to_evidence(self) -> Evidence:
        """Return the piece of evidence, with everything needed to re-check it.

        Raises:
            InvalidInputError: Where the balls are too wide to show anything.
        """
        if self.outcome is None:
            msg = f"the enclosure shows nothing: {self.left} against {self.right}"
            raise InvalidInputError(msg)
        found = self.enclosure
        ends = {
            "value": found.value,
            "gap": Interval(low=Fraction(0), high=found.gap),
            "information": found.information,
            "lhs": self.left,
            "rhs": self.right,
        }
        data: dict[str, Any] = {
            "space": found.instance.to_space(found.encoder),
            "aggregate": [str(mass) for mass in found.aggregate],
            "outcome": self.outcome,
            **{name: decimals(interval.low, interval.high) for name, interval in ends.items()},
        }
        return Evidence(kind=KIND, shows=self.sentence(), data=data)

    def sentence(self) -> str:
        """Return instance, bracket, both sides and margin in one sentence."""
        found = self.enclosure
        shown = ", ".join(f"{name} = {value}" for name, value in found.instance.parameters.items())
        sizes = f"{len(found.instance.data)} x {len(found.instance.prior)} points"
        optimum = f"the optimum {float(found.value.low):.6g} is known to {float(found.value.width):.1g}"
        if self.outcome == LEVEL:
            compared = f"the sides agree to {float(self.margin):.2g} nats"
        else:
            order = "below" if self.left.low < self.right.low else "above"
            left, right = float(self.left.low), float(self.right.low)
            compared = f"{self.outcome}, {left:.6g} is {order} {right:.6g} by at least {float(self.margin):.3g} nats"
        text = f"at {shown} on {sizes}: {compared}; {optimum}"
        return f"{text} ({self.analogue})" if self.analogue else text


def compare(formal: Mapping[str, Any], enclosure: Enclosure) -> Comparison:
    """Return how a claim fares at the optimum of an instance.

    Args:
        formal: The formal statement; it must have a form that an instance tests.
        enclosure: Of an instance of its objective.

    Raises:
        InvalidInputError: Where the claim has no such form, or the instance is not one of it.
        CertificateError: Where a formula of the claim needs what the instance lacks.
    """
    statement = _statement(formal)
    if enclosure.instance.objective != statement.objective:
        msg = f"the claim is about {statement.objective!r}, the instance has {enclosure.instance.objective!r}"
        raise InvalidInputError(msg)
    where = formal.get("tested", {}).get("where")
    left, right = (
        enclosure.information if text == INFORMATION else enclosure.functional(text, where)
        for text in (statement.left, statement.right)
    )
    balls = [_ball(side.low).union(_ball(side.high)) for side in (left, right)]
    return Comparison(
        enclosure=enclosure,
        relation=statement.relation,
        left=left,
        right=right,
        outcome=outcome_of(statement.relation, balls[0], balls[1]),
        analogue=statement.analogue,
    )


def _statement(formal: Mapping[str, Any]) -> Tested:
    found = tested(formal)
    if found is None:
        msg = f"a statement of kind {formal.get('kind')!r} without 'tested' says nothing that an instance could test"
        raise InvalidInputError(msg)
    return found


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
