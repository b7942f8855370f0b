"""Numeric certificates stand beside exact verdicts, decide where nothing exact does, and never hide a contradiction."""

import dataclasses
import json

import pytest

from numeric import certify
from tests.judged import verdict_of
from tests.numeric import exact_instances as made
from variational import verify
from variational.certificates import certificate, write
from variational.errors import CertificateError
from variational.papers.registry import claims, find_claim
from variational.recheck import digest
from variational.recheck.bracket import KIND
from variational.recheck.certificate import check_certificate
from variational.records import FINITE, Evidence, Status, Verdict

MEANT = {  # what the panel has to say: the outcomes among its instances
    "ncvae:thm7": "fails",
    "ncvae:thm7.corrected": "holds",
    "ncvae:thm7.equality": "level",
    "ncvae:thm7.equality.corrected": "holds",
    "ncvae:thm7.strict": "level",
    "ncvae:thm6": "level",
    "ncvae:thm6.corrected": "holds",
    "ncvae:eq88": "fails",
    "ncvae:eq88.corrected": "holds",
    "ncvae:eq17": "level",
    "ncvae:ratio": "level",
    "ncvae:information": "holds",
    "ncvae:entropy": "holds",
}
OPEN = Verdict(status=Status.UNDECIDED, reason="nothing was tried")


def attached(claim, verdict=OPEN, **options):
    ((_, found),) = certify.attach_certificates([(claim, verdict)], **options)
    return found


def outcomes(verdict):
    return [piece.data["outcome"] for piece in verdict.evidence if piece.kind == KIND]


@pytest.mark.parametrize("claim_id", MEANT)
def test_the_panel_says_of_each_claim_what_it_should(claim_id):
    claim = find_claim(claim_id)
    verdict = attached(claim, verdict_of(claim_id))
    assert MEANT[claim_id] in outcomes(verdict)
    assert verdict.status is claim.recorded
    assert certify.contradiction(claim, verdict) is None


@pytest.mark.parametrize("claim_id", MEANT)
def test_a_certificate_with_instances_passes_the_verifier(claim_id):
    claim = find_claim(claim_id)
    found = certificate(claim, attached(claim, verdict_of(claim_id)))
    assert "enclosure" in check_certificate(found, find_claim).levels


def test_an_exact_verdict_keeps_everything_it_had():
    claim = find_claim("ncvae:thm6")
    before = verdict_of(claim.id)
    after = attached(claim, before)
    assert after.evidence[: len(before.evidence)] == before.evidence
    assert dataclasses.replace(after, evidence=before.evidence) == before


def test_claims_that_no_instance_tests_are_left_alone():
    tested = {claim.id for claim in claims("ncvae") if outcomes(attached(claim))}
    assert tested == set(MEANT)


STATUSES = {
    "ncvae:information": Status.SUPPORTED,
    "ncvae:ratio": Status.SUPPORTED,
    "ncvae:thm6.corrected": Status.SUPPORTED,
    "ncvae:thm7": Status.DOUBTED,  # it fails, in the finite analogue
    "ncvae:thm6": Status.DOUBTED,  # level: collapsed as far as balls can tell
}


@pytest.mark.parametrize("claim_id", STATUSES)
def test_what_nothing_exact_decides_is_supported_or_doubted_and_verified_as_such(claim_id):
    claim = find_claim(claim_id)
    verdict = attached(claim)
    assert verdict.status is STATUSES[claim_id]
    assert verdict.spaces == (FINITE,)
    assert verdict.reason.endswith("nothing was tried")
    check_certificate(certificate(claim, verdict), find_claim)


def test_an_enclosed_violation_of_the_claim_itself_refutes():
    claim = find_claim("ncvae:thm7")
    tested = {name: value for name, value in claim.formal["tested"].items() if name != "analogue"}
    meant = dataclasses.replace(claim, formal={**claim.formal, "tested": tested})
    verdict = attached(meant)
    assert verdict.status is Status.REFUTED
    check_certificate(certificate(meant, verdict), lambda _: meant)


@pytest.mark.parametrize("status", [Status.SUPPORTED, Status.DOUBTED])
def test_a_verdict_with_grounds_of_its_own_is_left_alone(status):
    verdict = Verdict(status=status, reason="on other grounds")
    assert attached(find_claim("ncvae:information"), verdict) == verdict


def broken_proof():
    claim = find_claim("ncvae:thm7.corrected")
    false = dataclasses.replace(claim, formal={**claim.formal, "tested": find_claim("ncvae:thm7").formal["tested"]})
    return false, attached(false, verdict_of(claim.id))


def test_an_instance_against_a_proof_changes_no_verdict_and_is_said_in_one_line():
    claim, verdict = broken_proof()
    assert verdict.status is Status.PROVED
    line = certify.contradiction(claim, verdict)
    assert line.startswith("CONTRADICTION: ncvae:thm7.corrected is proved")
    assert "\n" not in line


def test_the_verifier_refuses_such_a_certificate():
    claim, verdict = broken_proof()
    found = certificate(claim, verdict)
    with pytest.raises(CertificateError, match="breaks it"):
        check_certificate(found, lambda name: claim if name == claim.id else find_claim(name))


def test_a_proof_for_other_spaces_is_not_contradicted_by_a_finite_one():
    claim = find_claim("ncvae:thm7.equality.corrected")
    verdict = verdict_of(claim.id)
    against = Evidence(kind=KIND, shows="collapsed", data={"outcome": "level"})
    found = dataclasses.replace(verdict, evidence=(*verdict.evidence, against))
    assert FINITE not in verdict.spaces
    assert certify.contradiction(claim, found) is None


def test_instances_outside_the_hypotheses_are_not_used():
    assert not outcomes(attached(find_claim("ncvae:thm6.corrected"), panel=(made.COLLAPSED,)))
    assert not outcomes(attached(find_claim("ncvae:eq17"), panel=(made.INFORMATIVE,)))


def test_a_certificate_says_instance_bracket_both_sides_and_margin():
    (piece,) = attached(find_claim("ncvae:thm7"), panel=(made.RARE,)).evidence
    for part in (
        "beta = 2, delta = 10",
        "2 x 2 points",
        "fails",
        "0.00139771 is below 0.181048",
        "0.18 nats",
        "known to",
    ):
        assert part in piece.shows
    assert json.loads(json.dumps(piece.to_json()))["space"]["x"] == 2


def test_the_command_that_verifies_takes_the_file_and_refuses_it_altered(tmp_path, capsys):
    claim = find_claim("ncvae:thm6.corrected")
    found = certificate(claim, attached(claim, verdict_of(claim.id)))
    path = write(found, tmp_path)
    assert verify.main([str(path)]) == 0
    piece = next(piece for piece in found["evidence"] if piece["kind"] == KIND)
    piece["information"] = piece["lhs"] = ["1", "1.1"]
    found[digest.FIELD] = digest.digest(found)  # whoever alters a file can do this
    write(found, tmp_path)
    assert verify.main([str(path)]) == 1
    assert "the recorded information" in " ".join(capsys.readouterr().out.split())


def test_an_instance_that_cannot_be_enclosed_shows_nothing_and_stops_nothing():
    claim = find_claim("ncvae:information")
    tested = {**claim.formal["tested"], "conditions": []}
    wider = dataclasses.replace(claim, formal={**claim.formal, "tested": tested})
    concave = made.ncvae(parameters={"beta": "1/4", "delta": "1/4"})
    assert attached(wider, panel=(concave,)) == OPEN
    assert outcomes(attached(wider, panel=(concave, made.INFORMATIVE))) == ["holds"]
