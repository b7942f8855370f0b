"""Canonical form: what must not change it, what it must not change, and the identities that it decides."""

import itertools

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.finite import FLOATS, JETS, random_space
from tests.functionals import FUNCTIONALS, HOSTILE_POINTS, functional_texts
from variational import formula
from variational.blocks import BLOCKS, DATA_ENTROPY, DECODER_GAP, JSD_GP, KL_GP, KL_QN, KL_QP, MI, RECON
from variational.integrals import canonical, is_zero, readable, short_names
from variational.symbols import Int, fold, rename, unfold
from variational.translate import to_formula, to_sympy

ROUNDING = 1e-10  # relative; some 1e4 operations on values of order 1 to 1e3, each with eps = 2e-16


def renamed_free(node, names):
    """Return the tree with free points renamed; the new names occur nowhere in it."""
    match node:
        case formula.Name(name):
            return formula.Name(names.get(name, name))
        case formula.Call(name, args, separators):
            return formula.Call(name, tuple(renamed_free(arg, names) for arg in args), separators)
        case formula.Op(mark, left, right):
            return formula.Op(mark, renamed_free(left, names), renamed_free(right, names))
        case formula.Int(points, body):
            return formula.Int(points, renamed_free(body, {k: v for k, v in names.items() if k not in points}))
    return node


def rewritten(node, random, fresh):
    """Return an equal tree: points renamed and reordered, sums and products swapped, products expanded."""
    match node:
        case formula.Call(name, args, separators):
            if name in {"log", "phi"}:
                args = tuple(rewritten(arg, random, fresh) for arg in args)
            return formula.Call(name, args, separators)
        case formula.Int(points, body):
            names = {point: next(fresh[point[0]]) for point in points}
            body = rewritten(renamed_free(body, names), random, fresh)
            order = random.sample(list(names.values()), len(names))
            return formula.Int(tuple(order), body)
        case formula.Op("*", left, formula.Op("+" | "-" as mark, one, two)) if random.random() < 0.5:
            return rewritten(formula.Op(mark, formula.Op("*", left, one), formula.Op("*", left, two)), random, fresh)
        case formula.Op(mark, left, right):
            sides = [rewritten(side, random, fresh) for side in (left, right)]
            if mark in {"+", "*"} and random.random() < 0.5:
                sides.reverse()
            return formula.Op(mark, *sides)
    return node


def require_same_form(text, random, pattern):
    fresh = {letter: map(pattern, itertools.repeat(letter), itertools.count(1)) for letter in "xz"}
    assert canonical(to_sympy(rewritten(formula.parse(text), random, fresh))) == canonical(to_sympy(text))


# The second pattern is that of the names which the form hands out itself.
PATTERNS = ("{letter}_u{number}", "{letter}{level}_{place}")


@given(
    text=functional_texts(depth=2) | functional_texts(depth=3),
    random=st.randoms(use_true_random=False),
    pattern=st.sampled_from(PATTERNS),
)
def test_the_form_does_not_depend_on_names_order_and_expansion(text, random, pattern):
    def name(letter, number):
        return pattern.format(letter=letter, number=number, level=1 + number // 3, place=1 + number % 3)

    require_same_form(text, random, name)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda functional: functional.name)
def test_the_form_is_reached_at_once(functional):
    form = canonical(to_sympy(functional.text))
    assert canonical(form) == form
    assert canonical(to_sympy(to_formula(form))) == form
    assert canonical(readable(form)) == form


@pytest.mark.parametrize("function", [canonical, readable], ids=lambda function: function.__name__)
@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda functional: functional.name)
def test_a_functional_keeps_its_value(functional, function):
    space = random_space(71, FLOATS)
    found = space.value(to_formula(function(to_sympy(functional.text))))
    assert_allclose(found, space.value(functional.text), rtol=ROUNDING, atol=ROUNDING)


def require_exact_value(text, at=None):
    space = random_space(72, JETS, x=2, z=2)
    expected = space.value(text, at)
    for function in (canonical, readable, short_names):
        assert space.value(to_formula(function(to_sympy(text))), at) == expected


@given(text=functional_texts(depth=3) | functional_texts(HOSTILE_POINTS, depth=3))
def test_a_random_functional_keeps_its_exact_value(text):
    require_exact_value(text)


