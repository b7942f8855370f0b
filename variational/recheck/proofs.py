"""Proofs of inequalities between formulas in real variables, as data, and their check.

A proof is an object whose ``by`` names a rule; the rules that split a goal hold proofs of its parts:

``slack``     ``slack``: a formula equal to the difference of the sides (that which is to be positive), of visible
              sign; without it the difference itself
``chain``     ``through``: formulas between the sides; ``proofs``: one for each link; ``operators``: of the links, by
              default the first is that of the goal and the others are not strict
``cases``     ``cases``: list of ``{"if": [relations], "proof"}`` that cover the domain
``monotone``  see :mod:`variational.recheck.monotone`
``boxes``     subdivision of a bounded domain in ball arithmetic
``lemmas``    ``lemmas``: list of ``{"then", "proof"}``, each also with ``variables``, ``where`` and ``at`` where it is
              a statement of its own that is used at other formulas; ``proof``: what uses them
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from variational.domains import PI, Domain, read_domain, substitute
from variational.errors import CertificateError, InvalidInputError
from variational.formula import ZERO, Node, Op, parse
from variational.grammar import names, parse_relation, render
from variational.recheck import boxes, finding
from variational.recheck.conditions import Relation, read_relations
from variational.recheck.finding import seed_of
from variational.recheck.implications import defined, implied, signs_of
from variational.recheck.reading import mapping_of, text_of, texts_of
from variational.recheck.reals import Region, agree, order, region_of
from variational.recheck.signs import AT_LEAST_ZERO, Sign

MOST_STEPS = 400
ORDERS = frozenset({"<", "<=", ">", ">="})
Proof = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Goal:
    """``left operator right`` for every point of a region.

    Attributes:
        left: Formula in the variables of the region.
        operator: One of ``< <= > >=``.
        right: Formula in the variables of the region.
        region: Variables and hypotheses.
    """

    left: Node
    operator: str
    right: Node
    region: Region

    def __post_init__(self) -> None:
        """Refuse what is no order relation, and names that are no variables."""
        if self.operator not in ORDERS:
            msg = f"an inequality is proved here, one of {', '.join(sorted(ORDERS))}, got {self.operator!r}"
            raise CertificateError(msg)

    @property
    def gap(self) -> Node:
        """What is claimed to be positive or not negative."""
        sides = (self.left, self.right) if self.operator in {">", ">="} else (self.right, self.left)
        return Op("-", *sides)

    @property
    def strict(self) -> bool:
        """Whether the gap must be positive."""
        return self.operator in {"<", ">"}

    @property
    def text(self) -> str:
        """The relation as text."""
        return f"{render(self.left)} {self.operator} {render(self.right)}"


class Checker:
    """Checks proofs and keeps how.

    Attributes:
        levels: How the steps were checked.
    """

    def __init__(self) -> None:
        """Start with nothing checked."""
        self.levels: set[str] = set()
        self.steps = 0

    def check(self, goal: Goal, proof: Any) -> None:
        """Accept a proof of ``goal``.

        Raises:
            CertificateError: Where a step does not show its part.
        """
        self.steps += 1
        if self.steps > MOST_STEPS:
            msg = f"a proof has at most {MOST_STEPS} steps"
            raise CertificateError(msg)
        if not isinstance(proof, Mapping):
            msg = f"a proof is an object, got {proof!r}"
            raise CertificateError(msg)
        from variational.recheck.monotone import monotone  # noqa: PLC0415 - it needs this class

        rules: Mapping[str, Callable[[Checker, Goal, Proof], None]] = {
            "slack": _slack,
            "chain": _chain,
            "cases": _cases,
            "lemmas": _lemmas,
            "boxes": _boxes,
            "monotone": monotone,
        }
        rule = proof.get("by")
        if not isinstance(rule, str) or rule not in rules:
            msg = f"a step is one of {', '.join(rules)}, got {rule!r}"
            raise CertificateError(msg)
        rules[rule](self, goal, proof)

    def require_defined(self, node: Node, given: Sequence[Relation]) -> None:
        """Refuse a formula that is not shown to have a value wherever the hypotheses hold."""
        found = defined(node, signs_of(given))
        if found is not None:
            msg = f"it is not shown that {render(found)} has a value; prove what it needs as a lemma"
            raise CertificateError(msg)

    def require_implied(self, given: Sequence[Relation], *then: Relation) -> None:
        """Refuse an implication that z3 does not show."""
        self.levels.add(finding.DECISION)
        if not implied(given, *then):
            shown = " or ".join(relation.text for relation in then)
            msg = f"the hypotheses do not visibly imply {shown}"
            raise CertificateError(msg)

    def same(self, left: Node, right: Node, region: Region) -> None:
        """Refuse two formulas that differ at a random point."""
        exact = agree(left, right, region, seed=seed_of({"left": render(left), "right": render(right)}))
        self.levels.add(finding.IDENTITY if exact else finding.DIGITS)


def goal_of(text: str, region: Region) -> Goal:
    """Return the goal of a relation."""
    operator, left, right = parse_relation(text)
    unknown = (names(left) | names(right)) - set(region.variables) - {PI}
    if unknown:
        msg = f"{text!r} uses {', '.join(sorted(unknown))}, which are no variables here"
        raise CertificateError(msg)
    return Goal(left=left, operator=operator, right=right, region=region)


def _slack(checker: Checker, goal: Goal, proof: Proof) -> None:
    checker.require_defined(goal.gap, goal.region.relations)
    slack = goal.gap
    if "slack" in proof:
        slack = parse(text_of(proof, "slack"))
        checker.same(goal.gap, slack, goal.region)
    require_sign(checker, slack, goal.region.relations, strict=goal.strict)


def require_sign(checker: Checker, node: Node, given: Sequence[Relation], *, strict: bool) -> None:
    """Refuse a formula whose sign is not visible."""
    if not names(node) - {PI}:
        found = order(node, ZERO, {})
        checker.levels.add(finding.ENCLOSURE)
        if found < 0 or (found == 0 and strict):
            msg = f"{render(node)} is not {'positive' if strict else 'nonnegative'}"
            raise CertificateError(msg)
        return
    sign = signs_of(given).of(node)
    checker.levels.add(finding.DECISION)
    if not (sign is Sign.POSITIVE or (sign in AT_LEAST_ZERO and not strict)):
        msg = f"{render(node)} is not visibly {'positive' if strict else 'nonnegative'}"
        raise CertificateError(msg)


def _chain(checker: Checker, goal: Goal, proof: Proof) -> None:
    places = [goal.left, *(parse(text) for text in texts_of(proof, "through")), goal.right]
    weak = goal.operator[0] + "="
    operators = texts_of(proof, "operators") or (goal.operator, *[weak] * (len(places) - 2))
    proofs = _list(proof, "proofs")
    if not len(operators) == len(proofs) == len(places) - 1 or not set(operators) <= {goal.operator[0], weak}:
        msg = (
            f"a chain through {len(places) - 2} formulas has {len(places) - 1} links, each {goal.operator[0]} or {weak}"
        )
        raise CertificateError(msg)
    if goal.strict and goal.operator not in operators:
        msg = "a chain that ends in a strict inequality has a strict link"
        raise CertificateError(msg)
    for first, operator, second, part in zip(places, operators, places[1:], proofs, strict=False):
        checker.check(Goal(left=first, operator=operator, right=second, region=goal.region), part)


def _cases(checker: Checker, goal: Goal, proof: Proof) -> None:
    cases = _list(proof, "cases")
    conditions = [texts_of(case, "if") for case in cases]
    if not cases or not all(conditions):
        msg = "every case names its relations by 'if'"
        raise CertificateError(msg)
    # A point outside of all cases breaks one relation of each: exclude every such choice.
    for choice in _choices([read_relations(texts) for texts in conditions]):
        checker.require_implied(goal.region.relations, *choice)
    for case, texts in zip(cases, conditions, strict=True):
        checker.check(dataclasses.replace(goal, region=goal.region.with_relations(texts)), case.get("proof"))


def _choices(groups: Sequence[Sequence[Relation]]) -> list[tuple[Relation, ...]]:
    found: list[tuple[Relation, ...]] = [()]
    for group in groups:
        found = [(*before, relation) for before in found for relation in group]
    return found


def _boxes(checker: Checker, goal: Goal, _proof: Proof) -> None:
    boxes.require_positive(goal.gap, goal.region)
    checker.levels.add(finding.ENCLOSURE)


def _lemmas(checker: Checker, goal: Goal, proof: Proof) -> None:
    region = goal.region
    for lemma in _list(proof, "lemmas"):
        text = text_of(lemma, "then")
        if "variables" in lemma:
            region = region.with_relations([_instance(checker, lemma, text, region)])
        else:
            checker.check(goal_of(text, region), lemma.get("proof"))
            region = region.with_relations([text])
    checker.check(dataclasses.replace(goal, region=region), proof.get("proof"))


def _instance(checker: Checker, lemma: Proof, text: str, region: Region) -> str:
    """Prove a lemma on its own domain and return it at the formulas ``at``."""
    domain = read_domain({"variables": mapping_of(lemma, "variables"), "where": texts_of(lemma, "where")})
    own = region_of(domain)
    if own.integers or domain.abbreviations:
        msg = "a lemma with variables of its own has real ones, without abbreviations"
        raise CertificateError(msg)
    checker.check(goal_of(text, own), lemma.get("proof"))
    at = mapping_of(lemma, "at")
    if set(at) != set(own.variables):
        msg = f"the lemma is used at formulas for {', '.join(own.variables)}, given are {', '.join(sorted(at))}"
        raise CertificateError(msg)
    inserted = {name: parse(text_of(at, name)) for name in own.variables}
    for node in inserted.values():
        checker.require_defined(node, region.relations)
    for relation in own.relations:
        checker.require_implied(region.relations, inserted_relation(relation, inserted))
    return inserted_relation(read_relations([text])[0], inserted).text


def inserted_relation(relation: Relation, values: Mapping[str, Node]) -> Relation:
    """Return a relation with names replaced by formulas."""
    left, right = (substitute(side, values) for side in relation.sides)
    text = f"{render(left)} {relation.operator} {render(right)}"
    return Relation(text=text, operator=relation.operator, left=left, right=right)


def _list(proof: Proof, field: str) -> list[Any]:
    found = proof.get(field)
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        msg = f"{field!r} must be a list of objects"
        raise CertificateError(msg)
    return found


def read_statement(formal: Mapping[str, Any]) -> tuple[Domain, Region]:
    """Return the domain of a formal statement, as declared and parsed.

    Raises:
        CertificateError: Where a declaration cannot be read.
    """
    try:
        domain = read_domain(formal)
    except InvalidInputError as error:
        raise CertificateError(str(error)) from error
    return domain, region_of(domain)
