"""An evaluation as a table of 80 columns: number, standard error, cap, sample count, estimator, printed target."""

import textwrap
from collections.abc import Sequence

from vae_models.evaluation_records import Entry, Evaluation, targets_of
from vae_models.records import MetricRecord

WIDTH = 80
NAME = 39
UNITS = {
    "squared_nats_per_squared_unit": "nats^2/unit^2",
    "nats_per_coordinate": "nats/coordinate",
    "units_per_unit": "unit/unit",
    "squared_units": "unit^2",
    "kernel_units": "unit of the kernel",
    "count": "count",
    "fraction": "fraction",
}
FLAG = "*"
FLAG_NOTE = (
    f"{FLAG} within 5% of its cap, or above: it says what the estimator can give, not what the model does, and must "
    "not be ranked"
)


def format_evaluation(evaluation: Evaluation, entries: Sequence[Entry]) -> str:
    """Return the table of some entries of an evaluation, and why other metrics do not apply."""
    head = f"{evaluation.run}, {evaluation.weights} weights, step {evaluation.step}"
    row = f"{'metric':<{NAME}} {'value':>11}  {'+-':>8} {'cap':>7} {'n':>8}"
    lines = [*textwrap.wrap(head, WIDTH), "", row, "-" * len(row)]
    records = [record for entry in entries for record in entry.records]
    for record in records:
        lines += _rows(record)
        for target in targets_of(record, evaluation.targets):
            lines += _wrapped(f"printed: {target.value:g} ({target.where})")
    if any(record.is_near_cap for record in records):
        lines += ["", *textwrap.wrap(FLAG_NOTE, WIDTH)]
    missing = [entry for entry in entries if entry.reasons]
    if missing:
        lines += ["", "not measured"]
        for entry in missing:
            for reason in entry.reasons:
                lines += textwrap.wrap(
                    f"{entry.metric}: {reason}", WIDTH, initial_indent="  ", subsequent_indent="    "
                )
    measured = {record.name for record in records}
    others = [target for target in evaluation.targets if target.metric not in measured]
    if others:
        lines += ["", "printed in the paper, not measured here"]
        for target in others:
            lines += textwrap.wrap(
                f"{target.metric}: {target.value:g} ({target.where})",
                WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
            )
    return "\n".join(lines)


def _rows(record: MetricRecord) -> list[str]:
    name, unit = split_unit(record.name)
    error = "" if record.error is None else f"{record.error:.2g}"
    cap = "" if record.cap is None else f"{record.cap:.4g}"
    flag = FLAG if record.is_near_cap else " "
    numbers = f"{record.value:>11.5g}{flag} {error:>8} {cap:>7} {record.samples:>8}"
    first = [f"{name:<{NAME}} {numbers}"] if len(name) <= NAME else [name, f"{'':<{NAME}} {numbers}"]
    return [*first, *_wrapped(f"{unit}; {record.split}; {record.estimator}")]


def split_unit(name: str) -> tuple[str, str]:
    """Return the name of a metric without its unit, and the unit.

    Example:
        >>> split_unit("squared_error_squared_units")
        ('squared_error', 'unit^2')
    """
    for suffix, unit in UNITS.items():
        if name.endswith(f"_{suffix}"):
            return name.removesuffix(f"_{suffix}"), unit
    return name, "nats"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
