"""Typed reading of the fields of a certificate: text, exact numbers, spaces and placements."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational.errors import CertificateError
from variational.recheck.arithmetic import Number
from variational.recheck.exact import Definition, Evaluator, Index, Space, parse
from variational.recheck.signature import NORMALISED, SHAPES, Signature, is_real

RATIONAL = re.compile(r"-?\d{1,400}(/\d{1,400})?")
LARGEST_SIZE = 12
EMPTY = Space(sizes={"x": 1, "z": 1}, functions={}, parameters={})


def text_of(data: Mapping[str, Any], field: str) -> str:
    """Return a field that holds text.

    Raises:
        CertificateError: Where it is missing or something else.
    """
    value = data.get(field)
    if not isinstance(value, str):
        msg = f"{field!r} must be a text, got {value!r}"
        raise CertificateError(msg)
    return value


def texts_of(data: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a field that holds a list of texts; empty where it is missing.

    Raises:
        CertificateError: Where it holds something else.
    """
    value = data.get(field, ())
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
        msg = f"{field!r} must be a list of texts, got {value!r}"
        raise CertificateError(msg)
    return tuple(value)


def mapping_of(data: Mapping[str, Any], field: str, *, optional: bool = False) -> Mapping[str, Any]:
    """Return a field that holds an object; an empty one where it is missing and ``optional``.

    Raises:
        CertificateError: Where it is missing or something else.
    """
    value = data.get(field, {} if optional else None)
    if not isinstance(value, Mapping):
        msg = f"{field!r} must be an object, got {value!r}"
        raise CertificateError(msg)
    return value


def rational(value: Any) -> Fraction:
    """Return an exact rational number written as ``-3/4``, ``2`` or an integer.

    Raises:
        CertificateError: For everything else, floats included.

    Example:
        >>> rational("-3/4")
        Fraction(-3, 4)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if not isinstance(value, str) or not RATIONAL.fullmatch(value) or value.endswith("/0"):
        msg = f"expected an exact rational number such as '3/4', got {value!r}"
        raise CertificateError(msg)
    try:
        return Fraction(value)
    except ZeroDivisionError as error:
        msg = f"{value!r} divides by zero"
        raise CertificateError(msg) from error


def rationals(data: Mapping[str, Any]) -> dict[str, Fraction]:
    """Return an object of exact rational numbers."""
    return {str(name): rational(value) for name, value in data.items()}


def recorded_value(text: str, like: Evaluator) -> Number:
    """Return the value of a recorded exact number such as ``1/2*log(2) - 3``.

    Args:
        text: A formula without names.
        like: An evaluator with the wanted arithmetic.
    """
    return Evaluator(EMPTY, like.arithmetic).value(parse(text), {})


def read_space(
    data: Mapping[str, Any], needed: Signature, definitions: Mapping[str, Definition] | None = None
) -> Space:
    """Return the space of a witness.

    Args:
        data: ``{"x": 2, "z": 2, "functions": {...}, "parameters": {...}}``.
        needed: What the statement needs; a function known to neither it nor the language is refused.
        definitions: Functions given by formulas, which the witness must not give again.

    Raises:
        CertificateError: Where a shape is wrong, a density is negative or does not sum to one, a kernel is
            not symmetric, or something needed is missing.
    """
    sizes = {kind: _size(data.get(kind), kind) for kind in ("x", "z")}
    functions: dict[str, dict[Index, Fraction]] = {}
    for key, values in mapping_of(data, "functions", optional=True).items():
        if key in (definitions or {}) or key == "gamma":
            msg = f"the function {key!r} is defined by the statement, so the witness cannot choose it"
            raise CertificateError(msg)
        kinds = needed.shapes.get(key, SHAPES.get(key))
        if kinds is None:
            msg = f"the witness gives a function {key!r} that the statement does not have"
            raise CertificateError(msg)
        functions[key] = _read_table(key, values, [sizes[kind] for kind in kinds])
    parameters = rationals(mapping_of(data, "parameters", optional=True))
    missing = (set(needed.shapes) - set(functions)) | (set(needed.parameters) - set(parameters))
    if missing:
        msg = f"the witness gives no value of {', '.join(sorted(missing))}"
        raise CertificateError(msg)
    return Space(sizes=sizes, functions=functions, parameters=parameters)


def read_places(data: Mapping[str, Any], points: Sequence[str], space: Space) -> dict[str, int]:
    """Return where the free points of a statement are placed by a witness.

    Raises:
        CertificateError: Where a point is missing, unknown or outside the space.
    """
    if set(data) != set(points):
        msg = f"the witness must place the points {sorted(points)}, it places {sorted(data)}"
        raise CertificateError(msg)
    for point, place in data.items():
        size = space.sizes[point[0]]
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < size:
            msg = f"the point {point!r} must be placed at 0..{size - 1}, got {place!r}"
            raise CertificateError(msg)
    return dict(data)


def _size(value: Any, kind: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_SIZE:
        msg = f"the space must have 1 to {LARGEST_SIZE} points {kind}, got {value!r}"
        raise CertificateError(msg)
    return value


def _read_table(key: str, values: Any, sizes: Sequence[int]) -> dict[Index, Fraction]:
    table = dict(_entries(key, values, sizes, ()))
    if key == "k" and any(value != table[index[::-1]] for index, value in table.items()):
        msg = "the kernel k is not symmetric"
        raise CertificateError(msg)
    if is_real(key):
        return table
    lowest = min(table.values())
    if lowest < 0 or (lowest == 0 and key not in NORMALISED):
        msg = f"the function {key!r} must be positive, got {lowest}"
        raise CertificateError(msg)
    totals: dict[Index, Fraction] = {}
    for index, value in table.items():
        totals[index[1:]] = totals.get(index[1:], Fraction(0)) + value
    if key in NORMALISED and any(total != 1 for total in totals.values()):
        msg = f"the density {key!r} does not sum to one: {', '.join(map(str, totals.values()))}"
        raise CertificateError(msg)
    return table


def _entries(key: str, values: Any, sizes: Sequence[int], index: Index) -> list[tuple[Index, Fraction]]:
    if not sizes:
        return [(index, rational(values))]
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != sizes[0]:
        msg = f"the values of {key!r} must be a list of length {sizes[0]} at {index}, got {values!r}"
        raise CertificateError(msg)
    return [found for place, inner in enumerate(values) for found in _entries(key, inner, sizes[1:], (*index, place))]
