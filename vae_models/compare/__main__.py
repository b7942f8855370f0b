"""The command that sets a run beside the theory.

python -m vae_models.compare RUN_DIR [--split train] [--examples N] [--best] [--out FILE]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vae_models.compare.records import COMPARISON
from variational.command_line import Parser, ending_well
from variational.errors import InvalidInputError, VaeproofError


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m vae_models.compare",
        description="Distance of a run to the non-parametric optimum, and measured quantities beside theorems' bounds.",
    )
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help="folder of a run")
    parser.add_argument("--split", choices=("train", "validation", "test"), default="train", help="default: train")
    parser.add_argument("--examples", type=int, default=1000, metavar="N", help="at most so many; default 1000")
    parser.add_argument("--seed", type=int, default=0, help="of every draw; default 0")
    parser.add_argument("--best", action="store_true", help="the weights of the best evaluation, not the last ones")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"the record; default RUN_DIR/{COMPARISON}")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Compare and return the exit status: 0, 1 for a run that cannot be read, 2 for a wrong command line."""
    options = build_parser().parse_args(argv)
    from vae_models.compare.report import render  # noqa: PLC0415  torch takes a second to load
    from vae_models.compare.run import compare_run  # noqa: PLC0415
    from vae_models.files import write_whole  # noqa: PLC0415
    from vae_models.runs import load_run  # noqa: PLC0415
    from vae_models.validation import require_count  # noqa: PLC0415

    try:
        require_count("--examples", options.examples, least=2)
        run = load_run(options.run, best=options.best)
        comparison = compare_run(run, split=options.split, count=options.examples, seed=options.seed)
        target = options.out or options.run / COMPARISON
        try:
            write_whole(target, comparison.to_text().encode())
        finally:
            print(render(comparison))
    except BrokenPipeError:  # an OSError, but no fault of the user
        raise
    except InvalidInputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (VaeproofError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"\n{target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
