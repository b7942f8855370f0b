"""Engines whose steps are one program; between steps each of them is what it would be by itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.objective import Terms
from vae_models.stacked.program import Found, Program, Stacked, Weighed

_TINY = 1e-6  # as in torch.nn.utils.clip_grad_norm_
_STEP = "step"  # one number for all entries of a weight, in the memory of an optimiser


class Stack:
    """Several engines on one set of stacked tensors.

    The weights of each engine, and what its optimiser remembers, become slices of these, so that its state, its
    evaluations and its checkpoints are those of the run. The engines must have taken equally many steps, and must be
    alike in all but seed, weights of the loss, settings of the optimiser and data of one shape.

    Args:
        engines: At least one. Changed in place; ``release`` gives an engine tensors of its own again.
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        """Stack the tensors; engines with the same settings of the optimiser come to lie side by side."""
        self.engines = sorted(engines, key=lambda engine: repr(_rules(engine)))
        self._forms = [_form(engine) for engine in self.engines]
        self._memories = [form.remembering() for form in self._forms]
        self._program = Program(self._forms[0], generators=[engine.generator for engine in self.engines])
        self._trained = {name: _joined(values) for name, values in _named(self._forms, trained=True)}
        rest = dict(_named(self._forms, trained=False))
        self._shared = {name: each[0] for name, each in rest.items() if all(torch.equal(each[0], one) for one in each)}
        self._fixed = {name: torch.stack(each) for name, each in rest.items() if name not in self._shared}
        self._optimiser, self._leaves = self._make_optimiser()
        self._linked = False

    def _make_optimiser(self) -> tuple[torch.optim.Optimizer, list[tuple[slice, dict[str, nn.Parameter]]]]:
        groups: list[tuple[slice, dict[str, nn.Parameter]]] = []
        rules = [_rules(engine) for engine in self.engines]
        first = 0
        for last in range(1, len(rules) + 1):
            if last == len(rules) or rules[last] != rules[first]:
                runs = slice(first, last)
                groups.append((runs, {name: nn.Parameter(value[runs]) for name, value in self._trained.items()}))
                first = last
        kind: Any = type(self.engines[0].optimiser)
        settings = [rules[runs.start][0] | {"params": list(leaves.values())} for runs, leaves in groups]
        optimiser: torch.optim.Optimizer = kind(settings)
        for runs, leaves in groups:
            for name, leaf in leaves.items():
                states = [engine.optimiser.state.get(weight, {}) for engine, weight in self._weights(name, runs)]
                if states[0]:
                    optimiser.state[leaf] = {
                        key: _remembered(key, [state[key] for state in states]) for key in states[0]
                    }
        return optimiser, groups

    def _weights(self, name: str, runs: slice) -> Iterator[tuple[Engine, nn.Parameter]]:
        for engine, form in zip(self.engines[runs], self._forms[runs], strict=True):
            yield engine, form.get_parameter(name)

    def step(self) -> list[Terms | NonFiniteLossError]:
        """Take one step with every engine and return the terms of its loss, in the order of ``engines``.

        Where a loss is not finite, the error of that engine stands in place of the terms: it has taken no step, and
        is released.
        """
        found = self.compute()
        errors = {run: error for run, error in enumerate(self._errors(found)) if error is not None}
        for run in errors:
            self.release(self.engines[run])
        self._update(found.gradients)
        for run, engine in enumerate(self.engines):
            if run not in errors:
                engine.steps += 1
        losses = found.losses.unbind()
        parts = {name: values.unbind() for name, values in found.parts.items()}
        return [
            errors.get(run) or Terms(loss=loss, parts={name: values[run] for name, values in parts.items()})
            for run, loss in enumerate(losses)
        ]

    def compute(self) -> Found:
        """Return losses and gradients of the batches that come next, which are drawn."""
        batches = []
        for engine in self.engines:
            engine.index = engine.next_index()
            if engine.device.type == "cpu":
                engine.before = engine.generator.get_state()
            batches.append(engine.batch_of(engine.index))
        stacked = Stacked(
            trained=self._trained,
            fixed=self._fixed,
            shared=self._shared,
            memory={name: torch.stack(states) for name, states in self.memories().items()},
            weights=self._loss_weights(),
            data=torch.stack([batch.data for batch in batches]),
            index=torch.stack([batch.index for batch in batches]),
        )
        found = self._program(stacked, step=self.engines[0].steps)
        self.remember({name: list(states.unbind()) for name, states in found.memory.items()})
        return found

    def memories(self) -> dict[str, list[Tensor]]:
        """Return the extra states of all engines by the name of their module."""
        return {name: [modules[name].get_extra_state() for modules in self._memories] for name in self._memories[0]}

    def remember(self, memories: Mapping[str, Sequence[Tensor]]) -> None:
        """Take over what ``memories`` returned."""
        for name, states in memories.items():
            for modules, state in zip(self._memories, states, strict=True):
                modules[name].set_extra_state(state)

    @property
    def names(self) -> list[str]:
        """Names of what is trained, in the order of the parameters of each engine."""
        return list(self._trained)

    def _loss_weights(self) -> dict[str, Tensor]:
        """Return the weight of each part that has one in some engine."""
        each = [form.objective.weights(engine.steps) for engine, form in zip(self.engines, self._forms, strict=True)]
        like = next(iter(self._trained.values()))
        return {
            name: torch.tensor([weights[name] for weights in each], dtype=like.dtype, device=like.device)
            for name in each[0]
            if any(weights[name] for weights in each)
        }

    def _errors(self, found: Found) -> Iterator[NonFiniteLossError | None]:
        for engine, loss in zip(self.engines, found.losses, strict=True):
            try:
                engine.require_finite(engine.steps, loss)
            except NonFiniteLossError as error:
                yield error
            else:
                yield None

    def _update(self, gradients: Mapping[str, Tensor | None]) -> None:
        shares = self._clipping(gradients)
        for runs, leaves in self._leaves:
            for name, leaf in leaves.items():
                gradient = gradients[name]
                if gradient is not None and shares is not None:
                    gradient = gradient * shares.view(-1, *(1,) * (gradient.dim() - 1))
                leaf.grad = None if gradient is None else gradient[runs]
        self._optimiser.step()
        if not self._linked:  # the optimiser makes its memory in its first step, and changes it in place ever after
            self._link()
            self._linked = True

    def _clipping(self, gradients: Mapping[str, Tensor | None]) -> Tensor | None:
        """Return what the gradients of each engine are multiplied with, so that together they are short enough."""
        longest = [engine.config.optimiser.clip_norm for engine in self.engines]
        if longest[0] is None:
            return None
        norms = [
            gradient.reshape(len(gradient), -1).norm(dim=1) for gradient in gradients.values() if gradient is not None
        ]
        total = torch.stack(norms).norm(dim=0)
        lengths = torch.tensor(longest, dtype=total.dtype, device=total.device)
        return torch.clamp(lengths / (total + _TINY), max=1)

    def _link(self) -> None:
        for runs, leaves in self._leaves:
            for name, leaf in leaves.items():
                state = self._optimiser.state.get(leaf, {})
                for run, (engine, weight) in enumerate(self._weights(name, runs)):
                    if state:
                        engine.optimiser.state[weight] = {key: _own(key, each, run) for key, each in state.items()}

    def release(self, engine: Engine) -> None:
        """Give an engine tensors of its own, with the values they have; what the stack does later is lost on it."""
        for weight in engine.parameters:
            weight.data = weight.data.clone()
        for state in engine.optimiser.state.values():
            state.update({key: value.clone() for key, value in state.items() if isinstance(value, Tensor)})

    def is_current(self) -> bool:
        """Return whether the engines have the settings of the optimiser that they were stacked with."""
        return all(
            [_options(engine) for engine in self.engines[runs]] == [_options_of(group)] * len(self.engines[runs])
            for (runs, _), group in zip(self._leaves, self._optimiser.param_groups, strict=True)
        )


