"""MMD against its definition and its mean, the direction of Stein, the bound of the discriminator."""

import functools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.effort import in_general_position
from tests.vae_models.toys import (
    DOUBLE,
    batch_of,
    finite_space,
    generator,
    gradients,
    linear_model,
    normal,
    random_linear,
    stratified,
)
from vae_models.divergences.adversarial import DiscriminatorLoss, JensenShannon, make_discriminator
from vae_models.divergences.kernels import SEVEN_SCALES, gaussian_kernel, multiquadratic_kernel, squared_distances
from vae_models.divergences.mmd import MaximumMeanDiscrepancy, squared_mmd
from vae_models.divergences.stein import SteinDivergence, median_squared_length, stein_direction
from vae_models.objectives.passes import Pass, run
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

SEEDS = st.integers(0, 2**31)
KERNELS = {"gaussian": gaussian_kernel, "multiquadratic": multiquadratic_kernel}


def pass_of(latent, *, seed=0):
    """Return a pass with these codes; nothing else of it is looked at."""
    model = linear_model(random_linear(0, latent_dim=latent.shape[1]))
    posterior = Posterior(latent, torch.zeros(1, 1, **DOUBLE))
    batch = batch_of(normal(1, len(latent), 3), seed=seed)
    return Pass(model=model, batch=batch, posterior=posterior, latent=latent, decoded=latent)


# --- kernels and MMD -----------------------------------------------------------------------------


@in_general_position
@given(seed=SEEDS, dim=st.integers(1, 4))
def test_distances_are_those_of_the_differences(seed, dim):
    first, second = normal(seed, 4, dim), normal(seed + 1, 5, dim)
    expected = (first[:, None] - second).square().sum(dim=2)
    torch.testing.assert_close(squared_distances(first, second), expected, rtol=1e-10, atol=1e-12)


@in_general_position
@given(seed=SEEDS, prior_variance=st.floats(0.1, 4.0))
def test_the_sum_over_scales_and_its_gradient_are_those_of_the_definition(seed, prior_variance):
    first, second = normal(seed, 4, 2).requires_grad_(), normal(seed + 1, 5, 2).requires_grad_()
    distances = (first[:, None] - second).square().sum(dim=2)
    lengths = [4 * prior_variance * scale for scale in SEVEN_SCALES]
    expected = sum(length / (length + distances) for length in lengths)
    found = multiquadratic_kernel(first, second, prior_variance=prior_variance)
    torch.testing.assert_close(found, expected)
    weights = normal(seed + 2, 4, 5)
    wanted = gradients((weights * expected).sum(), (first, second))
    for ours, theirs in zip(gradients((weights * found).sum(), (first, second)), wanted, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_sum_over_scales_has_its_second_derivatives():
    codes, others = normal(0, 3, 2).requires_grad_(), normal(1, 4, 2).requires_grad_()
    assert torch.autograd.gradgradcheck(multiquadratic_kernel, (codes, others))


@in_general_position
@given(seed=SEEDS, name=st.sampled_from(sorted(KERNELS)))
def test_kernels_are_symmetric_and_positive_definite(seed, name):
    codes = normal(seed, 6, 2)
    gram = KERNELS[name](codes, codes)
    torch.testing.assert_close(gram, gram.T)
    assert torch.linalg.eigvalsh(gram).min() > -1e-10


def test_kernels_at_a_known_distance():
    origin, far = torch.zeros(1, 2, **DOUBLE), torch.tensor([[3.0, 4.0]], **DOUBLE)
    torch.testing.assert_close(gaussian_kernel(origin, far, squared_length=5.0).item(), math.exp(-5))
    torch.testing.assert_close(gaussian_kernel(origin, far).item(), math.exp(-25 / 4))  # D^2 = 4
    expected = sum(2 * 2 * 3.0 * s / (2 * 2 * 3.0 * s + 25) for s in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))
    torch.testing.assert_close(multiquadratic_kernel(origin, far, prior_variance=3.0).item(), expected)
    torch.testing.assert_close(multiquadratic_kernel(origin, origin).item(), float(len(SEVEN_SCALES)))


