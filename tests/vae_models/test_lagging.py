"""Lagging inference as tables: how many encoder updates, and when the aggressive phase ends for good."""

import functools
import itertools

import pytest

from vae_models.lagging import Aggression, EncoderLoop
from variational.errors import InvalidInputError

FALLING = [1.0 / (place + 1) for place in range(200)]


@pytest.mark.parametrize(
    ("losses", "block", "expected"),
    [
        (FALLING, 10, 99),
        ([5.0] * 200, 10, 99),  # equal blocks are no rise
        ([5.0] * 10 + [6.0] * 200, 10, 20),
        ([5.0] * 10 + [4.0] * 10 + [4.1] * 200, 10, 30),
        ([5.0] * 15 + [6.0] * 200, 15, 30),
        ([1.0] * 3 + [9.0] + [1.0] * 200, 10, 99),  # one bad batch within a block
        ([5.0] * 10 + [float("nan")] * 200, 10, 20),
    ],
)
def test_the_loop_is_left_when_a_block_is_worse_than_the_one_before(losses, block, expected):
    stream = iter(losses)
    assert EncoderLoop(block=block).run(functools.partial(next, stream)) == expected
    assert len(list(stream)) == len(losses) - expected


def test_the_number_of_updates_is_bounded():
    assert EncoderLoop(most_updates=7).run(lambda: 1.0) == 7


@pytest.mark.parametrize(
    ("informations", "active"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [True] * 6),
        ([0.5, 0.4, 0.4, 0.4, 0.4, 0.4], [True, True, True, True, True, False]),
        # failures need not follow each other, and a later record does not bring it back
        ([0.5, 0.4, 0.6, 0.5, 0.7, 0.6, 0.8, 0.7, 0.9, 0.8, 1.0], [True] * 9 + [False] * 2),
        ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [True] * 5 + [False]),
        ([float("nan")] * 5, [True] * 4 + [False]),
    ],
)
def test_aggression_ends_for_good_after_five_failures_in_all(informations, active):
    states = itertools.accumulate(informations, Aggression.after_epoch, initial=Aggression())
    assert [state.active for state in states][1:] == active


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: EncoderLoop(most_updates=0), "most_updates"),
        (lambda: EncoderLoop(block=0), "block"),
        (lambda: Aggression(patience=0), "patience"),
        (lambda: Aggression(failures=-1), "failures"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
