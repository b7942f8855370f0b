"""Formula text to SymPy and back."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tests.finite import JETS, random_space
from tests.functionals import FUNCTIONALS, HOSTILE_POINTS, functional_texts
from variational.errors import InvalidInputError, NotCoveredError, VaeproofError
from variational.integrals import canonical, is_zero
from variational.symbols import Int, function
from variational.translate import parameters, relation, symbol, to_formula, to_latex, to_sympy


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda functional: functional.name)
def test_text_and_expression_round_trip(functional):
    expression = to_sympy(functional.text)
    assert to_sympy(to_formula(expression)) == expression
    form = canonical(expression)
    assert to_sympy(to_formula(form)) == form


@given(text=functional_texts(HOSTILE_POINTS, depth=2))
def test_a_random_functional_round_trips_and_keeps_its_exact_value(text):
    expression = to_sympy(text)
    assert to_sympy(to_formula(expression)) == expression
    space = random_space(91, JETS, x=2, z=2)
    assert space.value(to_formula(expression)) == space.value(text)


ATOMS = st.sampled_from(["a", "b", "2", "1/3", "f(x,z)", "q(z|x)", "-3", "0.5"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(lambda u, mark, v: f"({u}){mark}({v})", inner, st.sampled_from("+-*"), inner)
        | st.builds(lambda u, n: f"({u}+q(z|x))^({n})", inner, st.sampled_from(["2", "-1", "1/2", "-3/2", "a"]))
        | st.builds(
            lambda name, u: f"{name}({u})", st.sampled_from(["exp", "log", "sqrt"]), ATOMS.map("q(z|x)*exp({})".format)
        )
        | st.builds(lambda u: f"exp({u})", inner)
    ),
    max_leaves=8,
)


@given(text=EXPRESSIONS)
def test_an_expression_with_powers_and_exponentials_round_trips(text):
    expression = to_sympy(text)
    again = to_sympy(to_formula(expression))
    assert again == expression or sp.expand(again) == sp.expand(expression)  # SymPy distributes 1/3 when it is asked to


@pytest.mark.parametrize(
    "text",
    [
        "exp(1)",
        "2*exp(1)*a",
        "exp(1)^a",
        "exp(-1)",
        "exp(1/2)",
        "sqrt(2)",
        "2^(1/3)",
        "(2/3)^a",
        "a^-a",
        "(-2)^a",
        "(-a)^b",
        "1/sqrt(p(z))",
        "log(2)^2",
        "-(a-b)/2",
        "E*a",
        "pi*a",
        "I*a",
        "S+N+O+Q",
        "lambda*lambda(x)",
        "mu",
        "k(z,z')^2",
    ],
)
def test_a_special_expression_round_trips(text):
    expression = to_sympy(text)
    assert to_sympy(to_formula(expression)) == expression


@pytest.mark.parametrize("name", ["E", "I", "S", "N", "pi", "O", "Q", "C", "lambda", "beta", "J"])
def test_a_parameter_named_like_a_constant_of_sympy_is_a_parameter(name):
    assert to_sympy(name) == sp.Symbol(name, real=True)
    assert to_sympy(name).is_number is False


@pytest.mark.parametrize(
    "text",
    ["1/0", "0/0", "a/0", "0^-1", "(a-a)^-1", "log(0)", "log(-1)", "log(1-1)", "(-1)^(1/2)", "sqrt(-2)", "0*(1/0)"],
)
def test_what_is_no_real_number_is_refused(text):
    with pytest.raises(VaeproofError):
        to_sympy(text)


@pytest.mark.parametrize("text", ["log(a,b)", "exp(a|b)", "phi(a;b)", "sqrt(a,b)", "int(x)"])
def test_a_built_in_function_with_another_number_of_arguments_is_refused(text):
    with pytest.raises(VaeproofError):
        to_sympy(text)


@pytest.mark.parametrize("operator", ["+", "*"])
def test_a_very_long_formula_is_translated_or_refused_and_never_crashes(operator):
    try:
        assert to_sympy(operator.join(["a"] * 5000)).free_symbols == {symbol("a")}
    except VaeproofError:
        return


def test_a_decimal_is_exact():
    assert to_sympy("0.1") == sp.Rational(1, 10)
    assert not to_sympy("0.1*a").has(sp.Float)


def test_densities_are_positive_and_multipliers_and_parameters_are_not():
    assert to_sympy("q(z|x)").is_positive
    assert to_sympy("p(x|z)*gamma(z)").is_positive
    assert to_sympy("lambda(x)").is_positive is None
    assert to_sympy("a").is_real
    assert to_sympy("a").is_positive is None


def test_the_kernel_is_symmetric():
    assert to_sympy("k(z',z)") == to_sympy("k(z,z')")
    assert to_sympy("k(z',z)-k(z,z')") == 0


# --- definitions -------------------------------------------------------------------------------


def test_a_definition_is_inserted_at_the_points_of_the_call():
    found = to_sympy("int[x'](r(z'|x')*pd(x'))", where={"r(z|x)": "q(z|x)/gamma(z)"})
    assert found == to_sympy("int[x'](q(z'|x')/gamma(z')*pd(x'))")


def test_a_definition_may_swap_its_points():
    assert to_sympy("r(x',x)", where={"r(x,x')": "g(x)/pd(x')"}) == to_sympy("g(x')/pd(x)")


def test_a_point_bound_in_a_definition_does_not_capture_the_argument():
    found = to_sympy("int[x'](g(x')*r(x',z))", where={"r(x,z)": "int[x'](f(x',z)*f(x,z))"})
    assert is_zero(found - to_sympy("int[x](g(x)*f(x,z))*int[x](f(x,z))"))


def test_definitions_may_use_each_other_but_not_themselves():
    found = to_sympy("u(z)", where={"u(z)": "2*v(z)", "v(z)": "p(z)+u(z)"})
    assert found == 2 * to_sympy("p(z)") + 2 * to_sympy("u(z)")


def test_the_prior_and_the_decoder_are_defined_apart():
    found = to_sympy("p(x|z)*p(z)", where={"p(z)": "n(z)"})
    assert found == to_sympy("p(x|z)*n(z)")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("r", "p(z)"),
        ("2", "p(z)"),
        ("r(z)+1", "p(z)"),
        ("r(2*z)", "p(z)"),
        ("r(1)", "p(z)"),
        ("int[z](r(z))", "p(z)"),
        ("r(z)", "q(z|x)"),
        ("r(z,z)", "p(z)"),
        ("log(z)", "p(z)"),
        ("gamma(z)", "p(z)"),
    ],
)
def test_a_definition_with_a_wrong_head_or_loose_points_is_refused(head, body):
    with pytest.raises((InvalidInputError, NotCoveredError)):
        to_sympy("int[x](r(z)*pd(x))", where={head: body})


def test_a_definition_called_at_something_else_than_a_point_captures_nothing():
    where = {"r(z)": "int[z'](k(z,z')*p(z'))"}
    try:
        found = to_sympy("int[z'](r(z'+1))", where=where)
    except VaeproofError:
        return
    assert not is_zero(found - to_sympy("int[z'](int[z'](k(z',z'+1)*p(z')))"))


# --- relations, parameters and LaTeX -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a<b", sp.Lt), ("a<=b", sp.Le), ("a>b", sp.Gt), ("a>=b", sp.Ge), ("a=b", sp.Eq), ("a!=b", sp.Ne)],
)
def test_a_relation_keeps_its_direction(text, expected):
    assert relation(text) == expected(symbol("a"), symbol("b"), evaluate=False)


def test_a_true_relation_is_not_evaluated_away():
    assert isinstance(relation("2 > 1"), sp.StrictGreaterThan)


def test_parameters_are_the_free_symbols_that_are_no_points():
    found = parameters(to_sympy("beta*int[x](a*pd(x)*f(x,z))+q(z'|x')"))
    assert [symbol.name for symbol in found] == ["a", "beta"]


def balanced(text):
    """Tell whether braces and \\left ... \\right pairs match."""
    depth = 0
    for place, character in enumerate(text):
        if character in "{}" and (place == 0 or text[place - 1] != "\\"):
            depth += 1 if character == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and text.count(r"\left") == text.count(r"\right")


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda functional: functional.name)
def test_latex_is_balanced_and_in_the_notation_of_the_papers(functional):
    text = to_latex(to_sympy(functional.text))
    assert balanced(text)
    assert "q|" not in text
    assert r"\int" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q(z|x)", r"q(z \mid x)"),
        ("gamma(z)^2", r"\gamma(z)^{2}"),
        ("pd(x)", "p_d(x)"),
        ("p(x|z)", r"p(x \mid z)"),
        ("int[x](pd(x))", r"\int p_d(x)\, \mathrm{d}x"),
        ("int[x](pd(x)+pn(x))", r"\int \left(p_d(x) + p_n(x)\right)\, \mathrm{d}x"),
        ("int[x](pd(x)^2)^2", r"\left(\int p_d(x)^{2}\, \mathrm{d}x\right)^{2}"),
        ("xi(x)", r"\xi(x)"),
        ("int[x](pd(x)*f(x))", r"\int f(x) p_d(x)\, \mathrm{d}x"),
        ("int[x](pd(x)^2)*beta", r"\beta \int p_d(x)^{2}\, \mathrm{d}x"),
    ],
)
def test_latex_of_single_pieces(text, expected):
    assert to_latex(to_sympy(text)) == expected


def test_a_function_is_the_same_object_of_thought_on_both_routes():
    x, z = symbol("x"), symbol("z")
    assert Int(function("pd")(x) * function("q|")(z, x), x) == to_sympy("int[x](pd(x)*q(z|x))")
