"""Noise of the contrastive objective: what p_n(x) is drawn from."""

import dataclasses
from typing import ClassVar

from vae_models.settings.checks import require_positive


@dataclasses.dataclass(frozen=True, kw_only=True)
class GaussianNoiseConfig:
    """GN: x with Gaussian noise.

    Attributes:
        scale: Standard deviation of the noise.
    """

    kind: ClassVar[str] = "gaussian"

    scale: float = 0.01

    def __post_init__(self) -> None:
        """Refuse a deviation that is not above zero."""
        require_positive(self, "scale")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecoderNoiseConfig:
    """CD: draws of the decoder itself.

    Attributes:
        refresh_every: Steps between two draws.
        pool_batches: Number of batches that are drawn at a time.
    """

    kind: ClassVar[str] = "decoder"

    refresh_every: int = 1
    pool_batches: int = 1

    def __post_init__(self) -> None:
        """Refuse counts below one."""
        require_positive(self, "refresh_every", "pool_batches")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataNoiseConfig:
    """The noise that the data set brings, as gaussian-noise does."""

    kind: ClassVar[str] = "data"


Noise = GaussianNoiseConfig | DecoderNoiseConfig | DataNoiseConfig
