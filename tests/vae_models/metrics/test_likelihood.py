"""Parts of the ELBO, importance-weighted likelihood and estimated variances: closed forms of linear models."""

import math

import pytest
import torch

from tests.checked_types import types_unchecked
from tests.vae_models.metrics.gaussians import SIGMAS, case, exact_encoder, log_evidence
from tests.vae_models.toys import DOUBLE, Linear, generator, linear_model, normal
from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import DecodedVariance
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.metrics.variances import estimated_variances
from vae_models.posterior import Posterior
from variational.errors import InvalidInputError


def by_name(records):
    return {record.name: record for record in records}


@pytest.mark.parametrize("seed", range(3))
def test_parts_of_the_elbo_are_the_closed_forms_of_a_linear_model(seed):
    linear, model, data, _, _ = case(seed, 500)
    found = by_name(elbo_parts(model, data, split="test", draws=20, generator=generator(seed)))
    reconstruction, kl = linear.reconstruction(data).item(), linear.kl(data).item()
    noise = linear.log_noise.exp().item()
    squared = (2 * reconstruction - 3 * math.log(2 * math.pi * noise)) * noise
    assert found["kl"].value == pytest.approx(kl)
    assert found["negative_elbo"].value == pytest.approx(found["kl"].value + found["reconstruction"].value)
    for name, expected in (
        ("negative_elbo", reconstruction + kl),
        ("reconstruction", reconstruction),
        ("squared_error_squared_units", squared),
    ):
        assert abs(found[name].value - expected) < SIGMAS * found[name].error


def test_batches_change_nothing_and_no_graph_is_left():
    _, model, data, _, _ = case(0, 23)
    model.decoder.linear.W.requires_grad_()
    whole, parts = (
        elbo_parts(model, data, split="test", draws=2, batch_size=size, generator=generator(1)) for size in (100, 4)
    )
    for first, second in zip(whole, parts, strict=True):
        assert first.value == pytest.approx(second.value, abs=1e-11)
        assert first.error == pytest.approx(second.error, abs=1e-11)
    assert model.decoder.linear.W.grad is None


def test_tokens_have_no_squared_error():
    model = case(0, 5)[1]
    model.likelihood = CategoricalLikelihood(classes=3)
    model.decoder = torch.nn.Sequential(torch.nn.Linear(2, 3, **DOUBLE), torch.nn.Unflatten(1, (1, 3)))
    tokens = torch.tensor([[0], [1], [2], [1], [0]])
    model.encoder = torch.nn.Sequential(torch.nn.Flatten(), _Pad(), model.encoder)
    found = by_name(elbo_parts(model, tokens, split="test", generator=generator(0)))
    assert set(found) == {"negative_elbo", "reconstruction", "kl"}


class _Pad(torch.nn.Module):
    def forward(self, data):
        return data.double().expand(-1, 3)


@pytest.mark.parametrize("k", [1, 7])
def test_the_exact_posterior_gives_the_log_evidence_with_any_number_of_draws(k):
    linear, _, data, _, _ = case(1, 20)
    linear = exact_encoder(linear)
    model = linear_model(linear, kind=Posterior)
    found = importance_weighted_nll(model, data, k=k, split="test", generator=generator(0))
    assert found.value == pytest.approx(-log_evidence(linear, data).mean().item(), abs=1e-10)


def near_exact(seed, count=400):
    """Return a model whose encoder is a little off, and wider than the posterior, so that weights are bounded."""
    linear, _, data, _, _ = case(seed, count)
    exact = exact_encoder(linear)
    off = Linear(exact.A, exact.a + 0.2, exact.log_variance + 0.5, exact.W, exact.b, exact.log_noise)
    return off, linear_model(off, kind=Posterior), data


@pytest.mark.parametrize("seed", range(2))
def test_importance_weighting_bounds_the_evidence_for_every_k_and_reaches_it(seed):
    linear, model, data = near_exact(seed)
    expected = -log_evidence(linear, data).mean().item()
    found = [
        importance_weighted_nll(model, data.repeat(5, 1), k=k, split="test", generator=generator(k)).value
        for k in (1, 4, 16, 64)
    ]
    draws = 5 * len(data)
    noise = SIGMAS / math.sqrt(draws)  # log weights of this pair deviate by less than 1
    assert all(value > expected - noise / math.sqrt(k) for value, k in zip(found, (1, 4, 16, 64), strict=True))
    assert found[0] > found[1] > found[2] > expected
    elbo = linear.reconstruction(data).item() + linear.kl(data).item()
    assert abs(found[0] - elbo) < noise
    many = importance_weighted_nll(model, data, k=5000, split="test", chunk=400_000, generator=generator(1)).value
    assert many == pytest.approx(expected, abs=3e-3)


@pytest.mark.parametrize("chunk", [1, 30, 100, 1000])  # 1, 2, 8 and all ten draws at a time
def test_chunks_of_draws_change_nothing(chunk):
    _, model, data = near_exact(0, 12)
    whole = importance_weighted_nll(model, data, k=10, split="test", generator=generator(3))
    parts = importance_weighted_nll(model, data, k=10, chunk=chunk, split="test", generator=generator(3))
    assert parts.value == pytest.approx(whole.value, abs=1e-12)
    assert parts.error == pytest.approx(whole.error, abs=1e-12)


