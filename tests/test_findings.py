"""The page of findings: current, complete, and with nothing in it that judging did not give."""

import dataclasses
import re
from pathlib import Path

import pytest

from variational import check, findings
from variational.claim_report import Judged
from variational.errors import InvalidInputError
from variational.papers import registry
from variational.papers.findings import FINDINGS, Finding
from variational.records import Evidence, Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
RENEW = "python -m variational.check all --findings docs/findings.md"


def judged(claim, status=Status.REFUTED, *pieces):
    evidence = pieces or (Evidence(kind="witness", shows="both sides", data={"lhs": "1", "rhs": "2"}),)
    return Judged(claim=claim, verdict=Verdict(status=status, reason="because", evidence=evidence), seconds=0.1)


@pytest.fixture(scope="module")
def results():
    return [judged(claim) for claim in registry.claims()]


def test_there_are_ten_findings_each_of_another_claim():
    assert len({finding.id for finding in FINDINGS}) == len(FINDINGS) == 10


def test_the_page_says_how_it_is_made():
    assert RENEW in findings.INTRODUCTION


def test_every_paper_has_a_finding():
    assert {finding.id.partition(":")[0] for finding in FINDINGS} == set(registry.PAPERS)


def test_each_finding_has_its_verdict_its_certificate_and_its_command(results):
    entries = re.split(r"^## \d+\. ", findings.page(results), flags=re.MULTILINE)[1:]
    assert len(entries) == len(FINDINGS)
    for finding, entry in zip(FINDINGS, entries, strict=True):
        claim = registry.find_claim(finding.id)
        assert entry.startswith(finding.meaning)
        assert "**REFUTED** on all spaces" in entry
        assert str(claim.source) in entry
        assert "- witness: both sides" in entry
        paper = claim.id.partition(":")[0]
        assert f"    python -m variational.check {paper} --claim {claim.id}" in entry
        assert (f"Holds instead: `{claim.corrected_by}` **REFUTED**" in entry) == bool(claim.corrected_by)


def test_a_verdict_on_the_page_is_the_judged_one_and_not_the_recorded_one(results):
    changed = [judged(one.claim, Status.UNDECIDED) if one.claim.id == FINDINGS[0].id else one for one in results]
    assert f"**UNDECIDED** on all spaces: `{FINDINGS[0].id}`" in findings.page(changed)


@pytest.mark.parametrize("missing", ["ncvae:thm7", "ncvae:thm7.corrected"])
def test_a_finding_that_was_not_judged_is_refused(results, missing):
    rest = [one for one in results if one.claim.id != missing]
    with pytest.raises(InvalidInputError, match=f"needs the verdict on {missing}"):
        findings.page(rest)


def test_the_command_refuses_before_it_judges(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(check, "judge_all", lambda *_, **__: pytest.fail("it judged"))
    file = tmp_path / "findings.md"
    assert check.main(["ncvae", "--claim", "ncvae:eq1", "--findings", str(file)]) == 2
    assert "--findings needs the verdict on" in capsys.readouterr().err
    assert not file.exists()


def piece(kind, text="1"):
    return {"kind": kind, "shows": text}


def test_a_refutation_is_shown_by_what_breaks_the_statement():
    evidence = [piece("identity"), piece("code", "first"), piece("code", "lemma"), piece("bracket"), piece("argument")]
    assert findings.shortest(evidence, Status.REFUTED) == [evidence[1]]
    lines = findings.certificate_lines(evidence, Status.REFUTED, {})
    assert lines == ["- code: first", "- 3 further pieces (identity, code, argument): see the command"]


def test_of_several_parts_the_refuted_one_with_the_shortest_certificate_is_shown():
    def part(status, inner, name="a:b"):
        formal = {"kind": "identity", "lhs": name, "rhs": "0", "conditions": ["b > 0"]}
        return {"kind": "part", "id": name, "status": status, "shows": "", "evidence": [inner], "formal": formal}

    long, short = piece("witness", "long" * 9), piece("point")
    evidence = [part("proved", piece("decision", "")), part("refuted", long), part("refuted", short, "a:c")]
    assert findings.shortest(evidence, Status.REFUTED) == [short]
    nested = [part("refuted", long), {**part("refuted", evidence[2], "a:d"), "evidence": evidence}]
    assert findings.shortest(nested, Status.REFUTED) == [short]
    lines = findings.certificate_lines(nested, Status.REFUTED, {})
    assert lines == ["- its part `a:c` fails: `a:c = 0` for b > 0", "- point: 1"]


def test_a_step_is_shown_by_what_it_states():
    formal = {"kind": "limit", "variables": {"t": "> 0, < 1"}, "expr": "t/2", "tends": {"t": "0+"}, "value": "0"}
    evidence = [{"kind": "step", "shows": "tends to 0", "formal": formal}, piece("argument", "so it is")]
    lines = findings.certificate_lines(evidence, Status.REFUTED, {"kind": "steps"})
    assert lines == ["- step: `t/2 -> 0 as t -> 0+` for t > 0 and \\< 1", "- argument: so it is"]


def test_a_table_is_shown_by_the_rows_that_break_the_statement():
    formal = {"kind": "table", "rows": [{"A": "1"}, {"A": "2.0"}]}
    lines = findings.certificate_lines([{**piece("table"), "place": "row 2"}], Status.REFUTED, formal)
    assert lines[-1] == "  - row 2: A = 2.0"


def test_a_proof_is_shown_whole_and_without_numeric_certificates():
    evidence = [piece("decision"), piece("identity"), piece("bracket")]
    assert findings.shortest(evidence, Status.PROVED) == evidence[:2]


def test_a_meaning_is_a_sentence():
    with pytest.raises(InvalidInputError, match="must be a sentence"):
        Finding(id="ncvae:thm7", meaning="no full stop")
    assert all(len(finding.meaning) < 200 for finding in FINDINGS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        FINDINGS[0].id = "other"
