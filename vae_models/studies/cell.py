"""Cells of a study in a worker: trained, measured, and how each ended left in the folder of its run."""

import contextlib
import dataclasses
import os
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vae_models.command_line import task_in
from vae_models.config import MachineConfig, RunConfig
from vae_models.errors import FolderInUseError, NonFiniteLossError
from vae_models.evaluation_records import EVALUATION, Entry
from vae_models.files import write_whole
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.records import MetricRecord, RunRecord, Split
from vae_models.signals import StopRequest
from vae_models.studies.records import CELL, CellRecord
from vae_models.studies.study import Arm, Study

if TYPE_CHECKING:  # loads torch
    from vae_models.runs import Run
    from vae_models.stacked.session import Together

CHECKPOINT_SECONDS = 20.0  # what a killed worker loses at most
APART = "no: "  # before the reason why a cell was not trained with others
_TOLD = 3  # last lines of a traceback that a record holds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """What a worker is given.

    Attributes:
        study: Of the cell.
        arm: Of the cell.
        config: Of the run.
        folder: Of the run.
        inception: Of the published weights for a FID, if there is one.
        attempt: The first is 1.
    """

    study: Study
    arm: Arm
    config: RunConfig
    folder: Path
    inception: Path | None = None
    attempt: int = 1


Bundle = tuple[Job, ...]  # cells of one worker: one, or several that may be trained as one program


def jobs_of(
    study: Study, *, out: Path, gpus: float = 0.0, data_dir: str | None = None, inception: Path | None = None
) -> list[Job]:
    """Return the cells of a study, seeds outermost, so that a study cut short has whole tables of some seeds.

    Args:
        study: Whatever study.
        out: Its folder.
        gpus: Of each cell, a fraction allowed; zero trains on the processor.
        data_dir: Folder of the data sets, or None for the usual one.
        inception: File of the published weights of the Inception network, for a FID.
    """
    machine = MachineConfig(
        device="cuda" if gpus else "cpu", threads=1, checkpoint_seconds=CHECKPOINT_SECONDS, data_dir=data_dir
    )
    found = []
    configs = [read_fields(find_preset(arm.preset).config, arm.fields) for arm in study.arms]
    for seed in study.seeds:
        for arm, begun in zip(study.arms, configs, strict=True):
            config = dataclasses.replace(begun, seed=seed, machine=machine)
            folder = out / config.folder_name
            found.append(Job(study=study, arm=arm, config=config, folder=folder, inception=inception))
    return found


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trained:
    """What was done for a cell together with others.

    Attributes:
        ended: The record of its run, or what ended that; None where it is still to be trained.
        apart: Why it could not be trained with the others.
        seconds: Since the beginning.
        cpu_seconds: Of the processor, the share of this cell.
    """

    ended: RunRecord | NonFiniteLossError | None = None
    apart: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def run_cell(job: Job, *, stop: Callable[[], bool], trained: Trained | None = None) -> CellRecord | None:
    """Train and measure a cell, write how it ended, and return that; None where it was asked to stop.

    Whatever a cell raises becomes a record of a failed cell, but for a folder that another process still holds.

    Args:
        job: The cell.
        stop: Whether to write a checkpoint and return.
        trained: What was done for it before.
    """
    trained = trained or Trained()
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
        found = _trained_and_measured(job, record, trained, stop=stop)
    except FolderInUseError:
        raise
    except Exception as error:  # noqa: BLE001  a study goes on, whatever its cells raise
        told = "".join(traceback.format_exception(error)).strip().splitlines()[-_TOLD:]
        message = f"{type(error).__name__}: {error}"
        found = dataclasses.replace(record, outcome="failed", error="\n".join([message, *told[:-1]]))
    if found is None:
        return None
    seconds = trained.seconds + time.monotonic() - begun
    cpu_seconds = trained.cpu_seconds + time.process_time() - cpu
    found = dataclasses.replace(found, seconds=round(seconds, 2), cpu_seconds=round(cpu_seconds, 2))
    write_whole(job.folder / CELL, found.to_text().encode())
    return found


def run_cells(bundle: Bundle, *, stop: Callable[[], bool], must_pay: bool = True) -> None:
    """Train cells as one program, where that is possible and pays, and measure and record each.

    Args:
        bundle: Cells that have not ended.
        stop: Whether to write checkpoints and return.
        must_pay: Whether cells that take longer as one program are trained one by one.
    """
    if len(bundle) == 1:
        run_cell(bundle[0], stop=stop)
        return
    begun, cpu = time.monotonic(), time.process_time()
    together = _train_together(bundle, stop=stop, must_pay=must_pay)
    done = Trained(seconds=time.monotonic() - begun, cpu_seconds=(time.process_time() - cpu) / len(bundle))
    for job in bundle:
        ended = together.ended.get(job.folder)
        run_cell(job, stop=stop, trained=dataclasses.replace(done, ended=ended, apart=together.apart))


def _train_together(bundle: Bundle, *, stop: Callable[[], bool], must_pay: bool) -> "Together":
    from vae_models.stacked.session import Together, train_together  # noqa: PLC0415  torch: in workers only

    try:
        return train_together([task_in(job.folder, job.config) for job in bundle], stop=stop, must_pay=must_pay)
    except FolderInUseError:
        raise
    except Exception as error:  # noqa: BLE001  the cell that causes it raises it again, and is recorded
        return Together(ended={}, apart=f"{type(error).__name__}: {error}".splitlines()[0])


def _trained_and_measured(
    job: Job, record: CellRecord, trained: Trained, *, stop: Callable[[], bool]
) -> CellRecord | None:
    from vae_models.measuring import measured, require_metrics  # noqa: PLC0415  torch: in workers only
    from vae_models.metrics.subject import Options  # noqa: PLC0415
    from vae_models.runs import load_run  # noqa: PLC0415
    from vae_models.session import run_session  # noqa: PLC0415
    from vae_models.studies.second_stage import second_stage  # noqa: PLC0415

    study = job.study
    require_metrics(study.metrics)
    if isinstance(trained.ended, NonFiniteLossError):
        raise trained.ended
    run_record = trained.ended or run_session(task_in(job.folder, job.config), stop=stop, say=_silent, terminal=False)
    if run_record is None or run_record.outcome == "interrupted" or stop():
        return None
    device = job.config.machine.device
    run = load_run(job.folder, best=False, device=device, data_dir=job.config.machine.data_dir)
    options = Options(split=study.split, k=study.k, samples=study.samples, inception=job.inception)
    evaluation = measured(run, study.metrics, options, best=False, tell=_silent)
    if job.arm.row in study.tuned_rows:
        held = measured(
            run, ("information",), dataclasses.replace(options, split="validation"), best=False, tell=_silent
        )
        evaluation = dataclasses.replace(evaluation, entries=evaluation.entries + held.entries)
    if study.second_stage:
        further = second_stage(run, study.second_stage, options, stop=stop)
        if further is None:
            return None
        evaluation = dataclasses.replace(evaluation, entries=(*evaluation.entries, further))
    write_whole(job.folder / EVALUATION, evaluation.to_text().encode())
    beside = _beside_theory(run, study)
    return dataclasses.replace(
        record,
        machine={
            **run_record.machine,
            "cores": str(os.cpu_count()),
            **({"stacked": f"{APART}{trained.apart}"} if trained.apart else {}),
        },
        values=_wanted((*evaluation.entries, *beside), study.columns, study.split, study.estimators),
        validation=_wanted(evaluation.entries, (study.tuned_by,), "validation", study.estimators),
    )


def _beside_theory(run: "Run", study: Study) -> tuple[Entry, ...]:
    """Return what the comparison of a cell measured, and keep its pictures, as far as the study wants them."""
    if not (study.compared or study.in_plane):
        return ()
    from vae_models.compare.cell import beside_theory, keep_plane  # noqa: PLC0415  knows the solvers

    if study.in_plane:
        keep_plane(run, split=study.split)
    return (beside_theory(run, split=study.split),) if study.compared else ()


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


def work(bundle: Bundle, *, parent: int | None = None) -> None:
    """Run cells as the main function of a worker; asked by SIGTERM, or left by its parent, it stops at a checkpoint.

    Args:
        bundle: The cells.
        parent: Process whose end stops the cells; None where there is none, as on a cluster.
    """
    with StopRequest() as asked, contextlib.suppress(KeyboardInterrupt):
        run_cells(bundle, stop=lambda: asked() or (parent is not None and os.getppid() != parent))
