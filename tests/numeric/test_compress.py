"""Compression keeps the moments of every cell, positivity, and the integrals of smooth functions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric.compress import compress
from tests.numeric import strategies
from variational.errors import InvalidInputError

ROUNDING = 1e-11  # sums of at most 400 products of numbers of order one, times the growth of order 13 in half cells


def cloud(seed, size, spread):
    generator = np.random.default_rng(seed)
    return generator.normal(size=size) * spread, strategies.log_masses(generator, size, 3.0)


@given(
    seed=strategies.SEEDS,
    size=st.integers(1, 400),
    spread=st.sampled_from((0.01, 1.0, 30.0)),
    order=st.integers(1, 8),
)
def test_polynomials_below_twice_the_order_are_integrated_as_before(seed, size, spread, order):
    values, log_weights = cloud(seed, size, spread)
    nodes, logs = compress(values, log_weights, width=3.0, order=order)
    assert len(nodes) <= size
    assert (np.diff(nodes) >= 0).all()
    for cell in np.unique(np.floor(values / 3)):
        inside, found = np.floor(values / 3) == cell, np.abs(nodes / 3 - cell - 0.5) <= 0.5 + 1e-12
        for power in range(2 * order):
            expected = np.exp(log_weights[inside]) @ ((values[inside] / 3 - cell - 0.5) * 2) ** power
            assert_allclose(
                np.exp(logs[found]) @ ((nodes[found] / 3 - cell - 0.5) * 2) ** power, expected, atol=ROUNDING
            )


@pytest.mark.parametrize("deviation", [0.05, 0.3, 1, 3, 10])
@pytest.mark.parametrize("centre", [-1.0, 0.3, 5.0])
def test_rational_functions_of_the_exponential_keep_nine_digits(deviation, centre):
    step = min(deviation / 3, 0.3)
    values = np.arange(-12 * deviation, 12 * deviation, step)
    log_weights = -((values / deviation) ** 2) / 2 + math.log(step / deviation / math.sqrt(2 * math.pi))
    nodes, logs = compress(values, log_weights, width=3.0, order=7)
    logistic = [np.exp(w) @ (1 / (1 + np.exp(v - centre))) for v, w in ((values, log_weights), (nodes, logs))]
    assert_allclose(*logistic, rtol=0, atol=1e-9)
    assert len(nodes) <= max(len(values), 14)


def test_the_error_falls_with_the_order_as_claimed():
    values = np.linspace(-2.9, 2.9, 500)
    log_weights = np.full(500, -math.log(500))
    exact = np.tanh(values + 0.4).mean()  # poles at distance pi/2
    errors = []
    for order in (2, 4, 6):
        nodes, logs = compress(values, log_weights, width=3.0, order=order)
        errors.append(abs(np.exp(logs) @ np.tanh(nodes + 0.4) - exact))
    rho = (math.pi / 2 + math.hypot(math.pi / 2, 1.5)) / 1.5
    bounds = rho ** (-2.0 * np.array([2, 4, 6]))
    assert (errors < bounds).all()
    assert errors[0] > bounds[0] / 100


def test_cells_grow_where_asked_and_keep_the_moments():
    values = np.linspace(-1e6, -1, 20_000)
    log_weights = np.full(20_000, -math.log(20_000))
    nodes, logs = compress(values, log_weights, width=3.0, order=5, even=100.0)
    assert len(nodes) < 700
    assert_allclose(np.exp(logs) @ (nodes / 1e6) ** 3, np.mean((values / 1e6) ** 3), rtol=1e-12)


def test_a_tight_cluster_keeps_its_spread():
    values = 0.5 + 1e-6 * np.linspace(-1, 1, 50)
    nodes, logs = compress(values, np.full(50, -math.log(50)), width=3.0, order=3)
    assert len(nodes) == 3
    assert_allclose(np.exp(logs) @ (nodes - 0.5) ** 2, np.mean((values - 0.5) ** 2), rtol=1e-6)


def test_equal_nodes_become_one():
    nodes, logs = compress(np.full(9, 0.7), np.full(9, -math.log(9)), width=3.0, order=2)
    assert_allclose(nodes[logs > -40], 0.7, rtol=1e-15)
    assert_allclose(np.exp(logs).sum(), 1, rtol=1e-14)


def test_weights_far_below_the_least_double_are_kept():
    nodes, logs = compress(np.linspace(0, 2.9, 100), np.linspace(-2000, -1900, 100), width=3.0, order=3)
    assert len(nodes) == 3
    assert_allclose(np.logaddexp.reduce(logs), np.logaddexp.reduce(np.linspace(-2000, -1900, 100)), rtol=1e-14)


@pytest.mark.parametrize(
    "options", [{"width": 0.0, "order": 1}, {"width": math.nan, "order": 1}, {"width": 1.0, "order": 0}]
)
def test_a_wrong_option_is_refused(options):
    with pytest.raises(InvalidInputError, match="width must be > 0 and order >= 1, got"):
        compress(np.zeros(1), np.zeros(1), **options)
