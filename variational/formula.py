"""The formula language: one text form of functionals, read by the engine and by the verifier alike.

A formula is arithmetic over numbers, parameters, functions of points and integrals::

    int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))

Points begin with ``x`` or ``z`` and say by that letter which space they run through. ``p(z)`` is the
prior, ``p(x|z)`` the decoder, ``q(z|x)`` the encoder, ``gamma(z)`` the aggregated posterior, *defined*
as ``int[x](pd(x)*q(z|x))``. Text is parsed, never evaluated as code.
"""

import dataclasses
import functools
import re
from fractions import Fraction
from typing import NoReturn

from variational.errors import FormulaError

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*'*)|(?P<op>\*\*|[-+*/^()\[\],;|]))", re.ASCII
)
MAX_DEPTH = 60
MAX_HEIGHT = 200  # of the syntax tree; every walk over it is recursive
BUILT_IN = frozenset({"log", "exp", "sqrt", "erfc", "phi"})
NOT_FINITE = frozenset({"nan", "inf", "infinity", "oo", "zoo"})


@dataclasses.dataclass(frozen=True, slots=True)
class Num:
    """An exact rational number."""

    value: Fraction


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """A parameter or a point, with the column where it stands."""

    id: str
    column: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """``name(args)``; ``separators`` holds the marks between the arguments, ``,`` ``;`` or ``|``."""

    name: str
    args: tuple["Node", ...]
    separators: tuple[str, ...] = ()
    column: int = dataclasses.field(default=0, compare=False)

    @property
    def key(self) -> str:
        """Name that tells the prior ``p(z)`` from the decoder ``p(x|z)``, which comes out as ``p|``."""
        return self.name + "|" if "|" in self.separators else self.name


@dataclasses.dataclass(frozen=True, slots=True)
class Op:
    """Binary ``+ - * / ^``; unary minus is ``Op("-", Num(0), operand)``."""

    symbol: str
    left: "Node"
    right: "Node"


@dataclasses.dataclass(frozen=True, slots=True)
class Int:
    """Integral of ``body`` over the named points; a sum where a space is finite."""

    points: tuple[str, ...]
    body: "Node"


Node = Num | Name | Call | Op | Int
ZERO = Num(Fraction(0))
ONE = Num(Fraction(1))


@functools.lru_cache(maxsize=8192)
def parse(text: str) -> Node:
    """Return the syntax tree of ``text``.

    Raises:
        FormulaError: With the column, where the text leaves the grammar.

    Example:
        >>> parse("2*a")
        Op(symbol='*', left=Num(value=Fraction(2, 1)), right=Name(id='a', column=3))
    """
    return _Parser(text).whole()


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        length = len(text.rstrip())
        while position < length:
            found = TOKEN.match(text, position)
            if found is None:
                start = position + len(text[position:]) - len(text[position:].lstrip())
                self.fail(f"unexpected character {text[start]!r}", start + 1)
            kind = str(found.lastgroup)
            self.tokens.append((kind, found.group(kind), found.start(kind) + 1))
            position = found.end()
        self.tokens.append(("end", "end of input", len(text.rstrip()) + 1))
        self.index = 0
        self.depth = 0
        self.heights: dict[int, int] = {}  # by identity; the tree keeps its nodes alive

    def op(self, symbol: str, left: Node, right: Node) -> Node:
        node = Op(symbol, left, right)
        self.grown(node, left, right)
        return node

    def grown(self, node: Node, *below: Node) -> Node:
        height = 1 + max(self.heights.get(id(part), 0) for part in below)
        if height > MAX_HEIGHT:
            self.fail(f"the syntax tree is higher than {MAX_HEIGHT} levels; group the terms with parentheses")
        self.heights[id(node)] = height
        return node

    def fail(self, message: str, column: int | None = None) -> NoReturn:
        raise FormulaError(message, text=self.text, column=self.tokens[self.index][2] if column is None else column)

    @property
    def token(self) -> str:
        return self.tokens[self.index][1] if self.tokens[self.index][0] == "op" else ""

    def take(self, *wanted: str) -> str:
        if self.token not in wanted:
            self.fail(f"expected {' or '.join(repr(mark) for mark in wanted)}, found {self.tokens[self.index][1]!r}")
        self.index += 1
        return self.tokens[self.index - 1][1]

    def whole(self) -> Node:
        if len(self.tokens) == 1:
            self.fail("the formula is empty", 1)
        node = self.sum()
        if self.tokens[self.index][0] != "end":
            self.fail(f"unexpected {self.tokens[self.index][1]!r}")
        return node

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels")
        node = self.product()
        while self.token in {"+", "-"}:
            node = self.op(self.take("+", "-"), node, self.product())
        self.depth -= 1
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.token in {"*", "/"}:
            node = self.op(self.take("*", "/"), node, self.signed())
        return node

    def signed(self) -> Node:
        negative = False
        while self.token in {"+", "-"}:
            negative ^= self.take("+", "-") == "-"
        node = self.power()
        return self.op("-", ZERO, node) if negative else node

    def power(self) -> Node:
        base = self.atom()
        if self.token in {"^", "**"}:
            self.take("^", "**")
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.fail(f"nested deeper than {MAX_DEPTH} levels")
            base = self.op("^", base, self.signed())
            self.depth -= 1
        return base

    def atom(self) -> Node:
        kind, word, column = self.tokens[self.index]
        if kind == "number":
            self.index += 1
            return Num(Fraction(word))
        if kind == "name":
            if word.lower() in NOT_FINITE:
                self.fail(f"{word!r} is no finite number and no name for one")
            self.index += 1
            if self.token == "[":
                return self.integral(word, column)
            if word == "int":
                self.fail("'int' takes its points in brackets: int[x](...)", column)
            if word in BUILT_IN and self.token != "(":
                self.fail(f"{word!r} is a function of one argument", column)
            return self.call(word, column) if self.token == "(" else Name(word, column)
        if word == "(" and kind == "op":
            self.take("(")
            node = self.sum()
            self.take(")")
            return node
        return self.fail(f"expected a number, a name or '(', found {word!r}")

    def call(self, name: str, column: int) -> Node:
        self.take("(")
        args = [self.sum()]
        separators = []
        while self.token in {",", ";", "|"}:
            separators.append(self.take(",", ";", "|"))
            args.append(self.sum())
        self.take(")")
        if name in BUILT_IN and len(args) != 1:
            self.fail(f"{name!r} is a function of one argument, got {len(args)}", column)
        node = Call(name, tuple(args), tuple(separators), column)
        return self.grown(node, *args)

    def integral(self, name: str, column: int) -> Node:
        if name != "int":
            self.fail(f"{name!r} cannot be indexed; only int[...] takes brackets", column)
        self.take("[")
        points: list[str] = []
        while True:
            kind, word, start = self.tokens[self.index]
            if kind != "name" or word[0] not in "xz":
                self.fail(f"expected a point whose name begins with x or z, found {word!r}", start)
            if word in points:
                self.fail(f"the point {word!r} is bound twice", start)
            points.append(word)
            self.index += 1
            if self.take(",", "]") == "]":
                break
        self.take("(")
        body = self.sum()
        self.take(")")
        return self.grown(Int(tuple(points), body), body)
