"""Every optimum is bracketed by any encoder and any aggregate, found twice, and invariant where it should be."""

import dataclasses
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric import bounds, krylov, solve
from numeric.arrays import log_sum_exp
from numeric.problem import Problem, ncvae_problem, problem
from numeric.solve import NotConvergedError, Outcome
from tests.numeric import strategies
from variational.errors import InvalidInputError

GAP = 1e-12
TIGHT = 1e-22  # what Newton reaches, because the gap is a sum of small terms and no difference of large ones
AGREE = 1e-10  # nats, beside the rounding that a bracket names
ENCODER_ATOL = 1e-5  # TV(q_x, q*_x) <= sqrt(gap / (2 c_x)) at the gap of 1e-12, where c_x > 5e-3
CONVEX = strategies.problems() | strategies.problems_with_divergence()


def solved(found, **options):
    return solve.solve(found, gap_tol=GAP, **options).require_converged()


@given(found=CONVEX, seed=strategies.SEEDS, spread=st.sampled_from((0.1, 2.0, 100.0)))
def test_any_encoder_and_any_aggregate_bracket_the_optimum(found, seed, spread):
    generator = np.random.default_rng(seed)
    encoder = strategies.log_encoder(generator, found.shape, spread)
    certificate = bounds.bracket(found, encoder, generator.normal(size=found.shape[1]) * 3)
    optimum = solved(found).certificate
    slack = 2 * certificate.rounding + 2 * optimum.rounding + GAP
    assert certificate.lower <= optimum.upper + slack
    assert certificate.upper >= optimum.lower - slack
    assert certificate.gap >= 0
    assert_allclose(certificate.upper - certificate.lower, certificate.gap, rtol=1e-12, atol=2 * certificate.rounding)


@given(found=CONVEX, seed=strategies.SEEDS)
def test_the_loss_above_the_optimum_is_the_divergence_from_the_optimum(found, seed):
    solution = solve.solve(found, gap_tol=TIGHT, method="newton").require_converged()
    encoder = strategies.log_encoder(np.random.default_rng(seed), found.shape)
    above = bounds.value(found, encoder) - bounds.value(found, solution.log_encoder)
    # the right side has a slope in log q*, which a gap leaves open by its square root
    tolerance = 1e3 * math.sqrt(TIGHT) * (1 + found.curvature.sum()) + 2 * solution.certificate.rounding
    assert_allclose(bounds.distance(found, encoder, solution.log_encoder), above, rtol=0, atol=tolerance)


@given(found=CONVEX)
def test_the_three_routes_agree(found):
    newton, *others = (solved(found, method=method) for method in ("newton", "krylov", "fixed-point"))
    for other in others:
        rounding = newton.certificate.rounding + other.certificate.rounding
        assert_allclose(newton.certificate.upper, other.certificate.upper, rtol=0, atol=AGREE + rounding)
        assert_allclose(newton.certificate.lower, other.certificate.lower, rtol=0, atol=AGREE + rounding)


@given(found=CONVEX, groups=st.integers(1, 3))
def test_a_preconditioner_of_few_groups_changes_the_way_and_not_the_optimum(found, groups):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(krylov, "DIRECT", 1)
        patch.setattr(krylov, "GROUPS", groups)
        lumped = solved(found, method="krylov")
    whole = solved(found, method="newton")
    tolerance = AGREE + lumped.certificate.rounding + whole.certificate.rounding
    assert_allclose(lumped.certificate.upper, whole.certificate.upper, rtol=0, atol=tolerance)


@given(arguments=strategies.settings_of_problems(), seed=strategies.SEEDS)
def test_relabelling_x_and_z_relabels_the_optimum(arguments, seed):
    generator = np.random.default_rng(seed)
    rows = generator.permutation(len(arguments["data"]))
    columns = generator.permutation(len(arguments["log_prior"]))
    moved = {name: arguments[name][rows] for name in ("data", "noise")}
    moved |= {name: arguments[name][columns] for name in ("log_prior", "log_noise_prior")}
    first, second = solved(ncvae_problem(**arguments)), solved(ncvae_problem(**{**arguments, **moved}))
    tolerance = AGREE + first.certificate.rounding + second.certificate.rounding
    assert_allclose(second.certificate.upper, first.certificate.upper, rtol=0, atol=tolerance)
    assert_allclose(second.mutual_information, first.mutual_information, rtol=0, atol=ENCODER_ATOL)


@given(arguments=strategies.settings_of_problems(), share=st.floats(0.1, 0.9))
def test_splitting_an_x_with_the_same_ratio_changes_nothing(arguments, share):
    split = {
        name: np.append(arguments[name], (1 - share) * arguments[name][0]) * np.r_[share, np.ones(len(arguments[name]))]
        for name in ("data", "noise")
    }
    whole, parts = solved(ncvae_problem(**arguments)), solved(ncvae_problem(**{**arguments, **split}))
    tolerance = AGREE + whole.certificate.rounding + parts.certificate.rounding
    assert_allclose(parts.certificate.upper, whole.certificate.upper, rtol=0, atol=tolerance)
    assert_allclose(parts.log_aggregate, whole.log_aggregate, rtol=0, atol=1e-3)


