"""Judge of statements shown by machine-checked steps that an argument in words joins."""

from collections.abc import Mapping, Sequence
from typing import Any

from variational.errors import InvalidInputError
from variational.judge_real import spaces_of
from variational.records import Evidence, Status, Verdict

UNCHECKED = "the argument that joins them is in words and not checked"
CONCLUSIONS = {"proved": Status.PROVED, "refuted": Status.REFUTED}


def combine(formal: Mapping[str, Any], steps: Sequence[tuple[Mapping[str, Any], Verdict]]) -> Verdict:
    """Return the verdict that a claim concludes from its steps; undecided where one of them is not proved.

    Args:
        formal: ``steps``, the ``argument`` in words, and what it ``concludes`` of the printed statement.
        steps: The formal statement of each step with its verdict.
    """
    concluded = CONCLUSIONS.get(formal.get("concludes", ""))
    if concluded is None or not formal.get("argument") or not steps:
        msg = "a statement of kind 'steps' has steps, an 'argument' in words, and 'concludes' proved or refuted"
        raise InvalidInputError(msg)
    spaces = spaces_of(formal)
    for number, (_, verdict) in enumerate(steps, start=1):
        if verdict.status is not Status.PROVED or not set(spaces) <= set(verdict.spaces):
            reason = f"step {number} is {verdict.status.value}: {verdict.reason}"
            return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces)
    pieces = tuple(
        Evidence(
            kind="step",
            shows=verdict.reason,
            data={
                "formal": step,
                "status": verdict.status.value,
                "spaces": list(verdict.spaces),
                "evidence": [piece.to_json() for piece in verdict.evidence],
            },
        )
        for step, verdict in steps
    )
    argument = Evidence(kind="argument", shows=formal["argument"], data={"checked": "the steps listed before it"})
    counted = "1 step is" if len(steps) == 1 else f"{len(steps)} steps are"
    reason = f"{counted} machine-checked; {UNCHECKED}: {formal['argument']}"
    return Verdict(status=concluded, reason=reason, spaces=spaces, evidence=(*pieces, argument))
