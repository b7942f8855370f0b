"""How tables name their columns: as the papers do, with the unit, in plain text and in LaTeX."""

import dataclasses
import re
from collections.abc import Mapping

from vae_models.evaluation_table import split_unit


@dataclasses.dataclass(frozen=True, kw_only=True)
class Heading:
    """The name of a column.

    Attributes:
        text: In plain text.
        latex: In LaTeX; the same where nothing is said.
        unit: Of its numbers; empty where they have none.
    """

    text: str
    latex: str = ""
    unit: str = ""

    @property
    def in_text(self) -> str:
        """The name, and the unit in parentheses."""
        return f"{self.text} ({self.unit})" if self.unit else self.text

    @property
    def unit_in_latex(self) -> str:
        """The unit in parentheses, its powers raised."""
        raised = re.sub(r"\^(\d)", r"$^\1$", self.unit)
        return f"({raised})" if raised else ""


def _named(text: str, latex: str = "") -> Heading:
    return Heading(text=text, latex=latex)


NAMES: Mapping[str, Heading] = {
    "negative_elbo": _named("-ELBO", "$-$ELBO"),
    "negative_elbo_prior_f": _named("-ELBO, prior f", "$-$ELBO, prior $f$"),
    "negative_elbo_prior_tuned": _named("-ELBO, prior tuned", "$-$ELBO, prior tuned"),
    "reconstruction": _named("ReconE"),
    "kl": _named("KL"),
    "mutual_information": _named("MI"),
    "active_units_count": _named("AU"),
    "active_units_fraction": _named("AU"),
    "importance_weighted_nll": _named("NLL"),
    "squared_error_squared_units": _named("MSE"),
    "expected_gap_at_0.01_squared_units": _named("gap, s_z^2 = 0.01", "gap, $s_z^2 = 0.01$"),
    "expected_gap_at_0.001_squared_units": _named("gap, s_z^2 = 0.001", "gap, $s_z^2 = 0.001$"),
    "local_smoothness_per_coordinate_squared_units": _named("ELS"),
    "frechet_distance_own_features_prior_squared_units": _named("Frechet, prior", "Fr\\'echet, prior"),
    "frechet_distance_own_features_slerp_half_squared_units": _named("Frechet, midpoint", "Fr\\'echet, midpoint"),
    "posterior_variance_squared_units": _named("sigma_z^2", r"$\sigma_z^2$"),
    "fid_prior_squared_units": _named("FID, prior"),
    "fid_second_stage_squared_units": _named("FID, 2ndVAE"),
    "fid_mixture_10_squared_units": _named("FID, GMM10"),
    "fid_mixture_100_squared_units": _named("FID, GMM100"),
    "fid_slerp_half_squared_units": _named("FID, mid-point"),
    "fid_slerp_uniform_squared_units": _named("FID, random point"),
    "frechet_distance_own_features_slerp_uniform_squared_units": _named("Frechet, random", "Fr\\'echet, random"),
    "encoder_gap_lower": _named("above the optimum, at least"),
    "encoder_gap_upper": _named("above the optimum, at most"),
    "separation_auc_fraction": _named("AUC of data and noise"),
    "aggregate_kl": _named("KL of q(z) and p(z)", r"KL$(q(z)\,\|\,p(z))$"),
    "log_det_covariance_nats_per_coordinate": _named("log det Cov q(z)", r"$\log\det\mathrm{Cov}\,q(z)$"),
    "squared_mmd_unbiased_kernel_units": _named("MMD^2", "MMD$^2$"),
    "class_mismatch": _named("class mismatch"),
    "semi_supervised_error_fraction": _named("error, 1000 labels"),
    "component_accuracy_optimal_fraction": _named("accuracy"),
    "relative_fisher_squared_nats_per_squared_unit": _named("F(p(z), p(z|x))", r"$F(p(z)\,\|\,p(z\,|\,x))$"),
}


def heading_of(metric: str, own: Mapping[str, Heading] | None = None) -> Heading:
    """Return how a table names a measured number.

    Args:
        metric: Name of the number.
        own: Names that a study has of its own.

    Example:
        >>> heading_of("squared_error_squared_units").in_text
        'MSE (unit^2)'
    """
    found = (own or {}).get(metric) or NAMES.get(metric)
    bare, unit = split_unit(metric)
    words = bare.replace("_", " ")
    text, latex = (found.text, found.latex or found.text) if found else (words, words)
    return Heading(text=text, latex=latex, unit=unit)
