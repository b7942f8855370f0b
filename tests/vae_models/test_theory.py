"""What theory says of trained models: pPCA, stationarity, test priors, separation of the two laws of NC-VAE."""

import math

import pytest
import torch
from torch import nn

from tests.vae_models.compare.models import SYNTHETIC, FreshNoise, contrastive, fresh, gaussian_model, train
from tests.vae_models.toys import (
    DOUBLE,
    LinearDecoder,
    SigmaPosterior,
    batch_of,
    generator,
    linear_model,
    normal,
    random_linear,
)
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.metrics.codes import encode
from vae_models.metrics.information import full_data_information
from vae_models.metrics.latents import active_units
from vae_models.metrics.likelihood import elbo_parts
from vae_models.metrics.separation import separation
from vae_models.model import Model
from vae_models.objectives.elbo import elbo
from vae_models.priors import IsotropicPrior

TOLERANCE = 1e-5  # nats; second order in what the last steps leave of the gradient
SURE = 4.0  # standard errors


def minimised(loss, parameters):
    """Train on exact expectations with a quasi-Newton method and return the last loss."""
    options = {"max_iter": 1000, "tolerance_grad": 1e-8, "tolerance_change": 0.0, "line_search_fn": "strong_wolfe"}
    optimiser = torch.optim.LBFGS(parameters, **options)

    def closure():
        optimiser.zero_grad()
        value = loss()
        value.backward()
        return value

    optimiser.step(closure)
    return loss().item()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_trained_linear_gaussian_vae_reaches_the_optimum_of_ppca(seed):
    data = normal(seed, 40, 4) * torch.tensor([3.0, 2.0, 1.0, 0.5], **DOUBLE)
    centre = data.mean(dim=0)
    values = torch.linalg.eigvalsh((data - centre).T @ (data - centre) / len(data)).flip(0)
    noise = values[2:].mean()
    # log likelihood at the maximum (Tipping & Bishop 1999, equation 3): the eigenvalues of the model are those kept
    log_determinant = values[:2].log().sum() + 2 * noise.log()
    expected = (4 * math.log(2 * math.pi) + log_determinant + 4) / 2
    linear = random_linear(seed + 10, data_dim=4)
    # sigma points make the mean over draws exact, so that the loss is that of theory and not an estimate
    rows = batch_of(data.repeat_interleave(4, dim=0))
    found = minimised(lambda: elbo()(linear_model(linear), rows).loss, linear.parameters)
    assert abs(found - expected.item()) < TOLERANCE
    assert abs(linear.log_noise.exp().item() - noise.item()) < 1e-2 * noise.item()


class OneVariance(nn.Module):
    """q(z|x) = N(A x, v I) with one trained variance."""

    def __init__(self, seed, data_dim, latent_dim):
        super().__init__()
        self.slope = nn.Parameter(0.3 * normal(seed, latent_dim, data_dim))
        self.log_variance = nn.Parameter(torch.zeros(1, 1, **DOUBLE))

    def forward(self, data):
        return SigmaPosterior(data @ self.slope.T, self.log_variance)


@pytest.mark.parametrize("noise", [0.3, 1.5, 40.0])
def test_training_with_one_variance_of_z_ends_where_the_identities_of_theory_hold(noise):
    size = 2
    data = normal(4, 60, 3) * torch.tensor([3.0, 2.0, 1.0], **DOUBLE)
    data = data - data.mean(dim=0)
    linear = random_linear(5, latent_dim=size)
    model = Model(
        encoder=OneVariance(6, 3, size),
        decoder=LinearDecoder(linear),
        prior=IsotropicPrior(latent_dim=size).double(),
        likelihood=GaussianLikelihood(variance=FixedVariance(noise)),
    )

    rows = batch_of(data.repeat_interleave(2 * size, dim=0))
    minimised(lambda: elbo()(model, rows).loss, [*model.encoder.parameters(), linear.W, linear.b])
    posterior = model.encoder(data)
    variance = posterior.log_variance.exp().item()
    balance = posterior.mean.square().sum(dim=1).mean().item() + size * variance
    assert abs(balance - size) < TOLERANCE
    assert abs(posterior.kl().mean().item() + size * math.log(variance) / 2) < TOLERANCE
    error = (data - model.decoder(posterior.mean)).square().sum(dim=1).mean().item()
    error += variance * linear.W.square().sum().item()
    total = data.square().sum(dim=1).mean().item()
    if noise > 9.0:  # above the largest eigenvalue: collapsed
        assert abs(variance - 1) < 1e-3
        assert abs(error - total) < 1e-2
    else:
        assert variance < 0.9
        assert error < 0.9 * total


def test_another_test_prior_leaves_information_reconstruction_and_active_units_unchanged():
    model = gaussian_model(SYNTHETIC)
    train(model, contrastive(FreshNoise(SYNTHETIC), 2, beta=0.5, scale=5.0), fresh(SYNTHETIC), steps=20)
    data = SYNTHETIC.draw(200, noise=False, generator=generator(1), dtype=torch.float32)
    found = []
    for variance in (1.0, 2.5, 25.0):
        model.prior = IsotropicPrior(latent_dim=2, variance=variance)
        codes = encode(model, data, generator=generator(2))
        parts = {record.name: record.value for record in elbo_parts(model, data, split="test", generator=generator(3))}
        information = full_data_information(codes, split="test").value
        same = information, parts["reconstruction"], active_units(codes, split="test", threshold=1e-3).value
        found.append((same, parts["kl"]))
    assert found[0][0] == found[1][0] == found[2][0]
    assert len({kl for _, kl in found}) == 3
    assert found[0][0][0] > 0


def test_codes_of_nc_vae_separate_the_two_laws_as_the_optimum_does_and_those_of_the_beta_vae_do_not():
    areas = {}
    for name, objective in (
        ("nc-vae", contrastive(FreshNoise(SYNTHETIC), 2, beta=2.0, scale=5.0)),
        ("beta-vae", elbo(beta=2.0)),
    ):
        model = gaussian_model(SYNTHETIC, width=32)
        train(model, objective, fresh(SYNTHETIC), steps=200)
        draws = [SYNTHETIC.draw(1000, noise=noise, generator=generator(7), dtype=torch.float32)
                 for noise in (False, True)]  # fmt: skip
        codes = [encode(model, x, generator=generator(8 + place)) for place, x in enumerate(draws)]
        areas[name] = separation(*codes, split="test")
    # laws so far apart have the codes N(0, I) and N(0, 25 I) at the optimum, which no linear function tells apart
    optimum = 25 / 26
    assert abs(areas["nc-vae"].value - optimum) < 0.03
    assert abs(areas["beta-vae"].value - 0.5) < SURE * areas["beta-vae"].error
