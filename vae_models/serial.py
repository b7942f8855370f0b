"""Frozen dataclasses to JSON and back, exactly: nothing is guessed, and a number that is not finite is refused.

Where a field may hold one of several dataclasses, each has a class attribute ``kind``, which JSON names beside the
fields.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from variational.errors import InvalidInputError

Record = TypeVar("Record")


def to_json(value: Any, *, where: str = "record") -> Any:
    """Return a value as JSON knows it.

    Args:
        value: None, a bool, number, string, sequence or mapping of these, or a dataclass of these.
        where: Name of the value in messages.

    Raises:
        InvalidInputError: A number is nan or infinite, or a value is of another type; the message names the field.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return _finite(value, where=where)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        described = {name: to_json(getattr(value, name), where=f"{where}.{name}") for name in names}
        return {"kind": value.kind, **described} if hasattr(value, "kind") else described
    if isinstance(value, Mapping):
        return {_key(key, where=where): to_json(item, where=f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence):
        return [to_json(item, where=f"{where}[{place}]") for place, item in enumerate(value)]
    msg = f"{where} is a {type(value).__name__}, which JSON does not hold: {value!r}"
    raise InvalidInputError(msg)


def from_json(kind: type[Record], data: Any, *, where: str = "record") -> Record:
    """Return the dataclass ``kind`` that ``to_json`` wrote.

    Args:
        kind: A dataclass. Its ``schema`` field, if it has one with a default, must be in the data with that value.
        data: What JSON gave.
        where: Name of the record in messages.

    Raises:
        InvalidInputError: A field is missing, unknown, of another type, or not finite; or the schema is another one.
    """
    if not isinstance(data, Mapping):
        msg = f"{where} must be an object, got {type(data).__name__}"
        raise InvalidInputError(msg)
    fields = {field.name: field for field in dataclasses.fields(typing.cast("Any", kind))}
    expected = fields["schema"].default if "schema" in fields else None
    if expected is not None and data.get("schema") != expected:
        msg = f"{where}.schema must be {expected!r}, got {data.get('schema')!r}"
        raise InvalidInputError(msg)
    named = getattr(kind, "kind", None)
    if named is not None:
        if data.get("kind") != named:
            msg = f"{where}.kind must be {named!r}, got {data.get('kind')!r}"
            raise InvalidInputError(msg)
        data = {name: value for name, value in data.items() if name != "kind"}
    for name in data.keys() - fields.keys():
        msg = f"{where} has no field {name!r}; it has {', '.join(fields)}"
        raise InvalidInputError(msg)
    for name in fields.keys() - data.keys():
        msg = f"{where}.{name} is missing"
        raise InvalidInputError(msg)
    hints = typing.get_type_hints(kind)
    values = {name: _value(data[name], hints[name], where=f"{where}.{name}") for name in fields}
    return kind(**values)


def _value(data: Any, hint: Any, *, where: str) -> Any:
    if hint is Any:
        return data
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _member(data, arguments, where=where)
    if origin is typing.Literal:
        if data not in arguments:
            msg = f"{where} must be one of {', '.join(map(repr, arguments))}, got {data!r}"
            raise InvalidInputError(msg)
        return data
    if origin is tuple:
        return _tuple(data, arguments, where=where)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(data, Mapping):
            raise _mismatch(data, "an object", where=where)
        items = data.items()
        return {key: _value(item, arguments[1], where=f"{where}.{key}") for key, item in items}
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), data, where=where)
    return _scalar(data, hint, where=where)


def _member(data: Any, arguments: tuple[Any, ...], *, where: str) -> Any:
    if data is None and type(None) in arguments:
        return None
    kinds = {argument.kind: argument for argument in arguments if hasattr(argument, "kind")}
    if kinds and isinstance(data, Mapping):
        if data.get("kind") not in kinds:
            msg = f"{where}.kind must be one of {', '.join(kinds)}, got {data.get('kind')!r}"
            raise InvalidInputError(msg)
        return from_json(kinds[data["kind"]], data, where=where)
    last: InvalidInputError | None = None
    for argument in arguments:
        if argument is not type(None) and argument not in kinds.values():
            try:
                return _value(data, argument, where=where)
            except InvalidInputError as error:
                last = error
    raise last or _mismatch(data, "an object" if kinds else "null", where=where)


def _tuple(data: Any, arguments: tuple[Any, ...], *, where: str) -> tuple[Any, ...]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise _mismatch(data, "a list", where=where)
    hints = (arguments[0],) * len(data) if arguments[-1] is Ellipsis else arguments
    if len(hints) != len(data):
        raise _mismatch(data, f"a list of {len(hints)}", where=where)
    pairs = enumerate(zip(data, hints, strict=True))
    return tuple(_value(item, hint, where=f"{where}[{place}]") for place, (item, hint) in pairs)


def _scalar(data: Any, hint: Any, *, where: str) -> Any:
    if hint is float and isinstance(data, (int, float)) and not isinstance(data, bool):
        return _finite(float(data), where=where)
    if type(data) is not hint:
        raise _mismatch(data, getattr(hint, "__name__", str(hint)), where=where)
    return data


def _finite(value: float, *, where: str) -> float:
    if not math.isfinite(value):
        msg = f"{where} is {value}, and a record holds finite numbers only"
        raise InvalidInputError(msg)
    return value


def _key(key: Any, *, where: str) -> str:
    if not isinstance(key, str):
        msg = f"{where} has the key {key!r}, and JSON knows only strings"
        raise InvalidInputError(msg)
    return key


def _mismatch(data: Any, wanted: str, *, where: str) -> InvalidInputError:
    return InvalidInputError(f"{where} must be {wanted}, got {data!r}")
