"""Records that cross module boundaries: sources, evidence, verdicts and claims (standard library only)."""

import dataclasses
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from variational.errors import InvalidInputError

SCHEMA = "vaeproof.certificate/1"

FINITE = "finite"
DISCRETE_X = "discrete-x"
DENSITIES = "densities"
SPACES = (FINITE, DISCRETE_X, DENSITIES)


class Status(enum.Enum):
    """What is known about a claim."""

    PROVED = "proved"  # identity, decision procedure or enclosure, on every space named
    REFUTED = "refuted"  # an exact or ball-enclosed witness meets the assumptions and breaks it
    SUPPORTED = "supported"  # numeric certificate for it, no proof
    DOUBTED = "doubted"  # numeric certificate against it, no exact witness
    UNDECIDED = "undecided"  # the check ran and could not decide


SEVERITY = (Status.PROVED, Status.SUPPORTED, Status.UNDECIDED, Status.DOUBTED, Status.REFUTED)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of several verdicts: a conjunction is no better than its weakest part.

    Example:
        >>> worst([Status.PROVED, Status.REFUTED, Status.UNDECIDED])
        <Status.REFUTED: 'refuted'>
    """
    found = list(statuses)
    if not found:
        msg = "statuses is empty: a conjunction needs at least one part"
        raise InvalidInputError(msg)
    return max(found, key=SEVERITY.index)


def joint_spaces(parts: Sequence[tuple[Status, tuple[str, ...]]]) -> tuple[str, ...]:
    """Return the spaces on which the verdict of a conjunction holds.

    It holds where all parts do; it is broken wherever one part with the worst verdict is.

    Example:
        >>> joint_spaces([(Status.PROVED, SPACES), (Status.REFUTED, (FINITE,))])
        ('finite',)
    """
    status = worst(part for part, _ in parts)
    names = [set(spaces) for part, spaces in parts if part is status]
    joined = set.intersection(*names) if status is Status.PROVED else set.union(*names)
    return tuple(space for space in SPACES if space in joined) or parts[0][1]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a statement is printed. A claim without one cannot be built."""

    key: str  # bibliography key, "ncvae"
    locator: str  # "Theorem 7, eq. (15)"

    def __post_init__(self) -> None:
        """Refuse an empty key or locator."""
        for field in dataclasses.fields(self):
            if not getattr(self, field.name):
                msg = f"Source needs a non-empty {field.name}, got {self!r}"
                raise InvalidInputError(msg)

    def __str__(self) -> str:
        """Return key and locator on one line."""
        return f"{self.key}, {self.locator}"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One re-checkable piece of evidence.

    Attributes:
        kind: Which rule of the verifier re-checks it ("identity", "witness", ...).
        shows: One sentence: what this piece establishes.
        data: Strings, integers, lists and mappings of these, so that JSON keeps them exactly.
    """

    kind: str
    shows: str
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as one flat JSON object."""
        return {"kind": self.kind, "shows": self.shows, **self.data}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Outcome of judging one claim, with the evidence for it.

    Attributes:
        status: One of the five verdicts.
        reason: Why, in one or two sentences.
        spaces: The kinds of spaces the verdict holds on.
        evidence: What somebody else can re-check.
    """

    status: Status
    reason: str
    spaces: tuple[str, ...] = SPACES
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a decided verdict without evidence, and unknown spaces."""
        if self.status in {Status.PROVED, Status.REFUTED} and not self.evidence:
            msg = f"{self.status.name} needs evidence, got none ({self.reason!r})"
            raise InvalidInputError(msg)
        unknown = set(self.spaces) - set(SPACES)
        if unknown or not self.spaces:
            msg = f"spaces must be drawn from {SPACES}, got {self.spaces!r}"
            raise InvalidInputError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One statement of one paper, as printed, as plain data.

    Attributes:
        id: ``paper:label``; a corrected or partial form extends the id of the printed one.
        printed: The statement as printed, in LaTeX.
        source: Where it is printed.
        assumptions: Every hypothesis in words, written out even when empty.
        formal: The statement in machine-readable form; ``formal["kind"]`` names the judge.
        hints: Proof data: slacks, witnesses, cuts. Never trusted, always re-checked.
        recorded: The verdict expected by the tests; compared with, never used to produce one.
        corrected_by: Id of the strongest form shown instead, where the printed one fails.
        printed_claim: False for the forms that are ours rather than the paper's.
    """

    id: str
    printed: str
    source: Source
    assumptions: tuple[str, ...]
    formal: Mapping[str, Any]
    recorded: Status
    hints: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    corrected_by: str | None = None
    printed_claim: bool = True

    def __post_init__(self) -> None:
        """Refuse an id without paper, an empty statement and a formal statement without kind."""
        paper, _, label = self.id.partition(":")
        if not paper or not label:
            msg = f"claim id must read paper:label, got {self.id!r}"
            raise InvalidInputError(msg)
        if not self.printed:
            msg = f"claim {self.id} needs its statement as printed, got an empty text"
            raise InvalidInputError(msg)
        if "kind" not in self.formal:
            msg = f"claim {self.id} needs formal['kind'], got {sorted(self.formal)}"
            raise InvalidInputError(msg)
