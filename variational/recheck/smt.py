"""Polynomial statements put to z3: queries built from formulas, and SMT-LIB texts read back."""

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from variational.errors import CertificateError, NotCoveredError
from variational.formula import Call, Int, Name, Node, Num, Op
from variational.grammar import render
from variational.recheck.conditions import Relation
from variational.recheck.exact import AGGREGATE, BUILT_IN
from variational.recheck.signs import Sign, Signs

TIMEOUT_MS = 20_000
EXCLUSION_MS = 5_000  # of the many small questions of one proof
SEED = 7
LARGEST_TEXT = 1_000_000
MOST_EXPONENT = 24
Term = Any  # z3 ships no types


class Translation:
    """Formulas as terms of real arithmetic; what is no polynomial becomes an unknown of its own.

    Attributes:
        divisors: Every divisor met; the caller says what is known of them.
        atoms: Text of a function, integral or logarithm -> node and unknown.
        opaque: Whether functions and integrals are allowed at all.
    """

    def __init__(self, *, opaque: bool) -> None:
        """Start with no unknown."""
        self.opaque = opaque
        self.divisors: list[Term] = []
        self.atoms: dict[str, tuple[Node, Term]] = {}

    def term(self, node: Node) -> Term:
        """Return ``node`` as a term.

        Raises:
            NotCoveredError: Where a power has no small integer exponent, or a function is not allowed.
        """
        if isinstance(node, Num):
            return z3.RealVal(str(node.value))
        if isinstance(node, Name):
            return z3.Real(node.id)
        if isinstance(node, Call | Int):
            return self._atom(node)
        if node.symbol == "^":
            return self._power(node)
        left, right = self.term(node.left), self.term(node.right)
        if node.symbol == "+":
            return left + right
        if node.symbol == "-":
            return left - right
        if node.symbol == "*":
            return left * right
        self.divisors.append(right)
        return left / right

    def relation(self, relation: Relation) -> Term:
        """Return ``relation`` as a formula."""
        left, right = self.term(relation.left), self.term(relation.right)
        return {
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
            "=": left == right,
            "!=": left != right,
        }[relation.operator]

    def _atom(self, node: Call | Int) -> Term:
        text = render(node)
        if not self.opaque:
            msg = f"{text} is no polynomial"
            raise NotCoveredError(msg)
        if text not in self.atoms:
            self.atoms[text] = (node, z3.Real(f"atom!{len(self.atoms)}"))
        return self.atoms[text][1]

    def _power(self, node: Op) -> Term:
        exponent = node.right.value if isinstance(node.right, Num) else None
        negative = False
        if isinstance(node.right, Op) and node.right.symbol == "-" and isinstance(node.right.right, Num):
            negative, exponent = True, node.right.right.value
        if exponent is None or exponent.denominator != 1 or exponent > MOST_EXPONENT:
            msg = f"the exponent of {render(node)} is no small integer"
            raise NotCoveredError(msg)
        base = self.term(node.left)
        result = z3.RealVal(1)
        for _ in range(int(exponent)):
            result = result * base
        if negative:
            self.divisors.append(base)
            return z3.RealVal(1) / result
        return result


def unsatisfiable(*formulas: Term) -> bool:
    """Return whether z3 shows that no real numbers meet all ``formulas``.

    Raises:
        CertificateError: Where z3 gives up.
    """
    answer = _check(formulas)
    if answer == z3.unknown:
        msg = "z3 could not decide the query in time"
        raise CertificateError(msg)
    return bool(answer == z3.unsat)


def excluded(formulas: Sequence[Term]) -> bool:
    """Return whether z3 shows that no real numbers meet all ``formulas``; False where it gives up."""
    return bool(_check(formulas, timeout=EXCLUSION_MS) == z3.unsat)


def universal_query(given: Sequence[Relation], then: Sequence[Relation]) -> list[Term]:
    """Return formulas that are unsatisfiable exactly where ``given`` implies ``then``, quotients included.

    A hypothesis holds only where its quotients are defined; a conclusion whose quotient is undefined
    counts as broken.
    """
    hypotheses, conclusions = Translation(opaque=False), Translation(opaque=False)
    assumed = [hypotheses.relation(relation) for relation in given]
    defined = [divisor != 0 for divisor in hypotheses.divisors]
    shown = [conclusions.relation(relation) for relation in then]
    broken = [z3.Not(formula) for formula in shown] + [divisor == 0 for divisor in conclusions.divisors]
    return [*assumed, *defined, z3.Or(*broken)]


