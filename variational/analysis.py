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
from variational.records import SPACES, Evidence
from variational.stationary import DECODER, ENCODER, MU, Z, Step, derive, lagrangian
from variational.symbols import key_of
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
        steps: The lines of the derivation.
        lagrangian: The objective with its multipliers.
        decoder: The stationary decoder; None where the loss does not depend on it or it was not found.
        log_encoder: log q(z|x), up to gamma(z); None where it drops out or was not found.
        decoder_text: The decoder as an equation; None where the loss does not depend on it.
        encoder_text: The encoder as an equation.
        obstacle: Why there is no closed form; empty where there is one.
    """

    steps: tuple[Step, ...]
    lagrangian: sp.Expr
    decoder: sp.Expr | None
    log_encoder: sp.Expr | None
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
        regions: Every region of the parameters; each point lies in one region for each kind of space.
    """

    title: str
    objective: Objective
    assumptions: tuple[str, ...]
    identity: str | None
    stationary: Stationary
    convex_if: str
    convex_evidence: tuple[Evidence, ...]
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
            "lagrangian": to_formula(short_names(self.stationary.lagrangian)),
            "steps": [{"title": step.title, "text": step.text(), "latex": step.latex()} for step in self.stationary.steps],
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
    fixed = tuple(f"{name} = {value}" for name, value in (values or {}).items())
    inserted = insert(objective, values or {})
    defined = tuple(text for text in _denominators(inserted) if text not in given)
    known = (*given, *fixed, *defined)
    if not smt.feasible(known):
        msg = f"no values of the parameters meet {' and '.join(known)}"
        raise InvalidInputError(msg)
    stationary = stationary_point(inserted)
    convex_if, convex_evidence = _convexity(inserted)
    identity, regions = _regions(inserted, fixed, (*given, *defined))
    return Analysis(
        title=title, objective=inserted, assumptions=known, identity=identity, stationary=stationary,
        convex_if=convex_if, convex_evidence=convex_evidence, regions=regions,
    )  # fmt: skip


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
    if functional == 0:
        msg = "every coefficient is zero at these values: nothing is left of the objective"
        raise InvalidInputError(msg)
    return Objective(name=objective.name, functional=functional, coefficients=coefficients)


def stationary_point(objective: Objective) -> Stationary:
    """Return the stationary point; where it has no closed form, the two equations.

    Raises:
        NotCoveredError: Where not even the equations can be derived.
    """
    try:
        found = derive(objective)
    except NotCoveredError as error:
        return _equations(objective, str(error))
    encoder = _equation_text(found.encoder_equation)
    if found.log_encoder is not None:
        encoder = f"{to_formula(sp.log(ENCODER))} = {to_formula(short_names(found.log_encoder))}"
    return Stationary(
        steps=tuple(dataclasses.replace(step, right=short_names(step.right)) for step in found.steps),
        lagrangian=found.lagrangian,
        decoder=found.decoder,
        log_encoder=None if found.log_encoder is None else short_names(found.log_encoder),
        decoder_text=None if found.decoder is None else f"{to_formula(DECODER)} = {to_formula(found.decoder)}",
        encoder_text=encoder,
        obstacle="" if found.log_encoder is not None else "log q(z|x) drops out of the equation",
    )


def _equations(objective: Objective, obstacle: str) -> Stationary:
    """Return the stationarity equations, unsolved."""
    full = lagrangian(objective.functional)
    equations = {"decoder": kernel(full, DECODER), "encoder": kernel(full, ENCODER)}
    steps = [Step(title="Lagrangian with multipliers for the two normalisations", left=sp.Symbol("J"), right=full)]
    steps += [
        Step(title=f"Stationary in the {which}", left=readable(equation), right=sp.Integer(0))
        for which, equation in equations.items()
    ]
    seen = not is_zero(equations["decoder"] - MU)
    return Stationary(
        steps=tuple(steps), lagrangian=full, decoder=None, log_encoder=None, obstacle=obstacle,
        decoder_text=_equation_text(equations["decoder"]) if seen else None,
        encoder_text=_equation_text(equations["encoder"]),
    )  # fmt: skip


def shape_in_z(log_encoder: sp.Expr) -> tuple[str, bool]:
    """Return q(z|x) as a function of z alone (factors free of z dropped), and whether that is free of x.

    Example:
        >>> from variational.objective import built_in
        >>> shape_in_z(derive(built_in("beta-vae")).log_encoder)
        ('p(z)^(beta/(beta - 1)) * gamma(z)^(-1/(beta - 1))', True)
    """
    powers: dict[sp.Expr, sp.Expr] = {}
    rest = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(log_encoder)):
        if Z not in term.free_symbols:
            continue
        logs = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
        if len(logs) == 1 and Z not in (term / logs[0]).free_symbols:
            powers[logs[0].args[0]] = powers.get(logs[0].args[0], sp.Integer(0)) + term / logs[0]
        else:
            rest += term
    shown = []
    for base, weight in sorted(powers.items(), key=lambda item: (key_of(item[0]) == "gamma", str(item[0]))):
        exponent, text = sp.cancel(weight), to_formula(base)
        text = f"({text})" if base.is_Add or base.is_Mul else text
        shown.append(text if exponent == 1 else f"{text}^({to_formula(exponent)})")
    if rest != 0:
        shown.append(f"exp({to_formula(rest)})")
    free = all(not _sees_data(part) for part in (rest, *powers, *map(sp.cancel, powers.values())))
    return " * ".join(shown) or "1", free


def excluded(log_encoder: sp.Expr) -> tuple[str, ...]:
    """Return the relations ``c != 0`` under which the closed form of log q(z|x) holds."""
    denominator = sp.factor(sp.fraction(sp.together(log_encoder))[1])
    factors = {sp.Pow(*factor.as_base_exp()[:1], 1) for factor in sp.Mul.make_args(denominator)}
    return tuple(sorted(f"{to_formula(factor)} != 0" for factor in factors if not factor.is_nonzero))


def _sees_data(expression: sp.Expr) -> bool:
    return any(free.name == "x" for free in expression.free_symbols)


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
        condition = (*fixed, *regime.condition)
        implied = [text for text in given if smt.prove(condition, text).holds]
        regions.append(
            Region(
                condition=(*condition, *(text for text in given if text not in implied)),
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
