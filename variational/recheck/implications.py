"""Implications between relations in real variables, by z3 with elementary functions as unknowns.

Of an unknown only elementary facts are used: exp > 0, exp(u) >= 1 + u, log(u) <= u - 1 for u > 0, sqrt(u) >= 0 with
square u for u >= 0, 0 < erfc < 2, phi(u) >= 0 for u > 0. An implication that needs more than these is not shown.
"""

from collections.abc import Sequence

import z3

from variational.errors import NotCoveredError
from variational.formula import ZERO, Call, Name, Node, Num, Op
from variational.grammar import render
from variational.recheck import smt
from variational.recheck.conditions import Relation
from variational.recheck.reals import NUMBER_OF_PI
from variational.recheck.signs import Sign, Signs


class Unknowns(smt.Translation):
    """Terms in which every function, and every power that is no small integer one, is an unknown."""

    def __init__(self) -> None:
        """Start with no unknown."""
        super().__init__(opaque=True)
        self.facts: list[smt.Term] = []

    def _power(self, node: Op) -> smt.Term:
        try:
            return super()._power(node)
        except NotCoveredError:
            text = render(node)
            if text not in self.atoms:
                unknown = z3.Real(f"atom!{len(self.atoms)}")
                self.atoms[text] = (node, unknown)
                self.facts.append(z3.Implies(self.term(node.left) > 0, unknown > 0))
            return self.atoms[text][1]

    def _atom(self, node: Call) -> smt.Term:  # type: ignore[override] # no integrals here
        known = render(node) in self.atoms
        unknown = super()._atom(node)
        if not known:
            inner = self.term(node.args[0])
            self.facts += {
                "exp": [unknown > 0, unknown >= 1 + inner],
                "log": [z3.Implies(inner > 0, unknown <= inner - 1), z3.Implies(inner > 1, unknown > 0)],
                "sqrt": [unknown >= 0, z3.Implies(inner >= 0, unknown * unknown == inner)],
                "erfc": [unknown > 0, unknown < 2],
                "phi": [z3.Implies(inner > 0, unknown >= 0)],
            }[node.name]
        return unknown


def implied(given: Sequence[Relation], *then: Relation) -> bool:
    """Return whether z3 shows that ``given`` implies one of ``then``; False where it does not.

    A hypothesis holds only where its quotients are defined; a conclusion with an undefined quotient fails.
    """
    terms = Unknowns()
    assumed = [terms.relation(relation) for relation in (*given, *NUMBER_OF_PI)]
    defined = [divisor != 0 for divisor in terms.divisors]
    before = len(terms.divisors)
    wanted = [terms.relation(relation) for relation in then]
    undefined = [divisor == 0 for divisor in terms.divisors[before:]]
    query = [*assumed, *defined, *terms.facts, z3.Or(z3.Not(z3.Or(*wanted)), *undefined)]
    return smt.excluded(query)


def decide(node: Node, signs: Signs) -> Sign:
    """Return the sign of ``node`` that the conditions imply."""
    for sign, operator in (
        (Sign.POSITIVE, ">"),
        (Sign.NEGATIVE, "<"),
        (Sign.NONNEGATIVE, ">="),
        (Sign.NONPOSITIVE, "<="),
    ):
        if implied(signs.conditions, Relation(text="", operator=operator, left=node, right=ZERO)):
            return sign
    return Sign.UNKNOWN


def signs_of(given: Sequence[Relation]) -> Signs:
    """Return what finds signs under hypotheses: by form first, by z3 where the form shows nothing."""
    return Signs((*given, *NUMBER_OF_PI), decide=decide)


def defined(node: Node, signs: Signs) -> Node | None:
    """Return the first part of ``node`` that is not shown to have a value, None where all of it has one."""
    if isinstance(node, Num | Name):
        return None
    below = node.args if isinstance(node, Call) else (node.left, node.right) if isinstance(node, Op) else ()
    for part in below:
        found = defined(part, signs)
        if found is not None:
            return found
    return None if _allowed(node, signs) else node


def _allowed(node: Node, signs: Signs) -> bool:
    if isinstance(node, Call):
        inside = {"log": {Sign.POSITIVE}, "phi": {Sign.POSITIVE}, "sqrt": {Sign.POSITIVE, Sign.NONNEGATIVE, Sign.ZERO}}
        return node.name not in inside or signs.of(node.args[0]) in inside[node.name]
    if not isinstance(node, Op) or node.symbol not in {"/", "^"}:
        return True
    if node.symbol == "/":
        return signs.of(node.right) in {Sign.POSITIVE, Sign.NEGATIVE}
    exponent = node.right
    if (
        isinstance(exponent, Op)
        and exponent.symbol == "-"
        and exponent.left == ZERO
        and isinstance(exponent.right, Num)
    ):
        whole = exponent.right.value.denominator == 1
        return signs.of(node.left) in ({Sign.POSITIVE, Sign.NEGATIVE} if whole else {Sign.POSITIVE})
    if isinstance(exponent, Num) and exponent.value.denominator == 1:
        return True
    return signs.of(node.left) is Sign.POSITIVE
