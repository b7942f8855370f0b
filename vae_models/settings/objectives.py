"""Objectives: what is minimised, with weights that are numbers or schedules in steps."""

import dataclasses
from typing import ClassVar, Literal

from vae_models.schedules import CyclicRamp, LinearRamp
from vae_models.settings.checks import require_finite, require_not_negative, require_positive
from vae_models.settings.divergences import AdversarialConfig, Divergence, MMDConfig
from vae_models.settings.noise import GaussianNoiseConfig, Noise

Weight = float | LinearRamp | CyclicRamp
Reconstruction = Literal["squared-error", "likelihood"]


def _require_weights(record: object, *names: str) -> None:
    require_not_negative(record, *(name for name in names if isinstance(getattr(record, name), (int, float))))


@dataclasses.dataclass(frozen=True, kw_only=True)
class AmortisedConfig:
    """q(z|x) is what the encoder gives."""

    kind: ClassVar[str] = "amortised"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RefinementConfig:
    """q(z|x) is refined for each x by steps of gradient descent on its ELBO: SVI, or SA-VAE where differentiable.

    Attributes:
        steps: Of descent.
        learning_rate: Of them.
        momentum: Of them, below 1.
        clip: Longest gradient of one x.
        differentiable: Whether the encoder learns through the steps (SA-VAE).
        start: The encoder, or the prior.
    """

    kind: ClassVar[str] = "refinement"

    steps: int = 20
    learning_rate: float = 1.0
    momentum: float = 0.5
    clip: float = 5.0
    differentiable: bool = False
    start: Literal["encoder", "prior"] = "encoder"

    def __post_init__(self) -> None:
        """Refuse numbers of steps, rates and lengths that are not above zero."""
        require_positive(self, "steps", "learning_rate", "clip")
        require_not_negative(self, "momentum")


InferenceForm = AmortisedConfig | RefinementConfig


@dataclasses.dataclass(frozen=True, kw_only=True)
class ElboConfig:
    """Reconstruction + beta KL: the negative ELBO, the beta-VAE, annealing, free bits, SVI and SA-VAE.

    Attributes:
        beta: Weight of KL(q(z|x) || p).
        free_bits: Nats of KL below which nothing is gained; None leaves them out.
        free_bits_per: Whether these are for each coordinate or in all.
        inference: How q(z|x) comes about.
    """

    kind: ClassVar[str] = "elbo"

    beta: Weight = 1.0
    free_bits: float | None = None
    free_bits_per: Literal["coordinate", "total"] = "coordinate"
    inference: InferenceForm = AmortisedConfig()

    def __post_init__(self) -> None:
        """Refuse negative weights."""
        _require_weights(self, "beta")
        require_not_negative(self, "free_bits")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixtureElboConfig:
    """The ELBO of a model with classes, GMVAE or IL-LIDMVAE, with the classes summed out.

    Attributes:
        beta: Weight of the divergences of y and of z.
    """

    kind: ClassVar[str] = "mixture-elbo"

    beta: Weight = 1.0

    def __post_init__(self) -> None:
        """Refuse a negative weight."""
        _require_weights(self, "beta")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArElboConfig:
    """AR-ELBO: the variance of a Gaussian likelihood profiled out (MLE), + KL.

    Attributes:
        parameterisation: Which entries of the variance are equal.
        floor: Added before the logarithm; None takes that of the paper.
    """

    kind: ClassVar[str] = "ar-elbo"

    parameterisation: Literal["Iso-I", "Iso-D", "Diag-I", "Diag-D"] = "Iso-I"
    floor: float | None = None

    def __post_init__(self) -> None:
        """Refuse a negative floor."""
        require_not_negative(self, "floor")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeterministicElboConfig:
    """The ELBO at zero variance of z without its infinite constant: reconstruction + E|mean|^2/2."""

    kind: ClassVar[str] = "deterministic-elbo"