@given(arguments=strategies.settings_of_problems(), share=st.floats(0.1, 0.9))
def test_splitting_a_z_with_the_same_ratio_splits_the_aggregate(arguments, share):
    shares = np.log([share, 1 - share])
    split = {
        name: np.r_[arguments[name][:-1], arguments[name][-1] + shares] for name in ("log_prior", "log_noise_prior")
    }
    whole, parts = solved(ncvae_problem(**arguments)), solved(ncvae_problem(**{**arguments, **split}))
    assert_allclose(parts.mutual_information, whole.mutual_information, rtol=0, atol=ENCODER_ATOL)
    joined = np.logaddexp(parts.log_aggregate[-1], parts.log_aggregate[-2])
    assert_allclose(np.exp(joined), np.exp(whole.log_aggregate[-1]), rtol=0, atol=ENCODER_ATOL)


@given(arguments=strategies.settings_of_problems())
def test_where_data_and_noise_agree_the_code_is_the_geometric_mixture_of_the_priors(arguments):
    data, beta, delta = np.maximum(arguments["data"], 1e-3), arguments["beta"], arguments["delta"]
    data = data / data.sum()
    solution = solved(ncvae_problem(**{**arguments, "data": data, "noise": data}))
    logits = (beta * arguments["log_prior"] + delta * arguments["log_noise_prior"]) / (beta + delta)
    log_total = float(log_sum_exp(logits[None, :], axis=1)[0])
    certificate = solution.certificate
    assert_allclose(certificate.upper, -(beta + delta) * log_total, rtol=1e-11, atol=AGREE + certificate.rounding)
    expected = np.broadcast_to(np.exp(logits - log_total), solution.log_encoder.shape)
    assert_allclose(np.exp(solution.log_encoder), expected, rtol=0, atol=ENCODER_ATOL)
    assert solution.mutual_information <= ENCODER_ATOL


@given(arguments=strategies.settings_of_problems())
def test_where_the_priors_agree_the_code_is_the_prior(arguments):
    solution = solved(ncvae_problem(**{**arguments, "log_noise_prior": arguments["log_prior"]}))
    expected = np.broadcast_to(np.exp(arguments["log_prior"]), solution.log_encoder.shape)
    assert_allclose(np.exp(solution.log_encoder), expected, rtol=0, atol=ENCODER_ATOL)
    assert_allclose(solution.certificate.upper, 0, atol=AGREE + solution.certificate.rounding)


@given(arguments=strategies.settings_of_problems(), decades=st.floats(-12, -2))
def test_without_contrast_the_optimum_collapses_to_the_prior_at_a_rate_of_delta(arguments, decades):
    delta = 10**decades
    solution = solved(ncvae_problem(**{**arguments, "delta": delta}))
    prior, other = arguments["log_prior"], arguments["log_noise_prior"]
    cost_of_the_prior = delta * float(np.exp(prior) @ (prior - other))  # the code p for every x, an upper bound
    rounding = GAP + 2 * solution.certificate.rounding
    assert -rounding <= solution.certificate.upper <= cost_of_the_prior + rounding
    assert (arguments["beta"] - 1) * solution.mutual_information <= cost_of_the_prior + rounding


@given(found=strategies.problems(strategies.EXTREME, spreads=(0.3, 30.0, 1000.0)))
@pytest.mark.parametrize("method", ["krylov", "newton", "fixed-point"])
def test_extreme_parameters_end_with_a_closed_gap_or_a_reason(found, method):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solution = solve.solve(found, method=method, max_steps=100)
    certificate = solution.certificate
    assert not np.isnan([certificate.lower, certificate.upper, certificate.gap, solution.mutual_information]).any()
    assert not np.isnan(solution.log_encoder).any()
    assert (certificate.gap <= 1e-10) == (solution.outcome is Outcome.CONVERGED)
    assert_allclose(log_sum_exp(solution.log_encoder, axis=1), 0, atol=1e-6)


def discretised(points, mean, deviation):
    logits = -(((points - mean) / deviation) ** 2) / 2
    return logits - log_sum_exp(logits[None, :], axis=1)[0]


def gaussian_problem(beta, delta, deviation=5.0, *, size=20):
    x, z = np.linspace(-5, 6, size), np.linspace(-15, 15, 2 * size)
    data, noise = np.exp(discretised(x, 0, 1)), np.exp(discretised(x, 1, 1.5))
    return ncvae_problem(data, noise, discretised(z, 0, 1), discretised(z, 0, deviation), beta=beta, delta=delta)


