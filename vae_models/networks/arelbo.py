"""The four pairs of convolutional networks of AR-ELBO, layer by layer as printed.

What the text leaves open is said here. Padding: such that every size in the right column of the appendices comes out.
The last transposed convolution of Appendix I is excepted from "5 x 5 with stride 2" and not described: on MNIST its
stride must be 2 (14 -> 28) and the kernel is taken to be the 4 x 4 of Appendix D.1; on CelebA and CelebAHQ its stride
must be 1 (64 -> 64, 128 -> 128) and the kernel is left at 5 x 5. Constants of batch normalisation: torch's default.
The sigmoid at the end of every decoder belongs to the mean alone, so by default it is left to the likelihood.
"""

import dataclasses
from collections.abc import Mapping

import torch
from torch import nn

from vae_models.networks.conv import ConvDecoder, Convolution, ConvTrunk, Dense
from vae_models.networks.heads import DiagonalHead, Encoder
from vae_models.validation import require_one_of


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class ConvPair:
    """The layers of an encoder and a decoder, and the sizes they were printed for.

    Attributes:
        data_shape: Of the images in the paper; other sizes that the strides divide are served as well.
        latent_dim: d_z in the paper.
        convolutions: Of the encoder.
        dense: Of the encoder, without the head.
        decoder_dense: Of the decoder, from z on.
        first: Gives the first image of the decoder.
        transposed: Of the decoder, all but the last.
        last: The last one.
        source: Where the layers are printed.
    """

    data_shape: tuple[int, int, int]
    latent_dim: int
    convolutions: tuple[Convolution, ...]
    dense: tuple[Dense, ...] = ()
    decoder_dense: tuple[Dense, ...] = ()
    first: Dense
    transposed: tuple[Convolution, ...]
    last: Convolution
    source: str


def _wide(channels: int, *, norm: bool = False) -> Convolution:
    return Convolution(channels=channels, kernel=5, stride=2, norm=norm)


def _narrow(channels: int) -> Convolution:
    return Convolution(channels=channels, kernel=4, stride=2)


_FACES = ConvPair(
    data_shape=(3, 64, 64),
    latent_dim=64,
    convolutions=(_wide(128), _wide(256, norm=True), _wide(512, norm=True), _wide(1024, norm=True)),
    first=Dense(width=1024, activation="identity"),  # FC 8*8*1024 stands alone in the text, as does the ConvT 512
    transposed=(_wide(512), _wide(256, norm=True), _wide(128, norm=True)),
    last=Convolution(channels=3, kernel=5, stride=1),
    source="arelbo, Appendix I.2",
)

NETWORKS: Mapping[str, ConvPair] = {
    "smoothness": ConvPair(
        data_shape=(1, 28, 28),
        latent_dim=8,  # ERR the table prints FC 16 and z in R^16; the sentence above it says 8, as do the KL values
        convolutions=(_narrow(64), _narrow(128)),
        dense=(Dense(width=1024),),
        decoder_dense=(Dense(width=1024),),
        first=Dense(width=128),
        transposed=(_narrow(64),),
        last=_narrow(1),
        source="arelbo, Appendix D.1",
    ),
    "mnist": ConvPair(
        data_shape=(1, 28, 28),
        latent_dim=16,
        convolutions=(_wide(64), _wide(128)),
        dense=(Dense(width=1024, norm=True),),
        decoder_dense=(Dense(width=1024, norm=True),),
        first=Dense(width=128, norm=True),
        transposed=(_wide(64, norm=True),),
        last=_narrow(1),
        source="arelbo, Appendix I.1",
    ),
    "celeba": _FACES,
    "celebahq": dataclasses.replace(
        _FACES,
        data_shape=(3, 128, 128),  # ERR printed "x in R^{64x64}"; the sizes beside it are those of 128 x 128
        latent_dim=256,
        source="arelbo, Appendix I.3",
    ),
}


def arelbo_trunk(
    name: str, *, data_shape: tuple[int, ...] | None = None, generator: torch.Generator | None = None
) -> ConvTrunk:
    """Return the encoder without its head.

    Args:
        name: "smoothness" (section 4.2), "mnist", "celeba" or "celebahq" (section 6).
        data_shape: Of x; None for that of the paper.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For an unknown name or a shape that the strides do not divide.

    Source:
        arelbo, Appendices D.1 and I.
    """
    require_one_of("name", name, NETWORKS)
    pair = NETWORKS[name]
    shape = pair.data_shape if data_shape is None else data_shape
    return ConvTrunk(shape, convolutions=pair.convolutions, dense=pair.dense, generator=generator)


def arelbo_encoder(
    name: str,
    *,
    data_shape: tuple[int, ...] | None = None,
    latent_dim: int | None = None,
    head: type[nn.Module] = DiagonalHead,
    generator: torch.Generator | None = None,
    **options: float,
) -> Encoder:
    """Return the encoder with a head: ``DiagonalHead`` for section 6, ``ScalarHead`` or ``FixedHead`` for section 4.

    Args:
        name: As for ``arelbo_trunk``.
        data_shape: Of x; None for that of the paper.
        latent_dim: d_z; None for that of the paper.
        head: Class of the head.
        generator: Of the initial weights.
        **options: Of the head, such as ``variance=0.0``.

    Raises:
        InvalidInputError: As ``arelbo_trunk`` does.
    """
    trunk = arelbo_trunk(name, data_shape=data_shape, generator=generator)
    dimension = NETWORKS[name].latent_dim if latent_dim is None else latent_dim
    return Encoder(trunk, head(trunk.features, dimension, generator=generator, **options))


def arelbo_decoder(
    name: str,
    *,
    output_shape: tuple[int, ...] | None = None,
    latent_dim: int | None = None,
    output_activation: str = "identity",
    generator: torch.Generator | None = None,
) -> ConvDecoder:
    """Return the decoder.

    Args:
        name: As for ``arelbo_trunk``.
        output_shape: ``likelihood.parameter_shape(data_shape)``; None for the shape of the images of the paper.
        latent_dim: d_z; None for that of the paper.
        output_activation: "identity" where the likelihood applies the printed sigmoid to the mean or takes logits,
            "sigmoid" where nothing else does.
        generator: Of the initial weights.

    Raises:
        InvalidInputError: For an unknown name or a shape that the strides do not divide.

    Source:
        arelbo, Appendices D.1 and I.
    """
    require_one_of("name", name, NETWORKS)
    pair = NETWORKS[name]
    return ConvDecoder(
        pair.latent_dim if latent_dim is None else latent_dim,
        pair.data_shape if output_shape is None else output_shape,
        dense=pair.decoder_dense,
        first=pair.first,
        convolutions=pair.transposed,
        last=dataclasses.replace(pair.last, activation=output_activation),
        generator=generator,
    )
