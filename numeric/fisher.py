"""Relative Fisher divergence and KL between prior N(0, I) and posterior of a decoder EF_T(x | f(z)), and its bounds.

By Bayes the score of the posterior minus that of the prior is the gradient of log p(x|z) in z, which is
``score = J(z)^T (T(x) - grad A(f(z)))`` with J the Jacobian of f, of shape t x l. So both Fisher divergences need no
encoder, and the one under the prior no normaliser:

    F(p || p_x) = E_p |score|^2          F(p_x || p) = E_p w |score|^2,   w = p(x|z) / p(x)

Fisher divergences are in squared nats per squared unit of z; KL and log evidence in nats.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, log_sum_exp
from numeric.decoder import Decoder, Terms, evaluate
from numeric.gaussian_prior import (
    Estimate,
    Method,
    MonteCarlo,
    Nodes,
    Outcome,
    choose_method,
    compared_orders,
    drawn_nodes,
    quadrature_nodes,
)

EPS = float(np.finfo(np.float64).eps)

# (value, influence of each node on the value, size of the terms that were added); shapes (data,), (data, n), (data,)
Functional = Callable[[Terms], tuple[Array, Array, Array]]


def relative_fisher(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return F(p || p_x) = E_p |J^T (T(x) - grad A(f(z)))|^2, averaged over the data.

    Args:
        decoder: What generates x.
        data: One datum, shape (m,), or several, shape (data, m).
        method: Quadrature or MonteCarlo; None for the default quadrature of l = 1, 2.

    Raises:
        InvalidInputError: For data outside the support, or l > 2 without a MonteCarlo.

    Error:
        See :class:`numeric.gaussian_prior.Estimate`.

    Source:
        Kinoshita et al. (2023), Definition 3.3 and Lemma A.1.

    Example:
        >>> from numeric.decoder import Decoder
        >>> from numeric.families import Gaussian
        >>> from numeric.maps import BrenierMap
        >>> from numeric.potentials import isotropic
        >>> decoder = Decoder(family=Gaussian(dimension=1), decoder_map=BrenierMap(potential=isotropic(2.0, [0.0])))
        >>> round(relative_fisher(decoder, [1.0]).value, 9)  # L^2 (x^2 + L^2)
        20.0
    """
    return _estimate(decoder, data, method, lambda terms: _mean(terms, terms.squares))


