"""Joint convexity of the local integrand in (p(x|z), q(z|x)), and of the profile loss, as conditions.

The local integrand enters through the local part of the second variation: on atomless X a direction that
oscillates in x feels nothing else, so its convexity is necessary there, and the aggregate part (convex where
B >= 0, 2 B + l >= 0, s >= 0) adds to it.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from variational import smt, witnesses
from variational.blocks import RECON
from variational.collapse import Coefficients, coefficients, relation_text
from variational.derivative import second_variation
from variational.errors import NotCoveredError
from variational.objective import Objective
from variational.records import Evidence
from variational.symbols import fold, function, point
from variational.translate import to_formula

X, Z, X2, Z2 = point("x"), point("z"), point("x'"), point("z'")
# Densities at one point, written as plain variables: decoder, encoder, data, noise, aggregate, priors.
ATOMS = {
    function("p|")(X, Z): sp.Symbol("p", positive=True),
    function("q|")(Z, X): sp.Symbol("q", positive=True),
    function("pd")(X): sp.Symbol("pd", positive=True),
    function("pn")(X): sp.Symbol("pn", positive=True),
    function("gamma")(Z): sp.Symbol("g", positive=True),
    function("p")(Z): sp.Symbol("prior", positive=True),
    function("n")(Z): sp.Symbol("noise_prior", positive=True),
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class LocalHessian:
    """Hessian of the local integrand in (decoder, encoder) at one point, in the variables of :data:`ATOMS`.

    Attributes:
        entries: ((pp, pq), (pq, qq)).
        determinant: Its determinant, factorised.
    """

    entries: tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]
    determinant: sp.Expr

    @property
    def minors(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The principal minors; all non-negative iff the matrix is positive semidefinite."""
        return self.entries[0][0], self.entries[1][1], self.determinant


def local_hessian(functional: sp.Expr) -> LocalHessian:
    """Return the local part of the second variation of ``functional`` as a 2 x 2 matrix.

    Raises:
        NotCoveredError: Where an entry depends on more than the densities at one point.

    Source:
        theory of second variations: Gelfand and Fomin (1963), section 24.
    """
    decoder, encoder = function("p|")(X, Z), function("q|")(Z, X)
    decoder2, encoder2 = function("p|")(X2, Z2), function("q|")(Z2, X2)
    pp = _atomic(second_variation(functional, decoder, decoder2).local())
    qq = _atomic(second_variation(functional, encoder, encoder2).local())
    pq = _atomic(second_variation(functional, decoder, encoder2).local())
    determinant = sp.factor(pp * qq - pq * pq)
    return LocalHessian(entries=((pp, pq), (pq, qq)), determinant=determinant)


def _atomic(expression: sp.Expr) -> sp.Expr:
    """Write densities at one point as plain variables."""
    local = fold(expression).xreplace(ATOMS)
    loose = [str(symbol) for symbol in local.free_symbols if symbol in {X, Z, X2, Z2}]
    if loose or local.has(sp.Function):
        msg = f"the second variation is not local: {to_formula(expression)}"
        raise NotCoveredError(msg)
    return sp.factor(local)


def polynomial_minors(hessian: LocalHessian) -> tuple[str, ...]:
    """Return polynomials with the signs of the minors (positive densities are divided out), as formula texts."""
    return tuple(to_formula(_numerator(minor)) for minor in hessian.minors)


def _numerator(minor: sp.Expr) -> sp.Expr:
    """Return the numerator without its positive factors: the sign is that of the minor."""
    numerator, denominator = sp.fraction(sp.factor(minor))
    if not denominator.is_positive:
        msg = f"the sign of the denominator {to_formula(denominator)} is not known"
        raise NotCoveredError(msg)
    return sp.Mul(*(factor for factor in sp.Mul.make_args(numerator) if not factor.is_positive or factor.is_number))


def positive_atoms(*texts: str) -> tuple[str, ...]:
    """Return ``pd > 0`` and so on for the densities that occur in ``texts``."""
    found = {name for text in texts for name in smt.variables(text)}
    return tuple(f"{symbol.name} > 0" for symbol in ATOMS.values() if symbol.name in found)


def local_curvature(parts: Coefficients) -> sp.Expr:
    """Return c = kappa pd + d pn, without a density where it is only a factor: its sign decides convexity."""
    data, noise = sp.Symbol("pd", positive=True), sp.Symbol("pn", positive=True)
    if parts.contrast == 0:
        return parts.information
    if parts.information == 0:
        return parts.contrast
    return sp.expand(parts.information * data + parts.contrast * noise)


def convex_condition(objective: Objective) -> tuple[str, tuple[Evidence, ...]]:
    """Return where the local integrand is jointly convex, with a decision in both directions.

    Raises:
        NotCoveredError: Where the objective is no combination of building blocks.
    """
    hessian = local_hessian(objective.functional)
    parts = coefficients(objective)
    local = local_curvature(parts)
    conditions = [relation_text(parts.reconstruction, ">="), relation_text(local, ">=")]
    conditions = [text for text in conditions if not smt.implies(positive_atoms(text), text)]
    shown = " and ".join(conditions) or "always"
    if not smt.feasible([*positive_atoms("pd", "pn"), *conditions]):
        shown = "never"
    evidence = [hessian_evidence(hessian, conditions)] if shown != "never" else []
    parameters = failing_parameters(objective, ())
    if parameters is not None:
        evidence.append(falling_line(objective, parameters))
    return shown, tuple(evidence)


def falling_line(objective: Objective, parameters: Mapping[str, Fraction]) -> Evidence:
    """Return a line along which the loss bends down at ``parameters``: of both densities, or of the decoder alone."""
    names = {
        sp.Symbol(name, real=True): sp.Rational(value.numerator, value.denominator)
        for name, value in parameters.items()
    }
    weight = objective.coefficient(RECON).subs(names)
    return witnesses.falling_direction(objective.functional, parameters, decoder_only=bool(weight < 0))


def hessian_evidence(hessian: LocalHessian, conditions: Sequence[str]) -> Evidence:
    """Return the decision that all minors are non-negative under ``conditions`` (possibly a failed one)."""
    decisions = []
    for minor in polynomial_minors(hessian):
        given = [*positive_atoms(minor, *conditions), *conditions]
        found = smt.prove(given, f"{minor} >= 0")
        decisions.append({"given": given, "then": f"{minor} >= 0", "smtlib": found.smtlib, "slack": found.slack})
    entries = [[to_formula(entry) for entry in row] for row in hessian.entries]
    data = {"hessian": entries, "determinant": to_formula(hessian.determinant), "decisions": decisions}
    return Evidence(kind="decision", shows="every principal minor of the local Hessian is non-negative", data=data)


def failing_parameters(objective: Objective, given: Sequence[str]) -> Mapping[str, Fraction] | None:
    """Return rational parameters that meet ``given`` where a minor is negative at pd = pn, or None."""
    for minor in reversed(polynomial_minors(local_hessian(objective.functional))):
        wanted = [*positive_atoms(minor), *given, f"{minor} < 0"]
        if {"pd", "pn"} <= set(smt.variables(minor)):
            wanted.append("pd = pn")
        found = smt.satisfy(wanted)
        if found is not None:
            return {symbol.name: found.get(symbol.name, Fraction(1)) for symbol in objective.parameters}
    return None
