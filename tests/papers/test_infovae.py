"""InfoVAE: altered claims are not proved, repaired misprints are, and altered certificates are rejected."""

import dataclasses
import json

import pytest

from tests.judged import verdict_of
from tests.papers.alterations import altered_field, sealed
from variational import certificates
from variational.decide import judge
from variational.errors import CertificateError
from variational.papers.infovae import wording
from variational.papers.registry import claims, find_claim
from variational.recheck.certificate import check_certificate
from variational.records import Status

EVERY = claims("infovae")


# What is altered -> claim, field, before, after.
MUTATIONS = {
    # Proposition 2 and its proof
    "Proposition 2 without alpha + lambda >= 1": (
        "infovae:prop2.corrected",
        "steps.1.conditions",
        "alpha + lambda >= 1",
        "lambda > 0",
    ),
    "Proposition 2 for alpha above one": ("infovae:prop2.bound", "conditions", "alpha <= 1", "alpha <= 2"),
    "Proposition 2 for a negative divergence": ("infovae:prop2.bound", "conditions", "D >= 0", None),
    "the KL divergence for negative lambda": ("infovae:prop2.kl", "conditions", "lambda >= 0", "lambda >= -1"),
    "a dominated divergence without the condition": (
        "infovae:prop2.dominated",
        "conditions",
        "1 - alpha + (alpha+lambda-1)*K >= 0",
        None,
    ),
    "the information of the channel, twice": ("infovae:prop2.corrected", "steps.2.value", "-1/2", "-1"),
    "the correlation without its square root": (
        "infovae:prop2.construction.channel",
        "steps.1.variables.r",
        "sqrt(1-e)",
        "(1-e)",
    ),
    "step 1 with lambda > 0": ("infovae:prop2.step1.corrected", "given", "alpha + lambda > 1", "lambda > 0"),
    "the optimum of L_1 with beta": ("infovae:prop2.L1.optimum", "rhs", "(1-beta)", "beta"),
    "the best decoder, reversed": ("infovae:prop2.L1.decoder", "relation", "<=", ">="),
    "L_2 with a negative weight": ("infovae:prop2.L1.second", "conditions", "g > 0", "g > -1"),
    # Proposition 1 and its proofs
    "Jeffreys' divergence, a quarter of it": ("infovae:prop1.elbo", "steps.4.expr", "1/8*", "1/32*"),
    "the ELBO with wide codes": ("infovae:prop1.elbo", "steps.4.tends.s", "0+", "inf"),
    "a better bound of the entropy": ("infovae:prop1.elbo", "steps.1.then.0", "- log(2)", "- log(3/2)"),
    "a steeper posterior": ("infovae:prop1.gap.corrected", "steps.1.then.0", "2/5", "1"),
    "the mass is pushed at any variance": (
        "infovae:prop1.reading.corrected",
        "steps.7.variables.l",
        ">= sqrt(2)",
        ">= 1",
    ),
    "the optimum over sigma, halved": ("infovae:prop1.proof.sigma", "value", "4*Q", "2*Q"),
    "a rate of 1/2": ("infovae:prop1.proof.growth.lae", "value", "1/4", "1/2"),
    "the regulariser with c for c^2": ("infovae:prop1.proof.lreg", "value", "c^2", "c"),
    "the posterior at most the prior": ("infovae:prop1.proof.posterior", "then", "2*g/A <= 2", "2*g/A <= 1"),
    # the rest
    "(6) with alpha for 1 - alpha": ("infovae:eq6.equivalence", "rhs", "(1-alpha)", "alpha"),
    "(2) without its constant": ("infovae:eq1.eq2", "rhs", f" + {wording.NEGATIVE_ENTROPY}", ""),
    "(4) with the other sign": ("infovae:eq1.eq4", "rhs", "- int[z](gamma(z)*int[x]", "+ int[z](gamma(z)*int[x]"),
    "the ELBO, reversed": ("infovae:eq1.bound", "relation", "<=", ">="),
    "n dimensions with n^2": ("infovae:sec3.1.2.divergence", "value", "n*e^2", "n^2*e^2"),
    "unbounded at alpha = 0": ("infovae:unbounded", "steps.3.expr", "-alpha/2", "-0"),
    "bounded for negative lambda": ("infovae:unbounded.discrete", "steps.0.conditions", "lambda >= 0", None),
    "the AAE with half the divergence": ("infovae:special.aae", "lhs", "1/2*int", "1/4*int"),
    "informative at alpha = 0": ("infovae:special.informative", "conditions", "alpha > 0", "alpha >= 0"),
    "collapse for alpha up to one": ("infovae:special.any-divergence", "conditions", "alpha < 0", "alpha < 1"),
    "MMD with one mixed term": ("infovae:mmd.formula", "lhs", "2*int", "int"),
    "a square in one term of MMD": ("infovae:mmd.normal", "integrand", "(1+a*b)", "(1+a*b)^2"),
    "l_ce without the entropy": ("infovae:lce.entropy", "rhs", " - (-int[z](p(z)*log(p(z))))", ""),
    "the Stein direction with another sign": ("infovae:stein.direction", "steps.0.value", "-m +", "m +"),
    "a step too large": ("infovae:stein.surrogate.corrected", "variables.r", "< 2", "<= 2"),
}


