"""Ball arithmetic: rigorous enclosures of closed forms with logarithms, roots and the error function."""

import decimal
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from variational.errors import NotCoveredError

BITS = 128
PLACES = 12


def enclose(expression: sp.Expr, values: Mapping[str, Fraction]) -> Any:
    """Return an ``arb`` that contains the value of ``expression``.

    Args:
        expression: Built from rational numbers, symbols, ``+ - * /``, powers, log, exp, sqrt, erf, erfc and pi.
        values: Rational value of every symbol.

    Raises:
        NotCoveredError: Where a node has no enclosure here, or a symbol no value.

    Error:
        None: rounding is included in the radius.

    Example:
        >>> enclose(sp.log(sp.Symbol("a")), {"a": Fraction(2)}).overlaps(flint.arb(2).log())
        True
    """
    with flint.ctx.workprec(BITS):
        return _enclose(expression, values)


def _enclose(expression: sp.Expr, values: Mapping[str, Fraction]) -> Any:
    if expression.is_Rational:
        return flint.arb(flint.fmpq(int(expression.p), int(expression.q)))
    if expression is sp.pi:
        return flint.arb.pi()
    if isinstance(expression, sp.Symbol) and expression.name in values:
        value = Fraction(values[expression.name])
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    if isinstance(expression, sp.Add | sp.Mul):
        parts = [_enclose(arg, values) for arg in expression.args]
        total = parts[0]
        for part in parts[1:]:
            total = total + part if isinstance(expression, sp.Add) else total * part
        return total
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        if exponent.is_Integer:
            return _enclose(base, values) ** int(exponent)
        return (_enclose(exponent, values) * _enclose(base, values).log()).exp()
    functions = {sp.log: "log", sp.exp: "exp", sp.erf: "erf", sp.erfc: "erfc"}
    if expression.func in functions:
        return getattr(_enclose(expression.args[0], values), functions[expression.func])()
    msg = f"no enclosure of {expression}: covered are rationals, + - * /, powers, log, exp, erf and erfc"
    raise NotCoveredError(msg)


def interval(ball: Any) -> tuple[str, str]:
    """Return decimal lower and upper ends of a ball with twelve places, rounded outwards."""
    with flint.ctx.workprec(BITS):
        scaled = ball * 10**PLACES
        low, high = scaled.lower().floor().unique_fmpz(), scaled.upper().ceil().unique_fmpz()
    if low is None or high is None:
        msg = f"the ball {ball} is too wide to be shown with {PLACES} places"
        raise NotCoveredError(msg)
    return str(decimal.Decimal(int(low)).scaleb(-PLACES)), str(decimal.Decimal(int(high)).scaleb(-PLACES))
