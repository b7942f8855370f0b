"""Identities and inequalities in real variables: what the verifier accepts, and what it must not."""

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
from variational.recheck.proofs import Checker, goal_of, read_statement
from variational.recheck.slopes import slope
from variational.records import SPACES, Status

SLACK = {"by": "slack"}


def prove(variables, then, proof, where=()):
    _, region = read_statement({"variables": variables, "where": list(where)})
    checker = Checker()
    checker.check(goal_of(then, region), proof)
    return checker.levels


def monotone(**more):
    return {"by": "monotone", "in": "s", "at": "1", "start": SLACK, "above": SLACK, "below": SLACK, **more}


def lemma(then, at, proof=SLACK, variables=None):
    step = {"then": then, "proof": proof, "variables": variables or {"u": "> 0"}, "at": at}
    return {"by": "lemmas", "lemmas": [step], "proof": SLACK}


PROVED = {
    "phi": ({"s": "> 0"}, "s - 1 >= log(s)", {"by": "slack", "slack": "phi(s)"}),
    "square": ({"a": "real", "b": "real"}, "a^2 + b^2 >= 2*a*b", {"by": "slack", "slack": "(a-b)^2"}),
    "monotone": ({"s": "> 0"}, "s - 1 - log(s) >= 0", monotone()),
    "strictly monotone": ({"s": "> 1"}, "s - 1 - log(s) > 0", {**monotone(strict=True), "below": SLACK}),
    "falls to a limit": (
        {"s": ">= 1"},
        "1/s > 0",
        {"by": "monotone", "in": "s", "at": "inf", "below": SLACK, "strict": True},
    ),
    "chain": ({"s": "> 2"}, "s^2 > s", {"by": "chain", "through": ["2*s"], "proofs": [SLACK, SLACK]}),
    "cases": (
        {"s": "real"},
        "s^2 + 1 >= s",
        {"by": "cases", "cases": [{"if": ["s <= 1"], "proof": SLACK}, {"if": ["s > 1"], "proof": SLACK}]},
    ),
    "boxes": ({"s": ">= 1/10, <= 1/2"}, "s*log(s) > -2/5", {"by": "boxes"}),
    "instance": ({"s": "> 0"}, "s^2*pi >= 1 + log(s^2*pi)", lemma("u - 1 - log(u) >= 0", {"u": "s^2*pi"})),
    "number": ({}, "exp(1) > 2718/1000", SLACK),
}

WRONG = {
    "no sign": (({"s": "> 0"}, "log(s) >= 0", SLACK), "not visibly nonnegative"),
    "another slack": (({"s": "> 0"}, "s - 1 >= log(s)", {"by": "slack", "slack": "phi(2*s)"}), "differ at"),
    "an equality counted as strict": (
        ({"s": "> 0"}, "s - 1 > log(s)", {"by": "slack", "slack": "phi(s)"}),
        "not visibly",
    ),
    "no value": (({"s": "real"}, "phi(s) >= 0", SLACK), "not shown that phi"),
    "division by zero": (({"s": ">= 0"}, "1/s > 0", SLACK), "not shown that 1/s"),
    "a slope of the wrong sign": (({"s": "> 0"}, "log(s) - s + 1 >= 0", monotone()), "not visibly"),
    "a wrong start": (({"s": "> 0"}, "s - 2 - log(s) >= 0", monotone()), "not nonnegative"),
    "a start outside of a gap": (
        ({"s": "!= 0"}, "-1/s >= -1", {**monotone(), "below": SLACK}),
        "not shown|gaps",
    ),
    "a gap in the domain": (
        ({"s": ">= -1, != 0"}, "-1/s >= 1/2", {**monotone(at="-1"), "below": None}),
        "gaps",
    ),
    "a side left out": (
        ({"s": "> 0"}, "s - 1 >= log(s)", {k: v for k, v in monotone().items() if k != "below"}),
        "imply",
    ),
    "strict at its start": (({"s": "> 0"}, "s - 1 > log(s)", monotone(strict=True)), "imply s != 1"),
    "a limit below zero": (
        ({"s": ">= 1"}, "1/s - 1/2 > 0", {"by": "monotone", "in": "s", "at": "inf", "below": SLACK}),
        "not positive",
    ),
    "a chain without a strict link": (
        (
            {"s": ">= 2"},
            "s^2 > s",
            {"by": "chain", "through": ["2*s"], "operators": [">=", ">="], "proofs": [SLACK, SLACK]},
        ),
        "strict link",
    ),
    "a case left out": (
        ({"s": "real"}, "s^2 + 1 >= s", {"by": "cases", "cases": [{"if": ["s < 1"], "proof": SLACK}]}),
        "imply",
    ),
    "an open box": (({"s": "> 0"}, "s + 1 > 0", {"by": "boxes"}), "constant bounds"),
    "a box with a zero": (({"s": ">= 0, <= 1"}, "s > 0", {"by": "boxes"}), "not positive|open after"),
    "a false lemma": (({"s": "> 0"}, "s > 0", lemma("log(u) > 0", {"u": "s"})), "not visibly"),
    "a lemma used outside of its domain": (({"s": "real"}, "s^2 >= 0", lemma("u > 0", {"u": "s"})), "imply"),
    "an unknown rule": (({"s": "> 0"}, "s > 0", {"by": "faith"}), "one of"),
    "no proof": (({"s": "> 0"}, "s > 0", None), "object"),
    "an undeclared name": (({"s": "> 0"}, "s + q > 0", SLACK), "no variables"),
}


