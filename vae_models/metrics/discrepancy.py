"""The squared maximum mean discrepancy of the aggregate and the prior over all codes, with its standard error."""

import dataclasses
import functools
import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vae_models.divergences.kernels import Kernel, gaussian_kernel, multiquadratic_kernel
from vae_models.records import MetricRecord, Split
from vae_models.validation import require_count, require_in_range, require_one_of
from variational.errors import InvalidInputError

PAIRS = 4_000_000  # entries of a Gram matrix that are held at once
KernelName = Literal["gaussian", "multiquadratic"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class NamedKernel:
    """A kernel and how a record names it, its lengths included.

    Attributes:
        name: For records.
        function: Symmetric and positive definite.
    """

    name: str
    function: Kernel


def named_kernel(
    name: KernelName, *, latent_dim: int, squared_length: float | None = None, prior_variance: float = 1.0
) -> NamedKernel:
    """Return a kernel of the papers.

    Args:
        name: ``gaussian``, of InfoVAE, or ``multiquadratic``, the sum of seven scales of WAE.
        latent_dim: D >= 1.
        squared_length: > 0; of the Gaussian kernel, D^2 if left out, as in the public code of InfoVAE.
        prior_variance: > 0; scales the lengths of the other.
    """
    require_one_of("name", name, ("gaussian", "multiquadratic"))
    require_count("latent_dim", latent_dim)
    if name == "multiquadratic":
        require_in_range("prior_variance", prior_variance, least=0.0, strict=True)
        return NamedKernel(
            name=f"inverse multiquadratic kernel of seven scales of {2 * latent_dim * prior_variance:g}",
            function=functools.partial(multiquadratic_kernel, prior_variance=prior_variance),
        )
    length = float(latent_dim**2) if squared_length is None else squared_length
    require_in_range("squared_length", length, least=0.0, strict=True)
    return NamedKernel(
        name=f"kernel exp(-|a-b|^2/{length:g})", function=functools.partial(gaussian_kernel, squared_length=length)
    )


@torch.no_grad()
def squared_discrepancy(
    codes: Float[Tensor, "n latent"],
    draws: Float[Tensor, "m latent"],
    *,
    kernel: NamedKernel,
    form: Literal["unbiased", "biased"],
    split: Split,
    pairs: int = PAIRS,
) -> MetricRecord:
    """Return the squared MMD of the law of the codes and that of the draws.

    Args:
        codes: One draw of q(z|x) for each x, so that they are draws of the aggregate; two or more.
        draws: Of the prior; two or more.
        kernel: With its name.
        form: ``unbiased`` leaves the diagonals out and may be negative; ``biased`` is the value of the two empirical
            laws, >= 0 and too large by about E k(z,z) (1/n + 1/m).
        split: What the x are.
        pairs: >= 1; entries of a Gram matrix that are held at once. The value does not depend on it.

    Error:
        The standard error is that of independent codes and draws: the variance of the means of the rows, less what it
        counts twice, so that it holds also where the laws agree and the first order vanishes.

    Source:
        Gretton et al. (2012), equations (3) and (5); InfoVAE, section 5 (full data). The error follows from the
        decomposition of Hoeffding (1948).
    """
    require_one_of("form", form, ("unbiased", "biased"))
    require_count("pairs", pairs)
    n, m = len(codes), len(draws)
    if min(n, m) < 2:
        msg = f"codes and draws must be two or more each, got {n} and {m}"
        raise InvalidInputError(msg)
    first, second = codes.double(), draws.double()
    inside = _sums(first, first, kernel.function, pairs, same=True)
    prior = _sums(second, second, kernel.function, pairs, same=True)
    across = _sums(first, second, kernel.function, pairs, same=False)
    within = (inside.rows.sum() / (n * (n - 1)), prior.rows.sum() / (m * (m - 1)))
    value = within[0] + within[1] - 2 * across.rows.sum() / (n * m)
    if form == "biased":
        value = value + (inside.diagonal / n - within[0]) / n + (prior.diagonal / m - within[1]) / m
    spread = (
        4 * (inside.rows / (n - 1) - across.rows / m).var() / n
        + 4 * (prior.rows / (m - 1) - across.columns / n).var() / m
    )
    twice = (
        2 * _centred(inside.squares / (n * (n - 1)), inside.rows / (n - 1), inside.rows / (n - 1)) / n**2
        + 2 * _centred(prior.squares / (m * (m - 1)), prior.rows / (m - 1), prior.rows / (m - 1)) / m**2
        + 4 * _centred(across.squares / (n * m), across.rows / m, across.columns / n) / (n * m)
    )
    variance = max(float(spread - twice), float(spread) / 2)  # the half is exact where the laws agree
    return MetricRecord(
        name=f"squared_mmd_{form}_kernel_units",
        value=float(value),
        estimator=f"{form}, {kernel.name}, one code for each x, {m} draws of the prior",
        split=split,
        samples=n,
        error=math.sqrt(variance),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Sums:
    """Of a Gram matrix, without its diagonal where both sides are the same points."""

    rows: Float[Tensor, " n"]
    columns: Float[Tensor, " m"]
    squares: Float[Tensor, ""]
    diagonal: Float[Tensor, ""]


def _sums(first: Tensor, second: Tensor, kernel: Kernel, pairs: int, *, same: bool) -> _Sums:
    rows: list[Tensor] = []
    columns, squares, diagonal = torch.zeros_like(second[:, 0]), first.new_zeros(()), first.new_zeros(())
    size = max(1, pairs // len(second))
    for start in range(0, len(first), size):
        gram = kernel(first[start : start + size], second)
        if same:
            own = gram.diagonal(offset=start)
            diagonal = diagonal + own.sum()
            own.zero_()  # a view, so that the sums are without it
        rows.append(gram.sum(dim=1))
        columns = columns + gram.sum(dim=0)
        squares = squares + gram.square().sum()
    return _Sums(torch.cat(rows), columns, squares, diagonal)


def _centred(square: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return the variance of the kernel without the means of its rows and columns."""
    mean = rows.mean()
    return (square - rows.square().mean() - columns.square().mean() + mean.square()).clamp(min=0)
