"""The variance of the data given the code that a Gaussian model estimates, in each part of a partition of the entries.

Source: AR-ELBO, section 5.3 and Table 3: partitions by class and by half of the image, four parameterisations.
"""

from typing import Literal, get_args

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.metrics.codes import infer
from vae_models.metrics.estimates import mean_record
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_one_of
from variational.errors import InvalidInputError

Source = Literal["Iso-I", "Iso-D", "Diag-I", "Diag-D", "trained"]


@torch.no_grad()
def estimated_variances(
    model: Model,
    data: Float[Tensor, "n *data"],
    partition: Int[Tensor, "n *data"],
    *,
    source: Source,
    split: Split,
    latent: Float[Tensor, "n latent"] | None = None,
    batch_size: int = 500,
    generator: torch.Generator | None = None,
) -> tuple[MetricRecord, ...]:
    """Return the mean estimated variance in each part, ``variance_<part>_squared_units``.

    Args:
        model: With a Gaussian likelihood where ``trained`` is wanted, with a mean of the shape of x otherwise.
        data: All x.
        partition: Part of each entry of each x, from 0 on, none of them empty.
        source: Iso-I and so on profile the variance out of the squared residuals of all x at one draw each, as the
            objective does over a batch but without its floor; ``trained`` asks the likelihood.
        split: What the x are.
        latent: One draw of q(z|x) for each x, where there is a class y beside z; drawn here if left out.
        batch_size: >= 1; x at a time. The draws do not depend on it.
        generator: Of the draws.

    Error:
        Standard errors to first order of a ratio of means over independent x.
    """
    require_one_of("source", source, get_args(Source))
    require_count("batch_size", batch_size)
    if partition.shape != data.shape or not int(partition.min()) >= 0:
        msg = (
            f"partition must hold a part >= 0 for each entry of data {tuple(data.shape)}, got {tuple(partition.shape)}"
        )
        raise InvalidInputError(msg)
    with evaluating(model):
        if latent is None:
            latent = infer(model, data, batch_size=batch_size).sample(generator=generator)
        rows = zip(torch.split(data, batch_size), torch.split(latent, batch_size), strict=True)
        cells = torch.cat([_cells(model, x, z, trained=source == "trained") for x, z in rows])
    parts = partition.flatten(1)
    found: list[MetricRecord] = []
    for part in range(int(parts.max()) + 1):
        inside = (parts == part).double()
        if not bool(inside.any()):
            msg = f"partition must name parts without gaps, got no entry of part {part}"
            raise InvalidInputError(msg)
        found.append(_record(cells, inside, source, f"variance_{part}_squared_units", split))
    return tuple(found)


def _cells(model: Model, data: Tensor, latent: Tensor, *, trained: bool) -> Float[Tensor, "batch entries"]:
    """Return the variance that the likelihood gives each entry, or the squared residual of it."""
    decoded, likelihood = model.decode(latent, data), model.likelihood
    if trained:
        if not isinstance(likelihood, GaussianLikelihood):
            msg = f"source must not be trained where the likelihood is no GaussianLikelihood, got {likelihood!r}"
            raise InvalidInputError(msg)
        log_variance = likelihood.mean_and_log_variance(decoded)[1]
        return log_variance.double().exp().expand(data.shape).flatten(1)
    mean = likelihood.mean(decoded)
    if mean.shape != data.shape:
        msg = f"model must have a mean of the shape of data {tuple(data.shape)}, got {tuple(mean.shape)}"
        raise InvalidInputError(msg)
    return (data - mean).double().square().flatten(1)


def _record(cells: Tensor, inside: Tensor, source: Source, name: str, split: Split) -> MetricRecord:
    """Return the mean over the part of what the entries of ``cells`` are pooled to, a ratio of sums over x."""
    share = inside.mean(dim=0)  # of the x that have this entry in the part
    tops, bottoms = {
        "Iso-I": (cells.mean(dim=1), torch.ones_like(cells[:, 0])),
        "Diag-I": (cells @ share, share.sum().expand(len(cells))),
        "Iso-D": (cells.mean(dim=1) * inside.sum(dim=1), inside.sum(dim=1)),
    }.get(source, ((cells * inside).sum(dim=1), inside.sum(dim=1)))
    value = tops.sum() / bottoms.sum()
    # value plus the influence of each x: its mean is the value, its standard error that of the ratio
    linear = value + (tops - value * bottoms) / bottoms.mean()
    return mean_record(linear, name=name, estimator=f"{source}, one draw for each x", split=split)
