"""Checkpoints: folders that appear whole, hold tensors and JSON only, and are checked before they are used."""

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from vae_models.errors import CheckpointError
from vae_models.files import PARTIAL, sync_folder, write_through
from vae_models.state import flatten, unflatten

SCHEMA = "vaeproof.checkpoint/1"
WEIGHTS, STATE, INDEX = "weights.safetensors", "state.safetensors", "checkpoint.json"
KEPT = 2  # the last good one and the one before it
_OF_WEIGHTS = ("model.", "objective.")
_NAME = "step-"
_BEST = "best-"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """A checkpoint that passed its checks, and what was found wrong with later ones.

    Attributes:
        path: Its folder; None where there is none to go on from.
        state: What was saved; empty where there is none.
        complaints: One sentence for each checkpoint that could not be used.
        unusable: Their folders.
    """

    path: Path | None
    state: Mapping[str, Any]
    complaints: tuple[str, ...]
    unusable: tuple[Path, ...]


def save_checkpoint(folder: Path, state: Mapping[str, Any], *, step: int, identity: str, best: bool = False) -> Path:
    """Write a checkpoint and return its folder.

    It is written under a temporary name, waited for until it is on the disk, and renamed; a process that dies at any
    moment leaves the checkpoints before it whole. Older ones are removed afterwards but for the last two, with the
    best weights that these refer to by ``state["best_step"]``.

    Args:
        folder: Of the checkpoints of a run; made if it is not there.
        state: Nested mappings and lists of tensors, numbers and strings.
        step: Steps taken; part of the name.
        identity: Of the run; a checkpoint of another run is refused when it is read.
        best: Whether these are the best weights so far, which the checkpoints refer to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{_BEST if best else _NAME}{step:010d}"
    partial = folder / f".{target.name}.{os.getpid()}{PARTIAL}"
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    tensors, plain = flatten(state)
    groups: dict[str, dict[str, Tensor]] = {WEIGHTS: {}, STATE: {}}
    for name, tensor in tensors.items():
        groups[WEIGHTS if name.startswith(_OF_WEIGHTS) else STATE][name] = tensor
    digests = {}
    for file, group in groups.items():
        content = save(group, metadata={"schema": SCHEMA})
        digests[file] = hashlib.sha256(content).hexdigest()
        write_through(partial / file, content)
    index = {"schema": SCHEMA, "identity": identity, "step": step, "sha256": digests, "state": plain}
    write_through(partial / INDEX, json.dumps(index).encode())
    sync_folder(partial)
    if target.exists():  # of a run that was killed after it and came here again; the same, or damaged
        shutil.rmtree(target)
    partial.rename(target)
    sync_folder(folder)
    if not best:
        _prune(folder)
    return target


def find_checkpoint(folder: Path, *, identity: str) -> Found:
    """Return the last checkpoint of a run that is whole, with the best weights it refers to as ``state["best"]``.

    Args:
        folder: Of the checkpoints.
        identity: Of the run.

    Raises:
        CheckpointError: There are checkpoints, but none can be used.
    """
    complaints: list[str] = []
    names = sorted(folder.glob(f"{_NAME}*"), reverse=True)
    for path in names:
        try:
            state = read_checkpoint(path, identity=identity)
            if state.get("best_step") is not None:
                best = folder / f"{_BEST}{state['best_step']:010d}"
                state = {**state, "best": read_checkpoint(best, identity=identity)}
        except CheckpointError as error:
            complaints.append(str(error))
        else:
            unusable = tuple(names[: len(complaints)])
            return Found(path=path, state=state, complaints=tuple(complaints), unusable=unusable)
    if complaints:
        msg = "no checkpoint can be used: " + "; ".join(complaints)
        raise CheckpointError(msg)
    return Found(path=None, state={}, complaints=(), unusable=())


def set_aside(paths: Iterable[Path]) -> None:
    """Rename checkpoints that cannot be used, so that they are not taken for the last good ones."""
    for path in paths:
        target = path.with_name(f"unusable-{path.name}")
        if target.exists():
            shutil.rmtree(target)
        path.rename(target)


def read_checkpoint(path: Path, *, identity: str | None = None) -> dict[str, Any]:
    """Return the state in the folder of a checkpoint.

    Raises:
        CheckpointError: A file is missing, cut off, altered, or of something else; the message names it.
    """
    index = _read_index(path / INDEX)
    if identity is not None and index["identity"] != identity:
        msg = f"{path / INDEX} belongs to the run {index['identity']}, expected {identity}"
        raise CheckpointError(msg)
    tensors: dict[str, Tensor] = {}
    for file in (WEIGHTS, STATE):
        try:
            content = (path / file).read_bytes()
        except OSError as error:
            msg = f"{path / file} cannot be read: {error.strerror}"
            raise CheckpointError(msg) from error
        if hashlib.sha256(content).hexdigest() != index["sha256"].get(file):
            msg = f"{path / file} is cut off or altered: {len(content)} bytes whose sha256 is not the one written"
            raise CheckpointError(msg)
        try:
            # copies: the optimiser would keep memory of the file, aligned differently from its own
            tensors |= {name: tensor.clone() for name, tensor in load(content).items()}
        except SafetensorError as error:
            msg = f"{path / file} is no safetensors file: {error}"
            raise CheckpointError(msg) from error
    try:
        state: dict[str, Any] = unflatten(tensors, index["state"])
    except (KeyError, TypeError) as error:
        msg = f"{path / INDEX} does not fit its tensors: {error!r}"
        raise CheckpointError(msg) from error
    return state


def _read_index(path: Path) -> dict[str, Any]:
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # ValueError: no JSON, or no UTF-8
        msg = f"{path} is missing, cut off or no JSON: {error}"
        raise CheckpointError(msg) from error
    wanted = {"schema": str, "identity": str, "step": int, "sha256": dict, "state": dict}
    if not isinstance(index, dict) or index.get("schema") != SCHEMA:
        msg = f"{path} is no checkpoint of this kind: its schema must be {SCHEMA!r}"
        raise CheckpointError(msg)
    for name, kind in wanted.items():
        if not isinstance(index.get(name), kind):
            msg = f"{path}: {name} must be of type {kind.__name__}, got {index.get(name)!r:.60}"
            raise CheckpointError(msg)
    return index


def _prune(folder: Path) -> None:
    """Remove what no kept checkpoint needs, and what processes that were killed have left half written."""
    steps = sorted(folder.glob(f"{_NAME}*"))
    kept = steps[-KEPT:]
    needed = set()
    for path in kept:
        try:
            needed.add(_read_index(path / INDEX)["state"].get("best_step"))
        except CheckpointError:  # a damaged one needs nothing; reading it again will say what is wrong
            continue
    best = [path for path in folder.glob(f"{_BEST}*") if int(path.name.removeprefix(_BEST)) not in needed]
    for path in [*steps[:-KEPT], *best, *folder.glob(f".*{PARTIAL}")]:
        shutil.rmtree(path)
