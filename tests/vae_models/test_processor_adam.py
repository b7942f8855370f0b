"""ProcessorAdam takes the steps of torch's fused Adam to the last bit, whatever happens between them."""

import copy

import hypothesis.strategies as st
import torch
from hypothesis import given
from torch import nn

from vae_models.config import OptimiserConfig
from vae_models.optimisers import bare_step, make_optimiser
from vae_models.processor_adam import ProcessorAdam

EVENTS = ("step", "missing", "forget", "reload", "rate")


def weights_of(seed: int, sizes: list[int]) -> list[nn.Parameter]:
    """Return parameters."""
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(size, 3, generator=generator)) for size in sizes]


def give_gradients(weights: list[nn.Parameter], seed: int, *, missing: bool) -> None:
    """Give every parameter a gradient, or every one but the first."""
    generator = torch.Generator().manual_seed(seed)
    for place, weight in enumerate(weights):
        gradient = torch.randn(weight.shape, generator=generator)
        weight.grad = None if missing and place == 0 else gradient


@given(
    sizes=st.lists(st.integers(1, 40), min_size=2, max_size=5),
    seed=st.integers(0, 2**20),
    events=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8),
    decay=st.sampled_from([0.0, 0.01]),
    split=st.booleans(),
)
def test_equals_the_adam_of_torch_to_the_last_bit(sizes, seed, events, decay, split):
    """Over missing gradients, a forgotten state, a state from a checkpoint, a new rate, and two groups."""
    both = [weights_of(seed, sizes), weights_of(seed, sizes)]
    arguments = (1e-2, (0.8, 0.95), 1e-6, decay)
    groups = [
        [{"params": weights[:1]}, {"params": weights[1:], "lr": 0.5, "betas": (0.1, 0.2)}] if split else weights
        for weights in both
    ]
    ours, theirs = ProcessorAdam(groups[0], *arguments), torch.optim.Adam(groups[1], *arguments, fused=True)
    for number, event in enumerate(events):
        for optimiser, weights in zip((ours, theirs), both, strict=True):
            if event == "forget":
                optimiser.state.clear()
            if event == "reload":
                optimiser.load_state_dict(copy.deepcopy(optimiser.state_dict()))
            if event == "rate":
                optimiser.param_groups[0]["lr"] = 0.3
            give_gradients(weights, seed + number, missing=event == "missing")
        bare_step(ours)()
        theirs.step()
        for mine, peer in zip(*both, strict=True):
            assert torch.equal(mine, peer)
            assert set(ours.state[mine]) == set(theirs.state[peer])
            assert all(torch.equal(value, theirs.state[peer][name]) for name, value in ours.state[mine].items())


def test_the_optimiser_of_a_processor_is_the_quick_one():
    """And after the first step it takes its own way, not torch's."""
    weights = weights_of(0, [2, 3])
    optimiser = make_optimiser(weights, OptimiserConfig())
    assert isinstance(optimiser, ProcessorAdam)
    for _ in range(2):
        give_gradients(weights, 1, missing=False)
        bare_step(optimiser)()
    assert len(optimiser._kept) == 1
    assert optimiser.state[weights[0]]["step"] == 2
