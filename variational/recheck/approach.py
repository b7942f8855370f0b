"""Variables on their way to an end, and evidence that a formula tends to a value there."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from variational.domains import Domain
from variational.errors import CertificateError
from variational.formula import ZERO, Node, Op
from variational.grammar import names, render
from variational.recheck.conditions import Relation, read_relations
from variational.recheck.limits import require_eventually, structural
from variational.recheck.proofs import Checker, Goal
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.reals import Region
from variational.recheck.rules_real import inserted

INFINITE: Mapping[str, int] = {"inf": 1, "-inf": -1}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Approach:
    """Variables that tend to ends inside a region.

    Attributes:
        domain: Declarations.
        region: Where the variables lie on their way.
        tends: Variable -> end: ``inf``, ``-inf``, ``0+``, ``a-`` or ``a``.
    """

    domain: Domain
    region: Region
    tends: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse variables that are not declared, integers at a finite end, and an end outside of the region."""
        unknown = set(self.tends) - set(self.region.variables)
        finite = {name for name in self.region.integers & set(self.tends) if self.tends[name] not in INFINITE}
        if unknown or finite or not self.tends:
            msg = f"'tends' sends real variables of the statement to an end, got {dict(self.tends)!r}"
            raise CertificateError(msg)
        self.require_near(r for r in self.region.relations if _names(r) & set(self.tends))

    def require_near(self, relations: Iterable[Relation]) -> None:
        """Refuse relations that do not hold near the end."""
        for relation in relations:
            if relation.operator == "!=":
                msg = f"{relation.text!r} says nothing about the way to the end"
                raise CertificateError(msg)
            sides = relation.sides if relation.operator[0] == ">" else relation.sides[::-1]
            require_eventually({relation.text: Op("-", *sides)}, self.tends, self.region)

    @property
    def rest(self) -> Region:
        """The region of the variables that stay."""
        return without(self.region, self.tends)

    def require_limit(self, checker: Checker, expression: Node, reached: str, piece: Mapping[str, Any]) -> None:
        """Accept evidence that an expression tends to a value: its own form, or bounds that squeeze it.

        Args:
            checker: Keeps the levels.
            expression: What tends.
            reached: ``inf``, ``-inf`` or a formula in the variables that stay.
            piece: ``{}`` or ``{"near": [relations], "lower": {"bound", "proof"}, "upper": {"bound", "proof"}}``; one
                bound is enough for an infinite limit.

        Raises:
            CertificateError: Where it does not show the limit.
        """
        if "lower" not in piece and "upper" not in piece:
            self._require_visible(checker, expression, reached)
            return
        self.require_near(read_relations(texts_of(piece, "near")))
        near = self.region.with_relations(texts_of(piece, "near"))
        for side in {"inf": ("lower",), "-inf": ("upper",)}.get(reached, ("lower", "upper")):
            part = mapping_of(piece, side)
            bound = inserted(self.domain, text_of(part, "bound"))
            operator = ">=" if side == "lower" else "<="
            checker.check(Goal(left=expression, operator=operator, right=bound, region=near), part.get("proof"))
            self._require_visible(checker, bound, reached)

    def _require_visible(self, checker: Checker, expression: Node, reached: str) -> None:
        """Refuse a limit that is not visible from leading terms."""
        found = structural(expression, self.tends, self.region)
        shown = "-inf" if found.infinite < 0 else "inf" if found.infinite else render(found.value or ZERO)
        if found.infinite != INFINITE.get(reached, 0):
            msg = f"{render(expression)} tends to {shown}, not to {reached}"
            raise CertificateError(msg)
        if found.value is not None:
            checker.same(found.value, inserted(self.domain, reached), self.rest)


def without(region: Region, dropped: Iterable[str]) -> Region:
    """Return a region without some of its variables and what is assumed of them."""
    gone = set(dropped)
    relations = tuple(relation for relation in region.relations if not _names(relation) & gone)
    variables = tuple(name for name in region.variables if name not in gone)
    return Region(variables=variables, integers=region.integers - gone, relations=relations)


def _names(relation: Relation) -> frozenset[str]:
    return names(relation.left) | names(relation.right)
