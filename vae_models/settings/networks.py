"""Networks: how x becomes features, and how z becomes what the likelihood takes."""

import dataclasses
from typing import ClassVar, Literal

from vae_models.settings.checks import require, require_not_negative, require_positive, require_widths
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.settings.text import LIDSVAEConfig, LSTMConfig

Activation = Literal[
    "elu", "gelu", "identity", "leaky_relu", "leaky_relu_0.1", "relu", "sigmoid", "silu", "softplus", "tanh"
]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MLPConfig:
    """Fully connected layers.

    Attributes:
        widths: Of the hidden layers; none makes the network affine.
        activation: After each of them.
    """

    kind: ClassVar[str] = "mlp"

    widths: tuple[int, ...] = (512,)
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        """Refuse widths below one."""
        require_widths(self, "widths")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConvConfig:
    """Convolutions of stride 2 and then fully connected layers; a decoder is the mirror image.

    Attributes:
        channels: Of the convolutions, from the data on; a decoder has them in the opposite order.
        kernel: Side of the square kernels, at least 2.
        dense: Widths of the fully connected layers.
        norm: Whether batch normalisation follows each layer.
        activation: After each layer.
    """

    kind: ClassVar[str] = "conv"

    channels: tuple[int, ...] = (64, 128)
    kernel: int = 4
    dense: tuple[int, ...] = (1024,)
    norm: bool = False
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_widths(self, "channels", fewest=1)
        require_widths(self, "dense")
        require_positive(self, "kernel")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ArelboNetworkConfig:
    """A convolutional network of AR-ELBO, layer by layer as printed.

    Attributes:
        network: smoothness: Appendix D.1; the others: Appendix I.
    """

    kind: ClassVar[str] = "arelbo"

    network: Literal["smoothness", "mnist", "celeba", "celebahq"] = "mnist"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResNetConfig:
    """Residual blocks of stride 2 and one convolution over what is left: the encoder of NC-VAE for Omniglot.

    Attributes:
        channels: Of the blocks.
        features: Of the last convolution.
    """

    kind: ClassVar[str] = "resnet"

    channels: tuple[int, ...] = (64, 64, 64)
    features: int = 512

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_widths(self, "channels", fewest=1)
        require_positive(self, "features")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PixelCNNConfig:
    """Masked convolutions over the image and linear images of z: the decoder of NC-VAE for Omniglot.

    Attributes:
        kernels: One a layer.
        channels: Of the layers, even.
        maps: Number of images that z makes.
        direct: Whether layers are connected to those three further on, as in the public code.
    """

    kind: ClassVar[str] = "pixelcnn"

    kernels: tuple[int, ...] = (7, 7, 7, 7, 7, 5, 5, 5, 5, 3, 3, 3, 3)
    channels: int = 64
    maps: int = 4
    direct: bool = True

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_widths(self, "kernels", fewest=1)
        require_positive(self, "channels", "maps")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GatedPixelCNNConfig:
    """The gated PixelCNN with linear images of z: the decoder of semi-amortised inference.

    Attributes:
        kernels: One a layer.
        channels: Of each of the two stacks.
        maps: Number of images that z makes.
    """

    kind: ClassVar[str] = "gated-pixelcnn"

    kernels: tuple[int, ...] = (9, 9, 9, 7, 7, 7, 5, 5, 5, 3, 3, 3)
    channels: int = 32
    maps: int = 4

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_widths(self, "kernels", fewest=1)
        require_positive(self, "channels", "maps")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PixelCNNPPConfig:
    """PixelCNN++ with z in every block.

    Attributes:
        filters: Of every map.
        blocks: On each level.
        levels: Sizes of the maps, each half of the one before.
        dropout: Inside the blocks.
        starts_from_data: Whether scales and biases begin such that outputs for the first batch have one deviation.
    """

    kind: ClassVar[str] = "pixelcnn-pp"

    filters: int = 160
    blocks: int = 5
    levels: int = 3
    dropout: float = 0.5
    starts_from_data: bool = True

    def __post_init__(self) -> None:
        """Refuse sizes below one and what is no probability."""
        require_positive(self, "filters", "blocks", "levels")
        require(0 <= self.dropout <= 1, "dropout", self.dropout, "between 0 and 1")


@dataclasses.dataclass(frozen=True, kw_only=True)
class SkipConfig:
    """Rectified layers, and a last one that sees the input as well: the networks of the second stage.

    Attributes:
        width: Of the hidden layers.
        layers: Number of hidden layers.
    """

    kind: ClassVar[str] = "skip"

    width: int = 1024
    layers: int = 3

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_positive(self, "width", "layers")


@dataclasses.dataclass(frozen=True, kw_only=True)
class BrenierConfig:
    """The decoder of IL-LIDVAE: gradients of strongly convex networks, one for l = t and two in a row for l < t.

    Attributes:
        strength: L, the inverse Lipschitz constant of each of them, or its annealing.
        widths: Of the hidden layers of each.
        profile: Convex function of every layer, or one for each layer.
        positive: How weights are kept positive.
    """

    kind: ClassVar[str] = "brenier"

    strength: float | AnnealedStrengthConfig = 1.0
    widths: tuple[int, ...] = (512, 512)
    profile: tuple[Literal["softplus", "cubic", "leaky_relu", "logcosh", "squared_leaky_relu"], ...] = ("softplus",)
    positive: Literal["softplus", "exp"] = "softplus"

    def __post_init__(self) -> None:
        """Refuse a negative constant and widths below one."""
        if not isinstance(self.strength, AnnealedStrengthConfig):
            require_not_negative(self, "strength")
        require_widths(self, "widths", fewest=1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FlowDecoderConfig:
    """Another decoder whose outputs go through a RealNVP: one reading of Table 3 of IL-LIDVAE.

    Attributes:
        decoder: What the flow follows.
        layers: Number of couplings.
        widths: Of the hidden layers of the network of each.
        volume: Whether couplings scale.
    """

    kind: ClassVar[str] = "flow"

    decoder: MLPConfig | BrenierConfig = BrenierConfig()
    layers: int = 2
    widths: tuple[int, ...] = (128, 128)
    volume: bool = True

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        require_positive(self, "layers")
        require_widths(self, "widths")


EncoderNetwork = MLPConfig | ConvConfig | ArelboNetworkConfig | ResNetConfig | LSTMConfig | SkipConfig
DecoderNetwork = (
    MLPConfig
    | ConvConfig
    | ArelboNetworkConfig
    | PixelCNNConfig
    | GatedPixelCNNConfig
    | PixelCNNPPConfig
    | LSTMConfig
    | LIDSVAEConfig
    | SkipConfig
    | BrenierConfig
    | FlowDecoderConfig
)
