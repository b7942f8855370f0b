"""Signs that are visible from the form of a formula: sums and products of nonnegative parts."""

import enum
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from variational.formula import ONE, ZERO, Call, Int, Name, Node, Num, Op
from variational.grammar import render
from variational.recheck.conditions import Relation
from variational.recheck.exact import AGGREGATE, BUILT_IN, Definition
from variational.recheck.signature import is_real

Polynomial = dict[tuple[str, ...], Fraction]  # sorted factors of a monomial -> coefficient; () -> constant
MOST_TERMS = 400
MOST_DEGREE = 8


class Sign(enum.Enum):
    """What is visible of a sign."""

    POSITIVE = "> 0"
    NONNEGATIVE = ">= 0"
    ZERO = "= 0"
    NONPOSITIVE = "<= 0"
    NEGATIVE = "< 0"
    UNKNOWN = "?"


OPPOSITE = {
    Sign.POSITIVE: Sign.NEGATIVE,
    Sign.NONNEGATIVE: Sign.NONPOSITIVE,
    Sign.ZERO: Sign.ZERO,
    Sign.NONPOSITIVE: Sign.NONNEGATIVE,
    Sign.NEGATIVE: Sign.POSITIVE,
    Sign.UNKNOWN: Sign.UNKNOWN,
}
AT_LEAST_ZERO = frozenset({Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ZERO})
AT_MOST_ZERO = frozenset({Sign.NEGATIVE, Sign.NONPOSITIVE, Sign.ZERO})


class Signs:
    """Finds visible signs under conditions.

    Attributes:
        conditions: What may be used of the parameters.
        definitions: Functions given by formulas.
        decide: A procedure asked where the form alone shows nothing; None for the form alone.
    """

    def __init__(
        self,
        conditions: Sequence[Relation] = (),
        definitions: Mapping[str, Definition] | None = None,
        *,
        decide: Callable[[Node, "Signs"], Sign] | None = None,
    ) -> None:
        """Read the conditions that are polynomials."""
        self.conditions = conditions
        self.definitions = definitions or {}
        self.decide = decide
        self._known: list[tuple[Polynomial, Sign]] = []
        for relation in conditions:
            gap = polynomial(Op("-", relation.left, relation.right))
            if gap is not None and relation.operator != "!=":
                self._learn(gap, relation.operator)

    def of(self, node: Node) -> Sign:
        """Return the visible sign of ``node`` for all positive densities and admissible parameters."""
        found = self._form(node)
        if found is Sign.UNKNOWN and self.decide is not None:
            return self.decide(node, self)
        return found

    def _form(self, node: Node) -> Sign:
        if isinstance(node, Int):
            return self.of(node.body)
        if isinstance(node, Call):
            return self._call(node)
        line = polynomial(node)
        if line is not None:
            found = self._by_polynomial(line)
            if found is not Sign.UNKNOWN or not isinstance(node, Op):
                return found
        if not isinstance(node, Op):
            return Sign.UNKNOWN
        if node.symbol == "+":
            return plus(self._form(node.left), self._form(node.right))
        if node.symbol == "-":
            return plus(self._form(node.left), OPPOSITE[self._form(node.right)])
        if node.symbol == "^":
            return self._power(node.left, node.right)
        return self._product(node)

    def _call(self, call: Call) -> Sign:
        if call.key in BUILT_IN:
            if call.name in {"exp", "erfc"}:
                return Sign.POSITIVE
            if call.name == "log":
                return self._form(Op("-", call.args[0], ONE))
            inside = self.of(call.args[0])
            if call.name == "sqrt":
                return Sign.POSITIVE if inside is Sign.POSITIVE else Sign.NONNEGATIVE
            return Sign.NONNEGATIVE if inside is Sign.POSITIVE else Sign.UNKNOWN  # phi(u) = u - 1 - log(u), u > 0
        if call.key == AGGREGATE:
            return Sign.POSITIVE
        if call.key in self.definitions:
            return self.of(self.definitions[call.key].body)
        return Sign.UNKNOWN if is_real(call.key) else Sign.POSITIVE

    def _power(self, base: Node, exponent: Node) -> Sign:
        below = self.of(base)
        if below is Sign.POSITIVE:
            return Sign.POSITIVE
        if not isinstance(exponent, Num) or exponent.value.denominator != 1 or exponent.value <= 0:
            return Sign.UNKNOWN
        if exponent.value % 2 == 0:
            return Sign.POSITIVE if below is Sign.NEGATIVE else Sign.NONNEGATIVE
        return below

    def _product(self, node: Op) -> Sign:
        """Pair equal factors into squares, then multiply the signs."""
        result, negative = Sign.POSITIVE, False
        single: list[Node] = []
        for factor, below in _factors(node):
            if below and self.of(factor) not in {Sign.POSITIVE, Sign.NEGATIVE}:
                return Sign.UNKNOWN
            if isinstance(factor, Op) and factor.symbol == "-" and factor.left == ZERO:
                negative = not negative
                factor = factor.right  # noqa: PLW2901 - the sign has been taken out
            if factor in single:
                single.remove(factor)
                result = times(result, self._square(factor))
            else:
                single.append(factor)
        for factor in single:
            result = times(result, self.of(factor))
        return OPPOSITE[result] if negative else result

    def _square(self, factor: Node) -> Sign:
        return Sign.POSITIVE if self.of(factor) in {Sign.POSITIVE, Sign.NEGATIVE} else Sign.NONNEGATIVE

    def _learn(self, gap: Polynomial, operator: str) -> None:
        opposite = {name: -value for name, value in gap.items()}
        if operator in {">", ">="}:
            self._known.append((gap, Sign.POSITIVE if operator == ">" else Sign.NONNEGATIVE))
        elif operator in {"<", "<="}:
            self._known.append((opposite, Sign.POSITIVE if operator == "<" else Sign.NONNEGATIVE))
        else:
            self._known += [(gap, Sign.NONNEGATIVE), (opposite, Sign.NONNEGATIVE)]

    def _by_polynomial(self, line: Polynomial) -> Sign:
        below = self._at_least(line)
        if below is not Sign.UNKNOWN:
            return below
        return OPPOSITE[self._at_least({name: -value for name, value in line.items()})]

    def _at_least(self, line: Polynomial) -> Sign:
        """Return a sign >= 0 of ``line``: by bounds of single parameters, or as multiple of a condition."""
        constant = line.get((), Fraction(0))
        names = {name: value for name, value in line.items() if name and value}
        if not names:
            if constant == 0:
                return Sign.ZERO
            return Sign.POSITIVE if constant > 0 else Sign.UNKNOWN
        for known, sign in self._known:
            pivot = next(iter(names))
            if not known.get(pivot):
                continue
            factor = names[pivot] / known[pivot]
            rest = constant - factor * known.get((), Fraction(0))
            same = {name: factor * value for name, value in known.items() if name and value}
            if factor > 0 and same == names and rest >= 0:
                return Sign.POSITIVE if rest > 0 else sign
        return self._by_bounds(names, constant)

    def _by_bounds(self, names: Polynomial, constant: Fraction) -> Sign:
        total, strict = constant, False
        for name, value in names.items():
            bounds = [
                (-known.get((), Fraction(0)) / known[name], sign)
                for known, sign in self._known
                if {key for key, entry in known.items() if key and entry} == {name} and known[name] * value > 0
            ]
            if not bounds:
                return Sign.UNKNOWN
            bound, sign = max(bounds, key=lambda entry: (value * entry[0], entry[1] is Sign.POSITIVE))
            total += value * bound
            strict |= sign is Sign.POSITIVE
        if total < 0:
            return Sign.UNKNOWN
        return Sign.POSITIVE if total > 0 or strict else Sign.NONNEGATIVE


