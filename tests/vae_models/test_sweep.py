"""The command that runs studies: what it says, refuses and leaves, interruption, folders in use."""

import dataclasses
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.vae_models.tiny_study import Inline, tiny_study
from vae_models import sweep as command
from vae_models.files import locked
from vae_models.metrics.suite import METRICS
from vae_models.options import read_fields
from vae_models.presets.registry import PRESETS, find_preset
from vae_models.records import RunRecord
from vae_models.studies.cell import jobs_of
from vae_models.studies.headings import NAMES
from vae_models.studies.records import CELL, STUDY, StudyRecord, read_study
from vae_models.studies.registry import STUDIES

ROOT = Path(__file__).resolve().parent.parent.parent
HAS_RAY = importlib.util.find_spec("ray") is not None


def command_of(out, steps):
    """Return a process that sweeps the tiny study."""
    code = (
        "import sys\nfrom tests.vae_models.tiny_study import tiny_study as study_of\n"
        "from vae_models import sweep\nfrom vae_models.studies.study import Arm\n"
        f"arms = (Arm(row='plain', preset='digits-ncvae-beta-vae', fields=('--steps', '{steps}')),)\n"
        "sweep.find_study = lambda name: study_of(arms=arms, seeds=(0,))\n"
        f"sys.exit(sweep.main(['tiny', '--jobs', '1', '--out', {str(out)!r}]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)


def test_an_interrupt_ends_the_sweep_with_status_130_and_leaves_the_cell_to_go_on(out):
    process = command_of(out, 200_000)
    try:
        for _ in range(1200):
            if list(out.glob("*/metrics.jsonl")):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, messages
    assert "0 of 1 cells" in messages
    (folder,) = (path for path in out.iterdir() if path.is_dir())
    assert not (folder / CELL).exists()
    run = RunRecord.from_text((folder / "record.json").read_text())
    assert run.outcome == "interrupted"
    assert list(folder.glob("checkpoints/*"))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(command, "find_study", lambda _name: tiny_study(seeds=(0,)))


@pytest.mark.usefixtures("tiny")
def test_two_sweeps_cannot_share_a_folder(out, capsys):
    out.mkdir()
    with locked(out):
        assert command.main(["tiny", "--out", str(out)]) == 1
    assert "in use" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_a_folder_of_another_study_is_refused(out, capsys):
    out.mkdir()
    (out / STUDY).write_text(StudyRecord(study="other", engine="local", jobs=1, total=1, arms=(), cells=()).to_text())
    assert command.main(["tiny", "--out", str(out)]) == 2
    assert "other" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_the_command_runs_a_study_and_says_how_it_ended(out, capsys):
    assert command.main(["tiny", "--out", str(out), "--jobs", "1"]) == 0
    captured = capsys.readouterr()
    assert "1 of 1 cells done, 0 failed" in captured.out
    assert str(out / STUDY) in captured.out
    assert command.main(["tiny", "--out", str(out), "--jobs", "1"]) == 0
    assert "1 of 1 cells have ended already" in capsys.readouterr().err


def test_a_cell_that_failed_is_told_with_the_option_that_runs_it_again(out, capsys, monkeypatch):
    monkeypatch.setattr(command, "find_study", lambda _name: tiny_study(seeds=(0,), metrics=("elbo", "nothing")))
    monkeypatch.setattr(command, "engine_factory", lambda *_args, **_options: Inline)
    assert command.main(["tiny", "--out", str(out)]) == 1
    captured = capsys.readouterr()
    assert "0 of 1 cells done, 1 failed" in captured.out
    assert "failed: " in captured.err
    assert "has --retry-failed" in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "x"], "STUDY"),
        (["arelbo-table7-small"], "--out"),
        (["arelbo-table7-small", "--out", "x", "--jobs", "0"], "--jobs"),
        (["arelbo-table7-small", "--out", "x", "--gpus", "nan"], "--gpus"),
        (["arelbo-table7-small", "--out", "x", "--stack", "0"], "--stack"),
        (["arelbo-table7-small", "--out", "x", "--address", "auto"], "--address"),
        (["arelbo-tabel7-small", "--out", "x"], "arelbo-table7-small"),
    ],
)
def test_a_wrong_command_line_is_told_in_a_line(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command.main(words) == 2
    message = capsys.readouterr().err
    assert said in message
    assert len(message.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("tiny")
def test_where_every_cell_has_ended_no_engine_is_begun_and_the_record_says_what_ran_them(out, capsys, monkeypatch):
    monkeypatch.setattr(command, "engine_factory", lambda *_args, **_options: Inline)
    assert command.main(["tiny", "--out", str(out)]) == 0
    first = read_study(out)

    def never():
        pytest.fail("an engine was begun")

    monkeypatch.setattr(command, "engine_factory", lambda *_args, **_options: never)
    assert command.main(["tiny", "--out", str(out), "--engine", "ray", "--stack", "4"]) == 0
    assert "1 of 1 cells done, 0 failed" in capsys.readouterr().out
    assert read_study(out) == first
    (out / STUDY).unlink()  # cells are kept apart from it
    assert command.main(["tiny", "--out", str(out)]) == 0
    assert read_study(out) == dataclasses.replace(first, engine="not recorded", jobs=0)


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
@pytest.mark.usefixtures("tiny")
def test_without_ray_the_engine_says_what_to_install(out, capsys):
    assert command.main(["tiny", "--out", str(out), "--engine", "ray"]) == 2
    assert "vaeproof[cluster]" in capsys.readouterr().err


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_can_be_run_with_three_seeds_and_measures_what_it_shows(name, tmp_path):
    study = STUDIES[name]
    jobs = jobs_of(study, out=tmp_path)
    assert len({job.folder for job in jobs}) == len(study.arms) * len(study.seeds)
    assert len(study.seeds) >= 3
    assert set(study.metrics) <= set(METRICS)
    for arm in study.arms:
        assert arm.preset in PRESETS
        read_fields(find_preset(arm.preset).config, arm.fields)
        assert not {target.metric for target in arm.targets} - set(study.columns) - set(NAMES)


def test_the_list_names_every_study_and_its_cells(capsys):
    assert command.main(["--list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == list(STUDIES)
    assert all(len(row) <= 80 for row in rows)
