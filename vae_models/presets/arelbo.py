"""Presets of AR-ELBO: smoothness (section 4.2), recovered variances (5.3), and the methods of Tables 4 and 7."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from vae_models.config import DataConfig, RunConfig
from vae_models.presets.common import TWIN, TWIN_EVALUATE_EVERY, TWIN_NETWORK, TWIN_REAL_DATA, TWIN_STEPS, UNMENTIONED
from vae_models.presets.preset import Preset
from vae_models.records import Target
from vae_models.settings.latents import FixedPosteriorConfig, PosteriorForm, ScalarPosteriorConfig
from vae_models.settings.likelihoods import (
    BernoulliConfig,
    FixedVarianceConfig,
    GaussianConfig,
    LikelihoodForm,
    TrainedVarianceConfig,
)
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import ArelboNetworkConfig
from vae_models.settings.objectives import (
    ArElboConfig,
    AutoencoderConfig,
    DeterministicElboConfig,
    ElboConfig,
    ObjectiveForm,
    RAEConfig,
    WAEConfig,
)

_IMAGES = {
    **UNMENTIONED,
    "data.source": "paper: MNIST",
    "data.binarisation": "paper: real intensities",
    "batch_size": "paper: 64",
    "steps": "ours: counted in epochs",
    "optimiser.optimiser": "paper: Adam",
    "optimiser.learning_rate": "paper: 1e-3",
    "optimiser.weight_decay": "paper: none",
}


def _targets(where: str, values: Mapping[str, float]) -> tuple[Target, ...]:
    return tuple(Target(metric=metric, value=value, where=where) for metric, value in values.items())


# --- section 4.2: smoothness ----------------------------------------------------------------------

_STOCHASTIC: Mapping[str, float] = {
    "squared_error_squared_units": 10.18,
    "kl": 15.30,
    "mutual_information": 26.3,  # above the ln 10000 that an estimate with the own draw cannot exceed
    "expected_gap_at_0.01_squared_units": 1.99,
    "expected_gap_at_0.001_squared_units": 0.208,
    "local_smoothness_per_coordinate_squared_units": 12.8,
}
_DETERMINISTIC: Mapping[str, float] = {
    "squared_error_squared_units": 5.26,
    "mutual_information": 30.6,
    "expected_gap_at_0.01_squared_units": 53.1,
    "expected_gap_at_0.001_squared_units": 12.9,
    "local_smoothness_per_coordinate_squared_units": 474.0,
}
_VARIANCE = 10**-0.5  # of the eleven values from 1 to 0.1, the one in the middle


def _smoothness(name: str, *, deterministic: bool, small: bool) -> Preset:
    posterior: PosteriorForm = FixedPosteriorConfig(variance=0.0) if deterministic else ScalarPosteriorConfig()
    objective: ObjectiveForm = DeterministicElboConfig() if deterministic else ElboConfig()
    network = ArelboNetworkConfig(network="smoothness")
    encodings = "deterministic" if deterministic else "stochastic"
    said = {
        "model.latent_dim": "paper: section 4.2, 8 (its appendix D.1 prints 16, which does not fit its KL values)",
        "model.encoder": "paper: appendix D.1",
        "model.decoder": "paper: appendix D.1",
        "model.posterior": "paper: section 4.2, " + ("sigma_z = 0" if deterministic else "one trained sigma_z^2"),
        "model.likelihood": "paper: section 4.1, Gaussian; appendix D.1, sigmoid",
        "model.likelihood.variance.value": "paper: section 4.2, from 1 to 0.1; --variance.value changes it",
        "objective": "paper: section 4.2",
    }
    if not deterministic:
        said["model.posterior.log_variance"] = "ours: not stated; 0, that of the prior"
    return Preset(
        summary=f"{encodings} encodings, " + ("Table 1 small" if small else "Table 1, MNIST"),
        config=RunConfig(
            preset=name,
            epochs=None if small else 200,
            steps=TWIN_STEPS if small else None,
            evaluate_every=TWIN_EVALUATE_EVERY if small else 1.0,
            data=TWIN_REAL_DATA if small else DataConfig(source="mnist"),
            model=ModelConfig(
                latent_dim=8,
                encoder=TWIN_NETWORK if small else network,
                decoder=TWIN_NETWORK if small else network,
                posterior=posterior,
                likelihood=GaussianConfig(variance=FixedVarianceConfig(value=_VARIANCE), activation="sigmoid"),
            ),
            objective=objective,
        ),
        sources={**_IMAGES, "epochs": "paper: section 4.2, 200", **said, **(_SMALL if small else {})},
        targets=_targets(
            f"Table 1, {encodings}, log10 of sigma_x^2 = -0.5, training set of MNIST",
            _DETERMINISTIC if deterministic else _STOCHASTIC,
        ),
    )


_SMALL = {
    name: TWIN[name]
    for name in ("data", "batch_size", "epochs", "steps", "optimiser.optimiser", "optimiser.learning_rate")
} | {
    "data.source": TWIN["data"],
    "data.binarisation": "paper: real intensities",
    "model.encoder": TWIN["model"],
    "model.decoder": TWIN["model"],
}

# --- section 5.3: variances that the data are given -----------------------------------------------


def _variance(name: str, *, small: bool) -> Preset:
    network = ArelboNetworkConfig(network="mnist")
    base: Literal["digits", "mnist"] = "digits" if small else "mnist"
    return Preset(
        summary="variances of noisy partitions, " + ("Table 3 small" if small else "Table 3, MNIST"),
        config=RunConfig(
            preset=name,
            epochs=None if small else 100,
            steps=TWIN_STEPS if small else None,
            evaluate_every=TWIN_EVALUATE_EVERY if small else 1.0,
            data=DataConfig(source="noise-partitions", base=base, pattern="spatial-conditional", noise_variance=0.1),
            model=ModelConfig(
                latent_dim=16,
                encoder=TWIN_NETWORK if small else network,
                decoder=TWIN_NETWORK if small else network,
                likelihood=GaussianConfig(activation="sigmoid"),
            ),
            objective=ArElboConfig(parameterisation="Diag-D"),
        ),
        sources={
            **_IMAGES,
            "epochs": "paper: section 6, 100",
            "model.latent_dim": "paper: section 6.1, 16",
            "model.encoder": "paper: appendix I.1",
            "model.decoder": "paper: appendix I.1",
            "model.posterior": "paper: section 6, a diagonal Gaussian that depends on x",
            "model.likelihood": "paper: Gaussian; appendix I.1, sigmoid; its variance is profiled out",
            "objective": "paper: Table 2, with 1e-6 before the logarithm",
            "objective.parameterisation": "paper: section 5.3, one of four; --parameterisation changes it",
            **(_SMALL if small else {}),
            "data.source": "paper: section 5.3",
            "data.base": TWIN["data"] if small else "paper: section 5.3, MNIST",
            "data.pattern": "paper: section 5.3, one of four; --pattern changes it",
            "data.noise_variance": "paper: section 5.3, 0.1 or 0.01; --noise-variance changes it",
        },
        targets=_targets("Table 3, Diag-D, spatial-conditional, 0.1, SU, MNIST", {"variance_0_squared_units": 0.11}),
    )


# --- section 6: Tables 4 and 7 --------------------------------------------------------------------

_MEAN: GaussianConfig = GaussianConfig(activation="sigmoid")
_PROFILED = "paper: its variance is profiled out"
_RAE = "code: ParthaEth/Regularized_autoencoders-RAE, MNIST"


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Method:
    """A row of Table 4: what differs, where it comes from, printed squared error, and printed NLL of Table 7."""

    summary: str
    objective: ObjectiveForm
    sources: Mapping[str, str]
    squared_error: float | None = None
    nll: float | None = None
    likelihood: LikelihoodForm = _MEAN
    spectral_norm: bool = False


_WHICH: tuple[Literal["Iso-I", "Diag-I", "Iso-D", "Diag-D"], ...] = ("Iso-I", "Diag-I", "Iso-D", "Diag-D")
_MLE = dict(zip(_WHICH, ((4.40, -887.17), (5.35, -1390.88), (4.31, -995.87), (6.80, -2113.80)), strict=True))
_TRAINED = dict(zip(_WHICH, (4.28, 5.70, 4.45, 5.33), strict=True))
_PLAIN = {"objective": "paper: the ELBO"}
_CODE = {"objective": "paper: section 6, named; no weights are stated"}

_METHODS: Mapping[str, _Method] = {
    "vae": _Method(
        summary="VAE, sigma_x^2 = 1",
        objective=ElboConfig(),
        sources={**_PLAIN, "model.likelihood.variance.value": "paper: section 6, 1"},
        squared_error=20.25,
        nll=736.61,
    ),
    "bernoulli": _Method(
        summary="VAE, Bernoulli",
        objective=ElboConfig(),
        likelihood=BernoulliConfig(),
        sources={**_PLAIN, "model.likelihood": "paper: section 6, Bernoulli"},
        squared_error=7.26,
    ),
    "ae": _Method(summary="AE", objective=AutoencoderConfig(), sources=_CODE, squared_error=4.31),
    "wae": _Method(
        summary="WAE-MMD",
        objective=WAEConfig(weight=10.0, reconstruction_weight=0.05),
        sources=_CODE
        | {
            "objective.weight": "code: tolstikhin/wae, MNIST",
            "objective.reconstruction_weight": "code: tolstikhin/wae, 0.05",
            "objective.prior_variance": "code: tolstikhin/wae, that of the prior",
        },
        squared_error=4.34,
    ),
    "rae": _Method(
        summary="RAE",
        objective=RAEConfig(code_weight=5e-4),
        sources=_CODE | {"objective.code_weight": _RAE},
        squared_error=4.28,
    ),
    "rae-sn": _Method(
        summary="RAE-SN",
        objective=RAEConfig(code_weight=9e-3),
        spectral_norm=True,
        sources=_CODE | {"objective.code_weight": _RAE, "model.spectral_norm": _RAE},
    ),
    "rae-gp": _Method(
        summary="RAE-GP",
        objective=RAEConfig(code_weight=1e-4, penalty="gradient", penalty_weight=5e-8),
        sources=_CODE | {"objective.code_weight": _RAE, "objective.penalty_weight": _RAE},
        squared_error=4.30,
    ),
    **{
        f"{which.lower()}-trained": _Method(
            summary=f"{which}, trained variance",
            objective=ElboConfig(),
            likelihood=GaussianConfig(variance=TrainedVarianceConfig(parameterisation=which), activation="sigmoid"),
            sources={**_PLAIN, "model.likelihood.variance.initial": "ours: not stated; 1"},
            squared_error=_TRAINED[which],
        )
        for which in _WHICH
    },
    **{
        which.lower(): _Method(
            summary=f"{which}, variance by MLE",
            objective=ArElboConfig(parameterisation=which),
            sources={"objective": "paper: Table 2, with 1e-6 before the logarithm", "model.likelihood": _PROFILED},
            squared_error=_MLE[which][0],
            nll=_MLE[which][1],
        )
        for which in _WHICH
    },
}


def _generation(name: str, method: _Method) -> Preset:
    tables: tuple[Target, ...] = ()
    if method.squared_error is not None:
        tables += _targets(f"Table 4, {method.summary}, MNIST", {"squared_error_squared_units": method.squared_error})
    if method.nll is not None:
        tables += _targets(f"Table 7, {method.summary}, MNIST", {"importance_weighted_nll": method.nll})
    return Preset(
        summary=f"{method.summary}, Tables 4, 7 small",
        config=RunConfig(
            preset=name,
            steps=TWIN_STEPS,
            evaluate_every=TWIN_EVALUATE_EVERY,
            data=TWIN_REAL_DATA,
            model=ModelConfig(
                latent_dim=16,
                encoder=TWIN_NETWORK,
                decoder=TWIN_NETWORK,
                likelihood=method.likelihood,
                spectral_norm=method.spectral_norm,
            ),
            objective=method.objective,
        ),
        sources={
            **TWIN,
            "data.binarisation": "paper: real intensities",
            "batch_size": "paper: section 6, 64",
            "model.latent_dim": "paper: section 6.1, 16",
            "model.likelihood": "paper: section 6, Gaussian; appendix I.1, sigmoid",
            "optimiser.learning_rate": "paper: section 6, 1e-3 for MNIST",
            **method.sources,
        },
        targets=tables,
    )


PRESETS = (
    _smoothness("arelbo-smoothness", deterministic=False, small=False),
    _smoothness("arelbo-smoothness-deterministic", deterministic=True, small=False),
    _variance("arelbo-variance", small=False),
    _smoothness("digits-arelbo-smoothness", deterministic=False, small=True),
    _smoothness("digits-arelbo-deterministic", deterministic=True, small=True),
    _variance("digits-arelbo-variance", small=True),
    *(_generation(f"digits-arelbo-{name}", method) for name, method in _METHODS.items()),
)
