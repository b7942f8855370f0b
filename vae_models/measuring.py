"""The metrics of a run, measured one after the other into one evaluation; torch is loaded."""

import platform
import time
from collections.abc import Callable, Sequence

import torch

from vae_models.evaluation_records import Entry, Evaluation
from vae_models.metrics.subject import Options, Subject
from vae_models.metrics.suite import METRICS, measure
from vae_models.presets.registry import find_preset
from vae_models.runs import Run
from variational.errors import InvalidInputError


def require_metrics(names: Sequence[str]) -> None:
    """Refuse a name that is no metric."""
    for name in names:
        if name not in METRICS:
            msg = f"--metrics must be of {', '.join(METRICS)}, got {name!r}"
            raise InvalidInputError(msg)


def measured(
    run: Run, names: Sequence[str], options: Options, *, best: bool, tell: Callable[[str], object]
) -> Evaluation:
    """Return what metrics say of a run.

    Args:
        run: With its weights.
        names: Of the metrics.
        options: How they are measured.
        best: Whether the weights are those of the best evaluation; for the record.
        tell: What is told the name of each metric as it begins.
    """
    subject = Subject(run.model, run.objective, config=run.config, data=run.data, options=options)
    told = {"k": options.k, "draws": options.draws, "samples": options.samples, "seed": options.seed}
    entries: list[Entry] = []
    for name in names:
        tell(name)
        begun = time.monotonic()
        found = measure(subject, name)
        entries.append(
            Entry(
                metric=name,
                split=options.split,
                records=found.records,
                reasons=found.reasons,
                options=told,
                seconds=round(time.monotonic() - begun, 3),
            )
        )
    device = next(iter(run.model.state_dict().values())).device
    machine = {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu: {platform.machine()}",
        "threads": str(torch.get_num_threads()),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    return Evaluation(
        run=run.folder.resolve().name,
        identity=run.config.identity,
        step=run.step,
        weights="best" if best else "last",
        machine=machine,
        entries=tuple(entries),
        targets=find_preset(run.config.preset).targets,
    )
