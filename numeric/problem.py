"""Problems: what is minimised over encoders, generated from an objective; validated once, here."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from numeric.information import DATA, NOISE, information_form
from variational import blocks
from variational.errors import InvalidInputError

Array = npt.NDArray[np.float64]
TOTAL_ROUNDING = 1e-9  # how far from 1 the sum of a probability vector may be
LARGEST = 1e300  # of a product of weight and log mass, so that sums of such products stay finite


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Problem:
    """The convex loss R(q) = sum c q log q + omega sum gamma log gamma - sum q b over encoders q(z|x); nats.

    Here gamma(z) = sum_x data(x) q(z|x) and b(x, z) = sum_k tilt_weights(x, k) log_tilts(k, z). It differs from
    the objective at its best decoder by a constant.

    Attributes:
        data: Probabilities of x, shape (x,); may hold zeros.
        curvature: c > 0, shape (x,).
        aggregate_weight: omega >= 0.
        tilt_weights: Shape (x, k).
        log_tilts: Finite log masses over z, shape (k, z).

    Raises:
        InvalidInputError: Where a shape or a sign is wrong or a number is not finite.
    """

    data: Array
    curvature: Array
    aggregate_weight: float
    tilt_weights: Array
    log_tilts: Array

    def __post_init__(self) -> None:
        """Check the fields and make the arrays read-only copies."""
        for name, axes in (("data", 1), ("curvature", 1), ("tilt_weights", 2), ("log_tilts", 2)):
            array = _finite(name, getattr(self, name), axes)
            object.__setattr__(self, name, array)
        shapes = f"data {self.data.shape}, curvature {self.curvature.shape}, tilt_weights {self.tilt_weights.shape}"
        if not len(self.data) == len(self.curvature) == len(self.tilt_weights):
            msg = f"data, curvature and tilt_weights must have one entry an x, got {shapes}"
            raise InvalidInputError(msg)
        if self.tilt_weights.shape[1] != self.log_tilts.shape[0]:
            msg = f"tilt_weights must have a column for each row of log_tilts {self.log_tilts.shape}, got {shapes}"
            raise InvalidInputError(msg)
        _require_not_negative("data", self.data)
        if not self.data.max() > 0:
            msg = "data must be > 0 at some x, got zeros only"
            raise InvalidInputError(msg)
        if not 0 <= self.aggregate_weight < float("inf"):
            msg = (
                f"aggregate_weight must be finite and >= 0, got {self.aggregate_weight}: below zero the loss is a "
                "difference of convex functions, for which there is no solver yet"
            )
            raise InvalidInputError(msg)
        _require_convex(self.curvature)
        with np.errstate(over="ignore", invalid="ignore"):
            largest = np.abs(self.tilt_weights) @ np.abs(self.log_tilts)
        if not largest.max() < LARGEST:
            msg = f"tilt_weights times log_tilts must stay below {LARGEST:g}, got {largest.max():g}"
            raise InvalidInputError(msg)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of x and of z."""
        return len(self.data), self.log_tilts.shape[1]

    @property
    def tilt(self) -> Array:
        """Return b(x, z), shape (x, z)."""
        return self.tilt_weights @ self.log_tilts

    @property
    def sharpness(self) -> float:
        """Return max omega data/c, on which the number of steps of a solver depends."""
        return float(np.max(self.aggregate_weight * self.data / self.curvature))


def ncvae_problem(
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    log_prior: npt.ArrayLike,
    log_noise_prior: npt.ArrayLike,
    *,
    beta: float,
    delta: float,
) -> Problem:
    """Return the problem of the NC-VAE loss: c = (beta - 1) data + delta noise, omega = 1.

    Args:
        data: Probabilities of x, shape (x,).
        noise: Probabilities of x under the noise, shape (x,).
        log_prior: Log masses over z, shape (z,); their exponentials sum to one.
        log_noise_prior: The same of the prior of codes of noise.
        beta: Weight of KL(q,p), > 0.
        delta: Weight of KL(q,n;pn), >= 0.

    Raises:
        InvalidInputError: Where an argument breaks its rule, or c <= 0 at some x.
    """
    if not 0 < beta < float("inf"):
        msg = f"beta must be a finite number > 0, got {beta}"
        raise InvalidInputError(msg)
    if not 0 <= delta < float("inf"):
        msg = f"delta must be a finite number >= 0, got {delta}"
        raise InvalidInputError(msg)
    parameters = {"beta": beta, "delta": delta}
    return problem(blocks.BUILT_IN["ncvae"], parameters, data, noise, log_prior, log_noise_prior)


