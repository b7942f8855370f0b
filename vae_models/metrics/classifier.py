"""A small classifier trained on the spot: its features for the Frechet distance, its classes for their distribution."""

import dataclasses

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from vae_models.metrics.frechet import Features
from vae_models.networks.layers import linear
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.validation import require_count
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Classifier:
    """A fully connected network with two hidden layers, the second of which are the features.

    Attributes:
        trunk: From x to features.
        head: From features to logits.
        accuracy: On what it was not trained on; None where there was nothing.
    """

    trunk: MLP
    head: nn.Linear
    accuracy: float | None = None

    @torch.no_grad()
    def features(self, data: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """Return the features of each x."""
        found: Tensor = self.trunk(data)
        return found

    @torch.no_grad()
    def probabilities(self, data: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch classes"]:
        """Return the probabilities of the classes of each x."""
        return torch.softmax(self.head(self.trunk(data)), dim=1)

    @property
    def description(self) -> str:
        """What it is, in a record."""
        accuracy = "" if self.accuracy is None else f" of accuracy {self.accuracy:.3f}"
        return f"classifier{accuracy} trained on the data"

    def own_features(self) -> Features:
        """Return its features for a Frechet distance."""
        return Features(
            name="frechet_distance_own_features",
            description=f"own features: {self.description}",
            function=self.features,
        )


def train_classifier(
    data: Shaped[Tensor, "n ..."],
    labels: Int[Tensor, " n"],
    *,
    held_out: tuple[Tensor, Tensor] | None = None,
    widths: tuple[int, int] = (256, 64),
    steps: int = 1500,
    batch_size: int = 128,
    seed: int = 0,
) -> Classifier:
    """Return a classifier trained with Adam (rate 0.001) on the cross-entropy.

    Args:
        data: x of any shape, floats.
        labels: Their classes, from 0 on.
        held_out: x and classes that tell the accuracy.
        widths: Of the hidden layers; the last is the number of features.
        steps: >= 1.
        batch_size: >= 1; drawn with replacement.
        seed: Of weights and batches.
    """
    require_count("steps", steps)
    require_count("batch_size", batch_size)
    if not len(data) or len(data) != len(labels) or not data.is_floating_point() or int(labels.min()) < 0:
        msg = (
            f"data must be floats, each with a class from 0 on, got {len(data)} {data.dtype} and {len(labels)} classes"
        )
        raise InvalidInputError(msg)
    generator = torch.Generator().manual_seed(seed)
    trunk = mlp_trunk(tuple(data.shape[1:]), widths=widths, generator=generator)
    head = linear(widths[-1], int(labels.max()) + 1, generator=generator)
    network = nn.ModuleList([trunk, head]).to(device=data.device, dtype=data.dtype)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    order = torch.randint(len(data), (steps, batch_size), generator=generator).to(data.device)
    with torch.enable_grad():
        for index in order:
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(head(trunk(data[index])), labels[index])
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    network.requires_grad_(requires_grad=False)
    trained = Classifier(trunk=trunk, head=head)
    if held_out is None:
        return trained
    right = trained.probabilities(held_out[0]).argmax(dim=1) == held_out[1]
    return dataclasses.replace(trained, accuracy=float(right.double().mean()))
