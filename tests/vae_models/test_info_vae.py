"""InfoVAE and AAE: the symbolic functional for any alpha and lambda, the losses they contain, their adversaries."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import (
    batch_of,
    exact_data,
    finite_space,
    functional_value,
    gradients,
    linear_model,
    normal,
    random_linear,
    tabulated_model,
)
from vae_models.divergences.adversarial import JensenShannon, make_discriminator
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.stein import SteinDivergence
from vae_models.objectives.elbo import elbo
from vae_models.objectives.info_vae import aae, info_vae
from vae_models.objectives.weighted import Part
from vae_models.posterior import Posterior
from variational.blocks import BUILT_IN
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
ANY = st.floats(-3.0, 3.0)


class AggregateDivergence(Part):
    """KL(gamma || p) of tabulated codes."""

    name = "aggregate_kl"

    def forward(self, passed):
        gamma = passed.posterior.mean.mean(dim=0)
        return (gamma * (gamma / passed.model.prior.table).log()).sum()


class LogRatio(nn.Module):
    """The best discriminator of a finite space."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, latent):
        return (latent @ self.logits).unsqueeze(1)


@in_general_position
@given(seed=SEEDS, alpha=ANY, scale=ANY)
def test_with_the_kl_of_the_aggregate_the_loss_is_the_symbolic_functional(seed, alpha, scale):
    space = finite_space(seed, {"alpha": alpha, "lambda": scale})
    objective = info_vae(alpha=alpha, scale=scale, divergence=AggregateDivergence())
    loss = objective(tabulated_model(space), batch_of(exact_data(space.tables["pd"]))).loss
    expected = functional_value(space, BUILT_IN["infovae"])
    for ours, theirs in zip(
        gradients(loss, (space.tables["p"],)), gradients(expected, (space.tables["p"],)), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(loss, expected)


@in_general_position
@given(seed=SEEDS, alpha=ANY, scale=ANY)
def test_with_mmd_the_loss_is_the_symbolic_functional(seed, alpha, scale):
    space = finite_space(seed, {"a": 1 - alpha, "l": alpha + scale - 1})
    divergence = MaximumMeanDiscrepancy(kernel=lambda first, second: first @ space.tables["k"] @ second.T)
    loss = info_vae(alpha=alpha, scale=scale, divergence=divergence)(
        tabulated_model(space), batch_of(exact_data(space.tables["pd"]))
    ).loss
    torch.testing.assert_close(loss, functional_value(space, "recon + a*KL(q,p) + l*MMD(g,p)"))


@in_general_position
@given(seed=SEEDS, scale=st.floats(0.1, 5.0))
def test_with_the_best_discriminator_the_aae_is_the_symbolic_functional(seed, scale):
    space = finite_space(seed, {"lambda": scale})
    gamma = space.tables["q|"] @ space.tables["pd"]
    best = LogRatio((space.tables["p"] / gamma).log().detach())
    terms = aae(discriminator=best, scale=scale, saturating=True)(
        tabulated_model(space), batch_of(exact_data(space.tables["pd"]))
    )
    loss = terms.loss.detach() - terms.parts["discriminator"]
    torch.testing.assert_close(loss, functional_value(space, BUILT_IN["aae"]).detach())


def test_alpha_0_and_lambda_1_is_the_elbo_and_lambda_beta_the_beta_vae():
    model = linear_model(random_linear(0), kind=Posterior)
    for beta in (1.0, 4.0):
        info = info_vae(alpha=1 - beta, scale=beta, divergence=MaximumMeanDiscrepancy())
        torch.testing.assert_close(
            info(model, batch_of(normal(1, 6, 3))).loss, elbo(beta=beta)(model, batch_of(normal(1, 6, 3))).loss
        )


@pytest.mark.parametrize(
    "divergence",
    [MaximumMeanDiscrepancy(), SteinDivergence(), JensenShannon(discriminator=make_discriminator(2, width=4).double())],
    ids=lambda part: part.name,
)
def test_weights_are_those_of_the_paper(divergence):
    objective = info_vae(alpha=0.25, scale=10.0, divergence=divergence)
    weights = objective.weights(0)
    assert weights.pop("reconstruction") == 1
    assert weights.pop("kl") == 0.75
    assert weights.pop(divergence.name) == 9.25
    assert weights == ({"discriminator": 1.0} if isinstance(divergence, JensenShannon) else {})


def test_the_discriminator_is_found_once_and_learns_at_weight_one_whatever_lambda():
    network = make_discriminator(2, width=4).double()
    parameters = list(network.parameters())
    model = linear_model(random_linear(0), kind=Posterior)
    slopes = []
    for scale in (1.0, 7.0):
        objective = aae(discriminator=network, scale=scale)
        assert [id(parameter) for parameter in objective.parameters()] == [id(parameter) for parameter in parameters]
        slopes.append(gradients(objective(model, batch_of(normal(1, 6, 3))).loss, parameters))
    for first, second in zip(*slopes, strict=True):
        torch.testing.assert_close(first, second)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: info_vae(alpha=float("nan"), scale=1.0, divergence=SteinDivergence()), "alpha"),
        (lambda: info_vae(alpha=0.0, scale=float("inf"), divergence=SteinDivergence()), "scale"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