@pytest.mark.parametrize("name", PROVED)
def test_a_right_proof_is_accepted(name):
    assert prove(*PROVED[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_proof_is_rejected(name):
    arguments, message = WRONG[name]
    with pytest.raises(CertificateError, match=message):
        prove(*arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s^3", "3*s^2"),
        ("log(s)*s", "log(s)+1"),
        ("exp(-s^2)/s", "-exp(-s^2)*(2+1/s^2)"),
        ("sqrt(1+s^2)", "s/sqrt(1+s^2)"),
        ("erfc(s)", "-2*exp(-s^2)/sqrt(pi)"),
        ("phi(s)", "1-1/s"),
        ("s^a", "a*s^a/s"),
        ("2^s", "log(2)*2^s"),
        ("s^(-2)", "-2/s^3"),
    ],
)
def test_derivatives_are_right(text, expected):
    variables = {"s": "> 0", "a": "> 0"}
    _, region = read_statement({"variables": variables})
    Checker().same(slope(parse(text), "s"), parse(expected), region)
    with pytest.raises(CertificateError, match="differ"):
        Checker().same(slope(parse(text), "s"), parse(f"{expected}+1/1000000"), region)


NUMBERS = [claim for claim in claims("controls") if "real" in str(claim.formal["kind"])]


def certificate(claim):
    return json.loads(json.dumps(certificates.certificate(claim, judge(claim, find_claim))))


def seal(content):
    return {**content, "digest": digest(content)}


@pytest.mark.parametrize("claim", NUMBERS, ids=lambda claim: claim.id)
def test_the_opposite_status_is_rejected(claim):
    found = certificate(claim)
    status = {"proved": "refuted", "refuted": "proved"}[found["status"]]
    with pytest.raises(CertificateError):
        check_certificate(seal({**found, "status": status}), find_claim)


@pytest.mark.parametrize("claim", NUMBERS, ids=lambda claim: claim.id)
def test_a_certificate_without_evidence_or_with_fewer_spaces_is_rejected(claim):
    found = certificate(claim)
    assert found["spaces"] == list(SPACES)
    check_certificate(found, find_claim)
    for change in ({"evidence": []}, {"spaces": ["finite"]}):
        with pytest.raises(CertificateError):
            check_certificate(seal({**found, **change}), find_claim)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("controls:real-identity.false", {"s": "-1"}, "meet 's > 0'"),
        ("controls:real-identity.false", {"s": "1/2", "t": "1"}, "must give"),
        ("controls:real-inequality.false", {"s": "3"}, "refutes nothing"),
        ("controls:real-inequality.false", {"s": "0.5"}, "exact rational"),
    ],
)
def test_another_point_is_rejected(name, values, message):
    found = copy.deepcopy(certificate(find_claim(name)))
    found["evidence"][0]["values"] = values
    with pytest.raises(CertificateError, match=message):
        check_certificate(seal(found), find_claim)


def test_a_proof_of_another_statement_is_rejected():
    found = copy.deepcopy(certificate(find_claim("controls:real-inequality.true")))
    found["evidence"][0]["then"] = "erfc(t) <= exp(t^2)"
    with pytest.raises(CertificateError, match="no evidence proves"):
        check_certificate(seal(found), find_claim)


@pytest.mark.parametrize(
    ("variables", "lhs", "rhs", "status"),
    [
        ({"n": "integer >= 1"}, "(n+1)^2 - n^2", "2*n+1", Status.PROVED),
        ({"n": "integer >= 1"}, "n^2", "n", Status.REFUTED),
        ({"s": "> 0", "v": "= s^2"}, "log(v)", "2*log(s)", Status.PROVED),
        ({"s": "> 0", "v": "= s^2"}, "log(v)", "log(s)", Status.REFUTED),
        ({"a": "> 0", "b": "> 0"}, "sqrt(a*b)^2", "a*b", Status.PROVED),
        ({"a": "> 0"}, "sqrt(a^2 + 2*a + 1)", "a + 1", Status.PROVED),
        ({"a": "real"}, "sqrt(a^2)", "a", Status.REFUTED),
    ],
)
def test_identities_are_judged(variables, lhs, rhs, status):
    claim = dataclasses.replace(
        find_claim("controls:real-identity.true"),
        formal={"kind": "real-identity", "variables": variables, "lhs": lhs, "rhs": rhs},
    )
    verdict = judge(claim, find_claim)
    assert verdict.status is status, verdict.reason


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"s": "positive"}, "declared"),
        ({"log": "> 0"}, "function of one argument|cannot name"),
        ({"pi": "real"}, "cannot name"),
        ({"s": ""}, "empty"),
        ({"s": "> t"}, "uses t"),
        ({"s": 1}, "object of texts"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_refused(variables, message):
    with pytest.raises(CertificateError, match=message):
        read_statement({"variables": variables})


def test_an_equation_is_no_hypothesis():
    with pytest.raises(CertificateError, match="equation"):
        read_statement({"variables": {"s": "> 0"}, "where": ["s = 1"]})


def test_a_formula_is_shown_as_it_was_inserted():
    domain, _ = read_statement({"variables": {"s": "> 0", "v": "= s^2", "w": "= v+1"}})
    assert render(domain.insert("w*v")) == "(s^2+1)*s^2"
