"""Divergences agree with a second route, with closed forms and with each other; the bounds hold at every decoder."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from numeric import fisher
from numeric.decoder import Decoder
from numeric.families import Bernoulli, Categorical, Gaussian, Poisson
from numeric.gaussian_prior import MonteCarlo, NotFiniteError, Outcome, Quadrature, quadrature_nodes
from numeric.maps import BrenierMap, ComposedMap, GivenMap
from numeric.potentials import Quadratic, Ridges, Sum, isotropic
from tests.effort import in_general_position
from tests.numeric.decoder_strategies import (
    KINDS,
    SEEDS,
    STRENGTHS,
    composed_decoders,
    data_of,
    decoders,
    family_of,
    potential_of,
)
from variational.errors import InvalidInputError

REDUNDANT = 1e-24  # J^T v with v off by eps: (4 L 1e-16)^2 times the constant of the test
ROUNDING = 1e-11  # relative, of sums of 1e4 terms
AGREE = 1e-6  # of central differences of step 1e-5, on values below 1e2
COARSE = Quadrature(order=32)  # for inequalities and invariances, with the error it reports
DIVERGENCES = {
    "fisher": fisher.relative_fisher,
    "posterior fisher": fisher.posterior_fisher,
    "averaged": fisher.averaged_fisher,
    "kl of the prior": fisher.kl_prior_to_posterior,
    "kl of the posterior": fisher.kl_posterior_to_prior,
    "evidence": fisher.log_evidence,
    "bound": fisher.fisher_bound,
}


def linear(family, strength, shift):
    return Decoder(family=family, decoder_map=BrenierMap(potential=isotropic(strength, shift)))


def tolerance(*estimates):
    return 10 * sum(estimate.error for estimate in estimates) + ROUNDING


def by_brute_force(decoder, datum):
    """Return the divergences from the definition: normalised densities on a fine grid and differences of their logs."""
    step = 2.0**-7
    grid = np.arange(-12, 12, step)

    def log_joint(z):
        natural = decoder.decoder_map.natural(z[:, None])
        statistic = decoder.family.statistic(datum)[0]
        log_density = natural @ statistic - decoder.family.log_partition(natural) + decoder.family.log_base(datum)
        return log_density - z**2 / 2 - math.log(2 * math.pi) / 2

    log_prior = -(grid**2) / 2 - math.log(2 * math.pi) / 2
    evidence = np.exp(log_joint(grid)).sum() * step
    log_posterior = log_joint(grid) - math.log(evidence)
    prior, posterior = np.exp(log_prior), np.exp(log_posterior)
    small = 1e-5
    gap = (log_joint(grid + small) - log_joint(grid - small)) / (2 * small) + grid  # the prior's score is -z
    return {
        "fisher": (prior * gap**2).sum() * step,
        "posterior fisher": (posterior * gap**2).sum() * step,
        "averaged": (prior * gap**2).sum() * step,
        "kl of the prior": (prior * (log_prior - log_posterior)).sum() * step,
        "kl of the posterior": (posterior * (log_posterior - log_prior)).sum() * step,
        "evidence": math.log(evidence),
    }


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(seed=SEEDS, strength=st.floats(0.1, 1.0), profile=st.sampled_from(("softplus", "logcosh")))
def test_every_divergence_is_its_definition_on_a_fine_grid(kind, seed, strength, profile):
    generator = np.random.default_rng(seed)
    family = family_of(kind, 1)
    potential = potential_of(generator, 1, strength, profile)
    decoder = Decoder(family=family, decoder_map=BrenierMap(potential=potential))
    datum = data_of(family, generator, 1)[0]
    with np.errstate(under="ignore"):
        expected = by_brute_force(decoder, datum)
    for name, value in expected.items():
        found = DIVERGENCES[name](decoder, datum)
        assert_allclose(found.value, value, rtol=AGREE, atol=AGREE + found.error, err_msg=name)


@pytest.mark.parametrize("method", [None, MonteCarlo(samples=40_000, seed=5)], ids=["quadrature", "draws"])
@pytest.mark.parametrize("dimension", [1, 2])
def test_the_linear_gaussian_has_its_closed_forms(dimension, method):
    scale, strength, shift = 0.8, 1.5, np.array([0.3, -0.7])[:dimension]
    datum = np.array([1.1, 0.4])[:dimension]
    decoder = linear(Gaussian(dimension=dimension, scale=scale), strength, shift)
    # x | z has mean scale^2 (L z + b): the posterior is N(L r / k, I / k), r = x - scale^2 b, k = 1 + scale^2 L^2
    residual = np.square(datum - scale**2 * shift).sum()
    precision = 1 + scale**2 * strength**2
    log_precision, squared_mean = math.log(precision), strength**2 * residual / precision**2
    spread, far = scale**4 * strength**2, 1 - scale**2 * strength**2 / precision
    expected = {
        "fisher": strength**2 * (residual + spread * dimension),
        "bound": strength**2 * (residual + spread * dimension),
        "posterior fisher": strength**2 * (residual * far**2 + spread * dimension / precision),
        "kl of the prior": (dimension * (precision - 1 - log_precision) + precision * squared_mean) / 2,
        "kl of the posterior": (dimension * (1 / precision - 1 + log_precision) + squared_mean) / 2,
        "evidence": -(residual / (scale**2 * precision) + dimension * math.log(2 * math.pi * scale**2 * precision)) / 2,
    }
    for name, value in expected.items():
        found = DIVERGENCES[name](decoder, datum, method=method)
        allowed = 5 * found.error if method else found.error + ROUNDING
        assert abs(found.value - value) <= allowed, name


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [1, 2])
def test_quadrature_and_draws_agree_within_five_standard_errors(dimension, kind, name):
    generator = np.random.default_rng(dimension)
    family = family_of(kind, dimension)
    potential = potential_of(generator, dimension, 0.6, "softplus")
    decoder, data = Decoder(family=family, decoder_map=BrenierMap(potential=potential)), data_of(family, generator, 3)
    exact = DIVERGENCES[name](decoder, data)
    drawn = DIVERGENCES[name](decoder, data, method=MonteCarlo(samples=50_000, seed=11))
    assert exact.error < 1e-6 < drawn.error
    assert abs(exact.value - drawn.value) <= 5 * drawn.error


SPREADS = {
    "bernoulli": (linear(Bernoulli(dimension=3), 1.0, [0.5, 0.0, -0.5]), [[1, 0, 1], [0, 0, 1]]),
    "gaussian": (linear(Gaussian(dimension=3), 1.0, [0.0, 0.0, 0.0]), [[0.0, 1.0, 2.0], [0.5, 0.0, 1.0]]),
}


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize(("decoder", "data"), SPREADS.values(), ids=SPREADS)
def test_the_standard_error_is_the_spread_of_the_estimate(decoder, data, name):
    method = MonteCarlo(samples=2_000, seed=np.random.default_rng(3))
    found = [DIVERGENCES[name](decoder, data, method=method) for _ in range(200)]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    # 200 estimates give their spread to 5 %
    assert 0.8 < spread / np.mean([estimate.error for estimate in found]) < 1.2


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_printed_bound_holds_for_gradients(kind, data):
    decoder, points = data.draw(decoders(kind))
    divergence = fisher.relative_fisher(decoder, points, method=COARSE)
    bound = fisher.fisher_bound(decoder, points, method=COARSE)
    for upper, lower in zip(divergence.each, bound.each, strict=True):
        assert upper >= lower * (1 - ROUNDING)


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_bound_before_the_infimum_holds_for_composed_maps(kind, data):
    decoder, points = data.draw(composed_decoders(kind))
    method = MonteCarlo(samples=500, seed=2)  # the inequality holds at every node
    divergence = fisher.relative_fisher(decoder, points, method=method)
    bound = fisher.fisher_bound(decoder, points, method=method)
    for upper, lower in zip(divergence.each, bound.each, strict=True):
        assert upper >= lower * (1 - ROUNDING)


def test_the_bound_holds_for_a_square_map_that_is_no_gradient():
    # twice a rotation: the Jacobian is not symmetric, and its singular values are 2
    rotation = np.array([[0.0, -1.0], [1.0, 0.0]])
    turned = GivenMap(
        latent_dim=2,
        natural_dim=2,
        natural=lambda z: 2 * z @ rotation.T,
        jacobian=lambda z: np.broadcast_to(2 * rotation, (len(z), 2, 2)),
        inverse_lipschitz=2.0,
    )
    decoder = Decoder(family=Bernoulli(dimension=2), decoder_map=turned)
    divergence, bound = fisher.relative_fisher(decoder, [1, 0]), fisher.fisher_bound(decoder, [1, 0])
    assert_allclose(divergence.value, bound.value, rtol=ROUNDING)


@given(strength=STRENGTHS, along=st.floats(-3, 3), across=st.floats(0.1, 3))
def test_the_bound_with_the_whole_deviation_is_false_for_fewer_latents_than_statistics(strength, along, across):
    # f(z) = (L z, 0) and x = (along, across): the score sees the first coordinate only
    narrow = ComposedMap(outer=isotropic(1.0, [0.0, 0.0]), inner=isotropic(strength, [0.0]))
    decoder = Decoder(family=Gaussian(dimension=2), decoder_map=narrow)
    divergence = fisher.relative_fisher(decoder, [along, across]).value
    whole = strength**2 * (along**2 + strength**2 + across**2)  # L^2 E |T(x) - E T(x)|^2
    assert_allclose(whole - divergence, strength**2 * across**2, rtol=1e-9)
    assert divergence < whole


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_mean_divergence_is_that_of_the_mean_score_plus_a_spread(kind, data):
    decoder, points = data.draw(decoders(kind))
    method = Quadrature(order=24)
    mean = fisher.relative_fisher(decoder, points, method=method).value
    averaged = fisher.averaged_fisher(decoder, points, method=method).value
    statistics = decoder.family.statistic(points)
    centred = statistics - statistics.mean(axis=0)
    nodes = quadrature_nodes(24, decoder.decoder_map.latent_dim)
    scores = np.einsum("ntl,dt->dnl", decoder.decoder_map.jacobian(nodes.points), centred)
    spread = (np.square(scores).sum(axis=2) @ np.exp(nodes.log_weights)).mean()
    assert_allclose(mean, averaged + spread, rtol=1e-10)


@in_general_position
@given(seed=SEEDS, strength=STRENGTHS, angle=st.floats(0, 6))
def test_turning_latents_and_data_together_changes_nothing(seed, strength, angle):
    generator = np.random.default_rng(seed)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    quadratic, ridges = potential_of(generator, 2, strength, "logcosh").parts
    rotated = turn @ quadratic.matrix @ turn.T
    turned = Sum(
        parts=(
            Quadratic(matrix=(rotated + rotated.T) / 2, shift=turn @ quadratic.shift),
            Ridges(
                directions=ridges.directions @ turn.T, offsets=ridges.offsets, weights=ridges.weights, profile="logcosh"
            ),
        )
    )
    family, datum = Gaussian(dimension=2), generator.normal(size=2) / 2
    for name, divergence in DIVERGENCES.items():
        if name == "bound":
            continue  # follows from the next line, and checks eigenvalues that only agree to rounding
        first = divergence(
            Decoder(family=family, decoder_map=BrenierMap(potential=Sum(parts=(quadratic, ridges)))), datum
        )
        second = divergence(
            Decoder(family=family, decoder_map=BrenierMap(potential=turned)), turn @ datum, method=COARSE
        )
        assert abs(first.value - second.value) <= tolerance(first, second) * (1 + abs(first.value)), name


@pytest.mark.parametrize("kind", KINDS)
@in_general_position
@given(data=st.data())
def test_the_log_sobolev_inequality_of_the_prior_bounds_the_kl_of_the_posterior(kind, data):
    decoder, points = data.draw(decoders(kind))
    kl, divergence = (
        fisher.kl_posterior_to_prior(decoder, points, method=COARSE),
        fisher.posterior_fisher(decoder, points, method=COARSE),
    )
    for left, right in zip(kl.each, divergence.each, strict=True):
        assert -tolerance(kl) <= left <= right / 2 + tolerance(kl, divergence)


@pytest.mark.parametrize("kind", ["bernoulli", "categorical", "poisson"])
@in_general_position
@given(data=st.data())
def test_the_kl_of_the_posterior_is_at_most_minus_the_log_evidence_for_discrete_data(kind, data):
    decoder, points = data.draw(decoders(kind))
    kl, evidence = (
        fisher.kl_posterior_to_prior(decoder, points, method=COARSE),
        fisher.log_evidence(decoder, points, method=COARSE),
    )
    for left, right in zip(kl.each, evidence.each, strict=True):
        assert left <= -right + tolerance(kl, evidence)


@pytest.mark.parametrize("strength", [1.0, 10.0, 1000.0])
def test_an_injective_map_into_a_redundant_categorical_collapses_exactly_for_all_data(strength):
    # f2 has the Hessian ((2, 2), (2, 5)) >= I, so f(z) = L (2 z, 2 z): a constant added to both log odds
    outer = Quadratic(matrix=[[2.0, 2.0], [2.0, 5.0]], shift=[0.0, 0.0])
    assert_allclose(outer.strength, 1.0)
    found = ComposedMap(outer=outer, inner=isotropic(strength, [0.0]))
    decoder = Decoder(family=Categorical(classes=2, minimal=False), decoder_map=found)
    data = np.eye(2)  # every datum there is
    for divergence in (fisher.relative_fisher, fisher.kl_prior_to_posterior, fisher.kl_posterior_to_prior):
        estimate = divergence(decoder, data)
        assert_allclose(estimate.each, 0.0, atol=estimate.error + REDUNDANT * strength**2)
        assert estimate.error < 1e-9 * strength


@pytest.mark.parametrize("order", [64, 128, 256])
@given(strength=st.floats(0.3, 20.0), shift=st.floats(-4.0, 4.0))
def test_the_error_of_the_quadrature_covers_the_trapezoid_rule_even_where_the_likelihood_has_a_kink(
    order, strength, shift
):
    decoder = linear(Bernoulli(dimension=1), strength, [shift])
    step = 2.0**-8  # exact, and far below the distance of the poles, pi / strength
    grid = np.arange(-12, 12, step)
    weights = np.exp(-(grid**2) / 2) * step / math.sqrt(2 * math.pi)
    log_likelihood = -np.logaddexp(0, -(strength * grid + shift))
    with np.errstate(under="ignore"):
        squares = np.square(strength * -np.expm1(log_likelihood))
        evidence = weights @ np.exp(log_likelihood)
    expected = {
        "fisher": weights @ squares,
        "kl of the prior": math.log(evidence) - weights @ log_likelihood,
        "posterior fisher": weights @ (np.exp(log_likelihood) * squares) / evidence,
        "evidence": math.log(evidence),
    }
    for name, value in expected.items():
        found = DIVERGENCES[name](decoder, [1], method=Quadrature(order=order))
        # steep likelihoods have shown true errors of up to twice the estimate
        assert abs(found.value - value) <= 3 * found.error + ROUNDING * (1 + abs(value)), name
        assert found.nodes == order


def test_a_seed_repeats_and_a_generator_goes_on():
    decoder, datum = linear(Poisson(dimension=3), 0.5, [0.0, 0.1, 0.2]), [0, 1, 2]
    first, second = (fisher.relative_fisher(decoder, datum, method=MonteCarlo(samples=100, seed=4)) for _ in range(2))
    assert first == second
    going = MonteCarlo(samples=100, seed=np.random.default_rng(4))
    third, fourth = (fisher.relative_fisher(decoder, datum, method=going) for _ in range(2))
    assert third == first
    assert fourth.value != first.value


def test_blocks_of_nodes_do_not_change_the_result(monkeypatch):
    decoder, datum = linear(Poisson(dimension=2), 0.5, [0.0, 0.1]), [0, 1]
    whole = fisher.fisher_bound(decoder, datum)
    monkeypatch.setattr("numeric.decoder.BLOCK", 100)
    assert_allclose(fisher.fisher_bound(decoder, datum).value, whole.value, rtol=ROUNDING)


def test_an_overflow_is_a_result_and_no_warning():
    decoder = linear(Poisson(dimension=1), 100.0, [0.0])
    for divergence in DIVERGENCES.values():
        found = divergence(decoder, [3])
        if found.outcome is Outcome.ESTIMATED:
            assert math.isfinite(found.value)
            assert math.isfinite(found.error)
        else:
            assert math.isnan(found.value)
            with pytest.raises(NotFiniteError, match=r"overflows in double precision .*256 nodes"):
                found.require_finite()
    assert fisher.relative_fisher(decoder, [3]).outcome is Outcome.NOT_FINITE
    assert fisher.log_evidence(decoder, [3]).require_finite().outcome is Outcome.ESTIMATED


THREE = linear(Gaussian(dimension=3), 1.0, [0.0, 0.0, 0.0])
ONE = linear(Gaussian(dimension=1), 1.0, [0.0])


def own(**change):
    parts = {"latent_dim": 1, "natural_dim": 1, "natural": lambda z: z, "jacobian": lambda z: np.ones((len(z), 1, 1))}
    family = Gaussian(dimension=change.get("natural_dim", 1))
    return Decoder(family=family, decoder_map=GivenMap(**{**parts, **change}))


BAD = {
    "no seed": (lambda: fisher.relative_fisher(THREE, [0, 0, 0]), r"method must be MonteCarlo\(.*\) for 3 latent dim"),
    "tensor": (lambda: fisher.relative_fisher(THREE, [0, 0, 0], method=Quadrature(order=8)), "for 3 latent dimensions"),
    "order": (lambda: Quadrature(order=3), "order must be an integer >= 4, got 3"),
    "large order": (lambda: Quadrature(order=301), "order must be at most 300, got 301"),
    "samples": (lambda: MonteCarlo(samples=1, seed=0), "samples must be an integer >= 2, got 1"),
    "seed": (lambda: MonteCarlo(samples=9, seed=None), "seed must be an integer >= 0, got None"),
    "width": (lambda: fisher.relative_fisher(ONE, [0, 0]), r"data must have 1 entries in each row, got shape \(1, 2\)"),
    "nan": (lambda: fisher.log_evidence(ONE, [math.nan]), "data must hold finite numbers, got nan"),
    "ends": (
        lambda: Decoder(family=Gaussian(dimension=2), decoder_map=ONE.decoder_map),
        "decoder_map must have natural_dim 2, that of Gaussian.* got 1",
    ),
    "natural": (
        lambda: fisher.relative_fisher(own(natural=lambda z: z[:, 0]), [0.0]),
        r"natural of the decoder map must return shape \(256, 1\), got \(256,\)",
    ),
    "jacobian": (
        lambda: fisher.relative_fisher(own(jacobian=lambda z: z), [0.0]),
        r"jacobian of the decoder map must return shape \(256, 1, 1\), got \(256, 1\)",
    ),
    "nan map": (lambda: fisher.relative_fisher(own(natural=lambda z: z * np.nan), [0.0]), "numbers, got nan"),
    "steep": (
        lambda: fisher.fisher_bound(own(inverse_lipschitz=2.0), [0.0]),
        "inverse_lipschitz must be at most the least singular value of the Jacobian, 1.0 at some node, got 2.0",
    ),
    "narrow": (
        lambda: fisher.fisher_bound(
            own(
                natural_dim=2,
                natural=lambda z: np.hstack([z, z]),
                jacobian=lambda z: np.ones((len(z), 2, 1)),
                inverse_lipschitz=1.0,
            ),
            [0.0, 0.0],
        ),
        "natural_dim must equal latent_dim for a bound by the inverse Lipschitz constant, got 2 and 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_named_with_its_value_and_rule(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
