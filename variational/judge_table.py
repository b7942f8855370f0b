"""Judge of relations between printed numbers, by the corners of their rounding intervals."""

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from variational import balls
from variational.errors import NotCoveredError
from variational.grammar import parse_relation
from variational.judge_real import spaces_of
from variational.records import Evidence, Status, Verdict
from variational.tables import Interval, places, relation_names
from variational.translate import to_sympy

Formal = Mapping[str, Any]


def table(formal: Formal, _hints: Mapping[str, Any]) -> Verdict:
    """Judge relations in every row (or with ``exists`` in some), for all numbers that are printed as the entries."""
    found = {place: [_at_corners(text, entries) for text in formal["then"]] for place, entries in places(formal)}
    kept = {place: all(entry is True for entry in row) for place, row in found.items()}
    broken = {place: False in row for place, row in found.items()}
    exists = bool(formal.get("exists"))
    hits = kept if exists else broken
    status = Status.PROVED if exists else Status.REFUTED
    verb = "hold" if exists else "fail"
    place = next((name for name, hit in hits.items() if hit), None)
    if place is not None:
        reason = f"{', '.join(formal['then'])}: {verb} in {place}"
        return _verdict(formal, status, reason, {"place": place})
    if all((broken if exists else kept).values()):
        opposite = Status.REFUTED if exists else Status.PROVED
        return _verdict(formal, opposite, f"the same outcome in all {len(found)} places", {})
    return Verdict(
        status=Status.UNDECIDED, reason="the rounding of the entries leaves it open", spaces=spaces_of(formal)
    )


def _at_corners(text: str, entries: Mapping[str, Interval]) -> bool | None:
    """Return whether a relation holds at all corners (True), at none (False) or at some (None).

    For a difference that is monotone in every entry the corners decide; the verifier encloses all numbers between.
    """
    operator, left, right = parse_relation(text)
    gap = to_sympy(left) - to_sympy(right)
    used = sorted(relation_names(text))
    signs = set()
    for corner in itertools.product(*(entries[name] for name in used)):
        signs.add(_sign(gap, dict(zip(used, corner, strict=True))))
    allowed = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "=": {0}, "!=": {-1, 1}}[operator]
    if signs <= allowed:
        return True
    if operator in {"<", ">"} and signs <= {0, -1 if operator == ">" else 1}:
        return False
    return False if not signs & allowed and len(signs) == 1 else None


def _sign(gap: sp.Expr, values: Mapping[str, Fraction]) -> int:
    exact = gap.subs({symbol: sp.Rational(*values[symbol.name].as_integer_ratio()) for symbol in gap.free_symbols})
    if exact.is_Rational:
        return int(sp.sign(exact))
    ball = balls.enclose(gap, values)
    if ball > 0 or ball < 0:
        return 1 if ball > 0 else -1
    msg = f"the sign of {gap} is open at {values}"
    raise NotCoveredError(msg)


def _verdict(formal: Formal, status: Status, reason: str, data: Mapping[str, Any]) -> Verdict:
    evidence = Evidence(kind="table", shows=reason, data=data)
    return Verdict(status=status, reason=reason, spaces=spaces_of(formal), evidence=(evidence,))
