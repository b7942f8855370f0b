"""NC-VAE: the symbolic functional, closed forms, noise without gradient, priors exchanged after training."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import (
    DOUBLE,
    Linear,
    TabulatedPrior,
    batch_of,
    exact_data,
    finite_space,
    functional_value,
    generator,
    gradients,
    linear_model,
    normal,
    random_linear,
    repeated,
    tabulated_model,
)
from vae_models.evaluation_priors import second_moment, stationary_variance, tuned_variance
from vae_models.likelihoods.discrete import BernoulliLikelihood
from vae_models.model import Model
from vae_models.noise import DecoderNoise, GaussianNoise
from vae_models.objectives.elbo import elbo
from vae_models.objectives.nc_vae import nc_vae
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.blocks import BUILT_IN
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
WEIGHTS = st.floats(0.1, 10.0)


class Given(nn.Module):
    """Noise that is given."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def forward(self, model, batch):  # noqa: ARG002
        return self.data


@in_general_position
@given(seed=SEEDS, beta=WEIGHTS, delta=WEIGHTS)
def test_the_loss_of_exact_data_is_the_symbolic_functional(seed, beta, delta):
    space = finite_space(seed, {"beta": beta, "delta": delta})
    noise, other = Given(exact_data(space.tables["pn"])), TabulatedPrior(space.tables["n"])
    objective = nc_vae(noise=noise, contrastive_prior=other, beta=beta, delta=delta)
    loss = objective(tabulated_model(space), batch_of(exact_data(space.tables["pd"]))).loss
    expected = functional_value(space, BUILT_IN["ncvae"])
    inputs = (space.tables["p"], space.tables["n"])
    for ours, theirs in zip(gradients(loss, inputs), gradients(expected, inputs), strict=True):
        torch.testing.assert_close(ours, theirs)
    # draws of a finite code carry no gradient, so that of the encoder is that of both KLs
    divergences = functional_value(space, "beta*KL(q,p) + delta*KL(q,n;pn)")
    encoder = (space.tables["q|"],)
    torch.testing.assert_close(gradients(loss, encoder), gradients(divergences, encoder))
    torch.testing.assert_close(loss, expected)


@in_general_position
@given(seed=SEEDS, delta=WEIGHTS, scale=st.floats(1.0, 6.0))
def test_the_loss_of_a_linear_gaussian_model_is_its_closed_form(seed, delta, scale):
    linear, data, noise = random_linear(seed), normal(seed + 8, 4, 3), normal(seed + 9, 5, 3)
    prior = IsotropicPrior(latent_dim=2, variance=scale**2)
    objective = nc_vae(noise=Given(noise), contrastive_prior=prior, beta=2.0, delta=delta)
    terms = objective(linear_model(linear), batch_of(repeated(data, 2)))
    expected = linear.reconstruction(data) + 2 * linear.kl(data) + delta * linear.kl(noise, scale**2)
    for ours, theirs in zip(
        gradients(terms.loss, linear.parameters), gradients(expected, linear.parameters), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(terms.loss, expected)
    torch.testing.assert_close(terms.parts["contrastive_kl"], linear.kl(noise, scale**2).detach())


@in_general_position
@given(seed=SEEDS)
def test_without_delta_it_is_the_beta_vae(seed):
    linear, batch = random_linear(seed), batch_of(normal(seed, 4, 3))
    objective = nc_vae(noise=GaussianNoise(), contrastive_prior=IsotropicPrior(latent_dim=2), beta=3.0, delta=0.0)
    plain = elbo(beta=3.0)(linear_model(linear, kind=Posterior), batch_of(normal(seed, 4, 3)))
    torch.testing.assert_close(objective(linear_model(linear, kind=Posterior), batch).loss, plain.loss)


def test_gaussian_noise_has_the_scale_it_is_given():
    data = torch.zeros(20000, 1, **DOUBLE)
    model = linear_model(random_linear(0))
    added = GaussianNoise(scale=0.1)(model, batch_of(data))
    assert abs(added.std().item() - 0.1) < 0.002
    torch.testing.assert_close(GaussianNoise(scale=0.1)(model, batch_of(data)), added)


def test_gaussian_noise_is_refused_for_whole_numbers():
    with pytest.raises(InvalidInputError, match=r"^data must be real-valued"):
        GaussianNoise()(linear_model(random_linear(0)), batch_of(torch.zeros(3, 2, dtype=torch.long)))


# --- draws of the decoder ------------------------------------------------------------------------


def bernoulli_model(*, dropout=0.0):
    decoder = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(dropout)).double()
    encoder = linear_model(random_linear(0)).encoder
    return Model(
        encoder=encoder, decoder=decoder, prior=IsotropicPrior(latent_dim=2).double(), likelihood=BernoulliLikelihood()
    )


