"""The command that draws figures from saved records, and joins them to one page, ``report``.

python -m figures.build [--out DIR] [NAME ...]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from figures.catalogue import FIGURES, caption_of
from figures.load import BENCHMARKS, DATA, load
from figures.report import Picture, page
from figures.style import save, title_of
from figures.tables import evaluation_table, evaluations, peers_table, study_table, trained_table
from vae_models.studies.records import read_studies
from variational.command_line import Parser, complain, ending_well, suggest
from variational.errors import InvalidInputError

REPORT = "report"  # the page that joins verdicts, figures and tables
REPORT_RECORDS = ("verdicts", "peers", "trained")
RUNS = "runs"  # folder of the evaluations of trained models, among the records
OUT = Path("docs", "figures")
MISSING = 1  # exit status where a figure could not be drawn


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = Parser(prog="python -m figures.build", description="Draw figures as PNG, SVG and PDF, with captions.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures (default: all)")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where they go (default: %(default)s)")
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="folder of records (default: those kept here)"
    )
    parser.add_argument(
        "--benchmarks", type=Path, default=BENCHMARKS, metavar="DIR", help="folder of the benchmarks' records"
    )
    parser.add_argument("--list", action="store_true", help="name the figures and the records they read")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Draw, and return the exit status: 0; 1 if a record is missing or refused; 2 for a wrong command line."""
    parser = build_parser()
    options = parser.parse_args(argv)
    known = (*FIGURES, REPORT)
    for name in options.names:
        if name not in known:
            parser.error(f"no figure {name}; there are {', '.join(known)}{suggest(name, known)}")
    names = options.names or list(known)
    if options.list:
        for name in names:
            print(f"{name:15} {', '.join(FIGURES[name].records if name in FIGURES else REPORT_RECORDS)}")
        return 0
    status = 0
    for number, name in enumerate(names, start=1):
        try:
            make = _join if name == REPORT else _draw
            paths = make(name, options.out, options.data, options.benchmarks)
            print(f"[{number}/{len(names)}] {', '.join(str(path) for path in paths)}")
        except BrokenPipeError:  # an OSError, but no fault of the user
            raise
        except (InvalidInputError, OSError) as error:
            complain(f"{name}: {error}")
            status = MISSING
    return status


def _draw(name: str, out: Path, data: Path, benchmarks: Path) -> tuple[Path, ...]:
    figure = FIGURES[name].draw({record: load(record, data, benchmarks) for record in FIGURES[name].records})
    out.mkdir(parents=True, exist_ok=True)
    caption = out / f"{name}.txt"
    caption.write_text(caption_of(name, title_of(figure)), encoding="utf-8")
    return (*save(figure, out / name), caption)


def _join(name: str, out: Path, data: Path, benchmarks: Path) -> tuple[Path, ...]:
    """Write the page from pictures that are there already."""
    verdicts, peers, trained = (load(record, data, benchmarks) for record in REPORT_RECORDS)
    tables = [
        trained_table(trained),
        peers_table(peers),
        *(study_table(one) for one in read_studies(data)),
        *(evaluation_table(one) for one in evaluations(data / RUNS)),
    ]
    path = out / f"{name}.html"
    path.write_text(page(verdicts, [_picture(figure, out) for figure in FIGURES], tables), encoding="utf-8")
    return (path,)


def _picture(name: str, out: Path) -> Picture:
    try:
        svg, caption = (out / f"{name}.svg").read_bytes(), (out / f"{name}.txt").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        msg = f"picture {error.filename} is missing; make it by: python -m figures.build {name} --out {out}"
        raise InvalidInputError(msg) from error
    return Picture(name=name, svg=svg, caption=caption)


if __name__ == "__main__":
    sys.exit(main())
