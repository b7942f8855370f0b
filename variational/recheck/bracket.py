"""Evidence of kind "bracket": an optimum enclosed on an explicit finite space, and how a claim fares there.

The piece holds the instance: densities, parameters, an encoder and an aggregate, all rational. What is compared is
read from the formal statement of the claim; balls around the optimum are computed again from the objective.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from variational.errors import CertificateError
from variational.recheck import finding
from variational.recheck.arithmetic import Balls, UndefinedError
from variational.recheck.exact import Evaluator, Space
from variational.recheck.finding import Finding, Formal, Pieces
from variational.recheck.optimum_enclosure import BITS, Enclosure, Ends, enclose_optimum
from variational.recheck.reading import mapping_of, rational, read_space, text_of
from variational.recheck.tested import INFORMATION, STRICT, Tested, tested
from variational.records import FINITE, Status

KIND = "bracket"
HOLDS, FAILS, LEVEL = "holds", "fails", "level"  # level: equal within LEVEL_WITHIN, which balls cannot tell from equal
OUTCOMES = (HOLDS, FAILS, LEVEL)
LEVEL_WITHIN = Fraction(1, 10**9)
EXCESS = Fraction(1, 10**20)  # by how much a recorded interval may be wider than the recomputed one, each side
RELATIVE_EXCESS = Fraction(1, 10**6)  # and of its width: a ball keeps its radius with few digits
MOST_PIECES = 16
FIELDS = frozenset({"kind", "shows", "space", "aggregate", "outcome", "value", "gap", "information", "lhs", "rhs"})


def apart(evidence: Pieces) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the pieces of this kind, and the others."""
    mine = [piece for piece in evidence if piece.get("kind") == KIND]
    return mine, [piece for piece in evidence if piece.get("kind") != KIND]


def check_brackets(formal: Formal, pieces: Pieces) -> tuple[str, ...]:
    """Return the outcomes of the pieces, each re-checked.

    Raises:
        CertificateError: Where a piece was altered, is not admissible or shows less than it says.
    """
    statement = tested(formal)
    if statement is None:
        msg = "the statement has no form that an instance could test"
        raise CertificateError(msg)
    if len(pieces) > MOST_PIECES:
        msg = f"at most {MOST_PIECES} instances are re-checked, got {len(pieces)}"
        raise CertificateError(msg)
    return tuple(_check(statement, piece) for piece in pieces)


def require_consistent(formal: Formal, status: Status, spaces: tuple[str, ...], outcomes: tuple[str, ...]) -> None:
    """Refuse a proof on finite spaces beside an instance that breaks what was proved."""
    if contradicts(formal, status, spaces, outcomes):
        msg = "the statement is said to be proved, and an enclosed instance breaks it"
        raise CertificateError(msg)


def contradicts(formal: Formal, status: Status, spaces: Sequence[str], outcomes: tuple[str, ...]) -> bool:
    """Tell whether outcomes contradict a verdict; where a claim holds says nothing against its failing elsewhere."""
    return status is Status.PROVED and FINITE in spaces and speaks_against(formal, outcomes)


def speaks_against(formal: Formal, outcomes: tuple[str, ...]) -> bool:
    """Tell whether an outcome breaks the statement; one that is level breaks a strict inequality."""
    statement = tested(formal)
    strict = statement is not None and statement.relation in STRICT
    return FAILS in outcomes or (strict and LEVEL in outcomes)


def rest_on_brackets(formal: Formal, status: Status, outcomes: tuple[str, ...]) -> Finding:
    """Return the finding of a status that nothing but instances shows.

    Raises:
        CertificateError: Where they do not show it.
    """
    against = speaks_against(formal, outcomes)
    statement = tested(formal)
    exactly = FAILS in outcomes and statement is not None and not statement.analogue
    shown = {
        Status.SUPPORTED: not against,
        Status.DOUBTED: against,
        Status.REFUTED: exactly,
    }
    if not outcomes or not shown.get(status, False):
        msg = f"instances with the outcomes {', '.join(outcomes) or 'none'} do not show the status {status.value}"
        raise CertificateError(msg)
    text = f"{len(outcomes)} optima enclosed: {', '.join(outcomes)}"
    return Finding(levels=(finding.ENCLOSURE,), text=text)


