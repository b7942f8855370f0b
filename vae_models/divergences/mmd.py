"""The squared maximum mean discrepancy of two batches of codes, from Gram matrices."""

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.divergences.kernels import Kernel, gaussian_kernel
from vae_models.objectives.passes import Pass, prior_draws
from vae_models.objectives.weighted import Part
from vae_models.validation import require_count
from variational.errors import InvalidInputError


def squared_mmd(
    first: Float[Tensor, "first latent"], second: Float[Tensor, "second latent"], *, kernel: Kernel, unbiased: bool
) -> Float[Tensor, ""]:
    """Return the squared MMD of two batches.

    Args:
        first: Draws of one law, two or more for the unbiased estimate.
        second: Draws of the other.
        kernel: Symmetric and positive definite.
        unbiased: Leave out the diagonals, so that the mean over draws is the value of the laws and may be negative
            in a batch. The biased estimate is that of the two empirical laws, >= 0.

    Source:
        Gretton et al. (2012), equations (3) and (5).
    """
    within_second = kernel(second, second)
    # both matrices with a side in the first batch at once, since that is the side that gradients come from
    within_first, between = torch.split(kernel(first, torch.cat([first, second])), [len(first), len(second)], dim=1)
    across = between.mean()
    if not unbiased:
        return within_first.mean() + within_second.mean() - 2 * across
    return _off_diagonal_mean(within_first) + _off_diagonal_mean(within_second) - 2 * across


def _off_diagonal_mean(gram: Tensor) -> Tensor:
    count = len(gram)
    if count < 2:
        msg = f"unbiased needs two draws or more, got {count}"
        raise InvalidInputError(msg)
    return (gram.sum() - gram.diagonal().sum()) / (count * (count - 1))


class MaximumMeanDiscrepancy(Part):
    """The squared MMD of the codes of a batch and of draws of the prior; in units of the kernel.

    Args:
        kernel: Symmetric and positive definite.
        unbiased: Leave out the diagonals.
        prior_count: Number of draws of the prior; as many as codes if left out.
    """

    name = "mmd"

    def __init__(
        self, *, kernel: Kernel = gaussian_kernel, unbiased: bool = False, prior_count: int | None = None
    ) -> None:
        """Keep the options."""
        super().__init__()
        if prior_count is not None:
            require_count("prior_count", prior_count, least=2)
        self.kernel, self.unbiased, self.prior_count = kernel, unbiased, prior_count

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the estimate of the batch."""
        draws = prior_draws(passed, self.prior_count)
        return squared_mmd(passed.latent, draws, kernel=self.kernel, unbiased=self.unbiased)
