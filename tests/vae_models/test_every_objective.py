"""Every objective with every likelihood and prior that it takes, on random shapes."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.vae_models.toys import DOUBLE, batch_of, generator, normal
from vae_models.divergences.adversarial import JensenShannon, make_discriminator
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.stein import SteinDivergence
from vae_models.divergences.wasserstein import Wasserstein
from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood
from vae_models.likelihoods.variance import DecodedVariance, TrainedVariance
from vae_models.model import Model
from vae_models.noise import DecoderNoise, GaussianNoise
from vae_models.objectives.ar_elbo import ar_elbo, deterministic_elbo
from vae_models.objectives.autoencoders import autoencoder, rae, wae_mmd
from vae_models.objectives.elbo import Reconstruction, elbo
from vae_models.objectives.info_vae import aae, info_vae
from vae_models.objectives.nc_vae import nc_vae
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior, MixturePrior, VampPrior
from vae_models.refinement import Refinement
from vae_models.schedules import CyclicRamp, LinearRamp


class FlatEncoder(nn.Module):
    def __init__(self, data_shape, latent_dim):
        super().__init__()
        self.layer = nn.Linear(math.prod(data_shape), 2 * latent_dim)

    def forward(self, data):
        return Posterior(*self.layer(data.to(self.layer.weight.dtype).flatten(1)).chunk(2, dim=1))


LIKELIHOODS = {
    "gaussian": lambda shape: GaussianLikelihood(),  # noqa: ARG005
    "gaussian, Iso-I": lambda shape: GaussianLikelihood(variance=TrainedVariance()),  # noqa: ARG005
    "gaussian, Diag-I": lambda shape: GaussianLikelihood(variance=TrainedVariance(shape=shape)),
    "gaussian, Iso-D": lambda shape: GaussianLikelihood(variance=DecodedVariance(isotropic=True)),  # noqa: ARG005
    "gaussian, Diag-D": lambda shape: GaussianLikelihood(variance=DecodedVariance(isotropic=False)),  # noqa: ARG005
    "gaussian, sigmoid": lambda shape: GaussianLikelihood(activation="sigmoid"),  # noqa: ARG005
    "bernoulli": lambda shape: BernoulliLikelihood(),  # noqa: ARG005
    "logistic mixture": lambda shape: LogisticMixtureLikelihood(components=2, levels=4),  # noqa: ARG005
    "categorical": lambda shape: CategoricalLikelihood(classes=4),  # noqa: ARG005
}
PRIORS = {
    "isotropic": lambda latent, model_data, encoder: IsotropicPrior(latent_dim=latent, variance=2.0),  # noqa: ARG005
    "mixture": lambda latent, model_data, encoder: MixturePrior(  # noqa: ARG005
        torch.zeros(2), torch.randn(2, latent, generator=generator()), torch.zeros(2, latent), trained=True
    ),
    "vamp": lambda latent, model_data, encoder: VampPrior(encoder=encoder, pseudo_inputs=model_data[:2]),  # noqa: ARG005
}
SQUARED = {"squared": None, "likelihood": Reconstruction()}
OBJECTIVES = {
    "elbo": lambda latent: elbo(),  # noqa: ARG005
    "beta-vae": lambda latent: elbo(beta=4.0),  # noqa: ARG005
    "linear annealing": lambda latent: elbo(beta=LinearRamp(steps=10)),  # noqa: ARG005
    "cyclic annealing": lambda latent: elbo(beta=CyclicRamp(period=4)),  # noqa: ARG005
    "free bits": lambda latent: elbo(free_bits=0.5, free_bits_per="total"),  # noqa: ARG005
    "svi": lambda latent: elbo(inference=Refinement(steps=2, learning_rate=0.01)),  # noqa: ARG005
    "sa-vae": lambda latent: elbo(  # noqa: ARG005
        inference=Refinement(steps=2, learning_rate=0.01, differentiable=True)
    ),
    "nc-vae, CD": lambda latent: nc_vae(
        noise=DecoderNoise(), contrastive_prior=IsotropicPrior(latent_dim=latent, variance=25.0), delta=0.5
    ),
    "nc-vae, GN": lambda latent: nc_vae(
        noise=GaussianNoise(), contrastive_prior=IsotropicPrior(latent_dim=latent, variance=4.0), beta=2.0
    ),
    "infovae, mmd": lambda latent: info_vae(alpha=0.0, scale=1000.0, divergence=MaximumMeanDiscrepancy()),  # noqa: ARG005
    "infovae, stein": lambda latent: info_vae(alpha=1.0, scale=10.0, divergence=SteinDivergence()),  # noqa: ARG005
    "infovae, js": lambda latent: info_vae(
        alpha=0.5, scale=2.0, divergence=JensenShannon(discriminator=make_discriminator(latent, width=4))
    ),
    "infovae, wasserstein": lambda latent: info_vae(
        alpha=1.0, scale=2.0, divergence=Wasserstein(critic=make_discriminator(latent, width=4))
    ),
    "aae": lambda latent: aae(discriminator=make_discriminator(latent, width=4)),
    "ae": lambda latent: autoencoder(reconstruction=Reconstruction()),  # noqa: ARG005
    "wae": lambda latent: wae_mmd(reconstruction=Reconstruction()),  # noqa: ARG005
    "rae": lambda latent: rae(code_weight=0.1, reconstruction=Reconstruction()),  # noqa: ARG005
    "rae-gp": lambda latent: rae(  # noqa: ARG005
        code_weight=0.1, penalty="gradient", penalty_weight=0.2, reconstruction=Reconstruction()
    ),
    "rae-l2": lambda latent: rae(  # noqa: ARG005
        code_weight=0.1, penalty="weights", penalty_weight=0.2, reconstruction=Reconstruction()
    ),
    "deterministic": lambda latent: deterministic_elbo(),  # noqa: ARG005
    "Iso-I": lambda latent: ar_elbo(parameterisation="Iso-I"),  # noqa: ARG005
    "Iso-D": lambda latent: ar_elbo(parameterisation="Iso-D"),  # noqa: ARG005
    "Diag-I": lambda latent: ar_elbo(parameterisation="Diag-I"),  # noqa: ARG005
    "Diag-D": lambda latent: ar_elbo(parameterisation="Diag-D"),  # noqa: ARG005
    "ae, squared": lambda latent: autoencoder(),  # noqa: ARG005
    "wae, squared": lambda latent: wae_mmd(),  # noqa: ARG005
    "rae-gp, squared": lambda latent: rae(code_weight=0.1, penalty="gradient", penalty_weight=0.2),  # noqa: ARG005
}
REAL_ONLY = {"nc-vae, GN", "Iso-I", "Iso-D", "Diag-I", "Diag-D", "ae, squared", "wae, squared", "rae-gp, squared"}


def data_for(likelihood, shape, count, seed):
    levels = torch.randint(0, 4, (count, *shape), generator=generator(seed))
    if likelihood == "categorical":
        return levels
    if likelihood == "bernoulli":
        return (levels > 1).to(**DOUBLE)
    return levels.to(**DOUBLE) / 3 if likelihood == "logistic mixture" else normal(seed, count, *shape)


@pytest.mark.parametrize("objective_name", sorted(OBJECTIVES))
@settings(max_examples=50)  # for each objective, in every profile
@given(
    likelihood_name=st.sampled_from(sorted(LIKELIHOODS)),
    prior_name=st.sampled_from(sorted(PRIORS)),
    shape=st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3)),
    latent=st.integers(1, 3),
    count=st.integers(2, 5),
    seed=st.integers(0, 2**31),
)
def test_losses_are_finite_sums_of_their_parts_with_finite_gradients(
    objective_name, likelihood_name, prior_name, shape, latent, count, seed
):
    if likelihood_name == "categorical" and (objective_name in REAL_ONLY or prior_name == "vamp"):
        return
    torch.manual_seed(seed)
    likelihood, encoder = LIKELIHOODS[likelihood_name](shape), FlatEncoder(shape, latent)
    decoded = likelihood.parameter_shape(shape)
    data = data_for(likelihood_name, shape, count, seed)
    model = Model(
        encoder=encoder,
        decoder=nn.Sequential(nn.Linear(latent, math.prod(decoded)), nn.Unflatten(1, decoded)),
        prior=PRIORS[prior_name](latent, data, encoder),
        likelihood=likelihood,
    ).double()
    objective = OBJECTIVES[objective_name](latent).double()
    batch = batch_of(data, step=2, seed=seed)
    terms = objective(model, batch)
    assert terms.loss.shape == ()
    assert terms.loss.dtype == torch.float64
    assert terms.loss.isfinite()
    weights = objective.weights(batch.step)
    assert weights.keys() == terms.parts.keys()
    assert not any(part.requires_grad or part.dim() for part in terms.parts.values())
    weighted = [weight * terms.parts[name] for name, weight in weights.items() if weight]
    torch.testing.assert_close(terms.loss.detach(), sum(weighted, start=torch.zeros((), **DOUBLE)))
    terms.loss.backward()
    reached = [parameter.grad for parameter in (*model.parameters(), *objective.parameters())]
    assert all(slope.isfinite().all() for slope in reached if slope is not None)
    assert any(parameter.grad is not None for parameter in model.decoder.parameters())
