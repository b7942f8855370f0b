"""Mutual information I(X;Z) under the encoder from draws: inside batches, over all data, leave-one-out; nats.

All are means over i of log q(z_i|x_i) - log gamma(z_i) with z_i ~ q(z|x_i); they differ in what stands for the
aggregate gamma. None needs a prior or a decoder. The sources of the inequalities are Poole et al. (2019), section 2.
"""

import dataclasses
import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.metrics.codes import Codes
from vae_models.metrics.estimates import mean_record
from vae_models.posterior import LOG_TAU, Posterior
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_one_of
from variational.errors import InvalidInputError

CHUNK = 1000  # draws whose densities under all posteriors are held at once
Entropy = Literal["sampled", "analytic"]


def pairwise_log_density(
    latent: Float[Tensor, "*groups draws latent"],
    mean: Float[Tensor, "*groups data latent"],
    log_variance: Float[Tensor, "*groups data latent"],
) -> Float[Tensor, "*groups draws data"]:
    """Return log q(z_i|x_j) for all draws i and data j.

    Error:
        About ``eps * |z - center|^2 / variance``, since the squares are expanded into matrix products around the mean
        of the means: 1e-8 nats in double precision where means are 1e4 deviations apart.
    """
    center = mean.mean(dim=-2, keepdim=True)
    moved, place, precision = latent - center, mean - center, torch.exp(-log_variance)
    squares = moved.square() @ precision.mT - 2 * moved @ (place * precision).mT
    constant = (place.square() * precision + log_variance + LOG_TAU).sum(dim=-1)
    return -(squares + constant.unsqueeze(-2)) / 2


def own_log_density(codes: Codes, *, entropy: Entropy) -> Float[Tensor, " n"]:
    """Return log q(z_i|x_i) at the draw, or its mean over q(z|x_i), minus the entropy in closed form."""
    require_one_of("entropy", entropy, ("sampled", "analytic"))
    return codes.posterior.log_density(codes.latent) if entropy == "sampled" else -codes.posterior.entropy()


@torch.no_grad()
def log_aggregate(
    latent: Float[Tensor, "m latent"], posterior: Posterior, *, chunk: int = CHUNK, leave_out: bool = False
) -> Float[Tensor, " m"]:
    """Return log of the mean over j of q(z_i|x_j), in chunks of draws.

    Args:
        latent: z.
        posterior: Of all x; mean and log variance of one shape.
        chunk: >= 1; draws at a time.
        leave_out: Leave x_i out for z_i; draws and x then correspond.
    """
    require_count("chunk", chunk)
    count = len(posterior.mean)
    if leave_out and (count < 2 or len(latent) != count):
        msg = f"posterior must hold two x or more, one for each draw, to leave one out; got {count} for {len(latent)}"
        raise InvalidInputError(msg)
    found: list[Tensor] = []
    for start in range(0, len(latent), chunk):
        part = latent[start : start + chunk]
        pairs = pairwise_log_density(part, posterior.mean, posterior.log_variance)
        if leave_out:
            rows = torch.arange(len(part), device=part.device)
            pairs[rows, start + rows] = -math.inf
        found.append(torch.logsumexp(pairs, dim=1) - math.log(count - leave_out))
    return torch.cat(found)


@torch.no_grad()
def full_data_information(
    codes: Codes, *, split: Split, entropy: Entropy = "sampled", chunk: int = CHUNK
) -> MetricRecord:
    """Return I under the N given x, with gamma the mean of all N posteriors.

    Unbiased for the law with mass 1/N on each x, whose I is at most ln N, the cap. For the law that the x were drawn
    from it is a lower bound in expectation.

    Args:
        codes: Of all x.
        split: What they are.
        entropy: ``sampled`` never exceeds the cap; ``analytic`` does so by chance, as it mixes a mean and a draw.
        chunk: >= 1; draws at a time.
    """
    values = own_log_density(codes, entropy=entropy) - log_aggregate(codes.latent, codes.posterior, chunk=chunk)
    return mean_record(
        values,
        name="mutual_information",
        estimator=f"full data, {entropy} entropy; lower bound in expectation of I under the source of the data",
        split=split,
        cap=math.log(len(codes)),
    )


@torch.no_grad()
def leave_one_out_information(
    codes: Codes, *, split: Split, entropy: Entropy = "sampled", chunk: int = CHUNK
) -> MetricRecord:
    """Return the estimate in which gamma(z_i) is the mean over the posteriors of all other x.

    An upper bound in expectation of I under the law that the x were drawn from, and a loose one where posteriors hardly
    overlap: there it has no cap and grows with the distance of the codes in deviations.

    Args:
        codes: Of all x, two or more.
        split: What they are.
        entropy: ``analytic`` is the bound of AR-ELBO.
        chunk: >= 1; draws at a time.

    Error:
        The standard error takes the x as independent. Where posteriors hardly overlap, near x stand for gamma of each
        other, and it is up to a third too small.

    Source:
        Poole et al. (2019), equation (13); AR-ELBO, appendix D.1. # ERR printed d_x / 2, should read d_z / 2
    """
    aggregate = log_aggregate(codes.latent, codes.posterior, chunk=chunk, leave_out=True)
    return mean_record(
        own_log_density(codes, entropy=entropy) - aggregate,
        name="mutual_information",
        estimator=f"leave-one-out, {entropy} entropy; upper bound in expectation",
        split=split,
    )


@torch.no_grad()
def in_batch_information(
    codes: Codes, *, batch_size: int, split: Split, entropy: Entropy = "sampled", chunk: int = CHUNK
) -> MetricRecord:
    """Return the estimate in which gamma is the mean over the posteriors of the batch, averaged over batches.

    A lower bound in expectation, with the cap ln B. A last batch that is not full is left out. The batches are those of
    the given order: a data set sorted by class has to be shuffled before it is encoded.

    Args:
        codes: Of all x, at least one batch.
        batch_size: B >= 2.
        split: What they are.
        entropy: ``analytic`` is the estimate of the public code of lagging inference, which NC-VAE takes; ``sampled``
            never exceeds the cap.
        chunk: >= 1; draws at a time, rounded down to whole batches.

    Error:
        The standard error is that of independent batches; None for a single one.

    Source:
        He et al. (2019), lagging inference, equation (9); Poole et al. (2019), equation (12), for the cap.
    """
    require_count("batch_size", batch_size, least=2)
    require_count("chunk", chunk)
    batches = len(codes) // batch_size
    if not batches:
        msg = f"batch_size must be at most the number of x, {len(codes)}, got {batch_size}"
        raise InvalidInputError(msg)
    kept = batches * batch_size

    def grouped(array: Tensor) -> Tensor:
        return array[:kept].reshape(batches, batch_size, -1)

    arrays = [grouped(array) for array in (codes.latent, codes.posterior.mean, codes.posterior.log_variance)]
    at_once = max(1, chunk // batch_size)
    parts = ([array[start : start + at_once] for array in arrays] for start in range(0, batches, at_once))
    log_gamma = [torch.logsumexp(pairwise_log_density(*part), dim=-1) for part in parts]
    own = own_log_density(codes, entropy=entropy)[:kept].reshape(batches, batch_size)
    values = (own - torch.cat(log_gamma) + math.log(batch_size)).mean(dim=1)
    found = mean_record(
        values,
        name="mutual_information",
        estimator=f"in batches of {batch_size}, {entropy} entropy; lower bound in expectation",
        split=split,
        cap=math.log(batch_size),
    )
    return dataclasses.replace(found, samples=kept)
