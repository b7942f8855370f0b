"""Collapse, by region of the parameters: what the minimum of a combination of building blocks looks like.

With ``r`` the coefficient of the reconstruction term, ``kappa`` that of the mutual information and ``d``
that of the contrastive term, every combination of building blocks is (identity, checked per objective)::

    L = r H(X) + r dec + kappa I + D[gamma] + d E_pn KL(q||n),
    D[gamma] = B KL(gamma||p) + l JSD(gamma||p) + s MMD^2(gamma, p)

so that the sign of ``kappa`` decides collapse wherever D is a divergence and d = 0. Each rule below is one
theorem; its lemmas are attached as evidence by :mod:`variational.lemmas`.
"""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import sympy as sp

from variational import blocks, smt
from variational.errors import NotCoveredError
from variational.objective import Objective
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES
from variational.translate import to_formula

COLLAPSES = "collapses"
NO_COLLAPSE = "no-collapse"
NOT_UNIQUE = "not-unique"
UNBOUNDED = "unbounded"
UNDECIDED = "undecided"

ATOMLESS_Z = (DISCRETE_X, DENSITIES)
VARYING_RATIO = "pn/pd is not constant on the support of pd"
CONTRAST = ("p != n", VARYING_RATIO)
NOISE = ("pn > 0 wherever pd > 0",)
CONTRAST_AND_NOISE = (*CONTRAST, *NOISE)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Coefficients:
    """Coefficients of the master decomposition of an objective; all are expressions in its parameters."""

    reconstruction: sp.Expr  # r
    information: sp.Expr  # kappa
    divergence: sp.Expr  # B, of KL(gamma||p)
    jensen_shannon: sp.Expr  # l
    discrepancy: sp.Expr  # s, of MMD^2
    contrast: sp.Expr  # d


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one rule says on one kind of space.

    Attributes:
        verdict: One of the five verdicts of ``analyze``.
        rule: Name of the theorem applied, a key of :data:`variational.lemmas.RULES`.
        unique: Whether the minimum is one pair (p*, q*); None where that is not settled.
        data: What the verdict needs of the densities, beyond the conditions on the parameters.
        unique_data: What uniqueness needs of them.
    """

    verdict: str
    rule: str
    unique: bool | None = None
    data: tuple[str, ...] = ()
    unique_data: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Regime:
    """One region of the parameters, the spaces, and what happens there."""

    condition: tuple[str, ...]
    spaces: tuple[str, ...]
    outcome: Outcome


def coefficients(objective: Objective) -> Coefficients:
    """Return the coefficients of the master decomposition.

    Raises:
        NotCoveredError: Where the objective is no combination of building blocks.
    """
    if objective.coefficients is None:
        msg = f"objective {objective.name!r} is no combination of {', '.join(blocks.BLOCKS)}; its regimes are not known"
        raise NotCoveredError(msg)
    recon, upper = objective.coefficient(blocks.RECON), objective.coefficient(blocks.KL_QP)
    return Coefficients(
        reconstruction=sp.expand(recon),
        information=sp.expand(upper + objective.coefficient(blocks.MI) - recon),
        divergence=sp.expand(upper + objective.coefficient(blocks.KL_GP)),
        jensen_shannon=sp.expand(objective.coefficient(blocks.JSD_GP)),
        discrepancy=sp.expand(objective.coefficient(blocks.MMD_GP)),
        contrast=sp.expand(objective.coefficient(blocks.KL_QN)),
    )


def regimes(objective: Objective, *, given: Sequence[str] = (), split_zero: bool = False) -> tuple[Regime, ...]:
    """Return the regimes of ``objective`` that the relations ``given`` do not exclude.

    Args:
        objective: A combination of building blocks.
        given: Relations between its parameters, ``beta > 0``.
        split_zero: Keep D = 0 apart from D > 0 also where both have the same verdict, so that
            uniqueness is settled on each.

    Raises:
        NotCoveredError: Where the objective is no combination of building blocks.
    """
    parts = coefficients(objective)
    found: list[Regime] = []
    for signs in _cells(parts, split_zero=split_zero):
        condition = tuple(text for _, texts in signs for text in texts)
        labels = [label for label, _ in signs]
        if not smt.feasible([*given, *condition]):
            continue
        shown = _without_redundant(condition, given)
        outcomes = {space: _outcome(labels, space, parts, (*given, *condition)) for space in SPACES}
        for outcome in dict.fromkeys(outcomes.values()):
            spaces = tuple(space for space in SPACES if outcomes[space] == outcome)
            found.append(Regime(condition=shown, spaces=spaces, outcome=outcome))
    return tuple(found)


def _cells(parts: Coefficients, *, split_zero: bool) -> Iterator[tuple[tuple[str, tuple[str, ...]], ...]]:
    """Yield the cells of the parameter space on which one rule applies throughout."""
    big, jsd, mmd = parts.divergence, parts.jensen_shannon, parts.discrepancy
    # D is convex in gamma where B >= 0 and 2 B + l >= 0: f'' = (2 B (1 + u) + l) / (2 u (1 + u))
    halves = 2 * big + jsd
    weak = _relations((big, ">="), (halves, ">="), (mmd, ">="))
    positive = ("divergence", _relations((big, ">="), (halves, ">="), (mmd, ">="), (big + halves + mmd, ">")))
    zero = ("zero", _relations((big, "="), (jsd, "="), (mmd, "=")))
    other = (
        ("concave", _relations((big, "<"))),
        ("mixed", _relations((big, ">"), (halves, "<"))),
        ("flat", _relations((big, "="), (jsd, "<"))),
        ("flat", _relations((big, ">="), (halves, ">="), (mmd, "<"))),
    )
    for contrast in _signs("d", parts.contrast):
        joined = contrast[0] == "d=0" and not split_zero
        aggregate = (("divergence", weak), *other) if joined else (zero, positive, *other)
        axes = (_signs("r", parts.reconstruction), _signs("kappa", parts.information), (contrast,), aggregate)
        for signs in itertools.product(*axes):
            if not any(relations is None for _, relations in signs):
                yield tuple((label, relations) for label, relations in signs if relations is not None)


def _signs(name: str, expression: sp.Expr) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    return tuple((f"{name}{mark}0", _relations((expression, mark))) for mark in (">", "=", "<"))


def _relations(*pairs: tuple[sp.Expr, str]) -> tuple[str, ...] | None:
    """Return the relations ``expression mark 0`` that hold parameters, None where one between numbers fails."""
    truth = {">": lambda v: v > 0, ">=": lambda v: v >= 0, "=": lambda v: v == 0, "<": lambda v: v < 0}
    if any(expression.is_number and not truth[mark](expression) for expression, mark in pairs):
        return None
    return tuple(relation_text(expression, mark) for expression, mark in pairs if not expression.is_number)


def relation_text(expression: sp.Expr, mark: str) -> str:
    """Return ``expression mark 0`` with every term on the side where its sign is positive.

    Example:
        >>> relation_text(sp.Symbol("b") - 1 - sp.Symbol("a"), ">")
        'b > a + 1'
    """
    flipped = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}
    terms = sp.Add.make_args(sp.expand(expression))
    left = sp.Add(*(term for term in terms if not term.could_extract_minus_sign()))
    right = -sp.Add(*(term for term in terms if term.could_extract_minus_sign()))
    if left.is_Number and right.free_symbols:
        left, right, mark = right, left, flipped[mark]
    if right.is_Number and left.is_Mul and left.args[0].is_Rational:
        left, right = left / left.args[0], right / left.args[0]
    if right.is_Number and left.is_Add and left.args[0].is_Rational:
        left, right = left - left.args[0], right - left.args[0]
    return f"{to_formula(left)} {mark} {to_formula(right)}"


def _without_redundant(condition: tuple[str, ...], given: Sequence[str]) -> tuple[str, ...]:
    """Drop the relations that ``given`` and the others imply."""
    kept = list(dict.fromkeys(condition))
    for text in reversed(list(kept)):
        others = [*given, *(other for other in kept if other != text)]
        if smt.implies(others, text):
            kept.remove(text)
    return tuple(kept)


def _outcome(labels: Sequence[str], space: str, parts: Coefficients, known: Sequence[str]) -> Outcome:
    """Apply the one rule for a cell on a kind of space."""
    recon, information, contrast, aggregate = labels
    if recon == "r<0":
        return Outcome(verdict=UNBOUNDED, rule="decoder-unbounded", unique=False)
    if contrast == "d=0":
        outcome = _without_contrast(information, aggregate, space, parts, known)
    elif contrast == "d>0":
        outcome = _with_contrast(information, aggregate, space, parts, known)
    else:
        outcome = _steep(space, parts, known)
    if recon == "r=0":  # the loss does not see the decoder: it may be constant or not
        loses = outcome.verdict == NO_COLLAPSE
        return dataclasses.replace(outcome, verdict=NOT_UNIQUE if loses else outcome.verdict, unique=False)
    return outcome


def _without_contrast(
    information: str, aggregate: str, space: str, parts: Coefficients, known: Sequence[str]
) -> Outcome:
    superlinear = parts.discrepancy == 0 and aggregate == "mixed"
    pure_kl = parts.jensen_shannon == 0 and parts.discrepancy == 0
    finite = space == FINITE
    if aggregate == "concave" and not finite:
        return Outcome(verdict=UNBOUNDED, rule="aggregate-unbounded", unique=False)
    if information == "kappa>0":
        if aggregate in {"divergence", "zero"}:
            strict = 3 * parts.divergence + parts.jensen_shannon  # a kernel may vanish: MMD adds no strictness
            unique = True if _is_positive(strict, known) else None
            return Outcome(verdict=COLLAPSES, rule="constant-code", unique=False if aggregate == "zero" else unique)
        if finite or superlinear:
            return Outcome(verdict=COLLAPSES, rule="constant-code-any-aggregate")
        return Outcome(verdict=UNDECIDED, rule="existence-open")
    if information == "kappa=0":
        if aggregate in {"divergence", "zero"}:
            return Outcome(verdict=NOT_UNIQUE, rule="information-free", unique=False)
        if aggregate == "concave" and pure_kl:
            return Outcome(verdict=COLLAPSES, rule="vertex", unique=None)
        if not finite and superlinear:
            return Outcome(verdict=NOT_UNIQUE, rule="information-free-any-aggregate", unique=False)
        return Outcome(verdict=UNDECIDED, rule="aggregate-open")
    if space == DENSITIES:
        return Outcome(verdict=UNBOUNDED, rule="matching-cells", unique=False)
    if aggregate in {"divergence", "zero"}:
        return Outcome(verdict=NO_COLLAPSE, rule="informative-code", unique=None if finite else False)
    if not finite and superlinear:
        return Outcome(verdict=NO_COLLAPSE, rule="separated-codes", unique=False)
    return Outcome(verdict=UNDECIDED, rule="aggregate-open")


def _with_contrast(information: str, aggregate: str, space: str, parts: Coefficients, known: Sequence[str]) -> Outcome:
    if aggregate == "zero" and information != "kappa<0":
        positive = information == "kappa>0"
        data = () if positive else NOISE
        return Outcome(verdict=COLLAPSES, rule="noise-prior-code", data=data)
    if aggregate == "divergence":
        # A kernel may fail to tell n from p, so MMD alone is no strict divergence; on atomless Z a minimum is
        # known to exist only for B > 0.
        strict = 3 * parts.divergence + parts.jensen_shannon if space == FINITE else parts.divergence
        if not _is_positive(strict, known):
            return Outcome(verdict=UNDECIDED, rule="contrastive-open")
        if information == "kappa>0":
            return Outcome(verdict=NO_COLLAPSE, rule="contrastive-convex", unique=True, data=CONTRAST)
        if information == "kappa=0":
            return Outcome(
                verdict=NO_COLLAPSE, rule="contrastive-convex", unique=True, data=CONTRAST_AND_NOISE, unique_data=NOISE
            )
        if space == FINITE:
            return Outcome(verdict=NO_COLLAPSE, rule="contrastive-stationary", data=CONTRAST)
        return Outcome(verdict=UNDECIDED, rule="contrastive-" + space)
    return _steep(space, parts, known)


def _is_positive(expression: sp.Expr, known: Sequence[str]) -> bool:
    if expression.is_number:
        return bool(expression > 0)
    return smt.implies(known, relation_text(expression, ">"))


def _steep(space: str, parts: Coefficients, known: Sequence[str]) -> Outcome:
    """Constant codes on ever smaller sets: unbounded where KL(gamma||p) and KL(gamma||n) together count negative."""
    if space in ATOMLESS_Z:
        total = relation_text(parts.divergence + parts.contrast, "<")
        if smt.implies(known, total):
            return Outcome(verdict=UNBOUNDED, rule="shrinking-code", unique=False)
    return Outcome(verdict=UNDECIDED, rule="signs-open")
