"""Priors: densities of torch, draws of their own law, closed KL beside its estimate, nothing registered twice."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, generator, gradients, normal
from vae_models.likelihoods.discrete import BernoulliLikelihood
from vae_models.model import Model
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior, MixturePrior, VampPrior, sampled_kl
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)


def mixture(seed, *, trained=False):
    return MixturePrior(normal(seed, 3), normal(seed + 1, 3, 2), normal(seed + 2, 3, 2), trained=trained)


def reference(prior):
    parts = Independent(Normal(prior.means, torch.exp(prior.log_variances / 2)), 1)
    return MixtureSameFamily(Categorical(logits=prior.logits), parts)


class Halves(nn.Module):
    """x -> N(first half of x times w, exp(second half))."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.5, **DOUBLE))

    def forward(self, data):
        mean, log_variance = data.chunk(2, dim=1)
        return Posterior(self.scale * mean, log_variance)


@in_general_position
@given(seed=SEEDS, variance=st.floats(0.01, 100.0))
def test_an_isotropic_prior_is_that_of_torch(seed, variance):
    prior = IsotropicPrior(latent_dim=2, variance=variance)
    latent = normal(seed, 4, 3, 2)
    law = Independent(Normal(torch.zeros(2, **DOUBLE), math.sqrt(variance)), 1)
    torch.testing.assert_close(prior.log_density(latent), law.log_prob(latent))


@in_general_position
@given(seed=SEEDS, variance=st.floats(0.1, 10.0))
def test_kl_by_coordinate_adds_up_to_the_kl(seed, variance):
    posterior = Posterior(normal(seed, 4, 3), normal(seed + 1, 1, 3))
    prior = IsotropicPrior(latent_dim=3, variance=variance)
    torch.testing.assert_close(prior.kl_by_coordinate(posterior).sum(dim=1), prior.kl(posterior, posterior.mean))


@in_general_position
@given(seed=SEEDS)
def test_a_mixture_is_that_of_torch_with_its_gradient(seed):
    prior, latent = mixture(seed, trained=True), normal(seed + 3, 5, 4, 2).requires_grad_()
    ours, theirs = prior.log_density(latent), reference(prior).log_prob(latent)
    torch.testing.assert_close(ours, theirs)
    inputs = (latent, *prior.parameters())
    assert len(inputs) == 4
    for first, second in zip(gradients(ours.sum(), inputs), gradients(theirs.sum(), inputs), strict=True):
        torch.testing.assert_close(first, second)


def test_only_a_trained_mixture_has_parameters():
    assert not list(mixture(0).parameters())
    assert len(list(mixture(0, trained=True).parameters())) == 3


@in_general_position
@given(seed=SEEDS)
def test_a_vamp_prior_is_the_mixture_of_the_posteriors_of_its_inputs(seed):
    encoder, inputs = Halves(), normal(seed, 3, 4)
    prior, posterior, latent = VampPrior(encoder=encoder, pseudo_inputs=inputs), encoder(inputs), normal(seed, 5, 2)
    each = torch.stack([posterior.log_density(point.expand(3, 2)) for point in latent])
    torch.testing.assert_close(prior.log_density(latent), torch.logsumexp(each, dim=1) - math.log(3))
    slopes = gradients(prior.log_density(latent).sum(), (prior.pseudo_inputs, encoder.scale))
    assert all(slope.abs().max() > 0 for slope in slopes)


def test_the_encoder_of_a_vamp_prior_is_registered_once_and_copied_with_the_model():
    encoder = Halves()
    prior = VampPrior(encoder=encoder, pseudo_inputs=normal(0, 3, 4))
    model = Model(encoder=encoder, decoder=nn.Identity(), prior=prior, likelihood=BernoulliLikelihood())
    assert sorted(model.state_dict()) == ["encoder.scale", "prior.logits", "prior.pseudo_inputs"]
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.encoder.scale.zero_()
    assert other.prior._components()[0].abs().max() == 0
    assert prior._components()[0].abs().max() > 0


@pytest.mark.parametrize(
    "prior",
    [
        IsotropicPrior(latent_dim=2, variance=4.0).double(),
        mixture(4),
        VampPrior(encoder=Halves(), pseudo_inputs=normal(0, 3, 4)),
    ],
    ids=["isotropic", "mixture", "vamp"],
)
def test_draws_follow_the_density(prior):
    count = 20000
    drawn = prior.sample(count, generator=generator())
    # E_p q/p = 1 for any density q: here a narrow Gaussian at the mean of the draws
    other = Independent(Normal(drawn.mean(dim=0), 0.5 * torch.ones(2, **DOUBLE)), 1)
    ratio = (other.log_prob(drawn) - prior.log_density(drawn)).exp()
    assert abs(ratio.mean().item() - 1) < 5 * ratio.std().item() / math.sqrt(count)
    torch.testing.assert_close(drawn, prior.sample(count, generator=generator()))


def test_the_sampled_kl_has_the_closed_form_as_its_mean():
    posterior = Posterior(torch.full((20000, 2), 0.7, **DOUBLE), torch.full((20000, 2), -1.0, **DOUBLE))
    prior = IsotropicPrior(latent_dim=2, variance=2.0)
    estimate = sampled_kl(prior, posterior, posterior.sample(generator=generator()))
    error = 5 * estimate.std().item() / math.sqrt(20000)
    assert abs(estimate.mean().item() - posterior.kl(2.0)[0].item()) < error


def test_a_mixture_of_one_component_has_the_kl_of_that_component():
    posterior, latent = Posterior(normal(0, 6, 2), normal(1, 6, 2)), normal(2, 6, 2)
    single = MixturePrior(torch.zeros(1, **DOUBLE), torch.zeros(1, 2, **DOUBLE), torch.full((1, 2), 0.4, **DOUBLE))
    isotropic = IsotropicPrior(latent_dim=2, variance=math.exp(0.4))
    torch.testing.assert_close(single.kl(posterior, latent), sampled_kl(isotropic, posterior, latent))


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: IsotropicPrior(latent_dim=0), "latent_dim"),
        (lambda: IsotropicPrior(latent_dim=2, variance=0.0), "variance"),
        (lambda: IsotropicPrior(latent_dim=2, variance=float("nan")), "variance"),
        (lambda: MixturePrior(torch.zeros(1), torch.full((1, 1), torch.inf), torch.zeros(1, 1)), "means"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
