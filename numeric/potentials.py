"""Convex potentials with closed-form gradient and Hessian, which add up and know their strong convexity."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from numeric.arrays import Array
from numeric.validation import finite_array, require_in_range, require_not_negative
from variational.errors import InvalidInputError

SYMMETRIC = 1e-12  # of the largest entry: how far a Hessian may be from its transpose


class Potential(Protocol):
    """A convex function on R^d, evaluated at points of shape (n, d)."""

    @property
    def dimension(self) -> int:
        """Return d."""

    @property
    def strength(self) -> float:
        """Return an L for which the potential minus L|z|^2/2 is convex; zero if it is only known to be convex."""

    def value(self, points: Array) -> Array:
        """Return the potential, shape (n,)."""

    def gradient(self, points: Array) -> Array:
        """Return the gradient, shape (n, d)."""

    def hessian(self, points: Array) -> Array:
        """Return the Hessian, shape (n, d, d)."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quadratic:
    """z·M z / 2 + shift·z with M symmetric and not below zero; its strength is the least eigenvalue of M."""

    matrix: Array
    shift: Array

    def __post_init__(self) -> None:
        """Check the fields and make the arrays read-only copies."""
        matrix, shift = finite_array("matrix", self.matrix, 2), finite_array("shift", self.shift, 1)
        if matrix.shape != (len(shift), len(shift)):
            msg = f"matrix must have shape {(len(shift), len(shift))} for a shift of {len(shift)}, got {matrix.shape}"
            raise InvalidInputError(msg)
        if not np.abs(matrix - matrix.T).max() <= SYMMETRIC * np.abs(matrix).max():
            msg = f"matrix must be symmetric, being a Hessian, got {matrix.tolist()!r:.80}"
            raise InvalidInputError(msg)
        least = float(np.linalg.eigvalsh(matrix)[0])
        if not least >= -SYMMETRIC * np.abs(matrix).max():
            msg = f"matrix must have no eigenvalue below zero, got {least}"
            raise InvalidInputError(msg)
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "shift", shift)

    @property
    def dimension(self) -> int:
        """Return d."""
        return len(self.shift)

    @property
    def strength(self) -> float:
        """Return the least eigenvalue."""
        return max(0.0, float(np.linalg.eigvalsh(self.matrix)[0]))

    def value(self, points: Array) -> Array:
        """Return the potential, shape (n,)."""
        found: Array = np.einsum("ni,ij,nj->n", points, self.matrix, points) / 2 + points @ self.shift
        return found

    def gradient(self, points: Array) -> Array:
        """Return the gradient, shape (n, d)."""
        return points @ self.matrix + self.shift

    def hessian(self, points: Array) -> Array:
        """Return the Hessian, shape (n, d, d)."""
        return np.broadcast_to(self.matrix, (len(points), *self.matrix.shape))


def isotropic(strength: float, shift: npt.ArrayLike) -> Quadratic:
    """Return L|z|^2/2 + shift·z, whose gradient is the linear decoder L z + shift.

    Raises:
        InvalidInputError: For L < 0 or numbers that are not finite.
    """
    require_in_range("strength", strength, least=0)
    offset = finite_array("shift", shift, 1)
    return Quadratic(matrix=strength * np.eye(len(offset)), shift=offset)


# value, first and second derivative of a convex function of one variable
PROFILES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], Callable[[Array], Array]]] = {
    "softplus": (lambda s: np.logaddexp(0.0, s), expit, lambda s: expit(s) * expit(-s)),
    "logcosh": (
        lambda s: np.logaddexp(s, -s) - np.log(2),
        np.tanh,
        lambda s: 4 * expit(2 * s) * expit(-2 * s),  # 1 / cosh^2 without overflow or cancellation
    ),
    "cubic": (lambda s: np.maximum(s, 0) ** 3 / 6, lambda s: np.maximum(s, 0) ** 2 / 2, lambda s: np.maximum(s, 0.0)),
}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ridges:
    """The convex function sum_k weights_k g(directions_k·z + offsets_k), with g named by ``profile``.

    Attributes:
        directions: Shape (k, d).
        offsets: Shape (k,).
        weights: >= 0, shape (k,).
        profile: "softplus", "logcosh", or "cubic" for max(s, 0)^3 / 6.
    """

    directions: Array
    offsets: Array
    weights: Array
    profile: str = "softplus"

    def __post_init__(self) -> None:
        """Check the fields and make the arrays read-only copies."""
        for name, axes in (("directions", 2), ("offsets", 1), ("weights", 1)):
            object.__setattr__(self, name, finite_array(name, getattr(self, name), axes))
        if not len(self.directions) == len(self.offsets) == len(self.weights):
            shapes = f"{self.directions.shape}, {self.offsets.shape} and {self.weights.shape}"
            msg = f"directions, offsets and weights must have one entry a ridge, got shapes {shapes}"
            raise InvalidInputError(msg)
        require_not_negative("weights", self.weights)
        if self.profile not in PROFILES:
            msg = f"profile must be one of {', '.join(PROFILES)}, got {self.profile!r}"
            raise InvalidInputError(msg)

    @property
    def dimension(self) -> int:
        """Return d."""
        return int(self.directions.shape[1])

    @property
    def strength(self) -> float:
        """Return 0: the function is convex and flat across its ridges."""
        return 0.0

    def value(self, points: Array) -> Array:
        """Return the potential, shape (n,)."""
        return PROFILES[self.profile][0](self._heights(points)) @ self.weights

    def gradient(self, points: Array) -> Array:
        """Return the gradient, shape (n, d)."""
        found: Array = (PROFILES[self.profile][1](self._heights(points)) * self.weights) @ self.directions
        return found

    def hessian(self, points: Array) -> Array:
        """Return the Hessian, shape (n, d, d)."""
        bends = PROFILES[self.profile][2](self._heights(points)) * self.weights
        found: Array = np.einsum("nk,ki,kj->nij", bends, self.directions, self.directions, optimize=True)
        return found

    def _heights(self, points: Array) -> Array:
        return points @ self.directions.T + self.offsets


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sum:
    """The sum of potentials on one space; strengths add up."""

    parts: tuple[Potential, ...]

    def __post_init__(self) -> None:
        """Check that there are parts and that they share a dimension."""
        dimensions = [part.dimension for part in self.parts]
        if len(set(dimensions)) != 1:
            msg = f"parts must be potentials of one dimension, at least one, got dimensions {dimensions}"
            raise InvalidInputError(msg)

    @property
    def dimension(self) -> int:
        """Return d."""
        return self.parts[0].dimension

    @property
    def strength(self) -> float:
        """Return the sum of the strengths."""
        return sum(part.strength for part in self.parts)

    def value(self, points: Array) -> Array:
        """Return the potential, shape (n,)."""
        found: Array = np.sum([part.value(points) for part in self.parts], axis=0)
        return found

    def gradient(self, points: Array) -> Array:
        """Return the gradient, shape (n, d)."""
        found: Array = np.sum([part.gradient(points) for part in self.parts], axis=0)
        return found

    def hessian(self, points: Array) -> Array:
        """Return the Hessian, shape (n, d, d)."""
        found: Array = np.sum([part.hessian(points) for part in self.parts], axis=0)
        return found
