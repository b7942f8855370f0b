"""Losses and gradients of several models of one form as one program over stacked tensors (``torch.func``)."""

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, vmap

from vae_models.model import Model
from vae_models.objective import Batch, Terms
from vae_models.objectives.mixture import MixtureElbo
from vae_models.objectives.weighted import WeightedSum
from vae_models.recording import WatchedBatch, record
from vae_models.stacked.draws import OwnDraws

Weighing = WeightedSum | MixtureElbo


class Weighed(nn.Module):
    """Model and objective as one module, so that their tensors have one set of names.

    Args:
        model: The model.
        objective: One whose weights can be given.
    """

    def __init__(self, model: Model, objective: Weighing) -> None:
        """Keep both."""
        super().__init__()
        self.model, self.objective = model, objective

    def forward(self, batch: Batch, weights: Mapping[str, float | Tensor]) -> Terms:
        """Return the loss of a batch with these weights of its parts."""
        terms: Terms = self.objective(self.model, batch, weights=weights)
        return terms

    def remembering(self) -> dict[str, nn.Module]:
        """Return the submodules that remember something which is no parameter and no buffer, as a pool of noise."""
        usual = nn.Module.get_extra_state
        return {name: each for name, each in self.named_modules() if type(each).get_extra_state is not usual}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stacked:
    """What a step of several runs is computed from; tensors have the runs along their first axis.

    Attributes:
        trained: Parameters that are trained, by name.
        fixed: Other parameters, and buffers, where they differ between the runs.
        shared: Those that are the same in all runs; without the axis of the runs.
        memory: Extra states of the modules that have one.
        weights: Of the parts of the loss, but for those that are zero in all runs.
        data: Batches.
        index: Positions of their x in the data set.
    """

    trained: Mapping[str, Float[Tensor, "runs ..."]]
    fixed: Mapping[str, Tensor]
    shared: Mapping[str, Tensor]
    memory: Mapping[str, Tensor]
    weights: Mapping[str, Float[Tensor, " runs"]]
    data: Tensor
    index: Tensor


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """What a step of several runs gives, without graph.

    Attributes:
        losses: Of the runs.
        parts: Terms of the losses.
        gradients: Of each trained parameter, None where no loss depends on it.
        memory: Extra states afterwards.
    """

    losses: Float[Tensor, " runs"]
    parts: Mapping[str, Float[Tensor, " runs"]]
    gradients: Mapping[str, Tensor | None]
    memory: Mapping[str, Tensor]


class Program:
    """The losses of several runs and their gradients.

    Its operations are recorded once (``make_fx``) and replayed, which spares what Python does between them. A loss
    that reads the number of the step is computed anew each time.

    Args:
        form: Model and objective of one run; copied. Whatever the runs do not share is given in each call.
        generators: Of the draws of each run.
    """

    def __init__(self, form: Weighed, *, generators: Sequence[torch.Generator]) -> None:
        """Copy the form."""
        self._form = copy.deepcopy(form)
        self._memory = self._form.remembering()
        self._generators = tuple(generators)
        self._place = torch.Generator(self._generators[0].device)
        self._recorded: dict[frozenset[str], Any] = {}

    def __call__(self, stacked: Stacked, *, step: int) -> Found:
        """Return losses and gradients of a batch of each run.

        Args:
            stacked: What they are computed from.
            step: Steps taken before, by all runs alike.
        """
        tensors = {field.name: getattr(stacked, field.name) for field in dataclasses.fields(stacked)}
        weighted = frozenset(stacked.weights)  # the parts with a weight make another program
        if weighted not in self._recorded:
            self._record(weighted, tensors)
        program = self._recorded[weighted]
        return Found(**(self._compute(tensors, step) if program is None else program(tensors)))

    def _record(self, weighted: frozenset[str], tensors: Mapping[str, Any]) -> None:
        """Record the program, which computes it once; what is drawn meanwhile is drawn again."""
        before = [generator.get_state() for generator in self._generators]

        def compute(tensors: Mapping[str, Any]) -> dict[str, Any]:
            return self._compute(tensors, 0)

        self._recorded[weighted] = record(compute, tensors)
        for generator, state in zip(self._generators, before, strict=True):
            generator.set_state(state)

    def _compute(self, tensors: Mapping[str, Any], step: int) -> dict[str, Any]:
        """Return the fields of ``Found`` from those of ``Stacked``."""
        without = dict.fromkeys(self._form.objective.weights(step).keys() - tensors["weights"].keys(), 0.0)
        free = {name: value.detach().requires_grad_() for name, value in tensors["trained"].items()}
        shared = tensors["shared"]

        def loss_of_one(each: Mapping[str, Any]) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
            batch = WatchedBatch(data=each["data"], index=each["index"], step=step, generator=self._place)
            for name, module in self._memory.items():
                module.set_extra_state(each["memory"][name])
            state = {**each["trained"], **each["fixed"], **shared}
            with OwnDraws(self._place, each["marker"], self._generators):
                terms = functional_call(self._form, state, (batch, {**without, **each["weights"]}))
            after = {name: module.get_extra_state() for name, module in self._memory.items()}
            return terms.loss, dict(terms.parts), after

        marker = torch.zeros(len(self._generators), device=tensors["data"].device)
        divided = {name: value for name, value in tensors.items() if name != "shared"}
        losses, parts, memory = vmap(loss_of_one)({**divided, "trained": free, "marker": marker})
        gradients: Sequence[Tensor | None] = torch.autograd.grad(losses.sum(), list(free.values()), allow_unused=True)
        found: dict[str, Tensor | None] = {}
        for name, gradient in zip(free, gradients, strict=True):
            # fused optimisers go through memory as it lies, whatever the strides
            found[name] = gradient if gradient is None else gradient.contiguous()
        return {
            "losses": losses.detach(),
            "parts": parts,
            "gradients": found,
            "memory": {name: value.detach() for name, value in memory.items()},
        }
