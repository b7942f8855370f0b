"""The rules for minima take what the judges give, for no other claim, and nothing that was altered."""

import dataclasses
import json

import pytest

from tests.recheck.parts import (
    check,
    false_identity,
    false_lemma,
    no_spaces,
    nothing_left,
    part_of,
    piece_of,
    reversed_lemma,
    spaces_narrowed,
    unknown_kind,
    unknown_space,
)
from variational import blocks, certificates, grammar, witnesses
from variational.decide import judge
from variational.errors import CertificateError
from variational.papers.registry import find_claim
from variational.recheck.certificate import check_certificate
from variational.recheck.digest import FIELD, digest
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES, Status

DECIDED = (
    "ncvae:thm2",
    "ncvae:thm2.corrected",
    "ncvae:cor2.1",
    "ncvae:cor2.1.below-one",
    "ncvae:eq6.paren",
    "ncvae:eq6.paren.corrected",
    "ncvae:thm3",
    "ncvae:thm3.corrected",
    "ncvae:cor3.1",
    "ncvae:thm4",
    "ncvae:thm4.corrected",
    "ncvae:cor4.1",
    "ncvae:thm5",
    "ncvae:thm6",
    "ncvae:thm6.corrected",
    "ncvae:thm7.equality",
    "ncvae:eq33.convexity",
    "ncvae:eq33.corrected",
    "ncvae:eq44.convexity",
    "ncvae:eq55.convexity",
    "ncvae:thm5.convexity",
    "controls:convex.true",
    "controls:convex.false",
    "controls:optimum.true",
    "controls:optimum.false",
)


@pytest.mark.parametrize("claim_id", DECIDED)
def test_the_evidence_of_the_judge_is_accepted(claim_id):
    finding = check(find_claim(claim_id), part_of(claim_id))
    assert finding.levels


@pytest.mark.parametrize("claim_id", DECIDED)
def test_the_opposite_verdict_is_rejected(claim_id):
    part = part_of(claim_id)
    part["status"] = {"proved": "refuted", "refuted": "proved"}[part["status"]]
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


def foreign_hypothesis(part):
    piece_of(part, "decision")["given"].append("beta > 3")


def weaker_hypothesis(part):
    piece_of(part, "decision")["given"] = ["beta > 0"]


def stronger_conclusion(part):
    piece_of(part, "decision")["then"] = "beta - 2 > 0"


def altered_slack(part):
    piece_of(part, "decision")["slack"] += " + 1"


def negative_slack(part):
    piece = piece_of(part, "decision")
    piece["slack"] = f"-({piece['slack']})"


def satisfiable_query(part):
    piece_of(part, "decision")["smtlib"] = "(declare-fun beta () Real)(assert (> beta 1))"


def query_about_nothing(part):
    piece_of(part, "decision")["smtlib"] = "(assert false)"


def lemmas_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "inequality"]


def decisions_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "decision"]


def decomposition_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "identity"]


@pytest.mark.parametrize(
    "alter",
    [
        foreign_hypothesis,
        weaker_hypothesis,
        stronger_conclusion,
        altered_slack,
        negative_slack,
        satisfiable_query,
        query_about_nothing,
        false_identity,
        false_lemma,
        reversed_lemma,
        lemmas_left_out,
        decisions_left_out,
        decomposition_left_out,
        nothing_left,
        unknown_kind,
        spaces_narrowed,
        no_spaces,
        unknown_space,
    ],
    ids=lambda alter: alter.__name__,
)
@pytest.mark.parametrize("claim_id", ["ncvae:thm2.corrected", "ncvae:thm5"])
def test_an_altered_proof_about_the_minimum_is_rejected(claim_id, alter):
    part = part_of(claim_id)
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


@pytest.mark.parametrize(
    ("claim_id", "other"),
    [
        ("ncvae:thm5", "ncvae:thm2.corrected"),
        ("ncvae:thm2.corrected", "ncvae:thm5"),
        ("ncvae:thm3.corrected", "ncvae:thm2.corrected"),
        ("ncvae:cor4.1", "ncvae:cor2.1"),
        ("ncvae:cor2.1", "ncvae:cor4.1"),
        ("ncvae:thm6", "ncvae:thm2"),
        ("ncvae:thm2", "ncvae:cor2.1"),
        ("ncvae:eq33.corrected", "ncvae:thm5.convexity"),
        ("ncvae:eq33.convexity", "ncvae:eq55.convexity"),
        ("ncvae:thm5.convexity", "ncvae:eq33.corrected"),
    ],
)
def test_the_evidence_of_another_claim_is_rejected(claim_id, other):
    part = part_of(claim_id)
    assert part["status"] == part_of(other)["status"]
    part["evidence"] = part_of(other)["evidence"]
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


