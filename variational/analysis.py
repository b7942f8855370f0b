"""Analysis of an objective: stationary point, convexity and regimes, gathered into one record."""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from variational import collapse, lemmas, smt
from variational.convexity import convex_condition
from variational.derivative import kernel
from variational.errors import InvalidInputError, NotCoveredError
from variational.integrals import is_zero, readable, short_names
from variational.objective import Objective
from variational.profile import Profile, profile
from variational.records import SPACES, Evidence
from variational.stationary import DECODER, ENCODER, LAMBDA, MU, XI, Derivation, Step, derive, lagrangian
from variational.translate import symbol, to_formula

UNDECIDED = collapse.UNDECIDED


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """One region of the parameters, the spaces, what happens there, and why.

    Attributes:
        condition: Relations between the parameters; empty where they are not restricted.
        spaces: The kinds of spaces it speaks of.
        verdict: One of the five verdicts of :mod:`variational.collapse`.
        reason: The theorem applied, in words.
        unique: Whether the minimum is one pair (p*, q*); None where that is not settled.
        data: What the verdict needs of the densities.
        evidence: What somebody else can re-check.
    """

    condition: tuple[str, ...]
    spaces: tuple[str, ...]
    verdict: str
    reason: str
    unique: bool | None = None
    data: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Stationary:
    """The stationarity equations, solved as far as they can be.

    Attributes:
        derivation: The lines of the derivation, and what came out.
        decoder_text: The decoder as an equation; None where the loss does not depend on it.
        encoder_text: The encoder as an equation.
        obstacle: Why the encoder has no closed form; empty where it has one.
    """

    derivation: Derivation
    decoder_text: str | None
    encoder_text: str
    obstacle: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """What is known about the optimum of an objective.

    Attributes:
        title: The objective as the user wrote it.
        objective: The objective, with the values of the parameters inserted.
        assumptions: Relations between the parameters that were taken for granted, values included.
        identity: The master decomposition in words; None where the objective has none.
        stationary: The stationary point.
        convex_if: Where the local integrand is jointly convex in (p, q).
        convex_evidence: Evidence for that condition, in both directions.
        profile: Second variation and convexity of the loss with the best decoder inserted; None where the
            objective is no combination of building blocks.
        regions: Every region of the parameters; each point lies in one region for each kind of space.
    """

    title: str
    objective: Objective
    assumptions: tuple[str, ...]
    identity: str | None
    stationary: Stationary
    convex_if: str
    convex_evidence: tuple[Evidence, ...]
    profile: Profile | None
    regions: tuple[Region, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the analysis as one JSON object."""
        return {
            "objective": self.title,
            "encoder": self.stationary.encoder_text,
            "decoder": self.stationary.decoder_text,
            "convex_if": self.convex_if,
            "regimes": [_region_json(region) for region in self.regions],
            "convex_evidence": [piece.to_json() for piece in self.convex_evidence],
            "profile": None if self.profile is None else _profile_json(self.profile),
            "lagrangian": to_formula(short_names(self.stationary.derivation.lagrangian)),
            "steps": [
                {"title": step.title, "text": step.text(), "latex": step.latex()}
                for step in self.stationary.derivation.steps
            ],
        }


def analyze(
    objective: Objective, *, title: str, values: Mapping[str, Fraction] | None = None, given: Sequence[str] = ()
) -> Analysis:
    """Return what is known about the optimum of ``objective``.

    Args:
        objective: The functional to be minimised.
        title: How the user wrote it.
        values: Exact values of parameters.
        given: Relations between the parameters to be taken for granted.

    Raises:
        InvalidInputError: Where the objective is not defined at ``values`` or no parameters meet ``given``.
        NotCoveredError: Where the stationarity equations cannot be derived.
    """
    inserted = insert(objective, values or {})
    if inserted.functional == 0:
        msg = "every coefficient is zero: nothing is left of the objective"
        raise InvalidInputError(msg)
    fixed = tuple(f"{name} = {value}" for name, value in (values or {}).items())
    defined = tuple(text for text in _denominators(inserted) if text not in given)
    known = (*given, *fixed, *defined)
    if not smt.feasible(known):
        msg = f"no values of the parameters meet {' and '.join(known)}"
        raise InvalidInputError(msg)
    stationary = stationary_point(inserted)
    convex_if, convex_evidence = _convexity(inserted)
    identity, regions = _regions(inserted, fixed, (*given, *defined))
    return Analysis(
        title=title,
        objective=inserted,
        assumptions=known,
        identity=identity,
        stationary=stationary,
        convex_if=convex_if,
        convex_evidence=convex_evidence,
        profile=_profile(inserted),
        regions=regions,
    )


def insert(objective: Objective, values: Mapping[str, Fraction]) -> Objective:
    """Return ``objective`` with parameters replaced by exact values.

    Raises:
        InvalidInputError: For an unknown parameter, or where the objective is not defined at the values.
    """
    known = [parameter.name for parameter in objective.parameters]
    unknown = [name for name in values if name not in known]
    if unknown:
        msg = f"unknown parameter {unknown[0]!r}; {objective.name} has {', '.join(known) or 'none'}"
        raise InvalidInputError(msg)
    if not values:
        return objective
    table = {symbol(name): sp.Rational(value.numerator, value.denominator) for name, value in values.items()}
    functional = objective.functional.subs(table)
    coefficients = None
    if objective.coefficients is not None:
        coefficients = {name: weight.subs(table) for name, weight in objective.coefficients.items()}
        coefficients = {name: weight for name, weight in coefficients.items() if weight != 0}
    if any(part.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I) for part in (functional, *(coefficients or {}).values())):
        shown = ", ".join(f"{name} = {value}" for name, value in values.items())
        msg = f"the objective is not defined at {shown}"
        raise InvalidInputError(msg)
    return Objective(name=objective.name, functional=functional, coefficients=coefficients)


def stationary_point(objective: Objective) -> Stationary:
    """Return the stationary point; where it has no closed form, the two equations.

    Raises:
        NotCoveredError: Where not even the equations can be derived.
    """
    multiplier = XI if any(parameter.name == "lambda" for parameter in objective.parameters) else LAMBDA
    try:
        found = derive(objective, multiplier=multiplier)
    except NotCoveredError as error:
        return _equations(objective, str(error), multiplier)
    steps = tuple(dataclasses.replace(step, right=short_names(step.right)) for step in found.steps)
    encoder, log_encoder = _equation_text(found.encoder_equation), found.log_encoder
    if log_encoder is not None:
        log_encoder = short_names(log_encoder)
        encoder = f"{to_formula(sp.log(ENCODER))} = {to_formula(log_encoder)}"
    return Stationary(
        derivation=dataclasses.replace(found, steps=steps, log_encoder=log_encoder),
        decoder_text=None if found.decoder is None else f"{to_formula(DECODER)} = {to_formula(found.decoder)}",
        encoder_text=encoder,
        obstacle="" if log_encoder is not None else "log q(z|x) drops out of the equation",
    )


def _equations(objective: Objective, obstacle: str, multiplier: sp.Expr) -> Stationary:
    """Return the stationarity equations, unsolved."""
    full = lagrangian(objective.functional, multiplier=multiplier)
    decoder, encoder = kernel(full, DECODER), kernel(full, ENCODER)
    steps = (
        Step(title="Lagrangian with multipliers for the two normalisations", left=sp.Symbol("J"), right=full),
        Step(title="Stationary in the decoder", left=readable(decoder), right=sp.Integer(0)),
        Step(title="Stationary in the encoder", left=readable(encoder), right=sp.Integer(0)),
    )
    return Stationary(
        derivation=Derivation(steps=steps, lagrangian=full, decoder=None, encoder_equation=encoder, log_encoder=None),
        decoder_text=None if is_zero(decoder - MU) else _equation_text(decoder),
        encoder_text=_equation_text(encoder),
        obstacle=obstacle,
    )


def _equation_text(equation: sp.Expr) -> str:
    return f"{to_formula(readable(equation))} = 0"


def _denominators(objective: Objective) -> tuple[str, ...]:
    """Return the relations without which a coefficient divides by zero."""
    found = []
    for coefficient in (objective.coefficients or {}).values():
        denominator = sp.fraction(sp.together(coefficient))[1]
        if denominator.free_symbols and denominator.is_polynomial(*denominator.free_symbols):
            found.append(f"{to_formula(denominator)} != 0")
    return tuple(dict.fromkeys(found))


def _convexity(objective: Objective) -> tuple[str, tuple[Evidence, ...]]:
    try:
        return convex_condition(objective)
    except NotCoveredError as error:
        return UNDECIDED, (Evidence(kind="argument", shows=str(error), data={}),)


def _profile(objective: Objective) -> Profile | None:
    try:
        return profile(objective)
    except NotCoveredError:
        return None


def _profile_json(found: Profile) -> dict[str, Any]:
    information, constant = found.collapsed
    return {
        "convex_if": found.convex_if,
        "at_collapse": {"information": to_formula(information), "constant": to_formula(constant)},
        "evidence": [piece.to_json() for piece in found.evidence],
    }


def _regions(
    objective: Objective, fixed: tuple[str, ...], given: tuple[str, ...]
) -> tuple[str | None, tuple[Region, ...]]:
    """Return the master decomposition and every region of the parameters; one undecided region where no rule speaks."""
    identity = None
    try:
        parts = collapse.coefficients(objective)
        identity = lemmas.master_identity(parts)
        found = collapse.regimes(objective, given=(*given, *fixed))
    except NotCoveredError as error:
        return identity, (Region(condition=(*fixed, *given), spaces=SPACES, verdict=UNDECIDED, reason=str(error)),)
    regions = []
    for regime in found:
        known = (*fixed, *regime.condition)
        needed = tuple(text for text in given if not smt.implies(known, text))
        regions.append(
            Region(
                condition=(*fixed, *needed, *regime.condition),
                spaces=regime.spaces,
                verdict=regime.outcome.verdict,
                reason=lemmas.RULES[regime.outcome.rule].reason,
                unique=regime.outcome.unique,
                data=regime.outcome.data,
                evidence=lemmas.evidence(objective, parts, regime),
            )
        )
    return identity, tuple(regions)


def _region_json(region: Region) -> dict[str, Any]:
    return {
        "condition": " and ".join(region.condition) or "always",
        "spaces": list(region.spaces),
        "verdict": region.verdict,
        "evidence": [piece.to_json() for piece in region.evidence],
        "unique": region.unique,
        "data": list(region.data),
        "reason": region.reason,
    }
