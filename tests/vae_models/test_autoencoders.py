"""AE, WAE-MMD and RAE: closed forms, Hutchinson's estimate beside the exact Jacobian, spectral norms."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, batch_of, generator, gradients, linear_model, normal, random_linear
from vae_models.divergences.kernels import gaussian_kernel, multiquadratic_kernel
from vae_models.divergences.mmd import squared_mmd
from vae_models.likelihoods.discrete import CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.objectives.autoencoders import DecoderJacobian, autoencoder, rae, spectrally_normalise, wae_mmd
from vae_models.objectives.elbo import Reconstruction
from vae_models.objectives.passes import run
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)


def closed_errors(linear, data):
    mean = data @ linear.A.T + linear.a
    return mean, (data - mean @ linear.W.T - linear.b).square().sum(dim=1).mean()


@in_general_position
@given(seed=SEEDS)
def test_an_autoencoder_decodes_the_mean(seed):
    linear, data = random_linear(seed), normal(seed + 9, 4, 3)
    loss = autoencoder()(linear_model(linear, kind=Posterior), batch_of(data)).loss
    _, expected = closed_errors(linear, data)
    for ours, theirs in zip(gradients(loss, linear.parameters), gradients(expected, linear.parameters), strict=True):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(loss, expected)


@in_general_position
@given(seed=SEEDS, weight=st.floats(0.0, 5.0), penalty=st.floats(0.0, 5.0))
def test_rae_with_decay_of_the_decoder_is_its_closed_form(seed, weight, penalty):
    linear, data = random_linear(seed), normal(seed + 9, 4, 3)
    model = linear_model(linear)
    model.decoder = nn.Linear(2, 3).double()
    with torch.no_grad():
        model.decoder.weight.copy_(linear.W)
        model.decoder.bias.copy_(linear.b)
    terms = rae(code_weight=weight, penalty="weights", penalty_weight=penalty)(model, batch_of(data))
    mean, error = closed_errors(linear, data)
    codes = mean.square().sum(dim=1).mean() / 2
    torch.testing.assert_close(terms.loss, error + weight * codes + penalty * linear.W.square().sum())


@in_general_position
@given(seed=SEEDS, variance=st.floats(0.5, 4.0))
def test_wae_is_the_squared_error_and_the_unbiased_mmd_with_seven_scales(seed, variance):
    linear, data = random_linear(seed), normal(seed + 9, 5, 3)
    model = linear_model(linear, prior_variance=variance)
    objective = wae_mmd(weight=7.0, reconstruction_weight=0.05, prior_variance=variance)
    terms = objective(model, batch_of(data, seed=3))
    mean, error = closed_errors(linear, data)
    draws = model.prior.sample(5, generator=generator(3))
    discrepancy = squared_mmd(
        mean, draws, kernel=lambda a, b: multiquadratic_kernel(a, b, prior_variance=variance), unbiased=True
    )
    torch.testing.assert_close(terms.loss, 0.05 * error + 7 * discrepancy)


def test_wae_takes_another_kernel_and_draws():
    model, batch = linear_model(random_linear(0), kind=Posterior), batch_of(normal(1, 5, 3))
    plain = wae_mmd()(model, batch).loss
    other = wae_mmd(kernel=gaussian_kernel, code="draw")(model, batch_of(normal(1, 5, 3))).loss
    assert plain.isfinite()
    assert other.isfinite()
    assert plain != other


def nonlinear_model(seed=0):
    linear = random_linear(seed)
    model = linear_model(linear, kind=Posterior)
    torch.manual_seed(seed)
    model.decoder = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3)).double()
    return model


def exact_jacobian(model, latent):
    jacobian = torch.func.vmap(torch.func.jacrev(model.decoder))(latent)
    return jacobian.square().sum(dim=(1, 2)).mean()


def test_hutchinson_has_the_exact_jacobian_as_its_mean_in_value_and_gradient():
    model, data, trials = nonlinear_model(), normal(1, 3, 3), 1500
    parameters = tuple(model.decoder.parameters())
    exact = exact_jacobian(model, model.encoder(data).mean)
    wanted = torch.cat([slope.flatten() for slope in (exact[None], *gradients(exact, parameters))])
    stream, found = generator(5), []
    for _ in range(trials):
        passed = run(model, batch_of(data), code="mean")
        object.__setattr__(passed.batch, "generator", stream)
        value = DecoderJacobian()(passed)
        found.append(torch.cat([slope.flatten() for slope in (value[None], *gradients(value, parameters))]).detach())
    sample = torch.stack(found)
    error = sample.std(dim=0) / trials**0.5
    assert ((sample.mean(dim=0) - wanted).abs() <= 4.5 * error + 1e-12).all()
    assert error[0] > 0


def test_many_probes_lower_the_variance():
    model, data = nonlinear_model(), normal(1, 3, 3)
    spread = []
    for probes in (1, 16):
        values = [
            DecoderJacobian(probes=probes)(run(model, batch_of(data, seed=seed), code="mean")).item()
            for seed in range(200)
        ]
        spread.append(torch.tensor(values).std().item())
    assert 3 < spread[0] / spread[1] < 5  # sqrt(16) = 4


def test_the_jacobian_is_also_reported_without_gradient():
    model, data = nonlinear_model(), normal(1, 3, 3)
    with torch.no_grad():
        terms = rae(code_weight=0.1, penalty="gradient", penalty_weight=0.5)(model, batch_of(data, seed=1))
    value = rae(code_weight=0.1, penalty="gradient", penalty_weight=0.5)(model, batch_of(data, seed=1))
    torch.testing.assert_close(terms.loss, value.loss)
    assert not terms.loss.requires_grad


def test_the_penalty_reaches_decoder_and_encoder():
    model, data = nonlinear_model(), normal(1, 3, 3)
    value = DecoderJacobian()(run(model, batch_of(data), code="mean"))
    assert gradients(value, (model.decoder[0].weight,))[0].abs().max() > 0
    assert gradients(value, (model.encoder.linear.A,))[0].abs().max() > 0


def test_a_normalised_decoder_has_spectral_norms_of_one():
    torch.manual_seed(0)
    decoder = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 4), nn.Unflatten(1, (1, 2, 2)), nn.Conv2d(1, 2, 1))
    spectrally_normalise(spectrally_normalise(decoder.double()))
    for _ in range(200):
        decoder(normal(0, 3, 2))
    for place in (0, 2, 4):
        weight = decoder[place].weight.flatten(1)
        torch.testing.assert_close(torch.linalg.matrix_norm(weight, ord=2).item(), 1.0)
        assert len(decoder[place].parametrizations.weight) == 1


def test_tokens_have_no_squared_error_but_a_likelihood():
    model = Model(
        encoder=nn.Identity(),
        decoder=nn.Sequential(nn.Linear(2, 6), nn.Unflatten(1, (3, 2))).double(),
        prior=IsotropicPrior(latent_dim=2),
        likelihood=CategoricalLikelihood(classes=2),
    )
    model.encoder.forward = lambda data: Posterior(data[:, :2].double(), torch.zeros(1, 1, **DOUBLE))
    batch = batch_of(torch.randint(0, 2, (4, 3), generator=generator()))
    with pytest.raises(InvalidInputError, match=r"^likelihood must have a mean"):
        autoencoder()(model, batch)
    assert autoencoder(reconstruction=Reconstruction())(model, batch).loss.isfinite()


def test_the_squared_error_of_unit_variance_is_twice_the_likelihood_up_to_a_constant():
    linear, data = random_linear(2), normal(1, 4, 3)
    model = linear_model(linear)
    model.likelihood = GaussianLikelihood()
    error, likelihood = (
        autoencoder(reconstruction=part)(model, batch_of(data)).loss for part in (None, Reconstruction())
    )
    for first, second in zip(
        gradients(error, linear.parameters), gradients(likelihood, linear.parameters), strict=True
    ):
        torch.testing.assert_close(first, 2 * second)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: DecoderJacobian(probes=0), "probes"),
        (lambda: wae_mmd(weight=-1.0), "weight"),
        (lambda: wae_mmd(reconstruction_weight=float("nan")), "reconstruction_weight"),
        (lambda: wae_mmd(prior_variance=0.0), "prior_variance"),
        (lambda: rae(code_weight=-1.0), "code_weight"),
        (lambda: rae(code_weight=1.0, penalty_weight=-1.0), "penalty_weight"),
        (lambda: rae(code_weight=1.0, penalty="gradient", probes=0), "probes"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
