"""Conditions on parameters as an analysis states them, ``beta > 1 and delta = 0``, evaluated at numbers."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from variational.errors import InvalidInputError

Array = npt.NDArray[np.float64]

RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
RELATION = re.compile(r"(.+?) (<=|>=|=|<|>) (.+)")
ALWAYS, NEVER = "always", "never"


def holds(condition: str, values: Mapping[str, float]) -> bool:
    """Tell whether every relation of a condition holds.

    Args:
        condition: Relations between sums of products, joined by ``and``; ``always`` or ``never``.
        values: What the names in it stand for.

    Raises:
        InvalidInputError: For a condition of another form.

    Example:
        >>> holds("beta > 1 and delta = 0", {"beta": 2.0, "delta": 0.0})
        True
    """
    if condition in {ALWAYS, NEVER}:
        return condition == ALWAYS
    return all(bool(RELATIONS[sign](left, right)) for left, sign, right in _sides(condition, values))


def margin(relation: str, values: Mapping[str, Any]) -> Array:
    """Return by how much one relation ``left >= right`` holds, at numbers or arrays of them; zero on the boundary.

    Raises:
        InvalidInputError: For a relation of another form.

    Example:
        >>> float(margin("beta*pd + delta*pn >= pd", {"beta": 0.5, "delta": 1.0, "pd": 1.0, "pn": 0.75}))
        0.25
    """
    sides = _sides(relation, values)
    if len(sides) != 1 or sides[0][1] == "=":
        msg = f"relation must be one inequality, got {relation!r}"
        raise InvalidInputError(msg)
    left, sign, right = sides[0]
    found = left - right if sign.startswith(">") else right - left
    return np.asarray(found, dtype=np.float64)


def verdict_at(regimes: Sequence[Mapping[str, Any]], space: str, values: Mapping[str, float]) -> str:
    """Return what an analysis says of the optimum at one setting.

    Args:
        regimes: Of an analysis, each with ``condition``, ``spaces`` and ``verdict``.
        space: ``finite``, ``discrete-x`` or ``densities``.
        values: The parameters by the names that the conditions use.

    Raises:
        InvalidInputError: Where no regime, or more than one verdict, covers the setting.
    """
    found = {
        regime["verdict"] for regime in regimes if space in regime["spaces"] and holds(regime["condition"], values)
    }
    if len(found) != 1:
        msg = f"regimes must give one verdict on {space} spaces at {dict(values)}, got {sorted(found)}"
        raise InvalidInputError(msg)
    return str(found.pop())


def _sides(condition: str, values: Mapping[str, Any]) -> list[tuple[Any, str, Any]]:
    found = []
    for part in condition.split(" and "):
        match = RELATION.fullmatch(part)
        if match is None:
            msg = f"condition must join relations such as 'beta > 1' by 'and', got {condition!r}"
            raise InvalidInputError(msg)
        found.append((_sum(match[1], values), match[2], _sum(match[3], values)))
    return found


def _sum(text: str, values: Mapping[str, Any]) -> Any:
    return sum(math.prod(_factor(factor, values) for factor in term.split("*")) for term in text.split(" + "))


def _factor(text: str, values: Mapping[str, Any]) -> Any:
    if text in values:
        return values[text]
    try:
        return float(text)
    except ValueError as error:
        msg = f"condition must hold numbers and {', '.join(values)}, got {text!r}"
        raise InvalidInputError(msg) from error
