"""One certificate: reading its text, comparing it with the registry, and applying the rule of its kind."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from variational.errors import CertificateError, VaeproofError
from variational.recheck import bracket, digest, finding
from variational.recheck.finding import Finding, Formal, Pieces
from variational.recheck.reading import text_of, texts_of
from variational.recheck.rules import NUMBERS, RULES
from variational.records import DENSITIES, DISCRETE_X, FINITE, SCHEMA, SPACES, Claim, Status, joint_spaces, worst

FindClaim = Callable[[str], Claim]
CONJUNCTION = "all"
STEPS = "steps"
DECIDED = frozenset({Status.PROVED, Status.REFUTED})
MOST_PARTS = 64


def read_certificate(text: str) -> Mapping[str, Any]:
    """Return the JSON object in ``text``.

    Raises:
        CertificateError: Where the text is no JSON object, repeats a field, or holds nan or an infinity.
    """
    try:
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        msg = f"no JSON: {error.msg} in line {error.lineno}, column {error.colno}; the file may be truncated"
        raise CertificateError(msg) from error
    except (RecursionError, ValueError) as error:
        msg = f"no JSON that can be read: {error}"
        raise CertificateError(msg) from error
    if not isinstance(found, Mapping):
        msg = f"a certificate is a JSON object, got {type(found).__name__}"
        raise CertificateError(msg)
    return found


def check_certificate(certificate: Mapping[str, Any], find_claim: FindClaim) -> Finding:
    """Return what was re-checked of ``certificate``.

    Args:
        certificate: The JSON object of one file.
        find_claim: Returns the claim of an id, or raises InvalidInputError.

    Raises:
        CertificateError: In one line, where the certificate was altered or does not show its status.
    """
    if certificate.get("schema") != SCHEMA:
        msg = f"schema must be {SCHEMA!r}, got {certificate.get('schema')!r}"
        raise CertificateError(msg)
    if certificate.get(digest.FIELD) != digest.digest(certificate):
        msg = "the digest does not match the content: the file was edited or damaged"
        raise CertificateError(msg)
    text_of(certificate, "reason")
    try:
        claim = find_claim(text_of(certificate, "id"))
        _require_printed(certificate, claim)
        return check_part(certificate, claim, find_claim)
    except CertificateError:
        raise
    except RecursionError as error:
        msg = "a formula is nested too deeply"
        raise CertificateError(msg) from error
    except (VaeproofError, ArithmeticError) as error:
        raise CertificateError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def check_part(part: Mapping[str, Any], claim: Claim, find_claim: FindClaim) -> Finding:
    """Return what was re-checked of one claim: its formal statement, its status and its evidence.

    Raises:
        CertificateError: Where the statement is not the registered one or the evidence does not show the status.
    """
    formal, status, evidence = part.get("formal"), _status(part), _evidence(part)
    if formal != as_json(claim.formal):
        msg = f"the formal statement is not the registered one of {claim.id}"
        raise CertificateError(msg)
    spaces = _spaces(part)
    instances, evidence = bracket.apart(evidence)
    outcomes = bracket.check_brackets(formal, instances) if instances else ()
    bracket.require_consistent(formal, status, spaces, outcomes)
    if outcomes and all(piece.get("kind") == finding.ARGUMENT for piece in evidence):
        if spaces != (FINITE,):
            msg = f"instances live on finite spaces, the verdict names {', '.join(spaces)}"
            raise CertificateError(msg)
        return bracket.rest_on_brackets(formal, status, outcomes)
    found = _by_kind(claim, status, spaces, evidence, find_claim)
    if not outcomes:
        return found
    levels = tuple(level for level in finding.LEVELS if level in {finding.ENCLOSURE, *found.levels})
    return Finding(levels=levels, text=f"{found.text}; {len(outcomes)} optima enclosed")


def _by_kind(claim: Claim, status: Status, spaces: tuple[str, ...], evidence: Pieces, find_claim: FindClaim) -> Finding:
    """Apply the rule for the kind of the formal statement."""
    kind = str(claim.formal["kind"])
    if kind == CONJUNCTION:
        return _conjunction(claim.formal, status, spaces, evidence, find_claim)
    if status in {Status.SUPPORTED, Status.DOUBTED}:
        msg = f"no rule re-checks the status {status.value} without an instance"
        raise CertificateError(msg)
    if status not in DECIDED:
        return Finding(levels=(finding.NONE,), text="the certificate claims nothing")
    _require_spaces(claim.formal, status, spaces)
    if kind == STEPS:
        return _steps(claim, status, spaces, evidence, find_claim)
    if kind not in RULES:
        msg = f"no rule re-checks statements of kind {kind!r}"
        raise CertificateError(msg)
    return RULES[kind](as_json(claim.formal), status, evidence)


def _spaces(part: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the spaces that a verdict names."""
    spaces = texts_of(part, "spaces")
    if not spaces or not set(spaces) <= set(SPACES):
        msg = f"'spaces' must name some of {', '.join(SPACES)}, got {list(spaces)}"
        raise CertificateError(msg)
    return spaces


