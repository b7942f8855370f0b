"""Mixture posteriors with all classes at once are the loop over classes."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence

from tests.effort import in_general_position
from vae_models.networks.mixture import (
    MixtureEncoder,
    MixturePosterior,
    class_means,
    uniform_logits,
)
from vae_models.networks.mlp import mlp_trunk
from variational.errors import InvalidInputError

torch.set_num_threads(1)

SEEDS = st.integers(0, 2**31)
BATCH, CLASSES, LATENT = 4, 3, 2


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def sample(seed):
    log_class = torch.log_softmax(normal(BATCH, CLASSES, seed=seed), dim=-1)
    mean, log_variance = normal(2, BATCH, CLASSES, LATENT, seed=seed + 1)
    return MixturePosterior(log_class, mean, log_variance)


def gaussian(mean, log_variance):
    return Independent(Normal(mean, torch.exp(log_variance / 2)), 1)


@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    batch=st.integers(1, 3),
    classes=st.integers(1, 4),
    latent=st.integers(1, 3),
)
def test_each_class_has_rows_of_its_own(shape, batch, classes, latent):
    trunk = mlp_trunk(shape, widths=(5,), generator=seeded())
    encoder = MixtureEncoder(trunk, latent_dim=latent, classes=classes, generator=seeded(1))
    data = torch.randn(batch, *shape, generator=seeded(2))
    posterior = encoder(data)
    assert posterior.mean.shape == (batch, classes, latent)
    torch.testing.assert_close(posterior.log_class.exp().sum(dim=1), torch.ones(batch))
    features, layer = trunk(data), encoder.component_layer
    weight = layer.weight.reshape(2, classes, latent, -1)
    bias = layer.bias.reshape(2, classes, latent)
    for place in range(classes):
        torch.testing.assert_close(posterior.mean[:, place], features @ weight[0, place].T + bias[0, place])
        torch.testing.assert_close(posterior.log_variance[:, place], features @ weight[1, place].T + bias[1, place])


@in_general_position
@given(seed=SEEDS)
def test_the_divergences_are_the_loop_over_classes(seed):
    posterior, logits = sample(seed), normal(CLASSES, seed=seed + 2)
    means, log_variances = normal(2, CLASSES, LATENT, seed=seed + 3)
    component, total = posterior.component_kl(means, log_variances), 0
    for place in range(CLASSES):
        ours = gaussian(posterior.mean[:, place], posterior.log_variance[:, place])
        expected = kl_divergence(ours, gaussian(means[place], log_variances[place]))
        torch.testing.assert_close(component[:, place], expected)
        total = total + posterior.log_class[:, place].exp() * expected
    discrete = kl_divergence(Categorical(logits=posterior.log_class), Categorical(logits=logits))
    torch.testing.assert_close(posterior.class_kl(logits), discrete)
    torch.testing.assert_close(posterior.kl(logits, means, log_variances), total + discrete)


@in_general_position
@given(seed=SEEDS)
def test_the_density_sums_the_classes_out(seed):
    posterior, latent = sample(seed), normal(5, BATCH, LATENT, seed=seed + 4)
    components = gaussian(posterior.mean, posterior.log_variance)
    reference = MixtureSameFamily(Categorical(logits=posterior.log_class), components)
    torch.testing.assert_close(posterior.log_density(latent), reference.log_prob(latent))


def test_the_joint_divergence_is_at_least_the_marginal_one():
    posterior, means = sample(0), normal(CLASSES, LATENT, seed=5)
    logits, log_variances = torch.zeros(CLASSES, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
    components = gaussian(posterior.mean, posterior.log_variance)
    ours = MixtureSameFamily(Categorical(logits=posterior.log_class), components)
    prior = MixtureSameFamily(Categorical(logits=logits), gaussian(means, log_variances.expand(CLASSES, LATENT)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        draws = ours.sample((20000,))
    marginal = (ours.log_prob(draws) - prior.log_prob(draws)).mean(dim=0)
    joint = posterior.kl(logits, means, log_variances)
    assert (joint - marginal).min() > 0
    equal = MixturePosterior(
        torch.log_softmax(logits, dim=0).expand(BATCH, CLASSES),
        means.expand(BATCH, CLASSES, LATENT),
        log_variances[None],
    )
    torch.testing.assert_close(equal.kl(logits, means, log_variances), torch.zeros(BATCH, dtype=torch.float64))


def test_draws_follow_each_class_and_repeat_with_the_generator():
    posterior = MixturePosterior(
        uniform_logits(2).expand(20000, 2),
        torch.tensor([[[3.0], [-3.0]]]).expand(20000, 2, 1),
        torch.tensor([[[0.0], [-2.0]]]),
    )
    first, second = (posterior.sample(generator=seeded(1)) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    torch.testing.assert_close(first.mean(dim=0), torch.tensor([[3.0], [-3.0]]), rtol=0, atol=0.03)
    torch.testing.assert_close(first.var(dim=0).log(), torch.tensor([[0.0], [-2.0]]), rtol=0, atol=0.05)


def test_the_posterior_given_a_class_is_that_of_the_class():
    posterior = sample(0)
    chosen = posterior.given(torch.tensor([2, 0, 1, 2]))
    for row, place in enumerate((2, 0, 1, 2)):
        torch.testing.assert_close(chosen.mean[row], posterior.mean[row, place])
        torch.testing.assert_close(chosen.log_variance[row], posterior.log_variance[row, place])


def test_classes_beyond_the_latent_dimension_share_one_prior():
    torch.testing.assert_close(class_means(2, 3), torch.tensor([[1.0, 0, 0], [0, 1, 0]]))
    omniglot = class_means(50, 32)  # sizes of Table 3
    assert len(torch.unique(omniglot, dim=0)) == 33


def test_equal_weights_are_normalised():
    torch.testing.assert_close(uniform_logits(7).exp().sum(), torch.tensor(1.0))
    torch.testing.assert_close(uniform_logits(7), torch.full((7,), -math.log(7)))


def test_weights_repeat_with_the_generator():
    def make():
        trunk = mlp_trunk((3,), widths=(4,), generator=seeded())
        return MixtureEncoder(trunk, latent_dim=2, classes=3, generator=seeded(1)).state_dict()

    one, other = make(), make()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda trunk: MixtureEncoder(trunk, latent_dim=0, classes=2), "latent_dim must be a whole number >= 1, got 0"),
        (lambda trunk: MixtureEncoder(trunk, latent_dim=2, classes=0), "classes must be a whole number >= 1, got 0"),
        (
            lambda trunk: MixtureEncoder(trunk, latent_dim=2, classes=2)(torch.zeros(5, 4)),
            r"x must have shape \(batch, 3\), got \(5, 4\)",
        ),
        (lambda _: class_means(0, 2), "classes must be a whole number >= 1, got 0"),
        (lambda _: class_means(2, 0), "latent_dim must be a whole number >= 1, got 0"),
        (lambda _: uniform_logits(0), "classes must be a whole number >= 1, got 0"),
    ],
)
def test_wrong_input_is_refused(make, message):
    with pytest.raises(InvalidInputError, match=f"^{message}$"):
        make(mlp_trunk((3,), widths=(4,)))
