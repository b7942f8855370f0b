"""Derivatives of formulas in real variables, as formulas."""

from fractions import Fraction

from variational.domains import PI
from variational.errors import CertificateError
from variational.formula import ONE, ZERO, Call, Name, Node, Num, Op
from variational.grammar import names

TWO = Num(Fraction(2))


def slope(node: Node, name: str) -> Node:
    """Return the derivative of ``node`` with respect to ``name``.

    Raises:
        CertificateError: Where a node has no derivative here.
    """
    if name not in names(node):
        return ZERO
    if isinstance(node, Name):
        return ONE
    if isinstance(node, Call):
        inner = node.args[0]
        return times(_outer(node.name, inner), slope(inner, name))
    if not isinstance(node, Op):
        msg = "only elementary functions have a derivative here"
        raise CertificateError(msg)
    left, right = node.left, node.right
    if node.symbol in {"+", "-"}:
        return plus(slope(left, name), slope(right, name), node.symbol)
    if node.symbol == "*":
        return plus(times(slope(left, name), right), times(left, slope(right, name)))
    if node.symbol == "/":
        above = plus(times(slope(left, name), right), times(left, slope(right, name)), "-")
        return Op("/", above, Op("^", right, TWO)) if name in names(right) else Op("/", slope(left, name), right)
    if name in names(right):
        grown = plus(times(slope(right, name), Call("log", (left,))), times(right, Op("/", slope(left, name), left)))
        return times(node, grown)
    lowered = _power(left, right.value - 1) if isinstance(right, Num) else Op("^", left, Op("-", right, ONE))
    return times(times(right, lowered), slope(left, name))


def _power(base: Node, exponent: Fraction) -> Node:
    """Return a power with the sign of its exponent outside of the number, as the parser gives it."""
    if exponent in {0, 1}:
        return base if exponent == 1 else ONE
    size = Num(abs(exponent))
    return Op("^", base, Op("-", ZERO, size) if exponent < 0 else size)


def _outer(function: str, inner: Node) -> Node:
    if function == "log":
        return Op("/", ONE, inner)
    if function == "phi":
        return Op("-", ONE, Op("/", ONE, inner))
    if function == "exp":
        return Call("exp", (inner,))
    if function == "sqrt":
        return Op("/", ONE, Op("*", TWO, Call("sqrt", (inner,))))
    if function == "erfc":
        tail = Call("exp", (Op("-", ZERO, Op("^", inner, TWO)),))
        return Op("/", Op("*", Num(Fraction(-2)), tail), Call("sqrt", (Name(PI),)))
    msg = f"{function} has no derivative here"
    raise CertificateError(msg)


def plus(left: Node, right: Node, symbol: str = "+") -> Node:
    """Return a sum or difference without trivial terms."""
    if right == ZERO:
        return left
    if left == ZERO and symbol == "+":
        return right
    return Op(symbol, left, right)


def times(left: Node, right: Node) -> Node:
    """Return a product without trivial factors."""
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    return left if right == ONE else Op("*", left, right)
