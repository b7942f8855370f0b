"""What remains over all decoders of one steepness: infima reached, bounds that hold, and maps that collapse anyway."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import integrate

from numeric import fisher, infimum
from numeric.decoder import Decoder
from numeric.families import Bernoulli, Categorical, Gaussian, Poisson
from numeric.gaussian_prior import MonteCarlo
from numeric.maps import BrenierMap
from numeric.potentials import isotropic
from tests.effort import in_general_position
from tests.numeric.decoder_strategies import KINDS, STRENGTHS, composed_decoders, decoders, family_of
from variational.errors import InvalidInputError

ROUNDING = 1e-9  # relative, of sums of 1e4 terms of which some are subtracted
COIN = Bernoulli(dimension=1)


def linear(family, strength, shift):
    return Decoder(family=family, decoder_map=BrenierMap(potential=isotropic(strength, shift)))


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_no_gradient_of_that_strength_falls_below_the_infimum(kind, data):
    decoder, points = data.draw(decoders(kind))
    found = infimum.fisher_infimum(decoder.family, points, decoder.decoder_map.inverse_lipschitz)
    divergence = fisher.relative_fisher(decoder, points)
    assert divergence.value + divergence.error >= found.value * (1 - ROUNDING)
    one = infimum.fisher_infimum(decoder.family, points[0], decoder.decoder_map.inverse_lipschitz)
    assert divergence.each[0] + divergence.error >= one.value * (1 - ROUNDING)


@pytest.mark.parametrize("strength", [0.3, 1.0, 2.0])
def test_linear_decoders_reach_the_infimum_of_gaussian_and_poisson_data(strength):
    points = np.array([[1.0, 4.0], [3.0, 0.0]])
    mean = points.mean(axis=0)
    offsets = {
        Gaussian(dimension=2, scale=0.5): mean / 0.25,
        Poisson(dimension=2): np.log(mean) - 1.5 * strength**2,  # minimises m^2 - 2 m e^(b + L^2/2) + e^(2b + 2L^2)
    }
    for family, offset in offsets.items():
        found = infimum.fisher_infimum(family, points, strength)
        divergence = fisher.relative_fisher(linear(family, strength, offset), points)
        assert found.exact
        assert found.attained
        assert_allclose(divergence.value, found.value, rtol=1e-6)


def test_the_infimum_of_one_gaussian_datum_is_the_fourth_power_and_of_one_count_is_the_printed_form():
    assert_allclose(infimum.fisher_infimum(Gaussian(dimension=3), [5, 0, -2], 1.5).value, 3 * 1.5**4, rtol=1e-14)
    count = infimum.fisher_infimum(Poisson(dimension=2), [3, 0], 0.5)
    assert_allclose(count.value, 0.25 * 9 * (1 - math.exp(-0.25)), rtol=1e-14)
    assert not count.attained  # the coordinate with a count of zero only comes near


VERTICES = {
    "bernoulli": (Bernoulli(dimension=2), [1, 0], np.array([1.0, -1.0])),
    "poisson": (Poisson(dimension=2), [0, 0], np.array([-1.0, -1.0])),
    "categorical": (Categorical(classes=3), [1, 0, 0], np.array([1.0, 0.0])),
    "last label": (Categorical(classes=3), [0, 0, 1], np.array([-1.0, -1.0])),
    "redundant": (Categorical(classes=2, minimal=False), [0, 1], np.array([-0.5, 0.5])),
}


@pytest.mark.parametrize(("family", "datum", "direction"), VERTICES.values(), ids=VERTICES)
@pytest.mark.parametrize("strength", [0.5, 2.0])
def test_one_datum_at_a_vertex_collapses_in_fisher_and_in_kl_however_steep_the_decoder(
    strength, family, datum, direction
):
    found = infimum.fisher_infimum(family, datum, strength)
    assert found == infimum.Infimum(value=0.0, exact=True, attained=False)
    near = [linear(family, strength, far * direction) for far in (20.0, 30.0)]
    divergences = [fisher.relative_fisher(decoder, datum) for decoder in near]
    # T - grad A is of order exp(-b), its square exp(-2 b)
    assert_allclose(math.log(divergences[0].value / divergences[1].value), 20.0, rtol=0.05)
    assert divergences[1].value < 1e-14
    for kl in (fisher.kl_prior_to_posterior, fisher.kl_posterior_to_prior):
        assert kl(near[1], datum).value < 1e-10


def test_two_different_data_do_not_collapse_together():
    points = [[0], [1]]
    for offset in (-30.0, -1.0, 0.0, 4.0, 30.0):
        divergence = fisher.relative_fisher(linear(COIN, 2.0, [offset]), points)
        assert divergence.value >= 4 / 4  # L^2 tr C
        assert max(divergence.each) >= 1.0


@given(mean=st.floats(0.01, 0.99), log_strength=st.floats(-2, 1.5))
def test_the_least_deviation_of_bernoulli_data_is_that_of_a_plain_search(mean, log_strength):
    strength = 10**log_strength
    step = 2.0**-6  # the nearest pole is pi / 32 from the real line, so the rule errs by exp(-2 pi * 64 pi / 32)
    grid = np.arange(-10, 10, step)
    weights = np.exp(-(grid**2) / 2) * step / math.sqrt(2 * math.pi)
    far = 9 * strength + abs(math.log(mean / (1 - mean)))
    offsets = np.linspace(-far, far, 301)
    for _ in range(4):  # the best offset, then between its neighbours
        with np.errstate(over="ignore"):
            values = [weights @ np.square(mean - 1 / (1 + np.exp(-strength * grid - b))) for b in offsets]
        best, width = offsets[np.argmin(values)], offsets[1] - offsets[0]
        offsets = np.linspace(best - width, best + width, 31)
    assert_allclose(infimum.least_deviation(COIN, strength, mean), min(values), rtol=0, atol=1e-8)


@given(mean=st.floats(0.0, 1.0), first=st.floats(0.05, 30.0), second=st.floats(0.05, 30.0))
def test_the_least_deviation_rises_with_the_strength_and_does_not_know_heads_from_tails(mean, first, second):
    low, high = sorted((first, second))
    for family in (COIN, Poisson(dimension=1), Gaussian(dimension=1)):
        values = [infimum.least_deviation(family, strength, mean) for strength in (low, high)]
        assert values[0] <= values[1] + 1e-11
    turned = infimum.least_deviation(COIN, low, 1 - mean)
    assert_allclose(turned, infimum.least_deviation(COIN, low, mean), rtol=0, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_spread_of_the_data_bounds_the_divergence_also_for_fewer_latents(kind, data):
    decoder, points = data.draw(composed_decoders(kind))
    found = decoder.decoder_map
    bound = infimum.fisher_spread_bound(
        decoder.family, points, latent_dim=found.latent_dim, constant=found.inverse_lipschitz
    )
    # the inequality holds at every node
    divergence = fisher.relative_fisher(decoder, points, method=MonteCarlo(samples=200, seed=3))
    assert divergence.value >= bound * (1 - ROUNDING)


@in_general_position
@given(found=decoders("bernoulli"), strength=STRENGTHS)
def test_the_spread_bound_of_as_many_latents_is_the_trace(found, strength):
    decoder, points = found
    family = decoder.family
    bound = infimum.fisher_spread_bound(family, points, latent_dim=family.dimension, constant=strength)
    assert_allclose(bound, strength**2 * np.var(points, axis=0).sum(), rtol=1e-9, atol=1e-12)


@given(distance=st.floats(0.0, 60.0))
def test_the_pair_bound_is_its_integral(distance):
    def integrand(z):
        half = distance * z / 2
        return (half + math.log1p(math.exp(-2 * half)) - math.log(2)) * math.exp(-(z**2) / 2)

    expected = 2 * integrate.quad(integrand, 0, 12, epsabs=1e-13, epsrel=1e-12, limit=200)[0] / math.sqrt(2 * math.pi)
    assert_allclose(infimum.kl_pair_bound(distance)[0], expected, rtol=1e-10, atol=1e-13)


def test_the_pair_bound_has_its_two_limits():
    small, large = infimum.kl_pair_bound([1e-6, 1e6])
    assert_allclose(small, 1e-12 / 8, rtol=1e-9)
    assert_allclose(large, 1e6 / math.sqrt(2 * math.pi) - math.log(2), rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_mean_kl_of_different_data_is_at_least_the_pair_bound(kind, data):
    decoder, points = data.draw(decoders(kind))
    bound = infimum.kl_bound(decoder.family, points, decoder.decoder_map.inverse_lipschitz)
    kl = fisher.kl_prior_to_posterior(decoder, points)
    assert kl.value + 10 * kl.error >= bound * (1 - ROUNDING)
    assert infimum.kl_bound(decoder.family, points[0], 1.0) == 0


@pytest.mark.parametrize("strength", [0.2, 1.0, 3.0, 8.0])
def test_the_linear_decoder_of_a_fair_coin_reaches_the_pair_bound(strength):
    kl = fisher.kl_prior_to_posterior(linear(COIN, strength, [0.0]), [[0], [1]])
    bound = infimum.kl_bound(COIN, [[0], [1]], strength)
    assert abs(kl.value - bound) <= 3 * kl.error + 1e-12


@pytest.mark.parametrize("strength", [1.0, 5.0, 20.0])
def test_the_kl_of_the_posterior_stays_below_log_two_while_the_other_divergences_grow(strength):
    decoder = linear(COIN, strength, [0.0])
    kl = fisher.kl_posterior_to_prior(decoder, [[0], [1]])
    assert kl.value <= math.log(2) + kl.error
    divergence = fisher.relative_fisher(decoder, [[0], [1]])
    assert divergence.value + divergence.error >= strength**2 / 4
    assert infimum.kl_bound(COIN, [[0], [1]], strength) >= strength / math.sqrt(2 * math.pi) - math.log(2)


CENTRE, INNER, OUTER = [0.7, -0.2], 1.5, 1.2
RADII = (500.0, 1000.0)


def parabola_divergence(radius):
    """Return E (L_1 (a u|u| + b u^3))^2 for u = L_1 z, from the absolute moments of z of order 4, 5 and 6."""
    a, b = 3 * OUTER / (2 * radius**2), (radius**-4 + radius**-2) / 2
    fifth = 8 * math.sqrt(2 / math.pi)
    return INNER**2 * (3 * a**2 * INNER**4 + 2 * a * b * fifth * INNER**5 + 15 * b**2 * INNER**6)


def bent(radius, **change):
    options = {"inner": INNER, "outer": OUTER, "radius": radius, **change}
    return Decoder(family=Gaussian(dimension=2), decoder_map=infimum.parabola(CENTRE, **options))


@pytest.mark.parametrize("radius", [0.5, 3.0, *RADII])
def test_the_parabola_has_its_closed_form_and_its_constants(radius):
    decoder = bent(radius)
    assert decoder.decoder_map.inner.strength == INNER
    assert_allclose(decoder.decoder_map.outer.strength, OUTER)
    found = fisher.relative_fisher(decoder, CENTRE)
    # u|u| has a kink at zero, which leaves quadrature an error that it reports
    assert_allclose(found.value, parabola_divergence(radius), rtol=1e-3, atol=3 * found.error)
    first, second = np.random.default_rng(0).normal(size=(2, 100, 1)) * 3
    natural = decoder.decoder_map.natural
    moved = np.linalg.norm(natural(first) - natural(second), axis=1)
    assert (moved >= INNER * OUTER * np.abs(first - second)[:, 0] * (1 - ROUNDING)).all()


@pytest.mark.parametrize("inner", [1.0, 5.0])
def test_gaussian_data_collapse_at_fourth_order_in_the_radius_with_fewer_latents_than_statistics(inner):
    values = [fisher.relative_fisher(bent(radius, inner=inner), CENTRE).value for radius in RADII]
    assert 3.95 < math.log2(values[0] / values[1]) < 4.05
    assert fisher.relative_fisher(bent(1e5, inner=inner), CENTRE).value < 1e-12


def test_gaussian_data_collapse_in_kl_with_fewer_latents_than_statistics():
    # steep enough that at this radius the divergences are far above rounding, 1e-16 times the squared radius
    for kl in (fisher.kl_prior_to_posterior, fisher.kl_posterior_to_prior):
        nats = [kl(bent(radius, inner=5.0), CENTRE).value for radius in RADII]
        assert 3.9 < math.log2(nats[0] / nats[1]) < 4.1


def test_different_data_collapse_together_where_the_spread_bound_vanishes():
    points = np.array([[0.0, -1.0], [0.0, 0.0], [0.0, 1.0]]) + CENTRE
    assert infimum.fisher_spread_bound(Gaussian(dimension=2), points, latent_dim=1, constant=9.0) < 1e-25
    values = [max(fisher.relative_fisher(bent(radius), points).each) for radius in RADII]
    assert 1.9 < math.log2(values[0] / values[1]) < 2.1
    assert max(fisher.relative_fisher(bent(1e5), points).each) < 1e-8
    nats = [max(fisher.kl_prior_to_posterior(bent(radius), points).each) for radius in RADII]
    assert 1.9 < math.log2(nats[0] / nats[1]) < 2.1


BAD = {
    "strength": (lambda: infimum.fisher_infimum(COIN, [1], 0.0), "strength must be a finite number > 0, got 0.0"),
    "strength nan": (lambda: infimum.fisher_infimum(COIN, [1], math.nan), "strength must be a finite number > 0"),
    "infinite": (lambda: infimum.kl_bound(COIN, [1], math.inf), "strength must be a finite number > 0, got inf"),
    "datum": (lambda: infimum.fisher_infimum(COIN, [0.5], 1.0), "data must hold zeros and ones, got 0.5"),
    "mean": (lambda: infimum.least_deviation(COIN, 1.0, 1.5), "mean must be at most 1 for Bernoulli data, got 1.5"),
    "negative": (lambda: infimum.least_deviation(COIN, 1.0, -0.5), "mean must be a finite number >= 0, got -0.5"),
    "nan": (lambda: infimum.least_deviation(Gaussian(dimension=1), 1.0, math.nan), "mean must be a finite number"),
    "labels": (lambda: infimum.least_deviation(family_of("categorical", 2), 1.0, 0.5), "family must be separable"),
    "distance": (lambda: infimum.kl_pair_bound([1.0, -1.0]), "distance must be a finite number >= 0, got -1.0"),
    "distance nan": (lambda: infimum.kl_pair_bound([math.nan]), "distance must be a finite number >= 0, got nan"),
    "latents": (
        lambda: infimum.fisher_spread_bound(COIN, [1], latent_dim=2, constant=1.0),
        "latent_dim must be at most 1, the natural parameters of Bernoulli.*, got 2",
    ),
    "constant": (
        lambda: infimum.fisher_spread_bound(COIN, [1], latent_dim=1, constant=-1.0),
        "constant must be a finite number > 0, got -1.0",
    ),
    "centre": (
        lambda: infimum.parabola([0.0], inner=1.0, outer=1.0, radius=1.0),
        "centre must have at least 2 entries, got 1",
    ),
    "radius": (
        lambda: infimum.parabola([0.0, 0.0], inner=1.0, outer=1.0, radius=0.0),
        "radius must be a finite number > 0, got 0.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_named_with_its_value_and_rule(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
