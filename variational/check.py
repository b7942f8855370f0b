"""Command: judge the claims of a paper and compare the verdicts with the recorded ones."""

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from variational.command_line import WRONG_COMMAND_LINE, Parser, complain, ending_well, suggest
from variational.errors import InvalidInputError
from variational.judging import judge_all
from variational.papers import registry
from variational.records import Claim, Status

if TYPE_CHECKING:  # rich, SymPy and z3 are loaded only where they are needed: --help stays fast
    from variational.cache import Store
    from variational.claim_report import Judged

PAGES = ("update", "html", "findings", "collapse")
NO_NUMERIC = "note: the package numeric is not installed, so the verdicts rest on exact methods only"


def build_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m variational.check",
        description="Judge every claim of a paper, with evidence that 'python -m variational.verify' re-checks.",
        epilog="Exit status 0: every verdict is the recorded one; 1: some verdict differs, a numeric certificate "
        "contradicts a proof, or with --strict a printed claim is not PROVED; 2: wrong command line; 130: interrupted.",
    )
    parser.add_argument("targets", metavar="TARGET", nargs="+", help=f"one of {', '.join(registry.TARGETS)}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--markdown", action="store_true", help="the tables of docs/verdicts.md")
    parser.add_argument(
        "--list", action="store_true", help="list the claims with their recorded verdicts, judge nothing"
    )
    parser.add_argument("--claim", metavar="ID", action="append", default=[], help="this claim only (may be repeated)")
    parser.add_argument("--symbolic", action="store_true", help="exact methods only, no numeric certificates")
    parser.add_argument("--strict", action="store_true", help="status 1 also where a printed claim is not PROVED")
    parser.add_argument("--certificates", metavar="DIR", type=Path, help="save one certificate a claim in DIR")
    parser.add_argument("--update", metavar="FILE", type=Path, help="renew the tables between the markers of FILE")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write one page with everything, for a browser")
    parser.add_argument("--findings", metavar="FILE", type=Path, help="write the page of the main findings (Markdown)")
    parser.add_argument(
        "--collapse", metavar="FILE", type=Path, help="write the page on when optima collapse (Markdown)"
    )
    parser.add_argument("--fresh", action="store_true", help="judge every claim anew, whatever the cache holds")
    parser.add_argument(
        "--cache", metavar="DIR", type=Path, help="folder of stored verdicts, each re-checked before it is taken"
    )
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Check the chosen claims and return the exit status."""
    parser = build_parser()
    options = parser.parse_args(argv)
    pages = {form: getattr(options, form) for form in PAGES}
    if options.list and (options.markdown or options.certificates or any(pages.values())):
        parser.error("--list judges nothing, so it goes with --json and --claim only")
    try:
        chosen = choose(options.targets, options.claim)
        if options.list:
            show_list(chosen, as_json=options.json)
            return 0
        require_needed(chosen, pages)
        require_places(options.certificates, pages)
        results = judge_all(chosen, store=open_cache(options.cache, fresh=options.fresh))
        contradictions: tuple[str, ...] = ()
        if not options.symbolic:
            results, contradictions = with_numeric_certificates(results, quiet=options.json)
        save(results, certificates=options.certificates, pages=pages)
    except BrokenPipeError:  # an OSError, but no fault of the user
        raise
    except InvalidInputError as error:
        complain(" ".join(str(error).split()))
        return WRONG_COMMAND_LINE
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
        return WRONG_COMMAND_LINE
    except BrokenProcessPool:
        complain("a process that judged claims ended by itself (out of memory?); nothing was written")
        return 1
    report(results, as_json=options.json, as_markdown=options.markdown, quiet=any(pages.values()))
    for line in contradictions:
        complain(line)
    return max(int(bool(contradictions)), exit_status(results, strict=options.strict))


def choose(targets: Sequence[str], ids: Sequence[str]) -> tuple[Claim, ...]:
    """Return the claims of the targets, each once, or those of them that are named.

    Raises:
        InvalidInputError: For an unknown target, or a claim that the targets do not hold.
    """
    found = {claim.id: claim for target in targets for claim in registry.claims(target)}
    for name in ids:
        if name not in found:
            paper = registry.find_claim(name).id.partition(":")[0]  # says so if there is no such claim anywhere
            msg = f"claim {name!r} belongs to {paper!r}, not to {' '.join(targets)}{suggest(name, found)}"
            raise InvalidInputError(msg)
    return tuple(claim for claim in found.values() if not ids or claim.id in ids)


def show_list(claims: Sequence[Claim], *, as_json: bool) -> None:
    """Print the claims with what is recorded of them."""
    from variational import claim_report  # noqa: PLC0415

    if as_json:
        for claim in claims:
            print(claim_report.list_json(claim))
    else:
        claim_report.show_list(claims)


def open_cache(folder: Path | None, *, fresh: bool) -> "Store | None":
    """Return the cache of verdicts, or None, with a note, where it cannot be written to."""
    from variational import cache  # noqa: PLC0415

    place = cache.default_folder(os.environ) if folder is None else folder
    try:
        return cache.open_store(place, reading=not fresh)
    except OSError as error:
        print(f"note: no cache of verdicts: {error.filename or place}: {error.strerror}", file=sys.stderr)
        return None


def with_numeric_certificates(results: list["Judged"], *, quiet: bool) -> tuple[list["Judged"], tuple[str, ...]]:
    """Return the results with numeric certificates attached, and a line for each that contradicts a proof.

    The results are unchanged where nothing makes certificates.
    """
    from variational.claim_report import Judged  # noqa: PLC0415

    if not _has_numeric_certificates():
        if not quiet:
            print(NO_NUMERIC, file=sys.stderr)
        return results, ()
    from numeric.certify import attach_certificates, contradiction  # noqa: PLC0415 - the one upward import

    attached = attach_certificates([(judged.claim, judged.verdict) for judged in results])
    found = [
        Judged(claim=claim, verdict=verdict, seconds=judged.seconds)
        for judged, (claim, verdict) in zip(results, attached, strict=True)
    ]
    lines = (contradiction(claim, verdict) for claim, verdict in attached)
    return found, tuple(line for line in lines if line is not None)


def _has_numeric_certificates() -> bool:
    """Tell whether numeric.certify is there; a package numeric without it changes nothing."""
    try:
        return importlib.util.find_spec("numeric.certify") is not None
    except ModuleNotFoundError:  # not even the package
        return False


def require_needed(claims: Sequence[Claim], pages: Mapping[str, Path | None]) -> None:
    """Refuse to write a page without the claims that it needs."""
    from variational import collapse_page, findings  # noqa: PLC0415

    for form, needed in (("findings", findings.needed), ("collapse", collapse_page.needed)):
        if pages[form] is not None:
            needed(claims)


def require_places(certificates: Path | None, pages: Mapping[str, Path | None]) -> None:
    """Refuse, before anything is judged, a place where the outcome could not be written.

    Raises:
        InvalidInputError: Where the file to update lacks the markers, or a page would replace a folder.
        OSError: Where a folder cannot be made or the file cannot be read.
    """
    from variational import verdict_tables  # noqa: PLC0415

    for form, file in pages.items():
        if file is None:
            continue
        if form == "update":
            verdict_tables.blocks_in(file.read_text(encoding="utf-8"))
        elif file.is_dir():
            msg = f"{file}: is a folder, --{form} writes a file"
            raise InvalidInputError(msg)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
    if certificates is not None:
        certificates.mkdir(parents=True, exist_ok=True)


def save(results: Sequence["Judged"], *, certificates: Path | None, pages: Mapping[str, Path | None]) -> None:
    """Write one certificate a claim into a folder, and each page that is asked for into its file."""
    from variational.certificates import certificate, write, write_text  # noqa: PLC0415

    if certificates is not None:
        for judged in results:
            write(certificate(judged.claim, judged.verdict), certificates)
    for form, file in pages.items():
        if file is not None:
            write_text(file, page(form, results, file))


def page(form: str, results: Sequence["Judged"], file: Path) -> str:
    """Return the text of a page: for a browser, of findings, of collapse, or ``file`` with its tables renewed."""
    from variational import collapse_page, findings, html_report, verdict_tables  # noqa: PLC0415

    if form == "html":
        return html_report.page(results, registry.find_claim)
    if form == "findings":
        return findings.page(results)
    if form == "collapse":
        return collapse_page.page(results, registry.find_claim)
    return verdict_tables.updated(file.read_text(encoding="utf-8"), results)


def report(results: Sequence["Judged"], *, as_json: bool, as_markdown: bool, quiet: bool) -> None:
    """Print the results; ``quiet`` leaves out the text for people."""
    from variational import claim_report, verdict_tables  # noqa: PLC0415

    if as_json:
        for judged in results:
            print(claim_report.to_json(judged))
    elif as_markdown:
        print(verdict_tables.full(results), end="")
    elif not quiet:
        claim_report.show(results)


def exit_status(results: Sequence["Judged"], *, strict: bool) -> int:
    """Return 0 where every verdict is the recorded one (and, if strict, every printed claim is proved), else 1."""
    differs = any(not judged.as_recorded for judged in results)
    unproved = any(judged.claim.printed_claim and judged.verdict.status is not Status.PROVED for judged in results)
    return int(differs or (strict and unproved))


if __name__ == "__main__":
    sys.exit(main())
