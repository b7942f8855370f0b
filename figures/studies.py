"""What figures read of the records of studies: numbers over seeds beside what is printed, and the codes of a cell."""

import dataclasses
import math
import statistics
from collections.abc import Mapping
from typing import Any

from figures.kinds import KINDS
from figures.style import Records
from variational.errors import InvalidInputError

BEYOND = 2  # standard errors, as in the tables of studies


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """One number: ours over seeds, and what is printed of it, if anything is."""

    value: float
    error: float
    printed: float | None


def point_of(record: Mapping[str, Any], arm: str, metric: str) -> Point | None:
    """Return mean and standard error over the seeds of an arm, and what is printed; None where nothing was measured.

    Args:
        record: Of a study.
        arm: Name of the arm, up to the options it is run with.
        metric: Name of the number.
    """
    values = [value["value"] for value in values_of(record, arm, metric)]
    if not values:
        return None
    targets = [
        target["value"]
        for one in record["arms"]
        if _is_of(one["arm"], arm)
        for target in one["printed"]
        if target["metric"] == metric
    ]
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.inf
    return Point(value=statistics.fmean(values), error=error, printed=targets[0] if targets else None)


def number_of(records: Records, study: str, arm: str, metric: str) -> Point:
    """Return the same of a record by its name; refuse one without the number, naming the command that makes it."""
    point = point_of(records[study], arm, metric)
    if point is None:
        msg = f"record {study} must hold {metric} of {arm!r}; make it again by: {KINDS[study].command}"
        raise InvalidInputError(msg)
    return point


def values_of(record: Mapping[str, Any], arm: str, metric: str) -> list[Mapping[str, Any]]:
    """Return what was measured of an arm, for each seed, with its standard error and its cap."""
    cells = [cell for cell in record["cells"] if _is_of(cell["arm"], arm)]
    return [value for cell in cells for value in cell["values"] if value["name"] == metric]


def caps_of(record: Mapping[str, Any], arm: str, beginning: str) -> dict[str, float]:
    """Return the names of an arm's numbers that begin so and have a cap, with their caps, the smallest first."""
    cells = [cell for cell in record["cells"] if _is_of(cell["arm"], arm)]
    found = {
        value["name"]: value["cap"]
        for cell in cells
        for value in cell["values"]
        if value["name"].startswith(beginning) and value["cap"] is not None
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def plane_of(records: Records, planes: str, study: str, arm: str) -> Mapping[str, Any]:
    """Return the codes in the plane of an arm; refuse a record without them, naming the command that makes it."""
    folders = {cell["folder"] for cell in records[study]["cells"] if _is_of(cell["arm"], arm)}
    found = [plane for plane in records[planes]["planes"] if plane["run"] in folders]
    if not found:
        msg = f"record {planes} must hold codes of {arm!r} of {study}; make it again by: {KINDS[planes].command}"
        raise InvalidInputError(msg)
    return dict(found[0])


def _is_of(full: str, arm: str) -> bool:
    return full == arm or full.startswith(f"{arm} --")
