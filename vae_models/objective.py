"""What an objective takes and gives: a loss to be minimised, and the terms of it that metrics and logs read."""

import dataclasses
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from vae_models.model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch and where training stands.

    Attributes:
        data: x, shape (batch, *data_shape); whole numbers where the likelihood is categorical.
        index: Position of each x in the data set.
        step: Number of optimiser steps taken before this one; schedules count in it.
        generator: Of every random number that the objective draws, so that a run can be repeated and resumed.
    """

    data: Shaped[Tensor, "batch ..."]
    index: Int[Tensor, " batch"]
    step: int
    generator: torch.Generator


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The loss of a batch in nats per example, and its terms.

    Attributes:
        loss: Mean over the batch, scalar, differentiable.
        parts: Detached means by name, unweighted: ``reconstruction`` (-E log p(x|z)), ``kl``, and whatever else an
            objective has, such as ``contrastive_kl`` or ``mmd``.
    """

    loss: Float[Tensor, ""]
    parts: Mapping[str, Float[Tensor, ""]]


@runtime_checkable  # so that the type checks of the tests can ask
class Objective(Protocol):
    """A loss. Objectives with networks of their own (an adversary) are modules; the engine trains what they hold."""

    def __call__(self, model: Model, batch: Batch) -> Terms:
        """Return the loss of the model on a batch."""


@runtime_checkable
class Scheduled(Protocol):
    """An objective with weights that move for some steps."""

    def require_settled(self, *, total_steps: int) -> None:
        """Refuse a run of ``total_steps`` optimiser steps at whose end some weight still moves."""


@runtime_checkable
class Opposed(Protocol):
    """An objective with networks that are trained against the model."""

    def adversary_parameters(self) -> list[nn.Parameter]:
        """Return what they are made of; none, where there are none."""


@runtime_checkable
class Preparing(Protocol):
    """An objective that changes the model between steps by other means than gradients, as an annealed constraint is.

    What it remembers is in the states of model and objective, so that a resumed run goes on as it would have.
    """

    def due(self, step: int) -> bool:
        """Return whether ``prepare`` is called before this step."""

    def prepare(self, model: Model, batch: Batch) -> None:
        """Change the model; the batch is that of the step which follows."""
