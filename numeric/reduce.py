"""The NC-VAE optimum for spherical Gaussian priors in any dimension, from the law of the data ratio alone.

The optimal code depends on x through t = p_n/p_d and on z through r = |z|, so the problem is one in two real variables.
"""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, log_sum_exp
from numeric.bounds import Certificate, bracket
from numeric.grid import Grid
from numeric.problem import Problem, ncvae_problem
from numeric.radial import Exponents, RadialPriors, codes, every_second, exponents, extended, radial_priors
from numeric.solve import NotConvergedError, Outcome, solve
from variational.errors import InvalidInputError

TOTAL_ROUNDING = 1e-9  # how far from one the weights may sum, and how far above one the noise
FAINT = 1e-22  # mass under data and noise together below which a node shares the unknowns of its neighbour
SATURATED = 1e-11  # exponent of p or n below which all nodes on that side share theirs
DISCRETISED = 1e-7  # nats that halving the spacing may change; the change of the next halving is far smaller
SEEN = 1e-3  # weight of the nodes at which the resolution of a continuous law is judged
START, FACTOR, ROUNDS = 2.2, 1.6, 9  # nodes a deviation of a prior, how they grow, and how often


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RadialSolution:
    """The optimal encoder over radii and what is known about it; nats.

    Log masses over the nodes of r belong to the cells of the radial grid. Ratios of masses are ratios of densities
    over z: log q(z|x) = log N(z; 0, I) + log_encoder - log_prior at |z| = r. The value, I and every divergence
    are those of the densities over z, up to ``discretisation`` and ``neglected``.

    Attributes:
        log_ratio: Nodes of log t as given, shape (x,).
        weights: Their masses under the data, shape (x,).
        latent_dim: Dimension of z.
        noise_scale: K of the prior N(0, K^2 I) of codes of noise.
        beta: Weight of KL(q,p).
        delta: Weight of KL(q,n;pn).
        grid: Nodes log r.
        log_prior: Log masses of N(0, I), shape (r,).
        log_noise_prior: Log masses of N(0, K^2 I), shape (r,).
        log_encoder: Log masses of q(r|t), shape (x, r).
        log_aggregate: Log masses behind the lower bound, shape (r,).
        certificate: Bracket of (beta - 1) I + beta KL(gamma||p) + delta E_pn KL(q||n) on the grid.
        outcome: Why the solver stopped.
        steps: Steps taken.
        mutual_information: I(X;Z) = I(t;r) under the data.
        prior_divergence: E_pd KL(q||p).
        noise_divergence: E_pn KL(q||n); noise where the data are nothing has the code n and adds nothing.
        aggregate_divergence: KL(gamma||p).
        neglected: Bound on what cutting the radii off changes the optimal value by.
        discretisation: What halving the spacing changed the value by; the error that is left is smaller.
    """

    log_ratio: Array
    weights: Array
    latent_dim: int
    noise_scale: float
    beta: float
    delta: float
    grid: Grid
    log_prior: Array
    log_noise_prior: Array
    log_encoder: Array
    log_aggregate: Array
    certificate: Certificate
    outcome: Outcome
    steps: int
    mutual_information: float
    prior_divergence: float
    noise_divergence: float
    aggregate_divergence: float
    neglected: float
    discretisation: float

    @property
    def entropy(self) -> float:
        """H(t) >= I(X;Z), of the nodes as given: a bound for a discrete law, without meaning for a continuous one."""
        return -float(self.weights @ np.log(self.weights))

    @property
    def constant_code_bound(self) -> float:
        """Value of the best code that is the same for all x, >= (beta - 1) I(X;Z) for every optimum; nats.

        It is -(beta + delta m) log int p^(beta/(beta + delta m)) n^(delta m/(beta + delta m)) in closed form, with m
        the mass of the noise where the data are something.
        """
        noise = self.delta * _noise_mass(self.log_ratio, self.weights)
        total = self.beta + noise
        share = noise / total
        log_overlap = -share * math.log(self.noise_scale) - math.log1p(share * (self.noise_scale**-2 - 1)) / 2
        return -total * self.latent_dim * log_overlap

    @property
    def node_distance(self) -> float:
        """Largest KL between codes of neighbouring nodes that hold a thousandth of the data or more.

        Nodes that stand for a continuous law of t resolve it where this is small: the value was wrong by at most
        1e-5 at 2, 1e-6 at 1 and 1e-9 at 0.6, measured on Gaussian data for D from 2 to 1024.
        """
        order = np.argsort(self.log_ratio, kind="stable")
        codes_in_order = self.log_encoder[order[self.weights[order] >= SEEN]]
        return float(_divergences(codes_in_order[:-1], codes_in_order[1:]).max(initial=0.0))

    def require_converged(self) -> "RadialSolution":
        """Return self, or raise NotConvergedError with the numbers that matter."""
        if self.outcome is not Outcome.CONVERGED:
            msg = f"{self.outcome.value} (gap={self.certificate.gap:.3e} nats, steps={self.steps})"
            raise NotConvergedError(msg)
        return self