def partition_of(data):
    """Return four parts: halves of x by first and last entries, halves of the data by position."""
    rows = torch.arange(len(data))[:, None] >= len(data) // 4
    entries = torch.arange(data.shape[1]) >= 2
    return rows.long() * 2 + entries.long()


@pytest.mark.parametrize("source", ["Iso-I", "Iso-D", "Diag-I", "Diag-D"])
def test_profiled_variances_are_means_of_pooled_squares(source):
    linear, _, data, _, _ = case(0, 40)
    still = Linear(linear.A, linear.a, torch.full((2,), -80.0, **DOUBLE), linear.W, linear.b, linear.log_noise)
    model = linear_model(still, kind=Posterior)
    parts = partition_of(data)
    squares = (data - (data @ still.A.T + still.a) @ still.W.T - still.b).square()
    pooled = {
        "Iso-I": squares.mean().expand(squares.shape),
        "Iso-D": squares.mean(dim=1, keepdim=True).expand(squares.shape),
        "Diag-I": squares.mean(dim=0).expand(squares.shape),
        "Diag-D": squares,
    }[source]
    found = estimated_variances(model, data, parts, source=source, split="train", batch_size=7)
    for part, record in enumerate(found):
        assert record.name == f"variance_{part}_squared_units"
        assert record.value == pytest.approx(pooled[parts == part].mean().item())


@pytest.mark.parametrize("source", ["Iso-I", "Iso-D", "Diag-I", "Diag-D"])
def test_errors_of_profiled_variances_cover_the_truth(source):
    # x = noise around zero with known variances: 4 where the part is one, 1 elsewhere
    linear, _, _, _, _ = case(0, 2)
    nothing = Linear(*(torch.zeros_like(parameter) for parameter in linear.parameters))
    model = linear_model(nothing, kind=Posterior)
    noisy = torch.arange(20000)[:, None] % 2 * torch.ones(3, dtype=torch.long)  # conditional: by x
    if source == "Diag-I":
        noisy = torch.tensor([0, 0, 1]).expand(20000, 3)
    data = normal(0, 20000, 3) * (1 + noisy)
    truth = {"Iso-I": (2.5, 2.5)}.get(source, (1.0, 4.0))
    found = estimated_variances(model, data, noisy, source=source, split="train")
    for record, expected in zip(found, truth, strict=True):
        assert abs(record.value - expected) < SIGMAS * record.error
        assert record.error < 0.1


def test_a_trained_variance_is_read_from_the_likelihood():
    _, model, data, _, _ = case(0, 6)
    parts = torch.zeros_like(data).long()
    (found,) = estimated_variances(model, data, parts, source="trained", split="train")
    assert found.value == pytest.approx(model.likelihood.variance.leaf.exp().item())
    model.likelihood = GaussianLikelihood(variance=DecodedVariance(isotropic=False, floor=0.0))
    model.decoder = torch.nn.Linear(2, 6, bias=True, **DOUBLE)
    torch.nn.init.zeros_(model.decoder.weight)
    model.decoder.bias.data[3:] = torch.tensor([1.0, 2.0, 3.0], **DOUBLE).log()
    entries = torch.tensor([0, 1, 1]).expand(6, 3)
    first, second = estimated_variances(model, data, entries, source="trained", split="train")
    assert (first.value, second.value) == (pytest.approx(1.0), pytest.approx(2.5))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda m, x: elbo_parts(m, x, split="test", draws=0), "draws"),
        (lambda m, x: elbo_parts(m, x, split="test", batch_size=0), "batch_size"),
        (lambda m, x: importance_weighted_nll(m, x, k=0, split="test"), "k"),
        (lambda m, x: importance_weighted_nll(m, x, k=1, chunk=0, split="test"), "chunk"),
        (lambda m, x: importance_weighted_nll(m, x, k=1, batch_size=0, split="test"), "batch_size"),
        (lambda m, x: estimated_variances(m, x, torch.zeros(1, 3).long(), source="Iso-I", split="test"), "partition"),
        (lambda m, x: estimated_variances(m, x, torch.ones_like(x).long(), source="Iso-I", split="test"), "partition"),
        (lambda m, x: estimated_variances(m, x, -torch.ones_like(x).long(), source="Iso-I", split="test"), "partition"),
        (lambda m, x: estimated_variances(m, x, torch.zeros_like(x).long(), source="Iso", split="test"), "source"),
        (lambda m, x: estimated_variances(_bernoulli(m), x, _zeros(x), source="trained", split="test"), "source"),
    ],
)
def test_bad_input_is_named(call, named):
    _, model, data, _, _ = case(0, 4)
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(model, data)


def _bernoulli(model):
    model.likelihood = BernoulliLikelihood()
    return model


def _zeros(data):
    return torch.zeros_like(data).long()
