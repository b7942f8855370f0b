"""Whether engines can be stacked: one batch of each, computed both ways, must give the same losses and gradients."""

import textwrap
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from vae_models.engine import Engine
from vae_models.objectives.mixture import MixtureElbo
from vae_models.objectives.weighted import WeightedSum
from vae_models.plain_steps import why_not_plain
from vae_models.stacked.stack import Stack

# of the largest entry; sums in another order differ by some hundred roundings, anything else by much more
_AGREE = {torch.float32: 1e-3, torch.float64: 1e-9}
_TRIES = 3  # of which the shortest counts


def why_not_alone(engine: Engine) -> str | None:
    """Return why an engine cannot be stacked with any other, in a few words, or None."""
    objective = engine.objective
    modules = (engine.model, objective) if isinstance(objective, nn.Module) else (engine.model,)
    rules = {
        "the weights of its objective cannot be given": not isinstance(objective, WeightedSum | MixtureElbo),
        "its parameters are computed from others": any(map(_is_parametrised, modules)),
    }
    return why_not_plain(engine) or next((reason for reason, holds in rules.items() if holds), None)


def _is_parametrised(module: nn.Module) -> bool:
    return any(parametrize.is_parametrized(each) for each in module.modules())


def why_not(stack: Stack, *, must_pay: bool = True) -> str | None:
    """Return why the engines of a stack must be trained apart, in a few words, or None; they are left as they were.

    Args:
        stack: Before its first step.
        must_pay: Whether a program that takes longer than the engines one by one is a reason.
    """
    engines = stack.engines
    generators = [engine.generator.get_state() for engine in engines]
    memories = stack.memories()
    default = torch.get_rng_state()

    def restore() -> None:
        for engine, state in zip(engines, generators, strict=True):
            engine.generator.set_state(state)
        stack.remember(memories)

    buffers = [[buffer.clone() for buffer in engine.model.buffers()] for engine in engines]
    apart = [_apart(engine) for engine in engines]
    restore()
    drawn = not torch.equal(default, torch.get_rng_state())
    torch.set_rng_state(default)
    if _put_back(engines, buffers):
        return "its networks keep statistics of the batches"
    if drawn:
        return "it draws from the default generator of torch, as dropout does"
    try:
        found = stack.compute()
    except (RuntimeError, NotImplementedError) as error:
        restore()
        return f"torch.func refuses it: {textwrap.shorten(str(error), 120, placeholder=' ...')}"
    restore()
    for run, (loss, gradients) in enumerate(apart):
        together = [found.gradients[name] for name in stack.names]
        rows = [None if each is None else each[run] for each in together]
        if not _agree([loss, *gradients], [found.losses[run], *rows]):
            return "as one program its first step comes out differently"
    if not must_pay:
        return None
    one_by_one = _shortest(lambda: [_apart(engine) for engine in engines], restore)
    as_one = _shortest(stack.compute, restore)
    if as_one >= one_by_one:
        return f"a step of all takes {1e3 * as_one:.3g} ms as one program and {1e3 * one_by_one:.3g} ms one by one"
    return None


def _apart(engine: Engine) -> tuple[Tensor, list[Tensor | None]]:
    batch = engine.batch_of(engine.next_index())
    loss = engine.objective_of_batch(batch).loss
    return loss.detach(), list(torch.autograd.grad(loss, engine.parameters, allow_unused=True))


def _put_back(engines: Sequence[Engine], buffers: list[list[Tensor]]) -> bool:
    """Set the buffers to what they were, and return whether some had changed."""
    changed = False
    for engine, before in zip(engines, buffers, strict=True):
        for buffer, value in zip(engine.model.buffers(), before, strict=True):
            if not torch.equal(buffer, value):
                changed = True
                buffer.copy_(value)
    return changed


def _agree(one: Sequence[Tensor | None], other: Sequence[Tensor | None]) -> bool:
    # of an entry that is zero but for rounding, the rounding is that of what it was computed from
    largest = max(float(each.abs().max()) for each in one if each is not None)
    for first, second in zip(one, other, strict=True):
        if first is None or second is None:
            if first is not second:
                return False
            continue
        tolerance = _AGREE[first.dtype] * (float(first.abs().max()) + largest / 100)
        if not torch.allclose(first, second, rtol=0.0, atol=tolerance, equal_nan=True):
            return False
    return True


def _shortest(task: Callable[[], Any], restore: Callable[[], None]) -> float:
    times = []
    for _ in range(_TRIES):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
        restore()
    return min(times)
