"""What is said of z: the form of q(z|x), and the prior p(z)."""

import dataclasses
from typing import ClassVar, Literal

from vae_models.settings.checks import require_finite, require_not_negative, require_positive, require_widths


@dataclasses.dataclass(frozen=True, kw_only=True)
class DiagonalPosteriorConfig:
    """A Gaussian with a mean and a variance for each coordinate, both depending on x.

    Attributes:
        link: exp: the network gives the log variance; sigmoid: the deviation is below 1.
        floor: Added to the deviation.
    """

    kind: ClassVar[str] = "diagonal"

    link: Literal["exp", "sigmoid"] = "exp"
    floor: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a negative floor."""
        require_not_negative(self, "floor")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScalarPosteriorConfig:
    """A Gaussian whose mean depends on x, with one trained variance for all x and coordinates.

    Attributes:
        log_variance: Of it at the start.
    """

    kind: ClassVar[str] = "scalar"

    log_variance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse infinity."""
        require_finite(self, "log_variance")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FixedPosteriorConfig:
    """A Gaussian whose mean depends on x, with one variance that is not trained.

    Attributes:
        variance: 0 makes the encoder deterministic.
    """

    kind: ClassVar[str] = "fixed"

    variance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a negative variance."""
        require_not_negative(self, "variance")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixturePosteriorConfig:
    """q(y|x) q(z|x, y) with a class y and a Gaussian for each: GMVAE and IL-LIDMVAE.

    Attributes:
        classes: Number of values of y.
    """

    kind: ClassVar[str] = "mixture"

    classes: int = 10

    def __post_init__(self) -> None:
        """Refuse no class."""
        require_positive(self, "classes")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FlowPosteriorConfig:
    """A diagonal Gaussian that depends on x, moved by a RealNVP which does not.

    Attributes:
        layers: Number of couplings.
        widths: Of the hidden layers of the network of each.
        volume: Whether couplings scale; the public code of LIDVAE has shifts only.
    """

    kind: ClassVar[str] = "flow"

    layers: int = 2
    widths: tuple[int, ...] = (128, 128)
    volume: bool = True

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_positive(self, "layers")
        require_widths(self, "widths")


PosteriorForm = (
    DiagonalPosteriorConfig
    | ScalarPosteriorConfig
    | FixedPosteriorConfig
    | MixturePosteriorConfig
    | FlowPosteriorConfig
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class IsotropicPriorConfig:
    """N(0, variance I).

    Attributes:
        variance: Of each coordinate.
    """

    kind: ClassVar[str] = "isotropic"

    variance: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a variance that is not above zero."""
        require_positive(self, "variance")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixturePriorConfig:
    """Equally weighted Gaussians of variance 1 with means drawn from N(0, spread^2 I); or trained from there.

    Attributes:
        components: Number of Gaussians.
        spread: Standard deviation of the means at the start.
        trained: Whether weights, means and variances are trained with the model.
    """

    kind: ClassVar[str] = "mixture"

    components: int = 10
    spread: float = 1.0
    trained: bool = True

    def __post_init__(self) -> None:
        """Refuse no component and a negative spread."""
        require_positive(self, "components")
        require_not_negative(self, "spread")


@dataclasses.dataclass(frozen=True, kw_only=True)
class VampPriorConfig:
    """The mixture of the posteriors of trained pseudo-inputs, which begin as the first training examples.

    Attributes:
        components: Number of pseudo-inputs.
        trained_weights: Whether their weights are trained; they are equal otherwise.
    """

    kind: ClassVar[str] = "vamp"

    components: int = 50
    trained_weights: bool = False

    def __post_init__(self) -> None:
        """Refuse no component."""
        require_positive(self, "components")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClassPriorConfig:
    """y ~ Cat(1/c) and z|y ~ N(unit vector of y, I), for the classes of a mixture posterior; or trained from there.

    Attributes:
        trained: Whether means and variances are trained.
        trained_weights: Whether the weights of the classes are trained.
    """

    kind: ClassVar[str] = "classes"

    trained: bool = True
    trained_weights: bool = False


LatentPrior = IsotropicPriorConfig | MixturePriorConfig | VampPriorConfig | ClassPriorConfig
