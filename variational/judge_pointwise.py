"""Judges of identities, derivatives, stationary points and inequalities: the symbolic leg and the witness."""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from variational import witnesses
from variational.derivative import kernel, second_variation
from variational.integrals import canonical, is_zero, readable
from variational.judge_real import spaces_of
from variational.objective import from_text
from variational.recheck.statements import statement
from variational.records import FINITE, Evidence, Status, Verdict
from variational.stationary import (
    DECODER,
    ENCODER,
    LAMBDA,
    MU,
    Derivation,
    X,
    Z,
    derive,
    isolate_log_encoder,
    lagrangian,
)
from variational.symbols import Int, fold, function, rename
from variational.translate import to_formula, to_sympy

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]


def identity(formal: Formal, hints: Hints) -> Verdict:
    """Judge ``lhs = rhs``, for all densities and parameters."""
    left, right = (to_sympy(formal[side], where=formal.get("where")) for side in ("lhs", "rhs"))
    if is_zero(left - right):
        data = {"lhs": formal["lhs"], "rhs": formal["rhs"]}
        evidence = Evidence(kind="identity", shows="both sides have the same canonical form", data=data)
        return Verdict(status=Status.PROVED, reason="both sides have the same canonical form", evidence=(evidence,))
    return _refuted(formal, "the two sides differ", hints.get("witness"))


def derivative(formal: Formal, _hints: Hints) -> Verdict:
    """Judge a printed kernel of the first variation."""
    derived = kernel(to_sympy(formal["functional"]), to_sympy(formal["wrt"]))
    return _compare_derivative(formal, derived, "kernel")


def second_derivative(formal: Formal, _hints: Hints) -> Verdict:
    """Judge a printed second derivative in one entry."""
    first, second = (to_sympy(text) for text in formal["wrt"])
    apart = {name: sp.Symbol(f"{name.name}'", real=True) for name in second.args}
    derived = second_variation(to_sympy(formal["functional"]), first, rename(second, apart)).diagonal()
    return _compare_derivative(formal, derived, "diagonal")


def _compare_derivative(formal: Formal, derived: sp.Expr, field: str) -> Verdict:
    where = formal.get("where")
    inserted = to_sympy(to_formula(fold(derived)), where=where) if where else derived
    shown = to_formula(readable(derived))
    if is_zero(inserted - to_sympy(formal[field], where=where)):
        evidence = Evidence(kind=formal["kind"], shows=f"derived: {shown}", data={field: formal[field]})
        reason = f"the derivative is {shown}, as printed"
        return Verdict(status=Status.PROVED, reason=reason, spaces=spaces_of(formal), evidence=(evidence,))
    return _refuted(formal, f"the derivative is {shown}")


def stationary(formal: Formal, hints: Hints) -> Verdict:
    """Judge a printed stationary decoder or encoder against the derived Lagrange equations."""
    objective = from_text(formal["objective"])
    if formal["of"] == "decoder":
        return _stationary_decoder(formal, objective.functional)
    equation = kernel(lagrangian(objective.functional), ENCODER)
    derivation: Derivation | None = None
    if formal.get("decoder") != "free":
        derivation = derive(objective)
        equation = derivation.encoder_equation
    residual = to_sympy(formal["lhs"], where=formal.get("where")) - to_sympy(formal["rhs"], where=formal.get("where"))
    solved = _insert_equation(residual, equation, up_to_x=formal.get("up_to") == "x")
    shown = None if derivation is None or derivation.log_encoder is None else to_formula(derivation.log_encoder)
    undefined = _undefined(formal)
    if undefined is not None:
        return undefined
    if solved:
        steps = [step.text() for step in derivation.steps] if derivation is not None else []
        evidence = Evidence(kind="stationary", shows="derived from the Lagrangian", data={"steps": steps})
        return Verdict(status=Status.PROVED, reason="the printed form is the derived one", evidence=(evidence,))
    reason = f"derived: log q(z|x) = {shown}" if shown else "the Lagrange equation gives another form"
    return _refuted(formal, reason, hints.get("witness"))


