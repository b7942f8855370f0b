"""Polynomial facts: decided in both directions, with certificates that anybody can expand."""

from fractions import Fraction

import pytest
import sympy as sp
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from variational import smt
from variational.errors import FormulaError, NotCoveredError


def expanded(text):
    """Return a formula by SymPy's own parser, which shares nothing with the project's."""
    names = {name: sp.Symbol(name) for name in ("a", "b", "c", "x")}
    return sp.expand(sp.sympify(text.replace("^", "**"), locals=names))


TRUE = [
    (["b > 1"], "b - 1 > 0"),
    (["b > 1"], "b > 0"),
    (["b > 1"], "b^2 > b"),
    (["b >= 1"], "b^2 >= b"),
    (["a < 0", "b > 0"], "b - a > 0"),
    (["a >= 0", "a <= 1", "b >= 0", "b <= 1"], "a + b >= a*b"),
    (["b > 1", "c > 0", "a > 0", "x > 0"], "(b-1)*a + c*x > 0"),
    (["a = 2*b", "b > 3"], "a > 6"),
    ([], "1 > 0"),
    (["a <= b"], "a < b + 1"),
]
FALSE = [
    (["b > 0"], "b > 1"),
    (["b >= 1"], "b > 1"),
    (["b > 0"], "b^2 > b"),
    ([], "a + b >= 2*a*b"),
    (["a > 0", "b > 0"], "a != b"),
    (["a > 0"], "a = 1"),
    (["a >= b"], "a > b"),
]


@pytest.mark.parametrize(("hypotheses", "conclusion"), TRUE)
def test_a_true_fact_is_decided_with_a_certificate_that_expands_to_the_difference(hypotheses, conclusion):
    found = smt.prove(hypotheses, conclusion)
    assert found.holds is True
    assert found.point is None
    left, right = conclusion.replace(">=", ">").replace("<", ">").split(">")
    sign = -1 if "<" in conclusion else 1
    assert found.slack is not None
    assert expanded(found.slack) == sign * (expanded(left) - expanded(right))


@pytest.mark.parametrize(("hypotheses", "conclusion"), FALSE)
def test_a_false_fact_is_refuted_at_a_rational_point(hypotheses, conclusion):
    found = smt.prove(hypotheses, conclusion)
    assert found.holds is False
    assert found.slack is None
    for text in hypotheses:
        assert smt.holds(text, found.point)
    assert not smt.holds(conclusion, found.point)


@pytest.mark.parametrize(("hypotheses", "conclusion"), [*TRUE, *FALSE])
def test_the_recorded_query_is_unsatisfiable_exactly_where_the_fact_holds(hypotheses, conclusion):
    solver = z3.Solver()
    solver.from_string(smt.prove(hypotheses, conclusion).smtlib)
    expected = z3.unsat if (hypotheses, conclusion) in TRUE else z3.sat
    assert solver.check() == expected


@pytest.mark.parametrize(("hypotheses", "conclusion"), [TRUE[0], FALSE[0]])
def test_what_the_solver_does_not_know_stays_open(monkeypatch, hypotheses, conclusion):
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    found = smt.prove(hypotheses, conclusion)
    assert (found.holds, found.slack, found.point) == (None, None, None)
    assert smt.satisfy(hypotheses) is None
    assert not smt.implies(hypotheses, conclusion)
    assert smt.feasible(hypotheses)


def test_a_counterexample_without_rational_coordinates_decides_nothing():
    found = smt.prove(["a^2 = 2"], "a < 0")
    assert (found.holds, found.slack, found.point) == (None, None, None)


def test_a_true_fact_without_a_certificate_of_the_form_sought_has_none():
    found = smt.prove([], "a^4 + b^4 + c^4 + 1 >= 4*a*b*c")  # a mean inequality, and no hypothesis to combine
    assert found.holds is not False
    assert found.slack is None


def test_a_point_is_returned_only_after_it_was_put_in(monkeypatch):
    assert smt.satisfy(["a > 1"]) is not None
    monkeypatch.setattr(smt, "holds", lambda *_: False)
    assert smt.satisfy(["a > 1"]) is None


def test_points_are_small_where_small_ones_exist():
    assert smt.satisfy(["a > 0", "a < 1"]) == {"a": Fraction(1, 2)}
    assert smt.satisfy(["a > 100"])["a"] > 100


@pytest.mark.parametrize("relations", [["a > 1", "a < 0"], ["a^2 < 0"], ["a != a"]])
def test_an_impossible_request_has_no_point_and_is_not_feasible(relations):
    assert smt.satisfy(relations) is None
    assert not smt.feasible(relations)