@pytest.mark.parametrize("beta", [1 + 1e-6, 1 + 1e-4, 2, 1e6])
@pytest.mark.parametrize("delta", [0, 1e-8, 1e-3, 1, 1e8])
@pytest.mark.parametrize("deviation", [0.02, 5.0, 1e3])  # the first gives masses far below 1e-300
@pytest.mark.parametrize("method", ["krylov", "newton"])
def test_newton_closes_the_gap_on_gaussian_grids_whatever_the_parameters(method, beta, delta, deviation):
    solution = solved(gaussian_problem(beta, delta, deviation), method=method)
    assert solution.steps <= (30 if deviation > 1 else 400)
    assert solution.certificate.gap <= GAP


@given(found=strategies.problems(strategies.EXTREME, spreads=(0.3, 30.0, 1000.0)))
def test_auto_closes_the_gap_of_extreme_problems(found):
    assert solve.solve(found, gap_tol=1e-9).outcome is Outcome.CONVERGED


@pytest.mark.parametrize("seed", range(8))
def test_auto_closes_the_gap_where_newton_alone_needs_too_long_or_stalls(seed):
    generator = np.random.default_rng(seed)
    data, noise = (np.exp(strategies.log_masses(generator, 50, 30.0)) for _ in range(2))
    priors = [strategies.log_masses(generator, 40, 1000.0) for _ in range(2)]
    found = ncvae_problem(data, noise, *priors, beta=1 + 1e-5, delta=1e-4)
    assert solve.solve(found).outcome is Outcome.CONVERGED


@given(found=CONVEX)
def test_the_bracket_of_the_solver_is_that_of_its_encoder_and_aggregate(found):
    solution = solve.solve(found, gap_tol=1e-6)
    own, other = solution.certificate, bounds.bracket(found, solution.log_encoder, solution.log_aggregate)
    tolerance = own.rounding + other.rounding
    assert_allclose(own.lower, other.lower, rtol=0, atol=tolerance)
    assert_allclose(own.upper, other.upper, rtol=0, atol=tolerance)
    assert_allclose(own.gap, other.gap, rtol=1e-5, atol=1e-18)


def test_the_number_of_steps_does_not_grow_with_the_size():
    steps = [solved(gaussian_problem(1.01, 0.1, size=size)).steps for size in (50, 200, 800)]
    assert max(steps) <= 3


@pytest.mark.parametrize("beta", [0.5, 1.0])
def test_beta_may_be_at_most_one_where_the_noise_keeps_the_curvature_positive(beta):
    generator = np.random.default_rng(4)
    data, noise = (np.exp(strategies.log_masses(generator, 6)) for _ in range(2))
    prior, other = (strategies.log_masses(generator, 5) for _ in range(2))
    found = ncvae_problem(data, noise, prior, other, beta=beta, delta=5 * float(np.max(data / noise)))
    assert solved(found, method="newton").certificate.gap <= GAP
    assert solved(found, method="fixed-point").certificate.gap <= GAP


def test_without_an_aggregate_term_every_x_is_solved_by_itself():
    found = problem("KL(q,p)", {}, [0.4, 0.6], np.log([0.2, 0.8]))
    solution = solved(found)
    assert solution.steps == 0
    assert_allclose(np.exp(solution.log_encoder), [[0.2, 0.8], [0.2, 0.8]])


def test_too_few_steps_are_reported_and_can_be_made_an_error():
    solution = solve.solve(gaussian_problem(1.01, 0.1), gap_tol=1e-14, max_steps=1)
    assert solution.outcome is Outcome.STEPS_SPENT
    with pytest.raises(NotConvergedError, match=r"max_steps.*gap=.*steps=1"):
        solution.require_converged()


def test_a_start_that_overflows_is_reported():
    found = Problem(
        data=np.ones(1), curvature=np.full(1, 1e-300), aggregate_weight=1.0, tilt_weights=np.ones((1, 1)),
        log_tilts=np.array([[-1e290, -1e299]]),
    )  # fmt: skip
    solution = solve.solve(found)
    assert solution.outcome is Outcome.NOT_FINITE
    assert not np.isnan(solution.log_encoder).any()
    assert solution.certificate.lower == -np.inf


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gap_tol": 0}, "gap_tol must be a finite number > 0, got 0"),
        ({"gap_tol": math.nan}, "gap_tol must be .* got nan"),
        ({"method": "magic"}, "method must be one of auto, krylov, newton, fixed-point, got 'magic'"),
        ({"max_steps": 0}, "max_steps must be >= 1, got 0"),
    ],
)
def test_a_wrong_option_is_refused(options, message):
    with pytest.raises(InvalidInputError, match=message):
        solve.solve(gaussian_problem(2, 1), **options)


def test_results_are_frozen():
    solution = solve.solve(gaussian_problem(2, 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        solution.steps = 3
