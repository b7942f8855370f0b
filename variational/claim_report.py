"""Text and JSON of judged claims."""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from variational.records import SPACES, Claim, Status, Verdict
from variational.report import (
    at_points,
    coloured,
    console,
    counted,
    evidence_lines,
    field,
    heading,
    listed,
    prose,
    room,
    show_table,
    table,
)

COMMAND = "python -m variational.check"
GAP = 3  # columns between two cells of a table


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A claim, its verdict, and the seconds that judging took."""

    claim: Claim
    verdict: Verdict
    seconds: float

    @property
    def as_recorded(self) -> bool:
        """Whether the verdict is the recorded one."""
        return self.verdict.status is self.claim.recorded


def to_json(judged: Judged) -> str:
    """Return the outcome as one line of JSON."""
    claim, verdict = judged.claim, judged.verdict
    fields = {
        "id": claim.id,
        "status": verdict.status.value,
        "printed": claim.printed,
        "source": str(claim.source),
        "assumptions": claim.assumptions,
        "spaces": verdict.spaces,
        "reason": verdict.reason,
        "evidence": [piece.to_json() for piece in verdict.evidence],
        "corrected_by": claim.corrected_by,
        "seconds": round(judged.seconds, 3),
    }
    return json.dumps(fields, ensure_ascii=False, default=_plain)


def list_json(claim: Claim) -> str:
    """Return what is recorded of a claim as one line of JSON."""
    return json.dumps(
        {"id": claim.id, "source": str(claim.source), "recorded": claim.recorded.value}, ensure_ascii=False
    )


def show_list(claims: Sequence[Claim]) -> None:
    """Print ids, recorded verdicts and sources on standard output."""
    screen = console()
    rows = [(claim.id, coloured(claim.recorded.name), str(claim.source)) for claim in claims]
    show_table(screen, table(("claim", "recorded", "source"), rows, fixed=("claim", "recorded")))


def show(results: Sequence[Judged]) -> None:
    """Print a table of the verdicts, then every claim with its statement, reason and evidence."""
    screen = console()
    verdicts = [coloured(judged.verdict.status.name) + Text("" if judged.as_recorded else " !") for judged in results]
    spaces = [spaces_shown(judged.verdict).replace(", ", ",\n") for judged in results]
    kinds = [kinds_shown(judged.verdict) for judged in results]
    columns = ("verdict", "spaces", "evidence")
    cells = (map(str, verdicts), spaces, kinds)
    others = sum(_widest([column, *words]) + GAP for column, words in zip(columns, cells, strict=True))
    names = [at_points(judged.claim.id, screen.width - others) for judged in results]
    rows = zip(names, verdicts, spaces, kinds, strict=True)
    show_table(screen, table(("claim", *columns), rows, fixed=("claim", "verdict", "spaces")))
    screen.print()
    _show_summary(screen, results)
    for judged in results:
        _show_claim(screen, judged)
    if len(results) > 1:
        screen.print()
        _show_summary(screen, results)


def _widest(cells: Iterable[str]) -> int:
    """Return the width of the longest word that a column holds."""
    return max((len(word) for cell in cells for word in cell.replace(" !", "_!").split()), default=0)


def _show_claim(screen: Console, judged: Judged) -> None:
    claim, verdict, width = judged.claim, judged.verdict, room(screen)
    heading(screen, claim.id)
    field(screen, "statement", prose(claim.printed, width))
    field(screen, "source", prose(str(claim.source) + ("" if claim.printed_claim else " (our form)"), width))
    assumptions = [line for text in claim.assumptions for line in prose(text, width, bullet="- ")]
    field(screen, "assumptions", assumptions or ["none"])
    field(screen, "verdict", [_verdict(judged)])
    field(screen, "spaces", prose(listed(verdict.spaces), width))
    field(screen, "reason", prose(verdict.reason, width))
    arguments = {piece.shows for piece in verdict.evidence if piece.kind == "argument"}
    evidence = evidence_lines(verdict.evidence, width, said=arguments & {verdict.reason})
    field(screen, "evidence", evidence or ["none"])
    if claim.corrected_by:
        field(screen, "instead", [claim.corrected_by])
    command = f"{COMMAND} {claim.id.partition(':')[0]} --claim {claim.id}"
    if len(command) <= width:
        field(screen, "reproduce", [command])
    else:  # a line to copy is not broken inside
        field(screen, "reproduce", [""])
        screen.print(Text(f"  {command}"), soft_wrap=True)


def _show_summary(screen: Console, results: Sequence[Judged]) -> None:
    counts = Counter(judged.verdict.status for judged in results)
    shown = listed(f"{counts[status]} {status.name}" for status in Status if counts[status])
    differing = [judged for judged in results if not judged.as_recorded]
    verb = "is" if len(results) == 1 else "are"
    text = f"{counted(len(results), 'claim')}: {shown}. "
    if not differing:
        text += f"{'It' if len(results) == 1 else 'All'} {verb} as recorded."
    else:
        text += "Not as recorded (!): " + listed(judged.claim.id for judged in differing) + "."
    for line in prose(text, screen.width):
        screen.print(Text(line), soft_wrap=True)


def _verdict(judged: Judged) -> Text:
    shown = coloured(judged.verdict.status.name)
    return shown if judged.as_recorded else shown + Text(f" (recorded {judged.claim.recorded.name})")


def spaces_shown(verdict: Verdict) -> str:
    """Return the spaces that a verdict names."""
    return "all" if set(verdict.spaces) == set(SPACES) else listed(verdict.spaces)


def kinds_shown(verdict: Verdict, *, without: str = "") -> str:
    """Return the kinds of evidence, each once, leaving out the kind ``without`` beside others."""
    counts = Counter(piece.kind for piece in verdict.evidence)
    if set(counts) != {without}:
        counts.pop(without, None)
    parts = counts.pop("part", 0)
    return listed([*([counted(parts, "part")] if parts else []), *counts]) or "none"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"{type(value).__name__} has no place in the output"
    raise TypeError(msg)
