"""Bounds for codes on the line or the plane, with nothing neglected: finitely many x, Gaussian encoders and priors.

Merging the codes of a cell only lowers I(X;Z), KL(gamma||p) and KL(q||n). So the loss over cells, and with it every
dual value over cells, bounds the loss over densities from below; what merging can have cost bounds it from above.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from numeric.bounds import bracket, mutual_information, value
from numeric.cells import Cells, cells_around
from numeric.problem import Problem, beta_vae_problem, ncvae_problem
from numeric.solve import solve
from numeric.validation import finite_array, probabilities, require_equal_length, require_in_range
from variational.errors import InvalidInputError

CELL_ROUNDING = 1e-11  # of a divergence inside a cell and of a log mass


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class DensityBounds:
    """R = (beta - 1) I + beta KL(gamma||p) + delta E_pn KL(q||n) over densities of codes; nats.

    Every bound holds up to ``rounding``, without an error of discretisation: that is the distance of the two sides.

    Attributes:
        encoder_lower: Bound on R of the encoders given, from their masses in the cells.
        encoder_upper: The other, beta E KL(q||p) - I + delta E_pn KL(q||n) with I of the cells.
        optimum_lower: Bound on the infimum of R over all encoders, from the dual function over cells.
        optimum_upper: The other, R of an encoder with a density, that given or the optimum over cells.
        information_lower: Bound on I(X;Z) of the encoders given.
        cells: Number of cells.
        solver_gap: Duality gap of the optimum over cells.
        rounding: Estimate of the rounding error of each bound.
    """

    encoder_lower: float
    encoder_upper: float
    optimum_lower: float
    optimum_upper: float
    information_lower: float
    cells: int
    solver_gap: float
    rounding: float


def ncvae_density_bounds(
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    means: npt.ArrayLike,
    deviations: npt.ArrayLike,
    *,
    beta: float,
    delta: float,
    noise_scale: float,
    prior_scale: float = 1.0,
    per_deviation: float = 16.0,
    gap_tol: float = 1e-10,
) -> DensityBounds:
    """Return bounds on the NC-VAE loss of Gaussian encoders and on its infimum, for codes in R or R^2.

    Args:
        data: Probabilities of x, shape (x,).
        noise: Probabilities of x under the noise, shape (x,).
        means: Of q(z|x), shape (x, z) with one or two latent coordinates.
        deviations: Of q(z|x), > 0, shape (x, z).
        beta: >= 1; below, merging codes can raise the loss.
        delta: >= 0; without it the infimum is 0. For beta = 1 and delta > 0 the noise must be > 0 at every x.
        noise_scale: K > 0 of n = N(0, K^2 I).
        prior_scale: > 0; p = N(0, prior_scale^2 I).
        per_deviation: Cells in a deviation of each Gaussian; the bounds approach each other at second order.
        gap_tol: Duality gap wanted of the optimum over cells.

    Raises:
        InvalidInputError: Where an argument breaks its rule.

    Error:
        ``rounding``; neither an enclosure nor an error of the method.

    Source:
        Cover & Thomas (2006), section 2.8 (data processing), for the cells; weak duality as in :mod:`numeric.bounds`.

    Example:
        >>> half = [0.5, 0.5]
        >>> found = ncvae_density_bounds(half, [0.9, 0.1], [[-0.1], [0.1]], [[1], [1]], beta=2, delta=1, noise_scale=3)
        >>> found.optimum_lower < found.optimum_upper <= found.encoder_upper
        True
    """
    require_in_range("beta", beta, least=1.0)
    require_in_range("delta", delta, least=0.0)
    require_in_range("noise_scale", noise_scale, least=0.0, strict=True)
    require_in_range("prior_scale", prior_scale, least=0.0, strict=True)
    masses, noise_masses = probabilities("data", data), probabilities("noise", noise)
    require_equal_length("noise", noise_masses, "data", masses)
    centres, widths = finite_array("means", means, 2), finite_array("deviations", deviations, 2)
    if not len(centres) == len(widths) == len(masses):
        msg = (
            f"means and deviations must have a row for each of {len(masses)} x, got {centres.shape} and {widths.shape}"
        )
        raise InvalidInputError(msg)
    axes = centres.shape[1]
    scales = np.array([[prior_scale] * axes] + [[noise_scale] * axes] * (delta > 0))
    cells = cells_around(
        np.concatenate([centres, np.zeros_like(scales)]),
        np.concatenate([widths, scales]),
        per_deviation=per_deviation,
    )
    priors = [cells.log_masses([0.0] * axes, [scale] * axes) for scale in (prior_scale, noise_scale)]
    log_encoder = np.stack([cells.log_masses(m, s) for m, s in zip(centres, widths, strict=True)])
    rate = float(masses @ gaussian_divergence(centres, widths, prior_scale))
    contrast = float(noise_masses @ gaussian_divergence(centres, widths, noise_scale))
    if delta == 0:  # the constant code p has R = 0, and R is a sum of divergences
        problem = beta_vae_problem(masses, priors[0], beta=beta)
        lower = value(problem, log_encoder)
        lowest = highest = gap = rounding = 0.0
    else:
        problem = ncvae_problem(masses, noise_masses, *priors, beta=beta, delta=delta)
        solution = solve(problem, gap_tol=gap_tol)
        certificate = bracket(problem, log_encoder, solution.log_aggregate)
        lowest, lower, gap, rounding = (
            certificate.lower,
            certificate.upper,
            solution.certificate.gap,
            certificate.rounding,
        )
        highest = solution.certificate.upper + _cost_of_densities(
            problem, solution.log_encoder, cells, noise_masses, scales=(prior_scale, noise_scale), weights=(beta, delta)
        )
    information = mutual_information(problem, log_encoder)
    upper = beta * rate - information + delta * contrast
    return DensityBounds(
        encoder_lower=lower,
        encoder_upper=upper,
        optimum_lower=lowest,
        optimum_upper=min(highest, upper),
        information_lower=information,
        cells=len(cells),
        solver_gap=gap,
        rounding=rounding + CELL_ROUNDING * (beta + delta) * (1 + rate + contrast),
    )


def gaussian_divergence(means: Array, deviations: Array, scale: float) -> Array:
    """Return KL(N(mean, diag(deviation^2)) || N(0, scale^2 I)) of each row, shape (x,)."""
    log_ratio = 2 * np.log(deviations / scale)
    found: Array = ((means / scale) ** 2 + np.expm1(log_ratio) - log_ratio).sum(axis=1) / 2
    return found


def _cost_of_densities(
    problem: Problem,
    log_encoder: Array,
    cells: Cells,
    noise: Array,
    *,
    scales: tuple[float, float],
    weights: tuple[float, float],
) -> float:
    """Return what R exceeds its value over cells by for the density that is, inside each cell, p or n as is cheaper.

    The law inside a cell is the same for all x, so I(X;Z) is that over cells. KL(gamma||p) exceeds its value over cells
    by gamma KL(law||p) inside the cell, and E_pn KL(q||n) by E_pn q KL(law||n): one of the two is zero.
    """
    prior_scale, noise_scale = scales
    beta, delta = weights
    with np.errstate(under="ignore"):
        codes = np.exp(log_encoder)
    as_prior = delta * (noise @ codes) * cells.divergences(prior_scale, noise_scale)
    as_noise_prior = beta * (problem.data @ codes) * cells.divergences(noise_scale, prior_scale)
    return float(np.minimum(as_prior, as_noise_prior).sum())
