"""The command that solves, certifies and writes the records that figures read.

python -m numeric.run TARGET... --out DIR
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numeric.studies import codes, factorisation, regimes, routes, saddle, steepness, theorem7
from numeric.studies.settings import Progress
from variational.command_line import ending_well
from variational.errors import VaeproofError

Study = Callable[[str, Progress], dict[str, Any]]
STUDIES: Mapping[str, Study] = {
    "regimes": regimes.regimes,
    "factorisation": factorisation.factorisation,
    "saddle": saddle.saddle,
    "routes": routes.routes,
    "codes": codes.codes,
    "theorem7": theorem7.sides,
    "steepness": steepness.steepness,
}
TARGETS: Mapping[str, tuple[str, ...]] = {
    "ncvae": ("regimes", "factorisation", "saddle", "routes", "codes", "theorem7"),
    "beta-vae": ("regimes", "factorisation", "saddle"),
    "infovae": ("regimes", "factorisation", "saddle"),
    "aae": ("regimes", "factorisation", "saddle"),
    "illidvae": ("steepness",),
}
ALL = "all"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m numeric.run", description="Solve, certify, and write records for the figures."
    )
    parser.add_argument("targets", nargs="+", metavar="TARGET", choices=(*TARGETS, ALL), help="|".join((*TARGETS, ALL)))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the records go")
    parser.add_argument("--study", action="append", choices=tuple(STUDIES), help="only this study; may be repeated")
    parser.add_argument("--fresh", action="store_true", help="compute records again that are already there")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Write the records and return the exit status: 0, 2 for a wrong command line, 130 if interrupted."""
    options = build_parser().parse_args(argv)
    targets = tuple(TARGETS) if ALL in options.targets else tuple(dict.fromkeys(options.targets))
    tasks = [(target, study) for target in targets for study in TARGETS[target]]
    tasks = [task for task in tasks if not options.study or task[1] in options.study]
    if not tasks:
        print(f"error: {', '.join(targets)} has no study {', '.join(options.study)}", file=sys.stderr)
        return 2
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for number, (target, study) in enumerate(tasks, start=1):
            _write(options.out, target, study, f"[{number}/{len(tasks)}]", fresh=options.fresh)
    except BrokenPipeError:  # an OSError, but no fault of the user
        raise
    except (VaeproofError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; what is written stays, the same command goes on from there", file=sys.stderr)
        return 130
    return 0


def _write(folder: Path, target: str, study: str, counter: str, *, fresh: bool) -> None:
    """Compute one record and put it in place at once, so that an interrupted run leaves no half of one."""
    path = folder / f"{target}-{study}.json"
    schema = f"vaeproof.numeric.{study}/1"
    if not fresh and _is_complete(path, schema):
        print(f"{counter} {path} is there already")
        return

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{counter} {path.name} {done}/{total}", end="", file=sys.stderr, flush=True)

    start = time.perf_counter()
    record = {"schema": schema, "target": target, **STUDIES[study](target, progress)}
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(record, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(path)
    print(f"{counter} {path} written in {time.perf_counter() - start:.1f} s")


def _is_complete(path: Path, schema: str) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["schema"] == schema)
    except (OSError, ValueError, KeyError, TypeError):
        return False


if __name__ == "__main__":
    sys.exit(main())
