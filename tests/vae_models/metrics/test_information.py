"""Estimates of mutual information and the split of the rate: closed forms, caps, directions, and each other."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.checked_types import types_unchecked
from tests.effort import in_general_position
from tests.vae_models.metrics.gaussians import SIGMAS, aggregate_kl, case, information
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.codes import Codes, draw_codes, encode
from vae_models.metrics.information import (
    full_data_information,
    in_batch_information,
    leave_one_out_information,
    log_aggregate,
    pairwise_log_density,
)
from vae_models.metrics.rate import quadrature_rate_split, rate_split
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior, MixturePrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
SPLIT = {"split": "test"}


def some_codes(seed, count=6, latent=2, *, spread=1.0):
    posterior = Posterior(spread * normal(seed, count, latent), normal(seed + 1, count, latent))
    return draw_codes(posterior, generator=generator(seed + 2))


def distant_codes(count):
    means = 100.0 * torch.arange(count, **DOUBLE)[:, None]
    return draw_codes(Posterior(means, torch.zeros(count, 1, **DOUBLE)), generator=generator())


def by_hand(codes, *, leave_out):
    """Return the estimate from the definition, pair by pair, with torch's own Gaussians."""
    total, count = 0.0, len(codes)
    for i in range(count):
        logs = []
        for j in range(count):
            scale = torch.exp(codes.posterior.log_variance[j] / 2)
            law = torch.distributions.Normal(codes.posterior.mean[j], scale)
            logs.append(law.log_prob(codes.latent[i]).sum().item())
        others = [value for j, value in enumerate(logs) if j != i or not leave_out]
        total += logs[i] - math.log(sum(map(math.exp, others)) / len(others))
    return total / count


@in_general_position
@given(seed=SEEDS)
def test_estimates_of_a_tiny_set_are_those_of_the_definition(seed):
    codes = some_codes(seed)
    pairs = [
        (full_data_information(codes, **SPLIT), by_hand(codes, leave_out=False)),
        (leave_one_out_information(codes, **SPLIT), by_hand(codes, leave_out=True)),
    ]
    for record, expected in pairs:
        assert record.value == pytest.approx(expected, abs=1e-10)
    halves = [
        Codes(posterior=Posterior(codes.posterior.mean[k], codes.posterior.log_variance[k]), latent=codes.latent[k])
        for k in (slice(3), slice(3, 6))
    ]
    expected = sum(by_hand(half, leave_out=False) for half in halves) / 2
    assert in_batch_information(codes, batch_size=3, **SPLIT).value == pytest.approx(expected, abs=1e-10)


@in_general_position
@given(seed=SEEDS, chunk=st.integers(1, 9))
def test_chunks_change_nothing(seed, chunk):
    codes = some_codes(seed)
    for estimate in (
        full_data_information,
        leave_one_out_information,
        lambda codes, **options: in_batch_information(codes, batch_size=2, **options),
    ):
        whole, parts = estimate(codes, **SPLIT), estimate(codes, chunk=chunk, **SPLIT)
        assert parts.value == pytest.approx(whole.value, abs=1e-12)
        assert parts.error == pytest.approx(whole.error, abs=1e-12)


@in_general_position
@given(seed=SEEDS)
def test_the_order_of_the_data_and_a_rotation_of_the_codes_change_nothing(seed):
    codes = some_codes(seed)
    order = torch.randperm(6, generator=generator(seed))
    mixed = Codes(
        posterior=Posterior(codes.posterior.mean[order], codes.posterior.log_variance[order]),
        latent=codes.latent[order],
    )
    for estimate in (full_data_information, leave_one_out_information):
        assert estimate(mixed, **SPLIT).value == pytest.approx(estimate(codes, **SPLIT).value, abs=1e-11)
    # one variance for all coordinates: the law of the codes turns with them
    round_ones = Posterior(codes.posterior.mean, codes.posterior.log_variance[:, :1].expand(6, 2))
    turn = torch.linalg.qr(normal(seed, 2, 2)).Q
    plain = Codes(posterior=round_ones, latent=codes.latent)
    turned = Codes(posterior=Posterior(round_ones.mean @ turn, round_ones.log_variance), latent=codes.latent @ turn)
    for estimate in (full_data_information, leave_one_out_information):
        assert estimate(turned, **SPLIT).value == pytest.approx(estimate(plain, **SPLIT).value, abs=1e-10)


@in_general_position
@given(seed=SEEDS, spread=st.floats(0.0, 1e3))
def test_no_sampled_estimate_exceeds_its_cap(seed, spread):
    codes = some_codes(seed, spread=spread)
    for record in (full_data_information(codes, **SPLIT), in_batch_information(codes, batch_size=3, **SPLIT)):
        assert record.value <= record.cap + 1e-9


