"""A posterior moved by a flow is a law, its densities are exact, and models in z and in u are the same model."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, batch_of, generator, linear_model, normal, random_linear
from vae_models.evaluation_priors import second_moment
from vae_models.flow_posterior import FlowEncoder, FlowPosterior, in_base_coordinates
from vae_models.metrics.codes import encode
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.model import Model
from vae_models.networks.flows import RealNVP
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

torch.set_num_threads(1)
SEEDS = st.integers(0, 2**31)


def flow_of(seed):
    return RealNVP(2, layers=3, widths=(6,), generator=generator(seed)).double()


def moved(seed, *, count=4):
    return FlowPosterior(normal(seed, count, 2), 0.3 * normal(seed + 1, count, 2) - 1, flow=flow_of(seed))


class DataShaped(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner, self.data_shape, self.latent_dim = inner, (3,), 2

    def forward(self, data):
        return self.inner(data)


def flow_model(seed):
    plain = linear_model(random_linear(seed), kind=Posterior)
    encoder = FlowEncoder(DataShaped(plain.encoder), flow_of(seed))
    prior = IsotropicPrior(latent_dim=2, variance=1.7).double()
    return Model(encoder=encoder, decoder=plain.decoder, prior=prior, likelihood=plain.likelihood)


@given(seed=SEEDS)
@example(seed=3410)  # of which some mass lies beyond the grid
@settings(max_examples=10)
def test_densities_integrate_to_the_mass_and_have_the_moments_of_draws(seed):
    posterior, count, edge = moved(seed, count=1), 20_000, 14.0
    axis = torch.linspace(-edge, edge, 401, **DOUBLE)
    cell = float(axis[1] - axis[0]) ** 2
    grid = torch.cartesian_prod(axis, axis).unsqueeze(1)
    with torch.no_grad():
        density = cell * posterior.log_density(grid)[:, 0].exp()
        drawn = posterior.push(torch.randn(count, 1, 2, generator=generator(seed), **DOUBLE))[:, 0]
    inside = (drawn.abs().amax(dim=1) < edge).double()
    for values, of_nodes in (
        (inside, torch.ones(len(grid), **DOUBLE)),
        *zip(inside * drawn.T, grid[:, 0].T, strict=True),
    ):
        error = values.std() / np.sqrt(count)
        assert (values.mean() - density @ of_nodes).abs() <= 5 * error + 1e-3


@in_general_position
@given(seed=SEEDS)
def test_the_density_of_a_draw_is_that_of_its_base_by_change_of_variables(seed):
    posterior = moved(seed)
    noise = normal(seed + 2, 5, 4, 2)
    base = Posterior(posterior.mean, posterior.log_variance)
    before = base.push(noise)
    latent, log_determinant = posterior.flow(before)
    torch.testing.assert_close(posterior.push(noise), latent)
    torch.testing.assert_close(posterior.log_density(latent), base.log_density(before) - log_determinant)
    one = posterior.sample(generator=generator(seed))
    torch.testing.assert_close(one, posterior.flow(base.sample(generator=generator(seed)))[0])
    part = dataclasses.replace(posterior, mean=posterior.mean[:2], log_variance=posterior.log_variance[:2])
    torch.testing.assert_close(part.log_density(latent[:, :2]), posterior.log_density(latent)[:, :2])


@given(seed=SEEDS)
@settings(max_examples=10)
def test_a_model_in_base_coordinates_is_the_same_model(seed):
    model, data = flow_model(seed % 1000), normal(seed, 6, 3)
    other = in_base_coordinates(model)
    first, second = (elbo()(each, batch_of(data, seed=3)) for each in (model, other))
    for name in ("reconstruction", "kl"):
        torch.testing.assert_close(first.parts[name], second.parts[name])
    values = [importance_weighted_nll(each, data, k=7, split="test", generator=generator(1)) for each in (model, other)]
    assert values[0].value == pytest.approx(values[1].value)
    parts = [elbo_parts(each, data, split="test", draws=3, generator=generator(2)) for each in (model, other)]
    for one, two in zip(*parts, strict=True):
        assert one.value == pytest.approx(two.value)
    drawn, pulled = (each.prior.sample(4, generator=generator(5)) for each in (model, other))
    torch.testing.assert_close(model.encoder.flow(pulled)[0], drawn)


def test_the_kl_to_the_prior_is_estimated_without_bias():
    model, data = flow_model(3), normal(0, 1, 3).expand(20_000, -1)
    posterior = model.encoder(data)
    kl = model.prior.kl(posterior, posterior.sample(generator=generator(0)))
    axis = torch.linspace(-20, 20, 801, **DOUBLE)
    cell = float(axis[1] - axis[0]) ** 2
    grid = torch.cartesian_prod(axis, axis).unsqueeze(1)
    one = dataclasses.replace(posterior, mean=posterior.mean[:1])
    with torch.no_grad():
        log_density = one.log_density(grid)[:, 0]
        expected = cell * (log_density.exp() * (log_density - model.prior.log_density(grid[:, 0]))).sum()
    error = kl.std().item() / np.sqrt(len(kl))
    assert abs(kl.mean().item() - expected.item()) < 5 * error + 1e-3


def test_gradients_reach_the_flow():
    model = flow_model(1)
    elbo()(model, batch_of(normal(0, 6, 3))).loss.backward()
    gradients = [parameter.grad for parameter in model.encoder.flow.parameters()]
    assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
    assert any(gradient.abs().max() > 1e-6 for gradient in gradients)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda model: posterior_of(model).kl(), r"^KL of a flow posterior must be estimated from a draw"),
        (lambda model: posterior_of(model).entropy(), r"^entropy of a flow posterior must be estimated"),
        (lambda model: model.prior.kl_by_coordinate(posterior_of(model)), r"^posterior must be Gaussian"),
        (lambda model: second_moment(posterior_of(model)), r"^posterior must be Gaussian"),
        (lambda model: encode(model, normal(0, 4, 3)), r"^posterior must be Gaussian"),
        (lambda model: in_base_coordinates(in_base_coordinates(model)), r"^model must have a FlowEncoder"),
        (
            lambda model: FlowEncoder(model.encoder.encoder, RealNVP(3)),
            r"^flow must be of dimension 2, as z is, got 3",
        ),
    ],
)
def test_what_needs_a_gaussian_posterior_says_so(act, message):
    model = flow_model(0)
    with pytest.raises(InvalidInputError, match=message):
        act(model)
    assert len(encode(in_base_coordinates(model), normal(0, 4, 3))) == 4


def posterior_of(model):
    return model.encoder(normal(0, 4, 3))
