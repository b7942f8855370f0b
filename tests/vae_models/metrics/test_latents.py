"""Active units and the covariance of the aggregate: closed forms and invariances."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS, aggregate_covariance, case
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.codes import draw_codes
from vae_models.metrics.latents import active_units, log_det_covariance
from vae_models.posterior import Posterior
from variational.errors import InvalidInputError


def codes_of(mean, log_variance):
    return draw_codes(Posterior(mean, log_variance), generator=generator())


def test_coordinates_whose_mean_moves_with_x_are_active():
    deviations = torch.tensor([0.0, 0.05, 0.2, 3.0], **DOUBLE)
    codes = codes_of(normal(0, 2000, 4) * deviations, torch.zeros(1, 4, **DOUBLE))
    assert active_units(codes, split="test").value == 2  # 0.05^2 is below 0.01
    assert active_units(codes, split="test", threshold=0.001).value == 3
    assert active_units(codes, split="test", unit="fraction").value == 0.5
    # a variance of the posterior does not make a unit active, nor does a shift of its mean
    noisy = codes_of(torch.full((50, 4), 7.0, **DOUBLE), torch.full((1, 4), 5.0, **DOUBLE))
    assert active_units(noisy, split="test").value == 0


@pytest.mark.parametrize("estimator", ["moments", "draws"])
@pytest.mark.parametrize("seed", range(3))
def test_the_covariance_of_gaussian_data_has_its_closed_form(estimator, seed):
    linear, _, _, covariance, codes = case(seed, 4000)
    found = log_det_covariance(codes, split="test", estimator=estimator)
    expected = torch.logdet(aggregate_covariance(linear, covariance)).item() / 2
    assert abs(found.value - expected) < SIGMAS * found.error
    assert found.error < 0.05
    if estimator == "draws":  # sqrt(2 / (n D)) for a Gaussian aggregate
        assert found.error == pytest.approx(math.sqrt(2 / 8000), rel=0.1)


@in_general_position
@given(seed=st.integers(0, 2**31), shift=st.floats(-5.0, 5.0))
def test_a_rotation_and_a_shift_of_the_codes_leave_the_volume(seed, shift):
    mean, turn = normal(seed, 20, 3), torch.linalg.qr(normal(seed + 1, 3, 3)).Q
    plain, turned = (
        codes_of(mean, torch.zeros(1, 1, **DOUBLE)),
        codes_of(mean @ turn + shift, torch.zeros(1, 1, **DOUBLE)),
    )
    first, second = (log_det_covariance(codes, split="test") for codes in (plain, turned))
    assert first.value == pytest.approx(second.value, abs=1e-11)
    assert first.error == pytest.approx(second.error, abs=1e-11)


def test_a_singular_covariance_has_no_volume():
    codes = codes_of(normal(0, 2, 3), torch.zeros(1, 1, **DOUBLE))
    found = log_det_covariance(codes, split="test", estimator="draws")
    assert found.value < -10  # of two points in three dimensions: minus infinity, or what rounding leaves


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda c: active_units(c, split="test", threshold=-1.0), "threshold"),
        (lambda c: active_units(c, split="test", unit="share"), "unit"),
        (lambda c: log_det_covariance(c, split="test", estimator="both"), "estimator"),
        (lambda c: log_det_covariance(codes_of(c.latent[:1], torch.zeros(1, 1, **DOUBLE)), split="test"), "codes"),
    ],
)
def test_bad_input_is_named(call, named):
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(codes_of(normal(0, 4, 2), torch.zeros(1, 1, **DOUBLE)))
