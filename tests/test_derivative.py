"""First and second variations against finite spaces, where they are partial derivatives."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.finite import FLOATS, JETS, SYMBOLS, TENSORS, Jet, is_exactly_zero, random_space, rational_log
from tests.functionals import FUNCTIONALS, HOSTILE_POINTS, MIXED, functional_texts
from variational import formula
from variational.derivative import kernel, second_variation
from variational.translate import to_formula, to_sympy

STEP = 1e-40  # complex step: no difference is taken, so the truncation of order STEP^2 is far below rounding
ROUNDING = 1e-10  # relative; some 1e4 operations on values of order 1 to 1e3, each with eps = 2e-16
SEEDS = (11, 12)


def by_name(functional):
    return functional.name


def target(wrt):
    """Return key and names of the points of a function such as ``q(z|x)``."""
    call = formula.parse(wrt)
    return call.key, [arg.id for arg in call.args]


def kernel_table(functional_text, wrt, space):
    """Return the kernel of the engine at every entry of the function varied."""
    key, names = target(wrt)
    text = formula.parse(to_formula(kernel(to_sympy(functional_text), to_sympy(wrt))))
    return {index: space.value(text, dict(zip(names, index, strict=True))) for index in space.indices(key)}


def form_table(functional_text, first, second, space):
    """Return the bilinear form of the engine at every pair of entries."""
    (key, names), (other_key, other_names) = target(first), target(second)
    variation = second_variation(to_sympy(functional_text), to_sympy(first), to_sympy(second))
    pieces = [(shared, formula.parse(to_formula(piece))) for shared, piece in variation.pieces.items()]
    table = {}
    for index, other in itertools.product(space.indices(key), space.indices(other_key)):
        at = dict(zip(names, index, strict=True)) | dict(zip(other_names, other, strict=True))
        table[index, other] = sum(
            (space.value(piece, at) for shared, piece in pieces if all(at[one] == at[two] for one, two in shared)),
            start=space.arithmetic.number(0),
        )
    return table


def exact_hessian_entry(text, space, first, second):
    """Return the mixed partial derivative in two entries ``(key, index)`` of a space of jets."""
    tables = {key: table.copy() for key, table in space.tables.items()}
    for (key, index), unit in ((first, Jet(0, 1, 0)), (second, Jet(0, 0, 1))):
        tables[key][index] = tables[key][index] + unit
    moved = space
    for key in {first[0], second[0]}:
        moved = moved.with_table(key, tables[key])
    return moved.value(text).both


# --- first variation ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_kernel_gives_the_gateaux_derivative_in_a_random_direction(functional, seed):
    space = random_space(seed, FLOATS)
    key, _ = target(functional.wrt)
    direction = np.random.default_rng(seed).normal(size=space.tables[key].shape)
    moved = space.with_table(key, space.tables[key] + 1j * STEP * direction)
    numerical = moved.value(functional.text).imag / STEP
    predicted = sum(
        weight * direction[index] for index, weight in kernel_table(functional.text, functional.wrt, space).items()
    )
    assert_allclose(predicted, numerical, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_kernel_is_the_exact_partial_derivative(functional):
    space = random_space(21, SYMBOLS, x=2, z=2)
    key, _ = target(functional.wrt)
    entries = {index: sp.Symbol("u_" + "_".join(map(str, index)), positive=True) for index in space.indices(key)}
    symbolic = space.tables[key].copy()
    for index, entry in entries.items():
        symbolic[index] = entry
    value = space.with_table(key, symbolic).value(functional.text)
    point = {entry: space.tables[key][index] for index, entry in entries.items()}
    for index, weight in kernel_table(functional.text, functional.wrt, space).items():
        assert is_exactly_zero(weight - sp.diff(value, entries[index]).subs(point)), index


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_kernel_is_the_gradient_of_automatic_differentiation(functional):
    space = random_space(31, TENSORS)
    key, _ = target(functional.wrt)
    leaf = space.tables[key].clone().requires_grad_(requires_grad=True)
    (gradient,) = torch.autograd.grad(space.with_table(key, leaf).value(functional.text), leaf)
    found = torch.zeros_like(gradient)
    for index, weight in kernel_table(functional.text, functional.wrt, space).items():
        found[index] = weight
    torch.testing.assert_close(found, gradient, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_kernel_at_renamed_points_is_the_renamed_kernel(functional):
    key, names = target(functional.wrt)
    mark = "|" if key.endswith("|") else ","
    renamed = f"{key.rstrip('|')}({mark.join(name + '_9' for name in names)})"
    there = kernel(to_sympy(functional.text), to_sympy(renamed))
    back = {sp.Symbol(name + "_9", real=True): sp.Symbol(name, real=True) for name in names}
    assert there.subs(back, simultaneous=True) == kernel(to_sympy(functional.text), to_sympy(functional.wrt))


# --- second variation --------------------------------------------------------------------------


def second_of(wrt):
    """Return the same function at primed points."""
    key, names = target(wrt)
    mark = "|" if key.endswith("|") else ","
    return f"{key.rstrip('|')}({mark.join(name + chr(39) for name in names)})"


def torch_hessian(text, space, first_key, second_key):
    """Return the mixed Hessian in the tables of two functions, flattened to a matrix."""
    tables = [space.tables[first_key], space.tables[second_key]]

    def value(*leaves):
        moved = space
        for key, leaf in zip((first_key, second_key), leaves, strict=True):
            moved = moved.with_table(key, leaf)
        return moved.value(text)

    if first_key == second_key:
        hessian = torch.autograd.functional.hessian(lambda leaf: value(leaf, leaf), tables[0])
    else:
        hessian = torch.autograd.functional.hessian(value, tuple(tables))[0][1]
    return hessian.reshape(tables[0].numel(), tables[1].numel())


def as_matrix(form, space, first_key, second_key):
    rows, columns = space.indices(first_key), space.indices(second_key)
    return torch.tensor([[float(form[row, column]) for column in columns] for row in rows], dtype=torch.float64)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_bilinear_form_is_the_hessian_of_automatic_differentiation(functional):
    space = random_space(41, TENSORS)
    key, _ = target(functional.wrt)
    form = form_table(functional.text, functional.wrt, second_of(functional.wrt), space)
    hessian = torch_hessian(functional.text, space, key, key)
    torch.testing.assert_close(as_matrix(form, space, key, key), hessian, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize("functional", [f for f in FUNCTIONALS if f.has_log_and_rational_operations_only], ids=by_name)
def test_the_bilinear_form_is_the_exact_hessian(functional):
    space = random_space(42, JETS, x=2, z=2)
    key, _ = target(functional.wrt)
    form = form_table(functional.text, functional.wrt, second_of(functional.wrt), space)
    for (first, second), found in form.items():
        assert found == Jet(exact_hessian_entry(functional.text, space, (key, first), (key, second)))


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_diagonal_is_the_diagonal_of_the_hessian(functional):
    space = random_space(43, TENSORS)
    key, names = target(functional.wrt)
    variation = second_variation(
        to_sympy(functional.text), to_sympy(functional.wrt), to_sympy(second_of(functional.wrt))
    )
    text = formula.parse(to_formula(variation.diagonal()))
    found = [float(space.value(text, dict(zip(names, index, strict=True)))) for index in space.indices(key)]
    hessian = torch_hessian(functional.text, space, key, key)
    torch.testing.assert_close(
        torch.tensor(found, dtype=torch.float64), torch.diagonal(hessian), rtol=ROUNDING, atol=ROUNDING
    )


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=by_name)
def test_the_bilinear_form_is_symmetric(functional):
    space = random_space(44, FLOATS)
    key, _ = target(functional.wrt)
    form = as_matrix(form_table(functional.text, functional.wrt, second_of(functional.wrt), space), space, key, key)
    torch.testing.assert_close(form, form.T, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(("text", "first", "second"), MIXED)
def test_the_mixed_form_is_the_mixed_hessian(text, first, second):
    space = random_space(45, TENSORS)
    (key, _), (other_key, _) = target(first), target(second)
    form = form_table(text, first, second, space)
    torch.testing.assert_close(
        as_matrix(form, space, key, other_key),
        torch_hessian(text, space, key, other_key),
        rtol=ROUNDING,
        atol=ROUNDING,
    )


@pytest.mark.parametrize(("text", "first", "second"), MIXED)
def test_the_mixed_form_is_the_exact_mixed_hessian(text, first, second):
    space = random_space(46, JETS, x=2, z=2)
    (key, _), (other_key, _) = target(first), target(second)
    for (index, other), found in form_table(text, first, second, space).items():
        assert found == Jet(exact_hessian_entry(text, space, (key, index), (other_key, other)))


def test_the_second_variation_of_a_local_functional_is_local():
    variation = second_variation(
        to_sympy("int[x,z](pd(x)*q(z|x)*log(q(z|x)))"), to_sympy("q(z|x)"), to_sympy("q(z'|x')")
    )
    assert variation.local() == to_sympy("pd(x)/q(z|x)")
    assert list(variation.pieces) == [(("x", "x'"), ("z", "z'"))]


def test_the_second_variation_of_an_aggregate_is_local_in_z_alone():
    variation = second_variation(to_sympy("int[z](gamma(z)^2)"), to_sympy("q(z|x)"), to_sympy("q(z'|x')"))
    assert variation.pieces == {(("z", "z'"),): to_sympy("2*pd(x)*pd(x')")}
    assert variation.local() == 0
    assert variation.diagonal() == to_sympy("2*pd(x)^2")


# --- random functionals ------------------------------------------------------------------------

# Directions without symmetry: a wrong kernel that they do not see would be orthogonal to them.
DIRECTION = np.random.default_rng(53).integers(-99, 100, size=(2, 2, 2))


def moved_by(space, key, direction, unit):
    """Return the space with one table moved by a direction times ``unit``, a nilpotent jet."""
    table = space.tables[key].copy()
    for index in space.indices(key):
        table[index] = table[index] + Jet(Fraction(int(direction[index]))) * unit
    return space.with_table(key, table)


def require_exact_kernel(text, wrt="q(z|x)"):
    """Compare the kernel with the derivative by exact jets; the comparison is of fractions."""
    space = random_space(51, JETS, x=2, z=2)
    key, _ = target(wrt)
    direction = DIRECTION[0] if len(space.tables[key].shape) == 2 else DIRECTION[0, 0]
    predicted = sum(int(direction[index]) * found.value for index, found in kernel_table(text, wrt, space).items())
    assert predicted == moved_by(space, key, direction, Jet(0, 1)).value(text).first


@given(text=functional_texts(depth=3) | functional_texts(HOSTILE_POINTS, depth=3))
def test_the_kernel_of_a_random_functional_is_exact(text):
    require_exact_kernel(text)


@given(text=functional_texts(depth=2), wrt=st.sampled_from(["p(x|z)", "pd(x)", "p(z)", "f(x,z)", "g(x)", "eta(z)"]))
def test_the_kernel_in_other_functions_is_exact(text, wrt):
    require_exact_kernel(text, wrt)


@given(text=functional_texts(depth=2) | functional_texts(HOSTILE_POINTS, depth=2))
def test_the_second_variation_of_a_random_functional_is_exact(text):
    space = random_space(52, JETS, x=2, z=2)
    first, second = DIRECTION
    form = form_table(text, "q(z|x)", "q(z'|x')", space)
    predicted = sum(int(first[one]) * int(second[two]) * found.value for (one, two), found in form.items())
    moved = moved_by(moved_by(space, "q|", first, Jet(0, 1)), "q|", second, Jet(0, 0, 1))
    assert predicted == moved.value(text).both


# --- the helpers -------------------------------------------------------------------------------


def test_the_finite_evaluator_sums_by_hand():
    space = random_space(61, FLOATS)
    pd, q, p = (space.tables[key] for key in ("pd", "q|", "p"))
    gamma = q @ pd
    assert_allclose(space.value("int[z](gamma(z)*log(gamma(z)/p(z)))"), gamma @ np.log(gamma / p), rtol=ROUNDING)
    assert_allclose(space.value("int[x](pd(x)*int[x](pd(x)^2))"), pd @ pd, rtol=ROUNDING)
    assert_allclose(space.value("q(z|x)-2^3/4-1", {"z": 1, "x": 2}), q[1, 2] - 3, rtol=ROUNDING)
    assert_allclose(space.value("int[x,z](1)"), 6, rtol=ROUNDING)


def test_the_jets_follow_the_rules_of_calculus():
    u = Jet(Fraction(3), Fraction(1), Fraction(1))
    assert u ** Jet(Fraction(3)) == Jet(Fraction(27), Fraction(27), Fraction(27), Fraction(18))
    assert Jet(Fraction(1)) / u == Jet(Fraction(1, 3), Fraction(-1, 9), Fraction(-1, 9), Fraction(2, 27))
    assert (u * u * u - u).both == 18
    log = JETS.log(u)
    assert (log.first, log.second, log.both) == (Fraction(1, 3), Fraction(1, 3), Fraction(-1, 9))


def test_the_rational_stand_in_for_log_maps_products_to_sums():
    for left, right in itertools.product([Fraction(6, 35), Fraction(9, 2), Fraction(101, 7)], repeat=2):
        assert rational_log(left * right) == rational_log(left) + rational_log(right)
    assert rational_log(Fraction(2)) != rational_log(Fraction(3))


def test_exact_zero_knows_logarithms_of_rationals():
    assert is_exactly_zero(sp.log(sp.Rational(6, 5)) - sp.log(2) - sp.log(3) + sp.log(5))
    assert not is_exactly_zero(sp.log(6) - sp.log(5))
    assert is_exactly_zero(1 / (sp.log(4) - 1) - 1 / (2 * sp.log(2) - 1))
