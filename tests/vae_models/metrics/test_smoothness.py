"""Smoothness of the decoder and the relative Fisher divergence: closed forms of linear decoders, limits, bounds."""

import math

import pytest
import torch

from tests.checked_types import types_unchecked
from tests.vae_models.metrics.gaussians import SIGMAS, case
from tests.vae_models.toys import DOUBLE, generator, normal
from vae_models.metrics.fisher import Stages, relative_fisher
from vae_models.metrics.smoothness import expected_gap, inverse_lipschitz_constant, local_smoothness
from variational.errors import InvalidInputError

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")


class Bent(torch.nn.Module):
    """z -> W z + sin(z), a decoder that is not linear."""

    def __init__(self, matrix):
        super().__init__()
        self.matrix = matrix

    def forward(self, latent):
        return latent @ self.matrix.T + torch.sin(latent)


def square_case(seed=0, count=30):
    """Return a model with as many latent as data coordinates, and a decoder x = 2 z + tanh(z), L = 2."""
    linear, model, data, _, _ = case(seed, count, latent_dim=3)
    model.decoder = Steep()
    return linear, model, data


class Steep(torch.nn.Module):
    def forward(self, latent):
        return 2 * latent + torch.tanh(latent)


def test_the_gap_of_a_linear_decoder_is_its_closed_form():
    linear, model, data, _, _ = case(0, 4000)
    norm = linear.W.square().sum().item()
    for variance in (0.5, 1e-3):
        found = expected_gap(model, data, variance=variance, split="train", generator=generator(0))
        assert abs(found.value - 2 * variance * norm) < SIGMAS * found.error
        assert found.name == f"expected_gap_at_{variance:g}_squared_units"


@pytest.mark.parametrize("chunk", [None, 1])
def test_both_normalisations_of_a_linear_decoder_are_its_frobenius_norm(chunk):
    linear, model, data, _, _ = case(0, 12)
    norm = linear.W.square().sum().item()
    options = {"split": "train", "batch_size": 5, "chunk": chunk}
    whole = local_smoothness(model, data, normalisation="frobenius", **options)
    each = local_smoothness(model, data, normalisation="per_coordinate", **options)
    assert whole.value == pytest.approx(norm)
    assert each.value == pytest.approx(norm / 2)
    assert whole.name != each.name


def test_a_bent_decoder_has_the_derivatives_of_autograd_and_the_gap_is_their_limit():
    _, model, data, _, _ = case(0, 3000)
    model.decoder = Bent(normal(5, 2, 2))
    model.likelihood.activation = "sigmoid"
    z = model.encoder(data[:6]).mean
    jacobians = [torch.autograd.functional.jacobian(lambda z: torch.sigmoid(model.decoder(z)), point) for point in z]
    expected = torch.stack(jacobians).square().sum(dim=(1, 2)).mean().item()
    found = local_smoothness(model, data[:6], normalisation="frobenius", split="train")
    assert found.value == pytest.approx(expected)
    whole = local_smoothness(model, data, normalisation="frobenius", split="train").value
    gap = expected_gap(model, data, variance=1e-6, split="train", generator=generator(1))
    assert abs(gap.value / 2e-6 - whole) < SIGMAS * gap.error / 2e-6


def test_batches_do_not_change_the_gap():
    _, model, data, _, _ = case(0, 11)
    first, second = (
        expected_gap(model, data, variance=0.1, split="train", batch_size=size, generator=generator(0)).value
        for size in (2, 100)
    )
    assert first == pytest.approx(second, abs=1e-12)


@pytest.mark.parametrize("method", ["pairs", "jacobian"])
def test_the_constant_of_a_linear_map_is_its_least_singular_value_from_above(method):
    matrix = normal(1, 3, 2)
    least = torch.linalg.svdvals(matrix).min().item()
    options = {"method": method, "split": "test", "chunk": 7}
    found = inverse_lipschitz_constant(lambda z: z @ matrix.T, normal(2, 300, 2), **options)
    assert found.value >= least - 1e-12
    assert found.value == pytest.approx(least, rel=1e-3 if method == "pairs" else 1e-10)


