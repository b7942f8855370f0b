"""Exact elements of Q[log 2, log 3, log 5, ...], the ring in which the values at a witness lie."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Union

import flint

from variational.errors import CertificateError, NotCoveredError

Monomial = tuple[tuple[int, int], ...]  # ((2, 1), (3, 2)) stands for log(2)*log(3)^2
Exact = Union[Fraction, "LogPolynomial"]
START_BITS = 64
MOST_BITS = 16384
MOST_TERMS = 20_000
MOST_FACTOR_BITS = 160
OPERANDS = (int, Fraction)


class LogPolynomial:
    """A polynomial in the logarithms of primes with rational coefficients, in normal form.

    Attributes:
        terms: Monomial -> coefficient; no coefficient is zero.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        """Keep the terms whose coefficient is not zero."""
        self.terms = {monomial: value for monomial, value in terms.items() if value}
        if len(self.terms) > MOST_TERMS:
            msg = f"an exact value with more than {MOST_TERMS} terms is not handled"
            raise NotCoveredError(msg)

    @property
    def constant(self) -> Fraction | None:
        """The value as a rational number, or None where logarithms remain."""
        if not self.terms:
            return Fraction(0)
        return self.terms.get(()) if len(self.terms) == 1 else None

    def __add__(self, other: object) -> "LogPolynomial":
        """Return the sum."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        terms = dict(self.terms)
        for monomial, value in lift(other).terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + value
        return LogPolynomial(terms)

    __radd__ = __add__

    def __neg__(self) -> "LogPolynomial":
        """Return the opposite."""
        return LogPolynomial({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: object) -> "LogPolynomial":
        """Return the difference."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        return self + -lift(other)

    def __rsub__(self, other: object) -> "LogPolynomial":
        """Return the difference the other way round."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        return lift(other) - self

    def __mul__(self, other: object) -> "LogPolynomial":
        """Return the product."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        terms: dict[Monomial, Fraction] = {}
        for left, first in self.terms.items():
            for right, second in lift(other).terms.items():
                monomial = _join(left, right)
                terms[monomial] = terms.get(monomial, Fraction(0)) + first * second
        return LogPolynomial(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> "LogPolynomial":
        """Return the quotient by a rational number; another quotient leaves the ring."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        divisor = lift(other).constant
        if divisor is None:
            msg = f"division by {lift(other)} leaves the ring of exact values"
            raise NotCoveredError(msg)
        return LogPolynomial({monomial: value / divisor for monomial, value in self.terms.items()})

    def __rtruediv__(self, other: object) -> "LogPolynomial":
        """Return the quotient the other way round."""
        if not isinstance(other, (LogPolynomial, *OPERANDS)):
            return NotImplemented
        return lift(other) / self

    def __pow__(self, exponent: int) -> "LogPolynomial":
        """Return the power with an integer exponent."""
        if exponent < 0:
            return LogPolynomial({(): Fraction(1)}) / self ** (-exponent)
        result = LogPolynomial({(): Fraction(1)})
        for _ in range(exponent):
            result = result * self
        return result

    def __eq__(self, other: object) -> bool:
        """Return whether both normal forms are the same."""
        if isinstance(other, int | Fraction):
            return self.constant == other
        return isinstance(other, LogPolynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        """Return a hash that agrees with that of an equal rational number."""
        return hash(self.constant if self.constant is not None else frozenset(self.terms.items()))

    def __str__(self) -> str:
        """Return the value as formula text."""
        if not self.terms:
            return "0"
        pieces = [_piece(monomial, self.terms[monomial]) for monomial in sorted(self.terms)]
        text = " ".join(f"{'-' if negative else '+'} {body}" for negative, body in pieces)
        return text.removeprefix("+ ") if text[0] == "+" else "-" + text[2:]

    __repr__ = __str__


def lift(value: Exact | int) -> LogPolynomial:
    """Return a rational number as an element of the ring."""
    return value if isinstance(value, LogPolynomial) else LogPolynomial({(): Fraction(value)})


@lru_cache(maxsize=4096)
def log_of(value: Fraction) -> LogPolynomial:
    """Return the logarithm of a positive rational number.

    Example:
        >>> log_of(Fraction(8, 3))
        3*log(2) - log(3)
    """
    terms: dict[Monomial, Fraction] = {}
    for prime, power in prime_powers(value):
        terms[((prime, 1),)] = Fraction(power)
    return LogPolynomial(terms)


def prime_powers(value: Fraction) -> list[tuple[int, int]]:
    """Return the primes of a positive rational number with their exponents.

    Raises:
        NotCoveredError: Where the number is too large to be factorised at once.
    """
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_FACTOR_BITS:
        msg = f"a logarithm of a number with more than {MOST_FACTOR_BITS} bits is not handled"
        raise NotCoveredError(msg)
    above = flint.fmpz(value.numerator).factor()
    below = flint.fmpz(value.denominator).factor()
    return [(int(prime), int(power)) for prime, power in above] + [(int(p), -int(power)) for p, power in below]


def sign(value: Exact) -> int:
    """Return -1, 0 or 1; zero is recognised by the normal form only.

    Raises:
        CertificateError: Where the true value is too near to zero for the highest precision.

    Example:
        >>> sign(2 * log_of(Fraction(3)) - 3 * log_of(Fraction(2)))
        1
    """
    number = lift(value)
    constant = number.constant
    if constant is not None:
        return (constant > 0) - (constant < 0)
    bits = START_BITS
    while bits <= MOST_BITS:
        with flint.ctx.workprec(bits):
            ball = enclose(number)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
        bits *= 2
    msg = f"the sign of {number} is open at {MOST_BITS} bits"
    raise CertificateError(msg)


def enclose(value: Exact) -> flint.arb:
    """Return a ball around the true value, at the working precision of flint."""
    total = flint.arb(0)
    for monomial, coefficient in lift(value).terms.items():
        term = flint.arb(flint.fmpq(coefficient.numerator, coefficient.denominator))
        for prime, power in monomial:
            for _ in range(power):
                term = term * flint.arb(prime).log()
        total = total + term
    return total


def _join(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for prime, power in right:
        powers[prime] = powers.get(prime, 0) + power
    return tuple(sorted(powers.items()))


def _piece(monomial: Monomial, coefficient: Fraction) -> tuple[bool, str]:
    factors = [f"log({prime})" if power == 1 else f"log({prime})^{power}" for prime, power in monomial]
    size = abs(coefficient)
    shown = factors if factors and size == 1 else [str(size), *factors]
    return coefficient < 0, "*".join(shown)
