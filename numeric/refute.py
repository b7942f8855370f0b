"""Search for violations of claims: random starts, local improvement, shrinking to small rationals, an exact check.

Nothing is claimed of what the search does not find, and nothing of what it finds beyond what the verifier accepts.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from numeric.hunts import Hunt, Pointwise, Universal
from numeric.hunts_minimum import AtOptimum, Code, Collapse
from numeric.lattice import Layout, Point, climb, shrink
from variational.errors import InvalidInputError, NotCoveredError
from variational.grammar import parse_objective
from variational.recheck.tested import FIELD
from variational.records import Evidence

RESTARTS = 12  # for each size of the space
STEPS = 150
POINTWISE = frozenset({"identity", "inequality", "derivative", "second-derivative"})
CONTRAST = "KL(q,n;pn)"
Formal = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What a bounded search found.

    Attributes:
        evidence: Pieces that the verifier accepts as a violation; empty where none was found.
        analogue: What stands in the place of the claim on a finite space; empty where the claim itself is broken.
        tried: Points at which the claim was evaluated.
    """

    evidence: tuple[Evidence, ...]
    analogue: str
    tried: int

    @property
    def found(self) -> bool:
        """Whether there is a violation."""
        return bool(self.evidence)


def refute(formal: Formal, *, seed: int, restarts: int = RESTARTS, steps: int = STEPS) -> Search:
    """Return a small exact violation of a formal statement, if a bounded search finds one.

    Args:
        formal: The statement. Two sides are exposed by identities, inequalities, derivatives, universal statements,
            statements that a minimum collapses, does not or is unique, and those with a field ``tested``.
        seed: Fixes the search.
        restarts: Random starts for each size of the space.
        steps: Moves tried from each.

    Raises:
        InvalidInputError: Where an option is not positive.
        NotCoveredError: Where the statement exposes no two sides that this search could compare.
    """
    if not (restarts >= 1 and steps >= 1):
        msg = f"restarts and steps must be >= 1, got {restarts} and {steps}"
        raise InvalidInputError(msg)
    hunt, tried = hunt_for(formal), 0
    generator = np.random.default_rng(seed)

    def scored(layout: Layout) -> Callable[[Point], float]:
        def score(point: Point) -> float:
            nonlocal tried
            tried += 1
            return hunt.score(layout, point)

        return score

    analogue = str(formal.get(FIELD, {}).get("analogue", ""))
    for layout in hunt.layouts:
        for _ in range(restarts):
            score = scored(layout)
            point, height = climb(layout, score, generator, steps=steps)
            if height > hunt.clear:
                evidence = _small(hunt, layout, point, score)
                if evidence:
                    return Search(evidence=evidence, analogue=analogue, tried=tried)
    return Search(evidence=(), analogue=analogue, tried=tried)


def hunt_for(formal: Formal) -> Hunt:
    """Return how violations of a statement are looked for.

    Raises:
        NotCoveredError: Where there is no way here.
    """
    kind, asserted = formal["kind"], formal.get("asserts")
    if FIELD in formal:
        return AtOptimum(formal)
    if kind in POINTWISE:
        return Pointwise(formal)
    if kind == "universal" and not formal.get("exists"):
        return Universal(formal)
    if kind == "optimum":
        contrast = CONTRAST in parse_objective(formal["objective"]).terms
        if contrast and asserted == "no-collapse":
            return Collapse(formal)
        if not contrast and asserted in {"collapses", "least-information", "unique"}:
            return Code(formal)
    msg = f"a statement of kind {kind!r}{f' that asserts {asserted!r}' if asserted else ''} is not searched"
    raise NotCoveredError(msg)


def _small(hunt: Hunt, layout: Layout, point: Point, score: Callable[[Point], float]) -> tuple[Evidence, ...]:
    """Return exact evidence at the smallest point reached that still gives it."""

    def keeps(candidate: Point) -> bool:
        return score(candidate) > hunt.clear and bool(hunt.confirm(layout, candidate))

    return hunt.confirm(layout, shrink(layout, point, keeps)) if keeps(point) else ()
