"""What the derivative engine refuses, and what SymPy alone gets wrong and the engine finds."""

import pytest
import sympy as sp
from sympy.calculus.euler import euler_equations

from tests.functionals import MIXED
from variational.derivative import kernel, second_variation
from variational.errors import InvalidInputError, NotCoveredError
from variational.integrals import canonical
from variational.symbols import Int
from variational.translate import to_sympy

X, Z = sp.Symbol("x", real=True), sp.Symbol("z", real=True)
ENCODER = to_sympy("q(z|x)")

REFUSED_TEXTS = (
    "q(z|x)",
    "int[x](pd(x)*q(z'|x))",
    "int[z](q(z|x'))",
    "int[x](pd(x)*q(z'|x))*int[x,z](q(z|x))",
    "int[x,z](q(2*z|x))",
    "int[x,z](q(z+x|x))",
    "int[x,z](q(z|a))",
    "int[z](q(z|z))",
    "int[x,z,z'](q(z|x)*q(z,z'|x))",
    "int[x,z](f(q(z|x)))",
    "int[x,z](f(x,2*q(z|x)))",
    "int[z](r(gamma(z)))",
    "int[x,z](pd(x)*q(x|z))",
    "int[x](gamma(x))",
    "int[z](gamma(2*z))",
    "int[z](gamma(gamma(z)))",
    "int[z,z'](gamma(z,z'))",
    "int[x',z'](k(z,z')*q(z'|x'))",
    "int[x',z'](pd(x)*q(z'|x'))",
    "int[x,z](q(z|x)/0)",
    "int[x,z](q(z|x))*log(0)",
    "int[x,z](q(z|x))*log(-1)",
    "0/0",
    "0/0*int[x,z](q(z|x))",
)

REFUSED_NODES = (
    sp.Abs(ENCODER - 1),
    sp.Min(ENCODER, 1),
    sp.Max(ENCODER, 1),
    sp.sign(ENCODER - 1),
    sp.Heaviside(ENCODER - 1),
    sp.DiracDelta(Z),
    sp.Piecewise((ENCODER, Z > 0), (1, True)),
    sp.Derivative(ENCODER, Z),
    sp.Integral(ENCODER, (Z, 0, 1)),
    sp.Sum(ENCODER, (Z, 0, 1)),
    sp.floor(ENCODER),
    sp.erf(ENCODER),
    sp.sin(ENCODER),
    sp.I * ENCODER,
    sp.zoo * ENCODER,
    sp.oo * ENCODER,
    sp.nan * ENCODER,
)

REFUSED_TARGETS = ("gamma(z)", "a", "1", "2*q(z|x)", "log(q(z|x))", "q(z|z)", "q(2*z|x)", "q(z|a)", "int[x](q(z|x))")


@pytest.mark.parametrize("text", REFUSED_TEXTS)
def test_a_functional_outside_the_covered_class_is_refused(text):
    with pytest.raises((NotCoveredError, InvalidInputError)):
        kernel(to_sympy(text), ENCODER)


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("int[x,z](f(x)*f(x,z))", "f(x)"),
        ("int[x,z](f(x)*f(x,z))", "f(x,z)"),
        ("int[z](g(z)^2)", "g(x)"),
        ("int[z](u(z,z))", "u(z,z')"),
        ("int[z](u(2*z))", "u(z)"),
        ("int[z,z'](u(z,z'))", "u(z,z)"),
    ],
)
def test_a_function_that_stands_with_other_points_than_the_target_is_refused(text, wrt):
    with pytest.raises((NotCoveredError, InvalidInputError)):
        kernel(to_sympy(text), to_sympy(wrt))


@pytest.mark.parametrize("node", REFUSED_NODES, ids=str)
def test_a_node_without_a_rule_is_refused(node):
    with pytest.raises((NotCoveredError, InvalidInputError)):
        kernel(Int(node, X, Z), ENCODER)


@pytest.mark.parametrize("node", [sp.oo, -sp.oo, sp.nan, sp.zoo], ids=str)
def test_a_functional_that_is_no_finite_number_is_refused(node):
    with pytest.raises((NotCoveredError, InvalidInputError)):
        kernel(node, ENCODER)


@pytest.mark.parametrize("wrt", REFUSED_TARGETS)
def test_a_derivative_in_anything_but_a_function_of_distinct_points_is_refused(wrt):
    with pytest.raises((NotCoveredError, InvalidInputError)):
        kernel(to_sympy("int[x,z](pd(x)*q(z|x))"), to_sympy(wrt))


@pytest.mark.parametrize("second", ["q(z|x')", "q(z'|x)", "q(z|x)"])
def test_two_directions_at_a_common_point_are_refused(second):
    with pytest.raises(InvalidInputError, match="different points"):
        second_variation(to_sympy("int[z](gamma(z)^2)"), ENCODER, to_sympy(second))


@pytest.mark.parametrize("name", ["h", "h_1", "h_2"])
def test_a_function_that_is_called_like_a_direction_is_kept_apart(name):
    functional = f"int[x,z,z'](k(z,z')*{name}(z')*q(z|x)*gamma(z))"
    try:
        found = kernel(to_sympy(functional), ENCODER)
        form = second_variation(to_sympy(functional), ENCODER, to_sympy("q(z''|x'')"))
    except (NotCoveredError, InvalidInputError):
        return
    renamed = to_sympy(functional.replace(f"{name}(", "eta("))
    back = {to_sympy("eta(z')").func: to_sympy(f"{name}(z')").func}
    assert found == kernel(renamed, ENCODER).replace(*next(iter(back.items())))
    expected = second_variation(renamed, ENCODER, to_sympy("q(z''|x'')"))
    assert len(form.pieces) == len(expected.pieces)


def test_the_diagonal_of_two_different_functions_is_refused():
    variation = second_variation(to_sympy(MIXED[0][0]), to_sympy("q(z|x)"), to_sympy("p(x'|z')"))
    with pytest.raises(InvalidInputError):
        variation.diagonal()


def test_the_local_part_in_two_different_functions_is_found():
    variation = second_variation(to_sympy(MIXED[0][0]), to_sympy("q(z|x)"), to_sympy("p(x'|z')"))
    assert variation.local() == to_sympy("-pd(x)/p(x|z)")


def test_the_factor_two_that_sympy_loses_in_a_repeated_integral_is_found():
    y, (f, p) = sp.Symbol("y", real=True), sp.symbols("f p", cls=sp.Function)
    nested = p(X) * f(X) * sp.Integral(p(y) * f(y), (y, 0, 1))
    (equation,) = euler_equations(nested, [f(X)], [X])
    assert equation.lhs == p(X) * sp.Integral(p(y) * f(y), (y, 0, 1))  # half of the derivative
    ours = kernel(to_sympy("int[x](pd(x)*g(x)*int[x'](pd(x')*g(x')))"), to_sympy("g(x)"))
    assert ours == canonical(to_sympy("2*pd(x)*int[x'](pd(x')*g(x'))"))


def test_the_square_of_an_integral_that_sympy_takes_for_constant_is_varied():
    y, (f, p) = sp.Symbol("y", real=True), sp.symbols("f p", cls=sp.Function)
    square = sp.Integral(p(y) * f(y), (y, 0, 1)) ** 2
    assert euler_equations(square, [f(X)], [X]) == []
    assert sp.diff(square, f(X)) == 0
    ours = kernel(to_sympy("int[x](pd(x)*g(x))^2"), to_sympy("g(x)"))
    assert ours == canonical(to_sympy("2*pd(x)*int[x'](pd(x')*g(x'))"))
