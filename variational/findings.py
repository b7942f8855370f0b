"""The page of the findings that matter most: each with its meaning, verdict, shortest certificate and command."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from variational import mathml, readable
from variational.claim_report import COMMAND, Judged
from variational.errors import InvalidInputError
from variational.papers.findings import FINDINGS, Finding
from variational.records import SPACES, Claim, Status
from variational.report import counted, listed

# What breaks a statement at one point, code or instance; other kinds hold on every space or are words.
BREAKING = ("witness", "point", "skolem", "code", "optimal-code", "direction", "enclosure", "table", "matrices")
BESIDE = frozenset({"bracket"})  # numeric certificates stand beside a verdict and are no part of it
INTRODUCTION = """\
# Findings

What somebody who uses these papers should know first. The choice and the first sentence of each entry are ours;
verdicts, reasons and numbers are what judging gives, and each is re-checked by separate code. REFUTED speaks of the
statement *as printed*. The [README](../README.md) says how to read a verdict and what is not claimed.

This page is generated: `python -m variational.check all --findings docs/findings.md`.
"""


def needed(claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return the ids of the findings.

    Raises:
        InvalidInputError: Where the claims of one are not among those that are to be judged.
    """
    known = {claim.id: claim for claim in claims}
    for finding in FINDINGS:
        corrected = known[finding.id].corrected_by if finding.id in known else None
        missing = finding.id if finding.id not in known else corrected if corrected and corrected not in known else None
        if missing:
            msg = f"--findings needs the verdict on {missing}: take the target all and no --claim"
            raise InvalidInputError(msg)
    return tuple(finding.id for finding in FINDINGS)


def page(results: Sequence[Judged]) -> str:
    """Return the findings as Markdown.

    Args:
        results: Judged claims, with those of the findings and their corrected forms among them.

    Raises:
        InvalidInputError: Where one is missing.
    """
    needed([judged.claim for judged in results])
    known = {judged.claim.id: judged for judged in results}
    entries = (_entry(number, finding, known) for number, finding in enumerate(FINDINGS, start=1))
    return "\n".join([INTRODUCTION, *entries])


def _entry(number: int, finding: Finding, known: Mapping[str, Judged]) -> str:
    judged = known[finding.id]
    claim, verdict = judged.claim, judged.verdict
    spaces = "all spaces" if set(verdict.spaces) == set(SPACES) else listed(verdict.spaces)
    lines = [
        f"## {number}. {finding.meaning}",
        "",
        f"**{verdict.status.name}** on {spaces}: `{claim.id}` ({claim.source})",
        "",
        f"> {statement(claim.printed)}",
        "",
        *certificate_lines([piece.to_json() for piece in verdict.evidence], verdict.status),
    ]
    if claim.corrected_by:
        instead = known[claim.corrected_by]
        shown = f"`{instead.claim.id}` **{instead.verdict.status.name}**"
        lines += ["", f"Holds instead: {shown}", "", f"> {statement(instead.claim.printed)}"]
    paper = claim.id.partition(":")[0]
    return "\n".join([*lines, "", f"    {COMMAND} {paper} --claim {claim.id}", ""])


def statement(latex: str) -> str:
    r"""Return a statement as Markdown, its formulas in the form that escapes nothing.

    Example:
        >>> statement(r"\text{if } a > 0")
        'if $`a > 0`$'
    """
    shown = ""
    for words, text in mathml.segments(latex):
        space = "" if words or not shown or shown[-1].isspace() or shown[-1] in "(" else " "
        shown += space + (text if words else f"$`{text}`$")
    return shown


def certificate_lines(evidence: Sequence[Mapping[str, Any]], status: Status) -> list[str]:
    """Return the shortest certificate of a verdict as lines of Markdown, and a line on what it leaves out."""
    pieces = shortest(evidence, status)
    lines = [line for piece in pieces for line in _piece_lines(piece, status)]
    others = [piece["kind"] for piece in evidence if piece not in pieces and piece["kind"] not in BESIDE | {"part"}]
    if others:
        lines.append(f"- {counted(len(others), 'further piece')} ({listed(dict.fromkeys(others))}): see the command")
    return lines


def shortest(evidence: Sequence[Mapping[str, Any]], status: Status) -> list[Mapping[str, Any]]:
    """Return the pieces that settle a verdict.

    For REFUTED that is the first piece that breaks the statement, for a conjunction that of the part with the
    shortest one; otherwise it is every piece, as a proof needs them all.
    """
    own = [piece for piece in evidence if piece["kind"] not in BESIDE]
    parts = [piece for piece in own if piece["kind"] == "part" and piece["status"] == status.value]
    if status is not Status.REFUTED:
        return [inner for part in parts for inner in shortest(part["evidence"], status)] if parts else own
    if parts:
        return min((shortest(part["evidence"], status) for part in parts), key=_length)
    breaking = [piece for piece in own if piece["kind"] in BREAKING]
    return breaking[:1] or own


def _length(pieces: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(str(piece)) for piece in pieces)


def _piece_lines(piece: Mapping[str, Any], status: Status) -> Iterator[str]:
    yield f"- {piece['kind']}: {_escaped(str(piece['shows']))}"
    if status is not Status.REFUTED:  # what a proof is made of is long; the command shows it
        return
    for item in readable.items(piece):
        if item.form == readable.TABLE:
            rows = "; ".join(" ".join(row) for row in item.content)
            yield f"  - {_escaped(item.label)}: {rows}"
        elif item.form == readable.FORMULA:
            yield f"  - {item.label}: `{item.content}`"
        elif item.form == readable.TEXT:
            yield f"  - {_escaped(item.label)}: {_escaped(item.content)}"


def _escaped(text: str) -> str:
    """Return text in which no mark of Markdown is left."""
    return "".join(f"\\{letter}" if letter in "*<[]`\\" else letter for letter in text)
