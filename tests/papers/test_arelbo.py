"""AR-ELBO: altered claims are not decided alike, repaired misprints are proved, altered certificates are rejected."""

import copy
import json

import pytest

from tests.judged import verdict_of
from tests.papers.alterations import altered_text, sealed
from variational.certificates import certificate
from variational.decide import judge
from variational.errors import CertificateError
from variational.papers.registry import claims, find_claim
from variational.recheck.certificate import check_certificate
from variational.records import Status

EVERY = claims("arelbo")
DECIDED = {Status.PROVED, Status.REFUTED}


# What is altered -> claim, before, after.
MUTATIONS = {
    # Theorem 1 and the objective
    "the data-processing inequality, reversed": ("thm1.A1", '"<="', '">="'),
    "the rate splits with a plus": ("thm1.A2", "- int[z](gamma", "+ int[z](gamma"),
    "the rate bounds twice the information": ("thm1.A3", '"rhs": "int[x,z]', '"rhs": "1/2*int[x,z]'),
    "a divergence of zero that is positive": ("thm1.superset", "(v - log(v) - 1)/2 > 0", "(v - log(v) - 1)/2 < 0"),
    "(11) with the aggregate reversed": ("eq11.split", "int[z](gamma(z)*log(gamma(z)/p(z)))", "int[z](p(z)*log(p(z)))"),
    "Frechet distance with twice the trace": ("eq11.frechet", '"value": "e^2 + b^2 + g^2 - 2', '"value": "e^2 - 2'),
    # Theorem 2 and what replaces its proof
    "Theorem 2, collapsed model not the best": ("thm2", '"value": "V/(2*s)"', '"value": "V/(4*s)"'),
    "Theorem 2 with a code variance above one": ("thm2", '"v": "> 1"', '"v": "> 0"'),
    "Theorem 2, quantitative, with half the rate": ("thm2.corrected", "<= exp(-2*R/d)", "<= exp(-4*R/d)"),
    "Theorem 2, quantitative, without e": ("thm2.corrected", "2*pi*exp(1)*D/n", "2*pi*D/n"),
    "Theorem 2, quantitative, at fixed D": ("thm2.corrected", '"D": "0+"', '"D": "1+"'),
    "the information above the rate": ("thm2.corrected", '"relation": "<="', '"relation": ">="'),
    "a bound that is not attained": ("thm2.tight.bound", '"rhs": "s/V"', '"rhs": "s/(2*V)"'),
    "the linear optimum with another code": ("thm2.tight.error", '"v": "= s/V"', '"v": "= s"'),
    "Theorem 2 for samples, with the bound of a mean": ("sec4.3.corrected", "(c-e)^2/(2*N)", "(c-e)^2/N"),
    "Theorem 2 for one sample": ("sec4.3.corrected", '"N": "integer >= 2"', '"N": "integer >= 0"'),
    "the error from a better model, halved": ("F1.corrected.bound", '["D <= e + 2*s*K"]', '["D <= e + s*K"]'),
    "the estimated variance with n for 1/n": ("F1.mle", "log(D/n)", "log(D*n)"),
    # the lemmas
    "Lemma 1 with the second information dropped": ("lem1.F3", "int[x,x'](pd", "0*int[x,x'](pd"),
    "two samples carry less than log 2": ("lem2.divergence", "<= log(2)", "<= log(3/2)"),
    "Lemma 2 with a data set": ("lem2.corrected", "- n/2*log(2*pi*exp(1)*D/n)", "- n/2*log(2*pi*exp(1)*(D+1)/n)"),
    "an entropy with s^n": ("F5.F6.corrected", "n/2*log(2*pi*exp(1)*s)", "1/2*log(2*pi*exp(1)*s^n)"),
    "a covariance with one noise": ("lem3.F8", "v*(g^2 + k^2)", "v*g^2"),
    "a spread of a quarter": ("lem3.V", "1/3*identity(3)", "1/4*identity(3)"),
    "a pair counted once": ("lem3.F9.corrected", "1/2*int[x,x']", "int[x,x']"),
    "(F.10) without its root": ("F10.corrected.equation", "log(l*k/v^2)/2", "log(l*k/v^2)"),
    # the linear approximation, smoothness
    "the mean of the code, twice": ("sec4.1.kl.corrected", "+ m^2/2", "+ m^2"),
    "(4) without what it omits": ("eq4.corrected", " + v - log(v) - 1", ""),
    "another best code variance": ("eq4.minimiser", "d/2*log((d*s + G)/(d*s))", "d/2*log((s + G)/s)"),
    "a collapse above twice the variance": ("main.above", ">= V", ">= V/2"),
    "no collapse up to twice the variance": ("main.below", "< V", "< 2*V"),
    "a Frobenius norm without a row": ("appB.B6", '"v*(a^2 + b^2 + c^2 + g^2)"', '"v*(a^2 + b^2)"'),
    "a penalty that is strict": ("appB.definite.corrected", ">= 0", "> 0"),
    "the expected gap, halved": ("eq5.limit", '"value": "2*s*', '"value": "s*'),
    "one constant for two dimensions": ("els.lipschitz.corrected", "<= 2*K^2", "<= K^2"),
    # estimates, updates, consequences, tables
    "(D.1) with the entropy of n/4": ("D1.corrected", "A - n/2", "A - n/4"),
    "a stationary point at -S": ("G2.corrected", "1/s - S/s^2", "1/s + S/s^2"),
    "a bias upwards": ("sec5.2.bias.batch", '"<="', '">="'),
    "the variance estimated, at another scale": ("prevents", '"value": "1"', '"value": "0"'),
    "the collapse of anisotropic data": ("prevents.corrected", "< 1 + log((l+k)/2)", "< 1 + log((l+k)/4)"),
    "the importance bound, reversed": ("nll.weights", '">="', '"<="'),
    "the worst model of Table 7 is the best": ("nll.table", "DiagD < IsoD", "DiagD > IsoD"),
    "a divergence to a tenth": ("table3.near", "88/100", "99/100"),
    "a collapsed row above its bound": ("table1.collapse.corrected", "v > 19/20", "v > 21/20"),
}


