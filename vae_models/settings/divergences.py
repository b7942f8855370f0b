"""Divergences of the aggregate posterior from the prior, as settings."""

import dataclasses
from typing import ClassVar, Literal

from vae_models.settings.checks import require_not_negative, require_positive


@dataclasses.dataclass(frozen=True, kw_only=True)
class MMDConfig:
    """The squared maximum mean discrepancy of the codes of a batch and of draws of the prior.

    Attributes:
        kernel: gaussian, or multiquadratic with the seven scales of WAE.
        squared_length: Of the Gaussian kernel; None takes the square of the number of coordinates.
        unbiased: Leave out the diagonals of the Gram matrices.
        prior_count: Number of draws of the prior; None takes as many as codes.
    """

    kind: ClassVar[str] = "mmd"

    kernel: Literal["gaussian", "multiquadratic"] = "gaussian"
    squared_length: float | None = None
    unbiased: bool = False
    prior_count: int | None = None

    def __post_init__(self) -> None:
        """Refuse lengths and counts that are not above zero."""
        require_positive(self, "squared_length", "prior_count")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SteinConfig:
    """The Stein variational surrogate of KL(gamma || p): only its gradient means something."""

    kind: ClassVar[str] = "stein"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AdversarialConfig:
    """The Jensen-Shannon divergence of codes and prior by a discriminator.

    Attributes:
        width: Of the hidden layers of the discriminator.
        layers: Number of its hidden layers.
        saturating: Whether the gradient is that of the bound; otherwise it is that of -E log D(z) / 2.
    """

    kind: ClassVar[str] = "adversarial"

    width: int = 512
    layers: int = 3
    saturating: bool = False

    def __post_init__(self) -> None:
        """Refuse a discriminator without hidden layer."""
        require_positive(self, "width", "layers")


@dataclasses.dataclass(frozen=True, kw_only=True)
class WassersteinConfig:
    """The Wasserstein distance of codes and prior by a critic whose slope is held near one (WGAN-GP).

    Attributes:
        width: Of the hidden layers of the critic.
        layers: Number of its hidden layers.
        penalty: Weight of the squared excess of the slope.
    """

    kind: ClassVar[str] = "wasserstein"

    width: int = 512
    layers: int = 3
    penalty: float = 10.0

    def __post_init__(self) -> None:
        """Refuse a critic without hidden layer and a negative weight."""
        require_positive(self, "width", "layers")
        require_not_negative(self, "penalty")


Divergence = MMDConfig | SteinConfig | AdversarialConfig | WassersteinConfig