@in_general_position
@given(seed=SEEDS, name=st.sampled_from(sorted(KERNELS)), first=st.integers(2, 5), second=st.integers(2, 5))
def test_both_estimates_are_their_double_sums(seed, name, first, second):
    kernel, one, two = KERNELS[name], normal(seed, first, 2), normal(seed + 1, second, 2)

    def k(a, b):
        return kernel(a[None], b[None]).item()

    across = sum(k(a, b) for a in one for b in two) / (first * second)
    biased = unbiased = -2 * across
    for codes in (one, two):
        count = len(codes)
        sums = [[k(a, b) for b in codes] for a in codes]
        whole, diagonal = sum(map(sum, sums)), sum(sums[place][place] for place in range(count))
        biased += whole / count**2
        unbiased += (whole - diagonal) / (count * (count - 1))
    assert squared_mmd(one, two, kernel=kernel, unbiased=False).item() == pytest.approx(biased, abs=1e-12)
    assert squared_mmd(one, two, kernel=kernel, unbiased=True).item() == pytest.approx(unbiased, abs=1e-12)


@in_general_position
@given(seed=SEEDS, name=st.sampled_from(sorted(KERNELS)))
def test_the_biased_estimate_is_never_negative_and_zero_for_the_same_draws(seed, name):
    one, two = normal(seed, 5, 2), normal(seed + 1, 4, 2)
    assert squared_mmd(one, two, kernel=KERNELS[name], unbiased=False).item() > -1e-12
    assert abs(squared_mmd(one, one.flip(0), kernel=KERNELS[name], unbiased=False).item()) < 1e-12


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_the_unbiased_estimate_has_mean_zero_under_equal_laws_and_the_biased_one_has_not(name):
    trials, kernel, stream = 2000, KERNELS[name], generator(4)
    values = {True: [], False: []}
    for _ in range(trials):
        one, two = torch.randn((2, 5, 2), generator=stream, **DOUBLE)
        for unbiased, found in values.items():
            found.append(squared_mmd(one, two, kernel=kernel, unbiased=unbiased).item())
    for unbiased, found in values.items():
        sample = torch.tensor(found, **DOUBLE)
        score = sample.mean().item() / (sample.std().item() / math.sqrt(trials))
        assert (abs(score) < 4) == unbiased


@in_general_position
@given(seed=SEEDS)
def test_on_a_finite_space_the_biased_estimate_of_exact_draws_is_the_functional(seed):
    space = finite_space(seed, {})
    gamma = space.tables["n"].detach()  # any second law that the units of codes can hold
    rows = 8
    value = squared_mmd(
        stratified(gamma.expand(rows, -1)),
        stratified(space.tables["p"].expand(rows, -1)),
        kernel=lambda a, b: a @ space.tables["k"] @ b.T,
        unbiased=False,
    )
    expected = space.value("int[z,z'](k(z,z')*(n(z)-p(z))*(n(z')-p(z')))")
    torch.testing.assert_close(value, expected)


def test_the_gradient_of_the_mmd_is_that_of_finite_differences():
    latent = normal(0, 4, 2).requires_grad_()
    for unbiased in (True, False):
        part = MaximumMeanDiscrepancy(kernel=multiquadratic_kernel, unbiased=unbiased, prior_count=6)
        assert torch.autograd.gradcheck(lambda codes, part=part: part(pass_of(codes)), latent)


# --- Stein ---------------------------------------------------------------------------------------


def kl_of_moments(latent):
    """Return KL(N(m, diag v) || N(0, I)) with the moments of the codes."""
    mean, variance = latent.mean(dim=0), latent.var(dim=0)
    return ((mean.square() + variance - 1 - variance.log()) / 2).sum().item()


