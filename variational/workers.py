"""Running a function on many arguments in parallel processes: order kept, nothing left behind on an error or Ctrl-C."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import wait
from typing import TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")

HANDFUL = 4  # arguments that one process deals with sooner than two can start
PATIENCE = 5.0  # seconds for a process that was told to end


def run(
    function: Callable[[Given], Found],
    given: Sequence[Given],
    *,
    advance: Callable[[], None] = lambda: None,
    processes: int | None = None,
) -> list[Found]:
    """Return ``function`` of every argument, in the order of the arguments.

    Args:
        function: Importable by name, as arguments and results pass between processes; it is run here where
            one process suffices.
        given: The arguments.
        advance: Called after each result.
        processes: How many processes; the default is as many as there are cores, and one for a handful of arguments.

    Raises:
        Exception: The first that ``function`` raises; the other processes are ended before it is passed on.
        BrokenProcessPool: Where a process ended by itself.
    """
    number = process_count(len(given)) if processes is None else processes
    if number > 1:
        return _in_parallel(function, given, advance, number)
    found = []
    for one in given:
        found.append(function(one))
        advance()
    return found


def process_count(arguments: int) -> int:
    """Return how many processes are worth starting for a number of arguments.

    Example:
        >>> process_count(HANDFUL)
        1
    """
    return max(1, min(_cores(), -(-arguments // HANDFUL)))


def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_parallel(
    function: Callable[[Given], Found], given: Sequence[Given], advance: Callable[[], None], number: int
) -> list[Found]:
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(number, mp_context=context, initializer=_end_with_parent)
    try:
        with _ctrl_c_held_back():  # the workers inherit it: Ctrl-C is for this process to handle
            waiting = [pool.submit(function, one) for one in given]
        for future in as_completed(waiting):
            future.result()
            advance()
    except BaseException:  # Ctrl-C included: nobody waits for what is being computed
        pool.shutdown(wait=False, cancel_futures=True)
        _end(set(multiprocessing.active_children()) - before)
        raise
    pool.shutdown()
    return [future.result() for future in waiting]


def _end(processes: set[multiprocessing.process.BaseProcess]) -> None:
    """End the processes and wait for them, so that none stays behind as a zombie."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
        # Where the pool's own thread waited for it first, ``join`` returns before that thread has noted the end.
        deadline = time.monotonic() + PATIENCE
        while process.exitcode is None and time.monotonic() < deadline:
            time.sleep(0.001)


def _end_with_parent() -> None:
    """Watch, in a worker, for the end of the process that started it: a killed parent cannot end its workers."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C wait until the block ends; processes that the block starts never see it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error where that is a terminal; yields what advances it."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - loaded only where it is shown
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
