"""Studies as their user meets them: cells run once, killed workers, failing cells, interruption, folders in use."""

import dataclasses
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.vae_models.tiny_study import STEPS, tiny_study
from vae_models import sweep as command
from vae_models.compare.records import Comparison
from vae_models.files import locked
from vae_models.metrics.suite import METRICS
from vae_models.options import read_fields
from vae_models.presets.preset import KINDS
from vae_models.presets.registry import PRESETS, find_preset
from vae_models.records import RunRecord, Target
from vae_models.studies import engines
from vae_models.studies.cell import jobs_of, run_cells
from vae_models.studies.engines import LocalEngine, RayEngine, fitting_jobs
from vae_models.studies.headings import NAMES
from vae_models.studies.records import CELL, STUDY, StudyRecord, read_cell, read_study
from vae_models.studies.registry import STUDIES
from vae_models.studies.study import Arm
from vae_models.studies.sweeping import ATTEMPTS, sweep

HERE = Path(__file__).resolve().parent
HAS_RAY = importlib.util.find_spec("ray") is not None
LONG = ("--steps", "1500")  # seconds, so that there is something to kill


class Inline:
    """Runs each cell at once in this process, and counts them."""

    name, jobs = "inline", 1

    def __init__(self):
        self.submitted, self.ended = [], []

    def submit(self, bundle):
        self.submitted.extend(bundle)
        run_cells(bundle, stop=lambda: False)
        self.ended.append((bundle, "it ran"))

    def wait(self, _seconds):
        ended, self.ended = self.ended, []
        return ended

    def close(self):
        pass


class Killed(Inline):
    """Loses every cell, as a worker that is killed does."""

    def submit(self, bundle):
        self.submitted.extend(bundle)
        self.ended.append((bundle, "it was killed"))


def swept(jobs, engine, out, **options):
    out.mkdir(exist_ok=True)
    told = []
    settings = {"stop": lambda: False, "tell": lambda job, _cell: told.append(job.folder), **options}
    return sweep(jobs, lambda: engine, out=out, **settings), told


@pytest.fixture
def out(tmp_path):
    return tmp_path / "study"


def test_ended_cells_are_never_run_again_and_missing_ones_are(out):
    jobs = jobs_of(tiny_study(), out=out)
    first, told = swept(jobs, Inline(), out)
    assert told == [job.folder for job in jobs]
    assert [cell.seed for cell in first.cells] == [0, 1]
    before = [(job.folder / CELL).read_bytes() for job in jobs]
    second, told = swept(jobs, again := Inline(), out)
    assert again.submitted == told == []
    assert second.cells == first.cells
    (jobs[1].folder / CELL).unlink()
    third, _ = swept(jobs, again := Inline(), out)
    assert [job.folder for job in again.submitted] == [jobs[1].folder]
    assert (jobs[0].folder / CELL).read_bytes() == before[0]
    # the run itself was finished: measured again, not trained again
    assert third.cells[1].values == first.cells[1].values


def test_a_cell_leaves_its_run_its_evaluation_and_the_numbers_of_the_table(out):
    jobs = jobs_of(tiny_study(seeds=(7,)), out=out)
    record, _ = swept(jobs, Inline(), out)
    folder = jobs[0].folder
    cell = read_cell(folder)
    assert record.cells == (cell,)
    assert read_study(out) == record
    assert cell.cpu_seconds > 0
    assert [value.name for value in cell.values] == ["negative_elbo", "kl"]
    run = RunRecord.from_text((folder / "record.json").read_text())
    assert (run.outcome, run.step, run.config["seed"], cell.identity) == ("done", 3, 7, run.identity)
    assert {"config.json", "evaluation.json", "checkpoints"} <= {path.name for path in folder.iterdir()}


def test_a_number_is_taken_from_the_wanted_estimator(out):
    def estimators(**fields):
        study = tiny_study(seeds=(0,), metrics=("information",), columns=("mutual_information",), **fields)
        record, _ = swept(jobs_of(study, out=out), Inline(), out)
        (value,) = record.cells[0].values
        return value.estimator

    assert estimators().startswith("in batches")
    (next(out.glob("*/cell.json"))).unlink()
    assert estimators(estimators={"mutual_information": "full data"}).startswith("full data")


def test_candidates_of_a_row_are_measured_on_the_validation_data_too_and_lone_arms_are_not(out):
    preset, small = "digits-ncvae-beta-vae", (*STEPS, "--encoder.widths", "4", "--decoder.widths", "4")
    arms = (
        Arm(row="tuned", preset=preset, fields=small),
        Arm(row="tuned", preset=preset, fields=(*small, "--beta", "3")),
        Arm(row="lone", preset=preset, fields=(*small, "--beta", "2")),
    )
    study = tiny_study(arms=arms, seeds=(0,), metrics=("information",), columns=("mutual_information",))
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    assert [[value.split for value in cell.validation] for cell in record.cells] == [["validation"]] * 2 + [[]]
    assert [[value.split for value in cell.values] for cell in record.cells] == [["test"]] * 3
    for cell in record.cells[:2]:
        assert cell.validation[0].value != cell.values[0].value


