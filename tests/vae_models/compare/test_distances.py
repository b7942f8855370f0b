"""Distances to the optimum: both sides of closed forms and integrals, zero at the optimum, smaller after training."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.vae_models.compare.models import (
    BITS,
    NOISE,
    OFTEN,
    OVERLAPPING,
    SYNTHETIC,
    ConstantEncoder,
    FreshNoise,
    FromList,
    contrastive,
    fresh,
    gaussian_model,
    make_model,
    train,
)
from vae_models.compare.empirical import empirical_distance, entropy_of
from vae_models.compare.finite import finite_distance
from vae_models.compare.gaussian import TwoGaussians, gaussian_distance
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.evaluation_priors import stationary_variance
from vae_models.objectives.elbo import elbo
from vae_models.objectives.info_vae import info_vae
from vae_models.posterior import Posterior
from vae_models.priors import MixturePrior
from variational.errors import InvalidInputError

SURE = 4.0  # standard errors
NOISY_BITS = FromList(BITS, NOISE)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def distance_of_bits(model, objective, **options):
    return finite_distance(model, objective, BITS, OFTEN, noise=NOISE, generator=generator(), **options)


# --- finitely many x -----------------------------------------------------------------------------


@settings(max_examples=10)
@given(seed=st.integers(0, 2**31), latent_dim=st.integers(1, 2))
def test_bounds_are_in_order_for_any_weights(seed, latent_dim):
    model = make_model(2, latent_dim, seed=seed)
    found = distance_of_bits(model, contrastive(NOISY_BITS, latent_dim), draws=50)
    assert 0 <= found.gap_lower.value <= found.gap.value <= found.gap_upper.value
    assert found.optimum_lower.value <= found.optimum_upper.value <= found.encoder_upper.value
    assert found.encoder_lower.value <= found.encoder_upper.value
    assert {number.basis for number in (found.gap, found.gap_lower, found.gap_upper)} == {"proved"}
    assert found.total_upper.value + SURE * found.total_upper.error >= found.gap_lower.value


def decoder_gap(model):
    """Return E_gamma KL(q(x|z)||p(x|z)) by the trapezoidal rule, with one latent coordinate."""
    z = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    posterior = model.encoder(BITS)
    deviation = torch.exp(posterior.log_variance.double() / 2)
    codes = torch.distributions.Normal(posterior.mean.double().T, deviation.T).log_prob(z[:, None]).exp()
    gamma = codes @ OFTEN
    decoded = model.decoder(z[:, None].float())
    log_likelihood = torch.stack(
        [model.likelihood.log_density(decoded, x.expand(len(z), 2)).double() for x in BITS], dim=1
    )
    parts = OFTEN * codes * (torch.log(OFTEN * codes / gamma[:, None]) - log_likelihood)
    return float(torch.trapezoid(torch.nan_to_num(parts).sum(dim=1), z))


def test_the_gap_of_the_loss_is_that_of_the_encoder_and_what_the_decoder_is_short_of():
    model = make_model(2, 1, seed=3)
    found = distance_of_bits(model, contrastive(NOISY_BITS, 1), draws=1000)
    with torch.no_grad():
        expected = found.gap.value + decoder_gap(model)
    width = found.gap_upper.value - found.gap_lower.value
    assert abs(found.total_upper.value - expected) <= SURE * found.total_upper.error + width
    assert found.total_upper.error < 0.02


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_the_optimal_code_of_equal_laws_has_no_gap(latent_dim):
    model = make_model(2, latent_dim)
    best = math.sqrt(stationary_variance(3.0, beta=1.5, delta=1.0))
    model.encoder = ConstantEncoder(latent_dim, deviation=best)
    objective = contrastive(FromList(BITS, OFTEN), latent_dim)
    found = finite_distance(model, objective, BITS, OFTEN, noise=OFTEN, draws=2)
    assert found.gap_lower.value == 0.0
    assert found.gap_upper.value < 5e-3
    model.encoder = ConstantEncoder(latent_dim, deviation=1.5 * best)
    assert finite_distance(model, objective, BITS, OFTEN, noise=OFTEN, draws=2).gap_lower.value > 0.05


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_training_lowers_the_proved_gap_of_finite_data(latent_dim):
    model, objective = make_model(2, latent_dim), contrastive(NOISY_BITS, latent_dim)
    before = distance_of_bits(model, objective, draws=2)

    def draw(count, rng):
        return BITS[torch.multinomial(OFTEN, count, replacement=True, generator=rng)]

    after = distance_of_bits(train(model, objective, draw, steps=300), objective, draws=2)
    assert after.gap_upper.value < 0.3 * before.gap_lower.value


def test_without_contrast_the_optimum_is_collapsed_and_its_value_zero():
    model = make_model(2, 1)
    model.encoder = ConstantEncoder(1)
    found = finite_distance(model, elbo(beta=2.0), BITS, OFTEN, draws=2)
    assert found.optimum_lower.value == found.optimum_upper.value == 0.0
    assert found.gap_upper.value < 1e-6


def test_a_density_of_x_has_no_least_loss_on_finitely_many_x():
    model = gaussian_model(TwoGaussians(dimension=2, deviation=1.0, separation=0.0), 1)
    assert finite_distance(model, elbo(beta=2.0), BITS, OFTEN, draws=2).total_upper is None


# --- two Gaussians -------------------------------------------------------------------------------


class LinearEncoder(nn.Module):
    """q(z|x) = N(slope * sum of x, deviation^2), of which everything is known."""

    def __init__(self, slope, deviation):
        super().__init__()
        self.slope, self.deviation = slope, deviation

    def forward(self, data):
        mean = self.slope * data.sum(dim=1, keepdim=True)
        return Posterior(mean, torch.full_like(mean, 2 * math.log(self.deviation)))


def test_the_loss_of_a_linear_encoder_lies_where_its_closed_form_does():
    laws, slope, deviation = OVERLAPPING, 0.3, 0.8
    model = gaussian_model(laws, 1).double()
    model.encoder = LinearEncoder(slope, deviation)
    objective = contrastive(FreshNoise(laws), 1, beta=2.0, delta=0.5, scale=4.0)
    found = gaussian_distance(model, objective, laws, count=400, generator=generator())
    spread = slope**2 * laws.dimension * laws.deviation**2
    shift = (slope * laws.dimension * laws.separation) ** 2
    information = math.log1p(spread / deviation**2) / 2

    def divergence(square, scale):
        ratio = deviation**2 / scale**2
        return (square / scale**2 + ratio - 1 - math.log(ratio)) / 2

    expected = 2 * divergence(spread, 1.0) - information + 0.5 * divergence(spread + shift, 4.0)
    assert abs(found.encoder.value - expected) <= SURE * found.encoder.error + 0.01
    assert found.encoder_lower.value - SURE * found.encoder_lower.error <= expected
    assert expected <= found.encoder_upper.value + SURE * found.encoder_upper.error
    assert found.encoder.error < 0.1
    assert (found.optimum_lower.basis, found.gap.basis) == ("certified", "sampled")
    assert found.gap_lower.value > 1.0


def test_the_optimal_code_of_equal_gaussians_has_no_gap():
    laws = TwoGaussians(dimension=5, deviation=2.0, separation=0.0)
    model = gaussian_model(laws).double()
    model.encoder = ConstantEncoder(2, deviation=math.sqrt(stationary_variance(3.0, beta=1.5, delta=1.0)))
    found = gaussian_distance(model, contrastive(FreshNoise(laws), 2), laws, count=100, repeats=2)
    np.testing.assert_allclose(found.gap_upper.value, 0.0, atol=1e-6)
    assert found.optimum_upper.value - found.optimum_lower.value < 1e-6


def test_the_loss_of_two_gaussians_holds_the_entropy_of_the_data():
    laws = TwoGaussians(dimension=5, deviation=1.0, separation=1.0)
    model = gaussian_model(laws).double()
    model.encoder = ConstantEncoder(2)
    with torch.no_grad():  # the mean of the data for every z, which is the best decoder of a collapsed code
        for parameter in model.decoder.parameters():
            parameter.zero_()
    found = gaussian_distance(model, elbo(beta=2.0), laws, count=2000, repeats=8, generator=generator())
    assert found.total_upper.value <= SURE * found.total_upper.error
    assert found.total_upper.error < 0.03
    assert found.gap_upper.value < 1e-6


def test_on_the_synthetic_data_the_gap_shrinks_with_steps_and_with_capacity():
    gaps = {}
    for width, steps in ((32, 0), (32, 20), (32, 200), (1, 200)):
        model = gaussian_model(SYNTHETIC, width=width)
        objective = contrastive(FreshNoise(SYNTHETIC), 2, beta=2.0, scale=5.0)
        train(model, objective, fresh(SYNTHETIC), steps=steps)
        gaps[width, steps] = gaussian_distance(model, objective, SYNTHETIC, count=300, repeats=4).gap
    for worse, better in (((32, 0), (32, 20)), ((32, 20), (32, 200)), ((1, 200), (32, 200))):
        error = gaps[worse].error + gaps[better].error
        assert gaps[better].value + SURE * error < gaps[worse].value, (worse, better)
    assert gaps[32, 200].value > -SURE * gaps[32, 200].error


# --- given examples ------------------------------------------------------------------------------


def test_the_entropy_counts_equal_examples_together():
    data = BITS[[0, 0, 0, 1]]
    np.testing.assert_allclose(entropy_of(data), -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))


def test_the_distance_of_given_examples_is_the_aggregate_kl_for_beta_one():
    model = make_model(2, 2).double()
    model.encoder = ConstantEncoder(2, mean=0.5, deviation=0.7)
    found = empirical_distance(model, elbo(), BITS.double(), generator=generator())
    expected = 2 * (0.5**2 + 0.7**2 - 1 - 2 * math.log(0.7)) / 2
    assert abs(found.gap.value - expected) <= SURE * found.gap.error + 1e-9
    assert found.total_upper.value + SURE * found.total_upper.error >= found.gap.value


def test_below_one_the_optimum_of_given_examples_knows_them_by_heart():
    class Apart(nn.Module):
        def forward(self, data):
            mean = (data @ torch.tensor([[2.0], [1.0]], dtype=data.dtype) - 1.5) / 1.1
            return Posterior(mean, torch.full_like(mean, 2 * math.log(0.05)))

    model = make_model(2, 1).double()
    model.encoder = Apart()
    found = empirical_distance(model, elbo(beta=0.25), BITS.double(), generator=generator())
    np.testing.assert_allclose(found.optimum_lower.value, -0.75 * math.log(4))
    rate = model.encoder(BITS.double()).kl().mean().item()
    assert abs(found.gap.value - (0.25 * rate - math.log(4) + 0.75 * math.log(4))) <= SURE * found.gap.error + 1e-6
    assert found.gap.value > 0


# --- what is refused -----------------------------------------------------------------------------


def mixture(model):
    model.prior = MixturePrior(torch.zeros(2), torch.zeros(2, 1), torch.zeros(2, 1))
    return model


@pytest.mark.parametrize(
    ("compare", "named"),
    [
        (lambda: finite_distance(make_model(2, 1), elbo(beta=0.5), BITS, OFTEN), "beta"),
        (lambda: finite_distance(make_model(2, 1), contrastive(NOISY_BITS, 1), BITS, OFTEN), "noise"),
        (lambda: finite_distance(make_model(2, 1), elbo(beta=2.0), BITS, 2 * OFTEN), "data"),
        (lambda: finite_distance(make_model(2, 3), elbo(beta=2.0), BITS, OFTEN), "edges"),
        (lambda: finite_distance(mixture(make_model(2, 1)), elbo(beta=2.0), BITS, OFTEN), "priors"),
        (lambda: finite_distance(make_model(2, 1), elbo(beta=2.0), BITS, OFTEN, draws=1), "draws"),
        (lambda: empirical_distance(make_model(2, 1), contrastive(NOISY_BITS, 1), BITS), "objective"),
        (
            lambda: empirical_distance(
                make_model(2, 1), info_vae(alpha=0.0, scale=2.0, divergence=MaximumMeanDiscrepancy()), BITS
            ),
            "objective",
        ),
        (lambda: gaussian_distance(gaussian_model(OVERLAPPING), elbo(beta=0.5), OVERLAPPING), "objective"),
        (
            lambda: gaussian_distance(
                gaussian_model(OVERLAPPING), contrastive(FreshNoise(OVERLAPPING), 2, beta=1.0), OVERLAPPING, repeats=2
            ),
            "objective",
        ),
        (lambda: TwoGaussians(dimension=0, deviation=1.0, separation=0.0), "dimension"),
        (lambda: TwoGaussians(dimension=1, deviation=0.0, separation=0.0), "deviation"),
    ],
)
def test_what_has_no_known_optimum_is_refused(compare, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        compare()
