"""A piece of evidence in a form for people: what it shows, then each field by name, with its kind of content."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FORMULA, TEXT, CODE, TABLE, PART = "formula", "text", "code", "table", "part"
LABELS = {
    "lhs": "left side",
    "rhs": "right side",
    "slack": "difference of the sides",
    "smtlib": "query for z3 (SMT-LIB)",
    "then": "implies",
    "at": "at the points",
    "left_upper": "the left side is at most",
    "right_lower": "the right side is at least",
    "of": "parts",
    "second": "second derivative",
    "diagonal": "local second derivative",
    "kernel": "derivative",
}
FUNCTIONS = {"pd": "p_d(x)", "pn": "p_n(x)", "p": "p(z)", "n": "n(z)", "gamma": "gamma(z)"} | {
    "q|": "q(z|x), rows z",
    "p|": "p(x|z), rows x",
}
BOUNDED = frozenset({"value", "gap", "information", "lhs", "rhs"})  # a pair of decimals encloses the number
RELATING = frozenset({"identity", "inequality", "real-identity"})  # both sides are one statement
NUMBER = re.compile(r"-?\d+(\.\d+)?(/\d+)?")
SILENT = frozenset({"kind", "shows", "checked"})


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One field of a piece of evidence.

    Attributes:
        label: What it is.
        form: How it is to be set: one of ``formula``, ``text``, ``code``, ``table`` and ``part``.
        content: Text; the rows of a table; the JSON object of a part.
    """

    label: str
    form: str
    content: Any


