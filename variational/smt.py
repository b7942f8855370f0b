"""Polynomial facts by z3, in both directions, and the exact certificates that stand beside its answer.

z3 has had soundness bugs in non-linear arithmetic, so `unsat` alone proves nothing here:
:func:`prove` also looks for multipliers that write the conclusion as a non-negative combination of
products of the hypotheses, an identity that anybody can expand.
"""

import dataclasses
import functools
import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
import z3

from variational import grammar
from variational.errors import NotCoveredError
from variational.formula import Call, Name, Node, Num, Op, parse
from variational.translate import to_formula, to_sympy

TIMEOUT_MS = 5000


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What z3 and the exact certificate say about ``given => conclusion``.

    Attributes:
        holds: True where the negation is unsatisfiable, False where a point was found, else None.
        smtlib: The query (hypotheses and negated conclusion); ``unsat`` means that it holds.
        slack: Formula text, visibly non-negative under the hypotheses, equal to left minus right of the
            conclusion; None where none was found.
        point: A rational point where the conclusion fails, checked exactly.
    """

    holds: bool | None
    smtlib: str
    slack: str | None = None
    point: Mapping[str, Fraction] | None = None


def to_z3(node: Node, context: Any) -> Any:
    """Return the z3 term of a formula without integrals; functions of points count as variables."""
    match node:
        case Num(value):
            return z3.RealVal(str(value), context)
        case Name(name):
            return z3.Real(name, context)
        case Call():
            return z3.Real(grammar.render(node), context)
        case Op("^", base, Num(value)) if value.denominator == 1:
            power = to_z3(base, context)
            result: Any = z3.RealVal(1, context)
            for _ in range(abs(int(value))):
                result = result * power
            return result if value >= 0 else 1 / result
        case Op(mark, left, right) if mark in {"+", "-", "*", "/"}:
            a, b = to_z3(left, context), to_z3(right, context)
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[mark]()
    msg = f"{grammar.render(node)} is not rational in its variables"
    raise NotCoveredError(msg)


def relation_to_z3(text: str, context: Any) -> Any:
    """Return the z3 constraint of ``left OP right``."""
    operator, left, right = grammar.parse_relation(text)
    a, b = to_z3(left, context), to_z3(right, context)
    table = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b}
    return table[operator]


def satisfy(relations: Sequence[str]) -> Mapping[str, Fraction] | None:
    """Return a small rational point that meets all relations, or None where z3 finds none.

    The point is re-checked by substitution before it is returned; "none found" is no proof.
    """
    solver = _solver(relations)
    names = sorted(frozenset().union(*map(variables, relations)))
    grids = ((-4, 4, 1), (-8, 8, 2), (-16, 16, 4))
    for low, high, parts in grids:  # prefer small numbers: they are easier to read and to re-check
        solver.push()
        for name in names:
            variable, grid = z3.Real(name, solver.ctx), z3.Int(f"grid!{name}", solver.ctx)
            solver.add(variable * parts == grid, variable >= low, variable <= high)
        found = _model(solver, names, relations)
        solver.pop()
        if found is not None:
            return found
    return _model(solver, names, relations)


def feasible(relations: Sequence[str]) -> bool:
    """Tell whether z3 does not exclude the relations (unknown counts as feasible)."""
    return _feasible(tuple(relations))


def implies(given: Sequence[str], conclusion: str) -> bool:
    """Tell whether z3 finds no counterexample; without a second leg this sorts cases and proves nothing."""
    return _implies(tuple(given), conclusion)


@functools.lru_cache(maxsize=4096)
def _feasible(relations: tuple[str, ...]) -> bool:
    return bool(_solver(relations, z3.main_ctx()).check() != z3.unsat)


@functools.lru_cache(maxsize=4096)
def _implies(given: tuple[str, ...], conclusion: str) -> bool:
    solver = _solver(given, z3.main_ctx())  # no model leaves it, so what was asked before does not matter
    solver.add(z3.Not(relation_to_z3(conclusion, solver.ctx)))
    return bool(solver.check() == z3.unsat)


def prove(given: Sequence[str], conclusion: str) -> Decision:
    """Decide ``given => conclusion`` over the reals.

    Args:
        given: Relations, ``beta > 1``.
        conclusion: One relation.
    """
    solver = _solver(given)
    solver.add(z3.Not(relation_to_z3(conclusion, solver.ctx)))
    text = solver.to_smt2()
    answer = solver.check()
    if answer == z3.unsat:
        return Decision(holds=True, smtlib=text, slack=positivity(given, conclusion))
    if answer == z3.sat:
        negated = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
        operator, left, right = grammar.parse_relation(conclusion)
        opposite = f"{grammar.render(left)} {negated[operator]} {grammar.render(right)}"
        point = satisfy([*given, opposite])
        return Decision(holds=None if point is None else False, smtlib=text, point=point)
    return Decision(holds=None, smtlib=text)


def positivity(given: Sequence[str], conclusion: str) -> str | None:
    """Return left minus right of the conclusion as a non-negative combination of products of hypotheses.

    Source:
        Handelman (1988), Krivine (1964): on a polyhedron, positive polynomials have such a form; the
        multipliers are found by linear arithmetic and the identity is expanded exactly.
    """
    operator, left, right = grammar.parse_relation(conclusion)
    if operator not in {">", ">=", "<", "<="}:
        return None
    sign = 1 if operator in {">", ">="} else -1
    goal = sp.together(sp.expand(sign * (to_sympy(left) - to_sympy(right))))
    if not goal.is_polynomial(*goal.free_symbols):
        return None
    generators: list[tuple[str, sp.Expr]] = [("1", sp.Integer(1))]
    for text in given:
        mark, a, b = grammar.parse_relation(text)
        low, high = (
            (grammar.render(b), grammar.render(a))
            if mark in {">", ">=", "="}
            else (grammar.render(a), grammar.render(b))
        )
        if mark == "!=":
            continue
        name = f"({high} - ({low}))"
        value = to_sympy(name)
        if not value.is_polynomial(*value.free_symbols):
            continue
        generators.append((name, value))
        if mark == "=":
            generators.append((f"({low} - ({high}))", to_sympy(f"{low} - ({high})")))
    products = list(generators)
    for (first, a), (second, b) in itertools.combinations_with_replacement(generators[1:], 2):
        products.append((f"{first}*{second}", a * b))
    solver = _solver(())
    weights = [z3.Real(f"w!{index}", solver.ctx) for index in range(len(products))]
    symbols = sorted(set().union(goal.free_symbols, *(value.free_symbols for _, value in products)), key=str)
    difference: dict[Any, Any] = {}
    for weight, (_, value) in zip(weights, products, strict=True):
        for monomial, number in _polynomial(value, symbols).items():
            difference[monomial] = difference.get(monomial, 0) + weight * z3.RealVal(str(number), solver.ctx)
    for monomial, number in _polynomial(goal, symbols).items():
        difference[monomial] = difference.get(monomial, 0) - z3.RealVal(str(number), solver.ctx)
    solver.add(*(weight >= 0 for weight in weights), *(total == 0 for total in difference.values()))
    if operator in {">", "<"}:
        strict = [
            weights[0],
            *(w for w, (name, _) in zip(weights[1:], products[1:], strict=True) if _strict(name, given)),
        ]
        solver.add(z3.Or(*(weight > 0 for weight in strict)))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    parts = []
    for weight, (name, _) in zip(weights, products, strict=True):
        number = _rational(model.eval(weight, model_completion=True))
        if number:
            parts.append(name if number == 1 else f"{number}*{name}")
    text = " + ".join(parts) or "0"
    return text if sp.expand(to_sympy(text) - goal) == 0 else None


def _strict(name: str, given: Sequence[str]) -> bool:
    """Tell whether every factor of the product ``name`` comes from a strict hypothesis."""
    strict = set()
    for text in given:
        mark, a, b = grammar.parse_relation(text)
        low, high = (b, a) if mark == ">" else (a, b)
        if mark in {"<", ">"}:
            strict.add(f"({grammar.render(high)} - ({grammar.render(low)}))")
    return any(name == one or name in {f"{one}*{two}" for two in strict} for one in strict)


def _polynomial(expression: sp.Expr, symbols: Sequence[sp.Symbol]) -> Mapping[Any, sp.Rational]:
    return dict(sp.Poly(sp.expand(expression), *symbols).terms()) if symbols else {(): expression}


def _solver(relations: Sequence[str], context: Any = None) -> Any:
    """Return a solver in a context of its own: its models and the names in its text depend on nothing asked before."""
    solver = z3.Solver(ctx=context or z3.Context())
    solver.set("timeout", TIMEOUT_MS)
    solver.add(*(relation_to_z3(text, solver.ctx) for text in relations))
    return solver


def variables(text: str) -> frozenset[str]:
    """Return the variables of a relation or of a formula."""
    if any(mark in text for mark in "<>=!"):
        _, left, right = grammar.parse_relation(text)
        return grammar.names(left) | grammar.names(right)
    return grammar.names(parse(text))


def value(text: str, point: Mapping[str, Fraction]) -> sp.Rational:
    """Return the exact rational value of a formula at a rational point.

    Raises:
        NotCoveredError: Where the value is no rational number.
    """
    known = {sp.Symbol(name, real=True): sp.Rational(v.numerator, v.denominator) for name, v in point.items()}
    found = to_sympy(text).subs(known)
    if not found.is_Rational:
        msg = f"{text} has no exact rational value at {dict(point)}: {to_formula(found)}"
        raise NotCoveredError(msg)
    return found


def _model(solver: Any, names: Sequence[str], relations: Sequence[str]) -> Mapping[str, Fraction] | None:
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    values = [model.eval(z3.Real(name, solver.ctx), model_completion=True) for name in names]
    if not all(z3.is_rational_value(value) for value in values):
        return None
    point = {name: _rational(value) for name, value in zip(names, values, strict=True)}
    return point if all(holds(text, point) for text in relations) else None


def _rational(value: Any) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def holds(text: str, point: Mapping[str, Fraction]) -> bool:
    """Tell whether a relation holds exactly at a rational point."""
    operator, left, right = grammar.parse_relation(text)
    difference = value(f"{grammar.render(left)} - ({grammar.render(right)})", point)
    table = {
        "<": difference < 0,
        "<=": difference <= 0,
        ">": difference > 0,
        ">=": difference >= 0,
        "=": difference == 0,
        "!=": difference != 0,
    }
    return bool(table[operator])


def always_broken(domains: Sequence[str], formal: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Tell whether, for every admissible value of the outer variables, the chosen inner ones break a conclusion.

    Args:
        domains: Relations between the outer variables.
        formal: Its ``given`` and ``then`` are relations between outer and inner variables.
        values: Inner variable -> formula in the outer ones.
    """
    solver = _solver(domains)
    chosen = [(z3.Real(name, solver.ctx), to_z3(parse(text), solver.ctx)) for name, text in values.items()]
    meets = [z3.substitute(relation_to_z3(text, solver.ctx), *chosen) for text in formal.get("given", ())]
    keeps = [z3.substitute(relation_to_z3(text, solver.ctx), *chosen) for text in formal["then"]]
    solver.add(z3.Or(z3.Not(z3.And(*meets, solver.ctx)), z3.And(*keeps, solver.ctx)))
    return bool(solver.check() == z3.unsat)
