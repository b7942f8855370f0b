"""Files that are there whole or not at all, and the lock of a folder."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vae_models.errors import FolderInUseError

PARTIAL = ".partial"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, wait until it is on the disk, and put it in its place at once.

    Raises:
        OSError: As on a full disk; nothing of the new file is left.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        write_through(partial, content)
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
    sync_folder(path.parent)


def write_through(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk.

    Raises:
        OSError: As on a full disk; it names the file.
    """
    try:
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # writing names none


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if sys.platform == "win32":
        return  # folders cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system frees it when the process ends, however that happens.

    Raises:
        FolderInUseError: Another process holds it.
    """
    with (folder / "lock").open("a+", encoding="utf-8") as stream:
        try:
            _lock(stream.fileno())
        except OSError as error:
            stream.seek(0)
            msg = f"{folder} is in use by process {stream.read().strip() or 'unknown'}; wait for it or end it"
            raise FolderInUseError(msg) from error
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
