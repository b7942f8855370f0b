"""Variances of a Gaussian likelihood: fixed, trained as a parameter, or made by the decoder for each x.

A decoded tensor has its channels on the first axis after the batch. A variance that depends on z takes further
channels of it. ``floor`` is added to the variance, so that its gradient never vanishes as that of a clamp would.

Source: Takida et al. (2022), AR-ELBO, section 5.2 and Table 2 (Iso-I, Diag-I, Iso-D, Diag-D).
"""

import math
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from vae_models.validation import require_in_range
from variational.errors import InvalidInputError

FLOOR = 1e-6  # AR-ELBO adds it to variances before the logarithm


@runtime_checkable
class Variance(Protocol):
    """Where the variance of a Gaussian likelihood comes from."""

    def decoded_channels(self, data_channels: int) -> int:
        """Return how many channels the decoder must give."""

    def split(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean before its activation, and a log variance that broadcasts to it."""


def _log_with_floor(log_variance: Tensor, floor: float) -> Tensor:
    if not floor:
        return log_variance
    return torch.logaddexp(log_variance, torch.full_like(log_variance, math.log(floor)))


class FixedVariance(nn.Module):
    """One variance for every x, not trained.

    Args:
        value: > 0; a number, or a tensor that broadcasts to one x, such as a profiled variance.
    """

    def __init__(self, value: float | Tensor = 1.0) -> None:
        """Keep the logarithm as a buffer, in double precision until the model is converted."""
        super().__init__()
        variance = torch.as_tensor(value, dtype=None if isinstance(value, Tensor) else torch.float64)
        if not bool(((variance > 0) & torch.isfinite(variance)).all()):
            msg = f"value must be > 0 and finite, got {value}"
            raise InvalidInputError(msg)
        self.log_variance: Tensor
        self.register_buffer("log_variance", variance.detach().log())

    def decoded_channels(self, data_channels: int) -> int:
        """Return how many channels the decoder must give."""
        return data_channels

    def split(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean before its activation, and a log variance that broadcasts to it."""
        return decoded, self.log_variance.to(decoded.dtype)


class TrainedVariance(nn.Module):
    """A variance that is trained with the model and the same for every x: Iso-I, or Diag-I where a shape is given.

    Args:
        shape: () for one scalar, the shape of one x for one variance for each entry.
        initial: > 0; variance at the start.
        floor: >= 0; added to the variance.
    """

    def __init__(self, *, shape: tuple[int, ...] = (), initial: float = 1.0, floor: float = FLOOR) -> None:
        """Make the parameter, the logarithm of the variance without its floor."""
        super().__init__()
        require_in_range("initial", initial, least=0.0, strict=True)
        require_in_range("floor", floor, least=0.0)
        self.floor = floor
        self.log_variance = nn.Parameter(torch.full(shape, math.log(initial)))

    def decoded_channels(self, data_channels: int) -> int:
        """Return how many channels the decoder must give."""
        return data_channels

    def split(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean before its activation, and a log variance that broadcasts to it."""
        return decoded, _log_with_floor(self.log_variance, self.floor).to(decoded.dtype)


class DecodedVariance(nn.Module):
    """A variance that the decoder makes of z: Iso-D, one for each x, or Diag-D, one for each entry of x.

    Iso-D takes one further channel, whose mean over the other axes is the logarithm; Diag-D doubles the channels.

    Args:
        isotropic: Iso-D if true, Diag-D if not.
        floor: >= 0; added to the variance.
    """

    def __init__(self, *, isotropic: bool, floor: float = FLOOR) -> None:
        """Keep the options; there are no parameters."""
        super().__init__()
        require_in_range("floor", floor, least=0.0)
        self.isotropic, self.floor = isotropic, floor

    def decoded_channels(self, data_channels: int) -> int:
        """Return how many channels the decoder must give."""
        return data_channels + 1 if self.isotropic else 2 * data_channels

    def split(self, decoded: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean before its activation, and a log variance that broadcasts to it."""
        channels = decoded.shape[1]
        mean_channels = channels - 1 if self.isotropic else channels // 2
        mean, log_variance = decoded[:, :mean_channels], decoded[:, mean_channels:]
        if self.isotropic:
            log_variance = log_variance.flatten(1).mean(dim=1).reshape(-1, *(1,) * (decoded.dim() - 1))
        return mean, _log_with_floor(log_variance, self.floor)
