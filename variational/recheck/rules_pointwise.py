"""Rules for identities, first variations and second derivatives."""

from collections.abc import Callable, Mapping, Sequence

from variational.errors import CertificateError
from variational.formula import Node
from variational.recheck import finding
from variational.recheck.arithmetic import Number
from variational.recheck.conditions import read_relations
from variational.recheck.exact import Evaluator, call_of_points, parse, read_definitions
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, require_same, seed_of
from variational.recheck.pointwise import Statement, derivative, prove, refute, second_derivative
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.signature import signature
from variational.records import Status


def equality(formal: Formal, left: str, right: str, *, operator: str = "=") -> Statement:
    """Return the statement that two formulas are related, pointwise in their free points.

    Args:
        formal: Supplies ``where`` and ``conditions``.
        left: Formula text.
        right: Formula text.
        operator: How the first is related to the second.
    """
    definitions = read_definitions(mapping_of(formal, "where", optional=True))
    conditions = read_relations(texts_of(formal, "conditions"))
    first, second = parse(left), parse(right)

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        return evaluator.value(first, placed), evaluator.value(second, placed)

    return Statement(
        needed=signature([first, second], definitions, beside=[s for c in conditions for s in c.sides]),
        sides=sides,
        operator=operator,
        conditions=conditions,
        definitions=definitions,
    )


def identity(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check ``lhs = rhs``: at random points where proved, at the witness where refuted."""
    left, right = text_of(formal, "lhs"), text_of(formal, "rhs")
    statement = equality(formal, left, right)
    if status is Status.REFUTED:
        return refuted(statement, evidence, seed_of(formal))
    checked = prove(statement, seed=seed_of(formal))
    for piece in pieces_of(evidence, finding.IDENTITY):
        require_same(piece, formal, ("lhs", "rhs"))
        if "form" in piece:
            _check_form(formal, left, right, text_of(piece, "form"))
    return agreed(checked)


def first_statement(formal: Formal) -> Statement:
    """Return the statement that a printed kernel is the functional derivative, by dual numbers.

    Functions of ``where`` are constants during the differentiation and inserted after it.
    """
    functional, kernel = parse(text_of(formal, "functional")), parse(text_of(formal, "kernel"))
    wrt = call_of_points(text_of(formal, "wrt"))

    def true(evaluator: Evaluator, placed: Mapping[str, int]) -> Number:
        return derivative(evaluator, evaluator.definitions, functional, wrt, placed)

    return _derived(formal, true, kernel, [wrt, functional, kernel])


def second_statement(formal: Formal) -> Statement:
    """Return the statement that a printed second derivative is the true one, by nested dual numbers.

    Raises:
        CertificateError: Where ``wrt`` does not name two entries.
    """
    functional, diagonal = parse(text_of(formal, "functional")), parse(text_of(formal, "diagonal"))
    calls = texts_of(formal, "wrt")
    if len(calls) != 2:
        msg = f"a second derivative is taken with respect to two entries, got {len(calls)}"
        raise CertificateError(msg)
    wrt = call_of_points(calls[0]), call_of_points(calls[1])

    def true(evaluator: Evaluator, placed: Mapping[str, int]) -> Number:
        return second_derivative(evaluator, evaluator.definitions, functional, wrt, placed)

    return _derived(formal, true, diagonal, [*wrt, functional, diagonal])


def first_variation(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check a printed functional derivative."""
    return _decide(first_statement(formal), formal, status, evidence, ("functional", "kernel", "wrt"))


def second_variation(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check a printed second derivative."""
    return _decide(second_statement(formal), formal, status, evidence, ("functional", "diagonal", "wrt"))


def _derived(
    formal: Formal,
    true: Callable[[Evaluator, Mapping[str, int]], Number],
    printed: Node,
    nodes: Sequence[Node],
) -> Statement:
    definitions = read_definitions(mapping_of(formal, "where", optional=True))
    conditions = read_relations(texts_of(formal, "conditions"))

    def sides(evaluator: Evaluator, placed: Mapping[str, int]) -> tuple[Number, Number]:
        return true(evaluator, placed), evaluator.value(printed, placed)

    return Statement(
        needed=signature(nodes, definitions, beside=[s for c in conditions for s in c.sides]),
        sides=sides,
        conditions=conditions,
        definitions=definitions,
        premise=true,
    )


def refuted(statement: Statement, evidence: Pieces, seed: int) -> Finding:
    """Re-check every witness in ``evidence`` and return the first finding."""
    findings = [refute(statement, piece, seed=seed) for piece in pieces_of(evidence, finding.WITNESS)]
    return findings[0]


def agreed(checked: int) -> Finding:
    """Return the finding that two sides agree at ``checked`` random points."""
    return Finding(levels=(finding.IDENTITY,), text=f"both sides agree exactly at {checked} random points")


def _decide(statement: Statement, formal: Formal, status: Status, evidence: Pieces, fields: tuple[str, ...]) -> Finding:
    if status is Status.REFUTED:
        return refuted(statement, evidence, seed_of(formal))
    for piece in pieces_of(evidence, str(formal["kind"])):
        require_same(piece, formal, fields)
    return agreed(prove(statement, seed=seed_of(formal)))


def _check_form(formal: Formal, left: str, right: str, form: str) -> None:
    """Accept the common form where it equals the left side, or the difference of the sides."""
    try:
        prove(equality(formal, left, form), seed=seed_of(formal, form))
    except CertificateError:
        prove(equality(formal, f"({left})-({right})", form), seed=seed_of(formal, form))
