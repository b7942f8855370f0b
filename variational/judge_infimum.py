"""Judge of infima of formulas in real variables, from a bound and a place or path given with the claim."""

from collections.abc import Mapping
from typing import Any

from variational import proof_search
from variational.judge_limit import limit_of, shown_limit
from variational.judge_real import shown_point, spaces_of
from variational.reals import Reals, breaking_point, read, vanishes
from variational.records import Evidence, Status, Verdict

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]
UNBOUNDED = "-inf"


def infimum(formal: Formal, hints: Hints) -> Verdict:
    """Judge a statement about the infimum over some variables, for all values of the others.

    Hints: ``proof`` of ``expr >= value``; ``bound`` with a proof of ``expr >= bound``; ``at``, where the infimum is
    attained, or ``path`` with ``tends`` (and ``way``, what is assumed of the parameters of the path); for the limit
    along it ``near``, ``lower`` and ``upper`` as for limits; ``witness``, a point below the stated value.
    """
    reals = read(formal)
    relation, value = formal.get("relation", "="), formal["value"]
    if value != UNBOUNDED and not (relation == ">=" and "proof" in hints):
        point = breaking_point(
            reals, [f"{formal['expr']} >= {value}"], [hints["witness"]] if "witness" in hints else []
        )
        if point is not None:
            shown = f"the value is below {value} at {shown_point(point)}"
            return _verdict(
                formal, Status.REFUTED, shown, [Evidence(kind="point", shows=shown, data={"values": point})]
            )
    if relation == "=":
        return _equation(reals, formal, hints)
    return _bound(reals, formal, hints)


def _bound(reals: Reals, formal: Formal, hints: Hints) -> Verdict:
    """Judge that the infimum exceeds a number."""
    relation, value = formal["relation"], formal["value"]
    bound = value if relation == ">=" else hints.get("bound", value)
    proof = proof_search.find(reals, f"{formal['expr']} >= {bound}", hints.get("proof"))
    if proof is not None and (relation == ">=" or bound != value):
        shown = f"bounded from below by {bound}"
        return _verdict(formal, Status.PROVED, shown, [_lower(shown, bound, proof, hints)])
    reached = _reached(reals, formal, hints, value)
    if relation == ">" and reached is not None:
        return _verdict(formal, Status.REFUTED, reached.shows, [reached])
    return _verdict(formal, Status.UNDECIDED, f"no bound that shows {relation} {value} is known", [])


def _equation(reals: Reals, formal: Formal, hints: Hints) -> Verdict:
    value, attained = formal["value"], formal.get("attained")
    if "bound" in hints:
        proof = proof_search.find(reals, f"{formal['expr']} >= {hints['bound']}", hints.get("proof"))
        if proof is not None:
            shown = f"bounded from below by {hints['bound']}"
            return _verdict(formal, Status.REFUTED, shown, [_lower(shown, hints["bound"], proof, hints)])
    reached = _reached(reals, formal, hints, value)
    if value == UNBOUNDED:
        status = Status.UNDECIDED if reached is None or attained else Status.PROVED
        return _verdict(
            formal, status, reached.shows if reached else "no path to -inf is known", [reached] if reached else []
        )
    lower = _least(reals, formal, hints)
    if reached is not None and lower is not None:
        strict = lower.data["strict"]
        point = "at" in reached.data
        if attained is None or (attained and point) or (attained is False and strict):
            return _verdict(formal, Status.PROVED, f"{lower.shows}; {reached.shows}", [lower, reached])
        if attained and strict:
            return _verdict(formal, Status.REFUTED, f"{lower.shows} everywhere", [lower])
        if attained is False and point:
            return _verdict(formal, Status.REFUTED, reached.shows, [reached])
    fallen = _reached(reals, formal, hints, UNBOUNDED)
    if fallen is not None:
        return _verdict(formal, Status.REFUTED, fallen.shows, [fallen])
    return _verdict(formal, Status.UNDECIDED, "a bound or a place that reaches it is missing", [])


def _least(reals: Reals, formal: Formal, hints: Hints) -> Evidence | None:
    """Return the evidence that the stated value is a lower bound, strict where that can be shown."""
    for operator in (">", ">="):
        if operator == ">" and formal.get("attained") is None:
            continue
        proof = proof_search.find(reals, f"{formal['expr']} {operator} {formal['value']}", hints.get("proof"))
        if proof is not None and not (operator == ">" and "at" in hints):
            shown = f"{formal['expr']} {operator} {formal['value']}"
            return Evidence(kind="lower-bound", shows=shown, data={"proof": proof, "strict": operator == ">"})
    return None


def _lower(shown: str, bound: str, proof: Any, hints: Hints) -> Evidence:
    data = {"bound": bound, "proof": proof}
    return Evidence(
        kind="lower-bound", shows=shown, data=data | ({"above": hints["above"]} if "above" in hints else {})
    )


def _reached(reals: Reals, formal: Formal, hints: Hints, value: str) -> Evidence | None:
    """Return the evidence that a value is attained, or approached along a path; None where SymPy does not see it."""
    if "at" in hints and value != UNBOUNDED:
        places = {reals.symbols[name]: reals.expression(text) for name, text in hints["at"].items()}
        if vanishes(reals.expression(formal["expr"]).subs(places, simultaneous=True) - reals.expression(value)):
            at = {name: proof_search.written(reals, text) for name, text in hints["at"].items()}
            shown = f"the value {value} is attained at " + shown_point(at)
            return Evidence(kind="reached", shows=shown, data={"at": at})
    if "path" not in hints:
        return None
    kept = {name: text for name, text in formal["variables"].items() if name not in formal["over"]}
    used = {name: text for name, text in kept.items() if not text.lstrip().startswith("=")}
    along = read({"variables": {**used, **_declared(hints)}})
    expression = reals.expression(formal["expr"])
    path = {reals.symbols[name]: along.expression(text) for name, text in hints["path"].items()}
    table = {reals.symbols[name]: along.symbols[name] for name in used}
    found = limit_of(along, expression.subs({**path, **table}, simultaneous=True), hints["tends"])
    reached = None if found is None else shown_limit(found)
    if reached is None or (value == UNBOUNDED) != (reached == UNBOUNDED):
        return None
    if value != UNBOUNDED and (reached == "inf" or not vanishes(found - along.expression(reals.domain.insert(value)))):
        return None
    shown = f"tends to {value} along {shown_point(hints['path'])}"
    fields = {field: hints[field] for field in ("near", "lower", "upper", "way") if field in hints}
    data = {"path": hints["path"], "tends": hints["tends"], **fields}
    return Evidence(kind="reached", shows=shown, data=data)


def _declared(hints: Hints) -> dict[str, str]:
    """Return the parameters of a path, positive where they tend to 0 from above or to infinity."""
    return {name: "> 0" if end in {"inf", "0+"} else "real" for name, end in hints["tends"].items()}


def _verdict(formal: Formal, status: Status, reason: str, evidence: list[Evidence]) -> Verdict:
    return Verdict(status=status, reason=reason, spaces=spaces_of(formal), evidence=tuple(evidence))
