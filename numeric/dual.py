"""The dual function and what one evaluation yields; everything in log space.

With omega gamma log gamma = max_s omega (gamma s - exp(s - 1)) the encoder that answers s is explicit, and the
concave dual D(s) has one unknown for each z. The unknown is carried as the log aggregate, s - 1.
"""

import dataclasses

import numpy as np

from numeric.problem import Array, Problem


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Evaluation:
    """The encoder that answers a log aggregate, its own aggregate and the dual value.

    Attributes:
        log_aggregate: The argument, s - 1, shape (z,).
        log_encoder: Minimises the Lagrangian at s, shape (x, z).
        log_answer: Log aggregate of that encoder, shape (z,); equal to the argument at the optimum.
        value: D(s), nats.
        gap: R of that encoder minus D(s), nats, as a sum of terms that are none below zero.
    """

    log_aggregate: Array
    log_encoder: Array
    log_answer: Array
    value: float
    gap: float

    @property
    def residual(self) -> Array:
        """Return log_answer - log_aggregate."""
        return self.log_answer - self.log_aggregate

    @property
    def slope(self) -> Array:
        """Return the gradient of D / omega, gamma - exp(s - 1)."""
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(self.log_answer) - np.exp(self.log_aggregate)

    @property
    def finite(self) -> bool:
        """Tell whether value and gap are numbers."""
        return bool(np.isfinite(self.value) and np.isfinite(self.gap))


def evaluate(problem: Problem, tilt: Array, log_aggregate: Array) -> Evaluation:
    """Return the answer to one log aggregate; ``tilt`` is ``problem.tilt``, computed once by the caller."""
    omega, data, curvature = problem.aggregate_weight, problem.data, problem.curvature
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        logits = (tilt - (omega * data)[:, None] * (1 + log_aggregate)) / curvature[:, None]
        log_normaliser = log_sum_exp(logits, axis=1)
        log_encoder = logits - log_normaliser[:, None]
        log_answer = aggregate(problem, log_encoder)
        value = -float(curvature @ log_normaliser) - omega * float(np.exp(log_aggregate).sum())
    gap = omega * excess(log_answer, log_aggregate) if omega else 0.0
    return Evaluation(log_aggregate=log_aggregate, log_encoder=log_encoder, log_answer=log_answer, value=value, gap=gap)


def aggregate(problem: Problem, log_encoder: Array) -> Array:
    """Return log sum_x data(x) q(z|x), shape (z,)."""
    held = problem.data > 0
    return log_sum_exp(np.log(problem.data[held])[:, None] + log_encoder[held], axis=0)


def log_sum_exp(values: Array, *, axis: int) -> Array:
    """Return log sum exp along an axis; -inf where every entry is."""
    top = values.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(under="ignore", divide="ignore"):
        total: Array = np.log(np.exp(values - shift).sum(axis=axis)) + np.squeeze(shift, axis=axis)
    return total


def excess(log_mass: Array, log_reference: Array) -> float:
    """Return sum m log(m/r) - m + r of the masses m and r, the divergence KL(m||r) where both sum to one; nats.

    Error:
        Each term is >= 0 and second order in log m - log r, so rounding of the two sums does not enter.
    """
    return float(excess_by_row(log_mass[None, :], log_reference[None, :])[0])


def excess_by_row(log_mass: Array, log_reference: Array) -> Array:
    """Return the excess of each row, shape (x,)."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        mass, reference = np.exp(log_mass), np.exp(log_reference)
        shift = log_reference - log_mass
        near = mass * (np.expm1(np.clip(shift, -1.0, 1.0)) - shift)
        far = reference - mass - mass * shift
        terms = np.where(mass == 0, reference, np.where(np.abs(shift) < 1, near, far))
        terms = np.where(np.isnan(terms), np.inf, terms)
        total: Array = np.maximum(terms, 0.0).sum(axis=1)
    return total
