"""Proofs of inequalities in real variables: those given with a claim, checked by SymPy, and a few found by themselves.

The form of a proof is described in :mod:`variational.recheck.proofs`, which checks it again by other means.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from variational import smt
from variational.domains import substitute
from variational.errors import NotCoveredError, VaeproofError
from variational.formula import parse
from variational.grammar import parse_relation, render
from variational.reals import Reals, read, vanishes
from variational.recheck.proofs import Checker, goal_of
from variational.recheck.reals import region_of
from variational.translate import to_formula

shown = render
Proof = Mapping[str, Any]
WORDS = {
    "slack": "a slack of visible sign",
    "chain": "a chain of inequalities",
    "cases": "cases",
    "monotone": "the sign of a derivative",
    "boxes": "subdivision in ball arithmetic",
    "lemmas": "lemmas",
}


def find(reals: Reals, text: str, given: Any = None) -> Proof | None:
    """Return a proof of a relation, None where the given one fails in SymPy or none is found.

    Args:
        reals: Variables with what is assumed of them.
        text: ``left OP right`` with ``<``, ``<=``, ``>`` or ``>=``.
        given: A proof stored with the claim.
    """
    if given is not None:
        proof = inserted(reals, given)
        return proof if _agrees(reals, reals.domain.insert_relation(text), proof) else None
    slack = _polynomial_slack(reals, text)
    if slack is not None:
        return {"by": "slack", "slack": slack}
    return _visible(reals, text)


def described(proofs: Sequence[Any]) -> str:
    """Return in words which rules the proofs use."""
    used = {word for proof in proofs for word in _rules(proof)}
    return ", ".join(words for rule, words in WORDS.items() if rule in used)


def _rules(proof: Any) -> set[str]:
    if isinstance(proof, Mapping):
        own = {proof["by"]} if isinstance(proof.get("by"), str) else set()
        return own.union(*(_rules(part) for part in proof.values()))
    return set().union(*map(_rules, proof)) if isinstance(proof, list) else set()


def _polynomial_slack(reals: Reals, text: str) -> str | None:
    """Return a combination of products of the hypotheses, where both sides are polynomials."""
    try:
        return smt.positivity(list(reals.domain.relations), reals.domain.insert_relation(text))
    except NotCoveredError:
        return None


def _visible(reals: Reals, text: str) -> Proof | None:
    """Return the proof that shows nothing but the difference itself, where the verifier sees its sign."""
    region = region_of(reals.domain)
    relation = reals.domain.insert_relation(text)
    for proof in ({"by": "slack"}, {"by": "boxes"}):
        try:
            Checker().check(goal_of(relation, region), proof)
        except VaeproofError:
            continue
        return proof
    return None


FORMULAS = ("slack", "at", "through", "if", "then")


def inserted(reals: Reals, proof: Any, *, own: bool = False) -> Any:
    """Return a proof with the abbreviations of the statement written out; lemmas with variables have none."""
    if isinstance(proof, list):
        return [inserted(reals, part, own=own) for part in proof]
    if not isinstance(proof, Mapping):
        return proof
    own = own or "variables" in proof
    return {
        key: written(reals, part) if key in FORMULAS and not (own and key != "at") else inserted(reals, part, own=own)
        for key, part in proof.items()
    }


def written(reals: Reals, part: Any) -> Any:
    """Return a formula, a relation, or lists and objects of them, with the abbreviations written out."""
    if isinstance(part, list):
        return [written(reals, text) for text in part]
    if isinstance(part, Mapping):
        return {name: written(reals, text) for name, text in part.items()}
    if part in {"inf", "-inf"} or not isinstance(part, str):
        return part
    values = reals.domain.abbreviations
    if any(mark in part for mark in "<>="):
        operator, left, right = parse_relation(part)
        return f"{render(substitute(left, values))} {operator} {render(substitute(right, values))}"
    return render(substitute(parse(part), values))


def _agrees(reals: Reals, text: str, proof: Any) -> bool:
    """Tell whether SymPy confirms the identities that a proof rests on; signs are left to the verifier."""
    rule = proof.get("by")
    gap = reals.gap(text)
    if rule == "slack":
        return "slack" not in proof or vanishes(gap - reals.expression(proof["slack"]))
    operator, left, right = parse_relation(text)
    if rule == "chain":
        places = [render(left), *proof["through"], render(right)]
        links = [f"{first} {operator} {second}" for first, second in itertools.pairwise(places)]
        return all(_agrees(reals, link, part) for link, part in zip(links, proof["proofs"], strict=True))
    if rule == "cases":
        return all(_agrees(reals, text, case["proof"]) for case in proof["cases"])
    if rule == "lemmas":
        parts = [(_of_lemma(reals, lemma), lemma["then"], lemma["proof"]) for lemma in proof["lemmas"]]
        return all(_agrees(*part) for part in parts) and _agrees(reals, text, proof["proof"])
    if rule == "monotone":
        return _agrees_monotone(reals, gap, proof)
    return bool(rule == "boxes")


def _of_lemma(reals: Reals, lemma: Proof) -> Reals:
    return read(lemma) if "variables" in lemma else reals


def _agrees_monotone(reals: Reals, gap: sp.Expr, proof: Proof) -> bool:
    name = proof["in"]
    derivative = to_formula(sp.diff(gap, reals.symbols[name]))
    sides = {"above": ">=", "below": "<="}
    parts = [(f"{derivative} {sides[side]} 0", proof[side]) for side in sides if side in proof]
    if "start" in proof:
        start = to_formula(gap.subs(reals.symbols[name], reals.expression(proof["at"])))
        parts.append((f"{start} >= 0", proof["start"]))
    return all(_agrees(reals, text, part) for text, part in parts)
