"""Floating-point values of formulas, for searches; nothing is decided by them."""

import math
from fractions import Fraction

from variational.recheck.arithmetic import UndefinedError, UndefinedLogError


class Floats:
    """Double precision in the place of exact numbers."""

    def number(self, value: Fraction) -> float:
        """Return the nearest float."""
        return float(value)

    def function(self, name: str, value: float) -> float:
        """Return ``log``, ``exp`` or ``sqrt`` of ``value``."""
        if name == "exp":
            return math.exp(min(value, 700.0))
        if not value > 0:
            if name == "sqrt" and value == 0:
                return 0.0
            msg = f"{name} of {value}"
            raise UndefinedLogError(msg)
        return math.log(value) if name == "log" else math.sqrt(value)

    def power(self, base: float, exponent: float) -> float:
        """Return the power, where it is a finite real number."""
        try:
            found = base**exponent
        except (OverflowError, ZeroDivisionError) as error:
            msg = f"{base} to the power {exponent}"
            raise UndefinedError(msg) from error
        if isinstance(found, complex):
            msg = f"{base} to the power {exponent}"
            raise UndefinedError(msg)
        return float(found)
