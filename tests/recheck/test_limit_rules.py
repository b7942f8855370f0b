"""Limits, infima and Gaussian expectations: what the verifier accepts, and what it must not."""

import copy
import dataclasses
import json

import pytest

from variational import certificates
from variational.decide import judge
from variational.errors import CertificateError
from variational.formula import parse
from variational.grammar import render
from variational.papers.registry import claims, find_claim
from variational.recheck.certificate import check_certificate
from variational.recheck.digest import digest
from variational.recheck.limits import structural
from variational.recheck.proofs import read_statement
from variational.recheck.rules import RULES
from variational.records import Status

S, AB = {"s": "> 0"}, {"s": "> 0", "a": "> 0", "b": "> 0"}
KINDS = {"limit", "infimum", "gaussian-integral"}
CONTROLS = [claim for claim in claims("controls") if claim.formal["kind"] in KINDS]


def limit_of(text, tends, variables=None):
    _, region = read_statement({"variables": variables or AB})
    found = structural(parse(text), tends, region)
    return {1: "inf", -1: "-inf"}.get(found.infinite, render(found.value) if found.value is not None else None)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("s^2*log(s)", "0+", "0"),
        ("log(s)/s", "inf", "0"),
        ("a - log(s)", "0+", "inf"),
        ("log(a/s) + s", "inf", "inf"),
        ("b*s/(s^2 + a*s)", "0+", "b*a^-1"),
        ("(1+s) - 1 - s", "0+", "0"),
        ("log(1+s)/s", "0+", "1"),
        ("log(s)/(s-1)", "1", "1"),
        ("exp(-a*s)*s^7", "inf", "0"),
        ("exp(a*s)/s^7", "inf", "inf"),
        ("erfc(s)", "inf", "0"),
        ("erfc(s)", "-inf", "2"),
        ("phi(s)", "0+", "inf"),
        ("sqrt(s)*log(s)^3", "0+", "0"),
        ("-a*s^2 + b*s", "inf", "-inf"),
        ("(1+1/s)^2", "inf", "1"),
    ],
)
def test_limits_are_visible_from_leading_terms(text, end, expected):
    variables = {**AB, "s": "real"} if end == "-inf" else AB
    assert limit_of(text, {"s": end}, variables) == expected


@pytest.mark.parametrize(
    ("text", "tends"),
    [
        ("sqrt(1+s) - sqrt(s)", {"s": "inf"}),  # needs a second term
        ("(a-b)/s", {"s": "0+"}),  # sign of a - b unknown
        ("1/(s-a)", {"s": "a"}),  # differs between the sides
        ("s/a", {"s": "0+", "a": "0+"}),  # depends on the way
        ("exp(s) - exp(2*s)", {"s": "inf"}),
        ("1/s - a/s", {"s": "0+"}),
    ],
)
def test_limits_that_are_not_visible_are_refused(text, tends):
    with pytest.raises(CertificateError):
        limit_of(text, tends)


def certificate(claim):
    return json.loads(json.dumps(certificates.certificate(claim, judge(claim, find_claim))))


def seal(content):
    return {**content, "digest": digest(content)}


@pytest.mark.parametrize("claim", CONTROLS, ids=lambda claim: claim.id)
def test_a_certificate_is_accepted_and_its_opposite_is_not(claim):
    found = certificate(claim)
    check_certificate(found, find_claim)
    status = {"proved": "refuted", "refuted": "proved"}[found["status"]]
    with pytest.raises(CertificateError):
        check_certificate(seal({**found, "status": status}), find_claim)


