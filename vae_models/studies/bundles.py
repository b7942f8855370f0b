"""Which cells of a study may be trained as one program: those that differ in seed and scalar settings only."""

import json
from collections.abc import Sequence

from vae_models.config import RunConfig
from vae_models.settings.objectives import ElboConfig, RefinementConfig
from vae_models.studies.cell import Bundle, Job

# numbers that enter the loss as weights of its parts and nowhere else
_WEIGHTS = {
    "elbo": ("beta",),
    "info-vae": ("alpha", "scale"),
    "mixture-elbo": ("beta",),
    "nc-vae": ("beta", "delta"),
    "rae": ("code_weight", "penalty_weight"),
    "wae": ("weight", "reconstruction_weight"),
}
_OF_OPTIMISER = ("learning_rate", "betas", "momentum", "epsilon", "weight_decay", "clip_norm")


def bundled(jobs: Sequence[Job], *, most: int) -> list[Bundle]:
    """Return the cells in bundles of at most ``most`` that may be trained as one program, in the order of the cells.

    Args:
        jobs: Cells of a study.
        most: At least 1, which bundles nothing.
    """
    if most == 1:
        return [(job,) for job in jobs]
    alike: dict[str, list[Job]] = {}
    for job in jobs:
        alike.setdefault(form(job.config), []).append(job)
    return [tuple(each[first : first + most]) for each in alike.values() for first in range(0, len(each), most)]


def form(config: RunConfig) -> str:
    """Return what two runs must have in common to be trained as one program.

    Settings of the optimiser may differ, and weights of the loss, but for those that are zero or one in one of the runs
    only: then the losses are made of other parts.
    """
    described = config.to_json()
    for name in ("preset", "seed"):
        del described[name]
    optimiser, objective = described["optimiser"], described["objective"]
    for name in _OF_OPTIMISER:
        optimiser[name] = optimiser[name] is None
    # where q(z|x) is refined, the weight of the KL is also that of its descent
    refined = isinstance(config.objective, ElboConfig) and isinstance(config.objective.inference, RefinementConfig)
    for name in () if refined else _WEIGHTS.get(config.objective.kind, ()):
        weight = objective[name]
        if isinstance(weight, (int, float)):
            objective[name] = weight if weight in {0, 1} else "some weight"
    return json.dumps(described, sort_keys=True)
