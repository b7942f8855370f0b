"""One cell of a study in a worker: trained, measured, and how it ended left in the folder of its run."""

import contextlib
import dataclasses
import os
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vae_models.command_line import CONFIG, Task, read_config
from vae_models.config import MachineConfig, RunConfig
from vae_models.errors import FolderInUseError
from vae_models.evaluation_records import EVALUATION, Entry
from vae_models.files import write_whole
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.records import MetricRecord, Split
from vae_models.signals import StopRequest
from vae_models.studies.records import CELL, CellRecord
from vae_models.studies.study import Arm, Study

CHECKPOINT_SECONDS = 20.0  # what a killed worker loses at most
_TOLD = 3  # last lines of a traceback that a record holds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker is given.

    Attributes:
        study: Of the cell.
        arm: Of the cell.
        config: Of the run.
        folder: Of the run.
        attempt: The first is 1.
    """

    study: Study
    arm: Arm
    config: RunConfig
    folder: Path
    attempt: int = 1


def jobs_of(study: Study, *, out: Path, gpus: float = 0.0, data_dir: str | None = None) -> list[Job]:
    """Return the cells of a study, seeds outermost, so that a study cut short has whole tables of some seeds.

    Args:
        study: Whatever study.
        out: Its folder.
        gpus: Of each cell, a fraction allowed; zero trains on the processor.
        data_dir: Folder of the data sets, or None for the usual one.
    """
    machine = MachineConfig(
        device="cuda" if gpus else "cpu", threads=1, checkpoint_seconds=CHECKPOINT_SECONDS, data_dir=data_dir
    )
    found = []
    for seed in study.seeds:
        for arm in study.arms:
            config = read_fields(find_preset(arm.preset).config, arm.fields)
            config = dataclasses.replace(config, seed=seed, machine=machine)
            found.append(Job(study=study, arm=arm, config=config, folder=out / config.folder_name))
    return found


def run_cell(job: Job, *, stop: Callable[[], bool]) -> CellRecord | None:
    """Train and measure a cell, write how it ended, and return that; None where it was asked to stop.

    Whatever a cell raises becomes a record of a failed cell, but for a folder that another process still holds.
    """
    begun, cpu = time.monotonic(), time.process_time()
    job.folder.mkdir(parents=True, exist_ok=True)
    record = CellRecord(
        arm=job.arm.name,
        seed=job.config.seed,
        folder=job.folder.name,
        identity=job.config.identity,
        outcome="done",
        attempts=job.attempt,
    )
    try:
        found = _trained_and_measured(job, record, stop=stop)
    except FolderInUseError:
        raise
    except Exception as error:  # noqa: BLE001  a study goes on, whatever its cells raise
        told = "".join(traceback.format_exception(error)).strip().splitlines()[-_TOLD:]
        message = f"{type(error).__name__}: {error}"
        found = dataclasses.replace(record, outcome="failed", error="\n".join([message, *told[:-1]]))
    if found is None:
        return None
    seconds, cpu_seconds = round(time.monotonic() - begun, 2), round(time.process_time() - cpu, 2)
    found = dataclasses.replace(found, seconds=seconds, cpu_seconds=cpu_seconds)
    write_whole(job.folder / CELL, found.to_text().encode())
    return found


def _trained_and_measured(job: Job, record: CellRecord, *, stop: Callable[[], bool]) -> CellRecord | None:
    from vae_models.measuring import measured, require_metrics  # noqa: PLC0415  torch: in workers only
    from vae_models.metrics.subject import Options  # noqa: PLC0415
    from vae_models.runs import load_run  # noqa: PLC0415
    from vae_models.session import run_session  # noqa: PLC0415

    study = job.study
    require_metrics(study.metrics)
    resumed = (job.folder / CONFIG).exists()
    started = read_config(job.folder / CONFIG) if resumed else job.config
    task = Task(config=job.config, folder=job.folder, resumed=resumed, begun=started)
    run_record = run_session(task, stop=stop, say=_silent, terminal=False)
    if run_record is None or run_record.outcome == "interrupted" or stop():
        return None
    device = job.config.machine.device
    run = load_run(job.folder, best=False, device=device, data_dir=job.config.machine.data_dir)
    options = Options(split=study.split, k=study.k, samples=study.samples)
    evaluation = measured(run, study.metrics, options, best=False, tell=_silent)
    if job.arm.row in study.tuned_rows:
        held = measured(
            run, ("information",), dataclasses.replace(options, split="validation"), best=False, tell=_silent
        )
        evaluation = dataclasses.replace(evaluation, entries=evaluation.entries + held.entries)
    write_whole(job.folder / EVALUATION, evaluation.to_text().encode())
    return dataclasses.replace(
        record,
        machine={**run_record.machine, "cores": str(os.cpu_count())},
        values=_wanted(evaluation.entries, study.columns, study.split, study.estimators),
        validation=_wanted(evaluation.entries, (study.tuned_by,), "validation", study.estimators),
    )


def _wanted(
    entries: Sequence[Entry], names: Sequence[str], split: Split, estimators: Mapping[str, str]
) -> tuple[MetricRecord, ...]:
    """Return the record of each name on a split, in the order of the names: by the wanted estimator, or the first."""
    records = [record for entry in entries for record in entry.records if record.split == split]
    found: list[MetricRecord] = []
    for name in names:
        named = [record for record in records if record.name == name]
        wanted = [record for record in named if record.estimator.startswith(estimators.get(name, ""))]
        found += (wanted or named)[:1]
    return tuple(found)


def _silent(_message: str) -> None:
    pass


def work(job: Job, *, parent: int | None = None) -> None:
    """Run a cell as the main function of a worker; asked by SIGTERM, or left by its parent, it stops at a checkpoint.

    Args:
        job: The cell.
        parent: Process whose end stops the cell; None where there is none, as on a cluster.
    """
    with StopRequest() as asked, contextlib.suppress(KeyboardInterrupt):
        run_cell(job, stop=lambda: asked() or (parent is not None and os.getppid() != parent))
