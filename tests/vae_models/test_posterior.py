"""The closed forms of the diagonal Gaussian posterior agree with torch's distributions, values and gradients."""

import pytest
import torch
from beartype.roar import BeartypeCallHintViolation
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Independent, Normal, kl_divergence

from tests.effort import in_general_position
from vae_models.posterior import Posterior

SEEDS = st.integers(0, 2**31)


def sample(seed, *, batch=5, latent=3):
    generator = torch.Generator().manual_seed(seed)
    mean, log_variance = torch.randn(2, batch, latent, generator=generator, dtype=torch.float64)
    return Posterior(mean.requires_grad_(), log_variance.requires_grad_())


def reference(posterior):
    return Independent(Normal(posterior.mean, torch.exp(posterior.log_variance / 2)), 1)


@in_general_position
@given(seed=SEEDS, variance=st.floats(0.01, 100.0))
def test_kl_to_a_spherical_prior_is_that_of_torch_with_its_gradient(seed, variance):
    posterior = sample(seed)
    prior = Independent(Normal(torch.zeros(3, dtype=torch.float64), variance**0.5), 1)
    ours, theirs = posterior.kl(variance), kl_divergence(reference(posterior), prior)
    torch.testing.assert_close(ours, theirs)
    inputs = (posterior.mean, posterior.log_variance)
    for first, second in zip(
        torch.autograd.grad(ours.sum(), inputs), torch.autograd.grad(theirs.sum(), inputs), strict=True
    ):
        torch.testing.assert_close(first, second)


@in_general_position
@given(seed=SEEDS)
def test_density_and_entropy_are_those_of_torch(seed):
    posterior = sample(seed)
    latent = torch.randn(4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(posterior.log_density(latent), reference(posterior).log_prob(latent))
    torch.testing.assert_close(posterior.entropy(), reference(posterior).entropy())


def test_kl_keeps_its_digits_next_to_the_prior():
    posterior = Posterior(torch.zeros(1, 1, dtype=torch.float64), torch.full((1, 1), 1e-6, dtype=torch.float64))
    torch.testing.assert_close(posterior.kl(), torch.tensor([2.5e-13], dtype=torch.float64), rtol=1e-5, atol=0)


def test_one_scalar_variance_serves_every_x_and_coordinate():
    mean = torch.zeros(4, 3, dtype=torch.float64)
    scalar = torch.tensor([[0.7]], dtype=torch.float64)
    whole = Posterior(mean, scalar.expand(4, 3))
    torch.testing.assert_close(Posterior(mean, scalar).kl(2.0), whole.kl(2.0))
    torch.testing.assert_close(Posterior(mean, scalar).entropy(), whole.entropy())
    torch.testing.assert_close(Posterior(mean, scalar).log_density(mean), whole.log_density(mean))


def test_draws_follow_the_law_and_repeat_with_the_generator():
    posterior = Posterior(torch.full((20000, 1), 2.0), torch.full((20000, 1), -1.0))
    first, second = (posterior.sample(generator=torch.Generator().manual_seed(1)) for _ in range(2))
    torch.testing.assert_close(first, second)
    assert abs(first.mean().item() - 2) < 0.02
    assert abs(first.var().log().item() + 1) < 0.05


def test_a_wrong_shape_is_refused_during_tests():
    with pytest.raises(BeartypeCallHintViolation):
        Posterior(torch.zeros(3), torch.zeros(3))
