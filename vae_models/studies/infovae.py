"""Small twins of Figures 1, 2, 3 and 6 of InfoVAE; they print no numbers, so that tables show ours alone."""

from vae_models.studies.study import Arm, Study, above

_MMD = "squared_mmd_unbiased_kernel_units"
_ELBO = ("negative_elbo", "reconstruction", "kl")
_LOG_DET = "log_det_covariance_nats_per_coordinate"
_BUDGET = ("--steps", "2000")  # the ELBO has no optimum to reach
_PUSHED = "log det Cov of the codes is larger with"  # zero where they are as the prior
_FIGURE2 = "Figure 2"
_NONE = "no regularisation"
_PLANE = ("--latent-dim", "2")
_BY_PIXELS = "InfoVAE, lambda = 80"

STUDIES = (
    Study(
        name="infovae-figure1-small",
        summary="two points: the ELBO and InfoVAE",
        arms=(
            Arm(row="ELBO", preset="infovae-two-point-elbo", fields=_BUDGET),
            Arm(row="InfoVAE", preset="infovae-two-point", fields=_BUDGET),
        ),
        metrics=("elbo", "rate", "log-det", "mmd"),
        columns=(*_ELBO, "aggregate_kl", _LOG_DET, _MMD),
        effects=(
            above("ELBO", "InfoVAE", "aggregate_kl", said="the ELBO pushes q(z) off the prior", where="Figure 1"),
            above("ELBO", "InfoVAE", _LOG_DET, said=f"{_PUSHED} the ELBO than with InfoVAE", where="Figure 1"),
        ),
        same_experiment=True,
        notes=("After 2,000 steps: the ELBO has no optimum here, so that its numbers grow with the steps.",),
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
        columns=(*_ELBO, "mutual_information", _LOG_DET, _MMD),
        effects=(
            *(
                above(f"ELBO, {said}", f"InfoVAE, {said}", _LOG_DET, said=f"{_PUSHED} the ELBO, {said}", where=_FIGURE2)
                for said in ("500 images", "all images")
            ),
            above(
                "ELBO, 500 images", "ELBO, all images", _LOG_DET, said=f"{_PUSHED} fewer images, ELBO", where=_FIGURE2
            ),
        ),
        notes=("All numbers are of the training data, whose mean of q(z|x) is the q(z) of the paper.",),
        split="train",
    ),
    Study(
        name="infovae-figure3-small",
        summary="q(z) in the plane: the ELBO and InfoVAE",
        arms=(
            Arm(row="ELBO", preset="digits-infovae-elbo", fields=_PLANE),
            Arm(row="InfoVAE", preset="digits-infovae-mmd", fields=_PLANE),
            Arm(row=_BY_PIXELS, preset="digits-infovae-mmd", fields=(*_PLANE, "--objective.scale", "80")),
        ),
        metrics=("elbo", "rate", "information", "log-det", "mmd"),
        columns=(*_ELBO, "aggregate_kl", "mutual_information", _LOG_DET, _MMD),
        effects=tuple(
            above(
                "ELBO",
                row,
                "aggregate_kl",
                said=f"q(z) is further from the prior with the ELBO than with {row}",
                where="Figure 3",
            )
            for row in ("InfoVAE", _BY_PIXELS)
        ),
        notes=(
            "After training on 500 images, all numbers are of the test data, whose mean of q(z|x) is the q(z) of the "
            "paper. lambda = 80 is to 64 pixels as the paper's 1000 is to 784, since -log p(x|z) grows with them.",
        ),
        estimators={"aggregate_kl": "trapezoidal", "mutual_information": "trapezoidal"},
        in_plane=True,
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
                (_NONE, "unregularised"),
            )
        ),
        metrics=("log-det", "mmd", "class-mismatch", "semi-supervised"),
        columns=(
            _LOG_DET,
            _MMD,
            "class_mismatch",
            "semi_supervised_error_fraction",
        ),
        effects=tuple(
            above(row, "MMD", _MMD, said=f"q(z) is further from the prior with {row} than with MMD", where="Figure 6 A")
            for row in ("Stein", "adversarial", _NONE)
        ),
        notes=("With the decoder of the twin, no PixelCNN: the ELBO, which ignores z beside one, has no row.",),
    ),
)
