"""The solver of convex problems of the information form: a feasible encoder, a bracket, and why it stopped."""

import dataclasses
import enum

import numpy as np

from numeric import fixed_point, newton
from numeric.bounds import Certificate, bracket, mutual_information
from numeric.dual import Evaluation, evaluate, log_sum_exp
from numeric.problem import Array, Problem
from variational.errors import InvalidInputError, VaeproofError

ROUTES = {"newton": newton.iterates, "fixed-point": fixed_point.iterates}
METHODS = ("auto", *ROUTES)
PATIENCE = 100  # steps that improve neither the gap nor the dual value
DENSE = 1500  # number of z up to which the dense system of a Newton step is cheap enough


class NotConvergedError(VaeproofError):
    """A solution was required to be certified and is not."""


class Outcome(enum.Enum):
    """Why a solver stopped; the value is the sentence shown to the reader."""

    CONVERGED = "the duality gap is at most gap_tol"
    STEPS_SPENT = "the duality gap stayed above gap_tol for max_steps steps; allow more, or loosen gap_tol"
    STALLED = "no further step lowers the duality gap in double precision; loosen gap_tol"
    NOT_FINITE = "the encoder that answers the start overflows in double precision; the coefficients are too extreme"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Solution:
    """A feasible encoder and what is known about it.

    Attributes:
        log_encoder: log q(z|x), shape (x, z).
        log_aggregate: Log aggregate behind the lower bound, shape (z,).
        certificate: Bracket of the optimal value, nats.
        outcome: Why the solver stopped.
        steps: Steps taken, those on the way through easier problems included.
        mutual_information: I(X;Z) of the encoder under the data, nats.
    """

    log_encoder: Array
    log_aggregate: Array
    certificate: Certificate
    outcome: Outcome
    steps: int
    mutual_information: float

    def require_converged(self) -> "Solution":
        """Return self, or raise NotConvergedError with the numbers that matter."""
        if self.outcome is not Outcome.CONVERGED:
            msg = f"{self.outcome.value} (gap={self.certificate.gap:.3e} nats, steps={self.steps})"
            raise NotConvergedError(msg)
        return self


def solve(problem: Problem, *, gap_tol: float = 1e-10, method: str = "auto", max_steps: int = 2000) -> Solution:
    """Return the optimum of a convex problem with a bracket that says how far it is from the truth.

    Args:
        problem: What is minimised.
        gap_tol: Largest duality gap, nats.
        method: "newton" (dense), "fixed-point", or "auto", which takes Newton up to 1500 z.
        max_steps: Evaluations of the dual function that start a step.

    Raises:
        InvalidInputError: Where an option breaks its rule.

    Error:
        ``certificate.rounding`` estimates the rounding error of the bounds; the gap itself is not affected by it.

    Example:
        >>> from numeric.problem import ncvae_problem
        >>> half = [0.5, 0.5]
        >>> problem = ncvae_problem(half, [0.9, 0.1], np.log(half), np.log([0.2, 0.8]), beta=2, delta=1)
        >>> solve(problem).certificate.gap < 1e-10
        True
    """
    if not 0 < gap_tol < float("inf"):
        msg = f"gap_tol must be a finite number > 0, got {gap_tol}"
        raise InvalidInputError(msg)
    if method not in METHODS:
        msg = f"method must be one of {', '.join(METHODS)}, got {method!r}"
        raise InvalidInputError(msg)
    if not max_steps >= 1:
        msg = f"max_steps must be >= 1, got {max_steps!r}"
        raise InvalidInputError(msg)
    if method == "auto":
        method = "newton" if problem.shape[1] <= DENSE else "fixed-point"
    best, outcome, steps = _run(problem, method, gap_tol, max_steps)
    if not best.finite:
        best, outcome = _collapsed(problem, best), Outcome.NOT_FINITE
    certificate = bracket(problem, best.log_encoder, best.log_aggregate)
    if outcome is Outcome.CONVERGED and not certificate.gap <= gap_tol:
        outcome = Outcome.STALLED
    return Solution(
        log_encoder=best.log_encoder,
        log_aggregate=best.log_aggregate,
        certificate=certificate,
        outcome=outcome,
        steps=steps,
        mutual_information=mutual_information(problem, best.log_encoder),
    )


def constant_code(problem: Problem) -> Array:
    """Return the log of the best code that does not depend on x, shape (z,); where solvers start."""
    weight = float(problem.curvature.sum()) + problem.aggregate_weight * float(problem.data.sum())
    logits = problem.tilt.sum(axis=0) / weight
    found: Array = logits - log_sum_exp(logits[None, :], axis=1)
    return found


def _run(problem: Problem, method: str, gap_tol: float, max_steps: int) -> tuple[Evaluation, Outcome, int]:
    """Return the evaluation of the least gap, why the route ended, and the number of steps."""
    start = constant_code(problem)
    if problem.aggregate_weight == 0:  # every x by itself: the first answer is the optimum
        return evaluate(problem, problem.tilt, start), Outcome.CONVERGED, 0
    best: Evaluation | None = None
    highest, last_gain, steps = -np.inf, 0, 0
    for steps, now in enumerate(ROUTES[method](problem, start)):
        if best is None or (now.finite and not best.gap <= now.gap):
            best, last_gain = now, steps
        if now.value > highest:
            highest, last_gain = now.value, steps
        if best.finite and best.gap <= gap_tol:
            return best, Outcome.CONVERGED, steps
        if steps >= max_steps:
            return best, Outcome.STEPS_SPENT, steps
        if steps - last_gain > PATIENCE:
            break
    if best is None:  # a route yields at least its start
        best = evaluate(problem, problem.tilt, start)
    return best, Outcome.STALLED, steps


def _collapsed(problem: Problem, failed: Evaluation) -> Evaluation:
    """Return the constant code as an encoder, which is always feasible."""
    start = constant_code(problem)
    rows = np.broadcast_to(start, problem.shape).copy()
    return dataclasses.replace(failed, log_aggregate=start, log_encoder=rows)