@pytest.mark.parametrize(
    ("claim_id", "changes"),
    [
        ("ncvae:thm2.corrected", {"conditions": ["beta > 0"]}),
        ("ncvae:thm2.corrected", {"conditions": ["beta >= 1"]}),
        ("ncvae:thm2.corrected", {"conditions": []}),
        ("ncvae:thm2.corrected", {"asserts": "no-collapse"}),
        ("ncvae:thm2.corrected", {"asserts": "everything"}),
        ("ncvae:thm2.corrected", {"objective": blocks.BUILT_IN["aae"]}),
        ("ncvae:thm2.corrected", {"objective": "recon + beta*KL(q,p) - beta*MI"}),
        ("ncvae:thm3.corrected", {"conditions": ["alpha < 0", "lambda >= 0"]}),
        ("ncvae:thm3.corrected", {"conditions": ["lambda > 0"]}),
        ("ncvae:cor2.1.below-one", {"asserts": "collapses"}),
        ("ncvae:cor2.1.below-one", {"asserts": "unique"}),
        ("ncvae:cor2.1.below-one", {"conditions": ["beta > 0"]}),
        ("ncvae:cor2.1.below-one", {"spaces": list(SPACES)}),
        ("ncvae:thm4.corrected", {"conditions": ["lambda > -1"]}),
        ("ncvae:thm4.corrected", {"spaces": [DENSITIES]}),
        ("ncvae:thm5", {"conditions": ["beta > 0", "delta > 0"]}),
        ("ncvae:thm5", {"conditions": ["beta > 1"]}),
        ("ncvae:thm5", {"asserts": "collapses"}),
        ("ncvae:thm6.corrected", {"data": ["p != n", "pd != pn"]}),
        ("ncvae:thm6.corrected", {"data": []}),
        ("ncvae:thm6.corrected", {"asserts": "collapses"}),
        ("ncvae:cor2.1", {"conditions": ["beta > 1"]}),
        ("ncvae:cor2.1", {"spaces": [DENSITIES]}),
        ("ncvae:cor2.1", {"asserts": "no-collapse"}),
        ("ncvae:cor2.1", {"objective": "recon + 4*beta*KL(q,p)"}),
        ("ncvae:thm6", {"data": ["p != n", "pd != pn", "pd > 0"]}),
        ("ncvae:thm6", {"conditions": ["beta > 2", "delta > 0"]}),
        ("ncvae:eq33.corrected", {"conditions": ["beta > 1/2"]}),
        ("ncvae:eq33.corrected", {"objective": blocks.BUILT_IN["aae"]}),
        ("ncvae:eq33.convexity", {"conditions": ["beta > 1"]}),
        ("ncvae:thm5.convexity", {"conditions": ["beta > 1"]}),
    ],
    ids=str,
)
def test_the_evidence_does_not_carry_over_to_an_altered_statement(claim_id, changes):
    part = part_of(claim_id)
    claim = find_claim(claim_id)
    altered = dataclasses.replace(claim, formal={**claim.formal, **changes})
    part["formal"] = json.loads(json.dumps(altered.formal))
    if "spaces" in changes:
        part["spaces"] = changes["spaces"]
    with pytest.raises(CertificateError):
        check(altered, part)


@pytest.mark.parametrize("claim_id", ["ncvae:thm2", "ncvae:thm5", "ncvae:thm6", "ncvae:eq33.corrected"])
def test_a_statement_that_is_not_the_registered_one_is_rejected(claim_id):
    part = part_of(claim_id)
    part["formal"]["conditions"] = ["beta > 7"]
    with pytest.raises(CertificateError, match="not the registered one"):
        check(find_claim(claim_id), part)


def with_kernel(asserts, objective):
    base = find_claim("ncvae:cor2.1.corrected")
    formal = {"kind": "optimum", "objective": objective, "conditions": [], "asserts": asserts, "spaces": [FINITE]}
    return dataclasses.replace(base, formal=formal)


def test_a_kernel_that_is_not_positive_refutes_no_collapse_statement():
    claim = with_kernel("collapses", "recon + 2*KL(q,p) - 2*KL(g,p) + MMD(g,p)")
    assert judge(claim, find_claim).status is Status.PROVED
    code = [["99/100", "9/10"], ["1/100", "1/10"]]
    on = witnesses.with_posterior(witnesses.space({"pd": ["1/2"] * 2, "p": ["1/2"] * 2, "q|": code}))
    on["functions"]["k"] = [["-10", "0"], ["0", "-10"]]  # so that MMD^2 is negative and D is no divergence
    loss = grammar.functional(claim.formal["objective"])
    piece = witnesses.separation("a code", on, loss, f"(1)*({blocks.DATA_ENTROPY})").to_json()
    assert piece["relation"] == "<"
    part = {"status": "refuted", "spaces": [FINITE], "formal": claim.formal, "evidence": [piece]}
    with pytest.raises(CertificateError):
        check(claim, json.loads(json.dumps(part)))


def test_a_discrepancy_whose_kernel_may_vanish_makes_no_minimum_unique():
    claim = with_kernel("unique", "recon + 2*KL(q,p) - 2*KL(g,p) + MMD(g,p)")
    # with k = 0 every constant code has the least loss H(X)
    losses = []
    for law in (["1/2", "1/2"], ["1/4", "3/4"]):
        code = [[mass] * 2 for mass in law]
        on = witnesses.with_posterior(witnesses.space({"pd": ["1/2"] * 2, "p": ["1/2"] * 2, "q|": code}))
        on["functions"]["k"] = [["0", "0"], ["0", "0"]]
        losses.append(str(witnesses.exact_value(grammar.functional(claim.formal["objective"]), on)))
    assert losses == ["log(2)", "log(2)"]
    assert judge(claim, find_claim).status is not Status.PROVED


@pytest.mark.parametrize("claim_id", ["ncvae:cor2.1", "ncvae:thm5", "ncvae:eq33.corrected"])
def test_a_certificate_file_names_its_spaces_and_an_edited_one_is_rejected(claim_id):
    claim = find_claim(claim_id)
    certificate = certificates.certificate(claim, judge(claim, find_claim))
    assert check_certificate(certificate, find_claim).levels
    for spaces in ([], ["finite", "finite", "hilbert"], [DISCRETE_X]):
        edited = {**certificate, "spaces": spaces}
        with pytest.raises(CertificateError, match="digest"):
            check_certificate(edited, find_claim)
        edited[FIELD] = digest(edited)
        with pytest.raises(CertificateError):
            check_certificate(edited, find_claim)
