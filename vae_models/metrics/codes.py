"""The codes of a data set, as the metrics take them."""

import dataclasses

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objectives.inverse_lipschitz import innermost
from vae_models.posterior import Posterior
from vae_models.refinement import Refinement
from vae_models.validation import require_count
from variational.errors import InvalidInputError

MOMENT_PAIRS = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """q(z|x) of every x and one draw of each.

    Attributes:
        posterior: Means and log variances, both of shape (n, latent).
        latent: One draw of q(z|x) for each x.
    """

    posterior: Posterior
    latent: Float[Tensor, "n latent"]

    def __post_init__(self) -> None:
        """Refuse shapes that differ, no x at all, and numbers that are not finite."""
        shapes = [tuple(array.shape) for array in (self.posterior.mean, self.posterior.log_variance, self.latent)]
        if len(set(shapes)) != 1 or not len(self.latent):
            msg = f"mean, log_variance and latent must have one shape (n >= 1, latent), got {shapes}"
            raise InvalidInputError(msg)
        for name, array in (
            ("mean", self.posterior.mean),
            ("log_variance", self.posterior.log_variance),
            ("latent", self.latent),
        ):
            if not bool(torch.isfinite(array).all()):
                msg = f"{name} must hold finite numbers: the estimators need densities, not point masses"
                raise InvalidInputError(msg)

    def __len__(self) -> int:
        """Return the number of x."""
        return len(self.latent)


def draw_codes(
    posterior: Posterior, *, generator: torch.Generator | None = None, dtype: torch.dtype = torch.float64
) -> Codes:
    """Return the codes of posteriors that are known; see :func:`encode`.

    Raises:
        InvalidInputError: For posteriors that are not Gaussian.
    """
    mean = posterior.gaussian().mean.detach().to(dtype)
    log_variance = posterior.log_variance.detach().to(dtype).expand(mean.shape)
    wide = dataclasses.replace(posterior, mean=mean, log_variance=log_variance)
    return Codes(posterior=Posterior(mean, log_variance), latent=wide.sample(generator=generator).to(dtype))


@torch.no_grad()
def encode(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    batch_size: int = 1000,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float64,
) -> Codes:
    """Return the codes of all x, without a graph and with the model in evaluation mode.

    Args:
        model: Its encoder is run in the precision of its parameters and of the data.
        data: All x.
        batch_size: >= 1; x encoded at a time. The draws do not depend on it.
        generator: Of the draws.
        dtype: Precision of the draws and of everything that metrics compute from them.
    """
    with evaluating(model):
        posterior = infer(model, data, batch_size=batch_size)
    return draw_codes(posterior, generator=generator, dtype=dtype)


@torch.no_grad()
def infer(model: Model, data: Shaped[Tensor, "n ..."], *, batch_size: int) -> Posterior:
    """Return q(z|x) of all x in the precision of the model, mean and log variance of one shape."""
    require_count("batch_size", batch_size)
    if not len(data):
        msg = "data must hold one x or more, got none"
        raise InvalidInputError(msg)
    if isinstance(model.encoder, RefinedEncoder):
        return model.encoder.refined(data, chunk=batch_size)
    found: list[Posterior] = [model.encoder(part) for part in torch.split(data, batch_size)]
    mean = torch.cat([posterior.mean for posterior in found])
    each = [posterior.log_variance.expand(posterior.mean.shape) for posterior in found]
    return dataclasses.replace(found[0], mean=mean, log_variance=torch.cat(each))


class RefinedEncoder(nn.Module):
    """From x to the q(z|x) that a refinement makes of the encoder's, with the same draws at every call.

    Args:
        model: With the encoder that is begun with.
        refinement: Of its q(z|x).
        seed: Of the draws.
    """

    def __init__(self, model: Model, refinement: Refinement, *, seed: int) -> None:
        """Keep the parts."""
        super().__init__()
        self.model, self.refinement, self.seed = model, refinement, seed
        self._last: tuple[Tensor, Posterior] | None = None

    def forward(self, data: Shaped[Tensor, "n ..."]) -> Posterior:
        """Return q(z|x) of each x."""
        return self.refined(data, chunk=len(data))

    def refined(self, data: Shaped[Tensor, "n ..."], *, chunk: int) -> Posterior:
        """Return q(z|x) of each x, ``chunk`` of them at a time; that of the last x asked for is kept."""
        if self._last is None or self._last[0] is not data:
            with evaluating(self.model):
                start = infer(self.model, data, batch_size=chunk)
                draws = torch.Generator(data.device).manual_seed(self.seed)
                found = self.refinement.refine(self.model, data, start, generator=draws, chunk=chunk)
            self._last = data, found
        return self._last[1]


def as_trained(model: Model, objective: object, *, seed: int) -> Model:
    """Return the model with the q(z|x) that its objective decodes: refined for each x where it refines (SVI, SA-VAE).

    Args:
        model: With its encoder, which is q(z|x) for all other objectives; then it is returned as it is.
        objective: It was trained with.
        seed: Of the draws of the refinement.
    """
    refinement = refinement_of(objective)
    if refinement is None:
        return model
    encoder = RefinedEncoder(model, refinement, seed=seed)
    return Model(encoder=encoder, decoder=model.decoder, prior=model.prior, likelihood=model.likelihood)


def refinement_of(objective: object) -> Refinement | None:
    """Return the refinement by which an objective infers q(z|x), if it does."""
    found = getattr(innermost(objective), "inference", None)
    return found if isinstance(found, Refinement) else None


@torch.no_grad()
def moments(
    posterior: Posterior, *, batch_size: int, pairs: int = MOMENT_PAIRS, generator: torch.Generator | None = None
) -> Codes:
    """Return one draw of each q(z|x), and its mean and variances by coordinate, whatever its law.

    Args:
        posterior: Of all x.
        batch_size: >= 1; x at a time. The draws do not depend on it.
        pairs: >= 1; of draws of each x from noise and its opposite, for mean and variances; one more draw is returned.
        generator: Of the draws.

    Error:
        None in the mean of a law that is symmetric, else its deviation over the root of ``pairs`` or less: both draws
        of a pair are the same where the map is even. A unit whose mean does not move can thus seem to have a variance
        of means up to that of z over ``pairs``.
    """
    require_count("batch_size", batch_size)
    require_count("pairs", pairs)
    shape, like = posterior.mean.shape, posterior.mean
    wide = dataclasses.replace(posterior, log_variance=posterior.log_variance.expand(shape))

    def pushed(noise: Tensor) -> Tensor:
        parts = (
            dataclasses.replace(wide, mean=mean, log_variance=log_variance).push(part)
            for mean, log_variance, part in zip(
                *(torch.split(each, batch_size) for each in (wide.mean, wide.log_variance, noise)), strict=True
            )
        )
        return torch.cat(list(parts)).double()

    def noise() -> Tensor:
        return torch.randn(shape, generator=generator, dtype=like.dtype, device=like.device)

    total, squares = torch.zeros(2, *shape, dtype=torch.float64, device=like.device)
    for _ in range(pairs):
        drawn = noise()
        for latent in (pushed(drawn), pushed(-drawn)):
            total, squares = total + latent, squares + latent.square()
    mean = total / (2 * pairs)
    variance = (squares / (2 * pairs) - mean.square()).clamp(min=torch.finfo(torch.float64).tiny)
    return Codes(posterior=Posterior(mean, variance.log()), latent=pushed(noise()))
