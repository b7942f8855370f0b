"""Gradients and Hessians are those of the values, and maps are as steep as they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric.maps import BrenierMap, ComposedMap, GivenMap
from numeric.potentials import PROFILES, Quadratic, Ridges, Sum, isotropic
from tests.numeric.decoder_strategies import SEEDS, STRENGTHS, composed_decoders, potential_of
from variational.errors import InvalidInputError

STEP = 1e-5
DIFFERENCE = 1e-7  # of a central difference: rounding 1e-15 / STEP, times values and curvatures below 1e2
ROUNDING = 1e-12  # relative


def differences(function, points):
    """Return central differences with respect to each coordinate, along a new last axis."""
    steps = STEP * np.eye(points.shape[1])
    return np.stack([(function(points + step) - function(points - step)) / (2 * STEP) for step in steps], axis=-1)


@pytest.mark.parametrize("profile", PROFILES)
@given(seed=SEEDS, dimension=st.integers(1, 3), strength=STRENGTHS)
def test_gradient_and_hessian_are_the_derivatives_of_the_value(profile, seed, dimension, strength):
    generator = np.random.default_rng(seed)
    potential, points = potential_of(generator, dimension, strength, profile), generator.normal(size=(4, dimension))
    assert_allclose(differences(potential.value, points), potential.gradient(points), rtol=DIFFERENCE, atol=DIFFERENCE)
    # the Hessian of the cubic has a kink, on which a difference is off by at most its slope times STEP
    atol = 100 * STEP if profile == "cubic" else DIFFERENCE
    assert_allclose(differences(potential.gradient, points), potential.hessian(points), rtol=DIFFERENCE, atol=atol)


@pytest.mark.parametrize("profile", PROFILES)
@given(seed=SEEDS, dimension=st.integers(1, 3), strength=STRENGTHS)
def test_the_gradient_is_as_monotone_as_the_strength_says(profile, seed, dimension, strength):
    generator = np.random.default_rng(seed)
    potential = potential_of(generator, dimension, strength, profile)
    first, second = generator.normal(size=(2, 20, dimension)) * 5
    assert_allclose(potential.strength, strength, rtol=ROUNDING)
    rise = ((potential.gradient(first) - potential.gradient(second)) * (first - second)).sum(axis=1)
    squares = np.square(first - second).sum(axis=1)
    assert (rise >= strength * squares * (1 - 1e3 * ROUNDING)).all()
    eigenvalues = np.linalg.eigvalsh(potential.hessian(first))
    assert eigenvalues.min() >= strength * (1 - 1e3 * ROUNDING)


@given(found=composed_decoders("gaussian"), seed=SEEDS)
def test_a_composed_map_has_the_jacobian_of_its_values_and_the_product_of_the_constants(found, seed):
    decoder_map = found[0].decoder_map
    generator = np.random.default_rng(seed)
    first, second = generator.normal(size=(2, 10, decoder_map.latent_dim)) * 2
    jacobian = decoder_map.jacobian(first)
    assert_allclose(differences(decoder_map.natural, first), jacobian, rtol=1e-6, atol=1e-6)
    assert_allclose(decoder_map.frame(first) @ decoder_map.inner.hessian(first), jacobian, rtol=ROUNDING, atol=ROUNDING)
    moved = np.linalg.norm(decoder_map.natural(first) - decoder_map.natural(second), axis=1)
    constant = decoder_map.inner.strength * decoder_map.outer.strength
    assert (moved >= constant * np.linalg.norm(first - second, axis=1) * (1 - 1e3 * ROUNDING)).all()


def test_far_points_give_no_warning():
    for profile in ("softplus", "logcosh"):
        ridges = Ridges(directions=np.eye(1), offsets=np.zeros(1), weights=np.ones(1), profile=profile)
        far = np.array([[-1e4], [1e4]])
        for values in (ridges.value(far), ridges.gradient(far), ridges.hessian(far)):
            assert np.isfinite(values).all()


ONE, TWO = isotropic(1.0, [0.0]), isotropic(1.0, [0.0, 0.0])
RIDGE = {"directions": [[1.0]], "offsets": [0.0], "weights": [1.0]}
GIVEN = {"latent_dim": 1, "natural_dim": 1, "natural": lambda z: z, "jacobian": lambda z: z[:, :, None]}
BAD = {
    "strength": (lambda: isotropic(-1.0, [0.0]), "strength must be a finite number >= 0, got -1.0"),
    "strength nan": (lambda: isotropic(math.nan, [0.0]), "strength must be a finite number >= 0, got nan"),
    "flat": (lambda: BrenierMap(potential=isotropic(0.0, [0.0])), "strength of the potential must be .* > 0, got 0"),
    "ridges only": (lambda: BrenierMap(potential=Ridges(**RIDGE)), "strength of the potential must be .* > 0, got 0"),
    "flat outer": (lambda: ComposedMap(outer=isotropic(0.0, [0.0]), inner=ONE), "strength of outer must be"),
    "flat inner": (lambda: ComposedMap(outer=ONE, inner=isotropic(0.0, [0.0])), "strength of inner must be"),
    "l > t": (lambda: ComposedMap(outer=ONE, inner=TWO), "inner must have at most the dimension of outer, 1, got 2"),
    "rotation": (lambda: Quadratic(matrix=[[0, -1], [1, 0]], shift=[0, 0]), "matrix must be symmetric"),
    "saddle": (lambda: Quadratic(matrix=[[0, 1], [1, 0]], shift=[0, 0]), "matrix must have no eigenvalue below zero"),
    "shape": (lambda: Quadratic(matrix=[[1.0]], shift=[0, 0]), r"matrix must have shape \(2, 2\) for a shift of 2"),
    "concave ridge": (lambda: Ridges(**{**RIDGE, "weights": [-1.0]}), "weights must be >= 0, got -1.0 at index 0"),
    "lengths": (lambda: Ridges(**{**RIDGE, "offsets": [0.0, 1.0]}), "must have one entry a ridge, got shapes"),
    "profile": (lambda: Ridges(**RIDGE, profile="relu"), "profile must be one of softplus, logcosh, cubic, got 'relu'"),
    "no parts": (lambda: Sum(parts=()), r"parts must be potentials of one dimension, at least one, got dim.* \[\]"),
    "mixed": (lambda: Sum(parts=(ONE, TWO)), r"parts must be potentials of one dimension.* got dimensions \[1, 2\]"),
    "given": (lambda: GivenMap(**{**GIVEN, "latent_dim": 0}), "latent_dim must be an integer >= 1, got 0"),
    "given L": (lambda: GivenMap(**GIVEN, inverse_lipschitz=-1.0), "inverse_lipschitz must be a finite number >= 0"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_named_with_its_value_and_rule(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
