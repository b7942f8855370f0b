"""The rule for enclosed optima takes what numeric.brackets makes and nothing that was altered."""

import dataclasses
import json
from fractions import Fraction

import flint
import pytest

from numeric.brackets import compare
from numeric.enclose import enclose
from tests.numeric import exact_instances as made
from variational.decide import evidence_json, judge
from variational.errors import CertificateError
from variational.papers.registry import find_claim
from variational.recheck import bracket
from variational.recheck.certificate import check_part
from variational.recheck.finding import ENCLOSURE
from variational.records import FINITE, SPACES

CASES = {
    "ncvae:thm7": (made.RARE, "fails"),
    "ncvae:thm7.corrected": (made.RARE, "holds"),
    "ncvae:eq88": (made.RARE_STEEP, "fails"),
    "ncvae:eq88.corrected": (made.RARE_STEEP, "holds"),
    "ncvae:eq17": (made.SAME_DATA, "level"),
    "ncvae:thm6": (made.COLLAPSED, "level"),
    "ncvae:thm6.corrected": (made.INFORMATIVE, "holds"),
    "ncvae:ratio": (made.INFORMATIVE, "level"),
    "ncvae:information": (made.INFORMATIVE, "holds"),
    "ncvae:entropy": (made.INFORMATIVE, "holds"),
}


def plain(value):
    return json.loads(json.dumps(value))


def piece_of(claim_id, on):
    return plain(compare(find_claim(claim_id).formal, enclose(on)).to_evidence().to_json())


@pytest.fixture(scope="module")
def pieces():
    return {name: json.dumps(piece_of(name, on)) for name, (on, _) in CASES.items()}


@pytest.mark.parametrize("claim_id", CASES)
def test_the_evidence_is_accepted_with_its_outcome(pieces, claim_id):
    formal = plain(find_claim(claim_id).formal)
    assert bracket.check_brackets(formal, [json.loads(pieces[claim_id])]) == (CASES[claim_id][1],)


@pytest.mark.parametrize("claim_id", ["ncvae:thm7", "ncvae:eq17", "ncvae:thm6.corrected"])
def test_an_instance_stands_beside_what_is_exact(pieces, claim_id):
    claim = find_claim(claim_id)
    verdict = judge(claim, find_claim)
    part = {
        "status": verdict.status.value,
        "spaces": list(verdict.spaces),
        "formal": claim.formal,
        "evidence": [*evidence_json(verdict), json.loads(pieces[claim_id])],
    }
    before = check_part({**plain(part), "evidence": plain(evidence_json(verdict))}, claim, find_claim)
    assert set(check_part(plain(part), claim, find_claim).levels) == {*before.levels, ENCLOSURE}


def entry(field, place, value):
    def alter(piece):
        piece["space"]["functions"][field][place] = value

    return alter


def function(field, table):
    def alter(piece):
        piece["space"]["functions"][field] = table

    return alter


def parameter(**values):
    def alter(piece):
        piece["space"]["parameters"] |= values

    return alter


def put(field, value):
    def alter(piece):
        piece[field] = value

    return alter


def missing(field):
    def alter(piece):
        del piece[field]

    return alter


def moved(field, by):
    def alter(piece):
        piece[field] = [str(Fraction(end) + Fraction(by)) for end in piece[field]]
        piece[field] = [format(float(Fraction(end)), ".40f") for end in piece[field]]

    return alter


def widened(field):
    def alter(piece):
        low, high = (Fraction(end) for end in piece[field])
        piece[field] = [format(float(low) - 1e-3, ".40f"), format(float(high) + 1e-3, ".40f")]

    return alter


def narrowed(field):
    def alter(piece):
        piece[field] = [piece[field][1], piece[field][1]]

    return alter


def other_code(piece):
    first, second = piece["space"]["functions"]["q|"]
    piece["space"]["functions"]["q|"] = [second, first]


