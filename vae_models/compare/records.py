"""What a comparison leaves behind: a distance with both bounds, measured numbers beside theorems (standard library).

Every number says what it rests on. ``proved``: a theorem and closed forms, up to rounding in double precision.
``certified``: weak duality on a discretised problem whose error is stated. ``sampled``: Monte Carlo, with a standard
error.
"""

import dataclasses
import json
from typing import Literal

from vae_models.records import Split, parse
from vae_models.serial import from_json, to_json
from variational.errors import InvalidInputError

COMPARISON = "comparison.json"  # in the folder of a run
COMPARISON_SCHEMA = "vaeproof.comparison/1"
Basis = Literal["proved", "certified", "sampled"]
STRENGTH: tuple[Basis, ...] = ("proved", "certified", "sampled")
Relation = Literal["<=", ">=", "="]
Finding = Literal["holds", "within error", "fails"]
PRINTED = "printed, refuted"  # how a premise begins where the claim is the printed form of a corrected one
DEVIATIONS = 3.0  # standard errors within which a relation counts as met


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """One number and what it rests on.

    Attributes:
        value: Nats unless the place where it stands says otherwise.
        basis: How strong that is.
        rests_on: In words.
        error: Standard error of what is sampled; None where nothing is.
    """

    value: float
    basis: Basis
    rests_on: str
    error: float | None = None

    def __post_init__(self) -> None:
        """Refuse an error without draws, draws without error, and a negative error."""
        if (self.basis == "sampled") != (self.error is not None):
            msg = f"error must be given where the number is sampled, and only there, got {self.error} for {self.basis}"
            raise InvalidInputError(msg)
        if self.error is not None and not self.error >= 0:
            msg = f"error must be at least 0, got {self.error}"
            raise InvalidInputError(msg)


def difference(first: Number, second: Number, *, rests_on: str) -> Number:
    """Return first - second, as weak as the weaker of the two.

    Error:
        The sum of both standard errors, which bounds that of the difference whatever ties the two together.
    """
    errors = [number.error for number in (first, second) if number.error is not None]
    return Number(
        value=first.value - second.value,
        basis=max(first.basis, second.basis, key=STRENGTH.index),
        rests_on=rests_on,
        error=sum(errors) if errors else None,
    )


def at_least_zero(number: Number) -> Number:
    """Return a bound on what is never negative: raised to zero, unless draws alone may have put it below."""
    return number if number.basis == "sampled" else dataclasses.replace(number, value=max(number.value, 0.0))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Distance:
    """How far an encoder is from the optimum over all encoders and decoders; nats.

    With the best decoder the loss is H(X) + R(q), R = (beta - 1) I + beta KL(gamma||p) + delta E_pn KL(q||n). The gap
    of the encoder is R(q) - inf R; that of the loss adds E_gamma KL(q(x|z)||p(x|z)), what the decoder is short of it.

    Attributes:
        law: Of x, in words.
        objective: What is minimised, with its numbers.
        encoder: R of the encoder.
        encoder_lower: Bound on it.
        encoder_upper: Bound on it.
        optimum_lower: Bound on inf R.
        optimum_upper: Bound on inf R.
        gap: R(q) - inf R.
        gap_lower: Bound on it.
        gap_upper: Bound on it.
        total_lower: Bound on the loss of the whole model minus its infimum H(X) + inf R; None where H(X) is not known
            or the decoder is no density of the measure that H(X) belongs to.
        total_upper: Bound on the same.
        notes: What was neglected and how finely the problem was cut.
    """

    law: str
    objective: str
    encoder: Number
    encoder_lower: Number
    encoder_upper: Number
    optimum_lower: Number
    optimum_upper: Number
    gap: Number
    gap_lower: Number
    gap_upper: Number
    total_lower: Number | None = None
    total_upper: Number | None = None
    notes: tuple[str, ...] = ()


def make_distance(
    *,
    law: str,
    objective: str,
    encoder: tuple[Number, Number, Number],
    optimum: tuple[Number, Number],
    excess: Number | None,
    notes: tuple[str, ...] = (),
) -> Distance:
    """Return the distance from bounds.

    Args:
        law: Of x.
        objective: What is minimised.
        encoder: Lower bound, estimate and upper bound of R of the encoder.
        optimum: Lower and upper bound of inf R.
        excess: The loss of the whole model minus H(X), where that is known.
        notes: As in :class:`Distance`.
    """
    lower, estimate, upper = encoder
    least, most = optimum
    middle = dataclasses.replace(least, value=(least.value + most.value) / 2)
    return Distance(
        law=law,
        objective=objective,
        encoder=estimate,
        encoder_lower=lower,
        encoder_upper=upper,
        optimum_lower=least,
        optimum_upper=most,
        gap=at_least_zero(difference(estimate, middle, rests_on="encoder less the middle of the optimum's bounds")),
        gap_lower=at_least_zero(difference(lower, most, rests_on="encoder_lower less optimum_upper")),
        gap_upper=difference(upper, least, rests_on="encoder_upper less optimum_lower"),
        total_lower=excess and difference(excess, most, rests_on=excess.rests_on),
        total_upper=excess and difference(excess, least, rests_on=excess.rests_on),
        notes=notes,
    )


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A measured quantity beside what a judged claim says of it.

    Attributes:
        claim: Id of the claim; ``python -m variational.check PAPER --claim ID`` judges it.
        verdict: The recorded verdict on it.
        premise: What the claim assumes beyond the composition of the model.
        quantity: What was measured, in symbols.
        measured: It.
        relation: Which the claim asserts between the two.
        bound_name: The other side, in symbols.
        bound: It.
        slack: By how much the relation is met; minus the distance for an equation.
        finding: holds: met by the numbers. within error: short of it by at most three standard errors. fails: by more;
            where the premise is an optimum, the run is not at one.
    """

    claim: str
    verdict: str
    premise: str
    quantity: str
    measured: Number
    relation: Relation
    bound_name: str
    bound: Number
    slack: Number
    finding: Finding


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A run beside the theory.

    Attributes:
        run: Name of its folder.
        preset: What it was made from.
        step: Optimiser steps that the weights have seen.
        split: What it was measured on.
        examples: How many of it.
        distance: To the non-parametric optimum; None where none is known, with the reason in ``no_distance``.
        no_distance: Why there is none.
        rows: Measured quantities beside the theorems that apply.
        posterior: What q(z|x) is where it is not what the encoder gives.
    """

    run: str
    preset: str
    step: int
    split: Split
    examples: int
    distance: Distance | None
    no_distance: str | None
    rows: tuple[Row, ...]
    posterior: str | None = None
    schema: str = COMPARISON_SCHEMA

    def to_text(self) -> str:
        """Return the record as JSON."""
        return json.dumps(to_json(self, where="Comparison"), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Comparison":
        """Return the record that ``to_text`` wrote; the message of an error names the field."""
        return from_json(cls, parse(text, where="Comparison"), where="Comparison")
