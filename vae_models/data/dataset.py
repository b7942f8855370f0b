"""A data set: one tensor a split, from which batches are taken by index."""

import dataclasses
from collections.abc import Callable

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """The examples of one split.

    Attributes:
        examples: Shape (count, *shape). Bytes stand for numbers and are multiplied by ``scale``; int64 are tokens.
        labels: Class of each, where there are classes.
        scale: Of bytes: 1/255 for intensities, 1 for what is binary.
        stochastic: Whether a batch is drawn from Bernoulli(examples) each time it is taken.
        deviations: Of the shape of the examples: a batch is then drawn from N(examples, deviations^2) each time.
    """

    examples: Float[Tensor, "count ..."] | UInt8[Tensor, "count ..."] | Int[Tensor, "count ..."]
    labels: Int[Tensor, " count"] | None = None
    scale: float = 1.0
    stochastic: bool = False
    deviations: Float[Tensor, "count ..."] | None = None

    def __post_init__(self) -> None:
        """Refuse an empty split, floats that are not finite, probabilities outside [0, 1], and other deviations."""
        if not len(self.examples):
            msg = "examples must hold at least one, got none"
            raise InvalidInputError(msg)
        if self.examples.is_floating_point() and not bool(torch.isfinite(self.examples).all()):
            msg = "examples must be finite, got nan or infinity"
            raise InvalidInputError(msg)
        if self.deviations is not None and (self.stochastic or self.deviations.shape != self.examples.shape):
            rule = f"the shape {tuple(self.examples.shape)} of the examples, which are not stochastic"
            msg = f"deviations must have {rule}, got {tuple(self.deviations.shape)}"
            raise InvalidInputError(msg)
        if self.stochastic:
            low, high = (float(limit) * self.scale for limit in torch.aminmax(self.examples.float()))
            if not 0 <= low <= high <= 1:
                msg = f"examples must lie between 0 and 1 to be binarised, got {low:.3g} to {high:.3g}"
                raise InvalidInputError(msg)

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.examples)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        return tuple(self.examples.shape[1:])

    def take(
        self, index: Int[Tensor, " batch"], *, dtype: torch.dtype, generator: torch.Generator | None = None
    ) -> Tensor:
        """Return the examples at the index as floats (tokens stay integers); drawn, where they are stochastic."""
        found = self.examples.index_select(0, index)
        if found.dtype == torch.int64:
            return found
        found = found.to(dtype)
        if self.scale != 1:
            found = found.mul_(self.scale)
        if self.stochastic:
            # twice as fast as torch.bernoulli on a processor
            found = (torch.rand(found.shape, generator=generator, dtype=dtype, device=found.device) < found).to(dtype)
        if self.deviations is not None:
            deviations = self.deviations.index_select(0, index).to(dtype)
            noise = torch.randn(found.shape, generator=generator, dtype=dtype, device=found.device)
            found = found + deviations * noise
        return found

    def all(self, *, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return all examples as floats, before any draw."""
        everything = torch.arange(len(self), device=self.examples.device)
        return dataclasses.replace(self, stochastic=False, deviations=None).take(everything, dtype=dtype)

    def first(self, count: int) -> "Part":
        """Return the first examples of the split."""
        return self.map(lambda values: values[:count])

    def to(self, device: torch.device) -> "Part":
        """Return the split on a device."""
        return self.map(lambda values: values.to(device))

    def map(self, change: Callable[[Tensor], Tensor]) -> "Part":
        """Return the split with a function applied to its examples, and to their labels and deviations."""
        labels = None if self.labels is None else change(self.labels)
        deviations = None if self.deviations is None else change(self.deviations)
        return dataclasses.replace(self, examples=change(self.examples), labels=labels, deviations=deviations)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class DataSet:
    """The splits of a data set.

    Attributes:
        name: For messages and records.
        train: What is trained on.
        validation: What decides about learning rate, stopping and hyper-parameters.
        test: What is reported.
        noise: Draws of the noise distribution of a contrastive objective.
        vocabulary: The tokens by number, for text.
    """

    name: str
    train: Part
    validation: Part | None = None
    test: Part | None = None
    noise: Part | None = None
    vocabulary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse splits whose examples differ in shape."""
        for name in ("validation", "test", "noise"):
            part: Part | None = getattr(self, name)
            if part is not None and part.shape != self.train.shape:
                msg = f"{name} must have examples of shape {self.train.shape} as train has, got {part.shape}"
                raise InvalidInputError(msg)

    def map(self, change: Callable[[str, Part], Part]) -> "DataSet":
        """Return the data set with a function applied to each split it has; it is told the name of the split."""

        def changed(name: str) -> Part | None:
            part: Part | None = getattr(self, name)
            return None if part is None else change(name, part)

        return dataclasses.replace(
            self,
            train=change("train", self.train),
            validation=changed("validation"),
            test=changed("test"),
            noise=changed("noise"),
        )


def split_off(part: Part, count: int) -> tuple[Part, Part | None]:
    """Return a split without its last examples, and these."""
    if not 0 <= count < len(part):
        msg = f"validation_size must be at least 0 and below the {len(part)} training examples, got {count}"
        raise InvalidInputError(msg)
    if count == 0:
        return part, None
    return part.first(len(part) - count), part.map(lambda values: values[-count:])


def shuffled(part: Part, *, seed: int) -> Part:
    """Return the examples in an order that the seed determines."""
    order = torch.randperm(len(part), generator=torch.Generator().manual_seed(seed))
    return part.map(lambda values: values[order])


def divide(part: Part, *, name: str, validation: int, test: int, seed: int) -> DataSet:
    """Return a data set whose splits are drawn from one set of examples."""
    rest, tested = split_off(shuffled(part, seed=seed), test)
    train, validated = split_off(rest, validation)
    return DataSet(name=name, train=train, validation=validated, test=tested)
