"""Codes in the plane: draws of a run's q(z|x), its q(z) on a grid, and where the exact optimum has its codes."""

import dataclasses
import json
import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vae_models.compare.gaussian import TwoGaussians, solve_two_gaussians
from vae_models.compare.run import laws_of
from vae_models.compare.setting import Setting, require_scales, setting_of
from vae_models.data.dataset import Part
from vae_models.metrics.codes import as_trained, encode
from vae_models.metrics.information import log_aggregate
from vae_models.objectives.weighted import WeightedSum
from vae_models.records import Split
from vae_models.runs import Run
from vae_models.seeds import derived_seed
from vae_models.serial import to_json
from vae_models.validation import require_count
from variational.errors import InvalidInputError

PLANE_SCHEMA = "vaeproof.plane/1"
SHARES = (0.5, 0.9)  # of the codes that lie inside the circles of the optimum
REACH, PLACES = 4.5, 51  # half the side of the grid in deviations of the prior, and nodes on a side
DIGITS = 4  # that a picture can show

Masses = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class OptimalCodes:
    """Where the optimal encoder of the two Gaussians has its codes, which depend on |z| alone.

    Attributes:
        shares: Of the codes inside a circle around zero.
        data_radii: Of these circles for codes of data; units of z.
        noise_radii: Of the same for codes of noise.
        information: I(X;Z) of the optimum; nats.
        separation_auc_fraction: Probability that |z| of a noise code tells more of noise than that of a data code,
            by the ratio of both densities, which no other score exceeds.
    """

    shares: tuple[float, ...]
    data_radii: tuple[float, ...]
    noise_radii: tuple[float, ...]
    information: float
    separation_auc_fraction: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plane:
    """The codes of a run with two latent coordinates.

    Attributes:
        run: Name of its folder.
        preset: What it was made from.
        seed: Of the run.
        step: Optimiser steps that the weights have seen.
        split: What the codes are of.
        examples: How many x q(z) is the mean of.
        axis: Places of the grid on either axis; units of z.
        prior_deviation: Of p(z); units of z.
        density: Of q(z), the mean of q(z|x), at the nodes, a row for each place of the second coordinate; 1/unit^2.
        codes: A draw of q(z|x) for each of the first x.
        noise_codes: The same for x of the second law; empty where there is none.
        optimum: Where the exact optimum has them; None where it is not known.
    """

    run: str
    preset: str
    seed: int
    step: int
    split: Split
    examples: int
    prior_deviation: float
    axis: tuple[float, ...]
    density: tuple[tuple[float, ...], ...]
    codes: tuple[tuple[float, ...], ...]
    noise_codes: tuple[tuple[float, ...], ...]
    optimum: OptimalCodes | None
    schema: str = PLANE_SCHEMA

    def to_text(self) -> str:
        """Return the record as JSON on one line."""
        return json.dumps(to_json(self, where="Plane"), allow_nan=False) + "\n"


