"""What is left of the divergence between prior N(0, I) and posterior when only the steepness of the decoder is known.

Theta_L is the set of f = gradient of an L-strongly convex potential on R^l, l = t. For data x_i let m be
the mean of T(x_i) and C its covariance (over n, not n - 1). The score of x_i is J^T (T(x_i) - grad A(f)) with
J J^T >= L^2 I, and the deviations T(x_i) - m average to zero, so

    mean_i F(p || p_xi) >= L^2 [tr C + E |m - grad A(f(z))|^2].                                              (1)

Two data with different T therefore exclude collapse of both, whatever f. One datum has tr C = 0, and the second term
has infimum 0 over Theta_L as soon as T(x) is a vertex of the set of means: Bernoulli and categorical data, and counts
of 0, are generated with probability as near to 1 as one likes by f(z) = L z + b, b large. For l < t the infimum is 0
even for Gaussian data; see ``parabola``.
"""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_ndtr, logit

from numeric.arrays import Array
from numeric.families import Bernoulli, Family, Gaussian, Poisson, require_whole
from numeric.gaussian_prior import quadrature_nodes
from numeric.maps import ComposedMap
from numeric.potentials import Ridges, Sum, isotropic
from numeric.validation import finite_array, require_in_range
from variational.errors import InvalidInputError

FLAT = quadrature_nodes(128, 1)  # for integrands whose poles are at least pi away from the real line
REACH = 40.0  # exp(-REACH) is below the rounding error of one
LEGENDRE_NODES, LEGENDRE_WEIGHTS = np.polynomial.legendre.leggauss(128)
HALF_LINE, HALF_WEIGHTS = (LEGENDRE_NODES + 1) * REACH / 2, LEGENDRE_WEIGHTS * REACH / 2


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Infimum:
    """A lower bound over all decoders of one steepness.

    Attributes:
        value: The bound.
        exact: Whether no larger number is a bound.
        attained: Whether some decoder has this value; False also where that is not known.
    """

    value: float
    exact: bool
    attained: bool


