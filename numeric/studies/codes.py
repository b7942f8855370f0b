"""Exact NC-VAE codes q(r|t) between the two priors, against the latent dimension and the overlap of data and noise."""

import itertools
from typing import Any

import numpy as np

from numeric.laws import gaussian_ratio
from numeric.reduce import gaussian_ncvae
from numeric.studies.settings import Progress

DIMENSIONS = (1, 2, 4, 8, 16, 32, 64, 128)
DATA_DIMENSION = 100
SHIFTS = (0.5, 1.5, 3.0)  # distance of the means of data and noise, in deviations
SETTING = {"noise_scale": 3.0, "beta": 2.0, "delta": 1.0}
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)  # of t under the data, whose codes are kept
LIKELIEST = 1e-4  # densities relative to the largest below which a node of r is left out


def codes(_: str, progress: Progress) -> dict[str, Any]:
    """Return information, its bounds and some codes for each latent dimension and overlap."""
    settings = list(itertools.product(SHIFTS, DIMENSIONS))
    rows = []
    for done, (shift, dimension) in enumerate(settings):
        progress(done, len(settings))
        mean = np.zeros(DATA_DIMENSION)
        mean[0] = shift
        law = gaussian_ratio(np.zeros(DATA_DIMENSION), 1.0, mean, 1.0, resolution=max(1.0, dimension**0.5 / 4))
        found = gaussian_ncvae(law.log_ratio, law.weights, latent_dim=dimension, **SETTING).require_converged()
        chosen = np.searchsorted(np.cumsum(law.weights), QUANTILES).clip(max=len(law.weights) - 1)
        width = np.gradient(found.grid.nodes)  # masses to densities in log r
        marginals = np.stack([found.log_aggregate, found.log_prior, found.log_noise_prior]) - np.log(width)
        kept = (marginals > marginals.max(axis=1, keepdims=True) + np.log(LIKELIEST)).any(axis=0)
        rows.append(
            {
                "shift": shift,
                "latent_dim": dimension,
                "divergence_of_data_and_noise": law.divergence,
                "lower": found.certificate.lower,
                "upper": found.certificate.upper,
                "information": found.mutual_information,
                "information_bound": found.constant_code_bound / (SETTING["beta"] - 1),
                "prior_divergence": found.prior_divergence,
                "noise_divergence": found.noise_divergence,
                "aggregate_divergence": found.aggregate_divergence,
                "log_ratio": law.log_ratio[chosen].tolist(),
                "log_radius": [round(float(node), 5) for node in found.grid.nodes[kept]],
                "densities": _densities(found.log_encoder[chosen], width, kept),
                "prior": _densities(found.log_prior, width, kept),
                "noise_prior": _densities(found.log_noise_prior, width, kept),
                "aggregate": _densities(found.log_aggregate, width, kept),
            }
        )
    return {"data_dimension": DATA_DIMENSION, "quantiles": list(QUANTILES), "setting": SETTING, "rows": rows}


def _densities(log_masses: Any, width: Any, kept: Any) -> Any:
    """Return densities in log r to four digits, as lists."""
    return [
        float(f"{value:.4g}") if np.ndim(value) == 0 else [float(f"{entry:.4g}") for entry in value]
        for value in (np.exp(log_masses) / width)[..., kept]
    ]
