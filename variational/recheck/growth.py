"""How a formula behaves as variables tend to an end: its leading term, as far as that is visible from the form.

Every variable that tends is written with a small t > 0: t, 1/t, -1/t, a + t or a - t. A formula then is

``Lead``      c P + o(P), c without t (0 at worst: where that matters its sign is asked for), P a product of powers
              t_i^power_i * log(1/t_i)^logs_i
``Small``     tends to 0, at an unknown rate
``Infinite``  tends to +oo or -oo, at an unknown rate
"""

import dataclasses
from fractions import Fraction

from variational.domains import PI
from variational.errors import CertificateError
from variational.formula import ONE, ZERO, Call, Name, Node, Num, Op
from variational.grammar import names, render
from variational.recheck.orders import (
    FLAT,
    Growth,
    Infinite,
    Lead,
    Small,
    added,
    dominates,
    same_order,
    tendency,
    tendency_of,
)
from variational.recheck.reals import constant
from variational.recheck.signs import Polynomial, Sign, Signs, polynomial


class Behaviour:
    """Finds leading terms.

    Attributes:
        small: Names of the small positive variables.
        signs: What finds the signs of coefficients.
    """

    def __init__(self, small: frozenset[str], signs: Signs) -> None:
        """Keep the variables and what is known of the others."""
        self.small = small
        self.signs = signs

    def of(self, node: Node) -> Growth:
        """Return the behaviour of ``node``.

        Raises:
            CertificateError: Where it is not visible from the form.
        """
        if not names(node) & self.small:
            return self._constant(node)
        line = polynomial(node)
        if line is not None and PI not in names(node):
            return self._polynomial(line)
        if isinstance(node, Call):
            return self._call(node)
        if not isinstance(node, Op):
            return Lead(coefficient=ONE, order={node.id: (Fraction(1), 0)}) if isinstance(node, Name) else _open(node)
        if node.symbol == "-" and node.left == ZERO:
            return opposite(self.of(node.right))
        if node.symbol in {"+", "-"}:
            return self._sum(node)
        if node.symbol == "^":
            return self._power(node)
        left, right = self.of(node.left), self.of(node.right)
        return self._product(left, right if node.symbol == "*" else self._inverse(right, node.right), node)

    def limit(self, found: Growth) -> tuple[int, Node | None]:
        """Return (1 or -1, None) for an infinite limit, (0, value) for a finite one, (0, None) where it is open."""
        if isinstance(found, Small):
            return 0, ZERO
        if isinstance(found, Infinite):
            return found.sign, None
        if found.fast:
            return (self._sign(found.coefficient), None) if found.fast > 0 else (0, ZERO)
        size = tendency(found.order)
        if size == 0 and not any(entry != FLAT for entry in found.order.values()):
            return 0, found.coefficient
        if size > 0:
            return self._sign(found.coefficient), None
        return (0, ZERO) if size < 0 else (0, None)

    def _constant(self, node: Node) -> Growth:
        if constant(node) == 0 or _is_zero(node):
            return Small()
        return Lead(coefficient=node)

    def _polynomial(self, line: Polynomial) -> Growth:
        """Group the monomials by their powers of the small variables; the dominating group leads."""
        groups: dict[tuple[tuple[str, int], ...], Polynomial] = {}
        for monomial, value in line.items():
            powers = tuple((name, monomial.count(name)) for name in sorted(self.small & set(monomial)))
            rest = tuple(name for name in monomial if name not in self.small)
            group = groups.setdefault(powers, {})
            group[rest] = group.get(rest, Fraction(0)) + value
        terms = [
            Lead(coefficient=_node(group), order={name: (Fraction(power), 0) for name, power in powers})
            for powers, group in groups.items()
            if any(group.values())
        ]
        total: Growth = Small()
        for leading in terms:
            if all(other is leading or dominates(leading.order, other.order) for other in terms):
                self._sign(leading.coefficient)
                return leading
            total = leading
        if terms:
            msg = "no term of a polynomial leads"
            raise CertificateError(msg)
        return total

    def _call(self, call: Call) -> Growth:
        inner = call.args[0]
        if call.name == "phi":
            return self.of(Op("-", Op("-", inner, ONE), Call("log", (inner,))))
        if call.name == "sqrt":
            return self._raised(self.of(inner), Fraction(1, 2), call)
        if call.name == "log":
            return self._log(inner, call)
        found = self.of(inner)
        infinite, value = self.limit(found)
        if call.name == "exp":
            if infinite == 0:
                return Lead(coefficient=Call("exp", (value,)) if value != ZERO else ONE) if value else _open(call)
            fast = isinstance(found, Lead) and (found.fast > 0 or any(power < 0 for power, _ in found.order.values()))
            if len(self.small) == 1 and fast:
                return Lead(coefficient=ONE, fast=infinite)
            return Infinite(1) if infinite > 0 else Small()
        if call.name == "erfc":
            if infinite:
                return Small() if infinite > 0 else Lead(coefficient=Num(Fraction(2)))
            return Lead(coefficient=Call("erfc", (value,)) if value != ZERO else ONE) if value else _open(call)
        return _open(call)

    def _log(self, inner: Node, call: Call) -> Growth:
        found = self.of(inner)
        if isinstance(found, Small):
            return Infinite(-1)
        if isinstance(found, Infinite):
            return Infinite(1) if found.sign > 0 else _open(call)
        if self._sign(found.coefficient) < 0:
            return _open(call)
        if found.fast:
            return Infinite(found.fast)
        powers = {name: entry for name, entry in found.order.items() if entry != FLAT}
        if not powers:
            if constant(found.coefficient) == 1:
                return self.of(Op("-", inner, ONE))  # log(1 + u) ~ u
            return Lead(coefficient=Call("log", (found.coefficient,)))
        if len(powers) == 1:
            (name, (power, _)), *_ = powers.items()
            if power:
                return Lead(
                    coefficient=Num(-power) if power < 0 else _negated(Num(power)), order={name: (Fraction(0), 1)}
                )
        size = tendency(powers)
        return Infinite(size) if size else _open(call)

    def _sum(self, node: Op) -> Growth:
        left = self.of(node.left)
        right = self.of(node.right) if node.symbol == "+" else opposite(self.of(node.right))
        for first, second in ((left, right), (right, left)):
            if isinstance(first, Small):
                return second if isinstance(second, Small | Infinite) or tendency_of(second) >= 0 else first
            if isinstance(first, Infinite):
                infinite, value = self.limit(second)
                return first if infinite == first.sign or value is not None else _open(node)
        if not (isinstance(left, Lead) and isinstance(right, Lead)):
            return _open(node)
        for first, second in ((left, right), (right, left)):
            if first.fast > second.fast or (first.fast == second.fast == 0 and dominates(first.order, second.order)):
                return first
        ends = [self.limit(part) for part in (left, right)]
        if all(value == ZERO for _, value in ends):
            return Small()
        if left.fast == right.fast == 0 and same_order(left.order, right.order):
            return self._same_order(left, right, node)
        if ends[0][0] and ends[0][0] == ends[1][0]:
            return Infinite(ends[0][0])
        return _open(node)

    def _same_order(self, left: Lead, right: Lead, node: Op) -> Growth:
        total = Op("+", left.coefficient, right.coefficient)
        if _is_zero(total):
            return Small() if not any(entry != FLAT for entry in left.order.values()) else _open(node)
        if self.signs.of(total) not in {Sign.POSITIVE, Sign.NEGATIVE} and any(e != FLAT for e in left.order.values()):
            return _open(node)
        return Lead(coefficient=total, order=left.order)

    def _product(self, left: Growth, right: Growth, node: Node) -> Growth:
        if isinstance(left, Lead) and isinstance(right, Lead):
            if left.fast * right.fast < 0:
                return _open(node)
            keys = {*left.order, *right.order}
            order = {k: added(left.order.get(k, FLAT), right.order.get(k, FLAT)) for k in keys}
            coefficient = _times(left.coefficient, right.coefficient)
            return Lead(coefficient=coefficient, order=order, fast=left.fast or right.fast)
        ends = [self.limit(part) for part in (left, right)]
        if all(value is not None for _, value in ends):
            return Small()  # one of them tends to 0, the other is bounded
        signs = [infinite or (self._sign(value) if value not in {None, ZERO} else 0) for infinite, value in ends]
        return Infinite(signs[0] * signs[1]) if all(signs) else _open(node)

    def _inverse(self, found: Growth, node: Node) -> Growth:
        if isinstance(found, Infinite):
            return Small()
        if isinstance(found, Small):
            return _open(node)
        return self._raised(found, Fraction(-1), node)

    def _power(self, node: Op) -> Growth:
        found = self.of(node.left)
        exponent = constant(node.right)
        if exponent is None:
            rewritten = Call("exp", (Op("*", node.right, Call("log", (node.left,))),))
            return self.of(rewritten)
        return self._raised(found, exponent, node)

    def _raised(self, found: Growth, exponent: Fraction, node: Node) -> Growth:
        if isinstance(found, Small | Infinite):
            if exponent <= 0 or (isinstance(found, Infinite) and found.sign < 0):
                return _open(node)
            return found
        if exponent.denominator != 1 and self._sign(found.coefficient) < 0:
            return _open(node)
        self._sign(found.coefficient)
        order = {name: (power * exponent, int(logs * exponent)) for name, (power, logs) in found.order.items()}
        if any((logs * exponent).denominator != 1 for _, logs in found.order.values()):
            return _open(node)
        size = Num(abs(exponent))
        raised: Node = Op("^", found.coefficient, size if exponent > 0 else Op("-", ZERO, size))
        if found.coefficient == ONE or exponent == 0:
            raised = ONE
        fast = 0 if exponent == 0 else found.fast * (1 if exponent > 0 else -1)
        return Lead(coefficient=raised, order=order, fast=fast)

    def _sign(self, coefficient: Node) -> int:
        """Return the sign of a coefficient that must be visible."""
        sign = self.signs.of(coefficient)
        if sign in {Sign.POSITIVE, Sign.NEGATIVE}:
            return 1 if sign is Sign.POSITIVE else -1
        msg = f"the sign of the leading coefficient {render(coefficient)} is not visible"
        raise CertificateError(msg)


def opposite(found: Growth) -> Growth:
    """Return the behaviour of the negated formula."""
    if isinstance(found, Infinite):
        return Infinite(-found.sign)
    return dataclasses.replace(found, coefficient=_negated(found.coefficient)) if isinstance(found, Lead) else found


def _is_zero(node: Node) -> bool:
    line = polynomial(node)
    return constant(node) == 0 or (line is not None and not any(line.values()))


def _times(left: Node, right: Node) -> Node:
    if left == ONE:
        return right
    return left if right == ONE else Op("*", left, right)


def _negated(node: Node) -> Node:
    return node.right if isinstance(node, Op) and node.symbol == "-" and node.left == ZERO else Op("-", ZERO, node)


def _node(line: Polynomial) -> Node:
    total: Node | None = None
    for monomial, value in line.items():
        if value:
            term: Node = Num(abs(value))
            for name in monomial:
                term = _times(term, Name(name))
            total = (
                (_negated(term) if value < 0 else term) if total is None else Op("-" if value < 0 else "+", total, term)
            )
    return total if total is not None else ZERO


def _open(node: Node) -> Growth:
    msg = f"the behaviour of {render(node)} is not visible from its form; give a bound"
    raise CertificateError(msg)
