"""The second stage of a cell: a model of the codes of its run, whose draws the run decodes (2ndVAE of AR-ELBO)."""

import dataclasses
import time
from collections.abc import Callable

import torch

from vae_models.command_line import task_in
from vae_models.evaluation_records import Entry
from vae_models.metrics.subject import NotApplicableError, Options, Subject
from vae_models.metrics.suite_decoder import frechet_of
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.records import MetricRecord
from vae_models.runs import Run, load_run
from vae_models.session import run_session
from variational.errors import InvalidInputError

FOLDER = "second-stage"  # below that of the run
METRIC = "frechet-second-stage"


def second_stage(run: Run, preset: str, options: Options, *, stop: Callable[[], bool]) -> Entry | None:
    """Return the Frechet distance of what draws of a second stage are decoded to, which is trained first.

    Args:
        run: The first stage.
        preset: Of the second.
        options: How it is measured.
        stop: Whether to stop at a checkpoint, from which the next call goes on.

    Returns:
        The distance, or why there is none; None where it was asked to stop.
    """
    begun = time.monotonic()
    records: tuple[MetricRecord, ...] = ()
    reasons: tuple[str, ...] = ()
    try:
        second = _trained(run, preset, stop=stop)
        if second is None:
            return None
        records = (_distance(run, second, options),)
    except (NotApplicableError, InvalidInputError) as error:
        reasons = (str(error),)
    told = {"samples": options.samples, "seed": options.seed}
    return Entry(
        metric=METRIC,
        split=options.split,
        records=records,
        reasons=reasons,
        options=told,
        seconds=round(time.monotonic() - begun, 3),
    )


def _trained(run: Run, preset: str, *, stop: Callable[[], bool]) -> Run | None:
    words = ("--path", str(run.folder), "--latent-dim", str(run.config.model.latent_dim))
    config = read_fields(find_preset(preset).config, words)
    config = dataclasses.replace(config, seed=run.config.seed, machine=run.config.machine)
    folder = run.folder / FOLDER
    record = run_session(task_in(folder, config), stop=stop, say=_silent, terminal=False)
    if record is None or record.outcome == "interrupted" or stop():
        return None
    machine = run.config.machine
    return load_run(folder, device=next(run.model.parameters()).device, data_dir=machine.data_dir)


@torch.no_grad()
def _distance(run: Run, second: Run, options: Options) -> MetricRecord:
    subject = Subject(run.model, run.objective, config=run.config, data=run.data, options=options)
    generator = subject.generator("second stage")
    model = second.model
    codes = model.draw_data(model.prior.sample(options.samples, generator=generator), generator=generator)
    return frechet_of(subject, codes, what="second_stage")


def _silent(_message: str) -> None:
    pass
