"""The loss of a batch and its gradients on a processor, recorded once and replayed where that gives the same bits.

Replaying spares what Python and autograd do between operations, a twentieth of the step of a middling network.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vae_models.known_parts import is_known
from vae_models.objective import Batch, Terms
from vae_models.plain_steps import why_not_plain
from vae_models.recording import WatchedBatch, record

if TYPE_CHECKING:  # the engine holds the recording, and the recording the engine
    from vae_models.engine import Engine

# loss, parts and gradients, from data and index
Compute = Callable[[Tensor, Tensor], tuple[Tensor, Mapping[str, Tensor], Sequence[Tensor | None]]]

_AFTER = 200  # ordinary steps; a recording takes as long as some hundred of a small network
_LONGEST = 0.05  # seconds; in a longer step what is spared does not count
_TRIES = 9  # in turn, of which the median counts


class RecordedStep:
    """The step of an engine, after some ordinary ones, from a recording of its loss and gradients.

    What an objective does in Python is frozen by a recording. So only parts of this package are recorded, only where
    the number of the step is not asked for, and only after one batch gave the same bits both ways: loss, parts,
    gradients, draws and buffers.

    Args:
        engine: Whose step it is; on a processor.
    """

    def __init__(self, engine: "Engine") -> None:
        """Begin without a recording."""
        self._engine, self._taken = engine, 0
        self._program: Compute | None = None

    def step(self) -> Terms | None:
        """Take a step by the recording and return its terms, or None where an ordinary step must be taken.

        Raises:
            NonFiniteLossError: The loss is nan or infinite; the weights are those that gave it.
        """
        engine = self._engine
        self._taken += 1
        if self._taken == _AFTER:
            self._program = recording(engine, engine.next_index())
        if self._program is None:
            return None
        batch = engine.begin_batch(engine.next_index())
        loss, parts, gradients = self._program(batch.data, batch.index)
        engine.require_finite(engine.steps, loss)
        for weight, gradient in zip(engine.parameters, gradients, strict=True):
            weight.grad = gradient
        engine.apply_gradients()
        return Terms(loss=loss, parts=parts)


def recording(engine: "Engine", index: Tensor) -> Compute | None:
    """Return the recorded loss of an engine, or None where it may not or does not replace the ordinary one.

    The engine is left as it was.

    Args:
        engine: On a processor, in training.
        index: Positions of a batch to try it on.
    """
    model, objective = engine.model, engine.objective
    if why_not_plain(engine) is not None or _remembers(engine) or not is_known(model, objective):
        return None
    compute, kept = _compute(engine), _Kept(engine)
    batches = [engine.batch_of(each) for each in (index, engine.random_index())]
    drawn = engine.generator.get_state()

    def tried(task: Compute, batch: Batch) -> tuple[list[Tensor | None], float]:
        """Return all that a task gives and leaves, and its seconds."""
        kept.restore()
        engine.generator.set_state(drawn)
        begun = time.process_time()
        loss, parts, gradients = task(batch.data, batch.index)
        seconds = time.process_time() - begun
        return [loss, *parts.values(), *gradients, *kept.states()], seconds

    try:
        if tried(compute, batches[0])[1] > _LONGEST:
            return None
        program = record(compute, batches[0].data, batches[0].index)
        if program is None:
            return None
        # a second batch, lest the values of the first have decided what is computed
        if not all(_same(tried(compute, batch)[0], tried(program, batch)[0]) for batch in batches):
            return None
        times = [(tried(compute, batches[0])[1], tried(program, batches[0])[1]) for _ in range(_TRIES)]
    except (RuntimeError, NotImplementedError):  # of torch.fx, where a value must be known to go on
        return None
    finally:
        kept.restore()
    return program if _pays(times) else None


def _pays(times: Sequence[tuple[float, float]]) -> bool:
    """Return whether a replay is shorter than the ordinary way, from the seconds of both in several tries."""
    return statistics.median(replayed / ordinary for ordinary, replayed in times) < 1


def _compute(engine: "Engine") -> Compute:
    def compute(data: Tensor, index: Tensor) -> tuple[Tensor, Mapping[str, Tensor], Sequence[Tensor | None]]:
        batch = WatchedBatch(data=data, index=index, step=engine.steps, generator=engine.generator)
        terms = engine.objective_of_batch(batch)
        gradients = torch.autograd.grad(terms.loss, engine.parameters, allow_unused=True)
        loss = terms.loss.detach()
        taken = _storages([data, index, loss, *terms.parts.values(), *engine.parameters])
        return loss, dict(terms.parts), [_own(*pair, taken) for pair in zip(gradients, engine.parameters, strict=True)]

    return compute


def _own(gradient: Tensor | None, weight: Tensor, taken: set[int]) -> Tensor | None:
    """Return a gradient laid out as its weight, in memory of its own, as optimisers and clipping need it."""
    if gradient is None:
        return None
    if gradient.stride() != weight.stride() or not taken.isdisjoint(_storages([gradient])):
        gradient = torch.empty_like(weight).copy_(gradient)
    taken |= _storages([gradient])
    return gradient


def _storages(tensors: Iterable[Tensor]) -> set[int]:
    return {tensor.untyped_storage().data_ptr() for tensor in tensors}


class _Kept:
    """Draws and buffers of an engine as they are now."""

    def __init__(self, engine: "Engine") -> None:
        self._buffers = [buffer for module in _modules(engine) for buffer in module.buffers(recurse=False)]
        self._generator = engine.generator
        self._values = [value.clone() for value in self.states()]

    def states(self) -> list[Tensor]:
        """Return what they are."""
        return [*(buffer.clone() for buffer in self._buffers), self._generator.get_state(), torch.get_rng_state()]

    def restore(self) -> None:
        """Set all to what it was."""
        *values, draws, default_draws = self._values
        for buffer, value in zip(self._buffers, values, strict=True):
            buffer.copy_(value)
        self._generator.set_state(draws)
        torch.set_rng_state(default_draws)


def _same(one: Sequence[Tensor | None], other: Sequence[Tensor | None]) -> bool:
    """Return whether two lists hold the same bits."""
    return len(one) == len(other) and all(
        a is b if a is None or b is None else torch.equal(a, b) for a, b in zip(one, other, strict=True)
    )


def _remembers(engine: "Engine") -> bool:
    """Return whether something in model or objective holds a state that is no parameter and no buffer."""
    usual = nn.Module.get_extra_state
    return any(type(module).get_extra_state is not usual for module in _modules(engine))


def _modules(engine: "Engine") -> list[nn.Module]:
    wholes = [engine.model, *([engine.objective] if isinstance(engine.objective, nn.Module) else [])]
    return [module for whole in wholes for module in whole.modules()]
