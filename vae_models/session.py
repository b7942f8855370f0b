"""One session of a run: everything between a configuration and the record that it leaves in its folder."""

import contextlib
import dataclasses
import json
import os
import platform
from collections.abc import Callable
from importlib import metadata
from typing import Any

import torch

from vae_models.builders.run import build
from vae_models.checkpoint import Found, find_checkpoint, set_aside
from vae_models.command_line import CONFIG, Task
from vae_models.config import RunConfig
from vae_models.data.catalogue import data_folder
from vae_models.data.dataset import DataSet
from vae_models.data.sources import load
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.files import locked, write_whole
from vae_models.presets.registry import described
from vae_models.progress import Bar
from vae_models.records import Outcome, RunRecord, read_record
from vae_models.seeds import derived_seed
from vae_models.threads import choose_threads, fastest
from vae_models.training import CHECKPOINTS, Result, Training
from vae_models.world import World, join_world, leave_world

RECORD = "record.json"
FINISHED: tuple[Outcome, ...] = ("done", "stopped early")
Say = Callable[[str], object]


def run_session(task: Task, *, stop: Callable[[], bool], say: Say, terminal: bool) -> RunRecord | None:
    """Train as asked and return the record of the run; None in processes beside the first.

    Args:
        task: The run.
        stop: Whether to finish the step, write a checkpoint and return.
        say: What is told what is chosen and decided, a sentence each.
        terminal: Whether to draw a progress bar on standard error.

    Raises:
        DataError: A data set is missing or altered.
        FolderInUseError: Another process trains in this folder.
        CheckpointError: No checkpoint of a resumed run can be used.
        NonFiniteLossError: A loss was not finite; the record says so, and the batch is saved.
    """
    world = join_world(task.config.machine)
    record = None
    if world.rank == 0:
        task.folder.mkdir(parents=True, exist_ok=True)
        with locked(task.folder):
            record = _run(task, world=world, stop=stop, say=say, terminal=terminal)
    else:
        _run(task, world=world, stop=stop, say=_ignore, terminal=False)
    leave_world(world)  # not after an error: the other processes would wait for this one, and torchrun ends them
    return record


def _run(task: Task, *, world: World, stop: Callable[[], bool], say: Say, terminal: bool) -> RunRecord | None:
    done = finished(task)
    if done is not None:
        say(f"{task.folder} is finished: {done.outcome} at step {done.step}")
        return done
    training = begin(task, data=load_data(task), world=world, stop=stop, say=say)
    with contextlib.ExitStack() as stack:
        if terminal:
            training.progress = stack.enter_context(Bar(total=training.total, step=training.engine.steps))
        try:
            result = training.run()
        except NonFiniteLossError:
            if world.rank == 0:
                write_record(task, training.engine, training.result("non-finite loss"))
            raise
    return write_record(task, training.engine, result) if world.rank == 0 else None


def load_data(task: Task) -> DataSet:
    """Return the data of a run.

    Raises:
        DataError: They are missing or altered.
    """
    return load(task.config.data, data_folder(task.config.machine.data_dir))


def begin(task: Task, *, data: DataSet, world: World, stop: Callable[[], bool], say: Say) -> Training:
    """Return a run before its first step, or where its last checkpoint left it.

    Args:
        task: The run, whose folder is there and locked by this process.
        data: Of the run.
        world: Of the processes that train it.
        stop: Whether to finish the step, write a checkpoint and return.
        say: What is told what is chosen and decided, a sentence each.

    Raises:
        InvalidInputError: The parts of the run do not fit each other; a folder that was there stays as it was.
    """
    config = task.config
    torch.manual_seed(derived_seed(config.seed, "weights"))
    model, objective = build(config, data)
    found = _checkpoint(task, first=world.rank == 0, say=say) if task.resumed else None
    config = _with_threads(config, world=world, model=model, objective=objective, part=data.train, say=say)
    torch.manual_seed(derived_seed(config.seed, "default draws", world.rank))
    engine = Engine(model, objective, data.train, config=config, world=world)
    training = Training(engine, data, folder=task.folder, found=found, stop=stop, say=say)
    if world.rank == 0:  # now that nothing refuses it
        # what is computed is as it began; length and machine are those of this session
        write_whole(task.folder / CONFIG, (json.dumps(config.to_json(), indent=1) + "\n").encode())
    return training


def _ignore(_message: str) -> None:
    pass


def finished(task: Task) -> RunRecord | None:
    """Return the record of a resumed run that has nothing left to do."""
    longer = (task.config.epochs, task.config.steps) != (task.begun.epochs, task.begun.steps)
    record = None if not task.resumed or longer else read_record(RunRecord, task.folder / RECORD)
    return record if record is not None and record.outcome in FINISHED else None


def _checkpoint(task: Task, *, first: bool, say: Say) -> Found:
    found = find_checkpoint(task.folder / CHECKPOINTS, identity=task.begun.trajectory)
    for complaint in found.complaints:
        say(f"warning: {complaint}; the checkpoint before it is used")
    if first:
        set_aside(found.unusable)
    if found.path is None:
        say("there is no checkpoint yet; the run begins again")
    else:
        say(f"going on from {found.path}")
    return found


def _with_threads(config: RunConfig, *, world: World, model: Any, objective: Any, part: Any, say: Say) -> RunConfig:
    """Set the number of threads, and return the configuration that says so."""
    threads = config.machine.threads
    if threads is None and world.size > 1:
        threads = 1
    if threads is None and world.device.type == "cpu":
        plain = dataclasses.replace(config.machine, compile=False)
        seconds = choose_threads(model, objective, part, config=dataclasses.replace(config, machine=plain))
        threads = fastest(seconds)
        measured = ", ".join(f"{number}: {1e3 * value:.3g} ms" for number, value in seconds.items())
        say(f"threads: {threads} (a step takes {measured})")
    if threads is None:
        return config
    torch.set_num_threads(threads)
    return dataclasses.replace(config, machine=dataclasses.replace(config.machine, threads=threads))


def write_record(task: Task, engine: Engine, result: Result, **machine_too: str) -> RunRecord:
    """Write the record of a run into its folder and return it.

    Args:
        task: The run.
        engine: That trained it.
        result: How it ended.
        machine_too: What is said of the machine beside device, threads and versions.
    """
    config, device = engine.config, engine.device
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    machine = {
        "device": f"{device.type}: {name}",
        "processes": str(engine.world.size),
        "threads": str(torch.get_num_threads()),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in ("torch", "numpy", "safetensors")},
        **machine_too,
    }
    sources, targets = described(config)
    record = RunRecord(
        config=config.to_json(),
        identity=config.identity,
        outcome=result.outcome,
        step=engine.steps,
        epoch=engine.steps / engine.steps_per_epoch,
        seconds=result.seconds,
        parameters=sum(weight.numel() for weight in engine.parameters),
        best_step=result.plateau.best_step,
        best_loss=result.plateau.best_loss,
        loss=result.loss,
        machine=machine,
        sources=sources,
        targets=targets,
    )
    write_whole(task.folder / RECORD, record.to_text().encode())
    return record
