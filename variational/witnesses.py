"""Explicit codes on small finite spaces, with exact values: what refutations and examples are made of."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from variational import grammar, smt
from variational.collapse import VARYING_RATIO
from variational.errors import CertificateError, NotCoveredError
from variational.formula import Call, Int, Node, Op, parse
from variational.recheck.arithmetic import TrueLogarithms, UndefinedError
from variational.recheck.conditions import compare as holds_between
from variational.recheck.conditions import hold
from variational.recheck.curvature import second_along
from variational.recheck.exact import Evaluator, Space, read_definitions
from variational.recheck.logs import lift, sign
from variational.recheck.pointwise import Statement
from variational.recheck.reading import read_space
from variational.recheck.signature import NORMALISED, signature
from variational.records import Evidence
from variational.symbols import key_of
from variational.translate import to_formula

Table = Sequence[Any]


def space(functions: Mapping[str, Table], parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a finite space in the form in which certificates keep it.

    Args:
        functions: Key of a function -> values in argument order: ``{"pd": [...], "q|": [[...], ...]}``
            with ``q(z|x)`` at ``values[z][x]``.
        parameters: Name -> rational value.
    """
    return {
        "x": len(functions["pd"]),
        "z": len(functions["p"]),
        "functions": {key: _texts(table) for key, table in functions.items()},
        "parameters": {name: str(Fraction(value)) for name, value in (parameters or {}).items()},
    }


def matched_cells(cells: int, parameters: Mapping[str, Any] | None = None, *, kernel: bool = False) -> dict[str, Any]:
    """Return the identity channel between ``cells`` points of equal mass: gamma = p and I = log(cells).

    Args:
        cells: Number of points of X and of Z.
        parameters: Name -> rational value.
        kernel: Add the kernel k(z,z') = 1 where z = z', else 0.
    """
    uniform = [Fraction(1, cells)] * cells
    identity = [[Fraction(int(i == j)) for j in range(cells)] for i in range(cells)]
    functions: dict[str, Table] = {"pd": uniform, "pn": uniform, "p": uniform, "n": uniform, "q|": identity}
    return space({**functions, "k": identity} if kernel else functions, parameters)


def with_posterior(on: Mapping[str, Any]) -> dict[str, Any]:
    """Return the space with the decoder p(x|z) = p_d(x) q(z|x) / gamma(z); p_d(x) where gamma(z) = 0."""
    functions = on["functions"]
    data = [Fraction(mass) for mass in functions["pd"]]
    code = [[Fraction(mass) for mass in row] for row in functions["q|"]]
    columns = []
    for row in code:
        gamma = sum(mass * weight for mass, weight in zip(data, row, strict=True))
        columns.append([mass * weight / gamma if gamma else mass for mass, weight in zip(data, row, strict=True)])
    decoder = [[column[x] for column in columns] for x in range(len(data))]
    return {**on, "functions": {**functions, "p|": _texts(decoder)}}


def swapped(on: Mapping[str, Any], *, constant: bool) -> dict[str, Any]:
    """Return the space with the points of Z of the code in reverse, or with the constant code gamma = p."""
    functions = on["functions"]
    code = [[mass] * on["x"] for mass in functions["p"]] if constant else list(reversed(functions["q|"]))
    return {**on, "functions": {key: table for key, table in functions.items() if key != "p|"} | {"q|": code}}


def data_holds(text: str, on: Mapping[str, Any]) -> bool:
    """Tell whether a condition on the densities, such as ``p != n``, holds on a space.

    ``f != g`` between densities means: at some point; any other relation is meant at every x.
    """
    if text == VARYING_RATIO:
        pairs = zip(on["functions"]["pn"], on["functions"]["pd"], strict=True)
        return len({Fraction(noise) / Fraction(data) for noise, data in pairs if Fraction(data) > 0}) > 1
    operator, left, right = grammar.parse_relation(text)
    pair = (grammar.render(left), grammar.render(right))
    if operator == "!=" and all(name in on["functions"] for name in pair):
        return bool(on["functions"][pair[0]] != on["functions"][pair[1]])
    for x in range(on["x"]):
        known = {key: Fraction(table[x]) for key, table in on["functions"].items() if key in {"pd", "pn"}}
        known |= {name: Fraction(value) for name, value in on["parameters"].items()}
        if not smt.holds(text, known):
            return False
    return True


