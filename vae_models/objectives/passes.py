"""One pass of a batch through a model, shared by all parts of a loss; how codes are inferred is itself a part."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from vae_models.model import Model
from vae_models.modes import full_precision
from vae_models.objective import Batch
from vae_models.posterior import Posterior

Code = Literal["draw", "mean"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a model makes of a batch.

    Attributes:
        model: The model.
        batch: The batch.
        posterior: q(z|x).
        latent: One code for each x: a draw, or the mean for a deterministic autoencoder.
        decoded: What the decoder made of ``latent``.
        further: q(z|x) of the x beside the data that parts of the loss asked for, by the name of the part.
    """

    model: Model
    batch: Batch
    posterior: Posterior
    latent: Float[Tensor, "batch latent"]
    decoded: Tensor
    further: Mapping[str, Posterior] = dataclasses.field(default_factory=dict)

    def reconstruction(self) -> Float[Tensor, " batch"]:
        """Return -log p(x|z) at the code; nats for each x."""
        return -self.model.likelihood.log_density(self.decoded, self.batch.data)

    def with_further(self, further: Mapping[str, Shaped[Tensor, "batch ..."]]) -> "Pass":
        """Return the pass with q(z|x) of more x beside the data, each batch encoded by itself."""
        encoded = {name: self.model.encoder(data) for name, data in further.items()}
        return dataclasses.replace(self, further={**self.further, **encoded})

    def kl(self) -> Float[Tensor, " batch"]:
        """Return KL(q(z|x) || p) for each x, or its estimate where the prior has no closed form."""
        return self.model.prior.kl(self.posterior, self.latent)


@runtime_checkable
class Inference(Protocol):
    """How q(z|x) comes about."""

    def __call__(self, model: Model, batch: Batch) -> Posterior:
        """Return q(z|x) for each x of the batch."""


def amortised(model: Model, batch: Batch) -> Posterior:
    """Return what the encoder gives."""
    posterior: Posterior = model.encoder(batch.data)
    return posterior


def run(
    model: Model,
    batch: Batch,
    *,
    inference: Inference = amortised,
    code: Code = "draw",
    further: Mapping[str, Shaped[Tensor, "batch ..."]] | None = None,
) -> Pass:
    """Return the pass of a batch: infer q(z|x), take a code, decode it.

    Args:
        model: The model.
        batch: The batch.
        inference: How q(z|x) comes about.
        code: ``draw`` decodes a draw of q(z|x), ``mean`` its mean.
        further: x beside the data, whose codes are asked of the encoder and not decoded; by name.
    """
    named = further or {}
    batches = [batch.data, *named.values()]
    if named and inference is amortised and _can_be_encoded_at_once(model.encoder, batches):
        posterior, *others = _encoded_at_once(model.encoder, batches)
    else:
        posterior, *others = inference(model, batch), *(model.encoder(data) for data in named.values())
    with full_precision(posterior.mean.device):
        latent = posterior.sample(generator=batch.generator) if code == "draw" else posterior.gaussian().mean
    decoded = model.decode(latent, batch.data)
    found = dict(zip(named, others, strict=True))
    return Pass(model=model, batch=batch, posterior=posterior, latent=latent, decoded=decoded, further=found)


def _can_be_encoded_at_once(encoder: torch.nn.Module, batches: Sequence[Tensor]) -> bool:
    """Return whether batches of x fit into one, and the code of an x does not depend on the batch it is in."""
    if len({(each.dtype, each.shape[1:]) for each in batches}) > 1:  # texts differ in length
        return False
    return not any(module.training and isinstance(module, _BatchNorm) for module in encoder.modules())


def _encoded_at_once(encoder: torch.nn.Module, batches: list[Tensor]) -> list[Posterior]:
    """Return q(z|x) of batches of x from one pass, which costs less than one for each: the weights are read once."""
    posterior: Posterior = encoder(torch.cat(batches))
    ends = list(itertools.accumulate(len(each) for each in batches))
    return [posterior.rows(slice(end - len(each), end)) for end, each in zip(ends, batches, strict=True)]


def prior_draws(passed: Pass, count: int | None) -> Float[Tensor, "count latent"]:
    """Return draws of the prior, as many as codes where ``count`` is None, in their precision and on their device."""
    drawn = passed.model.prior.sample(count or len(passed.latent), generator=passed.batch.generator)
    return drawn.to(dtype=passed.latent.dtype, device=passed.latent.device)


def without_gradient_to(module: torch.nn.Module) -> dict[str, Tensor]:
    """Return parameters and buffers detached, for ``torch.func.functional_call``: gradients pass through, not into."""
    named = (*module.named_parameters(), *module.named_buffers())
    return {name: value.detach() for name, value in named}
