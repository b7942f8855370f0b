"""Fully connected networks between any shapes: shapes, initialisation, repetition, refusals."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from vae_models.networks.layers import ACTIVATIONS, convolution, linear, transposed
from vae_models.networks.mlp import MLP, mlp_trunk
from variational.errors import InvalidInputError

torch.set_num_threads(1)

SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)
FRONTS = st.lists(st.integers(1, 3), max_size=3).map(tuple)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@given(
    inputs=SHAPES,
    outputs=SHAPES,
    front=FRONTS,
    widths=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
)
def test_any_shape_goes_to_any_shape_with_any_axes_in_front(inputs, outputs, front, widths, activation):
    network = MLP(inputs, outputs, widths=widths, activation=activation, generator=seeded())
    points = torch.randn(*front, *inputs, generator=seeded(1))
    found = network(points)
    assert found.shape == (*front, *outputs)
    sizes = (math.prod(inputs), *widths, math.prod(outputs))
    affine = sum(before * after + after for before, after in pairwise(sizes))
    assert sum(parameter.numel() for parameter in network.parameters()) == affine
    each = torch.stack([network(point) for point in points.reshape(-1, *inputs)]).reshape(found.shape)
    torch.testing.assert_close(found, each)


def test_the_network_is_the_chain_of_its_layers():
    network = MLP((2, 3), (4,), widths=(5, 7), activation="tanh", output_activation="sigmoid", generator=seeded())
    points = torch.randn(6, 2, 3, generator=seeded(1))
    first, second, third = network.layers
    expected = torch.sigmoid(third(torch.tanh(second(torch.tanh(first(points.flatten(1)))))))
    torch.testing.assert_close(network(points), expected)


def test_weights_repeat_with_the_generator_and_leave_the_global_one_alone():
    before = torch.random.get_rng_state()
    first, second, third = (MLP((3,), (2,), generator=seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(before, torch.random.get_rng_state())
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
    assert not torch.equal(first.layers[0].weight, third.layers[0].weight)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: linear(5, 4, generator=seeded(3)), lambda: nn.Linear(5, 4)),
        (lambda: convolution(3, 4, generator=seeded(3), kernel_size=5, stride=2), lambda: nn.Conv2d(3, 4, 5, 2)),
        (
            lambda: transposed(3, 4, generator=seeded(3), kernel_size=5, stride=2),
            lambda: nn.ConvTranspose2d(3, 4, 5, 2),
        ),
    ],
    ids=["linear", "convolution", "transposed"],
)
def test_the_initial_weights_are_those_that_torch_draws(ours, theirs):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        reference = theirs()
    layer = ours()
    torch.testing.assert_close(layer.weight, reference.weight)
    torch.testing.assert_close(layer.bias, reference.bias)


def test_a_trunk_ends_with_its_activation_and_states_its_features():
    trunk = mlp_trunk((2, 4), widths=(6, 3), generator=seeded())
    found = trunk(torch.randn(50, 2, 4, generator=seeded(1)))
    assert trunk.features == 3
    assert trunk.data_shape == (2, 4)
    assert found.shape == (50, 3)
    assert found.min() == 0


def test_vmap_over_points_and_over_weights_is_the_loop():
    networks = [MLP((3,), (2, 2), widths=(4,), generator=seeded(seed)) for seed in range(3)]
    points = torch.randn(5, 3, generator=seeded(9))
    torch.testing.assert_close(torch.func.vmap(networks[0])(points), networks[0](points))
    parameters, buffers = torch.func.stack_module_state(networks)

    def call(parameters, buffers):
        return torch.func.functional_call(networks[0], (parameters, buffers), (points,))

    found = torch.func.vmap(call)(parameters, buffers)
    torch.testing.assert_close(found, torch.stack([network(points) for network in networks]))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (((), (2,)), {}, r"input_shape must have at least 1 entry, got \(\)"),
        (((3,), (0,)), {}, r"output_shape\[0\] must be a whole number >= 1, got 0"),
        (((3,), (2,)), {"widths": (4, -1)}, r"widths\[1\] must be a whole number >= 1, got -1"),
        (((3,), (2,)), {"activation": "step"}, r"activation must be one of elu, .*, got 'step'"),
        (((3,), (2,)), {"output_activation": "step"}, "output_activation must be one of"),
    ],
)
def test_wrong_options_are_refused(arguments, options, message):
    with pytest.raises(InvalidInputError, match=f"^{message}"):
        MLP(*arguments, **options)


@pytest.mark.parametrize("shape", [(5, 3), (5, 3, 2), (3,), ()])
def test_data_of_another_shape_are_refused_in_one_line(shape):
    network = MLP((2, 3), (2,))
    with pytest.raises(InvalidInputError, match=r"^inputs must have shape \(\.\.\., 2, 3\), got .*$") as caught:
        network(torch.zeros(shape))
    assert "\n" not in str(caught.value)


def test_a_trunk_without_layers_is_refused():
    with pytest.raises(InvalidInputError, match=r"^widths must have at least 1 entry"):
        mlp_trunk((3,), widths=())
