"""Metrics of models with classes, GMVAE and IL-LIDMVAE: q(z|x) = sum_y q(y|x) q(z|x, y); nats.

Estimators are those of ``likelihood``, ``information`` and ``rate``, with y summed out wherever it can be.
"""

import dataclasses
import math
from typing import Literal

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from vae_models.metrics.codes import Codes
from vae_models.metrics.estimates import mean_record
from vae_models.metrics.information import CHUNK, pairwise_log_density
from vae_models.model import Model, Prior
from vae_models.modes import evaluating
from vae_models.networks.mixture import MixturePosterior
from vae_models.posterior import Posterior
from vae_models.priors import MixturePrior
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_one_of
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MixtureCodes:
    """q(y, z|x) of every x and one draw of z of each, of a y that is drawn first.

    Attributes:
        posterior: In double precision.
        latent: One draw of q(z|x) for each x.
    """

    posterior: MixturePosterior
    latent: Float[Tensor, "n latent"]

    def as_gaussian(self) -> Codes:
        """Return the codes with mean and variances of q(z|x), for metrics that ask for no density."""
        weights = self.posterior.log_class.exp()[:, :, None]
        means = self.posterior.mean
        mean = (weights * means).sum(dim=1)
        variance = (weights * (self.posterior.log_variance.exp() + (means - mean[:, None]).square())).sum(dim=1)
        return Codes(posterior=Posterior(mean, variance.log()), latent=self.latent)


@torch.no_grad()
def infer_mixture(model: Model, data: Shaped[Tensor, "n ..."], *, batch_size: int) -> MixturePosterior:
    """Return q(y, z|x) of all x, in double precision.

    Raises:
        InvalidInputError: The encoder gives no classes, or there is no x.
    """
    require_count("batch_size", batch_size)
    with evaluating(model):
        found = [model.encoder(part) for part in torch.split(data, batch_size)]
    if not len(data) or not isinstance(found[0], MixturePosterior):
        msg = f"model must have an encoder that gives classes, for one x or more, got {len(data)} x"
        raise InvalidInputError(msg)
    return MixturePosterior(
        torch.cat([each.log_class for each in found]).double(),
        torch.cat([each.mean for each in found]).double(),
        torch.cat([each.log_variance.expand(each.mean.shape) for each in found]).double(),
    )


@torch.no_grad()
def draw_mixture(posterior: MixturePosterior, *, generator: torch.Generator | None = None) -> MixtureCodes:
    """Return one draw of q(z|x) for each x."""
    chosen = torch.multinomial(posterior.log_class.exp(), 1, generator=generator)[:, 0]
    return MixtureCodes(posterior=posterior, latent=posterior.given(chosen).sample(generator=generator))


@torch.no_grad()
def mixture_elbo_parts(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    split: Split,
    batch_size: int = 500,
    generator: torch.Generator | None = None,
) -> tuple[MetricRecord, ...]:
    """Return ``negative_elbo``, ``reconstruction``, ``kl`` and its parts ``class_kl`` and ``component_kl``.

    y is summed out; z is drawn once for every x and class. ``squared_error_squared_units`` is there where x has a
    mean. The two divergences are those of the pair (y, z), whose sum the tables of illidvae print as KL.

    Args:
        model: With a ``MixtureEncoder`` and a ``MixturePrior`` of as many components.
        data: All x.
        split: What they are.
        batch_size: >= 1; x at a time. The draws do not depend on it.
        generator: Of the draws.
    """
    prior = model.prior
    posterior = infer_mixture(model, data, batch_size=batch_size)
    if not isinstance(prior, MixturePrior) or len(prior.logits) != posterior.log_class.shape[1]:
        msg = f"model must have a MixturePrior of {posterior.log_class.shape[1]} components, got {prior!r}"
        raise InvalidInputError(msg)
    latent = posterior.sample(generator=generator)
    classes = latent.shape[1]
    reconstruction: list[Tensor] = []
    squared: list[Tensor] = []
    dtype = prior.means.dtype
    with evaluating(model):
        for x, z in zip(torch.split(data, batch_size), torch.split(latent, batch_size), strict=True):
            repeated = x.repeat_interleave(classes, dim=0)
            decoded = model.decode(z.flatten(0, 1).to(dtype), repeated)
            reconstruction.append(-model.likelihood.log_density(decoded, repeated).reshape(-1, classes).double())
            mean = model.likelihood.mean(decoded)
            if mean.shape == repeated.shape:
                squares = (repeated - mean).double().square().flatten(1).sum(dim=1)
                squared.append(squares.reshape(-1, classes))
    class_kl = posterior.class_kl(prior.logits.double())
    component_kl = posterior.expectation(posterior.component_kl(prior.means.double(), prior.log_variances.double()))
    distortion = posterior.expectation(torch.cat(reconstruction))
    named = {
        "negative_elbo": distortion + class_kl + component_kl,
        "reconstruction": distortion,
        "kl": class_kl + component_kl,
        "class_kl": class_kl,
        "component_kl": component_kl,
    }
    if squared:
        named["squared_error_squared_units"] = posterior.expectation(torch.cat(squared))
    estimator = "classes summed out, one draw for each x and class"
    return tuple(mean_record(values, name=name, estimator=estimator, split=split) for name, values in named.items())


