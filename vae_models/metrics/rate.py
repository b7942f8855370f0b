"""The rate E KL(q(z|x)||p) split into I(X;Z) and KL(gamma||p), from the same draws or by quadrature; nats."""

import dataclasses
import math

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.metrics.codes import Codes
from vae_models.metrics.estimates import mean_record
from vae_models.metrics.information import CHUNK, log_aggregate
from vae_models.model import Prior
from vae_models.posterior import Posterior
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError

REACH = 10.0  # deviations of the posteriors around their means; 1e-23 lies outside
LARGEST = 4_000_000  # nodes of a grid


@dataclasses.dataclass(frozen=True, kw_only=True)
class RateSplit:
    """rate = information + aggregate_kl, up to rounding or the error of quadrature.

    Attributes:
        rate: E KL(q(z|x)||p).
        information: I(X;Z) under the N given x, capped by ln N.
        aggregate_kl: KL(gamma||p), gamma the mean of the N posteriors.
    """

    rate: MetricRecord
    information: MetricRecord
    aggregate_kl: MetricRecord


@torch.no_grad()
def rate_split(codes: Codes, prior: Prior, *, split: Split, chunk: int = CHUNK) -> RateSplit:
    """Return the split from the draws of the codes; the identity holds for them exactly.

    Args:
        codes: Of all x.
        prior: p(z), any with a density.
        split: What the x are.
        chunk: >= 1; draws at a time.

    Error:
        Standard errors of the draws. KL(gamma||p) of the N given x exceeds that of their source in expectation, by as
        much as the information falls short.

    Source:
        Hoffman & Johnson (2016), ELBO surgery.
    """
    own = codes.posterior.log_density(codes.latent)
    log_gamma = log_aggregate(codes.latent, codes.posterior, chunk=chunk)
    log_prior = prior.log_density(codes.latent)
    estimator = "full data, one draw for each x"
    return RateSplit(
        rate=mean_record(own - log_prior, name="rate", estimator=estimator, split=split),
        information=mean_record(
            own - log_gamma, name="mutual_information", estimator=estimator, split=split, cap=math.log(len(codes))
        ),
        aggregate_kl=mean_record(log_gamma - log_prior, name="aggregate_kl", estimator=estimator, split=split),
    )


@torch.no_grad()
def quadrature_rate_split(
    posterior: Posterior, prior: Prior, *, split: Split, nodes_per_deviation: float = 4.0, chunk: int = CHUNK
) -> RateSplit:
    """Return the split by the trapezoidal rule in one or two latent dimensions, without draws.

    Args:
        posterior: Of all x.
        prior: p(z).
        split: What the x are.
        nodes_per_deviation: > 0; nodes in the smallest deviation of a posterior along each axis.
        chunk: >= 1; nodes at a time.

    Raises:
        InvalidInputError: For more than two latent dimensions, or where the grid would exceed four million nodes.

    Error:
        ``error`` of the aggregate term, which also is that of the information, is what twice the spacing changes; the
        rule converges beyond any order, so the value itself is far closer.
    """
    require_in_range("nodes_per_deviation", nodes_per_deviation, least=0.0, strict=True)
    require_count("chunk", chunk)
    mean = posterior.mean.detach().double()
    log_variance = posterior.log_variance.detach().double().expand(mean.shape)
    wide = Posterior(mean, log_variance)
    points, thinned = quadrature_grid(wide, nodes_per_deviation)
    log_gamma = log_aggregate(points, wide, chunk=chunk)
    mass = torch.exp(log_gamma)  # over the volume of a cell, which cancels
    log_prior = prior.log_density(points).double()
    negative_entropy = quadrature_integral(mass, log_gamma, thinned)
    cross = quadrature_integral(mass, log_prior, thinned)
    own = -float(wide.entropy().mean())
    divergence, error = (negative_entropy[k] - cross[k] for k in (0, 1))
    count, estimator = len(mean), f"trapezoidal rule, {len(points)} nodes"

    def record(name: str, value: float, change: float, cap: float | None = None) -> MetricRecord:
        return MetricRecord(
            name=name, value=value, estimator=estimator, split=split, samples=count, cap=cap, error=abs(change)
        )

    return RateSplit(
        rate=record("rate", own - cross[0], cross[1]),
        information=record("mutual_information", own - negative_entropy[0], negative_entropy[1], math.log(count)),
        aggregate_kl=record("aggregate_kl", divergence, error),
    )


def quadrature_grid(posterior: Posterior, nodes_per_deviation: float) -> tuple[Tensor, Tensor]:
    """Return the nodes of a grid that holds all posteriors, and which of them a grid of twice the spacing has.

    Raises:
        InvalidInputError: For more than two latent dimensions, or more than four million nodes.
    """
    dimension = posterior.latent_dim
    if dimension > 2:
        msg = f"posterior must have one or two latent dimensions for quadrature, got {dimension}"
        raise InvalidInputError(msg)
    deviation = torch.exp(posterior.log_variance / 2)
    lower = (posterior.mean - REACH * deviation).amin(dim=0)
    upper = (posterior.mean + REACH * deviation).amax(dim=0)
    spacing = deviation.amin(dim=0) / nodes_per_deviation
    counts = torch.ceil((upper - lower) / spacing) + 1
    if not float(counts.prod()) <= LARGEST:
        msg = (
            f"nodes_per_deviation must give a grid of at most {LARGEST} nodes, got {nodes_per_deviation} for "
            f"{float(counts.prod()):.3g}: the posteriors are too narrow for their distance; take draws instead"
        )
        raise InvalidInputError(msg)
    places = [torch.arange(int(count), device=lower.device) for count in counts]
    axes = [lower[k] + spacing[k] * place.double() for k, place in enumerate(places)]
    points = torch.cartesian_prod(*axes).reshape(-1, dimension)
    even = torch.cartesian_prod(*[place % 2 == 0 for place in places]).reshape(-1, dimension).all(dim=1)
    return points, even


def quadrature_integral(mass: Float[Tensor, " z"], values: Float[Tensor, " z"], thinned: Tensor) -> tuple[float, float]:
    """Return the integral of gamma values, each rule scaled to the mass that it sees, and what thinning changes."""
    product = torch.where(mass > 0, mass * values, torch.zeros_like(mass))
    whole = float(product.sum() / mass.sum())
    return whole, float(product[thinned].sum() / mass[thinned].sum()) - whole
