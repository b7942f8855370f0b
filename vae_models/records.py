"""What a run leaves behind: the lines of its log, its measured numbers, its record (standard library only)."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from vae_models.serial import from_json, to_json
from variational.errors import InvalidInputError

Record = TypeVar("Record")

LOG_SCHEMA = "vaeproof.log/1"
METRIC_SCHEMA = "vaeproof.metric/1"
RUN_SCHEMA = "vaeproof.run/1"

NEAR = 0.05  # share of the cap; a value closer than this says what the estimator can give, not what the model does

Split = Literal["train", "validation", "test"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogRecord:
    """One line of ``metrics.jsonl``: means over the steps since the line before, or over a whole split.

    Attributes:
        step: Optimiser steps taken.
        epoch: Passes through the training data, as far as ``step`` steps make them.
        split: What the means are over.
        loss: Nats per example.
        parts: Terms of the loss, unweighted; nats per example unless the name ends in a unit.
        learning_rate: Of the last step.
        examples_per_second: Throughput of training; zero where the line is an evaluation.
        seconds: Since the run began, over all its sessions.
    """

    step: int
    epoch: float
    split: Split
    loss: float
    parts: Mapping[str, float]
    learning_rate: float
    examples_per_second: float
    seconds: float
    schema: str = LOG_SCHEMA


@dataclasses.dataclass(frozen=True, kw_only=True)
class MetricRecord:
    """One measured number and how it was estimated.

    Attributes:
        name: Of the metric, its unit at the end unless that is nats.
        value: Nats per example unless the name ends in another unit.
        estimator: How it was estimated, in words.
        split: What it was measured on.
        samples: Number of examples or draws that the estimate rests on, at least 1.
        cap: Largest value that the estimator can give, as ln B for mutual information inside batches of B.
        error: Standard error of the estimate, at least 0; None where it is exact or unknown.
    """

    name: str
    value: float
    estimator: str
    split: Split
    samples: int
    cap: float | None = None
    error: float | None = None
    schema: str = METRIC_SCHEMA

    def __post_init__(self) -> None:
        """Refuse a metric without name or estimator, without samples, or with a negative error."""
        for field in ("name", "estimator"):
            if not getattr(self, field):
                msg = f"MetricRecord.{field} is empty"
                raise InvalidInputError(msg)
        if self.samples < 1:
            msg = f"MetricRecord.samples must be at least 1, got {self.samples}"
            raise InvalidInputError(msg)
        if self.error is not None and not self.error >= 0:
            msg = f"MetricRecord.error must be at least 0, got {self.error}"
            raise InvalidInputError(msg)

    @property
    def is_near_cap(self) -> bool:
        """Whether the value lies within 5% of the cap, or above it: then it must not be compared.

        Example:
            >>> MetricRecord(name="a", value=3.8, estimator="in-batch", split="test", samples=50, cap=3.912).is_near_cap
            True
        """
        return self.cap is not None and not self.value < (1 - NEAR) * self.cap


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A printed result, to be put beside a measured one.

    Attributes:
        metric: Name of the :class:`MetricRecord` to compare with.
        value: As printed.
        where: Table, row and data set that it is printed for.
    """

    metric: str
    value: float
    where: str


Outcome = Literal["done", "stopped early", "interrupted", "non-finite loss"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A whole run: what it was, how it ended and on what machine.

    Attributes:
        config: The configuration, as ``config.json`` holds it.
        identity: Hash of what the configuration says about the result; part of the folder's name.
        outcome: How it ended.
        step: Optimiser steps taken.
        epoch: Passes through the training data.
        seconds: Time spent training, over all sessions.
        parameters: Number of trained numbers.
        best_step: Step of the best evaluation; None where none was made.
        best_loss: Its loss; nats per example.
        loss: Mean training loss of the last line of the log; None where there is none.
        machine: Device, threads and versions.
        metrics: Measured numbers, as far as they are known.
        sources: Where each setting comes from: paper, public code, ours, or the command line.
        targets: What the paper prints of results.
    """

    config: Mapping[str, Any]
    identity: str
    outcome: Outcome
    step: int
    epoch: float
    seconds: float
    parameters: int
    best_step: int | None
    best_loss: float | None
    loss: float | None
    machine: Mapping[str, str]
    metrics: tuple[MetricRecord, ...] = ()
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    schema: str = RUN_SCHEMA

    def to_text(self) -> str:
        """Return the record as JSON, one field a line at the top."""
        return json.dumps(to_json(self, where="RunRecord"), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "RunRecord":
        """Return the record that ``to_text`` wrote; the message of an error names the field."""
        return from_json(cls, parse(text, where="RunRecord"), where="RunRecord")


def line(record: LogRecord | MetricRecord) -> str:
    """Return a record as one line of JSON."""
    return json.dumps(to_json(record, where=type(record).__name__), allow_nan=False) + "\n"


def read_log(path: Path) -> list[LogRecord]:
    """Return the complete lines of a log; a last line that was cut off is left out."""
    if not path.exists():
        return []
    *lines, _cut = path.read_text(encoding="utf-8").split("\n")
    return [
        from_json(LogRecord, parse(text, where=f"{path}:{number}"), where=f"{path}:{number}")
        for number, text in enumerate(lines, start=1)
    ]


def read_record(kind: type[Record], path: Path) -> Record | None:
    """Return the record in a file that a command has written, or None where there is no file.

    Raises:
        InvalidInputError: The file is damaged or of another kind; the message names it.
    """
    text = text_of(path)
    return None if text is None else parsed(kind, text, path)


def text_of(path: Path) -> str | None:
    """Return what a file holds, or None where there is none; refuse one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}; move it away, and it is made anew"
        raise InvalidInputError(msg) from error


def parsed(kind: type[Record], text: str, path: Path) -> Record:
    """Return the record that the text of a file holds; refuse a damaged one, or one of another kind."""
    try:
        return from_json(kind, parse(text, where=str(path)), where=str(path))
    except InvalidInputError as error:
        msg = f"{error}; move {path} away, and it is made anew"
        raise InvalidInputError(msg) from error


def parse(text: str, *, where: str) -> Any:
    """Return what JSON says; nan and infinities, which are no JSON, are refused."""

    def refuse(constant: str) -> Any:
        msg = f"{where} holds {constant}, and a record holds finite numbers only"
        raise InvalidInputError(msg)

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        msg = f"{where} is no JSON: {error}"
        raise InvalidInputError(msg) from error
