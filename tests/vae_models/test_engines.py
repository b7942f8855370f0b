"""Engines: workers that are killed are replaced, each has its share of processors, GPUs and memory."""

import dataclasses
import importlib.util
import os
import signal
from pathlib import Path

import pytest

from tests.vae_models.tiny_study import STEPS, swept, tiny_study
from vae_models.records import RunRecord
from vae_models.studies import engines
from vae_models.studies.cell import jobs_of
from vae_models.studies.engines import LocalEngine, RayEngine, fitting_jobs
from vae_models.studies.records import read_study
from vae_models.studies.study import Arm

ROOT = Path(__file__).resolve().parent.parent.parent
HAS_RAY = importlib.util.find_spec("ray") is not None
LONG = ("--steps", "1500")  # seconds, so that there is something to kill


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
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # of a cluster
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


def test_as_many_cells_run_as_fit_into_memory(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 99999999 kB\nMemAvailable:    3145728 kB\n")
    assert fitting_jobs(3.0, meminfo=meminfo) == 1
    assert fitting_jobs(100.0, meminfo=meminfo) == 1
    assert fitting_jobs(0.001, meminfo=meminfo) == len(os.sched_getaffinity(0))
