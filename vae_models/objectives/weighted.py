"""A loss as a weighted sum of parts: every paper is a list of parts and weights."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast, runtime_checkable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.model import Model
from vae_models.modes import full_precision
from vae_models.objective import Batch, Terms
from vae_models.objectives.passes import Code, Inference, Pass, amortised, run
from vae_models.schedules import Schedule, as_schedule, require_settled
from vae_models.validation import require_one_of
from variational.errors import InvalidInputError


class Part(nn.Module):
    """One term of a loss, a mean over the batch; networks of its own are submodules.

    A part of this package computes the same operations in every step, but for what ``batch.step`` decides, since steps
    are recorded; what it remembers from step to step is its extra state (``get_extra_state``), and is not recorded.

    Attributes:
        name: Key in :class:`vae_models.objective.Terms`.
    """

    name: str

    def further(self, model: Model, batch: Batch) -> Shaped[Tensor, "batch ..."] | None:  # noqa: ARG002
        """Return x beside the data whose q(z|x) the part finds in ``Pass.further``, if it needs any; no gradient."""
        return None

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch; nats unless the part says otherwise."""
        raise NotImplementedError


class Adversary(Part):
    """The loss of a network that is trained against the model; no gradient of it reaches the model.

    What it holds is trained by the optimiser with the settings for an adversary.
    """


@runtime_checkable
class Adversarial(Protocol):
    """A divergence by a network that learns to tell its two laws apart."""

    def opponent(self) -> Adversary:
        """Return the loss by which the network is trained."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    """A part and its weight, a number or a schedule in steps."""

    part: Part
    weight: float | Schedule = 1.0


class WeightedSum(nn.Module):
    """The loss sum_i weight_i(step) part_i of one pass.

    A part of weight zero is evaluated for the log, without gradient, and does not enter the loss.

    Args:
        parts: With their weights; names must differ.
        inference: How q(z|x) comes about.
        code: ``draw`` decodes a draw of q(z|x), ``mean`` its mean.
    """

    def __init__(self, parts: Sequence[Weighted], *, inference: Inference = amortised, code: Code = "draw") -> None:
        """Keep the parts, so that their parameters are found."""
        super().__init__()
        require_one_of("code", code, ("draw", "mean"))
        names = [weighted.part.name for weighted in parts]
        if len(set(names)) != len(names) or not names:
            msg = f"parts must have names that differ, at least one, got {names}"
            raise InvalidInputError(msg)
        self.parts = nn.ModuleList(weighted.part for weighted in parts)
        self.schedules = dict(zip(names, (as_schedule(weighted.weight) for weighted in parts), strict=True))
        self.inference, self.code = inference, code
        moves = any(schedule.settled_at for schedule in self.schedules.values())
        self._constant = None if moves else self.weights(0)

    def weights(self, step: int) -> dict[str, float]:
        """Return the weight of each part at a step."""
        return {name: schedule(step) for name, schedule in self.schedules.items()}

    def require_settled(self, *, total_steps: int) -> None:
        """Refuse a run of ``total_steps`` optimiser steps at whose end some weight still moves."""
        for name, schedule in self.schedules.items():
            require_settled(schedule, total_steps=total_steps, name=f"weight of {name}")

    def adversary_parameters(self) -> list[nn.Parameter]:
        """Return what is trained against the model."""
        return [weight for part in self.parts if isinstance(part, Adversary) for weight in part.parameters()]

    def forward(self, model: Model, batch: Batch, *, weights: Mapping[str, float | Tensor] | None = None) -> Terms:
        """Return the loss of the model on a batch.

        Args:
            model: The model.
            batch: The batch.
            weights: Of the parts, in place of those of the step; tensors where one program trains several models.
        """
        if weights is None:
            # the step is not asked for where it makes no difference: such a loss can be recorded and replayed
            weights = self.weights(batch.step) if self._constant is None else self._constant
        parts = cast(Sequence[Part], self.parts)
        entering = [part for part in parts if not _is_zero(weights[part.name])]
        shown = [part for part in parts if _is_zero(weights[part.name])]  # zero times an infinite part would be nan
        further = _further(entering, model, batch)
        passed = run(model, batch, inference=self.inference, code=self.code, further=further)
        with full_precision(passed.latent.device):
            values = {part.name: part(passed) for part in entering}
        loss = _weighted_sum(values, weights)
        if loss is None:
            loss = torch.zeros((), dtype=passed.latent.dtype, device=passed.latent.device)
        if shown:
            with torch.no_grad():
                passed = passed.with_further(_further(shown, model, batch))
                with full_precision(passed.latent.device):
                    values |= {part.name: part(passed) for part in shown}
        return Terms(loss=loss, parts={part.name: values[part.name].detach() for part in parts})


def _is_zero(weight: float | Tensor) -> bool:
    """Return whether a weight is the number zero; what a tensor holds is not asked."""
    return not isinstance(weight, Tensor) and weight == 0


def _further(parts: Iterable[Part], model: Model, batch: Batch) -> dict[str, Tensor]:
    """Return the x beside the data that the parts need, by their names."""
    asked = {part.name: part.further(model, batch) for part in parts}
    return {name: data for name, data in asked.items() if data is not None}


def _weighted_sum(values: Mapping[str, Tensor], weights: Mapping[str, float | Tensor]) -> Tensor | None:
    """Return the sum of the values times their weights, None of none; a weight of one costs nothing."""
    found: Tensor | None = None
    for name, value in values.items():
        weight = weights[name]
        weighted = value if not isinstance(weight, Tensor) and weight == 1 else weight * value
        found = weighted if found is None else found + weighted
    return found
