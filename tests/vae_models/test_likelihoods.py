"""Likelihoods: against torch's distributions, normalised where they are discrete, draws of their own law."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical, Independent, Normal

from tests.effort import in_general_position
from tests.vae_models.toys import DOUBLE, generator, gradients, normal
from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.logistic_mixture import LogisticMixtureLikelihood, _log_one_minus_exp
from vae_models.likelihoods.variance import DecodedVariance, FixedVariance, TrainedVariance
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
DATA_SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))


def variances(data_shape):
    return {
        "fixed": FixedVariance(0.3),
        "fixed, each entry": FixedVariance(torch.rand(data_shape, **DOUBLE) + 0.1),
        "Iso-I": TrainedVariance(initial=0.5),
        "Diag-I": TrainedVariance(shape=data_shape, initial=0.2),
        "Iso-D": DecodedVariance(isotropic=True),
        "Diag-D": DecodedVariance(isotropic=False),
    }


@in_general_position
@given(seed=SEEDS, data_shape=DATA_SHAPES, kind=st.sampled_from(sorted(variances(()))))
def test_every_gaussian_is_that_of_torch_with_its_gradient(seed, data_shape, kind):
    likelihood = GaussianLikelihood(variance=variances(data_shape)[kind]).double()
    decoded = normal(seed, 5, *likelihood.parameter_shape(data_shape)).requires_grad_()
    data = normal(seed + 1, 5, *data_shape)
    mean, log_variance = likelihood.mean_and_log_variance(decoded)
    assert mean.shape == data.shape
    reference = Independent(Normal(mean, log_variance.exp().sqrt().expand(mean.shape)), 3)
    ours, theirs = likelihood.log_density(decoded, data), reference.log_prob(data)
    torch.testing.assert_close(ours, theirs)
    inputs = (decoded, *likelihood.parameters())
    for first, second in zip(gradients(ours.sum(), inputs), gradients(theirs.sum(), inputs), strict=True):
        torch.testing.assert_close(first, second)


def test_one_variance_for_each_x_depends_on_its_channel_alone():
    likelihood = GaussianLikelihood(variance=DecodedVariance(isotropic=True, floor=0.0))
    decoded = normal(0, 4, 3, 2, 2)
    _, log_variance = likelihood.mean_and_log_variance(decoded)
    torch.testing.assert_close(log_variance.flatten(), decoded[:, 2].mean(dim=(1, 2)))


@pytest.mark.parametrize("floor", [0.0, 1e-6, 0.25])
def test_the_floor_is_added_to_the_variance(floor):
    variance = TrainedVariance(initial=0.5, floor=floor).double()
    torch.testing.assert_close(variance.split(torch.zeros(1, 1, **DOUBLE))[1].exp().item(), 0.5 + floor)


def test_the_gradient_of_a_variance_survives_below_its_floor():
    variance = TrainedVariance(initial=1e-12, floor=1e-6).double()
    (slope,) = gradients(variance.split(torch.zeros(1, 1, **DOUBLE))[1], tuple(variance.parameters()))
    torch.testing.assert_close(slope.item(), 1e-12 / (1e-12 + 1e-6))


def test_the_sigmoid_is_applied_to_the_mean_and_not_to_the_variance():
    likelihood = GaussianLikelihood(variance=DecodedVariance(isotropic=False, floor=0.0), activation="sigmoid")
    mean, log_variance = likelihood.mean_and_log_variance(normal(0, 4, 2, 3))
    torch.testing.assert_close(mean, torch.sigmoid(normal(0, 4, 2, 3)[:, :1]))
    torch.testing.assert_close(log_variance, normal(0, 4, 2, 3)[:, 1:])


@in_general_position
@given(seed=SEEDS)
def test_bernoulli_and_categorical_are_those_of_torch(seed):
    logits = normal(seed, 4, 3, 2)
    binary = torch.bernoulli(torch.full((4, 3, 2), 0.5, **DOUBLE), generator=generator(seed))
    reference = torch.distributions.Bernoulli(logits=logits).log_prob(binary).sum(dim=(1, 2))
    torch.testing.assert_close(BernoulliLikelihood().log_density(logits, binary), reference)
    tokens = torch.randint(0, 2, (4, 3), generator=generator(seed))
    reference = Categorical(logits=logits).log_prob(tokens).sum(dim=1)
    torch.testing.assert_close(CategoricalLikelihood(classes=2).log_density(logits, tokens), reference)


@pytest.mark.parametrize("padding", [1, 9])
def test_padding_counts_nothing_whether_it_is_a_class_or_not(padding):
    logits, tokens = normal(1, 1, 3, 2), torch.tensor([[0, padding, 0]])
    expected = torch.log_softmax(logits, dim=-1)[0, [0, 2], 0].sum()
    found = CategoricalLikelihood(classes=2, padding=padding).log_density(logits, tokens)
    torch.testing.assert_close(found[0], expected)


@in_general_position
@given(seed=SEEDS, channels=st.integers(1, 2), components=st.integers(1, 3), spread=st.sampled_from((0.3, 3.0)))
def test_the_logistic_mixture_sums_to_one_over_all_levels(seed, channels, components, spread):
    likelihood = LogisticMixtureLikelihood(components=components, levels=5)
    decoded = spread * normal(seed, 1, *likelihood.parameter_shape((channels, 1, 1)))
    grid = torch.cartesian_prod(*(torch.linspace(0, 1, 5, **DOUBLE),) * channels).reshape(-1, channels, 1, 1)
    log_masses = likelihood.log_density(decoded.expand(len(grid), -1, -1, -1), grid)
    torch.testing.assert_close(log_masses.exp().sum().item(), 1.0)


def test_the_logistic_mixture_keeps_its_digits_far_from_the_mean():
    likelihood = LogisticMixtureLikelihood(components=1, levels=256)
    decoded = torch.tensor([0.0, 1.0, -7.0], **DOUBLE).reshape(1, 3, 1, 1)  # mean 1, scale e^-7
    data = torch.full((1, 1, 1, 1), 51 / 255, **DOUBLE)  # 51 levels of 255, centred at -0.6
    width = 2 / 255 * math.exp(7)
    # far below the mean the cell has mass exp(-distance / scale) to first order
    upper = (-0.6 + 1 / 255 - 1.0) * math.exp(7)
    expected = upper + math.log(-math.expm1(-width))
    torch.testing.assert_close(likelihood.log_density(decoded, data).item(), expected)


@given(log_scale=st.floats(-7.0, 300.0), level=st.integers(0, 255), single=st.booleans())
def test_the_logistic_mixture_and_its_gradient_are_finite_at_every_scale(log_scale, level, single):
    dtype = torch.float32 if single else torch.float64
    decoded = torch.tensor([0.0, 0.3, log_scale], dtype=dtype).reshape(1, 3, 1, 1).requires_grad_()
    found = LogisticMixtureLikelihood(components=1).log_density(
        decoded, torch.full((1, 1, 1, 1), level / 255, dtype=dtype)
    )
    slope = gradients(found.sum(), (decoded,))[0].flatten()
    assert found.isfinite()
    assert slope.isfinite().all()
    if log_scale > 20:  # a level inside has the mass width / (4 scale), one at an end a half
        inside = 0 < level < 255
        expected = math.log(2 / 255 / 4) - log_scale if inside else -math.log(2)
        assert found.item() == pytest.approx(expected, rel=1e-5)
        assert slope[2].item() == pytest.approx(-float(inside), abs=1e-5)


@given(log_width=st.floats(-20.0, 5.0))
def test_the_mass_between_two_ends_is_that_of_the_definition(log_width):
    width = math.exp(log_width)
    found = _log_one_minus_exp(torch.tensor(log_width, **DOUBLE)).item()
    assert found == pytest.approx(math.log(-math.expm1(-width)), rel=1e-12, abs=1e-14)


def test_a_colour_is_the_printed_product_of_three_logistics():
    # PixelCNN++, equation (3): red, green given red, blue given red and green
    likelihood = LogisticMixtureLikelihood(components=1, levels=256)
    parameters = normal(2, 10)
    mean, log_scale, raw = parameters[1:4], parameters[4:7], parameters[7:]
    levels = torch.tensor([100.0, 20.0, 250.0], **DOUBLE)
    red, green, _ = 2 * levels / 255 - 1
    alpha, beta, gamma = torch.tanh(raw)
    centres = (mean[0], mean[1] + alpha * red, mean[2] + beta * red + gamma * green)
    expected = torch.zeros((), **DOUBLE)
    for level, centre, scale in zip(levels, centres, log_scale.exp(), strict=True):
        upper, lower = (2 * (level + 0.5) / 255 - 1 - centre) / scale, (2 * (level - 0.5) / 255 - 1 - centre) / scale
        expected += (torch.sigmoid(upper) - torch.sigmoid(lower)).log()
    found = likelihood.log_density(parameters.reshape(1, 10, 1), (levels / 255).reshape(1, 3, 1))
    torch.testing.assert_close(found[0], expected)


def test_draws_of_the_logistic_mixture_follow_its_masses():
    likelihood, count = LogisticMixtureLikelihood(components=2, levels=4), 40000
    decoded = normal(3, 1, *likelihood.parameter_shape((2, 1)))
    drawn = likelihood.sample(decoded.expand(count, -1, -1), generator=generator())
    grid = torch.cartesian_prod(*(torch.linspace(0, 1, 4, **DOUBLE),) * 2).reshape(-1, 2, 1)
    masses = likelihood.log_density(decoded.expand(16, -1, -1), grid).exp()
    found = torch.stack([(drawn - point).abs().amax(dim=(1, 2)).lt(1e-6).double().mean() for point in grid])
    torch.testing.assert_close(found, masses, rtol=0, atol=5 / math.sqrt(4 * count))  # five standard errors


def test_the_mean_of_a_narrow_logistic_mixture_is_the_mean_of_its_draws():
    likelihood, count = LogisticMixtureLikelihood(components=2, levels=256), 20000
    decoded = 0.3 * normal(8, 1, *likelihood.parameter_shape((3, 1)))
    decoded[:, 4:7] = decoded[:, 14:17] = -4.0  # log scales of the three channels in both components
    drawn = likelihood.sample(decoded.expand(count, -1, -1), generator=generator())
    torch.testing.assert_close(drawn.mean(dim=0), likelihood.mean(decoded)[0], rtol=0, atol=0.01)


@pytest.mark.parametrize(
    ("likelihood", "shape"),
    [
        (GaussianLikelihood(variance=FixedVariance(0.3)), (2,)),
        (BernoulliLikelihood(), (2,)),
        (CategoricalLikelihood(classes=2), (2, 2)),
    ],
    ids=["gaussian", "bernoulli", "categorical"],
)
def test_the_mean_of_draws_is_the_mean(likelihood, shape):
    decoded, count = normal(5, 1, *shape), 20000
    drawn = likelihood.sample(decoded.expand(count, *shape), generator=generator()).double().mean(dim=0)
    mean = likelihood.mean(decoded)[0]
    mean = mean[:, 1] if isinstance(likelihood, CategoricalLikelihood) else mean
    torch.testing.assert_close(drawn, mean, rtol=0, atol=5 * 0.6 / math.sqrt(count))


@pytest.mark.parametrize("kind", ["fixed", "Diag-D"])
def test_gaussian_draws_have_the_variance_of_the_density(kind):
    likelihood, count = GaussianLikelihood(variance=variances((2,))[kind]), 20000
    decoded = normal(6, 1, *likelihood.parameter_shape((2,)))
    _, log_variance = likelihood.mean_and_log_variance(decoded)
    drawn = likelihood.sample(decoded.expand(count, -1), generator=generator())
    ratio = drawn.var(dim=0) / log_variance.exp().flatten()
    torch.testing.assert_close(ratio, torch.ones_like(ratio), rtol=0, atol=5 * math.sqrt(2 / count))


def test_draws_carry_no_gradient():
    decoded = normal(0, 2, 3).requires_grad_()
    assert not GaussianLikelihood().sample(decoded).requires_grad
    assert not BernoulliLikelihood().sample(decoded).requires_grad


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: FixedVariance(0.0), "value"),
        (lambda: FixedVariance(float("nan")), "value"),
        (lambda: FixedVariance(torch.tensor([1.0, -1.0])), "value"),
        (lambda: TrainedVariance(initial=0.0), "initial"),
        (lambda: TrainedVariance(floor=-1.0), "floor"),
        (lambda: DecodedVariance(isotropic=True, floor=float("nan")), "floor"),
        (lambda: CategoricalLikelihood(classes=1), "classes"),
        (lambda: CategoricalLikelihood(classes=2, padding=-1), "padding"),
        (lambda: LogisticMixtureLikelihood(components=0), "components"),
        (lambda: LogisticMixtureLikelihood(levels=1), "levels"),
        (lambda: LogisticMixtureLikelihood().parameter_shape((4,)), "data_shape"),
        (lambda: LogisticMixtureLikelihood(components=1).mean(torch.zeros(1, 4, 1)), "decoded"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()
