"""Re-checks of single pieces of evidence: decisions, lemmas with a slack, explicit codes, identities."""

from collections.abc import Mapping, Sequence
from typing import Any

from variational.errors import CertificateError
from variational.formula import Node
from variational.grammar import render
from variational.recheck import finding, logs, smt
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.conditions import read_relations
from variational.recheck.exact import Evaluator, parse
from variational.recheck.finding import Pieces, seed_of
from variational.recheck.pointwise import prove
from variational.recheck.reading import mapping_of, read_space, recorded_value, text_of, texts_of
from variational.recheck.rules_pointwise import equality
from variational.recheck.signature import signature
from variational.recheck.signs import AT_LEAST_ZERO, Sign, Signs

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
            reached |= set(check_decision(piece, allowed))
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


def check_decision(piece: Mapping[str, Any], allowed: Sequence[str]) -> tuple[str, ...]:
    """Re-check ``given => then``: by z3 on the rebuilt and the recorded query, and by the exact certificate.

    Raises:
        CertificateError: Where a hypothesis is not allowed, a query is satisfiable, or the certificate fails.
    """
    given, then = texts_of(piece, "given"), text_of(piece, "then")
    foreign = [text for text in given if text not in allowed]
    if foreign:
        msg = f"the decision uses {foreign[0]!r}, which the statement does not assume"
        raise CertificateError(msg)
    hypotheses, conclusions = read_relations(given), read_relations([then])
    if not smt.unsatisfiable(*smt.universal_query(hypotheses, conclusions)):
        msg = f"{then!r} does not follow from {', '.join(given) or 'nothing'}"
        raise CertificateError(msg)
    names = signature([side for relation in (*hypotheses, *conclusions) for side in relation.sides]).parameters
    if not smt.unsatisfiable(*smt.read_smtlib(text_of(piece, "smtlib"), names)):
        msg = "the recorded SMT-LIB query is satisfiable"
        raise CertificateError(msg)
    if piece.get("slack") is None:
        msg = f"the decision {then!r} has no exact certificate beside z3"
        raise CertificateError(msg)
    _check_certificate(given, then, text_of(piece, "slack"))
    return finding.DECISION, finding.IDENTITY


def _check_certificate(given: Sequence[str], then: str, slack: str) -> None:
    """Check that left minus right of ``then`` is ``slack`` identically, and that ``slack`` has its sign."""
    (relation,) = read_relations([then])
    left, right = (render(side) for side in relation.sides)
    gap = f"({right})-({left})" if relation.operator in {"<", "<="} else f"({left})-({right})"
    prove(equality({}, gap, slack), seed=seed_of({"gap": gap, "slack": slack}))
    if relation.operator == "=":
        _require_combination(given, parse(slack))
        return
    require_sign(Signs(read_relations(given)).of(parse(slack)), slack, strict=relation.operator in {"<", ">"})


def _require_combination(given: Sequence[str], slack: Node) -> None:
    """Accept a sum of products, each with a factor ``(left - (right))`` of an equation among the hypotheses."""
    known = set()
    for relation in read_relations(given):
        if relation.operator == "=":
            known.add(render(parse(f"{render(relation.left)} - ({render(relation.right)})")))
    for term in _summands(slack):
        if not any(render(factor) in known for factor in _product(term)):
            msg = f"the term {render(term)} of the certificate holds no hypothesis as a factor"
            raise CertificateError(msg)


def _summands(node: Node) -> list[Node]:
    symbol = getattr(node, "symbol", "")
    if symbol in {"+", "-"}:
        return [term for side in (node.left, node.right) for term in _summands(side) if render(term) != "0"]  # type: ignore[union-attr]
    return [node]


def _product(node: Node) -> list[Node]:
    if getattr(node, "symbol", "") == "*":
        return [factor for side in (node.left, node.right) for factor in _product(side)]  # type: ignore[union-attr]
    return [node]


def require_sign(sign: Sign, slack: str, *, strict: bool) -> None:
    """Refuse a slack whose sign is not visible.

    Raises:
        CertificateError: Naming the slack.
    """
    if sign is Sign.POSITIVE or (sign in AT_LEAST_ZERO and not strict):
        return
    msg = f"the slack {slack!r} is not visibly {'positive' if strict else 'nonnegative'}"
    raise CertificateError(msg)


def check_lemma(piece: Mapping[str, Any]) -> None:
    """Re-check ``lhs >= rhs`` for all densities: the difference is a slack that is visibly non-negative."""
    if piece.get("relation") != ">=":
        msg = f"a lemma reads lhs >= rhs, got the relation {piece.get('relation')!r}"
        raise CertificateError(msg)
    left, right, slack = (text_of(piece, field) for field in ("lhs", "rhs", "slack"))
    gap = f"({left})-({right})"
    prove(equality({}, gap, slack), seed=seed_of({"gap": gap, "slack": slack}))
    require_sign(Signs().of(parse(slack)), slack, strict=False)


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
