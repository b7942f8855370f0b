"""Re-checks of single pieces of evidence: decisions, lemmas with a slack, explicit codes, identities."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from variational.errors import CertificateError
from variational.recheck import finding, logs
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.conditions import read_relations
from variational.recheck.exact import Evaluator, parse
from variational.recheck.finding import Pieces, seed_of
from variational.recheck.pointwise import prove
from variational.recheck.reading import mapping_of, read_space, recorded_value, text_of, texts_of
from variational.recheck.rules_decision import check_decision
from variational.recheck.rules_pointwise import equality
from variational.recheck.signature import signature
from variational.recheck.signs import AT_LEAST_ZERO, Signs

OPERATOR = {-1: "<", 0: "=", 1: ">"}


def check_pieces(evidence: Pieces, allowed: Sequence[str], *, own: Sequence[str] = ()) -> tuple[str, ...]:
    """Re-check every piece by its kind and return the levels reached.

    Args:
        evidence: All pieces of a certificate.
        allowed: Relations that decisions may use as hypotheses.
        own: Kinds that the calling rule checks itself.

    Raises:
        CertificateError: Where a piece fails or is of an unknown kind.
    """
    reached: set[str] = set()
    for piece in evidence:
        kind = piece.get("kind")
        if kind in own:
            continue
        if kind == finding.DECISION:
            reached |= set(check_decision_within(piece, allowed))
        elif kind == finding.IDENTITY:
            formal = {"lhs": text_of(piece, "lhs"), "rhs": text_of(piece, "rhs")}
            prove(equality(formal, formal["lhs"], formal["rhs"]), seed=seed_of(formal))
            reached.add(finding.IDENTITY)
        elif kind == "inequality":
            check_lemma(piece)
            reached.add(finding.IDENTITY)
        elif kind == "code":
            check_code(piece)
            reached.add(finding.WITNESS)
        elif kind == finding.ARGUMENT:
            reached.add(finding.ARGUMENT)
        else:
            msg = f"evidence of kind {kind!r} is not known to this rule"
            raise CertificateError(msg)
    return tuple(level for level in finding.LEVELS if level in reached)


def check_decision_within(piece: Mapping[str, Any], allowed: Sequence[str]) -> tuple[str, ...]:
    """Re-check ``given => then``, its hypotheses drawn from ``allowed``; both legs are required.

    Raises:
        CertificateError: Where a hypothesis is not allowed, z3 disagrees, or no exact certificate stands beside it.
    """
    given, then = texts_of(piece, "given"), text_of(piece, "then")
    foreign = [text for text in given if text not in allowed]
    if foreign:
        msg = f"the decision uses {foreign[0]!r}, which the statement does not assume"
        raise CertificateError(msg)
    (conclusion,) = read_relations([then])
    if not check_decision(piece, read_relations(given), conclusion):
        msg = f"the decision {then!r} has no exact certificate beside z3"
        raise CertificateError(msg)
    return finding.DECISION, finding.IDENTITY


def check_lemma(piece: Mapping[str, Any]) -> None:
    """Re-check ``lhs >= rhs`` for all densities: the difference is a slack that is visibly non-negative."""
    if piece.get("relation") != ">=":
        msg = f"a lemma reads lhs >= rhs, got the relation {piece.get('relation')!r}"
        raise CertificateError(msg)
    left, right, slack = (text_of(piece, field) for field in ("lhs", "rhs", "slack"))
    _require_slack(f"({left})-({right})", slack)


@functools.lru_cache(maxsize=256)
def _require_slack(gap: str, slack: str) -> None:
    """Check the identity and the sign once for each text: many claims rest on the same lemmas."""
    prove(equality({}, gap, slack), seed=seed_of({"gap": gap, "slack": slack}))
    if Signs().of(parse(slack)) not in AT_LEAST_ZERO:
        msg = f"the slack {slack!r} is not visibly nonnegative"
        raise CertificateError(msg)


def check_code(piece: Mapping[str, Any]) -> None:
    """Recompute the exact values recorded for an explicit code, and their order where one is recorded."""
    values = piece.get("values")
    if not isinstance(values, list) or not values:
        msg = "'values' must be a list of formulas with their values"
        raise CertificateError(msg)
    found = [value_on(piece, text_of(entry, "formula")) for entry in values]
    for entry, value in zip(values, found, strict=True):
        space = read_space(mapping_of(piece, "space"), signature([]))
        recorded = logs.lift(recorded_value(text_of(entry, "value"), Evaluator(space, TrueLogarithms())))
        if recorded != value:
            msg = f"the recorded value of {entry['formula']} is {recorded}, recomputed {value}"
            raise CertificateError(msg)
    if "relation" in piece and piece["relation"] != OPERATOR[logs.sign(found[0] - found[1])]:
        msg = f"the recorded order is {piece['relation']!r}, recomputed {OPERATOR[logs.sign(found[0] - found[1])]!r}"
        raise CertificateError(msg)


def value_on(piece: Mapping[str, Any], text: str) -> logs.LogPolynomial:
    """Return the exact value of a formula without free points on the space of a piece."""
    node = parse(text)
    space = read_space(mapping_of(piece, "space"), signature([node]))
    return logs.lift(Evaluator(space, TrueLogarithms()).value(node, {}))
