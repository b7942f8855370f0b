"""From a command line to the configuration of a run and its folder; nothing here loads torch."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from vae_models.config import RunConfig
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.records import parse
from variational.errors import InvalidInputError

CONFIG = "config.json"
_NAMED = 5  # runs, at most, that a message lists


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """What the command was asked to do.

    Attributes:
        config: Of the run.
        folder: Of the run.
        resumed: Whether the folder was there before.
        begun: The configuration the run began with, where it is resumed: its identity is that of the checkpoints.
    """

    config: RunConfig
    folder: Path
    resumed: bool
    begun: RunConfig


def read_task(preset: str | None, fields: Sequence[str], *, out: Path | None, resume: Path | None) -> Task:
    """Return the configuration and folder that a command line describes.

    Args:
        preset: Its name; None with ``resume``.
        fields: Options of the configuration, as ``--learning-rate 1e-4``.
        out: Folder in which that of a new run is made.
        resume: Folder of a run to go on with; of its configuration only its length and machine may change.

    Raises:
        InvalidInputError: They do not fit each other, or make no sense.
        SystemExit: Help was asked for (status 0).
    """
    if resume is None:
        template = find_preset(preset or "").config
        config = read_fields(template, fields)
        if out is None:
            msg = "--out must name a folder, got nothing"
            raise InvalidInputError(msg)
        folder = out / config.folder_name
        if (folder / CONFIG).exists():
            again = f"python -m vae_models.train --resume {quote(str(folder))}"
            msg = f"{folder} holds this run already; go on with: {again}"
            raise InvalidInputError(msg)
        return Task(config=config, folder=folder, resumed=False, begun=config)
    begun = read_config(resume / CONFIG)
    if preset not in {None, begun.preset}:
        msg = f"PRESET must be {begun.preset}, that of {resume}, or be left out, got {preset!r}"
        raise InvalidInputError(msg)
    if out is not None and resume.resolve() not in {out.resolve(), (out / begun.folder_name).resolve()}:
        msg = f"--out must be left out with --resume, or hold {resume}, got {out}"
        raise InvalidInputError(msg)
    config = read_fields(begun, fields)
    same = dataclasses.replace(config, machine=begun.machine, epochs=begun.epochs, steps=begun.steps)
    if same != begun:
        changed = [name for name, value in begun.to_json().items() if same.to_json()[name] != value]
        msg = f"a resumed run must stay as it began but for its length and machine, got other {', '.join(changed)}"
        raise InvalidInputError(msg)
    return Task(config=config, folder=resume, resumed=True, begun=begun)


def task_in(folder: Path, config: RunConfig) -> Task:
    """Return the run of a folder, which is gone on with where it was begun before.

    Raises:
        InvalidInputError: The configuration in the folder cannot be read.
    """
    resumed = (folder / CONFIG).exists()
    begun = read_config(folder / CONFIG) if resumed else config
    return Task(config=config, folder=folder, resumed=resumed, begun=begun)


def read_config(path: Path) -> RunConfig:
    """Return the configuration in a file.

    Raises:
        InvalidInputError: It cannot be read or is none; where its folder holds runs instead, they are named.
    """
    try:
        data = parse(path.read_text(encoding="utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        below = sorted(found.parent.name for found in path.parent.glob(f"*/{path.name}"))
        if below and not path.exists():
            more = f" and {len(below) - _NAMED} more" if len(below) > _NAMED else ""
            msg = f"{path.parent} is no folder of a run but holds some; name one of {', '.join(below[:_NAMED])}{more}"
            raise InvalidInputError(msg) from error
        msg = f"{path} cannot be read, so that this is no folder of a run: {error}"
        raise InvalidInputError(msg) from error
    if not isinstance(data, dict):
        msg = f"{path} must hold an object, got {type(data).__name__}"
        raise InvalidInputError(msg)
    return RunConfig.from_json(data)