@torch.no_grad()
def plane_of(run: Run, *, split: Split = "test", shown: int = 150, seed: int = 0) -> Plane:
    """Return the codes of a run in the plane.

    Args:
        run: With its weights, two latent coordinates and an isotropic Gaussian prior.
        split: What q(z) is the mean over, all of it.
        shown: >= 1; draws at most of each law.
        seed: Of every draw.

    Raises:
        InvalidInputError: The run has no such split, another number of coordinates, another prior, or a loss that is no
            sum of weighted parts.
    """
    require_count("shown", shown)
    part: Part | None = getattr(run.data, split)
    if part is None:
        msg = f"split must be one that the data have, got {split!r}"
        raise InvalidInputError(msg)
    if not isinstance(run.objective, WeightedSum):
        msg = f"objective must be a sum of weighted parts, got {type(run.objective).__name__}"
        raise InvalidInputError(msg)
    setting = setting_of(run.model, run.objective)
    if setting.latent_dim != 2:
        msg = f"latent_dim must be 2, with an isotropic Gaussian prior, for codes in the plane, got {run.config.model}"
        raise InvalidInputError(msg)
    generator = torch.Generator().manual_seed(derived_seed(seed, "plane"))
    dtype = next(run.model.decoder.parameters()).dtype
    model = as_trained(run.model, run.objective, seed=derived_seed(seed, "refinement"))

    def drawn(of: Part, at_most: int) -> Tensor:
        return of.take(torch.arange(min(at_most, len(of))), dtype=dtype, generator=generator)

    codes = encode(model, drawn(part, len(part)), generator=generator)
    noise = run.data.noise
    noise_codes = () if noise is None else _rounded(encode(model, drawn(noise, shown), generator=generator).latent)
    scale = require_scales(setting)[0]
    axis = torch.linspace(-REACH * scale, REACH * scale, PLACES, dtype=torch.float64)
    nodes = torch.cartesian_prod(axis, axis).flip(1)  # the first coordinate changes along a row
    density = torch.exp(log_aggregate(nodes, codes.posterior)).reshape(PLACES, PLACES)
    laws = laws_of(run, run.objective)
    return Plane(
        run=run.folder.name,
        preset=run.config.preset,
        seed=run.config.seed,
        step=run.step,
        split=split,
        examples=len(codes),
        prior_deviation=scale,
        axis=tuple(round(place, 6) for place in axis.tolist()),
        density=_rounded(density),
        codes=_rounded(codes.latent[:shown]),
        noise_codes=noise_codes,
        optimum=None if laws is None else optimal_codes(laws, setting),
    )


def optimal_codes(laws: TwoGaussians, setting: Setting) -> OptimalCodes | None:
    """Return where the optimal encoder has its codes; None for a loss whose optimum is unknown or not unique.

    Args:
        laws: Of the data and of the noise.
        setting: Of the loss: recon + beta KL(q,p) with beta > 1, with contrast or without, in two coordinates.

    Error:
        Radii are interpolated between the nodes of the optimum, which are some hundredths of a deviation apart.

    Source:
        :mod:`numeric.reduce`; ncvae:positivity.corrected: without contrast the one optimal code is p.
    """
    if not setting.is_weighted_elbo or setting.beta <= 1:
        return None
    scale = require_scales(setting)[0]
    if not setting.delta:
        of_prior = tuple(scale * math.sqrt(-2 * math.log1p(-share)) for share in SHARES)
        return OptimalCodes(
            shares=SHARES, data_radii=of_prior, noise_radii=of_prior, information=0.0, separation_auc_fraction=0.5
        )
    found = solve_two_gaussians(laws, setting)
    noise_weights = np.exp(found.log_ratio + np.log(found.weights))
    data = found.weights @ np.exp(found.log_encoder)
    # noise where there are no data at all has the code n
    noise = noise_weights @ np.exp(found.log_encoder) + (1 - noise_weights.sum()) * np.exp(found.log_noise_prior)
    radii = scale * np.exp(found.grid.nodes)
    return OptimalCodes(
        shares=SHARES,
        data_radii=_radii(radii, data),
        noise_radii=_radii(radii, noise),
        information=found.mutual_information,
        separation_auc_fraction=_separation(data, noise),
    )


def _radii(radii: Masses, masses: Masses) -> tuple[float, ...]:
    inside = np.cumsum(masses) - masses / 2  # half of its own mass lies inside a node
    return tuple(np.interp(SHARES, inside / masses.sum(), radii).tolist())


def _separation(data: Masses, noise: Masses) -> float:
    """Return the area under the ROC curve of the ratio of two laws on the same nodes, ties counting half."""
    with np.errstate(divide="ignore", invalid="ignore"):  # nodes without mass of either, wherever they come
        order = np.argsort(np.log(noise) - np.log(data), kind="stable")
    below = np.cumsum(data[order]) - data[order] / 2
    return float(noise[order] @ below / (noise.sum() * data.sum()))


def _rounded(values: Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(f"{value:.{DIGITS}g}") for value in row) for row in values.tolist())
