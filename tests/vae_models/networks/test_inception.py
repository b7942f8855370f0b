"""The Inception network: its layout, the sizes of its maps, torchvision's features, and that only one file is taken."""

import hashlib
import types

import pytest
import torch
from torch.nn import functional

from tests.vae_models.networks.inception_layout import BATCHES, random_weights
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
    found = Inception()
    found.load_state_dict(random_weights())
    return found.eval()


def images(count, channels, side=8):
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(0))


def allow(path, monkeypatch):
    monkeypatch.setattr(inception, "PUBLISHED", hashlib.sha256(path.read_bytes()).hexdigest())


def test_it_has_the_weights_and_the_maps_of_the_published_network(network):
    assert sum(weight.numel() for weight in network.parameters()) == PARAMETERS
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


def test_names_and_shapes_are_those_of_the_published_layout(network):
    ours = {name: tuple(weight.shape) for name, weight in network.state_dict().items()}
    assert ours == {name: tuple(weight.shape) for name, weight in random_weights().items()}


def test_grey_images_are_colour_images_with_equal_channels(network):
    grey, other = images(2, 1)[:, None]
    features = network(torch.cat([grey.expand(-1, 3, -1, -1), other.expand(-1, 3, -1, -1)]))
    torch.testing.assert_close(network(grey), features[:1])
    assert (features[0] - features[1]).abs().mean() > 0.01 * features.abs().mean()  # images are told apart
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
    torch.testing.assert_close(loaded.state_dict(), network.state_dict(), rtol=0, atol=0)
    assert not loaded.training
    assert not any(weight.requires_grad for weight in loaded.parameters())
    torch.save({"fc.bias": torch.zeros(3)}, path)
    allow(path, monkeypatch)
    with pytest.raises(InvalidInputError, match="must hold the weights of the Inception network"):
        load_inception(path)


def test_weights_without_counters_of_batches_are_the_same_weights(network, tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    torch.save(random_weights(counted=False), path)  # as torch saved them before it counted
    assert not any(name.endswith(BATCHES) for name in torch.load(path, weights_only=True))
    allow(path, monkeypatch)
    torch.testing.assert_close(load_inception(path).state_dict(), network.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize("altered", ["a missing layer", "another shape", "another name"])
def test_weights_of_another_layout_are_refused(tmp_path, monkeypatch, altered):
    weights = random_weights()
    kernel = weights.pop("Mixed_7c.branch_pool.conv.weight")
    if altered == "another shape":
        weights["Mixed_7c.branch_pool.conv.weight"] = kernel[:, :-1]
    elif altered == "another name":
        weights["Mixed_7c.pool.conv.weight"] = kernel
    path = tmp_path / "weights.pth"
    torch.save(weights, path)
    allow(path, monkeypatch)
    with pytest.raises(InvalidInputError, match="must hold the weights of the Inception network"):
        load_inception(path)


def test_features_are_those_of_torchvision_with_the_pools_of_the_published_network(network, monkeypatch):
    """The differences: averages leave the padding out, and the last block takes the maximum."""
    theirs = pytest.importorskip("torchvision.models.inception", reason="torchvision is not installed")
    reference = theirs.Inception3(num_classes=1008, aux_logits=False, init_weights=False)
    reference.load_state_dict(random_weights())
    reference.eval()
    reference.dropout = reference.fc = torch.nn.Identity()
    scaled = functional.interpolate(images(2, 3), (299, 299), mode="bilinear", align_corners=False) * 2 - 1
    ours = network(images(2, 3))
    with torch.no_grad():
        assert (reference(scaled) - ours).abs().max() > 0.01 * ours.abs().max()  # the differences count
        in_last_block = []

        def pooled(hidden, **options):
            if in_last_block:
                return functional.max_pool2d(hidden, **options)
            return functional.avg_pool2d(hidden, **options, count_include_pad=False)

        changed = types.SimpleNamespace(avg_pool2d=pooled, max_pool2d=functional.max_pool2d, relu=functional.relu)
        monkeypatch.setattr(theirs, "F", changed)
        reference.Mixed_7c.register_forward_pre_hook(lambda *_: in_last_block.append(True))
        torch.testing.assert_close(reference(scaled), ours, rtol=1e-4, atol=1e-5)
