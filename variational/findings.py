"""The page of the findings that matter most: each with its meaning, verdict, shortest certificate and command."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from variational import readable
from variational.claim_report import COMMAND, Judged
from variational.errors import InvalidInputError
from variational.markdown import escaped, statement
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
        *certificate_lines([piece.to_json() for piece in verdict.evidence], verdict.status, claim.formal),
    ]
    if claim.corrected_by:
        instead = known[claim.corrected_by]
        shown = f"`{instead.claim.id}` **{instead.verdict.status.name}**"
        lines += ["", f"Holds instead: {shown}", "", f"> {statement(instead.claim.printed)}"]
    paper = claim.id.partition(":")[0]
    return "\n".join([*lines, "", f"    {COMMAND} {paper} --claim {claim.id}", ""])


def certificate_lines(evidence: Sequence[Mapping[str, Any]], status: Status, formal: Mapping[str, Any]) -> list[str]:
    """Return the shortest certificate of a verdict as lines of Markdown, and a line on what it leaves out."""
    pieces = shortest(evidence, status)
    part = failing_part(evidence) if status is Status.REFUTED else None
    lines = []
    if part is not None:
        formal = part["formal"]
        lines.append(f"- its part `{part['id']}` fails: {_statement_shown(formal)}")
    for piece in pieces:
        lines += _piece_lines(piece, status)
        lines += _rows_shown(piece, formal) if piece["kind"] == "table" else ()
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
    if status is not Status.REFUTED:
        parts = [piece for piece in own if piece["kind"] == "part" and piece["status"] == status.value]
        return [inner for part in parts for inner in shortest(part["evidence"], status)] if parts else own
    part = failing_part(own)
    if part is not None:
        return shortest(part["evidence"], status)
    breaking = [piece for piece in own if piece["kind"] in BREAKING]
    return breaking[:1] or own


def failing_part(evidence: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the refuted part with the shortest certificate, itself no conjunction; None where there are no parts."""
    parts = [piece for piece in evidence if piece["kind"] == "part" and piece["status"] == Status.REFUTED.value]
    found = [failing_part(part["evidence"]) or part for part in parts]
    return min(found, key=lambda part: _length(shortest(part["evidence"], Status.REFUTED)), default=None)


def _length(pieces: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(str(piece)) for piece in pieces)


def _statement_shown(formal: Mapping[str, Any]) -> str:
    """Return a formal statement on one line; one of another kind than formulas by its kind."""
    formulas, domain = readable.stated(formal)
    shown = ", ".join(f"`{formula}`" for formula in formulas) or f"by {formal['kind']}"
    return f"{shown} for {escaped(domain)}" if domain else shown


def _rows_shown(piece: Mapping[str, Any], formal: Mapping[str, Any]) -> Iterator[str]:
    """Yield the rows of a table, as printed, that a piece of evidence points to."""
    for number in re.findall(r"\d+", str(piece.get("place", ""))):
        row = formal["rows"][int(number) - 1]
        yield f"  - row {number}: {', '.join(f'{name} = {entry}' for name, entry in row.items())}"


def _piece_lines(piece: Mapping[str, Any], status: Status) -> Iterator[str]:
    if piece["kind"] == "step":
        yield f"- step: {_statement_shown(piece['formal'])}"
        return
    yield f"- {piece['kind']}: {escaped(str(piece['shows']))}"
    if status is not Status.REFUTED:  # what a proof is made of is long; the command shows it
        return
    for item in readable.items(piece):
        if item.form == readable.TABLE:
            rows = "; ".join(" ".join(row) for row in item.content)
            yield f"  - {escaped(item.label)}: {rows}"
        elif item.form == readable.FORMULA and item.label != "place":  # the rows themselves stand below
            yield f"  - {item.label}: `{item.content}`"
        elif item.form == readable.TEXT:
            yield f"  - {escaped(item.label)}: {escaped(item.content)}"
