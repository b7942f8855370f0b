"""Likelihoods of independent discrete entries: Bernoulli, and categorical for tokens."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from vae_models.validation import require_count


class BernoulliLikelihood(nn.Module):
    """Independent Bernoulli entries; the decoder gives logits of the shape of the data.

    Entries of x between 0 and 1 are taken as they are: the value is then a cross-entropy and not a density of x.
    """

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that the decoder must give for one x of ``data_shape``."""
        return data_shape

    def log_density(
        self, decoded: Float[Tensor, "batch ..."], data: Float[Tensor, "batch ..."]
    ) -> Float[Tensor, " batch"]:
        """Return log p(x|z), summed over all entries of x; nats for each x."""
        return -functional.binary_cross_entropy_with_logits(decoded, data, reduction="none").flatten(1).sum(dim=1)

    def mean(self, decoded: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
        """Return E[x|z], the probabilities of one."""
        return torch.sigmoid(decoded)

    @torch.no_grad()
    def sample(
        self, decoded: Float[Tensor, "batch ..."], *, generator: torch.Generator | None = None
    ) -> Float[Tensor, "batch ..."]:
        """Return one draw of x for each z, without gradient."""
        return torch.bernoulli(torch.sigmoid(decoded), generator=generator)


class CategoricalLikelihood(nn.Module):
    """Independent entries in 0, ..., classes - 1, such as tokens; the decoder gives logits with the classes last.

    Args:
        classes: >= 2.
        padding: Entries of this value count nothing, if one is given.
    """

    def __init__(self, *, classes: int, padding: int | None = None) -> None:
        """Keep the options; there are no parameters."""
        super().__init__()
        require_count("classes", classes, least=2)
        if padding is not None:
            require_count("padding", padding, least=0)
        self.classes, self.padding = classes, padding

    def parameter_shape(self, data_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape that the decoder must give for one x of ``data_shape``."""
        return (*data_shape, self.classes)

    def log_density(
        self, decoded: Float[Tensor, "batch *data classes"], data: Int[Tensor, "batch *data"]
    ) -> Float[Tensor, " batch"]:
        """Return log p(x|z), summed over all entries of x; nats for each x."""
        counted = torch.ones_like(data, dtype=torch.bool) if self.padding is None else data != self.padding
        index = torch.where(counted, data, torch.zeros_like(data)).long()  # a padding value may be no class
        chosen = torch.log_softmax(decoded, dim=-1).gather(-1, index.unsqueeze(-1)).squeeze(-1)
        return torch.where(counted, chosen, torch.zeros_like(chosen)).flatten(1).sum(dim=1)

    def mean(self, decoded: Float[Tensor, "batch *data classes"]) -> Float[Tensor, "batch *data classes"]:
        """Return E[one-hot x|z], the probabilities of the classes: classes have no mean of the shape of the data."""
        return torch.softmax(decoded, dim=-1)

    @torch.no_grad()
    def sample(
        self, decoded: Float[Tensor, "batch *data classes"], *, generator: torch.Generator | None = None
    ) -> Int[Tensor, "batch *data"]:
        """Return one draw of x for each z, without gradient."""
        rows = torch.softmax(decoded, dim=-1).reshape(-1, self.classes)
        return torch.multinomial(rows, 1, generator=generator).reshape(decoded.shape[:-1])
