"""Nested states as named tensors and plain JSON, and back, so that loading them runs no code."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from variational.errors import InvalidInputError

_TENSOR, _TUPLE, _ITEMS = "__tensor__", "__tuple__", "__items__"


def flatten(value: Any, *, name: str = "") -> tuple[dict[str, Tensor], Any]:
    """Return the tensors by name, and the rest as JSON with the names in their places.

    Args:
        value: None, booleans, numbers, strings, tensors, and lists, tuples and mappings of these.
        name: Put before the names of the tensors.

    Raises:
        InvalidInputError: Something else is in it; the message says where.
    """
    tensors: dict[str, Tensor] = {}
    return tensors, _plain(value, name=name, tensors=tensors)


def unflatten(tensors: Mapping[str, Tensor], plain: Any) -> Any:
    """Return the state that ``flatten`` took apart.

    Raises:
        KeyError: A tensor is missing.
    """
    if isinstance(plain, list):
        return [unflatten(tensors, item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if _TENSOR in plain:
        return tensors[plain[_TENSOR]]
    if _TUPLE in plain:
        return tuple(unflatten(tensors, item) for item in plain[_TUPLE])
    if _ITEMS in plain:
        return {key: unflatten(tensors, item) for key, item in plain[_ITEMS]}
    return {key: unflatten(tensors, item) for key, item in plain.items()}


def _plain(value: Any, *, name: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        # a copy of its own: views and tied weights share memory, which the format refuses
        tensors[name] = value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
        return {_TENSOR: name}
    if isinstance(value, Mapping):
        items = [(key, _plain(item, name=_below(name, key), tensors=tensors)) for key, item in value.items()]
        if all(isinstance(key, str) and not key.startswith("__") for key in value):
            return dict(items)
        return {_ITEMS: [list(item) for item in items]}
    if isinstance(value, (list, tuple)):
        entries = [_plain(item, name=_below(name, place), tensors=tensors) for place, item in enumerate(value)]
        return {_TUPLE: entries} if isinstance(value, tuple) else entries
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    msg = f"{name or 'state'} is a {type(value).__name__}, which cannot be saved without running code: {value!r:.80}"
    raise InvalidInputError(msg)


def _below(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)
