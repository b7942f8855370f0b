"""From a command line to the configuration of a run and its folder; nothing here loads torch."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from vae_models.config import RunConfig
from vae_models.presets import find_preset
from vae_models.records import parse
from variational.errors import InvalidInputError

CONFIG = "config.json"


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
        SystemExit: An option is unknown or cannot be read (status 2), or help was asked for (status 0).
    """
    if resume is None:
        template = find_preset(preset or "").config
        config = read_fields(template, fields)
        if out is None:
            msg = "--out must name a folder, got nothing"
            raise InvalidInputError(msg)
        folder = out / config.folder_name
        if (folder / CONFIG).exists():
            msg = f"{folder} holds this run already; go on with: python -m vae_models.train --resume {folder}"
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


def read_config(path: Path) -> RunConfig:
    """Return the configuration in a file; its preset says what its model and objective are."""
    try:
        data = parse(path.read_text(encoding="utf-8"), where=str(path))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read, so that this is no folder of a run: {error}"
        raise InvalidInputError(msg) from error
    if not isinstance(data, dict):
        msg = f"{path} must hold an object, got {type(data).__name__}"
        raise InvalidInputError(msg)
    name = data.get("preset")
    return RunConfig.from_json(data, template=find_preset(str(name)).config)


def read_fields(template: RunConfig, fields: Sequence[str]) -> RunConfig:
    """Return the configuration with the options of a command line; underscores and dashes are alike."""
    import tyro  # noqa: PLC0415  a command without fields need not load it

    if not fields:
        return template
    config = tyro.cli(
        RunConfig,
        prog=f"python -m vae_models.train {template.preset}",
        description="Besides --out DIR and --resume DIR, every field of the configuration is an option.",
        args=_one_length(template, list(fields)),
        default=template,
        config=(tyro.conf.OmitArgPrefixes, tyro.conf.FlagConversionOff),
    )
    if config.preset != template.preset:
        msg = f"preset must be left as it is, {template.preset}, got {config.preset!r}"
        raise InvalidInputError(msg)
    return config


def _one_length(template: RunConfig, fields: list[str]) -> list[str]:
    """Return the options with the other length taken back, where one of epochs and steps is given."""
    given = {field.split("=")[0] for field in fields}
    if "--steps" in given and "--epochs" not in given and template.epochs is not None:
        return [*fields, "--epochs", "None"]
    if "--epochs" in given and "--steps" not in given and template.steps is not None:
        return [*fields, "--steps", "None"]
    return fields
