"""The diagonal Gaussian posterior q(z|x): draws, densities and divergences in closed form; nats."""

import dataclasses
import math
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

LOG_TAU = math.log(2 * math.pi)


@dataclasses.dataclass(frozen=True, slots=True)
class Posterior:
    """N(mean, diag(exp(log_variance))) for each x of a batch.

    Attributes:
        mean: Shape (batch, latent).
        log_variance: Shape (batch, latent), or one that broadcasts to it, as one scalar variance for all does.
    """

    mean: Float[Tensor, "batch latent"]
    log_variance: Float[Tensor, "#batch #latent"]
    closed_form: ClassVar[bool] = True  # whether z is Gaussian, so that KL and entropy have a closed form

    def gaussian(self) -> "Posterior":
        """Return self: mean and variance are those of z. Posteriors of another law refuse."""
        return self

    @property
    def latent_dim(self) -> int:
        """Number of latent coordinates."""
        return self.mean.shape[-1]

    def rows(self, rows: slice) -> "Posterior":
        """Return the posteriors of some of the x, of the same kind."""
        log_variance = self.log_variance
        if len(log_variance) == len(self.mean):  # and no one variance for all
            log_variance = log_variance[rows]
        return dataclasses.replace(self, mean=self.mean[rows], log_variance=log_variance)

    def sample(self, *, generator: torch.Generator | None = None) -> Float[Tensor, "batch latent"]:
        """Return one draw for each x, differentiable in mean and variance."""
        noise = torch.randn(self.mean.shape, generator=generator, dtype=self.mean.dtype, device=self.mean.device)
        return self.push(noise)

    def push(self, noise: Float[Tensor, "*draws batch latent"]) -> Float[Tensor, "*draws batch latent"]:
        """Return the draws that standard normal noise makes, differentiable in mean and variance."""
        return torch.addcmul(self.mean, torch.exp(self.log_variance / 2), noise)

    def log_density(self, latent: Float[Tensor, "*draws batch latent"]) -> Float[Tensor, "*draws batch"]:
        """Return log q(z|x) of draws, the x in their order."""
        scaled = (latent - self.mean) * torch.exp(-self.log_variance / 2)
        return -(scaled.square() + self.log_variance + LOG_TAU).sum(dim=-1) / 2

    def entropy(self) -> Float[Tensor, " batch"]:
        """Return the differential entropy for each x."""
        return (self.log_variance + 1 + LOG_TAU).expand(self.mean.shape).sum(dim=-1) / 2

    def kl(self, variance: float | Tensor = 1.0) -> Float[Tensor, " batch"]:
        """Return KL(q(z|x) || N(0, variance I)) for each x.

        Args:
            variance: > 0; that of the prior, 1 or K^2 in the notation of NC-VAE.
        """
        log_ratio, scaled = self.log_variance, self.mean
        if isinstance(variance, Tensor):
            log_ratio, scaled = log_ratio - variance.log(), scaled / variance
        elif variance != 1:
            log_ratio, scaled = log_ratio - math.log(variance), scaled / variance
        # expm1(l) - l has no cancellation where the variances agree
        return torch.addcmul(torch.expm1(log_ratio) - log_ratio, scaled, self.mean).sum(dim=-1) / 2
