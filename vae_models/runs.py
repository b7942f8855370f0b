"""A run rebuilt from its folder: configuration, data, and model and objective with the weights it left."""

import dataclasses
from pathlib import Path
from shlex import quote
from typing import Any

import torch

from vae_models.builders.run import BuiltObjective, build
from vae_models.checkpoint import find_checkpoint
from vae_models.command_line import CONFIG, read_config
from vae_models.config import RunConfig
from vae_models.data.catalogue import data_folder
from vae_models.data.dataset import DataSet, Part
from vae_models.data.sources import load
from vae_models.metrics.codes import as_trained, infer
from vae_models.model import Model
from vae_models.records import RunRecord, read_record
from vae_models.session import RECORD
from vae_models.settings.latents import FlowPosteriorConfig, MixturePosteriorConfig
from vae_models.training import CHECKPOINTS
from variational.errors import InvalidInputError

_AT_ONCE = 1000  # x that are encoded at a time


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A run as its folder says.

    Attributes:
        folder: Of the run.
        config: What it is.
        data: What it was trained on, with its other splits; on the processor.
        model: With its weights, in evaluation mode.
        objective: With its weights, in evaluation mode.
        step: Optimiser steps that the weights have seen.
        record: How training ended; None where it has not.
    """

    folder: Path
    config: RunConfig
    data: DataSet
    model: Model
    objective: BuiltObjective
    step: int
    record: RunRecord | None

    def codes(self) -> DataSet:
        """Return q(z|x) of all x as a data set of its own, whose batches are draws: what a second stage is trained on.

        Where the objective decodes the mean of q(z|x), the means alone are the data.

        Raises:
            InvalidInputError: The posterior has classes, or is no Gaussian.
        """
        if isinstance(self.config.model.posterior, (MixturePosteriorConfig, FlowPosteriorConfig)):
            kind = self.config.model.posterior.kind
            msg = f"posterior of {self.folder} must be one Gaussian for its codes to be data, got {kind}"
            raise InvalidInputError(msg)

        model = as_trained(self.model, self.objective, seed=self.config.seed)
        points = getattr(self.objective, "code", "draw") == "mean"  # the variance is not trained

        def encoded(_name: str, part: Part) -> Part:
            like = next(self.model.encoder.parameters())
            posterior = infer(model, part.all(dtype=like.dtype).to(like.device), batch_size=_AT_ONCE)
            mean, log_variance = posterior.mean.float().cpu(), posterior.log_variance.float().cpu()
            deviations = None if points else torch.exp(log_variance / 2)
            return Part(examples=mean, labels=part.labels, deviations=deviations)

        found = dataclasses.replace(self.data, noise=None, vocabulary=()).map(encoded)
        return dataclasses.replace(found, name=f"codes of {self.folder.name}")


def load_run(
    folder: Path, *, best: bool = False, device: torch.device | str = "cpu", data_dir: str | None = None
) -> Run:
    """Return the run in a folder.

    Args:
        folder: Of the run.
        best: Take the weights of the best evaluation rather than the last ones. They are kept where the run may halve
            its learning rate or stop early (``plateau``).
        device: Of model and objective.
        data_dir: Folder of the data sets, in place of the one the run was made with.

    Raises:
        InvalidInputError: The folder is not that of a run, it has no checkpoint yet, or no best weights,
            or its record is damaged.
        CheckpointError: No checkpoint can be used.
        DataError: The data set is missing or altered.
    """
    config = read_config(folder / CONFIG)
    found = find_checkpoint(folder / CHECKPOINTS, identity=config.trajectory)
    if found.path is None:
        again = f"python -m vae_models.train --resume {quote(str(folder))}"
        msg = f"{folder} must hold a checkpoint, got none; go on with: {again}"
        raise InvalidInputError(msg)
    state, step = found.state, int(found.state["steps"])
    if best:
        if "best" not in state:
            msg = f"{folder} must hold best weights, got none: its plateau neither halves nor stops"
            raise InvalidInputError(msg)
        state, step = state["best"], int(state["best_step"])
    data = load(config.data, data_folder(data_dir or config.machine.data_dir))
    model, objective = _with_weights(config, data, state, device=torch.device(device))
    record = read_record(RunRecord, folder / RECORD)
    return Run(folder=folder, config=config, data=data, model=model, objective=objective, step=step, record=record)


def _with_weights(
    config: RunConfig, data: DataSet, state: Any, *, device: torch.device
) -> tuple[Model, BuiltObjective]:
    with torch.random.fork_rng(devices=[]):  # the weights drawn here are replaced
        model, objective = build(config, data)
    dtype = torch.float64 if config.precision == "float64" else torch.float32
    for module, name in ((model, "model"), (objective, "objective")):
        module.to(device=device, dtype=dtype)
        module.load_state_dict(state[name])
        module.eval()
    return model, objective
