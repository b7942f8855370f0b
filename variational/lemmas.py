"""The theorems behind the regimes: what each says, and the lemmas that carry it, as evidence."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy as sp

from variational import blocks, witnesses
from variational.collapse import Coefficients, Regime
from variational.errors import VaeproofError
from variational.integrals import is_zero
from variational.objective import Objective
from variational.records import Evidence
from variational.translate import to_formula, to_sympy

# Each right side is visibly non-negative: densities times phi(u) = u - 1 - log(u) >= 0.
SLACKS = {
    "dec >= 0": (blocks.DECODER_GAP, "int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"),
    "MI >= 0": (blocks.BLOCKS[blocks.MI], "int[x,z](pd(x)*q(z|x)*phi(gamma(z)/q(z|x)))"),
    "KL(g,p) >= 0": (blocks.BLOCKS[blocks.KL_GP], "int[z](gamma(z)*phi(p(z)/gamma(z)))"),
    "KL(q,n;pn) >= 0": (blocks.BLOCKS[blocks.KL_QN], "int[x,z](pn(x)*q(z|x)*phi(n(z)/q(z|x)))"),
    "JSD(g,p) >= 0": (
        blocks.BLOCKS[blocks.JSD_GP],
        "1/2*int[z](p(z)*phi((gamma(z)+p(z))/(2*p(z))))+1/2*int[z](gamma(z)*phi((gamma(z)+p(z))/(2*gamma(z))))",
    ),
    "KL(g,p)/2 >= JSD(g,p)": (
        f"1/2*({blocks.BLOCKS[blocks.KL_GP]})-({blocks.BLOCKS[blocks.JSD_GP]})",
        "1/2*int[z]((gamma(z)+p(z))*phi(2*p(z)/(gamma(z)+p(z))))",
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A theorem on the minimum.

    Attributes:
        reason: What it says and why, in words; the argument that joins the lemmas.
        lemmas: Names in :data:`SLACKS` that it uses.
        examples: Builders of explicit codes with exact values.
    """

    reason: str
    lemmas: tuple[str, ...] = ()
    examples: tuple[Callable[[], Evidence], ...] = ()


def decomposition(objective: Objective, parts: Coefficients) -> Evidence:
    """Return the master identity of an objective, checked by the engine.

    Raises:
        VaeproofError: Where the identity fails, which would be a defect of this module.
    """
    terms = (
        (parts.reconstruction, blocks.DATA_ENTROPY),
        (parts.reconstruction, blocks.DECODER_GAP),
        (parts.information, blocks.BLOCKS[blocks.MI]),
        (parts.divergence, blocks.BLOCKS[blocks.KL_GP]),
        (parts.jensen_shannon, blocks.BLOCKS[blocks.JSD_GP]),
        (parts.discrepancy, blocks.BLOCKS[blocks.MMD_GP]),
        (parts.contrast, blocks.BLOCKS[blocks.KL_QN]),
    )
    total = sp.Add(*(coefficient * to_sympy(text) for coefficient, text in terms))
    if not is_zero(objective.functional - total):
        msg = f"the master identity fails for {objective.name!r}; please report this objective"
        raise VaeproofError(msg)
    loss = " + ".join(
        f"({to_formula(objective.coefficient(name))})*({text})"
        for name, text in blocks.BLOCKS.items()
        if objective.coefficient(name) != 0
    )
    split = " + ".join(f"({to_formula(coefficient)})*({text})" for coefficient, text in terms if coefficient != 0)
    return Evidence(
        kind="identity",
        shows=f"L = {master_identity(parts)}, for every encoder and decoder",
        data={"lhs": loss, "rhs": split},
    )


def master_identity(parts: Coefficients) -> str:
    """Return the master decomposition in words: ``H(X) + dec + (beta - 1)*I + ...``."""
    named = (
        (parts.reconstruction, "H(X)"),
        (parts.reconstruction, "dec"),
        (parts.information, "I"),
        (parts.divergence, "KL(gamma||p)"),
        (parts.jensen_shannon, "JSD(gamma||p)"),
        (parts.discrepancy, "MMD^2(gamma, p)"),
        (parts.contrast, "E_pn KL(q||n)"),
    )
    shown = []
    for coefficient, name in named:
        if coefficient == 0:
            continue
        text = to_formula(coefficient)
        weight = f"({text})*" if coefficient.is_Add else f"{text}*"
        shown.append({1: name, -1: f"-{name}"}.get(coefficient, weight + name))
    return " + ".join(shown).replace("+ -", "- ")


