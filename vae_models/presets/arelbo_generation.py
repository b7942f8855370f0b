"""Presets of AR-ELBO: the methods of Tables 4, 5 and 7, their small twins, and the second stage (section 6)."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from vae_models.config import DataConfig, OptimiserConfig, RunConfig
from vae_models.presets.arelbo_printed import ERROR, GENERATION, TABLE7, fid
from vae_models.presets.common import TWIN, TWIN_EVALUATE_EVERY, TWIN_NETWORK, TWIN_REAL_DATA, TWIN_STEPS, UNMENTIONED
from vae_models.presets.preset import Preset
from vae_models.presets.printed import targets
from vae_models.settings.likelihoods import (
    BernoulliConfig,
    GaussianConfig,
    LikelihoodForm,
    LogisticMixtureConfig,
    TrainedVarianceConfig,
)
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import ArelboNetworkConfig, MLPConfig, SkipConfig
from vae_models.settings.objectives import (
    ArElboConfig,
    AutoencoderConfig,
    ElboConfig,
    ObjectiveForm,
    RAEConfig,
    WAEConfig,
)

_MEAN: GaussianConfig = GaussianConfig(activation="sigmoid")
_PROFILED = "paper: its variance is profiled out"
_WAE = "code: tolstikhin/wae"
_RAE = "code: ParthaEth/Regularized_autoencoders-RAE"
_WHICH: tuple[Literal["Iso-I", "Diag-I", "Iso-D", "Diag-D"], ...] = ("Iso-I", "Diag-I", "Iso-D", "Diag-D")
_PLAIN = {"objective": "paper: the ELBO"}
_CODE = {"objective": "paper: section 6, named; no weights are stated"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Method:
    """A row of Table 4: what differs, and where it comes from."""

    summary: str
    objective: ObjectiveForm
    sources: Mapping[str, str]
    likelihood: LikelihoodForm = _MEAN
    spectral_norm: bool = False


def _methods(data: Literal["MNIST", "CelebA"]) -> dict[str, _Method]:
    """Return the methods by name; weights of the baselines are those of public codes for the data."""
    faces = data == "CelebA"
    wae, rae = f"{_WAE}, {data}", f"{_RAE}, {data}"
    return {
        "vae": _Method(
            summary="VAE, sigma_x^2 = 1",
            objective=ElboConfig(),
            sources={**_PLAIN, "model.likelihood.variance.value": "paper: section 6, 1"},
        ),
        "bernoulli": _Method(
            summary="VAE, Bernoulli",
            objective=ElboConfig(),
            likelihood=BernoulliConfig(),
            sources={**_PLAIN, "model.likelihood": "paper: section 6, Bernoulli"},
        ),
        "mol": _Method(
            summary="VAE, mixture of logistics",
            objective=ElboConfig(),
            likelihood=LogisticMixtureConfig(components=10),
            sources={
                **_PLAIN,
                "model.likelihood": "paper: section 6, MoL",
                "model.likelihood.components": "ours: not stated; 10, as in PixelCNN++",
            },
        ),
        "ae": _Method(summary="AE", objective=AutoencoderConfig(), sources=_CODE),
        "wae": _Method(
            summary="WAE-MMD",
            objective=WAEConfig(weight=100.0 if faces else 10.0, reconstruction_weight=0.05),
            sources=_CODE
            | {
                "objective.weight": wae,
                "objective.reconstruction_weight": f"{_WAE}, 0.05",
                "objective.prior_variance": f"{_WAE}, that of the prior",
            },
        ),
        "rae": _Method(
            summary="RAE",
            objective=RAEConfig(code_weight=1e-4 if faces else 5e-4),
            sources=_CODE | {"objective.code_weight": rae},
        ),
        "rae-sn": _Method(
            summary="RAE-SN",
            objective=RAEConfig(code_weight=2.4e-3 if faces else 9e-3),
            spectral_norm=True,
            sources=_CODE | {"objective.code_weight": rae, "model.spectral_norm": rae},
        ),
        "rae-gp": _Method(
            summary="RAE-GP",
            objective=RAEConfig(code_weight=1e-4, penalty="gradient", penalty_weight=1e-7 if faces else 5e-8),
            sources=_CODE | {"objective.code_weight": rae, "objective.penalty_weight": rae},
        ),
        **{
            f"{which.lower()}-trained": _Method(
                summary=f"{which}, trained variance",
                objective=ElboConfig(),
                likelihood=GaussianConfig(variance=TrainedVarianceConfig(parameterisation=which), activation="sigmoid"),
                sources={**_PLAIN, "model.likelihood.variance.initial": "ours: not stated; 1"},
            )
            for which in _WHICH
        },
        **{
            which.lower(): _Method(
                summary=f"{which}, variance by MLE",
                objective=ArElboConfig(parameterisation=which),
                sources={"objective": "paper: Table 2, with 1e-6 before the logarithm", "model.likelihood": _PROFILED},
            )
            for which in _WHICH
        },
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Size:
    """Data with their networks and length, and where these come from."""

    data: DataConfig
    network: ArelboNetworkConfig | MLPConfig
    latent_dim: int
    learning_rate: float
    sources: Mapping[str, str]
    epochs: int | None = None
    steps: int | None = None
    evaluate_every: float = 1.0


_SMALL = _Size(
    data=TWIN_REAL_DATA,
    network=TWIN_NETWORK,
    latent_dim=16,
    learning_rate=1e-3,
    steps=TWIN_STEPS,
    evaluate_every=TWIN_EVALUATE_EVERY,
    sources={**TWIN, "optimiser.learning_rate": "paper: section 6, 1e-3 for MNIST"},
)


def _whole(
    source: str, network: Literal["mnist", "celeba", "celebahq"], latent_dim: int, *, epochs: int, rate: float
) -> _Size:
    place = {"mnist": "I.1", "celeba": "I.2", "celebahq": "I.3"}[network]
    like = ", those of CelebA" if network == "celebahq" else ""
    return _Size(
        data=DataConfig(source=source),
        network=ArelboNetworkConfig(network=network),
        latent_dim=latent_dim,
        learning_rate=rate,
        epochs=epochs,
        sources={
            **UNMENTIONED,
            "data.source": f"paper: section 6 and appendix {place}",
            "data.path": "ours: the usual place in the folder of the data sets",
            "epochs": f"paper: appendix I, {epochs}{like}",
            "steps": "ours: counted in epochs",
            "model.encoder": f"paper: appendix {place}",
            "model.decoder": f"paper: appendix {place}",
            "model.posterior": "paper: section 6, a diagonal Gaussian that depends on x",
            "optimiser.optimiser": "paper: appendix I, Adam",
            "optimiser.learning_rate": f"paper: appendix I, {rate:g}{like}",
        },
    )


_WHOLE: Mapping[str, _Size] = {
    "MNIST": _whole("mnist", "mnist", 16, epochs=100, rate=1e-3),
    "CelebA": _whole("celeba", "celeba", 64, epochs=70, rate=2e-4),
    "CelebAHQ": _whole("celebahq", "celebahq", 256, epochs=70, rate=2e-4),
}


def _generation(name: str, method: _Method, size: _Size, *, data: str, key: str, where: str) -> Preset:
    printed, nll = GENERATION.get(data, {}).get(key, {}), TABLE7[data].get(key, {})
    tables = targets(f"Tables 4, 5, {method.summary}, {data}", printed)
    if size is _SMALL:
        own, place = "frechet_distance_own_features_prior_squared_units", f"Table 4, {method.summary}"
        error, drawn = (
            {new: printed[old]} if old in printed else {} for old, new in ((ERROR, ERROR), (fid("prior"), own))
        )
        tables = targets(f"{place}, MNIST", error) + targets(f"{place}, draws of the prior, a FID, MNIST", drawn)
    return Preset(
        summary=f"{method.summary}, {where}",
        config=RunConfig(
            preset=name,
            epochs=size.epochs,
            steps=size.steps,
            evaluate_every=size.evaluate_every,
            data=size.data,
            model=ModelConfig(
                latent_dim=size.latent_dim,
                encoder=size.network,
                decoder=size.network,
                likelihood=method.likelihood,
                spectral_norm=method.spectral_norm,
            ),
            objective=method.objective,
            optimiser=OptimiserConfig(learning_rate=size.learning_rate),
        ),
        sources={
            **size.sources,
            "data.binarisation": "paper: real intensities",
            "batch_size": "paper: section 6, 64",
            "model.latent_dim": f"paper: section 6, {size.latent_dim}",
            "model.likelihood": "paper: section 6, Gaussian; appendix I, sigmoid",
            **method.sources,
        },
        targets=tables + targets(f"Table 7, {method.summary}, {data}", nll),
    )


def _second_stage(name: str, *, small: bool) -> Preset:
    network = SkipConfig(width=128) if small else SkipConfig()
    said = "code: daib13/TwoStageVAE"
    return Preset(
        summary="second stage of a run at --path, " + ("small" if small else "Table 4"),
        config=RunConfig(
            preset=name,
            epochs=None if small else 800,
            steps=TWIN_STEPS if small else None,
            evaluate_every=TWIN_EVALUATE_EVERY if small else 1.0,
            data=DataConfig(source="codes"),
            model=ModelConfig(
                latent_dim=16,
                encoder=network,
                decoder=network,
                likelihood=GaussianConfig(variance=TrainedVarianceConfig()),
            ),
            objective=ElboConfig(),
            optimiser=OptimiserConfig(learning_rate=1e-3 if small else 1e-4),
        ),
        sources={
            **UNMENTIONED,
            "data.source": "paper: section 6.1, 2ndVAE; codes are drawn anew in each batch, as in its code",
            "batch_size": TWIN["batch_size"] if small else said,
            "epochs": f"{said}, 800 (which halves the rate every 300, and this does not)"
            if not small
            else TWIN["epochs"],
            "steps": TWIN["steps"] if small else "ours: counted in epochs",
            "model.latent_dim": "paper: section 6.1, that of the first stage",
            "model.encoder": "ours: three layers of 128" if small else f"{said}, three layers of 1024",
            "model.decoder": "ours: three layers of 128" if small else f"{said}, three layers of 1024",
            "model.posterior": said,
            "model.likelihood": f"{said}, Gaussian with one trained variance that begins at 1",
            "objective": said,
            "optimiser.optimiser": f"{said}, Adam",
            "optimiser.learning_rate": "ours: 1e-3" if small else f"{said}, 1e-4",
        },
    )


def _paper(data: str, names: Mapping[str, _Method], where: str) -> tuple[Preset, ...]:
    return tuple(
        _generation(f"arelbo-{data.lower()}-{name}", method, _WHOLE[data], data=data, key=name, where=where)
        for name, method in names.items()
    )


_OF_MNIST = {name: method for name, method in _methods("MNIST").items() if name != "mol"}
_OF_CELEBA = {name: method for name, method in _methods("CelebA").items() if name not in {"bernoulli", "rae-sn"}}

PRESETS = (
    *_paper("MNIST", {name: _OF_MNIST[name] for name in _OF_MNIST if name != "rae-sn"}, "MNIST, section 6"),
    *_paper("CelebA", _OF_CELEBA, "CelebA, section 6"),
    *_paper("CelebAHQ", {name: _OF_CELEBA[name] for name in TABLE7["CelebAHQ"]}, "CelebA-HQ, Table 7"),
    *(
        _generation(f"digits-arelbo-{name}", method, _SMALL, data="MNIST", key=name, where="Tables 4, 7 small")
        for name, method in _OF_MNIST.items()
    ),
    _second_stage("arelbo-second-stage", small=False),
    _second_stage("digits-arelbo-second-stage", small=True),
)
