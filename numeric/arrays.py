"""Arrays: the type, sums in log space, and the library and device that carry the passes over (x, z)."""

from typing import Any

import array_api_compat
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def log_sum_exp(values: Array, *, axis: int) -> Array:
    """Return log sum exp along an axis; -inf where every entry is."""
    top = values.max(axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(under="ignore", divide="ignore"):
        total: Array = np.log(np.exp(values - shift).sum(axis=axis)) + np.squeeze(shift, axis=axis)
    return total


def is_foreign(array: Any) -> bool:
    """Tell whether an argument is an array of another library than NumPy, a torch tensor for instance."""
    return array_api_compat.is_array_api_obj(array) and not array_api_compat.is_numpy_array(array)


def to_numpy(array: Any) -> Any:
    """Return a NumPy copy of a foreign array, and anything else as it is."""
    if not is_foreign(array):
        return array
    if array_api_compat.is_torch_array(array):
        return array.detach().cpu().numpy()
    return np.from_dlpack(array_api_compat.to_device(array, "cpu"))


def like(array: Array, pattern: Any) -> Any:
    """Return a float64 array of the library and on the device of ``pattern``; unchanged if that is None."""
    if pattern is None:
        return array
    library = array_api_compat.array_namespace(pattern)
    return library.asarray(array, dtype=library.float64, device=array_api_compat.device(pattern), copy=True)
