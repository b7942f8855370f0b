"""How do time, steps and memory grow with the number of (x, z), and with the sharpness of the loss?

    python benchmarks/scaling.py [--quick] [--out FILE]

Every size runs in a process of its own, whose peak memory is what the system saw. The sharp problem has beta = 1 + 1e-4
and delta = 1e-3, the other beta = 2 and delta = 1; both take turns.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import timing

from numeric.passes import Passes
from numeric.solve import solve

OUT = Path(__file__).with_suffix(".json")
SIZES = (100, 316, 1000, 3162, 10000, 16384)
GAP = 1e-12


def measure(size: int) -> dict[str, Any]:
    """Return the row of a problem with as many x as z, of the process this runs in."""
    gentle, sharp = (
        timing.gaussian_problem(size, size, **setting) for setting in ({}, {"beta": 1.0001, "delta": 1e-3})
    )
    products = 0
    original = Passes.information_product

    def counting(*arguments: Any) -> Any:
        nonlocal products
        products += 1
        return original(*arguments)

    Passes.information_product = counting
    solutions = [solve(problem, gap_tol=GAP).require_converged() for problem in (gentle, sharp)]
    Passes.information_product = original
    tasks = {
        "gentle": lambda: solve(gentle, gap_tol=GAP),
        "sharp": lambda: solve(sharp, gap_tol=GAP),
        "exponentials": timing.exponentials((size, size)),
    }
    times = timing.side_by_side(tasks, 31 if size < 2000 else 3)
    medians = {name: float(np.median(values)) for name, values in times.items()}
    return {
        "size": size,
        "threads": Passes(gentle).threads,
        "steps": [solution.steps for solution in solutions],
        "products_of_conjugate_gradients": products,
        "sharpness": [round(problem.sharpness, 1) for problem in (gentle, sharp)],
        "gaps": [solution.certificate.gap for solution in solutions],
        "sharp_over_gentle": round(medians["sharp"] / medians["gentle"], 2),
        "in_units_of_one_pass_of_exponentials": round(medians["gentle"] / medians["exponentials"], 2),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "times": {name: timing.summary(values) for name, values in times.items()},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every size in a fresh process and write the record."""
    parser = argparse.ArgumentParser(description="Measure how the solver scales.")
    parser.add_argument("--quick", action="store_true", help="sizes up to 1000, no record")
    parser.add_argument("--size", type=int, help="measure this size only and print it as JSON")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    if options.size:
        timing.say(json.dumps(measure(options.size)))
        return 0
    results = []
    for size in SIZES[:3] if options.quick else SIZES:
        command = [sys.executable, __file__, "--size", str(size)]
        finished = subprocess.run(command, capture_output=True, text=True, check=True)
        results.append(json.loads(finished.stdout))
        timing.say(finished.stdout.strip())
    first, last = results[0], results[-1] if options.quick else results[-2]
    times = [row["times"]["gentle"]["median_ms"] for row in (first, last)]
    slope = math.log(times[1] / times[0]) / math.log((last["size"] / first["size"]) ** 2)
    timing.say(f"log-log slope of time against |X||Z| from {first['size']} to {last['size']}: {slope:.2f}")
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], [{"slope": round(slope, 3)}, *results])
    return 0


if __name__ == "__main__":
    sys.exit(main())
