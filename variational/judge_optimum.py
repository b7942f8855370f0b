"""Judge of statements about minima: unique, collapsed, not collapsed, least informative; space by space."""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational import blocks, collapse, grammar, lemmas, smt, witnesses
from variational.collapse import Coefficients, Outcome, Regime
from variational.errors import InvalidInputError
from variational.objective import Objective, from_text
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES, Evidence, Status, Verdict
from variational.translate import to_formula

Formal = Mapping[str, Any]
YES, NO, VACUOUS, OPEN = "yes", "no", "vacuous", "open"
ASSERTIONS = ("collapses", "least-information", "no-collapse", "unique")

HALF, FIFTH = Fraction(1, 2), Fraction(1, 5)
# A third point that only p_n produces; with equal weights beta p_d = delta p_n the minimum is (1/2, 1/2) where p_d > 0.
OUTSIDE_SUPPORT: Mapping[str, Sequence[Any]] = {
    "pd": [HALF, HALF, 0],
    "pn": [HALF / 2, HALF / 2, HALF],
    "p": [4 * FIFTH, FIFTH],
    "n": [FIFTH, 4 * FIFTH],
    "q|": [[HALF, HALF, FIFTH], [HALF, HALF, 4 * FIFTH]],
}
SAME_PRIORS: Mapping[str, Sequence[Any]] = {
    "pd": [HALF, HALF],
    "pn": [HALF / 2, 3 * HALF / 2],
    "p": [4 * FIFTH, FIFTH],
    "n": [4 * FIFTH, FIFTH],
    "q|": [[4 * FIFTH, 4 * FIFTH], [FIFTH, FIFTH]],
}


def optimum(formal: Formal, _hints: Mapping[str, Any]) -> Verdict:
    """Judge what is asserted of the minimum, on every region of parameters that the conditions allow."""
    if formal["asserts"] not in ASSERTIONS:
        msg = f"'asserts' must be one of {', '.join(ASSERTIONS)}, got {formal['asserts']!r}"
        raise InvalidInputError(msg)
    objective = from_text(formal["objective"])
    parts = collapse.coefficients(objective)
    spaces = tuple(formal.get("spaces", SPACES))
    given = tuple(formal.get("conditions", ()))
    regimes = collapse.regimes(objective, given=given, split_zero=True)
    answers = [
        (space, regime, _answer(formal, regime.outcome))
        for regime in regimes
        for space in regime.spaces
        if space in spaces
    ]
    refutation = _refutation(formal, objective, parts, [(s, r) for s, r, answer in answers if answer == NO])
    if refutation is not None:
        broken = {space for space, _, answer in answers if answer == NO} | {FINITE}
        held = tuple(space for space in spaces if space in broken)
        reason = f"{refutation.reason}. {_summary(formal, objective)}"
        return dataclasses.replace(refutation, reason=reason, spaces=held)
    still_open = [(space, regime) for space, regime, answer in answers if answer in {OPEN, NO}]
    if still_open:
        space, regime = still_open[0]
        reason = f"open for {' and '.join(regime.condition) or 'all parameters'} on {space}: "
        return Verdict(status=Status.UNDECIDED, reason=reason + lemmas.RULES[regime.outcome.rule].reason, spaces=spaces)
    return _proved(formal, objective, parts, [(space, regime) for space, regime, _ in answers], spaces)


def _summary(formal: Formal, objective: Objective) -> str:
    """Return the verdicts by kind of space, with the regions of the parameters and the conditions on the data."""
    lines: dict[str, list[str]] = {}
    regimes = collapse.regimes(objective, given=tuple(formal.get("conditions", ())))
    for space in formal.get("spaces", SPACES):
        found: dict[str, list[str]] = {}
        for regime in regimes:
            if space in regime.spaces:
                where = " and ".join((*regime.condition, *regime.outcome.data))
                found.setdefault(regime.outcome.verdict, []).append(f" for {where}" if where else "")
        shown = ", ".join(f"{verdict}{' or'.join(where)}" for verdict, where in found.items())
        lines.setdefault(shown, []).append(space)
    return "; ".join(f"{', '.join(spaces)}: {shown}" for shown, spaces in lines.items())


