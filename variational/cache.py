"""The cache of verdicts: a stored verdict counts only if nothing it rests on changed and the verifier accepts it again.

An entry belongs to one *state* (the source of the packages that judge, the versions of the libraries, the version
of Python) and to one *content* (the claim with its hints and every claim that it names). Only PROVED and REFUTED
are stored, and an entry is a certificate that the verifier re-checks each time it is read, so that an entry that
was altered, damaged or put in the place of another is worth nothing: the claim is then judged anew.
"""

import contextlib
import dataclasses
import enum
import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from variational.certificates import certificate, file_name, write_text
from variational.errors import CertificateError, InvalidInputError, VaeproofError
from variational.recheck.digest import fingerprint
from variational.records import Claim, Evidence, Status, Verdict

SCHEMA = "vaeproof.cache/1"
VARIABLE = "VAEPROOF_CACHE"
LIBRARIES = ("sympy", "mpmath", "z3-solver", "python-flint", "numpy", "scipy")
DATA = "papers"  # claims are data, and their content is hashed; their files are not, so that an edit costs one verdict
KEPT_STATES = 4
STATE_NAME = re.compile(r"[0-9a-f]{32}")
STORED = frozenset({Status.PROVED, Status.REFUTED})  # what the verifier can re-check

FindClaim = Callable[[str], Claim]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """A folder of entries and the state they must belong to.

    Attributes:
        folder: Where the states lie, one folder each.
        state: What :func:`judging_state` returned before anything was judged.
        reading: Whether stored verdicts are taken; they are written in any case.
    """

    folder: Path
    state: str
    reading: bool = True

    @property
    def entries(self) -> Path:
        """The folder of the entries of this state."""
        return self.folder / self.state[:32]


def default_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the cache: ``VAEPROOF_CACHE``, else ``vaeproof`` in the cache folder of the user.

    Args:
        environment: Environment variables; an empty or relative ``XDG_CACHE_HOME`` is ignored, as its standard asks.

    Example:
        >>> str(default_folder({"VAEPROOF_CACHE": "/tmp/verdicts"}))
        '/tmp/verdicts'
    """
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    home = environment.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "vaeproof"


def open_store(folder: Path, *, reading: bool) -> Store:
    """Return the store in ``folder``, made if it is missing; states not used for long are removed.

    Raises:
        OSError: Where the folder cannot be written to.
    """
    store = Store(folder=folder, state=judging_state(), reading=reading)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store.entries.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=store.entries):
        pass
    os.utime(store.entries)  # used now
    states = [path for path in folder.iterdir() if STATE_NAME.fullmatch(path.name) and path.is_dir()]
    for path in sorted(states, key=_last_use, reverse=True)[KEPT_STATES:]:
        shutil.rmtree(path, ignore_errors=True)
    return store


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed by another run
        return 0.0


def judging_state() -> str:
    """Return a fingerprint of all that a verdict rests on beside the claim: source, libraries, Python."""
    return fingerprint({"code": source_digest(), "libraries": versions(), "python": platform.python_version()})


def source_digest() -> str:
    """Return a fingerprint of the source of ``variational``, and of ``numeric`` where certificates come from there.

    The claims are left out: what they hold is hashed claim by claim (see :func:`content`).
    """
    packages = ["variational", *(["numeric"] if _has_numeric_certificates() else [])]
    return fingerprint({name: _package_digest(Path(folder)) for name in packages for folder in _folders(name)})


def _has_numeric_certificates() -> bool:
    return any((Path(folder) / "certify.py").is_file() for folder in _folders("numeric"))


def _folders(package: str) -> list[str]:
    found = importlib.util.find_spec(package)
    return list((found and found.submodule_search_locations) or ())


def _package_digest(folder: Path) -> dict[str, str]:
    """Return the digest of each source file of a package by its path within the package."""
    files = (path for path in sorted(folder.rglob("*.py")) if path.relative_to(folder).parts[0] != DATA)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of the libraries that judge and re-check."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def content(claim: Claim, find_claim: FindClaim) -> str:
    """Return a fingerprint of a claim: all its fields, and those of every claim that it names, however deep.

    Raises:
        TypeError: Where a claim holds what has no unambiguous text.
    """
    reached: dict[str, Any] = {}
    waiting = [claim]
    while waiting:
        one = waiting.pop()
        if one.id in reached:
            continue
        reached[one.id] = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
        for text in {*_texts(one.formal), *_texts(one.hints)}:
            if ":" in text:  # what an id looks like
                with contextlib.suppress(InvalidInputError):
                    waiting.append(find_claim(text))
    return fingerprint(_plain(reached))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON can keep it; only types whose text says everything pass."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    msg = f"{type(value).__name__} cannot be part of the key of a cache"
    raise TypeError(msg)


def load(store: Store, claim: Claim, find_claim: FindClaim) -> Verdict | None:
    """Return the stored verdict on ``claim``, re-checked by the verifier, or None.

    Nothing that is wrong with an entry is an error: it is as if the entry were not there.
    """
    if not store.reading:
        return None
    from variational.recheck.certificate import check_certificate, read_certificate  # noqa: PLC0415 - loads z3

    try:
        entry = read_certificate((store.entries / file_name(claim.id)).read_text(encoding="utf-8"))
        expected = {"schema": SCHEMA, "state": store.state, "content": content(claim, find_claim)}
        if {name: entry.get(name) for name in expected} != expected:
            return None
        found = entry.get("certificate")
        if not isinstance(found, Mapping) or found.get("id") != claim.id:
            return None
        verdict = _verdict(found)
        check_certificate(found, lambda name: claim if name == claim.id else find_claim(name))
    except (OSError, ValueError, TypeError, VaeproofError):
        return None
    return verdict if verdict.status in STORED else None


def keep(store: Store, claim: Claim, verdict: Verdict, find_claim: FindClaim) -> None:
    """Store a verdict, unless it is none that can be re-checked or the source was edited meanwhile.

    Raises:
        OSError: Where the entry cannot be written.
    """
    if verdict.status not in STORED or judging_state() != store.state:
        return
    try:
        key = content(claim, find_claim)
        found = certificate(claim, verdict)
    except (TypeError, ValueError):  # what has no exact text is judged each time
        return
    entry = {"schema": SCHEMA, "state": store.state, "content": key, "certificate": found}
    write_text(store.entries / file_name(claim.id), json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n")


def _verdict(found: Mapping[str, Any]) -> Verdict:
    """Return the verdict that a certificate states.

    Raises:
        CertificateError: Where a field is missing.
    """
    try:
        pieces = [dict(piece) for piece in found["evidence"]]
        evidence = tuple(Evidence(kind=piece.pop("kind"), shows=piece.pop("shows"), data=piece) for piece in pieces)
        status, spaces = Status(found["status"]), tuple(found["spaces"])
        return Verdict(status=status, reason=found["reason"], spaces=spaces, evidence=evidence)
    except KeyError as error:
        msg = f"the field {error} is missing"
        raise CertificateError(msg) from error
