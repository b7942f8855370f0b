"""The Gaussian likelihood N(mean, diag(variance)), with any variance of :mod:`vae_models.likelihoods.variance`."""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.likelihoods.variance import FixedVariance, Variance
from vae_models.validation import require_one_of

LOG_TAU = math.log(2 * math.pi)


class GaussianLikelihood(nn.Module):
    """Independent Gaussians with the mean that the decoder gives.

    Args:
        variance: Where the variance comes from; 1 if left out.
        activation: Applied to the mean: ``sigmoid`` keeps it in (0, 1), as AR-ELBO does for images.
    """

    def __init__(
        self, *, variance: Variance | None = None, activation: Literal["identity", "sigmoid"] = "identity"
    ) -> None:
        """Keep the parts."""
        super().__init__()
        require_one_of("activation", activation, ("identity", "sigmoid"))
        self.variance: Variance = FixedVariance() if variance is None else variance
        self.activation = activation

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that the decoder must give for one x of ``data_shape``."""
        return (self.variance.decoded_channels(data_shape[0]), *data_shape[1:])

    def mean_and_log_variance(
        self, decoded: Float[Tensor, "batch ..."]
    ) -> tuple[Float[Tensor, "batch ..."], Float[Tensor, "..."]]:
        """Return the mean, of the shape of the data, and a log variance that broadcasts to it."""
        mean, log_variance = self.variance.split(decoded)
        return (torch.sigmoid(mean) if self.activation == "sigmoid" else mean), log_variance

    def log_density(
        self, decoded: Float[Tensor, "batch ..."], data: Float[Tensor, "batch ..."]
    ) -> Float[Tensor, " batch"]:
        """Return log p(x|z), summed over all entries of x; nats for each x."""
        mean, log_variance = self.mean_and_log_variance(decoded)
        squared = functional.mse_loss(mean, data, reduction="none")  # one pass each way
        if log_variance.numel() == 1:  # one number for all entries enters after the sum, which spares passes over x
            log_variance = log_variance.reshape(())
            constant = (log_variance + LOG_TAU) * (-math.prod(data.shape[1:]) / 2)
            squares = squared.sum(dim=tuple(range(1, squared.dim())))
            return torch.addcmul(constant, squares, torch.exp(-log_variance), value=-0.5)
        return -(squared * torch.exp(-log_variance) + log_variance + LOG_TAU).flatten(1).sum(dim=1) / 2

    def mean(self, decoded: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
        """Return E[x|z], of the shape of the data."""
        return self.mean_and_log_variance(decoded)[0]

    @torch.no_grad()
    def sample(
        self, decoded: Float[Tensor, "batch ..."], *, generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch ..."]:
        """Return one draw of x for each z, without gradient."""
        mean, log_variance = self.mean_and_log_variance(decoded)
        noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype, device=mean.device)
        return torch.addcmul(mean, torch.exp(log_variance / 2), noise)
