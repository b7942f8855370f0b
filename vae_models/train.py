"""The command that trains a preset, or goes on with a run that was stopped.

python -m vae_models.train PRESET [--field value ...] --out DIR
python -m vae_models.train --resume DIR [--field value ...]
python -m vae_models.train --list
python -m vae_models.train PRESET --list
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from vae_models.command_line import Task, read_task
from vae_models.errors import NonFiniteLossError
from vae_models.presets.listing import list_all, list_preset
from vae_models.presets.registry import find_preset
from variational.command_line import Parser, complain, ending_well
from variational.errors import InvalidInputError, VaeproofError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of what is no field of the configuration."""
    parser = Parser(
        prog="python -m vae_models.train",
        usage="%(prog)s PRESET [--field value ...] --out DIR | --resume DIR [--field value ...] | [PRESET] --list",
        description="Train a preset. Every field of its configuration is an option; PRESET --help lists them.",
        add_help=False,
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder of the run is made in here")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="folder of a run to go on with")
    parser.add_argument("--list", action="store_true", help="list presets and data sets, or all about PRESET")
    parser.add_argument("-h", "--help", action="store_true", help="show this, or the fields of PRESET")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Train and return the exit status: 0, 1 for a failed run, 2 for a wrong command line, 130 if interrupted."""
    parser = build_parser()
    words = list(sys.argv[1:] if argv is None else argv)
    preset = words.pop(0) if words and not words[0].startswith("-") else None
    options, fields = parser.parse_known_args(words)
    if options.list:
        return _list(preset)
    if options.help and preset is None:
        parser.print_help()
        return 0
    if preset is None and options.resume is None:
        complain("name a PRESET first, or a run to go on with by --resume DIR (--help explains)")
        return 2
    try:
        task = read_task(
            preset,
            ["--help"] if options.help else fields,
            out=options.out,
            resume=options.resume,
        )
        return _train(task)
    except BrokenPipeError:  # an OSError, but no fault of the user
        raise
    except InvalidInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except NonFiniteLossError as error:
        print(f"error: {error}; what it was computed from is in the folder of the run", file=sys.stderr)
        return 1
    except (VaeproofError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted at once; the last checkpoint stays", file=sys.stderr)
        return 130


def _list(preset: str | None) -> int:
    try:
        print(list_all() if preset is None else list_preset(find_preset(preset)))
    except InvalidInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _train(task: Task) -> int:
    from vae_models.session import run_session  # noqa: PLC0415  torch takes a second to load
    from vae_models.signals import StopRequest  # noqa: PLC0415

    def say(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    with StopRequest() as stop:
        record = run_session(task, stop=stop, say=say, terminal=sys.stderr.isatty())
    if record is None:
        return 0
    if record.outcome == "interrupted":
        again = f"python -m vae_models.train --resume {quote(str(task.folder))}"
        say(f"interrupted at step {record.step}; go on with: {again}")
        return 130
    loss = "" if record.loss is None else f", training loss {record.loss:.4f}"
    best = "" if record.best_loss is None else f", best validation loss {record.best_loss:.4f} at {record.best_step}"
    print(f"{record.outcome}: {record.step} steps in {record.seconds:.1f} s{loss}{best}")
    print(task.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
