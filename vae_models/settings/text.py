"""Networks over sentences: an LSTM, and the decoder of IL-LIDSVAE that ends in inverse-Lipschitz maps."""

import dataclasses
from typing import ClassVar

from vae_models.settings.checks import require, require_not_negative, require_positive, require_widths
from vae_models.settings.strength import AnnealedStrengthConfig


def _check(record: "LSTMConfig | LIDSVAEConfig") -> None:
    require_positive(record, "embedding", "hidden", "layers")
    require_not_negative(record, "initial", "initial_embedding")
    for name in ("dropout", "word_dropout"):
        value = getattr(record, name)
        require(0 <= value <= 1, name, value, "between 0 and 1")


@dataclasses.dataclass(frozen=True, kw_only=True)
class LSTMConfig:
    """An LSTM: as encoder its state after the sentence; as decoder with z in every input and in the initial state.

    Attributes:
        embedding: Numbers for each token.
        hidden: Of the state.
        layers: Of the LSTM.
        dropout: Of what goes into a decoder and of what comes out.
        word_dropout: Probability by which a token that goes into a decoder is the unknown one instead.
        initial: Weights begin uniform between plus and minus this.
        initial_embedding: Embeddings likewise.
    """

    kind: ClassVar[str] = "lstm"

    embedding: int = 512
    hidden: int = 1024
    layers: int = 1
    dropout: float = 0.5
    word_dropout: float = 0.0
    initial: float = 0.01
    initial_embedding: float = 0.1

    def __post_init__(self) -> None:
        """Refuse sizes below one and what is no probability."""
        _check(self)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LIDSVAEConfig:
    """The decoder of IL-LIDSVAE: the state of an LSTM and z together in an inverse-Lipschitz map.

    Attributes:
        strength: L of each of the two maps, 0 for LIDSVAE, or its annealing.
        widths: Of the hidden layers of each potential.
        embedding: Numbers for each token.
        hidden: Of the state; with latent_dim at most the vocabulary.
        layers: Of the LSTM.
        dropout: Of what goes into the LSTM and of what comes out.
        word_dropout: Probability by which a token that goes in is the unknown one instead.
        initial: Weights of the LSTM begin uniform between plus and minus this.
        initial_embedding: Embeddings likewise.
    """

    kind: ClassVar[str] = "lidsvae"

    strength: float | AnnealedStrengthConfig = 1.0
    widths: tuple[int, ...] = (128, 128)
    embedding: int = 50
    hidden: int = 50
    layers: int = 2
    dropout: float = 0.0
    word_dropout: float = 0.0
    initial: float = 0.01
    initial_embedding: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a negative constant, sizes below one and what is no probability."""
        if not isinstance(self.strength, AnnealedStrengthConfig):
            require_not_negative(self, "strength")
        require_widths(self, "widths", fewest=1)
        _check(self)
