"""Errors of training; every message says which file or step, what was expected and what to do."""

from variational.errors import VaeproofError


class DataError(VaeproofError):
    """A file of a data set is missing, altered or of another layout."""


class CheckpointError(VaeproofError):
    """A folder holds no checkpoint that can be gone on from."""


class FolderInUseError(VaeproofError):
    """Another run holds the lock of the folder."""


class NonFiniteLossError(VaeproofError):
    """The loss of a step was nan or infinite.

    Attributes:
        step: Number of steps taken before it.
    """

    def __init__(self, message: str, *, step: int) -> None:
        """Keep the step beside the message."""
        super().__init__(message)
        self.step = step