def _answer(formal: Formal, outcome: Outcome) -> str:
    """Say what one regime means for what is asserted."""
    asserted, verdict = formal["asserts"], outcome.verdict
    if verdict == collapse.UNDECIDED:
        return OPEN
    granted = set(formal.get("data", ()))
    if asserted == "unique":
        if outcome.unique and not set(outcome.unique_data) <= granted:
            return OPEN
        return {True: YES, False: NO, None: OPEN}[outcome.unique]
    if asserted == "no-collapse":
        if verdict == collapse.NO_COLLAPSE:
            return YES if set(outcome.data) <= granted else NO
        return VACUOUS if verdict == collapse.UNBOUNDED else NO
    if verdict == collapse.COLLAPSES:
        return YES if set(outcome.data) <= granted else OPEN
    return VACUOUS if verdict == collapse.UNBOUNDED else NO


def _proved(
    formal: Formal,
    objective: Objective,
    parts: Coefficients,
    cases: Sequence[tuple[str, Regime]],
    spaces: tuple[str, ...],
) -> Verdict:
    evidence: list[Evidence] = []
    reasons: list[str] = []
    for _, regime in cases:
        evidence += lemmas.evidence(objective, parts, regime)
        reasons.append(lemmas.RULES[regime.outcome.rule].reason)
    decisions = [decision(formal, text) for text in _needed(formal, parts)]
    pieces = tuple({repr(piece): piece for piece in (*decisions, *evidence)}.values())
    vacuous = [space for space, regime in cases if regime.outcome.verdict == collapse.UNBOUNDED]
    if vacuous:
        reasons.append(f"Where no minimum exists ({', '.join(dict.fromkeys(vacuous))}) the statement is empty.")
    reason = f"L = {lemmas.master_identity(parts)}. " + " ".join(dict.fromkeys(reasons))
    return Verdict(status=Status.PROVED, reason=reason, spaces=spaces, evidence=pieces)


def _needed(formal: Formal, parts: Coefficients) -> tuple[str, ...]:
    """Return the signs of the coefficients that the proof uses; each is decided from the conditions."""
    given = tuple(formal.get("conditions", ()))
    wanted = [
        (parts.reconstruction, ">"),
        (parts.information, ">"),
        (parts.information, "<"),
        (parts.divergence, ">="),
        (2 * parts.divergence + parts.jensen_shannon, ">="),
        (parts.discrepancy, ">="),
        (parts.contrast, ">" if parts.contrast != 0 else ">="),
    ]
    if formal["asserts"] != "collapses":
        strict = 3 * parts.divergence + parts.jensen_shannon
        wanted.append((strict, ">"))
    texts = [f"{to_formula(expression)} {mark} 0" for expression, mark in wanted if not expression.is_number]
    return tuple(text for text in texts if smt.implies(given, text))


def decision(formal: Formal, then: str) -> Evidence:
    """Return the decision that the conditions imply one relation, with its exact certificate."""
    given = list(formal.get("conditions", ()))
    found = smt.prove(given, then)
    data = {"given": given, "then": then, "smtlib": found.smtlib, "slack": found.slack}
    return Evidence(kind="decision", shows=f"{' and '.join(given) or 'always'} implies {then}", data=data)


def _refutation(
    formal: Formal, objective: Objective, parts: Coefficients, cases: Sequence[tuple[str, Regime]]
) -> Verdict | None:
    """Build an exact refutation from the first case for which there is one, the clearest first."""
    order = {FINITE: 0, DISCRETE_X: 1, DENSITIES: 2}

    def clarity(case: tuple[str, Regime]) -> tuple[bool, int]:
        return case[1].outcome.verdict != collapse.NO_COLLAPSE, order[case[0]]

    for _, regime in sorted(cases, key=clarity):
        if formal["asserts"] == "no-collapse" and regime.outcome.verdict == collapse.NO_COLLAPSE:
            found = _collapsed_example(formal, objective, regime)
        else:
            found = _informative(formal, objective, parts, regime)
        if found is not None:
            return Verdict(
                status=Status.REFUTED,
                reason=found[0],
                spaces=tuple(formal.get("spaces", SPACES)),
                evidence=(*found[1], *lemmas.evidence(objective, parts, regime)),
            )
    return None