# --- capture -----------------------------------------------------------------------------------

CAPTURES = (
    "f(x,z)*int[x](f(x,z))",
    "int[x](f(x,z))*int[z](f(x,z))",
    "int[x](f(x,z)*int[x](f(x,z)))",
    "int[x](pd(x)*int[x](g(x)*int[x](g(x)^2)))",
    "log(int[x](f(x,z)))*f(x,z)",
    "int[x'](f(x,z)*f(x',z))",
    "int[x](g(x)*log(1+int[x](f(x,z))))",
    "int[z](gamma(z)*int[x](f(x,z)^2))",
    "int[x_1](g(x_1)*gamma(z))",
    "int[x_1](f(x_1,z)*log(gamma(z)))",
    *(f"int[x'](f(x',z)*f({name},z))" for name in ("x_1", "x1_1", "x1_2", "x2_1", "x__1", "x_b1")),
    *(f"int[x'](log(1+f(x',z)*f({name},z)))" for name in ("x_1", "x1_1", "x1_2", "x2_1", "x__1", "x_b1")),
    *(f"int[x'](f(x',z)*log(1+int[x](f(x,z)*f({name},z))))" for name in ("x_1", "x1_1", "x2_1", "x__1", "x_b1")),
    "int[x1_1](log(int[x](1+f(x,z)*f(x1_1,z))))",
    "int[x2_1](g(x2_1)*log(int[x1_1](f(x1_1,z)*int[x2_1](g(x2_1)^2))))",
)


@pytest.mark.parametrize("text", CAPTURES)
def test_a_free_point_is_not_captured(text):
    names = ("x", "z", "x_1", "x1_1", "x1_2", "x2_1", "x__1", "x_b1")
    for index in range(2):
        require_exact_value(text, {name: index if name[0] == "x" else 1 for name in names})


def test_renaming_a_free_point_moves_a_bound_one_out_of_the_way():
    x, y = sp.Symbol("x", real=True), sp.Symbol("x'", real=True)
    moved = rename(to_sympy("int[x'](f(x,z)*f(x',z))"), {x: y})
    assert canonical(moved) == canonical(to_sympy("f(x',z)*int[x](f(x,z))"))


def test_swapping_two_points_swaps_them_at_once():
    x, y = sp.Symbol("x", real=True), sp.Symbol("x'", real=True)
    assert rename(to_sympy("f(x,z)/f(x',z)"), {x: y, y: x}) == to_sympy("f(x',z)/f(x,z)")


def test_an_integral_binds_its_points():
    node = to_sympy("int[x](f(x,z)*beta)")
    assert {symbol.name for symbol in node.free_symbols} == {"z", "beta"}
    assert Int(sp.Integer(0), sp.Symbol("x", real=True)) == 0
    assert Int(sp.Integer(3)) == 3


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("int[x'](pd(x')*q(z|x'))", "gamma(z)"),
        ("log(int[x](pd(x)*q(z|x)))", "log(gamma(z))"),
        ("int[x'](pd(x)*q(z|x'))", None),
        ("int[x'](pd(x')*q(z|x))", None),
        ("int[z](pd(x)*q(z|x))", None),
        ("int[x](pn(x)*q(z|x))", None),
        ("int[x](pd(x)*q(z|x)^2)", None),
        ("int[x](pd(x)*q(z|x)*r(z))", None),
    ],
)
def test_only_the_definition_of_the_aggregate_is_folded(text, folded):
    assert fold(to_sympy(text)) == to_sympy(text if folded is None else folded)


def test_unfolding_is_undone_by_folding():
    expression = to_sympy("int[x_1,z](g(x_1)*log(gamma(z)/(gamma(z)+p(z))))")
    assert unfold(expression) != expression
    assert fold(unfold(expression)) == expression