ALTERATIONS = {
    "another outcome": put("outcome", "holds"),
    "an unknown outcome": put("outcome", "perhaps"),
    "no outcome": missing("outcome"),
    "the value moved up": moved("value", "1/1000000"),
    "the value moved down": moved("value", "-1/1000000"),
    "the value widened": widened("value"),
    "the left side moved": moved("lhs", "1/100000000"),
    "the right side moved": moved("rhs", "-1/100000000"),
    "the right side widened": widened("rhs"),
    "the information moved": moved("information", "1/100000000"),
    "the information widened": widened("information"),
    "a smaller gap": put("gap", ["0", "0"]),
    "a larger gap": put("gap", ["0", "1"]),
    "ends exchanged": lambda piece: piece["value"].reverse(),
    "sides exchanged": lambda piece: piece.update(lhs=piece["rhs"], rhs=piece["lhs"]),
    "one end": put("value", ["0.1"]),
    "no end": missing("lhs"),
    "an end that is a word": put("rhs", ["low", "high"]),
    "an end that is not a number": put("rhs", ["nan", "nan"]),
    "beta other": parameter(beta="3"),
    "beta at one": parameter(beta="1"),
    "beta below one": parameter(beta="1/2"),
    "delta zero": parameter(delta="0"),
    "delta negative": parameter(delta="-10"),
    "a float parameter": parameter(beta=2.0),
    "a parameter too many": parameter(D="2"),
    "data off one": entry("pd", 0, "1/2"),
    "other data": function("pd", ["1/2", "1/2"]),
    "negative data": function("pd", ["-1/1000", "1001/1000"]),
    "other noise": function("pn", ["1/2", "1/2"]),
    "a prior with a zero": function("p", ["0", "1"]),
    "equal priors": function("n", ["3/4", "1/4"]),
    "a prior of codes of noise with a zero": function("n", ["0", "1"]),
    "another code": other_code,
    "a code off one": entry("q|", 0, ["1", "1"]),
    "no code": lambda piece: piece["space"]["functions"].pop("q|"),
    "no space": missing("space"),
    "an aggregate with a zero": put("aggregate", ["0", "1"]),
    "a negative aggregate": put("aggregate", ["-1/4", "5/4"]),
    "an aggregate too short": put("aggregate", ["1"]),
    "another aggregate": put("aggregate", ["1/2", "1/2"]),
    "an aggregate of floats": put("aggregate", [0.5, 0.5]),
    "no aggregate": missing("aggregate"),
    "a field too many": put("objective", "recon"),
    "the aggregate defined": function("gamma", ["1/2", "1/2"]),
    "what the statement defines": function("b", ["1", "1"]),
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_altered_instance_is_refused(pieces, alter):
    formal, piece = plain(find_claim("ncvae:thm7").formal), json.loads(pieces["ncvae:thm7"])
    alter(piece)
    with pytest.raises(CertificateError):
        bracket.check_brackets(formal, [piece])


@pytest.mark.parametrize("field", ["value", "lhs", "rhs"])
def test_an_interval_with_one_end_twice_is_refused(pieces, field):
    formal, piece = plain(find_claim("ncvae:ratio").formal), json.loads(pieces["ncvae:ratio"])
    narrowed(field)(piece)
    if field == "rhs":  # it is exactly zero
        assert bracket.check_brackets(formal, [piece]) == ("level",)
        return
    with pytest.raises(CertificateError):
        bracket.check_brackets(formal, [piece])


@pytest.mark.parametrize(
    ("claim_id", "source"),
    [("ncvae:thm6.corrected", "ncvae:thm6"), ("ncvae:eq17", "ncvae:thm7.corrected"), ("ncvae:ratio", "ncvae:thm6")],
    ids=["a constant ratio", "two laws of x", "no data at some x"],
)
def test_an_instance_outside_the_hypotheses_is_refused(pieces, claim_id, source):
    with pytest.raises(CertificateError, match="does not meet"):
        bracket.check_brackets(plain(find_claim(claim_id).formal), [json.loads(pieces[source])])


def test_a_statement_that_no_instance_tests_takes_none(pieces):
    with pytest.raises(CertificateError, match="no form that an instance could test"):
        bracket.check_brackets(plain(find_claim("ncvae:eq1").formal), [json.loads(pieces["ncvae:thm7"])])


def part(claim_id, status, found, spaces=(FINITE,)):
    claim = find_claim(claim_id)
    return claim, plain({"status": status, "spaces": list(spaces), "formal": claim.formal, "evidence": found})


SHOWN = {
    "support by an instance that holds": ("ncvae:information", "supported", True),
    "doubt by an instance that holds": ("ncvae:information", "doubted", False),
    "a proof by an instance": ("ncvae:information", "proved", False),
    "a refutation by one that holds": ("ncvae:information", "refuted", False),
    "doubt by an instance that fails": ("ncvae:thm7", "doubted", True),
    "support by an instance that fails": ("ncvae:thm7", "supported", False),
    "a refutation by an analogue": ("ncvae:thm7", "refuted", False),
    "doubt by a level instance of a strict statement": ("ncvae:thm6", "doubted", True),
    "support by a level instance of a strict statement": ("ncvae:thm6", "supported", False),
    "support by a level instance of an equality": ("ncvae:ratio", "supported", True),
}


@pytest.mark.parametrize(("claim_id", "status", "shown"), SHOWN.values(), ids=SHOWN)
def test_a_status_that_rests_on_instances_is_what_they_show(pieces, claim_id, status, shown):
    claim, found = part(claim_id, status, [json.loads(pieces[claim_id])])
    if shown:
        assert check_part(found, claim, find_claim).levels == (ENCLOSURE,)
        return
    with pytest.raises(CertificateError):
        check_part(found, claim, find_claim)


def test_an_enclosed_violation_of_the_statement_itself_refutes(pieces):
    claim = find_claim("ncvae:thm7")
    formal = {**claim.formal, "tested": {**claim.formal["tested"]}}
    del formal["tested"]["analogue"]
    meant = dataclasses.replace(claim, formal=formal)
    found = {"status": "refuted", "spaces": [FINITE], "formal": formal, "evidence": [json.loads(pieces["ncvae:thm7"])]}
    assert check_part(plain(found), meant, find_claim).levels == (ENCLOSURE,)
    with pytest.raises(CertificateError, match="finite spaces"):
        check_part(plain({**found, "spaces": list(SPACES)}), meant, find_claim)


def test_a_proof_beside_an_instance_that_breaks_it_is_refused(pieces):
    claim = find_claim("ncvae:thm7.corrected")
    formal = {**claim.formal, "tested": find_claim("ncvae:thm7").formal["tested"]}
    meant = dataclasses.replace(claim, formal=formal)
    verdict = judge(claim, find_claim)
    found = {
        "status": verdict.status.value,
        "spaces": list(verdict.spaces),
        "formal": formal,
        "evidence": [*evidence_json(verdict), json.loads(pieces["ncvae:thm7"])],
    }
    with pytest.raises(CertificateError, match="an enclosed instance breaks it"):
        check_part(plain(found), meant, find_claim)


TWO_BALLS = {
    ("=", 0, 1): "fails",
    (">", 2, 1): "holds",
    (">", 1, 2): "fails",
    ("<=", 1, 2): "holds",
    ("<", 2, 1): "fails",
    (">=", 1, 1): "level",
    ("=", 1, 1): "level",
}


@pytest.mark.parametrize(("given", "outcome"), TWO_BALLS.items(), ids=str)
def test_outcomes_follow_from_balls(given, outcome):
    relation, left, right = given
    assert bracket.outcome_of(relation, flint.arb(left), flint.arb(right)) == outcome


def test_wide_balls_show_nothing():
    assert bracket.outcome_of(">=", flint.arb(0, 1), flint.arb(0)) is None
