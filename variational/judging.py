"""Judging many claims: each simple part once, from the cache or in parallel, and conjunctions from their parts."""

import contextlib
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from variational import workers
from variational.errors import VaeproofError
from variational.papers import registry
from variational.records import Claim, Status, Verdict

if TYPE_CHECKING:  # SymPy and z3 are loaded only where a claim is judged, rich where it is shown
    from variational.cache import Store
    from variational.claim_report import Judged

Outcome = tuple[Verdict, float]  # with the seconds it took
CONJUNCTION = "all"  # the kind of a claim that is made of others


def judge_all(claims: Sequence[Claim], *, store: "Store | None" = None, processes: int | None = None) -> list["Judged"]:
    """Return the outcomes in the order of the claims; what several conjunctions share is judged once.

    Args:
        claims: What is judged.
        store: Where verdicts are kept; without it every claim is judged.
        processes: How many processes; by default as many as are worth starting.
    """
    from variational.claim_report import Judged  # noqa: PLC0415

    simple = {part.id: part for claim in claims for part in simple_parts(claim)}
    judge_one = functools.partial(timed_verdict, store=store)
    with workers.progress(len(simple), "judging") as advance:
        outcomes = workers.run(judge_one, tuple(simple.values()), advance=advance, processes=processes)
    known = dict(zip(simple, outcomes, strict=True))
    found = [(claim, *combined(claim, known)) for claim in claims]
    return [Judged(claim=claim, verdict=verdict, seconds=seconds) for claim, verdict, seconds in found]


def simple_parts(claim: Claim) -> Iterator[Claim]:
    """Yield the claims that ``claim`` is the conjunction of, or the claim itself."""
    if claim.formal["kind"] != CONJUNCTION:
        yield claim
        return
    for name in claim.formal["of"]:
        yield from simple_parts(registry.find_claim(name))


def combined(claim: Claim, known: Mapping[str, Outcome]) -> Outcome:
    """Return the verdict on ``claim``, from those on its simple parts, and the seconds they took together."""
    if claim.formal["kind"] != CONJUNCTION:
        return known[claim.id]
    from variational.decide import combine  # noqa: PLC0415

    parts = [registry.find_claim(name) for name in claim.formal["of"]]
    outcomes = [combined(part, known) for part in parts]
    verdict = combine([(part, found) for part, (found, _) in zip(parts, outcomes, strict=True)])
    return verdict, sum(seconds for _, seconds in outcomes)


def timed_verdict(claim: Claim, *, store: "Store | None" = None) -> Outcome:
    """Return the verdict on a claim, stored and re-checked or judged anew, and the seconds it took."""
    start = time.perf_counter()
    verdict = _stored(claim, store)
    if verdict is None:
        verdict = _judged(claim)
        _keep(claim, verdict, store)
    return verdict, time.perf_counter() - start


def _stored(claim: Claim, store: "Store | None") -> Verdict | None:
    if store is None:
        return None
    from variational.cache import load  # noqa: PLC0415

    return load(store, claim, registry.find_claim)


def _keep(claim: Claim, verdict: Verdict, store: "Store | None") -> None:
    if store is None:
        return
    from variational.cache import keep  # noqa: PLC0415

    with contextlib.suppress(OSError):  # a full disk costs time at the next run, no verdict
        keep(store, claim, verdict, registry.find_claim)


def _judged(claim: Claim) -> Verdict:
    from variational.decide import judge  # noqa: PLC0415

    try:
        return judge(claim, registry.find_claim)
    except VaeproofError as error:
        return Verdict(status=Status.UNDECIDED, reason=f"the judge stopped: {error}")
