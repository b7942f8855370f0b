"""The ICNN is convex with its constant; gradient and Hessian in closed form are those of autograd, and of numeric."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numeric.potentials import Ridges, Sum, isotropic
from tests.effort import in_general_position
from vae_models.networks.icnn import ICNN, POSITIVE, PROFILES
from variational.errors import InvalidInputError

torch.set_num_threads(1)

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")

ROUNDING = 1e-10  # values are below 1e3 and float64 has 16 digits, of which sums over a few dozen terms keep 13
MONOTONE = sorted(name for name, profile in PROFILES.items() if profile.monotone)
SMOOTH = ["softplus", "cubic"]  # twice differentiable, so that autograd can be asked for the Hessian anywhere


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


@st.composite
def settings(draw, profiles=None, dimension=None):
    """Arguments of ``build``: any widths and profiles."""
    widths = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    later = draw(st.tuples(*[st.sampled_from(profiles or MONOTONE) for _ in widths[1:]]))
    return {
        "dimension": dimension or draw(st.integers(1, 5)),
        "widths": widths,
        "profile": (draw(st.sampled_from(profiles or sorted(PROFILES))), *later),
        "positive": draw(st.sampled_from(sorted(POSITIVE))),
        "strength": draw(st.sampled_from([0.0, 0.3, 5.0])),
        "seed": draw(st.integers(0, 2**31)),
        "noise": draw(st.sampled_from([0.0, 1.0])),
    }


def build(setting):
    """Return a potential with weights away from those at the start of training by some noise."""
    options = setting.copy()
    generator, noise = seeded(options.pop("seed")), options.pop("noise")
    potential = ICNN(**options, generator=generator).double()
    with torch.no_grad():
        for parameter in potential.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64), alpha=noise)
    return potential


SEEDS = st.integers(0, 2**31)


@in_general_position
@given(setting=settings(), seed=SEEDS, share=st.floats(0.0, 1.0))
def test_the_strong_midpoint_inequality_holds(setting, seed, share):
    potential = build(setting)
    left, right = 3 * normal(2, 20, potential.dimension, seed=seed)
    between = potential(share * left + (1 - share) * right)
    bend = potential.strength * share * (1 - share) * (left - right).square().sum(-1) / 2
    chord = share * potential(left) + (1 - share) * potential(right)
    assert (chord - bend - between).min() >= -ROUNDING * (1 + chord.abs().max())


@in_general_position
@given(setting=settings(), seed=SEEDS)
def test_the_hessian_is_symmetric_with_eigenvalues_of_at_least_the_constant(setting, seed):
    potential = build(setting)
    hessian = potential.hessian(normal(10, potential.dimension, seed=seed)).detach()
    scale = 1 + hessian.abs().max()
    torch.testing.assert_close(hessian, hessian.mT, rtol=0, atol=float(ROUNDING * scale))
    assert torch.linalg.eigvalsh(hessian).min() >= potential.strength - ROUNDING * scale


def test_the_constant_is_sharp_for_a_flat_network():
    # below zero the cubic profile is flat, so that only the quadratic term is left
    potential = ICNN(3, widths=(4,), profile="cubic", strength=0.7, generator=seeded()).double()
    with torch.no_grad():
        potential.offsets.fill_(-100.0)
    eigenvalues = torch.linalg.eigvalsh(potential.hessian(normal(5, 3, seed=1)))
    torch.testing.assert_close(eigenvalues, potential.strength.expand(5, 3))


@in_general_position
@given(setting=settings(), seed=SEEDS)
def test_the_gradient_is_that_of_autograd_and_needs_none(setting, seed):
    potential = build(setting)
    points = normal(4, 2, potential.dimension, seed=seed).requires_grad_()
    (expected,) = torch.autograd.grad(potential(points).sum(), points)
    with torch.no_grad():
        found = potential.gradient(points)
    torch.testing.assert_close(found, expected)


def test_the_gradient_agrees_in_single_precision_at_the_width_of_the_paper():
    potential = ICNN(64, widths=(512, 512), strength=1.5, generator=seeded())
    points = torch.randn(100, 64, generator=seeded(1)).requires_grad_()
    (expected,) = torch.autograd.grad(potential(points).sum(), points)
    torch.testing.assert_close(potential.gradient(points), expected, rtol=1e-6, atol=1e-6 * float(expected.abs().max()))


@in_general_position
@given(setting=settings(SMOOTH), seed=SEEDS)
def test_back_propagation_through_the_gradient_is_that_of_the_second_order(setting, seed):
    potential = build(setting)
    points = normal(4, potential.dimension, seed=seed).requires_grad_()
    weight = normal(4, potential.dimension, seed=seed + 1)
    (first,) = torch.autograd.grad(potential(points).sum(), points, create_graph=True)
    inputs = [points, *potential.parameters()]
    closed = torch.autograd.grad((potential.gradient(points) * weight).sum(), inputs)
    twice = torch.autograd.grad((first * weight).sum(), inputs, allow_unused=True, materialize_grads=True)
    for one, other in zip(closed, twice, strict=True):
        torch.testing.assert_close(one, other)


def test_every_parameter_is_trained_through_the_gradient():
    potential = ICNN(3, widths=(5, 4, 3), generator=seeded())
    potential.gradient(torch.randn(6, 3, generator=seeded(1))).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in potential.parameters())


@in_general_position
@given(setting=settings(SMOOTH), seed=SEEDS)
def test_the_hessian_and_its_products_are_those_of_autograd(setting, seed):
    potential = build(setting)
    points = normal(3, potential.dimension, seed=seed)
    tangents = normal(3, potential.dimension, seed=seed + 1)
    expected = torch.func.vmap(torch.func.hessian(potential))(points)
    with torch.no_grad():
        gradient, product = potential.gradient_and_product(points, tangents)
        hessian = potential.hessian(points)
    torch.testing.assert_close(gradient, potential.gradient(points))
    torch.testing.assert_close(hessian, expected)
    torch.testing.assert_close(product, torch.einsum("nij,nj->ni", expected, tangents))
    _, forward = torch.func.jvp(potential.gradient, (points,), (tangents,))
    torch.testing.assert_close(product, forward)


@pytest.mark.parametrize("profile", PROFILES)
def test_slope_and_curvature_are_the_derivatives_of_a_profile(profile):
    heights = torch.linspace(-30, 30, 1000, dtype=torch.float64, requires_grad=True)  # an even number avoids the kink
    of = PROFILES[profile]
    (slope,) = torch.autograd.grad(of.value(heights).sum(), heights)
    torch.testing.assert_close(of.slope(heights), slope)
    curvature = torch.zeros_like(heights)
    if profile != "leaky_relu":  # its slope is constant to autograd as well, without a graph
        (curvature,) = torch.autograd.grad(of.slope(heights).sum(), heights)
    torch.testing.assert_close(of.curvature(heights), curvature)
    assert of.curvature(heights).min() >= 0
    assert of.monotone == bool(of.slope(heights).min() >= 0)


@pytest.mark.parametrize("positive", POSITIVE)
def test_the_inverse_gives_back_the_weights(positive):
    weights = torch.logspace(-4, 2, 50, dtype=torch.float64)
    to, back = POSITIVE[positive]
    torch.testing.assert_close(to(back(weights)), weights)


@in_general_position
@given(setting=settings(dimension=5), seed=SEEDS, leading=st.integers(1, 4))
def test_zeros_may_be_left_out(setting, seed, leading):
    potential = build(setting)
    points, tangents = normal(2, 3, leading, seed=seed)
    padded, changed = (torch.nn.functional.pad(array, (0, 5 - leading)) for array in (points, tangents))
    torch.testing.assert_close(potential.gradient(points), potential.gradient(padded))
    found, product = potential.gradient_and_product(points, tangents)
    torch.testing.assert_close(found, potential.gradient(padded))
    torch.testing.assert_close(product, potential.gradient_and_product(padded, changed)[1])
    whole = normal(3, 5, seed=seed + 1)
    mixed = potential.gradient_and_product(points, whole)[1]
    torch.testing.assert_close(mixed, potential.gradient_and_product(padded, whole)[1])
    torch.testing.assert_close(potential.hessian(points), potential.hessian(padded))


@pytest.mark.parametrize("profile", ["softplus", "logcosh", "cubic"])
def test_one_layer_is_the_potential_of_the_numeric_package(profile):
    potential = ICNN(3, widths=(6,), profile=profile, strength=0.7, generator=seeded()).double()
    with torch.no_grad():
        potential.tilt.copy_(normal(3, seed=1))
    ridges = Ridges(
        directions=potential.directions.detach().T.numpy(),
        offsets=potential.offsets.detach().numpy(),
        weights=np.logaddexp(0, potential.raw_output.detach().numpy()),
        profile=profile,
    )
    expected = Sum(parts=(ridges, isotropic(potential.strength.item(), potential.tilt.detach().numpy())))
    points = 3 * normal(7, 3, seed=2)
    with torch.no_grad():
        found = potential(points), potential.gradient(points), potential.hessian(points)
    for one, other in zip(found, (expected.value, expected.gradient, expected.hessian), strict=True):
        np.testing.assert_allclose(one.numpy(), other(points.numpy()), rtol=1e-12, atol=1e-12)


def test_two_layers_are_the_formula_of_the_paper():
    potential = ICNN(2, widths=(3, 4), strength=0.3, generator=seeded()).double()
    positive = torch.nn.functional.softplus  # none of the heights is above 20
    first, second = potential.directions.T.split([3, 4])
    z = normal(2, seed=1)
    y = positive(first @ z + potential.offsets[:3])
    y = positive(positive(potential.raw_weights[0]) @ y + second @ z + potential.offsets[3:])
    expected = positive(potential.raw_output) @ y + potential.tilt @ z + 0.3 * z @ z / 2
    torch.testing.assert_close(potential(z), expected, rtol=1e-7, atol=0)  # 0.3 was kept in single precision


def test_vmap_over_points_and_over_weights_is_the_loop():
    stack = [ICNN(3, widths=(5, 4), strength=0.5, generator=seeded(seed)).double() for seed in range(3)]
    points = normal(6, 3, seed=9)
    torch.testing.assert_close(torch.func.vmap(stack[0].gradient)(points), stack[0].gradient(points))
    torch.testing.assert_close(torch.func.vmap(torch.func.jacrev(stack[0].gradient))(points), stack[0].hessian(points))
    parameters, buffers = torch.func.stack_module_state(stack)

    def gradient(parameters, buffers):
        def value(point):
            return torch.func.functional_call(stack[0], (parameters, buffers), (point,))

        return torch.func.vmap(torch.func.grad(value))(points)

    found = torch.func.vmap(gradient)(parameters, buffers)
    torch.testing.assert_close(found, torch.stack([potential.gradient(points) for potential in stack]))


def test_weights_repeat_with_the_generator_and_the_state_holds_the_constant():
    one, other = (ICNN(3, widths=(5, 4), strength=1.5, generator=seeded(7)).state_dict() for _ in range(2))
    assert "strength" in one
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=0, atol=0)


@pytest.mark.parametrize(("dimension", "width"), [(2, 10), (2, 512), (64, 512), (784, 200)])
def test_the_hessian_starts_at_order_one(dimension, width):
    potential = ICNN(dimension, widths=(width, width), generator=seeded())
    points = torch.randn(8, dimension, generator=seeded(1))
    with torch.no_grad():
        trace = torch.func.vmap(torch.trace)(potential.hessian(points)) / dimension
    assert 0.02 < trace.mean() < 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dimension": 0}, "dimension must be a whole number >= 1, got 0"),
        ({"widths": ()}, r"widths must have at least 1 entry, got \(\)"),
        ({"widths": (3, 0)}, r"widths\[1\] must be a whole number >= 1, got 0"),
        ({"profile": "relu"}, "profile must be one of softplus, .*, got 'relu'"),
        ({"profile": ("softplus",)}, "profile must be one name or one for each of the 2 hidden layers"),
        ({"profile": "logcosh"}, "profile must not decrease after the first layer, got 'logcosh' in layer 2"),
        ({"positive": "square"}, "positive must be one of softplus, exp, got 'square'"),
        ({"strength": -0.1}, "strength must be a finite number >= 0, got -0.1"),
        ({"strength": math.nan}, "strength must be a finite number >= 0, got nan"),
        ({"strength": math.inf}, "strength must be a finite number >= 0, got inf"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(InvalidInputError, match=f"^{message}"):
        ICNN(**({"dimension": 3, "widths": (4, 4)} | options))


def test_points_with_too_many_coordinates_are_refused():
    with pytest.raises(InvalidInputError, match=r"^points must have 1 to 3 coordinates, got shape \(5, 4\)$"):
        ICNN(3, widths=(4,)).gradient(torch.zeros(5, 4))
