"""Metrics of models with classes: equal components give what one Gaussian gives, and two are summed by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS, case, exact_encoder, gaussian_data, log_evidence
from tests.vae_models.toys import DOUBLE, generator, linear_model, normal
from vae_models.metrics.codes import Codes
from vae_models.metrics.information import full_data_information, leave_one_out_information
from vae_models.metrics.mixture import (
    MixtureCodes,
    draw_mixture,
    infer_mixture,
    log_mixture_aggregate,
    mixture_elbo_parts,
    mixture_information,
    mixture_nll,
    mixture_rate,
)
from vae_models.metrics.rate import rate_split
from vae_models.networks.mixture import MixturePosterior
from vae_models.objective import Batch
from vae_models.objectives.mixture import MixtureElbo
from vae_models.posterior import Posterior
from vae_models.priors import MixturePrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
SPLIT = {"split": "test"}


class Doubled(nn.Module):
    """Gives the Gaussian of an encoder to each of several classes, whose probabilities depend on x."""

    def __init__(self, encoder, classes):
        super().__init__()
        self.encoder, self.classes = encoder, classes

    def forward(self, data):
        found = self.encoder(data)
        shape = (len(data), self.classes, found.latent_dim)
        logits = data[:, :1] * torch.arange(self.classes, **DOUBLE)
        mean = found.mean[:, None].expand(shape)
        return MixturePosterior(torch.log_softmax(logits, dim=1), mean, found.log_variance[:, None].expand(shape))


def doubled(seed, count, *, classes=3):
    """Return a linear model, and the same with classes that do not differ in z."""
    linear, model, data, _, codes = case(seed, count)
    several = linear_model(linear, kind=Posterior)
    several.encoder = Doubled(model.encoder, classes)
    zeros = torch.zeros(classes, 2, **DOUBLE)
    several.prior = MixturePrior(torch.zeros(classes, **DOUBLE), zeros, zeros)
    posterior = infer_mixture(several, data, batch_size=7)
    return linear, model, several, data, codes, MixtureCodes(posterior=posterior, latent=codes.latent)


def some_codes(seed, count=6, classes=2):
    posterior = MixturePosterior(
        torch.log_softmax(normal(seed, count, classes), dim=1),
        2 * normal(seed + 1, count, classes, 2),
        normal(seed + 2, count, classes, 2),
    )
    return draw_mixture(posterior, generator=generator(seed))


def density_by_hand(codes, i, j):
    """Return q(z_i|x_j) from torch's own mixture."""
    q = codes.posterior
    parts = torch.distributions.Independent(torch.distributions.Normal(q.mean[j], torch.exp(q.log_variance[j] / 2)), 1)
    law = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(logits=q.log_class[j]), parts)
    return law.log_prob(codes.latent[i]).exp().item()


@in_general_position
@given(seed=SEEDS, chunk=st.integers(1, 9))
def test_information_of_a_tiny_set_is_that_of_the_definition(seed, chunk):
    codes = some_codes(seed)
    count = len(codes.latent)
    table = [[density_by_hand(codes, i, j) for j in range(count)] for i in range(count)]
    full = sum(math.log(table[i][i] / (sum(table[i]) / count)) for i in range(count)) / count
    rest = [sum(table[i][j] for j in range(count) if j != i) / (count - 1) for i in range(count)]
    left = sum(math.log(table[i][i] / rest[i]) for i in range(count)) / count
    found = {
        name: mixture_information(codes, estimator=name, chunk=chunk, **SPLIT)
        for name in ("full data", "leave-one-out")
    }
    assert found["full data"].value == pytest.approx(full, abs=1e-9)
    assert found["leave-one-out"].value == pytest.approx(left, abs=1e-9)
    assert found["full data"].value <= found["full data"].cap == pytest.approx(math.log(6))


def test_classes_that_do_not_differ_give_what_one_gaussian_gives():
    _, model, several, _, codes, mixture = doubled(0, 40)
    assert mixture_information(mixture, estimator="full data", **SPLIT).value == pytest.approx(
        full_data_information(codes, **SPLIT).value
    )
    assert mixture_information(mixture, estimator="leave-one-out", **SPLIT).value == pytest.approx(
        leave_one_out_information(codes, **SPLIT).value
    )
    plain = rate_split(codes, model.prior, **SPLIT)
    rate, aggregate = mixture_rate(mixture, several.prior, **SPLIT)
    assert (rate.value, rate.error) == pytest.approx((plain.rate.value, plain.rate.error))
    assert aggregate.value == pytest.approx(plain.aggregate_kl.value)
    gaussian = mixture.as_gaussian()
    torch.testing.assert_close(gaussian.posterior.mean, codes.posterior.mean)
    torch.testing.assert_close(gaussian.posterior.log_variance, codes.posterior.log_variance)


