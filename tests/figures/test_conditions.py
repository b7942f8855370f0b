"""Conditions of an analysis mean in a figure what they mean to Python."""

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.conditions import holds, margin, verdict_at
from variational.errors import InvalidInputError

SIGNS = {"=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
small = st.integers(-3, 3).map(float)


@given(a=small, b=small, first=st.sampled_from(list(SIGNS)), second=st.sampled_from(list(SIGNS)), limit=small)
def test_a_conjunction_holds_where_both_relations_do(a, b, first, second, limit):
    expected = SIGNS[first](a, limit) and SIGNS[second](a * b + a, b)
    assert holds(f"a {first} {limit:g} and a*b + a {second} b", {"a": a, "b": b}) is expected


@given(a=small, b=small)
def test_the_margin_is_positive_inside_and_zero_on_the_boundary(a, b):
    values = {"a": np.array([a]), "b": np.array([b])}
    assert margin("a*b + a >= b", values).tolist() == [a * b + a - b]
    assert margin("a <= b", values).tolist() == [b - a]


def test_always_and_never():
    assert holds("always", {})
    assert not holds("never", {"a": 1.0})


@pytest.mark.parametrize("condition", ["", "a", "a > c", "a > 1 or b > 1", "a ? 1", "a >"])
def test_another_form_is_refused(condition):
    with pytest.raises(InvalidInputError, match="condition must"):
        holds(condition, {"a": 1.0, "b": 1.0})


@pytest.mark.parametrize("relation", ["a = 1", "a > 1 and b > 1"])
def test_what_has_no_margin_is_refused(relation):
    with pytest.raises(InvalidInputError, match="one inequality"):
        margin(relation, {"a": 1.0, "b": 1.0})


def test_a_setting_needs_exactly_one_verdict():
    regimes = [
        {"condition": "a > 0", "spaces": ["finite"], "verdict": "collapses"},
        {"condition": "a > 1", "spaces": ["finite"], "verdict": "unbounded"},
    ]
    assert verdict_at(regimes, "finite", {"a": 0.5}) == "collapses"
    for value, space in ((2.0, "finite"), (-1.0, "finite"), (0.5, "densities")):
        with pytest.raises(InvalidInputError, match="one verdict"):
            verdict_at(regimes, space, {"a": value})
