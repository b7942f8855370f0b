"""Every claim of every paper, and every control, judged from its formal statement alone."""

import dataclasses

import pytest

from tests.judged import verdict_of
from variational.decide import judge
from variational.papers.registry import CONTROLS, PAPERS, claims, find_claim
from variational.records import Status

EVERY = tuple(claim for target in (*PAPERS, CONTROLS) for claim in claims(target))
# One claim of every kind of formal statement, proved and refuted ones.
SAMPLE = (
    "controls:all.false",
    "controls:convex.false",
    "controls:universal.no-bound",
    "controls:universal.true",
    "ncvae:eq1",
    "ncvae:eq3.decomposition",
    "ncvae:eq4.eq26",
    "ncvae:eq5.closed-form",
    "ncvae:eq55.middle",
    "ncvae:eq88",
    "ncvae:thm2",
    "ncvae:thm2.corrected",
    "controls:real-identity.true",
    "controls:real-inequality.false",
    "controls:limit.true",
    "controls:infimum.true",
    "controls:gaussian-integral.true",
    "controls:table.true",
    "controls:matrix.true",
    "controls:steps.true",
)


def outline(verdict):
    return verdict.status, verdict.reason, verdict.spaces, [piece.kind for piece in verdict.evidence]


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_verdict_is_the_recorded_one(claim):
    verdict = verdict_of(claim.id)
    assert verdict.status is claim.recorded, verdict.reason


@pytest.mark.parametrize("claim_id", SAMPLE)
@pytest.mark.parametrize("recorded", list(Status), ids=lambda status: status.value)
def test_the_recorded_verdict_is_not_looked_at(claim_id, recorded):
    def relabelled(name):
        return dataclasses.replace(find_claim(name), recorded=recorded)

    # slacks are compared by their presence only: the solver may write the same positive number in two ways
    assert outline(judge(relabelled(claim_id), relabelled)) == outline(verdict_of(claim_id))


def test_the_sample_holds_every_kind_of_statement():
    sampled = {find_claim(claim_id).formal["kind"] for claim_id in SAMPLE}
    assert sampled == {claim.formal["kind"] for claim in EVERY}


PRINTED_AND_FALSE = tuple(
    claim for paper in PAPERS for claim in claims(paper) if claim.printed_claim and claim.recorded is Status.REFUTED
)


def test_there_are_printed_claims_that_are_refuted():
    assert PRINTED_AND_FALSE


@pytest.mark.parametrize("claim", PRINTED_AND_FALSE, ids=lambda claim: claim.id)
def test_a_refuted_printed_claim_has_a_proved_form_of_its_own_or_of_what_it_is_part_of(claim):
    wholes = [whole for whole in EVERY if claim.id in whole.formal.get("of", ())]
    corrections = [found for found in (claim, *wholes) if found.corrected_by is not None]
    assert corrections, f"{claim.id} is refuted, and nothing says what holds instead"
    for found in corrections:
        assert found.corrected_by != claim.id
        assert verdict_of(found.corrected_by).status is Status.PROVED, verdict_of(found.corrected_by).reason


def test_a_correction_is_not_a_printed_claim_that_is_itself_refuted():
    corrections = {claim.corrected_by for claim in EVERY if claim.corrected_by is not None}
    assert {claim_id for claim_id in corrections if find_claim(claim_id).corrected_by is not None} == set()
