"""The command draws what is asked for, says what is missing, and refuses nonsense in one line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from figures import build
from figures.catalogue import FIGURES
from figures.kinds import KINDS
from figures.load import DATA

ROOT = Path(__file__).resolve().parent.parent.parent


def test_one_figure_is_written_in_every_format_with_its_caption(tmp_path, capsys):
    assert build.main(["theorem7", "--out", str(tmp_path / "new")]) == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        f"theorem7.{end}" for end in ("pdf", "png", "svg", "txt")
    ]
    assert "[1/1]" in capsys.readouterr().out


def test_a_missing_record_names_its_command_and_the_other_figures_are_drawn(tmp_path, capsys):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    (data / "illidvae-steepness.json").unlink()
    (data / "aae-saddle.json").write_text(json.dumps({"schema": "other"}))
    assert build.main(["steepness", "saddle", "theorem7", "--data", str(data), "--out", str(tmp_path)]) == 1
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 2
    assert shown[0].startswith("error: steepness: record")
    assert shown[0].endswith(f"make it by: {KINDS['illidvae-steepness'].command}")
    assert "field schema" in shown[1]
    assert (tmp_path / "theorem7.svg").exists()
    assert not (tmp_path / "steepness.svg").exists()


def test_the_list_names_every_figure_and_its_records(capsys):
    assert build.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*FIGURES, build.REPORT]
    assert all(
        record in line for line, drawing in zip(lines, FIGURES.values(), strict=False) for record in drawing.records
    )


def test_an_unknown_figure_is_refused_with_the_nearest_name(capsys):
    with pytest.raises(SystemExit) as stopped:
        build.main(["regime"])
    assert stopped.value.code == 2
    assert "did you mean regimes?" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert build.main(["theorem7", "--out", str(tmp_path / "file")]) == 1
    assert "error: theorem7: " in capsys.readouterr().err


def test_drawing_loads_no_solver_no_torch_and_no_sympy(tmp_path):
    code = (
        "import sys; from figures import build; "
        f"assert build.main(['theorem7', '--out', {str(tmp_path)!r}]) == 0; "
        "print(sorted({'sympy', 'torch', 'scipy', 'numeric', 'z3', 'flint', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