def _informative(
    formal: Formal, objective: Objective, parts: Coefficients, regime: Regime
) -> tuple[str, tuple[Evidence, ...]] | None:
    """Two equally likely points on two halves of the prior: the identity channel against r H(X)."""
    point = smt.satisfy([*formal.get("conditions", ()), *regime.condition])
    if point is None or parts.contrast != 0:
        return None
    if not _divergence_at(parts, point):
        return None
    parameters = {symbol.name: point.get(symbol.name, Fraction(1)) for symbol in objective.parameters}
    shown = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    loss = grammar.functional(formal["objective"])
    recon = to_formula(parts.reconstruction)
    collapsed = f"({recon})*({blocks.DATA_ENTROPY})"
    identity = witnesses.with_posterior(witnesses.matched_cells(2, parameters, kernel=parts.discrepancy != 0))
    if formal["asserts"] == "unique":
        if regime.outcome.rule not in {"informative-code", "information-free", "matching-cells"}:
            return None
        bound = f"{collapsed} + ({to_formula(parts.information)})*log(2)"
        constant = regime.outcome.rule == "information-free"
        other = witnesses.with_posterior(witnesses.swapped(identity, constant=constant))
        pieces = tuple(
            witnesses.separation(f"{name}: the loss equals its lower bound r H(X) + kappa log 2", on, loss, bound)
            for name, on in (("one code", identity), ("another code", other))
        )
        if any(piece.data["relation"] != "=" for piece in pieces):
            return None
        return f"two different codes on two points reach the minimum at {shown or 'any parameters'}", pieces
    if regime.outcome.verdict not in {collapse.NO_COLLAPSE, collapse.NOT_UNIQUE}:
        return None
    piece = witnesses.separation(
        "the identity channel on two points against r H(X), the least loss of a collapsed pair",
        identity,
        loss,
        collapsed,
    )
    relation = piece.data["relation"]
    if relation == ">" or (relation == "=" and regime.outcome.verdict != collapse.NOT_UNIQUE):
        return None
    word = "is below" if relation == "<" else "equals"
    text = f"at {shown} the identity channel on two points has a loss that {word} that of every collapsed pair"
    return text, (piece,)


def _divergence_at(parts: Coefficients, point: Mapping[str, Fraction]) -> bool:
    """Tell whether r > 0, D >= 0 and kappa <= 0 at the parameters ``point``."""
    wanted = (
        (parts.reconstruction, ">"),
        (parts.divergence, ">="),
        (2 * parts.divergence + parts.jensen_shannon, ">="),
        (parts.discrepancy, ">="),
        (parts.information, "<="),
    )
    fixed = [f"{name} = {value}" for name, value in point.items()]
    return all(smt.implies(fixed, f"{to_formula(expression)} {mark} 0") for expression, mark in wanted)


def _collapsed_example(formal: Formal, objective: Objective, regime: Regime) -> tuple[str, tuple[Evidence, ...]] | None:
    """Return an admissible space on which the minimum of a contrastive loss is a constant code, if one is known."""
    terms = grammar.parse_objective(formal["objective"]).terms
    if set(terms) != {blocks.RECON, blocks.KL_QP, blocks.KL_QN}:
        return None
    upper, contrast = (grammar.render(terms[name]) for name in (blocks.KL_QP, blocks.KL_QN))
    for text, functions, balance in (
        ("p_d != p_n, but p_n/p_d is constant where p_d > 0", OUTSIDE_SUPPORT, (f"{upper} = 1/2*({contrast})",)),
        ("p_d != p_n, but p = n", SAME_PRIORS, ()),
    ):
        point = smt.satisfy([*formal.get("conditions", ()), *regime.condition, *balance])
        if point is None:
            continue
        parameters = {symbol.name: point.get(symbol.name, Fraction(1)) for symbol in objective.parameters}
        on = witnesses.space(functions, parameters)
        if not all(witnesses.data_holds(relation, on) for relation in formal.get("data", ())):
            continue
        shows = "the constant code is stationary for the convex profile loss, hence its minimum, and collapsed"
        shown = ", ".join(f"{name} = {value}" for name, value in on["parameters"].items())
        reason = f"at {shown} the minimum on {on['x']} points collapses: {text}"
        return reason, (Evidence(kind="optimal-code", shows=shows, data={"space": on}),)
    return None
