"""Command: re-check saved certificates with none of the code that derived them."""

import argparse
import json
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from variational.command_line import ending_well
from variational.errors import CertificateError

if TYPE_CHECKING:
    from variational.recheck.certificate import FindClaim

LARGEST_FILE = 20_000_000
WIDTH = 80
MEANING = {
    "identity": "exact equality at random rational points, logarithms formal (a true identity always passes, "
    "a false one fails but for a chance coincidence)",
    "digits": "agreement to 60 places at random rational points, where exp or a root leaves no exact arithmetic",
    "decision": "z3 on a query rebuilt from the statement and on the recorded one",
    "enclosure": "ball arithmetic",
    "witness": "a counterexample recomputed exactly",
    "argument": "words, not checked by machine",
    "none": "the certificate claims nothing",
}
NOT_CLAIMED = (
    "Not claimed: that the formal statement is what the paper means, that a statement checked on finite spaces "
    "carries over to other spaces, or anything about arguments, reasons and captions in words."
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m variational.verify",
        description="Re-check saved certificates with none of the code that derived them.",
        epilog="Exit status 0: every certificate shows its status; 1: one does not; 2: wrong command line, "
        "no such file, or no certificate in a directory.",
    )
    parser.add_argument("paths", metavar="FILE|DIR", nargs="+", type=Path, help="certificates, or directories of them")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Check the chosen certificates and return the exit status."""
    parser = build_parser()
    options = parser.parse_args(argv)
    try:
        files = find_files(options.paths)
    except CertificateError as error:
        parser.error(str(error))
    from variational.papers.registry import find_claim  # noqa: PLC0415 - keeps --help fast

    results = [check_file(file, find_claim) for file in files]
    for result in results:
        print(json.dumps(result, ensure_ascii=False) if options.json else format_text(result))
    print(summary(results), file=sys.stderr if options.json else sys.stdout)
    return int(not all(result["ok"] for result in results))


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, with every JSON file below a directory.

    Raises:
        CertificateError: Where a path does not exist or a directory holds no JSON file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.json") if file.is_file())
            if not inside:
                msg = f"no certificate (*.json) in the directory {path}"
                raise CertificateError(msg)
            files += inside
        elif path.is_file():
            files.append(path)
        else:
            msg = f"no such file or directory: {path}"
            raise CertificateError(msg)
    return list(dict.fromkeys(files))


def check_file(file: Path, find_claim: "FindClaim") -> dict[str, object]:
    """Return the outcome for one file as a JSON object."""
    from variational.recheck.certificate import check_certificate, read_certificate  # noqa: PLC0415 - loads z3

    start = time.perf_counter()
    outcome: dict[str, object] = {"file": str(file), "id": None, "status": None, "ok": False, "level": None}
    try:
        certificate = read_certificate(_read(file))
        outcome |= {name: _name(certificate.get(name)) for name in ("id", "status")}
        found = check_certificate(certificate, find_claim)
        outcome |= {"ok": True, "level": found.level, "text": found.text}
    except CertificateError as error:
        outcome["text"] = " ".join(str(error).split())
    return {**outcome, "seconds": round(time.perf_counter() - start, 3)}


def format_text(result: dict[str, object]) -> str:
    """Return the line for one certificate; below a failed one, why and which file."""
    if result["ok"]:
        word = "none" if result["level"] == "none" else "OK"
        return f"{word:6}  {result['id']!s:34} {result['status']!s:9} {result['level']}"
    first = f"FAILED  {result['id'] or result['file']!s:34} {result['status'] or ''}".rstrip()
    return "\n".join([first, *_wrapped(f"{result['text']} ({result['file']})", indent=8)])


def summary(results: Sequence[dict[str, object]]) -> str:
    """Return what was checked, at which level, and what is not claimed."""
    failed = sum(not result["ok"] for result in results)
    levels = Counter(level for result in results if result["ok"] for level in str(result["level"]).split("+"))
    lines = ["", f"{len(results)} certificates: {len(results) - failed} re-checked, {failed} failed."]
    for level, meaning in MEANING.items():
        if levels[level]:
            lines += _wrapped(f"{level}: {meaning}", indent=7, first=f"  {levels[level]:4d} ")
    return "\n".join([*lines, *_wrapped(NOT_CLAIMED, indent=0)])


def _wrapped(text: str, *, indent: int, first: str | None = None) -> list[str]:
    margin = " " * indent
    initial = margin if first is None else first
    return textwrap.wrap(text, WIDTH, initial_indent=initial, subsequent_indent=margin, break_long_words=False)


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            msg = f"larger than {LARGEST_FILE} bytes"
            raise CertificateError(msg)
        return file.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"cannot be read: {error.strerror}"
        raise CertificateError(msg) from error
    except UnicodeDecodeError as error:
        msg = "is no UTF-8 text"
        raise CertificateError(msg) from error


def _name(value: object) -> str | None:
    return value if isinstance(value, str) else None


if __name__ == "__main__":
    sys.exit(main())
