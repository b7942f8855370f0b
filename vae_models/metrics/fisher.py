"""The relative Fisher divergence of prior and posterior, F(p(z)||p(z|x)), beside its inverse Lipschitz bound.

log p(z) - log p(z|x) = log p(x) - log p(x|z), so F = E_p |grad_z log p(x|z)|^2 needs no encoder and no normaliser.
For a decoder f2(f1(z)) with f1 the gradient of an L-strongly convex function, J1 = J1^T >= L I and
|grad_z log p|^2 = |J1^T grad_h log p|^2 >= L^2 |grad_h log p|^2 at h = f1(z), for every z and x.
"""

import dataclasses
from collections.abc import Callable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.metrics.estimates import mean_record
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.flows import FlowDecoder, before_flow
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError

UNIT = "squared_nats_per_squared_unit"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """A decoder as outer(inner(z)).

    Attributes:
        inner: f1, from R^l to R^l.
        outer: What follows it: the embedding and f2, or nothing where there is one map for l = t.
        constant: L >= 0 with |f1(a) - f1(b)| >= L |a - b|.
    """

    inner: Callable[[Tensor], Tensor]
    outer: Callable[[Tensor], Tensor]
    constant: float

    def __post_init__(self) -> None:
        """Check the constant."""
        require_in_range("constant", self.constant, least=0.0)


def stages_of(decoder: nn.Module) -> Stages | None:
    """Return a decoder as its first inverse Lipschitz map and what follows it, a flow included; None without one."""
    maps = before_flow(decoder)
    if not isinstance(maps, BrenierDecoder):
        return None

    def outer(inner: Tensor) -> Tensor:
        natural = inner if maps.outer is None else maps.outer.gradient(inner)
        if isinstance(decoder, FlowDecoder):
            natural, _ = decoder.flow(natural)
        return natural.reshape(*inner.shape[:-1], *maps.output_shape)

    return Stages(inner=maps.inner.gradient, outer=outer, constant=maps.strengths[0])


def relative_fisher(
    model: Model,
    data: Shaped[Tensor, "n ..."],
    *,
    draws: int,
    split: Split,
    stages: Stages | None = None,
    chunk: int = 20_000,
    generator: torch.Generator | None = None,
) -> tuple[MetricRecord, ...]:
    """Return F(p(z)||p(z|x)) averaged over x, and with stages its lower bound from the same draws.

    Args:
        model: In evaluation mode while this runs; with a decoder that needs z alone.
        data: x, all of which meet every draw.
        draws: >= 1; of the prior.
        split: What the x are.
        stages: The decoder in two stages, for the bound.
        chunk: >= 1; pairs of x and z at a time, at least one z.
        generator: Of the draws.

    Returns:
        ``relative_fisher``, and ``relative_fisher_bound``, which it exceeds at every draw up to rounding.

    Error:
        Standard errors over the draws of the prior, which the x share; it does not tell of rare steep places.

    Source:
        Kinoshita et al. (2023), Definition 3.3, Theorems 3.4 and A.7 before the infimum over decoders. For Gaussian x
        of variance s^2 with l = t the bound is (L^2 / s^4) E|x - f(z)|^2.
        # ERR Theorem A.7 prints l = t, should read l < t
    """
    require_count("draws", draws)
    require_count("chunk", chunk)
    if model.is_autoregressive:
        msg = "model must have a decoder that needs z alone, got an autoregressive one"
        raise InvalidInputError(msg)
    drawn = _like_decoder(model.prior.sample(draws, generator=generator), model)
    with evaluating(model):
        parts = [_squares(model, data, z, stages) for z in torch.split(drawn, max(1, chunk // len(data)))]
    values, bounds = (torch.cat(each) for each in zip(*parts, strict=True))
    estimator = f"draws of the prior, each with all {len(data)} x"
    found = mean_record(values, name=f"relative_fisher_{UNIT}", estimator=estimator, split=split)
    if stages is None:
        return (found,)
    return found, mean_record(bounds, name=f"relative_fisher_bound_{UNIT}", estimator=estimator, split=split)


def _squares(
    model: Model, data: Tensor, latent: Float[Tensor, "z latent"], stages: Stages | None
) -> tuple[Float[Tensor, " z"], Float[Tensor, " z"]]:
    """Return the mean over x of |grad_z log p(x|z)|^2 and of its bound, for each z."""
    with torch.enable_grad():
        z = latent.detach().repeat_interleave(len(data), dim=0).requires_grad_()
        inner = z if stages is None else stages.inner(z)
        decoded = model.decoder(z) if stages is None else stages.outer(inner)
        x = data.repeat(len(latent), *(1,) * (data.dim() - 1))
        total = model.likelihood.log_density(decoded, x).sum()
        inputs = (z,) if stages is None else (z, inner)
        slopes = torch.autograd.grad(total, inputs)
    if stages is not None:
        _require_same(decoded.detach(), model, z.detach())
    squares = [slope.double().square().sum(dim=1).reshape(len(latent), len(data)).mean(dim=1) for slope in slopes]
    constant = 0.0 if stages is None else stages.constant
    return squares[0], constant**2 * squares[-1]


@torch.no_grad()
def _require_same(decoded: Tensor, model: Model, latent: Tensor) -> None:
    """Refuse stages that are not those of the decoder of the model."""
    whole = model.decoder(latent)
    if whole.shape != decoded.shape or not torch.allclose(whole, decoded, rtol=1e-4, atol=1e-5):
        msg = "stages must compose to the decoder of the model, got other outputs"
        raise InvalidInputError(msg)


def _like_decoder(latent: Tensor, model: Model) -> Tensor:
    parameter = next(model.decoder.parameters(), None)
    return latent if parameter is None else latent.to(dtype=parameter.dtype, device=parameter.device)
