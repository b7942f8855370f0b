"""The judge: one rule per kind of formal statement, and an independent re-check of every decided verdict."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from variational import (
    judge_expectation,
    judge_gaussian,
    judge_infimum,
    judge_limit,
    judge_logic,
    judge_matrix,
    judge_optimum,
    judge_pointwise,
    judge_real,
    judge_steps,
    judge_table,
)
from variational.errors import CertificateError, InvalidInputError, NotCoveredError
from variational.recheck.certificate import CONJUNCTION, STEPS, check_part
from variational.records import Claim, Evidence, Status, Verdict, joint_spaces, worst

FindClaim = Callable[[str], Claim]
Judge = Callable[[Mapping[str, Any], Mapping[str, Any]], Verdict]
DECIDED = frozenset({Status.PROVED, Status.REFUTED})

JUDGES: Mapping[str, Judge] = {
    "identity": judge_pointwise.identity,
    "derivative": judge_pointwise.derivative,
    "second-derivative": judge_pointwise.second_derivative,
    "stationary": judge_pointwise.stationary,
    "inequality": judge_pointwise.inequality,
    "universal": judge_logic.universal,
    "convex": judge_logic.convex,
    "optimum": judge_optimum.optimum,
    "gaussian-bound": judge_gaussian.gaussian_bound,
    "real-identity": judge_real.real_identity,
    "real-inequality": judge_real.real_inequality,
    "limit": judge_limit.limit,
    "infimum": judge_infimum.infimum,
    "gaussian-integral": judge_expectation.gaussian_integral,
    "table": judge_table.table,
    "matrix": judge_matrix.matrix,
}


def judge(claim: Claim, find_claim: FindClaim) -> Verdict:
    """Return the verdict on ``claim``, computed from its formal statement.

    A verdict PROVED or REFUTED stands only if the verifier, which shares no code with the derivation,
    accepts the evidence; otherwise the claim is undecided and the reason says so.

    Args:
        claim: What is judged. Its recorded verdict is not looked at.
        find_claim: Returns the claim of an id; used for the parts of a conjunction.
    """
    if claim.formal["kind"] == CONJUNCTION:
        parts = [find_claim(name) for name in claim.formal["of"]]
        return combine([(part, judge(part, find_claim)) for part in parts])
    if claim.formal["kind"] == STEPS:
        return judge_steps.combine(claim.formal, [(step.formal, judge(step, find_claim)) for step in steps_of(claim)])
    try:
        verdict = JUDGES[claim.formal["kind"]](claim.formal, claim.hints)
    except NotCoveredError as error:
        return Verdict(status=Status.UNDECIDED, reason=f"not covered: {error}")
    if verdict.status not in DECIDED:
        return verdict
    part = {
        "status": verdict.status.value,
        "spaces": list(verdict.spaces),
        "formal": claim.formal,
        "evidence": evidence_json(verdict),
    }
    try:
        check_part(json.loads(json.dumps(part)), claim, find_claim)
    except (CertificateError, NotCoveredError, ArithmeticError) as error:
        said = f"the engine says {verdict.status.value} ({verdict.reason})"
        reason = f"{said}, the independent re-check does not: {error}"
        return Verdict(status=Status.UNDECIDED, reason=reason, spaces=verdict.spaces)
    return verdict


def steps_of(claim: Claim) -> list[Claim]:
    """Return the machine-checked steps of a claim that an argument in words joins, each as a claim of its own.

    Raises:
        InvalidInputError: Where there are not as many hints as steps.
    """
    steps = claim.formal["steps"]
    hints = claim.hints.get("steps", [{}] * len(steps))
    if len(hints) != len(steps):
        msg = f"claim {claim.id} has {len(steps)} steps and hints for {len(hints)}"
        raise InvalidInputError(msg)
    return [dataclasses.replace(claim, formal=step, hints=hint) for step, hint in zip(steps, hints, strict=True)]


def evidence_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Return the evidence of a verdict as certificates keep it."""
    return [piece.to_json() for piece in verdict.evidence]


def combine(parts: Sequence[tuple[Claim, Verdict]]) -> Verdict:
    """Return the verdict on a conjunction from the verdicts on its parts: the worst of them.

    Args:
        parts: The claims that the conjunction names, in order, each with its verdict.
    """
    status = worst(verdict.status for _, verdict in parts)
    pieces = tuple(
        Evidence(
            kind="part",
            shows=f"{part.id}: {verdict.status.value}",
            data={
                "id": part.id,
                "status": verdict.status.value,
                "spaces": list(verdict.spaces),
                "formal": part.formal,
                "evidence": evidence_json(verdict),
            },
        )
        for part, verdict in parts
    )
    decisive = [(part.id.partition(":")[2], verdict.reason) for part, verdict in parts if verdict.status is status]
    if status is Status.PROVED:
        reason = f"all {len(parts)} parts hold"
    else:
        reason = "; ".join(f"{name}: {text}" for name, text in decisive)
    spaces = joint_spaces([(verdict.status, verdict.spaces) for _, verdict in parts])
    return Verdict(status=status, reason=reason, spaces=spaces, evidence=pieces)
