"""What values of settings must satisfy; each rule raises one line with name, value and rule."""

from variational.errors import InvalidInputError


def require(condition: bool, name: str, value: object, rule: str) -> None:
    """Raise InvalidInputError with the name, the value and the rule unless the condition is true."""
    if not condition:
        msg = f"{name} must be {rule}, got {value!r}"
        raise InvalidInputError(msg)


def require_positive(record: object, *names: str) -> None:
    """Refuse fields that are not above zero; a field that is None is left alone."""
    for name in names:
        value = getattr(record, name)
        require(value is None or 0 < value < float("inf"), name, value, "above 0 and finite")


def require_not_negative(record: object, *names: str) -> None:
    """Refuse fields that are below zero or not finite; a field that is None is left alone."""
    for name in names:
        value = getattr(record, name)
        require(value is None or 0 <= value < float("inf"), name, value, "at least 0 and finite")


def require_finite(record: object, *names: str) -> None:
    """Refuse fields that are not finite."""
    for name in names:
        value = getattr(record, name)
        require(abs(value) < float("inf"), name, value, "finite")


def require_widths(record: object, *names: str, fewest: int = 0) -> None:
    """Refuse tuples that are too short or have an entry below one."""
    for name in names:
        values = getattr(record, name)
        rule = f"a list of {fewest} or more whole numbers above 0" if fewest else "a list of whole numbers above 0"
        require(len(values) >= fewest and all(value > 0 for value in values), name, values, rule)
