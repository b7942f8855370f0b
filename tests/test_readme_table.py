"""The tables of verdicts are what the command prints; ``check all --update FILE`` renews them."""

import re
from pathlib import Path

import pytest

from variational import verdict_tables
from variational.claim_report import Judged
from variational.errors import InvalidInputError
from variational.papers import registry
from variational.records import Evidence, Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
NAMED = ("thm", "cor", "lem", "prop")


def judged(claim, status=None):
    evidence = (Evidence(kind="identity", shows="both sides agree", data={}),)
    verdict = Verdict(status=status or claim.recorded, reason="because", spaces=("finite",), evidence=evidence)
    return Judged(claim=claim, verdict=verdict, seconds=0.1)


@pytest.fixture(scope="module")
def results():
    return [judged(claim) for claim in registry.claims()]


def ids(text):
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_there_is_a_row_for_each_printed_claim_that_is_no_part_of_another(results):
    rows = ids(verdict_tables.full(results))
    assert len(rows) == len(set(rows))
    parts = {name for claim in registry.claims() for name in claim.formal.get("of", ()) if name.startswith(claim.id)}
    assert set(rows) == {claim.id for claim in registry.claims() if claim.printed_claim} - parts


def test_the_summary_counts_by_paper_and_lists_the_theorems_that_fail(results):
    text = verdict_tables.summary(results)
    for paper in registry.PAPERS:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{paper}` |"))
        printed, *_, total, _, _ = (int(cell) for cell in row.split("|")[2:-1])
        own = registry.claims(paper)
        assert (printed, total) == (len(ids(verdict_tables.full([judged(claim) for claim in own]))), len(own))
    rows = [name for name in ids(text) if ":" in name]
    assert {"ncvae:thm2", "ncvae:thm7", "arelbo:thm2", "infovae:prop2", "illidvae:thm3.8"} <= set(rows)
    assert all(name.partition(":")[2].startswith(NAMED) for name in rows)
    assert "`ncvae:thm5`" in text
    assert "ncvae:thm5" not in rows


def test_a_verdict_that_is_not_reached_any_more_shows_in_both(results):
    changed = [judged(one.claim, Status.UNDECIDED) if one.claim.id == "ncvae:thm5" else one for one in results]
    text = verdict_tables.summary(changed)
    assert "UNDECIDED" in text.splitlines()[0]
    assert "ncvae:thm5" in ids(text)
    (row,) = (line for line in verdict_tables.full(changed).splitlines() if line.startswith("| `ncvae:thm5` |"))
    assert "| UNDECIDED |" in row


BROKEN = {
    "no markers": "text",
    "one marker": "<!-- verdicts:begin -->",
    "begin twice": "<!-- verdicts:begin --><!-- verdicts:begin --><!-- verdicts:end -->",
    "wrong order": "<!-- summary:end --> <!-- summary:begin -->",
    "twice": "<!-- verdicts:begin --><!-- verdicts:end -->" * 2,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_file_needs_a_pair_of_markers(text, results):
    with pytest.raises(InvalidInputError, match="once each and in this order"):
        verdict_tables.updated(text, results)


def test_both_blocks_of_a_file_are_renewed_and_the_rest_stays(results):
    blocks = (verdict_tables.SUMMARY, verdict_tables.FULL)
    text = "a" + "b".join("{}OUTDATED{}".format(*verdict_tables.marks(block)) for block in blocks) + "c"
    made = verdict_tables.updated(text, results)
    assert "OUTDATED" not in made
    assert made.startswith("a<!-- summary:begin -->\n")
    assert made.endswith("<!-- verdicts:end -->c")
    assert verdict_tables.updated(made, results) == made
