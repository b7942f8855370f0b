"""RealNVP: its inverse, and its log-determinant against that of the Jacobian by autograd; as a decoder."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import in_general_position
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.flows import AffineCoupling, Flow, FlowDecoder, RealNVP, before_flow
from vae_models.networks.mlp import MLP
from variational.errors import InvalidInputError

torch.set_num_threads(1)
DOUBLE = torch.float64
CASES = {
    "seed": st.integers(0, 2**31),
    "dimension": st.integers(2, 5),
    "layers": st.integers(1, 4),
    "volume": st.booleans(),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def flow_of(seed, dimension, layers, volume):
    flow = RealNVP(dimension, layers=layers, widths=(8,), volume=volume, generator=seeded(seed)).double()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.mul_(3)  # away from the identity
    return flow


@in_general_position
@given(**CASES)
def test_the_inverse_undoes_the_map_and_its_log_determinant(seed, dimension, layers, volume):
    flow = flow_of(seed, dimension, layers, volume)
    points = torch.randn(3, 4, dimension, generator=seeded(seed), dtype=DOUBLE)
    images, log_determinant = flow(points)
    back, log_inverse = flow.inverse(images)
    torch.testing.assert_close(back, points, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(log_inverse, -log_determinant, rtol=1e-9, atol=1e-9)
    assert log_determinant.shape == (3, 4)
    assert isinstance(flow, Flow)


@in_general_position
@given(**CASES)
def test_the_log_determinant_is_that_of_the_jacobian(seed, dimension, layers, volume):
    flow = flow_of(seed, dimension, layers, volume)
    point = torch.randn(dimension, generator=seeded(seed), dtype=DOUBLE)
    for one_way in (lambda x: flow(x)[0], lambda y: flow.inverse(y)[0]):
        jacobian = torch.autograd.functional.jacobian(one_way, point)
        expected = torch.linalg.slogdet(jacobian).logabsdet
        found = flow(point)[1] if one_way(point).equal(flow(point)[0]) else flow.inverse(point)[1]
        torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)
    if not volume:
        assert flow(point)[1] == 0


@pytest.mark.parametrize("odd", [False, True])
def test_a_coupling_moves_every_second_coordinate_by_the_others(odd):
    layer = AffineCoupling(4, widths=(8,), odd=odd, generator=seeded()).double()
    point = torch.randn(4, generator=seeded(1), dtype=DOUBLE)
    jacobian = torch.autograd.functional.jacobian(lambda x: layer(x)[0], point)
    kept, moved = (torch.arange(4) % 2 == int(odd)), (torch.arange(4) % 2 != int(odd))
    torch.testing.assert_close(jacobian[kept][:, kept], torch.eye(2, dtype=DOUBLE))
    assert not jacobian[kept][:, moved].any()
    assert (jacobian[moved][:, kept] != 0).all()
    assert torch.equal(jacobian[moved][:, moved] != 0, torch.eye(2, dtype=torch.bool))


def test_the_scale_is_bounded():
    layer = AffineCoupling(2, widths=(4,), odd=False, bound=2.0, generator=seeded()).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(1000)
    points = torch.randn(50, 2, generator=seeded(1), dtype=DOUBLE)
    _, log_determinant = layer(points)
    assert log_determinant.abs().max() <= 2.0
    assert log_determinant.abs().max() > 1.9


def test_a_flow_after_a_decoder_moves_its_parameters_and_stays_injective():
    decoder = BrenierDecoder(2, (2, 3), strength=1.0, widths=(4, 4), generator=seeded()).double()
    flow = flow_of(0, 6, 2, True)
    whole = FlowDecoder(decoder, flow)
    latent = torch.randn(5, 7, 2, generator=seeded(1), dtype=DOUBLE)
    found = whole(latent)
    assert found.shape == (5, 7, 2, 3)
    torch.testing.assert_close(flow.inverse(found.flatten(-2))[0], decoder(latent).flatten(-2), rtol=1e-9, atol=1e-9)
    assert whole.output_shape == (2, 3)
    assert before_flow(whole) is before_flow(decoder) is decoder


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: RealNVP(1), r"^dimension must be a whole number >= 2, got 1"),
        (lambda: RealNVP(2, layers=0), r"^layers must be"),
        (lambda: RealNVP(2, widths=(0,)), r"^widths\[0\] must be"),
        (lambda: RealNVP(3)(torch.zeros(2, 4)), r"^points must have shape \(\.\.\., 3\), got \(2, 4\)"),
        (lambda: RealNVP(3).inverse(torch.zeros(2, 4)), r"^images must have shape \(\.\.\., 3\), got \(2, 4\)"),
        (
            lambda: FlowDecoder(BrenierDecoder(2, (3,), widths=(4,)), RealNVP(2)),
            r"^flow must be of dimension 3, as output_shape has, got 2",
        ),
    ],
)
def test_bad_options_are_named(build, message):
    with pytest.raises(InvalidInputError, match=message):
        build()


def test_the_network_of_a_coupling_is_as_wide_as_it_is_told():
    flow = RealNVP(3, layers=2, generator=seeded())
    assert all(isinstance(layer.network, MLP) for layer in flow.layers)
    assert [p.shape[0] for p in flow.layers[0].network.parameters() if p.ndim == 2] == [128, 128, 6]