@pytest.mark.parametrize("batch_size", [2, 50])
def test_posteriors_far_apart_reach_the_cap_and_are_flagged(batch_size):
    codes = distant_codes(100)
    record = in_batch_information(codes, batch_size=batch_size, **SPLIT)
    assert record.cap == pytest.approx(math.log(batch_size))
    assert record.value == pytest.approx(record.cap)
    assert record.is_near_cap
    assert leave_one_out_information(codes, **SPLIT).value > 1000  # no cap: it grossly overestimates
    assert full_data_information(codes, **SPLIT).is_near_cap


def test_equal_posteriors_carry_nothing():
    posterior = Posterior(torch.zeros(8, 2, **DOUBLE), torch.zeros(8, 2, **DOUBLE))
    codes = draw_codes(posterior, generator=generator())
    for record in (
        full_data_information(codes, **SPLIT),
        leave_one_out_information(codes, **SPLIT),
        in_batch_information(codes, batch_size=4, **SPLIT),
    ):
        assert record.value == pytest.approx(0.0, abs=1e-12)
        assert not record.is_near_cap


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("entropy", ["sampled", "analytic"])
def test_many_data_give_the_closed_form_of_gaussians_from_both_sides(seed, entropy):
    linear, _, _, covariance, codes = case(seed, 3000)
    expected = information(linear, covariance)
    full = full_data_information(codes, entropy=entropy, **SPLIT)
    other = leave_one_out_information(codes, entropy=entropy, **SPLIT)
    bias = other.value - full.value  # each misses by less than their difference, up to the error of the draws
    assert full.value - SIGMAS * full.error < expected < other.value + SIGMAS * other.error
    assert abs(full.value - expected) < SIGMAS * full.error + bias
    # the errors of the draws are those of independent x
    assert full.error < 0.1


@pytest.mark.parametrize("seed", range(2))
def test_few_data_bias_the_estimates_down_and_leaving_one_out_up(seed):
    linear, _, _, covariance, codes = case(seed, 6000)
    expected = information(linear, covariance)
    below = in_batch_information(codes, batch_size=4, **SPLIT)
    groups = [
        Codes(posterior=Posterior(m, v), latent=z)
        for m, v, z in zip(
            *(torch.split(array, 4) for array in (codes.posterior.mean, codes.posterior.log_variance, codes.latent)),
            strict=True,
        )
    ]
    above = torch.tensor([leave_one_out_information(group, **SPLIT).value for group in groups[:1000]], **DOUBLE)
    assert below.value + SIGMAS * below.error < expected
    assert above.mean().item() - SIGMAS * above.std().item() / 1000**0.5 > expected


def test_a_larger_batch_raises_the_estimate():
    codes = case(1, 4096)[-1]
    found = [in_batch_information(codes, batch_size=size, **SPLIT).value for size in (2, 8, 64, 512)]
    assert all(first < second for first, second in itertools.pairwise(found))


@in_general_position
@given(seed=SEEDS)
def test_the_split_adds_up_and_agrees_with_the_estimate_over_all_data(seed):
    codes = some_codes(seed)
    prior = IsotropicPrior(latent_dim=2, variance=1.7).double()
    found = rate_split(codes, prior, **SPLIT)
    total = found.information.value + found.aggregate_kl.value
    assert found.rate.value == pytest.approx(total, abs=1e-10)
    assert found.information.value == pytest.approx(full_data_information(codes, **SPLIT).value)


@pytest.mark.parametrize("seed", range(3))
def test_the_split_of_gaussian_data_is_its_closed_form(seed):
    linear, model, data, covariance, codes = case(seed, 3000)
    found = rate_split(codes, model.prior, **SPLIT)
    kl = model.prior.kl(codes.posterior, codes.latent).mean().item()
    assert kl == pytest.approx(linear.kl(data).item())
    assert abs(found.rate.value - kl) < SIGMAS * found.rate.error
    bias = leave_one_out_information(codes, **SPLIT).value - found.information.value
    expected = aggregate_kl(linear, covariance)
    assert abs(found.aggregate_kl.value - expected) < SIGMAS * found.aggregate_kl.error + bias


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_quadrature_gives_the_closed_form_rate_and_what_draws_estimate(latent_dim):
    _, model, _, _, codes = case(2, 40, latent_dim=latent_dim)
    found = quadrature_rate_split(codes.posterior, model.prior, **SPLIT)
    assert found.rate.value == pytest.approx(codes.posterior.kl().mean().item(), abs=1e-9)
    assert found.rate.value == pytest.approx(found.information.value + found.aggregate_kl.value, abs=1e-12)
    many = codes.posterior.mean.repeat(500, 1), codes.posterior.log_variance.repeat(500, 1)
    drawn = draw_codes(Posterior(*many), generator=generator(5))
    log_gamma = log_aggregate(drawn.latent, codes.posterior)
    values = drawn.posterior.log_density(drawn.latent) - log_gamma
    error = (values.std() / len(values) ** 0.5).item()
    assert abs(found.information.value - values.mean().item()) < SIGMAS * error
    assert found.information.value <= found.information.cap


