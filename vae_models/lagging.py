"""Lagging inference: the encoder is trained alone until it stops gaining, before each step of the decoder.

Source: He et al. (2019), algorithm 1, with the numbers of the public code.
"""

import dataclasses
from collections.abc import Callable

from vae_models.validation import require_count


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EncoderLoop:
    """When to leave the loop of encoder updates: as soon as the mean loss of a block is above that of the one before.

    Attributes:
        most_updates: >= 1.
        block: >= 1; updates over which the loss is averaged: 10 for images and 15 for text in the public code.
    """

    most_updates: int = 99
    block: int = 10

    def __post_init__(self) -> None:
        """Check the fields."""
        require_count("most_updates", self.most_updates)
        require_count("block", self.block)

    def run(self, update: Callable[[], float]) -> int:
        """Return how many updates were made.

        Args:
            update: Takes a random batch, steps the encoder alone, and returns the loss before the step, nats for
                each example.
        """
        previous, total = float("inf"), 0.0
        for count in range(1, self.most_updates + 1):
            total += update()
            if count % self.block == 0:
                mean = total / self.block
                if not mean <= previous:  # also for nan
                    return count
                previous, total = mean, 0.0
        return self.most_updates


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Aggression:
    """Whether the encoder is still trained in a loop, told by the mutual information of validation data.

    Attributes:
        patience: >= 1; epochs that may fail to beat the best mutual information. They are counted in all, not in
            a row, and what has ended does not come back.
        best: Greatest mutual information so far; nats.
        failures: Epochs that did not beat it.
    """

    patience: int = 5
    best: float = float("-inf")
    failures: int = 0

    def __post_init__(self) -> None:
        """Check the fields."""
        require_count("patience", self.patience)
        require_count("failures", self.failures, least=0)

    @property
    def active(self) -> bool:
        """Whether the loop of encoder updates is run before each step."""
        return self.failures < self.patience

    def after_epoch(self, mutual_information: float) -> "Aggression":
        """Return the state after an epoch with this mutual information of validation data, nats."""
        if mutual_information > self.best:
            return dataclasses.replace(self, best=mutual_information)
        return dataclasses.replace(self, failures=self.failures + 1)
