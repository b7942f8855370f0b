"""The Frechet distance against scipy's matrix root and closed forms of Gaussians; interpolation along great circles."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS, case
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.frechet import Features, frechet_distance, frechet_of_decoded, generate, interpolated, slerp
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
ENTRIES = Features(name="frechet_distance_own_features", description="entries of x", function=lambda x: x)


def by_matrix_root(first, second):
    """Return the distance as it is printed, from numpy's moments and scipy's root of the product."""
    moments = [(points.mean(axis=0), np.cov(points, rowvar=False)) for points in (first.numpy(), second.numpy())]
    (m1, c1), (m2, c2) = moments
    root = scipy.linalg.sqrtm(c1 @ c2)
    return ((m1 - m2) ** 2).sum() + np.trace(c1 + c2 - 2 * root.real)


def gaussian_distance(m1, c1, m2, c2):
    """Return the distance of Gaussian laws whose covariances are diagonal."""
    return ((m1 - m2).square() + c1 + c2 - 2 * (c1 * c2).sqrt()).sum().item()


@in_general_position
@given(seed=SEEDS, count=st.integers(6, 30))
def test_the_distance_is_the_printed_formula_and_symmetric(seed, count):
    first, second = normal(seed, count, 4) @ normal(seed + 1, 4, 4), normal(seed + 2, 25, 4) + 1
    value, error = frechet_distance(first, second)
    assert value == pytest.approx(by_matrix_root(first, second), rel=1e-6)
    assert frechet_distance(second, first) == pytest.approx((value, error), rel=1e-6)


@in_general_position
@given(seed=SEEDS)
def test_a_shift_adds_its_square_and_a_sample_has_no_distance_to_itself(seed):
    points, shift = normal(seed, 20, 3), normal(seed + 1, 3)
    assert frechet_distance(points, points + shift)[0] == pytest.approx(shift.square().sum().item(), abs=1e-9)
    assert frechet_distance(points, 3 * points + points.mean(dim=0) * -2)[0] == pytest.approx(
        4 * points.var(dim=0).sum().item()
    )


def test_features_without_mass_in_some_direction_have_a_distance():
    plane = normal(0, 50, 2) @ normal(1, 2, 5)
    other = normal(2, 60, 2) @ normal(1, 2, 5) + 1
    value, error = frechet_distance(plane, other)
    basis = torch.linalg.qr(normal(1, 2, 5).T).Q
    expected = frechet_distance(plane @ basis, other @ basis)
    outside = (plane.mean(dim=0) - other.mean(dim=0)).square().sum() - (
        (plane.mean(dim=0) - other.mean(dim=0)) @ basis
    ).square().sum()
    assert value == pytest.approx(expected[0] + outside.item(), rel=1e-6)
    assert error == pytest.approx(expected[1], rel=1e-6)
    dead = torch.nn.functional.pad(plane, (0, 2)), torch.nn.functional.pad(other, (0, 2))  # features that are zero
    assert frechet_distance(*dead) == pytest.approx((value, error), rel=1e-6)


@pytest.mark.parametrize(("counts", "shift"), [((400, 400), 1.0), ((300, 900), 0.0)])
def test_the_standard_error_is_the_deviation_of_the_estimate(counts, shift):
    scale = torch.tensor([2.0, 0.5, 1.0], **DOUBLE)
    found = [
        frechet_distance(shift + scale * normal(2 * seed, counts[0], 3), normal(2 * seed + 1, counts[1], 3))
        for seed in range(400)
    ]
    values, errors = (torch.tensor(column, **DOUBLE) for column in zip(*found, strict=True))
    expected = gaussian_distance(torch.full((3,), shift, **DOUBLE), scale**2, torch.zeros(3), torch.ones(3))
    # a deviation from 400 values has a relative error of 3.5%
    assert float(errors.square().mean().sqrt() / values.std()) == pytest.approx(1, abs=0.15)
    # the means alone make the value too large by tr C1 / n + tr C2 / m in expectation, the covariances by as much again
    bias = float(scale.square().sum()) / counts[0] + 3 / counts[1]
    assert abs(values.mean().item() - expected - 1.5 * bias) < bias + SIGMAS * values.std() / math.sqrt(400)


def test_the_distance_of_a_linear_decoder_to_its_data_is_the_closed_form():
    linear, model, data, covariance, _ = case(0, 8000)
    made = frechet_of_decoded(
        model, model.prior.sample(8000, generator=generator(1)), data, features=ENTRIES, what="prior", split="test"
    )
    decoded = linear.W @ linear.W.T
    root = scipy.linalg.sqrtm((decoded @ covariance).numpy()).real
    expected = linear.b.square().sum() + decoded.trace() + covariance.trace() - 2 * np.trace(root)
    assert abs(made.value - expected.item()) < SIGMAS * made.error
    assert made.error < expected.item() / 10
    assert made.name == "frechet_distance_own_features_prior_squared_units"
    assert made.estimator == "entries of x, 3 features; 8000 decoded means against 8000 x"


def test_batches_do_not_change_the_distance():
    _, model, data, _, codes = case(0, 11)
    options = {"features": ENTRIES, "what": "codes", "split": "test"}
    first, second = (frechet_of_decoded(model, codes.latent, data, batch_size=size, **options) for size in (3, 100))
    assert first.value == pytest.approx(second.value, rel=1e-9)


@in_general_position
@given(seed=SEEDS, ratio=st.floats(0, 1))
def test_interpolation_runs_along_the_great_circle_at_constant_speed(seed, ratio):
    first, second = (torch.nn.functional.normalize(normal(seed + k, 4, 3), dim=1) for k in (0, 1))
    found = slerp(first, second, torch.full((4,), ratio, **DOUBLE))
    angle = torch.arccos((first * second).sum(dim=1))
    torch.testing.assert_close(found.norm(dim=1), torch.ones(4, **DOUBLE))
    torch.testing.assert_close((first * found).sum(dim=1), torch.cos(ratio * angle))
    torch.testing.assert_close((second * found).sum(dim=1), torch.cos((1 - ratio) * angle))


@in_general_position
@given(seed=SEEDS, ratio=st.floats(0, 1))
def test_norms_run_linearly_and_stay_bounded_for_nearly_opposite_directions(seed, ratio):
    first = normal(seed, 4, 2)
    second = -3 * first + 1e-3 * normal(seed + 1, 4, 2)
    found = slerp(first, second, torch.full((4,), ratio, **DOUBLE)).norm(dim=1)
    torch.testing.assert_close(
        found, (1 - ratio) * first.norm(dim=1) + ratio * second.norm(dim=1), rtol=1e-5, atol=1e-5
    )


def test_interpolation_has_its_ends_and_is_straight_where_there_is_no_arc():
    first, second = normal(0, 5, 3), normal(1, 5, 3)
    torch.testing.assert_close(slerp(first, second, torch.zeros(5, **DOUBLE)), first)
    torch.testing.assert_close(slerp(first, second, torch.ones(5, **DOUBLE)), second)
    half = torch.full((5,), 0.5, **DOUBLE)
    torch.testing.assert_close(slerp(first, 3 * first, half), 2 * first)
    torch.testing.assert_close(slerp(first, -first, half), torch.zeros(5, 3, **DOUBLE), atol=1e-12, rtol=0)
    torch.testing.assert_close(slerp(first, torch.zeros(5, 3, **DOUBLE), half), first / 2)


def test_pairs_are_of_different_codes_and_ratios_cover_the_interval():
    codes = torch.eye(4, **DOUBLE)
    halves = interpolated(codes, count=600, ratio=0.5, generator=generator(0))
    middle = 2**-0.5
    torch.testing.assert_close(
        halves.sort(dim=1).values, torch.tensor([[0, 0, middle, middle]], **DOUBLE).expand(600, 4)
    )
    assert len(torch.unique(halves > 0.1, dim=0)) == 6  # every pair
    drawn = interpolated(codes, count=600, ratio="uniform", generator=generator(0)).max(dim=1).values
    angles = torch.arccos(drawn)  # uniform on [0, pi/4]
    assert angles.mean().item() == pytest.approx(math.pi / 8, abs=SIGMAS * math.pi / 4 / math.sqrt(12 * 600))
    assert angles.max() > 0.95 * math.pi / 4


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda _m, x, _z: frechet_distance(x[:1], x), "first"),
        (lambda _m, _x, z: interpolated(z[:1], count=1, ratio=0.5), "latent"),
        (lambda _m, _x, z: interpolated(z, count=0, ratio=0.5), "count"),
        (lambda _m, _x, z: interpolated(z, count=1, ratio=1.5), "ratio"),
        (lambda _m, _x, z: interpolated(z, count=1, ratio="all"), "ratio"),
        (
            lambda m, x, z: frechet_of_decoded(m, z, x, features=ENTRIES, what="codes", split="test", batch_size=0),
            "batch_size",
        ),
    ],
)
def test_bad_input_is_named(call, named):
    _, model, data, _, codes = case(0, 5)
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named}"):
        call(model, data, codes.latent)


def test_draws_have_the_noise_of_the_likelihood_on_top_of_the_means():
    linear, model, data, _, codes = case(0, 4000)
    means = generate(model, codes.latent, made="means")
    draws = generate(model, codes.latent, made="draws", generator=generator(3))
    torch.testing.assert_close(means, codes.latent @ linear.W.T + linear.b)
    deviation = linear.log_noise.exp().sqrt().item()
    assert (draws - means).std().item() == pytest.approx(deviation, rel=SIGMAS / math.sqrt(2 * 3 * 4000))
    options = {"features": ENTRIES, "what": "codes", "split": "test", "made": "draws", "generator": generator(3)}
    found = frechet_of_decoded(model, codes.latent, data, **options)
    assert found.value == pytest.approx(frechet_distance(draws, data)[0], rel=0.2)
    assert "4000 decoded draws" in found.estimator


def test_means_of_an_autoregressive_decoder_are_refused():
    _, model, data, _, codes = case(0, 5)
    model.decoder.autoregressive = True
    with pytest.raises(InvalidInputError, match=r"^model must"):
        frechet_of_decoded(model, codes.latent, data, features=ENTRIES, what="codes", split="test")
