"""One pass of a batch through a model, shared by all parts of a loss; how codes are inferred is itself a part."""

import dataclasses
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.model import Model
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
    """

    model: Model
    batch: Batch
    posterior: Posterior
    latent: Float[Tensor, "batch latent"]
    decoded: Tensor

    def reconstruction(self) -> Float[Tensor, " batch"]:
        """Return -log p(x|z) at the code; nats for each x."""
        return -self.model.likelihood.log_density(self.decoded, self.batch.data)

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


def run(model: Model, batch: Batch, *, inference: Inference = amortised, code: Code = "draw") -> Pass:
    """Return the pass of a batch: infer q(z|x), take a code, decode it."""
    posterior = inference(model, batch)
    latent = posterior.sample(generator=batch.generator) if code == "draw" else posterior.gaussian().mean
    return Pass(model=model, batch=batch, posterior=posterior, latent=latent, decoded=model.decode(latent, batch.data))


def prior_draws(passed: Pass, count: int | None) -> Float[Tensor, "count latent"]:
    """Return draws of the prior, as many as codes where ``count`` is None, in their precision and on their device."""
    drawn = passed.model.prior.sample(count or len(passed.latent), generator=passed.batch.generator)
    return drawn.to(dtype=passed.latent.dtype, device=passed.latent.device)


def without_gradient_to(module: torch.nn.Module) -> dict[str, Tensor]:
    """Return parameters and buffers detached, for ``torch.func.functional_call``: gradients pass through, not into."""
    named = (*module.named_parameters(), *module.named_buffers())
    return {name: value.detach() for name, value in named}
