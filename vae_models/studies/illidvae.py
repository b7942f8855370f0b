"""Small twins of Figure 1 and Table 1 of IL-LIDVAE."""

from vae_models.presets.registry import find_preset
from vae_models.studies.study import Arm, Study

_NLL = "importance_weighted_nll"


def _row(row: str, preset: str, *fields: str) -> Arm:
    return Arm(row=row, preset=preset, fields=fields, targets=find_preset(preset).targets if not fields else ())


STUDIES = (
    Study(
        name="illidvae-figure1-small",
        summary="two Gaussians: GMVAE, LIDMVAE, IL-LIDMVAE",
        arms=(
            _row("GMVAE", "illidvae-toy-gmvae", "--epochs", "10"),
            _row("LIDMVAE, L = 0", "illidvae-toy-lidmvae", "--epochs", "10"),
            _row("IL-LIDMVAE, L = 5", "illidvae-toy", "--epochs", "10"),
        ),
        metrics=("elbo", "components", "fisher"),
        columns=(
            "component_accuracy_optimal_fraction",
            "relative_fisher_squared_nats_per_squared_unit",
            "negative_elbo",
        ),
    ),
    Study(
        name="illidvae-table1-small",
        summary="NLL, KL and MI of eight methods",
        arms=(
            _row("GMVAE", "digits-illidvae-gmvae"),
            _row("beta-VAE, beta = 0.2", "digits-illidvae-beta-vae"),
            _row("Lagging VAE", "digits-illidvae-lagging"),
            _row("SA-VAE", "digits-illidvae-sa-vae"),
            _row("LIDMVAE, L = 0", "digits-illidvae-lidmvae"),
            _row("IL-LIDMVAE, L = 1.5", "digits-illidvae"),
            _row("IL-LIDMVAE, L = 5", "digits-illidvae", "--strength", "5.0"),
            _row("IL-LIDMVAE, annealed L", "digits-illidvae-annealed"),
        ),
        metrics=("elbo", "information", "iw-nll"),
        columns=(_NLL, "kl", "mutual_information"),
        estimators={"mutual_information": "full data"},  # that in batches is capped far below
    ),
)
