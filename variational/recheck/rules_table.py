"""Rule for printed numbers: a relation holds for all numbers in the rounding intervals, or for none."""

from collections.abc import Mapping
from fractions import Fraction

import flint

from variational.errors import CertificateError, InvalidInputError
from variational.formula import Op
from variational.recheck import finding
from variational.recheck.arithmetic import UndefinedError
from variational.recheck.boxes import enclose
from variational.recheck.conditions import Relation, read_relations
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of
from variational.recheck.reading import text_of, texts_of
from variational.recheck.signs import polynomial
from variational.records import Status
from variational.tables import Interval, places, relation_names

BITS = 128


def table(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check relations between the entries of a table, in every row or in some."""
    relations = read_relations(texts_of(formal, "then"))
    exists = formal.get("exists") is True
    try:
        rows = dict(places(formal))
        for relation in relations:
            _require_known(relation, next(iter(rows.values())))
    except InvalidInputError as error:
        raise CertificateError(str(error)) from error
    if not relations:
        msg = "the statement asserts nothing: 'then' is empty"
        raise CertificateError(msg)
    pieces = pieces_of(evidence, "table")
    if (status is Status.PROVED) != exists:  # all rows are looked at
        _require_everywhere(relations, rows, holding=status is Status.PROVED)
        return found_at([finding.ENCLOSURE], f"checked in {len(rows)} places, for all numbers that are printed so")
    for piece in pieces:
        place = text_of(piece, "place")
        if place not in rows:
            msg = f"the table has no {place!r}"
            raise CertificateError(msg)
        _require_place(relations, rows[place], place, holding=status is Status.PROVED)
    return found_at([finding.ENCLOSURE], "shown in one place, for all numbers that are printed so")


def _require_everywhere(
    relations: tuple[Relation, ...], rows: Mapping[str, Mapping[str, Interval]], *, holding: bool
) -> None:
    for place, entries in rows.items():
        _require_place(relations, entries, place, holding=holding)


def _require_place(
    relations: tuple[Relation, ...], entries: Mapping[str, Interval], place: str, *, holding: bool
) -> None:
    """Refuse a place where not all relations hold, or (not ``holding``) none is shown to fail."""
    found = [holds(relation, entries) for relation in relations]
    if holding and not all(found):
        msg = f"{relations[[entry is True for entry in found].index(False)].text} is not shown in {place}"
        raise CertificateError(msg)
    if not holding and False not in found:
        msg = f"no relation is shown to fail in {place}"
        raise CertificateError(msg)


def holds(relation: Relation, entries: Mapping[str, Interval]) -> bool | None:
    """Return whether a relation holds for all numbers in the intervals (True), for none (False), or for some (None)."""
    with flint.ctx.workprec(BITS):
        balls = {name: _ball(low).union(_ball(high)) for name, (low, high) in entries.items()}
        try:
            gap = enclose(Op("-", relation.left, relation.right), balls)
        except UndefinedError:
            return None
        low, high = _corners(relation, entries)
        below, above = bool(gap < 0) or high < 0, bool(gap > 0) or low > 0
        flat = low == high == 0
        weak_below, weak_above = bool(gap <= 0) or high <= 0, bool(gap >= 0) or low >= 0
    yes = {"<": below, "<=": weak_below, ">": above, ">=": weak_above, "=": flat, "!=": below or above}
    no = {"<": weak_above, "<=": above, ">": weak_below, ">=": below, "=": below or above, "!=": flat}
    return True if yes[relation.operator] else False if no[relation.operator] else None


def _corners(relation: Relation, entries: Mapping[str, Interval]) -> Interval:
    """Return exact ends of the difference of the sides where it is linear, else ends that decide nothing."""
    line = polynomial(Op("-", relation.left, relation.right))
    if line is None or any(len(monomial) > 1 for monomial in line):
        return Fraction(-1), Fraction(1)
    low = high = line.get((), Fraction(0))
    for monomial, factor in line.items():
        if monomial:
            ends = sorted(factor * end for end in entries[monomial[0]])
            low, high = low + ends[0], high + ends[1]
    return low, high


def _require_known(relation: Relation, entries: Mapping[str, Interval]) -> None:
    unknown = relation_names(relation.text) - set(entries)
    if unknown:
        msg = f"{relation.text!r} uses {', '.join(sorted(unknown))}, which are no columns"
        raise CertificateError(msg)


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
