"""Small twins of Tables 1, 3, 4 and 7 of AR-ELBO."""

import math

from vae_models.presets.registry import find_preset
from vae_models.settings.objectives import ArElboConfig
from vae_models.studies.study import Arm, Cap, Study

_GAPS = ("expected_gap_at_0.01_squared_units", "expected_gap_at_0.001_squared_units")
_VARIANCES = tuple(f"variance_{part}_squared_units" for part in range(4))  # SU, SL, BU, BL
_ERROR = "squared_error_squared_units"
_WHICH = ("iso-i", "diag-i", "iso-d", "diag-d")


def _arm(preset: str, row: str, metric: str | None = None) -> Arm:
    targets = find_preset(preset).targets
    return Arm(
        row=row, preset=preset, targets=tuple(each for each in targets if metric is None or each.metric == metric)
    )


def _methods(metric: str, *names: str) -> tuple[Arm, ...]:
    presets = {name: f"digits-arelbo-{name}" for name in names}
    return tuple(_arm(preset, find_preset(preset).summary.rsplit(", ", 2)[0], metric) for preset in presets.values())


def _variances(parameterisation: str) -> Arm:
    preset = find_preset("digits-arelbo-variance")
    objective = preset.config.objective
    own = isinstance(objective, ArElboConfig) and objective.parameterisation == parameterisation
    fields = () if own else ("--parameterisation", parameterisation)
    targets = preset.targets if own else ()  # printed for the parameterisation of the preset
    return Arm(row=parameterisation, preset=preset.config.preset, fields=fields, targets=targets)


STUDIES = (
    Study(
        name="arelbo-table1-small",
        summary="smoothness, encodings stochastic or not",
        arms=(
            _arm("digits-arelbo-smoothness", "stochastic"),
            _arm("digits-arelbo-deterministic", "deterministic"),
        ),
        metrics=("elbo", "information", "smoothness"),
        columns=(_ERROR, "kl", "mutual_information", *_GAPS, "local_smoothness_per_coordinate_squared_units"),
        printed_caps={
            "mutual_information": Cap(
                value=math.log(10_000),
                reason="an estimate over 10,000 x that counts the own draw cannot exceed ln 10000",
            )
        },
        estimators={"mutual_information": "full data"},  # that in batches is capped far below
        split="train",
    ),
    Study(
        name="arelbo-table3-small",
        summary="variances that noisy partitions were given",
        arms=tuple(_variances(name) for name in ("Iso-I", "Diag-I", "Iso-D", "Diag-D")),
        metrics=("elbo", "variances"),
        columns=(*_VARIANCES, _ERROR),
    ),
    Study(
        name="arelbo-table4-small",
        summary="error and Frechet distance, fourteen methods",
        arms=_methods(
            _ERROR,
            *("vae", "bernoulli", "ae", "wae", "rae", "rae-gp"),
            *(f"{name}-trained" for name in _WHICH),
            *_WHICH,
        ),
        metrics=("elbo", "frechet"),
        columns=(_ERROR, "frechet_distance_own_features_prior_squared_units"),
    ),
    Study(
        name="arelbo-table7-small",
        summary="-log p(x) of four kinds of variance",
        arms=_methods("importance_weighted_nll", "vae", *_WHICH),
        metrics=("iw-nll",),
        columns=("importance_weighted_nll",),
    ),
)
