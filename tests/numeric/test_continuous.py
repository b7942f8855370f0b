"""Bounds of the loss over densities: on both sides of integrals, of another route to the optimum, and of each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from numeric.continuous import gaussian_divergence, ncvae_density_bounds
from numeric.reduce import gaussian_ncvae
from variational.errors import InvalidInputError

ROUNDING = 1e-8  # of the integrals here
SEEDS = st.integers(0, 2**32 - 1)


def random_setting(seed, axes):
    generator = np.random.default_rng(seed)
    number = int(generator.integers(2, 5))
    return {
        "data": generator.dirichlet(np.ones(number)),
        "noise": generator.dirichlet(np.ones(number)),
        "means": generator.normal(size=(number, axes)),
        "deviations": np.exp(generator.normal(size=(number, axes)) / 2),
        "beta": float(1 + np.exp(generator.normal())),
        "delta": float(np.exp(generator.normal())),
        "noise_scale": float(np.exp(generator.normal())),
    }


def loss_by_quadrature(data, noise, means, deviations, *, beta, delta, noise_scale):
    """Return R of Gaussian codes on the line by the trapezoidal rule, which converges beyond any order."""
    reach = np.abs(means).max() + 12 * max(deviations.max(), 1.0)
    z = np.linspace(-reach, reach, 40_001)
    codes = norm.pdf(z, means, deviations)
    gamma = data @ codes
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = codes * np.where(codes > 0, np.log(codes / gamma), 0.0)
        divergence = np.where(gamma > 0, gamma * (np.log(gamma) - norm.logpdf(z)), 0.0)
    information, aggregate = np.trapezoid(data @ parts, z), np.trapezoid(divergence, z)
    contrast = noise @ gaussian_divergence(means, deviations, noise_scale)
    return (beta - 1) * information + beta * aggregate + delta * contrast


@given(seed=SEEDS, per_deviation=st.sampled_from((2.0, 8.0)))
def test_the_loss_of_an_encoder_lies_between_its_bounds(seed, per_deviation):
    setting = random_setting(seed, axes=1)
    found = ncvae_density_bounds(**setting, per_deviation=per_deviation)
    loss = loss_by_quadrature(**setting)
    assert found.encoder_lower - ROUNDING <= loss <= found.encoder_upper + ROUNDING


@settings(max_examples=20)
@given(seed=SEEDS, axes=st.integers(1, 2))
def test_the_optimum_of_another_route_lies_between_its_bounds(seed, axes):
    setting = random_setting(seed, axes)
    found = ncvae_density_bounds(**setting, per_deviation=4 if axes == 2 else 32)
    other = gaussian_ncvae(
        np.log(setting["noise"] / setting["data"]), setting["data"], latent_dim=axes,
        **{name: setting[name] for name in ("noise_scale", "beta", "delta")},
    ).require_converged()  # fmt: skip
    slack = 10 * (other.neglected + other.discretisation) + ROUNDING
    assert found.optimum_lower - slack <= other.certificate.upper <= found.optimum_upper + slack
    assert found.optimum_upper <= found.encoder_upper


def test_bounds_approach_each_other_at_second_order():
    setting = random_setting(5, axes=1)
    widths = []
    for per_deviation in (8, 16, 32, 64):
        found = ncvae_density_bounds(**setting, per_deviation=per_deviation)
        widths.append([found.encoder_upper - found.encoder_lower, found.optimum_upper - found.optimum_lower])
    rates = np.log2(np.array(widths[0]) / widths[-1]) / 3
    # edges of several Gaussians interleave, so that the order shows only over several halvings
    assert (rates > 1.7).all()
    assert (rates < 2.3).all()


@given(seed=SEEDS)
def test_at_the_optimum_of_equal_laws_the_encoder_is_its_own_upper_bound(seed):
    setting = random_setting(seed, axes=1)
    setting["noise"] = setting["data"]
    beta, delta, square = setting["beta"], setting["delta"], setting["noise_scale"] ** 2
    scale = np.sqrt(square * (beta + delta) / (beta * square + delta))  # eq. (17) of the NC-VAE text
    setting["means"], setting["deviations"] = np.zeros_like(setting["means"]), np.full_like(setting["means"], scale)
    found = ncvae_density_bounds(**setting, per_deviation=2.0)
    np.testing.assert_allclose(found.optimum_upper, found.encoder_upper, rtol=0, atol=ROUNDING)
    assert found.optimum_lower <= found.optimum_upper


def test_the_scale_of_the_prior_is_a_unit_of_the_codes():
    setting = random_setting(7, axes=1)
    scaled = setting | {name: 3 * setting[name] for name in ("means", "deviations", "noise_scale")}
    one, other = ncvae_density_bounds(**setting), ncvae_density_bounds(**scaled, prior_scale=3.0)
    for name in ("encoder_lower", "encoder_upper", "optimum_lower", "optimum_upper", "information_lower"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)


@given(seed=SEEDS, beta=st.sampled_from((1.0, 1.5, 4.0)))
def test_without_contrast_the_infimum_is_zero(seed, beta):
    setting = random_setting(seed, axes=1) | {"beta": beta, "delta": 0.0}
    found = ncvae_density_bounds(**setting)
    assert found.optimum_lower == found.optimum_upper == 0.0
    assert found.encoder_lower - ROUNDING <= loss_by_quadrature(**setting) <= found.encoder_upper + ROUNDING


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"beta": 0.9}, "beta"),
        ({"delta": -1.0}, "delta"),
        ({"noise_scale": 0.0}, "noise_scale"),
        ({"prior_scale": 0.0}, "prior_scale"),
        ({"data": [1.0]}, "noise"),
        ({"means": [[0.0]]}, "means"),
        ({"means": [[0.0] * 3] * 2, "deviations": [[1.0] * 3] * 2}, "edges"),
        ({"deviations": [[-1.0], [1.0]]}, "deviations"),
        ({"beta": 1.0, "noise": [1.0, 0.0]}, "curvature"),
    ],
)
def test_what_breaks_a_rule_is_named(change, named):
    setting = {
        "data": [0.5, 0.5], "noise": [0.9, 0.1], "means": [[0.0], [1.0]], "deviations": [[1.0], [1.0]],
        "beta": 2.0, "delta": 1.0, "noise_scale": 2.0,
    } | change  # fmt: skip
    with pytest.raises(InvalidInputError, match=rf"^{named}"):
        ncvae_density_bounds(**setting)
