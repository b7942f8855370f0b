"""What the shapes of tensors must satisfy; each rule raises one line with name, shape and rule."""

from torch import Tensor

from variational.errors import InvalidInputError


def require_trailing(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse a tensor whose last axes are not ``shape``."""
    if tuple(tensor.shape[-len(shape) :]) != shape:
        _refuse_shape(name, tensor, "...", shape)


def require_batch(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse a tensor that is not one batch of entries of ``shape``."""
    if tuple(tensor.shape[1:]) != shape:
        _refuse_shape(name, tensor, "batch", shape)


def _refuse_shape(name: str, tensor: Tensor, front: str, shape: tuple[int, ...]) -> None:
    msg = f"{name} must have shape ({', '.join((front, *map(str, shape)))}), got {tuple(tensor.shape)}"
    raise InvalidInputError(msg)