@functools.cache
def lemma(name: str) -> Evidence:
    """Return the inequality ``name`` with its slack, checked by the engine.

    Raises:
        VaeproofError: Where left side and slack differ, which would be a defect of this module.
    """
    left, slack = SLACKS[name]
    if not is_zero(to_sympy(left) - to_sympy(slack)):
        msg = f"the slack of {name!r} is wrong"
        raise VaeproofError(msg)
    return Evidence(kind="inequality", shows=name, data={"lhs": left, "relation": ">=", "rhs": "0", "slack": slack})


def evidence(objective: Objective, parts: Coefficients, regime: Regime) -> tuple[Evidence, ...]:
    """Return the evidence for one regime: master identity, lemmas, explicit codes and the argument."""
    rule = RULES[regime.outcome.rule]
    argument = Evidence(kind="argument", shows=rule.reason, data={"checked": "the lemmas listed before it"})
    used = {"KL(g,p)/2 >= JSD(g,p)": parts.jensen_shannon, "JSD(g,p) >= 0": parts.jensen_shannon}
    names = [name for name in rule.lemmas if used.get(name, sp.Integer(1)) != 0]
    return (
        decomposition(objective, parts),
        *(lemma(name) for name in names),
        *(build() for build in rule.examples),
        argument,
    )


@functools.cache
def _matched(number: int) -> Evidence:
    quantities = (blocks.MI, blocks.KL_GP, blocks.JSD_GP)
    return witnesses.code(
        f"matching {number} cells of equal mass: gamma = p and I = log {number}",
        witnesses.matched_cells(number),
        *(block_text(name) for name in quantities),
    )


def _cells(number: int) -> Callable[[], Evidence]:
    return functools.partial(_matched, number)


@functools.cache
def _concentrated(parts: int) -> Evidence:
    prior = (Fraction(1, parts), 1 - Fraction(1, parts))
    return witnesses.code(
        f"a constant code on a set of prior mass 1/{parts}: I = 0 and KL(gamma||p) = log {parts}",
        witnesses.constant_code((Fraction(1), Fraction(0)), prior),
        block_text(blocks.MI),
        block_text(blocks.KL_GP),
    )


def _shrunk(parts: int) -> Callable[[], Evidence]:
    return functools.partial(_concentrated, parts)


def block_text(name: str) -> str:
    """Return the formula text of a building block."""
    return blocks.BLOCKS[name]


DIVERGENCE = ("dec >= 0", "MI >= 0", "KL(g,p) >= 0", "JSD(g,p) >= 0", "KL(g,p)/2 >= JSD(g,p)")
SAME_AGGREGATE = (
    "Any code q may be replaced by the constant code q(z|x) = gamma(z): it has the same aggregate, hence the "
    "same D, and I = 0."
)

