"""The convolutional networks of AR-ELBO against the appendices, and of other sizes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from vae_models.networks.arelbo import NETWORKS, arelbo_decoder, arelbo_encoder, arelbo_trunk
from vae_models.networks.conv import ConvDecoder, Convolution, ConvTrunk, Dense
from vae_models.networks.heads import DiagonalHead, FixedHead, ScalarHead
from variational.errors import InvalidInputError

torch.set_num_threads(1)

# right columns of Appendices D.1 and I: sizes after every (transposed) convolution; None where none is printed
ENCODER_SIZES = {
    "smoothness": [(64, 14, 14), (128, 7, 7)],
    "mnist": [(64, 14, 14), (128, 7, 7)],
    "celeba": [(128, 32, 32), (256, 16, 16), (512, 8, 8), (1024, 4, 4)],
    "celebahq": [(128, 64, 64), (256, 32, 32), (512, 16, 16), (1024, 8, 8)],
}
DECODER_SIZES = {
    "smoothness": [(64, 14, 14), (1, 28, 28)],
    "mnist": [(64, 14, 14), (1, 28, 28)],
    "celeba": [(512, 16, 16), (256, 32, 32), (128, 64, 64), (3, 64, 64)],
    "celebahq": [(512, 32, 32), (256, 64, 64), (128, 128, 128), (3, 128, 128)],
}
# the layers in order, as printed: C5/2 is a convolution 5 x 5 of stride 2, T its transpose, F fully connected,
# B batch normalisation, R the ReLU; the sigmoid at the end is the likelihood's
ENCODERS = {
    "smoothness": "C4/2 R C4/2 R F R",
    "mnist": "C5/2 R C5/2 R F B R",
    "celeba": "C5/2 R C5/2 B R C5/2 B R C5/2 B R",
    "celebahq": "C5/2 R C5/2 B R C5/2 B R C5/2 B R",
}
DECODERS = {
    "smoothness": "F R F R T4/2 R T4/2",
    "mnist": "F B R F B R T5/2 B R T4/2",
    "celeba": "F T5/2 R T5/2 B R T5/2 B R T5/1",
    "celebahq": "F T5/2 R T5/2 B R T5/2 B R T5/1",
}


def c(inputs, outputs, kernel):  # parameters of a convolution, transposed or not
    return inputs * outputs * kernel**2 + outputs


def f(inputs, outputs):
    return inputs * outputs + outputs


def b(channels):
    return 2 * channels


PARAMETERS = {  # encoder with the head of its section, decoder: summed by hand from the tables
    "smoothness": (
        c(1, 64, 4) + c(64, 128, 4) + f(6272, 1024) + f(1024, 8) + 1,
        f(8, 1024) + f(1024, 6272) + c(128, 64, 4) + c(64, 1, 4),
    ),
    "mnist": (
        c(1, 64, 5) + c(64, 128, 5) + f(6272, 1024) + b(1024) + f(1024, 32),
        f(16, 1024) + b(1024) + f(1024, 6272) + b(6272) + c(128, 64, 5) + b(64) + c(64, 1, 4),
    ),
    "celeba": (
        c(3, 128, 5) + c(128, 256, 5) + c(256, 512, 5) + c(512, 1024, 5) + b(256 + 512 + 1024) + f(16384, 128),
        f(64, 65536) + c(1024, 512, 5) + c(512, 256, 5) + c(256, 128, 5) + b(256 + 128) + c(128, 3, 5),
    ),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def written(layers):
    words = []
    for layer in layers:
        match layer:
            case nn.Conv2d():
                words.append(f"C{layer.kernel_size[0]}/{layer.stride[0]}")
            case nn.ConvTranspose2d():
                words.append(f"T{layer.kernel_size[0]}/{layer.stride[0]}")
            case nn.Linear():
                words.append("F")
            case nn.BatchNorm1d() | nn.BatchNorm2d():
                words.append("B")
            case nn.Flatten() | nn.Unflatten():
                pass
            case _:
                words.append({"relu": "R", "sigmoid": "S"}[layer.name])
    return " ".join(words)


def sizes(network, inputs):
    found = []
    for layer in network.layers:
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layer.register_forward_hook(lambda _module, _inputs, output: found.append(tuple(output.shape[1:])))
    network.eval()
    with torch.no_grad():
        network(inputs)
    return found


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_every_size_of_the_appendices_comes_out(name):
    pair = NETWORKS[name]
    trunk, decoder = arelbo_trunk(name, generator=seeded()), arelbo_decoder(name, generator=seeded())
    assert sizes(trunk, torch.zeros(1, *pair.data_shape)) == ENCODER_SIZES[name]
    assert sizes(decoder, torch.zeros(1, pair.latent_dim)) == DECODER_SIZES[name]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layers_are_those_of_the_appendices_in_their_order(name):
    with torch.device("meta"):  # shapes without numbers
        assert written(arelbo_trunk(name).layers) == ENCODERS[name]
        assert written(arelbo_decoder(name).layers) == DECODERS[name]
        assert written(arelbo_decoder(name, output_activation="sigmoid").layers) == f"{DECODERS[name]} S"


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_parameters_are_as_many_as_the_appendices_make(name):
    head = ScalarHead if name == "smoothness" else DiagonalHead
    with torch.device("meta"):
        found = count(arelbo_encoder(name, head=head)), count(arelbo_decoder(name))
    assert found == PARAMETERS[name]


@pytest.mark.parametrize(("name", "millions"), [("smoothness", 13.1), ("mnist", 13.3)])
def test_the_pairs_have_the_measured_size(name, millions):
    assert round(sum(PARAMETERS[name]) / 1e6, 1) == millions


@in_general_position
@given(
    name=st.sampled_from(["smoothness", "mnist"]),
    space=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    channels=st.integers(1, 3),
    latent=st.integers(1, 4),
    batch=st.integers(2, 3),
)
def test_images_of_any_size_that_the_strides_divide_are_served(name, space, channels, latent, batch):
    shape = (channels, 4 * space[0], 4 * space[1])
    encoder = arelbo_encoder(name, data_shape=shape, latent_dim=latent, generator=seeded())
    decoder = arelbo_decoder(name, output_shape=shape, latent_dim=latent, generator=seeded())
    draw = encoder(torch.randn(batch, *shape, generator=seeded(1))).sample(generator=seeded(2))
    assert draw.shape == (batch, latent)
    assert decoder(draw).shape == (batch, *shape)
    assert decoder(draw.expand(2, 3, batch, latent)).shape == (2, 3, batch, *shape)


@given(kernel=st.integers(1, 6), stride=st.integers(1, 4), size=st.integers(1, 5))
def test_a_stride_divides_and_multiplies_exactly(kernel, stride, size):
    if kernel < stride or (stride == 1 and kernel % 2 == 0):
        with pytest.raises(InvalidInputError):
            Convolution(channels=2, kernel=kernel, stride=stride)
        return
    layer = Convolution(channels=2, kernel=kernel, stride=stride)
    trunk = ConvTrunk((1, stride * size, stride * size), convolutions=(layer,))
    assert trunk.features == 2 * size**2
    assert trunk(torch.zeros(1, 1, stride * size, stride * size)).shape == (1, trunk.features)
    decoder = ConvDecoder(3, (1, stride * size, stride * size), first=Dense(width=2), last=layer)
    assert decoder(torch.zeros(1, 3)).shape == (1, 1, stride * size, stride * size)


def test_an_image_needs_no_axis_for_one_channel():
    with_axis = arelbo_trunk("smoothness", data_shape=(1, 8, 8), generator=seeded())
    without = arelbo_trunk("smoothness", data_shape=(8, 8), generator=seeded())
    data = torch.randn(2, 8, 8, generator=seeded(1))
    torch.testing.assert_close(without(data), with_axis(data.unsqueeze(1)))
    assert arelbo_decoder("smoothness", output_shape=(8, 8))(torch.zeros(2, 8)).shape == (2, 8, 8)


def test_the_zero_variance_head_and_its_options_reach_the_encoder():
    encoder = arelbo_encoder("smoothness", data_shape=(8, 8), head=FixedHead, variance=0.0)
    posterior = encoder(torch.rand(2, 8, 8, generator=seeded()))
    torch.testing.assert_close(posterior.sample(), posterior.mean, rtol=0, atol=0)


def test_vmap_over_latents_is_the_batch_in_evaluation_mode():
    decoder = arelbo_decoder("mnist", output_shape=(1, 8, 8), generator=seeded()).eval()
    latent = torch.randn(3, 16, generator=seeded(1))
    torch.testing.assert_close(torch.func.vmap(decoder)(latent), decoder(latent))


def test_weights_repeat_with_the_generator():
    for make in (arelbo_encoder, arelbo_decoder):
        shape = "data_shape" if make is arelbo_encoder else "output_shape"
        one, other = (make("mnist", **{shape: (1, 4, 4)}, generator=seeded(5)).state_dict() for _ in range(2))
        for name, value in one.items():
            torch.testing.assert_close(value, other[name], rtol=0, atol=0)


LAYER = Convolution(channels=4, kernel=4, stride=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: arelbo_trunk("cifar"), "name must be one of smoothness, mnist, celeba, celebahq, got 'cifar'"),
        (lambda: arelbo_decoder("cifar"), "name must be one of"),
        (
            lambda: arelbo_trunk("mnist", data_shape=(1, 30, 28)),
            r"data_shape must have .* divisible by 4, .* \(30, 28\)",
        ),
        (
            lambda: arelbo_decoder("mnist", output_shape=(1, 28, 27)),
            "output_shape must have height and width divisible",
        ),
        (lambda: arelbo_trunk("mnist", data_shape=(784,)), r"data_shape must be \(channels, height, width\) or"),
        (
            lambda: arelbo_trunk("mnist", data_shape=(1, 1, 28, 28)),
            r"data_shape must be \(channels, height, width\) or",
        ),
        (lambda: arelbo_trunk("mnist", data_shape=(0, 28, 28)), r"data_shape must be \(channels, height, width\) or"),
        (lambda: arelbo_decoder("mnist", latent_dim=0), "latent_dim must be a whole number >= 1, got 0"),
        (lambda: Convolution(channels=0, kernel=4, stride=2), "channels must be a whole number >= 1, got 0"),
        (lambda: Convolution(channels=1, kernel=4, stride=0), "stride must be a whole number >= 1, got 0"),
        (lambda: Convolution(channels=1, kernel=1, stride=2), "kernel must be a whole number >= 2, got 1"),
        (lambda: Convolution(channels=1, kernel=4, stride=1), "kernel must be odd where stride is 1, got 4"),
        (lambda: Convolution(channels=1, kernel=4, stride=2, activation="step"), "activation must be one of"),
        (lambda: Dense(width=0), "width must be a whole number >= 1, got 0"),
        (lambda: Dense(width=1, activation="step"), "activation must be one of"),
        (
            lambda: ConvTrunk((8, 8), convolutions=(LAYER,))(torch.zeros(2, 64)),
            r"x must have shape \(batch, 8, 8\), got \(2, 64\)",
        ),
        (
            lambda: ConvDecoder(3, (8, 8), first=Dense(width=2), last=LAYER)(torch.zeros(2, 4)),
            r"z must have shape \(\.\.\., 3\), got \(2, 4\)",
        ),
    ],
)
def test_wrong_input_is_refused_in_one_line(make, message):
    with pytest.raises(InvalidInputError, match=f"^{message}") as caught:
        make()
    assert "\n" not in str(caught.value)
