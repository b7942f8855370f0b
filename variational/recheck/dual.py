"""Dual numbers over any number type: exact derivatives of a formula with respect to one entry of a table."""

import dataclasses
from fractions import Fraction

from variational.errors import NotCoveredError
from variational.recheck.arithmetic import Arithmetic, Number


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Dual:
    """``value + slope * e`` with ``e**2 = 0``; nested ones carry different levels.

    A number that is no dual, or a dual of a lower level, counts as a constant. Python asks the right operand
    only where it has another type, so the lower level hands over to the higher one itself.

    Attributes:
        value: What the formula is.
        slope: Its derivative along the seeded entries.
        level: Which ``e`` is meant; the higher level is the outer one.
    """

    value: Number
    slope: Number
    level: int = 1

    def _parts(self, other: Number) -> tuple[Number, Number] | None:
        if isinstance(other, Dual) and other.level >= self.level:
            return (other.value, other.slope) if other.level == self.level else None
        return other, 0

    def __add__(self, other: Number) -> Number:
        """Return the sum."""
        parts = self._parts(other)
        if parts is None:
            return other.__radd__(self)
        return Dual(self.value + parts[0], self.slope + parts[1], self.level)

    __radd__ = __add__

    def __neg__(self) -> "Dual":
        """Return the opposite."""
        return Dual(-self.value, -self.slope, self.level)

    def __sub__(self, other: Number) -> Number:
        """Return the difference."""
        parts = self._parts(other)
        if parts is None:
            return other.__rsub__(self)
        return Dual(self.value - parts[0], self.slope - parts[1], self.level)

    def __rsub__(self, other: Number) -> Number:
        """Return the difference the other way round."""
        return -self + other

    def __mul__(self, other: Number) -> Number:
        """Return the product."""
        parts = self._parts(other)
        if parts is None:
            return other.__rmul__(self)
        return Dual(self.value * parts[0], self.slope * parts[0] + self.value * parts[1], self.level)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Number:
        """Return the quotient."""
        parts = self._parts(other)
        if parts is None:
            return other.__rtruediv__(self)
        value, slope = parts
        quotient = self.value / value
        return Dual(quotient, (self.slope - quotient * slope) / value, self.level)

    def __rtruediv__(self, other: Number) -> Number:
        """Return the quotient the other way round."""
        quotient = other / self.value
        return Dual(quotient, -(quotient * self.slope) / self.value, self.level)

    def __eq__(self, other: object) -> bool:
        """Return whether value and slope agree; a constant has slope zero."""
        parts = self._parts(other)
        return parts is not None and bool(self.value == parts[0] and self.slope == parts[1])

    def __hash__(self) -> int:
        """Return the hash of the value; equal constants share it."""
        return hash(self.value)


@dataclasses.dataclass(frozen=True, slots=True)
class DualArithmetic:
    """The arithmetic of ``base`` carried on to dual numbers of any level.

    Attributes:
        base: Arithmetic of the numbers below the duals.
    """

    base: Arithmetic

    def number(self, value: Fraction) -> Number:
        """Return a constant."""
        return self.base.number(value)

    def function(self, name: str, value: Number) -> Number:
        """Return ``log``, ``exp`` or ``sqrt`` by the chain rule."""
        if not isinstance(value, Dual):
            return self.base.function(name, value)
        inner = self.function(name, value.value)
        if name == "log":
            slope = value.slope / value.value
        elif name == "exp":
            slope = value.slope * inner
        else:
            slope = value.slope / (inner * 2)
        return Dual(inner, slope, value.level)

    def power(self, base: Number, exponent: Number) -> Number:
        """Return the power; the exponent is a constant."""
        if isinstance(exponent, Dual):
            if exponent.slope != 0:
                msg = "an exponent that depends on the varied density is not handled"
                raise NotCoveredError(msg)
            return self.power(base, exponent.value)
        if not isinstance(base, Dual):
            return self.base.power(base, exponent)
        if exponent == 0:
            return self.base.number(Fraction(1))
        slope = self.power(base.value, exponent - 1) * exponent * base.slope
        return Dual(self.power(base.value, exponent), slope, base.level)


def slope(value: Number, level: int = 1) -> Number:
    """Return the derivative of ``value`` at ``level``; zero for a constant.

    Example:
        >>> three = Dual(Fraction(3), Fraction(1))
        >>> slope(three * three)
        Fraction(6, 1)
    """
    return value.slope if isinstance(value, Dual) and value.level == level else 0
