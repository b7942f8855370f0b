"""Several runs trained as one program, each left in its folder as if it had been trained by itself."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from vae_models.command_line import Task
from vae_models.errors import NonFiniteLossError
from vae_models.files import locked
from vae_models.objective import Terms
from vae_models.records import Outcome, RunRecord
from vae_models.session import begin, finished, load_data, write_record
from vae_models.stacked.stack import Stack
from vae_models.stacked.trial import why_not, why_not_alone
from vae_models.training import Training
from vae_models.world import join_world

Ended = RunRecord | NonFiniteLossError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Together:
    """How runs that were to be trained together ended.

    Attributes:
        ended: By folder, the record of a run or what ended it. Runs that are missing are still to be trained.
        apart: Why these must be trained one by one; empty where nothing speaks against it.
    """

    ended: Mapping[Path, Ended]
    apart: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class _Run:
    task: Task
    training: Training
    default: Tensor  # state of torch's default generator, of which each run has its own


def train_together(tasks: Sequence[Task], *, stop: Callable[[], bool], must_pay: bool = True) -> Together:
    """Train runs of one form and return how they ended.

    Each is logged, evaluated, checkpointed and resumed as by itself. A run whose loss is not finite ends; the others
    go on. Runs whose checkpoints are behind first catch up with the others, one by one.

    Args:
        tasks: Runs that differ in seed, weights of the loss and settings of the optimiser only.
        stop: Whether to finish the step, write checkpoints and return.
        must_pay: Whether to train nothing where a step of all as one program takes longer than one by one.

    Raises:
        DataError: The data set is missing or altered.
        FolderInUseError: Another process trains in one of the folders.
        CheckpointError: No checkpoint of a resumed run can be used.
    """
    with contextlib.ExitStack() as held:
        for task in tasks:
            task.folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(task.folder))
        ended: dict[Path, Ended] = {task.folder: done for task in tasks if (done := finished(task)) is not None}
        waiting = [task for task in tasks if task.folder not in ended]
        if len(waiting) < 2:
            return Together(ended=ended)
        runs = _begin(waiting, stop=stop, held=held)
        apart = next(filter(None, (why_not_alone(run.training.engine) for run in runs)), None)
        if apart is None:
            ended |= _catch_up(runs)
            runs = [run for run in runs if run.task.folder not in ended]
            if not runs:
                return Together(ended=ended)
            stack = Stack([run.training.engine for run in runs])
            apart = why_not(stack, must_pay=must_pay)
        if apart is not None:
            return Together(ended=ended, apart=apart)
        return Together(ended=ended | _train(runs, stack))


def _begin(tasks: Sequence[Task], *, stop: Callable[[], bool], held: contextlib.ExitStack) -> list[_Run]:
    world = join_world(tasks[0].config.machine)
    data = load_data(tasks[0]).map(lambda _name, part: part.to(world.device))  # once for all
    runs = []
    for task in tasks:
        training = begin(task, data=data, world=world, stop=stop, say=_ignore)
        held.callback(training.close)
        runs.append(_Run(task=task, training=training, default=torch.get_rng_state()))
    return runs


def _catch_up(runs: Sequence[_Run]) -> dict[Path, Ended]:
    """Take the steps that some runs are behind the others, and return the runs that have ended."""
    ended: dict[Path, Ended] = {}
    for run in runs:
        if run.training.engine.steps >= run.training.total:  # killed between its last checkpoint and its record
            ended[run.task.folder] = _end(run, "done", together=len(runs))
    runs = [run for run in runs if run.task.folder not in ended]
    front = max((run.training.engine.steps for run in runs), default=0)
    for run in runs:
        run.training.begin()
        torch.set_rng_state(run.default)
        while run.training.engine.steps < front and run.task.folder not in ended:
            try:
                terms: Terms | NonFiniteLossError = run.training.engine.step()
            except NonFiniteLossError as error:
                terms = error
            run.default.copy_(torch.get_rng_state())  # dropout draws from it, and that is refused only later
            found = _follow(run, terms, together=len(runs))
            if found is not None:
                ended[run.task.folder] = found
    return ended


def _train(runs: Sequence[_Run], stack: Stack) -> dict[Path, Ended]:
    ended: dict[Path, Ended] = {}
    going = {id(run.training.engine): run for run in runs}
    for run in runs:
        run.training.begin()
    while going:
        engines = stack.engines
        for engine, terms in zip(engines, stack.step(), strict=True):
            run = going[id(engine)]
            found = _follow(run, terms, together=len(runs))
            if found is not None:
                ended[run.task.folder] = found
                del going[id(engine)]
        left = [engine for engine in engines if id(engine) in going]
        if left and (len(left) < len(engines) or not stack.is_current()):
            stack = Stack(left)
    return ended


def _follow(run: _Run, terms: Terms | NonFiniteLossError, *, together: int) -> Ended | None:
    """Do what a step is followed by; return how the run ended, or None where it goes on."""
    training = run.training
    torch.set_rng_state(run.default)  # checkpoints hold it
    try:
        if isinstance(terms, NonFiniteLossError):
            raise terms
        outcome = training.after(terms)
    except NonFiniteLossError as error:
        training.fail(error)
        write_record(run.task, training.engine, training.result("non-finite loss"), **_said(together))
        return error
    return None if outcome is None else _end(run, outcome, together=together)


def _end(run: _Run, outcome: Outcome, *, together: int) -> RunRecord:
    training = run.training
    return write_record(run.task, training.engine, training.end(outcome), **_said(together))


def _said(together: int) -> dict[str, str]:
    return {"stacked": f"{together} runs in one program"}


def _ignore(_message: str) -> None:
    pass
