"""Schedules of a weight, counted in optimiser steps: constant, a linear ramp, and repeated ramps.

Each knows the step from which on it no longer changes, so that a run too short for it can be refused.
"""

import dataclasses
from typing import ClassVar, Protocol, runtime_checkable

from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


@runtime_checkable
class Schedule(Protocol):
    """A weight that depends on the number of optimiser steps taken before."""

    @property
    def settled_at(self) -> int:
        """The first step from which on the weight no longer changes."""

    def __call__(self, step: int) -> float:
        """Return the weight at a step, counted from 0."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same weight at every step.

    Attributes:
        value: Finite.
    """

    value: float

    def __post_init__(self) -> None:
        """Check the value."""
        require_in_range("value", self.value)

    @property
    def settled_at(self) -> int:
        """The first step from which on the weight no longer changes."""
        return 0

    def __call__(self, step: int) -> float:  # noqa: ARG002
        """Return the weight at a step, counted from 0."""
        return self.value


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinearRamp:
    """A weight that moves linearly from ``start`` at step 0 to ``end`` at step ``steps``, and stays there.

    Attributes:
        steps: >= 1.
        start: Finite.
        end: Finite.

    Source:
        Bowman et al. (2016), section 3.1 (KL annealing).
    """

    kind: ClassVar[str] = "linear"

    steps: int = 10_000
    start: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields."""
        require_count("steps", self.steps)
        require_in_range("start", self.start)
        require_in_range("end", self.end)

    @property
    def settled_at(self) -> int:
        """The first step from which on the weight no longer changes."""
        return self.steps

    def __call__(self, step: int) -> float:
        """Return the weight at a step, counted from 0."""
        if step >= self.steps:
            return self.end
        return self.start + (self.end - self.start) * step / self.steps


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CyclicRamp:
    """``cycles`` ramps from ``start`` to ``end``, each over the first part of its period; then ``end`` for good.

    Attributes:
        period: >= 1; steps of one cycle.
        cycles: >= 1.
        ramp: In (0, 1]; the part of a period in which the weight moves.
        start: Finite.
        end: Finite.

    Source:
        Fu et al. (2019), cyclical annealing, where M = cycles and R = ramp.
    """

    kind: ClassVar[str] = "cyclic"

    period: int = 10_000
    cycles: int = 4
    ramp: float = 0.5
    start: float = 0.0
    end: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields."""
        require_count("period", self.period)
        require_count("cycles", self.cycles)
        require_in_range("ramp", self.ramp, least=0.0, most=1.0, strict=True)
        require_in_range("start", self.start)
        require_in_range("end", self.end)

    @property
    def settled_at(self) -> int:
        """The first step from which on the weight no longer changes: the end of the last cycle."""
        return self.period * self.cycles

    def __call__(self, step: int) -> float:
        """Return the weight at a step, counted from 0."""
        if step >= self.settled_at:
            return self.end
        part = step % self.period / (self.period * self.ramp)
        return self.start + (self.end - self.start) * min(part, 1.0)


def as_schedule(weight: "float | Schedule") -> Schedule:
    """Return a schedule, the constant one of a number."""
    return Constant(value=weight) if isinstance(weight, (int, float)) else weight


def require_settled(schedule: Schedule, *, total_steps: int, name: str = "schedule") -> None:
    """Refuse a schedule that still moves when a run ends.

    Raises:
        InvalidInputError: Where it settles after ``total_steps``, the number of optimiser steps of the run.
    """
    if not schedule.settled_at <= total_steps:
        msg = f"{name} must settle within total_steps={total_steps}, got {schedule!r}, settled at {schedule.settled_at}"
        raise InvalidInputError(msg)
