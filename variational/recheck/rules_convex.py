"""Rule for joint convexity of the local integrand in (p(x|z), q(z|x)).

The local part of a second variation is told apart by twins: where two points x, x' agree in every density,
the mixed second derivative at (x, x') is the non-local part, and subtracting it leaves the local one.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational import grammar
from variational.errors import CertificateError
from variational.formula import Call, Node, Op
from variational.recheck import curvature, finding, logs, smt
from variational.recheck.arithmetic import FormalLogarithms, Number, UndefinedError
from variational.recheck.conditions import Relation, broken, read_relations
from variational.recheck.exact import Evaluator, Index, Space, call_of_points, parse
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of, seed_of
from variational.recheck.pointwise import POINTS, prove, second_derivative
from variational.recheck.reading import mapping_of, rational, read_space, text_of, texts_of
from variational.recheck.rules_decision import check_decision
from variational.recheck.rules_pointwise import equality
from variational.recheck.signature import Signature, signature
from variational.recheck.spaces import random_spaces
from variational.records import Status

DECODER, ENCODER = call_of_points("p(x|z)"), call_of_points("q(z|x)")
TWIN = {"p|": call_of_points("p(x'|z)"), "q|": call_of_points("q(z|x')")}
# Names under which the densities at one point occur in the entries of the Hessian.
ATOMS = {
    "p": "p(x|z)",
    "q": "q(z|x)",
    "pd": "pd(x)",
    "pn": "pn(x)",
    "g": "gamma(z)",
    "prior": "p(z)",
    "noise_prior": "n(z)",
}
HERE = {"x": 0, "x'": 1, "z": 0}
TWIN_SIZES = ((3, 2), (4, 2), (3, 3))


def convex(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check the joint convexity of an objective's local integrand, or a line along which it is not convex."""
    functional = grammar.functional(text_of(formal, "objective"))
    conditions = read_relations(texts_of(formal, "conditions"))
    if status is Status.REFUTED:
        for piece in pieces_of(evidence, "direction"):
            _check_direction(functional, conditions, piece)
        text = "the second derivative along a feasible line that keeps the aggregate is negative, exactly"
        return Finding(levels=(finding.WITNESS,), text=text)
    legs = []
    for piece in pieces_of(evidence, finding.DECISION):
        entries = check_hessian(functional, conditions, piece, seed=seed_of(formal))
        legs.append(check_minors(entries, conditions, piece))
    beside = ", with slacks of visible sign" if all(legs) else ", one leg only"
    text = "the local Hessian agrees with exact second derivatives and z3 decides its minors" + beside
    return Finding(levels=(finding.IDENTITY, finding.DECISION), text=text)


def check_hessian(
    functional: str, conditions: Sequence[Relation], piece: Mapping[str, Any], *, seed: int
) -> tuple[Node, Node, Node]:
    """Return the recorded entries (pp, pq, qq) once they agree with second derivatives at random points.

    Raises:
        CertificateError: Where an entry differs.
    """
    entries = _entries(piece)
    body = parse(functional)
    known = signature([body, *(parse(text) for text in ATOMS.values())])
    names = signature([*entries, *(side for relation in conditions for side in relation.sides)]).parameters
    parameters = tuple(sorted({*known.parameters, *names} - set(ATOMS)))
    needed = Signature(shapes=known.shapes, parameters=parameters, points=())
    spaces = random_spaces(needed, seed=seed, sizes=TWIN_SIZES)
    checked = 0
    for draw, space in zip(range(10 * POINTS), spaces, strict=False):
        twins = _with_twins(space)
        evaluator = Evaluator(twins, FormalLogarithms(seed + draw))
        local = Space(sizes=twins.sizes, functions={}, parameters={**twins.parameters, **_atoms(evaluator)})
        if broken(conditions, local) is not None:
            continue
        try:
            true = [_local(evaluator, body, a, b) for a, b in ((DECODER,) * 2, (DECODER, ENCODER), (ENCODER,) * 2)]
            recorded = Evaluator(local, evaluator.arithmetic)
            printed = [recorded.value(entry, {}) for entry in entries]
            determinant = recorded.value(parse(text_of(piece, "determinant")), {})
        except UndefinedError:
            continue
        if true != printed or determinant != true[0] * true[2] - true[1] * true[1]:
            msg = "the recorded Hessian is not the local part of the second variation"
            raise CertificateError(msg)
        checked += 1
        if checked >= POINTS:
            return entries
    msg = "the recorded Hessian is undefined, or the conditions fail, at almost every random point"
    raise CertificateError(msg)


