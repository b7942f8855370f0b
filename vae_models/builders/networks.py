"""Encoder and decoder networks from their settings."""

import math
from typing import assert_never

from torch import nn

from vae_models.networks.arelbo import arelbo_decoder, arelbo_trunk
from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.conv import ConvDecoder, Convolution, ConvTrunk, Dense
from vae_models.networks.flows import FlowDecoder, RealNVP
from vae_models.networks.gated_pixelcnn import GatedPixelCNNDecoder
from vae_models.networks.lidsvae import InverseLipschitzLSTMDecoder
from vae_models.networks.mlp import MLP, FlatTrunk, mlp_trunk
from vae_models.networks.pixelcnn import PixelCNNDecoder
from vae_models.networks.pixelcnn_pp import PixelCNNPPDecoder
from vae_models.networks.recurrent import Recurrence
from vae_models.networks.resnet import ResNetTrunk
from vae_models.networks.text import LSTMDecoder, LSTMTrunk
from vae_models.settings.networks import (
    ArelboNetworkConfig,
    BrenierConfig,
    ConvConfig,
    DecoderNetwork,
    EncoderNetwork,
    FlowDecoderConfig,
    GatedPixelCNNConfig,
    MLPConfig,
    PixelCNNConfig,
    PixelCNNPPConfig,
    ResNetConfig,
    SkipConfig,
)
from vae_models.settings.strength import AnnealedStrengthConfig
from vae_models.settings.text import LIDSVAEConfig, LSTMConfig
from vae_models.two_stage import SkipNetwork, SkipTrunk
from variational.errors import InvalidInputError

_STRIDE = 2  # of every convolution of a ConvConfig


def build_trunk(config: EncoderNetwork, *, data_shape: tuple[int, ...], classes: int | None) -> nn.Module:
    """Return the network from x to features, with attributes ``data_shape`` and ``features``.

    Args:
        config: Which one.
        data_shape: Of one x.
        classes: Number of different tokens, where x are tokens.

    Raises:
        InvalidInputError: Sizes do not fit the data.
    """
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
        case LSTMConfig():
            length, tokens = _sentences("encoder", (*data_shape, classes))
            return LSTMTrunk(length, tokens, recurrence=_recurrence(config))
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
        case GatedPixelCNNConfig(kernels=kernels, channels=channels, maps=maps):
            return GatedPixelCNNDecoder(
                latent_dim, data_shape, output_shape, kernels=kernels, channels=channels, maps=maps
            )
        case PixelCNNPPConfig(filters=filters, blocks=blocks, levels=levels):
            return PixelCNNPPDecoder(
                latent_dim,
                data_shape,
                output_shape,
                filters=filters,
                blocks=blocks,
                levels=levels,
                dropout=config.dropout,
                starts_from_data=config.starts_from_data,
            )
        case LSTMConfig():
            length, tokens = _sentences("decoder", output_shape)
            return LSTMDecoder(latent_dim, length, tokens, recurrence=_recurrence(config))
        case LIDSVAEConfig():
            length, tokens = _sentences("decoder", output_shape)
            return InverseLipschitzLSTMDecoder(
                latent_dim,
                length,
                tokens,
                recurrence=_recurrence(config),
                strength=_begun(config.strength),
                widths=config.widths,
            )
        case SkipConfig():
            flat = SkipNetwork(latent_dim, math.prod(output_shape), width=config.width, layers=config.layers)
            return nn.Sequential(flat, nn.Unflatten(1, output_shape))
        case BrenierConfig():
            return BrenierDecoder(
                latent_dim,
                output_shape,
                strength=_begun(config.strength),
                widths=config.widths,
                profile=config.profile[0] if len(config.profile) == 1 else config.profile,
                positive=config.positive,
            )
        case FlowDecoderConfig():
            entries = math.prod(output_shape)
            if entries < 2:
                msg = f"decoder must not be a flow where the likelihood takes {entries} number, got flow"
                raise InvalidInputError(msg)
            natural = build_decoder(
                config.decoder, latent_dim=latent_dim, data_shape=data_shape, output_shape=output_shape
            )
            flow = RealNVP(entries, layers=config.layers, widths=config.widths, volume=config.volume)
            return FlowDecoder(natural, flow)
        case _:
            assert_never(config)


def _begun(strength: float | AnnealedStrengthConfig) -> float:
    """Return L before the first step."""
    return strength.start if isinstance(strength, AnnealedStrengthConfig) else strength


def _recurrence(config: LSTMConfig | LIDSVAEConfig) -> Recurrence:
    return Recurrence(
        embedding=config.embedding,
        hidden=config.hidden,
        layers=config.layers,
        dropout=config.dropout,
        word_dropout=config.word_dropout,
        initial=config.initial,
        initial_embedding=config.initial_embedding,
    )


def _sentences(name: str, shape: tuple[int | None, ...]) -> tuple[int, int]:
    """Return length and number of different tokens."""
    match shape:
        case (int(length), int(classes)):
            return length, classes
        case _:
            msg = f"{name} must be for images where x are no sentences or the likelihood is not categorical, got lstm"
            raise InvalidInputError(msg)


def _convolutions(config: ConvConfig) -> tuple[Convolution, ...]:
    return tuple(
        Convolution(
            channels=channels, kernel=config.kernel, stride=_STRIDE, norm=config.norm, activation=config.activation
        )
        for channels in config.channels
    )


def _dense(config: ConvConfig) -> tuple[Dense, ...]:
    return tuple(Dense(width=width, norm=config.norm, activation=config.activation) for width in config.dense)
