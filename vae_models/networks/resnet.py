"""The residual encoder of NC-VAE for images of one channel, from the variational lossy autoencoder."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from vae_models.networks.checks import require_batch
from vae_models.networks.conv import image_shape
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.networks.layers import he_convolution, xavier_linear
from vae_models.validation import require_count, require_counts


class ResidualBlock(nn.Module):
    """elu(f(x) + g(x)): f two 3 x 3 convolutions with normalisation, the first with the stride; g 1 x 1 to fit."""

    def __init__(self, inputs: int, outputs: int, *, stride: int, generator: torch.Generator | None) -> None:
        """Draw the weights."""
        super().__init__()
        first = {"kernel_size": 3, "stride": stride, "padding": 1}
        self.first = he_convolution(inputs, outputs, generator=generator, **first)
        self.second = he_convolution(outputs, outputs, generator=generator, kernel_size=3, padding=1)
        self.around = he_convolution(inputs, outputs, generator=generator, kernel_size=1, stride=stride)
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(3))

    def forward(self, heights: Float[Tensor, "batch inputs _ _"]) -> Float[Tensor, "batch outputs _ _"]:
        """Return the heights after the block, of height and width divided by the stride and rounded up."""
        inner = functional.elu(self.norms[0](self.first(heights)))
        return functional.elu(self.norms[1](self.second(inner)) + self.norms[2](self.around(heights)))


class ResNetTrunk(nn.Module):
    """Residual blocks of stride 2, then one convolution over all that is left.

    Args:
        data_shape: (channels, height, width) or (height, width); 28 x 28 in the paper, any size is served.
        channels: Of the blocks.
        features: Of the last convolution, which is 4 x 4 for 28 x 28.
        generator: Of the initial weights.

    Source:
        NC-VAE, section 6.2 (the encoder of Chen et al. 2017), layers from the public code of lagging inference (He et
        al. 2019), ``ResNetEncoderV2``: three blocks of 64 channels, 512 features.
    """

    def __init__(
        self,
        data_shape: tuple[int, ...],
        *,
        channels: tuple[int, ...] = (64, 64, 64),
        features: int = 512,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_counts("channels", channels)
        require_count("features", features)
        self.planes = image_shape("data_shape", data_shape)
        self.data_shape, self.features = tuple(data_shape), features
        inputs, *size = self.planes
        parts: list[nn.Module] = []
        for outputs in channels:
            parts.append(ResidualBlock(inputs, outputs, stride=2, generator=generator))
            inputs, size = outputs, [math.ceil(side / 2) for side in size]
        parts.append(he_convolution(inputs, features, generator=generator, kernel_size=tuple(size)))
        self.layers = nn.Sequential(*parts, nn.BatchNorm2d(features), nn.ELU(), nn.Flatten())

    def forward(self, data: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """Return the features of each x.

        Raises:
            InvalidInputError: For x of another shape than (batch, *data_shape).
        """
        require_batch("x", data, self.data_shape)
        found: Tensor = self.layers(data.reshape(-1, *self.planes))
        return found


def resnet_encoder(
    data_shape: tuple[int, ...], latent_dim: int, *, generator: torch.Generator | None = None
) -> Encoder:
    """Return the encoder of NC-VAE for Omniglot: the residual trunk and a diagonal head with Xavier's initial law."""
    trunk = ResNetTrunk(data_shape, generator=generator)
    head = DiagonalHead(trunk.features, latent_dim, generator=generator)
    head.layer = xavier_linear(trunk.features, 2 * latent_dim, generator=generator)
    return Encoder(trunk, head)
