"""The cells of a study handed to an engine until every one has ended; what is known is on the disk at any time."""

import collections
import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from vae_models.files import write_whole
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.studies.bundles import bundled
from vae_models.studies.cell import Job
from vae_models.studies.engines import Engine
from vae_models.studies.records import CELL, STUDY, ArmRecord, CellRecord, StudyRecord, read_cell, read_study
from vae_models.studies.study import Arm

ATTEMPTS = 3  # with workers that were killed
_SECONDS = 0.5  # between looks at a request to stop
_NOT_RECORDED = "not recorded"  # of what ran cells whose study lost its record


def ended_cells(jobs: Sequence[Job], *, again: bool = False) -> dict[Path, CellRecord]:
    """Return how the cells ended that have, by folder.

    Args:
        jobs: Of the study.
        again: Whether failed cells count as not ended.

    Raises:
        InvalidInputError: A record is damaged; the message names the file.
    """
    found = {job.folder: record for job in jobs if (record := read_cell(job.folder)) is not None}
    return {folder: record for folder, record in found.items() if record.outcome == "done" or not again}


def sweep(
    jobs: Sequence[Job],
    make: Callable[[], Engine],
    *,
    out: Path,
    stop: Callable[[], bool],
    tell: Callable[[Job, CellRecord], object],
    again: bool = False,
    stack: int = 1,
) -> StudyRecord:
    """Run the cells that have not ended, and return the record of the study, which is also written.

    Cells whose worker was killed are begun again, from their checkpoints, at most `ATTEMPTS` times.

    Args:
        jobs: Of the study, all of them.
        make: Returns what runs them, which is closed at the end; not called where every cell has ended.
        out: Folder of the study.
        stop: Whether to begin with no further cell and stop those that run.
        tell: What is told each cell as it ends.
        again: Whether to run failed cells again.
        stack: Most cells that are trained as one program.
    """
    ended = ended_cells(jobs, again=again)
    waiting = collections.deque(bundled([job for job in jobs if job.folder not in ended], most=stack))
    arms = tuple(map(arm_record, dict.fromkeys(job.arm for job in jobs)))

    def written(name: str, workers: int) -> StudyRecord:
        cells = tuple(ended[job.folder] for job in jobs if job.folder in ended)
        record = StudyRecord(
            study=jobs[0].study.name, engine=name, jobs=workers, total=len(jobs), arms=arms, cells=cells
        )
        write_whole(out / STUDY, record.to_text().encode())
        return record

    if not waiting:
        last = read_study(out)
        return written(last.engine, last.jobs) if last is not None else written(_NOT_RECORDED, 0)
    with contextlib.closing(make()) as engine:
        name = engine.name if stack == 1 else f"{engine.name}, at most {stack} cells in one program"
        running = 0
        record = written(name, engine.jobs)
        while (waiting or running) and not stop():
            while waiting and running < engine.jobs:
                bundle = waiting.popleft()
                for job in bundle:
                    (job.folder / CELL).unlink(missing_ok=True)  # that of a failed cell, which runs again
                engine.submit(bundle)
                running += 1
            for bundle, complaint in engine.wait(_SECONDS):
                running -= 1
                lost = []
                for job in bundle:
                    found = read_cell(job.folder)
                    if found is None and (stop() or job.attempt < ATTEMPTS):
                        lost.append(dataclasses.replace(job, attempt=job.attempt + 1))
                        continue
                    ended[job.folder] = found if found is not None else _lost(job, complaint)
                    record = written(name, engine.jobs)
                    tell(job, ended[job.folder])
                if lost:
                    waiting.appendleft(tuple(lost))
    return record


def arm_record(arm: Arm) -> ArmRecord:
    """Return what a record says of an arm: its settings with their sources, and what is printed."""
    preset = find_preset(arm.preset)
    settings = preset.settings_by_source(read_fields(preset.config, arm.fields))
    return ArmRecord(arm=arm.name, preset=arm.preset, settings=settings, printed=arm.targets)


def _lost(job: Job, complaint: str) -> CellRecord:
    record = CellRecord(
        arm=job.arm.name,
        seed=job.config.seed,
        folder=job.folder.name,
        identity=job.config.identity,
        outcome="failed",
        error=f"no worker came to an end in {job.attempt} attempts; of the last one: {complaint}",
        attempts=job.attempt,
    )
    job.folder.mkdir(parents=True, exist_ok=True)
    write_whole(job.folder / CELL, record.to_text().encode())
    return record
