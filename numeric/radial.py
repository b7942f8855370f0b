"""Radial form of the codes of the NC-VAE for spherical Gaussian priors: exponents, a grid that no code leaves, codes.

The optimal code of an x with ratio t = p_n/p_d is p^a n^b gamma^-k / Z with a = beta k, b = delta t k and
k = 1/(beta - 1 + delta t), the aggregate gamma included a function of r = |z|. Since a + b - k = 1 it may be read
with densities of any kind, or with masses on a grid. With r_t ~ N(0, rho_t^2 I) the normalised
p^(beta/(beta + delta t)) n^(delta t/(beta + delta t)), the code is r_t^(1 + k) gamma^-k / alpha with alpha >= 1, and
gamma >= w q for a node of weight w gives

    q <= r_t w^(-k/(1 + k)),

so that no code has mass where its r_t has none to speak of, and the aggregate none where no r_t has.
"""

import dataclasses
import math

import numpy as np

from numeric.arrays import Array, log_sum_exp
from numeric.grid import Grid, log_radial, radial_log_outside, radial_masses

NEGLECTED = 1e-13  # nats; bound on what cutting the radii off may change the optimal value by
DEEPEST = 200.0  # least log mass that the search for the ends of a grid tells from nothing
POINTS = 2000  # of that search; it rounds outwards
SCALAR_STEPS, SCALAR_TOL = 60, 1e-14  # Newton steps for one value of the aggregate, of which a dozen are used


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Exponents:
    """Exponents of the codes of all nodes, each of shape (x, 1)."""

    prior: Array
    noise_prior: Array
    aggregate: Array


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RadialPriors:
    """The two priors as masses on a grid of log r.

    Attributes:
        grid: Nodes log r.
        log_prior: Log masses of N(0, I), shape (r,).
        log_noise_prior: Log masses of N(0, noise_scale^2 I), shape (r,).
        neglected: Bound on the change of the optimal value by cutting off the radii outside, nats.
    """

    grid: Grid
    log_prior: Array
    log_noise_prior: Array
    neglected: float


def exponents(log_ratio: Array, *, beta: float, delta: float) -> Exponents:
    """Return a, b and k of every node; beta - 1 + delta t must be > 0."""
    with np.errstate(over="ignore"):
        tilted = delta * np.exp(log_ratio)
        sharpness = 1 / (beta - 1 + tilted)
        noise_prior = np.where(np.isfinite(tilted), tilted, 1.0) * np.where(np.isfinite(tilted), sharpness, 1.0)
    return Exponents(prior=(beta * sharpness)[:, None], noise_prior=noise_prior[:, None], aggregate=sharpness[:, None])


def mixture_scales(found: Exponents, noise_scale: float) -> Array:
    """Return rho of every node, shape (x,): rho^-2 = (a + b/K^2)/(a + b), between 1 and K."""
    total = (found.prior + found.noise_prior)[:, 0]
    precision = (found.prior[:, 0] + found.noise_prior[:, 0] / noise_scale**2) / total
    return np.asarray(1 / np.sqrt(precision), dtype=np.float64)


def radial_priors(
    weights: Array, found: Exponents, *, latent_dim: int, noise_scale: float, nodes_per_deviation: float
) -> RadialPriors:
    """Return both priors on a grid of radii that covers them and every code the loss may have.

    Cutting off radii changes the optimum by at most sum_x w^(1/(1+k)) (1 + 1/(k alpha)) r_t(outside): extend gamma
    outwards by max_x w^(1/(1+k)) r_t in the dual function, and bound the rest by the first inequality above. Here
    alpha is replaced by 1.
    """
    sharpness = found.aggregate[:, 0]
    with np.errstate(divide="ignore"):
        log_factor = np.log(weights) / (1 + sharpness) + np.log1p(1 / sharpness)
    scales = np.append(mixture_scales(found, noise_scale), [1.0, noise_scale])
    log_factor = np.append(log_factor, [0.0, 0.0])  # the priors themselves, which are scaled to one on the grid
    targets = math.log(NEGLECTED) - math.log(2 * len(scales)) - log_factor
    low, high = _ends(latent_dim, targets)
    log_scales, middle = np.log(scales), math.log(latent_dim) / 2
    log_lower, log_upper = float((log_scales + low).min()), float((log_scales + high).max())
    grid = log_radial(
        log_lower=log_lower,
        log_upper=log_upper,
        log_origin=middle + float(log_scales.min()) - 2,
        spacing=min(1 / 3, 1 / math.sqrt(2 * latent_dim)) / nodes_per_deviation,
    )
    below, above = radial_log_outside(grid.lower - log_scales, grid.upper - log_scales, latent_dim)
    prior, noise_prior = (radial_masses(grid, dimension=latent_dim, scale=s).log_masses for s in (1.0, noise_scale))
    return RadialPriors(
        grid=grid,
        log_prior=prior,
        log_noise_prior=noise_prior,
        neglected=float(np.exp(np.logaddexp(below, above) + log_factor).sum()),
    )