def _require_spaces(formal: Formal, status: Status, spaces: tuple[str, ...]) -> None:
    """Refuse a verdict that names spaces on which its evidence says nothing.

    A proof holds on the spaces of the statement. A witness lives on a finite space; the Gaussian instance
    has two data points and a real latent variable, and the same numbers on two unit intervals. A statement about
    numbers mentions no space: it is true or false whatever they are.
    """
    claimed = texts_of(formal, "spaces") or SPACES
    kind = formal["kind"]
    if status is Status.PROVED or kind in {*NUMBERS, STEPS}:
        allowed, needed = claimed, set(claimed)
    elif kind == "optimum":  # the code is finite; the lemmas and the argument carry it to the other spaces
        allowed, needed = claimed, {FINITE} & set(claimed)
    elif kind == "gaussian-bound":
        allowed, needed = (DISCRETE_X, DENSITIES), {DISCRETE_X}
    else:
        allowed, needed = (FINITE,), {FINITE}
    if not needed <= set(spaces) <= set(allowed):
        named = ", ".join(spaces)
        msg = f"a {status.value} statement of kind {kind!r} holds on {', '.join(allowed)}, the verdict names {named}"
        raise CertificateError(msg)


def as_json(formal: Formal) -> Any:
    """Return a formal statement as it reads after a round trip through JSON."""
    return json.loads(json.dumps(formal, allow_nan=False, default=_plain))


def _conjunction(
    formal: Formal, status: Status, spaces: tuple[str, ...], evidence: Pieces, find_claim: FindClaim
) -> Finding:
    """Re-check every part; the status is the worst one."""
    wanted = list(texts_of(formal, "of"))
    pieces = [piece for piece in evidence if piece.get("kind") != finding.ARGUMENT]
    if [piece.get("id") for piece in pieces] != wanted or any(piece.get("kind") != "part" for piece in pieces):
        msg = f"the parts must be {', '.join(wanted)}, in this order"
        raise CertificateError(msg)
    if not wanted or len(wanted) > MOST_PARTS:
        msg = f"a conjunction has 1 to {MOST_PARTS} parts, got {len(wanted)}"
        raise CertificateError(msg)
    found = [check_part(piece, find_claim(text_of(piece, "id")), find_claim) for piece in pieces]
    statuses = [_status(piece) for piece in pieces]
    if worst(statuses) is not status:
        msg = f"the status is {status.value}, the worst of the parts is {worst(statuses).value}"
        raise CertificateError(msg)
    joined = joint_spaces([(one, _spaces(piece)) for one, piece in zip(statuses, pieces, strict=True)])
    if spaces != joined:
        msg = f"the verdict names {', '.join(spaces)}, its parts hold together on {', '.join(joined)}"
        raise CertificateError(msg)
    levels = tuple(level for level in finding.LEVELS if any(level in part.levels for part in found))
    shown = ", ".join(f"{piece['id']} {part.value}" for piece, part in zip(pieces, statuses, strict=True))
    return Finding(levels=levels, text=f"{len(found)} parts re-checked: {shown}")


def _steps(claim: Claim, status: Status, spaces: tuple[str, ...], evidence: Pieces, find_claim: FindClaim) -> Finding:
    """Re-check steps that an argument in words joins; the argument must stand there, and is not checked."""
    formal = claim.formal
    if status.value != formal.get("concludes"):
        msg = f"the steps conclude {formal.get('concludes')}, the certificate says {status.value}"
        raise CertificateError(msg)
    pieces = [piece for piece in evidence if piece.get("kind") != finding.ARGUMENT]
    words = [piece.get("shows") for piece in evidence if piece.get("kind") == finding.ARGUMENT]
    if words != [text_of(formal, "argument")]:
        msg = "the argument that joins the steps is not the registered one"
        raise CertificateError(msg)
    if not 0 < len(pieces) == len(formal["steps"]) <= MOST_PARTS or any(p.get("kind") != "step" for p in pieces):
        msg = f"the statement has {len(formal['steps'])} steps, the certificate {len(pieces)}"
        raise CertificateError(msg)
    found = []
    for piece, step in zip(pieces, formal["steps"], strict=True):
        if _status(piece) is not Status.PROVED or not set(spaces) <= set(_spaces(piece)):
            msg = "every step is proved, on the spaces that the verdict names"
            raise CertificateError(msg)
        found.append(check_part(piece, dataclasses.replace(claim, formal=step), find_claim))
    levels = [finding.ARGUMENT, *(level for part in found for level in part.levels)]
    return finding.found_at(levels, f"{len(found)} steps re-checked; the argument that joins them is not checked")


def _require_printed(certificate: Mapping[str, Any], claim: Claim) -> None:
    """Refuse another wording, source or hypothesis than the registered one, where the file repeats it."""
    registered = {
        "printed": claim.printed,
        "source": str(claim.source),
        "assumptions": list(claim.assumptions),
        "corrected_by": claim.corrected_by,
    }
    for field, value in registered.items():
        if field in certificate and certificate[field] != value:
            msg = f"{field!r} is not the registered one of {claim.id}"
            raise CertificateError(msg)


def _status(part: Mapping[str, Any]) -> Status:
    try:
        return Status(part.get("status"))
    except ValueError as error:
        msg = f"'status' must be one of {', '.join(s.value for s in Status)}, got {part.get('status')!r}"
        raise CertificateError(msg) from error


def _evidence(part: Mapping[str, Any]) -> Pieces:
    evidence = part.get("evidence")
    if not isinstance(evidence, list) or not all(isinstance(piece, Mapping) for piece in evidence):
        msg = "'evidence' must be a list of objects"
        raise CertificateError(msg)
    return evidence


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a field is given twice"
        raise CertificateError(msg)
    return found


def _refuse_constant(name: str) -> NoReturn:
    msg = f"{name} is no number of a certificate"
    raise CertificateError(msg)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"a formal statement holds {type(value).__name__}, which JSON cannot keep"
    raise CertificateError(msg)
