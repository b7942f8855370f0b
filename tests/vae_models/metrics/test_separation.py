"""The separation of codes: closed forms for Gaussians, one half for equal laws, symmetric, with an honest error."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vae_models.metrics.codes import Codes
from vae_models.metrics.separation import separation
from vae_models.posterior import Posterior
from variational.errors import InvalidInputError


def codes_of(latent):
    return Codes(posterior=Posterior(latent, torch.zeros_like(latent)), latent=latent)


def normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@settings(max_examples=20)
@given(scale=st.floats(0.2, 6.0), seed=st.integers(0, 2**31))
def test_two_scales_in_the_plane_have_their_closed_form(scale, seed):
    """P(K^2 a > b) for two exponential draws, or its complement for K < 1, is K^2 / (1 + K^2)."""
    found = separation(codes_of(normal(seed, 4000, 2)), codes_of(scale * normal(seed + 1, 4000, 2)), split="test")
    exact = max(scale**2, 1) / (1 + scale**2)
    assert abs(found.value - exact) <= 5 * found.error + 0.01  # and the error of the fitted discriminant
    assert found.samples == 4000


@settings(max_examples=20)
@given(shift=st.floats(0.0, 3.0), seed=st.integers(0, 2**31))
def test_two_means_have_their_closed_form(shift, seed):
    moved = codes_of(normal(seed + 1, 4000, 1) + shift)
    found = separation(codes_of(normal(seed, 4000, 1)), moved, split="test")
    exact = 0.5 * math.erfc(-shift / 2)
    assert abs(found.value - exact) <= 5 * found.error + 0.01


def test_the_error_is_the_spread_over_repetitions():
    found = [
        separation(codes_of(normal(seed, 400, 1)), codes_of(normal(seed + 999, 400, 1) + 1), split="test")
        for seed in range(200)
    ]
    values = torch.tensor([record.value for record in found])
    assert 0.8 < float(values.std()) / found[0].error < 1.25


def test_too_few_codes_are_refused():
    with pytest.raises(InvalidInputError, match="four codes or more"):
        separation(codes_of(normal(0, 3, 2)), codes_of(normal(1, 9, 2)), split="test")
