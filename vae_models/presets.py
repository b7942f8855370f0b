"""The configurations by name, and what builds model and objective from each; importing this loads no torch."""

import dataclasses
from collections.abc import Mapping

from vae_models.config import DataConfig, MachineConfig, ModelConfig, ObjectiveConfig, OptimiserConfig, RunConfig
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preset:
    """A configuration that can be run as it stands.

    Attributes:
        summary: What it is, in one line.
        config: Its values; the command line changes some.
        build: ``module:function``; the function takes the configuration and the data set and returns model and
            objective. It is named rather than imported, so that listing presets needs no torch.
    """

    summary: str
    config: RunConfig
    build: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlainModel(ModelConfig):
    """A Gaussian encoder and a decoder of fully connected layers.

    Attributes:
        latent_dim: Number of latent coordinates.
        hidden: Width of the one hidden layer of encoder and decoder; 0 makes both linear.
        likelihood: bernoulli, or gaussian with variance 1.
    """

    latent_dim: int = 8
    hidden: int = 128
    likelihood: str = "bernoulli"

    def __post_init__(self) -> None:
        """Refuse widths that are no widths, and an unknown likelihood."""
        if self.latent_dim < 1 or self.hidden < 0:
            msg = f"latent_dim must be at least 1 and hidden at least 0, got {self.latent_dim} and {self.hidden}"
            raise InvalidInputError(msg)
        if self.likelihood not in {"bernoulli", "gaussian"}:
            msg = f"likelihood must be bernoulli or gaussian, got {self.likelihood!r}"
            raise InvalidInputError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlainElbo(ObjectiveConfig):
    """The negative evidence lower bound with a weight on the divergence.

    Attributes:
        beta: Weight of KL(q(z|x) || p).
    """

    beta: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a negative weight."""
        if not 0 <= self.beta < float("inf"):
            msg = f"beta must be at least 0 and finite, got {self.beta!r}"
            raise InvalidInputError(msg)


PRESETS: Mapping[str, Preset] = {
    "digits": Preset(
        summary="VAE of scikit-learn's 8x8 digits, fully connected, dynamic binarisation; seconds on one core",
        config=RunConfig(
            preset="digits",
            epochs=20,
            data=DataConfig(source="digits", binarisation="dynamic"),
            model=PlainModel(),
            objective=PlainElbo(),
            optimiser=OptimiserConfig(),
            machine=MachineConfig(),
        ),
        build="vae_models.starter:build",
    ),
}


def find_preset(name: str) -> Preset:
    """Return the preset of a name, or raise InvalidInputError with the names there are."""
    if name not in PRESETS:
        msg = f"preset must be one of {', '.join(PRESETS)}, got {name!r}"
        raise InvalidInputError(msg)
    return PRESETS[name]
