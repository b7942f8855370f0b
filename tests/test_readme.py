"""The commands printed in the README exist and read as printed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
SHELL_LINES = [line for block in re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S) for line in block.splitlines()]
COMMANDS = sorted(set(re.findall(r"python -m ((?:variational|numeric)\.\w+)", README)))
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e "
QUICK_START = [
    INSTALL + ". && .venv/bin/python -m variational.check ncvae",
    INSTALL + '".[test]" && .venv/bin/python -m pytest',
]


def test_the_quick_start_is_two_lines_that_need_nothing_but_python():
    assert [line for line in SHELL_LINES if line.startswith("python3 -m venv")] == QUICK_START


def test_the_result_table_has_its_markers_once():
    assert re.findall(r"<!-- (\w+:\w+) -->", README) == ["summary:begin", "summary:end"]


def test_the_readme_names_every_command():
    assert COMMANDS == ["numeric.run", "variational.analyze", "variational.check", "variational.verify"]


@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_of_the_readme_explains_itself(module):
    command = [sys.executable, "-m", module, "--help"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert "usage:" in finished.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_readme_runs(example, capsys):
    exec(compile(example, "README.md", "exec"), {})
    lower, upper, information = map(float, capsys.readouterr().out.split())
    assert lower <= upper + 1e-12
    assert upper - lower < 1e-11
    assert 0 < information < 1
