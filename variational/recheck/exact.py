"""Evaluation of a formula on a finite space, where integrals are sums, in any arithmetic."""

import contextlib
import dataclasses
import itertools
from collections.abc import Mapping
from fractions import Fraction

from variational import formula
from variational.errors import CertificateError
from variational.formula import ZERO, Call, Int, Name, Node, Num
from variational.recheck.arithmetic import Arithmetic, Number, UndefinedError, UndefinedLogError

BUILT_IN = frozenset({"log", "exp", "sqrt", "erfc", "phi"})
AGGREGATE = "gamma"
DATA = "pd"
ENCODER = "q|"
Index = tuple[int, ...]
parse = formula.parse


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """A finite space with every density and parameter on it.

    Attributes:
        sizes: Number of points of ``x`` and of ``z``.
        functions: Key of a function -> index in the order of the arguments -> value.
        parameters: Name -> value.
    """

    sizes: Mapping[str, int]
    functions: Mapping[str, Mapping[Index, Fraction]]
    parameters: Mapping[str, Fraction]

    def indices(self, points: tuple[str, ...]) -> list[Index]:
        """Return every way to place ``points`` on the space."""
        return list(itertools.product(*(range(self.sizes[point[0]]) for point in points)))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A function given by a formula: ``where`` of a formal statement.

    Attributes:
        points: Names of its arguments.
        body: Its value at these points.
    """

    points: tuple[str, ...]
    body: Node


def read_definitions(where: Mapping[str, str] | None) -> dict[str, Definition]:
    """Return the definitions of ``where``, by key of the function.

    Raises:
        CertificateError: Where a left side is no function of distinct points.
    """
    found: dict[str, Definition] = {}
    for text, body in (where or {}).items():
        head = call_of_points(text)
        if head.key in found:
            msg = f"where defines {text!r} twice"
            raise CertificateError(msg)
        found[head.key] = Definition(points=point_names(head), body=parse(body))
    return found


def call_of_points(text: str) -> Call:
    """Return ``text`` as a function of distinct points.

    Raises:
        CertificateError: Where it is something else.
    """
    head = parse(text)
    if not isinstance(head, Call) or head.key in BUILT_IN | {AGGREGATE}:
        msg = f"expected a function of points such as q(z|x), got {text!r}"
        raise CertificateError(msg)
    names = point_names(head)
    if len(set(names)) != len(names):
        msg = f"the points of {text!r} must be distinct"
        raise CertificateError(msg)
    return head


def point_names(call: Call) -> tuple[str, ...]:
    """Return the points at which ``call`` stands.

    Raises:
        CertificateError: Where an argument is no point.
    """
    names = tuple(arg.id if isinstance(arg, Name) else "" for arg in call.args)
    if not all(name[:1] in {"x", "z"} for name in names):
        msg = f"the function {call.name!r} takes points, whose names begin with x or z"
        raise CertificateError(msg)
    return names


class Evaluator:
    """Values of formulas on one space.

    Attributes:
        space: Where the densities and parameters come from.
        arithmetic: Number type of the result.
        definitions: Functions given by formulas.
    """

    def __init__(
        self,
        space: Space,
        arithmetic: Arithmetic,
        definitions: Mapping[str, Definition] | None = None,
        *,
        overrides: Mapping[tuple[str, Index], Number] | None = None,
        frozen: "Evaluator | None" = None,
    ) -> None:
        """Prepare an empty cache.

        Args:
            space: Where the densities and parameters come from.
            arithmetic: Number type of the result.
            definitions: Functions given by formulas.
            overrides: Values that replace entries of the tables, such as a seeded dual number.
            frozen: Evaluator whose values of defined functions are used as constants, so that
                a definition inserted *after* differentiation is not differentiated.
        """
        self.space = space
        self.arithmetic = arithmetic
        self.definitions = definitions or {}
        self._table: dict[tuple[str, Index], Number] = dict(overrides or {})
        self._frozen = frozen
        self._parameters = {name: arithmetic.number(value) for name, value in space.parameters.items()}
        self._open: set[tuple[str, Index]] = set()
        self._one = arithmetic.number(Fraction(1))
        self._zero = arithmetic.number(Fraction(0))

    def value(self, node: Node, points: Mapping[str, int]) -> Number:
        """Return the value of ``node`` with its free points placed at ``points``.

        Raises:
            UndefinedError: Where a quotient by zero or a logarithm of no positive number occurs.
            CertificateError: Where a name is not on the space.
            NotCoveredError: Where the arithmetic cannot express a value.
        """
        if isinstance(node, Num):
            return self.arithmetic.number(node.value)
        if isinstance(node, Name):
            return self._name(node.id)
        if isinstance(node, Call):
            return self._call(node, points)
        if isinstance(node, Int):
            total = self._zero
            for index in self.space.indices(node.points):
                total = total + self.value(node.body, {**points, **dict(zip(node.points, index, strict=True))})
            return total
        if node.symbol == "*":
            return self._product(node.left, node.right, points)
        if node.symbol == "/":
            below = self.value(node.right, points)
            if below == 0:
                msg = f"division by {_shown(node.right)} = 0"
                raise UndefinedError(msg)
            try:
                return self.value(node.left, points) / below
            except ZeroDivisionError as error:
                raise UndefinedError(str(error)) from error
        if node.symbol == "-" and node.left is ZERO:
            return -self.value(node.right, points)
        left, right = self._both(node.left, node.right, points)
        if node.symbol == "+":
            return left + right
        return left - right if node.symbol == "-" else self._power(left, right)

    def function(self, key: str, index: Index) -> Number:
        """Return the value of a density or of another function of points."""
        place = (key, index)
        if place not in self._table:
            if place in self._open:
                msg = f"the definition of {key!r} refers to itself"
                raise CertificateError(msg)
            self._open.add(place)
            try:
                self._table[place] = self._look_up(key, index)
            finally:
                self._open.discard(place)
        return self._table[place]

    def _look_up(self, key: str, index: Index) -> Number:
        if key in self.definitions:
            if self._frozen is not None:
                return self._frozen.function(key, index)
            definition = self.definitions[key]
            return self.value(definition.body, dict(zip(definition.points, index, strict=True)))
        if key == AGGREGATE:
            total = self._zero
            for x in range(self.space.sizes["x"]):
                total = total + self.function(DATA, (x,)) * self.function(ENCODER, (index[0], x))
            return total
        try:
            return self.arithmetic.number(self.space.functions[key][index])
        except KeyError as error:
            msg = f"the space holds no value of the function {key!r} at {index}"
            raise CertificateError(msg) from error

    def _name(self, name: str) -> Number:
        try:
            return self._parameters[name]
        except KeyError as error:
            what = "point used as a number" if name[0] in "xz" else "parameter without a value"
            msg = f"{name!r} is a {what}"
            raise CertificateError(msg) from error

    def _call(self, call: Call, points: Mapping[str, int]) -> Number:
        if call.name in BUILT_IN:
            if len(call.args) != 1:
                msg = f"{call.name} takes one argument, got {len(call.args)}"
                raise CertificateError(msg)
            return self._built_in(call.name, call.args[0], points)
        try:
            index = tuple(points[name] for name in point_names(call))
        except KeyError as error:
            msg = f"the point {error.args[0]!r} of {call.name!r} is placed nowhere"
            raise CertificateError(msg) from error
        if call.key == AGGREGATE and len(index) != 1:
            msg = f"gamma takes one point, got {len(index)}"
            raise CertificateError(msg)
        return self.function(call.key, index)

    def _built_in(self, name: str, argument: Node, points: Mapping[str, int]) -> Number:
        if name not in {"log", "phi"}:
            return self.arithmetic.function(name, self.value(argument, points))
        try:
            inner = self.value(argument, points)
        except UndefinedError as error:  # 0*log(0/0) is 0 as well
            raise UndefinedLogError(str(error)) from error
        logarithm = self.arithmetic.function("log", inner)
        return logarithm if name == "log" else inner - self._one - logarithm

    def _product(self, left: Node, right: Node, points: Mapping[str, int]) -> Number:
        """Return the product; a first factor 0 takes a logarithm of 0 with it, but no quotient by 0."""
        try:
            first = self.value(left, points)
        except UndefinedLogError:
            self.value(right, points)
            raise
        if first == 0:
            with contextlib.suppress(UndefinedLogError):
                self.value(right, points)
            return first
        return first * self.value(right, points)

    def _both(self, left: Node, right: Node, points: Mapping[str, int]) -> tuple[Number, Number]:
        """Return both values; a quotient by zero on the right is found behind a logarithm of zero."""
        try:
            first = self.value(left, points)
        except UndefinedLogError:
            self.value(right, points)
            raise
        return first, self.value(right, points)

    def _power(self, base: Number, exponent: Number) -> Number:
        try:
            return self.arithmetic.power(base, exponent)
        except ZeroDivisionError as error:
            msg = "zero to a negative power"
            raise UndefinedError(msg) from error


def _shown(node: Node) -> str:
    return node.id if isinstance(node, Name) else "an expression"
