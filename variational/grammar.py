"""Objectives as text: ``recon + beta*KL(q,p) - a*MI``, parsed into coefficients of the building blocks."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import NoReturn

from variational import blocks
from variational.errors import FormulaError
from variational.formula import ONE, ZERO, Call, Int, Name, Node, Num, Op, parse

OPERATORS = ("<=", ">=", "!=", "<", ">", "=")
ATOMS = frozenset({blocks.RECON, blocks.MI})
RESERVED = frozenset({"int", "log", "exp", "sqrt", "erfc", "phi", "gamma", "pd", "pn"})


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Combination:
    """A linear combination of building blocks.

    Attributes:
        text: The objective as it was written.
        terms: Block name -> coefficient, in the order of :data:`variational.blocks.BLOCKS`.
    """

    text: str
    terms: Mapping[str, Node]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters in the coefficients, sorted."""
        return tuple(sorted({name for node in self.terms.values() for name in names(node)}))


def parse_objective(text: str) -> Combination:
    """Return the coefficients of the building blocks in ``text``.

    Raises:
        FormulaError: Where the text leaves the grammar, names an unknown term, multiplies or divides two
            terms, or contains a part that is no multiple of a term.

    Example:
        >>> sorted(parse_objective("recon + 2*(KL(q,p) - MI)").terms)
        ['KL(q,p)', 'MI', 'recon']
    """
    terms, constant = _linear(parse(text), text)
    if _known_zero(constant) is False:
        raise FormulaError("a part of the objective multiplies no term; terms are " + _choices(), text=text, column=1)
    if not terms:
        raise FormulaError("the objective holds no term; terms are " + _choices(), text=text, column=1)
    return Combination(text=text, terms={block: terms[block] for block in blocks.BLOCKS if block in terms})


def functional(text: str) -> str:
    """Return the objective ``text`` with every building block written out as an integral."""
    pieces = [f"({render(node)})*({blocks.BLOCKS[block]})" for block, node in parse_objective(text).terms.items()]
    return " + ".join(pieces)


def parse_relation(text: str) -> tuple[str, Node, Node]:
    """Return operator, left and right side of ``left OP right``.

    Raises:
        FormulaError: Where there is not exactly one comparison.

    Example:
        >>> parse_relation("beta >= 1")[0]
        '>='
    """
    for operator in OPERATORS:
        left, found, right = text.partition(operator)
        if found:
            return operator, _side(left, text, 0), _side(right, text, len(left) + len(operator))
    message = f"expected a comparison, one of {' '.join(OPERATORS)}"
    raise FormulaError(message, text=text, column=1)


def _side(side: str, text: str, offset: int) -> Node:
    """Parse one side of a relation; columns count from the start of the relation."""
    try:
        return parse(side)
    except FormulaError as error:
        message = str(error).partition(": ")[2]
        raise FormulaError(message, text=text, column=error.column + offset) from error


def names(node: Node) -> frozenset[str]:
    """Return every name that stands for a parameter or point in ``node``."""
    if isinstance(node, Name):
        return frozenset({node.id})
    if isinstance(node, Op):
        return names(node.left) | names(node.right)
    if isinstance(node, Call):
        return frozenset().union(*map(names, node.args))
    if isinstance(node, Int):
        return names(node.body) - set(node.points)
    return frozenset()


# How tightly an operation binds: sums, products, signs, powers.
SUM, PRODUCT, SIGN, POWER, ATOM = range(5)


def render(node: Node, *, level: int = SUM) -> str:
    """Return ``node`` as formula text, parenthesised where it binds less tightly than ``level``."""
    text, own = _rendered(node)
    return text if own >= level else f"({text})"


def _rendered(node: Node) -> tuple[str, int]:
    if isinstance(node, Num):
        own = PRODUCT if node.value.denominator != 1 else SIGN if node.value < 0 else ATOM
        return str(node.value), own
    if isinstance(node, Op):
        if node.symbol == "-" and node.left == ZERO:
            return f"-{render(node.right, level=POWER)}", SIGN
        levels = {
            "+": (SUM, PRODUCT),
            "-": (SUM, PRODUCT),
            "*": (PRODUCT, SIGN),
            "/": (PRODUCT, SIGN),
            "^": (ATOM, SIGN),
        }
        low, high = levels[node.symbol]
        text = f"{render(node.left, level=low)}{node.symbol}{render(node.right, level=high)}"
        return text, POWER if node.symbol == "^" else low
    return _atom(node), ATOM


