"""Tables 1, 3, 4, 5, 7 and E.8 of AR-ELBO at the size of the paper, and small twins of Tables 5 and E.8."""

from vae_models.presets.arelbo_printed import (
    ERROR,
    FRECHET,
    GAPS,
    GENERATION,
    NLL,
    POSTERIOR_VARIANCE,
    SLERP,
    SMOOTHNESS,
    TABLE1,
    TABLE3,
    TABLE7,
    TABLE_E8,
    VARIANCES,
    fid,
)
from vae_models.presets.printed import targets
from vae_models.studies.arelbo import CAPS, ESTIMATORS, PARTITIONS, arm_of, method_of
from vae_models.studies.study import Arm, Study, twin

_WHICH = ("iso-i", "diag-i", "iso-d", "diag-d")
_GENERATED = ("vae", "bernoulli", "ae", "wae", "rae", "rae-gp", *(f"{name}-trained" for name in _WHICH), *_WHICH)
_OWN = "frechet_distance_own_features_{}_squared_units"


def _smoothness() -> tuple[Arm, ...]:
    presets = {"stochastic": "arelbo-smoothness", "deterministic": "arelbo-smoothness-deterministic"}
    return tuple(
        Arm(
            row=f"log10 of sigma_x^2 = {power}, {encodings}",
            preset=presets[encodings],
            fields=("--variance.value", repr(10 ** float(power))),
            targets=targets(f"Table 1, {encodings}, log10 of sigma_x^2 = {power}, training set of MNIST", values),
        )
        for encodings, rows in TABLE1.items()
        for power, values in rows.items()
    )


def _held(preset: str, *powers: str) -> tuple[Arm, ...]:
    return tuple(
        Arm(
            row=f"log10 of sigma_z^2 = {power}",
            preset=preset,
            fields=("--posterior.variance", repr(10 ** float(power))),
            targets=targets(f"Table E.8, log10 of sigma_z^2 = {power}, training set of MNIST", TABLE_E8[power]),
        )
        for power in powers
    )


def _partitions() -> tuple[Arm, ...]:
    return tuple(
        Arm(
            row=f"{noise}, {which}",
            preset="arelbo-variance",
            fields=("--pattern", pattern, "--noise-variance", variance, "--parameterisation", which),
            targets=targets(f"Table 3, {which}, {pattern} noise of {variance}, MNIST", values),
        )
        for (noise, which), values in TABLE3.items()
        for pattern, variance in [noise.split()]
    )


def _methods(*names: str) -> tuple[Arm, ...]:
    presets = [f"digits-arelbo-{name}" for name in names]
    return tuple(Arm(row=method_of(preset), preset=preset) for preset in presets)


def _generation(data: str, *names: str) -> tuple[Arm, ...]:
    presets = [f"arelbo-{data.lower()}-{name}" for name in names]
    return tuple(arm_of(preset, f"{data}: {method_of(preset)}") for preset in presets)


_TABLE1 = Study(
    name="arelbo-table1",
    summary="smoothness, encodings stochastic or not",
    arms=_smoothness(),
    metrics=("elbo", "posterior-variance", "information", "smoothness"),
    columns=(ERROR, "kl", POSTERIOR_VARIANCE, "mutual_information", *GAPS, SMOOTHNESS),
    same_experiment=True,
    split="train",
    memory_gib=4.0,
    printed_caps=CAPS,
    estimators=ESTIMATORS,
)
_TABLE3 = Study(
    name="arelbo-table3",
    summary="variances that noisy partitions were given",
    arms=_partitions(),
    metrics=("elbo", "variances"),
    columns=(*VARIANCES, ERROR),
    headings=PARTITIONS,
    notes=("SU, SL: upper and lower half of the digits 0 to 4; BU, BL: of 5 to 9.",),
    same_experiment=True,
    memory_gib=4.0,
)
_BOTH = tuple(arm for data, rows in GENERATION.items() for arm in _generation(data, *rows))
_TABLE4 = Study(
    name="arelbo-table4",
    summary="error and Frechet distance, MNIST and CelebA",
    arms=_BOTH,
    metrics=("elbo", "frechet", "frechet-mixture"),
    columns=(ERROR, *map(fid, FRECHET)),
    second_stage="arelbo-second-stage",
    same_experiment=True,
    samples=10_000,
    memory_gib=8.0,
)
_TABLE5 = Study(
    name="arelbo-table5",
    summary="Frechet distance of interpolations",
    arms=_BOTH,
    metrics=("frechet",),
    columns=tuple(map(fid, SLERP)),
    same_experiment=True,
    samples=10_000,
    memory_gib=8.0,
)
_TABLE7 = Study(
    name="arelbo-table7",
    summary="-log p(x) of four kinds of variance",
    arms=tuple(arm for data, rows in TABLE7.items() for arm in _generation(data, *rows)),
    metrics=("iw-nll",),
    columns=(NLL,),
    same_experiment=True,
    memory_gib=8.0,
)
_TABLE_E8 = Study(
    name="arelbo-tableE8",
    summary="smoothness with the variance of z held",
    arms=_held("arelbo-held-variance", *TABLE_E8),
    metrics=_TABLE1.metrics,
    columns=(ERROR, "kl", "mutual_information", *GAPS, SMOOTHNESS),
    same_experiment=True,
    split="train",
    memory_gib=4.0,
    printed_caps=CAPS,
    estimators=ESTIMATORS,
)

STUDIES = (
    _TABLE1,
    _TABLE3,
    _TABLE4,
    _TABLE5,
    twin(_TABLE5, arms=_methods(*_GENERATED), columns=tuple(map(_OWN.format, SLERP)), notes=()),
    _TABLE7,
    _TABLE_E8,
    twin(
        _TABLE_E8,
        arms=_held("digits-arelbo-held-variance", "1.0", "0.5", "0.0", "-0.5", "-1.0"),
        metrics=("elbo", "information", "smoothness"),
    ),
)
