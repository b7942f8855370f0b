"""Judge of expectations under Gaussians, by derivatives of the moment generating function."""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from variational.domains import Domain
from variational.errors import InvalidInputError, NotCoveredError
from variational.judge_real import refuted_at_point, spaces_of
from variational.reals import Reals, read, vanishes
from variational.records import Evidence, Status, Verdict
from variational.translate import to_formula

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]


def gaussian_integral(formal: Formal, hints: Hints) -> Verdict:
    """Judge ``copies * E[integrand] = value`` for Gaussian variables, for all values of the parameters."""
    reals = read(formal)
    expectation = reals.expression(str(formal.get("copies", "1"))) * _expectation(formal, reals)
    shown = to_formula(sp.simplify(expectation))
    if vanishes(expectation - reals.expression(formal["value"])):
        evidence = Evidence(kind="gaussian-integral", shows=f"the expectation is {shown}", data={"expectation": shown})
        return Verdict(status=Status.PROVED, reason=evidence.shows, spaces=spaces_of(formal), evidence=(evidence,))
    return refuted_at_point(reals, [f"{shown} = {formal['value']}"], formal, hints)


def _expectation(formal: Formal, reals: Reals) -> sp.Expr:
    """Return the expectation of the integrand, term by term."""
    variables = {name: sp.Symbol(name, real=True) for name in formal["under"]}
    wider = Reals(
        domain=Domain(
            variables=(*reals.domain.variables, *variables),
            integers=reals.domain.integers,
            relations=reals.domain.relations,
            abbreviations=reals.domain.abbreviations,
        ),
        symbols={**reals.symbols, **variables},
    )
    symbols = list(variables.values())
    mean = sp.Matrix([reals.expression(law["mean"]) for law in formal["under"].values()])
    covariance = sp.diag(*(reals.expression(law["variance"]) for law in formal["under"].values()))
    for pair, text in formal.get("covariance", {}).items():
        first, second = (list(variables).index(name.strip()) for name in pair.split(","))
        covariance[first, second] = covariance[second, first] = reals.expression(text)
    integrand = sp.expand(sp.expand_log(wider.expression(formal["integrand"])), power_exp=False)
    terms = sp.Add.make_args(sp.powsimp(integrand, combine="exp"))
    return sp.Add(*(_term(term, symbols, mean, covariance) for term in terms))


def _term(term: sp.Expr, symbols: list[sp.Symbol], mean: sp.Matrix, covariance: sp.Matrix) -> sp.Expr:
    """Return E of a polynomial times the exponential of a quadratic.

    With E[exp(Q + t u)] = M(t) in closed form, powers of u are derivatives of M at t = 0.
    """
    exponent = sp.Integer(0)
    factor = sp.Integer(1)
    for part in sp.Mul.make_args(term):
        if isinstance(part, sp.exp) and part.args[0].free_symbols & set(symbols):
            exponent += part.args[0]
        else:
            factor *= part
    if not factor.is_polynomial(*symbols) or not exponent.is_polynomial(*symbols):
        msg = f"{to_formula(term)} is no polynomial times the exponential of one"
        raise NotCoveredError(msg)
    poly = sp.Poly(factor, *symbols)
    shifts = [sp.Dummy(f"t{index}", real=True) for index in range(len(symbols))]
    generating = _generating(sp.Poly(exponent, *symbols), symbols, mean, covariance, shifts)
    total = sp.Integer(0)
    for powers, coefficient in poly.terms():
        derivative = generating
        for shift, power in zip(shifts, powers, strict=True):
            derivative = sp.diff(derivative, shift, power) if power else derivative
        total += coefficient * derivative.subs(dict.fromkeys(shifts, 0))
    return total


def _generating(
    exponent: sp.Poly, symbols: list[sp.Symbol], mean: sp.Matrix, covariance: sp.Matrix, shifts: list[sp.Symbol]
) -> sp.Expr:
    """Return E[exp(exponent + t u)]: with A = I - S H, it is det(A)^(-1/2) exp(...)."""
    if exponent.total_degree() > 2:
        msg = "an exponent of degree above two has no Gaussian expectation here"
        raise InvalidInputError(msg)
    expression = exponent.as_expr()
    hessian = sp.hessian(expression, symbols)
    at_zero = dict.fromkeys(symbols, 0)
    slope = sp.Matrix([sp.diff(expression, symbol).subs(at_zero) for symbol in symbols]) + sp.Matrix(shifts)
    start = expression.subs(at_zero)
    narrowed = sp.eye(len(symbols)) - covariance * hessian
    along = slope + hessian * mean
    spread = (along.T * narrowed.inv() * covariance * along)[0, 0] / 2
    middle = start + (slope.T * mean)[0, 0] + (mean.T * hessian * mean)[0, 0] / 2
    return narrowed.det() ** sp.Rational(-1, 2) * sp.exp(middle + spread)
