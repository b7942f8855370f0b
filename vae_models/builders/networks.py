"""Encoder and decoder networks from their settings."""

import math
from typing import assert_never

from torch import nn

from vae_models.networks.arelbo import arelbo_decoder, arelbo_trunk
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.conv import ConvDecoder, Convolution, ConvTrunk, Dense
from vae_models.networks.mlp import MLP, FlatTrunk, mlp_trunk
from vae_models.networks.pixelcnn import PixelCNNDecoder
from vae_models.networks.resnet import ResNetTrunk
from vae_models.settings.networks import (
    AnnealedStrengthConfig,
    ArelboNetworkConfig,
    BrenierConfig,
    ConvConfig,
    DecoderNetwork,
    EncoderNetwork,
    MLPConfig,
    PixelCNNConfig,
    ResNetConfig,
    SkipConfig,
)
from vae_models.two_stage import SkipNetwork, SkipTrunk

_STRIDE = 2  # of every convolution of a ConvConfig


def build_trunk(config: EncoderNetwork, *, data_shape: tuple[int, ...]) -> nn.Module:
    """Return the network from x to features, with attributes ``data_shape`` and ``features``."""
    match config:
        case MLPConfig(widths=()):
            return FlatTrunk(data_shape)
        case MLPConfig():
            return mlp_trunk(data_shape, widths=config.widths, activation=config.activation)
        case ConvConfig():
            return ConvTrunk(data_shape, convolutions=_convolutions(config), dense=_dense(config))
        case ArelboNetworkConfig():
            return arelbo_trunk(config.network, data_shape=data_shape)
        case ResNetConfig():
            return ResNetTrunk(data_shape, channels=config.channels, features=config.features)
        case SkipConfig():
            return SkipTrunk(data_shape, width=config.width, layers=config.layers)
        case _:
            assert_never(config)


def build_decoder(
    config: DecoderNetwork, *, latent_dim: int, data_shape: tuple[int, ...], output_shape: tuple[int, ...]
) -> nn.Module:
    """Return the network from z, and x where it is autoregressive, to what the likelihood takes: ``output_shape``."""
    match config:
        case MLPConfig():
            return MLP((latent_dim,), output_shape, widths=config.widths, activation=config.activation)
        case ConvConfig():
            *before, first = _convolutions(config)
            return ConvDecoder(
                latent_dim,
                output_shape,
                dense=_dense(config)[::-1],
                first=Dense(width=first.channels, norm=config.norm, activation=config.activation),
                convolutions=tuple(before[::-1]),
                last=Convolution(channels=output_shape[0], kernel=config.kernel, stride=_STRIDE, activation="identity"),
            )
        case ArelboNetworkConfig():
            return arelbo_decoder(config.network, output_shape=output_shape, latent_dim=latent_dim)
        case PixelCNNConfig():
            return PixelCNNDecoder(
                latent_dim,
                data_shape,
                output_shape,
                kernels=config.kernels,
                channels=config.channels,
                maps=config.maps,
                direct=config.direct,
            )
        case SkipConfig():
            flat = SkipNetwork(latent_dim, math.prod(output_shape), width=config.width, layers=config.layers)
            return nn.Sequential(flat, nn.Unflatten(1, output_shape))
        case BrenierConfig(strength=strength):
            return BrenierDecoder(
                latent_dim,
                output_shape,
                strength=strength.start if isinstance(strength, AnnealedStrengthConfig) else strength,
                widths=config.widths,
                profile=config.profile[0] if len(config.profile) == 1 else config.profile,
                positive=config.positive,
            )
        case _:
            assert_never(config)


def _convolutions(config: ConvConfig) -> tuple[Convolution, ...]:
    return tuple(
        Convolution(
            channels=channels, kernel=config.kernel, stride=_STRIDE, norm=config.norm, activation=config.activation
        )
        for channels in config.channels
    )


def _dense(config: ConvConfig) -> tuple[Dense, ...]:
    return tuple(Dense(width=width, norm=config.norm, activation=config.activation) for width in config.dense)
