"""Adam on a processor, as torch computes it but without the questions that torch asks before every step."""

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


@dataclasses.dataclass(frozen=True, slots=True)
class _Lists:
    """What the kernel takes of the state of one group, and the state of its first parameter, which tells its age."""

    first: Mapping[str, Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]


class ProcessorAdam(torch.optim.Adam):
    """The fused Adam of torch, the same to the last bit, which keeps the lists of its tensors between steps.

    Making them anew and asking of each what it is takes a third of the step where the networks are small and their
    gradients have emptied the caches. The state and its format are torch's.
    """

    def __init__(self, *arguments: Any) -> None:
        """Take the arguments of ``torch.optim.Adam``."""
        self._kept: list[_Lists] = []
        super().__init__(*arguments, fused=True)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Change every parameter by its gradient; torch's own step is taken where one has none, and at the start."""
        if not self._is_ready():
            inspect.unwrap(torch.optim.Adam.step)(self)
            return
        for group, lists in zip(self.param_groups, self._kept, strict=True):
            torch._foreach_add_(lists.steps, 1)
            torch._fused_adam_(
                group["params"],
                [weight.grad for weight in group["params"]],
                lists.means,
                lists.squares,
                [],
                lists.steps,
                lr=group["lr"],
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=False,
                maximize=False,
            )

    def _is_ready(self) -> bool:
        """Return whether the lists are those of the state, made anew where they are not, and no gradient is missing."""
        if any(weight.grad is None for group in self.param_groups for weight in group["params"]):
            return False
        firsts = [self.state.get(group["params"][0]) for group in self.param_groups]
        if len(firsts) == len(self._kept) and all(
            first is lists.first for first, lists in zip(firsts, self._kept, strict=True)
        ):
            return True
        if not all(self.state.get(weight) for group in self.param_groups for weight in group["params"]):
            return False
        self._kept = [self._lists(group["params"]) for group in self.param_groups]
        return True

    def _lists(self, weights: list[Tensor]) -> _Lists:
        states = [self.state[weight] for weight in weights]
        return _Lists(
            first=states[0],
            means=[state["exp_avg"] for state in states],
            squares=[state["exp_avg_sq"] for state in states],
            steps=[state["step"] for state in states],
        )
