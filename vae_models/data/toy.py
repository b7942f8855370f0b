"""The generated sets of the papers: Gaussians, points, mixtures, and images with noise on some of their parts."""

import dataclasses
from typing import Literal

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from vae_models.data.dataset import DataSet, Part, divide
from variational.errors import InvalidInputError

Pattern = Literal["uniform", "spatial", "conditional", "spatial-conditional"]
PARTITIONS = ("SU", "SL", "BU", "BL")  # class below 5 (small) or not (big), upper or lower half
NOISY: dict[str, tuple[str, ...]] = {
    "uniform": PARTITIONS,
    "spatial": ("SU", "BU"),
    "conditional": ("SU", "SL"),
    "spatial-conditional": ("SU",),
}
_HELD_OUT = 0.1  # share of generated data that goes to validation, and again to test


def two_gaussians(*, dimension: int, count: int, deviation: float, separation: float, seed: int) -> DataSet:
    """Return draws from N(0, deviation^2 I) and N(separation, deviation^2 I), labelled 0 and 1.

    Args:
        dimension: Of each draw, at least 1.
        count: Draws from each.
        deviation: At least 0.
        separation: Of the means, along every coordinate.
        seed: Of the draws and of the splits.

    Source:
        IL-LIDVAE, section 5.1 (dimension 2, count 10000, separation 10); NC-VAE, section 6.1 (dimension 100).
    """
    labels = torch.arange(2).repeat_interleave(count)
    means = separation * labels[:, None].to(torch.float32)
    return _generated("two-gaussians", means, labels, dimension=dimension, deviation=deviation, seed=seed)


def gaussian_and_noise(*, dimension: int, count: int, deviation: float, separation: float, seed: int) -> DataSet:
    """Return draws from N(0, deviation^2 I) as data and from N(separation, deviation^2 I) as noise.

    Source:
        NC-VAE, section 6.1; means and variances are not stated there.
    """
    whole = two_gaussians(dimension=dimension, count=count, deviation=deviation, separation=separation, seed=seed)

    def component(part: Part, label: int) -> Part:
        chosen = part.labels == label
        return Part(examples=part.examples[chosen])

    data = whole.map(lambda _, part: component(part, 0))
    return dataclasses.replace(data, name="gaussian-noise", noise=component(whole.train, 1))


def two_points(*, count: int, deviation: float, seed: int) -> DataSet:
    """Return draws around -1 and +1 on the line, labelled 0 and 1.

    Source:
        InfoVAE, Proposition 1 and its figure (the authors' code has deviation 1e-5).
    """
    labels = torch.arange(2).repeat_interleave(count)
    means = 2 * labels[:, None].to(torch.float32) - 1
    return _generated("two-points", means, labels, dimension=1, deviation=deviation, seed=seed)


def shifted_mixture(
    *, dimension: int, count: int, deviation: float, separation: float, weight: float, seed: int
) -> DataSet:
    """Return draws from (1 - weight) N(0, deviation^2 I) + weight N(separation, deviation^2 I), labelled by component.

    Args:
        dimension: Of each draw, at least 1.
        count: Draws in all.
        deviation: Of each component, at least 0.
        separation: Of the means, along every coordinate.
        weight: Probability of the second component.
        seed: Of the draws and of the splits.
    """
    generator = torch.Generator().manual_seed(seed * 2 + 1)
    labels = (torch.rand(count, generator=generator) < weight).to(torch.int64)
    means = separation * labels[:, None].to(torch.float32)
    return _generated("shifted-mixture", means, labels, dimension=dimension, deviation=deviation, seed=seed)


def partition_mask(labels: Int[Tensor, " count"], partition: str, *, height: int) -> Bool[Tensor, "count height"]:
    """Return which rows of which images belong to a partition: SU, SL, BU or BL."""
    if partition not in PARTITIONS:
        msg = f"partition must be one of {', '.join(PARTITIONS)}, got {partition!r}"
        raise InvalidInputError(msg)
    of_class = (labels < 5) == (partition[0] == "S")
    of_half = (torch.arange(height) < height // 2) == (partition[1] == "U")
    return of_class[:, None] & of_half[None, :]


def noise_partitions(data: DataSet, *, pattern: Pattern, variance: float, seed: int) -> DataSet:
    """Return labelled images with independent N(0, variance) added on the partitions of a pattern.

    Source:
        AR-ELBO, section 5.3.
    """

    def change(name: str, part: Part) -> Part:
        if part.labels is None or len(part.shape) < 2:
            msg = f"{name} must hold labelled images, got shape {part.shape} and labels {part.labels is not None}"
            raise InvalidInputError(msg)
        images = part.all()
        masks = [partition_mask(part.labels, name_of, height=images.shape[-2]) for name_of in NOISY[pattern]]
        mask = torch.stack(masks).any(dim=0)[:, None, :, None]
        generator = torch.Generator().manual_seed(seed * 4 + ("train", "validation", "test").index(name))
        noise = variance**0.5 * torch.randn(images.shape, generator=generator)
        return Part(examples=images + noise * mask, labels=part.labels)

    return dataclasses.replace(data.map(change), name=f"{data.name} with {pattern} noise")


def _generated(
    name: str, means: Tensor, labels: Int[Tensor, " count"], *, dimension: int, deviation: float, seed: int
) -> DataSet:
    generator = torch.Generator().manual_seed(seed)
    draws = means + deviation * torch.randn(len(labels), dimension, generator=generator)
    held = int(_HELD_OUT * len(labels))
    return divide(Part(examples=draws, labels=labels), name=name, validation=held, test=held, seed=seed)
