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
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, require_same, seed_of
from variational.recheck.pointwise import prove
from variational.recheck.reading import mapping_of, rationals, text_of, texts_of
from variational.recheck.rules_pointwise import equality, refuted
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
    shown = [text_of(piece, "then") for piece in pieces]
    missing = [relation.text for relation in problem.then if relation.text not in shown]
    if missing:
        msg = f"no evidence decides the conclusion {missing[0]!r}"
        raise CertificateError(msg)
    return decided([_decided_piece(problem, piece) for piece in pieces])


def _decided_piece(problem: "_Universal", piece: Mapping[str, Any]) -> bool:
    """Check one conclusion; existential variables take the values of the piece."""
    fixed = _formulas(piece, problem.exists, ()) if problem.exists else {}
    chosen = [relation for relation in problem.given if problem.exists and _within(relation, problem.exists)]
    given = _replace([relation for relation in problem.given if relation not in chosen], fixed)
    for relation in _replace(chosen, fixed):
        if not smt.unsatisfiable(*smt.universal_query([], [relation])):
            msg = f"the chosen values do not meet {relation.text!r}"
            raise CertificateError(msg)
    then = _replace(read_relations([text_of(piece, "then")]), fixed)[0]
    return check_decision(piece, given, then)


def check_decision(piece: Mapping[str, Any], given: Sequence[Relation], then: Relation) -> bool:
    """Check that hypotheses imply one relation, on the query rebuilt from them and on the recorded one.

    Args:
        piece: ``{"smtlib", "slack"?}``; the slack equals the difference of the sides and is visibly of its sign.
        given: Hypotheses, from the formal statement and never from the evidence.
        then: Conclusion.

    Returns:
        Whether a slack stands beside the answer of z3.

    Raises:
        CertificateError: Where one of these fails.
    """
    recorded_given = set(texts_of(piece, "given")) - {relation.text for relation in given}
    if recorded_given:
        msg = f"the evidence uses {sorted(recorded_given)[0]!r}, which is no hypothesis of the statement"
        raise CertificateError(msg)
    if not smt.unsatisfiable(*smt.universal_query(given, [then])):
        msg = f"{then.text} does not hold for all values: z3 finds a counterexample"
        raise CertificateError(msg)
    names = signature(then.sides).parameters
    if not smt.unsatisfiable(*smt.read_smtlib(text_of(piece, "smtlib"), names)):
        msg = f"the recorded SMT-LIB query for {then.text} is satisfiable"
        raise CertificateError(msg)
    if piece.get("slack") is None:
        return _visible(given, then)
    _check_slack(text_of(piece, "slack"), given, then)
    return True


def visible_slack(given: Sequence[str], then: str) -> str | None:
    """Return a slack that needs no search, None where there is none.

    Args:
        given: Hypotheses.
        then: One relation: for an inequality the difference of its sides is the slack where its sign is visible
            from the form; for an equation that holds exactly at random admissible points it is 0.
    """
    hypotheses, conclusion = read_relations(given), read_relations([then])[0]
    if not _visible(hypotheses, conclusion):
        return None
    return "0" if conclusion.operator == "=" else _gap(conclusion)


def _visible(given: Sequence[Relation], then: Relation) -> bool:
    if then.operator == "=":
        try:
            _check_slack("0", given, then)
        except CertificateError:
            return False
        return True
    if then.operator not in ORDERS:
        return False
    found = Signs(given).of(parse(_gap(then)))
    return found is Sign.POSITIVE or (found in AT_LEAST_ZERO and then.operator in {"<=", ">="})


def _gap(then: Relation) -> str:
    """Return the difference of the sides that an inequality says is positive or nonnegative."""
    left, right = (render(side) for side in then.sides)
    return f"({right})-({left})" if then.operator in {"<", "<="} else f"({left})-({right})"


def decided(legs: Sequence[bool]) -> Finding:
    """Return the finding on several decisions, given which of them have a slack beside the answer of z3."""
    if all(legs):
        text = "z3 decides the rebuilt and the recorded query, and a slack of visible sign agrees"
        return Finding(levels=(finding.IDENTITY, finding.DECISION), text=text)
    return Finding(levels=(finding.DECISION,), text="z3 decides the rebuilt and the recorded query, one leg only")


def _check_slack(slack: str, given: Sequence[Relation], then: Relation) -> None:
    if then.operator == "!=":
        msg = f"a slack shows an equation or an inequality, the conclusion is {then.text!r}"
        raise CertificateError(msg)
    gap, equation = _gap(then), then.operator == "="
    # An identity of rational functions needs no inequalities; drawing points that meet them would be slow.
    needed = [relation for relation in given if equation or relation.operator == "="]
    conditions = [f"{render(r.left)} {r.operator} {render(r.right)}" for r in needed]
    seed = seed_of({"given": conditions, "then": then.text}, slack)
    prove(equality({"conditions": conditions}, gap, slack), seed=seed)
    sign = Signs(given).of(parse(slack))
    if equation and sign is not Sign.ZERO:
        msg = f"the slack of an equation must be 0, got {slack!r}"
        raise CertificateError(msg)
    _require_sign(sign, slack, strict=then.operator in {"<", ">"})


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
    return Finding(levels=(finding.WITNESS,), text="the point meets the hypotheses and breaks a conclusion, exactly")


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
