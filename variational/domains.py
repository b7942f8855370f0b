"""Declarations of real variables, read by the engine and by the verifier alike (standard library only).

``{"s": "> 0", "mu": "real", "n": "integer >= 1", "u": "> 0, < 1", "v": "= s^2 + 1"}``: a variable is real or an
integer, with bounds, or it abbreviates a formula in the other variables. ``pi`` is the number and needs no
declaration.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from variational.errors import InvalidInputError
from variational.formula import BUILT_IN, Call, Name, Node, Op, parse
from variational.grammar import names, parse_relation, render

INTEGER, REAL = "integer", "real"
PI = "pi"
RESERVED = frozenset({*BUILT_IN, "int", PI})
ORDERS = ("<", "<=", ">", ">=", "!=")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Domain:
    """Real variables with what is assumed of them.

    Attributes:
        variables: Names of the variables that take values, sorted.
        integers: Those of them that are integers.
        relations: Everything assumed, as texts; abbreviations are inserted.
        abbreviations: Name -> formula in ``variables``.
    """

    variables: tuple[str, ...]
    integers: frozenset[str]
    relations: tuple[str, ...]
    abbreviations: Mapping[str, Node]

    def insert(self, text: str) -> Node:
        """Return the formula ``text`` with every abbreviation written out.

        Raises:
            InvalidInputError: Where it uses a name that is not declared, or a function of points.
        """
        node = substitute(parse(text), self.abbreviations)
        unknown = names(node) - set(self.variables) - {PI}
        if unknown:
            msg = f"{text!r} uses {', '.join(sorted(unknown))}, not among the variables {', '.join(self.variables)}"
            raise InvalidInputError(msg)
        require_elementary(node, text)
        return node

    def insert_relation(self, text: str) -> str:
        """Return a relation with every abbreviation written out."""
        operator, left, right = parse_relation(text)
        return f"{render(self.insert(render(left)))} {operator} {render(self.insert(render(right)))}"


def read_domain(formal: Mapping[str, Any]) -> Domain:
    """Return the domain of a formal statement: its ``variables`` and the relations ``where``.

    Raises:
        InvalidInputError: Where a declaration cannot be read.

    Example:
        >>> read_domain({"variables": {"s": "> 0", "v": "= s^2"}, "where": ["v < 2"]}).relations
        ('s > 0', 's^2 < 2')
    """
    declared = formal.get("variables", {})
    where = formal.get("where", ())
    if not isinstance(declared, Mapping) or not all(isinstance(text, str) for text in declared.values()):
        msg = f"'variables' must be an object of texts, got {declared!r}"
        raise InvalidInputError(msg)
    if isinstance(where, str) or not isinstance(where, Sequence):
        msg = f"'where' must be a list of relations, got {where!r}"
        raise InvalidInputError(msg)
    abbreviations: dict[str, Node] = {}
    for name, text in declared.items():
        _require_name(name)
        if text.lstrip().startswith("="):  # an abbreviation may use those declared before it
            abbreviations[name] = substitute(parse(text.lstrip()[1:]), abbreviations)
    plain = {name: text for name, text in declared.items() if name not in abbreviations}
    bare = Domain(
        variables=tuple(sorted(plain)),
        integers=frozenset(name for name, text in plain.items() if text.split()[:1] == [INTEGER]),
        relations=(),
        abbreviations=abbreviations,
    )
    bounds = [relation for name, text in plain.items() for relation in _bounds(name, text)]
    return dataclasses.replace(bare, relations=tuple(bare.insert_relation(_order(text)) for text in [*bounds, *where]))


def _bounds(name: str, text: str) -> Iterable[str]:
    """Yield the relations of a declaration such as ``integer >= 1`` or ``> 0, < 1``."""
    rest = text.strip()
    for word in (INTEGER, REAL):
        if rest == word or rest.startswith(word + " "):
            rest = rest.removeprefix(word).strip()
            break
    for piece in filter(None, (part.strip() for part in rest.split(","))):
        if not piece.startswith(("<", ">", "!=")):
            msg = f"the variable {name!r} is declared 'real', 'integer', by bounds or by '= formula', got {text!r}"
            raise InvalidInputError(msg)
        yield f"{name} {piece}"
    if not text.strip():
        msg = f"the variable {name!r} has an empty declaration; write 'real'"
        raise InvalidInputError(msg)


def _order(text: str) -> str:
    operator, _, _ = parse_relation(text)
    if operator not in ORDERS:
        msg = f"{text!r} is an equation; declare one of its variables by '= formula' instead"
        raise InvalidInputError(msg)
    return text


def _require_name(name: str) -> None:
    if name in RESERVED or parse(name) != Name(name):
        msg = f"{name!r} cannot name a variable"
        raise InvalidInputError(msg)


def require_elementary(node: Node, text: str) -> None:
    """Refuse integrals and functions of points: the variables here are numbers."""
    if isinstance(node, Op):
        require_elementary(node.left, text)
        require_elementary(node.right, text)
    elif isinstance(node, Call) and node.name in BUILT_IN:
        require_elementary(node.args[0], text)
    elif isinstance(node, Call) or (not hasattr(node, "value") and not isinstance(node, Name)):
        msg = f"{text!r} is no formula in real variables: it holds {render(node)}"
        raise InvalidInputError(msg)


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Return ``node`` with names replaced by formulas."""
    if isinstance(node, Name):
        return values.get(node.id, node)
    if isinstance(node, Op):
        return Op(node.symbol, substitute(node.left, values), substitute(node.right, values))
    if isinstance(node, Call):
        return Call(node.name, tuple(substitute(arg, values) for arg in node.args), node.separators)
    return node