def posterior_fisher(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return F(p_x || p), the same integral under the posterior, averaged over the data; see ``relative_fisher``."""
    return _estimate(decoder, data, method, _posterior_mean)


def averaged_fisher(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return E_p |mean over the data of the score|^2, in which data may cancel; see ``relative_fisher``.

    The mean of F(p || p_x) over the data exceeds it by E_p tr(J^T C J), with C the covariance of T over the data.

    Source:
        Kinoshita et al. (2023), Theorem 3.7.
    """
    mean = decoder.family.statistic(data).mean(axis=0, keepdims=True)
    return _estimate_of(decoder, mean, np.zeros(1), method, lambda terms: _mean(terms, terms.squares))


def fisher_bound(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return the lower bound on F(p || p_x) of this decoder, averaged over the data.

    For l = t it is L^2 E_p |T(x) - grad A(f)|^2 (Theorem 3.4 as printed), for a composed map
    L_1^2 E_p |K^T (T(x) - grad A(f))|^2 with K the Jacobian of f2 after the embedding (Theorem A.7 before the infimum).

    Proof: J = K H with H symmetric and H >= L I, so |J^T v|^2 = v^T K H^2 K^T v >= L^2 |K^T v|^2 for every z, with
    K = I if l = t. For l = t a differentiable f that is L-inverse Lipschitz and no gradient does as well: |J u| >= L|u|
    for a square J bounds every singular value, and J^T has the same. For l < t the form with K = I is false: J^T has a
    kernel, and T(x) - grad A(f) may lie in it.

    As the inequality holds at every node, the two estimates by one method satisfy it to rounding.

    Raises:
        InvalidInputError: As ``relative_fisher``; also for a given map with l < t, or with a smaller singular value
            than its constant at some node.

    Source:
        Kinoshita et al. (2023), Theorems 3.4 and A.7. # ERR Theorem A.7 prints l = t, should read l < t
    """
    constant = decoder.decoder_map.inner_strength**2

    def bound(terms: Terms) -> tuple[Array, Array, Array]:
        return _mean(terms, constant * terms.framed)

    return _estimate(decoder, data, method, bound, framed=True)


def kl_prior_to_posterior(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return KL(p || p_x) = log p(x) - E_p log p(x|z), averaged over the data; see ``relative_fisher``."""

    def divergence(terms: Terms) -> tuple[Array, Array, Array]:
        log_evidence, weights = _evidence(terms)
        average, _, size = _mean(terms, terms.log_likelihood)
        influence = weights - (terms.log_likelihood - average[:, None])
        return log_evidence - average, influence, np.abs(log_evidence) + size

    return _estimate(decoder, data, method, divergence)


def kl_posterior_to_prior(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return KL(p_x || p), averaged over the data; see ``relative_fisher``.

    For discrete x it is at most -log p(x), because p_x / p = p(x|z) / p(x) and p(x|z) <= 1.
    """

    def divergence(terms: Terms) -> tuple[Array, Array, Array]:
        log_evidence, weights = _evidence(terms)
        log_ratio = terms.log_likelihood - log_evidence[:, None]
        parts = np.exp(terms.log_weights) * np.where(weights > 0, weights * log_ratio, 0.0)
        value = parts.sum(axis=1)
        influence = np.where(weights > 0, weights * (log_ratio - value[:, None] - 1), 0.0)
        return value, influence, np.abs(log_evidence) + np.abs(parts).sum(axis=1)

    return _estimate(decoder, data, method, divergence)


def log_evidence(decoder: Decoder, data: npt.ArrayLike, *, method: Method | None = None) -> Estimate:
    """Return log p(x), averaged over the data; see ``relative_fisher``. For continuous x, of 1 / unit of x."""

    def evidence(terms: Terms) -> tuple[Array, Array, Array]:
        value, weights = _evidence(terms)
        return value, weights, np.abs(value)

    return _estimate(decoder, data, method, evidence, log_base=decoder.family.log_base(data))


def _mean(terms: Terms, integrand: Array) -> tuple[Array, Array, Array]:
    weights = np.exp(terms.log_weights)
    return integrand @ weights, integrand, np.abs(integrand) @ weights


def _evidence(terms: Terms) -> tuple[Array, Array]:
    """Return log p(x) - log h(x), shape (data,), and p(x|z) / p(x), shape (data, n)."""
    found = log_sum_exp(terms.log_likelihood + terms.log_weights, axis=1)
    return found, np.exp(terms.log_likelihood - found[:, None])


def _posterior_mean(terms: Terms) -> tuple[Array, Array, Array]:
    _, weights = _evidence(terms)
    parts = np.where(weights > 0, weights * terms.squares, 0.0)
    value = parts @ np.exp(terms.log_weights)
    return value, parts - weights * value[:, None], value


def _estimate(
    decoder: Decoder,
    data: npt.ArrayLike,
    method: Method | None,
    functional: Functional,
    *,
    log_base: Array | None = None,
    framed: bool = False,
) -> Estimate:
    statistics = decoder.family.statistic(data)
    shift = np.zeros(len(statistics)) if log_base is None else log_base
    return _estimate_of(decoder, statistics, shift, method, functional, framed=framed)


def _estimate_of(
    decoder: Decoder,
    statistics: Array,
    shift: Array,
    method: Method | None,
    functional: Functional,
    *,
    framed: bool = False,
) -> Estimate:
    """Return the estimate of a functional from sufficient statistics, shape (data, t), plus a constant a datum."""
    chosen = choose_method(method, decoder.decoder_map.latent_dim)
    latent_dim = decoder.decoder_map.latent_dim
    others: tuple[Nodes, ...] = ()
    if isinstance(chosen, MonteCarlo):
        fine = drawn_nodes(chosen, latent_dim)
    else:
        fine = quadrature_nodes(chosen.order, latent_dim)
        others = tuple(quadrature_nodes(order, latent_dim) for order in compared_orders(chosen.order))
    with np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore"):
        values, influence, size = functional(evaluate(decoder, statistics, fine, framed=framed))
        if others:
            compared = [functional(evaluate(decoder, statistics, nodes, framed=framed))[0] for nodes in others]
            error = max(abs(float((values - other).mean())) for other in compared)
        else:
            error = float(influence.mean(axis=0).std(ddof=1)) / math.sqrt(len(fine.points))
        error += 8 * EPS * float(size.mean())
        value = float((values + shift).mean())
    good = math.isfinite(value) and math.isfinite(error)
    return Estimate(
        value=value if good else math.nan,
        each=tuple(float(number) for number in values + shift),
        error=error if good else math.inf,
        estimator="Gauss-Hermite quadrature" if others else "Monte Carlo",
        nodes=len(fine.points),
        outcome=Outcome.ESTIMATED if good else Outcome.NOT_FINITE,
    )
