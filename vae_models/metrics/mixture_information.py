"""I(X;Z) of models with classes inside batches and by quadrature: y is summed out of q(z|x) = sum_y q(y|x) q(z|x, y).

The estimators are those of ``information`` and ``rate``; the entropy of a mixture has no closed form, so that it is
sampled, or integrated, where theirs is analytic.
"""

import dataclasses
import math

import torch
from torch import Tensor

from vae_models.metrics.estimates import mean_record
from vae_models.metrics.information import pairwise_log_density
from vae_models.metrics.mixture import MixtureCodes, log_mixture_aggregate
from vae_models.metrics.rate import quadrature_grid, quadrature_integral
from vae_models.networks.mixture import MixturePosterior
from vae_models.posterior import Posterior
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError

AT_ONCE = 2**22  # densities of components that are held at once


@torch.no_grad()
def mixture_in_batch_information(codes: MixtureCodes, *, batch_size: int, split: Split) -> MetricRecord:
    """Return the estimate in which gamma is the mean over the posteriors of the batch, averaged over batches.

    A lower bound in expectation that never exceeds its cap ln B. A last batch that is not full is left out. The
    batches are those of the given order: a data set sorted by class has to be shuffled before.

    Args:
        codes: Of all x, at least one batch.
        batch_size: B >= 2.
        split: What they are.

    Error:
        The standard error is that of independent batches; None for a single one.

    Source:
        Poole et al. (2019), equation (12).
    """
    require_count("batch_size", batch_size, least=2)
    kept = len(codes.latent) // batch_size * batch_size
    if not kept:
        msg = f"batch_size must be at most the number of x, {len(codes.latent)}, got {batch_size}"
        raise InvalidInputError(msg)
    own = codes.posterior.log_density(codes.latent)[:kept]
    parts = [slice(start, start + batch_size) for start in range(0, kept, batch_size)]
    aggregate = [log_mixture_aggregate(codes.latent[rows], codes.posterior.of(rows)) for rows in parts]
    found = mean_record(
        (own - torch.cat(aggregate)).reshape(-1, batch_size).mean(dim=1),
        name="mutual_information",
        estimator=f"in batches of {batch_size}, sampled entropy; lower bound in expectation",
        split=split,
        cap=math.log(batch_size),
    )
    return dataclasses.replace(found, samples=kept)


@torch.no_grad()
def mixture_quadrature_information(
    posterior: MixturePosterior, *, split: Split, nodes_per_deviation: float = 4.0
) -> MetricRecord:
    """Return I under the N given x by the trapezoidal rule in one or two latent dimensions, without draws.

    Args:
        posterior: Of all x.
        split: What they are.
        nodes_per_deviation: > 0; nodes in the smallest deviation of a component along each axis.

    Raises:
        InvalidInputError: For more than two latent dimensions, or where the grid would exceed four million nodes.

    Error:
        ``error`` is what twice the spacing changes; the rule converges beyond any order, so the value is far closer.
    """
    require_in_range("nodes_per_deviation", nodes_per_deviation, least=0.0, strict=True)
    count, classes = posterior.log_class.shape
    components = Posterior(
        posterior.mean.double().flatten(0, 1),
        posterior.log_variance.expand(posterior.mean.shape).double().flatten(0, 1),
    )
    log_class = posterior.log_class.double()
    points, thinned = quadrature_grid(components, nodes_per_deviation)
    mass: list[Tensor] = []
    difference: list[Tensor] = []
    for part in torch.split(points, max(1, AT_ONCE // (count * classes))):
        pairs = pairwise_log_density(part, components.mean, components.log_variance).reshape(-1, count, classes)
        log_density = torch.logsumexp(pairs + log_class, dim=2)
        log_gamma = torch.logsumexp(log_density, dim=1, keepdim=True) - math.log(count)
        shares = torch.exp(log_density - log_gamma) / count  # of each x in gamma at a node
        # 0 log 0 where a density underflows
        ratio = torch.where(shares > 0, log_density - log_gamma, torch.zeros_like(shares))
        difference.append((shares * ratio).sum(dim=1))
        mass.append(log_gamma.squeeze(1).exp())
    value, change = quadrature_integral(torch.cat(mass), torch.cat(difference), thinned)
    return MetricRecord(
        name="mutual_information",
        value=value,
        estimator=f"trapezoidal rule, {len(points)} nodes",
        split=split,
        samples=count,
        cap=math.log(count),
        error=abs(change),
    )