def test_pairs_are_those_of_the_definition_in_any_chunks():
    points = normal(3, 9, 2)
    expected = min(
        ((Steep()(a) - Steep()(b)).norm() / (a - b).norm()).item() for i, a in enumerate(points) for b in points[:i]
    )
    for chunk in (1, 4, 100):
        found = inverse_lipschitz_constant(Steep(), points, method="pairs", split="test", chunk=chunk)
        assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.value >= 2
    assert inverse_lipschitz_constant(Steep(), points, method="jacobian", split="test").value >= 2


def test_a_map_to_fewer_coordinates_has_constant_zero():
    found = inverse_lipschitz_constant(lambda z: z[:, :1], normal(0, 5, 2), method="jacobian", split="test")
    assert found.value == 0.0


def test_the_fisher_divergence_of_a_linear_gaussian_decoder_is_its_closed_form():
    linear, model, data, _, _ = case(0, 10)
    outer = (data - linear.b) @ linear.W / linear.log_noise.exp()
    inner = linear.W.T @ linear.W / linear.log_noise.exp()
    expected = (outer.square().sum(dim=1) + inner.square().sum()).mean().item()
    (found,) = relative_fisher(model, data, draws=4000, split="test", generator=generator(0))
    assert abs(found.value - expected) < SIGMAS * found.error
    assert found.error < expected / 10


def test_chunks_do_not_change_the_fisher_divergence_and_parameters_get_no_gradient():
    _, model, data = square_case()
    model.decoder = torch.nn.Sequential(torch.nn.Linear(3, 3, **DOUBLE), Steep())
    first, second = (
        relative_fisher(model, data, draws=20, split="test", chunk=chunk, generator=generator(0))[0]
        for chunk in (1, 10_000)
    )
    assert first.value == pytest.approx(second.value)
    assert first.error == pytest.approx(second.error)
    assert model.decoder[0].weight.grad is None


@pytest.mark.parametrize("draws", [1, 50])
def test_the_divergence_exceeds_its_inverse_lipschitz_bound_in_every_draw(draws):
    linear, model, data = square_case()
    stages = Stages(inner=model.decoder, outer=lambda h: h, constant=2.0)
    for seed in range(5):
        found, bound = relative_fisher(model, data, draws=draws, split="test", stages=stages, generator=generator(seed))
        assert found.value >= bound.value
    # the bound is (L^2 / s^4) E|x - f(z)|^2
    z = model.prior.sample(draws, generator=generator(seed))
    squares = (data - model.decoder(z)[:, None]).square().sum(dim=2).mean().item()
    assert bound.value == pytest.approx(4 * squares / linear.log_noise.exp().item() ** 2)


def test_a_scaled_identity_closes_the_bound():
    _, model, data = square_case()
    model.decoder = torch.nn.Identity()
    found, bound = relative_fisher(
        model,
        data,
        draws=20,
        split="test",
        stages=Stages(inner=lambda z: z, outer=lambda h: h, constant=1.0),
        generator=generator(0),
    )
    assert found.value == pytest.approx(bound.value)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda m, x: expected_gap(m, x, variance=0.0, split="test"), "variance"),
        (lambda m, x: expected_gap(m, x, variance=math.nan, split="test"), "variance"),
        (lambda m, x: expected_gap(m, x, variance=1.0, split="test", batch_size=0), "batch_size"),
        (lambda m, x: local_smoothness(m, x, normalisation="none", split="test"), "normalisation"),
        (lambda m, x: inverse_lipschitz_constant(m.decoder, x, method="all", split="test"), "method"),
        (lambda m, x: inverse_lipschitz_constant(m.decoder, x[:1], method="pairs", split="test"), "points"),
        (lambda m, x: relative_fisher(m, x, draws=0, split="test"), "draws"),
        (lambda m, x: relative_fisher(_autoregressive(m), x, draws=1, split="test"), "model"),
        (lambda m, x: local_smoothness(_autoregressive(m), x, normalisation="frobenius", split="test"), "model"),
        (lambda m, _: Stages(inner=m.decoder, outer=m.decoder, constant=-1.0), "constant"),
        (
            lambda m, x: relative_fisher(
                m, x, draws=1, split="test", stages=Stages(inner=m.decoder, outer=m.decoder, constant=1.0)
            ),
            "stages",
        ),
    ],
)
def test_bad_input_is_named(call, named):
    _, model, data = square_case()
    with types_unchecked(), pytest.raises(InvalidInputError, match=rf"^{named} must"):
        call(model, data)


def _autoregressive(model):
    model.decoder.autoregressive = True
    return model
