"""AR-ELBO: the profiled reconstruction is the least over the variance, in value and gradient (envelope theorem)."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import (
    DOUBLE,
    LinearDecoder,
    SigmaPosterior,
    batch_of,
    gradients,
    linear_model,
    normal,
    random_linear,
    repeated,
)
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import DecodedVariance, TrainedVariance
from vae_models.model import Model
from vae_models.objectives.ar_elbo import ProfiledReconstruction, ar_elbo, deterministic_elbo, profiled_variance
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
KINDS = ("Iso-I", "Iso-D", "Diag-I", "Diag-D")


def negative_log_density(squared_error, variance):
    """Return the mean over the batch of -log N for any variance that broadcasts."""
    each = squared_error / variance + torch.log(2 * math.pi * variance)
    return each.flatten(1).sum(dim=1).mean() / 2


@in_general_position
@given(seed=SEEDS, kind=st.sampled_from(KINDS), shape=st.sampled_from(((3,), (2, 3), (1, 2, 2))))
def test_no_variance_of_its_kind_does_better_and_the_gradient_is_that_at_the_best_one(seed, kind, shape):
    residual = normal(seed, 4, *shape).requires_grad_()
    variance = profiled_variance(residual.square(), parameterisation=kind, floor=0.0)
    best = negative_log_density(residual.square(), variance.detach())
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert negative_log_density(residual.square(), factor * variance.detach()) > best
    count = residual[0].numel()
    profiled = count * (variance.log().mean() + math.log(2 * math.pi) + 1) / 2
    for ours, theirs in zip(gradients(profiled, (residual,)), gradients(best, (residual,)), strict=True):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(profiled, best)


@in_general_position
@given(seed=SEEDS, kind=st.sampled_from(KINDS))
def test_the_objective_is_the_table_of_the_paper_up_to_a_constant(seed, kind):
    linear, data = random_linear(seed), repeated(normal(seed + 9, 4, 3), 2)
    floor = {"Iso-I": 0.0}.get(kind, 1e-6)
    terms = ar_elbo(parameterisation=kind)(linear_model(linear), batch_of(data))
    posterior = SigmaPosterior(data @ linear.A.T + linear.a, linear.log_variance[None])
    squared = (data - LinearDecoder(linear)(posterior.sample())).square()
    d = 3  # Table 2, J_rec, one draw for each x
    table = {
        "Iso-I": d / 2 * squared.sum(dim=1).mean().log(),
        "Iso-D": d / 2 * (squared.sum(dim=1) + floor).log().mean(),
        "Diag-I": (squared.mean(dim=0) + floor).log().sum() / 2,
        "Diag-D": (squared + floor).log().sum(dim=1).mean() / 2,
    }[kind]
    constant = d / 2 * (math.log(2 * math.pi) + 1) - (d / 2 * math.log(d) if kind.startswith("Iso") else 0.0)
    expected = table + constant + linear.kl(data)
    for ours, theirs in zip(
        gradients(terms.loss, linear.parameters), gradients(expected, linear.parameters), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(terms.loss, expected)
    torch.testing.assert_close(terms.parts["squared_error"], squared.sum(dim=1).mean().detach())


@in_general_position
@given(seed=SEEDS)
def test_the_richer_the_variance_the_smaller_the_profiled_reconstruction(seed):
    linear, batch = random_linear(seed), batch_of(repeated(normal(seed + 9, 4, 3), 2))
    values = {
        kind: ar_elbo(parameterisation=kind, floor=0.0)(linear_model(linear), batch).parts["reconstruction"].item()
        for kind in KINDS
    }
    assert values["Iso-I"] >= max(values["Iso-D"], values["Diag-I"]) - 1e-10
    assert min(values["Iso-D"], values["Diag-I"]) >= values["Diag-D"] - 1e-10


@pytest.mark.parametrize("shape", [(), (3,)], ids=["Iso-I", "Diag-I"])
def test_the_trained_variance_is_stationary_at_the_profiled_one(shape):
    linear, data = random_linear(5), repeated(normal(6, 4, 3), 2)
    model = linear_model(linear)
    squared = (data - model.decoder(model.encoder(data).sample())).square()
    kind = "Diag-I" if shape else "Iso-I"
    best = profiled_variance(squared, parameterisation=kind, floor=0.0).detach()
    variance = TrainedVariance(shape=shape, floor=0.0).double()
    model.likelihood = GaussianLikelihood(variance=variance)
    with torch.no_grad():
        variance.log_variance.copy_(best.log())
    trained = elbo()(model, batch_of(data))
    (slope,) = gradients(trained.loss, (variance.log_variance,))
    torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-12)
    profiled = ar_elbo(parameterisation=kind, floor=0.0)(model, batch_of(data))
    torch.testing.assert_close(trained.loss, profiled.loss)


@pytest.mark.parametrize("isotropic", [True, False], ids=["Iso-D", "Diag-D"])
def test_a_decoded_variance_is_stationary_at_the_profiled_one(isotropic):
    residual = normal(2, 4, 3).square()
    kind = "Iso-D" if isotropic else "Diag-D"
    best = profiled_variance(residual, parameterisation=kind, floor=0.0)
    likelihood = GaussianLikelihood(variance=DecodedVariance(isotropic=isotropic, floor=0.0))
    head = best.log().requires_grad_()
    decoded = torch.cat([torch.zeros(4, 3, **DOUBLE), head], dim=1)
    value = -likelihood.log_density(decoded, residual.sqrt()).mean()
    (slope,) = gradients(value, (head,))
    torch.testing.assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-12)
    torch.testing.assert_close(value.item(), 3 * (best.log().mean().item() + math.log(2 * math.pi) + 1) / 2)


class Constant(nn.Module):
    """x -> N(x W, variance I), trained variance where it is a leaf."""

    def __init__(self, weight, log_variance):
        super().__init__()
        self.weight, self.log_variance = weight, log_variance

    def forward(self, data):
        return Posterior(data @ self.weight, self.log_variance)


def scalar_model(log_variance):
    weight = normal(1, 3, 2).requires_grad_()
    decoder = nn.Linear(2, 3).double()
    return Model(
        encoder=Constant(weight, log_variance),
        decoder=decoder,
        prior=IsotropicPrior(latent_dim=2).double(),
        likelihood=GaussianLikelihood(),
    )


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("objective", [elbo(), ar_elbo(parameterisation="Iso-I")], ids=["elbo", "mle"])
def test_one_variance_of_z_is_trained_or_frozen(objective, trained):
    log_variance = torch.full((1, 1), -1.0, **DOUBLE).requires_grad_(trained)
    model = scalar_model(log_variance)
    loss = objective(model, batch_of(normal(0, 5, 3))).loss
    (slope,) = gradients(loss, (model.encoder.weight,))
    assert slope.isfinite().all()
    if trained:
        (slope,) = gradients(loss, (log_variance,))
        assert slope.shape == (1, 1)
        assert slope.abs().item() > 0


def test_a_variance_of_z_of_zero_has_a_loss_of_its_own():
    model = scalar_model(torch.full((1, 1), -torch.inf, **DOUBLE))
    data = normal(0, 5, 3)
    terms = deterministic_elbo()(model, batch_of(data))
    mean = data @ model.encoder.weight
    expected = (data - model.decoder(mean)).square().sum(dim=1).mean() / 2 + 1.5 * math.log(2 * math.pi)
    torch.testing.assert_close(terms.loss, expected + mean.square().sum(dim=1).mean() / 2)
    assert gradients(terms.loss, (model.encoder.weight,))[0].isfinite().all()


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: ProfiledReconstruction(parameterisation="Iso-I", floor=-1.0), "floor"),
        (lambda: ProfiledReconstruction(parameterisation="Diag-D", floor=float("nan")), "floor"),
        (lambda: profiled_variance(torch.ones(2, 3), parameterisation="Iso-I", floor=-1.0), "floor"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
