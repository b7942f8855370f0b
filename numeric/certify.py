"""Numeric certificates beside verdicts: every claim that an instance tests meets the optima of a fixed panel.

A proof or a refutation by exact means is never changed; a claim that nothing exact decides becomes SUPPORTED, DOUBTED
or, where an enclosed optimum breaks the claim itself, REFUTED.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from numeric.brackets import Comparison, compare
from numeric.enclose import Enclosure, enclose
from numeric.instance import Instance
from variational import blocks
from variational.errors import VaeproofError
from variational.recheck.bracket import FAILS, KIND, contradicts, speaks_against
from variational.recheck.certificate import as_json
from variational.recheck.reading import read_space
from variational.recheck.tested import Tested, tested
from variational.records import FINITE, Claim, Status, Verdict

Judged = tuple[Claim, Verdict]
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def _ncvae(  # noqa: PLR0917 - a row of the panel
    beta: int, delta: int, data: Sequence[Any], noise: Sequence[Any], prior: Sequence[int], noise_prior: Sequence[int]
) -> Instance:
    """Return an instance from laws of x and weights of z."""
    return Instance(
        objective=blocks.BUILT_IN["ncvae"],
        parameters={"beta": Fraction(beta), "delta": Fraction(delta)},
        data=tuple(map(Fraction, data)),
        noise=tuple(map(Fraction, noise)),
        prior=tuple(Fraction(weight, sum(prior)) for weight in prior),
        noise_prior=tuple(Fraction(weight, sum(noise_prior)) for weight in noise_prior),
    )


RARE = (Fraction(1, 1000), Fraction(999, 1000))
PANEL = (
    _ncvae(2, 3, (HALF, "1/3", "1/6"), (QUARTER, QUARTER, HALF), (2, 1, 1), (1, 1, 6)),
    _ncvae(2, 3, (HALF, "1/3", "1/6"), (HALF, "1/3", "1/6"), (2, 1, 1), (1, 1, 6)),  # p_n = p_d
    _ncvae(2, 2, (HALF, QUARTER, QUARTER), (QUARTER, "1/8", "5/8"), (1, 1), (1, 4)),  # two x of the same ratio
    _ncvae(2, 1, (HALF, HALF, 0), (QUARTER, QUARTER, HALF), (4, 1), (1, 4)),  # a constant ratio where p_d > 0
    _ncvae(2, 10, RARE, (0, 1), (3, 1), (1, 3)),  # the shape of the Gaussian instance of Theorem 7
    _ncvae(10, 50, RARE, (0, 1), (3, 1), (1, 3)),  # and of that of (88)
)


def attach_certificates(results: Iterable[Judged], *, panel: Sequence[Instance] = PANEL) -> list[Judged]:
    """Return the results with what the optima of the panel say of each claim.

    Args:
        results: Claims with the verdicts of exact methods.
        panel: Instances; a claim meets those that its hypotheses admit.
    """
    known: dict[int, Enclosure] = {}

    def enclosed(instance: Instance) -> Enclosure:
        if id(instance) not in known:
            known[id(instance)] = enclose(instance)
        return known[id(instance)]

    return [(claim, _attached(claim, verdict, comparisons(claim, enclosed, panel))) for claim, verdict in results]


def contradiction(claim: Claim, verdict: Verdict) -> str | None:
    """Return in one line how a numeric certificate contradicts an exact verdict, None where it does not.

    A proof is contradicted by an enclosed optimum that breaks the claim. Optima at which a claim holds say nothing
    against its refutation elsewhere.
    """
    formal = as_json(claim.formal)
    for piece in verdict.evidence:
        outcome = (str(piece.data["outcome"]),) if piece.kind == KIND else ()
        if outcome and contradicts(formal, verdict.status, verdict.spaces, outcome):
            return f"CONTRADICTION: {claim.id} is proved, and an enclosed optimum breaks it: {piece.shows}"
    return None


def comparisons(claim: Claim, enclosed: Callable[[Instance], Enclosure], panel: Sequence[Instance]) -> list[Comparison]:
    """Return how a claim fares at the optima of the panel that its hypotheses admit; none where nothing tests it."""
    formal = as_json(claim.formal)
    statement = tested(formal)
    if statement is None:
        return []
    found = []
    for instance in panel:
        if instance.objective != statement.objective or not _admits(statement, instance):
            continue
        try:
            compared = compare(formal, enclosed(instance))
        except VaeproofError:  # a loss that is not convex there, or a side that is not enclosed: nothing is shown
            continue
        if compared.outcome is not None:
            found.append(compared)
    return found


def _attached(claim: Claim, verdict: Verdict, found: Sequence[Comparison]) -> Verdict:
    if verdict.status in {Status.SUPPORTED, Status.DOUBTED}:  # on grounds of their own
        return verdict
    pieces = tuple(compared.to_evidence() for compared in found)
    if not pieces:
        return verdict
    if verdict.status is not Status.UNDECIDED:
        return dataclasses.replace(verdict, evidence=(*verdict.evidence, *pieces))
    against = [compared for compared in found if _breaks(claim, str(compared.outcome))]
    if not against:
        status, shown = Status.SUPPORTED, found[0]
    elif any(compared.outcome == FAILS and not compared.analogue for compared in against):
        status, shown = Status.REFUTED, next(compared for compared in against if compared.outcome == FAILS)
    else:
        status, shown = Status.DOUBTED, against[0]
    return Verdict(
        status=status,
        reason=f"{shown.sentence()}. Exact methods: {verdict.reason}",
        spaces=(FINITE,),
        evidence=pieces,
    )


def _breaks(claim: Claim, outcome: str) -> bool:
    return speaks_against(as_json(claim.formal), (outcome,))


def _admits(statement: Tested, instance: Instance) -> bool:
    """Tell whether the hypotheses of a statement hold at an instance."""
    number = len(instance.prior)
    anything = tuple((Fraction(1, number),) * number for _ in instance.data)  # the hypotheses do not speak of the code
    try:
        space = read_space(instance.to_space(anything), statement.needed, statement.definitions)
        statement.require_admissible(space)
    except VaeproofError:
        return False
    return True
