"""What a study leaves behind: ``cell.json`` in the folder of each run and ``study.json`` above (standard library)."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from vae_models.records import MetricRecord, Target, parsed, read_record, text_of
from vae_models.serial import to_json

CELL, STUDY = "cell.json", "study.json"
CELL_SCHEMA, STUDY_SCHEMA = "vaeproof.cell/1", "vaeproof.study/2"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CellRecord:
    """How a cell ended.

    Attributes:
        arm: Name of its arm.
        seed: Of the run.
        folder: Name of the folder of the run.
        identity: Of its configuration.
        outcome: done, or failed.
        error: Why it failed; empty where it did not.
        attempts: Times a worker began with it in the sweep that ended it.
        seconds: From the beginning of the last attempt to its end.
        cpu_seconds: Of the processor in the last attempt, without what the processes of cells load together; zero
            where unknown.
        machine: Device, threads and versions; whether it was trained as one program with others, or why not.
        values: Numbers of the table.
        validation: Numbers on the validation data that a tuned row is chosen by.
    """

    arm: str
    seed: int
    folder: str
    identity: str
    outcome: Literal["done", "failed"]
    error: str = ""
    attempts: int = 1
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    machine: Mapping[str, str] = dataclasses.field(default_factory=dict)
    values: tuple[MetricRecord, ...] = ()
    validation: tuple[MetricRecord, ...] = ()
    schema: str = CELL_SCHEMA

    def to_text(self) -> str:
        """Return the record as JSON."""
        return json.dumps(to_json(self, where="CellRecord"), indent=1, allow_nan=False) + "\n"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArmRecord:
    """What the cells of an arm are, and what is printed of them.

    Attributes:
        arm: Its name.
        preset: Name of the preset.
        settings: From each source (paper, public code, ours with the reason; command line: an option of the arm) to
            the settings that come from there, as ``name=value``.
        printed: Results that the paper prints.
    """

    arm: str
    preset: str
    settings: Mapping[str, tuple[str, ...]]
    printed: tuple[Target, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """A study as far as it has come.

    Attributes:
        study: Its name.
        engine: What ran the cells last: local or ray, and how many cells it trained as one program.
        jobs: Workers at a time, last.
        total: Number of its cells.
        arms: What its cells are.
        cells: Those that ended, in the order of the study.
    """

    study: str
    engine: str
    jobs: int
    total: int
    arms: tuple[ArmRecord, ...]
    cells: tuple[CellRecord, ...]
    schema: str = STUDY_SCHEMA

    def to_text(self) -> str:
        """Return the record as JSON."""
        return json.dumps(to_json(self, where="StudyRecord"), indent=1, allow_nan=False) + "\n"


def read_cell(folder: Path) -> CellRecord | None:
    """Return how the cell of a folder ended, or None where it has not."""
    return read_record(CellRecord, folder / CELL)


def read_study(place: Path) -> StudyRecord | None:
    """Return the record of a study, or None where there is none.

    Args:
        place: The folder of the study, or the file of a record that was kept.
    """
    return read_record(StudyRecord, place if place.is_file() else place / STUDY)


def read_studies(folder: Path) -> Iterator[StudyRecord]:
    """Yield the records of studies that were kept in a folder, by name; what other records lie there is passed over.

    Raises:
        InvalidInputError: For a damaged record; the message names file and field.
    """
    for path in sorted(folder.glob("*.json")):
        text = text_of(path)
        if text is not None and STUDY_SCHEMA in text:
            yield parsed(StudyRecord, text, path)