def check_minors(entries: tuple[Node, Node, Node], conditions: Sequence[Relation], piece: Mapping[str, Any]) -> bool:
    """Return whether each decision on a minor has a slack beside z3, once all minors are shown nonnegative.

    Raises:
        CertificateError: Where a minor may be negative, or a recorded decision does not hold.
    """
    pp, pq, qq = entries
    minors = (pp, qq, Op("-", Op("*", pp, qq), Op("*", pq, pq)))
    used = set(signature([*entries, *(side for relation in conditions for side in relation.sides)]).parameters)
    positive = read_relations(f"{name} > 0" for name in ATOMS if name in used)
    given = [*conditions, *positive]
    decisions = piece.get("decisions")
    if not isinstance(decisions, list) or len(decisions) != len(minors):
        msg = "'decisions' must hold one entry for each principal minor"
        raise CertificateError(msg)
    legs = []
    for minor, decision in zip(minors, decisions, strict=True):
        shown = read_relations([text_of(decision, "then")])[0]
        extra = read_relations(f"{name} > 0" for name in ATOMS if name not in used)
        legs.append(check_decision(decision, [*given, *extra], shown))
        aim = Relation(text="a principal minor is nonnegative", operator=">=", left=minor, right=parse("0"))
        # without the conditions: the decided relation itself has to carry the minor, so that both legs reach it
        if not smt.unsatisfiable(*smt.universal_query([*positive, shown], [aim])):
            msg = f"{shown.text!r} does not make the principal minor nonnegative"
            raise CertificateError(msg)
    return all(legs)


def _check_direction(functional: str, conditions: Sequence[Relation], piece: Mapping[str, Any]) -> None:
    recorded, space, direction = (
        text_of(piece, "functional"),
        mapping_of(piece, "space"),
        mapping_of(piece, "direction"),
    )
    prove(equality({}, recorded, functional), seed=seed_of({"functional": recorded}))
    here = read_space(space, signature([parse(functional)]))
    failed = broken(conditions, here)
    if failed is not None:
        msg = f"the point does not meet {failed.text!r}"
        raise CertificateError(msg)
    second = curvature.second_along(parse(functional), space, direction)
    if str(second) != text_of(piece, "second"):
        msg = f"the recorded second derivative is {piece['second']}, recomputed {second}"
        raise CertificateError(msg)
    if logs.sign(second) >= 0:
        msg = f"the second derivative along the line is {second}, not negative"
        raise CertificateError(msg)
    for z, row in enumerate(direction.get("q|", ())):
        moved = sum((here.functions["pd"][x,] * rational(step) for x, step in enumerate(row)), Fraction(0))
        if moved != 0:
            msg = f"the line moves the aggregate at z = {z}, so it says nothing of the local integrand"
            raise CertificateError(msg)


def _entries(piece: Mapping[str, Any]) -> tuple[Node, Node, Node]:
    rows = piece.get("hessian")
    if not isinstance(rows, list) or [len(row) for row in rows if isinstance(row, list)] != [2, 2]:
        msg = "'hessian' must be a 2 x 2 list of formulas"
        raise CertificateError(msg)
    (pp, pq), (qp, qq) = (texts_of({"row": row}, "row") for row in rows)
    if pq != qp:
        msg = f"the Hessian is not symmetric: {pq} and {qp}"
        raise CertificateError(msg)
    return parse(pp), parse(pq), parse(qq)


def _local(evaluator: Evaluator, functional: Node, first: Call, second: Call) -> Number:
    """Return the second derivative at one point, less the one at its twin."""
    at_twin = TWIN[second.key]
    same = second_derivative(evaluator, {}, functional, (first, second), HERE)
    return same - second_derivative(evaluator, {}, functional, (first, at_twin), HERE)


def _with_twins(space: Space) -> Space:
    """Make the second x a copy of the first in every function, with the normalisations kept."""
    functions: dict[str, dict[Index, Fraction]] = {}
    for key, table in space.functions.items():
        place = {"q|": 1}.get(key, 0)
        if key in {"p", "n", "k"}:
            functions[key] = dict(table)
            continue
        copied = {
            index: table[tuple(0 if i == place and v == 1 else v for i, v in enumerate(index))] for index in table
        }
        totals: dict[Index, Fraction] = {}
        for index, value in copied.items():
            totals[index[1:]] = totals.get(index[1:], Fraction(0)) + value
        functions[key] = {index: value / totals[index[1:]] for index, value in copied.items()}
    return dataclasses.replace(space, functions=functions)


def _atoms(evaluator: Evaluator) -> dict[str, Fraction]:
    values = {name: evaluator.value(parse(text), HERE) for name, text in ATOMS.items()}
    return {name: Fraction(int(value.p), int(value.q)) for name, value in values.items()}
