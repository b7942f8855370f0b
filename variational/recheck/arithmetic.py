"""The number types in which a formula is evaluated: formal logarithms, true logarithms and balls."""

import random
from fractions import Fraction
from typing import Any, Protocol

import flint

from variational.errors import NotCoveredError, VaeproofError
from variational.recheck.logs import LogPolynomial, log_of, prime_powers

Number = Any  # fmpq, Fraction, LogPolynomial, arb or Dual: what + - * / accept together
IMAGES = 2**40  # images of the primes are drawn from this range
MOST_EXPONENT = 200
MOST_BITS = 100_000  # of a power
BALL_BITS = 256


class UndefinedError(VaeproofError):
    """A formula has no value at a point: a quotient by zero or the logarithm of no positive number."""


class UndefinedLogError(UndefinedError):
    """The argument of a logarithm is not positive; a factor that vanishes before it makes the product 0."""


class Arithmetic(Protocol):
    """What the evaluator needs beside the operators of the numbers."""

    def number(self, value: Fraction) -> Number:
        """Return a rational number in this arithmetic."""

    def function(self, name: str, value: Number) -> Number:
        """Return ``log``, ``exp``, ``sqrt`` or ``erfc`` of ``value``."""

    def power(self, base: Number, exponent: Number) -> Number:
        """Return ``base`` to the power ``exponent``."""


class FormalLogarithms:
    """Rational numbers with a random homomorphism from the positive rationals to Q in place of log.

    Two formulas that agree for every such homomorphism at every rational point agree as expressions in
    densities and logarithms, hence for the true logarithm as well.

    Attributes:
        seed: Fixes the images of the primes.
    """

    def __init__(self, seed: int) -> None:
        """Start with no prime seen."""
        self.seed = seed
        self._images: dict[int, int] = {}
        self._logs: dict[tuple[int, int], flint.fmpq] = {}

    def number(self, value: Fraction) -> flint.fmpq:
        """Return a rational number."""
        return flint.fmpq(value.numerator, value.denominator)

    def function(self, name: str, value: flint.fmpq) -> flint.fmpq:
        """Return the image of ``value`` under the homomorphism; ``exp`` and ``sqrt`` are not formal."""
        if name != "log":
            msg = f"{name} has no exact value"
            raise NotCoveredError(msg)
        if not value > 0:
            msg = f"logarithm of {value}"
            raise UndefinedLogError(msg)
        key = int(value.p), int(value.q)
        if key not in self._logs:
            total = sum(power * self._image(prime) for prime, power in prime_powers(Fraction(*key)))
            self._logs[key] = flint.fmpq(total)
        return self._logs[key]

    def power(self, base: flint.fmpq, exponent: flint.fmpq) -> flint.fmpq:
        """Return the power with an integer exponent."""
        integer = whole(Fraction(int(exponent.p), int(exponent.q)))
        _require_small(int(base.p), int(base.q), integer)
        return base**integer

    def _image(self, prime: int) -> int:
        if prime not in self._images:
            self._images[prime] = random.Random(f"{self.seed}:{prime}").randint(1, IMAGES)
        return self._images[prime]


class TrueLogarithms:
    """Rational numbers and polynomials in the logarithms of primes: the true values at a witness."""

    def number(self, value: Fraction) -> Fraction:
        """Return a rational number."""
        return value

    def function(self, name: str, value: Fraction | LogPolynomial) -> LogPolynomial:
        """Return the logarithm of a positive rational number."""
        if name != "log":
            msg = f"{name} has no exact value"
            raise NotCoveredError(msg)
        constant = value.constant if isinstance(value, LogPolynomial) else value
        if constant is None:
            msg = f"the logarithm of {value} is no polynomial in logarithms"
            raise NotCoveredError(msg)
        if not constant > 0:
            msg = f"logarithm of {constant}"
            raise UndefinedLogError(msg)
        return log_of(constant)

    def power(self, base: Fraction | LogPolynomial, exponent: Fraction | LogPolynomial) -> Number:
        """Return the power with an integer exponent."""
        constant = exponent.constant if isinstance(exponent, LogPolynomial) else exponent
        if constant is None:
            msg = "an exponent that holds logarithms has no exact value"
            raise NotCoveredError(msg)
        integer = whole(constant)
        for value in base.terms.values() if isinstance(base, LogPolynomial) else (base,):
            _require_small(value.numerator, value.denominator, integer)
        return base**integer


class Balls:
    """Ball arithmetic at the working precision of flint; for formulas with ``exp``, ``sqrt`` and real powers."""

    def number(self, value: Fraction) -> flint.arb:
        """Return a ball around a rational number."""
        return flint.arb(flint.fmpq(value.numerator, value.denominator))

    def function(self, name: str, value: flint.arb) -> flint.arb:
        """Return a ball around ``log``, ``exp``, ``sqrt`` or ``erfc``."""
        if name in {"exp", "erfc"}:
            return value.exp() if name == "exp" else value.erfc()
        if name == "log" and not value > 0:
            msg = f"logarithm of {value}"
            raise UndefinedLogError(msg)
        if name == "sqrt" and not value >= 0:
            msg = f"square root of {value}"
            raise UndefinedError(msg)
        return value.log() if name == "log" else value.sqrt()

    def power(self, base: flint.arb, exponent: flint.arb) -> flint.arb:
        """Return a ball around the power; a real exponent needs a positive base."""
        integer = exponent.unique_fmpz()
        if integer is not None and exponent.is_integer():
            return flint.arb(base ** whole(Fraction(int(integer))))
        if not base > 0:
            msg = f"{base} to the power {exponent}"
            raise UndefinedError(msg)
        return (exponent * base.log()).exp()


def whole(exponent: Fraction) -> int:
    """Return ``exponent`` as an integer.

    Raises:
        NotCoveredError: Where it is none, or so large that the power would not fit into memory.
    """
    if exponent.denominator != 1:
        msg = f"a power with exponent {exponent} has no exact value"
        raise NotCoveredError(msg)
    if abs(exponent) > MOST_EXPONENT:
        msg = f"exponents are at most {MOST_EXPONENT} in size, got {exponent}"
        raise NotCoveredError(msg)
    return int(exponent)


def _require_small(numerator: int, denominator: int, exponent: int) -> None:
    if max(numerator.bit_length(), denominator.bit_length()) * abs(exponent) > MOST_BITS:
        msg = f"a power with more than {MOST_BITS} bits is not handled"
        raise NotCoveredError(msg)