def every_second(log_masses: Array) -> Array:
    """Return log masses on every second node, scaled to one."""
    found: Array = log_masses[::2] - log_sum_exp(log_masses[None, ::2], axis=1)
    return found


def extended(log_lift: Array, priors: RadialPriors, weights: Array, found: Exponents) -> Array:
    """Return log gamma/p on all nodes from its values on every second one."""
    ratio = priors.log_noise_prior - priors.log_prior
    fields = found.noise_prior * ratio[::2] - found.aggregate * log_lift
    log_normaliser = log_sum_exp(every_second(priors.log_prior) + fields, axis=1)
    inner = np.append(log_lift, log_lift[-1])
    result = np.empty(len(priors.grid))
    result[::2] = log_lift
    result[1::2] = lift_at(
        ratio[1::2], np.log(weights) - log_normaliser, found, start=((inner[:-1] + inner[1:]) / 2)[: len(result) // 2]
    )
    return result


def lift_at(log_ratio: Array, log_front: Array, found: Exponents, *, start: Array) -> Array:
    """Return log gamma/p at any radii, where log n/p is ``log_ratio``, shape (r,).

    gamma/p = sum_x front (n/p)^b (gamma/p)^-k with front = w/Z is one equation in one unknown at each radius,
    decreasing and convex in log gamma/p on the right: Newton's method meets the solution from below.
    """
    fields, k, lift = found.noise_prior * log_ratio + log_front[:, None], found.aggregate, start
    for _ in range(SCALAR_STEPS):
        terms = fields - k * lift
        total = log_sum_exp(terms, axis=0)
        with np.errstate(under="ignore"):
            slope = (k * np.exp(terms - total)).sum(axis=0)
        step = (total - lift) / (1 + slope)
        lift = lift + step
        if np.abs(step).max(initial=0.0) <= SCALAR_TOL * (1 + np.abs(lift).max(initial=0.0)):
            break
    return lift


def codes(log_lift: Array, priors: RadialPriors, found: Exponents) -> Array:
    """Return the log masses of the codes that answer log gamma/p, shape (x, r)."""
    ratio = priors.log_noise_prior - priors.log_prior
    logs = priors.log_prior + found.noise_prior * ratio - found.aggregate * log_lift
    answer: Array = logs - log_sum_exp(logs, axis=1)[:, None]
    return answer


def _ends(latent_dim: int, targets: Array) -> tuple[Array, Array]:
    """Return log radii, relative to one deviation, outside of which N(0, I) has log mass at most each target."""
    middle = math.log(latent_dim) / 2
    inward = middle - np.linspace(0, 1 + DEEPEST / latent_dim, POINTS)
    outward = middle + np.linspace(0, math.log(2 + 4 * DEEPEST / latent_dim) / 2, POINTS)
    below, above = (
        radial_log_outside(inward, inward, latent_dim)[0],
        radial_log_outside(outward, outward, latent_dim)[1],
    )
    places = [np.searchsorted(-logs, -targets).clip(max=POINTS - 1) for logs in (below, above)]
    return inward[places[0]], outward[places[1]]
