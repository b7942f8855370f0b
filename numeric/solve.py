"""The solver of convex problems of the information form: a feasible encoder, a bracket, and why it stopped."""

import dataclasses
import enum
import functools
from typing import Any

import numpy as np
import threadpoolctl

from numeric import fixed_point, krylov, newton
from numeric.aggregate import excess_by_row
from numeric.arrays import Array, like, log_sum_exp, to_numpy
from numeric.bounds import Certificate, bracket, own_bracket
from numeric.passes import BLOCK, Evaluation, Passes
from numeric.problem import Problem
from variational.errors import InvalidInputError, VaeproofError

ROUTES = {"krylov": krylov.iterates, "newton": newton.iterates, "fixed-point": fixed_point.iterates}
METHODS = ("auto", *ROUTES)
PATIENCE = 100  # steps that improve neither the gap nor the dual value
FIRST_ATTEMPT = 60  # steps after which easier problems are solved on the way
CONTINUED_FACTOR = 10.0  # between the sharpness of one such problem and the next
CONTINUED_GAP = 1e-3  # nats, of a problem on the way


@functools.cache
def _libraries() -> threadpoolctl.ThreadpoolController:
    """Return the loaded linear algebra libraries; the matrices here are too thin for more than one thread of theirs."""
    return threadpoolctl.ThreadpoolController()


class NotConvergedError(VaeproofError):
    """A solution was required to be certified and is not."""


class Outcome(enum.Enum):
    """Why a solver stopped; the value is the sentence shown to the reader."""

    CONVERGED = "the duality gap is at most gap_tol"
    STEPS_SPENT = "the duality gap stayed above gap_tol for max_steps steps; allow more, or loosen gap_tol"
    STALLED = "no further step lowers the duality gap in double precision; loosen gap_tol"
    NOT_FINITE = "the encoder that answers the start overflows in double precision; the coefficients are too extreme"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """A feasible encoder and what is known about it.

    The encoder answers the aggregate; it is formed when it is asked for, as it may be large.

    Attributes:
        problem: What was minimised.
        evaluation: Of the dual at the log aggregate behind the lower bound.
        certificate: Bracket of the optimal value, nats.
        outcome: Why the solver stopped.
        steps: Evaluations of the dual that started a step.
    """

    problem: Problem
    evaluation: Evaluation
    certificate: Certificate
    outcome: Outcome
    steps: int

    @property
    def log_aggregate(self) -> Any:
        """Return the log aggregate, shape (z,), as an array of the library of the problem."""
        return like(self.evaluation.log_aggregate, self.problem.pattern)

    @functools.cached_property
    def log_encoder(self) -> Any:
        """Return log q(z|x), shape (x, z), as an array of the library of the problem."""
        return self.rows(0, self.problem.shape[0])

    @functools.cached_property
    def mutual_information(self) -> float:
        """Return I(X;Z) of the encoder under the data; nats."""
        problem, log_gamma = self.problem, self.evaluation.log_answer[None, :]
        total, step = 0.0, max(1, BLOCK // problem.shape[1])
        for start in range(0, problem.shape[0], step):
            rows, data = to_numpy(self.rows(start, start + step)), problem.data[start : start + step]
            total += float(data @ excess_by_row(rows, np.broadcast_to(log_gamma, rows.shape)))
        return total

    def rows(self, start: int, stop: int) -> Any:
        """Return log q(z|x) for the x from start to stop, shape (stop - start, z)."""
        if self.outcome is Outcome.NOT_FINITE:  # the constant code, which is always feasible
            number = len(self.problem.data[start:stop])
            return like(np.tile(self.evaluation.log_aggregate, (number, 1)), self.problem.pattern)
        return self._passes.encoder(self.evaluation, start, stop)

    @functools.cached_property
    def _passes(self) -> Passes:
        return Passes(self.problem)

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
        method: "krylov" (matrix-free Newton, memory O(|X| + |Z|)), "newton" (dense in z), "fixed-point", or "auto",
            which takes krylov and, where that stalls, reaches the problem through less sharp ones.
        max_steps: Evaluations of the dual function that start a step.

    Raises:
        InvalidInputError: Where an option breaks its rule, or the loss is not shown convex.

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
    problem.require_convex()
    start = constant_code(problem)
    with _libraries().limit(limits=1, user_api="blas"):
        if method == "auto":
            best, outcome, steps = _run(problem, "krylov", start, gap_tol, min(max_steps, FIRST_ATTEMPT))
            if outcome in {Outcome.STALLED, Outcome.STEPS_SPENT} and steps < max_steps:
                start, spent = _continued(problem, start, max_steps - steps)
                second, outcome, more = _run(problem, "krylov", start, gap_tol, max(max_steps - steps - spent, 1))
                best, steps = min(best, second, key=lambda found: found.gap), steps + spent + more
        else:
            best, outcome, steps = _run(problem, method, start, gap_tol, max_steps)
    if best.finite:
        certificate = own_bracket(problem, best)
    else:
        start, outcome = constant_code(problem), Outcome.NOT_FINITE
        best = dataclasses.replace(best, log_aggregate=start, log_answer=start)
        certificate = bracket(problem, np.tile(start, (problem.shape[0], 1)), start)
    return Solution(problem=problem, evaluation=best, certificate=certificate, outcome=outcome, steps=steps)


def constant_code(problem: Problem) -> Array:
    """Return the log of the best code that does not depend on x, JSD aside, shape (z,); where solvers start."""
    weight = float(problem.curvature.sum()) + problem.aggregate_weight * float(problem.data.sum())
    logits = problem.tilt_weights.sum(axis=0) @ problem.log_tilts / weight
    found: Array = logits - log_sum_exp(logits[None, :], axis=1)
    return found


def _continued(problem: Problem, start: Array, max_steps: int) -> tuple[Array, int]:
    """Return a start from problems that are made less and less flat, and the steps it took.

    In the first, no c is below k data, so that every step of Newton is short; each takes the aggregate of the one
    before.
    """
    steps, sharpness, stiffness = 0, 1.0, problem.aggregate_term.largest_stiffness
    while sharpness < problem.sharpness and steps < max_steps:
        curvature = np.maximum(problem.curvature, stiffness * problem.data / sharpness)
        easier = dataclasses.replace(problem, curvature=curvature)
        found, _, more = _run(easier, "krylov", start, CONTINUED_GAP, min(max_steps - steps, FIRST_ATTEMPT))
        if found.finite:
            start = found.log_aggregate
        steps, sharpness = steps + more, sharpness * CONTINUED_FACTOR
    return start, steps


def _run(problem: Problem, route: str, start: Array, gap_tol: float, max_steps: int) -> tuple[Evaluation, Outcome, int]:
    """Return the evaluation of the least gap, why the route ended, and the number of steps."""
    if problem.aggregate_term.largest_stiffness == 0:  # every x by itself: the first answer is the optimum
        return Passes(problem).answer(start), Outcome.CONVERGED, 0
    best: Evaluation | None = None
    highest, last_gain, steps = -np.inf, 0, 0
    for steps, now in enumerate(ROUTES[route](problem, start)):
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
        best = Passes(problem).answer(start)
    return best, Outcome.STALLED, steps