def gaussian_ncvae(
    log_ratio: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    latent_dim: int,
    noise_scale: float,
    beta: float,
    delta: float,
    gap_tol: float = 1e-10,
) -> RadialSolution:
    """Return the optimum of the NC-VAE loss for priors N(0, I) and N(0, noise_scale^2 I).

    Args:
        log_ratio: Nodes of log p_n/p_d, shape (x,); -inf where there is no noise.
        weights: Their masses under p_d, > 0, sum one. Noise that weights * exp(log_ratio) misses to mass one lies where
            the data are nothing.
        latent_dim: Dimension of z, >= 1; tested up to 4096.
        noise_scale: K > 0.
        beta: > 0, with beta - 1 + delta t > 0 at every node.
        delta: >= 0.
        gap_tol: Largest duality gap, nats.

    Raises:
        InvalidInputError: Where an argument breaks its rule.

    Error:
        The bracket belongs to the radial grid and the nodes as given. The trapezoidal rule in log r converges beyond
        any order; ``discretisation`` and ``neglected`` say what the grid costs. How well the nodes stand for the law
        of t is up to the caller.

    Example:
        >>> found = gaussian_ncvae([-0.5, 0.25], [0.5, 0.5], latent_dim=64, noise_scale=5, beta=2, delta=1)
        >>> found.certificate.gap < 1e-10
        True
    """
    ratio, masses = _checked(log_ratio, weights)
    _require(latent_dim, noise_scale, beta, delta, gap_tol)
    _require_convex(ratio, beta=beta, delta=delta)
    found = exponents(ratio, beta=beta, delta=delta)
    merged_ratio, merged = _merged(ratio, masses, found)
    few = exponents(merged_ratio, beta=beta, delta=delta)
    steps, nodes = 0, START
    for _ in range(ROUNDS):
        priors = radial_priors(
            merged, few, latent_dim=latent_dim, noise_scale=noise_scale, nodes_per_deviation=2 * nodes
        )
        pair = every_second(priors.log_prior), every_second(priors.log_noise_prior)
        coarse = solve(_problem(merged_ratio, merged, *pair, beta=beta, delta=delta), gap_tol=gap_tol / 2)
        steps += coarse.steps
        log_lift = extended(coarse.log_aggregate - pair[0], priors, merged, few)
        log_encoder = codes(log_lift, priors, found)
        fine = _problem(ratio, masses, priors.log_prior, priors.log_noise_prior, beta=beta, delta=delta)
        certificate = bracket(fine, _with_noise_code(log_encoder, priors, fine), log_lift + priors.log_prior)
        change = abs(certificate.upper - coarse.certificate.upper)
        if coarse.outcome is not Outcome.CONVERGED or (certificate.gap <= gap_tol and change <= DISCRETISED):
            break
        nodes *= FACTOR
    outcome = coarse.outcome
    if outcome is Outcome.CONVERGED and not certificate.gap <= gap_tol:
        outcome = Outcome.STALLED
    log_gamma = log_sum_exp(np.log(masses)[:, None] + log_encoder, axis=0)
    noise = np.exp(ratio + np.log(masses))
    return RadialSolution(
        log_ratio=ratio,
        weights=masses,
        latent_dim=latent_dim,
        noise_scale=noise_scale,
        beta=beta,
        delta=delta,
        grid=priors.grid,
        log_prior=priors.log_prior,
        log_noise_prior=priors.log_noise_prior,
        log_encoder=log_encoder,
        log_aggregate=log_lift + priors.log_prior,
        certificate=certificate,
        outcome=outcome,
        steps=steps,
        mutual_information=float(masses @ _divergences(log_encoder, log_gamma)),
        prior_divergence=float(masses @ _divergences(log_encoder, priors.log_prior)),
        noise_divergence=float(noise @ _divergences(log_encoder, priors.log_noise_prior)),
        aggregate_divergence=float(_divergences(log_gamma[None, :], priors.log_prior)[0]),
        neglected=priors.neglected,
        discretisation=change,
    )


def _problem(
    log_ratio: Array, weights: Array, log_prior: Array, log_noise_prior: Array, *, beta: float, delta: float
) -> Problem:
    """Return the problem over the nodes, with one more x for noise where the data are nothing."""
    if delta == 0:
        return ncvae_problem(weights, weights, log_prior, log_noise_prior, beta=beta, delta=0.0)
    data, noise = weights / weights.sum(), np.exp(log_ratio + np.log(weights))
    total = float(noise.sum())
    if total < 1 - TOTAL_ROUNDING:
        data, noise = np.append(data, 0.0), np.append(noise, 1 - total)
    else:
        noise = noise / total
    return ncvae_problem(data, noise, log_prior, log_noise_prior, beta=beta, delta=delta)


