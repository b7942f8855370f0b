"""Laws of the log density ratio where noise is data plus Gaussian noise: mixtures and samples, with an error bar."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, log_sum_exp
from numeric.grid import HALF_LOG_TAU
from numeric.laws import Law, from_nodes
from variational.errors import InvalidInputError

REACH = 9.5  # deviations beyond the outermost mean; 2e-21 lies outside
FINENESS = {1: 10.0, 2: 5.0}  # nodes a deviation of the narrowest component, by dimension
LARGEST = 2_000_000  # nodes of a grid, above which the law is sampled
BLOCK = 4_000_000  # numbers held at once


def noised_mixture(
    shares: npt.ArrayLike,
    means: npt.ArrayLike,
    variances: npt.ArrayLike,
    *,
    noise_scale: float,
    generator: np.random.Generator | None = None,
    draws: int = 20_000,
    resolution: float = 1.0,
) -> Law:
    """Return the law for data from a mixture of spherical Gaussians and p_n = p_d * N(0, noise_scale^2 I).

    Args:
        shares: Probabilities of the components, shape (k,).
        means: Shape (k, d).
        variances: Of each coordinate, shape (k,).
        noise_scale: >= 0.
        generator: Source of the samples; without one the law is computed on a grid, for d = 1 and 2.
        draws: Samples of the data and of the noise each.
        resolution: As in :func:`numeric.laws.gaussian_ratio`; samples are kept apart as far as it says.

    Raises:
        InvalidInputError: Where an argument breaks its rule, or no generator is given and the grid would be too large.

    Error:
        On a grid, ``error`` is what twice the spacing would change: the log density of a mixture has complex branch
        points between its components, which limit the trapezoidal rule. Sampled, as in :func:`sampled`.
    """
    shares, means, variances = (np.asarray(given, dtype=np.float64) for given in (shares, means, variances))
    if means.ndim != 2 or shares.shape != variances.shape or shares.shape != means.shape[:1] or not means.size:
        msg = f"shares, means, variances must have shapes (k,), (k, d), (k,), got {shares.shape}, {means.shape}"
        raise InvalidInputError(msg)
    if not ((shares > 0).all() and abs(shares.sum() - 1) <= 1e-9):
        msg = f"shares must be > 0 and sum to one, got {shares}"
        raise InvalidInputError(msg)
    if not (np.isfinite(means).all() and (variances > 0).all() and np.isfinite(variances).all()):
        msg = f"means must be finite and variances finite and > 0, got {variances}"
        raise InvalidInputError(msg)
    _require_scale(noise_scale)
    mixtures = [(shares, means, variances), (shares, means, variances + noise_scale**2)]
    if generator is None:
        points, log_volume, sparse = _box(means, variances, noise_scale)
        log_data, log_noise = (_mixture_log_density(points, *mixture) for mixture in mixtures)
        with np.errstate(under="ignore"):
            terms = np.exp(log_data + log_volume) * (log_data - log_noise)
        coarse = abs(float(terms.sum() - 2 ** means.shape[1] * terms[sparse].sum()))
        return from_nodes(log_noise - log_data, log_data + log_volume, error=coarse, resolution=resolution)
    which = generator.choice(len(shares), size=draws, p=shares / shares.sum())
    data = means[which] + np.sqrt(variances[which])[:, None] * generator.normal(size=(draws, means.shape[1]))
    noise = data[generator.permutation(draws)] + noise_scale * generator.normal(size=data.shape)
    ratios = [
        _mixture_log_density(points, *mixtures[1]) - _mixture_log_density(points, *mixtures[0])
        for points in (data, noise)
    ]
    return sampled(*ratios, resolution=resolution)


def noised_samples(
    samples: npt.ArrayLike,
    log_density: Callable[[Array], Array],
    *,
    noise_scale: float,
    generator: np.random.Generator,
    inner: int = 64,
) -> Law:
    """Return the law for data given as samples with a log density, and p_n = p_d * N(0, noise_scale^2 I).

    Args:
        samples: From the data, shape (m, d).
        log_density: Maps points (m, d) to log p_d, shape (m,); in any unit of volume.
        noise_scale: >= 0.
        generator: Source of the noise.
        inner: Draws of the noise for one value of p_n(x) = E p_d(x - noise), even.

    Raises:
        InvalidInputError: Where an argument breaks its rule.

    Error:
        As :func:`sampled`; and the logarithm of an average over ``inner`` draws lies too low by about half its
        relative variance. Its size, estimated by halving ``inner``, is added to ``error``.
    """
    data = np.asarray(samples, dtype=np.float64)
    if data.ndim != 2 or len(data) < 2 or not np.isfinite(data).all():
        msg = f"samples must be finite, shape (m, d) with m > 1, got shape {data.shape}"
        raise InvalidInputError(msg)
    _require_scale(noise_scale)
    if inner < 2 or inner % 2:
        msg = f"inner must be even and >= 2, got {inner}"
        raise InvalidInputError(msg)
    noise = data[generator.permutation(len(data))] + noise_scale * generator.normal(size=data.shape)
    ratios, biases = [], []
    for points in (data, noise):
        shifted = [log_density(points - noise_scale * generator.normal(size=points.shape)) for _ in range(inner)]
        logs = np.stack(shifted)
        whole = log_sum_exp(logs, axis=0) - math.log(inner)
        halves = [log_sum_exp(half, axis=0) - math.log(inner // 2) for half in np.split(logs, 2)]
        biases.append(abs(float(np.mean(whole - (halves[0] + halves[1]) / 2))))
        ratios.append(whole - log_density(points))
    return sampled(*ratios, bias=max(biases))


def sampled(at_data: npt.ArrayLike, at_noise: npt.ArrayLike, *, bias: float = 0.0, resolution: float = 1.0) -> Law:
    """Return the law from the log ratio at samples of the data and at samples of the noise.

    A sample of either kind is weighted by its density in the union of both, so that no weight exceeds one over the
    smaller number of samples: averages over the data alone, of exp(log_ratio), degenerate in many dimensions.

    Args:
        at_data: log p_n/p_d at samples of p_d, shape (m,).
        at_noise: The same at samples of p_n, shape (k,).
        bias: Added to the standard error; nats.
        resolution: As in :func:`numeric.laws.gaussian_ratio`.

    Raises:
        InvalidInputError: Where the ratios are not finite or too few.

    Error:
        ``error`` is that of KL(p_d||p_n); totals before scaling are off one by ``defect``, by chance.

    Source:
        Veach & Guibas (1995), the balance heuristic.
    """
    data, noise = (np.asarray(given, dtype=np.float64) for given in (at_data, at_noise))
    for name, given in (("at_data", data), ("at_noise", noise)):
        if given.ndim != 1 or len(given) < 2 or not np.isfinite(given).all():
            msg = f"{name} must hold at least two finite numbers, got shape {given.shape}"
            raise InvalidInputError(msg)
    log_ratio = np.concatenate([data, noise])
    log_weights = -np.logaddexp(math.log(len(data)), math.log(len(noise)) + log_ratio)
    error = float(data.std(ddof=1)) / math.sqrt(len(data))
    return from_nodes(log_ratio, log_weights, error=error + bias, resolution=resolution)


def _mixture_log_density(points: Array, shares: Array, means: Array, variances: Array) -> Array:
    """Return the log density of a mixture of spherical Gaussians, shape (m,)."""
    size, dimension = len(points), points.shape[1]
    step = max(1, BLOCK // (len(shares) * dimension))
    found = np.empty(size)
    fronts = np.log(shares) - dimension * (np.log(variances) / 2 + HALF_LOG_TAU)
    for begin in range(0, size, step):
        block = points[begin : begin + step]
        squares = ((block[:, None, :] - means) ** 2).sum(axis=2)
        found[begin : begin + step] = log_sum_exp(fronts - squares / (2 * variances), axis=1)
    return found


def _box(means: Array, variances: Array, noise_scale: float) -> tuple[Array, float, npt.NDArray[np.bool_]]:
    """Return an equidistant grid that covers data and noise, the log volume of its cells, and every second node."""
    dimension = means.shape[1]
    spacing = math.sqrt(variances.min()) / FINENESS.get(dimension, 1.0)
    reach = REACH * math.sqrt(variances.max() + noise_scale**2)
    counts = np.ceil((np.ptp(means, axis=0) + 2 * reach) / spacing)
    if dimension not in FINENESS or not counts.prod() <= LARGEST:
        msg = (
            f"generator must be given where a grid would need {counts.prod():.3g} nodes in {dimension} dimensions "
            f"(at most {LARGEST} in at most 2)"
        )
        raise InvalidInputError(msg)
    steps = np.meshgrid(*(np.arange(int(count) + 1) for count in counts), indexing="ij")
    places = np.stack([step.ravel() for step in steps], axis=1)
    points = means.min(axis=0) - reach + spacing * places
    return points, dimension * math.log(spacing), (places % 2 == 0).all(axis=1)


def _require_scale(noise_scale: float) -> None:
    if not 0 <= noise_scale < math.inf:
        msg = f"noise_scale must be a finite number >= 0, got {noise_scale}"
        raise InvalidInputError(msg)