def test_draws_of_the_decoder_carry_no_gradient_and_leave_the_model_as_it_was():
    model = bernoulli_model(dropout=0.5)
    model.decoder[2].eval()
    statistics = model.decoder[1].running_mean.clone()
    noise = DecoderNoise()(model, batch_of(normal(0, 6, 3)))
    assert noise.shape == (6, 3)
    assert not noise.requires_grad
    torch.testing.assert_close(model.decoder[1].running_mean, statistics)
    assert [module.training for module in model.decoder] == [True, True, False]


class Passing(nn.Module):
    """A likelihood whose draw is differentiable."""

    def sample(self, decoded, *, generator=None):  # noqa: ARG002
        return decoded


def test_data_that_a_model_draws_carry_no_gradient():
    model = linear_model(random_linear(0))
    model.likelihood = Passing()
    assert not model.draw_data(normal(0, 4, 2).requires_grad_()).requires_grad
    model.decoder = Counting()
    assert not model.draw_data(normal(0, 4, 2).requires_grad_()).requires_grad


def test_the_contrastive_term_reaches_the_encoder_and_not_the_decoder():
    linear = random_linear(3)
    objective = nc_vae(noise=DecoderNoise(), contrastive_prior=IsotropicPrior(latent_dim=2, variance=25.0))
    batch, plain = batch_of(normal(1, 6, 3)), batch_of(normal(1, 6, 3))
    with_noise = gradients(objective(linear_model(linear), batch).loss, linear.parameters)
    without = gradients(elbo()(linear_model(linear), plain).loss, linear.parameters)
    for index in (3, 4, 5):  # W, b and the noise of the decoder
        torch.testing.assert_close(with_noise[index], without[index])
    assert (with_noise[0] - without[0]).abs().max() > 1e-3


def test_draws_come_from_the_decoder_of_the_last_refresh():
    linear = random_linear(3)
    sharp = Linear(*linear.parameters[:5], torch.tensor(-60.0, **DOUBLE))
    model, noise = linear_model(sharp), DecoderNoise(refresh_every=3)
    pools = []
    for step in range(7):
        with torch.no_grad():
            sharp.b.fill_(100.0 * step)
        pools.append(noise(model, batch_of(normal(0, 6, 3), step=step, seed=step)).mean().item())
    assert [round(pool / 100) for pool in pools] == [0, 0, 0, 3, 3, 3, 6]


def test_a_larger_pool_is_drawn_from_at_random_without_repetition():
    model, noise = linear_model(random_linear(3)), DecoderNoise(refresh_every=2, pool_batches=4)
    first = noise(model, batch_of(normal(0, 6, 3), step=0, seed=1))
    assert noise.pool.shape == (24, 3)
    second = noise(model, batch_of(normal(0, 6, 3), step=1, seed=2))
    for rows in (first, second):
        assert len({tuple(row) for row in rows.tolist()}) == 6
        assert {tuple(row) for row in rows.tolist()} <= {tuple(row) for row in noise.pool.tolist()}
    assert not torch.equal(first, second)


def test_the_pool_is_saved_with_the_objective():
    prior = IsotropicPrior(latent_dim=2)
    model = linear_model(random_linear(3))
    first, second = (nc_vae(noise=DecoderNoise(refresh_every=5), contrastive_prior=prior) for _ in range(2))
    first(model, batch_of(normal(0, 6, 3)))
    second.load_state_dict(first.state_dict())
    later = [objective(model, batch_of(normal(0, 6, 3), step=1, seed=7)).loss for objective in (first, second)]
    torch.testing.assert_close(*later, rtol=0, atol=0)


def test_an_evaluation_leaves_the_pool_alone():
    model, noise = linear_model(random_linear(3)), DecoderNoise(refresh_every=2)
    pool = noise(model, batch_of(normal(0, 6, 3))).clone()
    found = noise.eval()(model, batch_of(normal(0, 4, 3), step=2, seed=5))
    assert found.shape == (4, 3)
    torch.testing.assert_close(noise.pool, pool, rtol=0, atol=0)


