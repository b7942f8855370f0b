"""Points of small integers: drawn within their bounds, climbed, and shrunk without losing what counts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.lattice import WORST, Group, climb, draw, probabilities, quarters, shrink

LAYOUT = (
    Group(name="law", size=3, least=0),
    Group(name="positive", size=2, least=1),
    Group(name="parameters", size=2, least=-64, law=False),
)
SEEDS = st.integers(0, 2**32 - 1)


def admissible(point):
    return all(
        len(weights) == group.size and group.allows(weights) for group, weights in zip(LAYOUT, point, strict=True)
    )


@given(SEEDS)
def test_every_point_drawn_and_reached_is_within_its_bounds(seed):
    generator = np.random.default_rng(seed)
    seen = []

    def score(point):
        seen.append(point)
        return float(sum(map(sum, point)))

    assert admissible(draw(LAYOUT, generator))
    climb(LAYOUT, score, generator, steps=40)
    assert all(map(admissible, seen))


@given(SEEDS)
def test_a_climb_never_ends_below_a_point_it_took(seed):
    def score(point):
        return float(-abs(point[2][0] - 5) - abs(point[2][1] + 3))

    point, height = climb(LAYOUT, score, np.random.default_rng(seed), steps=300)
    assert height == score(point)
    assert height > -20  # the start of a single draw is lower on average


def test_the_same_seed_climbs_the_same_way():
    def score(point):
        return -float(np.var(point[0]))

    first, second = (climb(LAYOUT, score, np.random.default_rng(7), steps=100) for _ in range(2))
    assert first == second


def test_where_nothing_is_admissible_the_climb_says_so():
    assert climb(LAYOUT, lambda _: WORST, np.random.default_rng(0), steps=20)[1] == WORST


@given(SEEDS)
def test_shrinking_keeps_what_it_is_told_to_and_ends_where_no_smaller_point_does(seed):
    point = draw(LAYOUT, np.random.default_rng(seed))

    def keeps(candidate):
        return candidate[0][0] >= min(point[0][0], 2) and candidate[2] == point[2]

    small = shrink(LAYOUT, point, keeps)
    assert keeps(small)
    assert admissible(small)
    assert sum(small[0]) <= max(2, min(point[0][0], 2) + 1)
    assert set(small[1]) <= {1}


@pytest.mark.parametrize("weights", [(1, 3), (0, 5), (2, 2)])
def test_laws_have_unit_mass(weights):
    assert sum(probabilities(weights)) == 1


def test_parameters_are_quarters():
    assert quarters((5, -2)) == (Fraction(5, 4), Fraction(-1, 2))
