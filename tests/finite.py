"""Value of formula text on a finite space: a second route that shares the parser with the engine and nothing else.

One walk over the syntax tree serves floats, tensors, SymPy entries and exact jets; an integral is a sum over
the indices of its space. Densities are normalised exactly, because the engine integrates them out.
"""

import dataclasses
import functools
import itertools
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
import torch

from variational import formula

# Letters of the points that each function takes, and the place of the one that it is a density in.
SIGNATURES = {
    "pd": "x",
    "pn": "x",
    "p": "z",
    "n": "z",
    "q|": "zx",
    "p|": "xz",
    "k": "zz",
    "f": "xz",
    "g": "x",
    "r": "z",
    "eta": "z",
    "lambda": "x",
    "mu": "z",
}
DENSITIES = frozenset({"pd", "pn", "p", "n", "q|", "p|"})
SIGNED = frozenset({"eta", "lambda", "mu"})
PARAMETERS = {
    "a": Fraction(3, 2),
    "b": Fraction(-2, 3),
    "beta": Fraction(5, 2),
    "l": Fraction(7, 5),
    "s": Fraction(4, 3),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """What the walk needs to know about the entries."""

    number: Callable[[Fraction], Any]
    log: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    power: Callable[[Any, Any], Any] = operator.pow


@dataclasses.dataclass(frozen=True, slots=True)
class Jet:
    """``value + first e1 + second e2 + both e1 e2`` with ``e1^2 = e2^2 = 0``: exact derivatives by the chain rule."""

    value: Fraction
    first: Fraction = Fraction(0)
    second: Fraction = Fraction(0)
    both: Fraction = Fraction(0)

    def composed(self, value, slope, curvature):
        return Jet(
            value,
            slope * self.first,
            slope * self.second,
            slope * self.both + curvature * self.first * self.second,
        )

    def is_constant(self):
        """Tell whether all derivatives are zero, as of most jets: their arithmetic is that of one fraction."""
        return not (self.first or self.second or self.both)

    def __add__(self, other):
        if self.is_constant() and other.is_constant():
            return Jet(self.value + other.value)
        return Jet(
            self.value + other.value, self.first + other.first, self.second + other.second, self.both + other.both
        )

    def __sub__(self, other):
        return self + Jet(-other.value, -other.first, -other.second, -other.both)

    def __mul__(self, other):
        if self.is_constant() and other.is_constant():
            return Jet(self.value * other.value)
        return Jet(
            self.value * other.value,
            self.value * other.first + self.first * other.value,
            self.value * other.second + self.second * other.value,
            self.value * other.both + self.first * other.second + self.second * other.first + self.both * other.value,
        )

    def __truediv__(self, other):
        return self * other ** Jet(Fraction(-1))

    def __pow__(self, other):
        power = other.value
        if power.denominator != 1 or (other.first, other.second, other.both) != (0, 0, 0):
            msg = f"a jet is raised to constant integers, got {other}"
            raise ValueError(msg)
        exponent, base = power.numerator, self.value
        slope = exponent * base ** (exponent - 1) if exponent else Fraction(0)
        curvature = exponent * (exponent - 1) * base ** (exponent - 2) if exponent * (exponent - 1) else Fraction(0)
        return self.composed(base**exponent, slope, curvature)


# Any homomorphism from (Q*, x) to (Q, +) may stand for log in an identity that is claimed for every value
# of the densities: values stay rational, so that both sides are compared exactly.
PRIME_LOGS = {prime: Fraction(2 * prime * prime + 1, 7 * prime + 3) for prime in sp.primerange(100)}


def rational_log(value: Fraction) -> Fraction:
    """Return a rational stand-in for log that maps products to sums; signs and primes over 100 go to zero."""
    if value == 0:
        msg = "log of zero"
        raise ZeroDivisionError(msg)
    total = Fraction(0)
    for integer, sign in ((abs(value.numerator), 1), (value.denominator, -1)):
        rest = integer
        for prime, weight in PRIME_LOGS.items():
            while rest % prime == 0:
                rest //= prime
                total += sign * weight
    return total


def _jet_log(jet: Jet) -> Jet:
    return jet.composed(rational_log(jet.value), 1 / jet.value, -1 / jet.value**2)


def _no_exp(jet: Jet) -> Jet:
    msg = f"exp has no rational stand-in, asked for exp({jet})"
    raise ValueError(msg)


FLOATS = Arithmetic(number=float, log=np.log, exp=np.exp)
TENSORS = Arithmetic(number=lambda v: torch.tensor(float(v), dtype=torch.float64), log=torch.log, exp=torch.exp)
SYMBOLS = Arithmetic(number=lambda v: sp.Rational(v.numerator, v.denominator), log=sp.log, exp=sp.exp)
JETS = Arithmetic(number=Jet, log=_jet_log, exp=_no_exp)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Space:
    """Finite X and Z with a table for each function, indexed in the order of its arguments."""

    sizes: Mapping[str, int]
    tables: Mapping[str, Any]
    arithmetic: Arithmetic
    parameters: Mapping[str, Fraction] = dataclasses.field(default_factory=lambda: PARAMETERS)

    def value(self, text: str | formula.Node, at: Mapping[str, int] | None = None) -> Any:
        """Return the value of a formula where the free points have the indices ``at``."""
        return self._value(formula.parse(text) if isinstance(text, str) else text, dict(at or {}))

    def _value(self, node: formula.Node, at: dict[str, int]) -> Any:
        rules = self.arithmetic
        if isinstance(node, formula.Num):
            return rules.number(node.value)
        if isinstance(node, formula.Name):
            return rules.number(self.parameters[node.id])
        if isinstance(node, formula.Op):
            left, right = self._value(node.left, at), self._value(node.right, at)
            table = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": rules.power}
            return table[node.symbol](left, right)
        if isinstance(node, formula.Int):
            total = rules.number(Fraction(0))
            for indices in itertools.product(*(range(self.sizes[name[0]]) for name in node.points)):
                total = total + self._value(node.body, {**at, **dict(zip(node.points, indices, strict=True))})
            return total
        return self._applied(node, at)

    def _applied(self, node: formula.Call, at: dict[str, int]) -> Any:
        rules = self.arithmetic
        if node.key in {"log", "exp", "sqrt", "phi"}:
            (argument,) = (self._value(arg, at) for arg in node.args)
            if node.key == "phi":
                return argument - rules.number(Fraction(1)) - rules.log(argument)
            if node.key == "sqrt":
                return rules.power(argument, rules.number(Fraction(1, 2)))
            return rules.log(argument) if node.key == "log" else rules.exp(argument)
        names = [arg.id for arg in node.args]
        if node.key == "gamma":
            (z,) = (at[name] for name in names)
            terms = (self.tables["pd"][x] * self.tables["q|"][z, x] for x in range(self.sizes["x"]))
            return sum(terms, start=rules.number(Fraction(0)))
        letters = "".join(name[0] for name in names)
        if letters != SIGNATURES[node.key]:
            msg = f"{node.key} takes points of {SIGNATURES[node.key]}, got {names}"
            raise ValueError(msg)
        return self.tables[node.key][tuple(at[name] for name in names)]

    def with_table(self, key: str, table: Any) -> "Space":
        """Return the space with another table for one function."""
        return dataclasses.replace(self, tables={**self.tables, key: table})

    def indices(self, key: str) -> list[tuple[int, ...]]:
        """Return the indices of the entries of the table of ``key``."""
        return list(itertools.product(*(range(self.sizes[letter]) for letter in SIGNATURES[key])))


def rational_tables(rng: np.random.Generator, sizes: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Return a table of fractions for each function: densities sum to one, k is symmetric, signed ones have signs."""
    tables = {}
    for key, letters in SIGNATURES.items():
        shape = tuple(sizes[letter] for letter in letters)
        whole = rng.integers(1, 10, size=shape)
        if key in SIGNED:
            whole = whole * rng.choice([-1, 1], size=shape)
        table = np.vectorize(Fraction, otypes=[object])(whole)
        if key in DENSITIES:
            table = table / table.sum(axis=0)
        elif key == "k":
            table = table + table.T
        else:
            table = table / 3
        tables[key] = table
    return tables


@functools.cache
def random_space(seed: int, arithmetic: Arithmetic, *, x: int = 3, z: int = 2) -> Space:
    """Return the space of a seed; the same seed gives the same fractions in every arithmetic."""
    sizes = {"x": x, "z": z}
    tables = rational_tables(np.random.default_rng(seed), sizes)
    if arithmetic is FLOATS:
        tables = {key: table.astype(float) for key, table in tables.items()}
    elif arithmetic is TENSORS:
        tables = {key: torch.tensor(table.astype(float), dtype=torch.float64) for key, table in tables.items()}
    else:
        tables = {key: np.vectorize(arithmetic.number, otypes=[object])(table) for key, table in tables.items()}
    return Space(sizes=sizes, tables=tables, arithmetic=arithmetic)


def is_exactly_zero(expression: sp.Expr) -> bool:
    """Tell whether an expression of rationals, logarithms and exponentials of rationals is zero.

    Logarithms become sums over primes, whose logarithms are then plain symbols; no numerical value is taken.
    """
    expanded = sp.sympify(expression).replace(
        lambda node: isinstance(node, sp.log) and node.args[0].is_Rational,
        lambda node: sp.Add(*(n * sp.Symbol(f"log_{prime}") for prime, n in sp.factorrat(node.args[0]).items())),
    )
    return sp.simplify(expanded) == 0
