"""How smooth a decoder is around the codes: expected gap, local smoothness, and its inverse Lipschitz constant."""

import dataclasses
import math
from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from vae_models.metrics.codes import infer
from vae_models.metrics.estimates import mean_record
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.networks.brenier import BrenierDecoder
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range, require_one_of
from variational.errors import InvalidInputError

Map = Callable[[Tensor], Tensor]


@torch.no_grad()
def expected_gap(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    variance: float,
    split: Split,
    batch_size: int = 500,
    generator: torch.Generator | None = None,
) -> MetricRecord:
    """Return E |m(z + e) - m(z + e')|^2 with z = E[z|x], m(z) = E[x|z] and e, e' ~ N(0, variance I).

    It is 2 variance E|grad m|_F^2 for small variances: see :func:`local_smoothness`.

    Args:
        model: With a decoder that needs z alone.
        data: All x.
        variance: > 0; 0.01 and 0.001 in AR-ELBO. The name of the record ends in it.
        split: What the x are.
        batch_size: >= 1; x at a time. The draws do not depend on it.
        generator: Of the perturbations, one pair for each x.

    Source:
        AR-ELBO, equation (5) and appendix C.8.
    """
    require_in_range("variance", variance, least=0.0, strict=True)
    require_count("batch_size", batch_size)
    mean = mean_map(model)
    with evaluating(model):
        place = infer(model, data, batch_size=batch_size).gaussian().mean
        shape = (2, *place.shape)
        noise = torch.randn(shape, generator=generator, dtype=place.dtype, device=place.device)
        found: list[Tensor] = []
        for z, pair in zip(torch.split(place, batch_size), torch.split(noise, batch_size, dim=1), strict=True):
            first, second = (mean(z + math.sqrt(variance) * e) for e in pair)
            found.append((first - second).double().square().flatten(1).sum(dim=1))
    return mean_record(
        torch.cat(found),
        name=f"expected_gap_at_{variance:g}_squared_units",
        estimator="one pair of perturbations of E[z|x] for each x",
        split=split,
    )


@torch.no_grad()
def local_smoothness(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    normalisation: Literal["frobenius", "per_coordinate"],
    split: Split,
    batch_size: int = 500,
    chunk: int | None = None,
) -> MetricRecord:
    """Return E |grad m|_F^2 at z = E[z|x], or that divided by the number of latent coordinates.

    Args:
        model: With a decoder that needs z alone.
        data: All x.
        normalisation: ``per_coordinate`` divides by d_z, as appendix C.7 of AR-ELBO and its printed column do;
            ``frobenius`` does not, as the relation of appendix C.8 to the expected gap needs it.
        split: What the x are.
        batch_size: >= 1; x at a time.
        chunk: Directions of the derivative at a time; all if left out.

    Error:
        Standard error over x; the derivatives are exact, by forward-mode differentiation.

    Source:
        AR-ELBO, appendices C.7 and C.8.
    """
    require_one_of("normalisation", normalisation, ("frobenius", "per_coordinate"))
    require_count("batch_size", batch_size)
    mean = mean_map(model)
    with evaluating(model):
        places = torch.split(infer(model, data, batch_size=batch_size).gaussian().mean, batch_size)
        squares = [columns(mean, z, chunk=chunk).double().square().flatten(2).sum(dim=(0, 2)) for z in places]
    share = places[0].shape[1] if normalisation == "per_coordinate" else 1
    return mean_record(
        torch.cat(squares) / share,
        name=f"local_smoothness_{normalisation}_squared_units",
        estimator="forward-mode derivatives at E[z|x]",
        split=split,
    )