def _atom(node: Name | Call | Int) -> str:
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Call):
        parts = [render(node.args[0])]
        for mark, arg in zip(node.separators, node.args[1:], strict=True):
            parts += [mark, render(arg)]
        return f"{node.name}({''.join(parts)})"
    return f"int[{','.join(node.points)}]({render(node.body)})"


def _choices() -> str:
    return ", ".join(blocks.BLOCKS)


def _block_of(node: Node, text: str) -> str | None:
    if isinstance(node, Name) and node.id in ATOMS:
        return node.id
    if isinstance(node, Call):
        if not all(isinstance(arg, Name) for arg in node.args):
            _refuse_term(node.name, text, node.column)
        written = render(node)
        if written not in blocks.BLOCKS:
            _refuse_term(written, text, node.column)
        return written
    return None


def _refuse_term(written: str, text: str, column: int) -> NoReturn:
    message = f"unknown term {written!r}; terms are {_choices()}"
    raise FormulaError(message, text=text, column=column)


def _linear(node: Node, text: str) -> tuple[dict[str, Node], Node]:
    """Split ``node`` into coefficients of blocks and the part that holds no block."""
    block = _block_of(node, text)
    if block is not None:
        return {block: ONE}, ZERO
    if isinstance(node, Int):
        message = "integrals are written in an objective file, not in an expression"
        raise FormulaError(message, text=text, column=1)
    if isinstance(node, Name):
        if node.id in RESERVED or node.id[0] in "xz":
            message = f"{node.id!r} is not a parameter name; parameters do not begin with x or z and are not functions"
            raise FormulaError(message, text=text, column=node.column)
        return {}, node
    if isinstance(node, Num):
        return {}, node
    if not isinstance(node, Op):
        message = "this is no part of an objective"
        raise FormulaError(message, text=text, column=1)
    left, left_rest = _linear(node.left, text)
    right, right_rest = _linear(node.right, text)
    if node.symbol in {"+", "-"}:
        merged = dict(left)
        for block, coefficient in right.items():
            merged[block] = _combine(node.symbol, merged.get(block, ZERO), coefficient)
        return merged, _combine(node.symbol, left_rest, right_rest)
    if node.symbol == "*" and not (left and right):
        if left:
            _require_pure(left_rest, text)
            return {block: _combine("*", value, right_rest) for block, value in left.items()}, ZERO
        if right:
            _require_pure(right_rest, text)
            return {block: _combine("*", left_rest, value) for block, value in right.items()}, ZERO
        return {}, _combine("*", left_rest, right_rest)
    if node.symbol == "/" and not right:
        if _known_zero(right_rest):
            message = "division by zero"
            raise FormulaError(message, text=text, column=1)
        if left:
            _require_pure(left_rest, text)
            return {block: _combine("/", value, right_rest) for block, value in left.items()}, ZERO
        return {}, _combine("/", left_rest, right_rest)
    if node.symbol == "^" and not left and not right:
        if _known_zero(left_rest) and not (isinstance(right_rest, Num) and right_rest.value >= 0):
            message = "zero is raised to a power that is not known to be positive"
            raise FormulaError(message, text=text, column=1)
        return {}, Op("^", left_rest, right_rest)
    message = "an objective is linear in its terms: none may be multiplied by, divided by or raised to another"
    raise FormulaError(message, text=text, column=1)


def _require_pure(rest: Node, text: str) -> None:
    if _known_zero(rest) is not True:
        message = "a sum of terms and numbers is multiplied; write the terms out"
        raise FormulaError(message, text=text, column=1)


def _known_zero(node: Node) -> bool | None:
    return node.value == 0 if isinstance(node, Num) else False


def _combine(symbol: str, left: Node, right: Node) -> Node:
    """Return ``left symbol right`` with the trivial cases folded."""
    if isinstance(left, Num) and isinstance(right, Num):
        if symbol == "/":
            return Num(left.value / right.value)
        table = {"+": left.value + right.value, "-": left.value - right.value, "*": left.value * right.value}
        return Num(Fraction(table[symbol]))
    if symbol in {"+", "-"} and right == ZERO:
        return left
    if symbol == "+" and left == ZERO:
        return right
    if symbol == "*" and ZERO in (left, right):
        return ZERO
    if symbol == "*" and left == ONE:
        return right
    if symbol in {"*", "/"} and right == ONE:
        return left
    return Op(symbol, left, right)
