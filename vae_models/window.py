"""Means of the losses since the last line of the log, with one look at a GPU for each line."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from vae_models.objective import Terms


class Window:
    """The terms of the steps since the last line of the log.

    Numbers where they are on the processor, since tensors that are kept make Python's collector look through all of
    them; tensors where asking for the number would wait for a GPU.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._steps = 0
        self._numbers: dict[str, list[float]] = {}
        self._tensors: dict[str, list[Tensor]] = {}

    def __len__(self) -> int:
        """Return the number of steps."""
        return self._steps

    def add(self, terms: Terms) -> None:
        """Keep the terms of a step."""
        self._steps += 1
        if terms.loss.is_cpu:
            self._numbers.setdefault("loss", []).append(terms.loss.item())
            for name, value in terms.parts.items():
                self._numbers.setdefault(name, []).append(value.item())
            return
        self._tensors.setdefault("loss", []).append(terms.loss)
        for name, value in terms.parts.items():
            self._tensors.setdefault(name, []).append(value)

    def means(self) -> tuple[float, Mapping[str, float]]:
        """Return the mean loss and the means of its terms, and begin again."""
        self._settle()
        numbers, self._numbers, self._steps = self._numbers, {}, 0
        found = {name: _mean(values) for name, values in numbers.items()}
        return found.pop("loss"), found

    def state(self) -> dict[str, Tensor]:
        """Return what a checkpoint must hold, so that the next line is the same after going on from it."""
        self._settle()
        return {name: torch.tensor(values, dtype=torch.float64) for name, values in self._numbers.items()}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take over what ``state`` returned."""
        self._numbers = {name: values.tolist() for name, values in state.items()}
        self._steps = len(self._numbers.get("loss", []))

    def _settle(self) -> None:
        """Ask for the numbers of all tensors at once."""
        for name, tensors in self._tensors.items():
            self._numbers.setdefault(name, []).extend(torch.stack(tensors).double().tolist())
        self._tensors = {}


def _mean(values: list[float]) -> float:
    """Return the mean, nan or infinite where a value is."""
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else sum(values) / len(values)