def test_the_originals_of_all_mutations_are_proved():
    originals = sorted({claim_id for claim_id, *_ in MUTATIONS.values()})
    verdicts = {claim_id: verdict_of(claim_id) for claim_id in originals}
    assert {claim_id: found.reason for claim_id, found in verdicts.items() if found.status is not Status.PROVED} == {}


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_claim_is_not_proved(name):
    verdict = judge(altered_field(*MUTATIONS[name]), find_claim)
    assert verdict.status in {Status.REFUTED, Status.UNDECIDED, Status.SUPPORTED}, verdict.reason


# A refutation by steps falls with any of them: what is altered -> field, before, after.
GAP = {
    "another limit of its bound": ("steps.4.value", "3/2*log(2)", "log(2)"),
    "another mean under the prior": ("steps.2.value", "(8*P)", "(4*P)"),
    "a best decoder with half the variance": ("steps.0.value", "4*w*(1-w)", "2*w*(1-w)"),
    "a sharper bound of the posterior": ("steps.1.then.0", "- 1/2", "- 1"),
}


@pytest.mark.parametrize("name", GAP)
def test_the_bounded_gap_needs_every_step(name):
    assert verdict_of("infovae:prop1.gap").status is Status.REFUTED
    assert judge(altered_field("infovae:prop1.gap", *GAP[name]), find_claim).status is Status.UNDECIDED


@pytest.mark.parametrize(
    "name",
    [
        "the optimum of L_1 with beta",
        "step 1 with lambda > 0",
        "the posterior at most the prior",
        "(6) with alpha for 1 - alpha",
        "(2) without its constant",
        "n dimensions with n^2",
        "MMD with one mixed term",
        "a square in one term of MMD",
    ],
)
def test_an_altered_claim_with_a_small_counterexample_is_refuted(name):
    verdict = judge(altered_field(*MUTATIONS[name]), find_claim)
    assert verdict.status is Status.REFUTED, verdict.reason


