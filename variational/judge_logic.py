"""Judges of statements over all values of parameters, and of joint convexity."""

from collections.abc import Mapping
from typing import Any

from variational import smt
from variational.convexity import failing_parameters, falling_line, hessian_evidence, local_hessian
from variational.judge_real import spaces_of
from variational.objective import from_text
from variational.records import FINITE, Evidence, Status, Verdict

Formal = Mapping[str, Any]
Hints = Mapping[str, Any]
DOMAINS = {"real": (), "positive": ("{} > 0",), "nonnegative": ("{} >= 0",)}


def universal(formal: Formal, hints: Hints) -> Verdict:
    """Judge hypotheses => conclusions over all reals: z3 and an exact certificate, or a rational point."""
    domains = [shape.format(name) for name, kind in formal["variables"].items() for shape in DOMAINS[kind]]
    given = [*domains, *formal.get("given", ())]
    if formal.get("exists"):
        return _exists(formal, hints)
    decisions = [smt.prove(given, then) for then in formal["then"]]
    for then, found in zip(formal["then"], decisions, strict=True):
        if found.point is not None:
            values = {name: str(found.point.get(name, 1)) for name in formal["variables"]}
            shown = ", ".join(f"{name} = {value}" for name, value in values.items())
            reason = f"{then} fails at {shown}"
            evidence = Evidence(kind="point", shows=reason, data={"values": values})
            return Verdict(status=Status.REFUTED, reason=reason, spaces=(FINITE,), evidence=(evidence,))
    if not all(found.holds for found in decisions):
        open_part = next(t for t, found in zip(formal["then"], decisions, strict=True) if not found.holds)
        return Verdict(status=Status.UNDECIDED, reason=f"z3 decides neither {open_part} nor its negation")
    bare = [t for t, found in zip(formal["then"], decisions, strict=True) if found.slack is None]
    if bare:
        reason = f"z3 finds no counterexample to {bare[0]}, but no exact certificate stands beside it"
        return Verdict(status=Status.SUPPORTED, reason=reason, evidence=_decisions(given, formal, decisions))
    reason = "each conclusion is a non-negative combination of products of the hypotheses, and z3 agrees"
    if formal.get("lift"):
        reason += f". {formal['lift']}"
    lift = Evidence(kind="argument", shows=formal["lift"], data={}) if formal.get("lift") else None
    pieces = _decisions(given, formal, decisions)
    joined = (*pieces, lift) if lift else pieces
    return Verdict(status=Status.PROVED, reason=reason, spaces=spaces_of(formal), evidence=joined)


def _decisions(given: list[str], formal: Formal, decisions: list[smt.Decision]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            kind="decision",
            shows=f"{' and '.join(given) or 'always'} implies {then}",
            data={"given": given, "then": then, "smtlib": found.smtlib, "slack": found.slack},
        )
        for then, found in zip(formal["then"], decisions, strict=True)
    )


def _exists(formal: Formal, hints: Hints) -> Verdict:
    """Judge "there are ... such that for all ...": refuted by a choice that breaks it for every value."""
    chosen = hints.get("skolem")
    if chosen is None:
        return Verdict(status=Status.UNDECIDED, reason="no choice that breaks the statement for every value is known")
    values = dict(chosen)
    inner = [name for name in formal["variables"] if name not in formal["exists"]]
    domains = [shape.format(name) for name in formal["exists"] for shape in DOMAINS[formal["variables"][name]]] + [
        text for text in formal.get("given", ()) if not smt.variables(text) & set(inner)
    ]
    broken = smt.always_broken(domains, formal, values)
    if not broken:
        return Verdict(status=Status.UNDECIDED, reason="the known choice does not break the statement for every value")
    shown = ", ".join(f"{name} = {text}" for name, text in values.items())
    reason = f"whatever {', '.join(formal['exists'])}, the choice {shown} breaks it"
    evidence = Evidence(kind="skolem", shows=reason, data={"values": values})
    return Verdict(status=Status.REFUTED, reason=reason, spaces=(FINITE,), evidence=(evidence,))


def convex(formal: Formal, _hints: Hints) -> Verdict:
    """Judge joint convexity of the local integrand in decoder and encoder under conditions on the parameters."""
    objective = from_text(formal["objective"])
    given = tuple(formal.get("conditions", ()))
    parameters = failing_parameters(objective, given)
    hessian = local_hessian(objective.functional)
    if parameters is not None:
        piece = falling_line(objective, parameters)
        shown = ", ".join(f"{name} = {value}" for name, value in parameters.items())
        second = piece.data["second"]
        if second.startswith("-"):
            reason = f"at {shown} the second derivative along a feasible line through the collapsed point is {second}"
            return Verdict(status=Status.REFUTED, reason=reason, spaces=(FINITE,), evidence=(piece,))
    evidence = hessian_evidence(hessian, given)
    if all(entry["slack"] is not None for entry in evidence.data["decisions"]):
        reason = "every principal minor of the local Hessian is non-negative under the conditions"
        return Verdict(status=Status.PROVED, reason=reason, evidence=(evidence,))
    return Verdict(status=Status.UNDECIDED, reason="the signs of the minors of the local Hessian were not decided")
