"""Numbers of the latent coordinates: active units, and the volume of the aggregate's covariance."""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.metrics.codes import Codes
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_in_range, require_one_of
from variational.errors import InvalidInputError

ACTIVE = 0.01  # variance over x of E[z_j|x] above which a unit is active


@torch.no_grad()
def active_units(
    codes: Codes, *, split: Split, threshold: float = ACTIVE, unit: Literal["count", "fraction"] = "count"
) -> MetricRecord:
    """Return how many coordinates have Var_x(E[z_j|x]) > threshold, or which fraction of them.

    Args:
        codes: Of two x or more.
        split: What they are.
        threshold: >= 0; 0.01 in NC-VAE and IL-LIDVAE.
        unit: Of the value; the name ends in it.

    Source:
        Burda et al. (2016), section 5.2; NC-VAE, section 6.
    """
    require_in_range("threshold", threshold, least=0.0)
    require_one_of("unit", unit, ("count", "fraction"))
    _require_several(codes)
    active = codes.posterior.mean.var(dim=0) > threshold
    value = float(active.sum()) if unit == "count" else float(active.double().mean())
    estimator = f"variance of posterior means above {threshold:g}, of {len(active)} coordinates"
    return MetricRecord(name=f"active_units_{unit}", value=value, estimator=estimator, split=split, samples=len(codes))


@torch.no_grad()
def log_det_covariance(
    codes: Codes, *, split: Split, estimator: Literal["moments", "draws"] = "moments"
) -> MetricRecord:
    """Return log det Cov(gamma) / D, zero for an aggregate with the covariance of N(0, I).

    Args:
        codes: Of more x than latent coordinates.
        split: What they are.
        estimator: ``moments`` adds the covariance of the means and the mean variance, without the noise of draws;
            ``draws`` is the covariance of one draw for each x, as in InfoVAE.

    Returns:
        nats per latent coordinate; -inf where the covariance is singular.

    Error:
        Standard error to first order, from the influence of each x, for x drawn independently; None where singular.

    Source:
        InfoVAE, section 5.1.2 (Figure 3).
    """
    require_one_of("estimator", estimator, ("moments", "draws"))
    _require_several(codes)
    count, dimension = codes.latent.shape
    points = codes.latent if estimator == "draws" else codes.posterior.mean
    inner = torch.zeros_like(points) if estimator == "draws" else torch.exp(codes.posterior.log_variance)
    centred = points - points.mean(dim=0)
    covariance = centred.mT @ centred / (count - 1) + torch.diag(inner.mean(dim=0))
    factor, failed = torch.linalg.cholesky_ex(covariance)
    value, error = -math.inf, None
    if not int(failed):
        value = float(2 * factor.diagonal().log().mean())
        influence = _influence(centred, inner, factor)
        error = float(influence.std()) / math.sqrt(count) / dimension
    return MetricRecord(
        name="log_det_covariance_nats_per_coordinate",
        value=value,
        estimator=f"covariance of {estimator}",
        split=split,
        samples=count,
        error=error,
    )


def _influence(
    centred: Float[Tensor, "n latent"], inner: Float[Tensor, "n latent"], factor: Float[Tensor, "latent latent"]
) -> Float[Tensor, " n"]:
    """Return E[(z - m)^T C^-1 (z - m)|x] for each x, C = factor factor^T."""
    whitened = torch.linalg.solve_triangular(factor, centred.mT, upper=False)
    inverse = torch.cholesky_inverse(factor).diagonal()
    found: Tensor = whitened.square().sum(dim=0) + inner @ inverse
    return found


def _require_several(codes: Codes) -> None:
    if len(codes) < 2:
        msg = f"codes must be of two x or more, got {len(codes)}"
        raise InvalidInputError(msg)
