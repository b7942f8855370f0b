"""The residual encoder of NC-VAE: sizes, layers by the public recipe, initial law, errors."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.vae_models.networks.pixels import DOUBLE, seeded, settled
from vae_models.networks.resnet import ResNetTrunk, resnet_encoder
from variational.errors import InvalidInputError

torch.set_num_threads(1)


def normalised(norm, maps):
    return functional.batch_norm(maps, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)


def test_the_encoder_of_the_paper_has_its_layers_and_their_numbers_of_weights():
    encoder = resnet_encoder((1, 28, 28), 32, generator=seeded())

    def block(inputs):
        return 64 * inputs * 9 + 64 * 64 * 9 + 64 * inputs + 3 * 2 * 64

    expected = block(1) + 2 * block(64) + 512 * 64 * 16 + 2 * 512 + 512 * 64 + 64
    assert sum(parameter.numel() for parameter in encoder.parameters()) == expected
    sizes = []
    for layer in encoder.trunk.layers:
        layer.register_forward_hook(lambda _module, _inputs, output: sizes.append(tuple(output.shape[1:])))
    posterior = encoder.eval()(torch.zeros(2, 1, 28, 28))
    assert sizes == [(64, 14, 14), (64, 7, 7), (64, 4, 4), *[(512, 1, 1)] * 3, (512,)]
    assert posterior.mean.shape == (2, 32)
    assert (encoder.data_shape, encoder.latent_dim) == ((1, 28, 28), 32)


@torch.no_grad()
def test_features_are_those_of_the_public_recipe():
    trunk = settled(ResNetTrunk((5, 7), channels=(3, 4), features=6, generator=seeded()))
    data = torch.randn(2, 5, 7, generator=seeded(1), dtype=DOUBLE)
    heights = data[:, None]
    *blocks, last, norm = (layer for layer in trunk.layers if not isinstance(layer, nn.ELU | nn.Flatten))
    for block in blocks:
        inner = functional.conv2d(heights, block.first.weight, stride=2, padding=1)
        inner = functional.conv2d(functional.elu(normalised(block.norms[0], inner)), block.second.weight, padding=1)
        around = functional.conv2d(heights, block.around.weight, stride=2)
        heights = functional.elu(normalised(block.norms[1], inner) + normalised(block.norms[2], around))
    expected = functional.elu(normalised(norm, functional.conv2d(heights, last.weight)))
    torch.testing.assert_close(trunk(data), expected.flatten(1))


def test_the_head_starts_with_the_law_of_xavier():
    layer = resnet_encoder((28, 28), 32, generator=seeded()).head.layer
    bound = (6 / (512 + 64)) ** 0.5
    assert 0.99 * bound < layer.weight.abs().max().item() <= bound
    assert not layer.bias.any()


def test_images_of_another_size_are_served_by_another_network_and_refused_by_this():
    encoder = resnet_encoder((8, 8), 2, generator=seeded()).eval()
    assert encoder(torch.zeros(3, 8, 8)).mean.shape == (3, 2)
    with pytest.raises(InvalidInputError, match=r"^x must have shape \(batch, 8, 8\), got \(3, 28, 28\)$"):
        encoder(torch.zeros(3, 28, 28))
    with pytest.raises(InvalidInputError, match=r"^data_shape must be \(channels, height, width\)"):
        ResNetTrunk((64,))
    with pytest.raises(InvalidInputError, match=r"^channels must have at least 1"):
        ResNetTrunk((8, 8), channels=())
