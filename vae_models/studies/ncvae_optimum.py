"""NC-VAE's synthetic experiment beside the exact optimum: the codes of Figure 2, and the distance in nats."""

from collections.abc import Mapping

from vae_models.metrics.batches import BATCHES, in_batches_of
from vae_models.studies.headings import Heading
from vae_models.studies.study import Arm, Effect, Place, Study, above

_GAP = ("encoder_gap_lower", "encoder_gap_upper")
_SHOWN = {size: in_batches_of(size) for size in BATCHES if size != 64}  # of the table, which is wide without it
_WIDTHS, _STEPS = ("2", "8", "32"), ("30", "300", "3000")
_OVERLAPPING = ("--data.separation", "0.15")  # 1.5 deviations between the means in 100 dimensions
# with weights whose optimum over densities is known: beta >= 1
_LOSSES: Mapping[str, str] = {
    "beta-VAE, beta = 2": "ncvae-synthetic-beta-vae",
    "NC-VAE, beta = 2, delta = 1": "ncvae-synthetic",
}
_INFORMATIVE = "beta-VAE, beta = 0.02"


def _trained(loss: str, width: str, steps: str) -> str:
    return f"{loss}, width {width}, {steps} steps"


def _network(width: str, steps: str) -> tuple[str, ...]:
    return ("--encoder.widths", width, width, "--decoder.widths", width, width, "--steps", steps)


def _nearer(loss: str, far: tuple[str, str], near: tuple[str, str], said: str) -> Effect:
    return Effect(
        said=f"{said} brings {loss} nearer to the optimum",
        larger=Place(row=_trained(loss, *far), metric="encoder_gap_lower"),
        smaller=Place(row=_trained(loss, *near), metric="encoder_gap_upper"),
        where="no paper: what any approximation should show",
    )


STUDIES = (
    Study(
        name="ncvae-figure2-small",
        summary="two Gaussians: codes of data and of noise",
        arms=(
            Arm(row="beta-VAE", preset="ncvae-synthetic-beta-vae"),
            Arm(row="NC-VAE", preset="ncvae-synthetic"),
        ),
        metrics=("elbo", "information", "separation"),
        columns=("kl", "mutual_information", "separation_auc_fraction", *_GAP),
        effects=(
            above(
                "NC-VAE",
                "beta-VAE",
                "separation_auc_fraction",
                said="codes tell data from noise with NC-VAE, more than with beta-VAE",
                where="Figure 2",
            ),
        ),
        same_experiment=True,
        estimators={"mutual_information": "trapezoidal"},
        notes=(
            "Both laws have codes around zero, so that their means tell nothing and their spread does: the AUC is that "
            "of a quadratic discriminant.",
        ),
        compared=True,
        in_plane=True,
    ),
    Study(
        name="distance-small",
        summary="exact optimum, by loss, width and steps",
        arms=(
            *(
                Arm(
                    row=_trained(loss, width, steps),
                    preset=preset,
                    fields=(*_OVERLAPPING, *_network(width, steps)),
                )
                for loss, preset in _LOSSES.items()
                for width in _WIDTHS
                for steps in _STEPS
            ),
            Arm(
                row=_trained(_INFORMATIVE, _WIDTHS[-1], _STEPS[-1]),
                preset="ncvae-synthetic-beta-vae",
                fields=(*_OVERLAPPING, "--objective.beta", "0.02", *_network(_WIDTHS[-1], _STEPS[-1])),
            ),
        ),
        metrics=("elbo", "information", "information-by-batch"),
        columns=(*_GAP, "mutual_information", *_SHOWN.values()),
        effects=tuple(
            effect
            for loss in _LOSSES
            for effect in (
                _nearer(loss, (_WIDTHS[-1], _STEPS[0]), (_WIDTHS[-1], _STEPS[-1]), "training longer"),
                _nearer(loss, (_WIDTHS[0], _STEPS[-1]), (_WIDTHS[-1], _STEPS[-1]), "a wider network"),
            )
        ),
        headings={name: Heading(text=f"MI, B = {size}", unit="nats") for size, name in _SHOWN.items()},
        same_experiment=True,
        estimators={"mutual_information": "full data"},
        notes=(
            "The optimum is that over all encoders and decoders; the loss with beta < 1 has none among densities. The "
            "distance is that on fresh draws, so that what a network learns by heart adds to it. MI is that of all "
            "test data, beside estimates in batches of B; none can exceed its cap, ln B.",
        ),
        compared=True,
    ),
)
