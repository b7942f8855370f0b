"""Judges of limits and infima of formulas in real variables; SymPy's limits are the first leg."""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from variational.judge_real import shown_point, spaces_of
from variational.proof_search import inserted
from variational.reals import Reals, breaking_point, read, vanishes
from variational.records import Evidence, Status, Verdict
from variational.translate import to_formula

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]
INFINITE = {"inf": sp.oo, "-inf": -sp.oo}


def limit(formal: Formal, hints: Hints) -> Verdict:
    """Judge ``expr -> value`` as variables tend to their ends.

    Hints: ``near``, ``lower`` and ``upper`` (bounds with proofs) where the form does not show the limit; ``limit``,
    the true one, where SymPy does not find it.
    """
    reals = read(formal)
    found = limit_of(reals, formal["expr"], formal["tends"])
    bounds = _bounds(reals, hints)
    reached = None if found is None else shown_limit(found)
    if reached is None:  # then the verifier alone decides, between bounds or by leading terms
        reached = hints.get("limit", formal["value"] if bounds else None)
    if reached is None:
        return Verdict(status=Status.UNDECIDED, reason="SymPy does not find the limit", spaces=spaces_of(formal))
    data = {"value": reached, **bounds}
    if _same(reals, formal["value"], reached):
        evidence = Evidence(kind="limit", shows=f"tends to {reached}", data={**data, "value": formal["value"]})
        return Verdict(status=Status.PROVED, reason=evidence.shows, spaces=spaces_of(formal), evidence=(evidence,))
    reason = f"tends to {reached}, not to {formal['value']}"
    if not {formal["value"], reached} & set(INFINITE):
        point = _apart(formal, reached)
        if point is None:
            reason = f"{reason}, but no values at which the two differ were found"
            return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces_of(formal))
        data["values"] = point
        reason += f" (at {shown_point(point)})" if point else ""
    evidence = Evidence(kind="limit", shows=reason, data=data)
    return Verdict(status=Status.REFUTED, reason=reason, spaces=spaces_of(formal), evidence=(evidence,))


def limit_of(reals: Reals, formula: str | sp.Expr, tends: Mapping[str, str]) -> sp.Expr | None:
    """Return the limit by SymPy, one variable after the other in every order; None where these differ or it fails."""
    expression = reals.expression(formula) if isinstance(formula, str) else formula
    ends = list(tends.items())
    first, second = (_iterated(reals, expression, order) for order in (ends, ends[::-1]))
    if first is None or second is None or not (first == second or vanishes(first - second)):
        return None
    return first


def _iterated(reals: Reals, expression: sp.Expr, ends: list[tuple[str, str]]) -> sp.Expr | None:
    for name, end in ends:
        symbol = reals.symbols[name]
        values = [_one_sided(reals, expression, symbol, side) for side in sides(end)]
        if any(value is None or value != values[0] for value in values):
            return None
        expression = values[0]
    return expression


def sides(end: str) -> tuple[str, ...]:
    """Return the one-sided ends that an end stands for."""
    return (end,) if end in INFINITE or end.endswith(("+", "-")) else (end + "+", end + "-")


def _one_sided(reals: Reals, expression: sp.Expr, symbol: sp.Symbol, end: str) -> sp.Expr | None:
    place = INFINITE[end] if end in INFINITE else reals.expression(end[:-1])
    direction = "-" if end in INFINITE else end[-1]
    try:
        value = sp.limit(expression, symbol, place, direction)
    except (NotImplementedError, ValueError, TypeError):
        return None
    return None if value.has(sp.Limit, sp.AccumBounds, sp.nan, sp.zoo) else value


def shown_limit(value: sp.Expr) -> str | None:
    """Return a limit as certificates keep it."""
    for text, infinite in INFINITE.items():
        if value == infinite:
            return text
    return None if value.has(sp.oo, -sp.oo) else to_formula(sp.simplify(value))


def _same(reals: Reals, stated: str, reached: str) -> bool:
    if stated in INFINITE or reached in INFINITE:
        return stated == reached
    return vanishes(reals.expression(stated) - reals.expression(reached))


def _apart(formal: Formal, reached: str) -> dict[str, str] | None:
    """Return values of the variables that stay at which two finite limits differ."""
    reals = read(formal)
    moving = set(formal["tends"])
    point = breaking_point(reals, [f"{formal['value']} = {reached}"])
    return None if point is None else {name: value for name, value in point.items() if name not in moving}


def _bounds(reals: Reals, hints: Hints) -> dict[str, Any]:
    """Return the bounds given with a claim, their proofs inserted."""
    near = {"near": [reals.domain.insert_relation(text) for text in hints["near"]]} if "near" in hints else {}
    sides = {field: hints[field] for field in ("lower", "upper") if field in hints}
    return near | {field: {**side, "proof": inserted(reals, side["proof"])} for field, side in sides.items()}