# --- single rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("int[z](q(z|x))", "1"),
        ("int[x](p(x|z))", "1"),
        ("int[x](pd(x))*int[x](pn(x))*int[z](p(z))*int[z](n(z))", "1"),
        ("int[z](gamma(z))", "1"),
        ("int[x,z,z'](pd(x)*q(z|x)*q(z'|x)*r(z'))", "int[z](gamma(z)*r(z))"),
        ("int[z](f(x,z))^2", "int[z,z'](f(x,z)*f(x,z'))"),
        ("int[x](pd(x)*int[z](f(x,z)*int[z'](r(z')*q(z'|x))))", "int[z,x,z'](pd(x)*f(x,z)*q(z'|x)*r(z'))"),
        ("int[x,z](g(x)*r(z))", "int[x](g(x))*int[z](r(z))"),
        ("int[z,z'](k(z,z')*p(z)*n(z'))", "int[z,z'](k(z',z)*n(z)*p(z'))"),
        ("log(q(z|x)^2*p(z)/6)", "2*log(q(z|x))+log(p(z))-log(2)-log(3)"),
        ("log(exp(eta(z))*p(z))", "eta(z)+log(p(z))"),
        ("phi(p(z)/n(z))", "p(z)/n(z)-1-log(p(z))+log(n(z))"),
        ("int[z](gamma(z)^2/(gamma(z)+p(z)))", "1-int[z](gamma(z)*p(z)/(gamma(z)+p(z)))"),
        ("int[x,z](pd(x)*q(z|x)*log(p(z)))", "int[z](gamma(z)*log(p(z)))"),
    ],
)
def test_equal_expressions_are_shown_to_be_equal(left, right):
    assert is_zero(to_sympy(left) - to_sympy(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("int[z](q(z|x)^2)", "1"),
        ("int[x](q(z|x))", "1"),
        ("int[z](p(x|z))", "1"),
        ("int[x](p(x,z))", "1"),
        ("int[z](q(z,z'|x))", "1"),
        ("int[x](1)", "1"),
        ("int[z](r(z))", "1"),
        ("int[z](f(x,z)^2)", "int[z](f(x,z))^2"),
        ("log(p(z)+n(z))", "log(p(z))+log(n(z))"),
        ("log(eta(z)^2)", "2*log(eta(z))"),
        ("log(eta(z)*lambda(x))", "log(eta(z))+log(lambda(x))"),
        ("int[x,x'](f(x,z)*f(x',z))", "int[x](f(x,z)^2)"),
        ("int[z,z'](k(z,z')*p(z)*n(z'))", "int[z,z'](k(z,z')*p(z)*p(z'))"),
    ],
)
def test_different_expressions_are_not_taken_for_equal(left, right):
    assert not is_zero(to_sympy(left) - to_sympy(right))


# --- the master identities -----------------------------------------------------------------------

QUANTITIES = {**BLOCKS, "H": DATA_ENTROPY, "dec": DECODER_GAP}

# Loss on the left; the right side holds for every encoder and decoder.
PRINTED = {
    "beta-vae": ({RECON: "1", KL_QP: "beta"}, {"H": "1", MI: "beta-1", KL_GP: "beta", "dec": "1"}),
    "infovae": (
        {RECON: "1", KL_QP: "lambda", MI: "-(alpha+lambda-1)"},
        {"H": "1", MI: "-alpha", KL_GP: "lambda", "dec": "1"},
    ),
    "aae": ({RECON: "1", JSD_GP: "lambda"}, {"H": "1", MI: "-1", JSD_GP: "lambda", "dec": "1"}),
    "ncvae": (
        {RECON: "1", KL_QP: "beta", KL_QN: "delta"},
        {"H": "1", MI: "beta-1", KL_GP: "beta", "dec": "1", KL_QN: "delta"},
    ),
}
ALTERED = [(name, side, quantity) for name, sides in PRINTED.items() for side in (0, 1) for quantity in sides[side]]


def combination(coefficients):
    return sp.Add(*(to_sympy(weight) * to_sympy(QUANTITIES[name]) for name, weight in coefficients.items()))


@pytest.mark.parametrize("name", PRINTED)
def test_a_master_identity_holds(name):
    left, right = PRINTED[name]
    assert is_zero(combination(left) - combination(right))


@pytest.mark.parametrize(("name", "side", "quantity"), ALTERED)
@pytest.mark.parametrize("change", ["{}+1/7", "2*({})", "-({})"])
def test_a_master_identity_with_one_altered_coefficient_does_not_hold(name, side, quantity, change):
    sides = [dict(part) for part in PRINTED[name]]
    sides[side][quantity] = change.format(sides[side][quantity])
    assert not is_zero(combination(sides[0]) - combination(sides[1]))
