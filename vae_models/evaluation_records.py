"""What an evaluation leaves in the folder of a run, ``evaluation.json`` (standard library only)."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from vae_models.records import MetricRecord, Split, Target, parse, read_record
from vae_models.serial import from_json, to_json

EVALUATION = "evaluation.json"
EVALUATION_SCHEMA = "vaeproof.evaluation/1"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """What came of one metric on one split.

    Attributes:
        metric: Its name among those of the command.
        split: What it was measured on.
        records: Finite numbers.
        reasons: Why it does not apply, or why numbers are missing.
        options: What the numbers depend on: k, draws, samples, seed.
        seconds: Time it took.
    """

    metric: str
    split: Split
    records: tuple[MetricRecord, ...]
    reasons: tuple[str, ...]
    options: Mapping[str, int]
    seconds: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Evaluation:
    """All that was measured of one run.

    Attributes:
        run: Name of its folder.
        identity: Of its configuration.
        step: Optimiser steps that the weights have seen.
        weights: Whether the last weights were measured, or those of the best evaluation.
        machine: Device, threads and versions of the last evaluation.
        entries: One for each metric and split.
        targets: What the paper prints.
    """

    run: str
    identity: str
    step: int
    weights: str
    machine: Mapping[str, str]
    entries: tuple[Entry, ...]
    targets: tuple[Target, ...] = ()
    schema: str = EVALUATION_SCHEMA

    def to_text(self) -> str:
        """Return the evaluation as JSON, one field a line at the top."""
        return json.dumps(to_json(self, where="Evaluation"), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_text(cls, text: str, *, where: str = "Evaluation") -> "Evaluation":
        """Return the evaluation that ``to_text`` wrote; the message of an error names the field."""
        return from_json(cls, parse(text, where=where), where=where)

    def joined(self, before: "Evaluation | None") -> "Evaluation":
        """Return this evaluation with what an earlier one measured besides, if that was of the same weights."""
        if before is None or any(
            getattr(self, name) != getattr(before, name) for name in ("identity", "step", "weights")
        ):
            return self
        mine = {(entry.metric, entry.split) for entry in self.entries}
        others = tuple(entry for entry in before.entries if (entry.metric, entry.split) not in mine)
        return dataclasses.replace(self, entries=(*others, *self.entries))


def read_evaluation(folder: Path) -> Evaluation | None:
    """Return the evaluation in the folder of a run, or None where there is none.

    Raises:
        InvalidInputError: The file is damaged or of another kind; the message names it.
    """
    return read_record(Evaluation, folder / EVALUATION)


def targets_of(record: MetricRecord, targets: Sequence[Target]) -> list[Target]:
    """Return what is printed for the metric of a record."""
    return [target for target in targets if target.metric == record.name]
