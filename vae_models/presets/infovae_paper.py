"""Presets of InfoVAE at the size of the paper: MNIST of sections 5.1.2 (DCGAN) and 5.2 (PixelCNN)."""

from collections.abc import Mapping

from vae_models.config import DataConfig, OptimiserConfig, RunConfig
from vae_models.presets.common import UNMENTIONED
from vae_models.presets.infovae import MMD
from vae_models.presets.preset import Preset
from vae_models.presets.printed import Row, read_table, targets
from vae_models.settings.divergences import AdversarialConfig, MMDConfig, SteinConfig
from vae_models.settings.latents import DiagonalPosteriorConfig
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import ConvConfig, DecoderNetwork, GatedPixelCNNConfig
from vae_models.settings.objectives import AutoencoderConfig, ElboConfig, InfoVAEConfig, ObjectiveForm

_CODE = "code: ermongroup/InfoVAE"
SIZES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)  # ours between the ends
DIMENSIONS = (2, 5, 10, 20, 40, 80)

# named log likelihood estimate, and read as -log p(x); z has five coordinates
TABLE1: Mapping[str, Row] = read_table(
    ("importance_weighted_nll",), "elbo: 82.75\n mmd: 80.76\n stein: 81.47\n adversarial: 82.21"
)

_ENCODER = ConvConfig(channels=(64, 128), kernel=4, dense=(1024,), activation="leaky_relu_0.1")
_DECODER = ConvConfig(channels=(64, 128), kernel=4, dense=(1024,))
_PIXELCNN = GatedPixelCNNConfig(kernels=(7, 7, 7, 7, 7), channels=32, maps=4)


def _preset(
    name: str, objective: ObjectiveForm, decoder: DecoderNetwork, *, summary: str, sources: Mapping[str, str], row: Row
) -> Preset:
    return Preset(
        summary=summary,
        config=RunConfig(
            preset=name,
            steps=100_000,
            batch_size=200,
            data=DataConfig(source="mnist", binarisation="static"),
            model=ModelConfig(
                latent_dim=10,
                encoder=_ENCODER,
                decoder=decoder,
                posterior=DiagonalPosteriorConfig(link="sigmoid", floor=0.01),
            ),
            objective=objective,
            optimiser=OptimiserConfig(learning_rate=1e-4),
        ),
        sources={
            **UNMENTIONED,
            "data.source": "paper: section 5, MNIST",
            "data.binarisation": "paper: section 5, binarised; drawn once, where the paper has a published draw",
            "data.validation_size": "paper: section 5.1.2, 50,000 images to train with; the other 10,000",
            "batch_size": f"{_CODE}, 200",
            "epochs": "ours: counted in steps",
            "steps": f"{_CODE}, 100,000; there the KL has the weight 0.01 for the first 20,000, here it has not",
            "model.encoder": f"paper: section 5, DCGAN; sizes of {_CODE.removeprefix('code: ')}",
            "model.posterior": f"{_CODE}, the larger of sigmoid and 0.01 for the deviation, here their sum",
            "model.likelihood": "paper: section 5, binarised images; Bernoulli",
            "optimiser.optimiser": "paper: appendix C, Adam",
            "optimiser.learning_rate": f"{_CODE}, 1e-4",
            **sources,
        },
        targets=targets("Table 1, MNIST, d_z = 5", row),
    )


def _overfit(name: str, objective: ObjectiveForm, *, method: str, sources: Mapping[str, str]) -> Preset:
    return _preset(
        name,
        objective,
        _DECODER,
        summary=f"{method} of MNIST, Figure 2",
        sources={
            "data.train_size": "paper: section 5.1.2, from 500 to 50,000; --train-size changes it",
            "model.latent_dim": "paper: section 5.1.2, 10",
            "model.decoder": f"paper: section 5.1.2, DCGAN; sizes of {_CODE.removeprefix('code: ')}",
            **sources,
        },
        row={},
    )


_OVERFIT = (
    _overfit("infovae-mnist-elbo", ElboConfig(), method="ELBO", sources={"objective": "paper: section 5.1.2"}),
    _overfit(
        "infovae-mnist-mmd",
        InfoVAEConfig(alpha=0.0, scale=1000.0, divergence=MMDConfig()),
        method="InfoVAE",
        sources=MMD
        | {
            "objective": "paper: eq. (6)",
            "objective.alpha": "paper: section 5.1.2, 0",
            "objective.scale": "paper: section 5.1.2, 1000",
        },
    ),
)

_ALPHA = {"objective": "paper: eq. (6)", "objective.alpha": "paper: section 5.2, 1"}
_THOUSAND = {"objective.scale": "paper: section 5.2, 1000"}
_COMPARED: Mapping[str, tuple[str, ObjectiveForm, Mapping[str, str]]] = {
    "elbo": ("ELBO", ElboConfig(), {"objective": "paper: section 5.2, the ELBO"}),
    "mmd": (
        "InfoVAE, MMD",
        InfoVAEConfig(alpha=1.0, scale=1000.0, divergence=MMDConfig()),
        MMD | _ALPHA | _THOUSAND,
    ),
    "stein": (
        "InfoVAE, Stein",
        InfoVAEConfig(alpha=1.0, scale=1000.0, divergence=SteinConfig()),
        _ALPHA | _THOUSAND | {"objective.divergence": "paper: appendix B, with the sign that lowers the KL"},
    ),
    "adversarial": (
        "AAE",
        InfoVAEConfig(alpha=1.0, scale=1.0, divergence=AdversarialConfig()),
        _ALPHA
        | {
            "objective.scale": "paper: section 3.2, the AAE has lambda = 1",
            "objective.divergence": "ours: not stated; three layers of 512, not saturating",
        },
    ),
    "unregularised": (
        "No regularisation",
        AutoencoderConfig(reconstruction="likelihood"),
        {"objective": "paper: Figure 6, an autoencoder without regularisation"},
    ),
}
_COMPARISON = tuple(
    _preset(
        f"infovae-pixelcnn-{name}",
        objective,
        _PIXELCNN,
        summary=f"{method} of MNIST, PixelCNN, Figure 6",
        sources={
            "data.train_size": "paper: section 5.2, the whole training set",
            "model.latent_dim": "paper: section 5.2, 10 of 2 to 80, and 5 for Table 1; --latent-dim changes it",
            "model.decoder": "paper: appendix C, a simplified conditional PixelCNN; its layers are ours, five of 7x7",
            **sources,
        },
        row=TABLE1.get(name, {}),
    )
    for name, (method, objective, sources) in _COMPARED.items()
)

PRESETS = _OVERFIT + _COMPARISON
