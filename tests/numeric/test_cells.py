"""Cells: masses that are exact in both tails, and divergences inside of cells."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_ndtr
from scipy.stats import norm

from numeric.cells import Cells, cells_around
from tests.effort import in_general_position
from variational.errors import InvalidInputError

ROUNDING = 1e-12
SEEDS = st.integers(0, 2**32 - 1)


def random_edges(generator):
    return np.unique(generator.normal(size=generator.integers(1, 9)) * 5)


@in_general_position
@given(seed=SEEDS, axes=st.integers(1, 2), deviation=st.floats(1e-3, 1e3))
def test_masses_sum_to_one(seed, axes, deviation):
    generator = np.random.default_rng(seed)
    cells = Cells(edges=tuple(random_edges(generator) for _ in range(axes)))
    found = cells.log_masses(generator.normal(size=axes), [deviation] * axes)
    assert found.shape == (len(cells),)
    assert abs(np.exp(found).sum() - 1) < ROUNDING


@given(seed=SEEDS, mean=st.floats(-3, 3))
def test_masses_are_differences_of_the_distribution_function(seed, mean):
    edges = random_edges(np.random.default_rng(seed))
    found = np.exp(Cells(edges=(edges,)).log_masses([mean], [1.5]))
    steps = np.concatenate([[0], norm.cdf(edges, mean, 1.5), [1]])
    np.testing.assert_allclose(found, np.diff(steps), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("side", [-1, 1])
def test_masses_of_far_cells_keep_their_digits(side):
    edges = np.sort(side * np.array([40.0, 41.0]))
    found = np.sort(Cells(edges=(edges,)).log_masses([0.0], [1.0]))
    expected = [log_ndtr(-41.0), log_ndtr(-40.0) + math.log(-math.expm1(log_ndtr(-41.0) - log_ndtr(-40.0))), 0.0]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_in_the_plane_masses_are_products_with_the_last_axis_first():
    rows, columns = np.array([-1.0, 0.5]), np.array([0.2])
    found = Cells(edges=(rows, columns)).log_masses([0.1, 0.3], [1.0, 2.0])
    first, second = Cells(edges=(rows,)).log_masses([0.1], [1.0]), Cells(edges=(columns,)).log_masses([0.3], [2.0])
    np.testing.assert_allclose(found.reshape(3, 2), first[:, None] + second)


@given(lower=st.floats(-3, 3), width=st.floats(0.1, 3), deviation=st.floats(0.5, 3), other=st.floats(0.5, 3))
def test_divergences_inside_cells_are_their_integrals(lower, width, deviation, other):
    found = Cells(edges=(np.array([lower, lower + width]),)).divergences(deviation, other)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    z, weights = lower + width * (nodes + 1) / 2, weights * width / 2
    densities = [norm.pdf(z, 0, scale) for scale in (deviation, other)]
    first, second = (density / (weights @ density) for density in densities)
    np.testing.assert_allclose(found[1], weights @ (first * np.log(first / second)), rtol=1e-8, atol=1e-10)


@given(seed=SEEDS, deviation=st.floats(0.5, 3), other=st.floats(0.5, 3))
def test_divergence_of_two_laws_is_that_of_their_masses_and_that_inside_the_cells(seed, deviation, other):
    generator = np.random.default_rng(seed)
    cells = Cells(edges=(random_edges(generator), random_edges(generator)))
    first, second = (cells.log_masses([0, 0], [scale] * 2) for scale in (deviation, other))
    found = np.exp(first) @ (first - second + cells.divergences(deviation, other))
    expected = 2 * (math.log(other / deviation) + (deviation**2 / other**2 - 1) / 2)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)


def test_cells_around_laws_resolve_each_of_them():
    cells = cells_around([[0.0], [3.0]], [[1.0], [0.01]], per_deviation=4)
    for mean, deviation in ((0.0, 1.0), (3.0, 0.01)):
        inside = cells.edges[0][np.abs(cells.edges[0] - mean) < 5 * deviation]
        assert np.diff(inside).max() <= 0.25 * deviation * 1.001
    assert len(cells) < 2 * (12 * 4 + 1) + 2


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Cells(edges=(np.array([1.0, 1.0]),)), "edges"),
        (lambda: Cells(edges=()), "edges"),
        (lambda: Cells(edges=(np.arange(3000.0), np.arange(3000.0))), "edges"),
        (lambda: Cells(edges=(np.array([0.0]),)).log_masses([0.0, 1.0], [1.0]), "mean"),
        (lambda: Cells(edges=(np.array([0.0]),)).log_masses([0.0], [0.0]), "deviation"),
        (lambda: cells_around([[0.0]], [[1.0], [2.0]], per_deviation=4), "means"),
        (lambda: cells_around([[0.0]], [[0.0]], per_deviation=4), "deviations"),
        (lambda: cells_around([[0.0]], [[1.0]], per_deviation=0), "per_deviation"),
    ],
)
def test_what_breaks_a_rule_is_named(make, named):
    with pytest.raises(InvalidInputError, match=rf"^{named}"):
        make()
