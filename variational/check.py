"""Command: judge the claims of a paper and compare the verdicts with the recorded ones."""

import contextlib
import importlib.util
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from variational.command_line import WRONG_COMMAND_LINE, Parser, complain, ending_well, suggest
from variational.errors import InvalidInputError, VaeproofError
from variational.papers import registry
from variational.records import Claim, Status, Verdict

if TYPE_CHECKING:  # rich, SymPy and z3 are loaded only where they are needed: --help stays fast
    from variational.claim_report import Judged

Outcome = tuple[Verdict, float]  # with the seconds it took
CONJUNCTION = "all"  # the kind of a claim that is made of others
WORKERS = 2
HANDFUL = 4  # claims that one process judges sooner than two can start
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
    form.add_argument("--markdown", action="store_true", help="the result table of the README")
    parser.add_argument(
        "--list", action="store_true", help="list the claims with their recorded verdicts, judge nothing"
    )
    parser.add_argument("--claim", metavar="ID", action="append", default=[], help="this claim only (may be repeated)")
    parser.add_argument("--symbolic", action="store_true", help="exact methods only, no numeric certificates")
    parser.add_argument("--strict", action="store_true", help="status 1 also where a printed claim is not PROVED")
    parser.add_argument("--certificates", metavar="DIR", type=Path, help="save one certificate a claim in DIR")
    parser.add_argument("--update", metavar="FILE", type=Path, help="put the result table between the markers of FILE")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Check the chosen claims and return the exit status."""
    parser = build_parser()
    options = parser.parse_args(argv)
    if options.list and (options.markdown or options.update or options.certificates):
        parser.error("--list judges nothing, so it goes with --json and --claim only")
    try:
        chosen = choose(options.targets, options.claim)
        if options.list:
            show_list(chosen, as_json=options.json)
            return 0
        require_places(options.certificates, options.update)
        results = judge_all(chosen)
        contradictions: tuple[str, ...] = ()
        if not options.symbolic:
            results, contradictions = with_numeric_certificates(results, quiet=options.json)
        save(results, certificates=options.certificates, update=options.update)
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
    report(results, as_json=options.json, as_markdown=options.markdown, quiet=options.update is not None)
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


def judge_all(claims: Sequence[Claim]) -> list["Judged"]:
    """Return the outcomes in the order of the claims; what several conjunctions share is judged once."""
    from variational.claim_report import Judged  # noqa: PLC0415

    simple = {part.id: part for claim in claims for part in simple_parts(claim)}
    with progress(len(simple)) as advance:
        judge_them = _one_by_one if len(simple) <= HANDFUL else _in_parallel
        known = dict(zip(simple, judge_them(tuple(simple.values()), advance), strict=True))
    outcomes = [(claim, *combined(claim, known)) for claim in claims]
    return [Judged(claim=claim, verdict=verdict, seconds=seconds) for claim, verdict, seconds in outcomes]


def simple_parts(claim: Claim) -> Iterator[Claim]:
    """Yield the claims that ``claim`` is the conjunction of, or the claim itself."""
    if claim.formal["kind"] != CONJUNCTION:
        yield claim
        return
    for name in claim.formal["of"]:
        yield from simple_parts(registry.find_claim(name))


def combined(claim: Claim, known: Mapping[str, Outcome]) -> Outcome:
    """Return the verdict on ``claim``, from those on its simple parts, and the seconds they took together."""
    if claim.formal["kind"] != CONJUNCTION:
        return known[claim.id]
    from variational.decide import combine  # noqa: PLC0415

    parts = [registry.find_claim(name) for name in claim.formal["of"]]
    outcomes = [combined(part, known) for part in parts]
    verdict = combine([(part, found) for part, (found, _) in zip(parts, outcomes, strict=True)])
    return verdict, sum(seconds for _, seconds in outcomes)


def timed_verdict(claim: Claim) -> Outcome:
    """Return the verdict on a claim and the seconds it took."""
    from variational.decide import judge  # noqa: PLC0415

    start = time.perf_counter()
    try:
        verdict = judge(claim, registry.find_claim)
    except VaeproofError as error:
        verdict = Verdict(status=Status.UNDECIDED, reason=f"the judge stopped: {error}")
    return verdict, time.perf_counter() - start


def _one_by_one(claims: Sequence[Claim], advance: Callable[[], None]) -> list[Outcome]:
    outcomes = []
    for claim in claims:
        outcomes.append(timed_verdict(claim))
        advance()
    return outcomes


def _in_parallel(claims: Sequence[Claim], advance: Callable[[], None]) -> list[Outcome]:
    pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))
    try:
        with _ctrl_c_ignored():  # the workers inherit it: Ctrl-C is for this process to handle
            waiting: list[Future[Outcome]] = [pool.submit(timed_verdict, claim) for claim in claims]
        outcomes = []
        for future in waiting:
            outcomes.append(future.result())
            advance()
    except BaseException:  # Ctrl-C included: nobody waits for what is being judged
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    pool.shutdown()
    return outcomes


@contextlib.contextmanager
def _ctrl_c_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error where that is a terminal; yields what advances it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("judging", total=total)
        yield lambda: bar.advance(task)


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


def require_places(certificates: Path | None, update: Path | None) -> None:
    """Refuse, before anything is judged, a place where the outcome could not be written.

    Raises:
        InvalidInputError: Where the file to update lacks the markers.
        OSError: Where the folder cannot be made or the file cannot be read.
    """
    from variational.claim_report import replace_table  # noqa: PLC0415

    if update is not None:
        replace_table(update.read_text(encoding="utf-8"), "")
    if certificates is not None:
        certificates.mkdir(parents=True, exist_ok=True)


def save(results: Sequence["Judged"], *, certificates: Path | None, update: Path | None) -> None:
    """Write one certificate a claim into a folder, and the result table into a file."""
    from variational.certificates import certificate, write, write_text  # noqa: PLC0415
    from variational.claim_report import markdown, replace_table  # noqa: PLC0415

    if certificates is not None:
        for judged in results:
            write(certificate(judged.claim, judged.verdict), certificates)
    if update is not None:
        write_text(update, replace_table(update.read_text(encoding="utf-8"), markdown(results)))


def report(results: Sequence["Judged"], *, as_json: bool, as_markdown: bool, quiet: bool) -> None:
    """Print the results; ``quiet`` leaves out the text for people."""
    from variational import claim_report  # noqa: PLC0415

    if as_json:
        for judged in results:
            print(claim_report.to_json(judged))
    elif as_markdown:
        print(claim_report.markdown(results), end="")
    elif not quiet:
        claim_report.show(results)


def exit_status(results: Sequence["Judged"], *, strict: bool) -> int:
    """Return 0 where every verdict is the recorded one (and, if strict, every printed claim is proved), else 1."""
    differs = any(not judged.as_recorded for judged in results)
    unproved = any(judged.claim.printed_claim and judged.verdict.status is not Status.PROVED for judged in results)
    return int(differs or (strict and unproved))


if __name__ == "__main__":
    sys.exit(main())
