"""Printed numbers and their rounding, read by the engine and by the verifier alike (standard library only).

A table is ``{"columns": {"L": "exact", "KL": "rounded"}, "rows": [{"L": "0", "KL": "0.47"}, ...]}``; a rounded entry
stands for every number that is printed so: 0.47 for [0.465, 0.475]. ``KL'`` in a relation is the entry of the next row.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational.errors import InvalidInputError
from variational.grammar import names, parse_relation

EXACT, ROUNDED = "exact", "rounded"
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
NEXT = "'"
Interval = tuple[Fraction, Fraction]


def interval(text: Any, *, exact: bool = False) -> Interval:
    """Return the numbers that are printed as ``text``.

    Example:
        >>> interval("0.47")
        (Fraction(93, 200), Fraction(19, 40))
    """
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        msg = f"an entry of a table is a decimal number as printed, got {text!r}"
        raise InvalidInputError(msg)
    value = Fraction(text)
    if exact:
        return value, value
    digits, _, power = text.partition("e")
    places = len(digits.partition(".")[2]) - int(power or 0)
    half = Fraction(1, 2) / Fraction(10) ** places
    return value - half, value + half


def places(formal: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Interval]]]:
    """Yield what each relation is about: a name for the rows, and the interval of every entry in them.

    Raises:
        InvalidInputError: Where an entry is missing or no number.
    """
    columns, rows = formal.get("columns"), formal.get("rows")
    if not isinstance(columns, Mapping) or not set(columns.values()) <= {EXACT, ROUNDED} or not columns:
        msg = f"'columns' says of every column whether it is exact or rounded, got {columns!r}"
        raise InvalidInputError(msg)
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        msg = f"'rows' must be a list of rows, got {rows!r}"
        raise InvalidInputError(msg)
    read = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping) or set(row) != set(columns):
            msg = f"row {number + 1} must give {', '.join(columns)}, got {row!r}"
            raise InvalidInputError(msg)
        read.append({name: interval(row[name], exact=kind == EXACT) for name, kind in columns.items()})
    if not uses_next(formal):
        for number, entries in enumerate(read):
            yield f"row {number + 1}", entries
        return
    if len(read) < 2:
        msg = "a relation between consecutive rows needs two rows"
        raise InvalidInputError(msg)
    for number, (entries, following) in enumerate(itertools.pairwise(read)):
        yield f"rows {number + 1} and {number + 2}", entries | {name + NEXT: found for name, found in following.items()}


def uses_next(formal: Mapping[str, Any]) -> bool:
    """Return whether a relation names an entry of the next row."""
    return any(name.endswith(NEXT) for text in formal["then"] for name in relation_names(text))


def relation_names(text: str) -> frozenset[str]:
    """Return the names in a relation."""
    _, left, right = parse_relation(text)
    return names(left) | names(right)
