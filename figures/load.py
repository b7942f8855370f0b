"""Reads saved records and refuses what a figure cannot rely on: another schema, a missing field, nan."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figures.kinds import KINDS, Each, Kind
from variational.errors import InvalidInputError

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
BENCHMARKS = HERE.parent / "benchmarks"


class MissingRecordError(InvalidInputError):
    """A record is not there; the message names the command that makes it."""


def load(name: str, folder: Path = DATA, benchmarks: Path = BENCHMARKS) -> Mapping[str, Any]:
    """Return a record.

    Args:
        name: A key of KINDS.
        folder: Where the records are that `numeric.run` and `figures.collect` wrote.
        benchmarks: Where the records of the benchmarks are.

    Raises:
        MissingRecordError: Where the record is not there.
        InvalidInputError: For a file that is no record of this kind; the message names the field.
    """
    kind = KINDS[name]
    path = (benchmarks if kind.benchmark else folder) / f"{kind.stem or name}.json"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"record {path} is missing; make it by: {kind.command}"
        raise MissingRecordError(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"record {path} cannot be read: {error}"
        raise InvalidInputError(msg) from error
    return parse(text, kind, str(path))


def parse(text: str, kind: Kind, place: str) -> Mapping[str, Any]:
    """Return the record that a text holds; see ``load``.

    Args:
        text: JSON.
        kind: What it must be.
        place: Named in messages.
    """
    again = f"make it again by: {kind.command}"
    try:
        record = json.loads(text)
    except ValueError as error:
        msg = f"record {place} is no JSON ({error}); {again}"
        raise InvalidInputError(msg) from error
    found = record.get("schema") if isinstance(record, dict) else None
    if found != kind.schema:
        msg = f"field schema of record {place} must be {kind.schema!r}, got {found!r}; {again}"
        raise InvalidInputError(msg)
    fault = _not_finite(record, "") or _fault(record, kind.fields, "")
    if fault:
        msg = f"field {fault} in record {place}; {again}"
        raise InvalidInputError(msg)
    return dict(record)


def _not_finite(value: Any, where: str) -> str | None:
    """Return what is wrong with the first number that is nan or infinite, anywhere in a record."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{where} must be a finite number, got {value}"
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return next(filter(None, (_not_finite(part, _inside(where, key)) for key, part in parts)), None)


def _fault(value: Any, wanted: Any, where: str) -> str | None:
    """Return what is wrong with the first field that is not as wanted; see ``kinds``."""
    if isinstance(wanted, tuple):  # alternatives, the last of which is named
        faults = [_fault(value, one, where) for one in wanted]
        return None if None in faults else faults[0]
    if isinstance(wanted, Each):
        if not isinstance(value, dict):
            return f"{where} must be an object, got {value!r:.40}"
        return next(
            filter(None, (_fault(part, wanted.value, _inside(where, key)) for key, part in value.items())), None
        )
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            return f"{where} must be an object, got {value!r:.40}"
        absent = [key for key in wanted if key not in value]
        if absent:
            return f"{_inside(where, absent[0])} is missing"
        return next(filter(None, (_fault(value[key], one, _inside(where, key)) for key, one in wanted.items())), None)
    if isinstance(wanted, list):
        if not isinstance(value, list):
            return f"{where} must be a list, got {value!r:.40}"
        return next(filter(None, (_fault(part, wanted[0], _inside(where, at)) for at, part in enumerate(value))), None)
    if wanted is None:
        return None if value is None else f"{where} must be null, got {value!r:.40}"
    right = isinstance(value, int | float) and not isinstance(value, bool) if wanted is float else None
    right = isinstance(value, wanted) if right is None else right
    return None if right else f"{where} must be {NAMES[wanted]}, got {value!r:.40}"


NAMES = {float: "a number", str: "a text", bool: "true or false"}


def _inside(where: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{where}[{key}]"
    return f"{where}.{key}" if where else key
