"""What formulas need from a finite space: functions with the kinds of their points, parameters, free points."""

import dataclasses
from collections.abc import Iterable, Mapping

from variational.errors import CertificateError
from variational.formula import Call, Int, Name, Node, Op
from variational.recheck.exact import AGGREGATE, BUILT_IN, DATA, ENCODER, Definition, point_names

# Index of the argument that is summed first; the others are what is conditioned on.
SHAPES = {
    "pd": "x",
    "pn": "x",
    "p": "z",
    "n": "z",
    "q|": "zx",
    "p|": "xz",
    "k": "zz",
    "lambda": "x",
    "mu": "z",
}
NORMALISED = frozenset({"pd", "pn", "p", "n", "q|", "p|"})
REAL = frozenset({"k", "lambda", "mu", "xi", "eta"})


def is_real(key: str) -> bool:
    """Return whether the values of a function may have any sign."""
    return key in REAL or key.startswith("log_")


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What formulas need from a space.

    Attributes:
        shapes: Key of a function -> kinds of its points, ``"zx"`` for q(z|x).
        parameters: Names of the parameters.
        points: Points that no integral binds, in order of appearance.
    """

    shapes: Mapping[str, str]
    parameters: tuple[str, ...]
    points: tuple[str, ...]


def signature(
    nodes: Iterable[Node],
    definitions: Mapping[str, Definition] | None = None,
    *,
    beside: Iterable[Node] = (),
) -> Signature:
    """Return what ``nodes``, with their definitions, need from a space.

    Args:
        nodes: Formulas whose free points are counted.
        definitions: Functions given by formulas; what these need is counted instead.
        beside: Formulas, such as conditions, whose free points run through the whole space.

    Raises:
        CertificateError: Where a function is used with points of the wrong kind.
    """
    collected = _Collector(definitions or {})
    for node in nodes:
        collected.walk(node, frozenset())
    points = tuple(collected.points)
    for node in beside:
        collected.walk(node, frozenset())
    return Signature(shapes=collected.shapes, parameters=tuple(sorted(collected.parameters)), points=points)


class _Collector:
    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions
        self.shapes: dict[str, str] = {}
        self.parameters: set[str] = set()
        self.points: dict[str, None] = {}
        self.seen: set[str] = set()

    def walk(self, node: Node, bound: frozenset[str]) -> None:
        if isinstance(node, Name):
            self.parameters.add(node.id)
        elif isinstance(node, Op):
            self.walk(node.left, bound)
            self.walk(node.right, bound)
        elif isinstance(node, Int):
            self.walk(node.body, bound | set(node.points))
        elif isinstance(node, Call) and node.key in BUILT_IN:
            for arg in node.args:
                self.walk(arg, bound)
        elif isinstance(node, Call):
            names = point_names(node)
            self.points.update(dict.fromkeys(name for name in names if name not in bound))
            self.use(node.key, "".join(name[0] for name in names))

    def use(self, key: str, kinds: str) -> None:
        expected = "z" if key == AGGREGATE else SHAPES.get(key, kinds)
        if key in self.definitions:
            expected = "".join(name[0] for name in self.definitions[key].points)
        if self.shapes.get(key, expected) != kinds:
            msg = f"the function {key!r} takes points of kinds {expected!r}, used with {kinds!r}"
            raise CertificateError(msg)
        if key in self.definitions:
            if key not in self.seen:
                self.seen.add(key)
                definition = self.definitions[key]
                self.walk(definition.body, frozenset(definition.points))
        elif key == AGGREGATE:
            self.use(DATA, "x")
            self.use(ENCODER, "zx")
        else:
            self.shapes[key] = kinds