def problem(  # noqa: PLR0917 - the four arrays in the order of ncvae_problem
    objective_text: str,
    parameters: Mapping[str, float | Fraction],
    data: npt.ArrayLike,
    noise: npt.ArrayLike,
    log_prior: npt.ArrayLike,
    log_noise_prior: npt.ArrayLike,
) -> Problem:
    """Return the problem of any objective of the information form, such as ``"recon + beta*KL(q,p) - a*MI"``.

    Args:
        objective_text: In the grammar of :mod:`variational.grammar`, without JSD and MMD.
        parameters: Value of every parameter of the objective.
        data: Probabilities of x, shape (x,).
        noise: Probabilities of x under the noise, shape (x,).
        log_prior: Log masses over z, shape (z,); their exponentials sum to one.
        log_noise_prior: The same of the prior of codes of noise.

    Raises:
        FormulaError: Where the text does not parse.
        InvalidInputError: Where an argument breaks its rule, or the loss is not shown convex: c <= 0 or omega < 0.
    """
    form = information_form(objective_text, parameters)
    weights = {DATA: _probabilities("data", data), NOISE: _probabilities("noise", noise)}
    masses = {"p": _log_masses("log_prior", log_prior), "n": _log_masses("log_noise_prior", log_noise_prior)}
    _require_equal_length("noise", weights[NOISE], "data", weights[DATA])
    _require_equal_length("log_noise_prior", masses["n"], "log_prior", masses["p"])
    numbers = [form.aggregate_weight, *form.curvature.values(), *form.linear.values()]
    if max(map(abs, numbers)) > LARGEST:
        msg = f"the coefficients of {objective_text!r} must stay below {LARGEST:g}"
        raise InvalidInputError(msg)
    curvature = sum(float(form.curvature[name]) * weights[name] for name in (DATA, NOISE))
    pairs = sorted(form.linear) or [(DATA, "p")]
    return Problem(
        data=weights[DATA],
        curvature=np.asarray(curvature, dtype=np.float64),
        aggregate_weight=float(form.aggregate_weight),
        tilt_weights=np.stack(
            [-float(form.linear.get(pair, Fraction(0))) * weights[pair[0]] for pair in pairs], axis=1
        ),
        log_tilts=np.stack([masses[inside] for _, inside in pairs]),
    )


def _finite(name: str, values: npt.ArrayLike, axes: int) -> Array:
    """Return a read-only float64 copy with ``axes`` axes, none of them empty, and finite entries."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        msg = f"{name} must be an array of numbers, got {values!r:.60}"
        raise InvalidInputError(msg) from error
    if array.ndim != axes or array.size == 0:
        msg = f"{name} must have {axes} axes, none empty, got shape {array.shape}"
        raise InvalidInputError(msg)
    if not np.isfinite(array).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        msg = f"{name} must hold finite numbers, got {array[place]} at index {', '.join(map(str, place))}"
        raise InvalidInputError(msg)
    array.flags.writeable = False
    return array


def _require_not_negative(name: str, array: Array) -> None:
    if array.min() < 0:
        place = int(array.argmin())
        msg = f"{name} must be >= 0, got {array[place]} at index {place}"
        raise InvalidInputError(msg)


def _probabilities(name: str, values: npt.ArrayLike) -> Array:
    array = _finite(name, values, 1)
    _require_not_negative(name, array)
    _require_total(name, float(array.sum()))
    return array


def _log_masses(name: str, values: npt.ArrayLike) -> Array:
    array = _finite(name, values, 1)
    _require_total(f"exp({name})", float(np.exp(np.minimum(array, 1.0)).sum()))
    return array


def _require_total(name: str, total: float) -> None:
    if not abs(total - 1) <= TOTAL_ROUNDING:
        msg = f"{name} must sum to one, got {total!r}"
        raise InvalidInputError(msg)


def _require_equal_length(name: str, array: Array, other_name: str, other: Array) -> None:
    if array.shape != other.shape:
        msg = f"{name} must have as many entries as {other_name} ({len(other)}), got {len(array)}"
        raise InvalidInputError(msg)


def _require_convex(curvature: Array) -> None:
    if curvature.min() > 0:
        return
    place = int(curvature.argmin())
    meaning = (
        "the loss is not convex there, and on an atomless space of codes it has no minimum"
        if curvature[place] < 0
        else "the loss is linear in q(z|x) there, so no interior optimum is determined; drop that x if its mass is zero"
    )
    msg = (
        f"curvature c(x), the coefficient of q log q, must be > 0, got {curvature[place]} at x index {place}: {meaning}"
    )
    raise InvalidInputError(msg)
