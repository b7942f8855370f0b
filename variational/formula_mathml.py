"""Formulas of the formula language as MathML, for people; what cannot be read stays text."""

import html
import re

from variational.errors import FormulaError
from variational.formula import ONE, ZERO, Call, Int, Name, Node, Num, Op, parse
from variational.mathml_symbols import GREEK

RELATION = re.compile(r"\s*(<=|>=|!=|=|<|>)\s*")
SHOWN = {"<=": "≤", ">=": "≥", "!=": "≠"}
DENSITIES = {"pd": "p_d", "pn": "p_n"}
RELATION_SPACE = 'form="infix" lspace="0.28em" rspace="0.28em"'
SIGN_SPACE = 'form="infix" lspace="0.22em" rspace="0.22em"'
SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how tightly an expression binds


def to_mathml(text: str) -> str | None:
    """Return a formula or relation as ``math`` elements between which a line may break, or None if it is neither.

    Example:
        >>> to_mathml("a > 0")
        '<math><mi>a</mi></math><wbr/><math><mo form="infix" lspace="0.28em" rspace="0.28em">&gt;</mo><mn>0</mn></math>'
    """
    sides = RELATION.split(text)
    try:
        trees = [parse(side) for side in sides[::2]]
    except FormulaError:
        return None
    pieces = []
    for index, tree in enumerate(trees):
        mark = sides[2 * index - 1] if index else ""
        relation = f"<mo {RELATION_SPACE}>{html.escape(SHOWN.get(mark, mark))}</mo>" if mark else ""
        first, *rest = _terms(tree)
        pieces += [f"<math>{relation}{first}</math>", *(f"<math>{term}</math>" for term in rest)]
    return "<wbr/>".join(pieces)


def _terms(node: Node) -> list[str]:
    """Return the terms of a sum, each after the first with its sign."""
    if isinstance(node, Op) and node.symbol == "*" and node.left == ONE:
        return _terms(node.right)
    if isinstance(node, Op) and node.symbol in "+-" and not (node.symbol == "-" and node.left == ZERO):
        sign = "−" if node.symbol == "-" else "+"
        right = _shown(node.right, PRODUCT if sign == "−" else SUM)
        return [*_terms(node.left), f"<mo {SIGN_SPACE}>{sign}</mo>{right}"]
    return [_shown(node, SUM)]


def _shown(node: Node, binding: int) -> str:
    """Return a node, in brackets where it binds less tightly than its place asks."""
    made, tight = _made(node)
    return made if tight >= binding else _bracketed(made)


def _bracketed(inside: str) -> str:
    tall = "true" if "<mfrac" in inside or "∫" in inside else "false"
    space = f'lspace="0" rspace="0" stretchy="{tall}"'
    return f'<mrow><mo form="prefix" {space}>(</mo>{inside}<mo form="postfix" {space}>)</mo></mrow>'


def _made(node: Node) -> tuple[str, int]:
    if isinstance(node, Num):
        if node.value.denominator == 1:
            return f"<mn>{node.value.numerator}</mn>", ATOM
        return f"<mfrac><mn>{node.value.numerator}</mn><mn>{node.value.denominator}</mn></mfrac>", PRODUCT
    if isinstance(node, Name):
        return _name(node.id), ATOM
    if isinstance(node, Int):
        points = "<mo>,</mo>".join(_name(point) for point in node.points)
        return f"<mrow><msub><mo>∫</mo><mrow>{points}</mrow></msub>{_shown(node.body, PRODUCT)}</mrow>", PRODUCT
    if isinstance(node, Call):
        return _call(node), ATOM
    return _operation(node)


def _operation(node: Op) -> tuple[str, int]:
    if node.symbol == "-" and node.left == ZERO:
        return f'<mrow><mo form="prefix">−</mo>{_shown(node.right, PRODUCT)}</mrow>', SUM
    if node.symbol in "+-":
        return f"<mrow>{''.join(_terms(node))}</mrow>", SUM
    if node.symbol == "/":
        return f"<mfrac><mrow>{_shown(node.left, SUM)}</mrow><mrow>{_shown(node.right, SUM)}</mrow></mfrac>", PRODUCT
    if node.symbol == "^":
        return f"<msup><mrow>{_shown(node.left, ATOM)}</mrow><mrow>{_shown(node.right, SUM)}</mrow></msup>", POWER
    if node.left == ONE:  # generated formulas have coefficients that may be one
        return _made(node.right)
    dot = "<mo>⋅</mo>" if isinstance(node.right, Num) else "<mo>\u2062</mo>"
    return f"<mrow>{_shown(node.left, PRODUCT)}{dot}{_shown(node.right, PRODUCT)}</mrow>", PRODUCT


def _call(node: Call) -> str:
    arguments = [_shown(argument, SUM) for argument in node.args]
    if node.name == "sqrt":
        return f"<msqrt>{arguments[0]}</msqrt>"
    inside = arguments[0]
    for mark, argument in zip(node.separators, arguments[1:], strict=True):
        space = ' lspace="0.08em" rspace="0.08em"' if mark == "|" else ""
        inside += f'<mo form="infix" stretchy="false"{space}>{mark}</mo>{argument}'
    return f"<mrow>{_name(node.name)}<mo>\u2061</mo>{_bracketed(inside)}</mrow>"


def _name(name: str) -> str:
    """Return a name with Greek letters spelt, an index after an underscore or as digits at the end, and primes."""
    primes = "<mo>′</mo>" * name.count("'")
    base, _, index = DENSITIES.get(name.rstrip("'"), name.rstrip("'")).partition("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", base)
    if digits and not index:
        base, index = digits.groups()
    shown = f"<mi>{GREEK.get(base, base)}</mi>"
    if index:
        shown = f"<msub>{shown}<mi>{GREEK.get(index, index)}</mi></msub>"
    return f"<msup>{shown}<mrow>{primes}</mrow></msup>" if primes else shown