def test_the_rate_is_its_two_parts():
    codes = some_codes(3, count=50)
    prior = MixturePrior(normal(0, 2), normal(1, 2, 2), normal(2, 2, 2))
    rate, aggregate = mixture_rate(codes, prior, **SPLIT)
    information = mixture_information(codes, estimator="full data", **SPLIT)
    assert rate.value == pytest.approx(information.value + aggregate.value)


def test_parts_of_the_elbo_are_those_of_the_objective_and_of_closed_forms():
    linear, _, several, data, _, mixture = doubled(0, 3000)
    found = {record.name: record for record in mixture_elbo_parts(several, data, generator=generator(0), **SPLIT)}
    batch = Batch(data=data, index=torch.arange(len(data)), step=0, generator=generator(0))
    terms = MixtureElbo()(several, batch)
    assert found["negative_elbo"].value == pytest.approx(terms.loss.item())
    for name in ("reconstruction", "class_kl", "component_kl"):
        assert found[name].value == pytest.approx(terms.parts[name].item())
    assert (
        abs(found["reconstruction"].value - linear.reconstruction(data).item()) < SIGMAS * found["reconstruction"].error
    )
    assert found["component_kl"].value == pytest.approx(linear.kl(data).item())
    assert found["kl"].value == pytest.approx(found["class_kl"].value + found["component_kl"].value)
    # the divergence of the marginals is without that of the classes, which say nothing about z here
    rate = mixture_rate(mixture, several.prior, **SPLIT)[0]
    assert abs(rate.value - linear.kl(data).item()) < SIGMAS * rate.error
    smaller = mixture_elbo_parts(several, data, generator=generator(0), batch_size=11, **SPLIT)
    assert [record.value for record in smaller] == pytest.approx([record.value for record in found.values()])
    assert found["squared_error_squared_units"].error > 0


def test_weights_of_an_exact_posterior_are_all_the_evidence():
    linear, _, several, _, _, _ = doubled(0, 5)
    exact = exact_encoder(linear)
    data, _ = gaussian_data(1, 9)
    model = linear_model(exact, kind=Posterior)
    several.encoder, several.decoder = Doubled(model.encoder, 3), model.decoder
    for k, chunk in ((1, 1), (5, 2)):
        found = mixture_nll(several, data, k=k, chunk=chunk, batch_size=4, generator=generator(0), **SPLIT)
        assert found.value == pytest.approx(-log_evidence(exact, data).mean().item())


def test_more_weights_come_closer_to_the_evidence_from_above():
    linear, _, several, data, _, _ = doubled(2, 400)
    exact = -log_evidence(linear, data).mean().item()
    one, many = (mixture_nll(several, data, k=k, generator=generator(0), **SPLIT) for k in (1, 200))
    assert one.value > many.value > exact - SIGMAS * many.error
    elbo = mixture_elbo_parts(several, data, generator=generator(0), **SPLIT)[0]
    assert elbo.value > many.value


def test_draws_have_the_moments_of_the_mixture():
    posterior = MixturePosterior(torch.tensor([[0.2, 0.8]], **DOUBLE).log(), 3 * normal(1, 1, 2, 2), normal(2, 1, 2, 2))
    many = MixturePosterior(
        *(
            array.expand(20_000, *array.shape[1:])
            for array in (posterior.log_class, posterior.mean, posterior.log_variance)
        )
    )
    drawn = draw_mixture(many, generator=generator(0))
    gaussian = drawn.as_gaussian()
    assert isinstance(gaussian, Codes)
    deviation = torch.exp(gaussian.posterior.log_variance[0] / 2)
    error = (drawn.latent.mean(dim=0) - gaussian.posterior.mean[0]) / deviation * math.sqrt(20_000)
    assert error.abs().max() < SIGMAS
    torch.testing.assert_close(drawn.latent.std(dim=0), deviation, rtol=0.03, atol=0)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda model, _, data: infer_mixture(model, data, batch_size=0), "batch_size"),
        (lambda model, _, data: mixture_nll(model, data, k=0, **SPLIT), "k"),
        (lambda _, codes, _data: log_mixture_aggregate(codes.latent[:2], codes.posterior, leave_out=True), "posterior"),
        (lambda _, codes, _data: mixture_information(codes, estimator="batch", **SPLIT), "estimator"),
        (lambda model, _, data: mixture_elbo_parts(_other_prior(model), data, **SPLIT), "model"),
        (lambda model, _, data: infer_mixture(_plain(model), data, batch_size=2), "model"),
    ],
)
def test_bad_input_is_named(call, named):
    _, _, several, data, _, mixture = doubled(0, 5)
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(several, mixture, data)


def _other_prior(model):
    model.prior = MixturePrior(torch.zeros(2, **DOUBLE), torch.zeros(2, 2, **DOUBLE), torch.zeros(2, 2, **DOUBLE))
    return model


def _plain(model):
    model.encoder = model.encoder.encoder
    return model
