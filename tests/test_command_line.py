"""Every command ends quietly where the reader of its output has left, and refuses an unknown option in one line."""

import contextlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variational.command_line import ending_well

ROOT = Path(__file__).resolve().parent.parent
READER_GONE = 141  # what shells say of a process that SIGPIPE has killed
COMMANDS = sorted(
    re.sub(r"/(?:__main__\.py$)?|\.py$", ".", path.relative_to(ROOT).as_posix()).strip(".")
    for name in ("variational", "numeric", "vae_models", "figures")
    for path in (ROOT / name).rglob("*.py")
    if '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8")
)
RECORD = "figures/data/arelbo-table1-small.json"
PRINTING = {
    "check": ["variational.check", "all", "--list"],
    "verify": ["variational.verify", RECORD],  # no certificate, which it says
    "run": ["numeric.run", "aae", "--study", "regimes", "--out"],  # of what is there already
    "fields of a preset": ["vae_models.train", "digits", "--help"],
    "list of presets": ["vae_models.train", "--list"],
    "list of studies": ["vae_models.sweep", "--list"],
    "table of a study": ["vae_models.evaluate", RECORD],
    "figure": ["figures.build", "steepness", "--out"],
}


def without_reader(*words, buffered):
    """Return status and messages of a command whose output nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as output:
        finished = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"},
        )
    return finished.returncode, finished.stderr


def test_the_commands_are_found():
    assert {"variational.check", "vae_models.train", "vae_models.compare"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name.startswith(("vae_models.", "figures."))])
def test_an_option_that_there_is_not_is_refused_in_one_line(command, capsys):
    name = f"{command}.__main__" if (ROOT / command.replace(".", "/")).is_dir() else command
    try:
        status = importlib.import_module(name).main(["--no-such-option"])
    except SystemExit as error:
        status = error.code
    assert status == 2
    assert re.fullmatch(r"error: [^\n]+ \(--help explains\)\n", capsys.readouterr().err)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_that_nobody_reads_causes_no_complaint(command):
    assert without_reader(command, "--help", buffered=True) == (READER_GONE, "")


@pytest.mark.parametrize("words", PRINTING.values(), ids=PRINTING)
def test_results_that_nobody_reads_cause_no_complaint(words, tmp_path):
    (tmp_path / "aae-regimes.json").write_text(json.dumps({"schema": "vaeproof.numeric.regimes/1"}), encoding="utf-8")
    place = [str(tmp_path)] if words[-1] == "--out" else []
    assert without_reader(*words, *place, buffered=False) == (READER_GONE, "")


@given(
    sizes=st.lists(st.integers(1, 3 * io.DEFAULT_BUFFER_SIZE), min_size=1, max_size=4),
    at_once=st.booleans(),
    to_stderr=st.booleans(),
    exits=st.booleans(),
)
def test_whatever_is_printed_for_nobody_nothing_is_left_to_write(sizes, at_once, to_stderr, exits):
    reading, writing = os.pipe()
    os.close(reading)
    stream = io.TextIOWrapper(io.BufferedWriter(io.FileIO(writing, "w")), write_through=at_once)

    @ending_well
    def main():
        for size in sizes:
            print("x" * size, file=sys.stderr if to_stderr else sys.stdout, flush=to_stderr)
        if exits:
            sys.exit(0)
        return 0

    with (contextlib.redirect_stderr if to_stderr else contextlib.redirect_stdout)(stream):
        assert main() == READER_GONE
    stream.close()  # as the interpreter does at exit, which must not fail
