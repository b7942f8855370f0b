"""The table of a study from the numbers of its cells: printed value, ours, standard error over seeds, agreement."""

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from vae_models.records import MetricRecord, Target
from vae_models.studies.headings import Heading, heading_of
from vae_models.studies.records import CellRecord, StudyRecord
from vae_models.studies.study import Arm, Effect, Study

ERRORS = 2.0  # standard errors within which two numbers are taken as the same


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """One number of the table.

    Attributes:
        metric: Its name.
        printed: In the paper; None where it prints none.
        ours: Mean over the seeds; None where no cell has the number.
        error: Standard error of the mean over the seeds; None for fewer than two.
        seeds: How many cells it is the mean of.
        agrees: Whether ours is the printed value within errors; None where the two cannot be compared.
        marks: Why the printed value cannot be right, or what ours does not say.
    """

    metric: str
    printed: float | None
    ours: float | None
    error: float | None
    seeds: int
    agrees: bool | None
    marks: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: its name, what was chosen for it, and its numbers in the order of the columns."""

    name: str
    chosen: str
    entries: tuple[Entry, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Order:
    """Whether the rows of a column stand in the printed order.

    Attributes:
        metric: Of the column.
        same: Pairs of rows in the printed order.
        opposite: Pairs in the other.
        open: Pairs whose difference is within errors.
    """

    metric: str
    same: int
    opposite: int
    open: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Finding:
    """Whether the table shows an effect.

    Attributes:
        effect: What the paper says.
        difference: The number that should be the larger one minus the other; None where one of them is missing.
        error: Its standard error over seeds; None where one of them has none.
    """

    effect: Effect
    difference: float | None
    error: float | None

    @property
    def verdict(self) -> str:
        """Shown or opposite, beyond two standard errors; not decided, within them or of one seed; not run."""
        if self.difference is None:
            return "not run"
        if self.error is None or not abs(self.difference) > ERRORS * self.error:
            return "not decided"
        return "shown" if self.difference > 0 else "opposite"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """The table of a study, with what its reader must know."""

    study: str
    summary: str
    headings: Mapping[str, Heading]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    orders: tuple[Order, ...]
    notes: tuple[str, ...]


def build_table(study: Study, record: StudyRecord) -> Table:
    """Return the table of a study; cells that failed or are missing are named in its notes."""
    rows = tuple(
        _row(study, [arm for arm in study.arms if arm.row == name], record)
        for name in dict.fromkeys(arm.row for arm in study.arms)
    )
    orders = tuple(_order(metric, [row.entries[place] for row in rows]) for place, metric in enumerate(study.columns))
    notes = list(study.notes)
    if not study.same_experiment:
        notes.append(
            "Ours is a small twin on other data, so that its numbers cannot agree with the printed ones; "
            "the order of its rows can."
        )
    if len(record.cells) < record.total:
        notes.append(f"{record.total - len(record.cells)} of {record.total} cells have not ended yet.")
    notes += [
        f"Failed: {cell.arm}, seed {cell.seed}: {cell.error.splitlines()[0]}"
        for cell in record.cells
        if cell.outcome == "failed"
    ]
    notes += _cost(record)
    found = tuple(order for order in orders if order.same + order.opposite + order.open)
    return Table(
        study=study.name,
        summary=study.summary,
        headings={metric: heading_of(metric, study.headings) for metric in study.columns},
        rows=rows,
        findings=tuple(_finding(effect, rows) for effect in study.effects),
        orders=found,
        notes=tuple(notes),
    )


def _cost(record: StudyRecord) -> list[str]:
    """Return in a sentence for each kind of machine what the cells took on it."""
    by_machine: dict[str, list[float]] = {}
    for cell in record.cells:
        if cell.machine:
            said = ", ".join(f"{name} {value}" for name, value in cell.machine.items() if name != "processes")
            by_machine.setdefault(said, []).append(cell.cpu_seconds)
    return [
        f"{len(took)} cells took {sum(took):.0f} s of processor time, each at most {max(took):.0f} s: {machine}."
        for machine, took in by_machine.items()
    ]


def _finding(effect: Effect, rows: Sequence[Row]) -> Finding:
    entries = {(row.name, entry.metric): entry for row in rows for entry in row.entries}
    larger, smaller = (entries[place.row, place.metric] for place in (effect.larger, effect.smaller))
    if larger.ours is None or smaller.ours is None:
        return Finding(effect=effect, difference=None, error=None)
    return Finding(effect=effect, difference=larger.ours - smaller.ours, error=_spread(larger, smaller))


def _spread(one: Entry, other: Entry) -> float | None:
    """Return the standard error of the difference of two numbers."""
    return None if one.error is None or other.error is None else math.hypot(one.error, other.error)


def _row(study: Study, arms: Sequence[Arm], record: StudyRecord) -> Row:
    done = [[cell for cell in record.cells if cell.arm == arm.name and cell.outcome == "done"] for arm in arms]
    place, chosen = 0, ""
    if len(arms) > 1:
        scores = [_mean([_number(cell.validation, study.tuned_by) for cell in cells]) for cells in done]
        place = max(range(len(arms)), key=lambda each: scores[each])
        if scores[place] > -math.inf:
            said = heading_of(study.tuned_by, study.headings).text
            chosen = f"{' '.join(arms[place].fields)}, by {said} on the validation data"
    arm, cells = arms[place], done[place]
    return Row(
        name=arms[0].row,
        chosen=chosen,
        entries=tuple(_entry(study, metric, arm, cells) for metric in study.columns),
    )


def _mean(values: Sequence[float | None]) -> float:
    found = [value for value in values if value is not None]
    return statistics.fmean(found) if found else -math.inf


def _number(records: Sequence[MetricRecord], name: str) -> float | None:
    return next((record.value for record in records if record.name == name), None)


def _entry(study: Study, metric: str, arm: Arm, cells: Sequence[CellRecord]) -> Entry:
    target = next((each for each in arm.targets if each.metric == metric), None)
    records = [record for cell in cells for record in cell.values if record.name == metric]
    values = [record.value for record in records]
    ours = statistics.fmean(values) if values else None
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    agrees = None
    if study.same_experiment and target is not None and ours is not None and error is not None:
        agrees = abs(ours - target.value) <= ERRORS * error + half_digit(target.value)
    marks = [] if target is None else printed_marks(study, target, arm.targets)
    if target is not None and arm.doubt:
        marks.append(arm.doubt)
    if any(record.is_near_cap for record in records):
        marks.append("ours is near the cap of its estimator, or above, and must not be ranked")
    return Entry(
        metric=metric,
        printed=None if target is None else target.value,
        ours=ours,
        error=error,
        seeds=len(values),
        agrees=agrees,
        marks=tuple(marks),
    )


def printed_marks(study: Study, target: Target, others: Sequence[Target]) -> list[str]:
    """Return why a printed value cannot be right; empty where nothing speaks against it.

    Args:
        study: With the caps of printed values.
        target: The printed value.
        others: Printed in the same row, the value itself included.
    """
    marks = []
    slack = half_digit(target.value)
    cap = study.printed_caps.get(target.metric)
    if cap is not None and target.value - slack > cap.value:
        marks.append(f"printed value is above its cap {cap.value:.4g}: {cap.reason}")
    if target.metric == "mutual_information":
        for other in others:
            if other.metric == "kl" and target.value - slack > other.value + half_digit(other.value):
                marks.append(f"printed MI is above the printed KL {other.value:g}, which bounds it")
    return marks


def half_digit(value: float) -> float:
    """Return half a unit of the last digit of a printed value: what it may have been rounded by.

    Example:
        >>> half_digit(3.84)
        0.005
    """
    return float(Decimal(10) ** int(Decimal(repr(value)).as_tuple().exponent)) / 2


def _order(metric: str, entries: Sequence[Entry]) -> Order:
    """Return how pairs of rows stand; values that are marked are left out."""
    counts = {"same": 0, "opposite": 0, "open": 0}
    usable = [entry for entry in entries if not entry.marks]
    for one, other in combinations(usable, 2):
        if one.printed is None or other.printed is None or one.ours is None or other.ours is None:
            continue
        printed, ours = one.printed - other.printed, one.ours - other.ours
        spread = _spread(one, other)
        if printed == 0 or spread is None or abs(ours) <= ERRORS * spread:
            counts["open"] += 1
        else:
            counts["same" if printed * ours > 0 else "opposite"] += 1
    return Order(metric=metric, **counts)