@dataclasses.dataclass(frozen=True, kw_only=True)
class NCVAEConfig:
    """NC-VAE: reconstruction + beta KL(q || p) + delta E_pn KL(q || N(0, K^2 I)).

    Attributes:
        beta: Weight of KL(q(z|x) || p) of data.
        delta: Weight of the divergence of noise.
        noise_scale: K, standard deviation of the prior of codes of noise.
        noise: p_n, the distribution of noise.
    """

    kind: ClassVar[str] = "nc-vae"

    beta: Weight = 1.0
    delta: Weight = 1.0
    noise_scale: float = 5.0
    noise: Noise = GaussianNoiseConfig()

    def __post_init__(self) -> None:
        """Refuse negative weights, and a deviation that is not above zero."""
        _require_weights(self, "beta", "delta")
        require_positive(self, "noise_scale")


@dataclasses.dataclass(frozen=True, kw_only=True)
class InfoVAEConfig:
    """InfoVAE: reconstruction + (1 - alpha) KL(q || p) + (alpha + scale - 1) D(gamma || p).

    Attributes:
        alpha: As in the paper; 1 leaves the KL out.
        scale: lambda of the paper.
        divergence: D, of the aggregate gamma from the prior.
    """

    kind: ClassVar[str] = "info-vae"

    alpha: float = 0.0
    scale: float = 1000.0
    divergence: Divergence = MMDConfig()

    def __post_init__(self) -> None:
        """Refuse weights that are not finite."""
        require_finite(self, "alpha", "scale")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AAEConfig:
    """The adversarial autoencoder: reconstruction + scale JSD(gamma || p).

    Attributes:
        scale: Weight of the divergence.
        divergence: Its discriminator.
        reconstruction: -E log p(x|z), or the squared error of the mean.
    """

    kind: ClassVar[str] = "aae"

    scale: Weight = 1.0
    divergence: AdversarialConfig = AdversarialConfig()
    reconstruction: Reconstruction = "likelihood"

    def __post_init__(self) -> None:
        """Refuse a negative weight."""
        _require_weights(self, "scale")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AutoencoderConfig:
    """The autoencoder: the reconstruction from the mean of q(z|x), and nothing else.

    Attributes:
        reconstruction: The squared error of the mean, or -log p(x|z).
    """

    kind: ClassVar[str] = "autoencoder"

    reconstruction: Reconstruction = "squared-error"


@dataclasses.dataclass(frozen=True, kw_only=True)
class WAEConfig:
    """WAE-MMD: the reconstruction + weight MMD^2 of codes and prior, unbiased, with the seven-scale kernel.

    Attributes:
        weight: Of the divergence.
        reconstruction: The squared error of the mean, or -log p(x|z).
        reconstruction_weight: 0.05 in the public code.
        prior_variance: Sets the lengths of the kernel.
        code: The mean of q(z|x), or a draw.
    """

    kind: ClassVar[str] = "wae"

    weight: float = 10.0
    reconstruction: Reconstruction = "squared-error"
    reconstruction_weight: float = 1.0
    prior_variance: float = 1.0
    code: Literal["mean", "draw"] = "mean"

    def __post_init__(self) -> None:
        """Refuse negative weights and a variance that is not above zero."""
        require_not_negative(self, "weight", "reconstruction_weight")
        require_positive(self, "prior_variance")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RAEConfig:
    """RAE: the reconstruction + code_weight |z|^2/2 + penalty_weight penalty of the decoder.

    RAE-SN is the penalty none with the spectral norm of the model.

    Attributes:
        code_weight: Of |z|^2/2.
        penalty: gradient: RAE-GP; weights: RAE-L2.
        penalty_weight: Of the penalty.
        probes: Random directions for each code, for the gradient penalty.
        reconstruction: The squared error of the mean, or -log p(x|z).
    """

    kind: ClassVar[str] = "rae"

    code_weight: float = 1e-3
    penalty: Literal["none", "gradient", "weights"] = "none"
    penalty_weight: float = 0.0
    probes: int = 1
    reconstruction: Reconstruction = "squared-error"

    def __post_init__(self) -> None:
        """Refuse negative weights and no probe."""
        require_not_negative(self, "code_weight", "penalty_weight")
        require_positive(self, "probes")


ObjectiveForm = (
    ElboConfig
    | MixtureElboConfig
    | ArElboConfig
    | DeterministicElboConfig
    | NCVAEConfig
    | InfoVAEConfig
    | AAEConfig
    | AutoencoderConfig
    | WAEConfig
    | RAEConfig
)
