"""The command that runs a study: every cell trained and measured, on this machine or on a Ray cluster.

python -m vae_models.sweep STUDY --out DIR [--engine local|ray] [--address ADDR] [--jobs N] [--gpus F] [--stack N]
                                [--inception FILE]
python -m vae_models.sweep --list

Called again with the same folder it goes on: cells that ended are not run again.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from vae_models.files import locked
from vae_models.progress import cells_bar
from vae_models.signals import StopRequest
from vae_models.studies.cell import APART, Job, jobs_of
from vae_models.studies.engines import engine_factory
from vae_models.studies.records import STUDY, CellRecord, StudyRecord, read_study
from vae_models.studies.registry import find_study, list_studies
from vae_models.studies.sweeping import ended_cells, sweep
from variational.command_line import Parser, ending_well
from variational.errors import InvalidInputError, VaeproofError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m vae_models.sweep",
        description="Run the cells of a study; with a folder that was begun, those that have not ended.",
    )
    parser.add_argument("study", nargs="?", metavar="STUDY", help="name of a study; --list shows all")
    parser.add_argument("--list", action="store_true", help="list the studies")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the study; on a cluster, one all nodes see")
    parser.add_argument("--engine", choices=("local", "ray"), default="local", help="default: %(default)s")
    parser.add_argument("--address", metavar="ADDR", help="of a Ray cluster; one of this machine if left out")
    parser.add_argument("--jobs", type=int, metavar="N", help="cells at a time; default: as many as fit")
    parser.add_argument("--gpus", type=float, default=0.0, metavar="F", help="GPUs of a cell, as 0.25 (%(default)s)")
    parser.add_argument(
        "--stack", type=int, default=1, metavar="N", help="train up to N cells as one program (%(default)s)"
    )
    parser.add_argument("--retry-failed", action="store_true", help="run failed cells again")
    parser.add_argument("--data-dir", metavar="DIR", help="folder of the data sets")
    parser.add_argument("--inception", type=Path, metavar="FILE", help="published Inception weights, for a FID")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Run a study; 0: every cell is done, 1: some failed, 2: wrong command line, 130: interrupted."""
    parser = build_parser()
    options = parser.parse_args(argv)
    if options.list:
        print(list_studies())
        return 0
    try:
        _check(options)
        record = _sweep(options)
    except InvalidInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (VaeproofError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted at once; the same command goes on", file=sys.stderr)
        return 130
    return 130 if record is None else _told(record, options.out)


def _check(options: argparse.Namespace) -> None:
    rules = {
        "STUDY must be named": options.study is not None,
        "--out must name a folder": options.out is not None,
        f"--jobs must be at least 1, got {options.jobs}": options.jobs is None or options.jobs >= 1,
        f"--stack must be at least 1, got {options.stack}": options.stack >= 1,
        f"--gpus must be at least 0 and finite, got {options.gpus}": 0 <= options.gpus < float("inf"),
        f"--inception must be a file, got {options.inception}": options.inception is None
        or options.inception.is_file(),
        "--address must be left out without --engine ray": options.address is None or options.engine == "ray",
    }
    for rule, holds in rules.items():
        if not holds:
            msg = f"{rule}; --help says more"
            raise InvalidInputError(msg)


def _sweep(options: argparse.Namespace) -> StudyRecord | None:
    """Run what is left of a study and return its record, or None where it was interrupted."""
    study, out = find_study(options.study), options.out
    make = engine_factory(
        options.engine,
        address=options.address,
        jobs=options.jobs,
        gpus=options.gpus,
        memory_gib=study.memory_gib,
    )
    out.mkdir(parents=True, exist_ok=True)
    with locked(out), StopRequest() as stop:
        earlier = read_study(out)
        if earlier is not None and earlier.study != study.name:
            msg = f"--out must be the folder of {study.name} or a new one, got that of {earlier.study}: {out}"
            raise InvalidInputError(msg)
        # other machines of a cluster stand in other folders
        inception = None if options.inception is None else options.inception.resolve()
        jobs = jobs_of(study, out=out.resolve(), gpus=options.gpus, data_dir=options.data_dir, inception=inception)
        if inception is None and any(name.startswith("fid_") for name in study.columns):
            print("without --inception FILE the columns of FID stay empty", file=sys.stderr)
        known = len(ended_cells(jobs, again=options.retry_failed))
        if known:
            print(f"{known} of {len(jobs)} cells have ended already", file=sys.stderr)
        apart: dict[str, dict[str, list[int]]] = {}  # why cells were trained one by one, row of the table, seeds
        with cells_bar(len(jobs), known, terminal=sys.stderr.isatty()) as advance:

            def tell(job: Job, cell: CellRecord) -> None:
                advance(job.folder.name)
                if cell.outcome == "failed":
                    print(f"failed: {cell.arm}, seed {cell.seed}: {cell.error.splitlines()[0]}", file=sys.stderr)
                why = cell.machine.get("stacked", APART + "no other cell of its form was waiting")
                if options.stack > 1 and cell.outcome == "done" and why.startswith(APART):
                    apart.setdefault(why.removeprefix(APART), {}).setdefault(job.arm.row, []).append(cell.seed)

            record = sweep(jobs, make, out=out, stop=stop, tell=tell, again=options.retry_failed, stack=options.stack)
        for why, rows in apart.items():
            names = "; ".join(f"{row} (seed {', '.join(map(str, sorted(seeds)))})" for row, seeds in rows.items())
            print(f"trained one by one, since {why}: {names}", file=sys.stderr)
        if stop() and len(record.cells) < record.total:
            told = f"interrupted with {len(record.cells)} of {record.total} cells ended; the same command goes on"
            print(told, file=sys.stderr)
            return None
        return record


def _told(record: StudyRecord, out: Path) -> int:
    failed = sum(cell.outcome == "failed" for cell in record.cells)
    cpu = sum(cell.cpu_seconds for cell in record.cells)
    print(f"{len(record.cells) - failed} of {record.total} cells done, {failed} failed, {cpu:.0f} s of processor time")
    print(out / STUDY)
    if failed:
        print("failed cells stay so until the same command has --retry-failed", file=sys.stderr)
    print(f"table: python -m vae_models.evaluate {quote(str(out))}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