def _stationary_decoder(formal: Formal, functional: sp.Expr) -> Verdict:
    printed = to_sympy(formal["rhs"], where=formal.get("where"))
    mass = canonical(Int(printed, X))
    equation = kernel(functional, DECODER)
    inserted = canonical(equation.subs(DECODER, printed))
    multiplier = to_sympy(formal["mu"]) if "mu" in formal else -inserted
    free_of_x = X not in fold(inserted).free_symbols
    if mass == 1 and free_of_x and is_zero(inserted + multiplier):
        steps = [f"dL/dp(x|z) = {to_formula(readable(equation))}", f"mu(z) = {to_formula(readable(-inserted))}"]
        evidence = Evidence(
            kind="stationary", shows="solves its Lagrange equation and sums to one", data={"steps": steps}
        )
        return Verdict(status=Status.PROVED, reason="the printed decoder is the stationary one", evidence=(evidence,))
    return _refuted(formal, f"dL/dp(x|z) = {to_formula(readable(equation))}, multiplier {to_formula(MU)}")


def _insert_equation(residual: sp.Expr, equation: sp.Expr, *, up_to_x: bool) -> bool:
    """Tell whether the Lagrange equation makes ``residual`` vanish (or lose its dependence on z)."""
    if not up_to_x:
        multiplier = LAMBDA - fold(canonical(equation))  # the equation is linear in the multiplier, with factor one
        return is_zero(fold(canonical(residual)).subs(LAMBDA, multiplier))
    log_encoder = isolate_log_encoder(equation)
    if log_encoder is None:
        return False
    remaining = fold(canonical(residual)).subs(sp.log(ENCODER), log_encoder)
    remaining = sp.cancel(sp.together(_opaque_logs(fold(canonical(remaining)))))
    return Z not in remaining.free_symbols and not remaining.has(ENCODER)


def _opaque_logs(expression: sp.Expr) -> sp.Expr:
    """Replace logarithms of functions of z by symbols that still count as depending on z."""
    names = {
        log: function("log_atom_" + str(index))(*sorted(log.free_symbols & {X, Z}, key=str))
        for index, log in enumerate(sorted(expression.atoms(sp.log), key=sp.default_sort_key))
        if log.free_symbols
    }
    return expression.xreplace(names)


def _undefined(formal: Formal) -> Verdict | None:
    """Refute a printed form that a parameter value allowed by the conditions leaves undefined."""
    piece = witnesses.undefined_parameters(formal)
    if piece is None:
        return None
    reason = f"the printed form has no value at the admissible {piece['undefined']}"
    return Verdict(
        status=Status.REFUTED,
        reason=reason,
        spaces=(FINITE,),
        evidence=(Evidence(kind="witness", shows=reason, data=piece),),
    )


def inequality(formal: Formal, hints: Hints) -> Verdict:
    """Judge an inequality by the slack in ``hints``, or by a witness."""
    left, right = (to_sympy(formal[side], where=formal.get("where")) for side in ("lhs", "rhs"))
    gap = left - right if formal["relation"] in {">", ">="} else right - left
    if "slack" in hints and is_zero(gap - to_sympy(hints["slack"], where=formal.get("where"))):
        reason = "the difference of the sides equals an integral of densities times phi(u) = u - 1 - log u >= 0"
        data = {"slack": hints["slack"]}
        return Verdict(
            status=Status.PROVED, reason=reason, evidence=(Evidence(kind="inequality", shows=reason, data=data),)
        )
    return _refuted(formal, "the inequality fails", hints.get("witness"))


def _refuted(formal: Formal, reason: str, given: Mapping[str, Any] | None = None) -> Verdict:
    """Look for an exact witness; without one nothing is decided."""
    piece = witnesses.search(statement(formal), given=given)
    if piece is None:
        return Verdict(status=Status.UNDECIDED, reason=f"{reason}; no exact witness was found on small spaces")
    shown = f"{reason}: {piece['lhs']} against {piece['rhs']} on an explicit space"
    if max(len(piece["lhs"]), len(piece["rhs"])) > 60:
        shown = reason
    evidence = Evidence(kind="witness", shows="exact values of the two sides on an explicit space", data=piece)
    return Verdict(status=Status.REFUTED, reason=shown, spaces=(FINITE,), evidence=(evidence,))
