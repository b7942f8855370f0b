"""Laws of the log ratio have the right totals, divergences and invariances, and agree with sampling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric.laws import Law, equal, from_nodes, gaussian_ratio, noised
from tests.effort import in_general_position
from tests.numeric import strategies
from variational.errors import InvalidInputError

TOTAL = 1e-12  # rounding of sums of at most some thousand positive terms
QUADRATURE = 1e-9  # relative; measured 9e-11 in three dimensions, the spacing is fixed
DIMENSIONS = st.integers(1, 12)


def divergence(mean, covariance, other_mean, other_covariance):
    """Return KL of two Gaussians by the textbook formula."""
    relative = np.linalg.solve(other_covariance, covariance)
    apart = other_mean - mean
    trace = np.trace(relative) - len(mean) + apart @ np.linalg.solve(other_covariance, apart)
    return (trace - np.linalg.slogdet(relative)[1]) / 2


@st.composite
def pairs(draw, sizes=DIMENSIONS):
    """Draw means and covariances of two Gaussians that overlap."""
    size, generator = draw(sizes), np.random.default_rng(draw(strategies.SEEDS))
    factors = generator.normal(size=(3, size, 2 * size)) / math.sqrt(2 * size)
    shared, first, second = (factor @ factor.T for factor in factors)
    mix = draw(st.sampled_from((0.02, 0.3, 1.0)))
    means = generator.normal(size=(2, size)) * draw(st.sampled_from((0.0, 0.3, 1.0))) / math.sqrt(size)
    return means[0], shared + mix * first, means[1], shared * draw(st.sampled_from((0.5, 1.0, 2.0))) + mix * second


def check(law, pair):
    forward, back = divergence(*pair), divergence(*pair[2:], *pair[:2])
    assert_allclose(law.weights.sum(), 1, rtol=0, atol=TOTAL)
    assert_allclose(law.noise.sum(), 1 - law.missing, rtol=0, atol=TOTAL)
    assert law.defect < QUADRATURE
    assert law.error == 0
    assert (np.diff(law.log_ratio) >= 0).all()
    assert_allclose(law.divergence, forward, rtol=QUADRATURE, atol=QUADRATURE)
    if law.missing == 0:
        assert_allclose(law.reverse_divergence, back, rtol=QUADRATURE, atol=QUADRATURE)


@in_general_position
@given(pair=pairs())
def test_totals_and_both_divergences_are_those_of_the_gaussians(pair):
    check(gaussian_ratio(*pair), pair)


@in_general_position
@given(pair=pairs())
def test_the_moments_of_the_ratio_are_those_of_the_geometric_mixture(pair):
    law, (mean, covariance, other_mean, other) = gaussian_ratio(*pair), pair
    for power in (0.25, 0.5, 0.9):
        inner = (1 - power) * other + power * covariance  # of int p_d^(1-s) p_n^s, in closed form
        apart = mean - other_mean
        expected = (
            power * np.linalg.slogdet(covariance)[1]
            + (1 - power) * np.linalg.slogdet(other)[1]
            - np.linalg.slogdet(inner)[1]
            - power * (1 - power) * apart @ np.linalg.solve(inner, apart)
        ) / 2
        assert_allclose(math.log(law.weights @ np.exp(power * law.log_ratio)), expected, rtol=0, atol=QUADRATURE)


@in_general_position
@given(pair=pairs(), seed=strategies.SEEDS)
def test_any_affine_map_of_x_leaves_the_law(pair, seed):
    generator = np.random.default_rng(seed)
    size = len(pair[0])
    turn = np.linalg.qr(generator.normal(size=(size, size)))[0] * math.exp(generator.normal())
    moved = [turn @ given if given.ndim == 1 else turn @ given @ turn.T for given in pair]
    moved[1], moved[3] = ((given + given.T) / 2 for given in moved[1::2])
    first, second = gaussian_ratio(*pair), gaussian_ratio(*moved)
    for function in (np.tanh, np.square, lambda t: 1 / (1 + np.exp(t))):
        values = [law.weights @ function(law.log_ratio / 4) for law in (first, second)]
        assert_allclose(*values, rtol=0, atol=1e-8)  # the cells fall differently: the compression error of either


@in_general_position
@given(pair=pairs(st.integers(1, 4)), seed=strategies.SEEDS)
def test_sampling_agrees(pair, seed):
    generator, count = np.random.default_rng(seed), 20_000
    mean, covariance, other_mean, other = pair
    points = generator.multivariate_normal(mean, covariance, size=count)

    def log_density(centre, spread):
        white = np.linalg.solve(np.linalg.cholesky(spread), (points - centre).T)
        return -(white**2).sum(axis=0) / 2 - np.linalg.slogdet(spread)[1] / 2

    ratios = log_density(other_mean, other) - log_density(mean, covariance)
    law = gaussian_ratio(*pair)
    for function in (np.tanh, lambda t: 1 / (1 + np.exp(t)), lambda t: np.cos(3 * t)):
        values = function(ratios)
        # six standard errors: a chance of 2e-9 a comparison
        assert abs(values.mean() - law.weights @ function(law.log_ratio)) <= 6 * values.std() / math.sqrt(count) + 1e-5


def test_one_dimension_with_equal_variances_is_the_normal_law():
    law = gaussian_ratio([0.0], 1.0, [0.5], 1.0)
    centred = law.log_ratio + 0.125
    moments = [law.weights @ centred**k for k in (1, 2, 4, 6)]
    assert_allclose(moments, [0, 0.25, 3 / 16, 15 / 64], rtol=0, atol=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("variance", [0.1, 0.5, 1.0, 2.0, 20.0])
@pytest.mark.parametrize("centre", [-6.0, 0.0, 3.0])
def test_smooth_functions_of_the_ratio_are_integrated_to_nine_digits(shift, variance, centre):
    y, step = np.linspace(-12, 12, 200_001, retstep=True)
    ratio = (y**2 - (y - shift) ** 2 / variance - math.log(variance)) / 2
    expected = (
        (np.exp(-(y**2) / 2) / (1 + np.exp(np.clip(ratio - centre, -700, 700)))).sum() * step / math.sqrt(2 * math.pi)
    )
    law = gaussian_ratio([0.0], 1.0, [shift], variance)
    assert_allclose(law.weights @ (1 / (1 + np.exp(law.log_ratio - centre))), expected, rtol=0, atol=1e-9)


def test_totals_of_any_nodes_are_scaled_to_one():
    law = from_nodes(np.array([1.0, 2.0]), np.log([3.0, 4.0]))
    assert_allclose([law.weights.sum(), law.noise.sum()], 1, rtol=1e-14)
    assert_allclose(np.diff(law.log_ratio), 1, rtol=1e-14)
    assert law.defect >= 6


FORMS = {
    "one variance": (2.0, 3.0),
    "variances": (np.full(5, 2.0), np.full(5, 3.0)),
    "matrices": (2 * np.eye(5), 3 * np.eye(5)),
    "mixed": (2.0, 3 * np.eye(5)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_covariance_may_be_a_number_a_vector_or_a_matrix(form):
    law = gaussian_ratio(np.zeros(5), FORMS[form][0], np.full(5, 0.4), FORMS[form][1])
    check(law, (np.zeros(5), 2 * np.eye(5), np.full(5, 0.4), 3 * np.eye(5)))


@pytest.mark.parametrize("dimension", [1, 2, 30, 500])
@pytest.mark.parametrize(("shift", "variance"), [(0, 1.1), (0, 0.5), (0.2, 1), (0.2, 1.3), (0.1, 0.7)])
def test_spherical_gaussians_of_any_dimension(dimension, shift, variance):
    mean = np.full(dimension, shift)
    pair = np.zeros(dimension), np.eye(dimension), mean, variance * np.eye(dimension)
    check(gaussian_ratio(np.zeros(dimension), 1.0, mean, variance), pair)


def test_equal_laws_give_one_node():
    law = gaussian_ratio(np.ones(7), 2.0, np.ones(7), 2.0)
    assert_allclose([law.log_ratio, law.weights], [equal().log_ratio, equal().weights])
    assert_allclose(noised(np.ones(3), np.eye(3), noise_scale=0).log_ratio, 0, atol=1e-14)


def test_noise_where_the_data_are_nothing_is_reported_as_missing():
    law = gaussian_ratio(np.zeros(100), 1.0, np.full(100, 5.0), 1.0)  # 50 deviations apart
    assert law.missing > 0.999
    assert_allclose(law.noise.sum(), 1 - law.missing, rtol=0, atol=TOTAL)
    assert_allclose(law.divergence, 1250, rtol=1e-6)  # of the mass that doubles hold
    assert gaussian_ratio(np.zeros(100), 1.0, np.full(100, 1.0), 1.0).missing == 0


@in_general_position
@given(pair=pairs(), scale=st.floats(0.01, 3))
def test_added_noise_is_the_gaussian_with_the_sum_of_covariances(pair, scale):
    mean, covariance = pair[:2]
    check(
        noised(mean, covariance, noise_scale=scale), (mean, covariance, mean, covariance + scale**2 * np.eye(len(mean)))
    )


TWO, EYE = np.zeros(2), np.eye(2)
BAD = {
    "mean": ((np.zeros((1, 2)), 1.0, TWO, 1.0), r"data_mean must be a vector .* got shape \(1, 2\)"),
    "lengths": ((TWO, 1.0, np.zeros(3), 1.0), r"noise_mean must be .* as long as data_mean, got shape \(3,\)"),
    "nan": ((TWO, 1.0, [0.0, math.nan], 1.0), "noise_mean must be a vector of finite numbers"),
    "negative": ((TWO, -1.0, TWO, 1.0), "data_covariance must be > 0, got -1"),
    "infinite": ((TWO, 1.0, TWO, math.inf), "noise_covariance must be finite"),
    "shape": ((TWO, 1.0, TWO, np.eye(3)), r"noise_covariance must be .*, 2 of them or a matrix, got shape \(3, 3\)"),
    "asymmetric": ((TWO, [[1, 0.5], [0, 1]], TWO, 1.0), "data_covariance must be symmetric, got .* by 0.5"),
    "indefinite": ((TWO, EYE, TWO, [[1, 2], [2, 1]]), "noise_covariance must be positive definite, got .* -1"),
    "indefinite data": ((TWO, [[1, 2], [2, 1]], TWO, 1.0), "data_covariance must be positive definite"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_a_wrong_gaussian_is_refused_by_name(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        gaussian_ratio(*arguments)


@pytest.mark.parametrize("resolution", [0, 0.5, math.nan, math.inf])
def test_a_wrong_resolution_is_refused(resolution):
    with pytest.raises(InvalidInputError, match="resolution must be a finite number >= 1, got"):
        gaussian_ratio(TWO, 1.0, TWO, 2.0, resolution=resolution)


@pytest.mark.parametrize("resolution", [2, 8])
def test_resolution_makes_nodes_denser_and_keeps_the_divergences(resolution):
    plain = gaussian_ratio(np.zeros(50), 1.0, np.full(50, 0.1), 1.2)
    dense = gaussian_ratio(np.zeros(50), 1.0, np.full(50, 0.1), 1.2, resolution=resolution)
    assert 0.7 * resolution < len(dense.weights) / len(plain.weights) < 1.4 * resolution
    assert_allclose(dense.divergence, plain.divergence, rtol=QUADRATURE)
    assert_allclose(dense.reverse_divergence, plain.reverse_divergence, rtol=QUADRATURE)


def test_a_wrong_noise_scale_is_refused():
    with pytest.raises(InvalidInputError, match="noise_scale must be a finite number >= 0, got nan"):
        noised(TWO, 1.0, noise_scale=math.nan)


BAD_LAWS = {
    "lengths": ({"log_ratio": [0, 0], "weights": [1]}, "vectors of one length"),
    "weights": ({"log_ratio": [0, 0], "weights": [0.5, 0.6]}, "weights must be > 0 and sum to one, got the sum 1.1"),
    "nan": ({"log_ratio": [0, 0], "weights": [0.5, math.nan]}, "weights must be > 0"),
    "noise": ({"log_ratio": [0.1], "weights": [1]}, "mass of the noise must be one .* got 1.105"),
    "missing": ({"log_ratio": [0.0], "weights": [1], "missing": 0.1}, "the missing 0.1"),
}


@pytest.mark.parametrize(("fields", "message"), BAD_LAWS.values(), ids=BAD_LAWS)
def test_a_law_with_wrong_totals_cannot_be_built(fields, message):
    with pytest.raises(InvalidInputError, match=message):
        Law(**fields)
