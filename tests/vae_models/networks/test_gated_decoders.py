"""The gated PixelCNN and PixelCNN++ of the papers: sizes, numbers of weights, levels, options."""

import pytest
import torch
from torch.nn import functional
from torch.nn.utils import parametrize

from tests.vae_models.networks.pixels import DOUBLE, dependence, inputs, sample_by_whole_passes, seeded, settled
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood
from vae_models.networks.gated_pixelcnn import LAYERS_12, GatedPixelCNNDecoder
from vae_models.networks.pixelcnn_pp import ABOVE, BEFORE, GatedResidual, Larger, PixelCNNPPDecoder
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


@torch.no_grad()
def by_the_recipe(decoder, latent, data):
    """The pass of the public code: two lists of heights, popped on the way down."""
    image = torch.cat([2 * data - 1, torch.ones_like(data[:, :1])], dim=1)
    rows, places = decoder.rows, decoder.places
    u_list, ul_list = [decoder.above(image)], [decoder.row(image) + decoder.left(image)]
    for level in range(3):
        for u_block, ul_block in zip(rows.up[level], places.up[level], strict=True):
            u_list.append(u_block(u_list[-1], None, latent, None))
            ul_list.append(ul_block(ul_list[-1], u_list[-1], latent, None))
        if level < 2:
            u_list.append(rows.smaller[level](u_list[-1]))
            ul_list.append(places.smaller[level](ul_list[-1]))
    u, ul = u_list.pop(), ul_list.pop()
    for level in (2, 1, 0):
        for u_block, ul_block in zip(rows.down[level], places.down[level], strict=True):
            u = u_block(u, u_list.pop(), latent, None)
            ul = ul_block(ul, torch.cat([u, ul_list.pop()], dim=1), latent, None)
        if level:
            u, ul = rows.larger[level - 1](u), places.larger[level - 1](ul)
    assert not u_list
    assert not ul_list
    return decoder.last(functional.elu(ul))


def test_a_pass_of_pixelcnn_pp_is_wired_as_the_public_recipe():
    shape = (2, 8, 4)
    decoder = settled(PixelCNNPPDecoder(3, shape, shape, filters=3, blocks=2, generator=seeded()))
    latent, data = inputs(decoder, batch=3)
    torch.testing.assert_close(decoder(latent, data), by_the_recipe(decoder, latent, data))


@torch.no_grad()
def test_a_block_is_that_of_the_public_recipe():
    block = GatedResidual(3, 2, window=BEFORE, joining=4, dropout=0.5, generator=seeded()).double().eval()
    heights, joining = (torch.randn(2, channels, 4, 5, generator=seeded(channels), dtype=DOUBLE) for channels in (3, 4))
    latent = torch.randn(2, 2, generator=seeded(9), dtype=DOUBLE)

    def both(maps):
        return torch.cat([functional.elu(maps), functional.elu(-maps)], dim=1)

    def shifted(layer, maps):  # down-right-shifted, 2 x 2
        return functional.conv2d(functional.pad(maps, (1, 0, 1, 0)), layer.weight, layer.bias)

    inner = shifted(block.first, both(heights))
    inner = inner + functional.conv2d(both(joining), block.joining.weight, block.joining.bias)
    inner = shifted(block.second, both(inner)) + block.code(latent)[:, :, None, None]
    expected = heights + inner[:, :3] * torch.sigmoid(inner[:, 3:])
    torch.testing.assert_close(block(heights, joining, latent, None), expected)


@pytest.mark.parametrize("window", [ABOVE, BEFORE])
@torch.no_grad()
def test_larger_maps_are_those_of_the_public_recipe(window):
    layer = Larger(2, window, seeded()).double()
    maps = torch.randn(1, 2, 2, 3, generator=seeded(1), dtype=DOUBLE)
    weight, rows, columns = layer.layer.weight, *window.size
    full = layer.layer.bias.reshape(1, 2, 1, 1).expand(1, 2, 5, 8).clone()
    for row in range(2):
        for column in range(3):
            spread = torch.einsum("bi,iokl->bokl", maps[:, :, row, column], weight)
            full[:, :, 2 * row : 2 * row + rows, 2 * column : 2 * column + columns] += spread
    cut = (columns - 1) // 2  # the public code cuts so many columns on both sides
    torch.testing.assert_close(layer(maps), full[:, :, :4, cut : cut + 6])


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


def outputs_of(decoder, latent, data):
    """Return what every normalised convolution gives, by name."""
    found = {}
    for name, layer in decoder.named_modules():
        if parametrize.is_parametrized(layer, "weight"):
            layer.register_forward_hook(lambda _layer, _inputs, given, name=name: found.update({name: given}))
    with torch.no_grad():
        found[""] = decoder(latent, data)
    return found


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 4, 8)])
def test_a_start_from_data_gives_every_convolution_its_deviation_on_the_batch(shape):
    likelihood = LogisticMixtureLikelihood(components=2, levels=4)
    decoder = PixelCNNPPDecoder(3, shape, likelihood.parameter_shape(shape), filters=5, blocks=1, generator=seeded())
    decoder = decoder.double().eval()
    latent, data = inputs(decoder, batch=6)
    decoder.start_from(latent, data)
    assert not any(module._forward_hooks for module in decoder.modules())
    found = outputs_of(decoder, latent, data)
    assert len(found) > 30
    for name, given in found.items():
        if not name:
            continue
        variance, mean = torch.var_mean(given, dim=(0, 2, 3), correction=0)
        torch.testing.assert_close(mean, torch.zeros_like(mean), rtol=0, atol=1e-10)
        deviation = 0.1 if name.endswith(".second") else 1.0
        varies = variance > 1e-20
        assert varies.any()
        torch.testing.assert_close(variance[varies].sqrt(), torch.full_like(variance[varies], deviation))
    # the directions stay, and so does what a pixel sees
    again = PixelCNNPPDecoder(3, shape, likelihood.parameter_shape(shape), filters=5, blocks=1, generator=seeded())
    for (name, weight), (_, other) in zip(decoder.named_parameters(), again.named_parameters(), strict=True):
        if name.endswith("original1"):
            torch.testing.assert_close(weight, other.double())
    drawn = decoder.sample(latent, likelihood, generator=seeded(3))
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
