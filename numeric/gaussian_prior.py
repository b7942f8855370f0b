"""Expectations under the prior N(0, I): Gauss-Hermite quadrature, Monte Carlo, and what an estimate records."""

import dataclasses
import enum
import functools
import itertools
import math

import numpy as np
from scipy.special import roots_hermitenorm

from numeric.arrays import Array
from numeric.families import require_whole
from variational.errors import InvalidInputError, VaeproofError

DEFAULT_ORDERS = {1: 256, 2: 64}  # nodes along an axis
LARGEST_ORDER = 300  # beyond, the outer weights are zero in double precision


class NotFiniteError(VaeproofError):
    """An estimate was required to be a number and is not."""


class Outcome(enum.Enum):
    """What came of an estimate; the value is the sentence shown to the reader."""

    ESTIMATED = "the estimate is a number; error is its quadrature difference or standard error"
    NOT_FINITE = "a term overflows in double precision at some node; the decoder is too steep for this prior"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Quadrature:
    """Tensor Gauss-Hermite quadrature with ``order`` nodes along an axis, exact below degree 2 order; l <= 2."""

    order: int

    def __post_init__(self) -> None:
        """Check the order."""
        require_whole("order", self.order, least=4)
        if self.order > LARGEST_ORDER:
            msg = f"order must be at most {LARGEST_ORDER}, got {self.order}"
            raise InvalidInputError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class MonteCarlo:
    """Draws from the prior, by a generator or by the seed of a fresh one."""

    samples: int
    seed: int | np.random.Generator

    def __post_init__(self) -> None:
        """Check the number of samples and the seed."""
        require_whole("samples", self.samples, least=2)
        if not isinstance(self.seed, np.random.Generator):
            require_whole("seed", self.seed, least=0)


Method = Quadrature | MonteCarlo


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nodes:
    """Points z, shape (n, l), with log weights that sum to one, shape (n,)."""

    points: Array
    log_weights: Array


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """An integral over the prior, the mean over the data where there are several.

    Attributes:
        value: The estimate; nan if not finite.
        each: The estimate for each datum.
        error: Quadrature: the larger difference to two other orders, plus an estimate of rounding. Monte Carlo: the
            standard error, by the delta method where the value is no plain mean. Neither is an enclosure: quadrature
            that misses a narrow peak at every order, or draws that miss a heavy tail, do not show it.
        estimator: Name of the rule.
        nodes: Number of nodes or samples.
        outcome: Whether the value is a number.
    """

    value: float
    each: tuple[float, ...]
    error: float
    estimator: str
    nodes: int
    outcome: Outcome

    def require_finite(self) -> "Estimate":
        """Return self, or raise NotFiniteError."""
        if self.outcome is not Outcome.ESTIMATED:
            msg = f"{self.outcome.value} ({self.estimator}, {self.nodes} nodes)"
            raise NotFiniteError(msg)
        return self


def choose_method(method: Method | None, latent_dim: int) -> Method:
    """Return the method, or for None the default quadrature of l = 1, 2.

    Raises:
        InvalidInputError: For l > 2 without a MonteCarlo, whose seed only the caller can choose.
    """
    if isinstance(method, MonteCarlo):
        return method
    if latent_dim not in DEFAULT_ORDERS:
        msg = f"method must be MonteCarlo(samples=..., seed=...) for {latent_dim} latent dimensions, got {method!r}"
        raise InvalidInputError(msg)
    if method is None:
        return Quadrature(order=DEFAULT_ORDERS[latent_dim])
    return method


@functools.lru_cache(maxsize=16)
def quadrature_nodes(order: int, latent_dim: int) -> Nodes:
    """Return the nodes of the tensor rule; points (order^l, l)."""
    roots, weights = roots_hermitenorm(order)
    log_weights = np.log(weights) - math.log(2 * math.pi) / 2
    grid = list(itertools.product(range(order), repeat=latent_dim))
    indices = np.array(grid)
    nodes = Nodes(points=roots[indices], log_weights=log_weights[indices].sum(axis=1))
    nodes.points.flags.writeable = nodes.log_weights.flags.writeable = False  # the cache hands out one object
    return nodes


def compared_orders(order: int) -> tuple[int, int]:
    """Return the orders that a quadrature is compared with, for an estimate of its error.

    A coarser one sees what is not smooth. It is not enough: of orders with the same parity the middle nodes lie alike,
    so that both miss a kink near zero by about the same. The order below moves every node by half a distance.
    """
    return 3 * order // 4, order - 1


def drawn_nodes(method: MonteCarlo, latent_dim: int) -> Nodes:
    """Return independent draws of equal weight."""
    points = np.random.default_rng(method.seed).standard_normal((method.samples, latent_dim))
    return Nodes(points=points, log_weights=np.full(method.samples, -math.log(method.samples)))
