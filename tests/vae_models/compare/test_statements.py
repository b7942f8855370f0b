"""Theorems beside measured numbers: what must hold for any model holds, what holds at an optimum fails away from it."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.theorem7 import theorem7
from tests.effort import in_general_position
from tests.vae_models.compare.models import (
    BITS,
    OVERLAPPING,
    SYNTHETIC,
    ConstantEncoder,
    FreshNoise,
    contrastive,
    gaussian_model,
    make_model,
)
from tests.vae_models.toys import DOUBLE, Linear, LinearDecoder, generator, normal
from vae_models.compare.evidence import gather
from vae_models.compare.gaussian import TwoGaussians, gaussian_distance, solve_two_gaussians
from vae_models.compare.records import Number
from vae_models.compare.rows import finding_of
from vae_models.compare.setting import setting_of
from vae_models.compare.statements import constant_code_value, rows_of, scale_free_divergence
from vae_models.divergences.adversarial import make_discriminator
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.wasserstein import Wasserstein
from vae_models.flow_posterior import FlowEncoder
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import FixedVariance
from vae_models.model import Model
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.flows import RealNVP
from vae_models.objectives.elbo import elbo
from vae_models.objectives.info_vae import info_vae
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.papers.registry import find_claim

# torch.func.jvp compiles its decompositions with torch.jit.script, which warns of itself in torch 2.13
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
ANYWHERE = ("any encoder", "any encoder and decoder", "any decoder of the family")


def rows(model, objective, data, **options):
    return {(row.claim, row.quantity): row for row in rows_of(gather(model, objective, data, split="train", **options))}


@settings(max_examples=8)
@given(seed=st.integers(0, 2**31), beta=st.sampled_from((0.5, 1.0, 3.0)))
def test_what_is_proved_for_any_model_holds_for_random_ones(seed, beta):
    model, data = make_model(2, 2, seed=seed), BITS.repeat(20, 1)
    found = rows(model, elbo(beta=beta), data)
    assert len(found) >= 6
    for row in found.values():
        assert row.verdict == find_claim(row.claim).recorded.value == "proved"
        if row.premise in ANYWHERE:
            assert row.finding != "fails", row


@settings(max_examples=4)
@given(seed=st.integers(0, 2**31), shift=st.floats(-4.0, 4.0))
def test_what_is_proved_for_any_encoder_holds_for_codes_moved_by_a_flow(seed, shift):
    model, flow = make_model(2, 2, seed=seed), RealNVP(2, widths=(4,), generator=generator(seed))
    with torch.no_grad():
        for layer in flow.layers:
            layer.network.layers[-1].bias[2:] += shift
    model.encoder = FlowEncoder(model.encoder, flow)
    found = rows(model, elbo(), BITS.repeat(20, 1))
    assert ("arelbo:thm1.A2", "I(X;Z)") in found
    for row in found.values():
        assert row.premise not in ANYWHERE or row.finding != "fails", row


# --- the linear model of one variance in all directions, whose optimum is known ------------------------------------


class OneVariance(torch.nn.Module):
    """q(z|x) = N(slope (x - centre), variance) with one variance for all x."""

    def __init__(self, slope, centre, variance):
        super().__init__()
        self.slope, self.centre, self.variance = slope, centre, variance

    def forward(self, data):
        return Posterior(self.slope * (data - self.centre), torch.full((1, 1), math.log(self.variance), **DOUBLE))


def linear(data, noise, *, stretched=1.0):
    """Return the optimal model of theory for sigma_x^2 = noise, its code stretched; as many codes as coordinates."""
    size, variance, centre = data.shape[1], float(data.var(correction=0)), float(data.mean())
    weight = math.sqrt(max(variance - noise, 0.0))
    leaves = Linear(
        *(torch.zeros(size, size, **DOUBLE),) * 3, weight / stretched * torch.eye(size, **DOUBLE),
        torch.full((size,), centre, **DOUBLE), torch.zeros((), **DOUBLE),
    )  # fmt: skip
    code = stretched**2 * min(1.0, noise / variance)
    return Model(
        encoder=OneVariance(stretched * weight / variance, centre, code),
        decoder=LinearDecoder(leaves),
        prior=IsotropicPrior(latent_dim=size).double(),
        likelihood=GaussianLikelihood(variance=FixedVariance(noise)),
    )


BALANCE = ("arelbo:thm2.proof.corrected", "E|mu|^2 + d_z sigma_z^2")
RATE = ("arelbo:thm2.proof.corrected", "E KL(q||p)")


def uncorrelated(coordinates):
    """Return data of equal variance in all directions: all combinations of the same few values."""
    values = 1.5 * normal(0, round(400 ** (1 / coordinates)), 1)[:, 0]
    return torch.cartesian_prod(*[values] * coordinates).reshape(-1, coordinates)


@pytest.mark.parametrize("coordinates", [1, 2])
@pytest.mark.parametrize("noise", [0.1, 0.5, 4.0])
def test_at_the_optimum_of_the_linear_model_every_theorem_holds(noise, coordinates):
    data = uncorrelated(coordinates)
    found = rows(linear(data, noise), elbo(), data)
    assert {BALANCE, RATE} < found.keys()
    assert {row.claim for row in found.values()} > {
        "arelbo:F1.corrected", "arelbo:main.any-model", "arelbo:sec4.1.limit.rate", "arelbo:thm2.corrected",
        "arelbo:F10.corrected", "arelbo:eq5.limit",
    }  # fmt: skip
    for row in found.values():
        assert row.finding != "fails", row
    assert abs(found[BALANCE].slack.value) < 1e-9
    assert abs(found[RATE].slack.value) < 1e-9


def test_a_stretched_code_is_not_stationary_and_the_row_says_so():
    data = 1.5 * normal(0, 400, 1)
    found = rows(linear(data, 0.1, stretched=2.0), elbo(), data)
    assert found[BALANCE].finding == "fails"
    np.testing.assert_allclose(found[BALANCE].measured.value, 4.0)
    for row in found.values():
        if row.premise in ANYWHERE:
            assert row.finding != "fails", row


# --- NC-VAE ----------------------------------------------------------------------------------------


def test_the_rows_of_nc_vae_hold_the_optimum_of_the_laws():
    model, laws = gaussian_model(OVERLAPPING), OVERLAPPING
    objective = contrastive(FreshNoise(laws), 2, beta=2.0, scale=5.0)
    generator = torch.Generator().manual_seed(0)
    distance = gaussian_distance(model, objective, laws, count=200, repeats=2, generator=generator)
    data = laws.draw(500, noise=False, generator=generator, dtype=torch.float32)
    found = rows(model, objective, data, distance=distance, laws=laws)
    solution = solve_two_gaussians(laws, setting_of(model, objective))
    np.testing.assert_allclose(
        found["ncvae:information", "I(X;Z)"].bound.value, solution.constant_code_bound, rtol=1e-6
    )
    theorem = found["ncvae:thm7.corrected", "min over sigma of E KL(p^sigma||q)"]
    assert 0 < theorem.bound.value < solution.mutual_information + solution.prior_divergence
    assert found["ncvae:information.kept", "R(q)"].finding == "holds"
    collapsed = gaussian_model(laws).double()
    collapsed.encoder = ConstantEncoder(2)
    low = rows(collapsed, objective, data.double(), laws=laws)["ncvae:thm7.corrected", theorem.quantity]
    assert low.finding == "fails"  # a code without information is no optimum here


@pytest.mark.parametrize("laws", [SYNTHETIC, TwoGaussians(dimension=2, deviation=1.0, separation=0.3)], ids=str)
def test_the_printed_theorem_7_stands_beside_the_corrected_one_and_fails_at_the_optimum_itself(laws):
    objective = contrastive(FreshNoise(laws), 2)
    model = gaussian_model(laws).double()
    data = laws.draw(100, noise=False, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = [
        row
        for row in rows_of(gather(model, objective, data, split="train", laws=laws))
        if row.claim.startswith("ncvae:thm7")
    ]
    corrected, of_run, of_optimum = found
    assert (corrected.claim, of_run.claim, of_optimum.claim) == ("ncvae:thm7.corrected", "ncvae:thm7", "ncvae:thm7")
    assert (corrected.verdict, of_run.verdict) == ("proved", "refuted")
    assert all(row.premise.startswith("printed, refuted; ") for row in (of_run, of_optimum))
    assert of_run.measured == corrected.measured  # of the trained encoder
    assert of_run.bound == of_optimum.bound
    sides = theorem7(solve_two_gaussians(laws, setting_of(model, objective)))
    assert (of_optimum.measured.value, of_optimum.bound.value) == (sides.left, sides.printed)
    assert of_optimum.finding == "fails"
    assert sides.left >= corrected.bound.value  # what is proved holds there


@given(ratio=st.floats(0.2, 5.0), beta=st.floats(1.1, 5.0), delta=st.floats(0.1, 5.0), latent_dim=st.integers(1, 3))
def test_the_best_constant_code_has_the_value_of_its_integral(ratio, beta, delta, latent_dim):
    z = torch.linspace(-60, 60, 20001, **DOUBLE)
    logs = [torch.distributions.Normal(torch.zeros((), **DOUBLE), scale).log_prob(z) for scale in (1.0, ratio)]
    overlap = torch.trapezoid(torch.exp((beta * logs[0] + delta * logs[1]) / (beta + delta)), z)
    expected = -(beta + delta) * latent_dim * math.log(overlap)
    np.testing.assert_allclose(constant_code_value(ratio, beta, delta, latent_dim), expected, rtol=1e-6, atol=1e-8)


@in_general_position
@given(seed=st.integers(0, 2**31))
def test_no_scale_does_better_than_the_closed_form(seed):
    posterior = Posterior(normal(seed, 30, 2), normal(seed + 1, 30, 2))
    found = scale_free_divergence(posterior).value
    tried = []
    for scale in torch.linspace(-3, 3, 241, **DOUBLE).exp():
        log_ratio = posterior.log_variance - 2 * scale.log()
        square = (scale.square() + posterior.mean.square()) * torch.exp(-posterior.log_variance)
        tried.append(((square - 1 + log_ratio).sum(dim=1) / 2).mean().item())
    assert found <= min(tried) + 1e-12
    assert min(tried) - found < 1e-2


# --- collapse, inverse Lipschitz maps, findings -----------------------------------------------------


def test_a_collapsed_code_is_what_theorems_on_collapse_ask_for():
    model = make_model(2, 2)
    live = rows(model, elbo(beta=3.0), BITS.repeat(50, 1))["ncvae:cor2.1.corrected", "I(X;Z)"]
    model.encoder = ConstantEncoder(2)
    divergences = (MaximumMeanDiscrepancy(), Wasserstein(critic=make_discriminator(2, width=4, layers=1)))
    claims = [
        ("ncvae:cor2.1.corrected", elbo(beta=3.0)),
        *(
            ("infovae:special.any-divergence", info_vae(alpha=-1.0, scale=5.0, divergence=divergence))
            for divergence in divergences
        ),
    ]
    for claim, objective in claims:
        row = rows(model, objective, BITS.repeat(50, 1))[claim, "I(X;Z)"]
        assert row.finding != "fails"
        assert abs(row.measured.value) < 1e-5 < abs(live.measured.value)


def test_the_fisher_divergence_of_a_steep_decoder_exceeds_its_bound():
    torch.manual_seed(0)
    data = normal(0, 20, 3)
    for latent_dim, claim in ((3, "illidvae:thm3.4"), (2, "illidvae:thm3.8.pointwise")):
        decoder = BrenierDecoder(latent_dim, (3,), widths=(8,), strength=1.5).double()
        prior = IsotropicPrior(latent_dim=latent_dim).double()
        encoder, likelihood = ConstantEncoder(latent_dim), GaussianLikelihood()
        model = Model(encoder=encoder, decoder=decoder, prior=prior, likelihood=likelihood)
        row = rows(model, elbo(), data)[claim, "F(p||p(z|x))"]
        assert row.finding == "holds"
        assert row.bound.value > 0


@pytest.mark.parametrize(
    ("value", "error", "finding"),
    [(0.1, 0.0, "holds"), (-1e-9, 0.0, "holds"), (-0.2, 0.1, "within error"), (-0.4, 0.1, "fails"),
     (-0.4, None, "fails"), (math.nan, None, "fails")],
)  # fmt: skip
def test_findings_follow_from_slack_and_error(value, error, finding):
    basis = "proved" if error is None else "sampled"
    assert finding_of(Number(value=value, basis=basis, rests_on="", error=error), scale=1.0) == finding
