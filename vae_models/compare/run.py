"""A run beside the theory: which distance its data and loss allow, and the rows of theorems."""

import functools

import torch
from torch import Tensor

from vae_models.compare.classes import NO_OPTIMUM, rows_of_classes
from vae_models.compare.empirical import empirical_distance
from vae_models.compare.evidence import evidence_generator, gather
from vae_models.compare.finite import finite_distance
from vae_models.compare.gaussian import TwoGaussians, gaussian_distance
from vae_models.compare.records import Comparison, Distance
from vae_models.compare.setting import setting_of
from vae_models.compare.statements import rows_of
from vae_models.data.dataset import Part
from vae_models.flow_posterior import FlowEncoder
from vae_models.metrics.codes import as_trained, refinement_of
from vae_models.model import Model
from vae_models.objectives.inverse_lipschitz import innermost
from vae_models.objectives.mixture import MixtureElbo
from vae_models.objectives.weighted import WeightedSum
from vae_models.records import Split
from vae_models.runs import Run
from vae_models.seeds import derived_seed
from vae_models.settings.noise import DataNoiseConfig
from vae_models.validation import require_count
from variational.errors import InvalidInputError

FEW_X = 64  # different x, at most, whose distance is bounded without draws


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
    objective = _loss(run)
    refinement = refinement_of(objective)
    distance: Distance | None = None
    reason: str | None = NO_OPTIMUM
    if isinstance(objective, MixtureElbo):
        rows = rows_of_classes(run.model, data, split=split, generator=functools.partial(evidence_generator, seed))
    else:
        laws, model = laws_of(run, objective), as_trained(run.model, objective, seed=derived_seed(seed, "refinement"))
        distance, reason = _distance(run, model, objective, data, laws, generator=generator)
        rows = rows_of(gather(model, objective, data, split=split, seed=seed, distance=distance, laws=laws))
    return Comparison(
        run=run.folder.name,
        preset=run.config.preset,
        step=run.step,
        split=split,
        examples=len(data),
        posterior=None if refinement is None else refinement.description,
        distance=distance,
        no_distance=reason,
        rows=rows,
    )


def _loss(run: Run) -> WeightedSum | MixtureElbo:
    """Return the loss itself where its constant of inverse Lipschitz maps is annealed; refuse losses of other forms."""
    objective = innermost(run.objective)
    if isinstance(objective, WeightedSum | MixtureElbo):
        return objective
    msg = f"objective must be a sum of weighted parts or that of classes to be compared, got {type(objective).__name__}"
    raise InvalidInputError(msg)


def _distance(
    run: Run,
    model: Model,
    objective: WeightedSum,
    data: Tensor,
    laws: TwoGaussians | None,
    *,
    generator: torch.Generator,
) -> tuple[Distance | None, str | None]:
    """Return the distance, or the reason why there is none."""
    if isinstance(model.encoder, FlowEncoder):
        return None, "q(z|x) is moved by a flow, so that its KL to the priors has no closed form"
    try:
        if laws is not None:
            return gaussian_distance(model, objective, laws, count=len(data), generator=generator), None
        found = _finite(run, model, objective, data, generator)
        return found or empirical_distance(model, objective, data, generator=generator), None
    except InvalidInputError as error:
        return None, str(error)


def _finite(
    run: Run, model: Model, objective: WeightedSum, data: Tensor, generator: torch.Generator
) -> Distance | None:
    """Return the distance with bounds that rest on no draw, where examples are few and repeat; None elsewhere."""
    setting = setting_of(model, objective)
    few = len(torch.unique(data, dim=0)) <= FEW_X and setting.latent_dim in {1, 2}
    if not few or setting.beta < 1 or not setting.is_weighted_elbo:
        return None
    noise = data[:0]
    if setting.delta:
        if run.data.noise is None or not isinstance(getattr(run.config.objective, "noise", None), DataNoiseConfig):
            return None
        noise = run.data.noise.all(dtype=data.dtype)
    points, places = torch.unique(torch.cat([data, noise]), dim=0, return_inverse=True)
    if len(points) > FEW_X:
        return None

    def shares(part: Tensor) -> Tensor:
        return torch.bincount(part, minlength=len(points)).double() / len(part)

    given = shares(places[len(data) :]) if setting.delta else None
    return finite_distance(model, objective, points, shares(places[: len(data)]), noise=given, generator=generator)


def laws_of(run: Run, objective: WeightedSum) -> TwoGaussians | None:
    """Return the laws of data and noise; the noise of the data set counts only where the loss takes it from there."""
    settings = run.config.data
    if settings.source != "gaussian-noise" or settings.binarisation != "real":
        return None
    noise = getattr(run.config.objective, "noise", None)
    if setting_of(run.model, objective).delta and not isinstance(noise, DataNoiseConfig):
        return None
    return TwoGaussians(dimension=settings.dimension, deviation=settings.deviation, separation=settings.separation)
