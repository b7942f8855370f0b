"""Parts of the ELBO, the importance-weighted likelihood and the squared error of a data set; without a graph."""

import math

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from vae_models.metrics.codes import infer
from vae_models.metrics.estimates import mean_record
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.posterior import Posterior
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count

_CODES_ON_PROCESSOR = 1000  # more outgrow the caches: images of 784 entries took a third longer with 5,000
_CODES_ON_GPU = 20_000


@torch.no_grad()
def elbo_parts(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    split: Split,
    draws: int = 1,
    batch_size: int = 500,
    generator: torch.Generator | None = None,
) -> tuple[MetricRecord, ...]:
    """Return ``negative_elbo``, ``reconstruction``, ``kl``, and ``squared_error_squared_units`` where x has a mean.

    Args:
        model: In its own precision; values are summed in double precision.
        data: All x.
        split: What they are.
        draws: >= 1; of q(z|x) for each x, whose mean enters.
        batch_size: >= 1; x at a time. The draws do not depend on it.
        generator: Of the draws.

    Returns:
        Means over x: -E log p(x|z), E KL(q||p) and their sum; nats. E|x - E[x|z]|^2 is summed over the entries of x.

    Error:
        Standard errors over x, with the noise of the draws inside.
    """
    require_count("draws", draws)
    require_count("batch_size", batch_size)
    reconstruction = torch.zeros(len(data), dtype=torch.float64, device=data.device)
    kl, squared = torch.zeros_like(reconstruction), torch.zeros_like(reconstruction)
    has_mean = True
    with evaluating(model):
        posterior = infer(model, data, batch_size=batch_size)
        for _ in range(draws):
            latent = posterior.sample(generator=generator)
            for start in range(0, len(data), batch_size):
                rows = slice(start, start + batch_size)
                x, z = data[rows], latent[rows]
                decoded = model.decode(z, x)
                reconstruction[rows] -= model.likelihood.log_density(decoded, x).double() / draws
                kl[rows] += model.prior.kl(posterior.rows(rows), z).double() / draws
                mean = model.likelihood.mean(decoded)
                has_mean = mean.shape == x.shape
                if has_mean:
                    squared[rows] += (x - mean).double().square().flatten(1).sum(dim=1) / draws
    estimator = f"{draws} draw{'s' if draws > 1 else ''} for each x"
    named = {"negative_elbo": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}
    if has_mean:
        named["squared_error_squared_units"] = squared
    return tuple(mean_record(values, name=name, estimator=estimator, split=split) for name, values in named.items())


@torch.no_grad()
def importance_weighted_nll(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    k: int,
    split: Split,
    chunk: int | None = None,
    batch_size: int = 100,
    generator: torch.Generator | None = None,
) -> MetricRecord:
    """Return -log of the mean of k importance weights p(x, z) / q(z|x), averaged over x; nats.

    An upper bound of -log p(x) in expectation for every k, the negative ELBO for k = 1, and lower with every further
    draw. The mean is inside the logarithm for each x by itself. # ERR the public code of IL-LIDVAE averages over the
    # batch before the logarithm, that of InfoVAE adds the closed form of the KL inside it: neither is this bound

    Args:
        model: In its own precision; the weights are summed in double precision.
        data: All x.
        k: >= 1; 500 in NC-VAE and AR-ELBO, 100 in IL-LIDVAE.
        split: What the x are.
        chunk: >= 1; codes that are decoded at a time, at least one for each x of a batch; by default as many as are
            fastest. The value does not depend on it.
        batch_size: >= 1; x at a time.
        generator: Of the draws.

    Error:
        Standard error over x. What is left of the bias is not included: it falls like Var(w / p(x)) / (2 k).

    Source:
        Burda et al. (2016), importance weighted autoencoders, equation (8) and Theorem 1.
    """
    codes = _CODES_ON_PROCESSOR if data.is_cpu else _CODES_ON_GPU
    codes = codes if chunk is None else chunk
    for name, value in (("k", k), ("chunk", codes), ("batch_size", batch_size)):
        require_count(name, value)
    with evaluating(model):
        posterior = infer(model, data, batch_size=batch_size)
        found = [
            _log_mean_weight(model, data[rows], posterior.rows(rows), k=k, chunk=codes, generator=generator)
            for rows in (slice(start, start + batch_size) for start in range(0, len(data), batch_size))
        ]
    return mean_record(
        -torch.cat(found),
        name="importance_weighted_nll",
        estimator=f"{k} importance weight{'s' if k > 1 else ''} for each x; upper bound in expectation",
        split=split,
    )


def _log_mean_weight(
    model: Model, data: Tensor, posterior: Posterior, *, k: int, chunk: int, generator: torch.Generator | None
) -> Tensor:
    mean = posterior.mean
    # all at once, so that the draws do not depend on the chunk
    noise = torch.randn((k, *mean.shape), generator=generator, dtype=mean.dtype, device=mean.device)
    total = torch.full((len(data),), -math.inf, dtype=torch.float64, device=mean.device)
    draws = min(k, max(1, chunk // len(data)))
    repeated = data.repeat(draws, *(1,) * (data.dim() - 1))
    for part in torch.split(noise, draws):
        latent: Float[Tensor, "k batch latent"] = posterior.push(part)
        x = repeated[: len(part) * len(data)]
        log_likelihood = model.likelihood.log_density(model.decode(latent.flatten(0, 1), x), x).double()
        log_ratio = model.prior.log_density(latent).double() - posterior.log_density(latent).double()
        log_weight = log_likelihood.reshape(len(part), -1) + log_ratio
        total = torch.logaddexp(total, torch.logsumexp(log_weight, dim=0))
    return total - math.log(k)
