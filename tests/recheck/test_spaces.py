"""Random spaces meet the conditions, sums over them follow the rules, and spaces of witnesses are validated."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variational.errors import CertificateError
from variational.recheck.arithmetic import TrueLogarithms, UndefinedError
from variational.recheck.conditions import hold, read_relations
from variational.recheck.exact import Evaluator, Space, parse, read_definitions
from variational.recheck.logs import log_of
from variational.recheck.reading import rational, read_space
from variational.recheck.signature import signature
from variational.recheck.spaces import SIZES, random_spaces

SEEDS = st.integers(0, 2**40)
HALVES = {"pd": ["1/2", "1/2"], "q|": [["1", "1/2"], ["0", "1/2"]]}


def needs(text, definitions=None):
    return signature([parse(text)], definitions)


def draw(text, seed, *conditions, **options):
    given_conditions = read_relations(conditions)
    needed = signature([parse(text), *(side for c in given_conditions for side in c.sides)])
    return next(random_spaces(needed, seed=seed, conditions=given_conditions, **options))


def value(text, functions, where=None, **parameters):
    definitions = read_definitions(where)
    node = parse(text)
    data = {"x": 2, "z": 2, "functions": functions, "parameters": parameters}
    space = read_space(data, signature([node], definitions), definitions)
    return Evaluator(space, TrueLogarithms(), definitions).value(node, {})


@given(seed=SEEDS)
def test_random_densities_sum_to_one_and_kernels_are_symmetric(seed):
    space = draw("gamma(z)*p(x|z)*pn(x)*p(z)*n(z)*k(z,z')", seed)
    evaluator = Evaluator(space, TrueLogarithms())
    for density in ("pd(x)", "pn(x)", "p(x|z)"):
        assert evaluator.value(parse(f"int[x]({density})"), {"z": 1}) == 1
    for density in ("p(z)", "n(z)", "q(z|x)", "gamma(z)"):
        assert evaluator.value(parse(f"int[z]({density})"), {"x": 1}) == 1
    kernel = space.functions["k"]
    assert all(kernel[first, second] == kernel[second, first] for first, second in kernel)


CONDITIONS = [
    ("alpha != 0",),
    ("beta > 0", "delta >= 0", "beta + delta < 2"),
    ("alpha + beta = 1", "alpha > 0", "beta > 0"),
    ("alpha = 1", "beta < alpha"),
    ("2*alpha = 3*beta", "beta*alpha > 1"),
    ("beta*pd(x) + delta*pn(x) > 0",),
    ("pn(x) = pd(x)",),
    ("log(beta) > 0",),
    ("beta > 1", "1/beta > 1/3"),
]


@pytest.mark.parametrize("conditions", CONDITIONS)
@given(seed=SEEDS)
def test_random_spaces_meet_the_conditions(conditions, seed):
    assert hold(read_relations(conditions), draw("alpha+beta+delta", seed, *conditions))


def test_contradictory_conditions_are_reported():
    with pytest.raises(CertificateError, match="no admissible space"):
        draw("alpha", 0, "alpha > 1", "alpha < 0")


def test_a_fixed_parameter_keeps_its_value():
    assert draw("alpha*beta", 0, "alpha > 0", fixed={"alpha": Fraction(1)}).parameters["alpha"] == 1


def test_spaces_of_every_size_are_drawn():
    spaces = itertools.islice(random_spaces(needs("pd(x)*p(z)"), seed=1), len(SIZES))
    assert tuple((space.sizes["x"], space.sizes["z"]) for space in spaces) == SIZES


def test_the_aggregate_is_the_mean_of_the_encoder():
    assert value("int[z](gamma(z)^2)", HALVES) == Fraction(9, 16) + Fraction(1, 16)


def test_zero_times_the_logarithm_of_zero_is_zero():
    functions = {"pd": ["1/2", "1/2"], "q|": [["1", "0"], ["0", "1"]]}
    assert value("int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))", functions) == log_of(Fraction(2))


def test_zero_times_the_logarithm_of_zero_by_zero_is_zero():
    functions = {"pd": ["1/2", "1/2"], "q|": [["1", "1"], ["0", "0"]]}
    assert value("int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z)))", functions) == 0


@pytest.mark.parametrize("text", ["q(z|x)/q(z|x)", "q(z|x)*(1/q(z|x))", "q(z|x)*(log(q(z|x))/q(z|x))", "log(q(z|x))"])
def test_a_quotient_by_zero_is_undefined_behind_a_factor_zero(text):
    with pytest.raises(UndefinedError):
        value(f"int[x,z]({text})", HALVES)


def test_a_definition_is_inserted():
    where = {"c(x)": "a*pd(x)", "d(z)": "int[x](c(x)*q(z|x))"}
    assert value("int[z](d(z))", HALVES, where, a="3") == 3


def test_a_definition_that_refers_to_itself_is_refused():
    with pytest.raises(CertificateError, match="itself"):
        value("int[x](c(x))", HALVES, {"c(x)": "c(x)+1"})


def test_free_points_and_what_stands_behind_a_definition_are_collected():
    found = needs("a*q(z|x)*int[x'](c(x'))", read_definitions({"c(x)": "pn(x)*b"}))
    assert (found.points, found.parameters) == (("z", "x"), ("a", "b"))
    assert dict(found.shapes) == {"q|": "zx", "pn": "x"}


@pytest.mark.parametrize("text", ["pd(z)", "q(x|z)", "f(x)+f(z)", "gamma(x)"])
def test_a_function_at_points_of_the_wrong_kind_is_refused(text):
    with pytest.raises(CertificateError, match="kinds"):
        needs(text)


@pytest.mark.parametrize("text", ["1.5", "1e3", "nan", "inf", "1/0", "--1", "", " 1", "1/-2", 0.5, True, None])
def test_what_is_no_exact_number_is_refused(text):
    with pytest.raises(CertificateError):
        rational(text)


SPACES = [
    ({"k": [["1", "2"], ["3", "1"]]}, "symmetric"),
    ({"f": ["0", "1"]}, "positive"),
    ({}, "gives no value of"),
]


@pytest.mark.parametrize(("functions", "message"), SPACES)
def test_a_space_that_breaks_a_rule_is_refused(functions, message):
    data = {"x": 2, "z": 2, "functions": functions, "parameters": {}}
    with pytest.raises(CertificateError, match=message):
        read_space(data, needs("int[x,z,z'](f(x)*k(z,z'))"))


def test_real_functions_may_be_negative():
    data = {"x": 1, "z": 1, "functions": {"log_a": ["-3"], "lambda": ["-1"]}, "parameters": {}}
    space = read_space(data, needs("int[x](log_a(x)*lambda(x))"))
    assert isinstance(space, Space)
