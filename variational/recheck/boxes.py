"""Positivity on a bounded box by subdivision in ball arithmetic."""

from collections.abc import Mapping
from fractions import Fraction

import flint

from variational.domains import PI
from variational.errors import CertificateError, NotCoveredError
from variational.formula import ZERO, Call, Name, Node, Num, Op
from variational.grammar import names
from variational.recheck.arithmetic import Balls, UndefinedError
from variational.recheck.reals import Region

MOST_CELLS = 50_000
BITS = 64
Cell = tuple[tuple[Fraction, Fraction], ...]


def require_positive(node: Node, region: Region) -> int:
    """Return in how many cells ``node`` was enclosed away from zero; variables that do not occur are ignored.

    Raises:
        CertificateError: Where a variable has no constant bounds, or the cells get too many.
    """
    variables = tuple(sorted(names(node) - {PI}))
    cell: list[tuple[Fraction, Fraction]] = []
    for name in variables:
        low, high = region.bounds(name)
        if low is None or high is None or low > high:
            msg = f"subdivision needs constant bounds of {name!r} on both sides"
            raise CertificateError(msg)
        cell.append((low, high))
    todo: list[Cell] = [tuple(cell)]
    cells = 0
    while todo:
        cells += 1
        if cells > MOST_CELLS:
            msg = f"the sign is open after {MOST_CELLS} cells"
            raise CertificateError(msg)
        here = todo.pop()
        balls = {name: _ball(*ends) for name, ends in zip(variables, here, strict=True)}
        with flint.ctx.workprec(BITS):
            if _positive(node, balls) or _outside(region, balls):
                continue
        widest = max(range(len(here)), key=lambda index: here[index][1] - here[index][0], default=None)
        if widest is None or here[widest][0] == here[widest][1]:
            msg = "the value at a point is not positive"
            raise CertificateError(msg)
        low, high = here[widest]
        middle = (low + high) / 2
        todo += [(*here[:widest], part, *here[widest + 1 :]) for part in ((low, middle), (middle, high))]
    return cells


def _positive(node: Node, balls: Mapping[str, flint.arb]) -> bool:
    try:
        return bool(enclose(node, balls) > 0)
    except (UndefinedError, NotCoveredError):
        return False


def _outside(region: Region, balls: Mapping[str, flint.arb]) -> bool:
    """Return whether a relation between the variables fails everywhere in the cell."""
    for relation in region.relations:
        if (names(relation.left) | names(relation.right)) - {PI} <= set(balls):
            try:
                gap = enclose(Op("-", relation.left, relation.right), balls)
            except (UndefinedError, NotCoveredError):
                continue
            if {"<": gap >= 0, "<=": gap > 0, ">": gap <= 0, ">=": gap < 0}.get(relation.operator, False):
                return True
    return False


def enclose(node: Node, balls: Mapping[str, flint.arb]) -> flint.arb:
    """Return a ball around all values of ``node`` for values of the names in their balls."""
    arithmetic = Balls()
    if isinstance(node, Num):
        return arithmetic.number(node.value)
    if isinstance(node, Name):
        return flint.arb.pi() if node.id == PI else balls[node.id]
    if isinstance(node, Call):
        inner = enclose(node.args[0], balls)
        if node.name == "phi":
            return inner - 1 - arithmetic.function("log", inner)
        return arithmetic.function(node.name, inner)
    if not isinstance(node, Op):
        msg = "integrals are not enclosed here"
        raise NotCoveredError(msg)
    if node.symbol == "-" and node.left == ZERO:
        return -enclose(node.right, balls)
    left, right = enclose(node.left, balls), enclose(node.right, balls)
    if node.symbol == "/":
        if right.contains(0):
            msg = "division by a ball around zero"
            raise UndefinedError(msg)
        return left / right
    if node.symbol == "^":
        if isinstance(node.right, Num) and node.right.value == 2:
            return left * left
        return arithmetic.power(left, right)
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right}[node.symbol]()


def _ball(low: Fraction, high: Fraction) -> flint.arb:
    ends = [flint.arb(flint.fmpq(end.numerator, end.denominator)) for end in (low, high)]
    return ends[0].union(ends[1])