# torch's own forward mode still goes through torch.jit
@pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
def test_a_cell_that_is_compared_keeps_both_bounds_its_comparison_and_its_codes(out):
    arm = Arm(row="NC-VAE", preset="ncvae-synthetic", fields=("--count", "300", *STEPS))
    gaps = ("encoder_gap_lower", "encoder_gap_upper")
    study = tiny_study(
        arms=(arm,), seeds=(0,), metrics=("information-by-batch",), columns=gaps, compared=True, in_plane=True
    )
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    (cell,) = record.cells
    assert cell.outcome == "done", cell.error
    distance = Comparison.from_text((out / cell.folder / "comparison.json").read_text()).distance
    assert [value.name for value in cell.values] == list(gaps)
    for value, number in zip(cell.values, (distance.gap_lower, distance.gap_upper), strict=True):
        assert (value.value, value.error, value.split) == (number.value, number.error, "test")
        assert value.estimator == f"{number.basis}: {number.rests_on}"
    plane = json.loads((out / cell.folder / "plane.json").read_text())
    assert (plane["run"], plane["seed"], plane["split"]) == (cell.folder, 0, "test")
    assert plane["optimum"]["information"] > 0


def test_a_cell_without_known_optimum_has_no_bounds_and_no_codes(out):
    study = tiny_study(seeds=(0,), columns=("kl", "encoder_gap_upper"))
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    assert [value.name for value in record.cells[0].values] == ["kl"]
    assert not {"comparison.json", "plane.json"} & {path.name for path in (out / record.cells[0].folder).iterdir()}


def test_a_failing_cell_is_recorded_with_its_error_and_the_others_run(out):
    arms = (
        Arm(row="bad", preset="digits-ncvae-beta-vae", fields=(*STEPS, "--source", "image-folder")),
        Arm(row="good", preset="digits-ncvae-beta-vae", fields=STEPS),
    )
    jobs = jobs_of(tiny_study(arms=arms, seeds=(0,)), out=out)
    record, _ = swept(jobs, Inline(), out)
    bad, good = record.cells
    assert (bad.outcome, good.outcome) == ("failed", "done")
    assert "path" in bad.error
    _, told = swept(jobs, again := Inline(), out)
    assert again.submitted == told == []
    swept(jobs, again := Inline(), out, again=True)
    assert [job.folder for job in again.submitted] == [jobs[0].folder]


def test_a_cell_whose_workers_are_all_lost_is_given_up(out):
    jobs = jobs_of(tiny_study(seeds=(0,)), out=out)
    record, _ = swept(jobs, engine := Killed(), out)
    assert [job.attempt for job in engine.submitted] == list(range(1, ATTEMPTS + 1))
    (cell,) = record.cells
    assert (cell.outcome, cell.attempts) == ("failed", ATTEMPTS)
    assert "it was killed" in cell.error


def local():
    return LocalEngine(jobs=2)


def cluster():
    return RayEngine(address=None, jobs=2, gpus=0.0, memory_gib=0.5)


ENGINES = [
    local,
    pytest.param(
        cluster,
        marks=[
            pytest.mark.skipif(not HAS_RAY, reason="Ray (extra cluster) is missing"),
            # Ray ends its own servers without waiting for them
            pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
        ],
    ),
]


@pytest.fixture
def _for_workers(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE.parent.parent))  # of a cluster
    monkeypatch.setenv("RAY_worker_niceness", "0")  # 15 by default, which waits for everything else


@pytest.mark.usefixtures("_for_workers")
@pytest.mark.parametrize("make", ENGINES)
def test_an_engine_trains_cells_as_one_program(out, make):
    small = (*STEPS, "--encoder.widths", "4", "--decoder.widths", "4")
    arms = (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=small),)
    jobs = jobs_of(tiny_study(arms=arms, seeds=(0, 1, 2, 3)), out=out)
    engine = make()
    record, told = swept(jobs, engine, out, stack=4)
    assert sorted(told) == sorted(job.folder for job in jobs)
    assert {cell.outcome for cell in record.cells} == {"done"}
    assert record.engine == f"{engine.name}, at most 4 cells in one program"
    (said,) = {cell.machine.get("stacked") for cell in record.cells}  # None of a cell that was alone
    assert said == "4 runs in one program" or "as one program and" in said  # which takes longer, on a busy machine


