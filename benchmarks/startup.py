"""Wall times of the commands as a user meets them, recorded beside this script.

    python benchmarks/startup.py [--runs N] [--out FILE]

Every run is a fresh process. `budget` is what the project asks of a machine with two cores; nothing fails
where a time is above it, since a loaded machine says little about the code.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(__file__).with_suffix(".json")
SCHEMA = "vaeproof.benchmark.startup/1"

# Command line after `python -m`, seconds it may take, and the share of the runs it gets (long ones get fewer).
COMMANDS: tuple[tuple[tuple[str, ...], float | None, float], ...] = (
    (("variational.check", "--help"), 0.5, 1),
    (("variational.analyze", "--help"), 0.5, 1),
    (("variational.verify", "--help"), 0.5, 1),
    (("variational.check", "ncvae", "--list"), None, 1),
    (("variational.check", "ncvae", "--symbolic"), 10, 0.4),
    (("variational.check", "ncvae"), 30, 0.4),
    (("variational.analyze", "ncvae"), None, 1),
    (("variational.verify", "{certificates}"), None, 0.4),
)


def wall_times(command: Sequence[str], runs: int) -> list[float]:
    """Return the seconds that ``python -m command`` takes, run by run."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        finished = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        times.append(time.perf_counter() - start)
        if finished.returncode not in {0, 1}:  # 1: some verdict differs, which is not what is measured
            raise RuntimeError(finished.stderr)
    return times


def main(argv: Sequence[str] | None = None) -> int:
    """Time every command and write the record."""
    parser = argparse.ArgumentParser(description="Record the wall times of the commands.")
    parser.add_argument("--runs", type=int, default=5, help="runs of a short command (default 5)")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    results = []
    with tempfile.TemporaryDirectory() as folder:
        wall_times(("variational.check", "ncvae", "--symbolic", "--json", "--certificates", folder), 1)  # warms up too
        for command, budget, share in COMMANDS:
            times = wall_times(
                [part.format(certificates=folder) for part in command], max(2, round(options.runs * share))
            )
            shown = " ".join(command).format(certificates="CERTIFICATES")
            results.append(
                {
                    "command": f"python -m {shown}",
                    "budget_seconds": budget,
                    "min_seconds": round(min(times), 3),
                    "median_seconds": round(statistics.median(times), 3),
                    "runs": len(times),
                }
            )
            sys.stdout.write(
                f"{results[-1]['min_seconds']:8.3f} {results[-1]['median_seconds']:8.3f}  {results[-1]['command']}\n"
            )
    record = {
        "schema": SCHEMA,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": load,
        "results": results,
    }
    options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
