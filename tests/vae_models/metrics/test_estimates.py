"""Means with their standard error, the flag near a cap, and the ranking that heeds it."""

import dataclasses
import math

import pytest
import torch

from tests.checked_types import types_unchecked
from vae_models.metrics.estimates import least_upper_bound, mean_record, rank
from vae_models.records import MetricRecord
from variational.errors import InvalidInputError


def record(value, *, cap=None, name="mutual_information"):
    return MetricRecord(name=name, value=value, estimator="in batches", split="test", samples=10, cap=cap)


def test_a_mean_has_the_standard_error_of_independent_numbers_summed_in_double_precision():
    values = torch.tensor([1.0, 2.0, 4.0])
    found = mean_record(values, name="a", estimator="mean", split="train", cap=9.0)
    assert found.value == pytest.approx(7 / 3, abs=1e-15)
    assert found.error == pytest.approx(math.sqrt(7 / 3 / 3), abs=1e-15)  # variance 7/3
    assert (found.samples, found.cap, found.split) == (3, 9.0, "train")
    assert mean_record(values[:1], name="a", estimator="mean", split="train").error is None
    infinite = mean_record(values.new_tensor([1.0, math.inf]), name="a", estimator="mean", split="train")
    assert (infinite.value, infinite.error) == (math.inf, None)


@pytest.mark.parametrize(
    ("value", "cap", "near"),
    [(0.94, 1.0, False), (0.951, 1.0, True), (1.2, 1.0, True), (5.0, None, False), (math.nan, 1.0, True)],
)
def test_values_within_five_percent_of_the_cap_are_flagged(value, cap, near):
    assert record(value, cap=cap).is_near_cap == near


@pytest.mark.parametrize(("best", "order"), [("highest", (2, 0)), ("lowest", (0, 2))])
def test_a_flagged_value_has_no_rank(best, order):
    records = [record(1.0, cap=3.9), record(3.85, cap=3.9), record(2.0, cap=3.9)]
    found = rank(records, best=best, flagged="set aside")
    assert (found.order, found.flagged) == (order, (1,))
    with pytest.raises(InvalidInputError, match=r"^records must stay below 0.95 of their cap"):
        rank(records, best=best, flagged="refuse")


def test_the_least_of_several_upper_bounds_is_taken():
    found = least_upper_bound([record(82.3), record(21.75, name="kl")], name="information_bound")
    assert (found.value, found.name) == (21.75, "information_bound")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: rank([record(1.0), record(1.0, name="kl")], best="highest", flagged="refuse"), "records"),
        (lambda: rank([record(math.nan)], best="highest", flagged="refuse"), "records"),
        (lambda: rank([record(1.0)], best="most", flagged="refuse"), "best"),
        (lambda: rank([record(1.0)], best="highest", flagged="keep"), "flagged"),
        (lambda: least_upper_bound([], name="a"), "records"),
        (lambda: mean_record(torch.zeros(0), name="a", estimator="b", split="test"), "values"),
    ],
)
def test_bad_input_is_named(call, named):
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named}"):
        call()


def test_records_of_other_estimators_are_not_compared():
    other = dataclasses.replace(record(1.0), estimator="leave-one-out")
    with pytest.raises(InvalidInputError, match=r"^records must be of one metric"):
        rank([record(2.0), other], best="highest", flagged="set aside")
