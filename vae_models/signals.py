"""Requests to stop: the first SIGINT or SIGTERM asks and lets a step be finished; a second SIGINT does not wait."""

import signal
from types import FrameType, TracebackType


class StopRequest:
    """A with block in which SIGINT and SIGTERM set a flag; the handlers before it are put back afterwards."""

    def __init__(self) -> None:
        """Begin without a request."""
        self.requested = False
        self._before: dict[int, object] = {}

    def __call__(self) -> bool:
        """Return whether a stop was asked for."""
        return self.requested

    def __enter__(self) -> "StopRequest":
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.requested = True
