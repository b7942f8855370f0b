"""Rule for relations between small rational matrices, fixed ones or a witness.

``{"kind": "matrix", "matrices": {"A": [["2", "1"], ["1", "2"]], "B": "2x2"}, "given", "then", "exists"}``: a matrix is
given by its entries, or by its size; the statement then is about all matrices of that size that meet ``given``, or
with ``exists`` about some. In formulas ``det``, ``trace``, ``transpose``, ``inverse`` and ``identity(2)`` mean what
they say. ``A >= B`` between matrices: A - B is symmetric and positive semidefinite; ``>``: positive definite.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from variational.errors import CertificateError
from variational.formula import BUILT_IN, Call, Name, Node, Num, Op
from variational.grammar import render
from variational.recheck import finding
from variational.recheck.conditions import Relation, compare, read_relations
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of
from variational.recheck.reading import mapping_of, rational, texts_of
from variational.recheck.reals import constant, order
from variational.records import Status

Matrix = tuple[tuple[Fraction, ...], ...]
SIZE = re.compile(r"([1-5])x([1-5])")
MOST_ROWS = 5


def matrix(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check relations between matrices at the recorded entries, exactly."""
    declared = mapping_of(formal, "matrices")
    given, then = (read_relations(texts_of(formal, field)) for field in ("given", "then"))
    free = {name: entry for name, entry in declared.items() if isinstance(entry, str)}
    exists = formal.get("exists") is True
    if not then:
        msg = "the statement asserts nothing: 'then' is empty"
        raise CertificateError(msg)
    if free and exists != (status is Status.PROVED):
        msg = "a statement about all matrices is refuted by a witness, one about some is proved by it"
        raise CertificateError(msg)
    for piece in pieces_of(evidence, "matrices"):
        entries = mapping_of(piece, "entries")
        if set(entries) != set(free):
            msg = f"the witness must give {', '.join(free) or 'no matrix'}, it gives {', '.join(entries) or 'none'}"
            raise CertificateError(msg)
        known = {name: read_matrix(name, entry, declared) for name, entry in {**declared, **entries}.items()}
        for relation in given:
            if not holds(relation, known):
                msg = f"the matrices do not meet {relation.text!r}"
                raise CertificateError(msg)
        if all(holds(relation, known) for relation in then) != (status is Status.PROVED):
            msg = f"the relations {'fail' if status is Status.PROVED else 'hold'} at the recorded matrices"
            raise CertificateError(msg)
    return found_at([finding.WITNESS], "the relations between the matrices were evaluated exactly")


def read_matrix(name: str, entries: Any, declared: Mapping[str, Any]) -> Matrix:
    """Return a matrix of exact rational numbers, of the declared size.

    Raises:
        CertificateError: Where it is none.
    """
    rows = isinstance(entries, Sequence) and not isinstance(entries, str) and entries
    if not rows or not all(isinstance(row, Sequence) and not isinstance(row, str) for row in entries):
        msg = f"the matrix {name!r} must be a list of rows, got {entries!r}"
        raise CertificateError(msg)
    found = tuple(tuple(rational(entry) for entry in row) for row in entries)
    if len({len(row) for row in found}) != 1 or not 1 <= len(found[0]) <= MOST_ROWS or len(found) > MOST_ROWS:
        msg = f"the matrix {name!r} must have 1 to {MOST_ROWS} rows and columns, all of one length"
        raise CertificateError(msg)
    size = declared.get(name)
    if isinstance(size, str):
        wanted = SIZE.fullmatch(size)
        if wanted is None or (int(wanted[1]), int(wanted[2])) != (len(found), len(found[0])):
            msg = f"the matrix {name!r} is declared as {size!r}, got {len(found)}x{len(found[0])}"
            raise CertificateError(msg)
    return found


def holds(relation: Relation, known: Mapping[str, Matrix]) -> bool:
    """Return whether a relation between matrices or between numbers holds."""
    left, right = (evaluate(side, known) for side in relation.sides)
    if isinstance(left, tuple) and isinstance(right, tuple):
        gap = _sum(left, right, -1)
        zero = all(entry == 0 for row in gap for entry in row)
        if relation.operator in {"=", "!="}:
            return zero == (relation.operator == "=")
        signed = gap if relation.operator[0] == ">" else _scaled(gap, Fraction(-1))
        return _definite(signed, strict=len(relation.operator) == 1)
    if isinstance(left, tuple) or isinstance(right, tuple):
        msg = f"{relation.text!r} compares a matrix with a number"
        raise CertificateError(msg)
    return compare(relation.operator, order(left, right, {}))


