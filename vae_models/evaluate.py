"""The command that measures a trained run: every metric that applies, each with estimator, cap and standard error.

python -m vae_models.evaluate RUN_DIR [--metrics NAME,NAME] [--split test] [--k 500] [--batch-size 500] [--device cpu]
python -m vae_models.evaluate STUDY_DIR
python -m vae_models.evaluate figures/data/STUDY.json [--format md]
python -m vae_models.evaluate --list

The folder of a study gives the table of its paper instead, from the numbers that its cells left; so does a record of
one that was kept.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from vae_models.command_line import CONFIG, read_config
from vae_models.evaluation_records import EVALUATION, read_evaluation
from vae_models.evaluation_table import format_evaluation
from vae_models.files import write_whole
from vae_models.progress import stages
from vae_models.records import Split, line
from vae_models.studies.formats import FORMATS
from vae_models.studies.records import STUDY, read_study
from vae_models.studies.registry import find_study
from vae_models.studies.table import build_table
from variational.command_line import Parser, complain, ending_well
from variational.errors import InvalidInputError, VaeproofError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m vae_models.evaluate",
        description="Measure a trained run, print a table, and write evaluation.json into its folder.",
    )
    parser.add_argument("run", type=Path, nargs="?", metavar="RUN_DIR", help="folder of a run or of a study, or record")
    parser.add_argument("--list", action="store_true", help="list the metrics")
    parser.add_argument("--metrics", metavar="NAME,NAME", help="only these; all that apply if left out")
    parser.add_argument("--split", choices=get_args(Split), help="default: test, else validation, else train")
    parser.add_argument("--k", type=_count, default=500, help="importance weights for each x (%(default)s)")
    parser.add_argument("--draws", type=_count, default=1, help="of q(z|x) for each x in the ELBO (%(default)s)")
    parser.add_argument("--samples", type=_count, default=10_000, help="decoded draws and interpolations (%(default)s)")
    parser.add_argument("--batch-size", type=_count, default=500, help="x at a time (%(default)s)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (%(default)s)")
    parser.add_argument("--best", action="store_true", help="the weights of the best evaluation, not the last")
    parser.add_argument("--data-dir", metavar="DIR", help="folder of the data sets")
    parser.add_argument("--inception", type=Path, metavar="FILE", help="published Inception weights, for a FID")
    parser.add_argument(
        "--format", choices=tuple(FORMATS), default="text", help="of the table of a study (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one record a line instead of the table")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Measure and return the exit status: 0, 1 for unusable weights or data, 2 for a wrong command line or folder."""
    parser = build_parser()
    options = parser.parse_args(argv)
    if options.run is None and not options.list:
        complain("name the folder of a run, RUN_DIR (--help explains)")
        return 2
    try:
        if options.list:
            print(_listing())
            return 0
        if options.run.is_file() or (options.run / STUDY).exists():
            return _tabulate(options.run, options.format, lines=options.json)
        read_config(options.run / CONFIG)  # a wrong folder is told before torch is loaded
        return _evaluate(options)
    except BrokenPipeError:  # an OSError, but no fault of the user
        raise
    except InvalidInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (VaeproofError, OSError, RuntimeError) as error:  # torch says RuntimeError for a device that is not there
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; what was measured before it is not written", file=sys.stderr)
        return 130


def _listing() -> str:
    from vae_models.metrics.suite import METRICS  # noqa: PLC0415  torch takes a second to load

    width = max(map(len, METRICS))
    return "\n".join(f"{name:{width}}  {metric.summary}" for name, metric in METRICS.items())


def _tabulate(place: Path, wanted: str, *, lines: bool) -> int:
    if lines:
        msg = "--json must be left out for the table of a study; see --format"
        raise InvalidInputError(msg)
    record = read_study(place)
    if record is None:  # taken away since
        msg = f"{place} must hold the record of a study, got no file"
        raise InvalidInputError(msg)
    table = build_table(find_study(record.study), record)
    print(FORMATS[wanted](table).rstrip("\n"))
    if place.is_dir():
        written = [name for name in FORMATS if name != "text"]
        for suffix in written:
            write_whole(place / f"table.{suffix}", FORMATS[suffix](table).encode())
        print(place / f"table.{{{','.join(written)}}}", file=sys.stderr)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from vae_models.measuring import measured, require_metrics  # noqa: PLC0415
    from vae_models.metrics.subject import Options  # noqa: PLC0415
    from vae_models.metrics.suite import METRICS  # noqa: PLC0415
    from vae_models.networks.inception import require_published  # noqa: PLC0415
    from vae_models.runs import load_run  # noqa: PLC0415

    wanted = METRICS if options.metrics is None else map(str.strip, options.metrics.split(","))
    names = list(dict.fromkeys(wanted))
    if options.format != "text":
        msg = f"--format must be left out for a run, which has --json, got {options.format}"
        raise InvalidInputError(msg)
    require_metrics(names)
    _require_device(options.device)
    if options.inception is not None:  # before hours of other metrics
        require_published(options.inception)
    earlier = read_evaluation(options.run)
    run = load_run(options.run, best=options.best, device=options.device, data_dir=options.data_dir)
    splits: tuple[Split, ...] = ("test", "validation", "train")
    split = options.split or next(name for name in splits if getattr(run.data, name) is not None)
    settings = Options(
        split=split,
        k=options.k,
        draws=options.draws,
        samples=options.samples,
        batch_size=options.batch_size,
        inception=options.inception,
        seed=options.seed,
    )
    with stages(len(names), terminal=sys.stderr.isatty()) as tell:
        evaluation = measured(run, names, settings, best=options.best, tell=tell)
    entries = evaluation.entries
    try:
        write_whole(options.run / EVALUATION, evaluation.joined(earlier).to_text().encode())
    finally:  # in a folder of somebody else's, too, it took hours
        if options.json:
            print("".join(line(record) for entry in entries for record in entry.records), end="")
        else:
            print(format_evaluation(evaluation, entries))
    print(options.run / EVALUATION, file=sys.stderr)
    return 0


def _require_device(name: str) -> None:
    import torch  # noqa: PLC0415

    if name != "cpu" and not (name.startswith("cuda") and torch.cuda.is_available()):
        msg = f"--device must be cpu, or cuda where torch finds a GPU, got {name!r}"
        raise InvalidInputError(msg)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        msg = f"must be at least 1, got {value}"
        raise argparse.ArgumentTypeError(msg)
    return value


if __name__ == "__main__":
    sys.exit(main())