def stated(formal: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """Return what a formal statement says, as formulas, and for which values of its variables it says so.

    Example:
        >>> stated({"kind": "real-inequality", "variables": {"l": "> 0"}, "then": ["log(l) <= l - 1"]})
        (('log(l) <= l - 1',), 'l > 0')
    """
    return tuple(_formulas(formal)), ", ".join(_domain(formal))


def _formulas(formal: Mapping[str, Any]) -> Iterator[str]:
    if "lhs" in formal and "rhs" in formal:
        yield f"{formal['lhs']} {formal.get('relation', '=')} {formal['rhs']}"
    elif formal.get("kind") == "limit":
        ends = ", ".join(f"{name} -> {end}" for name, end in formal["tends"].items())
        yield f"{formal['expr']} -> {formal['value']} as {ends}"
    elif formal.get("kind") == "infimum":
        relation = formal.get("relation", "=")
        yield f"inf over {', '.join(formal['over'])} of {formal['expr']} {relation} {formal['value']}"
    elif "integrand" in formal:
        copies = f"{formal['copies']}*" if "copies" in formal else ""
        yield f"{copies}E[{formal['integrand']}] = {formal['value']}"
    else:
        yield from formal.get("then", ())


def _domain(formal: Mapping[str, Any]) -> Iterator[str]:
    if formal.get("exists") is True:
        yield "for some values"
    variables = formal.get("variables", {})
    for name, law in variables.items() if isinstance(variables, Mapping) else ():
        yield f"{name} {law.replace(', ', ' and ')}"
    for name, law in formal.get("under", {}).items():
        yield f"{name} ~ N({law['mean']}, {law['variance']})"
    for field in ("where", "given", "conditions"):
        found = formal.get(field, ())
        yield from ([f"{name} = {text}" for name, text in found.items()] if isinstance(found, Mapping) else found)


def _step(piece: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what a step states and, piece by piece, what shows it."""
    formulas, domain = stated(piece["formal"])
    yield from (Item(label="states", form=FORMULA, content=text) for text in formulas)
    if domain:
        yield Item(label="for", form=TEXT, content=domain)
    for inner in piece["evidence"]:
        yield Item(label="shown by", form=TEXT, content=f"{inner['kind']}: {inner['shows']}")
        yield from (item for item in items(inner) if item.content not in formulas)


def items(piece: Mapping[str, Any]) -> tuple[Item, ...]:
    """Return the fields of a piece of evidence, as certificates keep it, without its kind and what it shows."""
    if piece.get("kind") == "part":
        return (Item(label=str(piece["id"]), form=PART, content=piece),)
    if piece.get("kind") == "step":
        return tuple(_step(piece))
    said = SILENT
    found: list[Item] = []
    if piece.get("kind") in RELATING and isinstance(piece.get("lhs"), str) and isinstance(piece.get("rhs"), str):
        relation = piece.get("relation", "=")
        found.append(Item(label="statement", form=FORMULA, content=f"{piece['lhs']} {relation} {piece['rhs']}"))
        said = SILENT | {"lhs", "rhs", "relation"}
    found += [item for name, value in piece.items() if name not in said for item in _items(name, value)]
    return tuple(found)


def _items(name: str, value: Any) -> Iterator[Item]:
    label = LABELS.get(name, name.replace("_", " "))
    if name == "smtlib":
        yield Item(label=label, form=CODE, content=str(value))
    elif name == "space" and isinstance(value, Mapping):
        yield from _space(value)
    elif name in {"relation", "outcome"}:
        yield Item(label=label, form=TEXT, content=str(value))
    elif name in {"left_upper", "right_lower"} and _is_pair(value):
        yield Item(label=label, form=TEXT, content=f"{value[1 if name == 'left_upper' else 0]} nats")
    elif name in BOUNDED and _is_pair(value):
        yield Item(label=label, form=TEXT, content=f"between {value[0]} and {value[1]}")
    elif isinstance(value, str):
        yield Item(label=label, form=FORMULA, content=value)
    elif isinstance(value, Mapping):
        yield from _mapping(label, value)
    elif isinstance(value, Sequence):
        yield from _sequence(label, value)
    elif value is not None:
        yield Item(label=label, form=TEXT, content=str(value))


def _is_pair(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2


def _space(space: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the functions on a finite space as tables, one row for each value of the first argument."""
    sizes = ", ".join(f"{space[name]} values of {name}" for name in ("x", "z") if name in space)
    yield Item(label="space", form=TEXT, content=sizes)
    for name, masses in space.get("functions", {}).items():
        yield Item(label=FUNCTIONS.get(name, name), form=TABLE, content=_rows(masses))
    if space.get("parameters"):
        yield from _mapping("parameters", space["parameters"])


def _rows(masses: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    if any(isinstance(row, str) for row in masses):
        return (tuple(map(str, masses)),)
    return tuple(tuple(map(str, row)) for row in masses)


def _mapping(label: str, value: Mapping[str, Any]) -> Iterator[Item]:
    if all(isinstance(inner, (str, int)) for inner in value.values()):
        if value:
            shown = ", ".join(f"{name} = {inner}" for name, inner in value.items())
            yield Item(label=label, form=TEXT, content=shown)
        return
    for name, inner in value.items():
        if _is_table(inner):
            yield Item(label=f"{label}: {FUNCTIONS.get(name, name)}", form=TABLE, content=_rows(inner))
        else:
            yield from (dataclasses.replace(item, label=f"{label}: {item.label}") for item in _items(name, inner))


def _is_table(value: Any) -> bool:
    rows = isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
    return rows and all(isinstance(row, Sequence) and not isinstance(row, str) for row in value)


def _sequence(label: str, value: Sequence[Any]) -> Iterator[Item]:
    if value and all(isinstance(inner, str) and NUMBER.fullmatch(inner) for inner in value):
        yield Item(label=label, form=TABLE, content=(tuple(value),))
        return
    for inner in value:
        if isinstance(inner, Mapping) and set(inner) == {"formula", "value"}:
            yield Item(label=label, form=FORMULA, content=f"{inner['formula']} = {inner['value']}")
        elif isinstance(inner, str):
            yield Item(label=label, form=FORMULA, content=inner)
        else:
            yield Item(label=label, form=TEXT, content=_flat(inner))


def _flat(value: Any) -> str:
    """Return nested data on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_flat(inner)}" for name, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "(" + ", ".join(_flat(inner) for inner in value) + ")"
    return str(value)
