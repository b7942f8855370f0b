"""What the arguments of the numeric layer must satisfy; each rule raises one line with name, value and rule."""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, to_numpy
from variational.errors import InvalidInputError

TOTAL_ROUNDING = 1e-9  # how far from 1 the sum of a probability vector may be


def require_in_range(name: str, value: float, *, least: float, strict: bool = False) -> None:
    """Refuse a number that is not finite or below ``least``; ``strict`` excludes ``least`` itself."""
    if not (least < value if strict else least <= value) or not value < float("inf"):
        msg = f"{name} must be a finite number {'>' if strict else '>='} {least:g}, got {value}"
        raise InvalidInputError(msg)


def finite_array(name: str, values: npt.ArrayLike, axes: int) -> Array:
    """Return a read-only float64 copy with ``axes`` axes, none of them empty, and finite entries."""
    try:
        array = np.array(to_numpy(values), dtype=np.float64)
    except (TypeError, ValueError) as error:
        msg = f"{name} must be an array of numbers, got {values!r:.60}"
        raise InvalidInputError(msg) from error
    if array.ndim != axes or array.size == 0:
        msg = f"{name} must have {axes} axes, none empty, got shape {array.shape}"
        raise InvalidInputError(msg)
    if not np.isfinite(array).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        msg = f"{name} must hold finite numbers, got {array[place]} at index {', '.join(map(str, place))}"
        raise InvalidInputError(msg)
    array.flags.writeable = False
    return array


def require_not_negative(name: str, array: Array) -> None:
    """Refuse an array with an entry below zero."""
    if array.min() < 0:
        place = int(array.argmin())
        msg = f"{name} must be >= 0, got {array[place]} at index {place}"
        raise InvalidInputError(msg)


def probabilities(name: str, values: npt.ArrayLike) -> Array:
    """Return a probability vector as a read-only copy."""
    array = finite_array(name, values, 1)
    require_not_negative(name, array)
    require_total(name, float(array.sum()))
    return array


def log_masses(name: str, values: npt.ArrayLike) -> Array:
    """Return finite log masses of unit total as a read-only copy."""
    array = finite_array(name, values, 1)
    require_total(f"exp({name})", float(np.exp(np.minimum(array, 1.0)).sum()))
    return array


def require_total(name: str, total: float) -> None:
    """Refuse a total that is not one."""
    if not abs(total - 1) <= TOTAL_ROUNDING:
        msg = f"{name} must sum to one, got {total!r}"
        raise InvalidInputError(msg)


def require_equal_length(name: str, array: Array, other_name: str, other: Array) -> None:
    """Refuse an array whose shape is not that of the other."""
    if array.shape != other.shape:
        msg = f"{name} must have as many entries as {other_name} ({len(other)}), got {len(array)}"
        raise InvalidInputError(msg)


def require_positive_curvature(curvature: Array) -> None:
    """Refuse c <= 0 and say at which x and what it means."""
    if curvature.min() > 0:
        return
    place = int(curvature.argmin())
    meaning = (
        "the loss is not convex there, and on an atomless space of codes it has no minimum"
        if curvature[place] < 0
        else "the loss is linear in q(z|x) there, so no interior optimum is determined; drop that x if its mass is zero"
    )
    msg = (
        f"curvature c(x), the coefficient of q log q, must be > 0, got {curvature[place]} at x index {place}: {meaning}"
    )
    raise InvalidInputError(msg)