class Counting(nn.Module):
    """An autoregressive decoder that adds z to the entries before; it counts its draws."""

    autoregressive = True

    def __init__(self):
        super().__init__()
        self.draws = 0

    def forward(self, latent, data):
        before = torch.cat([torch.zeros_like(data[:, :1]), data[:, :-1]], dim=1)
        return latent + before

    def sample(self, latent, likelihood, *, generator=None):
        self.draws += 1
        data = torch.zeros_like(latent)
        for place in range(latent.shape[1]):
            data[:, place] = likelihood.sample(self(latent, data), generator=generator)[:, place]
        return data


def test_an_autoregressive_decoder_sees_x_and_draws_entry_by_entry():
    model = Model(
        encoder=linear_model(random_linear(0, data_dim=2)).encoder,
        decoder=Counting(),
        prior=IsotropicPrior(latent_dim=2).double(),
        likelihood=BernoulliLikelihood(),
    )
    data = torch.bernoulli(torch.full((6, 2), 0.5, **DOUBLE), generator=generator())
    objective = nc_vae(noise=DecoderNoise(), contrastive_prior=IsotropicPrior(latent_dim=2))
    terms = objective(model, batch_of(data))
    assert model.decoder.draws == 1
    latent = model.encoder(data).sample()
    logits = latent + torch.stack([torch.zeros(6, **DOUBLE), data[:, 0]], dim=1)
    expected = -BernoulliLikelihood().log_density(logits, data).mean()
    torch.testing.assert_close(terms.parts["reconstruction"], expected.detach())


# --- priors for evaluation -----------------------------------------------------------------------


@given(scale=st.floats(0.2, 8.0), beta=WEIGHTS, delta=st.floats(0.0, 10.0))
def test_the_stationary_variance_lies_between_its_limits(scale, beta, delta):
    found = stationary_variance(scale, beta=beta, delta=delta)
    assert min(1.0, scale**2) * (1 - 1e-12) <= found <= max(1.0, scale**2) * (1 + 1e-12)
    torch.testing.assert_close(stationary_variance(scale, beta=beta, delta=0.0), 1.0)
    torch.testing.assert_close(stationary_variance(scale, beta=beta, delta=1e15), scale**2)


def test_the_stationary_variance_of_the_synthetic_experiment():
    assert stationary_variance(5.0, beta=2.0, delta=1.0) == pytest.approx(25 * 3 / 51)


@in_general_position
@given(seed=SEEDS, scale=st.floats(0.3, 6.0), spread=st.sampled_from((0.1, 1.0, 3.0)))
def test_the_tuned_variance_has_the_least_kl_of_the_interval(seed, scale, spread):
    posterior = Posterior(spread * normal(seed, 20, 3), normal(seed + 1, 20, 3) - 1.5)
    limit = stationary_variance(scale, beta=1.0, delta=20.0)
    tuned = tuned_variance(second_moment(posterior).item(), stationary=limit)
    low, high = sorted((1.0, limit))
    assert low <= tuned <= high
    searched = [posterior.kl(low + (high - low) * part / 200).mean().item() for part in range(201)]
    assert posterior.kl(tuned).mean().item() <= min(searched) + 1e-10


@in_general_position
@given(seed=SEEDS, variance=st.floats(0.1, 30.0))
def test_another_prior_in_the_evaluation_changes_the_kl_alone(seed, variance):
    linear = random_linear(seed)
    plain, other = (
        elbo()(linear_model(linear, prior_variance=v, kind=Posterior), batch_of(normal(seed + 9, 4, 3), seed=1)).parts
        for v in (1.0, variance)
    )
    torch.testing.assert_close(plain["reconstruction"], other["reconstruction"], rtol=0, atol=0)
    if not math.isclose(variance, 1.0, rel_tol=1e-3):
        assert plain["kl"] != other["kl"]


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: GaussianNoise(scale=0.0), "scale"),
        (lambda: DecoderNoise(refresh_every=0), "refresh_every"),
        (lambda: DecoderNoise(pool_batches=0), "pool_batches"),
        (lambda: nc_vae(noise=GaussianNoise(), contrastive_prior=IsotropicPrior(latent_dim=1), beta=-1.0), "beta"),
        (lambda: nc_vae(noise=GaussianNoise(), contrastive_prior=IsotropicPrior(latent_dim=1), delta=-1.0), "delta"),
        (lambda: stationary_variance(0.0, beta=1.0, delta=1.0), "noise_scale"),
        (lambda: stationary_variance(1.0, beta=0.0, delta=1.0), "beta"),
        (lambda: stationary_variance(1.0, beta=1.0, delta=-1.0), "delta"),
        (lambda: tuned_variance(float("nan"), stationary=1.0), "moment"),
        (lambda: tuned_variance(1.0, stationary=0.0), "stationary"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