def _form(engine: Engine) -> Weighed:
    return Weighed(engine.model, engine.objective)  # type: ignore[arg-type]  # checked before engines are stacked


def _named(forms: Sequence[Weighed], *, trained: bool) -> Iterator[tuple[str, list[Tensor]]]:
    """Return the tensors of all forms by name."""
    for name, value in (*forms[0].named_parameters(), *forms[0].named_buffers()):
        if value.requires_grad is trained:
            path, _, last = name.rpartition(".")
            yield name, [getattr(form.get_submodule(path), last) for form in forms]


def _joined(values: Sequence[Tensor]) -> Tensor:
    """Return the tensors stacked, and make them slices of the stack."""
    stacked = torch.stack([value.detach() for value in values])
    for value, part in zip(values, stacked.unbind(), strict=True):
        value.data = part
    return stacked


def _options_of(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name != "params"}


def _options(engine: Engine) -> dict[str, Any]:
    return _options_of(engine.optimiser.param_groups[0])


def _rules(engine: Engine) -> tuple[dict[str, Any], int, float]:
    """Return what engines must share to be updated together: the settings, and how often the optimiser has stepped."""
    states = list(engine.optimiser.state.values())
    return _options(engine), len(states), float(states[0].get(_STEP, 0)) if states else 0.0


def _remembered(key: str, values: list[Any]) -> Any:
    """Return the memory of several optimisers as that of one: their step is the same, all else is stacked."""
    first = values[0]
    if not isinstance(first, Tensor):
        return first
    return first.clone() if key == _STEP else torch.stack(values)


def _own(key: str, value: Any, run: int) -> Any:
    return value[run] if isinstance(value, Tensor) and key != _STEP else value
