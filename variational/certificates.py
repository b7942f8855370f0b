"""Certificates: a verdict and its evidence as one JSON object, and as a file that is never half written."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from variational.recheck import digest
from variational.records import SCHEMA, Claim, Verdict


def certificate(claim: Claim, verdict: Verdict) -> dict[str, Any]:
    """Return the certificate of ``verdict``: plain JSON, equal to what a reader of the file gets.

    Args:
        claim: What was judged.
        verdict: The outcome, with its evidence.
    """
    content = {
        "schema": SCHEMA,
        "id": claim.id,
        "status": verdict.status.value,
        "spaces": verdict.spaces,
        "reason": verdict.reason,
        "formal": claim.formal,
        "evidence": [piece.to_json() for piece in verdict.evidence],
    }
    plain = dict(json.loads(json.dumps(content, allow_nan=False, default=_plain)))  # tuples become lists
    return {**plain, digest.FIELD: digest.digest(plain)}


def file_name(claim_id: str) -> str:
    """Return the name of the file of a claim.

    Example:
        >>> file_name("ncvae:thm7.corrected")
        'ncvae.thm7.corrected.json'
    """
    return claim_id.replace(":", ".") + ".json"


def write(found: Mapping[str, Any], folder: Path) -> Path:
    """Write a certificate into ``folder``, made if it is missing, and return the path of the file.

    The text goes to a temporary file first, which then takes the name in one step: whoever looks sees the
    old file, the new one or none.

    Raises:
        OSError: Where the folder cannot be written to.
    """
    path = folder / file_name(str(found["id"]))
    write_text(path, json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return path


def write_text(path: Path, text: str) -> None:
    """Replace the content of ``path`` in one step.

    Raises:
        OSError: Where the folder of ``path`` cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:  # Ctrl-C included: nothing half written stays behind
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Return the mask of the process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"{type(value).__name__} has no place in a certificate"
    raise TypeError(msg)
