"""Decoder maps z -> xi with Jacobians: gradients of strongly convex potentials, compositions, the caller's own."""

import dataclasses
from collections.abc import Callable

import numpy as np

from numeric.arrays import Array
from numeric.families import require_whole
from numeric.potentials import Potential
from numeric.validation import require_in_range
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BrenierMap:
    """f = gradient of an L-strongly convex potential, l = t: its Jacobian is symmetric and at least L I."""

    potential: Potential

    def __post_init__(self) -> None:
        """Check that the potential is strongly convex."""
        require_in_range("strength of the potential", self.potential.strength, least=0, strict=True)

    @property
    def latent_dim(self) -> int:
        """Return l."""
        return self.potential.dimension

    @property
    def natural_dim(self) -> int:
        """Return t = l."""
        return self.potential.dimension

    @property
    def inner_strength(self) -> float:
        """Return L."""
        return self.potential.strength

    @property
    def inverse_lipschitz(self) -> float:
        """Return L, for which |f(z) - f(w)| >= L |z - w|."""
        return self.potential.strength

    def natural(self, points: Array) -> Array:
        """Return f(z), shape (n, t)."""
        return self.potential.gradient(points)

    def jacobian(self, points: Array) -> Array:
        """Return the Jacobian of f, shape (n, t, l)."""
        return self.potential.hessian(points)

    def frame(self, points: Array) -> Array:
        """Return the identity: the factor K of the Jacobian K H in which H >= L I is the Hessian; shape (n, t, l)."""
        return _identities(len(points), self.latent_dim)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ComposedMap:
    """f = f2(E f1(z)) for l <= t, with f1, f2 gradients of potentials on R^l and R^t; E appends t - l zeros.

    The text calls E the transpose of B. # ERR Assumption 3.2 prints B as t x l, should read l x t as in Definition 4.1
    """

    outer: Potential
    inner: Potential

    def __post_init__(self) -> None:
        """Check strengths and dimensions."""
        require_in_range("strength of outer", self.outer.strength, least=0, strict=True)
        require_in_range("strength of inner", self.inner.strength, least=0, strict=True)
        if not self.inner.dimension <= self.outer.dimension:
            msg = f"inner must have at most the dimension of outer, {self.outer.dimension}, got {self.inner.dimension}"
            raise InvalidInputError(msg)

    @property
    def latent_dim(self) -> int:
        """Return l."""
        return self.inner.dimension

    @property
    def natural_dim(self) -> int:
        """Return t."""
        return self.outer.dimension

    @property
    def inner_strength(self) -> float:
        """Return L_1."""
        return self.inner.strength

    @property
    def inverse_lipschitz(self) -> float:
        """Return L_1 L_2, for which |f(z) - f(w)| >= L_1 L_2 |z - w|."""
        return self.inner.strength * self.outer.strength

    def natural(self, points: Array) -> Array:
        """Return f(z), shape (n, t)."""
        return self.outer.gradient(self._embedded(points))

    def jacobian(self, points: Array) -> Array:
        """Return the Jacobian of f, shape (n, t, l)."""
        return self.frame(points) @ self.inner.hessian(points)

    def frame(self, points: Array) -> Array:
        """Return the Jacobian of f2 after E, the factor K of the Jacobian K H with H >= L_1 I; shape (n, t, l)."""
        return self.outer.hessian(self._embedded(points))[:, :, : self.latent_dim]

    def _embedded(self, points: Array) -> Array:
        return np.pad(self.inner.gradient(points), ((0, 0), (0, self.natural_dim - self.latent_dim)))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class GivenMap:
    """A decoder of the caller's own.

    Attributes:
        latent_dim: l.
        natural_dim: t.
        natural: Takes points (n, l), returns f(z), shape (n, t).
        jacobian: Takes points (n, l), returns the Jacobian of f, shape (n, t, l). That it belongs to ``natural`` is
            the caller's word.
        inverse_lipschitz: L with |f(z) - f(w)| >= L |z - w|; zero claims nothing. Bounds check it at their nodes.
    """

    latent_dim: int
    natural_dim: int
    natural: Callable[[Array], Array]
    jacobian: Callable[[Array], Array]
    inverse_lipschitz: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        require_whole("latent_dim", self.latent_dim, least=1)
        require_whole("natural_dim", self.natural_dim, least=1)
        require_in_range("inverse_lipschitz", self.inverse_lipschitz, least=0)

    @property
    def inner_strength(self) -> float:
        """Return L."""
        return self.inverse_lipschitz

    def frame(self, points: Array) -> Array:
        """Return the identity, for l = t; shape (n, t, l).

        Raises:
            InvalidInputError: For l < t, where the inverse Lipschitz constant by itself bounds nothing.
        """
        if self.natural_dim != self.latent_dim:
            msg = (
                f"natural_dim must equal latent_dim for a bound by the inverse Lipschitz constant, got "
                f"{self.natural_dim} and {self.latent_dim}: T(x) - E T(x) may be orthogonal to the Jacobian"
            )
            raise InvalidInputError(msg)
        return _identities(len(points), self.latent_dim)


Map = BrenierMap | ComposedMap | GivenMap


def _identities(number: int, dimension: int) -> Array:
    return np.broadcast_to(np.eye(dimension), (number, dimension, dimension))
