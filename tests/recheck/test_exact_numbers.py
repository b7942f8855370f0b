"""Exact logarithms, formal logarithms and dual numbers against values known otherwise."""

import math
import random
from fractions import Fraction

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import fractions_between
from variational.errors import NotCoveredError
from variational.recheck.arithmetic import FormalLogarithms, TrueLogarithms, UndefinedLogError
from variational.recheck.dual import Dual, DualArithmetic, slope
from variational.recheck.exact import Evaluator, Space, parse
from variational.recheck.logs import LogPolynomial, lift, log_of, sign
from variational.recheck.reading import EMPTY, recorded_value

POSITIVE = fractions_between(Fraction(1, 50), 50, denominator=50)
ANY = fractions_between(-20, 20, denominator=20)
TRUE = Evaluator(EMPTY, TrueLogarithms())


@st.composite
def log_polynomials(draw):
    total = lift(draw(ANY))
    for _ in range(draw(st.integers(0, 3))):
        total = total + draw(ANY) * log_of(draw(POSITIVE)) * log_of(draw(POSITIVE))
    return total


def as_float(value):
    total = 0.0
    for monomial, coefficient in lift(value).terms.items():
        total += float(coefficient) * math.prod(math.log(prime) ** power for prime, power in monomial)
    return total


@given(first=POSITIVE, second=POSITIVE)
def test_the_logarithm_of_a_product_is_the_sum(first, second):
    assert log_of(first * second) == log_of(first) + log_of(second)


@given(first=POSITIVE, second=POSITIVE)
def test_the_sign_of_a_difference_of_logarithms_is_that_of_the_numbers(first, second):
    assert sign(log_of(first) - log_of(second)) == (first > second) - (first < second)


@given(value=log_polynomials())
def test_the_text_of_an_exact_value_reads_back_as_the_same_value(value):
    assert lift(recorded_value(str(value), TRUE)) == value


@given(first=log_polynomials(), second=log_polynomials(), third=log_polynomials())
def test_exact_values_form_a_ring(first, second, third):
    assert first * (second + third) == first * second + first * third
    assert (first - second) + second == first
    assert (first + second) ** 2 == first**2 + 2 * first * second + second**2


@given(value=log_polynomials())
def test_the_sign_agrees_with_floats_where_these_are_clear(value):
    near = as_float(value)
    if abs(near) > 1e-6:  # values are below 1e5, so floats err by less than 1e-10
        assert sign(value) == (1 if near > 0 else -1)


def test_the_sign_of_a_tiny_difference_is_found():
    # log(2) is within 1e-60 of this rational number, yet different from it.
    close = Fraction("0.693147180559945309417232121458176568075500134360255254120680")
    assert sign(log_of(Fraction(2)) - close) == 1


def test_an_exact_value_is_written_as_a_formula():
    value = Fraction(1, 2) * log_of(Fraction(2)) - 3 * log_of(Fraction(3)) - log_of(Fraction(2)) ** 2
    assert str(value) == "1/2*log(2) - log(2)^2 - 3*log(3)"
    assert str(LogPolynomial({})) == "0"


def test_a_quotient_by_a_logarithm_leaves_the_ring():
    with pytest.raises(NotCoveredError):
        1 / log_of(Fraction(2))


@given(first=POSITIVE, second=POSITIVE, seed=st.integers(0, 2**32))
def test_a_formal_logarithm_is_a_homomorphism(first, second, seed):
    arithmetic = FormalLogarithms(seed)
    images = [arithmetic.function("log", arithmetic.number(value)) for value in (first, second, first * second)]
    assert images[0] + images[1] == images[2]


def test_formal_logarithms_of_different_primes_are_unrelated():
    relation = parse("log(3)*log(5) - log(15)^2/4")
    assert Evaluator(EMPTY, FormalLogarithms(1)).value(relation, {}) != 0


@pytest.mark.parametrize("text", ["log(0)", "log(-1)", "phi(0)"])
def test_a_logarithm_of_no_positive_number_is_undefined(text):
    for arithmetic in (FormalLogarithms(1), TrueLogarithms()):
        with pytest.raises(UndefinedLogError):
            Evaluator(EMPTY, arithmetic).value(parse(text), {})


@pytest.mark.parametrize("text", ["2^(10^9)", "((2^200)^200)^200", "exp(1)", "2^(1/2)", "log(log(2))"])
def test_what_has_no_exact_value_of_moderate_size_is_refused(text):
    with pytest.raises(NotCoveredError):
        TRUE.value(parse(text), {})


def test_a_number_too_large_to_factorise_is_refused():
    with pytest.raises(NotCoveredError, match="bits"):
        TRUE.value(parse("log(2^180+1)"), {})


DERIVATIVES = [
    ("t^3", "3*t^2"),
    ("1/t", "-1/t^2"),
    ("t*log(t)", "log(t)+1"),
    ("log(t/(1+t))", "1/t-1/(1+t)"),
    ("(t-1)/(t+1)", "2/(t+1)^2"),
    ("t^(-2)*log(t)^2", "2*log(t)/t^3 - 2*log(t)^2/t^3"),
    ("phi(t)", "1-1/t"),
    ("5 - t", "-1"),
    ("7", "0"),
]


@pytest.mark.parametrize(("text", "expected"), DERIVATIVES)
@given(point=POSITIVE)
def test_the_slope_of_a_dual_number_is_the_derivative(text, expected, point):
    arithmetic = FormalLogarithms(3)
    space = Space(sizes={"x": 1, "z": 1}, functions={"t": {(0,): point}}, parameters={})
    place = {"x": 0}
    written = {name: parse(body.replace("t", "t(x)")) for name, body in (("f", text), ("g", expected))}
    seeded = {("t", (0,)): Dual(arithmetic.number(point), 1)}
    dual = Evaluator(space, DualArithmetic(arithmetic), overrides=seeded)
    assert slope(dual.value(written["f"], place)) == Evaluator(space, arithmetic).value(written["g"], place)


@given(point=POSITIVE)
def test_nested_dual_numbers_give_the_second_derivative(point):
    inner = Dual(fmpq(point.numerator, point.denominator), 1, 1)
    value = Dual(inner, 1, 2)
    cube = value * value * value / (1 + value)
    t = fmpq(point.numerator, point.denominator)
    expected = 6 * t / (1 + t) - 6 * t**2 / (1 + t) ** 2 + 2 * t**3 / (1 + t) ** 3
    assert slope(slope(cube, 2), 1) == expected


def test_dual_numbers_of_different_levels_do_not_mix():
    first, second = Dual(Fraction(3), Fraction(1), 1), Dual(Fraction(5), Fraction(1), 2)
    product = first * second - second + first
    assert slope(slope(product, 2), 1) == 1
    assert slope(product, 2) == Dual(Fraction(2), Fraction(1), 1)


def test_the_seed_fixes_the_formal_logarithms():
    seed = random.Random(0).getrandbits(30)
    values = [FormalLogarithms(seed).function("log", fmpq(6)) for _ in range(2)]
    assert values[0] == values[1] != FormalLogarithms(seed + 1).function("log", fmpq(6))
