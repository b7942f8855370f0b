"""ELBO and beta-VAE: the symbolic functional on finite spaces, closed forms, the optimum of pPCA, free bits."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import in_general_position
from tests.vae_models.toys import (
    DOUBLE,
    Linear,
    batch_of,
    exact_data,
    finite_space,
    functional_value,
    gradients,
    linear_model,
    normal,
    random_linear,
    repeated,
    tabulated_model,
)
from vae_models.objective import Batch
from vae_models.objectives.elbo import Divergence, FreeBits, Reconstruction, elbo
from vae_models.objectives.weighted import Weighted, WeightedSum
from vae_models.priors import MixturePrior
from vae_models.schedules import LinearRamp
from variational.blocks import BUILT_IN
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
BETAS = st.floats(0.1, 10.0)


@in_general_position
@given(seed=SEEDS, beta=BETAS)
def test_the_loss_of_exact_data_is_the_symbolic_functional(seed, beta):
    space = finite_space(seed, {"beta": beta})
    loss = elbo(beta=beta)(tabulated_model(space), batch_of(exact_data(space.tables["pd"]))).loss
    expected = functional_value(space, BUILT_IN["beta-vae"])
    decoder, prior = space.tables["p|"], space.tables["p"]
    for ours, theirs in zip(gradients(loss, (prior,)), gradients(expected, (prior,)), strict=True):
        torch.testing.assert_close(ours, theirs)
    # the likelihood normalises the columns of the decoder, the functional does not: compare along them
    (ours,), (theirs,) = gradients(loss, (decoder,)), gradients(expected, (decoder,))
    torch.testing.assert_close(ours, theirs - (theirs * decoder).sum(dim=0))
    # draws of a finite code carry no gradient, so that of the encoder is the KL's alone
    divergence = functional_value(space, "beta*KL(q,p)")
    encoder = (space.tables["q|"],)
    torch.testing.assert_close(gradients(loss, encoder), gradients(divergence, encoder))
    torch.testing.assert_close(loss, expected)


@in_general_position
@given(seed=SEEDS, beta=BETAS)
def test_the_loss_of_a_linear_gaussian_model_is_its_closed_form(seed, beta):
    linear, data = random_linear(seed), normal(seed + 9, 4, 3)
    terms = elbo(beta=beta)(linear_model(linear), batch_of(repeated(data, 2)))
    expected = linear.reconstruction(data) + beta * linear.kl(data)
    for ours, theirs in zip(
        gradients(terms.loss, linear.parameters), gradients(expected, linear.parameters), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(terms.loss, expected)
    torch.testing.assert_close(terms.parts["reconstruction"], linear.reconstruction(data).detach())
    torch.testing.assert_close(terms.parts["kl"], linear.kl(data).detach())


def ppca(data, latent_dim):
    """Return the maximum-likelihood model (Tipping & Bishop 1999, equations 7 and 8) with its exact posterior."""
    centre = data.mean(dim=0)
    values, vectors = torch.linalg.eigh((data - centre).T @ (data - centre) / len(data))
    values, vectors = values.flip(0), vectors.flip(1)
    noise = values[latent_dim:].mean()
    weights = vectors[:, :latent_dim] * (values[:latent_dim] - noise).sqrt()
    inner = noise + weights.square().sum(dim=0)  # diagonal of W^T W + s^2 I
    encoder = weights.T / inner[:, None]
    leaves = (encoder, -encoder @ centre, (noise / inner).log(), weights, centre, noise.log())
    linear = Linear(*(leaf.detach().clone().requires_grad_() for leaf in leaves))
    likelihood = torch.distributions.MultivariateNormal(
        centre, weights @ weights.T + noise * torch.eye(data.shape[1], **DOUBLE)
    )
    return linear, likelihood.log_prob(data).mean()


@in_general_position
@given(seed=SEEDS)
def test_at_the_optimum_of_ppca_the_gradient_vanishes_and_the_elbo_is_the_log_likelihood(seed):
    data = normal(seed, 30, 4) * torch.tensor([3.0, 2.0, 1.0, 0.5], **DOUBLE)
    linear, log_likelihood = ppca(data, 2)
    loss = elbo()(linear_model(linear), batch_of(repeated(data, 2))).loss
    for slope in gradients(loss, linear.parameters):
        torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-10)
    torch.testing.assert_close(-loss, log_likelihood)


def scalar_optimum(data, log_noise):
    """Return the stationary model with one latent and the variance min(1, s^2/v) of theory, x of one dimension."""
    variance, noise = data.var(correction=0), math.exp(log_noise)
    if variance > noise:
        spread, weight = noise / variance, (variance - noise).sqrt()
        slope = weight / variance
    else:
        spread, weight, slope = torch.ones((), **DOUBLE), torch.zeros((), **DOUBLE), torch.zeros((), **DOUBLE)
    leaves = (slope.reshape(1, 1), -(slope * data.mean()).reshape(1), spread.log().reshape(1), weight.reshape(1, 1),
              data.mean().reshape(1), torch.tensor(log_noise, **DOUBLE))  # fmt: skip
    return Linear(*(leaf.detach().clone().requires_grad_() for leaf in leaves))


@in_general_position
@given(seed=SEEDS, log_noise=st.floats(-4.0, 4.0))
def test_stationary_points_obey_the_identities_of_one_variance_of_z(seed, log_noise):
    data = normal(seed, 20, 1)
    linear = scalar_optimum(data, log_noise)
    terms = elbo()(linear_model(linear), batch_of(repeated(data, 1)))
    for slope in gradients(terms.loss, linear.parameters[:5]):
        torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-10)
    mean = data @ linear.A.T + linear.a
    torch.testing.assert_close((mean.square().mean() + linear.log_variance.exp()).item(), 1.0)
    torch.testing.assert_close(terms.parts["kl"], -linear.log_variance.detach()[0] / 2)


def test_a_collapsed_optimum_leaves_the_total_variance_as_squared_error():
    data = normal(3, 20, 1)
    linear = scalar_optimum(data, 2.0)  # noise above the variance of the data
    terms = elbo()(linear_model(linear), batch_of(repeated(data, 1)))
    noise, total = math.exp(2.0), data.var(correction=0)
    assert terms.parts["kl"].item() == 0.0
    error = (2 * terms.parts["reconstruction"] - math.log(2 * math.pi) - 2.0) * noise
    torch.testing.assert_close(error, total)


@in_general_position
@given(seed=SEEDS, floor=st.floats(0.0, 2.0))
def test_free_bits_floor_each_coordinate_of_the_batch_mean(seed, floor):
    linear, data = random_linear(seed), normal(seed + 9, 4, 3)
    terms = elbo(free_bits=floor)(linear_model(linear), batch_of(repeated(data, 2)))
    mean = data @ linear.A.T + linear.a
    each = ((mean.square() + linear.log_variance.exp() - 1 - linear.log_variance) / 2).mean(dim=0)
    torch.testing.assert_close(terms.parts["free_bits"], torch.maximum(each, torch.full_like(each, floor)).sum())
    (slope,) = gradients(terms.loss - linear.reconstruction(data), (linear.log_variance,))
    expected = torch.where(each > floor, (linear.log_variance.exp() - 1) / 2, torch.zeros_like(each))
    torch.testing.assert_close(slope, expected)
    torch.testing.assert_close(terms.parts["kl"], linear.kl(data).detach())


@pytest.mark.parametrize(("floor", "free"), [(1e-6, False), (1e6, True)])
def test_free_bits_in_total_floor_the_sum(floor, free):
    linear, data = random_linear(0), normal(9, 4, 3)
    batch = batch_of(repeated(data, 2))
    terms = elbo(free_bits=floor, free_bits_per="total")(linear_model(linear), batch)
    torch.testing.assert_close(terms.parts["free_bits"].item(), floor if free else linear.kl(data).item())


def test_free_bits_by_coordinate_need_a_prior_that_has_them():
    linear = random_linear(0)
    model = linear_model(linear)
    model.prior = MixturePrior(torch.zeros(1, **DOUBLE), torch.zeros(1, 2, **DOUBLE), torch.zeros(1, 2, **DOUBLE))
    with pytest.raises(InvalidInputError, match=r"^per must be 'total'"):
        elbo(free_bits=1.0)(model, batch_of(normal(0, 4, 3)))
    assert elbo(free_bits=1.0, free_bits_per="total")(model, batch_of(normal(0, 4, 3))).loss.isfinite()


def test_a_scheduled_weight_follows_the_step_of_the_batch():
    linear, data = random_linear(1), normal(9, 4, 3)
    objective = elbo(beta=LinearRamp(steps=10))
    for step in (0, 5, 10, 15):
        terms = objective(linear_model(linear), batch_of(repeated(data, 2), step=step))
        expected = linear.reconstruction(data) + min(step / 10, 1.0) * linear.kl(data)
        torch.testing.assert_close(terms.loss, expected)
    objective.require_settled(total_steps=10)
    with pytest.raises(InvalidInputError, match=r"^weight of kl must settle within total_steps=9"):
        objective.require_settled(total_steps=9)


@pytest.mark.parametrize(("beta", "asks"), [(2.0, False), (LinearRamp(steps=3), True)])
def test_the_step_is_asked_for_only_where_a_weight_moves(beta, asks):
    class Watched(Batch):
        asked = False

        def __getattribute__(self, name):
            if name == "step":
                Watched.asked = True
            return super().__getattribute__(name)

    plain = batch_of(normal(0, 4, 3))
    watched = Watched(data=plain.data, index=plain.index, step=0, generator=plain.generator)
    Watched.asked = False
    elbo(beta=beta)(linear_model(random_linear(0)), watched)
    assert Watched.asked == asks


def test_a_part_of_weight_zero_is_reported_and_does_not_enter_even_where_it_is_infinite():
    linear = random_linear(1)
    frozen = Linear(linear.A, linear.a, torch.full((2,), -torch.inf, **DOUBLE), linear.W, linear.b, linear.log_noise)
    terms = elbo(beta=0.0)(linear_model(frozen), batch_of(normal(0, 4, 3)))
    assert terms.parts["kl"].item() == float("inf")
    torch.testing.assert_close(terms.loss, terms.parts["reconstruction"])
    assert all(slope.isfinite().all() for slope in gradients(terms.loss, (linear.A, linear.W)))


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: elbo(beta=-1.0), "beta"),
        (lambda: elbo(beta=float("nan")), "beta"),
        (lambda: elbo(free_bits=-1.0), "floor"),
        (lambda: WeightedSum([Weighted(part=Reconstruction()), Weighted(part=Reconstruction())]), "parts"),
        (lambda: WeightedSum([]), "parts"),
        (lambda: WeightedSum([Weighted(part=Divergence(), weight=float("inf"))]), "value"),
        (lambda: FreeBits(floor=float("inf")), "floor"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
