"""Laws of the log ratio of noise to data density under the data, as few nodes: two Gaussians of any dimension."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, log_sum_exp
from numeric.quadratic_forms import Nodes, quadratic_form, squeezed, sum_of
from variational.errors import InvalidInputError

FAINTEST = -690.0  # log weight that a double still holds with all its digits
TOTAL_ROUNDING = 1e-9  # how far from one the masses of a law may sum
EQUAL = 1e-11  # relative to the largest; eigenvalues closer than this are one, as rounding cannot tell them apart


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Law:
    """Law of t = p_n/p_d, the density ratio of noise and data, under the data.

    In many dimensions noise falls where the data density is nothing in double precision, and weights that average
    exp(log_ratio) miss it: that mass is ``missing`` and acts as one more x with data 0.

    Attributes:
        log_ratio: log t at the nodes, increasing, shape (n,).
        weights: Masses of the nodes under the data, > 0, sum one.
        missing: Mass of the noise at no node: weights @ exp(log_ratio) = 1 - missing.
        defect: How far the two totals were from one before they were scaled to it.
        error: Estimate of the error of ``divergence``, nats: the standard error where the law was sampled.
    """

    log_ratio: Array
    weights: Array
    missing: float = 0.0
    defect: float = 0.0
    error: float = 0.0

    def __post_init__(self) -> None:
        """Check the masses and make the arrays read-only copies."""
        for name in ("log_ratio", "weights"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.weights.ndim != 1 or not self.weights.size or self.log_ratio.shape != self.weights.shape:
            msg = f"log_ratio and weights must be vectors of one length, got {self.log_ratio.shape}"
            raise InvalidInputError(msg)
        if not (self.weights > 0).all() or not abs(self.weights.sum() - 1) <= TOTAL_ROUNDING:
            msg = f"weights must be > 0 and sum to one, got the sum {self.weights.sum()}"
            raise InvalidInputError(msg)
        total = float(self.noise.sum()) + self.missing
        if not (0 <= self.missing <= 1 and abs(total - 1) <= TOTAL_ROUNDING):
            msg = f"the mass of the noise must be one with the missing {self.missing} in [0, 1], got {total}"
            raise InvalidInputError(msg)

    @property
    def noise(self) -> Array:
        """Masses of the nodes under the noise."""
        with np.errstate(under="ignore"):
            found: Array = np.exp(self.log_ratio + np.log(self.weights))
        return found

    @property
    def divergence(self) -> float:
        """KL(p_d || p_n); nats."""
        return -float(self.weights @ self.log_ratio)

    @property
    def reverse_divergence(self) -> float:
        """KL(p_n || p_d) over the nodes; nats. A lower estimate where noise is missing."""
        return float(self.noise @ self.log_ratio)


def equal() -> Law:
    """Return the law for p_n = p_d."""
    return Law(log_ratio=np.zeros(1), weights=np.ones(1))


def gaussian_ratio(
    data_mean: npt.ArrayLike,
    data_covariance: npt.ArrayLike,
    noise_mean: npt.ArrayLike,
    noise_covariance: npt.ArrayLike,
    *,
    resolution: float = 1.0,
) -> Law:
    """Return the law for two Gaussians.

    Args:
        data_mean: Shape (d,).
        data_covariance: Symmetric positive definite, shape (d, d); or variances, shape (d,); or one variance.
        noise_mean: Shape (d,).
        noise_covariance: As data_covariance.
        resolution: >= 1; nodes are this much denser than functions such as 1/(1 + t) need, which is 2.3 nodes a unit
            of log t. Optimal codes in D dimensions ask for sqrt(D)/4 or more: see ``node_distance`` there.

    Raises:
        InvalidInputError: Where resolution < 1, a shape is wrong or a covariance is not positive definite.

    Error:
        The log ratio is a sum of independent quadratic forms, one or two for each distinct eigenvalue of the noise
        covariance relative to that of the data. Each is integrated by the trapezoidal rule (error below 1e-11), and
        the sums are compressed to Gauss rules (1e-9 for functions as smooth as the optimal code). Masses are sums of
        positive terms, so both tails keep their relative accuracy. Beyond log ratios of +-150 only masses and
        moments are kept, not the shape.

    Example:
        >>> import numpy as np
        >>> law = gaussian_ratio(np.zeros(100), 1, np.full(100, 0.1), 1)
        >>> bool(abs(law.divergence - 0.5) < 1e-12)
        True
    """
    _require_resolution(resolution)
    eigenvalues, shifts = _whitened(data_mean, data_covariance, noise_mean, noise_covariance)
    ranks = np.argsort(eigenvalues)
    eigenvalues, shifts = eigenvalues[ranks], shifts[ranks]
    begins = np.flatnonzero(np.diff(eigenvalues, prepend=-1.0) > EQUAL * eigenvalues[-1])
    parts = [
        part
        for values, moves in zip(np.split(eigenvalues, begins[1:]), np.split(shifts, begins[1:]), strict=True)
        for part in quadratic_form(float(values.mean()), len(values), float(np.linalg.norm(moves)), resolution)
    ]
    while len(parts) > 1:
        pairs = [sum_of(parts[k], parts[k + 1], resolution=resolution) for k in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]
    return from_nodes(*parts[0], resolution=resolution)


def noised(mean: npt.ArrayLike, covariance: npt.ArrayLike, *, noise_scale: float, resolution: float = 1.0) -> Law:
    """Return the law for Gaussian data and p_n = p_d * N(0, noise_scale^2 I).

    Raises:
        InvalidInputError: Where the Gaussian is not one, or not noise_scale >= 0.
    """
    if not 0 <= noise_scale < math.inf:
        msg = f"noise_scale must be a finite number >= 0, got {noise_scale}"
        raise InvalidInputError(msg)
    spread = np.asarray(covariance, dtype=np.float64)
    added = np.eye(len(spread)) if spread.ndim == 2 else np.ones_like(spread)
    return gaussian_ratio(mean, covariance, mean, spread + noise_scale**2 * added, resolution=resolution)


def from_nodes(log_ratio: Array, log_weights: Array, *, error: float = 0.0, resolution: float = 1.0) -> Law:
    """Return the law of any nodes, its totals scaled to one, with no more nodes than it needs.

    Args:
        log_ratio: Finite, shape (n,), up to a common term.
        log_weights: Log masses under the data, shape (n,), up to a common term.
        error: Passed on.
        resolution: As in :func:`gaussian_ratio`.
    """
    _require_resolution(resolution)
    log_ratio, log_weights = squeezed(log_ratio, log_weights, resolution)
    data_total = _log_total(log_weights)
    noise_total = _log_total(log_weights + log_ratio)
    log_weights = log_weights - data_total
    log_ratio = log_ratio - (noise_total - data_total)
    held = log_weights > FAINTEST
    log_ratio, log_weights = log_ratio[held], log_weights[held]
    with np.errstate(under="ignore"):
        weights, noise = np.exp(log_weights), np.exp(log_weights + log_ratio)
    return Law(
        log_ratio=log_ratio,
        weights=weights,
        missing=0.0 if held.all() else max(1 - float(noise.sum()), 0.0),
        defect=max(abs(math.expm1(data_total)), abs(math.expm1(noise_total))),
        error=error,
    )


def _whitened(
    data_mean: npt.ArrayLike, data_covariance: npt.ArrayLike, noise_mean: npt.ArrayLike, noise_covariance: npt.ArrayLike
) -> Nodes:
    """Return variances of the noise and distances of the means where the data are N(0, I), in the eigenbasis."""
    means = [np.asarray(mean, dtype=np.float64) for mean in (data_mean, noise_mean)]
    for name, mean in zip(("data_mean", "noise_mean"), means, strict=True):
        if mean.ndim != 1 or not mean.size or mean.shape != means[0].shape or not np.isfinite(mean).all():
            msg = f"{name} must be a vector of finite numbers as long as data_mean, got shape {mean.shape}"
            raise InvalidInputError(msg)
    size, apart = len(means[0]), means[0] - means[1]
    data, noise = (
        _covariance(name, given, size)
        for name, given in (("data_covariance", data_covariance), ("noise_covariance", noise_covariance))
    )
    if data.ndim == noise.ndim == 1:
        return noise / data, apart / np.sqrt(data)
    root = _cholesky("data_covariance", np.diag(data) if data.ndim == 1 else data)
    noise = np.diag(noise) if noise.ndim == 1 else noise
    _cholesky("noise_covariance", noise)
    relative = np.linalg.solve(root, np.linalg.solve(root, noise).T)
    eigenvalues, vectors = np.linalg.eigh((relative + relative.T) / 2)
    return eigenvalues, np.asarray(vectors.T @ np.linalg.solve(root, apart), dtype=np.float64)


def _covariance(name: str, given: npt.ArrayLike, size: int) -> Array:
    """Return variances or a matrix."""
    found = np.asarray(given, dtype=np.float64)
    found = found if found.ndim else np.full(size, found)
    if found.shape not in ((size,), (size, size)) or not np.isfinite(found).all():
        msg = f"{name} must be finite, one variance, {size} of them or a matrix, got shape {found.shape}"
        raise InvalidInputError(msg)
    if found.ndim == 1 and not (found > 0).all():
        msg = f"{name} must be > 0, got {found.min()}"
        raise InvalidInputError(msg)
    if found.ndim == 2 and not np.abs(found - found.T).max() <= 1e-12 * np.abs(found).max():
        msg = f"{name} must be symmetric, got entries that differ by {np.abs(found - found.T).max()}"
        raise InvalidInputError(msg)
    return found


def _cholesky(name: str, matrix: Array) -> Array:
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        msg = f"{name} must be positive definite, got an eigenvalue {np.linalg.eigvalsh(matrix)[0]}"
        raise InvalidInputError(msg) from error


def _require_resolution(resolution: float) -> None:
    if not 1 <= resolution < math.inf:
        msg = f"resolution must be a finite number >= 1, got {resolution}"
        raise InvalidInputError(msg)


def _log_total(logs: Array) -> float:
    return float(log_sum_exp(logs[None, :], axis=1)[0])
