"""Judge of relations between small rational matrices, by SymPy's matrices."""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from variational import balls
from variational.errors import InvalidInputError, NotCoveredError
from variational.formula import BUILT_IN, Call, Name, Node, Num, Op
from variational.grammar import parse_relation, render
from variational.judge_real import spaces_of
from variational.records import Evidence, Status, Verdict
from variational.translate import to_sympy

Formal = Mapping[str, Any]


def matrix(formal: Formal, hints: Mapping[str, Any]) -> Verdict:
    """Judge relations between fixed matrices, or for all (some) matrices of a size by the witness in ``hints``."""
    free = [name for name, entry in formal["matrices"].items() if isinstance(entry, str)]
    witness = hints.get("witness", {})
    exists = bool(formal.get("exists"))
    if set(witness) != set(free):
        reason = f"a witness for {', '.join(free)} is missing; statements about all matrices are not proved here"
        return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces_of(formal))
    entries = {name: entry for name, entry in formal["matrices"].items() if name not in free}
    known = {
        name: sp.Matrix([[sp.Rational(e) for e in row] for row in rows])
        for name, rows in {**entries, **witness}.items()
    }
    meets = all(_holds(text, known) for text in formal.get("given", ()))
    kept = all(_holds(text, known) for text in formal["then"])
    if not meets or (free and kept != exists):
        reason = "the given matrices decide nothing"
        return Verdict(status=Status.UNDECIDED, reason=reason, spaces=spaces_of(formal))
    at = ", ".join(f"{name} = {rows}" for name, rows in witness.items())
    reason = f"{'; '.join(formal['then'])} {'holds' if kept else 'fails'}{' at ' + at if at else ''}"
    evidence = Evidence(kind="matrices", shows=reason, data={"entries": dict(witness)})
    status = Status.PROVED if kept else Status.REFUTED
    return Verdict(status=status, reason=reason, spaces=spaces_of(formal), evidence=(evidence,))


def _holds(text: str, known: Mapping[str, sp.Matrix]) -> bool:
    operator, left, right = parse_relation(text)
    first, second = _value(left, known), _value(right, known)
    gap = first - second
    if isinstance(gap, sp.MatrixBase):
        if operator in {"=", "!="}:
            return bool(gap.is_zero_matrix) == (operator == "=")
        signed = gap if operator[0] == ">" else -gap
        return bool(signed.is_symmetric()) and bool(
            signed.is_positive_definite if len(operator) == 1 else signed.is_positive_semidefinite
        )
    sign = _sign(sp.sympify(gap))
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "=": sign == 0, "!=": sign != 0}[operator]


def _sign(number: sp.Expr) -> int:
    exact = sp.simplify(number)
    if exact.is_Rational:
        return int(sp.sign(exact))
    ball = balls.enclose(number, {})
    if ball > 0 or ball < 0:
        return 1 if ball > 0 else -1
    msg = f"the sign of {number} is open"
    raise NotCoveredError(msg)


def _value(node: Node, known: Mapping[str, sp.Matrix]) -> Any:
    match node:
        case Num(value):
            return sp.Rational(value.numerator, value.denominator)
        case Name(name) if name in known:
            return known[name]
        case Op(mark, left, right):
            a, b = _value(left, known), _value(right, known)
            if mark == "-" and isinstance(b, sp.MatrixBase) and a == 0:
                return -b
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "^": lambda: a**b}[
                mark
            ]()
        case Call("identity", (size,)):
            return sp.eye(int(_value(size, known)))
        case Call(name, (inner,)) if name in {"det", "trace", "inverse", "transpose"}:
            found = _value(inner, known)
            return {"det": found.det, "trace": found.trace, "inverse": found.inv, "transpose": found.transpose}[name]()
        case Call(name, (inner,)) if name in BUILT_IN:
            argument = sp.Symbol("u", real=True)
            return to_sympy(Call(name, (Name("u"),))).subs(argument, _value(inner, known))
    msg = f"{render(node)} has no meaning between matrices"
    raise InvalidInputError(msg)
