"""Matrix-free Newton on the dual: a preconditioner from few groups of x, conjugate gradients where it is not enough.

Minus the Hessian of D in s is diag(exp(g)/k) + K with k = ds/dg and K = sum_x (data^2/c)(diag(q_x) - q_x q_x^T). With
the aggregate of the answer in place of exp(g) it is the same at the optimum, and well conditioned everywhere. Since q_x
is smooth in the ratio data/c, K is close to what a few groups of x give, and that matrix is inverted exactly.
"""

import functools
from collections.abc import Callable, Iterator

import numpy as np
from scipy.linalg import lapack

from numeric.arrays import Array, to_numpy
from numeric.line_search import search
from numeric.lumping import lump
from numeric.passes import TINY, Evaluation, Passes
from numeric.problem import Problem

DIRECT = 64  # number of x up to which all of them are in the preconditioner
GROUPS = 32
LUMPED_GAP = 1e-5  # nats; the error made by joining x is of this size
MANY = 16 * GROUPS  # number of x from which steps on groups cost next to nothing
LUMPED_GAP_OF_MANY = 1e-9
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
    if problem.shape[0] <= DIRECT:
        yield from _steps(passes, Model(passes, exact=True), passes.answer(start))
        return
    lumping = lump(problem, GROUPS)
    model = Model(Passes(lumping.problem, threads=1), exact=False)
    near = _lumped_optimum(model.passes, start, LUMPED_GAP if problem.shape[0] < MANY else LUMPED_GAP_OF_MANY)
    now = passes.answer(near.log_aggregate, near.log_normaliser[lumping.group])
    yield from _steps(passes, model, now if now.finite else passes.answer(start))


def _lumped_optimum(passes: Passes, start: Array, gap_tol: float) -> Evaluation:
    """Return the evaluation of the lumped problem of the least gap."""
    best = passes.answer(start)
    for steps, now in enumerate(_steps(passes, Model(passes, exact=True), best)):
        if now.finite and not best.gap <= now.gap:
            best = now
        if now.gap <= gap_tol or steps > LUMPED_STEPS:
            break
    return best


def _steps(passes: Passes, model: "Model", now: Evaluation | None) -> Iterator[Evaluation]:
    """Yield the evaluation at the start and after each step; ends where no step leads up."""
    slow = False
    while now is not None:
        yield now
        if not now.finite:
            return
        before, now = now, _step(passes, model, now, refine=slow)
        slow = slow or (now is not None and not model.exact and now.gap > SLOW**2 * before.gap)


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
        small = rows @ -rows.T
        small.flat[:: len(rows) + 1] += 1
        factor, failed = lapack.dpotrf(small, lower=1, overwrite_a=1)
        if failed or not np.isfinite(factor.diagonal()).all():
            return None
        scale = mass / root

        def solve(right: Array) -> Array:
            inner, _ = lapack.dpotrs(factor, rows @ (scale * right), lower=1)
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
