"""The radial problem equals the full one, obeys its bounds and limits, and says what its grid costs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric import solve
from numeric.arrays import log_sum_exp
from numeric.grid import gaussian_masses, uniform
from numeric.laws import equal, gaussian_ratio
from numeric.problem import ncvae_problem
from numeric.radial import exponents, mixture_scales, radial_priors
from numeric.reduce import NotConvergedError, Outcome, gaussian_ncvae
from tests.numeric import strategies
from variational.errors import InvalidInputError

GAP = 1e-10
DISCRETISED = 1e-7  # nats; what the solver promises
VALUE = DISCRETISED + 1e-9  # nats: what the radial grid may miss, and the gaps and cut-off masses of both routes
INFORMATION = 20 * math.sqrt(VALUE)  # a slope in q, which a value leaves open by the root of its error
ROUNDING = 1e-11  # nats; terms are below 1e4


@st.composite
def instances(draw, dimensions=(1, 300), scales=(0.25, 4.0), sizes=(1, 5)):
    """Draw a discrete law of the ratio and the parameters; noise may miss the data or be missed by them."""
    generator = np.random.default_rng(draw(strategies.SEEDS))
    size = draw(st.integers(*sizes))
    weights = np.exp(strategies.log_masses(generator, size, 1.5))
    noise = np.exp(strategies.log_masses(generator, size, 1.5)) * draw(st.sampled_from((1.0, 1.0, 0.6)))
    if size > 1 and draw(st.booleans()):
        noise = np.append(noise[:-2] if size > 2 else [], [noise[-1] + noise[-2], 0.0])
    with np.errstate(divide="ignore"):
        log_ratio = np.log(noise / weights)
    options = {
        "latent_dim": draw(st.integers(*dimensions)),
        "noise_scale": math.exp(draw(st.floats(*np.log(scales)))),
        "beta": 1 + 10 ** draw(st.floats(-0.7, 1)),
        "delta": 10 ** draw(st.floats(-1, 1.5)),
    }
    return log_ratio, weights / weights.sum(), options


def full_problem(log_ratio, weights, priors, options):
    noise = np.exp(log_ratio) * weights
    data = np.append(weights, 0.0)
    noise = np.append(noise, max(1 - noise.sum(), 1e-14))
    return ncvae_problem(data, noise, *priors, beta=options["beta"], delta=options["delta"])


def line_priors(scale):
    reach = 9 * max(scale, 1)
    grid = uniform(-reach, reach, count=2 * math.ceil(reach / min(scale, 1) * 4))
    return [gaussian_masses(grid, mean=0, deviation=s).log_masses for s in (1, scale)]


def plane_priors(scale):
    """Return both priors on a quarter of an equidistant grid of the plane, which is symmetric about both axes."""
    reach = 8 * max(scale, 1)
    points = uniform(0, reach, count=math.ceil(reach / min(scale, 1) * 2.2)).nodes
    squares = np.add.outer(points**2, points**2).ravel() / 2
    return [-squares / s**2 - log_sum_exp(-squares[None, :] / s**2, axis=1) for s in (1, scale)]


@settings(max_examples=25)
@pytest.mark.parametrize(("dimension", "priors_of"), [(1, line_priors), (2, plane_priors)])
@given(instance=instances(scales=(0.6, 1.8)))
def test_the_radial_optimum_is_that_of_the_full_problem(dimension, priors_of, instance):
    log_ratio, weights, options = instance
    options = {**options, "latent_dim": dimension}
    found = gaussian_ncvae(log_ratio, weights, **options).require_converged()
    problem = full_problem(log_ratio, weights, priors_of(options["noise_scale"]), options)
    full = solve.solve(problem, gap_tol=GAP, method="newton").require_converged()
    assert_allclose(found.certificate.upper, full.certificate.upper, rtol=0, atol=VALUE)
    assert_allclose(found.mutual_information, full.mutual_information, rtol=0, atol=INFORMATION)


@given(instance=instances())
def test_the_bracket_the_parts_and_the_bounds_fit_together(instance):
    log_ratio, weights, options = instance
    found = gaussian_ncvae(log_ratio, weights, **options).require_converged()
    beta, delta = options["beta"], options["delta"]
    parts = (beta - 1) * found.mutual_information + beta * found.aggregate_divergence + delta * found.noise_divergence
    assert found.certificate.gap <= GAP
    assert_allclose(found.certificate.upper, parts, rtol=1e-11, atol=ROUNDING + found.certificate.rounding)
    chain = found.mutual_information + found.aggregate_divergence
    assert_allclose(found.prior_divergence, chain, rtol=1e-11, atol=ROUNDING)
    assert (beta - 1) * found.mutual_information <= found.constant_code_bound + ROUNDING
    assert found.certificate.upper <= found.constant_code_bound * (1 + 1e-11) + ROUNDING
    assert found.mutual_information <= found.entropy + ROUNDING
    assert 0 <= found.neglected < 1e-12
    assert found.discretisation <= DISCRETISED
    for logs in (found.log_prior, found.log_noise_prior, *found.log_encoder):
        assert_allclose(log_sum_exp(logs[None, :], axis=1), 0, atol=1e-10)


@given(instance=instances())
def test_a_finer_grid_changes_the_value_by_less_than_it_says(instance):
    log_ratio, weights, options = instance
    found = gaussian_ncvae(log_ratio, weights, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("numeric.reduce.START", 8.0)
        fine = gaussian_ncvae(log_ratio, weights, **options)
    slack = found.discretisation + 2 * GAP + found.certificate.rounding + fine.certificate.rounding
    assert abs(found.certificate.upper - fine.certificate.upper) <= slack


@given(instance=instances())
def test_no_code_exceeds_its_bound_by_the_mixture_of_the_priors(instance):
    log_ratio, weights, options = instance
    found = gaussian_ncvae(log_ratio, weights, **options)
    powers = exponents(log_ratio, beta=options["beta"], delta=options["delta"])
    k = powers.aggregate
    lean = powers.noise_prior / (1 + k)
    mixture = found.log_prior + lean * (found.log_noise_prior - found.log_prior)
    mixture -= log_sum_exp(mixture, axis=1)[:, None]
    bound = mixture - k / (1 + k) * np.log(weights)[:, None]
    seen = found.log_encoder > -200  # the bound holds for the exact optimum; far out the gap says little
    assert (found.log_encoder - bound)[seen].max() <= 1e-3


@given(instance=instances(), seed=strategies.SEEDS)
def test_relabelling_splitting_and_saturated_nodes_change_nothing(instance, seed):
    log_ratio, weights, options = instance
    generator = np.random.default_rng(seed)
    order = generator.permutation(2 * len(weights))
    share = generator.uniform(0.1, 0.9)
    split = np.concatenate([share * weights, (1 - share) * weights])[order]
    whole = gaussian_ncvae(log_ratio, weights, **options)
    parts = gaussian_ncvae(np.tile(log_ratio, 2)[order], split, **options)
    assert_allclose(parts.certificate.upper, whole.certificate.upper, rtol=0, atol=2 * VALUE)
    assert_allclose(parts.mutual_information, whole.mutual_information, rtol=0, atol=INFORMATION)
    assert_allclose(parts.log_ratio, np.tile(log_ratio, 2)[order])


def test_the_unit_of_x_does_not_enter():
    # p_d and p_n scaled by one volume: only their ratio is an argument
    data, noise = np.array([0.2, 0.5, 0.3]), np.array([0.6, 0.3, 0.1])
    options = {"latent_dim": 8, "noise_scale": 3.0, "beta": 2.0, "delta": 1.0}
    values = [
        gaussian_ncvae(np.log(noise * unit) - np.log(data * unit), data, **options).certificate.upper
        for unit in (1.0, 1e-6)
    ]
    assert_allclose(*values, rtol=1e-12)


@pytest.mark.parametrize("latent_dim", [1, 2, 128, 4096])
def test_equal_data_and_noise_give_the_constant_code(latent_dim):
    law = equal()
    found = gaussian_ncvae(law.log_ratio, law.weights, latent_dim=latent_dim, noise_scale=3, beta=2, delta=1)
    assert_allclose(found.certificate.upper, found.constant_code_bound, rtol=1e-10)
    assert_allclose(found.mutual_information, 0, atol=ROUNDING)
    squares = np.exp(found.log_aggregate) @ np.exp(2 * found.grid.nodes) / latent_dim
    assert_allclose(squares, 9 * 3 / (2 * 9 + 1), rtol=1e-9)  # eq. (17)


@given(instance=instances())
def test_equal_priors_give_no_information(instance):
    log_ratio, weights, options = instance
    found = gaussian_ncvae(log_ratio, weights, **{**options, "noise_scale": 1.0})
    assert_allclose([found.certificate.upper, found.mutual_information], 0, atol=GAP + 1e-9)


@given(instance=instances())
def test_without_noise_and_in_its_limit_the_code_is_the_prior(instance):
    log_ratio, weights, options = instance
    none = gaussian_ncvae(log_ratio, weights, **{**options, "delta": 0})
    assert_allclose([none.certificate.upper, none.mutual_information, none.constant_code_bound], 0, atol=GAP + 1e-9)
    values = [
        gaussian_ncvae(log_ratio, weights, **{**options, "delta": delta}).certificate.upper for delta in (1e-4, 1e-6)
    ]
    # at most delta KL(p||n), the value of the code p
    limit = options["latent_dim"] * (options["noise_scale"] ** -2 - 1 + 2 * math.log(options["noise_scale"])) / 2
    assert 0 - ROUNDING <= values[1] <= 1e-6 * limit + 1e-9
    assert values[1] <= values[0] + 1e-9


def test_well_separated_codes_carry_the_entropy_of_the_ratio():
    found = gaussian_ncvae(np.log([0.2, 1.8]), [0.5, 0.5], latent_dim=1024, noise_scale=3, beta=1.1, delta=1)
    assert_allclose(found.mutual_information, math.log(2), rtol=1e-9)
    assert_allclose(found.entropy, math.log(2), rtol=1e-12)


@pytest.mark.parametrize(
    ("latent_dim", "resolution", "tolerance"), [(2, 1, 1e-9), (32, 2, 1e-9), (128, 1, 5e-3), (128, 3, 2e-9)]
)
@pytest.mark.parametrize("noise_scale", [0.3, 5.0])
def test_continuous_laws_are_resolved_where_neighbouring_codes_overlap(latent_dim, resolution, tolerance, noise_scale):
    options = {"latent_dim": latent_dim, "noise_scale": noise_scale, "beta": 2.0, "delta": 1.0}
    law = gaussian_ratio(np.zeros(100), 1.0, np.full(100, 0.1), 1.0, resolution=resolution)
    fine = uniform(-9.5, 8.5, count=900)  # the law is N(-1/2, 1); equidistant nodes converge beyond any order
    weights = np.exp(gaussian_masses(fine, mean=-0.5, deviation=1).log_masses)
    found = gaussian_ncvae(law.log_ratio, law.weights, **options)
    expected = gaussian_ncvae(fine.nodes, weights, **options)
    difference = abs(found.certificate.upper - expected.certificate.upper)
    assert difference <= tolerance
    assert (found.node_distance < 0.7) == (tolerance < 1e-8)
    assert expected.node_distance < found.node_distance


def test_noise_that_the_data_miss_is_one_more_x_with_the_code_n():
    law = gaussian_ratio(np.zeros(100), 1.0, np.full(100, 5.0), 1.0)
    assert law.missing > 0.99
    found = gaussian_ncvae(law.log_ratio, law.weights, latent_dim=8, noise_scale=5, beta=2, delta=1)
    assert found.outcome is Outcome.CONVERGED
    assert_allclose(found.certificate.upper, 0, atol=1e-9)


@pytest.mark.parametrize("latent_dim", [1, 4096])
@pytest.mark.parametrize("noise_scale", [0.01, 100.0])
def test_extreme_scales_still_close_the_gap(latent_dim, noise_scale):
    found = gaussian_ncvae(
        np.log([0.2, 1.8]), [0.5, 0.5], latent_dim=latent_dim, noise_scale=noise_scale, beta=2, delta=1
    )
    assert found.certificate.gap <= GAP
    assert found.neglected < 1e-12


def test_beta_below_one_is_solved_where_the_noise_keeps_it_convex():
    found = gaussian_ncvae(np.log([0.5, 1.5]), [0.5, 0.5], latent_dim=4, noise_scale=2, beta=0.9, delta=1)
    assert found.certificate.gap <= GAP


def test_the_ends_of_the_grid_follow_the_bound_on_what_they_neglect():
    weights = np.array([0.3, 0.7])
    powers = exponents(np.log([0.2, 1.34]), beta=2, delta=1)
    priors = radial_priors(weights, powers, latent_dim=100, noise_scale=3, nodes_per_deviation=4)
    assert 0 < priors.neglected < 1e-13
    assert_allclose(mixture_scales(powers, 3.0) ** -2, [(2 + 0.2 / 9) / 2.2, (2 + 1.34 / 9) / 3.34], rtol=1e-12)
    reach = (np.array([priors.grid.lower, priors.grid.upper]) - math.log(10) - [0, math.log(3)]) * math.sqrt(200)
    assert -12 < reach[0] < -7
    assert 6 < reach[1] < 12


RATIO, HALF = np.log([0.4, 1.6]), [0.5, 0.5]
BAD = {
    "sum": ({"weights": [0.5, 0.6]}, r"weights must be > 0 and sum to one, got the sum .*1.1"),
    "zero": ({"weights": [0.0, 1.0], "log_ratio": [0, 0]}, "weights must be > 0"),
    "nan": ({"log_ratio": [math.nan, 0]}, "log_ratio must hold numbers below infinity, got nan"),
    "infinite": ({"log_ratio": [math.inf, 0]}, "log_ratio must hold numbers below infinity, got inf"),
    "lengths": ({"weights": [1.0]}, r"vectors of one length, got shapes \(2,\) and \(1,\)"),
    "noise": ({"log_ratio": [0.1, 0.1]}, "the mass of the noise, must be at most one, got .*1.105"),
    "dimension": ({"latent_dim": 0}, "latent_dim must be a whole number >= 1, got 0"),
    "fraction": ({"latent_dim": 1.5}, "latent_dim must be a whole number >= 1, got 1.5"),
    "scale": ({"noise_scale": 0}, "noise_scale must be a finite number > 0, got 0"),
    "scale nan": ({"noise_scale": math.nan}, "noise_scale must be .* got nan"),
    "beta": ({"beta": -1}, "beta must be a finite number > 0, got -1"),
    "delta": ({"delta": -1}, "delta must be a finite number >= 0, got -1"),
    "gap": ({"gap_tol": 0}, "gap_tol must be a finite number > 0, got 0"),
    "not convex": ({"beta": 0.5}, r"beta - 1 \+ delta exp\(log_ratio\) must be > 0, got -0.0.* at log_ratio -0.9"),
    "linear": ({"beta": 1, "delta": 0}, "must be > 0, got 0"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_a_wrong_argument_is_refused_by_name(changes, message):
    arguments = {"log_ratio": RATIO, "weights": HALF, "latent_dim": 2, "noise_scale": 2.0, "beta": 2.0, "delta": 1.0}
    arguments |= changes
    with pytest.raises(InvalidInputError, match=message):
        gaussian_ncvae(arguments.pop("log_ratio"), arguments.pop("weights"), **arguments)


def test_a_grid_on_which_the_gap_stays_open_is_reported_as_stalled(monkeypatch):
    monkeypatch.setattr("numeric.reduce.START", 1.0)
    monkeypatch.setattr("numeric.reduce.ROUNDS", 1)
    found = gaussian_ncvae(np.log([0.2, 1.8]), HALF, latent_dim=32, noise_scale=3, beta=1.1, delta=1)
    assert found.outcome is Outcome.STALLED
    assert found.certificate.gap > GAP


def test_a_gap_that_cannot_be_reached_is_reported_and_can_be_made_an_error():
    found = gaussian_ncvae(RATIO, HALF, latent_dim=50, noise_scale=3, beta=1.001, delta=1, gap_tol=1e-40)
    assert found.outcome is not Outcome.CONVERGED
    with pytest.raises(NotConvergedError, match=r"gap=.* nats, steps="):
        found.require_converged()
