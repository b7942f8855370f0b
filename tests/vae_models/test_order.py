"""The order of the data is a function of seed and epoch, and visits what it should exactly once."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_models.order import Order
from variational.errors import InvalidInputError

CPU = torch.device("cpu")


@given(
    count=st.integers(1, 60), batch_size=st.integers(1, 60), seed=st.integers(0, 2**63 - 1), epoch=st.integers(0, 99)
)
def test_an_epoch_visits_whole_batches_of_different_examples(count, batch_size, seed, epoch):
    if batch_size > count:
        with pytest.raises(InvalidInputError, match="batch_size"):
            Order(count=count, batch_size=batch_size, seed=seed)
        return
    order = Order(count=count, batch_size=batch_size, seed=seed)
    batches = order.epoch(epoch, device=CPU)
    assert [len(batch) for batch in batches] == [batch_size] * order.batches == [batch_size] * (count // batch_size)
    visited = torch.cat(batches).tolist()
    assert len(set(visited)) == len(visited)
    assert set(visited) <= set(range(count))


@given(
    groups=st.lists(st.integers(0, 4), min_size=8, max_size=50),
    batch_size=st.integers(1, 8),
    epoch=st.integers(0, 99),
)
def test_with_groups_every_example_comes_once_in_a_batch_of_its_group(groups, batch_size, epoch):
    order = Order(count=len(groups), batch_size=batch_size, seed=0, groups=torch.tensor(groups))
    batches = order.epoch(epoch, device=CPU)
    assert len(batches) == order.batches
    assert sorted(torch.cat(batches).tolist()) == list(range(len(groups)))
    for batch in batches:
        assert len({groups[place] for place in batch.tolist()}) == 1
        assert len(batch) <= batch_size


def test_the_order_repeats_and_differs_between_epochs_and_seeds():
    def visited(seed, epoch):
        return torch.cat(Order(count=40, batch_size=8, seed=seed).epoch(epoch, device=CPU)).tolist()

    assert visited(0, 1) == visited(0, 1)
    assert len({tuple(visited(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9
