"""Comparison tables: the solver beside its peers, and trained models beside what their papers print."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from figures.words import setting_in_words
from vae_models.evaluation_records import EVALUATION, Evaluation, read_evaluation, targets_of
from vae_models.records import MetricRecord
from vae_models.studies.formats import LEGEND, cells_of, sentences_of
from vae_models.studies.records import StudyRecord
from vae_models.studies.registry import find_study
from vae_models.studies.table import build_table
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table as text.

    Attributes:
        title: What it compares.
        note: How its numbers came about.
        head: One name for each column.
        rows: Cells, as many as there are columns.
        remarks: What it shows, a sentence or more each.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse rows of another length than the head."""
        for row in self.rows:
            if len(row) != len(self.head):
                msg = f"rows of table {self.title!r} must have {len(self.head)} cells, got {row}"
                raise InvalidInputError(msg)


def peers_table(record: Mapping[str, Any]) -> Table:
    """Return the times of the solver and its peers.

    Args:
        record: Of the benchmark ``peers``.
    """
    names = list(record["results"][0]["times"])
    rows = [
        (
            "\u00a0×\u00a0".join(f"{side:g}" for side in row["shape"]),
            *(_three_digits(row["times"][name]["median_ms"]) for name in names),
        )
        for row in record["results"]
    ]
    return Table(
        title="The solver beside its peers",
        note="Median time in ms for one problem with that many x and z. Reproduce: python benchmarks/peers.py",
        head=("x × z", *names),
        rows=tuple(rows),
    )


def trained_table(record: Mapping[str, Any]) -> Table:
    """Return how far trained encoders end from the optimum, between both bounds.

    Args:
        record: Of the benchmark ``trained``.
    """
    rows = [
        (
            setting_in_words({name: row["setting"][name] for name in ("beta", "delta")}),
            f"{row['width']:g}",
            f"{row['steps'][-1]:g}",
            f"{row['gap_lower'][-1]:.3g}",
            f"{row['gap_upper'][-1]:.3g}",
        )
        for row in record["results"]
        if row["gap_upper"]
    ]
    return Table(
        title="Trained encoders and the exact optimum",
        note=(
            "How far the loss of an encoder with its best decoder is above the optimum; nats. Reproduce: "
            "python benchmarks/trained.py"
        ),
        head=("loss", "width", "steps", "at least", "at most"),
        rows=tuple(rows),
    )


def study_table(record: StudyRecord) -> Table:
    """Return the table of a study, ours beside what is printed, with the effects that it shows or does not."""
    study = find_study(record.study)
    table = build_table(study, record)
    return Table(
        title=f"{table.study}: {table.summary}",
        note=f"{LEGEND} Reproduce: python -m vae_models.sweep {record.study} --out DIR",
        head=("", *(heading.in_text for heading in table.headings.values())),
        rows=tuple(map(tuple, cells_of(table))),
        remarks=tuple(sentences_of(table)),
    )


def evaluations(folder: Path) -> Iterator[Evaluation]:
    """Yield the evaluations in the folders of runs below a folder, by name; none where there is no such folder.

    Raises:
        InvalidInputError: For a damaged evaluation; the message names file and field.
    """
    for path in sorted(folder.rglob(EVALUATION)):
        found = read_evaluation(path.parent)
        if found is not None:
            yield found


def evaluation_table(evaluation: Evaluation) -> Table:
    """Return what was measured of one run beside what is printed for it."""
    records = [record for entry in evaluation.entries for record in entry.records]
    return Table(
        title=f"{evaluation.run}: measured and printed",
        note=(
            f"{evaluation.weights} weights after {evaluation.step} steps, configuration {evaluation.identity}. A value "
            "near its cap says what the estimator can give, not what the model does. Reproduce: "
            f"python -m vae_models.evaluate {evaluation.run}"
        ),
        head=("metric", "split", "measured", "error", "cap", "printed", "estimator"),
        rows=tuple(_measured(record, evaluation) for record in records),
    )


def _three_digits(number: float) -> str:
    return f"{number:.3g}" if number < 1000 else f"{number:,.0f}"


def _measured(record: MetricRecord, evaluation: Evaluation) -> tuple[str, ...]:
    printed = [f"{target.value:g} ({target.where})" for target in targets_of(record, evaluation.targets)]
    return (
        record.name,
        record.split,
        f"{record.value:.4g}",
        "" if record.error is None else f"{record.error:.2g}",
        "" if record.cap is None else f"{record.cap:.4g}",
        "; ".join(printed),
        record.estimator,
    )
