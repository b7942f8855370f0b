"""The page that says when each objective collapses: a table by kind of space, each cell a claim with its verdict."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from variational.claim_report import COMMAND, Judged
from variational.errors import InvalidInputError
from variational.markdown import escaped, statement
from variational.papers.collapse_map import ROWS, Row
from variational.records import SPACES, Claim, Status
from variational.report import listed

FindClaim = Callable[[str], Claim]
INTRODUCTION = """\
# When does the optimum collapse?

For encoders and decoders that may be any densities at all. Each cell is the statement of a claim of its own, judged
like every other and re-checked by separate code; below the table stand what it assumes and the claims it rests on.
The kinds of space are those of the [README](../README.md): `finite`, `discrete-x` (countable data, atomless codes) and
`densities` (both atomless).

This page is generated: `python -m variational.check all --collapse docs/collapse.md`.
"""
OUTSIDE = """\
## Outside these ranges

`python -m variational.analyze OBJECTIVE` (`beta-vae`, `infovae`, `aae`, `ncvae`, or any combination of their terms)
tells for every region of the parameters what happens, and says `undecided` where no rule applies.
"""


def needed(claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return the ids of the claims in the table, each once.

    Raises:
        InvalidInputError: Where one is not among those that are to be judged.
    """
    known = {claim.id for claim in claims}
    ids = tuple(dict.fromkeys(claim_id for row in ROWS for claim_id in row.claims.values()))
    for claim_id in ids:
        if claim_id not in known:
            msg = f"--collapse needs the verdict on {claim_id}: take the target ncvae or all and no --claim"
            raise InvalidInputError(msg)
    return ids


def page(results: Sequence[Judged], find_claim: FindClaim) -> str:
    """Return the table and what its cells rest on, as Markdown.

    Args:
        results: Judged claims, with those of the table among them; the verdicts on the parts are in their evidence.
        find_claim: Returns the claim of an id; used for the statements of the parts.

    Raises:
        InvalidInputError: Where one is missing.
    """
    ids = needed([judged.claim for judged in results])
    known = {judged.claim.id: judged for judged in results}
    head = ["| objective | for | " + " | ".join(SPACES) + " |", "|---|---|" + "---|" * len(SPACES)]
    table = [*head, *(_line(row, known) for row in ROWS)]
    sections = (line for claim_id in ids for line in _section(known[claim_id], find_claim))
    return "\n".join([INTRODUCTION, *table, "", *sections, OUTSIDE])


def _line(row: Row, known: Mapping[str, Judged]) -> str:
    domain = known[row.claims[SPACES[0]]].claim.assumptions[0]
    cells = [f"{row.name}<br>`{row.objective}`", domain, *(_cell(row, space, known) for space in SPACES)]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _cell(row: Row, space: str, known: Mapping[str, Judged]) -> str:
    """Return the statement where it is proved on the kind of space, else why the cell is open."""
    judged = known[row.claims[space]]
    verdict, claim = judged.verdict, judged.claim
    link = f"[`{claim.id}`](#{anchor(claim.id)})"
    if verdict.status is not Status.PROVED:
        return f"open: {link} is {verdict.status.name}, {escaped(verdict.reason)}"
    if space not in verdict.spaces:
        return f"open: {link} is proved on {listed(verdict.spaces)} only"
    before = [other for other in SPACES[: SPACES.index(space)] if row.claims[other] == claim.id]
    return f"as on {before[0]}" if before else f"{statement(claim.printed)}<br>{link}"


def anchor(claim_id: str) -> str:
    """Return the anchor that Markdown gives to the heading of a claim.

    Example:
        >>> anchor("ncvae:collapse.aae")
        'ncvaecollapseaae'
    """
    return "".join(letter for letter in claim_id.lower() if letter.isalnum() or letter in "-_")


def _section(judged: Judged, find_claim: FindClaim) -> Iterator[str]:
    claim, verdict = judged.claim, judged.verdict
    yield from (f"## {claim.id}", "", f"**{verdict.status.name}** on {listed(verdict.spaces)}", "")
    yield from (f"> {statement(claim.printed)}", "", "Assumes:", "")
    yield from (f"- {escaped(text)}" for text in claim.assumptions)
    yield from ("", "Rests on:", "")
    yield from (_support(piece.to_json(), find_claim) for piece in verdict.evidence)
    yield from ("", f"    {COMMAND} {claim.id.partition(':')[0]} --claim {claim.id}", "")


def _support(piece: Mapping[str, Any], find_claim: FindClaim) -> str:
    if piece["kind"] != "part":
        return f"- {piece['kind']}: {escaped(str(piece['shows']))}"
    name, status = piece["id"], str(piece["status"]).upper()
    words = " (its steps are joined by an argument in words)" if _has_argument(piece) else ""
    return f"- `{name}` **{status}**{words}: {statement(find_claim(name).printed)}"


def _has_argument(piece: Mapping[str, Any]) -> bool:
    return any(inner["kind"] == "argument" or _has_argument(inner) for inner in piece.get("evidence", ()))
