"""Judges of identities and inequalities between formulas in real variables."""

from collections.abc import Mapping
from typing import Any

from variational import proof_search
from variational.grammar import parse_relation
from variational.reals import Reals, breaking_point, read, vanishes
from variational.records import SPACES, Evidence, Status, Verdict

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]
NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def spaces_of(formal: Formal) -> tuple[str, ...]:
    """Return the spaces that a verdict about numbers names: it depends on none, unless the statement names some."""
    return tuple(formal.get("spaces", SPACES))


def real_identity(formal: Formal, hints: Hints) -> Verdict:
    """Judge ``lhs = rhs`` for all values of the variables."""
    reals = read(formal)
    if vanishes(reals.expression(formal["lhs"]) - reals.expression(formal["rhs"])):
        data = {"lhs": formal["lhs"], "rhs": formal["rhs"]}
        evidence = Evidence(kind="real-identity", shows="the difference of the sides simplifies to 0", data=data)
        return Verdict(status=Status.PROVED, reason=evidence.shows, spaces=spaces_of(formal), evidence=(evidence,))
    return refuted_at_point(reals, [f"{formal['lhs']} = {formal['rhs']}"], formal, hints)


def refuted_at_point(reals: Reals, then: list[str], formal: Formal, hints: Hints) -> Verdict:
    """Look for a rational point that breaks one of the relations; without one nothing is decided."""
    given = [hints["witness"]] if "witness" in hints else []
    point = breaking_point(reals, then, given)
    if point is None:
        reason = "neither was a proof found nor a point of the domain that breaks it"
        return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces_of(formal))
    shown = f"fails at {shown_point(point)}"
    evidence = Evidence(kind="point", shows=shown, data={"values": point})
    return Verdict(status=Status.REFUTED, reason=shown, spaces=spaces_of(formal), evidence=(evidence,))


def shown_point(point: Mapping[str, str]) -> str:
    """Return a point in words."""
    return ", ".join(f"{name} = {value}" for name, value in point.items()) or "the numbers themselves"


def real_inequality(formal: Formal, hints: Hints) -> Verdict:
    """Judge relations for all values of the variables, or for some."""
    reals = read(formal)
    then = list(formal["then"])
    if formal.get("exists"):
        return _exists(reals, then, formal, hints)
    pieces = []
    proofs = hints.get("proofs", {})
    for text in then:
        proof = _proof(reals, text, proofs.get(text, hints.get("proof")))
        if proof is None:
            return refuted_at_point(reals, then, formal, hints)
        pieces.append(Evidence(kind="proof", shows=f"{text} on the domain", data={"then": text, "proof": proof}))
    reason = f"proved on the whole domain: {proof_search.described([piece.data['proof'] for piece in pieces])}"
    return Verdict(status=Status.PROVED, reason=reason, spaces=spaces_of(formal), evidence=tuple(pieces))


def _proof(reals: Reals, text: str, given: Any) -> Any:
    operator, _, _ = parse_relation(text)
    if operator == "=":
        return {"by": "slack"} if vanishes(reals.gap(text)) else None
    return proof_search.find(reals, text, given)


def _exists(reals: Reals, then: list[str], formal: Formal, hints: Hints) -> Verdict:
    given = [hints["witness"]] if "witness" in hints else []
    point = breaking_point(reals, then, given, breaking=False)
    if point is not None:
        shown = f"holds at {shown_point(point)}"
        evidence = Evidence(kind="point", shows=shown, data={"values": point})
        return Verdict(status=Status.PROVED, reason=shown, spaces=spaces_of(formal), evidence=(evidence,))
    for place, text in enumerate(then):
        operator, left, right = parse_relation(reals.domain.insert_relation(text))
        if operator not in NEGATED:
            continue
        negated = f"{proof_search.shown(left)} {NEGATED[operator]} {proof_search.shown(right)}"
        proof = proof_search.find(reals, negated, hints.get("proof"))
        if proof is not None:
            shown = f"{text} fails on the whole domain"
            evidence = Evidence(kind="proof", shows=shown, data={"fails": place, "proof": proof})
            return Verdict(status=Status.REFUTED, reason=shown, spaces=spaces_of(formal), evidence=(evidence,))
    reason = "neither was a point found nor a proof that there is none"
    return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces_of(formal))
