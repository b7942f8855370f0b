"""The gated PixelCNN and PixelCNN++ of the papers: sizes, numbers of weights, levels, options."""

import pytest
import torch

from tests.vae_models.networks.pixels import dependence, inputs, sample_by_whole_passes, seeded, settled
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood
from vae_models.networks.gated_pixelcnn import LAYERS_12, GatedPixelCNNDecoder
from vae_models.networks.pixelcnn_pp import PixelCNNPPDecoder
from variational.errors import InvalidInputError

torch.set_num_threads(1)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_gated_decoder_of_the_paper_has_its_layers_and_their_numbers_of_weights():
    assert LAYERS_12 == (9, 9, 9, 7, 7, 7, 5, 5, 5, 3, 3, 3)
    with torch.device("meta"):
        decoder = GatedPixelCNNDecoder(32, (1, 28, 28), (1, 28, 28))

    def layer(inputs, kernel):  # vertical, across, horizontal, closing, each with bias
        reach = kernel // 2
        vertical, horizontal = 64 * inputs * (reach + 1) * kernel, 64 * inputs * (reach + 1)
        return vertical + horizontal + 64 * 64 + 32 * 32 + 3 * 64 + 32

    code = 32 * 4 * 784 + 4 * 784 + 128 * 4 * 81
    layers = layer(1, 9) + sum(layer(32, kernel) for kernel in LAYERS_12[1:])
    assert count(decoder) == code + layers + 32 + 1


def test_pixelcnn_pp_of_the_paper_has_its_blocks_and_their_numbers_of_weights():
    shape = (3, 32, 32)
    with torch.device("meta"):
        decoder = PixelCNNPPDecoder(10, shape, LogisticMixtureLikelihood().parameter_shape(shape))
    f, z = 160, 10

    def convolution(inputs, outputs, places):  # weight normalisation: directions, scales, bias
        return inputs * outputs * places + 2 * outputs

    def block(places, joining):
        found = convolution(2 * f, f, places) + convolution(2 * f, 2 * f, places) + z * 2 * f + 2 * f
        return found + (convolution(2 * joining, f, 1) if joining else 0)

    def stream(places, up, down):
        return 15 * block(places, up) + 17 * block(places, down) + 4 * convolution(f, f, places)

    first = convolution(4, f, 6) + convolution(4, f, 3) + convolution(4, f, 2)
    expected = first + stream(6, 0, f) + stream(4, f, 2 * f) + convolution(f, 100, 1)
    assert count(decoder) == expected


def test_pixelcnn_pp_on_three_levels_sees_what_comes_before_and_draws_as_by_whole_passes():
    likelihood = LogisticMixtureLikelihood(components=2, levels=4)
    shape = (2, 8, 4)
    decoder = settled(
        PixelCNNPPDecoder(3, shape, likelihood.parameter_shape(shape), filters=4, blocks=1, generator=seeded())
    )
    pixels, codes = dependence(decoder)
    assert codes.all()
    assert torch.equal(pixels, torch.ones_like(pixels).tril(-1))
    latent, _ = inputs(decoder, batch=5)
    drawn = decoder.sample(latent, likelihood, generator=seeded(3))
    assert len(drawn.unique()) == 4
    torch.testing.assert_close(drawn, sample_by_whole_passes(decoder, latent, likelihood, seeded(3)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GatedPixelCNNDecoder(2, (4, 4), (4, 4), kernels=(4,)), r"^kernel must be odd"),
        (lambda: GatedPixelCNNDecoder(2, (4, 4), (4, 4), kernels=()), r"^kernels must have"),
        (lambda: GatedPixelCNNDecoder(2, (4, 4), (4, 4), channels=0), r"^channels must be"),
        (lambda: GatedPixelCNNDecoder(2, (4, 4), (4, 4), maps=0), r"^maps must be"),
        (
            lambda: PixelCNNPPDecoder(2, (28, 30), (28, 30)),
            r"^data_shape must have height and width divisible by 4, got \(28, 30\)",
        ),
        (lambda: PixelCNNPPDecoder(2, (4, 4), (4, 4), filters=0), r"^filters must be"),
        (lambda: PixelCNNPPDecoder(2, (4, 4), (4, 4), dropout=1.5), r"^dropout must be"),
    ],
)
def test_bad_options_are_named(build, message):
    with pytest.raises(InvalidInputError, match=message):
        build()
