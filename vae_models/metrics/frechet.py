"""The Frechet distance of two sets of features, and what interpolates between codes.

It is named FID only where the features are those of the Inception network with the published weights.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from vae_models.metrics.smoothness import mean_map
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range, require_one_of
from variational.errors import InvalidInputError

Made = Literal["means", "draws"]
SINGULAR = 1e-6  # share of the largest singular value below which a direction has no mass


@dataclasses.dataclass(frozen=True, kw_only=True)
class Features:
    """A map from x to vectors, and what it is.

    Attributes:
        name: Of the metric: ``fid`` for the Inception network with its published weights, and for nothing else.
        description: Of the network, for records.
        function: From a batch of x to vectors, one for each.
    """

    name: Literal["fid", "frechet_distance_own_features"]
    description: str
    function: Callable[[Tensor], Tensor]


@torch.no_grad()
def frechet_distance(first: Float[Tensor, "n features"], second: Float[Tensor, "m features"]) -> tuple[float, float]:
    """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two samples, and its standard error.

    Args:
        first: Two or more vectors.
        second: Two or more vectors.

    Error:
        The standard error is of first order, from the influence of each vector; it vanishes where the laws agree. The
        value is too large in expectation by an amount of order 1/n + 1/m (Chong & Forsyth 2020) that differs between
        models: only values at equal n and m can be compared.

    Source:
        Heusel et al. (2017), equation (6). The influence is that of the squared Wasserstein distance of Gaussians:
        x^T (I - T) x with T the optimal map (Dowson & Landau 1982).
    """
    if min(len(first), len(second)) < 2:
        msg = f"first and second must be two vectors or more each, got {len(first)} and {len(second)}"
        raise InvalidInputError(msg)
    means = [points.double().mean(dim=0) for points in (first, second)]
    centred = [points.double() - mean for points, mean in zip((first, second), means, strict=True)]
    covariances = [points.mT @ points / (len(points) - 1) for points in centred]
    roots = [_root(covariance) for covariance in covariances]
    # the trace of (C1 C2)^(1/2) is the sum of the singular values of C1^(1/2) C2^(1/2): no root of a product is taken
    left, singular, right = torch.linalg.svd(roots[0] @ roots[1])
    shift = means[0] - means[1]
    value = shift.square().sum() + covariances[0].trace() + covariances[1].trace() - 2 * singular.sum()
    kept = singular > SINGULAR * singular.max()
    inverse = torch.where(kept, 1 / singular, torch.zeros_like(singular))
    maps = (
        roots[1] @ (right.mT * inverse) @ right @ roots[1],  # from the first law to the second
        roots[0] @ (left * inverse) @ left.mT @ roots[0],
    )
    variance = 0.0
    for points, transport, sign in zip(centred, maps, (1, -1), strict=True):
        influence = 2 * sign * points @ shift + (points.square() - (points @ transport) * points).sum(dim=1)
        variance += float(influence.var()) / len(points)
    return max(float(value), 0.0), math.sqrt(variance)


@torch.no_grad()
def frechet_of_decoded(
    model: Model,
    latent: Float[Tensor, "m latent"],
    data: Shaped[Tensor, "n ..."],
    *,
    features: Features,
    what: str,
    split: Split,
    made: Made = "means",
    batch_size: int = 500,
    generator: torch.Generator | None = None,
) -> MetricRecord:
    """Return the Frechet distance of decoded codes and data.

    Args:
        model: Its decoder needs z alone where means are made.
        latent: z: draws of the prior, or interpolated codes.
        data: x.
        features: Network whose outputs are compared.
        what: What z is, in a word; the name of the record ends in it.
        split: What the x are.
        made: ``means``, E[x|z], as AR-ELBO; or ``draws`` of p(x|z), where the data are binary.
        batch_size: >= 1; images at a time.
        generator: Of the draws.
    """
    require_count("batch_size", batch_size)
    with evaluating(model):
        parts = [generate(model, part, made=made, generator=generator) for part in torch.split(latent, batch_size)]
    found = torch.cat([features.function(part) for part in parts])
    real = torch.cat([features.function(part) for part in torch.split(data, batch_size)])
    value, error = frechet_distance(found, real)
    counts = f"{real.shape[1]} features; {len(latent)} decoded {made} against {len(data)} x"
    return MetricRecord(
        name=f"{features.name}_{what}_squared_units",
        value=value,
        estimator=f"{features.description}, {counts}",
        split=split,
        samples=len(data),
        error=error,
    )


@torch.no_grad()
def generate(
    model: Model, latent: Float[Tensor, "m latent"], *, made: Made, generator: torch.Generator | None = None
) -> Shaped[Tensor, "m ..."]:
    """Return E[x|z] or a draw of p(x|z) for each z.

    Raises:
        InvalidInputError: For means of an autoregressive decoder, which depend on x beside z.
    """
    require_one_of("made", made, ("means", "draws"))
    return mean_map(model)(latent) if made == "means" else model.draw_data(latent, generator=generator)


def slerp(
    first: Float[Tensor, "pairs latent"], second: Float[Tensor, "pairs latent"], ratio: Float[Tensor, " pairs"]
) -> Float[Tensor, "pairs latent"]:
    """Return interpolations whose direction runs along the great circle and whose norm runs linearly.

    For vectors of one norm this is sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b, w being their angle. That formula
    is unbounded for vectors of different norms in nearly opposite directions, which are common in few dimensions.

    Args:
        first: a, the value at t = 0.
        second: b, the value at t = 1.
        ratio: t in [0, 1].

    Error:
        Below an angle of sqrt(eps) it is the straight line, which differs by less than rounding. Opposite directions
        have no shortest arc: within sqrt(eps) of them, and for a zero vector, it is the straight line too.

    Source:
        Shoemake (1985), for unit vectors; AR-ELBO, section 6.2, does not say how it treats norms.
    """
    norms = first.norm(dim=1), second.norm(dim=1)
    units = first / norms[0][:, None], second / norms[1][:, None]
    # keeps the digits near 0 and pi, which the arc cosine loses
    angle = 2 * torch.atan2((units[0] - units[1]).norm(dim=1), (units[0] + units[1]).norm(dim=1))
    sine = torch.sin(angle)
    bent = sine > math.sqrt(torch.finfo(first.dtype).eps)  # false for nan, the angle to a zero vector
    weights = torch.sin((1 - ratio) * angle) / sine, torch.sin(ratio * angle) / sine
    direction = weights[0][:, None] * units[0] + weights[1][:, None] * units[1]
    norm = (1 - ratio) * norms[0] + ratio * norms[1]
    straight = (1 - ratio)[:, None] * first + ratio[:, None] * second
    return torch.where(bent[:, None], norm[:, None] * direction, straight)


def interpolated(
    latent: Float[Tensor, "n latent"],
    *,
    count: int,
    ratio: float | Literal["uniform"],
    generator: torch.Generator | None = None,
) -> Float[Tensor, "count latent"]:
    """Return interpolations of random pairs of different codes.

    Args:
        latent: Codes, two or more.
        count: >= 1; pairs, 10,000 in AR-ELBO.
        ratio: In [0, 1], 0.5 in AR-ELBO; or ``uniform``, drawn from U[0, 1] for each pair.
        generator: Of the pairs and ratios.

    Source:
        AR-ELBO, section 6.
    """
    require_count("count", count)
    if isinstance(ratio, str):
        require_one_of("ratio", ratio, ("uniform",))
    else:
        require_in_range("ratio", ratio, least=0.0, most=1.0)
    if len(latent) < 2:
        msg = f"latent must hold two codes or more, got {len(latent)}"
        raise InvalidInputError(msg)
    device = latent.device
    first = torch.randint(len(latent), (count,), generator=generator, device=device)
    # a step from 1 to n - 1 around the circle, so that no code is paired with itself
    second = (first + torch.randint(1, len(latent), (count,), generator=generator, device=device)) % len(latent)
    if isinstance(ratio, str):
        shares = torch.rand(count, dtype=latent.dtype, generator=generator, device=device)
    else:
        shares = latent.new_full((count,), ratio)
    return slerp(latent[first], latent[second], shares)


def _root(covariance: Float[Tensor, "features features"]) -> Float[Tensor, "features features"]:
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.mT
    return root
