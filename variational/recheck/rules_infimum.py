"""Rule for infima of formulas in real variables: a bound from below, and a point or a path that reaches it.

The statement ``{"kind": "infimum", "variables", "over": [names], "expr", "value", "relation", "attained"}`` is about
the infimum over the names in ``over``, for all values of the other variables. ``relation`` is ``=`` (default), ``>``
or ``>=``; ``attained`` is true, false or left out.
"""

from collections.abc import Mapping
from typing import Any

from variational.domains import PI, Domain, read_domain, substitute
from variational.errors import CertificateError
from variational.formula import Node, parse
from variational.grammar import names
from variational.recheck import finding
from variational.recheck.approach import Approach, without
from variational.recheck.conditions import read_relations
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of
from variational.recheck.proofs import Checker, Goal, inserted_relation, read_statement
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.reals import Region
from variational.recheck.rules_real import POINT, broken_at_point, inserted
from variational.records import Status

LOWER, REACHED = "lower-bound", "reached"
UNBOUNDED = "-inf"


def infimum(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check a statement about an infimum."""
    problem = _Problem(formal)
    kinds = {str(piece.get("kind")) for piece in evidence}
    if status is Status.REFUTED:
        _refuted(problem, evidence, kinds)
    else:
        _proved(problem, evidence, kinds)
    level = finding.WITNESS if POINT in kinds else finding.DECISION
    return found_at([*problem.checker.levels, level], "bound and approach of the infimum re-checked")


class _Problem:
    """A statement about an infimum, read."""

    def __init__(self, formal: Formal) -> None:
        self.formal = formal
        self.domain, self.region = read_statement(formal)
        self.over = texts_of(formal, "over")
        self.expression = inserted(self.domain, text_of(formal, "expr"))
        self.value = text_of(formal, "value")
        self.relation = str(formal.get("relation", "="))
        self.attained = formal.get("attained")
        self.checker = Checker()
        if not self.over or not set(self.over) <= set(self.region.variables):
            msg = f"'over' names variables of the statement, got {list(self.over)}"
            raise CertificateError(msg)
        if self.relation not in {"=", ">", ">="} or (self.value == UNBOUNDED and self.relation != "="):
            msg = f"an infimum is =, > or >= a number, or = -inf, got {self.relation} {self.value}"
            raise CertificateError(msg)
        if self.attained not in {None, True, False} or (self.attained is not None and self.relation != "="):
            msg = f"'attained' is true or false and goes with '=', got {self.attained!r}"
            raise CertificateError(msg)
        if self.value != UNBOUNDED and names(self.bound) & set(self.over):
            msg = f"the infimum over {', '.join(self.over)} cannot depend on it"
            raise CertificateError(msg)

    @property
    def bound(self) -> Node:
        """The stated value as a formula."""
        return inserted(self.domain, self.value)

    @property
    def rest(self) -> Region:
        """The region of the parameters."""
        return without(self.region, self.over)

    def require_bound(self, bound: Node, proof: Any, *, strict: bool = False) -> None:
        """Accept ``expr >= bound`` (or ``>``) on the whole region."""
        goal = Goal(left=self.expression, operator=">" if strict else ">=", right=bound, region=self.region)
        self.checker.check(goal, proof)

    def require_reached(self, piece: Mapping[str, Any], value: str, *, attained: bool) -> None:
        """Accept a point ``at`` with the value, or a path along which the expression tends to it."""
        if "at" in piece or attained:
            at = self._places(mapping_of(piece, "at"), self.rest)
            for relation in self.region.relations:
                self.checker.require_implied(self.rest.relations, inserted_relation(relation, at))
            found = substitute(self.expression, at)
            self.checker.require_defined(found, self.rest.relations)
            self.checker.same(found, inserted(self.domain, value), self.rest)
            return
        self._along(piece).require_limit(self.checker, self._inserted(piece), value, piece)

    def _along(self, piece: Mapping[str, Any]) -> Approach:
        """Return the way of the parameters of a path, on which the path lies in the region."""
        tends = mapping_of(piece, "tends")
        own = read_domain({"variables": {**dict.fromkeys(tends, "real")}})
        rest = self.rest
        if set(own.variables) & set(rest.variables):
            msg = "the parameters of a path are new names"
            raise CertificateError(msg)
        for relation in read_relations(texts_of(piece, "way")):
            if not (names(relation.left) | names(relation.right)) & set(own.variables):
                msg = f"'way' says something about the parameters of the path, got {relation.text!r}"
                raise CertificateError(msg)
        region = Region(
            variables=(*rest.variables, *own.variables), integers=rest.integers, relations=rest.relations
        ).with_relations(texts_of(piece, "way"))
        domain = _with_names(self.domain, own.variables)
        approach = Approach(domain=domain, region=region, tends={name: text_of(tends, name) for name in tends})
        places = self._places(mapping_of(piece, "path"), region)
        touched = (r for r in self.region.relations if (names(r.left) | names(r.right)) & set(self.over))
        approach.require_near(inserted_relation(relation, places) for relation in touched)
        return approach

    def _inserted(self, piece: Mapping[str, Any]) -> Node:
        path = mapping_of(piece, "path")
        return substitute(self.expression, {name: parse(text_of(path, name)) for name in self.over})

    def _places(self, at: Mapping[str, Any], region: Region) -> dict[str, Node]:
        """Return what is put for the variables of the infimum."""
        if set(at) != set(self.over):
            msg = f"a place gives {', '.join(self.over)}, got {', '.join(sorted(at))}"
            raise CertificateError(msg)
        if set(self.over) & self.region.integers:
            msg = "an infimum over integers is not covered"
            raise CertificateError(msg)
        found = {name: parse(text_of(at, name)) for name in self.over}
        unknown = {name for node in found.values() for name in names(node)} - set(region.variables) - {PI}
        if unknown:
            msg = f"a place uses {', '.join(sorted(unknown))}, which are no parameters"
            raise CertificateError(msg)
        return found


def _with_names(domain: Domain, more: tuple[str, ...]) -> Domain:
    return Domain(
        variables=tuple(sorted({*domain.variables, *more})),
        integers=domain.integers,
        relations=domain.relations,
        abbreviations=domain.abbreviations,
    )


def _only(evidence: Pieces, kind: str) -> Mapping[str, Any]:
    return pieces_of(evidence, kind, beside=(LOWER, REACHED))[0]


def _proved(problem: _Problem, evidence: Pieces, kinds: set[str]) -> None:
    if problem.relation in {">", ">="}:
        piece = _only(evidence, LOWER)
        bound = problem.bound if problem.relation == ">=" else inserted(problem.domain, text_of(piece, "bound"))
        if names(bound) & set(problem.over):
            msg = "a bound of the infimum does not depend on what it is taken over"
            raise CertificateError(msg)
        problem.require_bound(bound, piece.get("proof"))
        if problem.relation == ">":
            goal = Goal(left=bound, operator=">", right=problem.bound, region=problem.rest)
            problem.checker.check(goal, piece.get("above", {"by": "slack"}))
        return
    if problem.value != UNBOUNDED:
        piece = _only(evidence, LOWER)
        problem.require_bound(problem.bound, piece.get("proof"), strict=problem.attained is False)
    elif kinds - {REACHED, finding.ARGUMENT} or problem.attained:
        msg = "an infimum -inf is shown by a path and is not attained"
        raise CertificateError(msg)
    problem.require_reached(_only(evidence, REACHED), problem.value, attained=problem.attained is True)


def _refuted(problem: _Problem, evidence: Pieces, kinds: set[str]) -> None:
    """Accept a smaller value, a larger bound, or for ``attained`` the opposite of it."""
    if POINT in kinds:  # below the stated value somewhere
        if problem.value == UNBOUNDED:
            msg = "no point refutes an infimum -inf"
            raise CertificateError(msg)
        broken_at_point(problem.region, [(problem.expression, ">=", problem.bound)], evidence)
        return
    if LOWER in kinds:
        piece = _only(evidence, LOWER)
        if problem.value == UNBOUNDED or problem.attained is not True or "bound" in piece:
            bound = inserted(problem.domain, text_of(piece, "bound"))
            if names(bound) & set(problem.over) or problem.relation != "=":
                msg = "a larger bound refutes an equation for the infimum, and does not depend on what it is taken over"
                raise CertificateError(msg)
            problem.require_bound(bound, piece.get("proof"))
            if problem.value != UNBOUNDED:
                goal = Goal(left=bound, operator=">", right=problem.bound, region=problem.rest)
                problem.checker.check(goal, piece.get("above", {"by": "slack"}))
        else:
            problem.require_bound(problem.bound, piece.get("proof"), strict=True)
        next(problem.region.points(1))  # there is something to take the infimum over
        return
    piece = _only(evidence, REACHED)
    if problem.relation == ">":
        problem.require_reached(piece, problem.value, attained=False)
    elif problem.attained is False and problem.value != UNBOUNDED:
        problem.require_reached(piece, problem.value, attained=True)
    elif problem.value != UNBOUNDED:
        problem.require_reached(piece, UNBOUNDED, attained=False)
    else:
        msg = "nothing here refutes an infimum -inf but a bound"
        raise CertificateError(msg)
    next(problem.rest.points(1))