def _check(statement: Tested, piece: Mapping[str, Any]) -> str:
    outcome = text_of(piece, "outcome")
    unknown = set(piece) - FIELDS
    if unknown or outcome not in OUTCOMES:
        msg = f"an instance has the fields {', '.join(sorted(FIELDS))} and an outcome of {', '.join(OUTCOMES)}"
        raise CertificateError(msg)
    space = read_space(mapping_of(piece, "space"), statement.needed, statement.definitions)
    foreign = set(space.parameters) - set(statement.needed.parameters)
    if foreign:
        msg = f"the instance gives parameters that the statement does not have: {', '.join(sorted(foreign))}"
        raise CertificateError(msg)
    statement.require_admissible(space)
    masses = piece.get("aggregate")
    if not isinstance(masses, list):
        msg = "'aggregate' must be a list of numbers"
        raise CertificateError(msg)
    with flint.ctx.workprec(BITS):
        found = enclose_optimum(statement.objective, space, [rational(mass) for mass in masses])
        left, right = compared(statement, space, found)
        recomputed = {
            "value": found.value,
            "gap": found.gap,
            "information": found.information,
            "lhs": left,
            "rhs": right,
        }
        for field, ends in recomputed.items():
            _require_around(piece, field, *ends)
        balls = left[0].union(left[1]), right[0].union(right[1])
        if outcome_of(statement.relation, *balls) != outcome:
            msg = f"the outcome is {outcome!r}, not that of {balls[0].str(12)} {statement.relation} {balls[1].str(12)}"
            raise CertificateError(msg)
    return outcome


def compared(statement: Tested, space: Space, found: Enclosure) -> tuple[Ends, Ends]:
    """Return ends around both sides at the optimum."""
    evaluator = Evaluator(space, Balls(), statement.definitions, overrides=found.places)
    sides = []
    for text, node in zip((statement.left, statement.right), statement.sides, strict=True):
        if text == INFORMATION:
            sides.append(found.information)
            continue
        try:
            ball = flint.arb(evaluator.value(node, {}))
        except UndefinedError as error:
            msg = f"a side of the statement is not enclosed at the instance: {error}"
            raise CertificateError(msg) from error
        if not ball.is_finite():
            msg = "a side of the statement has no finite enclosure at the instance"
            raise CertificateError(msg)
        sides.append((ball.lower(), ball.upper()))
    return sides[0], sides[1]


def outcome_of(relation: str, left: flint.arb, right: flint.arb) -> str | None:
    """Return what two balls show of a relation, None where they are too wide.

    Example:
        >>> outcome_of(">=", flint.arb(2), flint.arb(1))
        'holds'
    """
    above, below = bool(left > right), bool(left < right)
    if relation == "=":
        found = FAILS if above or below else None
    elif relation in {">", ">="}:
        found = HOLDS if above else FAILS if below else None
    else:
        found = HOLDS if below else FAILS if above else None
    if found is None and abs(left - right) <= _ball(LEVEL_WITHIN):
        found = LEVEL
    return found


def _require_around(piece: Mapping[str, Any], field: str, least: flint.arb, most: flint.arb) -> None:
    """Refuse a recorded interval that misses the recomputed one, or is wider by more than the digits kept."""
    ends = piece.get(field)
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, str) for end in ends):
        msg = f"{field!r} must be two decimal ends"
        raise CertificateError(msg)
    try:
        low, high = (_ball(Fraction(end)) for end in ends)
    except (ValueError, ZeroDivisionError) as error:
        msg = f"{field!r} must be two decimal ends, got {ends!r}"
        raise CertificateError(msg) from error
    spare = _ball(EXCESS) + (most - least) * _ball(RELATIVE_EXCESS)
    shown = f"{ends}, recomputed {least.str(20, radius=False)} to {most.str(20, radius=False)}"
    if not (low <= least and most <= high):
        msg = f"the recorded {field} does not hold the true one: {shown}"
        raise CertificateError(msg)
    if not (least - low <= spare and high - most <= spare):
        msg = f"the recorded {field} is wider than what the instance shows: {shown}"
        raise CertificateError(msg)


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))