@torch.no_grad()
def inverse_lipschitz_constant(
    function: Map,
    points: Float[Tensor, "n latent"],
    *,
    method: Literal["pairs", "jacobian"],
    split: Split,
    chunk: int = 1000,
) -> MetricRecord:
    """Return the least |f(a) - f(b)| / |a - b| over pairs, or the least singular value of the Jacobian over points.

    Both estimate the best constant L of |f(a) - f(b)| >= L |a - b| from above: more points can only lower them.

    Args:
        function: f, of a batch; f1 of a composed decoder in IL-LIDVAE. In evaluation mode, where that matters.
        points: z, such as codes of the data; two of them apart for pairs.
        method: Which of the two.
        split: What the points belong to.
        chunk: >= 1; points whose pairs or Jacobians are held at once.

    Error:
        Pairs nearer than sqrt(eps) times the largest norm are left out, their ratio being rounding.

    Source:
        IL-LIDVAE, section 5.3, for pairs; the singular value is their limit for near pairs.
    """
    require_one_of("method", method, ("pairs", "jacobian"))
    require_count("chunk", chunk)
    if method == "jacobian":
        found = torch.cat([_least_singular(columns(function, part)) for part in torch.split(points, chunk)])
    else:
        outputs = function(points).flatten(1)
        least_distance = math.sqrt(torch.finfo(points.dtype).eps) * float(points.norm(dim=1).max())
        parts = zip(torch.split(points, chunk), torch.split(outputs, chunk), strict=True)
        ratios = [_ratios(a, f, points, outputs, least_distance) for a, f in parts]
        found = torch.cat(ratios)
        if not bool(torch.isfinite(found).any()):
            msg = f"points must hold two that are apart, got {len(points)} points"
            raise InvalidInputError(msg)
    value = float(found.min())
    return MetricRecord(
        name="inverse_lipschitz_constant_units_per_unit",
        value=value,
        estimator=f"least over {method} of points; an estimate from above",
        split=split,
        samples=len(points),
    )


def inner_constant(
    decoder: BrenierDecoder, latent: Float[Tensor, "n latent"], *, split: Split
) -> tuple[MetricRecord, MetricRecord]:
    """Return the constant of f1 measured over pairs of codes, and the one that the construction guarantees.

    Args:
        decoder: f2(B^T f1(z)), or f1 alone for l = t.
        latent: Codes of data, two of them apart.
        split: What the data are.

    Source:
        IL-LIDVAE, section 5.3: "recycling inputs and outputs", of f1 only.
    """
    measured = inverse_lipschitz_constant(decoder.inner.gradient, latent, method="pairs", split=split)
    f1 = dataclasses.replace(
        measured,
        name="inverse_lipschitz_of_f1_units_per_unit",
        estimator="least over pairs of codes; an upper bound of the constant of f1, and of f1 only",
    )
    guaranteed = dataclasses.replace(
        f1,
        name="inverse_lipschitz_guaranteed_units_per_unit",
        value=decoder.strengths[0],
        estimator="L of f1 by construction; a lower bound of its constant",
    )
    return f1, guaranteed


def mean_map(model: Model) -> Map:
    """Return z -> E[x|z].

    Raises:
        InvalidInputError: For an autoregressive decoder, whose mean depends on x beside z.
    """
    if model.is_autoregressive:
        msg = "model must have a decoder that needs z alone, got an autoregressive one"
        raise InvalidInputError(msg)

    def mean(latent: Tensor) -> Tensor:
        return model.likelihood.mean(model.decoder(latent))

    return mean


def columns(
    function: Map, points: Float[Tensor, "n latent"], *, chunk: int | None = None
) -> Float[Tensor, "latent n ..."]:
    """Return the derivatives of a batch of independent maps along each coordinate, by forward-mode differentiation."""
    basis = torch.eye(points.shape[1], dtype=points.dtype, device=points.device)

    def along(direction: Tensor) -> Tensor:
        derivative: Tensor = torch.func.jvp(function, (points,), (direction.expand(points.shape),))[1]
        return derivative

    found: Tensor = torch.func.vmap(along, chunk_size=chunk)(basis)
    return found


def _least_singular(derivatives: Float[Tensor, "latent n ..."]) -> Float[Tensor, " n"]:
    jacobians = derivatives.flatten(2).permute(1, 2, 0)
    if jacobians.shape[1] < jacobians.shape[2]:  # a kernel
        return torch.zeros_like(jacobians[:, 0, 0])
    least: Tensor = torch.linalg.svdvals(jacobians)[:, -1]
    return least


def _ratios(
    points: Tensor, outputs: Tensor, all_points: Tensor, all_outputs: Tensor, least_distance: float
) -> Float[Tensor, " n"]:
    """Return the least ratio of each point to all others; infinite where none is apart."""
    # differences, as products would lose the digits of near pairs
    exact: Literal["donot_use_mm_for_euclid_dist"] = "donot_use_mm_for_euclid_dist"
    distance = torch.cdist(points, all_points, compute_mode=exact)
    moved = torch.cdist(outputs, all_outputs, compute_mode=exact)
    return torch.where(distance > least_distance, moved / distance, math.inf).amin(dim=1)