OF_CELLS = (
    f"{wording.DECODER_SLACK} + (1-alpha)*{wording.AGGREGATE_SLACK} + (alpha+lambda-1)*M*{wording.AGGREGATE_SLACK}"
)
# Misprinted claim -> field, before, after, hints of the repaired one (None for its own).
REPAIRS = {
    "infovae:prop2.cells": ("conditions", "lambda > 0", "alpha + lambda >= 1", {"slack": OF_CELLS}),
    "infovae:prop2.step1": ("given", "lambda > 0", "alpha + lambda > 1", None),
    "infovae:prop2.L1.line": ("rhs", " + (-int[x]", " - (-int[x]", None),
    "infovae:prop2.construction.line": ("rhs", "int[x](int", "int[x](pd(x)*int", None),
    "infovae:prop1.proof.sigma.second": ("lhs", "4/s^3", "4*Q/s^3", None),
    "infovae:prop1.proof.optimum.second": ("rhs", "- log(2) -", "- log(2) - 1/2 -", None),
    "infovae:prop1.proof.lreg.sign": ("value", "log(l) - l^2/2 - c^2/2 + 1/2", "-log(l) + l^2/2 + c^2/2 - 1/2", None),
    "infovae:sec4.eq4": ("rhs", "int[z](p(z)*int[x]", "int[z](gamma(z)*int[x]", None),
    "infovae:lce": ("rhs", "*log(n(z))", "*(log(n(z)) - log(p(z)))", None),
    "infovae:stein.gradient": ("value", "m", "-m*(1+a*m^2)", None),
}


@pytest.mark.parametrize("claim_id", REPAIRS)
def test_a_repaired_misprint_is_proved(claim_id):
    field, old, new, hints = REPAIRS[claim_id]
    assert verdict_of(claim_id).status is Status.REFUTED
    repaired = altered_field(claim_id, field, old, new)
    repaired = dataclasses.replace(repaired, hints=repaired.hints if hints is None else hints)
    verdict = judge(repaired, find_claim)
    assert verdict.status is Status.PROVED, verdict.reason


def certificate(claim_id):
    claim = find_claim(claim_id)
    return json.loads(json.dumps(certificates.certificate(claim, verdict_of(claim_id))))


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_a_certificate_is_accepted_and_its_opposite_is_not(claim):
    found = certificate(claim.id)
    check_certificate(found, find_claim)
    status = {"proved": "refuted", "refuted": "proved"}[found["status"]]
    with pytest.raises(CertificateError):
        check_certificate(sealed({**found, "status": status}), find_claim)


# Claim, path into the evidence, new content.
ALTERED = {
    "another slack of Proposition 2": ("infovae:prop2.bound", "0.slack", "0"),
    "the stated point as witness": (
        "infovae:prop2.cells",
        "0.space.functions.q|",
        [["1/2", "1/2"], ["1/2", "1/2"]],
    ),
    "a witness with alpha + lambda = 1": ("infovae:prop2.cells", "0.space.parameters.lambda", "1"),
    "an exact exponential": ("infovae:prop2.construction.cells", "0.values.N", "1"),
    "a step left out": ("infovae:prop1.elbo", "4", None),
    "another argument": ("infovae:prop1.gap", "5.shows", "It is obvious."),
    "another minimiser": ("infovae:prop1.proof.best-decoder", "1.at", {"m": "0", "v": "4*w*(1-w)"}),
    "another rate": ("infovae:prop1.proof.growth.lae", "0.value", "1/2"),
    "a kernel that is not positive": (
        "infovae:mmd.only-if",
        "0.entries.K",
        [["-1", "-1", "-1"], ["-1", "-1", "-1"], ["-1", "-1", "-1"]],
    ),
    "two equal laws": ("infovae:mmd.only-if", "0.entries.q", [["1/4"], ["1/2"], ["1/4"]]),
}


@pytest.mark.parametrize("name", ALTERED)
def test_altered_evidence_is_rejected(name):
    claim_id, path, content = ALTERED[name]
    found = certificate(claim_id)
    check_certificate(found, find_claim)
    *steps, last = (int(name) if name.isdigit() else name for name in path.split("."))
    place = found["evidence"]
    for step in steps:
        place = place[step]
    if content is None:
        del place[last]
    else:
        place[last] = content
    with pytest.raises(CertificateError):
        check_certificate(sealed(found), find_claim)
