"""The DCGAN pair of InfoVAE for images of one channel."""

import torch

from vae_models.networks.conv import ConvDecoder, Convolution, ConvTrunk, Dense
from vae_models.networks.heads import DiagonalHead, Encoder

FLOOR = 0.01  # of the deviation of the posterior


def dcgan_encoder(
    data_shape: tuple[int, ...],
    latent_dim: int,
    *,
    floor: float = FLOOR,
    generator: torch.Generator | None = None,
) -> Encoder:
    """Return the encoder: two convolutions, one layer of 1024, a deviation between its floor and 1 + floor.

    Args:
        data_shape: (channels, height, width) or (height, width), which 4 divides; 28 x 28 in the paper.
        latent_dim: Number of latent coordinates.
        floor: Added to the deviation.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For a shape that the strides do not divide.

    Source:
        infovae, section 5 (DCGAN networks); layers, leak 0.1 and deviation from the author's public code,
        which takes the larger of sigmoid and 0.01 for the deviation; here the two are added, so that
        the gradient never vanishes.
    """
    trunk = ConvTrunk(
        data_shape,
        convolutions=tuple(
            Convolution(channels=channels, kernel=4, stride=2, activation="leaky_relu_0.1") for channels in (64, 128)
        ),
        dense=(Dense(width=1024, activation="leaky_relu_0.1"),),
        generator=generator,
    )
    head = DiagonalHead(trunk.features, latent_dim, link="sigmoid", floor=floor, generator=generator)
    return Encoder(trunk, head)


def dcgan_decoder(
    latent_dim: int,
    output_shape: tuple[int, ...],
    *,
    output_activation: str = "identity",
    generator: torch.Generator | None = None,
) -> ConvDecoder:
    """Return the decoder: layers of 1024 and 128 maps, two transposed convolutions.

    Args:
        latent_dim: Number of latent coordinates.
        output_shape: ``likelihood.parameter_shape(data_shape)``.
        output_activation: "identity" where the likelihood takes logits or applies the sigmoid itself.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For a shape that the strides do not divide.

    Source:
        As for ``dcgan_encoder``; FC 1024, FC 6272 (7 x 7 x 128), 64 maps, ReLU between.
    """
    return ConvDecoder(
        latent_dim,
        output_shape,
        dense=(Dense(width=1024),),
        first=Dense(width=128),
        convolutions=(Convolution(channels=64, kernel=4, stride=2),),
        last=Convolution(channels=1, kernel=4, stride=2, activation=output_activation),
        generator=generator,
    )
