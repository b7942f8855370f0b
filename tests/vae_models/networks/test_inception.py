"""The Inception network: its number of weights, the sizes of its maps, and that only the published file is taken."""

import hashlib

import pytest
import torch

from vae_models.networks import inception
from vae_models.networks.inception import Inception, load_inception
from variational.errors import InvalidInputError

# torchvision states 27161264 parameters with the auxiliary classifier and 1000 classes; the former has 3326696, and
# the published file has 1008 classes
PARAMETERS = 27_161_264 - 3_326_696 + 8 * 2049
SIZES = {"5b": (256, 35), "5d": (288, 35), "6a": (768, 17), "6e": (768, 17), "7a": (1280, 8), "7c": (2048, 8)}


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Inception().eval()


def images(count, channels, side=8):
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(0))


def allow(path, monkeypatch):
    monkeypatch.setattr(inception, "PUBLISHED", hashlib.sha256(path.read_bytes()).hexdigest())


def test_it_has_the_weights_and_the_maps_of_the_published_network(network):
    assert sum(weight.numel() for weight in network.parameters()) == PARAMETERS
    assert len(network.state_dict()) == 566  # as in the published file
    seen = {}
    hooks = [
        network.get_submodule(f"Mixed_{name}").register_forward_hook(
            lambda _module, _inputs, output, name=name: seen.update({name: tuple(output.shape[1:])})
        )
        for name in SIZES
    ]
    assert network(images(1, 3)).shape == (1, 2048)
    for hook in hooks:
        hook.remove()
    assert seen == {name: (channels, side, side) for name, (channels, side) in SIZES.items()}


def test_grey_images_are_colour_images_with_equal_channels(network):
    grey = images(1, 1)
    torch.testing.assert_close(network(grey), network(grey.expand(-1, 3, -1, -1)))
    with pytest.raises(InvalidInputError, match=r"^images must have one channel or three, got 2"):
        network(images(1, 2))


def test_only_the_published_file_is_taken(network, tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    torch.save(network.state_dict(), path)
    with pytest.raises(InvalidInputError, match=r"of sha256 6726825d[0-9a-f]+, got"):
        load_inception(path)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_inception(tmp_path / "nothing.pth")
    allow(path, monkeypatch)
    loaded = load_inception(path)
    torch.testing.assert_close(loaded(images(1, 3)), network(images(1, 3)))
    assert not any(weight.requires_grad for weight in loaded.parameters())
    torch.save({"fc.bias": torch.zeros(3)}, path)
    allow(path, monkeypatch)
    with pytest.raises(InvalidInputError, match="must hold the weights of the Inception network"):
        load_inception(path)
