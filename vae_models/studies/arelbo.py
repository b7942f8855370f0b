"""Small twins of Tables 1, 3, 4 and 7 of AR-ELBO."""

import dataclasses
import math

from vae_models.presets.arelbo_printed import ERROR, GAPS, NLL, SMOOTHNESS, TABLE3, VARIANCES
from vae_models.presets.registry import find_preset
from vae_models.records import Target
from vae_models.settings.objectives import ArElboConfig
from vae_models.studies.headings import Heading, heading_of
from vae_models.studies.study import Arm, Cap, Effect, Place, Study, above

_PARTS = ("SU", "SL", "BU", "BL")
_FRECHET = "frechet_distance_own_features_prior_squared_units"
_WHICH = ("iso-i", "diag-i", "iso-d", "diag-d")
_NO_DENSITY = "the variance is fitted to each x, so that there is no p(x|z), and no -log p(x) to measure"
_NOISE = "spatial 0.1"  # on SU and BU, as Table 3 names it
CAPS = {
    "mutual_information": Cap(
        value=math.log(10_000),
        reason="an estimate over 10,000 x that counts the own draw cannot exceed ln 10000",
    )
}
ESTIMATORS = {"mutual_information": "full data"}  # that in batches is capped far below


def arm_of(preset: str, row: str, *metrics: str) -> Arm:
    """Return the row of a preset with what is printed for it, or for these metrics only."""
    targets = find_preset(preset).targets
    return Arm(row=row, preset=preset, targets=tuple(each for each in targets if not metrics or each.metric in metrics))


def method_of(preset: str) -> str:
    """Return the name of a method of Tables 4, 5 and 7, as its preset begins to say it."""
    return find_preset(preset).summary.rsplit(", ", 2)[0]


def _row(name: str) -> str:
    return method_of(f"digits-arelbo-{name}")


def _methods(names: tuple[str, ...], *metrics: str) -> tuple[Arm, ...]:
    return tuple(arm_of(f"digits-arelbo-{name}", _row(name), *metrics) for name in names)


def _variances(parameterisation: str) -> Arm:
    preset = find_preset("digits-arelbo-variance")
    objective = preset.config.objective
    own = isinstance(objective, ArElboConfig) and objective.parameterisation == parameterisation
    fields = () if own else ("--parameterisation", parameterisation)
    targets = tuple(
        Target(
            metric=metric, value=value, where=f"Table 3, {parameterisation}, noise of 0.1 on SU and BU, {part}, MNIST"
        )
        for metric, value, part in zip(VARIANCES, TABLE3[_NOISE, parameterisation].values(), _PARTS, strict=True)
    )
    return Arm(row=parameterisation, preset=preset.config.preset, fields=fields, targets=targets)


_SMOOTH = {
    ERROR: ("stochastic", "deterministic"),
    **dict.fromkeys((*GAPS, SMOOTHNESS), ("deterministic", "stochastic")),
}
PARTITIONS = {
    metric: Heading(text=f"sigma_x^2, {part}", latex=rf"$\hat\sigma_x^2$, {part}")
    for metric, part in zip(VARIANCES, _PARTS, strict=True)
}
_NOISY = ("Diag-I", "Diag-D")  # what can tell an upper half from a lower one


def _noisy_above_clean(row: str, noisy: int) -> Effect:
    return Effect(
        said=f"{row} gives the noisy half {_PARTS[noisy]} the larger variance",
        larger=Place(row=row, metric=VARIANCES[noisy]),
        smaller=Place(row=row, metric=VARIANCES[noisy + 1]),
        where="Table 3",
    )


def _worse(metric: str, where: str, *pairs: tuple[str, str]) -> tuple[Effect, ...]:
    """Return that in each pair of methods the first has the larger number."""
    rows = [(_row(larger), _row(smaller)) for larger, smaller in pairs]
    name = {ERROR: "MSE", _FRECHET: "Frechet distance", NLL: "NLL"}[metric]
    return tuple(
        above(larger, smaller, metric, said=f"{name} of {larger} above that of {smaller}", where=where)
        for larger, smaller in rows
    )


STUDIES = (
    Study(
        name="arelbo-table1-small",
        summary="smoothness, encodings stochastic or not",
        arms=(
            arm_of("digits-arelbo-smoothness", "stochastic"),
            arm_of("digits-arelbo-deterministic", "deterministic"),
        ),
        metrics=("elbo", "information", "smoothness"),
        columns=(ERROR, "kl", "mutual_information", *GAPS, SMOOTHNESS),
        effects=tuple(
            above(*rows, metric, said=f"{heading_of(metric).text} of {rows[0]} encodings is larger", where="Table 1")
            for metric, rows in _SMOOTH.items()
        ),
        printed_caps=CAPS,
        estimators=ESTIMATORS,
        split="train",
    ),
    Study(
        name="arelbo-table3-small",
        summary="variances that noisy partitions were given",
        arms=tuple(map(_variances, ("Iso-I", "Diag-I", "Iso-D", "Diag-D"))),
        metrics=("elbo", "variances"),
        columns=(*VARIANCES, ERROR),
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
            ERROR,
            _FRECHET,
        ),
        metrics=("elbo", "frechet"),
        columns=(ERROR, _FRECHET),
        effects=(
            *_worse(ERROR, "Table 4", ("vae", "iso-i"), ("bernoulli", "iso-i"), ("diag-d", "iso-i")),
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
            *_methods(("vae", "iso-i", "diag-i"), NLL),
            *(dataclasses.replace(arm, doubt=_NO_DENSITY) for arm in _methods(("iso-d", "diag-d"), NLL)),
        ),
        metrics=("iw-nll",),
        columns=(NLL,),
        effects=_worse(NLL, "Table 7", ("vae", "iso-i"), ("iso-i", "diag-i")),
    ),
)
