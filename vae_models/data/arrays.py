"""Arrays and tensors of the user's own, from memory or from .npy, .npz, .pt and .safetensors files."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from vae_models.data.dataset import DataSet, Part, divide, split_off
from vae_models.errors import DataError
from variational.errors import InvalidInputError

SPLITS = ("train", "validation", "test", "noise")
_HELD_OUT = 0.1
_BYTE_SCALE = 1 / 255


def as_part(values: NDArray[Any] | Tensor, *, labels: NDArray[Any] | Tensor | None = None) -> Part:
    """Return a split of any array: bytes are intensities of 255 levels, integers tokens, the rest numbers."""
    if isinstance(values, np.ndarray):
        values = values.astype(values.dtype.newbyteorder("="), copy=False)  # torch takes no other byte order
    tensor = torch.as_tensor(values)
    if tensor.ndim < 1 or tensor.is_complex():
        msg = f"examples must be an array of real numbers, one example a row, got shape {tuple(tensor.shape)}"
        raise InvalidInputError(msg)
    if tensor.ndim == 1:
        tensor = tensor[:, None]
    classes = None if labels is None else torch.as_tensor(labels).to(torch.int64)
    if classes is not None and classes.shape != tensor.shape[:1]:
        msg = f"labels must be one for each of the {len(tensor)} examples, got shape {tuple(classes.shape)}"
        raise InvalidInputError(msg)
    if tensor.dtype == torch.uint8:
        return Part(examples=tensor, labels=classes, scale=_BYTE_SCALE)
    if tensor.dtype == torch.bool:
        return Part(examples=tensor.to(torch.uint8), labels=classes)
    if not tensor.is_floating_point():
        return Part(examples=tensor.to(torch.int64), labels=classes)
    return Part(examples=tensor, labels=classes)


def from_arrays(
    values: NDArray[Any] | Tensor,
    *,
    labels: NDArray[Any] | Tensor | None = None,
    name: str = "array",
    seed: int = 0,
    validation: int | None = None,
) -> DataSet:
    """Return a data set whose splits, 80, 10 and 10 in a hundred, are drawn from one array.

    Args:
        values: One example a row.
        labels: Class of each.
        name: Of the data set.
        seed: Of the draw.
        validation: Examples for validation, in place of ten in a hundred.
    """
    part = as_part(values, labels=labels)
    held = int(_HELD_OUT * len(part))
    return divide(part, name=name, validation=held if validation is None else validation, test=held, seed=seed)


def read_arrays(path: Path, *, seed: int, validation: int | None = None) -> DataSet:
    """Return the data set of a file.

    Args:
        path: One array (.npy), or named ones (.npz, .safetensors, .pt): ``train`` and, if there, ``validation``,
            ``test``, ``noise``, each with labels as ``train_labels``; or a single one, which is divided. Nothing in
            the file is run as code.
        seed: Of the division.
        validation: Examples taken from the end of ``train`` where there is no ``validation``, or drawn from a single
            array; None takes none, or ten in a hundred.

    Raises:
        DataError: The file is missing, damaged or holds something else.
    """
    arrays = _read(path)
    try:
        if "train" not in arrays and len(arrays) == 1:
            return from_arrays(next(iter(arrays.values())), name=path.name, seed=seed, validation=validation)
        if "train" in arrays:
            return _divided(arrays, name=path.name, validation=validation)
    except (InvalidInputError, TypeError) as error:  # torch says TypeError for times, wide floats and the like
        msg = f"{path}: {error}"
        raise DataError(msg) from error
    msg = f"{path}: expected an array named train, or a single one, found {', '.join(arrays) or 'none'}"
    raise DataError(msg)


def _divided(arrays: Mapping[str, Any], *, name: str, validation: int | None) -> DataSet:
    parts = {split: as_part(arrays[split], labels=arrays.get(f"{split}_labels")) for split in SPLITS if split in arrays}
    train, held = parts["train"], parts.get("validation")
    if held is None:
        train, held = split_off(train, validation or 0)
    return DataSet(name=name, train=train, validation=held, test=parts.get("test"), noise=parts.get("noise"))


def _read(path: Path) -> dict[str, Any]:
    if path.suffix not in {".npy", ".npz", ".pt", ".safetensors"}:
        msg = f"{path}: expected .npy, .npz, .pt or .safetensors; name the file by --path"
        raise DataError(msg)
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        if path.suffix == ".pt":
            content = torch.load(path, weights_only=True)
        else:
            content = np.load(path, allow_pickle=False)
            content = content if isinstance(content, np.ndarray) else {key: content[key] for key in content.files}
    except (OSError, ValueError, EOFError, RuntimeError, UnpicklingError, SafetensorError, zipfile.BadZipFile) as error:
        msg = f"{path}: expected arrays in a {path.suffix} file: {error}"
        raise DataError(msg) from error
    named = content if isinstance(content, dict) else {"x": content}
    for name, value in named.items():
        if not isinstance(value, (np.ndarray, Tensor)) or (isinstance(value, np.ndarray) and value.dtype.kind in "OUS"):
            msg = f"{path}: {name} is {type(value).__name__}, expected an array of numbers"
            raise DataError(msg)
    return named
