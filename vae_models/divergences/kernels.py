"""Positive definite kernels between batches of codes: Gaussian, and the sum of seven inverse multiquadratics."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.validation import require_in_range
from variational.errors import InvalidInputError

Kernel = Callable[[Tensor, Tensor], Tensor]
SEVEN_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def squared_distances(
    first: Float[Tensor, "first latent"], second: Float[Tensor, "second latent"]
) -> Float[Tensor, "first second"]:
    """Return |a - b|^2 for all pairs.

    Error:
        About ``eps * (|a|^2 + |b|^2)``, since the squares are expanded; below zero is cut off.
    """
    norms = first.square().sum(dim=1)[:, None] + second.square().sum(dim=1)
    return (norms - 2 * first @ second.mT).clamp(min=0)


def gaussian_kernel(
    first: Float[Tensor, "first latent"], second: Float[Tensor, "second latent"], *, squared_length: float | None = None
) -> Float[Tensor, "first second"]:
    """Return exp(-|a - b|^2 / squared_length) for all pairs.

    Args:
        first: Codes.
        second: Codes.
        squared_length: > 0; D^2 for D coordinates if left out, as in the public code of InfoVAE.
    """
    length = float(first.shape[1] ** 2) if squared_length is None else squared_length
    require_in_range("squared_length", length, least=0.0, strict=True)
    return torch.exp(-squared_distances(first, second) / length)


def multiquadratic_kernel(
    first: Float[Tensor, "first latent"],
    second: Float[Tensor, "second latent"],
    *,
    scales: tuple[float, ...] = SEVEN_SCALES,
    prior_variance: float = 1.0,
) -> Float[Tensor, "first second"]:
    """Return sum_s C_s / (C_s + |a - b|^2) for all pairs, with C_s = 2 D prior_variance s for D coordinates.

    2 D prior_variance is the expected squared distance of two draws of the prior.

    Args:
        first: Codes.
        second: Codes.
        scales: s > 0.
        prior_variance: > 0.

    Source:
        Tolstikhin et al. (2018), WAE, section 4; scales of the public code.
    """
    if not scales or not all(0 < scale < float("inf") for scale in scales):
        msg = f"scales must be finite numbers > 0, at least one, got {scales}"
        raise InvalidInputError(msg)
    require_in_range("prior_variance", prior_variance, least=0.0, strict=True)
    lengths = [2 * first.shape[1] * prior_variance * scale for scale in scales]
    found: Tensor = _Multiquadratics.apply(squared_distances(first, second), lengths)  # type: ignore[no-untyped-call]
    return found


class _Multiquadratics(torch.autograd.Function):
    """sum_s C_s / (C_s + d), with its slope from the same pass: a graph of each term costs more than the terms."""

    @staticmethod
    def forward(ctx: Any, distances: Tensor, lengths: list[float]) -> Tensor:
        total, slope = torch.zeros_like(distances), torch.zeros_like(distances)
        for length in lengths:
            share = torch.reciprocal(distances + length)
            total.add_(share, alpha=length)
            slope.addcmul_(share, share, value=-length)
        ctx.save_for_backward(distances, slope)
        ctx.lengths = lengths
        return total

    @staticmethod
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor, None]:
        distances, slope = ctx.saved_tensors
        if torch.is_grad_enabled():  # a second derivative is wanted, so the slope needs a graph after all
            slope = torch.stack([-length / (length + distances).square() for length in ctx.lengths]).sum(dim=0)
        return outer * slope, None
