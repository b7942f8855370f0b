"""The line that shows how far a run is: loss, throughput and time left."""

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Protocol

_SECONDS = 0.1  # between redraws


class Progress(Protocol):
    """What a run tells about itself while it trains."""

    def advance(self, step: int, *, loss: float, examples_per_second: float) -> None:
        """Show where training stands."""


class Silent:
    """Shows nothing."""

    def advance(self, step: int, *, loss: float, examples_per_second: float) -> None:
        """Show nothing."""


class Bar:
    """A progress bar on standard error.

    Args:
        total: Steps of the run.
        step: Steps already taken.
    """

    def __init__(self, *, total: int, step: int) -> None:
        """Prepare the bar; it appears in a with block."""
        # late: a run whose output is no terminal need not load it
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.progress import Progress as RichProgress  # noqa: PLC0415

        self._bar = RichProgress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]}"),
            TextColumn("{task.fields[rate]} examples/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, completed=step, loss="-", rate="-")
        self._shown = 0.0

    def __enter__(self) -> "Bar":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def advance(self, step: int, *, loss: float, examples_per_second: float) -> None:
        """Move the bar, unless it has just moved."""
        now = time.monotonic()
        if now - self._shown >= _SECONDS:
            self._shown = now
            self._bar.update(self._task, completed=step, loss=f"{loss:.4g}", rate=f"{examples_per_second:,.0f}")


@contextlib.contextmanager
def stages(total: int, *, terminal: bool) -> Iterator[Callable[[str], None]]:
    """Show on standard error which of ``total`` stages of a longer work is under way, and for how long.

    Args:
        total: Number of stages.
        terminal: Whether to show anything.

    Yields:
        What is told the name of each stage as it begins.
    """
    if not terminal:
        yield lambda _name: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, begun = bar.add_task("", total=total), 0

        def tell(name: str) -> None:
            nonlocal begun
            bar.update(task, completed=begun, description=name)
            begun += 1

        yield tell


@contextlib.contextmanager
def cells_bar(total: int, known: int, *, terminal: bool) -> Iterator[Callable[[str], object]]:
    """Show on standard error how many cells of a study have ended, and the time left.

    Args:
        total: Number of cells.
        known: How many had ended before.
        terminal: Whether to draw a bar; if not, each cell is a line.

    Yields:
        What is told the name of each cell as it ends.
    """
    if not terminal:
        numbers = itertools.count(known + 1)
        yield lambda name: sys.stderr.write(f"{next(numbers)} of {total}: {name}\n")
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    # cells are long and few: the estimate goes back over all of them
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with RichProgress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=1e9) as bar:
        task = bar.add_task("", total=total, completed=known)
        yield lambda name: bar.update(task, advance=1, description=name)
