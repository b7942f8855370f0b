"""Laws of noised mixtures and samples: against closed forms, against each other, within their error bars."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from numeric.laws import noised
from numeric.noised import noised_mixture, noised_samples, sampled
from variational.errors import InvalidInputError

QUADRATURE = 1e-9
SIGMAS = 6  # standard errors allowed: a chance of 2e-9 a comparison of an unbiased estimate
TWO = ([0.3, 0.7], [[0.0], [4.0]], [1.0, 0.25])


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("scale", [0.0, 0.1, 1.0, 3.0])
def test_a_mixture_of_one_component_is_the_gaussian(dimension, scale):
    found = noised_mixture([1.0], np.zeros((1, dimension)), [2.0], noise_scale=scale)
    expected = noised(np.zeros(dimension), 2.0, noise_scale=scale)
    assert found.defect < QUADRATURE
    assert_allclose(found.divergence, expected.divergence, rtol=0, atol=QUADRATURE)
    assert_allclose(found.reverse_divergence, expected.reverse_divergence, rtol=QUADRATURE, atol=QUADRATURE)


def test_splitting_a_component_changes_nothing():
    whole = noised_mixture(*TWO, noise_scale=0.5)
    parts = noised_mixture([0.1, 0.2, 0.7], [[0.0], [0.0], [4.0]], [1.0, 1.0, 0.25], noise_scale=0.5)
    assert_allclose(parts.divergence, whole.divergence, rtol=1e-10)


def test_the_mixture_against_a_plain_sum_on_a_finer_grid():
    x = np.linspace(-30, 30, 60_001)
    step = x[1] - x[0]

    def density(extra):
        parts = [(0.3, 0.0, 1.0 + extra), (0.7, 4.0, 0.25 + extra)]
        return sum(s * np.exp(-((x - m) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v) for s, m, v in parts)

    data, noise = density(0.0), density(0.25)
    expected = (data * np.log(np.maximum(data, 1e-300) / noise)).sum() * step
    assert_allclose(noised_mixture(*TWO, noise_scale=0.5).divergence, expected, rtol=QUADRATURE)


def test_sampling_agrees_with_the_grid_within_its_error_bar():
    exact = noised_mixture(*TWO, noise_scale=0.5)
    for seed in range(5):
        found = noised_mixture(*TWO, noise_scale=0.5, generator=np.random.default_rng(seed))
        assert 0 < found.error < 0.01
        assert abs(found.divergence - exact.divergence) <= SIGMAS * found.error
        assert abs(found.defect) < 0.03
        assert_allclose(found.noise.sum(), 1, rtol=0, atol=1e-12)


def test_many_dimensions_are_sampled():
    generator = np.random.default_rng(3)
    found = noised_mixture([1.0], np.zeros((1, 40)), [1.0], noise_scale=0.5, generator=generator)
    expected = noised(np.zeros(40), 1.0, noise_scale=0.5)
    assert abs(found.divergence - expected.divergence) <= SIGMAS * found.error + 0.01 * expected.divergence
    assert found.weights.max() < 0.9


def test_samples_with_a_density_agree_with_the_closed_form_in_any_unit():
    generator = np.random.default_rng(5)
    samples = generator.normal(size=(4000, 3))
    expected = noised(np.zeros(3), 1.0, noise_scale=0.5).divergence
    found = [
        noised_samples(
            samples, lambda x, unit=unit: unit - (x**2).sum(axis=1) / 2, noise_scale=0.5,
            generator=np.random.default_rng(7),
        )
        for unit in (0.0, 100.0)
    ]  # fmt: skip
    assert abs(found[0].divergence - expected) <= SIGMAS * found[0].error
    assert_allclose(found[1].divergence, found[0].divergence, rtol=1e-9)


def test_the_bias_of_few_inner_draws_widens_the_error_bar():
    samples = np.random.default_rng(5).normal(size=(2000, 10))
    errors = [
        noised_samples(
            samples, lambda x: -(x**2).sum(axis=1) / 2, noise_scale=0.5, generator=np.random.default_rng(7), inner=inner
        ).error
        for inner in (4, 64)
    ]
    assert errors[0] > 3 * errors[1]


def test_more_samples_narrow_the_error_bar_as_the_root():
    generator = np.random.default_rng(1)
    ratios = generator.normal(size=(2, 40_000)) * 0.5 + np.array([[-0.125], [0.125]])
    errors = [sampled(*ratios[:, :count]).error for count in (2_500, 40_000)]
    assert 3.8 < errors[0] / errors[1] < 4.2
    assert abs(sampled(*ratios).divergence - 0.125) < SIGMAS * errors[1]


BAD = {
    "shapes": (([0.5, 0.5], [[0.0]], [1.0]), {}, r"must have shapes \(k,\), \(k, d\), \(k,\)"),
    "shares": (([0.5], [[0.0]], [1.0]), {}, "shares must be > 0 and sum to one"),
    "variance": (([1.0], [[0.0]], [0.0]), {}, "variances finite and > 0"),
    "scale": (([1.0], [[0.0]], [1.0]), {"noise_scale": -1}, "noise_scale must be a finite number >= 0, got -1"),
    "grid": (([1.0], [[0.0] * 3], [1.0]), {}, "generator must be given where a grid would need .* in 3 dimensions"),
    "large": (([1.0], [[0.0]], [1.0]), {"noise_scale": 1e7}, "generator must be given"),
}


@pytest.mark.parametrize(("arguments", "options", "message"), BAD.values(), ids=BAD)
def test_a_wrong_mixture_is_refused(arguments, options, message):
    with pytest.raises(InvalidInputError, match=message):
        noised_mixture(*arguments, **{"noise_scale": 0.5, **options})


def test_wrong_samples_are_refused():
    generator = np.random.default_rng(0)
    with pytest.raises(InvalidInputError, match=r"at_noise must hold at least two finite numbers, got shape \(1,\)"):
        sampled([0.0, 0.0], [0.0])
    with pytest.raises(InvalidInputError, match="at_data must hold"):
        sampled([0.0, math.inf], [0.0, 0.0])
    with pytest.raises(InvalidInputError, match="inner must be even and >= 2, got 3"):
        noised_samples(np.zeros((3, 1)), lambda x: x[:, 0], noise_scale=1, generator=generator, inner=3)
    with pytest.raises(InvalidInputError, match=r"samples must be finite, shape \(m, d\)"):
        noised_samples(np.zeros(3), lambda x: x, noise_scale=1, generator=generator)
