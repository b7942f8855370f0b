"""Noise that comes with the data: draws of its examples, equally likely, repeated by the generator, not saved."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vae_models.tiny import make_model
from tests.vae_models.toys import batch_of, normal
from vae_models.noise import DataNoise

ANY_MODEL = make_model()  # these draws do not ask it


@settings(max_examples=20)
@given(count=st.integers(1, 6), size=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_every_draw_is_an_example_and_the_generator_repeats_it(count, size, seed):
    examples = normal(seed, count, 2, 3)
    noise = DataNoise(examples)
    first, second = (noise(ANY_MODEL, batch_of(normal(1, size, 2, 3), step=0, seed=seed)) for _ in range(2))
    assert first.shape == (size, 2, 3)
    assert torch.equal(first, second)
    assert (first[:, None] == examples).flatten(2).all(dim=2).any(dim=1).all()
    assert not noise.state_dict()


def test_examples_are_drawn_equally_often():
    examples = torch.arange(4.0)[:, None].double()
    drawn = DataNoise(examples)(ANY_MODEL, batch_of(normal(1, 40_000, 1), step=0, seed=5))
    shares = torch.bincount(drawn.flatten().long(), minlength=4) / 40_000
    torch.testing.assert_close(shares, torch.full((4,), 0.25), atol=0.01, rtol=0)  # 5 standard errors
