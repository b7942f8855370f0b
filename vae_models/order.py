"""The order of the data: which examples make up which batch of an epoch, as a function of seed and epoch alone."""

import dataclasses

import torch
from jaxtyping import Int
from torch import Tensor

from vae_models.seeds import derived_seed
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Order:
    """How a data set is divided into batches.

    Attributes:
        count: Examples in the data set.
        batch_size: At least 1 and at most ``count``. What is left over at the end of an epoch is left out, another
            part each time; with groups, smaller batches come instead.
        seed: Of the order.
        groups: Number of the group of each example; a batch holds examples of one group, as sentences of one length.
    """

    count: int
    batch_size: int
    seed: int
    groups: Int[Tensor, " count"] | None = None

    def __post_init__(self) -> None:
        """Refuse a batch larger than the data set."""
        if not 1 <= self.batch_size <= self.count:
            msg = f"batch_size must be at least 1 and at most the {self.count} examples, got {self.batch_size}"
            raise InvalidInputError(msg)

    @property
    def batches(self) -> int:
        """Number of batches in an epoch, the same in all."""
        if self.groups is None:
            return self.count // self.batch_size
        sizes = torch.unique(self.groups, return_counts=True)[1]
        return int(torch.ceil(sizes / self.batch_size).sum())

    def epoch(self, number: int, *, device: torch.device) -> tuple[Int[Tensor, " batch"], ...]:
        """Return the positions in the data set that make up each batch of an epoch."""
        generator = torch.Generator().manual_seed(derived_seed(self.seed, "order", number))
        order = torch.randperm(self.count, generator=generator)
        if self.groups is None:
            whole = self.batches * self.batch_size
            return torch.split(order[:whole].to(device), self.batch_size)
        order = order[torch.argsort(self.groups[order], stable=True)]
        sizes = torch.unique(self.groups, return_counts=True)[1].tolist()
        batches = [
            batch for group in torch.split(order.to(device), sizes) for batch in torch.split(group, self.batch_size)
        ]
        return tuple(batches[place] for place in torch.randperm(len(batches), generator=generator).tolist())
