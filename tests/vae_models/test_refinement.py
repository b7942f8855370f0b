"""SVI ends at the exact posterior; SA-VAE's gradient is that of finite differences through all steps."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.toys import (
    DOUBLE,
    Linear,
    SigmaPosterior,
    batch_of,
    gradients,
    linear_model,
    normal,
    random_linear,
    repeated,
)
from vae_models.objectives.elbo import elbo
from vae_models.posterior import Posterior
from vae_models.refinement import Refinement
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)


def exact_posterior(linear, data):
    """Return mean and log variance of the best diagonal Gaussian: the exact mean, inverse diagonal of the precision."""
    noise = linear.log_noise.exp()
    precision = torch.eye(linear.W.shape[1], **DOUBLE) + linear.W.T @ linear.W / noise
    mean = torch.linalg.solve(precision, linear.W.T @ (data - linear.b).T / noise).T
    return mean, -precision.diagonal().log()


def orthogonal(linear):
    """Return the model with orthogonal columns of W, so that coordinates do not couple, and mild noise."""
    columns = torch.linalg.qr(linear.W.detach())[0] * torch.tensor([1.0, 0.5], **DOUBLE)
    leaves = (*linear.parameters[:3], columns.requires_grad_(), linear.b, torch.tensor(-0.3, **DOUBLE))
    return Linear(*leaves)


@settings(max_examples=20)  # thousands of gradients each
@given(seed=SEEDS, start=st.sampled_from(("encoder", "prior")))
def test_refinement_averaged_over_draws_ends_at_the_exact_posterior(seed, start):
    linear, data = orthogonal(random_linear(seed)), normal(seed + 9, 1, 3)
    count = 2000
    svi = Refinement(steps=60, learning_rate=0.2, momentum=0.3, clip=1e3, start=start)
    found = svi(linear_model(linear, kind=Posterior), batch_of(data.expand(count, -1)))
    mean, log_variance = exact_posterior(linear, data)
    error = 6 * found.mean.std(dim=0).max().item() / count**0.5
    torch.testing.assert_close(found.mean.mean(dim=0), mean[0].detach(), rtol=0, atol=error)
    # the log variance jitters about the optimum, and its mean is off by half the variance of that
    jitter = found.log_variance.std(dim=0).max().item()
    torch.testing.assert_close(
        found.log_variance.mean(dim=0), log_variance.detach(), rtol=0, atol=jitter**2 + 6 * jitter / count**0.5
    )


@settings(max_examples=50)
@given(seed=SEEDS)
def test_refinement_lowers_the_exact_loss(seed):
    linear, data = orthogonal(random_linear(seed)), normal(seed + 9, 4, 3)
    svi = Refinement(steps=30, learning_rate=0.02, momentum=0.5)
    refined = svi(linear_model(linear, kind=Posterior), batch_of(repeated(data, 2)))

    def loss(posterior):
        latent = SigmaPosterior(posterior.mean, posterior.log_variance).sample()
        model = linear_model(linear)
        density = model.likelihood.log_density(model.decoder(latent), repeated(data, 2))
        return (posterior.kl() - density).mean().item()

    start = linear_model(linear, kind=Posterior).encoder(repeated(data, 2))
    assert loss(refined) < loss(start) + 1e-3


@pytest.mark.parametrize("differentiable", [True, False])
def test_the_same_generator_gives_the_same_refinement(differentiable):
    model, svi = linear_model(random_linear(0), kind=Posterior), Refinement(steps=3, differentiable=differentiable)
    first, second = (svi(model, batch_of(normal(1, 4, 3))) for _ in range(2))
    torch.testing.assert_close(first.mean, second.mean, rtol=0, atol=0)
    torch.testing.assert_close(first.log_variance, second.log_variance, rtol=0, atol=0)


def test_the_gradient_of_one_x_is_shortened_and_steps_have_momentum():
    linear, data = random_linear(0), 50 * normal(1, 4, 3)
    model = linear_model(linear, kind=Posterior)
    start, moved = model.encoder(data), []
    for steps in (1, 2):
        svi = Refinement(steps=steps, learning_rate=0.1, momentum=0.5, clip=1e-3)
        found = svi(model, batch_of(data))
        moved.append(torch.cat([found.mean - start.mean, found.log_variance - start.log_variance], dim=1).detach())
    torch.testing.assert_close(moved[0].norm(dim=1), torch.full((4,), 1e-4, **DOUBLE))
    # with so small a clip the gradient keeps its direction, so the second step is 1.5 times the first
    assert (moved[1] - moved[0]).norm(dim=1).max().item() < 1.5e-4 + 1e-12


def test_a_step_does_not_depend_on_the_size_of_the_batch():
    linear, data = random_linear(0), normal(1, 4, 3)
    svi, model = Refinement(steps=1), linear_model(linear, kind=Posterior)
    twice = torch.cat([data[:1], data[:1]])
    # the draws of the first row agree where the generator is the same and rows are drawn in order
    first = svi(model, batch_of(data[:1])).mean[0]
    second = svi(model, batch_of(twice)).mean[0]
    torch.testing.assert_close(first, second)


def test_svi_gives_no_gradient_to_the_encoder_and_one_to_the_decoder():
    linear = random_linear(0)
    objective = elbo(inference=Refinement(steps=3, learning_rate=0.1))
    loss = objective(linear_model(linear, kind=Posterior), batch_of(normal(1, 4, 3))).loss
    slopes = gradients(loss, linear.parameters)
    assert all(slope.abs().max() == 0 for slope in slopes[:3])
    assert all(slope.abs().max() > 0 for slope in slopes[3:])


@pytest.mark.parametrize("clip", [0.3, 1e3])
def test_the_gradient_of_sa_vae_is_that_of_finite_differences(clip):
    linear, data = random_linear(4), normal(1, 3, 3)
    objective = elbo(inference=Refinement(steps=3, learning_rate=0.05, clip=clip, differentiable=True))

    def loss(*leaves):
        return objective(linear_model(Linear(*leaves), kind=Posterior), batch_of(data)).loss

    assert torch.autograd.gradcheck(loss, linear.parameters, atol=1e-6)


def test_where_nothing_can_be_refined_the_gradient_is_finite():
    zero = torch.zeros(2, 3, **DOUBLE).requires_grad_()
    linear = random_linear(4)
    collapsed = Linear(zero, torch.zeros(2, **DOUBLE), torch.zeros(2, **DOUBLE), zero.T, linear.b, linear.log_noise)
    objective = elbo(inference=Refinement(steps=3, differentiable=True))
    loss = objective(linear_model(collapsed, kind=Posterior), batch_of(normal(1, 3, 3))).loss
    assert gradients(loss, (zero,))[0].isfinite().all()


def test_the_loss_of_sa_vae_is_that_of_svi():
    linear, data = random_linear(4), normal(1, 3, 3)
    values = [
        elbo(inference=Refinement(steps=3, learning_rate=0.05, differentiable=differentiable))(
            linear_model(linear, kind=Posterior), batch_of(data)
        ).loss
        for differentiable in (True, False)
    ]
    torch.testing.assert_close(*values, rtol=1e-12, atol=0)


def test_an_evaluation_without_gradient_refines_as_well():
    linear, data = random_linear(4), normal(1, 3, 3)
    model = linear_model(linear, kind=Posterior)
    with torch.no_grad():
        found = Refinement(steps=3, learning_rate=0.05, differentiable=True)(model, batch_of(data))
    assert not found.mean.requires_grad
    assert (found.mean - model.encoder(data).mean).abs().max() > 0


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"steps": 0}, "steps"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"momentum": -0.1}, "momentum"),
        ({"momentum": 1.0}, "1 - momentum"),
        ({"clip": 0.0}, "clip"),
        ({"beta": float("nan")}, "beta"),
    ],
)
def test_bad_options_are_named(options, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        Refinement(**options)
