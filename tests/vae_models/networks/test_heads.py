"""Heads: where the variance of the posterior comes from, and what trains it."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_models.networks.heads import DiagonalHead, Encoder, FixedHead, ScalarHead
from vae_models.networks.mlp import mlp_trunk
from variational.errors import InvalidInputError

torch.set_num_threads(1)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def encoder(head, data_shape=(2, 3), **options):
    trunk = mlp_trunk(data_shape, widths=(8,), generator=seeded())
    return Encoder(trunk, head(8, 4, generator=seeded(1), **options))


@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple),
    batch=st.integers(1, 4),
    head=st.sampled_from([(DiagonalHead, {}), (ScalarHead, {}), (FixedHead, {"variance": 0.5})]),
)
def test_an_encoder_takes_data_of_any_shape(shape, batch, head):
    posterior = encoder(head[0], shape, **head[1])(torch.randn(batch, *shape, generator=seeded(2)))
    assert posterior.mean.shape == (batch, 4)
    assert posterior.sample(generator=seeded()).shape == (batch, 4)
    assert posterior.kl().shape == (batch,)


def test_the_diagonal_head_gives_mean_and_log_variance():
    network = encoder(DiagonalHead)
    data = torch.randn(5, 2, 3, generator=seeded(2))
    posterior = network(data)
    raw = network.head.layer(network.trunk(data))
    torch.testing.assert_close(posterior.mean, raw[:, :4])
    torch.testing.assert_close(posterior.log_variance, raw[:, 4:])


@pytest.mark.parametrize("floor", [0.0, 0.0005, 0.3])
@pytest.mark.parametrize("link", ["exp", "sigmoid"])
def test_the_floor_is_added_to_the_deviation(link, floor):
    data = 30 * torch.randn(50, 2, 3, generator=seeded(2), dtype=torch.float64)
    network = encoder(DiagonalHead, link=link, floor=floor).double()
    raw = network.head.layer(network.trunk(data))[:, 4:]
    deviation = {"exp": torch.exp(raw / 2), "sigmoid": torch.sigmoid(raw)}[link] + floor
    torch.testing.assert_close(torch.exp(network(data).log_variance / 2), deviation)


def test_the_scalar_head_has_one_trained_variance_for_all():
    network = encoder(ScalarHead, log_variance=-0.5)
    posterior = network(torch.randn(5, 2, 3, generator=seeded(2)))
    torch.testing.assert_close(posterior.log_variance, torch.full((1, 1), -0.5))
    posterior.kl().sum().backward()
    expected = 5 * 4 * (math.exp(-0.5) - 1) / 2  # of the KL, by the log variance
    torch.testing.assert_close(network.head.log_variance.grad, torch.full((1, 1), expected))


def test_the_fixed_head_trains_no_variance_and_saves_it():
    network = encoder(FixedHead, variance=0.25)
    posterior = network(torch.randn(5, 2, 3, generator=seeded(2)))
    torch.testing.assert_close(posterior.log_variance.exp(), torch.full((1, 1), 0.25))
    assert {name for name, _ in network.head.named_parameters()} == {"layer.weight", "layer.bias"}
    assert "log_variance" in network.head.state_dict()


def test_variance_zero_makes_the_encoder_deterministic_with_finite_gradients():
    network = encoder(FixedHead, variance=0.0)
    posterior = network(torch.randn(5, 2, 3, generator=seeded(2)))
    draw = posterior.sample(generator=seeded())
    torch.testing.assert_close(draw, posterior.mean, rtol=0, atol=0)
    assert torch.isinf(posterior.kl()).all()
    draw.square().sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())


def test_weights_repeat_with_the_generator():
    for head, options in ((DiagonalHead, {}), (ScalarHead, {}), (FixedHead, {"variance": 1.0})):
        one, other = encoder(head, **options).state_dict(), encoder(head, **options).state_dict()
        for name, value in one.items():
            torch.testing.assert_close(value, other[name], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("head", "arguments", "options", "message"),
    [
        (DiagonalHead, (0, 4), {}, "features must be a whole number >= 1, got 0"),
        (DiagonalHead, (8, 0), {}, "latent_dim must be a whole number >= 1, got 0"),
        (DiagonalHead, (8, 4), {"link": "square"}, "link must be one of exp, sigmoid, got 'square'"),
        (DiagonalHead, (8, 4), {"floor": -1.0}, "floor must be a finite number >= 0, got -1.0"),
        (ScalarHead, (8, 4), {"log_variance": math.inf}, "log_variance must be a finite number, got inf"),
        (ScalarHead, (8, 4), {"log_variance": math.nan}, "log_variance must be a finite number, got nan"),
        (FixedHead, (8, 4), {"variance": -0.1}, "variance must be a finite number >= 0, got -0.1"),
        (FixedHead, (8, 4), {"variance": math.inf}, "variance must be a finite number >= 0, got inf"),
    ],
)
def test_wrong_options_are_refused(head, arguments, options, message):
    with pytest.raises(InvalidInputError, match=f"^{message}$"):
        head(*arguments, **options)


def test_a_head_that_does_not_fit_the_trunk_is_refused():
    with pytest.raises(InvalidInputError, match="head must take the 8 features of the trunk, got a head for 7"):
        Encoder(mlp_trunk((3,), widths=(8,)), DiagonalHead(7, 4))


@pytest.mark.parametrize("shape", [(2, 3), (5, 3, 2), (5, 1, 2, 3)])
def test_data_of_another_shape_are_refused_in_one_line(shape):
    with pytest.raises(InvalidInputError, match=r"^x must have shape \(batch, 2, 3\), got .*$"):
        encoder(ScalarHead)(torch.zeros(shape))
