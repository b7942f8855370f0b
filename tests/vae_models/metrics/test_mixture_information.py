"""I(X;Z) with classes inside batches and by quadrature: by hand, by other routes, and where both have a known value."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.metrics.gaussians import SIGMAS
from tests.vae_models.metrics.test_mixture import density_by_hand, doubled, some_codes
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.information import in_batch_information
from vae_models.metrics.mixture import MixtureCodes, draw_mixture, mixture_information
from vae_models.metrics.mixture_information import mixture_in_batch_information, mixture_quadrature_information
from vae_models.metrics.rate import quadrature_rate_split
from vae_models.networks.mixture import MixturePosterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
SPLIT = {"split": "test"}


@given(seed=SEEDS)
def test_information_in_batches_is_that_of_the_definition(seed):
    codes = some_codes(seed, count=7)
    batches = []
    for start in (0, 3):  # the seventh is left out
        places = range(start, start + 3)
        table = {(i, j): density_by_hand(codes, i, j) for i in places for j in places}
        gamma = {i: sum(table[i, j] for j in places) / 3 for i in places}
        batches.append(sum(math.log(table[i, i] / gamma[i]) for i in places) / 3)
    found = mixture_in_batch_information(codes, batch_size=3, **SPLIT)
    assert found.value == pytest.approx(sum(batches) / 2, abs=1e-9)
    assert found.value <= found.cap == pytest.approx(math.log(3))
    assert found.samples == 6
    assert found.estimator.startswith("in batches of 3, sampled entropy")


def test_classes_that_do_not_differ_give_what_one_gaussian_gives():
    _, _, _, _, codes, mixture = doubled(0, 40)
    plain = in_batch_information(codes, batch_size=10, entropy="sampled", **SPLIT)
    found = mixture_in_batch_information(mixture, batch_size=10, **SPLIT)
    assert (found.value, found.error) == pytest.approx((plain.value, plain.error))
    prior = IsotropicPrior(latent_dim=2)
    exact = quadrature_rate_split(codes.posterior, prior, **SPLIT).information
    integrated = mixture_quadrature_information(mixture.posterior, **SPLIT)
    assert integrated.value == pytest.approx(exact.value, abs=1e-9)
    assert integrated.cap == pytest.approx(math.log(40))


@settings(max_examples=8)
@given(seed=SEEDS, latent_dim=st.integers(1, 2))
def test_quadrature_is_the_mean_of_many_draws(seed, latent_dim):
    posterior = MixturePosterior(
        torch.log_softmax(normal(seed, 3, 2), dim=1),
        2 * normal(seed + 1, 3, 2, latent_dim),
        0.3 * normal(seed + 2, 3, 2, 1),
    )
    found = mixture_quadrature_information(posterior, **SPLIT)
    assert found.error < 1e-3
    assert -1e-9 <= found.value <= found.cap
    # the same law of x, each of them many times
    many = posterior.of(torch.arange(3).repeat(200))
    codes = draw_mixture(many, generator=generator(seed))
    drawn = mixture_information(codes, estimator="full data", **SPLIT)
    assert abs(drawn.value - found.value) < SIGMAS * drawn.error + 1e-3


def test_the_nodes_in_parts_give_the_same_number(monkeypatch):
    found = some_codes(3, count=5).posterior
    posterior = MixturePosterior(found.log_class, found.mean, 0.3 * found.log_variance)
    whole = mixture_quadrature_information(posterior, **SPLIT)
    monkeypatch.setattr("vae_models.metrics.mixture_information.AT_ONCE", 5000)
    assert mixture_quadrature_information(posterior, **SPLIT).value == pytest.approx(whole.value, abs=1e-12)


def test_codes_that_are_apart_have_the_information_of_their_number_whatever_their_classes():
    places = torch.tensor([[[-60.0], [-40.0]], [[40.0], [60.0]]], **DOUBLE)  # an x in two places each
    posterior = MixturePosterior(torch.full((2, 2), math.log(0.5), **DOUBLE), places, torch.zeros(1, 1, 1, **DOUBLE))
    assert mixture_quadrature_information(posterior, **SPLIT).value == pytest.approx(math.log(2), abs=1e-9)
    same = MixturePosterior(posterior.log_class, places[:1].expand(2, 2, 1), posterior.log_variance)
    assert mixture_quadrature_information(same, **SPLIT).value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda codes: mixture_in_batch_information(codes, batch_size=1, **SPLIT), "batch_size"),
        (lambda codes: mixture_in_batch_information(codes, batch_size=9, **SPLIT), "batch_size"),
        (lambda codes: mixture_quadrature_information(deep(codes).posterior, **SPLIT), "posterior"),
        (
            lambda codes: mixture_quadrature_information(codes.posterior, nodes_per_deviation=0.0, **SPLIT),
            "nodes_per_deviation",
        ),
    ],
)
def test_bad_input_is_named(call, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(some_codes(0))


def deep(codes):
    """Return the codes with a third coordinate."""
    q = codes.posterior
    more = [torch.cat([each, each[..., :1]], dim=-1) for each in (q.mean, q.log_variance, codes.latent)]
    return MixtureCodes(posterior=MixturePosterior(q.log_class, *more[:2]), latent=more[2])
