"""Layers of recurrent networks over sentences, their options, and what a batch of sentences must satisfy."""

import dataclasses

import torch
from torch import Tensor, nn

from vae_models.data.text import BEGIN, PADDING
from vae_models.networks.checks import require_batch
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """An LSTM over embedded tokens; the values are those of NC-VAE for Yahoo and Yelp.

    Attributes:
        embedding: Numbers for each token.
        hidden: Of the state.
        layers: Of the LSTM.
        dropout: Of what goes into a decoder and of what comes out, in training.
        word_dropout: Probability by which a token that goes into a decoder is UNKNOWN instead, in training.
        initial: Weights start uniform between plus and minus this.
        initial_embedding: Embeddings likewise.

    Source:
        One layer: NC-VAE, section 6.2; the other values from the public code of lagging inference (He et al. 2019),
        ``config_yahoo.py``. Word dropout, none there: Bowman et al. (2016), Generating sentences from a continuous
        space, section 3.1.
    """

    embedding: int = 512
    hidden: int = 1024
    layers: int = 1
    dropout: float = 0.5
    word_dropout: float = 0.0
    initial: float = 0.01
    initial_embedding: float = 0.1

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("embedding", "hidden", "layers"):
            require_count(name, getattr(self, name))
        for name in ("dropout", "word_dropout"):
            require_in_range(name, getattr(self, name), least=0.0, most=1.0)
        for name in ("initial", "initial_embedding"):
            require_in_range(name, getattr(self, name), least=0.0)

    def tokens(self, classes: int, generator: torch.Generator | None) -> nn.Embedding:
        """Return the layer that embeds tokens."""
        layer = nn.Embedding(classes, self.embedding, device="meta").to_empty(device=torch.get_default_device())
        _uniform(layer, self.initial_embedding, generator)
        return layer

    def lstm(self, inputs: int, generator: torch.Generator | None) -> nn.LSTM:
        """Return the LSTM."""
        layer = nn.LSTM(inputs, self.hidden, num_layers=self.layers, batch_first=True, device="meta")
        layer = layer.to_empty(device=torch.get_default_device())
        _uniform(layer, self.initial, generator)
        return layer

    def linear(self, inputs: int, outputs: int, generator: torch.Generator | None) -> nn.Linear:
        """Return a linear layer without bias."""
        layer = nn.Linear(inputs, outputs, bias=False, device="meta").to_empty(device=torch.get_default_device())
        _uniform(layer, self.initial, generator)
        return layer


def require_text(length: int, classes: int) -> None:
    """Refuse rows too short for a token between begin and end, and a vocabulary without a word."""
    require_count("length", length, least=3)
    require_count("classes", classes, least=5)


def require_sentences(data: Tensor, *, length: int, classes: int) -> None:
    """Refuse what is not a batch of rows of token numbers; the numbers themselves are looked at on a processor only."""
    require_batch("x", data, (length,))
    if data.is_floating_point():
        msg = f"x must hold token numbers, got {data.dtype}"
        raise InvalidInputError(msg)
    if data.device.type != "cpu" or not len(data):  # looking would stop a GPU until it has caught up
        return
    low, high = (int(limit) for limit in torch.aminmax(data))
    if low < 0 or high >= classes:
        msg = f"x must hold token numbers from 0 to {classes - 1}, got {low} to {high}"
        raise InvalidInputError(msg)
    if bool((data[:, 0] != BEGIN).any()):
        msg = f"x must have {BEGIN} (begin) at the start of every row, as data.text.encode makes them"
        raise InvalidInputError(msg)


def longest(data: Tensor) -> int:
    """Return how many places are needed for the longest row, at least 2; all of them where asking would be slow."""
    return max(2, int((data != PADDING).sum(dim=1).max())) if data.device.type == "cpu" else data.shape[1]


def _uniform(module: nn.Module, bound: float, generator: torch.Generator | None) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(-bound, bound, generator=generator)
