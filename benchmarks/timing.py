"""What the benchmark scripts share: runs side by side, the machine, the record, the test problem."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from numeric.arrays import Array, log_sum_exp
from numeric.problem import Problem, ncvae_problem


def side_by_side(
    tasks: Mapping[str, Callable[[], object]], runs: int, *, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Return the seconds of each task, run by run; the tasks take turns, so that load on the machine hits all alike.

    Args:
        tasks: By name.
        runs: Of each.
        clock: ``time.process_time`` counts the time on processors only, for tasks of one thread on a busy machine.
    """
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(runs):
        for name, task in tasks.items():
            start = clock()
            task()
            times[name].append(clock() - start)
    return times


def summary(times: list[float]) -> dict[str, float | int]:
    """Return minimum and median in milliseconds and the number of runs."""
    return {
        "min_ms": round(1e3 * min(times), 4),
        "median_ms": round(1e3 * statistics.median(times), 4),
        "runs": len(times),
    }


def exponentials(shape: tuple[int, int]) -> Callable[[], object]:
    """Return a task that takes one exponential for each (x, z), in place in a cache-sized block, on one core."""
    block = np.random.default_rng(0).normal(size=min(shape[0] * shape[1], 1 << 16)) - 1
    out, whole, rest = np.empty_like(block), *divmod(shape[0] * shape[1], block.size)

    def task() -> None:
        for _ in range(whole):
            np.exp(block, out=out)
        np.exp(block[:rest], out=out[:rest])

    return task


def gaussian_problem(number_x: int, number_z: int, *, beta: float = 2.0, delta: float = 1.0) -> Problem:
    """Return p_d, p_n = N(0,1), N(1,1.5^2) on [-5,6] and p, n = N(0,1), N(0,25) on [-15,15], discretised."""
    x, z = np.linspace(-5, 6, number_x), np.linspace(-15, 15, number_z)
    data, noise = np.exp(_log_masses(x, 0, 1)), np.exp(_log_masses(x, 1, 1.5))
    return ncvae_problem(data, noise, _log_masses(z, 0, 1), _log_masses(z, 0, 5), beta=beta, delta=delta)


def _log_masses(points: Array, mean: float, deviation: float) -> Array:
    logits = -(((points - mean) / deviation) ** 2) / 2
    found: Array = logits - log_sum_exp(logits[None, :], axis=1)
    return found


def save(path: Path, question: str, results: list[dict[str, Any]], *, packages: tuple[str, ...] = ()) -> None:
    """Write the record beside the script that made it."""
    record = {
        "schema": f"vaeproof.benchmark.{path.stem}/1",
        "question": question,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "packages": {name: metadata.version(name) for name in ("numpy", "scipy", *packages)},
        "results": results,
    }
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
