"""Small twins of Figures 1, 2 and 6 of InfoVAE; they print no numbers, so that tables show ours alone."""

from vae_models.studies.study import Arm, Study

_MMD = "squared_mmd_unbiased_kernel_units"
_ELBO = ("negative_elbo", "reconstruction", "kl")

STUDIES = (
    Study(
        name="infovae-figure1-small",
        summary="two points: the ELBO and InfoVAE",
        arms=(
            Arm(row="ELBO", preset="infovae-two-point-elbo"),
            Arm(row="InfoVAE", preset="infovae-two-point"),
        ),
        metrics=("elbo", "mmd"),
        columns=(*_ELBO, _MMD),
    ),
    Study(
        name="infovae-figure2-small",
        summary="the ELBO and InfoVAE on 500 and on all images",
        arms=tuple(
            Arm(row=f"{method}, {said}", preset=preset, fields=("--train-size", size))
            for size, said in (("500", "500 images"), ("None", "all images"))
            for method, preset in (("ELBO", "digits-infovae-elbo"), ("InfoVAE", "digits-infovae-mmd"))
        ),
        metrics=("elbo", "information", "log-det", "mmd"),
        columns=(*_ELBO, "mutual_information", "log_det_covariance_nats_per_coordinate", _MMD),
    ),
    Study(
        name="infovae-figure6-small",
        summary="divergences: MMD, Stein, adversarial, none",
        arms=tuple(
            Arm(row=row, preset=f"digits-infovae-{preset}")
            for row, preset in (
                ("MMD", "mmd-only"),
                ("Stein", "stein"),
                ("adversarial", "adversarial"),
                ("no regularisation", "unregularised"),
            )
        ),
        metrics=("log-det", "mmd", "class-mismatch", "semi-supervised"),
        columns=(
            "log_det_covariance_nats_per_coordinate",
            _MMD,
            "class_mismatch",
            "semi_supervised_error_fraction",
        ),
    ),
)