def constant_code(law: Sequence[Fraction], prior: Sequence[Fraction]) -> dict[str, Any]:
    """Return the code that sends both of two equally likely x to ``law``, under the prior ``prior``."""
    half = [Fraction(1, 2)] * 2
    return space({"pd": half, "p": prior, "q|": [[mass, mass] for mass in law]})


def exact_value(
    text: str, on: Mapping[str, Any], *, at: Mapping[str, int] | None = None, where: Mapping[str, str] | None = None
) -> Any:
    """Return the exact value of a formula on a space: a polynomial in logarithms of primes over the rationals."""
    node, definitions = parse(text), read_definitions(where)
    known = read_space(on, signature([node], definitions), definitions)
    return lift(Evaluator(known, TrueLogarithms(), definitions).value(node, dict(at or {})))


def code(shows: str, on: Mapping[str, Any], *formulas: str) -> Evidence:
    """Return the exact values of ``formulas`` on an explicit code."""
    values = [{"formula": text, "value": str(exact_value(text, on))} for text in formulas]
    return Evidence(kind="code", shows=shows, data={"space": dict(on), "values": values})


HALVES = (Fraction(1, 2), Fraction(1, 2))
CHECKERBOARD = ((Fraction(1), Fraction(-1)), (Fraction(-1), Fraction(1)))


def falling_direction(functional: sp.Expr, parameters: Mapping[str, Any], *, decoder_only: bool = False) -> Evidence:
    """Return evidence on convexity: the second derivative at the collapsed point of two equal halves.

    Encoder and decoder move along the same checkerboard, which keeps every normalisation and the aggregate;
    the value is 4 (kappa + d) in the notation of :mod:`variational.collapse`, whatever the other terms. With
    ``decoder_only`` it is 4 r.
    """
    text = to_formula(functional)
    flat = [list(HALVES), list(HALVES)]
    on = space({"pd": HALVES, "pn": HALVES, "p": HALVES, "n": HALVES, "q|": flat, "p|": flat}, parameters)
    if any(key_of(node) == "k" for node in sp.preorder_traversal(functional)):
        on["functions"]["k"] = [["1", "0"], ["0", "1"]]
    moving = ("p|",) if decoder_only else ("q|", "p|")
    direction = {key: _texts(CHECKERBOARD) for key in moving}
    value = second_along(parse(text), on, direction)
    return Evidence(
        kind="direction",
        shows="the loss along a feasible line through q = p, p(x|z) = p_d(x) has this second derivative",
        data={"functional": text, "space": on, "direction": direction, "second": str(value)},
    )


def compare(left: str, right: str, on: Mapping[str, Any]) -> int:
    """Return the sign of ``left - right`` on a space: -1, 0 or 1, decided exactly."""
    return sign(exact_value(f"({left}) - ({right})", on))


def separation(shows: str, on: Mapping[str, Any], left: str, right: str) -> Evidence:
    """Return evidence that two formulas have the relation they have on an explicit space."""
    relation = {-1: "<", 0: "=", 1: ">"}[compare(left, right, on)]
    values = [{"formula": text, "value": str(exact_value(text, on))} for text in (left, right)]
    data = {"space": dict(on), "values": values, "relation": relation}
    return Evidence(kind="code", shows=shows, data=data)


def _texts(table: Any) -> Any:
    if isinstance(table, str | int | Fraction):
        return str(Fraction(table))
    return [_texts(entry) for entry in table]


SMALL = (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(-1), Fraction(0), Fraction(1, 3), Fraction(5))
TRIES = 300


