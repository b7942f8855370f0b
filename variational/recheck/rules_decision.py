"""Rules for inequalities and for statements about all values of parameters."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational.errors import CertificateError
from variational.formula import Node
from variational.grammar import render
from variational.recheck import finding, smt
from variational.recheck.arithmetic import UndefinedError
from variational.recheck.conditions import Relation, broken, read_relations
from variational.recheck.exact import Space, parse, read_definitions
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, seed_of
from variational.recheck.pointwise import prove
from variational.recheck.reading import mapping_of, rationals, text_of, texts_of
from variational.recheck.rules_pointwise import equality, refuted, require_same
from variational.recheck.signature import signature
from variational.recheck.signs import AT_LEAST_ZERO, Sign, Signs
from variational.records import Status

GREATER = frozenset({">", ">="})
ORDERS = frozenset({"<", "<=", ">", ">="})
DOMAINS = {"real": (), "positive": ("{} > 0",), "nonnegative": ("{} >= 0",)}


def inequality(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check an inequality: a slack that is visibly nonnegative, or a witness that breaks it."""
    left, right, relation = (text_of(formal, field) for field in ("lhs", "rhs", "relation"))
    if relation not in ORDERS:
        msg = f"'relation' must be one of {', '.join(sorted(ORDERS))}, got {relation!r}"
        raise CertificateError(msg)
    if status is Status.REFUTED:
        return refuted(equality(formal, left, right, operator=relation), evidence, seed_of(formal))
    definitions = read_definitions(mapping_of(formal, "where", optional=True))
    signs = Signs(read_relations(texts_of(formal, "conditions")), definitions, decide=smt.decide_sign)
    checked = 0
    for piece in pieces_of(evidence, "inequality"):
        require_same(piece, formal, ("lhs", "rhs", "relation"))
        slack = text_of(piece, "slack")
        gap = f"({left})-({right})" if relation in GREATER else f"({right})-({left})"
        checked = prove(equality(formal, gap, slack), seed=seed_of(formal, slack))
        _require_sign(signs.of(parse(slack)), slack, strict=relation in {"<", ">"})
    text = f"the difference equals a slack of visible sign, exactly at {checked} random points"
    return Finding(levels=(finding.IDENTITY,), text=text)


