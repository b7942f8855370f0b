"""The Stein variational gradient as a divergence whose gradient moves codes towards the prior.

Source: Zhao et al. (2019), InfoVAE, appendix B; Liu & Wang (2016), SVGD, equation (8) and section 5 (bandwidth).
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.model import Prior
from vae_models.objectives.passes import Pass
from vae_models.objectives.weighted import Part
from variational.errors import InvalidInputError


def median_squared_length(latent: Float[Tensor, "batch latent"]) -> Float[Tensor, ""]:
    """Return median(|a - b|^2) / log n over pairs of different codes, without gradient.

    Raises:
        InvalidInputError: For fewer than two codes.
    """
    detached = latent.detach()
    return _squared_length((detached[:, None] - detached).square().sum(dim=2))


def _squared_length(squared: Float[Tensor, "batch batch"]) -> Float[Tensor, ""]:
    count = len(squared)
    if count < 2:
        msg = f"latent must hold two codes or more, got {count}"
        raise InvalidInputError(msg)
    above = torch.triu_indices(count, count, offset=1, device=squared.device)
    pairs = squared[above[0], above[1]]
    # codes that all agree would give zero, and every length is right for them
    return (pairs.median() / math.log(count)).clamp(min=torch.finfo(squared.dtype).tiny)


def stein_direction(latent: Float[Tensor, "batch latent"], *, prior: Prior) -> Float[Tensor, "batch latent"]:
    """Return phi(z_i) = (1/n) sum_j [k(z_j, z_i) grad log p(z_j) + grad_{z_j} k(z_j, z_i)], without gradient.

    Moving z along phi decreases KL(q || p) fastest among the functions of the unit ball of the kernel, the Gaussian
    one with the median bandwidth.

    Args:
        latent: Draws of q; one alone follows the score, as a batch of sentences of a rare length may be.
        prior: p, of which the score is taken by differentiation.

    Error:
        Rounding of the differences of codes, which near codes lose nothing by; they are held at once, n^2 D numbers.
    """
    detached = latent.detach()
    with torch.enable_grad():
        free = detached.clone().requires_grad_()
        (score,) = torch.autograd.grad(prior.log_density(free).sum(), free)
    if len(latent) == 1:  # k(z, z) = 1 for every length
        return score
    # squares and sums that are expanded into products leave rounding, which 2 / length makes huge for near codes
    offsets = detached[:, None] - detached
    squared = offsets.square().sum(dim=2)
    length = _squared_length(squared)
    gram = torch.exp(-squared / length)
    # sum_j grad_{z_j} k(z_j, z_i) = (2 / length) sum_j k(z_j, z_i) (z_i - z_j)
    repulsion = 2 / length * torch.einsum("ij,ijk->ik", gram, offsets)
    return (gram @ score + repulsion) / len(latent)


class SteinDivergence(Part):
    """The surrogate -E z . phi(z) with phi held fixed: only its gradient means something.

    # ERR printed D = z^T sg(phi), should read -z^T sg(phi): phi is the direction in which KL falls
    """

    name = "stein"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        direction = stein_direction(passed.latent, prior=passed.model.prior)
        return -(passed.latent * direction).sum(dim=1).mean()
