"""The squared MMD over all codes: closed forms of Gaussians, chunks, and a standard error that simulation confirms."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS
from tests.vae_models.toys import DOUBLE, normal
from vae_models.divergences.mmd import squared_mmd
from vae_models.metrics.discrepancy import named_kernel, squared_discrepancy
from variational.errors import InvalidInputError

GAUSSIAN = named_kernel("gaussian", latent_dim=2)
SPLIT = {"split": "test"}


def mean_kernel(shift, variance, length, dimension):
    """Return E exp(-|a - b|^2 / length) where a - b ~ N(shift, variance I)."""
    return (1 + 2 * variance / length) ** (-dimension / 2) * math.exp(-dimension * shift**2 / (length + 2 * variance))


def closed_form(shift, scale, length, dimension):
    """Return the squared MMD of N(shift, scale^2 I) and N(0, I)."""
    inside = mean_kernel(0, 2 * scale**2, length, dimension) + mean_kernel(0, 2, length, dimension)
    return inside - 2 * mean_kernel(shift, 1 + scale**2, length, dimension)


@in_general_position
@given(
    seed=st.integers(0, 2**31),
    pairs=st.integers(1, 90),
    sizes=st.tuples(st.integers(2, 8), st.integers(2, 8)),
    name=st.sampled_from(["gaussian", "multiquadratic"]),
    form=st.sampled_from(["unbiased", "biased"]),
)
def test_the_value_is_that_of_whole_gram_matrices_for_any_chunks(seed, pairs, sizes, name, form):
    codes, draws = normal(seed, sizes[0], 2) + 1, normal(seed + 1, sizes[1], 2)
    kernel = named_kernel(name, latent_dim=2)
    found = squared_discrepancy(codes, draws, kernel=kernel, form=form, pairs=pairs, **SPLIT)
    expected = squared_mmd(codes, draws, kernel=kernel.function, unbiased=form == "unbiased").item()
    assert found.value == pytest.approx(expected, abs=1e-12)
    whole = squared_discrepancy(codes, draws, kernel=kernel, form=form, **SPLIT)
    assert found.error == pytest.approx(whole.error, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("shift", "scale"), [(0.5, 0.7), (0.0, 1.0), (0.0, 2.0)])
@pytest.mark.parametrize("dimension", [1, 3])
def test_gaussian_laws_have_their_closed_form(shift, scale, dimension):
    codes, draws = shift + scale * normal(0, 1500, dimension), normal(1, 2500, dimension)
    kernel = named_kernel("gaussian", latent_dim=dimension, squared_length=1.7)
    found = squared_discrepancy(codes, draws, kernel=kernel, form="unbiased", **SPLIT)
    assert abs(found.value - closed_form(shift, scale, 1.7, dimension)) < SIGMAS * found.error
    assert found.error < 0.01


@pytest.mark.parametrize(
    ("shift", "sizes"), [(0.0, (60, 60)), (0.0, (40, 120)), (0.4, (60, 90)), (1.5, (120, 40))], ids=str
)
def test_the_standard_error_is_the_deviation_of_the_estimate(shift, sizes):
    found = [
        squared_discrepancy(
            shift + normal(3 * seed, sizes[0], 2),
            normal(3 * seed + 1, sizes[1], 2),
            kernel=GAUSSIAN,
            form="unbiased",
            **SPLIT,
        )
        for seed in range(200)
    ]
    values = torch.tensor([record.value for record in found], **DOUBLE)
    mean_square = torch.tensor([record.error**2 for record in found], **DOUBLE).mean()
    # a deviation from 200 values has a relative error of 5% for Gaussian ones; the degenerate law has heavier tails
    assert float(mean_square.sqrt() / values.std()) == pytest.approx(1, abs=0.2)
    # unbiased
    assert abs(values.mean() - closed_form(shift, 1.0, 4.0, 2)) < SIGMAS * values.std() / math.sqrt(200)


def test_the_biased_form_is_too_large_by_the_diagonals_and_never_negative():
    codes, draws = normal(0, 50, 2), normal(1, 80, 2)
    biased, unbiased = (
        squared_discrepancy(codes, draws, kernel=GAUSSIAN, form=form, **SPLIT) for form in ("biased", "unbiased")
    )
    assert biased.value >= 0
    assert biased.value - unbiased.value == pytest.approx(1 / 50 + 1 / 80, rel=0.6)
    assert biased.error == unbiased.error
    assert squared_discrepancy(codes, codes, kernel=GAUSSIAN, form="biased", **SPLIT).value == pytest.approx(
        0, abs=1e-12
    )


def test_the_record_names_form_kernel_and_lengths():
    codes = normal(0, 5, 3)
    found = squared_discrepancy(codes, codes, kernel=named_kernel("gaussian", latent_dim=3), form="unbiased", **SPLIT)
    assert found.estimator == "unbiased, kernel exp(-|a-b|^2/9), one code for each x, 5 draws of the prior"
    assert found.name == "squared_mmd_unbiased_kernel_units"
    assert "seven scales of 12" in named_kernel("multiquadratic", latent_dim=3, prior_variance=2.0).name


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda z: squared_discrepancy(z[:1], z, kernel=GAUSSIAN, form="unbiased", **SPLIT), "codes"),
        (lambda z: squared_discrepancy(z, z, kernel=GAUSSIAN, form="v", **SPLIT), "form"),
        (lambda z: squared_discrepancy(z, z, kernel=GAUSSIAN, form="biased", pairs=0, **SPLIT), "pairs"),
        (lambda _: named_kernel("linear", latent_dim=2), "name"),
        (lambda _: named_kernel("gaussian", latent_dim=2, squared_length=math.nan), "squared_length"),
        (lambda _: named_kernel("multiquadratic", latent_dim=2, prior_variance=0.0), "prior_variance"),
    ],
)
def test_bad_input_is_named(call, named):
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named}"):
        call(normal(0, 4, 2))
