"""The form of a claim that an instance can test: two quantities of the optimum of an objective, and their relation."""

import dataclasses
import functools
from collections.abc import Mapping

from variational import blocks
from variational.errors import CertificateError
from variational.formula import Node
from variational.recheck.conditions import Relation, broken, read_relations
from variational.recheck.exact import Definition, Space, parse, read_definitions
from variational.recheck.finding import Formal
from variational.recheck.optimum_enclosure import needed
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.rules_optimum import require_data
from variational.recheck.signature import Signature
from variational.records import FINITE, SPACES

FIELD = "tested"
RELATIONS = ("<", "<=", ">", ">=", "=")
STRICT = frozenset({"<", ">"})
INFORMATION = blocks.BLOCKS[blocks.MI]
ABOUT_INFORMATION = {"no-collapse": ">", "collapses": "="}  # what a statement on the minimum says of I(q*) against 0

NOT_FINITE = "a finite space, of which the claim does not speak"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tested:
    """``left relation right`` at the optimum of ``objective``, on every space and for all parameters allowed.

    Attributes:
        objective: Whose optimum is meant; gamma and q(z|x) stand for it.
        left: A formula without free points.
        relation: One of :data:`RELATIONS`.
        right: A formula without free points.
        definitions: Functions given by formulas.
        conditions: Relations that the parameters and densities meet.
        data: Conditions on the densities in the wording of statements about minima.
        analogue: What an instance on a finite space has in place of the statement; empty where it has the statement.
    """

    objective: str
    left: str
    relation: str
    right: str
    definitions: Mapping[str, Definition]
    conditions: tuple[Relation, ...]
    data: tuple[str, ...]
    analogue: str

    @property
    def sides(self) -> tuple[Node, Node]:
        """Both sides, parsed."""
        return parse(self.left), parse(self.right)

    @functools.cached_property
    def needed(self) -> Signature:
        """What an instance has to give."""
        beside = [side for relation in self.conditions for side in relation.sides]
        found = needed(self.objective, [*self.sides], self.definitions)
        more = needed(self.objective, [*self.sides, *beside], self.definitions)
        return dataclasses.replace(more, points=found.points)

    def require_admissible(self, space: Space) -> None:
        """Raise CertificateError where a condition fails on ``space``."""
        failed = broken(self.conditions, space, self.definitions)
        if failed is not None:
            msg = f"the instance does not meet the condition {failed.text!r}"
            raise CertificateError(msg)
        for text in self.data:
            require_data(text, space)


def tested(formal: Formal) -> Tested | None:
    """Return the form of a formal statement that an instance tests, None where it has none.

    A statement gives it in its field ``tested``; that a minimum collapses, or does not, is one about I(X;Z).

    Raises:
        CertificateError: Where the field is not of this form.
    """
    asserted = formal.get("asserts")
    if formal.get("kind") == "optimum" and asserted in ABOUT_INFORMATION:
        given: Mapping[str, object] = {
            **formal, "lhs": INFORMATION, "relation": ABOUT_INFORMATION[str(asserted)], "rhs": "0"
        }  # fmt: skip
        if FINITE not in (texts_of(formal, "spaces") or SPACES):
            given = {**given, "analogue": NOT_FINITE}
    elif FIELD in formal:
        given = mapping_of(formal, FIELD)
    else:
        return None
    relation = text_of(given, "relation")
    if relation not in RELATIONS:
        msg = f"'relation' must be one of {' '.join(RELATIONS)}, got {relation!r}"
        raise CertificateError(msg)
    found = Tested(
        objective=text_of(given, "objective"),
        left=text_of(given, "lhs"),
        relation=relation,
        right=text_of(given, "rhs"),
        definitions=read_definitions(mapping_of(given, "where", optional=True)),
        conditions=read_relations(texts_of(given, "conditions")),
        data=texts_of(given, "data"),
        analogue=text_of(given, "analogue") if "analogue" in given else "",
    )
    if found.needed.points:
        msg = f"the sides have free points: {', '.join(found.needed.points)}"
        raise CertificateError(msg)
    return found
