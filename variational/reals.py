"""Formulas in real variables as SymPy expressions, whether they vanish, and points where they do not."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from variational.domains import PI, Domain, read_domain
from variational.errors import CertificateError, InvalidInputError
from variational.formula import Node
from variational.grammar import parse_relation, render
from variational.recheck.arithmetic import UndefinedError
from variational.recheck.conditions import compare, read_relations
from variational.recheck.reals import Region, order, region_of
from variational.translate import to_sympy

SMALL_NUMBERS = "1, 2, 1/2, 3, -1, 0, 1/3, 4, 1/10, 10, -2, -1/2, 3/2, 1/100, 100, 1/4, 9/10"
SMALL = tuple(Fraction(text) for text in SMALL_NUMBERS.split(", "))
MOST_POINTS = 4000


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Reals:
    """The variables of a formal statement, for SymPy.

    Attributes:
        domain: The declarations.
        symbols: Name -> symbol with the assumptions that the bounds give.
    """

    domain: Domain
    symbols: Mapping[str, sp.Symbol]

    def expression(self, text: str | Node) -> sp.Expr:
        """Return a formula as an expression in the symbols."""
        node = self.domain.insert(text if isinstance(text, str) else render(text))
        found = to_sympy(node)
        table = {symbol: self.symbols.get(symbol.name, symbol) for symbol in found.free_symbols}
        return found.subs({**table, sp.Symbol(PI, real=True): sp.pi}, simultaneous=True)

    def gap(self, text: str) -> sp.Expr:
        """Return what a relation says is not negative, or zero."""
        operator, left, right = parse_relation(text)
        difference = self.expression(left) - self.expression(right)
        return difference if operator in {">", ">=", "=", "!="} else -difference


def read(formal: Mapping[str, Any]) -> Reals:
    """Return the variables of a formal statement.

    Raises:
        InvalidInputError: Where a declaration cannot be read.
    """
    domain = read_domain(formal)
    return Reals(domain=domain, symbols={name: _symbol(name, domain) for name in domain.variables})


def _symbol(name: str, domain: Domain) -> sp.Symbol:
    low, high = region_of(domain).bounds(name)
    strict = {(r.operator, render(r.left), render(r.right)) for r in read_relations(domain.relations)}
    assumed: dict[str, bool] = {"integer": True} if name in domain.integers else {"real": True}
    if low is not None and (low > 0 or (low == 0 and (">", name, "0") in strict)):
        assumed["positive"] = True
    elif low == 0:
        assumed["nonnegative"] = True
    elif high is not None and (high < 0 or (high == 0 and ("<", name, "0") in strict)):
        assumed["negative"] = True
    return sp.Symbol(name, **assumed)


def vanishes(expression: sp.Expr) -> bool:
    """Tell whether SymPy shows that an expression is zero; False means only that it does not."""
    if expression == 0:
        return True
    expanded = sp.expand(sp.expand_log(expression))
    if expanded == 0:
        return True
    factored = expression.replace(lambda part: part.is_Pow and not part.exp.is_integer, _factored_power)
    forms = dict.fromkeys((expanded, factored, sp.powdenest(expression)))  # often the same one
    return any(sp.expand(sp.expand_log(sp.simplify(form))) == 0 for form in forms)


def _factored_power(power: sp.Pow) -> sp.Expr:
    return sp.factor(power.base) ** power.exp


def candidates(region: Region, given: Sequence[Mapping[str, str]] = ()) -> Iterator[dict[str, Fraction]]:
    """Yield points of a region: those given first, then small numbers."""
    for point in given:
        yield {name: Fraction(text) for name, text in point.items()}
    integers = [Fraction(number) for number in (1, 2, 3, 0, 4, 5, 10, -1)]
    choices = [integers if name in region.integers else SMALL for name in region.variables]
    ranked = sorted(itertools.product(*(range(len(entries)) for entries in choices)), key=sum) if _few(choices) else ()
    for places in ranked[:MOST_POINTS]:
        yield {name: entries[place] for name, entries, place in zip(region.variables, choices, places, strict=True)}
    if not ranked:
        yield from itertools.islice(region.points(1), 200)


def _few(choices: Sequence[Sequence[Fraction]]) -> bool:
    total = 1
    for entries in choices:
        total *= len(entries)
    return total <= 100_000


def breaking_point(
    reals: Reals, then: Sequence[str], given: Sequence[Mapping[str, str]] = (), *, breaking: bool = True
) -> dict[str, str] | None:
    """Return a rational point of the domain where one of the relations fails, or where all hold; None if none is found.

    Args:
        reals: Variables.
        then: Relations.
        given: Points tried first.
        breaking: Whether a relation must fail; otherwise all must hold.
    """
    region = region_of(reals.domain)
    relations = read_relations(reals.domain.insert_relation(text) for text in then)
    for point in candidates(region, given):
        try:
            region.admits(point)
            kept = all(compare(r.operator, order(r.left, r.right, point)) for r in relations)
        except (CertificateError, UndefinedError, InvalidInputError, ZeroDivisionError):
            continue
        if kept != breaking:
            return {name: str(value) for name, value in point.items()}
    return None
