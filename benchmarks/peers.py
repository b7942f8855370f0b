"""How much faster is the solver than a conic solver and a compiled fixed point, on the same problem to the same gap?

    python benchmarks/peers.py [--quick] [--out FILE]        needs the extra `bench`: pip install -e ".[bench]"

Clarabel runs through CVXPY at the tightest tolerance at which it ends without a warning; its gap is measured by our
bracket. The fixed point is compiled by JAX for the size, the time of which is not counted, and stops at a gap of 1e-12:
once with the damping that is safe for every problem, once with the one found by trial to need the fewest steps here.
"""

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cvxpy as cp
import jax
import numpy as np
import timing

from numeric import bounds, passes
from numeric.passes import Passes
from numeric.problem import Problem
from numeric.solve import constant_code, solve

OUT = Path(__file__).with_suffix(".json")
SIZES = ((20, 40), (50, 100), (100, 200), (200, 400))
GAP = 1e-12
CLARABEL_TOLERANCES = (1e-9, 1e-8, 1e-7, 1e-6)
DAMPINGS = (1.0, 0.8, 0.6, 0.5)


def clarabel(problem: Problem, tolerance: float) -> np.ndarray:
    """Return the encoder that CVXPY and Clarabel find, shape (x, z)."""
    encoder, aggregate = cp.Variable(problem.shape, nonneg=True), cp.Variable(problem.shape[1], nonneg=True)
    loss = cp.sum(cp.multiply(problem.curvature[:, None], -cp.entr(encoder)))
    loss += problem.aggregate_weight * cp.sum(-cp.entr(aggregate)) - cp.sum(cp.multiply(problem.tilt, encoder))
    rows = [cp.sum(encoder, axis=1) == 1, aggregate == problem.data @ encoder]
    task = cp.Problem(cp.Minimize(loss), rows)
    options = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), tolerance)
    task.solve(solver=cp.CLARABEL, **options)
    found: np.ndarray = encoder.value
    return found


def tightest(problem: Problem) -> float | None:
    """Return the smallest tolerance at which Clarabel ends as optimal."""
    for tolerance in CLARABEL_TOLERANCES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                clarabel(problem, tolerance)
            except cp.error.SolverError:
                continue
            if not caught:
                return tolerance
    return None


def compiled_fixed_point(problem: Problem, damping: float) -> Callable[[], tuple[Any, Any]]:
    """Return the damped fixed point on the log aggregate, compiled by JAX; it stops at a gap of GAP."""
    logits = jax.numpy.asarray(problem.tilt / problem.curvature[:, None])
    share = jax.numpy.asarray(problem.aggregate_weight * problem.data / problem.curvature)[:, None]
    data, start = jax.numpy.asarray(problem.data), jax.numpy.asarray(constant_code(problem))

    def answer(log_aggregate: Any) -> Any:
        code = jax.nn.softmax(logits - share * (1 + log_aggregate), axis=1)
        return jax.numpy.log(data @ code)

    def gap(log_aggregate: Any, found: Any) -> Any:
        change = log_aggregate - found
        return jax.numpy.sum(jax.numpy.exp(found) * (jax.numpy.expm1(change) - change))

    @jax.jit
    def run() -> Any:
        def go_on(state: Any) -> Any:
            return (gap(state[0], state[1]) > GAP) & (state[2] < 5000)

        def step(state: Any) -> Any:
            following = state[0] + damping * (state[1] - state[0])
            return following, answer(following), state[2] + 1

        return jax.lax.while_loop(go_on, step, (start, answer(start), 0))

    return lambda: jax.block_until_ready(run())


def best_fixed_point(problem: Problem) -> tuple[float, Callable[[], Any]] | None:
    """Return the damping of least steps that converges, and the compiled task."""
    best = None
    for damping in DAMPINGS:
        task = compiled_fixed_point(problem, damping)
        log_aggregate, _, steps = task()
        if np.isfinite(np.asarray(log_aggregate)).all() and steps < 5000 and (best is None or steps < best[0]):
            best = int(steps), damping, task
    return best and (best[1], best[2])