@pytest.mark.usefixtures("_for_workers")
@pytest.mark.parametrize("make", ENGINES)
def test_a_worker_killed_in_the_middle_is_replaced_and_goes_on_from_its_checkpoint(out, make):
    arms = (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=LONG),)
    jobs = [
        dataclasses.replace(
            job,
            config=dataclasses.replace(
                job.config, machine=dataclasses.replace(job.config.machine, checkpoint_every=100)
            ),
        )
        for job in jobs_of(tiny_study(arms=arms), out=out)
    ]
    victim, killed, first_lines = jobs[0].folder, [], []

    def first_line():
        path = victim / "metrics.jsonl"
        return path.read_text().partition("\n")[0] if path.exists() else ""

    def kill_once():
        if not killed and list(victim.glob("checkpoints/*/*")) and first_line():
            first_lines.append(first_line())
            killed.append(int((victim / "lock").read_text()))
            os.kill(killed[0], signal.SIGKILL)
        return False

    engine = make()
    record, _ = swept(jobs, engine, out, stop=kill_once)
    assert len(killed) == 1
    assert killed[0] != os.getpid()
    assert [(cell.outcome, cell.attempts) for cell in record.cells] == [("done", 2), ("done", 1)], record
    runs = [RunRecord.from_text((job.folder / "record.json").read_text()) for job in jobs]
    assert [run.step for run in runs] == [1500, 1500]
    assert read_study(out).engine == engine.name
    assert first_lines == [first_line()]  # it holds times, which a run that begins again has others of


def test_a_process_of_a_cell_begins_with_one_thread_and_the_environment_stays(out, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before, begun = dict(os.environ), []

    class Process:
        def __init__(self, target, args):
            self.target, self.args = target, args

        def start(self):
            begun.append({name: os.environ[name] for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")})

    engine = LocalEngine(jobs=1)
    monkeypatch.setattr(engine._context, "Process", Process)
    engine.submit(tuple(jobs_of(tiny_study(), out=out)[:1]))
    assert begun == [{"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}]
    assert dict(os.environ) == before


def test_a_gpu_is_shared_by_as_many_cells_as_it_has_slots_and_given_on(out, monkeypatch):
    class Process:
        begun, exitcode, sentinel = [], 0, None

        def __init__(self, **options):
            (_, self.gpu), self.alive = options["args"], True

        def start(self):
            self.begun.append(self)

        def is_alive(self):
            return self.alive

        def join(self):
            pass

    engine = LocalEngine(jobs=5, gpus=(0, 1, 0))
    assert engine.jobs == 3
    monkeypatch.setattr(engine._context, "Process", Process)
    monkeypatch.setattr(engines, "wait", lambda *_sentinels, **_options: None)
    (job, *_) = jobs_of(tiny_study(), out=out)
    for _ in range(3):
        engine.submit((job,))
    assert [process.gpu for process in Process.begun] == [0, 1, 0]
    assert engine.wait(0.0) == []
    Process.begun[1].alive = False
    assert [bundle for bundle, _ in engine.wait(0.0)] == [(job,)]
    engine.submit((job,))
    assert Process.begun[3].gpu == 1


def command_of(out, steps):
    """Return a process that sweeps the tiny study."""
    code = (
        "import sys\nfrom tests.vae_models.tiny_study import tiny_study as study_of\n"
        "from vae_models import sweep\nfrom vae_models.studies.study import Arm\n"
        f"arms = (Arm(row='plain', preset='digits-ncvae-beta-vae', fields=('--steps', '{steps}')),)\n"
        "sweep.find_study = lambda name: study_of(arms=arms, seeds=(0,))\n"
        f"sys.exit(sweep.main(['tiny', '--jobs', '1', '--out', {str(out)!r}]))\n"
    )
    paths = str(HERE.parent.parent)
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.PIPE, text=True
    )


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


def test_the_record_of_a_study_holds_settings_with_their_sources_and_printed_values(out):
    target = Target(metric="kl", value=1.5, where="Table 9")
    arms = (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=STEPS, targets=(target,)),)
    swept(jobs_of(tiny_study(arms=arms, seeds=(0,)), out=out), Inline(), out)
    (arm,) = read_study(out).arms
    assert (arm.arm, arm.preset, arm.printed) == (arms[0].name, arms[0].preset, (target,))
    assert arm.settings["command line"] == ("steps=3",)
    assert "objective.beta=0.8" in [setting for settings in arm.settings.values() for setting in settings]
    assert all(source.split(":")[0] in {*KINDS, "command line"} for source in arm.settings)


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


def test_the_engine_is_closed_even_where_it_fails(out):
    class Broken(Inline):
        closed = False

        def submit(self, _bundle):
            msg = "no more processes"
            raise OSError(msg)

        def close(self):
            self.closed = True

    engine = Broken()
    with pytest.raises(OSError, match="no more"):
        swept(jobs_of(tiny_study(), out=out), engine, out)
    assert engine.closed


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
@pytest.mark.usefixtures("tiny")
def test_without_ray_the_engine_says_what_to_install(out, capsys):
    assert command.main(["tiny", "--out", str(out), "--engine", "ray"]) == 2
    assert "vaeproof[cluster]" in capsys.readouterr().err


def test_as_many_cells_run_as_fit_into_memory(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 99999999 kB\nMemAvailable:    3145728 kB\n")
    assert fitting_jobs(3.0, meminfo=meminfo) == 1
    assert fitting_jobs(100.0, meminfo=meminfo) == 1
    assert fitting_jobs(0.001, meminfo=meminfo) == len(os.sched_getaffinity(0))


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
