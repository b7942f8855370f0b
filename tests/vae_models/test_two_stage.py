"""Codes drawn after training: the second stage, and a mixture with full covariances."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, batch_of, generator, gradients, linear_model, normal, random_linear
from vae_models.latent_mixture import LatentMixture, fit_latent_mixture
from vae_models.metrics.codes import encode
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.two_stage import SkipEncoder, SkipNetwork, sample_two_stages, second_stage
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)


# --- mixture -------------------------------------------------------------------------------------


def some_mixture(seed):
    scales = normal(seed, 3, 2, 2).tril()
    scales.diagonal(dim1=1, dim2=2).abs_().add_(0.1)
    return LatentMixture(torch.log_softmax(normal(seed + 1, 3), dim=0), normal(seed + 2, 3, 2), scales)


@in_general_position
@given(seed=SEEDS)
def test_the_density_of_a_mixture_is_that_of_torch(seed):
    found, latent = some_mixture(seed), normal(seed + 3, 4, 5, 2)
    law = MixtureSameFamily(
        Categorical(logits=found.log_weights), MultivariateNormal(found.means, scale_tril=found.scales)
    )
    torch.testing.assert_close(found.log_density(latent), law.log_prob(latent))


def test_draws_of_a_mixture_have_its_moments():
    found, count = some_mixture(3), 40000
    drawn = found.sample(count, generator=generator())
    weights = found.log_weights.exp()
    mean = weights @ found.means
    within = torch.einsum("k,kij,klj->il", weights, found.scales, found.scales)
    between = torch.einsum("k,ki,kj->ij", weights, found.means - mean, found.means - mean)
    torch.testing.assert_close(drawn.mean(dim=0), mean, rtol=0, atol=5 * drawn.std().item() / math.sqrt(count))
    torch.testing.assert_close(torch.cov(drawn.T), within + between, rtol=0.05, atol=0.05)


def test_one_component_has_the_moments_of_the_codes():
    codes = normal(0, 500, 3) @ normal(1, 3, 3) + 2.0
    found = fit_latent_mixture(codes, components=1, seed=0)
    torch.testing.assert_close(found.means[0], codes.mean(dim=0))
    # scikit-learn adds 1e-6 to the diagonal
    expected = torch.cov(codes.T, correction=0) + 1e-6 * torch.eye(3, **DOUBLE)
    torch.testing.assert_close(found.scales[0] @ found.scales[0].T, expected)


def test_two_clusters_are_found_and_their_density_beats_one_component():
    codes = torch.cat([0.1 * normal(0, 300, 2) - 3, 0.2 * normal(1, 100, 2) + 3])
    one, two = (fit_latent_mixture(codes, components=count, seed=0) for count in (1, 2))
    order = two.means[:, 0].argsort()
    np.testing.assert_allclose(two.log_weights.exp()[order].numpy(), [0.75, 0.25], atol=1e-6)
    assert two.log_density(codes).mean() > one.log_density(codes).mean() + 1
    torch.testing.assert_close(fit_latent_mixture(codes, components=2, seed=0).means, two.means, rtol=0, atol=0)


def test_a_mixture_takes_the_precision_of_the_codes_and_the_place_of_the_prior():
    codes = normal(0, 50, 2)
    assert fit_latent_mixture(codes.float(), components=2, seed=0).means.dtype == torch.float32
    model = linear_model(random_linear(0), kind=Posterior)
    model.prior = fit_latent_mixture(codes, components=2, seed=0)
    terms = elbo()(model, batch_of(normal(1, 4, 3)))
    latent = model.encoder(normal(1, 4, 3)).sample(generator=generator())
    expected = model.encoder(normal(1, 4, 3)).log_density(latent) - model.prior.log_density(latent)
    torch.testing.assert_close(terms.parts["kl"], expected.mean().detach())


def test_all_codes_are_made_in_the_order_of_the_data():
    model, data = linear_model(random_linear(0), kind=Posterior), normal(1, 7, 3)
    found = encode(model, data, batch_size=3, generator=generator())
    posterior = model.encoder(data)
    torch.testing.assert_close(found.posterior.mean, posterior.mean.detach())
    deviations = (found.latent - posterior.mean) * torch.exp(-posterior.log_variance / 2)
    assert deviations.abs().max() < 5
    assert deviations.abs().min() > 0
    assert not found.latent.requires_grad


# --- second stage --------------------------------------------------------------------------------


def test_the_last_layer_sees_the_input():
    network = SkipNetwork(2, 3, width=4, layers=2).double()
    with torch.no_grad():
        network.last.weight.zero_()
        network.last.weight[:, :2] = normal(0, 3, 2)
        network.last.bias.zero_()
    inputs = normal(1, 5, 2)
    torch.testing.assert_close(network(inputs), inputs @ normal(0, 3, 2).T)
    assert sum(isinstance(layer, nn.ReLU) for layer in network.hidden) == 2


def test_the_second_stage_is_a_model_with_a_trained_variance_from_one():
    torch.manual_seed(0)
    model = second_stage(2, width=8, layers=2).double()
    loss = elbo()(model, batch_of(normal(0, 6, 2))).loss
    parameters = tuple(model.parameters())
    assert all(slope.abs().max() > 0 for slope in gradients(loss, parameters))
    (log_variance,) = model.likelihood.parameters()
    assert log_variance.item() == 0.0
    assert isinstance(model.encoder, SkipEncoder)


def test_the_second_stage_learns_codes_that_are_not_the_prior():
    torch.manual_seed(0)
    codes = 0.3 * normal(0, 256, 1) + 2.0
    model, objective = second_stage(1, width=16, layers=1).double(), elbo()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for step in range(300):
        optimiser.zero_grad()
        objective(model, batch_of(codes, step=step, seed=step)).loss.backward()
        optimiser.step()
    first = linear_model(random_linear(0, latent_dim=1), kind=Posterior)
    drawn, decoded = sample_two_stages(first, model, 4000, generator=generator())
    assert abs(drawn.mean().item() - 2) < 0.1
    assert abs(drawn.std().item() - 0.3) < 0.1
    torch.testing.assert_close(decoded, first.decoder(drawn).detach())
    assert not decoded.requires_grad


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: SkipNetwork(0, 1), "inputs"),
        (lambda: SkipNetwork(1, 1, width=0), "width"),
        (lambda: SkipNetwork(1, 1, layers=0), "layers"),
        (lambda: fit_latent_mixture(torch.zeros(3, 1), components=4, seed=0), "codes"),
        (lambda: fit_latent_mixture(torch.zeros(3, 1), components=0, seed=0), "components"),
        (lambda: fit_latent_mixture(torch.zeros(3, 1), components=1, seed=0, tolerance=0.0), "tolerance"),
        (lambda: LatentMixture(torch.zeros(1), torch.zeros(1, 1), torch.zeros(1, 1, 1)), "scales"),
        (lambda: encode(linear_model(random_linear(0)), normal(0, 2, 3), batch_size=0), "batch_size"),
        (lambda: sample_two_stages(linear_model(random_linear(0)), second_stage(2, width=2), 0), "count"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
