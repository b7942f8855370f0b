"""Exponential families h(x) exp(T(x)·xi - A(xi)) whose natural parameter xi may be any vector.

A decoder xi = f(z) with f the gradient of a strongly convex potential on R^t maps onto R^t, because the potential
minus any linear function has a minimum. So a family whose natural parameters form a smaller set (a Gaussian of unknown
variance, an exponential or a gamma distribution) has no such decoder at all, and none is offered here.
"""

import dataclasses
import math
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from numeric.arrays import Array
from numeric.validation import finite_array, require_in_range
from variational.errors import InvalidInputError


def require_whole(name: str, value: object, *, least: int) -> None:
    """Refuse what is not an integer of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        msg = f"{name} must be an integer >= {least}, got {value!r}"
        raise InvalidInputError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Gaussian:
    """N(m, scale^2 I) in ``dimension`` coordinates: T(x) = x, xi = m / scale^2, A(xi) = scale^2 |xi|^2 / 2."""

    separable: ClassVar[bool] = True
    discrete: ClassVar[bool] = False
    dimension: int
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields."""
        require_whole("dimension", self.dimension, least=1)
        require_in_range("scale", self.scale, least=0, strict=True)

    @property
    def natural_dim(self) -> int:
        """Return t, the number of natural parameters."""
        return self.dimension

    def statistic(self, data: npt.ArrayLike) -> Array:
        """Return T(x), shape (data, t)."""
        return _rows(data, self.dimension)

    def log_base(self, data: npt.ArrayLike) -> Array:
        """Return log h(x), shape (data,); log of 1 / unit of x."""
        squares = np.square(_rows(data, self.dimension) / self.scale).sum(axis=1)
        constant = self.dimension * math.log(2 * math.pi * self.scale**2)
        found: Array = -(squares + constant) / 2
        return found

    def log_partition(self, natural: Array) -> Array:
        """Return A(xi), shape (n,)."""
        found: Array = np.square(self.scale * natural).sum(axis=-1) / 2
        return found

    def mean(self, natural: Array) -> Array:
        """Return the gradient of A, which is the mean of T, shape (n, t)."""
        return self.scale**2 * natural


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Bernoulli:
    """Independent coordinates that are 0 or 1: T(x) = x, xi the log odds, A(xi) = sum log(1 + exp xi)."""

    separable: ClassVar[bool] = True
    discrete: ClassVar[bool] = True
    dimension: int

    def __post_init__(self) -> None:
        """Check the fields."""
        require_whole("dimension", self.dimension, least=1)

    @property
    def natural_dim(self) -> int:
        """Return t, the number of natural parameters."""
        return self.dimension

    def statistic(self, data: npt.ArrayLike) -> Array:
        """Return T(x), shape (data, t); refuses what is neither 0 nor 1."""
        rows = _rows(data, self.dimension)
        _require_entries(rows, (rows == 0) | (rows == 1), "hold zeros and ones")
        return rows

    def log_base(self, data: npt.ArrayLike) -> Array:
        """Return log h(x) = 0, shape (data,)."""
        return np.zeros(len(self.statistic(data)))

    def log_partition(self, natural: Array) -> Array:
        """Return A(xi), shape (n,)."""
        found: Array = np.logaddexp(0.0, natural).sum(axis=-1)
        return found

    def mean(self, natural: Array) -> Array:
        """Return the gradient of A, which is the mean of T, shape (n, t)."""
        found: Array = expit(natural)
        return found


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Categorical:
    """One of ``classes`` labels, given one-hot.

    ``minimal`` is true for T without the last label: t = classes - 1, A(xi) = log(1 + sum exp xi), and xi is
    determined by the distribution. Otherwise T(x) = x, A(xi) = log sum exp xi, and adding a constant to xi changes
    nothing, so an injective f need not give an injective z -> p(x|z).
    """

    separable: ClassVar[bool] = False
    discrete: ClassVar[bool] = True
    classes: int
    minimal: bool = True

    def __post_init__(self) -> None:
        """Check the fields."""
        require_whole("classes", self.classes, least=2)

    @property
    def natural_dim(self) -> int:
        """Return t, the number of natural parameters."""
        return self.classes - self.minimal

    def statistic(self, data: npt.ArrayLike) -> Array:
        """Return T(x), shape (data, t); refuses what is not one-hot."""
        rows = _rows(data, self.classes)
        _require_entries(rows, (rows == 0) | (rows == 1), "be one-hot")
        one = rows.sum(axis=1) == 1
        if not one.all():
            place = int(np.argmin(one))
            msg = f"data must be one-hot, one entry of 1 in each row, got {rows[place].tolist()} in row {place}"
            raise InvalidInputError(msg)
        return rows[:, : self.natural_dim]

    def log_base(self, data: npt.ArrayLike) -> Array:
        """Return log h(x) = 0, shape (data,)."""
        return np.zeros(len(self.statistic(data)))

    def log_partition(self, natural: Array) -> Array:
        """Return A(xi), shape (n,)."""
        found: Array = np.logaddexp.reduce(self._logits(natural), axis=-1)
        return found

    def mean(self, natural: Array) -> Array:
        """Return the gradient of A, which is the mean of T, shape (n, t)."""
        logits = self._logits(natural)
        found: Array = np.exp(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True))
        return found[..., : self.natural_dim]

    def _logits(self, natural: Array) -> Array:
        if not self.minimal:
            return natural
        return np.concatenate([natural, np.zeros((*natural.shape[:-1], 1))], axis=-1)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Poisson:
    """Independent counts: T(x) = x, xi the log rate, A(xi) = sum exp xi."""

    separable: ClassVar[bool] = True
    discrete: ClassVar[bool] = True
    dimension: int

    def __post_init__(self) -> None:
        """Check the fields."""
        require_whole("dimension", self.dimension, least=1)

    @property
    def natural_dim(self) -> int:
        """Return t, the number of natural parameters."""
        return self.dimension

    def statistic(self, data: npt.ArrayLike) -> Array:
        """Return T(x), shape (data, t); refuses what is no count."""
        rows = _rows(data, self.dimension)
        _require_entries(rows, (rows >= 0) & (rows == np.floor(rows)), "hold integers >= 0")
        return rows

    def log_base(self, data: npt.ArrayLike) -> Array:
        """Return log h(x) = -sum log x!, shape (data,)."""
        found: Array = -gammaln(self.statistic(data) + 1).sum(axis=1)
        return found

    def log_partition(self, natural: Array) -> Array:
        """Return A(xi), shape (n,)."""
        found: Array = np.exp(natural).sum(axis=-1)
        return found

    def mean(self, natural: Array) -> Array:
        """Return the gradient of A, which is the mean of T, shape (n, t)."""
        return np.exp(natural)


Family = Gaussian | Bernoulli | Categorical | Poisson


def _rows(data: npt.ArrayLike, width: int) -> Array:
    """Return data as rows of finite numbers; one datum may come without its axis."""
    one = np.ndim(data) == 1 if not isinstance(data, str) else False
    rows = finite_array("data", data, 1)[None, :] if one else finite_array("data", data, 2)
    if rows.shape[1] != width:
        msg = f"data must have {width} entries in each row, got shape {rows.shape}"
        raise InvalidInputError(msg)
    return rows


def _require_entries(rows: Array, right: npt.NDArray[np.bool_], rule: str) -> None:
    if not right.all():
        row, column = (int(index) for index in np.argwhere(~right)[0])
        msg = f"data must {rule}, got {rows[row, column]} at index {row}, {column}"
        raise InvalidInputError(msg)
