"""Presets of InfoVAE: the two points of Proposition 1, and small twins of the images of section 5."""

import dataclasses

from vae_models.config import DataConfig, OptimiserConfig, RunConfig
from vae_models.presets.common import TWIN, TWIN_EVALUATE_EVERY, TWIN_NETWORK, TWIN_STEPS, UNMENTIONED
from vae_models.presets.preset import Preset
from vae_models.settings.divergences import AdversarialConfig, MMDConfig, SteinConfig
from vae_models.settings.latents import DiagonalPosteriorConfig
from vae_models.settings.likelihoods import GaussianConfig, TrainedVarianceConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import MLPConfig
from vae_models.settings.objectives import AutoencoderConfig, ElboConfig, InfoVAEConfig, ObjectiveForm

_POINTS = MLPConfig(widths=(200, 200), activation="leaky_relu")
MMD = {
    "objective.divergence": "paper: section 3.2, MMD",
    "objective.divergence.kernel": "code: ermongroup/InfoVAE, exp(-|a-b|^2/d^2)",
    "objective.divergence.squared_length": "code: ermongroup/InfoVAE, d^2",
    "objective.divergence.unbiased": "code: ermongroup/InfoVAE, means with the diagonal",
    "objective.divergence.prior_count": "code: ermongroup/InfoVAE, as many as codes",
}


def _two_point(name: str, objective: ObjectiveForm, *, summary: str, sources: dict[str, str]) -> Preset:
    return Preset(
        summary=summary,
        config=RunConfig(
            preset=name,
            steps=5_000,
            batch_size=500,
            evaluate_every=5.0,
            data=DataConfig(source="two-points", count=10_000, deviation=1e-5),
            model=ModelConfig(
                latent_dim=1,
                encoder=_POINTS,
                decoder=_POINTS,
                posterior=DiagonalPosteriorConfig(link="sigmoid", floor=5e-4),
                likelihood=GaussianConfig(variance=TrainedVarianceConfig(parameterisation="Iso-D", floor=4e-4)),
            ),
            objective=objective,
            optimiser=OptimiserConfig(learning_rate=1e-4),
        ),
        sources={
            **UNMENTIONED,
            "data.source": "paper: Proposition 1, X = {-1, +1}",
            "data.deviation": "code: ermongroup/InfoVAE, 1e-5",
            "data.count": "ours: each batch of the code is drawn anew; 10,000 of each point",
            "batch_size": "code: ermongroup/InfoVAE, 500",
            "epochs": "ours: counted in steps",
            "steps": "ours: the ELBO has no optimum here, so this is a budget and no convergence",
            "model.latent_dim": "paper: Proposition 1, Z is the line",
            "model.encoder": "paper: section 5.1.1, three layers with 200 hidden units",
            "model.decoder": "paper: section 5.1.1, three layers with 200 hidden units",
            "model.encoder.activation": "code: ermongroup/InfoVAE, leaky",
            "model.decoder.activation": "code: ermongroup/InfoVAE, leaky",
            "model.posterior": "code: ermongroup/InfoVAE, deviation sigmoid + 0.0005",
            "model.likelihood": "paper: Proposition 1, Gaussian with a variance that depends on z",
            "model.likelihood.variance.floor": "ours: gives a least -log p(x|z) of -3, where the code cuts the loss",
            "optimiser.optimiser": "code: ermongroup/InfoVAE, Adam",
            "optimiser.learning_rate": "code: ermongroup/InfoVAE, 1e-4",
            **sources,
        },
    )


_TOYS = (
    _two_point(
        "infovae-two-point",
        InfoVAEConfig(alpha=0.0, scale=500.0, divergence=MMDConfig()),
        summary="InfoVAE of two points: near the prior",
        sources=MMD
        | {
            "objective": "paper: eq. (6)",
            "objective.alpha": "paper: section 5.1.1, 0",
            "objective.scale": "paper: section 5.1.1, 500 (the code ramps up to it)",
        },
    ),
    _two_point(
        "infovae-two-point-elbo",
        ElboConfig(),
        summary="ELBO of two points: it has no optimum",
        sources={"objective": "paper: Proposition 1, the ELBO"},
    ),
)


