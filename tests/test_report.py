"""Layout: wrapped text fits, loses nothing, and colour goes to terminals only."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variational import blocks, report
from variational.objective import built_in
from variational.stationary import derive

ROOT = Path(__file__).resolve().parent.parent
WORDS = st.lists(st.text(st.sampled_from("abc\\+-*/=,;(){}"), min_size=1, max_size=30), min_size=1, max_size=12)


def squeezed(text):
    return "".join(text.split())


@given(words=WORDS, width=st.integers(8, 60))
def test_wrapped_prose_fits_and_loses_nothing(words, width):
    text = " ".join(words)
    lines = report.prose(text, width, bullet="- ")
    assert max(map(len, lines)) <= width
    assert squeezed("".join(lines)) == "-" + squeezed(text)


@pytest.mark.parametrize("width", [30, 45, 60, 76, 200])
@pytest.mark.parametrize("name", blocks.BUILT_IN)
def test_a_wrapped_formula_fits_and_loses_nothing(name, width):
    for step in derive(built_in(name)).steps:
        lines = report.formula(step.text(), width)
        assert max(map(len, lines)) <= width
        assert squeezed("".join(lines)) == squeezed(step.text())


@given(words=WORDS, width=st.integers(12, 60))
def test_anything_at_all_can_be_wrapped_as_a_formula(words, width):
    text = " ".join(words)
    lines = report.formula(text, width)
    assert squeezed("".join(lines)) == squeezed(text)


def test_a_formula_breaks_at_the_outermost_operators_first():
    lines = report.formula("J = first*(a + b)*(c + d) + second*(e + f)", 30)
    assert lines == ["J = first*(a + b)*(c + d)", "    + second*(e + f)"]


def test_what_is_piped_is_80_columns_wide():
    assert report.console(io.StringIO()).width == report.PIPED_WIDTH


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_goes_to_a_terminal_unless_it_is_not_wanted(no_color, coloured):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": no_color, "COLUMNS": "80"}
    for name in ("FORCE_COLOR", "CI"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "variational.check", "ncvae", "--list", "--claim", "ncvae:eq1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        process.wait(timeout=60)
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert "REFUTED" in text
    assert ("\x1b[31m" in text) == coloured
