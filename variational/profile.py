"""The profile loss R(q): the loss with the best decoder inserted; where it is convex, and how it bends at collapse.

Its second variation has a local part c(x) h^2 / q and a part through the aggregate. Two sufficient
conditions for convexity are joined: both parts are non-negative; or kappa I + D + d E_pn KL(q||n) is a sum of
convex functionals (I is convex in q). Where c(x) < 0 on two points of equal data, it is not convex.
"""

import dataclasses
from collections.abc import Sequence

import sympy as sp

from variational import smt
from variational.collapse import Coefficients, coefficients, relation_text
from variational.convexity import local_curvature, positive_atoms
from variational.derivative import SecondVariation, second_variation
from variational.errors import NotCoveredError
from variational.integrals import readable
from variational.objective import Objective
from variational.records import Evidence
from variational.symbols import fold, function, point
from variational.translate import to_formula, to_sympy

X, Z, X2, Z2 = point("x"), point("z"), point("x'"), point("z'")
SHARED_Z = (("z", "z'"),)
POSTERIOR = {"p(x|z)": "q(z|x)*pd(x)/gamma(z)"}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Second variation of the profile loss, and where the loss is convex.

    Attributes:
        local: c(x), the coefficient of h(x,z)^2 / q(z|x).
        aggregate: a(z), the coefficient of (int pd(x) h(x,z) dx)^2.
        kernel: Kernel of the part that joins all z, zero without an MMD term.
        convex_if: A sufficient condition on the parameters and on pd, pn at every x.
        collapsed: The second variation at q(z|x) = p(z) along p(z) h(x,z): its coefficient c(x) of h^2 where
            E_pd h = 0 (information moves, the aggregate rests), then that of h^2 where h is free of x (the
            aggregate moves, the code stays constant). Without a contrastive term a collapsed minimum needs both
            to be non-negative; with one, q = p is stationary only for p = n.
        evidence: Decisions behind ``convex_if``.
    """

    local: sp.Expr
    aggregate: sp.Expr
    kernel: sp.Expr
    convex_if: str
    collapsed: tuple[sp.Expr, sp.Expr]
    evidence: tuple[Evidence, ...]


def profile(objective: Objective) -> Profile:
    """Return the second variation of the profile loss of ``objective`` and its convexity.

    Raises:
        NotCoveredError: Where the objective is no combination of building blocks.
    """
    parts = coefficients(objective)
    inserted = to_sympy(to_formula(objective.functional), where=POSTERIOR)
    encoder, other = function("q|")(Z, X), function("q|")(Z2, X2)
    second = second_variation(inserted, encoder, other)
    local = sp.expand(sp.simplify(fold(second.local()) * encoder))
    if local.has(encoder):
        msg = f"the local part {to_formula(second.local())} is not c(x) / q(z|x)"
        raise NotCoveredError(msg)
    aggregate = _aggregate(second)
    prior, gamma = function("p")(Z), function("gamma")(Z)
    at_collapse = sp.simplify(aggregate.subs(gamma, prior) * prior)
    convex_if, evidence = _condition(parts, aggregate)
    return Profile(
        local=local,
        aggregate=aggregate,
        kernel=readable(second.pieces.get((), sp.Integer(0))),
        convex_if=convex_if,
        collapsed=(local, sp.expand(parts.information + parts.contrast + at_collapse)),
        evidence=evidence,
    )


def _aggregate(second: SecondVariation) -> sp.Expr:
    """Return a(z) of the part ``a(z) pd(x) pd(x')`` that shares z."""
    piece = readable(second.pieces.get(SHARED_Z, sp.Integer(0)))
    found = sp.factor(piece / (function("pd")(X) * function("pd")(X2)))
    if {X, X2} & found.free_symbols:
        msg = f"the aggregate part {to_formula(piece)} depends on x"
        raise NotCoveredError(msg)
    return found


def _condition(parts: Coefficients, aggregate: sp.Expr) -> tuple[str, tuple[Evidence, ...]]:
    """Return the weaker of the two sufficient conditions, or both joined by "or"."""
    local = local_curvature(parts)
    lift = parts.divergence - parts.information
    jsd = parts.jensen_shannon
    by_parts = _kept([(local, ">="), (lift, ">="), (2 * lift + jsd, ">="), (parts.discrepancy, ">=")])
    by_sum = _kept(
        [
            (parts.information, ">="),
            (parts.contrast, ">="),
            (parts.divergence, ">="),
            (2 * parts.divergence + jsd, ">="),
            (parts.discrepancy, ">="),
        ]
    )
    given = positive_atoms("pd", "pn")
    options = [option for option in (by_parts, by_sum) if smt.feasible([*given, *option])]
    if len(options) == 2:
        first, second = options
        if all(smt.implies([*given, *second], text) for text in first):
            options = [first]
        elif all(smt.implies([*given, *first], text) for text in second):
            options = [second]
    shown = " or ".join(" and ".join(option) or "always" for option in options) or "not shown for any parameters"
    return shown, (_aggregate_decision(aggregate, by_parts),) if by_parts in options else ()


def _kept(pairs: Sequence[tuple[sp.Expr, str]]) -> tuple[str, ...]:
    """Return the relations as text, each once, without those that hold for all pd, pn > 0 and the others."""
    kept = list(dict.fromkeys(relation_text(sp.expand(expression), mark) for expression, mark in pairs))
    for text in reversed(list(kept)):
        others = [other for other in kept if other != text]
        if smt.implies([*positive_atoms(text, *others), *others], text):
            kept.remove(text)
    return tuple(kept)


def _aggregate_decision(aggregate: sp.Expr, conditions: Sequence[str]) -> Evidence:
    """Return the decision that a(z) >= 0 under ``conditions``; gamma and p at one z are written g and prior."""
    names = {function("gamma")(Z): sp.Symbol("g", positive=True), function("p")(Z): sp.Symbol("prior", positive=True)}
    numerator, denominator = sp.fraction(sp.together(aggregate.xreplace(names)))
    if not denominator.is_positive:
        msg = f"the sign of the denominator {to_formula(denominator)} is not known"
        raise NotCoveredError(msg)
    then = f"{to_formula(sp.expand(numerator))} >= 0"
    given = [*positive_atoms(then, *conditions), *conditions]
    found = smt.prove(given, then)
    data = {"given": given, "then": then, "smtlib": found.smtlib, "slack": found.slack}
    return Evidence(kind="decision", shows="the part of the second variation through the aggregate is >= 0", data=data)
