"""Both sides of Theorem 7 of the NC-VAE text, as printed and as corrected, at a computed optimum."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from numeric.arrays import Array, log_sum_exp
from numeric.grid import log_radial, radial_log_density
from numeric.radial import exponents, lift_at, mixture_scales
from numeric.reduce import RadialSolution
from variational.errors import InvalidInputError

SCANNED = 81  # deviations tried before the best is refined
MARGIN = 1.5  # log of the factor by which they reach beyond the deviations of the two priors
TAILS = 9.0  # deviations of log r that the grid reaches beyond those
LOG_SCALE_TOL = 1e-9  # of the refinement, in log sigma; the left side is flat there and loses its square


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Theorem7:
    """left >= relative >= corrected >= 0 are the corrected Theorem 7 and a line of its proof; nats.

    Attributes:
        left: min over sigma of E_pd KL(N(0, sigma^2 I) || q*(.|x)).
        left_scale: The minimising sigma.
        relative: (D/2) KL(s||t) + E_pd log(alpha)/G, eq. (88) with its factor D/2 and with the corrected g.
        corrected: (1/G) E_pd[(g - 1) KL(r||gamma)] with g = 1 + p_d/c.
        printed: The same with g = 1 + 1/c as printed: it depends on the unit of x and is no lower bound.
        corrected_excess: g - 1 at the nodes, shape (x,).
        printed_excess: g - 1 as printed at the nodes, shape (x,).
        divergence: KL(r(.|x) || gamma) at the nodes, shape (x,).
        variance: rho(x)^2 at the nodes, eq. (16), shape (x,).
        harmonic_scale: sqrt(G / E_pd[g/rho^2]), eq. (78) with the corrected g.
        shared_scale: sigma* of eq. (17), which is that of the optimal code where p_n = p_d.
    """

    left: float
    left_scale: float
    relative: float
    corrected: float
    printed: float
    corrected_excess: Array
    printed_excess: Array
    divergence: Array
    variance: Array
    harmonic_scale: float
    shared_scale: float


def theorem7(solution: RadialSolution, *, log_density: npt.ArrayLike | None = None) -> Theorem7:
    """Return both sides of Theorem 7 at an optimum.

    Args:
        solution: A converged optimum.
        log_density: log p_d at the nodes, in whichever unit of x; it enters the printed g alone. By default the log
            masses of the nodes, which is right where every node is one x of a discrete space.

    Raises:
        InvalidInputError: For a wrong shape of log_density or values that are not finite.

    Error:
        ``left`` is the least over sigma within a factor exp(1.5) of the deviations of the priors, so that it can only
        lie above the infimum. All sums over r are trapezoidal, as in :mod:`numeric.reduce`; the encoder is as exact
        as the square root of the gap.

    Source:
        NC-VAE, Theorem 7, eqs. (15)-(17), (77)-(90). c = (beta - 1) p_d + delta p_n.
    """
    weights = solution.weights
    log_data = np.log(weights) if log_density is None else np.asarray(log_density, dtype=np.float64)
    if log_data.shape != weights.shape or not np.isfinite(log_data).all():
        msg = f"log_density must hold {len(weights)} finite numbers, got shape {log_data.shape}"
        raise InvalidInputError(msg)
    found = exponents(solution.log_ratio, beta=solution.beta, delta=solution.delta)
    excess, lean = found.aggregate[:, 0], found.noise_prior / (1 + found.aggregate)
    ratio = solution.log_noise_prior - solution.log_prior
    log_lift = solution.log_aggregate - solution.log_prior
    log_normaliser = log_sum_exp(solution.log_prior + found.noise_prior * ratio - found.aggregate * log_lift, axis=1)
    tilted = solution.log_prior + lean * ratio
    log_total = log_sum_exp(tilted, axis=1)  # of p^(1 - lean) n^lean, whose normalised form is r
    log_mixture = tilted - log_total[:, None]
    divergence = (np.exp(log_mixture) * (log_mixture - solution.log_aggregate)).sum(axis=1)
    log_alpha = log_normaliser - (1 + excess) * log_total
    variance = mixture_scales(found, solution.noise_scale) ** 2
    mean_g = 1 + float(weights @ excess)
    shares = weights * (1 + excess) / mean_g
    spread = math.log(float(shares @ (1 / variance))) + float(shares @ np.log(variance))
    printed_excess = np.exp(np.log(excess) - log_data)
    left, left_scale = _left(solution, log_normaliser)
    beta, delta, scale = solution.beta, solution.delta, solution.noise_scale
    return Theorem7(
        left=left,
        left_scale=left_scale,
        relative=solution.latent_dim / 2 * spread + float(weights @ log_alpha) / mean_g,
        corrected=float((weights * excess) @ divergence) / mean_g,
        printed=float((weights * printed_excess) @ divergence) / (1 + float(weights @ printed_excess)),
        corrected_excess=excess,
        printed_excess=printed_excess,
        divergence=divergence,
        variance=variance,
        harmonic_scale=1 / math.sqrt(float(shares @ (1 / variance))),
        shared_scale=scale * math.sqrt((beta + delta) / (beta * scale**2 + delta)),
    )


def _left(solution: RadialSolution, log_normaliser: Array) -> tuple[float, float]:
    """Return the minimum over sigma of E_pd KL(N(0, sigma^2 I) || q) and where it is taken.

    The average of log q/p over the data is evaluated on a wider grid, to which the codes extend by their formula.
    """
    dimension, scale = solution.latent_dim, solution.noise_scale
    found = exponents(solution.log_ratio, beta=solution.beta, delta=solution.delta)
    low, high = sorted((0.0, math.log(scale)))
    low, high = low - MARGIN, high + MARGIN
    middle, deviation = math.log(dimension) / 2, 1 / math.sqrt(2 * dimension)
    grid = log_radial(
        log_lower=middle + low - max(TAILS * deviation, 40 / dimension),
        log_upper=middle + high + TAILS * deviation,
        log_origin=middle + low - 2,
        spacing=min(1 / 8, deviation / 3),
    )
    ratio = np.exp(2 * grid.nodes) / 2 * (1 - scale**-2) - dimension * math.log(scale)
    log_front = np.log(solution.weights) - log_normaliser
    start = np.interp(grid.nodes, solution.grid.nodes, solution.log_aggregate - solution.log_prior)
    log_lift = lift_at(ratio, log_front, found, start=start)
    weights = solution.weights
    # E log q/p = E b log n/p - E k log gamma/p - E log Z
    mean_log = (weights @ found.noise_prior)[0] * ratio - (weights @ found.aggregate)[0] * log_lift
    mean_log = mean_log - weights @ log_normaliser

    def value(log_scale: float) -> float:
        log_masses = grid.log_weights + radial_log_density(grid.nodes - log_scale, dimension)
        with np.errstate(under="ignore"):
            masses = np.exp(log_masses)
        own = dimension / 2 * (math.expm1(2 * log_scale) - 2 * log_scale)
        return own - float(masses @ mean_log) / float(masses.sum())

    tried = np.linspace(low, high, SCANNED)
    values = [value(float(entry)) for entry in tried]
    best = int(np.argmin(values))
    bounds = tried[max(best - 1, 0)], tried[min(best + 1, SCANNED - 1)]
    refined = minimize_scalar(value, bounds=bounds, method="bounded", options={"xatol": LOG_SCALE_TOL})
    if refined.fun < values[best]:
        return float(refined.fun), math.exp(float(refined.x))
    return values[best], math.exp(float(tried[best]))
