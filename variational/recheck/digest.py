"""The digest of a certificate: it detects accidental edits, the rules detect deliberate ones."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIELD = "digest"


def digest(certificate: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of every field of ``certificate`` except the digest itself.

    Args:
        certificate: A JSON object; the order of its fields and the indentation of the file do not matter.

    Example:
        >>> digest({"a": 1, "digest": "anything"}) == digest({"a": 1})
        True
    """
    return fingerprint({name: value for name, value in certificate.items() if name != FIELD})


def fingerprint(value: Any) -> str:
    """Return the SHA-256, in hexadecimal, of the canonical JSON text of ``value``."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
