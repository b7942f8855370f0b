"""Relations between formulas, decided with the true logarithms on a finite space."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from variational.errors import NotCoveredError
from variational.formula import Node
from variational.grammar import parse_relation
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.exact import Definition, Evaluator, Space
from variational.recheck.logs import sign
from variational.recheck.signature import signature


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """``left operator right``.

    Attributes:
        text: As written.
        operator: One of ``< <= > >= = !=``.
        left: Left side.
        right: Right side.
    """

    text: str
    operator: str
    left: Node
    right: Node

    @property
    def sides(self) -> tuple[Node, Node]:
        """Both sides."""
        return self.left, self.right

    def rational_gap(self, parameters: Mapping[str, Fraction]) -> Fraction:
        """Return left minus right, a rational number, where only parameters occur."""
        space = Space(sizes={"x": 1, "z": 1}, functions={}, parameters=parameters)
        evaluator = Evaluator(space, TrueLogarithms())
        gap = evaluator.value(self.left, {}) - evaluator.value(self.right, {})
        if not isinstance(gap, Fraction):
            msg = f"{self.text!r} holds logarithms"
            raise NotCoveredError(msg)
        return gap


def read_relations(texts: Iterable[str]) -> tuple[Relation, ...]:
    """Return the parsed relations."""
    found = []
    for text in texts:
        operator, left, right = parse_relation(text)
        found.append(Relation(text=text, operator=operator, left=left, right=right))
    return tuple(found)


def compare(operator: str, sign_of_gap: int) -> bool:
    """Return whether ``left operator right`` holds, given the sign of left minus right.

    Example:
        >>> compare("<=", 0)
        True
    """
    return {
        "<": sign_of_gap < 0,
        "<=": sign_of_gap <= 0,
        ">": sign_of_gap > 0,
        ">=": sign_of_gap >= 0,
        "=": sign_of_gap == 0,
        "!=": sign_of_gap != 0,
    }[operator]


def broken(
    relations: Sequence[Relation], space: Space, definitions: Mapping[str, Definition] | None = None
) -> Relation | None:
    """Return the first relation that fails at some placement of its free points, None where all hold."""
    evaluator = Evaluator(space, TrueLogarithms(), definitions)
    for relation in relations:
        points = signature(relation.sides, definitions).points
        for index in space.indices(points):
            placed = dict(zip(points, index, strict=True))
            gap = evaluator.value(relation.left, placed) - evaluator.value(relation.right, placed)
            if not compare(relation.operator, sign(gap)):
                return relation
    return None


def hold(relations: Sequence[Relation], space: Space, definitions: Mapping[str, Definition] | None = None) -> bool:
    """Return whether every relation holds on ``space``, for all placements of its free points."""
    return broken(relations, space, definitions) is None