def plus(first: Sign, second: Sign) -> Sign:
    """Return the sign of a sum.

    Example:
        >>> plus(Sign.POSITIVE, Sign.NONNEGATIVE)
        <Sign.POSITIVE: '> 0'>
    """
    if Sign.ZERO in {first, second}:
        return second if first is Sign.ZERO else first
    for side, strict in ((AT_LEAST_ZERO, Sign.POSITIVE), (AT_MOST_ZERO, Sign.NEGATIVE)):
        if first in side and second in side:
            return strict if strict in {first, second} else first
    return Sign.UNKNOWN


def times(first: Sign, second: Sign) -> Sign:
    """Return the sign of a product."""
    if Sign.ZERO in {first, second}:
        return Sign.ZERO
    if Sign.UNKNOWN in {first, second}:
        return Sign.UNKNOWN
    strict = {first, second} <= {Sign.POSITIVE, Sign.NEGATIVE}
    if (first in AT_LEAST_ZERO) == (second in AT_LEAST_ZERO):
        return Sign.POSITIVE if strict else Sign.NONNEGATIVE
    return Sign.NEGATIVE if strict else Sign.NONPOSITIVE


def polynomial(node: Node) -> Polynomial | None:
    """Return ``node`` as a polynomial in parameters and functions of points, None where it is none.

    Example:
        >>> polynomial(Op("-", Name("beta"), Num(Fraction(1))))
        {('beta',): Fraction(1, 1), (): Fraction(-1, 1)}
    """
    if isinstance(node, Num):
        return {(): node.value}
    if isinstance(node, Name):
        return {(node.id,): Fraction(1)}
    if isinstance(node, Call):
        return None if node.key in BUILT_IN else {(render(node),): Fraction(1)}
    if not isinstance(node, Op):
        return None
    left, right = polynomial(node.left), polynomial(node.right)
    if left is None or right is None:
        return None
    if node.symbol in {"+", "-"}:
        factor = 1 if node.symbol == "+" else -1
        return {key: left.get(key, Fraction(0)) + factor * right.get(key, Fraction(0)) for key in {**left, **right}}
    if node.symbol == "*":
        return _expanded(left, right)
    constant = right.get((), Fraction(0)) if not any(value for key, value in right.items() if key) else None
    if node.symbol == "/" and constant:
        return {key: value / constant for key, value in left.items()}
    if node.symbol == "^" and constant in range(1, MOST_DEGREE + 1):
        result: Polynomial | None = {(): Fraction(1)}
        for _ in range(int(constant or 0)):
            result = None if result is None else _expanded(result, left)
        return result
    return None


def _expanded(left: Polynomial, right: Polynomial) -> Polynomial | None:
    if len(left) * len(right) > MOST_TERMS:
        return None
    product: Polynomial = {}
    for first, a in left.items():
        for second, b in right.items():
            key = tuple(sorted((*first, *second)))
            product[key] = product.get(key, Fraction(0)) + a * b
    return product


def _factors(node: Node, *, below: bool = False) -> list[tuple[Node, bool]]:
    """Return the factors of a product with whether each stands in a denominator."""
    if isinstance(node, Op) and node.symbol == "*":
        return _factors(node.left, below=below) + _factors(node.right, below=below)
    if isinstance(node, Op) and node.symbol == "/":
        return _factors(node.left, below=below) + _factors(node.right, below=not below)
    return [(node, below)]