@pytest.fixture(scope="module")
def certificates():
    found = {claim.id: certificate(claim, verdict_of(claim.id)) for claim in EVERY}
    return json.loads(json.dumps(found))


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_claim_is_not_decided_as_the_original(name, certificates):
    label, old, new = MUTATIONS[name]
    original = certificates[f"arelbo:{label}"]["status"]
    assert Status(original) in DECIDED
    verdict = judge(altered_text(f"arelbo:{label}", old, new), find_claim)
    assert verdict.status is not Status(original), verdict.reason


# Misprinted claim -> before, after.
REPAIRS = {
    "eq1.kl": ("log(v)/log(10)", "log(v)"),
    "sec4.1.kl": ("+ m^2", "+ m^2/2"),
    "eq4.third-term": ("1/(2*s)*(2*s*m^2)", "1/(2*s)*(s*m^2)"),
    "eq8.first-term": ("(r^2 + w^2)/s + (r^2 + w^2)/t", "r^2/s + w^2/t"),
    "F5.F6": ("1/2*log(2*pi*exp(1)*s^n)", "1/2*log((2*pi*exp(1)*s)^n)"),
    "F10.equation": ("log(l*k/v)", "log(l*k/v^2)/2"),
    "D1": ("A - N/2", "A - n/2"),
    "G2": ("(S + 1/s)/2", "(1/s - S/s^2)/2"),
    "els.lipschitz": ("a^2 <= a", "a^2 <= a*a"),
    "table1.collapse": ("v < 1/10", "v > 9/10"),
    "table1.els": ("gap3/(2/1000)", "gap3/(8*2/1000)"),
}


@pytest.mark.parametrize("label", REPAIRS)
def test_a_repaired_misprint_is_proved(label, certificates):
    assert certificates[f"arelbo:{label}"]["status"] == Status.REFUTED.value
    verdict = judge(altered_text(f"arelbo:{label}", *REPAIRS[label]), find_claim)
    assert verdict.status is Status.PROVED, verdict.reason


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_a_certificate_is_accepted_and_with_the_other_status_it_is_not(claim, certificates):
    assert claim.recorded in DECIDED
    found = certificates[claim.id]
    assert check_certificate(found, find_claim).text
    other = "refuted" if found["status"] == "proved" else "proved"
    with pytest.raises(CertificateError):
        check_certificate(sealed({**found, "status": other}), find_claim)


@pytest.mark.parametrize("claim", EVERY, ids=lambda claim: claim.id)
def test_a_certificate_without_its_first_evidence_is_rejected(claim, certificates):
    other = copy.deepcopy(certificates[claim.id])
    del other["evidence"][0]
    with pytest.raises(CertificateError):
        check_certificate(sealed(other), find_claim)


# Evidence of each kind: claim, path into the evidence, new content.
ALTERED = {
    "argument": ("appC.C3.cubic", "3.shows", "It is obvious."),
    "decision": ("F1.corrected.bound", "0.slack", "(e+2*s*K - (D+2*s*G)) + (s - (0))*(G - (0))"),
    "gaussian-integral": ("lem3.F8", "0.expectation", "c**2*g**2"),
    "identity": ("eq7.G17", "0.rhs", "1/2*int[x](pd(x)*log(w(x)))"),
    "inequality": ("F10.entropy", "0.slack", "int[z](gamma(z)*phi(gamma(z)/n(z)))"),
    "limit": ("F1.corrected.limit", "0.value", "K"),
    "lower-bound": ("eq7.G1", "0.proof.slack", "phi(l)"),
    "matrices": ("appB.norm", "0.entries.J", [["0", "0"], ["0", "0"]]),
    "part": ("eq5", "0.status", "refuted"),
    "point": ("els.lipschitz", "0.values.a", "1"),
    "proof": ("lem3.finite", "0.proof.slack", "((l+k)/2)^2"),
    "reached": ("eq7.G1", "1.at.l", "2"),
    "real-identity": ("thm2.tight.error", "0.rhs", "s^2"),
    "step": ("thm2.proof", "1.evidence.0.value", "1"),
    "table": ("table3.tenth", "0.place", "row 2"),
    "witness": ("eq7.G15", "0.space.functions.v", [["2", "2"], ["2", "2"]]),
}


@pytest.mark.parametrize("kind", ALTERED)
def test_altered_evidence_of_each_kind_is_rejected(kind, certificates):
    label, path, content = ALTERED[kind]
    found = copy.deepcopy(certificates[f"arelbo:{label}"])
    *steps, last = (int(name) if name.isdigit() else name for name in path.split("."))
    place = found["evidence"]
    assert place[steps[0]]["kind"] == kind
    for step in steps:
        place = place[step]
    assert place[last] != content
    place[last] = content
    with pytest.raises(CertificateError):
        check_certificate(sealed(found), find_claim)


def test_the_altered_evidence_is_of_every_kind_that_a_certificate_holds(certificates):
    assert {piece["kind"] for found in certificates.values() for piece in found["evidence"]} == set(ALTERED)
