"""Every decoder by pixels: no pixel sees itself or a later one, masses sum to one, draws with a memory are exact."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tests.vae_models.networks.pixels import (
    DOUBLE,
    all_images,
    dependence,
    inputs,
    log_masses,
    sample_by_whole_passes,
    seeded,
    settled,
)
from tests.vae_models.toys import batch_of
from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood
from vae_models.likelihoods.variance import TrainedVariance
from vae_models.metrics.likelihood import importance_weighted_nll
from vae_models.model import AutoregressiveDecoder, Model
from vae_models.networks.gated_pixelcnn import GatedPixelCNNDecoder
from vae_models.networks.pixelcnn import PixelCNNDecoder
from vae_models.networks.pixelcnn_pp import PixelCNNPPDecoder
from vae_models.noise import DecoderNoise
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

torch.set_num_threads(1)
BERNOULLI = BernoulliLikelihood()
LOGISTIC = LogisticMixtureLikelihood(components=2, levels=2)


def build(kind, data_shape, likelihood, *, latent_dim=3, seed=0):
    """Return a decoder; sizes are rounded up to what it can take."""
    step = LEVELS.get(kind, 1)
    data_shape = (*data_shape[:-2], *(math.ceil(side / step) * step for side in data_shape[-2:]))
    output_shape = likelihood.parameter_shape(data_shape)
    return settled(KINDS[kind](latent_dim, data_shape, output_shape, generator=seeded(seed)), seed)


def pixelcnn(*arguments, direct=True, **options):
    return PixelCNNDecoder(*arguments, kernels=(5, 3, 3, 3), channels=4, maps=2, direct=direct, **options)


KINDS = {
    "PixelCNN": pixelcnn,
    "PixelCNN without direct connections": lambda *a, **o: pixelcnn(*a, direct=False, **o),
    "gated PixelCNN": lambda *a, **o: GatedPixelCNNDecoder(*a, kernels=(5, 3, 3), channels=3, maps=2, **o),
    "PixelCNN++": lambda *a, **o: PixelCNNPPDecoder(*a, filters=3, blocks=1, levels=2, **o),
    "PixelCNN++ on one level": lambda *a, **o: PixelCNNPPDecoder(*a, filters=3, blocks=2, levels=1, **o),
}
LEVELS = {"PixelCNN++": 2}  # what must divide height and width

LIKELIHOODS = {"one channel": (BERNOULLI, ()), "colours": (LOGISTIC, (3,))}
BLIND_SPOT = {"PixelCNN", "PixelCNN without direct connections"}  # to the right above, van den Oord et al. (2016b)

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@pytest.mark.parametrize("name", LIKELIHOODS)
@pytest.mark.parametrize("size", [(4, 5), (5, 3), (1, 4)])
def test_a_pixel_sees_those_before_it_and_all_of_z(kind, name, size):
    likelihood, channels = LIKELIHOODS[name]
    decoder = build(kind, (*channels, *size), likelihood)
    pixels, codes = dependence(decoder)
    size = decoder.size
    assert codes.all()
    assert not pixels.triu().any()
    if kind not in BLIND_SPOT:
        assert pixels.logical_or(torch.ones_like(pixels).triu()).all()
    neighbours = [(place, place - 1) for place in range(1, len(pixels)) if place % size[1]]
    neighbours += [(place, place - size[1]) for place in range(size[1], len(pixels))]
    assert all(pixels[pair] for pair in neighbours)


@every_kind
@given(seed=st.integers(0, 2**31))
@settings(max_examples=10)
def test_the_masses_of_all_binary_images_sum_to_one(kind, seed):
    decoder = build(kind, (1, 2, 2), BERNOULLI, seed=seed)
    latent = torch.randn(1, 3, generator=seeded(seed), dtype=DOUBLE)
    total = torch.logsumexp(log_masses(decoder, BERNOULLI, latent, all_images((1, 2, 2))), dim=0)
    torch.testing.assert_close(total, torch.zeros((), dtype=DOUBLE), rtol=0, atol=1e-12)


@every_kind
def test_the_masses_of_all_small_colour_images_sum_to_one(kind):
    decoder = build(kind, (3, 1, 2), LOGISTIC)
    latent = torch.randn(1, 3, generator=seeded(2), dtype=DOUBLE)
    images = all_images(decoder.data_shape)
    assert len(images) in {2**6, 2**12}
    masses = log_masses(decoder, LOGISTIC, latent, images)
    torch.testing.assert_close(torch.logsumexp(masses, dim=0), torch.zeros((), dtype=DOUBLE), rtol=0, atol=1e-11)


@every_kind
@pytest.mark.parametrize("name", LIKELIHOODS)
def test_draws_with_a_memory_are_those_of_whole_passes(kind, name):
    likelihood, channels = LIKELIHOODS[name]
    decoder = build(kind, (*channels, 4, 6), likelihood)
    latent, _ = inputs(decoder, batch=7)
    drawn = decoder.sample(latent, likelihood, generator=seeded(3))
    naive = sample_by_whole_passes(decoder, latent, likelihood, seeded(3))
    assert 0.02 < drawn.mean() < 0.98  # some of each
    torch.testing.assert_close(drawn, naive, rtol=0, atol=1e-12)


@every_kind
def test_outputs_at_the_cursor_are_those_of_a_whole_pass(kind):
    decoder = build(kind, (1, 4, 6), BERNOULLI)
    latent, data = inputs(decoder, batch=3)
    seen = []

    class Replaying(BernoulliLikelihood):
        def sample(self, decoded, *, generator=None):  # noqa: ARG002
            place = divmod(len(seen), 6)
            seen.append(decoded.flatten(1))
            return data[:, :, place[0] : place[0] + 1, place[1] : place[1] + 1]

    torch.testing.assert_close(decoder.sample(latent, Replaying()), data, rtol=0, atol=0)
    with torch.no_grad():
        torch.testing.assert_close(torch.cat(seen, dim=1), decoder(latent, data).flatten(1))


@every_kind
def test_draws_follow_the_masses(kind):
    decoder = build(kind, (2, 2), BERNOULLI)
    latent = torch.randn(1, 3, generator=seeded(5), dtype=DOUBLE)
    images = all_images((2, 2))
    expected = log_masses(decoder, BERNOULLI, latent, images).exp().numpy()
    count = 20_000
    drawn = decoder.sample(latent.expand(count, -1), BERNOULLI, generator=seeded(6))
    numbers = (drawn.flatten(1) @ torch.tensor([8.0, 4.0, 2.0, 1.0], dtype=DOUBLE)).long()
    found = np.bincount(numbers.numpy(), minlength=16) / count
    deviation = np.sqrt(expected * (1 - expected) / count)
    assert np.all(np.abs(found - expected) <= 5 * deviation + 1 / count)


@every_kind
def test_a_draw_costs_about_a_pass_and_not_one_for_each_pixel(kind):
    decoder = build(kind, (1, 8, 8), BERNOULLI)
    latent, data = inputs(decoder, batch=2)
    with torch.no_grad(), FlopCounterMode(display=False) as whole:
        decoder(latent, data)
    with FlopCounterMode(display=False) as drawn:
        decoder.sample(latent, BERNOULLI, generator=seeded())
    assert drawn.get_total_flops() < 2.5 * whole.get_total_flops()


class Passing(BernoulliLikelihood):
    """A likelihood whose draw is differentiable."""

    def sample(self, decoded, *, generator=None):  # noqa: ARG002
        return decoded


@every_kind
def test_a_draw_is_made_in_evaluation_mode_and_leaves_the_modes(kind):
    decoder = build(kind, (1, 3, 3), BERNOULLI)
    latent, _ = inputs(decoder)
    expected = decoder.sample(latent, BERNOULLI, generator=seeded())
    decoder.train()
    before = {name: value.clone() for name, value in decoder.state_dict().items()}
    drawn = decoder.sample(latent.requires_grad_(), BERNOULLI, generator=seeded())
    assert decoder.training
    assert not decoder.sample(latent, Passing()).requires_grad
    torch.testing.assert_close(drawn, expected, rtol=0, atol=0)
    for name, value in decoder.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


@every_kind
def test_equal_seeds_give_equal_weights(kind):
    likelihood, shape = BERNOULLI, (1, 4, 4)
    first, second = (build(kind, shape, likelihood, seed=1) for _ in range(2))
    other = build(kind, shape, likelihood, seed=2)
    assert first.state_dict().keys() == other.state_dict().keys()
    for name, value in first.state_dict().items():
        torch.testing.assert_close(value, second.state_dict()[name], rtol=0, atol=0)
    assert isinstance(first, AutoregressiveDecoder)


# --- as part of a model ----------------------------------------------------------------------------


class Constant(nn.Module):
    """q(z|x) = N(0, 1) for every x, so that an importance weight is p(x|z)."""

    def forward(self, data):
        zeros = torch.zeros(len(data), 1, dtype=DOUBLE)
        return Posterior(zeros, zeros)


@every_kind
def test_the_importance_weighted_likelihood_is_that_of_quadrature(kind):
    decoder = build(kind, (1, 2, 2), BERNOULLI, latent_dim=1)
    model = Model(
        encoder=Constant(), decoder=decoder, prior=IsotropicPrior(latent_dim=1).double(), likelihood=BERNOULLI
    )
    images = all_images((1, 2, 2))
    nodes, weights = (torch.tensor(part, dtype=DOUBLE) for part in np.polynomial.hermite_e.hermegauss(200))
    masses = torch.stack([log_masses(decoder, BERNOULLI, node.reshape(1, 1), images).exp() for node in nodes])
    weights = weights / weights.sum()
    evidence, second = weights @ masses, weights @ masses.square()
    torch.testing.assert_close(evidence.sum(), torch.ones((), dtype=DOUBLE), rtol=0, atol=1e-10)
    k = 1500
    error = math.sqrt((((second / evidence.square()) - 1) / k).sum()) / len(images)
    found = importance_weighted_nll(model, images, k=k, split="test", chunk=500, generator=seeded(4))
    assert error < 0.02
    assert abs(found.value + evidence.log().mean().item()) < 5 * error


@every_kind
def test_the_pool_of_draws_is_refreshed_every_k_steps(kind, monkeypatch):
    decoder = build(kind, (1, 3, 3), BERNOULLI, latent_dim=2).train()
    model = Model(
        encoder=nn.Identity(), decoder=decoder, prior=IsotropicPrior(latent_dim=2).double(), likelihood=BERNOULLI
    )
    calls, plain = [], type(decoder).sample
    monkeypatch.setattr(type(decoder), "sample", lambda *a, **o: calls.append(len(a[1])) or plain(*a, **o))
    noise = DecoderNoise(refresh_every=3, pool_batches=2)
    data = torch.zeros(5, *decoder.data_shape, dtype=DOUBLE)
    drawn = [noise(model, batch_of(data, step=step, seed=step)) for step in range(7)]
    assert calls == [10, 10, 10]
    assert all(part.shape == data.shape and set(part.unique().tolist()) <= {0.0, 1.0} for part in drawn)
    assert decoder.training


# --- errors ------------------------------------------------------------------------------------------


@every_kind
def test_images_of_the_wrong_size_are_refused(kind):
    decoder = build(kind, (1, 4, 4), BERNOULLI)
    latent, data = inputs(decoder)
    with pytest.raises(InvalidInputError, match=r"^x must have shape \(batch, 1, 4, 4\), got \(2, 1, 4, 3\)$"):
        decoder(latent, data[..., :3])
    with pytest.raises(InvalidInputError, match=r"^z must have shape \(batch, 3\), got \(2, 2\)$"):
        decoder(latent[:, :2], data)
    with pytest.raises(InvalidInputError, match=r"^z must have shape \(batch, 3\), got \(2, 2\)$"):
        decoder.sample(latent[:, :2], BERNOULLI)


@every_kind
def test_a_likelihood_that_ties_pixels_is_refused(kind):
    with pytest.raises(InvalidInputError, match=r"^output_shape must end in \(4, 4\)"):
        KINDS[kind](3, (4, 4), CategoricalLikelihood(classes=5).parameter_shape((4, 4)))
    decoder = build(kind, (1, 4, 4), BERNOULLI)
    gaussian = GaussianLikelihood(variance=TrainedVariance(shape=(1, 4, 4)))
    with pytest.raises(InvalidInputError, match=r"^likelihood must draw one pixel at a time"):
        decoder.sample(inputs(decoder)[0], gaussian.double())
