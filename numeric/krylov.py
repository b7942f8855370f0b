"""Matrix-free Newton on the dual: a preconditioner from few groups of x, conjugate gradients where it is not enough.

Minus the Hessian of D in s is diag(exp(g)/k) + K with k = ds/dg and K = sum_x (data^2/c)(diag(q_x) - q_x q_x^T). With
the aggregate of the answer in place of exp(g) it is the same at the optimum, and well conditioned everywhere. Since q_x
is smooth in the ratio data/c, K is close to what a few groups of x give, and that matrix is inverted exactly.
"""

import functools
from collections.abc import Callable, Iterator

import numpy as np
from scipy import linalg

from numeric.arrays import Array, to_numpy
from numeric.line_search import search
from numeric.lumping import Lumping, lump
from numeric.passes import TINY, Evaluation, Passes
from numeric.problem import Problem

GROUPS = 32
LUMPED_GAP = 1e-9  # nats; the error made by joining x is larger
LUMPED_STEPS = 60
SLOW = 0.2  # factor on the square root of the gap above which the preconditioner alone is not enough
FORCING = 0.05  # relative residual of conjugate gradients
MAX_PRODUCTS = 100
LARGEST_EXPONENT = 300.0
LEAST_STIFFNESS = 1e-100

Solver = Callable[[Array], Array]


def iterates(problem: Problem, start: Array) -> Iterator[Evaluation]:
    """Yield one evaluation of the dual for each step; those of the lumped problem are not among them.

    Args:
        problem: Convex.
        start: Log aggregate, shape (z,).
    """
    passes = Passes(problem)
    model, now = Model(passes, exact=True), None
    if problem.shape[0] > GROUPS:
        lumping = lump(problem, GROUPS)
        model = Model(Passes(lumping.problem, threads=1), exact=False)
        start, log_normaliser = _lumped_optimum(lumping, start)
        now = passes.answer(start, log_normaliser)
    if now is None or not now.finite:
        now = passes.answer(start)
    slow = False
    while now is not None:
        yield now
        if not now.finite:
            return
        before, now = now, _step(passes, model, now, refine=slow)
        slow = slow or (now is not None and not model.exact and now.gap > SLOW**2 * before.gap)


def _lumped_optimum(lumping: Lumping, start: Array) -> tuple[Array, Array]:
    """Return the log aggregate of the optimum of the lumped problem and a log normaliser for each x."""
    best: Evaluation | None = None
    for steps, now in enumerate(iterates(lumping.problem, start)):
        if best is None or (now.finite and not best.gap <= now.gap):
            best = now
        if now.gap <= LUMPED_GAP or steps > LUMPED_STEPS:
            break
    if best is None:  # a route yields at least its start
        return start, np.full(len(lumping.group), np.nan)
    return best.log_aggregate, best.log_normaliser[lumping.group]


def _step(passes: Passes, model: "Model", now: Evaluation, *, refine: bool) -> Evaluation | None:
    """Return the evaluation after one damped step, None where no direction leads up."""
    answer = functools.partial(passes.answer, log_normaliser=now.log_normaliser)
    for direction in _directions(passes, model, now, refine=refine):
        found = search(answer, passes.term, now, direction)
        if found is not None:
            return found
    return None


def _directions(passes: Passes, model: "Model", now: Evaluation, *, refine: bool) -> Iterator[Array]:
    """Yield directions for the log aggregate, the most promising first."""
    stiffness = np.maximum(passes.term.stiffness(now.log_aggregate), LEAST_STIFFNESS)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for log_mass, right in ((now.log_answer, now.residual), (now.log_aggregate, np.expm1(now.residual))):
            solver = model.solver(now, log_mass, stiffness)
            if solver is None:
                continue
            if refine:
                refined = conjugate_gradients(passes, now, solver, log_mass=log_mass, right=right, stiffness=stiffness)
                yield refined / stiffness
            yield solver(right) / stiffness
    yield now.residual / (1 + passes.problem.sharpness)


class Model:
    """Minus the Hessian of the dual with K from the groups of a lumped problem, as something that can be inverted.

    Args:
        passes: Of the lumped problem, or of the problem itself where it has few x.
        exact: Whether it is the problem itself.
    """

    def __init__(self, passes: Passes, *, exact: bool) -> None:
        """Keep the passes."""
        self.passes, self.exact = passes, exact
        self._log_normaliser: Array | None = None

    def solver(self, now: Evaluation, log_mass: Array, stiffness: Array) -> Solver | None:
        """Return the map from r to the solution v of (diag(m/k) + K) v = m r with m = exp(log_mass).

        None where rounding made the small matrix indefinite. By the formula of Woodbury, scaled so that nothing
        overflows: its condition number is at most 1 + max k data/c.
        """
        at = now if self.exact else self.passes.answer(now.log_aggregate, self._log_normaliser)
        self._log_normaliser = at.log_normaliser
        rows = np.exp(to_numpy(self.passes.encoder(at)))
        weights = self.passes.weights[1]
        mass = np.maximum(np.exp(log_mass), TINY)
        relative = np.exp(np.minimum(now.log_weighted - log_mass, LARGEST_EXPONENT))
        diagonal = 1 / stiffness + np.maximum(relative, (weights @ rows) / mass)
        root = np.sqrt(mass * diagonal)
        rows *= np.sqrt(weights)[:, None]
        rows /= root
        small = np.eye(len(rows)) - rows @ rows.T
        if not np.isfinite(small).all():
            return None
        try:
            factor = linalg.cho_factor(small, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:
            return None

        def solve(right: Array) -> Array:
            inner = linalg.cho_solve(factor, rows @ (mass / root * right), check_finite=False)
            solution: Array = right / diagonal + (inner @ rows) / root
            return solution

        return solve


def conjugate_gradients(
    passes: Passes, now: Evaluation, solver: Solver, *, log_mass: Array, right: Array, stiffness: Array
) -> Array:
    """Return v with (diag(m/k) + K) v = m r up to a relative residual, by preconditioned conjugate gradients.

    Source:
        Nocedal & Wright (2006), algorithm 7.1 (line search Newton-CG).
    """
    mass = np.maximum(np.exp(log_mass), TINY)
    local = mass / stiffness + np.exp(now.log_weighted)
    solution, residual = np.zeros_like(right), mass * right
    preconditioned = solver(right)
    along, size = preconditioned, float(residual @ preconditioned)
    target = FORCING**2 * size
    for _ in range(MAX_PRODUCTS):
        product = local * along - passes.information_product(now, along)
        curvature = float(along @ product)
        if not curvature > 0:
            break
        length = size / curvature
        solution = solution + length * along
        residual = residual - length * product
        preconditioned = solver(residual / mass)
        following = float(residual @ preconditioned)
        if not following > target:
            break
        along, size = preconditioned + following / size * along, following
    return solution