RULES: Mapping[str, Rule] = {
    "decoder-unbounded": Rule(
        reason="The reconstruction term counts negative: a decoder with p(x|z) -> 0 on a set of x of positive p_d-mass "
        "sends the loss to -oo.",
        lemmas=("dec >= 0",),
    ),
    "constant-code": Rule(
        reason="All terms are non-negative: D >= 0 = D[p], dec >= 0, and the coefficient of I is positive. "
        "So L >= r H(X), reached by q(z|x) = p(z), p(x|z) = p_d(x), and only where I = 0: every minimum collapses.",
        lemmas=DIVERGENCE,
    ),
    "constant-code-any-aggregate": Rule(
        reason=SAME_AGGREGATE + " The coefficient of I is positive, so a minimum, where one exists (on finite "
        "spaces by "
        "compactness; for B > 0 because D is superlinear), has I = 0.",
        lemmas=("dec >= 0", "MI >= 0"),
    ),
    "existence-open": Rule(
        reason=SAME_AGGREGATE + " So every minimum would have I = 0; whether D attains its infimum is not "
        "settled here.",
        lemmas=("dec >= 0", "MI >= 0"),
    ),
    "information-free": Rule(
        reason="The coefficient of I is zero: L = r H(X) + r dec + D[gamma] does not see the information of the "
        "code. Every "
        "code with gamma = p is optimal, the constant one and informative ones alike.",
        lemmas=DIVERGENCE,
        examples=(_cells(2),),
    ),
    "information-free-any-aggregate": Rule(
        reason="The coefficient of I is zero and D, superlinear in gamma, attains its minimum: every code with "
        "that aggregate "
        "is optimal, informative ones included since Z is atomless.",
        lemmas=("dec >= 0",),
    ),
    "vertex": Rule(
        reason="The coefficient of I is zero and D = B KL(gamma||p) with B < 0 is strictly concave in gamma, so "
        "its minimum puts "
        "gamma on one point of Z: then q(z|x) is the same for every x.",
        lemmas=("dec >= 0",),
        examples=(_shrunk(8),),
    ),
    "aggregate-open": Rule(
        reason="D is no divergence here (its minimum may lie away from p), so the outcome depends on p and p_d; "
        "no rule covers all of them.",
    ),
    "aggregate-unbounded": Rule(
        reason="B < 0 and Z is atomless: constant codes, uniform under p on sets of mass 1/N, have I = 0, JSD "
        "<= log 2, bounded "
        "MMD for a bounded kernel, and B KL(gamma||p) = B log N -> -oo. No minimum exists.",
        lemmas=("MI >= 0",),
        examples=(_shrunk(2), _shrunk(64)),
    ),
    "matching-cells": Rule(
        reason="X and Z are atomless: cut both into N cells of equal mass and send cell i to cell i. Then gamma "
        "= p, D = 0 and "
        "I = log N, so the loss r H(X) + kappa log N falls without bound (kappa < 0). No minimum exists.",
        lemmas=("dec >= 0",),
        examples=(_cells(2), _cells(8)),
    ),
    "informative-code": Rule(
        reason="D >= 0 and kappa < 0. A collapsed minimum has dec = 0 and I = 0, hence loss >= r H(X); but any "
        "informative code "
        "with gamma = p, such as q = p (1 + e u(x) v(z)) with E u = E v = 0, has loss r H(X) + kappa I < r H(X). "
        "A minimum exists: by compactness on finite spaces; on discrete X with atomless Z and finite H(X) the "
        "codes that send "
        "each x to its own cell of prior mass p_d(x) reach the bound r H(X) + kappa H(X).",
        lemmas=DIVERGENCE,
        examples=(_cells(2),),
    ),
    "separated-codes": Rule(
        reason="kappa < 0 and Z is atomless: every aggregate can be cut into disjoint cells, so I = H(X) at no "
        "cost; D, "
        "superlinear in gamma, attains its minimum, and every minimum has I = H(X) > 0 (finite H(X)).",
        lemmas=("dec >= 0", "MI >= 0"),
        examples=(_cells(2),),
    ),
    "noise-prior-code": Rule(
        reason="D = 0: every term left is non-negative and vanishes at q(z|x) = n(z), p(x|z) = p_d(x); there "
        "the code collapses.",
        lemmas=("dec >= 0", "MI >= 0", "KL(q,n;pn) >= 0"),
    ),
    "contrastive-convex": Rule(
        reason="The profile loss is strictly convex, c(x) = kappa p_d + d p_n being positive, so the minimum is "
        "unique. It "
        "exists: by compactness on finite spaces; for B > 0 because sublevel sets of kappa I + B KL(gamma||p) + "
        "d E_pn KL(q||n) are weakly compact. A constant code gamma is stationary only if d (t(x) - t(x')) "
        "(log gamma - log n) is constant in z for all x, x' with t = p_n/p_d: then gamma = n, and then n "
        "minimises D, so "
        "n = p. Hence no collapse unless p = n or t is constant on the support of p_d; in these two cases it does "
        "collapse.",
        lemmas=("dec >= 0", "MI >= 0", "KL(g,p) >= 0", "KL(q,n;pn) >= 0"),
    ),
    "contrastive-open": Rule(
        reason="The only divergence between gamma and p left may vanish for gamma != p (a kernel need not tell "
        "n from p), or "
        "B = 0 on atomless Z, where the existence of a minimum is not settled here.",
    ),
    "contrastive-stationary": Rule(
        reason="A minimum exists by compactness. A constant code that vanishes somewhere is improved by moving "
        "mass there "
        "(slope -oo, as B + d > 0); a positive one is stationary only if gamma = n = p or p_n/p_d is constant "
        "on the support "
        "of p_d. So no minimum is constant.",
        lemmas=("dec >= 0", "KL(g,p) >= 0", "KL(q,n;pn) >= 0"),
    ),
    "contrastive-discrete-x": Rule(
        reason="kappa < 0: provided p != n and p_n/p_d is not constant on the support of p_d, a minimum, where "
        "one exists, "
        "keeps information. Whether one exists is not settled here; where kappa p_d + d p_n >= 0 for every x, "
        "convexity gives it.",
    ),
    "contrastive-densities": Rule(
        reason="kappa < 0: where kappa p_d + d p_n < 0 on a set of positive measure the loss is unbounded "
        "(matching cells "
        "inside that set). Where it is >= 0 everywhere, p != n and p_n/p_d is not constant on the support of p_d, "
        "the minimum keeps information. It depends on p_n/p_d.",
        examples=(_cells(8),),
    ),
    "shrinking-code": Rule(
        reason="Z is atomless and B + d < 0: constant codes on ever smaller sets have loss (B + d) int gamma "
        "log gamma + bounded "
        "terms -> -oo. No minimum exists.",
        examples=(_shrunk(64),),
    ),
    "signs-open": Rule(reason="The signs of the coefficients fit none of the rules that are proved here."),
}
