"""Figure 8 shows means over seeds beside what is printed, and its title counts the orders that are found again."""

import copy
import math
import statistics

import numpy as np
import pytest

from figures import printed
from figures.printed import Series, finding, ordered
from figures.studies import Point, point_of
from figures.style import title_of


def shown(drawn):
    """Return the places of all markers, filled and hollow, by panel."""
    return [
        [np.column_stack(line.get_data()) for line in axes.get_lines() if line.get_marker() not in {"None", "|", "_"}]
        for axes in drawn("printed").axes
    ]


def test_a_point_is_the_mean_over_the_seeds_with_its_error(records):
    record = records["arelbo-table1-small"]
    values = [
        next(value["value"] for value in cell["values"] if value["name"] == "kl")
        for cell in record["cells"]
        if cell["arm"] == "stochastic"
    ]
    assert len(values) == 3
    point = point_of(record, "stochastic", "kl")
    assert point == Point(statistics.fmean(values), statistics.stdev(values) / math.sqrt(3), 15.3)
    assert point_of(record, "stochastic", "no such metric") is None
    assert point_of(record, "stoch", "kl") is None


def test_every_panel_shows_its_series_ours_filled_and_printed_hollow(drawn, records):
    panels = [
        printed.smoothness(records),
        printed.variances(records),
        printed.covariances(records),
        printed.divergences(records),
        printed.information(records),
    ]
    for lines, series in zip(shown(drawn), panels, strict=False):
        for one in series:
            points = [point for point in one.points if point is not None]
            assert len(points) == len(one.points)
            assert any(np.array_equal(line[:, 1], [point.value for point in points]) for line in lines)
            prints = [point.printed for point in points if point.printed is not None]
            assert not prints or any(np.array_equal(line[:, 1], prints) for line in lines)
    assert sum(point.printed is not None for series in panels for one in series for point in one.points) == 33


@pytest.mark.parametrize(
    ("ours", "prints", "counted"),
    [
        ((1.0, 2.0), (10.0, 20.0), [True]),
        ((2.0, 1.0), (10.0, 20.0), [False]),
        ((1.0, 1.1), (10.0, 20.0), [False]),  # within the errors
        ((1.0, 2.0), (10.0, 10.0), []),  # no order in print
        ((1.0, 2.0), (10.0, None), []),
    ],
)
def test_the_title_counts_pairs_in_the_printed_order(ours, prints, counted):
    panel = [Series("", {}, [Point(value, 0.1, said)]) for value, said in zip(ours, prints, strict=True)]
    assert list(ordered([panel])) == counted
    assert f"{sum(counted)} of {len(counted)}" in finding([panel])


def test_the_title_changes_with_the_records(drawn, records):
    changed = copy.deepcopy({name: records[name] for name in printed.RECORDS})
    for cell in changed["arelbo-table1-small"]["cells"]:
        cell["arm"] = {"stochastic": "deterministic", "deterministic": "stochastic"}[cell["arm"]]
    assert title_of(printed.draw(changed)) != title_of(drawn("printed"))
