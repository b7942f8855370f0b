"""Settings by dotted name: their values, the kinds that a part can be of, and copies with one part exchanged."""

import dataclasses
import types
import typing
from typing import Any, TypeVar

Record = TypeVar("Record")


def leaves(record: Any, *, prefix: str = "") -> dict[str, Any]:
    """Return every setting of a dataclass by dotted name; a part that has a kind is a setting itself, the kind.

    Example:
        >>> from vae_models.settings.likelihoods import GaussianConfig
        >>> leaves(GaussianConfig())
        {'variance': 'fixed', 'variance.value': 1.0, 'activation': 'identity'}
    """
    found: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        name, value = prefix + field.name, getattr(record, field.name)
        if not dataclasses.is_dataclass(value):
            found[name] = value
            continue
        if hasattr(value, "kind"):
            found[name] = value.kind
        found |= leaves(value, prefix=f"{name}.")
    return found


def parts(record: Any, *, prefix: str = "") -> dict[str, Any]:
    """Return the type of every setting of a dataclass that can be a part, by dotted name."""
    found: dict[str, Any] = {}
    hints = typing.get_type_hints(type(record))
    for field in dataclasses.fields(record):
        name, value = prefix + field.name, getattr(record, field.name)
        if kinds(hints[field.name]):
            found[name] = hints[field.name]
        if dataclasses.is_dataclass(value):
            found |= parts(value, prefix=f"{name}.")
    return found


def type_of(record: Any, name: str) -> Any:
    """Return the type of the setting of a dotted name."""
    first, _, rest = name.partition(".")
    return type_of(getattr(record, first), rest) if rest else typing.get_type_hints(type(record))[first]


def kinds(hint: Any) -> dict[str, type]:
    """Return the classes by kind among the members of a type; none where it allows no part."""
    return {member.kind: member for member in members(hint) if hasattr(member, "kind")}


def members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the type alone."""
    return typing.get_args(hint) if typing.get_origin(hint) in {typing.Union, types.UnionType} else (hint,)


def exchanged(record: Record, name: str, value: Any) -> Record:
    """Return a dataclass with the setting of a dotted name exchanged."""
    first, _, rest = name.partition(".")
    changed = exchanged(getattr(record, first), rest, value) if rest else value
    found: Record = dataclasses.replace(typing.cast(Any, record), **{first: changed})
    return found
