"""The log of a run, one record a line as JSON and as CSV, and as TensorBoard has it where that is installed."""

import csv
import io
from pathlib import Path
from typing import Any, TextIO

from vae_models.files import write_whole
from vae_models.records import LogRecord, line, read_log

JSONL, CSV = "metrics.jsonl", "metrics.csv"
_COLUMNS = ("step", "epoch", "split", "loss", "learning_rate", "examples_per_second", "seconds")


class RunLog:
    """The files of a log, opened for appending.

    Args:
        folder: Of the run.
        step: Lines after this step are removed: they will be written again by a run that goes on from it.
        tensorboard: Whether to write such files as well.
    """

    def __init__(self, folder: Path, *, step: int, tensorboard: bool = False) -> None:
        """Cut the files to the step and open them."""
        self._folder = folder
        records = [record for record in read_log(folder / JSONL) if record.step <= step]
        write_whole(folder / JSONL, "".join(map(line, records)).encode())
        self._parts: list[str] = []
        self._streams: tuple[TextIO, TextIO] | None = None
        self._rewrite(records)
        self._writer = _tensorboard(folder) if tensorboard else None

    @property
    def has_tensorboard(self) -> bool:
        """Whether TensorBoard files are written."""
        return self._writer is not None

    def add(self, record: LogRecord) -> None:
        """Append a record to all files; it can be read at once."""
        text = line(record)
        if set(record.parts) - set(self._parts):
            self._rewrite([*read_log(self._folder / JSONL), record])
            lines, rows = self._open()
        else:
            lines, rows = self._open()
            rows.write(self._rows([record]))
        lines.write(text)
        lines.flush()
        rows.flush()
        if self._writer is not None:
            for name, value in {"loss": record.loss, **record.parts}.items():
                self._writer.add_scalar(f"{record.split}/{name}", value, record.step)

    def close(self) -> None:
        """Close what is open; another record opens it again."""
        self._close_files()
        if self._writer is not None:
            self._writer.close()

    def _close_files(self) -> None:
        for stream in self._streams or ():
            stream.close()
        self._streams = None

    def _open(self) -> tuple[TextIO, TextIO]:
        if self._streams is None:
            lines = (self._folder / JSONL).open("a", encoding="utf-8")
            self._streams = lines, (self._folder / CSV).open("a", encoding="utf-8", newline="")
        return self._streams

    def _rewrite(self, records: list[LogRecord]) -> None:
        self._close_files()
        self._parts = list(dict.fromkeys(name for record in records for name in record.parts))
        header = ",".join((*_COLUMNS, *self._parts)) + "\n"
        write_whole(self._folder / CSV, (header + self._rows(records)).encode())

    def _rows(self, records: list[LogRecord]) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for record in records:
            parts = [record.parts.get(name, "") for name in self._parts]
            writer.writerow([*(getattr(record, name) for name in _COLUMNS), *parts])
        return text.getvalue()


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  optional
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
