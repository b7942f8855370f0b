"""A run beside the theory: which distance its data and loss allow, and the rows of theorems."""

import torch
from torch import Tensor

from vae_models.compare.empirical import empirical_distance
from vae_models.compare.evidence import gather
from vae_models.compare.gaussian import TwoGaussians, gaussian_distance
from vae_models.compare.records import Comparison, Distance
from vae_models.compare.setting import setting_of
from vae_models.compare.statements import rows_of
from vae_models.data.dataset import Part
from vae_models.objectives.inverse_lipschitz import AnnealedInverseLipschitz
from vae_models.objectives.weighted import WeightedSum
from vae_models.records import Split
from vae_models.runs import Run
from vae_models.seeds import derived_seed
from vae_models.settings.noise import DataNoiseConfig
from vae_models.validation import require_count
from variational.errors import InvalidInputError


def compare_run(run: Run, *, split: Split = "train", count: int = 1000, seed: int = 0) -> Comparison:
    """Return a run beside the theory.

    Args:
        run: With its weights.
        split: What it is measured on.
        count: >= 2; at most so many examples, the first of the split; and fresh x in a repeat where their law is known.
        seed: Of every draw.

    Raises:
        InvalidInputError: The run has no such split.
    """
    require_count("count", count, least=2)
    part: Part | None = getattr(run.data, split)
    if part is None:
        msg = f"split must be one that the data have, got {split!r}"
        raise InvalidInputError(msg)
    generator = torch.Generator().manual_seed(derived_seed(seed, "distance"))
    dtype = torch.float64 if run.config.precision == "float64" else torch.float32
    data = part.take(torch.arange(min(count, len(part))), dtype=dtype, generator=generator)
    objective = _weighted(run)
    laws = _laws(run, objective)
    distance, reason = _distance(run, objective, data, laws, generator)
    evidence = gather(run.model, objective, data, split=split, seed=seed, distance=distance, laws=laws)
    return Comparison(
        run=run.folder.name,
        preset=run.config.preset,
        step=run.step,
        split=split,
        examples=len(data),
        distance=distance,
        no_distance=reason,
        rows=rows_of(evidence),
    )


def _weighted(run: Run) -> WeightedSum:
    """Return the loss itself where its constant of inverse Lipschitz maps is annealed; refuse sums over classes."""
    objective = run.objective
    if isinstance(objective, AnnealedInverseLipschitz) and isinstance(objective.objective, WeightedSum):
        return objective.objective
    if isinstance(objective, WeightedSum):
        return objective
    msg = "objective must be a sum of weighted parts to be compared; a model with classes is not"
    raise InvalidInputError(msg)


def _distance(
    run: Run, objective: WeightedSum, data: Tensor, laws: TwoGaussians | None, generator: torch.Generator
) -> tuple[Distance | None, str | None]:
    """Return the distance, or the reason why there is none."""
    try:
        if laws is not None:
            return gaussian_distance(run.model, objective, laws, count=len(data), generator=generator), None
        return empirical_distance(run.model, objective, data, generator=generator), None
    except InvalidInputError as error:
        return None, str(error)


def _laws(run: Run, objective: WeightedSum) -> TwoGaussians | None:
    """Return the laws of data and noise; the noise of the data set counts only where the loss takes it from there."""
    settings = run.config.data
    if settings.source != "gaussian-noise" or settings.binarisation != "real":
        return None
    noise = getattr(run.config.objective, "noise", None)
    if setting_of(run.model, objective).delta and not isinstance(noise, DataNoiseConfig):
        return None
    return TwoGaussians(dimension=settings.dimension, deviation=settings.deviation, separation=settings.separation)
