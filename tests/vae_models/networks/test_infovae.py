"""The DCGAN pair of InfoVAE: layers, numbers of weights, the range of the deviation."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from vae_models.networks.infovae import dcgan_decoder, dcgan_encoder
from variational.errors import InvalidInputError

torch.set_num_threads(1)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_pair_has_its_layers_and_their_numbers_of_weights():
    with torch.device("meta"):
        encoder, decoder = dcgan_encoder((1, 28, 28), 10), dcgan_decoder(10, (1, 28, 28))
    assert count(encoder) == 64 * 17 + 128 * (64 * 16 + 1) + 1024 * 6273 + 20 * 1025
    assert count(decoder) == 1024 * 11 + 6272 * 1025 + 128 * 64 * 16 + 64 + 64 * 16 + 1


def test_features_are_those_of_the_layers_written_out():
    encoder = dcgan_encoder((1, 8, 8), 2, generator=seeded()).double()
    data = torch.randn(3, 1, 8, 8, generator=seeded(1), dtype=torch.float64)
    first, second = (layer for layer in encoder.trunk.layers if isinstance(layer, nn.Conv2d))
    (dense,) = (layer for layer in encoder.trunk.layers if isinstance(layer, nn.Linear))
    heights = data
    for layer in (first, second):
        heights = functional.conv2d(heights, layer.weight, layer.bias, stride=2, padding=1)
        heights = torch.where(heights > 0, heights, 0.1 * heights)
    found = functional.linear(heights.flatten(1), dense.weight, dense.bias)
    torch.testing.assert_close(encoder.trunk(data), torch.where(found > 0, found, 0.1 * found))


def test_the_deviation_stays_between_its_floor_and_one_more():
    encoder = dcgan_encoder((1, 8, 8), 2, floor=0.05, generator=seeded()).double()
    data = 1e4 * torch.randn(50, 1, 8, 8, generator=seeded(1), dtype=torch.float64)
    deviation = torch.exp(encoder(data).log_variance / 2)
    assert deviation.min() >= 0.05
    assert deviation.max() <= 1.05
    assert deviation.min() < 0.06
    assert deviation.max() > 1.04


def test_a_size_that_the_strides_do_not_divide_is_refused():
    with pytest.raises(InvalidInputError, match=r"divisible by 4"):
        dcgan_encoder((1, 30, 30), 2)
    with pytest.raises(InvalidInputError, match=r"divisible by 4"):
        dcgan_decoder(2, (1, 30, 30))
    with pytest.raises(InvalidInputError, match=r"^x must have shape \(batch, 1, 8, 8\)"):
        dcgan_encoder((1, 8, 8), 2)(torch.zeros(2, 1, 28, 28))
