"""Errors of training; every message says which file or step, what was expected and what to do."""

from variational.errors import VaeproofError


class DataError(VaeproofError):
    """A file of a data set is missing, altered or of another layout."""


class CheckpointError(VaeproofError):
    """A folder holds no checkpoint that can be gone on from."""


class FolderInUseError(VaeproofError):
    """Another run holds the lock of the folder."""


class NonFiniteLossError(VaeproofError):
    """A loss, or a term of it, was nan or infinite.

    Attributes:
        step: Number of steps taken before it.
        batch: Whether it was that of a batch of training, which can be drawn again.
    """

    def __init__(self, message: str, *, step: int, batch: bool = True) -> None:
        """Keep the step beside the message."""
        super().__init__(message)
        self.step, self.batch = step, batch
