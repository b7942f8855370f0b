"""Enclosures contain the true value, and what cannot be enclosed is refused."""

import decimal
from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import fractions_between
from variational import balls
from variational.errors import NotCoveredError

A, B = sp.symbols("a b", positive=True)
DIGITS = 80  # far more than the 128 bits of the balls
WIDTH = Fraction(1, 10**30)  # relative to one; 128 bits are 38 digits, a few are lost to the operations

EXPRESSIONS = [
    A + B,
    A - B,
    A * B / (A + 1),
    A**3 - B**2,
    A**-2 + B**-1,
    sp.sqrt(A) + A ** sp.Rational(2, 3),
    A**B,
    sp.log(A) * sp.log(1 + B),
    sp.exp(-A) + sp.exp(B / 3),
    sp.erf(A / sp.sqrt(2)),
    (A / B - 1 - sp.log(A / B)) / 2,
    sp.erf(A) * sp.log(sp.erf(A) / (sp.erf(A) + B)) + sp.Rational(1, 3),
]


def true_value(expression, values):
    """Return the value by mpmath, good to seventy digits."""
    with mpmath.workdps(DIGITS):
        names = {"log": mpmath.log, "exp": mpmath.exp, "erf": mpmath.erf, "sqrt": mpmath.sqrt}
        arguments = {name: mpmath.mpf(value.numerator) / value.denominator for name, value in values.items()}
        function = sp.lambdify(list(arguments), expression, modules=[names, "mpmath"])
        found = mpmath.mpf(function(*arguments.values()))
        return Fraction(mpmath.nstr(found, 70, strip_zeros=False, min_fixed=-1000, max_fixed=1000))


def ball_of(value):
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def ends(ball):
    """Return rational numbers below and above a ball."""
    with flint.ctx.workprec(400):
        middle, radius = ball.mid().fmpq(), ball.rad().fmpq()
    low, high = middle - radius, middle + radius
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


POSITIVE = fractions_between(Fraction(1, 50), 4, denominator=60)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
@settings(max_examples=60)
@given(a=POSITIVE, b=POSITIVE)
def test_the_enclosure_contains_the_value_and_is_narrow(expression, a, b):
    values = {"a": a, "b": b}
    low, high = ends(balls.enclose(expression, values))
    exact = true_value(expression, values)
    slip = (1 + abs(exact)) / 10**60  # of the eighty digits, more than enough
    assert low <= exact + slip
    assert exact - slip <= high
    assert high - low < WIDTH * (1 + abs(exact)) * 10**5


def test_rational_numbers_are_enclosed_as_they_are():
    low, high = ends(balls.enclose(sp.Rational(3, 8) + A, {"a": Fraction(1, 4)}))
    assert low == high == Fraction(5, 8)


def test_the_precision_of_the_caller_does_not_matter():
    with flint.ctx.workprec(20):
        low, high = ends(balls.enclose(sp.log(A), {"a": Fraction(3)}))
    assert high - low < WIDTH


def test_the_precision_of_the_caller_is_left_alone():
    before = flint.ctx.prec
    balls.enclose(sp.log(A), {"a": Fraction(3)})
    assert flint.ctx.prec == before


@pytest.mark.parametrize(
    "expression", [sp.sin(A), sp.gamma(A), sp.EulerGamma * A, sp.Symbol("c"), sp.I, sp.Float("0.1")], ids=str
)
def test_what_has_no_enclosure_is_refused(expression):
    with pytest.raises(NotCoveredError, match="no enclosure"):
        balls.enclose(expression, {"a": Fraction(1)})


@pytest.mark.parametrize(
    "expression", [sp.log(-A), sp.log(A - 1), 1 / (A - 1), sp.sqrt(-A), sp.nan, sp.zoo, sp.oo], ids=str
)
def test_an_undefined_value_never_becomes_an_interval(expression):
    with pytest.raises(NotCoveredError):
        balls.interval(balls.enclose(expression, {"a": Fraction(1)}))


@pytest.mark.parametrize("expression", [sp.log(-A), 1 / (A - 1), sp.sqrt(A - 2)], ids=str)
def test_an_undefined_value_compares_with_nothing(expression):
    ball = balls.enclose(expression, {"a": Fraction(1)})
    assert not ball < flint.arb(10) ** 10
    assert not ball > -(flint.arb(10) ** 10)


@given(value=st.fractions(min_value=-1000, max_value=1000, max_denominator=10**9))
def test_the_decimal_ends_lie_on_both_sides(value):
    ball = ball_of(value)
    low, high = map(Fraction, balls.interval(ball))
    lowest, highest = ends(ball)
    assert low <= lowest <= highest <= high
    assert high - low <= Fraction(2, 10**balls.PLACES)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 3), ("0.333333333333", "0.333333333334")),
        (Fraction(-1, 3), ("-0.333333333334", "-0.333333333333")),
        (Fraction(2, 3), ("0.666666666666", "0.666666666667")),
        (Fraction(1, 10**15), ("0", "1E-12")),
        (Fraction(-1, 10**15), ("-1E-12", "0")),
    ],
)
def test_the_ends_are_rounded_outwards(value, expected):
    found = balls.interval(ball_of(value))
    assert tuple(map(decimal.Decimal, found)) == tuple(map(decimal.Decimal, expected))


def test_a_wide_ball_keeps_its_width():
    low, high = map(Fraction, balls.interval(flint.arb(1, "0.25")))
    assert low <= Fraction(3, 4)
    assert high >= Fraction(5, 4)


@pytest.mark.parametrize("ball", [flint.arb("nan"), flint.arb("inf"), flint.arb(0, "inf")], ids=str)
def test_a_ball_that_is_not_finite_has_no_interval(ball):
    with pytest.raises(NotCoveredError, match="too wide"):
        balls.interval(ball)
