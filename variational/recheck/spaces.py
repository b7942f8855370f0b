"""Random finite spaces on which the conditions of a statement hold."""

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from variational.errors import CertificateError, NotCoveredError
from variational.formula import Call, Name, Num
from variational.recheck.arithmetic import TrueLogarithms, UndefinedError
from variational.recheck.conditions import Relation, hold
from variational.recheck.exact import Definition, Evaluator, Index, Space, point_names
from variational.recheck.signature import NORMALISED, Signature, is_real, signature

SIZES = ((2, 2), (3, 2), (2, 3), (3, 3), (2, 2), (3, 3))
TRIES = 4000
LARGEST_WEIGHT = 40


def random_spaces(
    needed: Signature,
    *,
    seed: int,
    conditions: Sequence[Relation] = (),
    definitions: Mapping[str, Definition] | None = None,
    fixed: Mapping[str, Fraction] | None = None,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> Iterator[Space]:
    """Yield one random space for each entry of ``sizes``, without end: the sizes are repeated.

    Args:
        needed: Which functions and parameters to draw.
        seed: Fixes every draw.
        conditions: Relations that hold on every space yielded.
        definitions: Functions used in the conditions that are given by formulas.
        fixed: Parameters that keep a given value.
        sizes: Numbers of points of x and z.

    Raises:
        CertificateError: Where no draw meets the conditions.
    """
    source = random.Random(seed)
    simple = [relation for relation in conditions if not signature(relation.sides, definitions).shapes]
    while True:
        for size_x, size_z in sizes:
            for _ in range(TRIES):
                parameters = _parameters(source, needed.parameters, conditions, fixed or {})
                space = Space(sizes={"x": size_x, "z": size_z}, functions={}, parameters=parameters)
                if not _met(simple, space, None):
                    continue
                tables = {key: _table(source, key, kinds, space) for key, kinds in needed.shapes.items()}
                space = _impose(dataclasses.replace(space, functions=tables), conditions, definitions)
                if len(simple) == len(conditions) or _met(conditions, space, definitions):
                    break
            else:
                msg = f"no admissible space was found in {TRIES} draws; are the conditions contradictory?"
                raise CertificateError(msg)
            yield space


def _met(conditions: Sequence[Relation], space: Space, definitions: Mapping[str, Definition] | None) -> bool:
    try:
        return hold(conditions, space, definitions)
    except (UndefinedError, NotCoveredError):
        return False


def _rational(source: random.Random) -> Fraction:
    return Fraction(source.choice((-1, 1)) * source.randint(1, 30), source.choice((1, 2, 3, 4, 5, 7)))


def _parameters(
    source: random.Random, names: Sequence[str], conditions: Sequence[Relation], fixed: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Draw the parameters, then solve each equation among them for one of its parameters."""
    if source.random() < 0.5:  # small values meet conditions such as 0 < s < 1 more often
        values = {name: Fraction(source.randint(-12, 12), 6) for name in names}
    else:
        values = {name: _rational(source) for name in names}
    for relation in conditions:
        name, sign = _demanded(relation)
        if sign:  # or half of all draws would fail for each parameter that is positive
            values[name] = sign * abs(values[name])
    values.update({name: value for name, value in fixed.items() if name in names})
    for relation in conditions:
        if relation.operator == "=":
            _solve(source, relation, values, fixed)
    return values


def _demanded(relation: Relation) -> tuple[str, int]:
    """Return the parameter whose sign a condition such as ``beta > 1`` fixes, with that sign or 0."""
    left, right = relation.sides
    if isinstance(left, Name) and isinstance(right, Num):
        if relation.operator in {">", ">="} and right.value >= 0:
            return left.id, 1
        if relation.operator in {"<", "<="} and right.value <= 0:
            return left.id, -1
    return "", 0


def _solve(
    source: random.Random, relation: Relation, values: dict[str, Fraction], fixed: Mapping[str, Fraction]
) -> None:
    needed = signature(relation.sides)
    free = [name for name in needed.parameters if name not in fixed and name in values]
    if needed.shapes or not free:
        return
    name = source.choice(free)
    try:
        at_zero, at_one = (relation.rational_gap({**values, name: Fraction(place)}) for place in (0, 1))
    except (UndefinedError, NotCoveredError):
        return
    if at_zero != at_one:
        values[name] = at_zero / (at_zero - at_one)  # exact where the equation is linear in the name


def _impose(space: Space, conditions: Sequence[Relation], definitions: Mapping[str, Definition] | None) -> Space:
    """Fill the table of every function that a condition such as ``pn(x) = pd(x)`` prescribes."""
    for relation in conditions:
        head = relation.left
        if relation.operator == "=" and isinstance(head, Call) and head.key in space.functions:
            points = point_names(head)
            evaluator = Evaluator(space, TrueLogarithms(), definitions)
            table = {
                index: evaluator.value(relation.right, dict(zip(points, index, strict=True)))
                for index in space.indices(points)
            }
            space = dataclasses.replace(space, functions={**space.functions, head.key: table})
    return space


def _table(source: random.Random, key: str, kinds: str, space: Space) -> dict[Index, Fraction]:
    indices = space.indices(tuple(kinds))
    if key == "k":
        drawn = {index: _rational(source) for index in indices}
        return {index: drawn[min(index, index[::-1])] for index in indices}
    if is_real(key):
        return {index: _rational(source) for index in indices}
    if key not in NORMALISED:
        return {index: abs(_rational(source)) for index in indices}
    weights = {index: source.randint(1, LARGEST_WEIGHT) for index in indices}
    totals: dict[Index, int] = {}
    for index, weight in weights.items():
        totals[index[1:]] = totals.get(index[1:], 0) + weight
    return {index: Fraction(weight, totals[index[1:]]) for index, weight in weights.items()}