@pytest.mark.parametrize(
    ("text", "error"),
    [("log(a) > 0", NotCoveredError), ("a^b > 0", NotCoveredError), ("a + 1", FormulaError)],
)
def test_what_is_not_a_polynomial_relation_is_refused(text, error):
    with pytest.raises(error):
        smt.prove([], text)


def test_a_value_that_is_not_rational_is_refused():
    assert smt.value("a/(b + 1)", {"a": Fraction(1), "b": Fraction(2)}) == sp.Rational(1, 3)
    with pytest.raises(NotCoveredError, match="no exact rational value"):
        smt.value("log(a)", {"a": Fraction(2)})
    with pytest.raises(NotCoveredError, match="no exact rational value"):
        smt.value("a/b", {"a": Fraction(2), "b": Fraction(0)})


@pytest.mark.parametrize(
    ("text", "point", "truth"),
    [
        ("a < b", (1, 2), True),
        ("a < b", (2, 2), False),
        ("a <= b", (2, 2), True),
        ("a > b", (2, 2), False),
        ("a >= b", (2, 2), True),
        ("a = b", (2, 2), True),
        ("a != b", (2, 2), False),
        ("a != b", (1, 2), True),
    ],
)
def test_relations_mean_what_they_say(text, point, truth):
    assert smt.holds(text, dict(zip("ab", map(Fraction, point), strict=True))) is truth


def test_a_choice_that_breaks_a_statement_for_every_value_is_recognised():
    formal = {"given": [], "then": ["u <= M"]}
    assert smt.always_broken([], formal, {"u": "M + 1"})
    assert not smt.always_broken([], formal, {"u": "M"})
    bounded = {"given": ["u > 1"], "then": ["u <= M"]}
    assert not smt.always_broken(["M > 0"], bounded, {"u": "M + 1/2"})
    assert smt.always_broken(["M > 1"], bounded, {"u": "M + 1/2"})


# --- random linear facts ------------------------------------------------------------------------------------

COEFFICIENT = st.integers(-3, 3)
LINE = st.tuples(COEFFICIENT, COEFFICIENT, COEFFICIENT)
MARK = st.sampled_from([">", ">=", "<", "<="])
GRID = [Fraction(value, 2) for value in range(-12, 13)]


def written(line, mark):
    return f"({line[0]})*a + ({line[1]})*b + ({line[2]}) {mark} 0"


def true_at(line, mark, a, b):
    total = line[0] * a + line[1] * b + line[2]
    return {">": total > 0, ">=": total >= 0, "<": total < 0, "<=": total <= 0}[mark]


@settings(max_examples=100)
@given(hypotheses=st.lists(st.tuples(LINE, MARK), max_size=3), conclusion=st.tuples(LINE, MARK))
def test_random_linear_facts_agree_with_a_grid_of_points(hypotheses, conclusion):
    given_texts, then = [written(*pair) for pair in hypotheses], written(*conclusion)
    admissible = [(a, b) for a in GRID for b in GRID if all(true_at(*pair, a, b) for pair in hypotheses)]
    breaking = [place for place in admissible if not true_at(*conclusion, *place)]
    found = smt.prove(given_texts, then)
    if breaking:
        assert found.holds is False
        assert smt.positivity(given_texts, then) is None
    if found.holds is False:
        values = {"a": Fraction(0), "b": Fraction(0), **found.point}
        assert all(true_at(*pair, values["a"], values["b"]) for pair in hypotheses)
        assert not true_at(*conclusion, values["a"], values["b"])
    else:
        assert found.holds is True  # linear arithmetic is decidable
    slack = smt.positivity(given_texts, then)
    if slack is not None:
        sign = 1 if conclusion[1] in {">", ">="} else -1
        assert expanded(slack) == sign * expanded(then.partition(conclusion[1])[0])
        numeric = sp.lambdify((sp.Symbol("a"), sp.Symbol("b")), expanded(slack))
        strict = conclusion[1] in {">", "<"}
        for a, b in admissible:
            value = numeric(sp.Rational(*a.as_integer_ratio()), sp.Rational(*b.as_integer_ratio()))
            assert value > 0 if strict else value >= 0


@settings(max_examples=60)
@given(first=st.tuples(COEFFICIENT, COEFFICIENT, st.integers(-2, 2)), second=LINE, mark=st.sampled_from([">", ">="]))
def test_a_sum_of_two_hypotheses_always_has_a_certificate(first, second, mark):
    total = tuple(x + y for x, y in zip(first, second, strict=True))
    found = smt.prove([written(first, mark), written(second, mark)], written(total, mark))
    assert found.holds is True
    assert found.slack is not None
