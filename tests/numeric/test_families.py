"""The families are what they are called, their means are the slopes of their log partitions, and support is checked."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from numeric.families import Bernoulli, Categorical, Gaussian, Poisson
from tests.numeric.decoder_strategies import KINDS, SEEDS, data_of, family_of
from variational.errors import InvalidInputError

STEP = 1e-5
DIFFERENCE = 1e-8  # of a central difference: STEP^2 for the order, 1e-16 / STEP for rounding, times values below 30

DENSITIES = {
    "gaussian": lambda natural, data: stats.norm.logpdf(data, 0.64 * natural, 0.8).sum(axis=1),
    "bernoulli": lambda natural, data: stats.bernoulli.logpmf(data, 1 / (1 + np.exp(-natural))).sum(axis=1),
    "poisson": lambda natural, data: stats.poisson.logpmf(data, np.exp(natural)).sum(axis=1),
    "categorical": lambda natural, data: (
        data @ np.append(natural, 0.0) - math.log(1 + np.exp(natural).sum())  # the last label has log odds zero
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, dimension=st.integers(1, 4))
def test_the_density_is_the_known_one(kind, seed, dimension):
    generator = np.random.default_rng(seed)
    family, natural = family_of(kind, dimension), generator.normal(size=dimension)
    data = data_of(family, generator, 5)
    log_density = family.statistic(data) @ natural - family.log_partition(natural[None, :]) + family.log_base(data)
    assert_allclose(log_density, DENSITIES[kind](natural, data), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=SEEDS, dimension=st.integers(1, 4))
def test_the_mean_is_the_slope_of_the_log_partition(kind, seed, dimension):
    family = family_of(kind, dimension)
    natural = np.random.default_rng(seed).normal(size=(1, dimension))
    moved = STEP * np.eye(dimension)
    slopes = (family.log_partition(natural + moved) - family.log_partition(natural - moved)) / (2 * STEP)
    assert_allclose(slopes, family.mean(natural)[0], rtol=DIFFERENCE, atol=DIFFERENCE)


@given(seed=SEEDS, classes=st.integers(2, 5), constant=st.floats(-50, 50))
def test_a_constant_changes_no_categorical_in_its_full_form_and_the_minimal_form_is_the_full_one(
    seed, classes, constant
):
    natural = np.random.default_rng(seed).normal(size=(3, classes))
    full, minimal = Categorical(classes=classes, minimal=False), Categorical(classes=classes)
    assert_allclose(full.mean(natural + constant), full.mean(natural), rtol=1e-12)
    assert_allclose(minimal.mean(natural[:, :-1] - natural[:, -1:]), full.mean(natural)[:, :-1], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_far_natural_parameters_give_means_at_the_edge_and_no_warning(kind):
    far = np.array([[-1e3], [1e3]])
    if kind != "poisson":  # a rate of exp(1000) does overflow
        assert np.isfinite(family_of(kind, 1).mean(far)).all()
    assert np.isfinite(family_of(kind, 1).log_partition(far[:1])).all()


BERNOULLI, LABELS, COUNTS = Bernoulli(dimension=2), Categorical(classes=3), Poisson(dimension=2)
BAD = {
    "half a coin": (lambda: BERNOULLI.statistic([[0, 1], [0, 0.5]]), "data must hold zeros and ones, got 0.5 at"),
    "minus one": (lambda: BERNOULLI.statistic([-1, 1]), "data must hold zeros and ones, got -1.0 at index 0, 0"),
    "two labels": (lambda: LABELS.statistic([1, 1, 0]), r"one-hot, one entry of 1 in each row, got \[1.0, 1.0, 0.0\]"),
    "no label": (lambda: LABELS.statistic([[1, 0, 0], [0, 0, 0]]), "data must be one-hot, .* in row 1"),
    "soft label": (lambda: LABELS.statistic([0.5, 0.5, 0]), "data must be one-hot, got 0.5 at index 0, 0"),
    "broken count": (lambda: COUNTS.statistic([1.5, 0]), "data must hold integers >= 0, got 1.5 at index 0, 0"),
    "negative count": (lambda: COUNTS.statistic([1, -1]), "data must hold integers >= 0, got -1.0 at index 0, 1"),
    "nan": (lambda: COUNTS.statistic([math.nan, 0]), "data must hold finite numbers, got nan at index 0"),
    "infinite": (lambda: COUNTS.log_base([math.inf, 0]), "data must hold finite numbers, got inf at index 0"),
    "width": (lambda: COUNTS.statistic([1, 2, 3]), r"data must have 2 entries in each row, got shape \(1, 3\)"),
    "number": (lambda: COUNTS.statistic(3.0), r"data must have 2 axes, none empty, got shape \(\)"),
    "text": (lambda: COUNTS.statistic("ab"), "data must be an array of numbers|data must have 2 axes"),
    "scale": (lambda: Gaussian(dimension=1, scale=0), "scale must be a finite number > 0, got 0"),
    "scale nan": (lambda: Gaussian(dimension=1, scale=math.nan), "scale must be a finite number > 0, got nan"),
    "dimension": (lambda: Gaussian(dimension=0), "dimension must be an integer >= 1, got 0"),
    "fraction": (lambda: Bernoulli(dimension=1.0), "dimension must be an integer >= 1, got 1.0"),
    "truth": (lambda: Poisson(dimension=True), "dimension must be an integer >= 1, got True"),
    "one class": (lambda: Categorical(classes=1), "classes must be an integer >= 2, got 1"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_named_with_its_value_and_rule(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