def test_quadrature_is_exact_for_one_posterior_and_for_distant_ones():
    prior = IsotropicPrior(latent_dim=1).double()
    one = Posterior(torch.tensor([[0.3]], **DOUBLE), torch.tensor([[-1.0]], **DOUBLE))
    found = quadrature_rate_split(one, prior, **SPLIT)
    assert found.information.value == pytest.approx(0.0, abs=1e-12)
    assert found.aggregate_kl.value == pytest.approx(one.kl().item(), abs=1e-12)
    distant = quadrature_rate_split(distant_codes(3).posterior, prior, **SPLIT)
    assert distant.information.value == pytest.approx(math.log(3), abs=1e-12)
    assert distant.information.is_near_cap


def test_a_finer_grid_changes_less_than_the_stated_error():
    codes = some_codes(3, latent=1)
    weights, places = torch.tensor([0.0, 1.0], **DOUBLE), torch.tensor([[-1.0], [1.0]], **DOUBLE)
    prior = MixturePrior(weights, places, places / 2)
    coarse, fine = (
        quadrature_rate_split(codes.posterior, prior, nodes_per_deviation=number, **SPLIT) for number in (1.0, 8.0)
    )
    for name in ("rate", "information", "aggregate_kl"):
        first, second = getattr(coarse, name), getattr(fine, name)
        assert abs(first.value - second.value) <= first.error
        assert second.error < 1e-10


@in_general_position
@given(seed=SEEDS)
def test_densities_of_all_pairs_are_those_of_the_posterior(seed):
    codes = some_codes(seed)
    pairs = pairwise_log_density(codes.latent, codes.posterior.mean, codes.posterior.log_variance)
    torch.testing.assert_close(pairs.diagonal(), codes.posterior.log_density(codes.latent))
    torch.testing.assert_close(pairs.T, codes.posterior.log_density(codes.latent[:, None, :].expand(6, 6, 2)).T)


def test_encoding_is_the_same_in_any_batches_leaves_no_graph_and_restores_the_mode():
    _, model, data, _, codes = case(0, 30)
    model.train()
    model.decoder.eval()
    parts = encode(model, data, batch_size=7, generator=generator(0))
    torch.testing.assert_close(parts.latent, codes.latent)
    assert model.training
    assert not model.decoder.training
    assert not parts.latent.requires_grad
    assert encode(model, data, dtype=torch.float32, generator=generator(0)).latent.dtype is torch.float32


def test_dropout_is_off_while_encoding():
    _, model, data, _, codes = case(0, 30)
    model.encoder = torch.nn.Sequential(torch.nn.Dropout(0.5), model.encoder)
    torch.testing.assert_close(encode(model, data, generator=generator(0)).latent, codes.latent)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda _: encode(case(0, 3)[1], torch.zeros(0, 3, **DOUBLE)), "data"),
        (lambda _: encode(case(0, 3)[1], torch.zeros(2, 3, **DOUBLE), batch_size=0), "batch_size"),
        (lambda c: in_batch_information(c, batch_size=1, **SPLIT), "batch_size"),
        (lambda c: in_batch_information(c, batch_size=7, **SPLIT), "batch_size"),
        (lambda c: in_batch_information(c, batch_size=2, chunk=0, **SPLIT), "chunk"),
        (lambda c: full_data_information(c, entropy="other", **SPLIT), "entropy"),
        (lambda c: full_data_information(c, chunk=0, **SPLIT), "chunk"),
        (lambda _: leave_one_out_information(distant_codes(1), **SPLIT), "posterior"),
        (lambda c: log_aggregate(c.latent[:2], c.posterior, leave_out=True), "posterior"),
        (lambda c: Codes(posterior=c.posterior, latent=c.latent[:2]), "mean"),
        (lambda c: Codes(posterior=c.posterior, latent=c.latent * math.nan), "latent"),
        (lambda c: Codes(posterior=Posterior(c.latent, c.latent - math.inf), latent=c.latent), "log_variance"),
        (lambda _: quadrature_rate_split(some_codes(0, latent=3).posterior, _prior(3), **SPLIT), "posterior"),
        (lambda c: quadrature_rate_split(c.posterior, _prior(2), nodes_per_deviation=0.0, **SPLIT), "nodes_per"),
        (lambda c: quadrature_rate_split(c.posterior, _prior(2), nodes_per_deviation=1e5, **SPLIT), "nodes_per"),
    ],
)
def test_bad_input_is_named(call, named):
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named}"):
        call(some_codes(0))


def _prior(latent_dim):
    return IsotropicPrior(latent_dim=latent_dim).double()
