"""Problems: what is minimised over encoders, generated from an objective; validated once, here."""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.aggregate import AggregateTerm
from numeric.arrays import Array, is_foreign
from numeric.information import DATA, NOISE, information_form
from numeric.validation import (
    finite_array,
    log_masses,
    probabilities,
    require_equal_length,
    require_in_range,
    require_not_negative,
    require_positive_curvature,
)
from variational import blocks
from variational.errors import InvalidInputError

LARGEST = 1e300  # of a product of weight and log mass, so that sums of such products stay finite


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Problem:
    """The loss R(q) = sum c q log q + omega sum gamma log gamma + lambda JSD(gamma||p) - sum q b over encoders; nats.

    Here gamma(z) = sum_x data(x) q(z|x) and b(x, z) = sum_k tilt_weights(x, k) log_tilts(k, z). It differs from
    the objective at its best decoder by a constant. It is convex where c > 0, omega >= 0 and lambda >= 0.

    Attributes:
        data: Probabilities of x, shape (x,); may hold zeros.
        curvature: c, shape (x,).
        aggregate_weight: omega.
        tilt_weights: Shape (x, k).
        log_tilts: Finite log masses over z, shape (k, z).
        divergence_weight: lambda.
        log_prior: log p, finite, shape (z,); needed only where lambda is not zero.
        pattern: An array whose library and device carry the passes over (x, z); NumPy where it is None.

    Raises:
        InvalidInputError: Where a shape or a sign is wrong or a number is not finite.
    """

    data: Array
    curvature: Array
    aggregate_weight: float
    tilt_weights: Array
    log_tilts: Array
    divergence_weight: float = 0.0
    log_prior: Array | None = None
    pattern: Any = None

    def __post_init__(self) -> None:
        """Check the fields and make the arrays read-only copies."""
        for name, axes in (("data", 1), ("curvature", 1), ("tilt_weights", 2), ("log_tilts", 2), ("log_prior", 1)):
            if getattr(self, name) is not None:
                array = finite_array(name, getattr(self, name), axes)
                object.__setattr__(self, name, array)
        shapes = f"data {self.data.shape}, curvature {self.curvature.shape}, tilt_weights {self.tilt_weights.shape}"
        if not len(self.data) == len(self.curvature) == len(self.tilt_weights):
            msg = f"data, curvature and tilt_weights must have one entry an x, got {shapes}"
            raise InvalidInputError(msg)
        if self.tilt_weights.shape[1] != self.log_tilts.shape[0]:
            msg = f"tilt_weights must have a column for each row of log_tilts {self.log_tilts.shape}, got {shapes}"
            raise InvalidInputError(msg)
        if self.divergence_weight and (self.log_prior is None or len(self.log_prior) != self.log_tilts.shape[1]):
            msg = f"log_prior must have shape {self.log_tilts.shape[1:]} where divergence_weight is not zero"
            raise InvalidInputError(msg)
        require_not_negative("data", self.data)
        if not self.data.max() > 0:
            msg = "data must be > 0 at some x, got zeros only"
            raise InvalidInputError(msg)
        for name in ("aggregate_weight", "divergence_weight"):
            if not abs(getattr(self, name)) < float("inf"):
                msg = f"{name} must be finite, got {getattr(self, name)}"
                raise InvalidInputError(msg)
        with np.errstate(over="ignore", invalid="ignore"):
            largest = np.abs(self.tilt_weights) @ np.abs(self.log_tilts).max(axis=1)
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
    def aggregate_term(self) -> AggregateTerm:
        """Return the part of the loss that depends on gamma alone."""
        log_prior = np.zeros(self.shape[1]) if self.log_prior is None else self.log_prior
        return AggregateTerm(
            entropy_weight=self.aggregate_weight, divergence_weight=self.divergence_weight, log_prior=log_prior
        )

    @property
    def sharpness(self) -> float:
        """Return max (omega + lambda/2) data/c, on which the number of steps of a solver depends."""
        return float(np.max(self.aggregate_term.largest_stiffness * self.data / self.curvature))

    def require_convex(self) -> None:
        """Raise InvalidInputError, with the place and what it means, where the loss is not shown convex."""
        for name in ("aggregate_weight", "divergence_weight"):
            if getattr(self, name) < 0:
                msg = (
                    f"{name} must be >= 0 for a certified optimum, got {getattr(self, name)}: the loss is a "
                    "difference of convex functions; numeric.descent searches it"
                )
                raise InvalidInputError(msg)
        require_positive_curvature(self.curvature)


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
        data: Probabilities of x, shape (x,). Where it is an array of another library, such as a torch tensor, the
            passes over (x, z) run there.
        noise: Probabilities of x under the noise, shape (x,).
        log_prior: Log masses over z, shape (z,); their exponentials sum to one.
        log_noise_prior: The same of the prior of codes of noise.
        beta: Weight of KL(q,p), > 0.
        delta: Weight of KL(q,n;pn), >= 0.

    Raises:
        InvalidInputError: Where an argument breaks its rule, or c <= 0 at some x.
    """
    require_in_range("beta", beta, least=0, strict=True)
    require_in_range("delta", delta, least=0)
    return problem(
        blocks.BUILT_IN["ncvae"], {"beta": beta, "delta": delta}, data, log_prior,
        noise=noise, log_noise_prior=log_noise_prior,
    )  # fmt: skip


def beta_vae_problem(data: npt.ArrayLike, log_prior: npt.ArrayLike, *, beta: float) -> Problem:
    """Return the problem of the beta-VAE loss: c = (beta - 1) data, omega = 1; convex for beta > 1.

    Raises:
        InvalidInputError: Where an argument breaks its rule.
    """
    require_in_range("beta", beta, least=0, strict=True)
    return problem(blocks.BUILT_IN["beta-vae"], {"beta": beta}, data, log_prior, convex=False)


def infovae_problem(data: npt.ArrayLike, log_prior: npt.ArrayLike, *, alpha: float, weight: float) -> Problem:
    """Return the problem of the InfoVAE loss -alpha I + weight KL(gamma||p); convex for alpha < 0 <= weight + alpha.

    Raises:
        InvalidInputError: Where an argument breaks its rule.
    """
    parameters = {"alpha": alpha, "lambda": weight}
    return problem(blocks.BUILT_IN["infovae"], parameters, data, log_prior, convex=False)


def aae_problem(data: npt.ArrayLike, log_prior: npt.ArrayLike, *, weight: float) -> Problem:
    """Return the problem of the AAE loss -I + weight JSD(gamma||p); never convex, as c = -data.

    Raises:
        InvalidInputError: Where an argument breaks its rule.
    """
    require_in_range("weight", weight, least=0)
    return problem(blocks.BUILT_IN["aae"], {"lambda": weight}, data, log_prior, convex=False)


def problem(
    objective_text: str,
    parameters: Mapping[str, float | Fraction],
    data: npt.ArrayLike,
    log_prior: npt.ArrayLike,
    *,
    noise: npt.ArrayLike | None = None,
    log_noise_prior: npt.ArrayLike | None = None,
    convex: bool = True,
) -> Problem:
    """Return the problem of any objective of the information form, such as ``"recon + beta*KL(q,p) - a*MI"``.

    Args:
        objective_text: In the grammar of :mod:`variational.grammar`, without MMD.
        parameters: Value of every parameter of the objective.
        data: Probabilities of x, shape (x,).
        log_prior: Log masses over z, shape (z,); their exponentials sum to one.
        noise: Probabilities of x under the noise, shape (x,); needed where the objective holds KL(q,n;pn).
        log_noise_prior: The same as ``log_prior`` of the prior of codes of noise; needed there too.
        convex: Refuse a loss that is not shown convex.

    Raises:
        FormulaError: Where the text does not parse.
        InvalidInputError: Where an argument breaks its rule, or the loss is not shown convex and must be:
            c <= 0, omega < 0 or lambda < 0.
    """
    form = information_form(objective_text, parameters)
    pattern = data if is_foreign(data) else None
    for name, given in (("noise", noise), ("log_noise_prior", log_noise_prior)):
        if given is None and form.needs_noise:
            msg = f"{name} is needed: {objective_text!r} holds {blocks.KL_QN}"
            raise InvalidInputError(msg)
    weights, masses = {DATA: probabilities("data", data)}, {"p": log_masses("log_prior", log_prior)}
    weights[NOISE] = weights[DATA] if noise is None else probabilities("noise", noise)
    masses["n"] = masses["p"] if log_noise_prior is None else log_masses("log_noise_prior", log_noise_prior)
    require_equal_length("noise", weights[NOISE], "data", weights[DATA])
    require_equal_length("log_noise_prior", masses["n"], "log_prior", masses["p"])
    numbers = [form.aggregate_weight, form.divergence_weight, *form.curvature.values(), *form.linear.values()]
    if max(map(abs, numbers)) > LARGEST:
        msg = f"the coefficients of {objective_text!r} must stay below {LARGEST:g}"
        raise InvalidInputError(msg)
    curvature = sum(float(form.curvature[name]) * weights[name] for name in (DATA, NOISE))
    pairs = sorted(form.linear) or [(DATA, "p")]
    found = Problem(
        data=weights[DATA],
        curvature=np.asarray(curvature, dtype=np.float64),
        aggregate_weight=float(form.aggregate_weight),
        tilt_weights=np.stack(
            [-float(form.linear.get(pair, Fraction(0))) * weights[pair[0]] for pair in pairs], axis=1
        ),
        log_tilts=np.stack([masses[inside] for _, inside in pairs]),
        divergence_weight=float(form.divergence_weight),
        log_prior=masses["p"] if form.divergence_weight else None,
        pattern=pattern,
    )
    if convex:
        found.require_convex()
    return found