def evaluate(node: Node, known: Mapping[str, Matrix]) -> Matrix | Node:
    """Return a matrix, or a formula without names for a number.

    Raises:
        CertificateError: Where sizes do not fit.
    """
    if isinstance(node, Num):
        return node
    if isinstance(node, Name):
        if node.id not in known:
            msg = f"{node.id!r} is no matrix of the statement"
            raise CertificateError(msg)
        return known[node.id]
    if isinstance(node, Call):
        return _call(node, known)
    if not isinstance(node, Op):
        msg = "integrals have no place here"
        raise CertificateError(msg)
    left, right = evaluate(node.left, known), evaluate(node.right, known)
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        return Op(node.symbol, left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and node.symbol in {"+", "-", "*"}:
        return _product(left, right) if node.symbol == "*" else _sum(left, right, 1 if node.symbol == "+" else -1)
    if isinstance(left, tuple) and not isinstance(right, tuple) and node.symbol in {"*", "/"}:
        factor = _number(right)
        return _scaled(left, factor if node.symbol == "*" else 1 / factor)
    if isinstance(right, tuple) and not isinstance(left, tuple):
        if node.symbol == "*":
            return _scaled(right, _number(left))
        if node.symbol == "-" and _number(left) == 0:
            return _scaled(right, Fraction(-1))
    msg = f"{render(node)} is no operation between matrices"
    raise CertificateError(msg)


def _call(call: Call, known: Mapping[str, Matrix]) -> Matrix | Node:
    inner = evaluate(call.args[0], known)
    if call.name in BUILT_IN and not isinstance(inner, tuple):
        return Call(call.name, (inner,))
    if call.name == "identity" and not isinstance(inner, tuple):
        size = _number(inner)
        if size.denominator != 1 or not 1 <= size <= MOST_ROWS:
            msg = f"identity takes a size from 1 to {MOST_ROWS}"
            raise CertificateError(msg)
        return tuple(tuple(Fraction(int(i == j)) for j in range(int(size))) for i in range(int(size)))
    if isinstance(inner, tuple):
        if call.name == "transpose":
            return tuple(zip(*inner, strict=True))
        if len(inner) == len(inner[0]):
            if call.name == "trace":
                return Num(sum((inner[i][i] for i in range(len(inner))), Fraction(0)))
            if call.name == "det":
                return Num(determinant(inner))
            if call.name == "inverse":
                return _inverse(inner)
    msg = f"{render(call)} has no meaning here"
    raise CertificateError(msg)


def determinant(entries: Matrix) -> Fraction:
    """Return the determinant by the sum over permutations."""
    size = len(entries)
    total = Fraction(0)
    for places in itertools.permutations(range(size)):
        swaps = sum(places[i] > places[j] for i, j in itertools.combinations(range(size), 2))
        term = Fraction(-1 if swaps % 2 else 1)
        for row, column in enumerate(places):
            term *= entries[row][column]
        total += term
    return total


def _definite(entries: Matrix, *, strict: bool) -> bool:
    """Return whether a matrix is symmetric and positive (semi)definite, by its principal minors."""
    size = len(entries)
    if any(entries[i][j] != entries[j][i] for i, j in itertools.combinations(range(size), 2)):
        return False
    chosen = [tuple(range(k)) for k in range(1, size + 1)]
    if not strict:
        chosen = [rows for k in range(1, size + 1) for rows in itertools.combinations(range(size), k)]
    found = [determinant(tuple(tuple(entries[i][j] for j in rows) for i in rows)) for rows in chosen]
    return all(minor > 0 if strict else minor >= 0 for minor in found)


def _inverse(entries: Matrix) -> Matrix:
    """Return the inverse by cofactors."""
    whole, size = determinant(entries), len(entries)
    if whole == 0:
        msg = "a singular matrix has no inverse"
        raise CertificateError(msg)
    if size == 1:
        return ((1 / whole,),)
    rows = []
    for i in range(size):
        row = []
        for j in range(size):
            minor = tuple(tuple(entries[a][b] for b in range(size) if b != i) for a in range(size) if a != j)
            row.append((-1) ** (i + j) * determinant(minor) / whole)
        rows.append(tuple(row))
    return tuple(rows)


def _product(left: Matrix, right: Matrix) -> Matrix:
    if len(left[0]) != len(right):
        msg = "the sizes of a product of matrices do not fit"
        raise CertificateError(msg)
    columns = list(zip(*right, strict=True))
    return tuple(tuple(sum((a * b for a, b in zip(r, c, strict=True)), Fraction(0)) for c in columns) for r in left)


def _sum(left: Matrix, right: Matrix, sign: int) -> Matrix:
    if (len(left), len(left[0])) != (len(right), len(right[0])):
        msg = "matrices that are added or compared have one size"
        raise CertificateError(msg)
    return tuple(tuple(a + sign * b for a, b in zip(r, s, strict=True)) for r, s in zip(left, right, strict=True))


def _scaled(entries: Matrix, factor: Fraction) -> Matrix:
    return tuple(tuple(factor * entry for entry in row) for row in entries)


def _number(node: Node) -> Fraction:
    found = constant(node)
    if found is None:
        msg = f"a matrix is multiplied by a rational number, got {render(node)}"
        raise CertificateError(msg)
    return found