def _with_noise_code(log_encoder: Array, priors: RadialPriors, problem: Problem) -> Array:
    """Return the encoder with the code n for the added x, where there is one."""
    if len(problem.data) == len(log_encoder):
        return log_encoder
    return np.concatenate([log_encoder, priors.log_noise_prior[None, :]])


def _merged(log_ratio: Array, weights: Array, found: Exponents) -> tuple[Array, Array]:
    """Return log ratios and weights of fewer nodes: those whose codes agree to rounding, or that nothing sees, are one.

    Both masses are kept, so the value changes at second order in what is neglected.
    """
    order = np.argsort(log_ratio, kind="stable")
    sorted_ratio, data = log_ratio[order], weights[order]
    noise = np.exp(sorted_ratio + np.log(data))
    low, high = found.noise_prior[order, 0] < SATURATED, found.prior[order, 0] < SATURATED
    starts = np.ones(len(data), dtype=np.bool_)
    starts[1:] = (
        (sorted_ratio[1:] > sorted_ratio[:-1])
        & ~(low[1:] & low[:-1])
        & ~(high[1:] & high[:-1])
        & (data[1:] + noise[1:] > FAINT)
    )
    begins = np.flatnonzero(starts)
    data, noise = np.add.reduceat(data, begins), np.add.reduceat(noise, begins)
    with np.errstate(divide="ignore"):
        ratio: Array = np.log(noise) - np.log(data)
    return ratio, data


def _divergences(log_masses: Array, log_reference: Array) -> Array:
    """Return KL of each row from the reference, shape (x,)."""
    with np.errstate(under="ignore"):
        found: Array = (np.exp(log_masses) * (log_masses - log_reference)).sum(axis=1)
    return np.maximum(found, 0.0)  # rounding only


def _noise_mass(log_ratio: Array, weights: Array) -> float:
    return min(float(np.exp(log_ratio + np.log(weights)).sum()), 1.0)


def _checked(log_ratio: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Array, Array]:
    """Return read-only copies of the law."""
    ratio, masses = (np.array(given, dtype=np.float64) for given in (log_ratio, weights))
    if ratio.ndim != 1 or not ratio.size or ratio.shape != masses.shape:
        msg = f"log_ratio and weights must be vectors of one length, got shapes {ratio.shape} and {masses.shape}"
        raise InvalidInputError(msg)
    if not (ratio < math.inf).all():
        msg = f"log_ratio must hold numbers below infinity, got {ratio[~(ratio < math.inf)][0]}"
        raise InvalidInputError(msg)
    if not ((masses > 0).all() and abs(masses.sum() - 1) <= TOTAL_ROUNDING):
        msg = f"weights must be > 0 and sum to one, got the sum {masses.sum()!r} and the least {masses.min()!r}"
        raise InvalidInputError(msg)
    with np.errstate(over="ignore"):
        noise = float(np.exp(ratio + np.log(masses)).sum())
    if not noise <= 1 + TOTAL_ROUNDING:
        msg = f"weights * exp(log_ratio), the mass of the noise, must be at most one, got {noise!r}"
        raise InvalidInputError(msg)
    ratio.flags.writeable = masses.flags.writeable = False
    return ratio, masses


def _require(latent_dim: int, noise_scale: float, beta: float, delta: float, gap_tol: float) -> None:
    if not (1 <= latent_dim < math.inf and latent_dim == int(latent_dim)):
        msg = f"latent_dim must be a whole number >= 1, got {latent_dim!r}"
        raise InvalidInputError(msg)
    for name, value in (("noise_scale", noise_scale), ("beta", beta), ("gap_tol", gap_tol)):
        if not 0 < value < math.inf:
            msg = f"{name} must be a finite number > 0, got {value!r}"
            raise InvalidInputError(msg)
    if not 0 <= delta < math.inf:
        msg = f"delta must be a finite number >= 0, got {delta!r}"
        raise InvalidInputError(msg)


def _require_convex(log_ratio: Array, *, beta: float, delta: float) -> None:
    least = beta - 1 + delta * math.exp(min(float(log_ratio.min()), 700.0))
    if not least > 0:
        msg = (
            f"beta - 1 + delta exp(log_ratio) must be > 0, got {least} at log_ratio {log_ratio.min()}: the loss is not "
            "convex there, and over densities it has no minimum"
        )
        raise InvalidInputError(msg)
