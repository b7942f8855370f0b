"""The 13-layer PixelCNN decoder: layer by layer against the public code's recipe, and its options."""

import pytest
import torch
from torch.nn import functional

from tests.vae_models.networks.pixels import DOUBLE, inputs, seeded, settled
from vae_models.networks.causal import CausalConv2d, masked_window
from vae_models.networks.pixelcnn import LAYERS_13, PixelCNNDecoder
from variational.errors import InvalidInputError

torch.set_num_threads(1)


def square(weight):
    """Return the k x k kernel of a public masked convolution, of which ours keeps the rows that are seen."""
    kernel = weight.shape[-1]
    return functional.pad(weight, (0, 0, 0, kernel - weight.shape[-2]))


def normalised(norm, maps):
    return functional.batch_norm(maps, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)


def masked(convolution, maps, *, centre):
    weight = square(convolution.weight.detach())
    middle = weight.shape[-1] // 2
    weight[:, :, middle, middle + centre :] = 0
    return functional.conv2d(maps, weight, padding=middle)


def residual(block, maps):
    """One block of the public code."""
    inner = functional.elu(normalised(block.narrow.norm, functional.conv2d(maps, block.narrow.convolution.weight)))
    inner = functional.elu(normalised(block.masked.norm, masked(block.masked.convolution, inner, centre=True)))
    outer = normalised(block.widen.norm, functional.conv2d(inner, block.widen.convolution.weight))
    return functional.elu(outer + maps)


@torch.no_grad()
def by_the_recipe(decoder, latent, data):
    """The pass of the public code: a queue of three heights, whose first goes through the next direct connection."""
    maps = decoder.code_layer(latent).reshape(len(latent), -1, *decoder.size)
    together = torch.cat([square(decoder.opening.image.weight), decoder.opening.code.weight], dim=1)
    middle = together.shape[-1] // 2
    together[:, : decoder.channels, middle, middle:] = 0  # the maps of z stay
    top = functional.conv2d(torch.cat([data, maps], dim=1), together, padding=middle)
    layers = [lambda _: functional.elu(normalised(decoder.opening.norm, top))]
    layers += [lambda heights, block=block: residual(block, heights) for block in decoder.blocks]
    queue, heights, connections = [], None, list(decoder.direct)
    for place, layer in enumerate(layers):
        if place > 2 and connections:
            heights = heights + residual(connections.pop(0), queue.pop(0))
        heights = layer(heights)
        queue.append(heights)
    if connections:
        heights = heights + residual(connections.pop(0), queue.pop(0))
    assert not connections
    inner = functional.elu(
        normalised(decoder.closing.norm, functional.conv2d(heights, decoder.closing.convolution.weight))
    )
    return functional.conv2d(inner, decoder.last.weight)


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("kernels", [(7, 5, 3), (5, 3, 3, 3), (3, 3, 3, 5, 3, 3, 3)])
def test_a_pass_is_that_of_the_public_recipe(kernels, direct):
    decoder = PixelCNNDecoder(
        3, (1, 6, 5), (1, 6, 5), kernels=kernels, channels=4, maps=2, direct=direct, generator=seeded()
    )
    decoder = settled(decoder)
    assert len(decoder.direct) == (len(kernels) - 2 if direct else 0)
    latent, data = inputs(decoder, batch=3)
    torch.testing.assert_close(decoder(latent, data), by_the_recipe(decoder, latent, data))


def test_the_decoder_of_the_paper_has_its_layers_and_their_numbers_of_weights():
    assert LAYERS_13 == (7, 7, 7, 7, 7, 5, 5, 5, 5, 3, 3, 3, 3)
    plain, public = (
        PixelCNNDecoder(32, (1, 28, 28), (1, 28, 28), direct=direct, generator=seeded()) for direct in (False, True)
    )

    def block(kernel):
        return 2 * 64 * 32 + 32 * 32 * kernel * (kernel // 2 + 1) + 2 * (32 + 32 + 64)

    def count(module):
        return sum(parameter.numel() for parameter in module.parameters())

    opening = 64 * (4 * 7 + 4 * 7 * 7) + 2 * 64
    closing = 64 * 64 + 2 * 64 + 64
    expected = 32 * 3136 + 3136 + opening + sum(map(block, LAYERS_13[1:])) + closing
    assert count(plain) == expected
    assert count(public) == expected + sum(map(block, LAYERS_13[1:-1]))


def test_maps_of_z_are_not_masked():
    decoder = PixelCNNDecoder(2, (1, 5, 5), (1, 5, 5), kernels=(5,), channels=4, direct=False, generator=seeded())
    decoder = settled(decoder)
    latent, data = inputs(decoder, batch=1)
    first = decoder(latent, data)[0, 0, 0, 0]
    (by_maps,) = torch.autograd.grad(first, decoder.code_layer.bias)
    seen = (by_maps.reshape(4, 5, 5) != 0).any(dim=0)
    assert seen[:3, :3].all()  # the whole window of the first pixel, itself and later ones included
    assert not seen[3:].any()
    assert not seen[:, 3:].any()


@pytest.mark.parametrize("centre", [True, False])
def test_initial_weights_have_the_law_of_he(centre):
    layer = CausalConv2d(64, 200, window=masked_window(5, centre=centre), generator=seeded())
    variance = 2 / (200 * 25)
    count = layer.weight.numel()
    assert abs(layer.weight.var().item() / variance - 1) < 5 * (2 / count) ** 0.5
    assert layer.weight.dtype == torch.float32


def test_channels_last_changes_nothing():
    decoder = settled(PixelCNNDecoder(3, (1, 6, 6), (1, 6, 6), kernels=(5, 3, 3), channels=4, generator=seeded()))
    latent, data = inputs(decoder)
    expected = decoder(latent, data)
    torch.testing.assert_close(decoder.to(memory_format=torch.channels_last)(latent, data), expected)
    assert expected.dtype == DOUBLE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernels": (4, 3, 3)}, r"^kernel must be odd, got 4"),
        ({"kernels": ()}, r"^kernels must have at least 1 entry"),
        ({"kernels": (3, 3)}, r"^direct needs at least 3 kernels"),
        ({"channels": 5}, r"^channels must be even"),
        ({"channels": 0}, r"^channels must be a whole number >= 2"),
        ({"maps": 0}, r"^maps must be a whole number"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(InvalidInputError, match=message):
        PixelCNNDecoder(2, (1, 4, 4), (1, 4, 4), **options)


def test_what_is_no_image_is_refused():
    with pytest.raises(
        InvalidInputError, match=r"^data_shape must be \(channels, height, width\) or \(height, width\)"
    ):
        PixelCNNDecoder(2, (4,), (4,))