@torch.no_grad()
def log_mixture_aggregate(
    latent: Float[Tensor, "m latent"], posterior: MixturePosterior, *, chunk: int = CHUNK, leave_out: bool = False
) -> Float[Tensor, " m"]:
    """Return log of the mean over j of q(z_i|x_j), as ``information.log_aggregate`` does for Gaussians."""
    require_count("chunk", chunk)
    count, classes = posterior.log_class.shape
    if leave_out and (count < 2 or len(latent) != count):
        msg = f"posterior must hold two x or more, one for each draw, to leave one out; got {count} for {len(latent)}"
        raise InvalidInputError(msg)
    means, log_variances = posterior.mean.flatten(0, 1), posterior.log_variance.flatten(0, 1)
    found: list[Tensor] = []
    for start in range(0, len(latent), chunk):
        part = latent[start : start + chunk]
        pairs = pairwise_log_density(part, means, log_variances).reshape(-1, count, classes)
        each = torch.logsumexp(pairs + posterior.log_class, dim=2)
        if leave_out:
            rows = torch.arange(len(part), device=part.device)
            each[rows, start + rows] = -math.inf
        found.append(torch.logsumexp(each, dim=1) - math.log(count - leave_out))
    return torch.cat(found)


@torch.no_grad()
def mixture_information(
    codes: MixtureCodes, *, estimator: Literal["full data", "leave-one-out"], split: Split, chunk: int = CHUNK
) -> MetricRecord:
    """Return I(X;Z): over all data, capped by ln N, or with the own posterior left out, an upper bound."""
    require_one_of("estimator", estimator, ("full data", "leave-one-out"))
    full = estimator == "full data"
    aggregate = log_mixture_aggregate(codes.latent, codes.posterior, chunk=chunk, leave_out=not full)
    bound = "lower bound in expectation of I under the source of the data" if full else "upper bound in expectation"
    return mean_record(
        codes.posterior.log_density(codes.latent) - aggregate,
        name="mutual_information",
        estimator=f"{estimator}, sampled entropy; {bound}",
        split=split,
        cap=math.log(len(codes.latent)) if full else None,
    )


@torch.no_grad()
def mixture_rate(codes: MixtureCodes, prior: Prior, *, split: Split, chunk: int = CHUNK) -> tuple[MetricRecord, ...]:
    """Return E KL(q(z|x)||p(z)) of the marginals and its part KL(gamma||p); the rest is the information.

    The rate is below the KL of the pairs (y, z), which ``mixture_elbo_parts`` returns.
    """
    log_prior = prior.log_density(codes.latent.to(_dtype_of(prior))).double()
    own = codes.posterior.log_density(codes.latent)
    aggregate = log_mixture_aggregate(codes.latent, codes.posterior, chunk=chunk)
    estimator = "full data, one draw for each x"
    return (
        mean_record(own - log_prior, name="rate", estimator=estimator, split=split),
        mean_record(aggregate - log_prior, name="aggregate_kl", estimator=estimator, split=split),
    )


@torch.no_grad()
def mixture_nll(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    k: int,
    split: Split,
    chunk: int = 100,
    batch_size: int = 100,
    generator: torch.Generator | None = None,
) -> MetricRecord:
    """Return -log of the mean of k weights p(x, z) / q(z|x), y summed out of both densities; averaged over x.

    Args:
        model: With classes.
        data: All x.
        k: >= 1; 100 in IL-LIDVAE.
        split: What the x are.
        chunk: >= 1; draws for each x that are decoded at a time.
        batch_size: >= 1; x at a time.
        generator: Of the draws.

    Source:
        Burda et al. (2016), equation (8), with the mixture as proposal.
    """
    for name, value in (("k", k), ("chunk", chunk), ("batch_size", batch_size)):
        require_count(name, value)
    posterior = infer_mixture(model, data, batch_size=batch_size)
    dtype = _dtype_of(model.prior)
    found: list[Tensor] = []
    with evaluating(model):
        for start in range(0, len(data), batch_size):
            rows = slice(start, start + batch_size)
            part = posterior.of(rows)
            total = torch.full((len(part.mean),), -math.inf, dtype=torch.float64, device=data.device)
            for done in range(0, k, chunk):
                count = min(chunk, k - done)
                repeated = MixturePosterior(
                    part.log_class.repeat(count, 1),
                    part.mean.repeat(count, 1, 1),
                    part.log_variance.repeat(count, 1, 1),
                )
                latent = draw_mixture(repeated, generator=generator).latent
                x = data[rows].repeat(count, *(1,) * (data.dim() - 1))
                z = latent.to(dtype)
                log_joint = model.likelihood.log_density(model.decode(z, x), x).double()
                log_joint = log_joint + model.prior.log_density(z).double()
                weights = (log_joint - repeated.log_density(latent)).reshape(count, -1)
                total = torch.logaddexp(total, torch.logsumexp(weights, dim=0))
            found.append(total - math.log(k))
    return mean_record(
        -torch.cat(found),
        name="importance_weighted_nll",
        estimator=f"{k} importance weight{'s' if k > 1 else ''} for each x; upper bound in expectation",
        split=split,
    )


def _dtype_of(prior: Prior) -> torch.dtype:
    return prior.means.dtype if isinstance(prior, MixturePrior) else torch.get_default_dtype()
