"""Schedules as tables, and the runs that are too short for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_models.schedules import Constant, CyclicRamp, LinearRamp, as_schedule, require_settled
from variational.errors import InvalidInputError

TABLES = [
    (Constant(value=0.3), {0: 0.3, 7: 0.3}),
    (LinearRamp(steps=4), {0: 0.0, 1: 0.25, 2: 0.5, 3: 0.75, 4: 1.0, 5: 1.0}),
    (LinearRamp(steps=2, start=0.1, end=0.5), {0: 0.1, 1: 0.3, 2: 0.5, 9: 0.5}),
    (LinearRamp(steps=2, start=1.0, end=0.0), {0: 1.0, 1: 0.5, 2: 0.0}),
    (
        CyclicRamp(period=4, cycles=2, ramp=0.5),
        {0: 0.0, 1: 0.5, 2: 1.0, 3: 1.0, 4: 0.0, 5: 0.5, 6: 1.0, 7: 1.0, 8: 1.0, 9: 1.0, 12: 1.0},
    ),
    (CyclicRamp(period=2, cycles=1, ramp=1.0, start=0.2), {0: 0.2, 1: 0.6, 2: 1.0, 3: 1.0}),
]


@pytest.mark.parametrize(("schedule", "table"), TABLES)
def test_a_schedule_is_its_table(schedule, table):
    assert {step: schedule(step) for step in table} == pytest.approx(table)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in TABLES])
def test_nothing_moves_once_it_is_settled_and_something_does_before(schedule):
    later = {schedule(schedule.settled_at + step) for step in range(20)}
    assert len(later) == 1
    if schedule.settled_at:
        assert len({schedule(step) for step in range(schedule.settled_at)} | later) > 1


@given(steps=st.integers(1, 50), total=st.integers(0, 60))
def test_a_run_that_ends_before_the_ramp_is_refused(steps, total):
    if total >= steps:
        require_settled(LinearRamp(steps=steps), total_steps=total)
    else:
        with pytest.raises(InvalidInputError, match=f"beta must settle within total_steps={total}"):
            require_settled(LinearRamp(steps=steps), total_steps=total, name="beta")


def test_the_last_cycle_must_end_within_the_run():
    schedule = CyclicRamp(period=10, cycles=3)
    require_settled(schedule, total_steps=30)
    with pytest.raises(InvalidInputError, match="settled at 30"):
        require_settled(schedule, total_steps=29)


def test_a_number_is_a_constant_schedule():
    assert as_schedule(2.0) == Constant(value=2.0)
    ramp = LinearRamp(steps=3)
    assert as_schedule(ramp) is ramp


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: Constant(value=float("nan")), "value"),
        (lambda: LinearRamp(steps=0), "steps"),
        (lambda: LinearRamp(steps=3, end=float("inf")), "end"),
        (lambda: CyclicRamp(period=0), "period"),
        (lambda: CyclicRamp(period=3, cycles=0), "cycles"),
        (lambda: CyclicRamp(period=3, ramp=0.0), "ramp"),
        (lambda: CyclicRamp(period=3, ramp=1.5), "ramp"),
        (lambda: CyclicRamp(period=3, ramp=float("nan")), "ramp"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
