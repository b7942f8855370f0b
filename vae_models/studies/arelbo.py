"""Small twins of Tables 1, 3, 4 and 7 of AR-ELBO."""

import dataclasses
import math

from vae_models.presets.registry import find_preset
from vae_models.records import Target
from vae_models.settings.objectives import ArElboConfig
from vae_models.studies.headings import Heading, heading_of
from vae_models.studies.study import Arm, Cap, Effect, Place, Study, above

_GAPS = ("expected_gap_at_0.01_squared_units", "expected_gap_at_0.001_squared_units")
_STEEPNESS = "local_smoothness_per_coordinate_squared_units"
_PARTS = ("SU", "SL", "BU", "BL")
_VARIANCES = tuple(f"variance_{part}_squared_units" for part in range(len(_PARTS)))
_ERROR = "squared_error_squared_units"
_FRECHET = "frechet_distance_own_features_prior_squared_units"
_NLL = "importance_weighted_nll"
_WHICH = ("iso-i", "diag-i", "iso-d", "diag-d")
_NO_DENSITY = "the variance is fitted to each x, so that there is no p(x|z), and no -log p(x) to measure"
# printed for the noise of 0.1 on SU and BU; what one variance stands for is printed once
_RECOVERED = {
    "Iso-I": (0.055, 0.055, 0.055, 0.055),
    "Diag-I": (0.11, 0.0038, 0.11, 0.0038),
    "Iso-D": (0.055, 0.055, 0.055, 0.055),
    "Diag-D": (0.11, 0.0065, 0.11, 0.0070),
}


def _arm(preset: str, row: str, *metrics: str) -> Arm:
    targets = find_preset(preset).targets
    return Arm(row=row, preset=preset, targets=tuple(each for each in targets if not metrics or each.metric in metrics))


def _row(name: str) -> str:
    """Return the name of a method of Tables 4 and 7, as its preset begins to say it."""
    return find_preset(f"digits-arelbo-{name}").summary.rsplit(", ", 2)[0]


def _methods(names: tuple[str, ...], *metrics: str) -> tuple[Arm, ...]:
    return tuple(_arm(f"digits-arelbo-{name}", _row(name), *metrics) for name in names)


def _variances(parameterisation: str) -> Arm:
    preset = find_preset("digits-arelbo-variance")
    objective = preset.config.objective
    own = isinstance(objective, ArElboConfig) and objective.parameterisation == parameterisation
    fields = () if own else ("--parameterisation", parameterisation)
    targets = tuple(
        Target(
            metric=metric, value=value, where=f"Table 3, {parameterisation}, noise of 0.1 on SU and BU, {part}, MNIST"
        )
        for metric, value, part in zip(_VARIANCES, _RECOVERED[parameterisation], _PARTS, strict=True)
    )
    return Arm(row=parameterisation, preset=preset.config.preset, fields=fields, targets=targets)


_SMOOTH = {
    _ERROR: ("stochastic", "deterministic"),
    **dict.fromkeys((*_GAPS, _STEEPNESS), ("deterministic", "stochastic")),
}
PARTITIONS = {
    metric: Heading(text=f"sigma_x^2, {part}", latex=rf"$\hat\sigma_x^2$, {part}")
    for metric, part in zip(_VARIANCES, _PARTS, strict=True)
}
_NOISY = ("Diag-I", "Diag-D")  # what can tell an upper half from a lower one


def _noisy_above_clean(row: str, noisy: int) -> Effect:
    return Effect(
        said=f"{row} gives the noisy half {_PARTS[noisy]} the larger variance",
        larger=Place(row=row, metric=_VARIANCES[noisy]),
        smaller=Place(row=row, metric=_VARIANCES[noisy + 1]),
        where="Table 3",
    )


def _worse(metric: str, where: str, *pairs: tuple[str, str]) -> tuple[Effect, ...]:
    """Return that in each pair of methods the first has the larger number."""
    rows = [(_row(larger), _row(smaller)) for larger, smaller in pairs]
    name = {_ERROR: "MSE", _FRECHET: "Frechet distance", _NLL: "NLL"}[metric]
    return tuple(
        above(larger, smaller, metric, said=f"{name} of {larger} above that of {smaller}", where=where)
        for larger, smaller in rows
    )


STUDIES = (
    Study(
        name="arelbo-table1-small",
        summary="smoothness, encodings stochastic or not",
        arms=(
            _arm("digits-arelbo-smoothness", "stochastic"),
            _arm("digits-arelbo-deterministic", "deterministic"),
        ),
        metrics=("elbo", "information", "smoothness"),
        columns=(_ERROR, "kl", "mutual_information", *_GAPS, _STEEPNESS),
        effects=tuple(
            above(*rows, metric, said=f"{heading_of(metric).text} of {rows[0]} encodings is larger", where="Table 1")
            for metric, rows in _SMOOTH.items()
        ),
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
        arms=tuple(map(_variances, _RECOVERED)),
        metrics=("elbo", "variances"),
        columns=(*_VARIANCES, _ERROR),
        effects=tuple(_noisy_above_clean(row, noisy) for row in _NOISY for noisy in (0, 2)),
        headings=PARTITIONS,
        notes=(
            "SU, SL: upper and lower half of the digits 0 to 4; BU, BL: of 5 to 9. Noise of variance 0.1 on SU, BU.",
        ),
    ),
    Study(
        name="arelbo-table4-small",
        summary="error and Frechet distance, fifteen methods",
        arms=_methods(
            (
                *("vae", "bernoulli", "ae", "wae", "rae", "rae-sn", "rae-gp"),
                *(f"{name}-trained" for name in _WHICH),
                *_WHICH,
            ),
            _ERROR,
            _FRECHET,
        ),
        metrics=("elbo", "frechet"),
        columns=(_ERROR, _FRECHET),
        effects=(
            *_worse(_ERROR, "Table 4", ("vae", "iso-i"), ("bernoulli", "iso-i"), ("diag-d", "iso-i")),
            *_worse(_FRECHET, "Table 4", ("vae", "iso-i"), ("iso-i", "diag-d"), ("diag-d-trained", "diag-d")),
        ),
        notes=(
            "Printed Frechet distances are FIDs, of the features of an Inception network; ours are of the features of "
            "a small classifier, so that only their order can be compared. RAE-SN is ours; the table has none.",
        ),
    ),
    Study(
        name="arelbo-table7-small",
        summary="-log p(x) of four kinds of variance",
        arms=(
            *_methods(("vae", "iso-i", "diag-i"), _NLL),
            *(dataclasses.replace(arm, doubt=_NO_DENSITY) for arm in _methods(("iso-d", "diag-d"), _NLL)),
        ),
        metrics=("iw-nll",),
        columns=(_NLL,),
        effects=_worse(_NLL, "Table 7", ("vae", "iso-i"), ("iso-i", "diag-i")),
    ),
)
