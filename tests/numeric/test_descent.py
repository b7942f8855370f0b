"""Descent stays feasible, never rises, finds what is known, and ends inside the certified bracket if there is one."""

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from numeric import bounds, descent, solve
from numeric.arrays import log_sum_exp
from numeric.problem import Problem, aae_problem, beta_vae_problem, infovae_problem, ncvae_problem
from tests.effort import in_general_position
from tests.numeric import strategies
from variational.errors import InvalidInputError

LOG_HALF = np.log([0.5, 0.5])
SLOPE = 1e-5  # relative error of a central difference with step 1e-6


@in_general_position
@given(seed=strategies.SEEDS, signs=strategies.SEEDS)
def test_every_step_stays_feasible_and_lowers_the_loss_whatever_the_signs(seed, signs):
    generator = np.random.default_rng(seed)
    number_x, number_z = generator.integers(2, 6, size=2)
    data = np.exp(strategies.log_masses(generator, number_x))
    found = Problem(
        data=data, curvature=data * generator.normal(size=number_x),
        aggregate_weight=generator.normal(), divergence_weight=generator.normal() * 3,
        tilt_weights=data[:, None], log_tilts=strategies.log_masses(generator, number_z)[None, :],
        log_prior=strategies.log_masses(generator, number_z),
    )  # fmt: skip
    encoder = strategies.log_encoder(np.random.default_rng(signs), found.shape)
    before = bounds.value(found, encoder)
    for _ in range(20):
        encoder, reached, _, _ = descent._descend(found, encoder, 1, 1e-15)
        assert_allclose(log_sum_exp(encoder, axis=1), 0, atol=1e-9)
        assert reached <= before + 1e-12
        before = reached


@in_general_position
@given(found=strategies.problems() | strategies.problems_with_divergence())
def test_on_a_convex_loss_descent_ends_inside_the_certified_bracket(found):
    certificate = solve.solve(found, gap_tol=1e-10).require_converged().certificate
    best = descent.minimise(found, starts=2)
    assert best.value >= certificate.lower - 2 * certificate.rounding - 1e-12
    # a fall of less than tolerance in a step is where it stops, so that it may end above by many such steps
    assert best.value <= certificate.upper + 1e-6 * (1 + found.sharpness) * (1 + abs(certificate.upper))


@given(found=strategies.problems() | strategies.problems_with_divergence(), seed=strategies.SEEDS)
def test_the_gradient_is_that_of_the_loss(found, seed):
    generator = np.random.default_rng(seed)
    encoder = np.exp(strategies.log_encoder(generator, found.shape, spread=0.5))
    towards = np.exp(strategies.log_encoder(generator, found.shape, spread=0.5)) - encoder
    step = 1e-6
    ends = [bounds.value(found, np.log(encoder + sign * step * towards)) for sign in (1, -1)]
    slope = (descent.gradient(found, np.log(encoder)) * towards).sum()
    scale = 1 + np.abs(found.tilt).sum() + found.curvature.sum()
    assert_allclose((ends[0] - ends[1]) / (2 * step), slope, rtol=SLOPE, atol=SLOPE * scale)


def test_aae_on_two_points_keeps_all_information_and_collapse_is_beaten():
    best = descent.minimise(aae_problem([0.5, 0.5], LOG_HALF, weight=10))
    assert_allclose(best.value, -math.log(2), atol=1e-8)
    assert_allclose(best.mutual_information, math.log(2), atol=1e-8)
    assert_allclose(best.collapsed_value, 0, atol=1e-12)


@pytest.mark.parametrize(
    "found",
    [
        beta_vae_problem([0.3, 0.7], np.log([0.3, 0.7]), beta=0.5),
        infovae_problem([0.3, 0.7], np.log([0.3, 0.7]), alpha=0.5, weight=5),
    ],
)
def test_the_identity_channel_is_the_optimum_where_it_matches_the_prior(found):
    best = descent.minimise(found)
    entropy = -0.3 * math.log(0.3) - 0.7 * math.log(0.7)
    assert_allclose(best.value - best.collapsed_value, -0.5 * entropy, atol=1e-7)


def test_matched_cells_have_the_aggregate_asked_for_at_full_information():
    data, masses = np.array([0.5, 0.0, 0.25, 0.25]), np.array([0.125, 0.375, 0.5])
    cells = descent.matched_cells(data, masses)
    assert_allclose(data @ cells, masses)
    assert_allclose(cells[0], [0.25, 0.75, 0])
    assert_allclose(cells[1], masses)


def test_the_same_seed_gives_the_same_numbers():
    found = aae_problem([0.2, 0.3, 0.5], np.log([0.1, 0.4, 0.5]), weight=2)
    first, second = (descent.minimise(found, seed=3) for _ in range(2))
    assert_allclose(first.values, second.values, rtol=0, atol=0)


def test_too_few_steps_are_reported():
    found = ncvae_problem([0.4, 0.6], [0.9, 0.1], np.log([0.2, 0.8]), LOG_HALF, beta=1.5, delta=1)
    assert descent.minimise(found, max_steps=1).outcome is descent.Outcome.STEPS_SPENT


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"starts": 1}, "starts must be >= 2, got 1"),
        ({"max_steps": 0}, "max_steps must be >= 1, got 0"),
        ({"tolerance": math.nan}, "tolerance must be between 0 and 1, got nan"),
    ],
)
def test_a_wrong_option_is_refused(options, message):
    with pytest.raises(InvalidInputError, match=message):
        descent.minimise(aae_problem([0.5, 0.5], LOG_HALF, weight=1), **options)
