"""What options must satisfy; each rule raises one line with name, value and rule."""

import math
from collections.abc import Iterable

from variational.errors import InvalidInputError


def require_in_range(
    name: str, value: float, *, least: float = -math.inf, most: float = math.inf, strict: bool = False
) -> None:
    """Refuse a number that is not finite or outside [least, most]; ``strict`` excludes ``least`` itself."""
    if not ((least < value if strict else least <= value) and value <= most and abs(value) < math.inf):
        bounds = [f" {'>' if strict else '>='} {least:g}"] if least > -math.inf else []
        bounds += [f" <= {most:g}"] if most < math.inf else []
        msg = f"{name} must be a finite number{' and'.join(bounds)}, got {value}"
        raise InvalidInputError(msg)


def require_count(name: str, value: object, *, least: int = 1) -> None:
    """Refuse what is not a whole number >= ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        msg = f"{name} must be a whole number >= {least}, got {value!r}"
        raise InvalidInputError(msg)


def require_counts(name: str, values: Iterable[object], *, fewest: int = 1) -> None:
    """Refuse a sequence that is shorter than ``fewest`` or has an entry other than a positive integer."""
    entries = tuple(values)
    if len(entries) < fewest:
        msg = f"{name} must have at least {fewest} {'entry' if fewest == 1 else 'entries'}, got {entries}"
        raise InvalidInputError(msg)
    for place, entry in enumerate(entries):
        require_count(f"{name}[{place}]", entry)


def require_one_of(name: str, value: str, choices: Iterable[str]) -> None:
    """Refuse what is not among the choices."""
    if value not in choices:
        msg = f"{name} must be one of {', '.join(choices)}, got {value!r}"
        raise InvalidInputError(msg)
