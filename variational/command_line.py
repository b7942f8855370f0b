"""What the commands share: one-line messages, exit statuses, and an orderly end on Ctrl-C or a closed pipe."""

import argparse
import difflib
import functools
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, ParamSpec

WRONG_COMMAND_LINE = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
READER_GONE = 141  # 128 + SIGPIPE, likewise

Arguments = ParamSpec("Arguments")


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line; ``--help`` shows the usage, options are not abbreviated."""

    def __init__(self, **options: Any) -> None:
        """Take the options of :class:`argparse.ArgumentParser`."""
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print the message and end with status 2."""
        complain(f"{message} (--help explains)")
        self.exit(WRONG_COMMAND_LINE)


def complain(message: str) -> None:
    """Print a message for the user on standard error."""
    sys.stderr.write(f"error: {message}\n")


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean ...?"``, or nothing where no known word is close.

    Example:
        >>> suggest("ncvea", ["ncvae", "infovae"])
        '; did you mean ncvae?'
    """
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def ending_well(main: Callable[Arguments, int]) -> Callable[Arguments, int]:
    """Return ``main`` with one line instead of a traceback on Ctrl-C, and silence (status 141) on a closed pipe."""

    @functools.wraps(main)
    def wrapped(*args: Arguments.args, **options: Arguments.kwargs) -> int:
        try:
            try:
                status = main(*args, **options)
            except SystemExit:  # of --help, which has printed
                sys.stdout.flush()
                raise
            sys.stdout.flush()
        except KeyboardInterrupt:
            sys.stderr.write("interrupted; whatever was written is whole\n")
            return INTERRUPTED
        except BrokenPipeError:
            # The reader has left (`| head`); the interpreter must not complain when it flushes at exit.
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except BrokenPipeError:
                    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            return READER_GONE
        return status

    return wrapped
