"""What a cell of a study that is set beside the theory leaves behind: its comparison, its codes, and both bounds."""

import time

from vae_models.compare.plane import plane_of
from vae_models.compare.records import COMPARISON
from vae_models.compare.run import compare_run
from vae_models.evaluation_records import Entry
from vae_models.files import write_whole
from vae_models.records import MetricRecord, Split
from vae_models.runs import Run

PLANE = "plane.json"


def beside_theory(run: Run, *, split: Split) -> Entry:
    """Return both bounds of the distance to the optimum as measured numbers, and keep the whole comparison.

    Args:
        run: With its weights; its folder gets ``comparison.json``.
        split: What it is measured on.

    Returns:
        No number and the reason where no optimum is known.
    """
    begun = time.monotonic()
    comparison = compare_run(run, split=split)
    write_whole(run.folder / COMPARISON, comparison.to_text().encode())
    distance = comparison.distance
    bounds = {} if distance is None else {"lower": distance.gap_lower, "upper": distance.gap_upper}
    records = tuple(
        MetricRecord(
            name=f"encoder_gap_{side}",
            value=number.value,
            estimator=f"{number.basis}: {number.rests_on}",
            split=split,
            samples=comparison.examples,
            error=number.error,
        )
        for side, number in bounds.items()
    )
    return Entry(
        metric="comparison",
        split=split,
        records=records,
        reasons=() if comparison.no_distance is None else (comparison.no_distance,),
        options={},
        seconds=round(time.monotonic() - begun, 3),
    )


def keep_plane(run: Run, *, split: Split) -> None:
    """Write the codes of a run in the plane into its folder."""
    write_whole(run.folder / PLANE, plane_of(run, split=split).to_text().encode())
