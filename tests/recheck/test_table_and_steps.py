"""Tables of printed numbers, and steps that an argument in words joins."""

import copy
import dataclasses
import json
from fractions import Fraction

import pytest

from variational import certificates
from variational.decide import judge
from variational.errors import CertificateError, InvalidInputError
from variational.judge_steps import UNCHECKED
from variational.papers.registry import find_claim
from variational.recheck.certificate import check_certificate
from variational.recheck.digest import digest
from variational.records import Status
from variational.tables import interval


def certificate(name):
    claim = find_claim(f"controls:{name}")
    return copy.deepcopy(json.loads(json.dumps(certificates.certificate(claim, judge(claim, find_claim)))))


def seal(content):
    return {**content, "digest": digest(content)}


def judged(name, hints=None, **changes):
    claim = find_claim(f"controls:{name}")
    formal = {**claim.formal, **changes}
    return judge(dataclasses.replace(claim, formal=formal, hints=claim.hints if hints is None else hints), find_claim)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.47", "0.465", "0.475"),
        ("0.470", "0.4695", "0.4705"),
        ("5", "4.5", "5.5"),
        ("-0.1", "-0.15", "-0.05"),
        ("1.2e-3", "0.00115", "0.00125"),
        ("1e2", "50", "150"),
    ],
)
def test_a_printed_number_stands_for_its_rounding_interval(text, low, high):
    if text == "1e2":
        assert interval(text) == (Fraction(50), Fraction(150))
    else:
        assert interval(text) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize("text", ["", "nan", "1/2", ".5", "1,000", 5, None])
def test_what_is_no_printed_number_is_refused(text):
    with pytest.raises(InvalidInputError, match="decimal number"):
        interval(text)


@pytest.mark.parametrize(
    ("then", "status"),
    [
        (["KL' > KL"], Status.PROVED),
        (["KL' < KL"], Status.REFUTED),
        (["KL' - KL >= 3/100"], Status.PROVED),
        (["KL' - KL >= 4/100"], Status.UNDECIDED),  # 0.51 - 0.47 is anything from 0.03 to 0.05
        (["KL' - KL > 3/100"], Status.UNDECIDED),
        (["KL' - KL >= 6/100"], Status.REFUTED),
        (["L' = L + 1"], Status.PROVED),
        (["L' = L + 2"], Status.REFUTED),
        (["KL = KL'"], Status.REFUTED),
        (["log(KL') > log(KL)"], Status.PROVED),
        (["KL >= 0", "KL <= L + 1/10"], Status.REFUTED),
        (["KL - KL = 0"], Status.PROVED),
        (["KL <= 52/100"], Status.REFUTED),
    ],
)
def test_relations_hold_for_all_numbers_or_for_none(then, status):
    verdict = judged("table.true", then=then)
    assert verdict.status is status, verdict.reason


@pytest.mark.parametrize(
    ("then", "status"),
    [
        (["KL > 1/2", "L = 1"], Status.PROVED),
        (["KL > 1"], Status.REFUTED),
        (["KL > 51/100", "L = 1"], Status.UNDECIDED),
    ],
)
def test_some_row_may_be_asked_for(then, status):
    verdict = judged("table.true", then=then, exists=True)
    assert verdict.status is status, verdict.reason


@pytest.mark.parametrize("name", ["table.true", "table.false", "steps.true", "steps.false"])
def test_the_opposite_status_is_rejected(name):
    found = certificate(name)
    check_certificate(found, find_claim)
    status = {"proved": "refuted", "refuted": "proved"}[found["status"]]
    with pytest.raises(CertificateError):
        check_certificate(seal({**found, "status": status}), find_claim)


def test_another_row_is_rejected():
    found = certificate("table.false")
    for place, message in (("row 1", "no relation is shown to fail"), ("row 9", "has no")):
        found["evidence"][0]["place"] = place
        with pytest.raises(CertificateError, match=message):
            check_certificate(seal(found), find_claim)


def test_an_entry_that_is_no_column_is_refused():
    with pytest.raises((CertificateError, InvalidInputError, KeyError)):
        judged("table.true", then=["MI > 0"])


def test_a_verdict_from_steps_says_that_the_argument_is_not_checked():
    verdict = judge(find_claim("controls:steps.true"), find_claim)
    assert UNCHECKED in verdict.reason
    finding = check_certificate(certificate("steps.true"), find_claim)
    assert "argument" in finding.levels
    assert "not checked" in finding.text


def test_a_step_that_is_not_proved_leaves_the_claim_open():
    steps = find_claim("controls:steps.true").formal["steps"]
    broken = [steps[0], {**steps[1], "variables": {"v": "> 0"}}]
    assert judged("steps.true", steps=broken).status is Status.UNDECIDED
    assert judged("steps.true", hints={"steps": [{}, {"proof": {"by": "boxes"}}]}).status is Status.UNDECIDED


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda found: found["evidence"].pop(), "argument"),
        (lambda found: found["evidence"].pop(0), "2 steps"),
        (lambda found: found["evidence"][2].update(shows="Trust me."), "not the registered one"),
        (lambda found: found["evidence"][0].update(status="refuted"), "every step is proved"),
        (lambda found: found["evidence"][0].update(spaces=["finite"]), "spaces"),
        (lambda found: found["evidence"][0]["formal"].update(then=["v > 0"]), "not the registered one"),
        (lambda found: found["evidence"][0]["evidence"].clear(), "needs evidence"),
        (lambda found: found["evidence"][0]["evidence"][0].update(proof={"by": "boxes"}), "constant bounds"),
    ],
)
def test_altered_steps_are_rejected(alter, message):
    found = certificate("steps.true")
    alter(found)
    with pytest.raises(CertificateError, match=message):
        check_certificate(seal(found), find_claim)