def universal(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check a statement about all values of its variables."""
    problem = _Universal(formal)
    if status is Status.REFUTED:
        return _skolem(problem, evidence) if problem.exists else _point(problem, evidence)
    pieces = pieces_of(evidence, finding.DECISION)
    for piece in pieces:
        fixed = _formulas(piece, problem.exists, ()) if problem.exists else {}
        chosen = [
            relation for relation in problem.given if problem.exists and _within(relation, problem.exists)
        ]
        given = _replace([relation for relation in problem.given if relation not in chosen], fixed)
        then = _replace([*problem.then, *chosen], fixed)
        query = smt.universal_query(given, then)
        if not smt.unsatisfiable(*query):
            msg = "the statement is not true for all values: z3 finds a counterexample"
            raise CertificateError(msg)
        recorded = smt.read_smtlib(text_of(piece, "smtlib"), problem.names)
        if not smt.unsatisfiable(*recorded):
            msg = "the recorded SMT-LIB query is satisfiable"
            raise CertificateError(msg)
    legs = [_second_leg(problem, piece, formal) for piece in pieces]
    if any(legs):
        text = "z3 decides the rebuilt and the recorded query, and a slack of visible sign agrees"
        return Finding(levels=(finding.DECISION, finding.IDENTITY), text=text)
    return Finding(
        levels=(finding.DECISION,), text="z3 decides the rebuilt and the recorded query, one leg only"
    )


class _Universal:
    """A formal statement of this kind, read."""

    def __init__(self, formal: Formal) -> None:
        variables = mapping_of(formal, "variables")
        self.names = tuple(sorted(variables))
        self.exists = texts_of(formal, "exists")
        domains = []
        for name, domain in variables.items():
            if domain not in DOMAINS:
                msg = f"the variable {name!r} must be one of {', '.join(DOMAINS)}, got {domain!r}"
                raise CertificateError(msg)
            domains += [shape.format(name) for shape in DOMAINS[domain]]
        self.given = (*read_relations(domains), *read_relations(texts_of(formal, "given")))
        self.then = read_relations(texts_of(formal, "then"))
        if not self.then:
            msg = "the statement asserts nothing: 'then' is empty"
            raise CertificateError(msg)
        used = signature([side for relation in (*self.given, *self.then) for side in relation.sides])
        unknown = (set(used.parameters) - set(self.names)) | (set(self.exists) - set(self.names))
        if unknown or used.shapes or used.points:
            msg = f"the statement uses {', '.join(sorted({*unknown, *used.shapes}))}, not among its variables"
            raise CertificateError(msg)


def _point(problem: _Universal, evidence: Pieces) -> Finding:
    for piece in pieces_of(evidence, "point"):
        values = rationals(mapping_of(piece, "values"))
        if set(values) != set(problem.names):
            msg = f"the point must give {', '.join(problem.names)}, it gives {', '.join(sorted(values))}"
            raise CertificateError(msg)
        _require_counterexample(problem, values)
    return Finding(
        levels=(finding.WITNESS,), text="the point meets the hypotheses and breaks a conclusion, exactly"
    )


def _require_counterexample(problem: _Universal, values: Mapping[str, Fraction]) -> None:
    space = Space(sizes={"x": 1, "z": 1}, functions={}, parameters=values)
    try:
        failed = broken(problem.given, space)
        if failed is not None:
            msg = f"the point does not meet {failed.text!r}"
            raise CertificateError(msg)
        if broken(problem.then, space) is None:
            msg = "the point meets every conclusion, so it refutes nothing"
            raise CertificateError(msg)
    except UndefinedError as error:
        msg = f"the statement has no value at the point: {error}"
        raise CertificateError(msg) from error


def _skolem(problem: _Universal, evidence: Pieces) -> Finding:
    """For every value of the existential variables the other ones are chosen so that a conclusion fails."""
    others = [name for name in problem.names if name not in problem.exists]
    for piece in pieces_of(evidence, "skolem"):
        chosen = _formulas(piece, others, problem.exists)
        domain = [relation for relation in problem.given if _within(relation, problem.exists)]
        hypotheses = _replace([relation for relation in problem.given if relation not in domain], chosen)
        conclusions = _replace(problem.then, chosen)
        query = smt.choice_query(domain, hypotheses, conclusions)
        if not smt.unsatisfiable(*query):
            msg = "the recorded choice does not break the statement for every value"
            raise CertificateError(msg)
    text = "for every value of the existential variables the recorded choice breaks a conclusion"
    return Finding(levels=(finding.DECISION,), text=text)


def _second_leg(problem: _Universal, piece: Mapping[str, Any], formal: Formal) -> bool:
    """Check ``second``: left minus right of the single conclusion equals a slack of visible sign."""
    second = mapping_of(piece, "second", optional=True)
    if "slack" not in second:
        return False
    relation = problem.then[0]
    if len(problem.then) != 1 or relation.operator not in ORDERS:
        msg = "a slack shows a single inequality, the statement concludes something else"
        raise CertificateError(msg)
    slack = text_of(second, "slack")
    left, right = (render(side) for side in relation.sides)
    gap = f"({left})-({right})" if relation.operator in GREATER else f"({right})-({left})"
    given = {"conditions": [entry.text for entry in problem.given]}
    prove(equality(given, gap, slack), seed=seed_of(formal, slack))
    _require_sign(Signs(problem.given).of(parse(slack)), slack, strict=relation.operator in {"<", ">"})
    return True


def _require_sign(sign: Sign, slack: str, *, strict: bool) -> None:
    if sign is Sign.POSITIVE or (sign in AT_LEAST_ZERO and not strict):
        return
    msg = f"the slack {slack!r} is not visibly {'positive' if strict else 'nonnegative'}"
    raise CertificateError(msg)


def _formulas(piece: Mapping[str, Any], names: Sequence[str], allowed: Sequence[str]) -> dict[str, Node]:
    values = mapping_of(piece, "values")
    if set(values) != set(names):
        msg = f"'values' must give {', '.join(sorted(names))}, it gives {', '.join(sorted(values))}"
        raise CertificateError(msg)
    found = {name: parse(text_of(values, name)) for name in names}
    foreign = set(signature(found.values()).parameters) - set(allowed)
    if foreign:
        msg = f"'values' may use {', '.join(allowed) or 'numbers only'}, it uses {', '.join(sorted(foreign))}"
        raise CertificateError(msg)
    return found


def _replace(relations: Sequence[Relation], values: Mapping[str, Node]) -> list[Relation]:
    return [
        Relation(
            text=relation.text,
            operator=relation.operator,
            left=smt.substitute(relation.left, values),
            right=smt.substitute(relation.right, values),
        )
        for relation in relations
    ]


def _within(relation: Relation, names: Sequence[str]) -> bool:
    return set(signature(relation.sides).parameters) <= set(names)
