"""Rule for limits of formulas in real variables."""

from collections.abc import Mapping
from typing import Any

from variational.domains import Domain
from variational.errors import CertificateError
from variational.recheck import finding
from variational.recheck.approach import INFINITE, Approach
from variational.recheck.arithmetic import UndefinedError
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of
from variational.recheck.proofs import Checker, read_statement
from variational.recheck.reading import mapping_of, rationals, text_of
from variational.recheck.reals import Region, order
from variational.recheck.rules_real import inserted
from variational.records import Status


def limit(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check ``expr -> value``; where refuted, another limit."""
    domain, region = read_statement(formal)
    tends = mapping_of(formal, "tends")
    approach = Approach(domain=domain, region=region, tends={name: text_of(tends, name) for name in tends})
    expression, stated = inserted(domain, text_of(formal, "expr")), text_of(formal, "value")
    checker = Checker()
    for piece in pieces_of(evidence, "limit"):
        reached = text_of(piece, "value")
        if status is Status.PROVED and reached != stated:
            msg = f"the evidence shows the limit {reached}, the statement says {stated}"
            raise CertificateError(msg)
        approach.require_limit(checker, expression, reached, piece)
        if status is Status.REFUTED:
            _require_apart(stated, reached, domain, approach.rest, piece)
    text = "the bounds and their limits hold" if checker.steps else "the limit is visible from the leading terms"
    return found_at([*checker.levels, finding.DECISION], text)


def _require_apart(stated: str, reached: str, domain: Domain, region: Region, piece: Mapping[str, Any]) -> None:
    """Refuse two limits that do not differ at the recorded values of the other variables."""
    if stated in INFINITE or reached in INFINITE:
        if stated == reached:
            msg = "both limits are the same"
            raise CertificateError(msg)
        return
    point = rationals(mapping_of(piece, "values", optional=True))
    region.admits(point)
    try:
        same = order(inserted(domain, stated), inserted(domain, reached), point) == 0
    except UndefinedError as error:
        msg = f"a limit has no value at the recorded point: {error}"
        raise CertificateError(msg) from error
    if same:
        msg = "both limits are the same at the recorded values"
        raise CertificateError(msg)
