"""The statements on when a minimum has collapsed: none is proved once a sign, a factor or a hypothesis is altered."""

import dataclasses

import pytest

from tests.judged import verdict_of
from tests.papers.alterations import altered_text
from variational.decide import judge
from variational.papers.registry import find_claim
from variational.records import Status

# What is altered -> claim, before, after.
MUTATIONS = {
    "beta = 1 with twice the divergence": ("beta-vae.at-one", "+ int[z](gamma(z)*log", "+ 2*int[z](gamma(z)*log"),
    "beta = 1 with a bound above": ("beta-vae.at-one", '">="', '"<="'),
    "beta < 1 with information that costs": ("beta-vae.unbounded", '"expr": "-b*log(N)"', '"expr": "b*log(N)"'),
    "beta < 1 with the weight of beta = 2": ("beta-vae.unbounded", "(beta-1)", "(beta-2)"),
    "cells of half the information": ("beta-vae.unbounded", '"rhs": "log(N)"', '"rhs": "log(N)/2"'),
    "AAE that pays for information": ("aae.densities", "- (int[x,z]", "+ (int[x,z]"),
    "same priors with beta below one": ("ncvae.same-priors", '"beta > 1"', '"beta > 0"'),
    "same priors with rewarded noise": ("ncvae.same-priors", '"delta > 0"', '"delta < 0"'),
    "same priors, bound above": ("ncvae.same-priors", '">="', '"<="'),
    "constant ratio without t": ("ncvae.constant-ratio", "(beta-1+delta*t)", "(beta-1+delta)"),
    "constant ratio with the priors exchanged": (
        "ncvae.constant-ratio",
        "beta*log(p(z)) + delta*t*log(n(z))",
        "beta*log(n(z)) + delta*t*log(p(z))",
    ),
    "constant negative ratio": ("ncvae.constant-ratio", '"t >= 0"', '"t >= -1"'),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_statement_is_not_proved(name):
    label, old, new = MUTATIONS[name]
    claim = find_claim(f"ncvae:collapse.{label}")
    assert verdict_of(claim.id).status is Status.PROVED
    verdict = judge(altered_text(claim.id, old, new), find_claim)
    assert verdict.status is not Status.PROVED, verdict.reason


WHOLES = ("beta-vae", "beta-vae.densities", "infovae", "infovae.densities", "aae", "ncvae")


@pytest.mark.parametrize("label", WHOLES)
def test_an_equivalence_falls_with_each_of_its_parts(label):
    whole = find_claim(f"ncvae:collapse.{label}")
    for lost in whole.formal["of"]:

        def find(claim_id, lost=lost):
            claim = find_claim(claim_id)
            nothing = {"kind": "identity", "lhs": "a", "rhs": "b"}
            return dataclasses.replace(claim, formal=nothing, hints={}) if claim_id == lost else claim

        assert judge(whole, find).status is not Status.PROVED