_EVALUATE_EVERY = 50.0  # an epoch of 500 digits is two steps


def _twin(
    name: str, objective: ObjectiveForm, *, summary: str, train_size: int | None, sources: dict[str, str]
) -> Preset:
    return Preset(
        summary=summary,
        config=RunConfig(
            preset=name,
            steps=TWIN_STEPS,
            batch_size=200,
            evaluate_every=TWIN_EVALUATE_EVERY if train_size is None else _EVALUATE_EVERY,
            data=DataConfig(source="digits", binarisation="static", train_size=train_size),
            model=ModelConfig(latent_dim=10, encoder=TWIN_NETWORK, decoder=TWIN_NETWORK),
            objective=objective,
        ),
        sources={
            **TWIN,
            "data.binarisation": "paper: section 5.1.2, binarised; once, so that 500 images can be learned by heart",
            "data.train_size": "paper: section 5.1.2, 500 of 500 to 50,000; --train-size None takes all 1297",
            "batch_size": "code: ermongroup/InfoVAE, 200",
            "steps": "ours: seconds on one core, and long after the ELBO of other digits has begun to rise",
            "model.latent_dim": "paper: section 5.1.2, 10",
            "model.likelihood": "paper: section 5.1.2, binarised images; Bernoulli",
            **sources,
        },
    )


_OVERFIT = (
    _twin(
        "digits-infovae-elbo",
        ElboConfig(),
        summary="ELBO of 500 digits, Figure 2 small",
        train_size=500,
        sources={"objective": "paper: section 5.1.2, the ELBO"},
    ),
    _twin(
        "digits-infovae-mmd",
        InfoVAEConfig(alpha=0.0, scale=1000.0, divergence=MMDConfig()),
        summary="InfoVAE of 500 digits, Figure 2 small",
        train_size=500,
        sources=MMD
        | {
            "objective": "paper: eq. (6)",
            "objective.alpha": "paper: section 5.1.2, 0",
            "objective.scale": "paper: section 5.1.2, 1000",
        },
    ),
)

_SECTION = "paper: section 5.2, on MNIST with a PixelCNN decoder; here with the decoder of the twin"


def _compared(name: str, objective: ObjectiveForm, *, summary: str, sources: dict[str, str]) -> Preset:
    preset = _twin(name, objective, summary=summary, train_size=None, sources={"objective": _SECTION, **sources})
    whole = {"data.train_size": "paper: section 5.2, the whole training set"}
    return dataclasses.replace(preset, sources={**preset.sources, **whole})


_COMPARISON = (
    _compared(
        "digits-infovae-mmd-only",
        InfoVAEConfig(alpha=1.0, scale=1000.0, divergence=MMDConfig()),
        summary="InfoVAE, MMD, alpha = 1, Figure 6 small",
        sources=MMD,
    ),
    _compared(
        "digits-infovae-stein",
        InfoVAEConfig(alpha=1.0, scale=1000.0, divergence=SteinConfig()),
        summary="InfoVAE, Stein, alpha = 1, Figure 6 small",
        sources={},
    ),
    _compared(
        "digits-infovae-adversarial",
        InfoVAEConfig(alpha=1.0, scale=1.0, divergence=AdversarialConfig(width=128)),
        summary="AAE, Figure 6 small",
        sources={
            "objective.scale": "ours: 1, the AAE; 1000 drowns the reconstruction",
            "objective.divergence": "ours: not stated; three layers of 128, not saturating",
        },
    ),
    _compared(
        "digits-infovae-unregularised",
        AutoencoderConfig(reconstruction="likelihood"),
        summary="No regularisation, Figure 6 small",
        sources={},
    ),
)

PRESETS = _TOYS + _OVERFIT + _COMPARISON
