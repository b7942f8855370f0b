"""Grids sum what they claim, bound what they leave out, and refuse to cut off visible mass."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import special, stats

from numeric.grid import (
    Grid,
    gauss_hermite,
    gaussian_log_outside,
    gaussian_masses,
    log_radial,
    radial_log_outside,
    radial_masses,
    uniform,
)
from numeric.problem import ncvae_problem
from numeric.solve import solve
from variational.errors import InvalidInputError

ROUNDING = 1e-13  # sums of at most 500 terms of one sign that add up to about one
SPECTRAL = 1e-11  # what the trapezoidal rule leaves at the spacings chosen here, measured 6e-12 at D = 2
ORDER = (1.95, 2.05)


@given(count=st.integers(1, 300), mean=st.floats(-5, 5), deviation=st.floats(0.01, 100))
def test_gauss_hermite_is_exact_for_the_moments_of_its_law(count, mean, deviation):
    grid = gauss_hermite(count=count, mean=mean, deviation=deviation)
    standard, weights = (grid.nodes - mean) / deviation, np.exp(grid.log_weights)
    assert_allclose(weights.sum(), 1, rtol=0, atol=ROUNDING)
    for power in range(0, min(2 * count, 12), 2):
        expected = special.factorial2(power - 1) if power else 1
        # rounding of the mean and of the nodes moves a power by this much
        slack = 1e-12 * (1 + abs(mean) / deviation) * max(power, 1)
        assert_allclose(weights @ standard**power, expected, rtol=slack + 1e-11)


def test_gauss_hermite_weights_are_the_known_ones_and_do_not_underflow():
    nodes, weights = special.roots_hermitenorm(40)
    grid = gauss_hermite(count=40)
    assert_allclose(grid.nodes, nodes, rtol=0, atol=1e-12)
    assert_allclose(grid.log_weights, np.log(weights / math.sqrt(2 * math.pi)), rtol=0, atol=1e-9)
    assert gauss_hermite(count=500).log_weights.min() < -750  # below the least double


@given(
    mean=st.floats(-3, 3), deviation=st.floats(0.05, 3), lower=st.floats(-12, -1), width=st.floats(0.5, 20),
)  # fmt: skip
def test_the_mass_outside_a_grid_is_that_of_the_law(mean, deviation, lower, width):
    found = gaussian_log_outside(mean=mean, deviation=deviation, lower=lower, upper=lower + width)
    law = stats.norm(mean, deviation)
    expected = np.logaddexp(law.logcdf(lower), law.logsf(lower + width))
    assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_the_mass_far_outside_is_finite_in_logs():
    assert -math.inf < gaussian_log_outside(mean=0, deviation=1, lower=-100, upper=100) < -4900


@given(dimension=st.integers(1, 5000), position=st.floats(-14, 14))
def test_the_radial_bounds_lie_above_the_mass_and_are_sharp_in_the_tails(dimension, position):
    half = dimension / 2
    log_radius = np.array([math.log(dimension) / 2 + position / math.sqrt(2 * dimension)])
    below, above = radial_log_outside(log_radius, log_radius, dimension)
    y = np.exp(2 * log_radius) / 2
    rounding = 1e-15 * dimension * 10  # of the logarithms, which are as large as D log D
    for bound, mass in ((below, special.gammainc(half, y)), (above, special.gammaincc(half, y))):
        if mass > 1e-290:
            assert bound >= np.log(mass) - rounding - 1e-9
            if mass < 1e-3:
                assert bound <= np.log(mass) + 1


@given(
    lower=st.floats(-14, -9),
    width=st.floats(21, 30),
    count=st.integers(60, 400),
    rule=st.sampled_from(["point", "cell"]),
)
def test_masses_on_a_wide_grid_sum_to_one_and_have_the_mean_and_variance_of_the_law(lower, width, count, rule):
    grid = uniform(lower, lower + width, count=count)
    masses = gaussian_masses(grid, mean=0, deviation=1, rule=rule)
    weights = np.exp(masses.log_masses)
    assert_allclose(weights.sum(), 1, rtol=0, atol=ROUNDING)
    assert math.exp(masses.log_neglected) < 1e-10
    assert abs(masses.defect) < 1e-10
    # Sheppard's correction: cells add h^2/12 to the variance, what is cut off adds below 1e-8
    correction = grid.spacing**2 / 12 if rule == "cell" else 0
    assert_allclose(weights @ grid.nodes, 0, atol=1e-7)
    assert_allclose(weights @ grid.nodes**2, 1 + correction, rtol=1e-7)


def test_masses_on_gauss_hermite_nodes_of_another_law_are_those_of_the_law():
    grid = gauss_hermite(count=120, mean=0.5, deviation=1.5)
    weights = np.exp(gaussian_masses(grid, mean=0, deviation=1).log_masses)
    assert_allclose(weights @ np.cos(grid.nodes), math.exp(-0.5), rtol=1e-10)


def test_cell_masses_keep_their_relative_accuracy_in_both_tails():
    masses = gaussian_masses(uniform(-30, 30, count=240), mean=0, deviation=1, rule="cell").log_masses
    assert masses.min() < -400
    assert_allclose(masses, masses[::-1], rtol=1e-12)


RADIAL = {1: 0.15, 2: 0.15, 3: 0.15, 10: 0.08, 128: 0.03, 4096: 0.005}


def radial_grid(dimension, scales):
    root, slack = math.log(dimension) / 2, 9 / math.sqrt(2 * dimension)
    low = root + math.log(min(scales)) - max(slack, 40 / dimension)
    return log_radial(
        log_lower=low, log_upper=root + math.log(max(scales)) + slack, log_origin=root + math.log(min(scales)) - 2,
        spacing=RADIAL[dimension],
    )  # fmt: skip


@pytest.mark.parametrize("dimension", RADIAL)
@pytest.mark.parametrize("scale", [0.2, 1, 5])
def test_radial_masses_have_the_moments_of_the_chi_law(dimension, scale):
    grid = radial_grid(dimension, (0.2, 5))
    masses = radial_masses(grid, dimension=dimension, scale=scale)
    weights = np.exp(masses.log_masses)
    assert abs(masses.defect) <= SPECTRAL + 1e-14 * dimension
    squares = np.exp(2 * grid.nodes) / (scale**2 * dimension)
    assert_allclose(weights @ squares, 1, rtol=10 * SPECTRAL + 1e-14 * dimension)
    assert_allclose(weights @ squares**2, 1 + 2 / dimension, rtol=100 * SPECTRAL + 1e-14 * dimension)
    expected = math.log(scale) + (math.log(2) + special.digamma(dimension / 2)) / 2
    assert_allclose(weights @ grid.nodes, expected, rtol=1e-9)


@given(dimension=st.integers(1, 300), origin=st.floats(-3, 1), spacing=st.floats(0.05, 0.5))
def test_a_radial_grid_covers_what_it_was_asked_to(dimension, origin, spacing):
    low, high = math.log(dimension) / 2 - 3, math.log(dimension) / 2 + 2
    grid = log_radial(log_lower=low, log_upper=high, log_origin=origin, spacing=spacing)
    assert grid.lower <= low
    assert grid.upper >= high
    # the weights tile the interval: their sum is its length up to the second order of the map
    assert_allclose(np.exp(grid.log_weights).sum(), grid.upper - grid.lower, rtol=0.1)


def observed_order(errors):
    return np.log2(errors[:-1] / errors[1:])


def cell_optimum(count):
    grid = uniform(-40, 40, count=count)
    prior, other = (gaussian_masses(grid, mean=0, deviation=s, rule="cell").log_masses for s in (1, 3))
    found = ncvae_problem([0.5, 0.5], [0.2, 0.8], prior, other, beta=2, delta=1)
    return solve(found, gap_tol=1e-13).certificate.upper


def test_the_optimum_of_cell_masses_converges_at_second_order_from_below():
    values = np.array([cell_optimum(count) for count in (200, 400, 800, 1600)])
    differences = np.diff(values)
    assert (differences > 0).all()
    assert ORDER[0] < observed_order(differences)[-1] < ORDER[1]


def test_the_optimum_of_point_masses_has_converged_where_cells_have_not():
    def point_optimum(count):
        grid = uniform(-40, 40, count=count)
        prior, other = (gaussian_masses(grid, mean=0, deviation=s).log_masses for s in (1, 3))
        found = ncvae_problem([0.5, 0.5], [0.2, 0.8], prior, other, beta=2, delta=1)
        return solve(found, gap_tol=1e-13).certificate.upper

    fine = point_optimum(400)
    assert_allclose(point_optimum(200), fine, rtol=0, atol=1e-9)
    assert abs(cell_optimum(200) - fine) > 1e-4


@given(lower=st.floats(-12, 0), upper=st.floats(0.1, 12), rule=st.sampled_from(["point", "cell"]))
def test_a_grid_that_cuts_off_visible_mass_is_refused(lower, upper, rule):
    outside = gaussian_log_outside(mean=0, deviation=1, lower=lower, upper=upper)
    assume(outside > math.log(2e-10))
    with pytest.raises(InvalidInputError, match=r"grid must leave out at most 1e-10 of N\(0, 1\^2\): .* leaves out"):
        gaussian_masses(uniform(lower, upper, count=200), mean=0, deviation=1, rule=rule)


def radial(scale, **options):
    return radial_masses(radial_grid(2, (1, 2)), **{"dimension": 2, "scale": scale, **options})


BAD = {
    "coarse": (lambda: gaussian_masses(uniform(-9, 9, count=9), mean=0, deviation=1), "fine enough .* misses"),
    "radial": (lambda: radial(3000), "leave out at most 1e-10 of .z. for N.0, 3000.2 I. in 2 dimensions"),
    "radial, inner": (lambda: radial(1e-7), "leave out"),
    "scale": (lambda: radial(math.nan), "scale must be a finite number > 0, got nan"),
    "dimension": (lambda: radial(1, dimension=0), "dimension must be a finite number > 0, got 0"),
    "order": (lambda: uniform(1, 1, count=3), "lower < upper, got 1 and 1"),
    "nan": (lambda: uniform(0, math.nan, count=3), "lower < upper, got 0 and nan"),
    "count": (lambda: uniform(0, 1, count=0), "count must be from 1 to inf, got 0"),
    "hermite": (lambda: gauss_hermite(count=501), "count must be from 1 to 500, got 501"),
    "deviation": (lambda: gauss_hermite(count=5, deviation=0), "deviation must be a finite number > 0, got 0"),
    "mean": (lambda: gaussian_masses(uniform(-9, 9, count=99), mean=math.inf, deviation=1), "mean must be a finite"),
    "rule": (lambda: gaussian_masses(uniform(-9, 9, count=99), mean=0, deviation=1, rule="x"), "got 'x'"),
    "cells": (lambda: gaussian_masses(gauss_hermite(count=9), mean=0, deviation=1, rule="cell"), "must be equidistant"),
    "bounds": (
        lambda: log_radial(log_lower=1, log_upper=0, log_origin=0, spacing=0.1), "log_lower < log_upper, got 1 and 0"
    ),
    "spacing": (lambda: log_radial(log_lower=0, log_upper=1, log_origin=0, spacing=-1), "spacing must be .* got -1"),
    "record": (lambda: Grid(nodes=[1, 1], log_weights=[0, 0], lower=0, upper=2), "nodes must increase"),
    "record, lengths": (lambda: Grid(nodes=[1, 2], log_weights=[0], lower=0, upper=2), "one log weight each"),
    "record, ends": (lambda: Grid(nodes=[1, 2], log_weights=[0, 0], lower=1.5, upper=2), "must enclose the nodes"),
    "record, empty": (lambda: Grid(nodes=[], log_weights=[], lower=0, upper=2), "non-empty vector"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_wrong_argument_is_refused_by_name(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()


def test_nodes_and_weights_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        uniform(0, 1, count=3).nodes[0] = 7
