"""Expectations of polynomials times exponentials of quadratics under Gaussians, at one point of the parameters.

Moments come from Stein's identity E[(u - m) f] = S E[grad f]; a factor exp(a u^2 + b u) tilts a Gaussian of one
variable into another one.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational.errors import CertificateError, NotCoveredError
from variational.formula import ONE, Call, Name, Node, Op
from variational.grammar import names, render
from variational.recheck.arithmetic import Arithmetic, Number, UndefinedError
from variational.recheck.reals import Point, constant, value

Powers = tuple[int, ...]
Poly = dict[Powers, Number]
Terms = list[tuple[Poly, Poly]]  # a sum of P * exp(Q)
MOST_DEGREE = 24


class Expectation:
    """Expectation at one point of the parameters, in one arithmetic.

    Attributes:
        variables: Names of the Gaussian variables.
        point: Values of the parameters.
        arithmetic: Number type.
    """

    def __init__(self, variables: Sequence[str], point: Point, arithmetic: Arithmetic) -> None:
        """Keep what the integrand is evaluated with."""
        self.variables = tuple(variables)
        self.point = point
        self.arithmetic = arithmetic
        self.flat = (0,) * len(self.variables)

    def of(self, integrand: Node, mean: Sequence[Node], covariance: Sequence[Sequence[Node]]) -> Number:
        """Return the expectation of ``integrand`` under N(mean, covariance)."""
        means = [self._number(node) for node in mean]
        matrix = [[self._number(node) for node in row] for row in covariance]
        total = self.arithmetic.number(Fraction(0))
        for factor, exponent in self.terms(integrand):
            if set(exponent) <= {self.flat}:
                part = sum((c * self._moment(p, means, matrix) for p, c in factor.items()), self._zero)
                total = total + part * self._exp(exponent.get(self.flat, self._zero), exponent)
            else:
                total = total + self._tilted(factor, exponent, means, matrix)
        return total

    @property
    def _zero(self) -> Number:
        return self.arithmetic.number(Fraction(0))

    def _number(self, node: Node) -> Number:
        return value(node, self.point, self.arithmetic)

    def _exp(self, constant_part: Number, exponent: Poly) -> Number:
        return self.arithmetic.function("exp", constant_part) if exponent else self.arithmetic.number(Fraction(1))

    def _moment(self, powers: Powers, means: Sequence[Number], matrix: Sequence[Sequence[Number]]) -> Number:
        """Return E[product of u_i^p_i] by Stein's identity."""
        if not any(powers):
            return self.arithmetic.number(Fraction(1))
        first = next(index for index, power in enumerate(powers) if power)
        lower = _changed(powers, first, -1)
        total = means[first] * self._moment(lower, means, matrix)
        for index, power in enumerate(lower):
            if power:
                below = self._moment(_changed(lower, index, -1), means, matrix)
                total = total + matrix[first][index] * self.arithmetic.number(Fraction(power)) * below
        return total

    def _tilted(
        self, factor: Poly, exponent: Poly, means: Sequence[Number], matrix: Sequence[Sequence[Number]]
    ) -> Number:
        """Return E[P exp(Q)] for independent variables and a quadratic Q without mixed terms."""
        for powers in exponent:
            if sum(powers) > 2 or sum(power > 0 for power in powers) > 1:
                msg = "an exponential is covered with an exponent quadratic in single variables"
                raise NotCoveredError(msg)
        for row, entries in enumerate(matrix):
            if any(entry != 0 for column, entry in enumerate(entries) if column != row):
                msg = "an exponential is covered for independent variables"
                raise NotCoveredError(msg)
        weight: Number = self.arithmetic.function("exp", exponent.get(self.flat, self._zero))
        new_means, new_matrix = list(means), [list(row) for row in matrix]
        for index in range(len(self.variables)):
            square: Number = exponent.get(_changed(self.flat, index, 2), self._zero)
            linear = exponent.get(_changed(self.flat, index, 1), self._zero)
            mean, variance = means[index], matrix[index][index]
            precision = 1 / variance - 2 * square
            if not precision > 0:
                msg = f"the integral over {self.variables[index]} diverges"
                raise UndefinedError(msg)
            moved = (mean / variance + linear) / precision
            new_means[index], new_matrix[index][index] = moved, 1 / precision
            scale = self.arithmetic.function("sqrt", 1 / (precision * variance))
            weight = (
                weight
                * scale
                * self.arithmetic.function("exp", (moved * moved * precision - mean * mean / variance) / 2)
            )
        return weight * sum((c * self._moment(p, new_means, new_matrix) for p, c in factor.items()), self._zero)

    def terms(self, node: Node) -> Terms:
        """Return ``node`` as a sum of polynomials times exponentials of polynomials in the Gaussian variables."""
        if not names(node) & set(self.variables):
            return [({self.flat: self._number(node)}, {})]
        if isinstance(node, Name):
            one = self.arithmetic.number(Fraction(1))
            return [({_changed(self.flat, self.variables.index(node.id), 1): one}, {})]
        if isinstance(node, Call):
            return self._call(node)
        if not isinstance(node, Op):
            return _refuse(node)
        if node.symbol in {"+", "-"}:
            right = self.terms(node.right)
            return self.terms(node.left) + (right if node.symbol == "+" else [(_scaled(p, -1), q) for p, q in right])
        if node.symbol == "*":
            return [_multiplied(a, b) for a in self.terms(node.left) for b in self.terms(node.right)]
        if node.symbol == "/" and not names(node.right) & set(self.variables):
            divisor = self._number(node.right)
            if divisor == 0:
                msg = "division by zero"
                raise UndefinedError(msg)
            return [(_scaled(p, 1 / divisor), q) for p, q in self.terms(node.left)]
        power = constant(node.right) if node.symbol == "^" else None
        if power is None or power.denominator != 1 or not 0 <= power <= MOST_DEGREE:
            return _refuse(node)
        found: Terms = [({self.flat: self.arithmetic.number(Fraction(1))}, {})]
        for _ in range(int(power)):
            found = [_multiplied(a, b) for a in found for b in self.terms(node.left)]
        return found

    def _call(self, call: Call) -> Terms:
        inner = call.args[0]
        if call.name == "phi":
            return self.terms(Op("-", Op("-", inner, ONE), Call("log", (inner,))))
        if call.name == "exp":
            exponent = self.polynomial(inner)
            return [({self.flat: self.arithmetic.number(Fraction(1))}, exponent)]
        if call.name == "log":
            return [(self._log(inner), {})]
        return _refuse(call)

    def polynomial(self, node: Node) -> Poly:
        """Return ``node`` as a polynomial in the Gaussian variables."""
        total: Poly = {}
        for factor, exponent in self.terms(node):
            if exponent:
                _refuse(node)
            total = _summed(total, factor)
        return total

    def _log(self, node: Node) -> Poly:
        """Return the logarithm of a product of exponentials and positive numbers."""
        if isinstance(node, Call) and node.name == "exp":
            return self.polynomial(node.args[0])
        if isinstance(node, Call) and node.name == "sqrt":
            return _scaled(self._log(node.args[0]), self.arithmetic.number(Fraction(1, 2)))
        if not names(node) & set(self.variables):
            return {self.flat: self.arithmetic.function("log", self._number(node))}
        if isinstance(node, Op) and node.symbol in {"*", "/"}:
            right = self._log(node.right)
            return _summed(self._log(node.left), right if node.symbol == "*" else _scaled(right, -1))
        if isinstance(node, Op) and node.symbol == "^" and not names(node.right) & set(self.variables):
            return _scaled(self._log(node.left), self._number(node.right))
        _refuse(node)
        return {}


def _changed(powers: Powers, index: int, step: int) -> Powers:
    return (*powers[:index], powers[index] + step, *powers[index + 1 :])


def _scaled(poly: Poly, factor: Any) -> Poly:
    return {powers: factor * number for powers, number in poly.items()}


def _summed(first: Mapping[Powers, Number], second: Mapping[Powers, Number]) -> Poly:
    total = dict(first)
    for powers, number in second.items():
        total[powers] = total[powers] + number if powers in total else number
    return total


def _multiplied(first: tuple[Poly, Poly], second: tuple[Poly, Poly]) -> tuple[Poly, Poly]:
    product: Poly = {}
    for left, a in first[0].items():
        for right, b in second[0].items():
            powers = tuple(x + y for x, y in zip(left, right, strict=True))
            if sum(powers) > MOST_DEGREE:
                msg = f"polynomials are covered up to degree {MOST_DEGREE}"
                raise NotCoveredError(msg)
            product = _summed(product, {powers: a * b})
    return product, _summed(first[1], second[1])


def _refuse(node: Node) -> Terms:
    msg = f"{render(node)} is no sum of polynomials times exponentials of quadratics in the Gaussian variables"
    raise CertificateError(msg)
