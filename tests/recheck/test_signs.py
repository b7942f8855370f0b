"""A sign is found where the form shows it, and never a wrong one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import fractions_between
from variational.recheck import smt
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.conditions import read_relations
from variational.recheck.exact import Evaluator, Space, parse, read_definitions
from variational.recheck.rules_decision import visible_slack
from variational.recheck.signs import Sign, Signs

VISIBLE = [
    ("pd(x)*q(z|x)", (), ">"),
    ("int[x](pd(x)*phi(q(z|x)/gamma(z)))", (), ">="),
    ("phi(a)", (), "?"),
    ("(pd(x)-pn(x))^2", (), ">="),
    ("(pd(x)-pn(x))*(pd(x)-pn(x))", (), ">="),
    ("(pd(x)-pn(x))*(pd(x)+pn(x))", (), "?"),
    ("-pd(x)*(-1)", (), ">"),
    ("(beta-1)*pd(x)", ("beta > 1",), ">"),
    ("(beta-1)*pd(x)", ("beta >= 1",), ">="),
    ("(beta-1)*pd(x)", ("beta > 0",), "?"),
    ("1-alpha", ("alpha < 1",), ">"),
    ("alpha+lambda-1", ("alpha+lambda > 1",), ">"),
    ("2*alpha+2*lambda-1", ("alpha+lambda >= 1",), ">"),
    ("beta*pd(x)+delta*pn(x)", ("beta > 0", "delta >= 0"), ">"),
    ("beta-alpha", ("beta > 3", "alpha <= 2"), ">"),
    ("a", ("a = 0",), ">="),
    ("log_r(x)", (), "?"),
    ("k(z,z')", (), "?"),
    ("lambda(x)^2", (), ">="),
    ("c(x)*pd(x)", (), ">"),
    ("pd(x)/(pd(x)-pn(x))", (), "?"),
    ("log(pd(x))", (), "?"),
]


@pytest.mark.parametrize(("text", "conditions", "expected"), VISIBLE)
def test_the_form_shows_the_sign(text, conditions, expected):
    signs = Signs(read_relations(conditions), read_definitions({"c(x)": "pd(x)+2*pn(x)"}))
    sign = signs.of(parse(text))
    assert sign is {">": Sign.POSITIVE, ">=": Sign.NONNEGATIVE, "?": Sign.UNKNOWN}[expected]


DECIDED = [
    ("pd(x)^2-2*pd(x)*pn(x)+pn(x)^2", (), Sign.NONNEGATIVE),
    ("int[x](pd(x)*(b^2-b))", ("b > 1",), Sign.POSITIVE),
    ("b^2-b", ("b > 0",), Sign.UNKNOWN),
    ("1/(b-1)", ("b > 0",), Sign.UNKNOWN),
    ("1/(b-1)", ("b > 1",), Sign.POSITIVE),
]


@pytest.mark.parametrize(("text", "conditions", "expected"), DECIDED)
def test_z3_decides_polynomials_that_the_form_leaves_open(text, conditions, expected):
    assert Signs(read_relations(conditions), decide=smt.decide_sign).of(parse(text)) is expected


NAMES = st.sampled_from(["a", "b", "1", "2", "f(x)", "g(x)", "(a-1)", "(-b)"])
TEXTS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: "({}{}{})".format(*parts)),
        inner.map(lambda text: f"({text})^2"),
        inner.map(lambda text: f"(-{text})"),
    ),
    max_leaves=6,
)
VALUES = fractions_between(Fraction(1, 5), 5, denominator=5)


@given(text=TEXTS, a=VALUES, b=VALUES, f=VALUES, g=VALUES)
def test_a_sign_that_is_found_is_right(text, a, b, f, g):
    parameters = {"a": a + 1, "b": -b}
    space = Space(sizes={"x": 1, "z": 1}, functions={"f": {(0,): f}, "g": {(0,): g}}, parameters=parameters)
    value = Evaluator(space, TrueLogarithms()).value(parse(text), {"x": 0})
    sign = Signs(read_relations(["a > 1", "b < 0"])).of(parse(text))
    assert {
        Sign.POSITIVE: value > 0,
        Sign.NONNEGATIVE: value >= 0,
        Sign.ZERO: value == 0,
        Sign.NONPOSITIVE: value <= 0,
        Sign.NEGATIVE: value < 0,
        Sign.UNKNOWN: True,
    }[sign]


SLACKS = [
    (("a > 0", "b > 0"), "a/2*b^2/((a+b)*b) > 0", "(a/2*b^2/((a+b)*b))"),
    (("a >= 0",), "-a <= 0", "(0)-(-a)"),
    (("d > 0", "d*s = d*t"), "s = t", "0"),
    (("c = a+b", "a != 0", "b > 0", "a > 0"), "a/c + b/c = 1", "0"),
    (("d*s = d*t",), "s = t", None),
    (("a > 0",), "a^2 > a", None),
    ((), "a != b", None),
]


@pytest.mark.parametrize(("given_texts", "then", "expected"), SLACKS)
def test_a_slack_that_needs_no_search_is_written_down(given_texts, then, expected):
    found = visible_slack(given_texts, then)
    assert (found is None) == (expected is None)
    assert found is None or found.startswith(expected) or found.startswith(f"({expected})")
