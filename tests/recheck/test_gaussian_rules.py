"""The rule for Gaussian lower bounds takes the enclosures of the judge and nothing that was altered."""

import dataclasses

import pytest

from tests.recheck.parts import check, part_of
from variational import balls, judge_gaussian
from variational.errors import CertificateError
from variational.papers.ncvae.theorem7 import REPAIRED_G
from variational.papers.registry import find_claim
from variational.recheck.finding import ENCLOSURE
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES

CLAIMS = ("ncvae:thm7", "ncvae:eq88", "ncvae:eq80.chain")


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_the_evidence_of_the_judge_is_accepted(claim_id):
    part = part_of(claim_id)
    assert part["status"] == "refuted"
    assert check(find_claim(claim_id), part).levels == (ENCLOSURE,)


def instance(**values):
    def alter(part):
        part["evidence"][0]["instance"] |= values

    return alter


def ends(field, low, high):
    def alter(part):
        part["evidence"][0][field] = [low, high]

    return alter


def shifted(field, by):
    def alter(part):
        end = part["evidence"][0][field]
        part["evidence"][0][field] = [str(float(value) + by) for value in end]

    return alter


def swapped_ends(part):
    part["evidence"][0]["left_upper"].reverse()


def swapped_sides(part):
    piece = part["evidence"][0]
    piece["left_upper"], piece["right_lower"] = piece["right_lower"], piece["left_upper"]


def missing(field):
    def alter(part):
        del part["evidence"][0][field]

    return alter


def put(field, value):
    def alter(part):
        part[field] = value

    return alter


ALTERATIONS = {
    "weaker contrast": instance(delta="1/1000"),
    "data that are even": instance(eta="1/2"),
    "equal priors": instance(K="1"),
    "beta at one": instance(beta="1"),
    "beta below one": instance(beta="1/2"),
    "beta slightly other": instance(beta="2001/1000"),
    "eta at one": instance(eta="1"),
    "eta above one": instance(eta="2"),
    "eta negative": instance(eta="-1/1000"),
    "K zero": instance(K="0"),
    "K negative": instance(K="-2"),
    "delta zero": instance(delta="0"),
    "cut zero": instance(cut="0"),
    "one name too many": instance(D="2"),
    "not a number": instance(beta="nan"),
    "infinite": instance(delta="inf"),
    "a word": instance(beta="two"),
    "no instance": missing("instance"),
    "no left end": missing("left_upper"),
    "no right end": missing("right_lower"),
    "left end moved down": shifted("left_upper", -1e-9),
    "left end moved up": shifted("left_upper", 1e-9),
    "right end moved down": shifted("right_lower", -1e-9),
    "right end moved up": shifted("right_lower", 1e-9),
    "left ends too wide": ends("left_upper", "0", "1"),
    "right ends too wide": ends("right_lower", "0", "1"),
    "ends that are no numbers": ends("left_upper", "low", "high"),
    "ends that are nan": ends("left_upper", "nan", "nan"),
    "ends swapped": swapped_ends,
    "sides swapped": swapped_sides,
    "evidence that is no list": put("evidence", None),
    "no evidence": put("evidence", []),
    "evidence of another kind": put("evidence", [{"kind": "argument", "shows": "by inspection"}]),
    "proved": put("status", "proved"),
    "all spaces": put("spaces", list(SPACES)),
    "finite spaces": put("spaces", [FINITE]),
    "no spaces": put("spaces", []),
    "densities alone": put("spaces", [DENSITIES]),
}


@pytest.mark.parametrize("name", ALTERATIONS)
@pytest.mark.parametrize("claim_id", ["ncvae:thm7", "ncvae:eq88"])
def test_an_altered_enclosure_is_rejected(claim_id, name):
    part = part_of(claim_id)
    ALTERATIONS[name](part)
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


@pytest.mark.parametrize(("claim_id", "other"), [("ncvae:thm7", "ncvae:eq88"), ("ncvae:eq88", "ncvae:thm7")])
def test_the_evidence_of_another_bound_is_rejected(claim_id, other):
    part = part_of(claim_id)
    part["evidence"] = part_of(other)["evidence"]
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


@pytest.mark.parametrize(
    ("claim_id", "changes"),
    [
        ("ncvae:thm7", {"g": REPAIRED_G}),
        ("ncvae:thm7", {"g": "1"}),
        ("ncvae:thm7", {"g": "1 - 1/((beta-1)*pd + delta*pn)"}),
        ("ncvae:thm7", {"g": "2 + 1/((beta-1)*pd + delta*pn)"}),
        ("ncvae:thm7", {"g": "1 + sigma"}),
        ("ncvae:thm7", {"bound": "relative-entropy"}),
        ("ncvae:thm7", {"bound": "theorem8"}),
        ("ncvae:eq88", {"factor": "1/2"}),
        ("ncvae:eq88", {"factor": "2"}),
        ("ncvae:eq88", {"factor": "-1"}),
        ("ncvae:eq88", {"factor": "one"}),
        ("ncvae:eq88", {"factor": "1/0"}),
        ("ncvae:eq88", {"g": "1/1000*(1 + pd/((beta-1)*pd + delta*pn))"}),
        ("ncvae:eq88", {"g": "-1"}),
        ("ncvae:eq88", {"bound": "theorem7"}),
    ],
    ids=str,
)
def test_the_enclosure_does_not_carry_over_to_an_altered_bound(claim_id, changes):
    part = part_of(claim_id)
    claim = find_claim(claim_id)
    altered = dataclasses.replace(claim, formal={**claim.formal, **changes})
    part["formal"] = altered.formal
    with pytest.raises(CertificateError):
        check(altered, part)


def test_the_registered_statement_is_required():
    part = part_of("ncvae:thm7")
    part["formal"]["g"] = REPAIRED_G
    with pytest.raises(CertificateError, match="not the registered one"):
        check(find_claim("ncvae:thm7"), part)


def test_a_verdict_on_discrete_data_alone_is_accepted():
    part = part_of("ncvae:thm7")
    part["spaces"] = [DISCRETE_X]
    assert check(find_claim("ncvae:thm7"), part).levels == (ENCLOSURE,)


@pytest.mark.parametrize(
    ("claim_id", "changes"), [("ncvae:thm7", {"g": REPAIRED_G}), ("ncvae:eq88", {"factor": "1/2"})], ids=str
)
def test_true_enclosures_that_show_no_violation_are_rejected(claim_id, changes):
    part = part_of(claim_id)
    claim = find_claim(claim_id)
    altered = dataclasses.replace(claim, formal={**claim.formal, **changes})
    part["formal"] = altered.formal
    values = judge_gaussian.INSTANCES[claim.formal["bound"]]
    lower = balls.enclose(judge_gaussian.printed_side(altered.formal), values)
    part["evidence"][0]["right_lower"] = list(balls.interval(lower))
    with pytest.raises(CertificateError, match="no violation"):
        check(altered, part)
