"""The inverse Lipschitz paper: altered claims are not decided alike, and altered certificates are rejected."""

import copy
import dataclasses

import pytest

from tests.judged import verdict_of
from tests.papers.alterations import altered_text, sealed
from variational.certificates import certificate
from variational.decide import judge
from variational.errors import CertificateError
from variational.papers.registry import claims, find_claim
from variational.recheck.certificate import check_certificate
from variational.records import Status

EVERY = claims("illidvae")
DECIDED = {Status.PROVED, Status.REFUTED}


# What is altered -> claim, before, after.
MUTATIONS = {
    "Theorem 3.4 with twice the constant": ("thm3.4", ">= L^2*(v1^2", ">= 2*L^2*(v1^2"),
    "Theorem 3.4 with the sign of the cross term": ("thm3.4", "w^2 + 2*L*(v*w)", "w^2 - 2*L*(v*w)"),
    "Theorem 3.4 for a concave potential": ("thm3.4", '"along": ">= 0"', '"along": "real"'),
    "sharpness without the variance": ("thm3.4.sharp", "L^2*(x - s^2*(L*u + b))^2", "L^2*(x - (L*u + b))^2"),
    "a square map of another determinant": ("thm3.4.square", "(a*c + b*d)^2", "(a*c - b*d)^2"),
    "overshoot forgotten": ("thm3.4.curved", "(x1^2 + L^2) + L^2*x2^2", "(x1^2 + L^2)"),
    "the bound falls with L": ("cor3.6.monotone", "M >= L", "M <= L"),
    "strictly without L < M": ("cor3.6.strict", "M > L", "M >= L"),
    "Poisson infimum one": ("cor3.6.zero", '"value": "0"', '"value": "1"'),
    "Poisson infimum attained": ("cor3.6.zero", '"attained": false', '"attained": true'),
    "Bernoulli tail reversed": ("cor3.6.zero.bernoulli", "1/(1 + exp(y)) <= exp(-y)", "1/(1 + exp(y)) >= exp(-y)"),
    "Gaussian infimum with L for L^2": ("cor3.6.gaussian", '"value": "s^4*L^2"', '"value": "s^4*L"'),
    "Gaussian infimum not attained": ("cor3.6.gaussian", '"attained": true', '"attained": false'),
    "collapse nearer than it is": ("cor3.6.guarantee", "= log(e) - L^2 - log(1 + L)", "= log(e) - L^2 + log(1 + L)"),
    "Fisher divergence without the slope": ("cor3.6.guarantee", '"(-L*exp(L*u + b))^2"', '"exp(L*u + b)^2"'),
    "a data set with half the spread": ("cor3.6.guarantee.fisher", "((x - y)/2)^2", "(x - y)^2/8"),
    "split with the wrong mean": ("thm3.7.split", "(c - int[z'](p(z')*s(z')))^2", "(c + int[z'](p(z')*s(z')))^2"),
    "mean of scores squared": ("thm3.7.average", "((x + y)/2)^2", "(x + y)^2"),
    "exact collapse with a third": ("thm3.8.exact", '"rhs": "1/2"', '"rhs": "1/3"'),
    "exact collapse with another slope": ("thm3.8.exact", '"rhs": "2*L2*u"', '"rhs": "3*L2*u"'),
    "a ridge that falls": ("thm3.8.increasing", "log(1 + exp(4*L2*s)) >=", "log(1 + exp(-4*L2*s)) >="),
    "an eigenvalue too large": ("thm3.8.spread", ">= k*(j1^2 + j2^2)", ">= 2*k*(j1^2 + j2^2)"),
    "a parabola of order r^-2": ("thm3.8.gaussian", "3*L2*u^2/(2*r^2) + (1/r^4", "3*L2*u^2/(2*r) + (1/r^4"),
    "a parabola that stays": ("thm3.8.gaussian", '"value": "0"', '"value": "1"'),
    "Proposition 3.9 without the half": ("prop3.9", "start >= delta*e/2", "start >= delta*e"),
    "pair bound without the root": ("prop3.9.use.corrected", "L*d/sqrt(2*pi)", "L*d/sqrt(pi)"),
    "pair bound, cosh not convex": ("prop3.9.use.corrected", ">= (exp(y) + exp(-y))^2", "> (exp(y) + exp(-y))^2"),
    "KL of the ELBO with another entropy": ("prop3.9.use.reverse", "<= log((u + v)^2/N)", "<= log((u + v)^2/N)/2"),
    "a coin below log 1": ("prop3.9.use.coin", "/(1/2) < 2", "/(1/2) < 1"),
    "Fisher that does not vanish": ("lsi.gaussian", "exp(-(b-1)^2/2)", "exp((b-1)^2/2)"),
    "KL that stays": ("lsi.gaussian", "b^2 - (b+1)^2/2", "b^2/4 - (b+1)^2/2"),
    "a Gaussian posterior with v/4": ("lsi.posterior", "<= v/2*((1/v", "<= v/4*((1/v"),
    "Bakry-Emery with 1/(4c)": ("C2.bakry", "<= g^2/(2*c)", "<= g^2/(4*c)"),
    "Holley-Stroock with exp(-B)": ("C2.holley.sharper", "exp(-2*B) <= exp(-M)", "exp(-B) <= exp(-M)"),
    "a push-forward with 1/L": ("C2.lipschitz", "F/(2*(al/L^2))", "F/(2*(al/L))"),
    "equivalence on the support": ("equivalence.corrected", '"p": "> 0, < 1"', '"p": ">= 0, <= 1"'),
    "a score with the prior added": ("lemA1.score", "- log(p(z))", "+ log(p(z))"),
    "a strongly convex gradient, twice": ("def3.1.gradient", ">= 2*L*(g*d", ">= 4*L*(g*d"),
    "an ICNN with negative weights": ("brenier.icnn", '"w": ">= 0"', '"w": "real"'),
    "KL that falls in Table 1": ("tables.table1", "KL' > KL", "KL' < KL"),
    "MI in nats above log N everywhere": ("tables.mi.bits", '"N": "32460"', '"N": "3246000000000"'),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_claim_is_not_decided_as_the_original(name):
    label, old, new = MUTATIONS[name]
    original = find_claim(f"illidvae:{label}")
    assert verdict_of(original.id).status is original.recorded
    verdict = judge(altered_text(original.id, old, new), find_claim)
    assert verdict.status is not original.recorded, verdict.reason


# Refuted claim -> before, after.
REPAIRS = {
    "cor3.6.inclusion": ("c >= L", "c >= M"),
    "tables.table4.omniglot": ("KL' > KL", "KL' + 1/4 > KL"),
    "tables.mi": ("MI <= log(N)", "MI <= 3*log(N)"),
    "tables.mi.kl": ("MI <= KL", "MI <= KL + 3/2"),
}


@pytest.mark.parametrize("label", REPAIRS)
def test_a_repaired_claim_is_proved(label):
    claim = find_claim(f"illidvae:{label}")
    old, new = REPAIRS[label]
    repaired = dataclasses.replace(
        claim, formal={**claim.formal, "then": [text.replace(old, new) for text in claim.formal["then"]]}
    )
    assert repaired.formal != claim.formal
    assert verdict_of(claim.id).status is Status.REFUTED
    assert judge(repaired, find_claim).status is Status.PROVED


@pytest.fixture(scope="module")
def certificates():
    return {claim.id: certificate(claim, verdict_of(claim.id)) for claim in EVERY}


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_every_certificate_is_accepted(claim, certificates):
    assert claim.recorded in DECIDED
    assert check_certificate(certificates[claim.id], find_claim).text


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_a_certificate_with_the_other_status_is_rejected(claim, certificates):
    other = copy.deepcopy(certificates[claim.id])
    other["status"] = "refuted" if other["status"] == "proved" else "proved"
    with pytest.raises(CertificateError):
        check_certificate(sealed(other), find_claim)


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_a_certificate_without_its_first_evidence_is_rejected(claim, certificates):
    other = copy.deepcopy(certificates[claim.id])
    del other["evidence"][0]
    with pytest.raises(CertificateError):
        check_certificate(sealed(other), find_claim)


WITH_STEPS = [claim for claim in EVERY if claim.formal["kind"] == "steps"]


@pytest.mark.parametrize("claim", WITH_STEPS, ids=lambda claim: claim.id)
def test_a_step_that_says_something_else_is_rejected(claim, certificates):
    other = copy.deepcopy(certificates[claim.id])
    step = other["evidence"][0]["formal"]
    for field in ("lhs", "value"):
        if field in step:
            step[field] = f"2*({step[field]}) + 1"
    if "then" in step:
        step["then"] = ["1 > 0"]
    with pytest.raises(CertificateError):
        check_certificate(sealed(other), find_claim)
