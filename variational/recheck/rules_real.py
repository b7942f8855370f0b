"""Rules for identities and inequalities between formulas in real variables."""

from collections.abc import Mapping
from typing import Any

from variational.domains import Domain
from variational.errors import CertificateError, InvalidInputError
from variational.formula import Node
from variational.grammar import parse_relation, render
from variational.recheck import finding
from variational.recheck.arithmetic import UndefinedError
from variational.recheck.conditions import compare
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of, require_same, seed_of
from variational.recheck.proofs import Checker, Goal, read_statement
from variational.recheck.reading import mapping_of, rationals, text_of, texts_of
from variational.recheck.reals import Region, agree, order
from variational.records import Status

POINT, PROOF = "point", "proof"


def real_identity(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check ``lhs = rhs`` for all values: at random rational points, or at the point that breaks it."""
    domain, region = read_statement(formal)
    left, right = (inserted(domain, text_of(formal, field)) for field in ("lhs", "rhs"))
    if status is Status.REFUTED:
        return broken_at_point(region, [(left, "=", right)], evidence)
    for piece in pieces_of(evidence, "real-identity"):
        require_same(piece, formal, ("lhs", "rhs"))
    checker = Checker()
    checker.require_defined(left, region.relations)
    checker.require_defined(right, region.relations)
    exact = agree(left, right, region, seed=seed_of(formal))
    if exact:
        return found_at([finding.IDENTITY], "both sides agree exactly at random rational points of the domain")
    return found_at([finding.DIGITS], "both sides agree to 60 places at random rational points of the domain")


def real_inequality(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check relations for all values by their proofs, or for some values by a point."""
    domain, region = read_statement(formal)
    then = [read_relation(domain, text) for text in texts_of(formal, "then")]
    if not then:
        msg = "the statement asserts nothing: 'then' is empty"
        raise CertificateError(msg)
    exists = formal.get("exists") is True
    if exists and status is Status.REFUTED:
        return _nowhere(region, then, evidence)
    if exists:
        return _somewhere(region, then, evidence)
    if status is Status.REFUTED:
        return broken_at_point(region, then, evidence)
    pieces = pieces_of(evidence, PROOF)
    shown = {text_of(piece, "then"): piece for piece in pieces}
    checker = Checker()
    for text, (left, operator, right) in zip(texts_of(formal, "then"), then, strict=True):
        if text not in shown:
            msg = f"no evidence proves {text!r}"
            raise CertificateError(msg)
        if operator == "=":
            checker.same(left, right, region)
            continue
        checker.check(Goal(left=left, operator=operator, right=right, region=region), shown[text].get("proof"))
    return found_at(checker.levels, f"{checker.steps} steps of the proof re-checked")


def read_relation(domain: Domain, text: str) -> tuple[Node, str, Node]:
    """Return left side, operator and right side of a relation, abbreviations inserted."""
    operator, left, right = parse_relation(text)
    return inserted(domain, render(left)), operator, inserted(domain, render(right))


def inserted(domain: Domain, text: str) -> Node:
    """Return a formula of a statement, abbreviations inserted.

    Raises:
        CertificateError: Where it uses a name that is no variable.
    """
    try:
        return domain.insert(text)
    except InvalidInputError as error:
        raise CertificateError(str(error)) from error


def broken_at_point(region: Region, then: list[tuple[Node, str, Node]], evidence: Pieces) -> Finding:
    """Return the finding that each recorded point is admissible and breaks one of the relations.

    Raises:
        CertificateError: Where one is not, or all relations hold there.
    """
    for piece in pieces_of(evidence, POINT):
        point = read_point(piece, region)
        if all(_holds(relation, point) for relation in then):
            msg = "the point meets every relation, so it refutes nothing"
            raise CertificateError(msg)
    return found_at([finding.WITNESS], "the point is admissible and breaks the statement")


def read_point(piece: Mapping[str, Any], region: Region) -> dict[str, Any]:
    """Return the point of a piece of evidence, which must lie in the region."""
    point = rationals(mapping_of(piece, "values"))
    region.admits(point)
    return point


def _holds(relation: tuple[Node, str, Node], point: Mapping[str, Any]) -> bool:
    left, operator, right = relation
    try:
        return compare(operator, order(left, right, point))
    except UndefinedError as error:
        msg = f"the statement has no value at the point: {error}"
        raise CertificateError(msg) from error


def _somewhere(region: Region, then: list[tuple[Node, str, Node]], evidence: Pieces) -> Finding:
    for piece in pieces_of(evidence, POINT):
        point = read_point(piece, region)
        if not all(_holds(relation, point) for relation in then):
            msg = "the point does not meet every relation"
            raise CertificateError(msg)
    return found_at([finding.WITNESS], "the point lies in the domain and meets every relation")


NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _nowhere(region: Region, then: list[tuple[Node, str, Node]], evidence: Pieces) -> Finding:
    """Re-check that one of the relations fails everywhere."""
    checker = Checker()
    for piece in pieces_of(evidence, PROOF):
        place = piece.get("fails")
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(then):
            msg = f"'fails' names the relation that never holds, 0..{len(then) - 1}, got {place!r}"
            raise CertificateError(msg)
        left, operator, right = then[place]
        goal = Goal(left=left, operator=NEGATED.get(operator, operator), right=right, region=region)
        checker.check(goal, piece.get("proof"))
    return found_at(checker.levels, "one of the relations is shown to fail everywhere")