def choice_query(domain: Sequence[Relation], given: Sequence[Relation], then: Sequence[Relation]) -> list[Term]:
    """Return formulas that are unsatisfiable exactly where ``domain`` implies all of ``given`` and not ``then``."""
    translation = Translation(opaque=False)
    assumed = [translation.relation(relation) for relation in domain]
    meets = [translation.relation(relation) for relation in given]
    kept = z3.And(*(translation.relation(relation) for relation in then))
    undefined = [divisor == 0 for divisor in translation.divisors]
    return [*assumed, z3.Or(kept, *(z3.Not(formula) for formula in meets), *undefined)]


def read_smtlib(text: str, names: Sequence[str]) -> list[Term]:
    """Return the assertions of an SMT-LIB text.

    Args:
        text: Declarations and assertions.
        names: Unknowns of the statement; the text must speak about some of them.

    Raises:
        CertificateError: Where the text does not parse, or speaks about nothing of the statement.
    """
    if len(text) > LARGEST_TEXT:
        msg = f"the SMT-LIB text is longer than {LARGEST_TEXT} characters"
        raise CertificateError(msg)
    try:
        assertions = list(z3.parse_smt2_string(text))
    except z3.Z3Exception as error:
        msg = f"the SMT-LIB text does not parse: {_first_line(error)}"
        raise CertificateError(msg) from error
    used = {name for assertion in assertions for name in _unknowns(assertion)}
    if names and not used & set(names):
        msg = f"the SMT-LIB text speaks about none of {', '.join(names)}"
        raise CertificateError(msg)
    return assertions


def decide_sign(node: Node, signs: Signs) -> Sign:
    """Return the sign of ``node`` by z3, with functions as unknowns whose own signs are visible."""
    translation = Translation(opaque=True)
    try:
        term = translation.term(node)
        assumed = [translation.relation(relation) for relation in signs.conditions]
    except NotCoveredError:
        return Sign.UNKNOWN
    by_form = Signs(signs.conditions, signs.definitions)
    known = {Sign.POSITIVE: lambda a: a > 0, Sign.NONNEGATIVE: lambda a: a >= 0, Sign.ZERO: lambda a: a == 0}
    for atom, unknown in translation.atoms.values():
        if atom != node and isinstance(atom, Call | Int):
            sign = by_form.of(atom)
            if sign in known:
                assumed.append(known[sign](unknown))
    if any(_check([*assumed, divisor == 0]) != z3.unsat for divisor in translation.divisors):
        return Sign.UNKNOWN
    for sign, refuted in (
        (Sign.POSITIVE, term <= 0),
        (Sign.NONNEGATIVE, term < 0),
        (Sign.NONPOSITIVE, term > 0),
    ):
        if _check([*assumed, refuted]) == z3.unsat:
            return sign
    return Sign.UNKNOWN


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Return ``node`` with parameters replaced."""
    if isinstance(node, Name):
        return values.get(node.id, node)
    if isinstance(node, Op):
        return Op(node.symbol, substitute(node.left, values), substitute(node.right, values))
    if isinstance(node, Call) and node.key in BUILT_IN - {AGGREGATE}:
        return Call(node.name, tuple(substitute(arg, values) for arg in node.args), node.separators)
    if isinstance(node, Int):
        return Int(node.points, substitute(node.body, values))
    return node


def _check(formulas: Sequence[Term], *, timeout: int = TIMEOUT_MS) -> Any:
    solver = z3.Solver()
    solver.set("timeout", timeout)
    solver.set("random_seed", SEED)
    solver.add(*formulas)
    return solver.check()


def _unknowns(term: Term) -> set[str]:
    seen: set[int] = set()
    found: set[str] = set()
    todo = [term]
    while todo:
        current = todo.pop()
        if current.get_id() in seen:
            continue
        seen.add(current.get_id())
        if z3.is_const(current) and current.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.add(current.decl().name())
        todo += current.children() if not z3.is_quantifier(current) else [current.body()]
    return found


def _first_line(error: Exception) -> str:
    value = error.args[0] if error.args else error
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.strip().splitlines()[0] if text.strip() else "unknown error"
