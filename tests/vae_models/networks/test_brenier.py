"""Decoders of IL-LIDVAE keep their inverse Lipschitz constant, and are the maps of the numeric package."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numeric.maps import BrenierMap, ComposedMap
from numeric.potentials import Ridges, Sum, isotropic
from tests.effort import in_general_position
from vae_models.networks.brenier import BrenierDecoder
from variational.errors import InvalidInputError

torch.set_num_threads(1)

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")

ROUNDING = 1e-10  # relative; float64, with a few dozen terms in each sum
SEEDS = st.integers(0, 2**31)
STRENGTHS = st.sampled_from([0.2, 1.0, 5.0])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


def build(latent_dim, output_shape, *, seed=0, noise=0.0, **options):
    generator = seeded(seed)
    options = {"widths": (6, 5)} | options
    decoder = BrenierDecoder(latent_dim, output_shape, generator=generator, **options).double()
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64), alpha=noise)
    return decoder


@in_general_position
@given(
    latent=st.integers(1, 4),
    extra=st.integers(0, 3),
    strength=STRENGTHS,
    seed=SEEDS,
    noise=st.sampled_from([0.0, 1.0]),
    scale=st.sampled_from([0.01, 3.0]),
)
def test_the_inverse_lipschitz_inequality_holds_on_pairs(latent, extra, strength, seed, noise, scale):
    decoder = build(latent, (latent + extra,), strength=strength, seed=seed, noise=noise)
    assert decoder.inverse_lipschitz == pytest.approx(strength if extra == 0 else strength**2, rel=1e-6)
    left, right = scale * normal(2, 30, latent, seed=seed)
    with torch.no_grad():
        images = (decoder(left) - decoder(right)).norm(dim=1)
    distances = (left - right).norm(dim=1)
    assert (images / distances).min() >= decoder.inverse_lipschitz * (1 - ROUNDING / scale)


@in_general_position
@given(latent=st.integers(1, 4), extra=st.integers(0, 3), strength=STRENGTHS, seed=SEEDS)
def test_no_singular_value_of_the_jacobian_is_below_the_constant(latent, extra, strength, seed):
    decoder = build(latent, (latent + extra,), strength=strength, seed=seed, noise=1.0)
    with torch.no_grad():
        values = torch.linalg.svdvals(decoder.jacobian(normal(10, latent, seed=seed)))
    assert values.min() >= decoder.inverse_lipschitz * (1 - ROUNDING)


@in_general_position
@given(seed=SEEDS, latent=st.integers(1, 3), extra=st.integers(1, 4), share=st.floats(0.0, 1.0))
def test_for_fewer_latents_the_map_is_injective_even_at_zero_strength(seed, latent, extra, share):
    decoder = build(latent, (latent + extra,), strength=0.0, seed=seed)
    left, right = normal(2, 20, latent, seed=seed)
    middle = share * left + (1 - share) * right
    with torch.no_grad():
        values = torch.linalg.svdvals(decoder.jacobian(middle))
        images = (decoder(left) - decoder(right)).norm(dim=1)
    assert values.min() > 0
    assert (images / (left - right).norm(dim=1)).min() > 0


@in_general_position
@given(seed=SEEDS)
def test_each_map_increases_along_every_line(seed):
    # (f(z) - f(w)) . (z - w) >= L |z - w|^2, which is more than the inverse Lipschitz inequality
    decoder = build(3, (3,), strength=0.5, seed=seed, noise=1.0)
    left, right = normal(2, 30, 3, seed=seed)
    with torch.no_grad():
        rise = ((decoder(left) - decoder(right)) * (left - right)).sum(dim=1)
    assert (rise >= 0.5 * (left - right).square().sum(dim=1) * (1 - ROUNDING)).all()


@in_general_position
@given(latent=st.integers(1, 3), extra=st.integers(0, 3), seed=SEEDS)
def test_jacobians_and_their_products_are_those_of_autograd(latent, extra, seed):
    decoder = build(latent, (latent + extra,), seed=seed, noise=1.0)
    points, tangents = normal(2, 4, latent, seed=seed)
    cotangents = normal(4, latent + extra, seed=seed + 1)
    expected = torch.func.vmap(torch.func.jacrev(decoder))(points)
    with torch.no_grad():
        jacobian = decoder.jacobian(points)
        forward = decoder.jacobian_vector(points, tangents)
        backward = decoder.vector_jacobian(points, cotangents)
    torch.testing.assert_close(jacobian, expected)
    torch.testing.assert_close(forward, torch.einsum("ntl,nl->nt", expected, tangents))
    torch.testing.assert_close(backward, torch.einsum("ntl,nt->nl", expected, cotangents))
    torch.testing.assert_close(torch.func.jvp(decoder, (points,), (tangents,))[1], forward)


def shared(potential):
    """The same potential in the numeric package; one hidden layer."""
    ridges = Ridges(
        directions=potential.directions.detach().T.numpy(),
        offsets=potential.offsets.detach().numpy(),
        weights=np.logaddexp(0, potential.raw_output.detach().numpy()),
    )
    return Sum(parts=(ridges, isotropic(potential.strength.item(), potential.tilt.detach().numpy())))


@in_general_position
@given(seed=SEEDS, extra=st.integers(0, 2))
def test_the_maps_of_the_numeric_package_agree_on_shared_parameters(seed, extra):
    decoder = build(2, (2 + extra,), strength=0.7, widths=(6,), seed=seed, noise=0.5)
    inner = shared(decoder.inner)
    expected = (
        BrenierMap(potential=inner) if decoder.outer is None else ComposedMap(inner=inner, outer=shared(decoder.outer))
    )
    points = normal(5, 2, seed=seed)
    with torch.no_grad():
        found, jacobian = decoder(points), decoder.jacobian(points)
    np.testing.assert_allclose(found.numpy(), expected.natural(points.numpy()), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(jacobian.numpy(), expected.jacobian(points.numpy()), rtol=1e-11, atol=1e-11)
    assert decoder.inverse_lipschitz == pytest.approx(expected.inverse_lipschitz, rel=1e-12)


@in_general_position
@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    front=st.lists(st.integers(1, 3), max_size=3).map(tuple),
)
def test_any_output_shape_and_any_axes_in_front(shape, front):
    decoder = build(1, shape)
    latent = normal(*front, 1, seed=0)
    found = decoder(latent)
    assert found.shape == (*front, *shape)
    each = torch.stack([decoder(point) for point in latent.reshape(-1, 1)]).reshape(found.shape)
    torch.testing.assert_close(found, each)


def test_an_axis_of_classes_is_the_loop_over_classes():
    decoder = build(3, (2, 4))
    latent = normal(6, 5, 3, seed=1)  # batch, classes, latent
    looped = torch.stack([decoder(latent[:, place]) for place in range(5)], dim=1)
    torch.testing.assert_close(decoder(latent), looped)


def test_the_stages_are_the_inner_map_and_the_output():
    decoder = build(2, (3,))
    latent = normal(4, 2, seed=1)
    inner, outer = decoder.stages(latent)
    torch.testing.assert_close(inner, decoder.inner.gradient(latent))
    padded = torch.nn.functional.pad(inner, (0, 1))
    torch.testing.assert_close(outer, decoder.outer.gradient(padded))
    square = build(2, (2, 1))
    inner, outer = square.stages(latent)
    torch.testing.assert_close(inner, outer.flatten(1))


def test_a_new_constant_adds_to_the_map_and_is_saved():
    decoder = build(3, (3,), strength=1.0)
    latent = normal(4, 3, seed=1)
    before = decoder(latent)
    decoder.set_strength(2.5)
    torch.testing.assert_close(decoder(latent), before + 1.5 * latent)
    other = build(3, (3,), strength=1.0, seed=5)
    other.load_state_dict(decoder.state_dict())
    assert other.strengths == (2.5,)
    torch.testing.assert_close(other(latent), decoder(latent))
    pair = build(2, (3,), strength=(1.0, 2.0))
    assert (pair.strengths, pair.inverse_lipschitz) == ((1.0, 2.0), 2.0)
    pair.set_strength(0.5)
    assert pair.strengths == (0.5, 0.5)


def test_training_reduces_the_loss_and_keeps_the_constant():
    decoder = build(2, (4,), strength=0.5, widths=(16, 16))
    latent, target = normal(64, 2, seed=1), normal(64, 4, seed=2)
    optimiser = torch.optim.Adam(decoder.parameters(), lr=1e-2)

    def loss():
        return (decoder(latent) - target).square().mean()

    first = loss().item()
    for _ in range(60):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()
    assert loss().item() < first
    with torch.no_grad():
        assert torch.linalg.svdvals(decoder.jacobian(latent)).min() >= decoder.inverse_lipschitz * (1 - ROUNDING)


def test_weights_repeat_with_the_generator():
    one, other = (build(2, (3,), seed=4).state_dict() for _ in range(2))
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0, (3,)), {}, "latent_dim must be a whole number >= 1, got 0"),
        ((2, ()), {}, r"output_shape must have at least 1 entry, got \(\)"),
        ((4, (3,)), {}, "latent_dim must be at most the 3 entries of output_shape, got 4"),
        ((3, (3,)), {"strength": (1.0, 1.0)}, r"strength must be one number, or two where latent_dim < 3, got"),
        ((2, (3,)), {"strength": -1.0}, "strength must be a finite number >= 0, got -1.0"),
        ((2, (3,)), {"strength": (1.0, math.nan)}, "strength must be a finite number >= 0, got nan"),
        (
            (2, (3,)),
            {"strength": 0.0, "profile": "leaky_relu"},
            "strength must be > 0 unless every profile is strictly",
        ),
        ((2, (3,)), {"strength": (1.0, 0.0), "profile": "cubic"}, "strength must be > 0 unless every profile is"),
        ((3, (3,)), {"strength": 0.0, "widths": (1, 1)}, "strength must be > 0 unless .* the widths sum to"),
    ],
)
def test_wrong_options_are_refused(arguments, options, message):
    with pytest.raises(InvalidInputError, match=f"^{message}"):
        BrenierDecoder(*arguments, **({"widths": (4, 4)} | options))


@pytest.mark.parametrize("strength", [0.0, -1.0, math.inf, math.nan])
def test_a_constant_that_is_not_positive_cannot_be_set(strength):
    decoder = build(2, (3,))
    with pytest.raises(InvalidInputError, match=r"^strength must be a finite number > 0, got"):
        decoder.set_strength(strength)
    assert decoder.strengths == (1.0, 1.0)


def test_latents_of_another_size_are_refused():
    with pytest.raises(InvalidInputError, match=r"^z must have shape \(\.\.\., 2\), got \(5, 1\)$"):
        build(2, (3,))(torch.zeros(5, 1, dtype=torch.float64))
