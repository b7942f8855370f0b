"""The measured constants are estimates from above, exact on linear maps; the schedule relaxes at the boundary."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import in_general_position
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.inverse_lipschitz import (
    AnnealedStrength,
    UpperEstimate,
    from_jacobians,
    from_pairs,
    jacobians_of,
)
from vae_models.networks.mlp import MLP
from variational.errors import InvalidInputError

torch.set_num_threads(1)

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")

SEEDS = st.integers(0, 2**31)
ROUNDING = 1e-9  # relative; sqrt(eps) of float64 is 1.5e-8 for pairs at the limit, which random points are not


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed):
    return torch.randn(*shape, generator=seeded(seed), dtype=torch.float64)


@in_general_position
@given(seed=SEEDS, latent=st.integers(1, 3), extra=st.integers(0, 3))
def test_both_estimates_are_above_the_guaranteed_constant(seed, latent, extra):
    generator = seeded(seed)
    decoder = BrenierDecoder(latent, (latent + extra,), strength=0.7, widths=(5, 4), generator=generator).double()
    points = normal(12, latent, seed=seed)
    with torch.no_grad():
        pairs, slopes = from_pairs(points, decoder(points)), from_jacobians(decoder.jacobian(points))
    assert pairs.count == 66
    assert slopes.count == 12
    assert min(pairs.upper, slopes.upper) >= decoder.inverse_lipschitz * (1 - ROUNDING)


@in_general_position
@given(seed=SEEDS, latent=st.integers(1, 3), outputs=st.integers(1, 4))
def test_a_linear_map_is_measured_exactly_by_its_jacobian_and_from_above_by_pairs(seed, latent, outputs):
    matrix = normal(outputs, latent, seed=seed)
    exact = float(torch.linalg.svdvals(matrix)[-1]) if outputs >= latent else 0.0
    points = normal(9, latent, seed=seed + 1)
    measured = from_jacobians(jacobians_of(lambda z: matrix @ z, points))
    assert measured.upper == pytest.approx(exact, rel=1e-10, abs=1e-12)
    assert from_pairs(points, points @ matrix.T).upper >= exact * (1 - ROUNDING)


def test_pairs_see_a_fold_that_jacobians_miss():
    # the circle has slope 1 everywhere, but angles 0 and 2 pi have one image
    angles = torch.linspace(0.0, 2 * math.pi - 0.01, 200, dtype=torch.float64).unsqueeze(1)
    circle = torch.cat((torch.cos(angles), torch.sin(angles)), dim=1)
    slopes = from_jacobians(jacobians_of(lambda z: torch.cat((torch.cos(z), torch.sin(z))), angles))
    assert slopes.upper == pytest.approx(1.0, rel=1e-12)
    assert from_pairs(angles, circle).upper < 0.002


def test_more_points_can_only_lower_an_estimate():
    network = MLP((2,), (3,), widths=(8,), activation="tanh", generator=seeded()).double()
    points = normal(40, 2, seed=1)
    with torch.no_grad():
        outputs, jacobians = network(points), jacobians_of(network, points)
    assert from_pairs(points, outputs).upper <= from_pairs(points[:20], outputs[:20]).upper
    assert from_jacobians(jacobians).upper <= from_jacobians(jacobians[:20]).upper


def test_coinciding_and_nearly_coinciding_points_are_left_out():
    points = normal(5, 2, seed=1)
    twice = torch.cat((points, points, points * (1 + 1e-12)))
    found = from_pairs(twice, 3 * twice)
    assert found.upper == pytest.approx(3.0, rel=1e-9)
    assert found.count == 9 * 10  # pairs of distinct points, nine times each


def test_jacobians_are_those_of_the_loop_in_chunks_or_at_once():
    network = MLP((2,), (3, 2), widths=(8,), activation="tanh", generator=seeded()).double()
    points = normal(7, 2, seed=1)
    looped = torch.stack([torch.autograd.functional.jacobian(network, z).reshape(6, 2) for z in points])
    torch.testing.assert_close(jacobians_of(network, points), looped)
    torch.testing.assert_close(jacobians_of(network, points, chunk=3), looped)


@given(current=st.floats(0.01, 10.0), ratio=st.floats(1.0, 3.0))
def test_the_constant_is_relaxed_at_the_boundary_only(current, ratio):
    schedule = AnnealedStrength(tolerance=0.05)
    measured = UpperEstimate(upper=ratio * current, method="test", count=1)
    expected = 0.85 * current if ratio * current <= 1.05 * current else current
    assert schedule.relaxed(current, measured) == expected


def test_the_schedule_measures_every_period():
    schedule = AnnealedStrength(period=30)
    assert [step for step in range(100) if schedule.due(step)] == [30, 60, 90]


def test_a_map_at_its_boundary_is_annealed_until_it_is_not():
    # a decoder that wants slope 1 under a constant of 5: with the network flat, slope and constant agree
    decoder = BrenierDecoder(2, (2,), strength=AnnealedStrength().start, widths=(8,), generator=seeded()).double()
    with torch.no_grad():
        decoder.inner.raw_output.fill_(-50.0)
    schedule, points = AnnealedStrength(), normal(20, 2, seed=1)
    optimiser = torch.optim.Adam(decoder.inner.parameters(), lr=0.2)
    seen = []
    for step in range(1, 1201):
        optimiser.zero_grad()
        inner, outer = decoder.stages(points)
        (outer - 1.5 * points).square().mean().backward()
        optimiser.step()
        if schedule.due(step):
            decoder.set_strength(schedule.relaxed(decoder.strengths[0], from_pairs(points, inner)))
            seen.append(decoder.strengths[0])
    torch.testing.assert_close(torch.tensor(seen[:3]), 5 * 0.85 ** torch.arange(1.0, 4.0), rtol=1e-6, atol=0)
    assert all(after <= before for before, after in pairwise(seen))
    assert seen[-1] < 1.5  # below what the data ask for, so that the constraint is no longer active


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 0.0}, "start must be a finite number > 0, got 0.0"),
        ({"factor": 0.0}, "factor must be a finite number > 0 and <= 1, got 0.0"),
        ({"factor": 1.0}, "factor must be below 1, got 1.0"),
        ({"factor": math.nan}, "factor must be a finite number > 0 and <= 1, got nan"),
        ({"tolerance": -0.1}, "tolerance must be a finite number >= 0, got -0.1"),
        ({"period": 0}, "period must be a whole number >= 1, got 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(InvalidInputError, match=f"^{message}$"):
        AnnealedStrength(**options)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        (torch.zeros(3, 2), torch.zeros(4, 2), "outputs must be one for each input, got 4 for 3"),
        (torch.ones(3, 2), torch.ones(3, 2), "inputs must hold two points that are apart, got 3 points"),
        (torch.ones(1, 2), torch.ones(1, 2), "inputs must hold two points that are apart, got 1 points"),
        (torch.ones(0, 2), torch.ones(0, 2), "inputs must hold two points that are apart, got 0 points"),
    ],
)
def test_points_that_measure_nothing_are_refused(inputs, outputs, message):
    with pytest.raises(InvalidInputError, match=f"^{message}$"):
        from_pairs(inputs, outputs)