def law_of(mean, deviation, *, dim):
    return mean + deviation * torch.randn((300, dim), generator=generator(2), **DOUBLE)


@pytest.mark.parametrize(("mean", "deviation"), [(2.0, 1.0), (-1.5, 1.0), (0.0, 2.5), (1.0, 0.3)])
@pytest.mark.parametrize("dim", [1, 2])
def test_descending_the_surrogate_decreases_the_kl_and_ascending_it_does_not(mean, deviation, dim):
    start = law_of(mean, deviation, dim=dim).requires_grad_()
    (slope,) = gradients(SteinDivergence()(pass_of(start)), (start,))
    latent, count = start.detach(), len(start)
    before = kl_of_moments(latent)
    assert kl_of_moments(latent - 0.1 * count * slope) < before
    assert kl_of_moments(latent + 0.1 * count * slope) > before


def test_codes_that_follow_the_direction_end_at_the_prior():
    latent, prior = law_of(2.0, 1.0, dim=1), IsotropicPrior(latent_dim=1)
    for _ in range(200):
        latent = latent + 0.5 * stein_direction(latent, prior=prior)
    assert kl_of_moments(latent) < 1e-3


@in_general_position
@given(seed=SEEDS)
def test_the_direction_is_its_printed_sum(seed):
    latent, prior = normal(seed, 5, 2), IsotropicPrior(latent_dim=2, variance=3.0)
    length = median_squared_length(latent)
    expected = torch.zeros_like(latent)
    for i in range(5):
        for j in range(5):
            moving = latent[j].clone().requires_grad_()
            k = torch.exp(-(moving - latent[i]).square().sum() / length)
            (slope,) = torch.autograd.grad(k, moving)
            expected[i] += (k.detach() * (-latent[j] / 3.0) + slope) / 5
    torch.testing.assert_close(stein_direction(latent, prior=prior), expected)


def test_the_bandwidth_is_the_median_over_pairs():
    latent = torch.tensor([[0.0], [1.0], [3.0]], **DOUBLE)  # squared distances 1, 9, 4
    torch.testing.assert_close(median_squared_length(latent).item(), 4 / math.log(3))