def exponentials_taken(problem: Problem) -> float:
    """Return the number of exponentials of the solver's passes, those on groups of x included, in units of |X||Z|."""
    counted = 0
    original = Passes._sums

    def counting(self: Passes, *, search: bool) -> Any:
        nonlocal counted
        counted += self.problem.shape[0] * self.problem.shape[1]
        return original(self, search=search)

    Passes._sums = counting
    try:
        solve(problem, gap_tol=GAP)
    finally:
        Passes._sums = original
    return counted / (problem.shape[0] * problem.shape[1])


def compare_with_clarabel(problem: Problem) -> tuple[dict[str, Any], dict[str, list[float]]]:
    """Return what is known of Clarabel on this problem, and the times of both in turns; nothing where it fails."""
    tolerance = tightest(problem)
    if tolerance is None:
        return {"clarabel_tolerance": None}, {}
    found: list[np.ndarray] = []

    def peer() -> None:
        found.append(clarabel(problem, tolerance))

    times = timing.side_by_side({"clarabel": peer, "ours beside clarabel": lambda: solve(problem, gap_tol=GAP)}, 3)
    encoder = np.maximum(found[0], 1e-300)
    encoder /= encoder.sum(axis=1, keepdims=True)
    aggregate = solve(problem, gap_tol=GAP).log_aggregate
    row = {
        "clarabel_tolerance": tolerance,
        "clarabel_gap": bounds.bracket(problem, np.log(encoder), aggregate).gap,
        "faster_than_clarabel": round(float(np.median(times["clarabel"]) / np.median(times["ours beside clarabel"]))),
    }
    return row, times


def compare(shape: tuple[int, int], *, with_clarabel: bool) -> dict[str, Any]:
    """Return the row of one size."""
    problem = timing.gaussian_problem(*shape)
    solution = solve(problem, gap_tol=GAP).require_converged()
    safe_damping = 1 / (1 + problem.sharpness)
    tuned = best_fixed_point(problem)
    tasks: dict[str, Callable[[], object]] = {
        "ours": lambda: solve(problem, gap_tol=GAP),
        "ours, two threads": lambda: solve_in_threads(problem),
        "exponentials": timing.exponentials(shape),
        "jax, safe damping": compiled_fixed_point(problem, safe_damping),
    }
    if tuned is not None:
        tasks["jax, damping found by trial"] = tuned[1]
    for task in tasks.values():
        task()  # compiles
    times = timing.side_by_side(tasks, 60)
    medians = {name: float(np.median(values)) for name, values in times.items()}
    row, turns = compare_with_clarabel(problem) if with_clarabel else ({}, {})
    exponentials = exponentials_taken(problem)
    return {
        "shape": list(shape),
        "gap": solution.certificate.gap,
        "steps": solution.steps,
        "threads_chosen": Passes(problem).threads,
        "one_thread_faster_by": round(medians["ours, two threads"] / medians["ours"], 2),
        "exponentials_taken": round(exponentials, 2),  # in units of |X||Z|
        "cost_in_exponentials": round(medians["ours"] / (medians["exponentials"] * exponentials), 1),
        "faster_than_jax_safe": round(medians["jax, safe damping"] / medians["ours"], 2),
        "faster_than_jax_tuned": tuned and round(medians["jax, damping found by trial"] / medians["ours"], 2),
        "jax_damping": tuned and tuned[0],
        **row,
        "times": {name: timing.summary(values) for name, values in (times | turns).items()},
    }


def solve_in_threads(problem: Problem) -> None:
    """Solve with as many threads as there are cores in every pass, whatever the size."""
    before, passes.PARALLEL = passes.PARALLEL, 1
    try:
        solve(problem, gap_tol=GAP)
    finally:
        passes.PARALLEL = before


def main(argv: Sequence[str] | None = None) -> int:
    """Time ours and the peers in turns and write the record."""
    parser = argparse.ArgumentParser(description="Compare the solver with its peers.")
    parser.add_argument("--quick", action="store_true", help="without Clarabel, no record")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    jax.config.update("jax_enable_x64", True)
    results = []
    for shape in SIZES:
        results.append(compare(shape, with_clarabel=not options.quick))
        timing.say(f"{shape[0]} x {shape[1]}")
        for name, entry in results[-1].items():
            timing.say(f"    {name}: {entry}")
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], results, packages=("cvxpy", "clarabel", "jax"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