def least_deviation(family: Family, strength: float, mean: float) -> float:
    """Return c_L(m) = inf over b of E (m - A'(L z + b))^2, z from N(0, 1), for one coordinate of a separable family.

    It is the least E (m - A'(h(z)))^2 over all h with h' >= L: such an h passes the point where A'(h) = m once, at s,
    and there |m - A'(h(z))| >= |m - A'(h(s) + L (z - s))| on both sides, as A' increases. It does not decrease in L.

    Args:
        family: Gaussian (scale^4 L^2), Poisson (m^2 (1 - exp(-L^2))) or Bernoulli (a minimum found numerically).
        strength: L > 0.
        mean: m, a mean of data of the family.

    Raises:
        InvalidInputError: For a categorical family, L <= 0 or a mean outside the closed set of means.

    Error:
        Rounding; for Bernoulli about 1e-12 of the quadrature and of the minimum.
    """
    require_in_range("strength", strength, least=0, strict=True)
    if isinstance(family, Gaussian):
        require_in_range("mean", mean, least=-math.inf)
        return family.scale**4 * strength**2
    require_in_range("mean", mean, least=0)
    if isinstance(family, Poisson):
        return mean**2 * -math.expm1(-(strength**2))
    if not isinstance(family, Bernoulli):
        msg = f"family must be separable into coordinates, got {family}"
        raise InvalidInputError(msg)
    if not mean <= 1:
        msg = f"mean must be at most 1 for Bernoulli data, got {mean}"
        raise InvalidInputError(msg)
    if mean in {0.0, 1.0}:
        return 0.0
    reach = 9 * strength + abs(float(logit(mean))) + 5  # beyond, one side has no mass
    offsets = np.linspace(-reach, reach, 801)
    start = float(offsets[np.argmin(_deviations(mean, strength, offsets))])
    step = float(offsets[1] - offsets[0])
    found = minimize_scalar(
        lambda offset: float(_deviations(mean, strength, np.array([offset]))[0]),
        bounds=(start - step, start + step),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return min(float(found.fun), mean**2, (1 - mean) ** 2)  # the last two are the limits of far offsets


def fisher_infimum(family: Family, data: npt.ArrayLike, strength: float) -> Infimum:
    """Return the infimum over f in Theta_L of the mean over the data of F(p || p_x), l = t.

    For a separable family it is L^2 [tr C + sum_j c_L(m_j)], by (1) and ``least_deviation`` applied to f_j as a
    function of z_j, whose slope is at least L; f(z) = L z + b reaches or approaches it. For a categorical family the
    value is L^2 tr C, a lower bound; for one datum that is 0, and exact.

    For one datum it is the right-hand side of Corollary 3.6: positive for Gaussian data and for counts not all 0,
    zero otherwise. As L grows it does not decrease, since Theta_L shrinks. # ERR the proof prints "if L >= L' then
    Theta_L contains Theta_L'", should read "is contained in".

    Raises:
        InvalidInputError: For L <= 0 or data outside the support.

    Source:
        Kinoshita et al. (2023), Corollary 3.6, where the infimum is left as it is.
    """
    require_in_range("strength", strength, least=0, strict=True)
    statistics = family.statistic(data)
    mean = statistics.mean(axis=0)
    spread = float(np.square(statistics - mean).sum(axis=1).mean())
    if not family.separable:
        return Infimum(value=strength**2 * spread, exact=spread == 0, attained=False)
    values, counts = np.unique(mean, return_counts=True)
    rest = sum(
        least_deviation(family, strength, float(m)) * int(count) for m, count in zip(values, counts, strict=True)
    )
    inside = isinstance(family, Gaussian) or bool(
        (mean > 0).all() and (not isinstance(family, Bernoulli) or mean.max() < 1)
    )
    return Infimum(value=strength**2 * (spread + rest), exact=True, attained=inside)


def fisher_spread_bound(family: Family, data: npt.ArrayLike, *, latent_dim: int, constant: float) -> float:
    """Return a lower bound on the mean over the data of F(p || p_x), for every L-inverse Lipschitz f and l <= t.

    It is L^2 times the sum of the l least eigenvalues of C: the mean is at least E tr(J^T C J), and with J = Q S, Q
    orthonormal columns, S S^T >= L^2 I, it is at least L^2 tr(Q^T C Q). For l = t the sum is tr C. For l < t it may
    vanish with different data; ``parabola`` shows that F then comes as near to 0 as one likes.

    Args:
        family: Of the decoder.
        data: Shape (data, m).
        latent_dim: l.
        constant: L; L_1 L_2 for a composed map.

    Raises:
        InvalidInputError: For L <= 0, l > t or data outside the support.
    """
    require_in_range("constant", constant, least=0, strict=True)
    require_whole("latent_dim", latent_dim, least=1)
    if not latent_dim <= family.natural_dim:
        msg = f"latent_dim must be at most {family.natural_dim}, the natural parameters of {family}, got {latent_dim}"
        raise InvalidInputError(msg)
    statistics = family.statistic(data)
    centred = statistics - statistics.mean(axis=0)
    least = np.linalg.eigvalsh(centred.T @ centred / len(centred))[:latent_dim]
    return constant**2 * max(0.0, float(least.sum()))


def kl_pair_bound(distance: npt.ArrayLike) -> Array:
    """Return psi(a) = E log cosh(a z / 2), z from N(0, 1), the least mean of KL(p || p_x) and KL(p || p_y); nats.

    Here a = L |T(x) - T(y)| and f is in Theta_L. Proof: with the mixture r = (p_x + p_y) / 2,

        [KL(p || p_x) + KL(p || p_y)] / 2 = KL(p || r) + E_p log cosh(log(p_x / p_y) / 2),

    and log(p_x / p_y) = (T(x) - T(y))·f(z) - const rises along T(x) - T(y) by at least a per unit of length, as the
    Jacobian is symmetric and at least L I; on each such line it passes zero once, at s, and E log cosh(a (z - s) / 2)
    is least at s = 0. Equality for one Bernoulli coordinate with f(z) = L z.

    Args:
        distance: a >= 0, any shape; at least one axis is added to a number.
    """
    found = np.atleast_1d(np.asarray(distance, dtype=np.float64))
    for number in (float(found.min()), float(found.max())):
        require_in_range("distance", number, least=0)
    flat = found.ravel()
    values = np.empty_like(flat)
    for index, a in enumerate(flat):
        if a < 1:
            half = np.abs(a * FLAT.points[:, 0]) / 2
            # log cosh as log1p of 2 sinh^2(half / 2), which keeps its relative accuracy near zero
            values[index] = np.exp(FLAT.log_weights) @ np.log1p(2 * np.sinh(half / 2) ** 2)
        else:
            near = math.sqrt(2 / math.pi) * np.exp(-np.square(HALF_LINE / a) / 2) / a
            values[index] = (
                a / math.sqrt(2 * math.pi) - math.log(2) + HALF_WEIGHTS @ (near * np.log1p(np.exp(-HALF_LINE)))
            )
    return values.reshape(found.shape)


def kl_bound(family: Family, data: npt.ArrayLike, strength: float) -> float:
    """Return a lower bound on the mean over the data of KL(p || p_x), for every f in Theta_L, l = t; nats.

    The mean over all pairs of ``kl_pair_bound``; positive once two data differ in T, and it grows like L. There is none
    for one datum whose T is a vertex of the set of means, and none that grows with L for KL(p_x || p) and discrete x,
    where that divergence is at most -log p(x).

    Raises:
        InvalidInputError: For L <= 0 or data outside the support.
    """
    require_in_range("strength", strength, least=0, strict=True)
    statistics = family.statistic(data)
    if len(statistics) == 1:
        return 0.0
    first, second = np.triu_indices(len(statistics), 1)
    squares, counts = np.unique(np.square(statistics[first] - statistics[second]).sum(axis=1), return_counts=True)
    return float(kl_pair_bound(strength * np.sqrt(squares)) @ counts / counts.sum())


def parabola(centre: npt.ArrayLike, *, inner: float, outer: float, radius: float) -> ComposedMap:
    """Return a composed map, l = 1 and t >= 2, for which Gaussian data collapse as ``radius`` grows, whatever L_1, L_2.

    f2 is the gradient of L_2 |u|^2/2 + [h(u_1 + r u_2) + h(-u_1 + r u_2)] / r^2 + shift·u with h(s) = max(s, 0)^3/6 and
    r = radius, so it is L_2-inverse Lipschitz; f1(z) = L_1 z. On the line u = (L_1 z, 0, ...) it traces

        f - centre = (L_2 u + u|u| / (2 r^2), u^2 / (2 r) - L_2^2 r, 0, ...),

    which near z = 0 is a circle around ``centre``. For the datum x = scale^2 centre the likelihood is then almost
    constant in z: with scale 1, F(p || p_x) = L_1^2 E [3 L_2 u|u| / (2 r^2) + (r^-4 + r^-2) u^3 / 2]^2, of order r^-4.
    Data x + y with y along the second coordinate collapse with it: J^T y is of order 1/r.

    So the infimum in Theorem A.7 is 0 for every L_1, and the lower bound does not increase.

    Args:
        centre: Shape (t,), t >= 2.
        inner: L_1 > 0.
        outer: L_2 > 0.
        radius: r > 0.

    Raises:
        InvalidInputError: Where an argument breaks its rule.
    """
    for name, value in (("inner", inner), ("outer", outer), ("radius", radius)):
        require_in_range(name, value, least=0, strict=True)
    shift = finite_array("centre", centre, 1).copy()
    if len(shift) < 2:
        msg = f"centre must have at least 2 entries, got {len(shift)}"
        raise InvalidInputError(msg)
    shift[1] -= outer**2 * radius
    directions = np.zeros((2, len(shift)))
    directions[:, 0], directions[:, 1] = (1, -1), radius
    ridges = Ridges(directions=directions, offsets=np.zeros(2), weights=np.full(2, radius**-2.0), profile="cubic")
    return ComposedMap(outer=Sum(parts=(isotropic(outer, shift), ridges)), inner=isotropic(inner, [0.0]))


def _deviations(mean: float, strength: float, offsets: Array) -> Array:
    """Return E (m - sigmoid(L z + b))^2 for each b, to rounding for any L."""
    if strength < 1:
        arguments = strength * FLAT.points[:, 0] + offsets[:, None]
        smooth: Array = np.square(mean - expit(arguments)) @ np.exp(FLAT.log_weights)
        return smooth
    # the step function plus what the sigmoid differs from it, which lives within REACH of the step
    below, above = (np.exp(log_ndtr(sign * offsets / strength)) for sign in (-1, 1))
    total: Array = mean**2 * below + (1 - mean) ** 2 * above
    for side, plateau in ((-1, mean), (1, 1 - mean)):
        heights = side * HALF_LINE
        density = np.exp(-np.square((heights - offsets[:, None]) / strength) / 2) / (strength * math.sqrt(2 * math.pi))
        total += (density * (np.square(mean - expit(heights)) - plateau**2)) @ HALF_WEIGHTS
    return total
