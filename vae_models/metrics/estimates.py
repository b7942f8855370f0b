"""What all metrics share: means with standard errors, and a ranking that heeds caps."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Literal

from jaxtyping import Float
from torch import Tensor

from vae_models.records import NEAR, MetricRecord, Split
from vae_models.validation import require_one_of
from variational.errors import InvalidInputError


def mean_record(
    values: Float[Tensor, " n"], *, name: str, estimator: str, split: Split, cap: float | None = None
) -> MetricRecord:
    """Return the mean of numbers, one for each x or batch, with its standard error, both summed in double precision.

    Error:
        The standard error takes the numbers as independent; it is None for one number, and where it is not finite.
    """
    count = len(values)
    if not count:
        msg = f"values of {name} must be one or more, got none"
        raise InvalidInputError(msg)
    wide = values.detach().double()
    error = float(wide.std()) / math.sqrt(count) if count > 1 else math.nan
    return MetricRecord(
        name=name,
        value=float(wide.mean()),
        estimator=estimator,
        split=split,
        samples=count,
        cap=cap,
        error=error if math.isfinite(error) else None,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranking:
    """Which of several models comes first in a metric.

    Attributes:
        order: Positions of the ranked records, the best first; equal values keep their order.
        flagged: Positions of those within 5% of their cap, which have no rank.
    """

    order: tuple[int, ...]
    flagged: tuple[int, ...]


def rank(
    records: Sequence[MetricRecord], *, best: Literal["highest", "lowest"], flagged: Literal["set aside", "refuse"]
) -> Ranking:
    """Return the ranking of records of one metric and one estimator.

    Args:
        records: Of the models.
        best: Which end is the better one.
        flagged: What to do with values within 5% of their cap.

    Raises:
        InvalidInputError: Where the records differ in name, estimator or split, one is nan, or ``refuse`` is wanted and
            some value is near its cap.
    """
    require_one_of("best", best, ("highest", "lowest"))
    require_one_of("flagged", flagged, ("set aside", "refuse"))
    kinds = {(record.name, record.estimator, record.split) for record in records}
    if len(kinds) > 1:
        msg = f"records must be of one metric, estimator and split to be ranked, got {sorted(kinds)}"
        raise InvalidInputError(msg)
    if any(math.isnan(record.value) for record in records):
        msg = "records must hold numbers to be ranked, got nan"
        raise InvalidInputError(msg)
    near = tuple(place for place, record in enumerate(records) if record.is_near_cap)
    if near and flagged == "refuse":
        first = records[near[0]]
        msg = (
            f"records must stay below {1 - NEAR:g} of their cap to be ranked, got {first.value:.4g} of {first.cap:.4g}"
            f" at place {near[0]}; take larger batches or another estimator"
        )
        raise InvalidInputError(msg)
    sign = -1 if best == "highest" else 1
    places = (place for place in range(len(records)) if place not in near)
    return Ranking(order=tuple(sorted(places, key=lambda place: sign * records[place].value)), flagged=near)


def least_upper_bound(records: Iterable[MetricRecord], *, name: str) -> MetricRecord:
    """Return the smallest of several upper bounds of one quantity, under a new name.

    For mutual information these are the leave-one-out estimate and the KL to the prior: the first may far exceed the
    second, which bounds the quantity too.
    """
    found = min(records, key=lambda record: record.value, default=None)
    if found is None:
        msg = f"records of {name} must be one or more, got none"
        raise InvalidInputError(msg)
    return dataclasses.replace(found, name=name, estimator=f"least of several upper bounds: {found.estimator}")
