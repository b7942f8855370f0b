"""Tables of verdicts in Markdown: every printed statement by paper, and a summary with the theorems that fail."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from variational.claim_report import Judged, kinds_shown, spaces_shown
from variational.errors import InvalidInputError
from variational.records import Claim, Status, Verdict
from variational.report import listed

NUMERIC = "bracket"  # what numeric certificates add; the tables are the same without them
NAMED = re.compile(r"(cor|lem|prop|thm)[A-Z]?\d+(\.\d+)?")  # the label of a theorem, as against a part of one
FULL, SUMMARY = "verdicts", "summary"  # what stands between <!-- verdicts:begin --> and <!-- verdicts:end -->


def full(results: Sequence[Judged]) -> str:
    """Return the table of the printed statements, one under each paper where there are several.

    Parts of a conjunction and corrected forms have no line of their own.
    """
    papers = _by_paper(results)
    if len(papers) == 1:
        return _table(_statements(results), results)
    return "\n".join(f"## {paper}\n\n{_table(_statements(own), results)}" for paper, own in papers.items())


def summary(results: Sequence[Judged]) -> str:
    """Return a count of verdicts by paper, then the theorems, corollaries, lemmas and propositions."""
    statuses = [status for status in Status if any(judged.verdict.status is status for judged in results)]
    names = [status.name for status in statuses]
    head = ("paper", "printed statements", *names, "claims in all", *names)
    lines = [_line(head), _line(["---"] * len(head))]
    for paper, own in _by_paper(results).items():
        cells = [f"`{paper}`"]
        for chosen in (_statements(own), own):
            counts = Counter(judged.verdict.status for judged in chosen)
            cells += [str(len(chosen)), *(str(counts[status]) for status in statuses)]
        lines.append(_line(cells))
    named = [judged for judged in results if NAMED.fullmatch(judged.claim.id.partition(":")[2])]
    proved = [judged for judged in named if judged.verdict.status is Status.PROVED]
    others = [judged for judged in named if judged.verdict.status is not Status.PROVED]
    proved_ids = listed(f"`{judged.claim.id}`" for judged in proved) or "none"
    text = f"Of the {len(named)} theorems, corollaries, lemmas and propositions {len(proved)} are PROVED as printed: "
    return "\n".join([*lines, "", f"{text}{proved_ids}. The others:", "", _table(others, results)])


BLOCKS: Mapping[str, Callable[[Sequence[Judged]], str]] = {FULL: full, SUMMARY: summary}


def marks(block: str) -> tuple[str, str]:
    """Return the markers before and after a block.

    Example:
        >>> marks(FULL)
        ('<!-- verdicts:begin -->', '<!-- verdicts:end -->')
    """
    return f"<!-- {block}:begin -->", f"<!-- {block}:end -->"


def blocks_in(text: str) -> tuple[str, ...]:
    """Return which blocks a file has markers for.

    Raises:
        InvalidInputError: Where there are none, or a pair of markers is not complete, single and in order.
    """
    found = tuple(block for block in BLOCKS if any(mark in text for mark in marks(block)))
    for block in found or (FULL,):
        begin, end = marks(block)
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            msg = f"the file needs the markers {begin} and {end}, once each and in this order"
            raise InvalidInputError(msg)
    return found


def updated(text: str, results: Sequence[Judged]) -> str:
    """Return ``text`` with what stands between its markers renewed."""
    for block in blocks_in(text):
        begin, end = marks(block)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{BLOCKS[block](results)}{end}{after}"
    return text


def _by_paper(results: Sequence[Judged]) -> dict[str, list[Judged]]:
    papers: dict[str, list[Judged]] = {}
    for judged in results:
        papers.setdefault(judged.claim.id.partition(":")[0], []).append(judged)
    return papers


def _statements(results: Sequence[Judged]) -> list[Judged]:
    """Return the judged claims that are printed and no part of another one whose id they extend."""
    parts = {
        name
        for judged in results
        for name in judged.claim.formal.get("of", ())
        if name.startswith(f"{judged.claim.id}.")
    }
    return [judged for judged in results if judged.claim.printed_claim and judged.claim.id not in parts]


def _table(chosen: Sequence[Judged], results: Sequence[Judged]) -> str:
    verdicts = {judged.claim.id: judged.verdict for judged in results}
    head = ("claim", "source", "verdict", "spaces", "certificate", "holds instead")
    rows = [
        (
            f"`{judged.claim.id}`",
            judged.claim.source.locator,
            judged.verdict.status.name,
            spaces_shown(judged.verdict),
            kinds_shown(judged.verdict, without=NUMERIC),
            _instead(judged.claim, verdicts),
        )
        for judged in chosen
    ]
    return "\n".join([_line(head), "|" + "---|" * len(head), *map(_line, rows)]) + "\n"


def _instead(claim: Claim, verdicts: Mapping[str, Verdict]) -> str:
    if claim.corrected_by is None:
        return ""
    known = f" {verdicts[claim.corrected_by].status.name}" if claim.corrected_by in verdicts else ""
    return f"`{claim.corrected_by}`{known}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
