"""Figures 1, 2 and 6 and Table 1 of InfoVAE at the size of the paper, and a small twin of Table 1."""

from vae_models.presets.infovae_paper import DIMENSIONS, SIZES, TABLE1
from vae_models.presets.printed import targets
from vae_models.studies.study import Arm, Study, twin

_MMD = "squared_mmd_unbiased_kernel_units"
_ELBO = ("negative_elbo", "reconstruction", "kl")
_LOG_DET = "log_det_covariance_nats_per_coordinate"
_NLL = "importance_weighted_nll"
_DIVERGENCES = {
    "ELBO": "elbo",
    "MMD": "mmd",
    "Stein": "stein",
    "adversarial": "adversarial",
    "no regularisation": "unregularised",
}
_LONG = ("--steps", "100000")  # of the public code; the ELBO of two points has no optimum at which to stop


def _two_points(*fields: str) -> tuple[Arm, ...]:
    return (
        Arm(row="ELBO", preset="infovae-two-point-elbo", fields=fields),
        Arm(row="InfoVAE", preset="infovae-two-point", fields=fields),
    )


def _sizes(presets: dict[str, str], sizes: dict[str, str]) -> tuple[Arm, ...]:
    return tuple(
        Arm(row=f"{method}, {said}", preset=preset, fields=("--train-size", size))
        for size, said in sizes.items()
        for method, preset in presets.items()
    )


_FIGURE1 = Study(
    name="infovae-figure1",
    summary="two points: the ELBO and InfoVAE",
    arms=_two_points(*_LONG),
    metrics=("elbo", "rate", "log-det", "mmd"),
    columns=(*_ELBO, "aggregate_kl", _LOG_DET, _MMD),
    notes=("After 100,000 steps, as in the public code: the ELBO has no optimum here.",),
    same_experiment=True,
)
_FIGURE2 = Study(
    name="infovae-figure2",
    summary="the ELBO and InfoVAE on 500 to 50000 images",
    arms=_sizes(
        {"ELBO": "infovae-mnist-elbo", "InfoVAE": "infovae-mnist-mmd"},
        {str(size): f"{size} images" for size in SIZES},
    ),
    metrics=("elbo", "information", "log-det", "mmd"),
    columns=(*_ELBO, "mutual_information", _LOG_DET, _MMD),
    same_experiment=True,
    memory_gib=4.0,
)
_FIGURE6 = Study(
    name="infovae-figure6",
    summary="divergences with a PixelCNN, z of 2 to 80",
    arms=tuple(
        Arm(
            row=f"{row}, d_z = {dimension}",
            preset=f"infovae-pixelcnn-{preset}",
            fields=("--latent-dim", str(dimension)),
        )
        for dimension in DIMENSIONS
        for row, preset in _DIVERGENCES.items()
    ),
    metrics=("log-det", "mmd", "class-mismatch", "semi-supervised"),
    columns=(_LOG_DET, _MMD, "class_mismatch", "semi_supervised_error_fraction"),
    same_experiment=True,
    memory_gib=4.0,
)
_TABLE1 = Study(
    name="infovae-table1",
    summary="-log p(x) of four divergences, d_z = 5",
    arms=tuple(
        Arm(
            row=row,
            preset=f"infovae-pixelcnn-{preset}",
            fields=("--latent-dim", "5"),
            targets=targets("Table 1, MNIST, d_z = 5", TABLE1[preset]),
        )
        for row, preset in _DIVERGENCES.items()
        if preset in TABLE1
    ),
    metrics=("iw-nll",),
    columns=(_NLL,),
    same_experiment=True,
    memory_gib=4.0,
)

STUDIES = (
    _FIGURE1,
    _FIGURE2,
    _FIGURE6,
    _TABLE1,
    twin(
        _TABLE1,
        arms=tuple(
            Arm(row=arm.row, preset=preset, fields=(*arm.fields, *fields), targets=arm.targets)
            for arm, (preset, fields) in zip(
                _TABLE1.arms,
                (
                    ("digits-infovae-elbo", ("--train-size", "None")),
                    ("digits-infovae-mmd-only", ()),
                    ("digits-infovae-stein", ()),
                    ("digits-infovae-adversarial", ()),
                ),
                strict=True,
            )
        ),
    ),
)
