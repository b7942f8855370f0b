"""Whether all that something is made of, functions and records included, comes from this package and torch."""

import dataclasses
import functools
import types
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

KNOWN = ("vae_models", "torch")  # packages whose parts compute the same operations in every step
_PLAIN = (Tensor, torch.Generator, torch.dtype, torch.device, str, int, float, type, types.NoneType)


def is_known(*values: Any) -> bool:
    """Return whether modules, functions and records, and all that they hold, are those of known packages.

    What another package computes may differ from call to call: it may count, or draw from a generator of its own.
    """
    seen: set[int] = set()
    waiting: list[Any] = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, _PLAIN) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple | set):
            waiting += value
        elif isinstance(value, functools.partial):
            waiting += (value.func, value.args, value.keywords)
        elif _package(value) in KNOWN:
            waiting += _held(value)
        else:
            return False
    return True


def _package(value: Any) -> str:
    """Return the package that a function, or the class of anything else, is defined in."""
    if isinstance(value, types.BuiltinFunctionType):  # of an extension; torch's belong to a class of its own
        value = type(value.__self__) if not isinstance(value.__self__, type) else value.__self__
    named = value if isinstance(value, types.FunctionType | type) else type(value)
    return str(named.__module__).partition(".")[0]


def _held(value: Any) -> Iterator[Any]:
    """Yield what a module, a function or a record holds."""
    yield from getattr(value, "__dict__", {}).values()
    if dataclasses.is_dataclass(value):  # which may have slots
        yield from (getattr(value, field.name) for field in dataclasses.fields(value))
    if isinstance(value, types.FunctionType):
        yield from (cell.cell_contents for cell in value.__closure__ or ())