@given(place=st.floats(-10.0, 10.0, width=32), count=st.integers(1, 70), single=st.booleans())
def test_codes_that_all_agree_follow_the_score_alone(place, count, single):
    codes = torch.full((count, 2), place, dtype=torch.float32 if single else torch.float64)
    torch.testing.assert_close(stein_direction(codes, prior=IsotropicPrior(latent_dim=2)), -codes, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("spread", [1e-1, 1e-2, 1e-3, 1e-4])
def test_near_codes_far_from_zero_keep_the_direction_in_single_precision(spread):
    codes = (3 + spread * normal(0, 40, 2)).float()
    prior = IsotropicPrior(latent_dim=2)
    expected = stein_direction(codes.double(), prior=prior)
    torch.testing.assert_close(stein_direction(codes, prior=prior).double(), expected, rtol=1e-4, atol=1e-4 / spread)


# --- adversary -----------------------------------------------------------------------------------


class TableOfLogits(nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = nn.Parameter(logits)

    def forward(self, latent):
        return (latent @ self.logits).unsqueeze(1)


def finite_pass(space, gamma):
    latent = stratified(gamma.expand(8, -1)).requires_grad_()
    passed = pass_of(latent)
    passed.model.prior = _Stratified(space.tables["p"].detach())
    return passed


class _Stratified(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.table = table

    def log_density(self, latent):
        return (latent * self.table).sum(dim=-1).log()

    def sample(self, count, *, generator=None):  # noqa: ARG002
        return stratified(self.table.expand(count, -1))

    def kl(self, posterior, latent):
        raise NotImplementedError


@in_general_position
@given(seed=SEEDS)
def test_the_best_discriminator_gives_the_jensen_shannon_divergence_and_any_other_less(seed):
    space = finite_space(seed, {})
    p, gamma = space.tables["p"].detach(), space.tables["n"].detach()
    middle = (p + gamma) / 2
    expected = ((p * (p / middle).log()).sum() + (gamma * (gamma / middle).log()).sum()) / 2
    best = TableOfLogits((p / gamma).log())
    passed = finite_pass(space, gamma)
    torch.testing.assert_close(JensenShannon(discriminator=best)(passed).detach(), expected)
    slopes = gradients(DiscriminatorLoss(discriminator=best)(passed), tuple(best.parameters()))
    torch.testing.assert_close(slopes[0], torch.zeros_like(slopes[0]), rtol=0, atol=1e-12)
    other = TableOfLogits(normal(seed, 3))
    assert JensenShannon(discriminator=other)(passed).item() <= expected.item() + 1e-12


@pytest.mark.parametrize("saturating", [True, False])
def test_codes_and_discriminator_learn_each_from_their_own_part(saturating):
    network = make_discriminator(2, width=5, layers=2).double()
    latent = normal(0, 6, 2).requires_grad_()
    passed = pass_of(latent)
    divergence = JensenShannon(discriminator=network, saturating=saturating)(passed)
    adversary = DiscriminatorLoss(discriminator=network)(passed)
    parameters = tuple(network.parameters())
    assert all(slope.abs().max() == 0 for slope in gradients(divergence, parameters))
    assert gradients(divergence, (latent,))[0].abs().max() > 0
    assert gradients(adversary, (latent,))[0].abs().max() == 0
    assert all(slope.abs().max() > 0 for slope in gradients(adversary, parameters))


@pytest.mark.parametrize("saturating", [True, False])
def test_both_forms_move_codes_to_where_the_prior_is_denser(saturating):
    latent = torch.tensor([[1.0], [2.0]], **DOUBLE).requires_grad_()
    best = nn.Linear(1, 1).double()  # prior N(0, 1) against codes N(2, 1): log ratio 2 - 2 z
    with torch.no_grad():
        best.weight.fill_(-2.0)
        best.bias.fill_(2.0)
    part = JensenShannon(discriminator=best, saturating=saturating)
    assert (gradients(part(pass_of(latent)), (latent,))[0] > 0).all()


def test_a_pass_reaches_the_parts_of_a_real_model():
    model = linear_model(random_linear(0), kind=Posterior)
    passed = run(model, batch_of(normal(1, 6, 3)))
    for part in (MaximumMeanDiscrepancy(), SteinDivergence()):
        assert part(passed).isfinite()


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (lambda: gaussian_kernel(normal(0, 2, 1), normal(0, 2, 1), squared_length=0.0), "squared_length"),
        (lambda: multiquadratic_kernel(normal(0, 2, 1), normal(0, 2, 1), scales=()), "scales"),
        (lambda: multiquadratic_kernel(normal(0, 2, 1), normal(0, 2, 1), scales=(1.0, -1.0)), "scales"),
        (lambda: multiquadratic_kernel(normal(0, 2, 1), normal(0, 2, 1), prior_variance=0.0), "prior_variance"),
        (lambda: MaximumMeanDiscrepancy(prior_count=1), "prior_count"),
        (lambda: median_squared_length(normal(0, 1, 2)), "latent"),
        (lambda: make_discriminator(0), "latent_dim"),
        (lambda: make_discriminator(1, width=0), "width"),
        (lambda: make_discriminator(1, layers=0), "layers"),
    ],
)
def test_bad_options_are_named(build, named):
    with pytest.raises(InvalidInputError, match=rf"^{named} must"):
        build()


def test_the_unbiased_estimate_needs_two_draws():
    with pytest.raises(InvalidInputError, match=r"^unbiased needs two draws"):
        squared_mmd(normal(0, 1, 2), normal(1, 3, 2), kernel=functools.partial(gaussian_kernel), unbiased=True)