def search(statement: Statement, *, given: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Return an admissible space and place with small numbers where ``statement`` fails, or None.

    Args:
        statement: Two quantities and how they are claimed to be related.
        given: A witness stored with the claim, tried first; its values are computed here.
    """
    if given is not None:
        here = read_space(given["space"], statement.needed, statement.definitions)
        return _failing(statement, here, [given.get("at", {})])
    source = random.Random(20201126)
    for attempt in range(TRIES):
        here = _small_space(statement, source, largest=1 + attempt // 40)
        try:
            if not hold(statement.conditions, here, statement.definitions):
                continue
        except (UndefinedError, NotCoveredError):
            continue
        points = statement.needed.points
        places = [dict(zip(points, index, strict=True)) for index in here.indices(points)]
        found = _failing(statement, here, places)
        if found is not None:
            return found
    return None


def _failing(statement: Statement, here: Space, places: Sequence[Mapping[str, int]]) -> dict[str, Any] | None:
    for at in places:
        try:
            left, right = (lift(side) for side in statement.sides(statement.evaluator(here, TrueLogarithms()), at))
        except (UndefinedError, NotCoveredError, CertificateError):
            continue
        if not holds_between(statement.operator, sign(left - right)):
            return {"space": _json_space(here), "at": dict(at), "lhs": str(left), "rhs": str(right)}
    return None


def _small_space(statement: Statement, source: random.Random, *, largest: int) -> Space:
    """Draw a space of two points each whose weights are at most ``largest`` + 1, uniform ones first."""
    parameters = {name: source.choice(SMALL) for name in statement.needed.parameters}
    bare = Space(sizes={"x": 2, "z": 2}, functions={}, parameters=parameters)
    tables: dict[str, dict[tuple[int, ...], Fraction]] = {}
    for key, kinds in statement.needed.shapes.items():
        indices = bare.indices(tuple(kinds))
        if key in NORMALISED:
            weights = {index: Fraction(source.randint(1, largest + 1)) for index in indices}
            totals: dict[tuple[int, ...], Fraction] = {}
            for index, weight in weights.items():
                totals[index[1:]] = totals.get(index[1:], Fraction(0)) + weight
            tables[key] = {index: weight / totals[index[1:]] for index, weight in weights.items()}
        else:
            drawn = {index: Fraction(source.randint(1, largest + 2)) for index in indices}
            tables[key] = {index: drawn[min(index, index[::-1])] if key == "k" else drawn[index] for index in indices}
    return Space(sizes=bare.sizes, functions=tables, parameters=parameters)


def _json_space(here: Space) -> dict[str, Any]:
    functions = {key: _nested(table) for key, table in here.functions.items()}
    parameters = {name: str(value) for name, value in here.parameters.items()}
    return {"x": here.sizes["x"], "z": here.sizes["z"], "functions": functions, "parameters": parameters}


def _nested(table: Mapping[tuple[int, ...], Fraction]) -> Any:
    if () in table:
        return str(table[()])
    heads = sorted({index[0] for index in table})
    return [_nested({index[1:]: value for index, value in table.items() if index[0] == head}) for head in heads]


def undefined_parameters(formal: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return parameters allowed by the conditions of ``formal`` at which a denominator of it vanishes, or None."""
    conditions = tuple(formal.get("conditions", ()))
    for side in ("lhs", "rhs"):
        for divisor in _divisors(parse(formal[side])):
            if smt.variables(divisor):
                point = smt.satisfy([*conditions, f"{divisor} = 0"])
                if point is not None:
                    fixed = {name: value for name, value in point.items() if name in smt.variables(divisor)}
                    shown = ", ".join(f"{name} = {value}" for name, value in fixed.items())
                    return {"parameters": {name: str(value) for name, value in fixed.items()}, "undefined": shown}
    return None


def _divisors(node: Node) -> list[str]:
    """Return the denominators of a formula that hold parameters only."""
    if isinstance(node, Op):
        found = _divisors(node.left) + _divisors(node.right)
        if node.symbol == "/" and not _has_calls(node.right):
            found.append(grammar.render(node.right))
        return found
    if isinstance(node, Call):
        return [divisor for arg in node.args for divisor in _divisors(arg)]
    return _divisors(node.body) if isinstance(node, Int) else []


def _has_calls(node: Node) -> bool:
    if isinstance(node, Op):
        return _has_calls(node.left) or _has_calls(node.right)
    return isinstance(node, Call | Int)