# Claim, piece of evidence, field (dotted), new content, message.
ALTERED = {
    "another limit": ("controls:limit.true", 0, "value", "0", "says inf"),
    "a limit that is the stated one": ("controls:limit.false", 0, "value", "1", "differ"),
    "values outside of the domain": ("controls:limit.false", 0, "values", {"v": "-1"}, "meet 'v > 0'"),
    "an upper bound too low": ("controls:limit.bounds", 0, "upper.bound", "1/s", "not visibly"),
    "a bound with another limit": ("controls:limit.bounds", 0, "lower.bound", "-1", "differ"),
    "a neighbourhood that is none": ("controls:limit.bounds", 0, "near", ["s < 1"], "near the end"),
    "a bound left out": ("controls:limit.bounds", 0, "upper", None, "'upper' must be"),
    "another slack": ("controls:infimum.true", 0, "proof.slack", "phi(v)", "differ"),
    "another minimiser": ("controls:infimum.true", 1, "at", {"v": "a"}, "differ"),
    "a minimiser outside of the domain": ("controls:infimum.true", 1, "at", {"v": "-1/a"}, "imply"),
    "a minimiser that depends on itself": ("controls:infimum.true", 1, "at", {"v": "1/v"}, "no parameters"),
    "a path outside of the domain": ("controls:infimum.unbounded", 0, "path", {"s": "-t"}, "near the end"),
    "a path to another value": ("controls:infimum.unbounded", 0, "path", {"s": "1+t"}, "tends to 0"),
    "a path with an assumption": ("controls:infimum.unbounded", 0, "way", ["1 > 2"], "parameters of the path"),
    "a bound that is not above": ("controls:infimum.positive", 0, "bound", "0", "not positive"),
    "a bound that is none": ("controls:infimum.positive", 0, "bound", "2", "not visibly"),
    "a bound that moves": ("controls:infimum.positive", 0, "bound", "s^2 + 1/2", "does not depend"),
    "a point where it holds": ("controls:gaussian-integral.false", 0, "values", {"r": "0"}, "not apart"),
    "a point that is no correlation": ("controls:gaussian-integral.false", 0, "values", {"r": "2"}, "meet"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_altered_evidence_is_rejected(name):
    claim_id, index, field, content, message = ALTERED[name]
    found = copy.deepcopy(certificate(find_claim(claim_id)))
    place = found["evidence"][index]
    *path, last = field.split(".")
    for step in path:
        place = place[step]
    place[last] = content
    with pytest.raises(CertificateError, match=message):
        check_certificate(seal(found), find_claim)


def judged(claim_id, hints=None, **changes):
    claim = find_claim(claim_id)
    formal = {key: entry for key, entry in {**claim.formal, **changes}.items() if entry is not None}
    altered = dataclasses.replace(claim, formal=formal, hints=claim.hints if hints is None else hints)
    return judge(altered, find_claim)


@pytest.mark.parametrize(
    ("claim_id", "changes", "status"),
    [
        ("controls:limit.true", {"tends": {"l": "0+", "c": "0+"}}, Status.UNDECIDED),
        ("controls:limit.true", {"value": "-inf"}, Status.REFUTED),
        ("controls:limit.false", {"value": "0"}, Status.PROVED),
        ("controls:limit.false", {"tends": {"s": "inf"}}, Status.PROVED),
        ("controls:limit.false", {"tends": {"s": "-inf"}}, Status.UNDECIDED),  # outside of the domain
        ("controls:infimum.true", {"value": "1 - log(a)"}, Status.REFUTED),
        ("controls:infimum.true", {"attained": False}, Status.REFUTED),
        ("controls:infimum.true", {"value": "log(a)"}, Status.UNDECIDED),
        ("controls:infimum.false", {"attained": False}, Status.PROVED),
        ("controls:infimum.false", {"attained": None, "relation": ">"}, Status.REFUTED),
        ("controls:infimum.unbounded", {"value": "-1"}, Status.REFUTED),
        ("controls:infimum.positive", {"relation": "="}, Status.REFUTED),
        ("controls:gaussian-integral.false", {"value": "1 + 2*r^2"}, Status.PROVED),
        ("controls:gaussian-integral.false", {"variables": {"r": "real"}, "value": "1 + 2*r^2"}, Status.UNDECIDED),
        ("controls:gaussian-integral.true", {"copies": "1"}, Status.REFUTED),
        ("controls:gaussian-integral.true", {"value": "n/2*(m^2 + s^2 - 1 + log(s^2))"}, Status.REFUTED),
    ],
)
def test_neighbouring_statements_are_judged(claim_id, changes, status):
    verdict = judged(claim_id, **changes)
    assert verdict.status is status, verdict.reason


@pytest.mark.parametrize(
    ("variables", "mean", "variance", "integrand", "value"),
    [
        ({"m": "real", "s": "> 0"}, "m", "s^2", "u^4", "m^4 + 6*m^2*s^2 + 3*s^4"),
        ({"a": "> 0", "s": "> 0"}, "0", "s^2", "exp(-a*u^2)", "1/sqrt(1 + 2*a*s^2)"),
        ({"a": "> 0", "s": "> 0"}, "1", "s^2", "u*exp(-a*u)", "(1 - a*s^2)*exp(-a + a^2*s^2/2)"),
        ({"s": "> 0"}, "0", "s^2", "(u^2 - s^2)^2", "2*s^4"),
    ],
)
def test_moments_and_exponentials_are_computed(variables, mean, variance, integrand, value):
    law = {"under": {"u": {"mean": mean, "variance": variance}}, "covariance": None, "integrand": integrand}
    right = judged("controls:gaussian-integral.false", variables=variables, value=value, **law)
    assert right.status is Status.PROVED, right.reason
    wrong = judged("controls:gaussian-integral.false", variables=variables, value=f"{value} + 1/1000", **law)
    assert wrong.status is Status.REFUTED, wrong.reason


@pytest.mark.parametrize("value", ["1", "2*r^2", "1 + 2*r^2 + r/1000000", "exp(r)"])
def test_a_wrong_expectation_is_not_accepted_as_proved(value):
    formal = {**find_claim("controls:gaussian-integral.false").formal, "value": value}
    with pytest.raises(CertificateError, match="not the stated value"):
        RULES["gaussian-integral"](formal, Status.PROVED, [{"kind": "gaussian-integral"}])
    found = RULES["gaussian-integral"]({**formal, "value": "1 + 2*r^2"}, Status.PROVED, [{"kind": "gaussian-integral"}])
    assert "identity" in found.levels


# -log erfc(t) ~ t^2: between t^2 and, by erfc(t) >= exp(-t^2) t/(sqrt(pi) (t^2 + 1/2)), t^2 + a logarithm.
CHERNOFF = {
    "by": "monotone",
    "in": "t",
    "at": "inf",
    "below": {
        "by": "chain",
        "through": ["exp(-t^2)*(2 - 2*t*sqrt(pi))/sqrt(pi)"],
        "proofs": [{"by": "slack", "slack": "0"}, {"by": "slack"}],
    },
}
BELOW_ONE = {
    "then": "erfc(t)*exp(t^2) <= 1",
    "proof": {
        "by": "chain",
        "through": ["exp(-t^2)*exp(t^2)"],
        "proofs": [
            {
                "by": "lemmas",
                "lemmas": [{"then": "erfc(t) <= exp(-t^2)", "proof": CHERNOFF}],
                "proof": {"by": "slack"},
            },
            {"by": "slack", "slack": "0"},
        ],
    },
}
TAIL = {
    "by": "lemmas",
    "lemmas": [BELOW_ONE],
    "proof": {"by": "slack", "slack": "phi(erfc(t)*exp(t^2)) + (1 - erfc(t)*exp(t^2))"},
}
MILLS = {
    "by": "monotone",
    "in": "t",
    "at": "inf",
    "below": {"by": "slack", "slack": "exp(-t^2)/(sqrt(pi)*(t^2+1/2)^2)"},
}


@pytest.mark.parametrize(
    ("then", "proof"),
    [("-log(erfc(t)) >= t^2", TAIL), ("erfc(t) >= exp(-t^2)*t/(sqrt(pi)*(t^2+1/2))", MILLS)],
)
def test_the_tail_of_a_gaussian_is_bounded_from_both_sides(then, proof):
    formal = {"kind": "real-inequality", "variables": {"t": ">= 1"}, "then": [then]}
    claim = dataclasses.replace(find_claim("controls:real-inequality.true"), formal=formal, hints={"proof": proof})
    verdict = judge(claim, find_claim)
    assert verdict.status is Status.PROVED, verdict.reason


def test_a_limit_that_sympy_does_not_find_is_shown_by_a_bound():
    hints = {"near": ["t > 1"], "lower": {"bound": "t^2", "proof": TAIL}}
    formal = {
        "kind": "limit",
        "variables": {"t": "> 0"},
        "expr": "-log(erfc(t))",
        "tends": {"t": "inf"},
        "value": "inf",
    }
    claim = dataclasses.replace(find_claim("controls:limit.true"), formal=formal, hints=hints)
    verdict = judge(claim, find_claim)
    assert verdict.status is Status.PROVED, verdict.reason
