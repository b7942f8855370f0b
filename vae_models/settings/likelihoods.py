"""Likelihoods p(x|z), and where the variance of a Gaussian one comes from."""

import dataclasses
from typing import ClassVar, Literal

from vae_models.settings.checks import require, require_not_negative, require_positive


@dataclasses.dataclass(frozen=True, kw_only=True)
class BernoulliConfig:
    """Independent Bernoulli entries."""

    kind: ClassVar[str] = "bernoulli"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FixedVarianceConfig:
    """A variance that is not trained.

    Attributes:
        value: Of every entry of x.
    """

    kind: ClassVar[str] = "fixed"

    value: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a variance that is not above zero."""
        require_positive(self, "value")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainedVarianceConfig:
    """A variance that is trained, in one of the four parameterisations of AR-ELBO.

    Attributes:
        parameterisation: Iso-I: one number; Diag-I: one for each entry of x; Iso-D and Diag-D: the same as functions
            of z, made by the decoder.
        initial: At the start, for Iso-I and Diag-I.
        floor: Added to the variance.
    """

    kind: ClassVar[str] = "trained"

    parameterisation: Literal["Iso-I", "Iso-D", "Diag-I", "Diag-D"] = "Iso-I"
    initial: float = 1.0
    floor: float = 1e-6

    def __post_init__(self) -> None:
        """Refuse a start that is not above zero and a negative floor."""
        require_positive(self, "initial")
        require_not_negative(self, "floor")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GaussianConfig:
    """Independent Gaussian entries.

    Attributes:
        variance: Where it comes from.
        activation: Of the mean; sigmoid keeps it between 0 and 1.
    """

    kind: ClassVar[str] = "gaussian"

    variance: FixedVarianceConfig | TrainedVarianceConfig = FixedVarianceConfig()
    activation: Literal["identity", "sigmoid"] = "identity"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LogisticMixtureConfig:
    """The discretised mixture of logistics of PixelCNN++.

    Attributes:
        components: Of the mixture.
        levels: Number of values that an entry of x can take, equidistant in [0, 1].
    """

    kind: ClassVar[str] = "logistic-mixture"

    components: int = 10
    levels: int = 256

    def __post_init__(self) -> None:
        """Refuse no component and fewer than two levels."""
        require_positive(self, "components")
        require(self.levels >= 2, "levels", self.levels, "at least 2")


@dataclasses.dataclass(frozen=True, kw_only=True)
class CategoricalConfig:
    """Independent tokens.

    Attributes:
        classes: Number of different tokens; None takes the vocabulary of the data.
        padding: Token that counts nothing; None counts all.
    """

    kind: ClassVar[str] = "categorical"

    classes: int | None = None
    padding: int | None = 0

    def __post_init__(self) -> None:
        """Refuse fewer than two classes and a negative token."""
        require(self.classes is None or self.classes >= 2, "classes", self.classes, "at least 2")
        require_not_negative(self, "padding")


LikelihoodForm = BernoulliConfig | GaussianConfig | LogisticMixtureConfig | CategoricalConfig
