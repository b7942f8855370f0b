"""What a rule of the verifier returns, and the parts every rule uses."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from variational.errors import CertificateError
from variational.recheck.digest import fingerprint
from variational.records import Status

IDENTITY = "identity"
DIGITS = "digits"
DECISION = "decision"
ENCLOSURE = "enclosure"
WITNESS = "witness"
ARGUMENT = "argument"
NONE = "none"
LEVELS = (IDENTITY, DIGITS, DECISION, ENCLOSURE, WITNESS, ARGUMENT, NONE)

Formal = Mapping[str, Any]
Pieces = Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was re-checked of one certificate.

    Attributes:
        levels: How it was checked, drawn from :data:`LEVELS`; several where legs or parts differ.
        text: One sentence.
    """

    levels: tuple[str, ...]
    text: str

    @property
    def level(self) -> str:
        """All levels on one line."""
        return "+".join(self.levels)


Rule = Callable[[Formal, Status, Pieces], Finding]


def pieces_of(evidence: Pieces, kind: str, *, beside: Sequence[str] = ()) -> list[Mapping[str, Any]]:
    """Return the pieces of evidence of one kind.

    Args:
        evidence: All pieces of a certificate.
        kind: The kind wanted; at least one piece must have it.
        beside: Further kinds that the rule checks elsewhere. Arguments in words are always allowed.

    Raises:
        CertificateError: Where no piece has the kind, or one has a kind that the rule does not check.
    """
    for piece in evidence:
        if piece.get("kind") not in {kind, ARGUMENT, *beside}:
            msg = f"evidence of kind {piece.get('kind')!r} does not show this verdict, expected {kind!r}"
            raise CertificateError(msg)
    found = [piece for piece in evidence if piece.get("kind") == kind]
    if not found:
        msg = f"the verdict needs evidence of kind {kind!r}"
        raise CertificateError(msg)
    return found


def require_same(piece: Mapping[str, Any], formal: Formal, fields: tuple[str, ...]) -> None:
    """Refuse evidence that repeats a field of the formal statement with another content.

    Raises:
        CertificateError: Naming the field.
    """
    for field in fields:
        if field in piece and piece[field] != formal.get(field):
            msg = f"the evidence is about another statement: its {field} is {piece[field]!r}"
            raise CertificateError(msg)


def found_at(levels: Iterable[str], text: str) -> Finding:
    """Return a finding with its levels in their order."""
    return Finding(levels=tuple(level for level in LEVELS if level in set(levels)), text=text)


def seed_of(formal: Formal, *more: Any) -> int:
    """Return the seed of the random points: it changes with every character of the statement."""
    return int(fingerprint([formal, *more])[:15], 16)
