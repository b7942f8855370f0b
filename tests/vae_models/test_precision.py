"""In bfloat16 the networks lose digits, and what is computed of their outputs loses none."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.toys import generator
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.divergences.stein import SteinDivergence
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.networks.heads import DiagonalHead, Encoder, ScalarHead
from vae_models.networks.mixture import MixtureEncoder
from vae_models.networks.mlp import MLP, FlatTrunk
from vae_models.objective import Batch
from vae_models.objectives.ar_elbo import ar_elbo
from vae_models.objectives.autoencoders import wae_mmd
from vae_models.objectives.elbo import elbo
from vae_models.objectives.info_vae import info_vae
from vae_models.objectives.mixture import MixtureElbo, mixture_prior
from vae_models.priors import IsotropicPrior

COUNT, LATENT = 12, 2
ENCODERS = {
    "diagonal": lambda: Encoder(FlatTrunk((3,)), DiagonalHead(3, LATENT)),
    "scalar": lambda: Encoder(FlatTrunk((3,)), ScalarHead(3, LATENT)),
    "classes": lambda: MixtureEncoder(FlatTrunk((3,)), latent_dim=LATENT, classes=3),
}
CASES = {
    "elbo": ("diagonal", elbo()),
    "free bits": ("scalar", elbo(free_bits=0.1)),
    "mmd": ("diagonal", info_vae(alpha=0.0, scale=1000.0, divergence=MaximumMeanDiscrepancy())),
    "stein": ("diagonal", info_vae(alpha=0.0, scale=10.0, divergence=SteinDivergence())),
    "wae": ("diagonal", wae_mmd(code="draw")),
    "ar-elbo": ("diagonal", ar_elbo(parameterisation="Iso-I")),
    "classes": ("classes", MixtureElbo()),
}


def rounded_model(seed, kind):
    """Return a model and data on quarters: networks lose nothing in bfloat16, but for z, which the decoder ignores."""
    torch.manual_seed(seed)
    model = Model(
        encoder=ENCODERS[kind](),
        decoder=MLP((LATENT,), (3,), widths=()),
        prior=mixture_prior(3, LATENT) if kind == "classes" else IsotropicPrior(latent_dim=LATENT),
        likelihood=GaussianLikelihood(activation="sigmoid"),
    )
    with torch.no_grad():
        for weight in (*model.encoder.parameters(), *model.decoder.parameters()):
            weight.copy_((4 * weight).round() / 4)
        model.decoder.layers[0].weight.zero_()
    return model, torch.randint(0, 5, (COUNT, 3)) / 4


@pytest.mark.parametrize("name", CASES)
@given(seed=st.integers(0, 2**31))
@settings(max_examples=5)
def test_losses_in_bfloat16_are_those_in_single_precision_where_the_networks_round_nothing(name, seed):
    kind, objective = CASES[name]
    model, data = rounded_model(seed, kind)
    found = []
    for lower in (False, True):
        batch = Batch(data=data, index=torch.arange(COUNT), step=0, generator=generator(seed))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=lower):
            terms = objective(model, batch)
        found.append({"loss": terms.loss.detach(), **terms.parts})
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-6)
