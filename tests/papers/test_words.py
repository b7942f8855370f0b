"""Theorems whose steps are joined in words, tested on numbers: random models must meet every bound.

A proof of kind 'steps' is checked step by step, the argument that joins them is not. These tests look for a model that
breaks what the argument concludes; each bound is written here anew, from the printed statement.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erfc, expit, log_expit

from numeric.problem import ncvae_problem
from numeric.solve import solve
from tests.judged import verdict_of
from tests.papers.alterations import altered_text
from variational.decide import judge
from variational.papers.registry import find_claim
from variational.records import Status

GRID = np.linspace(-9, 9, 9001)
CELL = GRID[1] - GRID[0]
LOG_PRIOR = -(GRID**2) / 2 - np.log(2 * np.pi) / 2
QUADRATURE = 1e-6  # the trapezoidal rule on GRID, for curves that bend on the scale of 0.1 or more
NO_INFORMATION = 1e-8  # a duality gap of 1e-12 leaves a mutual information of that order
SEEDS = st.integers(0, 2**32 - 1)


def mean(values, log_weight=LOG_PRIOR):
    return float(np.sum(np.exp(log_weight) * values) * CELL)


def normalised(log_weight):
    top = log_weight.max()
    return log_weight - top - np.log(np.sum(np.exp(log_weight - top)) * CELL)


def divergence(log_left, log_right):
    return mean(log_left - log_right, log_left)


def steep_curve(source, steepness):
    """Return a curve that rises by at least ``steepness`` per unit, with its slope."""
    values, slope = steepness * GRID + source.normal(0, 2), np.full_like(GRID, steepness)
    for _ in range(source.integers(0, 4)):
        place, width, height = source.normal(0, 1.5), 10 ** source.uniform(-0.5, 0.5), 10 ** source.uniform(-1, 1)
        bend = expit((GRID - place) / width)
        values, slope = values + height * bend, slope + height / width * bend * (1 - bend)
    return values, slope


def coin(curve):
    """Return statistics, log likelihoods and mean statistic of a Bernoulli datum at both outcomes."""
    return (0.0, 1.0), (log_expit(-curve), log_expit(curve)), expit(curve)


def normal(curve, source):
    """Return the same of two Gaussian data with unit variance."""
    data = tuple(source.normal(0, 2, size=2))
    return data, tuple(-((x - curve) ** 2) / 2 for x in data), curve


@pytest.mark.parametrize("family", ["coin", "normal"])
@given(seed=SEEDS)
def test_a_steep_decoder_keeps_two_data_apart_in_fisher_divergence_and_in_both_orders_of_kl(family, seed):
    source = np.random.default_rng(seed)
    steepness = 10 ** source.uniform(-1, 0.7)
    curve, slope = steep_curve(source, steepness)
    statistics, log_likelihoods, expected = coin(curve) if family == "coin" else normal(curve, source)
    posteriors = [normalised(LOG_PRIOR + one) for one in log_likelihoods]
    apart = steepness * abs(statistics[0] - statistics[1])
    for statistic in statistics:  # Theorem 3.4
        fisher = mean((slope * (statistic - expected)) ** 2)
        assert fisher >= steepness**2 * mean((statistic - expected) ** 2) * (1 - QUADRATURE)
    forward = np.mean([divergence(LOG_PRIOR, one) for one in posteriors])
    exact = mean(np.logaddexp(apart * GRID / 2, -apart * GRID / 2) - np.log(2))
    assert forward >= exact * (1 - QUADRATURE) - QUADRATURE
    assert exact >= apart / np.sqrt(2 * np.pi) - np.log(2) - QUADRATURE
    reverse = np.mean([divergence(one, LOG_PRIOR) for one in posteriors])
    assert reverse >= np.log(2) - np.log1p(np.sqrt(2 * np.pi) / max(apart, 1e-12)) - QUADRATURE


@given(seed=SEEDS)
def test_a_curved_decoder_keeps_a_data_set_apart_by_its_least_eigenvalues(seed):
    source = np.random.default_rng(seed)
    latent = int(source.integers(1, 4))
    natural = latent + int(source.integers(1, 4))
    first, second = 10 ** source.uniform(-1, 1, size=2)

    def steep(size, least):
        root = source.normal(size=(size, size))
        return least * np.eye(size) + root @ root.T * source.choice([0.0, 0.01, 1.0])

    jacobian = steep(natural, second)[:, :latent] @ steep(latent, first)
    statistics = source.normal(size=(int(source.integers(2, 6)), natural)) * source.choice([0.0, 1.0], size=natural)
    fisher = np.mean(np.sum(((statistics - source.normal(size=natural)) @ jacobian) ** 2, axis=1))
    least = np.linalg.eigvalsh(np.cov(statistics.T, bias=True))[:latent]
    assert fisher >= (first * second) ** 2 * np.sum(least) * (1 - 1e-9) - 1e-12


@given(seed=SEEDS)
def test_any_data_but_one_point_force_the_code_variance_down_with_the_error(seed):
    source = np.random.default_rng(seed)
    count, variance = int(source.integers(2, 7)), 10 ** source.uniform(-1.5, -0.001)
    data, mass = np.sort(source.normal(0, 3, size=count)), source.dirichlet(np.ones(count))
    codes = np.eye(count)[0] if source.random() < 0.3 else source.normal(size=count)
    codes = codes * np.sqrt((1 - variance) / np.sum(mass * codes**2))  # as at an optimum: E mu^2 + v = 1
    grid = np.linspace(codes.min() - 7, codes.max() + 7, 8001)
    density = np.exp(-((grid - codes[:, None]) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    aggregate = mass @ density + 1e-300
    best = (mass * data) @ density / aggregate
    error = np.sum(mass[:, None] * density * (data[:, None] - best) ** 2) * (grid[1] - grid[0])
    for low in range(1, count):
        for high in range(low, count):
            rho = min(mass[:low].sum(), mass[high:].sum())
            delta = data[high] - data[low - 1]
            bound = rho * delta**2 / 2 * erfc(np.sqrt((1 - variance) / (4 * rho * variance)))
            assert error >= bound * (1 - QUADRATURE) - 1e-15


@pytest.mark.parametrize("case", ["same priors", "constant ratio", "neither"])
@given(seed=SEEDS)
def test_nc_vae_collapses_exactly_for_equal_priors_or_a_constant_ratio(case, seed):
    source = np.random.default_rng(seed)

    def masses(size):
        return source.dirichlet(np.full(size, 3.0))

    prior, noise_prior = masses(3), masses(3)
    data, noise = np.append(masses(3), 0.0), masses(4)
    if case == "same priors":
        noise_prior = prior
    elif case == "constant ratio":  # on the support of the data; the last point is one of the noise alone
        noise = np.append(data[:3] * (1 - noise[3]), noise[3])
    beta, delta = 1 + 10 ** source.uniform(-1, 0.5), 10 ** source.uniform(-1, 0.5)
    problem = ncvae_problem(data, noise, np.log(prior), np.log(noise_prior), beta=beta, delta=delta)
    found = solve(problem, gap_tol=1e-12)
    assert found.certificate.gap <= 1e-10
    ratio = noise[:3] / data[:3]
    separate = min(np.ptp(ratio), np.ptp(np.log(prior / noise_prior))) > 0.2
    if case != "neither":
        assert found.mutual_information <= NO_INFORMATION
        weight = beta / (beta + delta * ratio[0])
        common = prior**weight * noise_prior ** (1 - weight)
        np.testing.assert_allclose(np.exp(found.log_aggregate), common / common.sum(), rtol=1e-4)
    elif separate:
        assert found.mutual_information > NO_INFORMATION


# What is altered -> claim, before, after; the altered step is not shown, so nothing is concluded.
MUTATIONS = {
    "a variance that sees no ratio": ("ncvae:thm7.strict.corrected", "beta*delta*L*(L-1)*(t-u)", "0*(t-u)"),
    "erfc below its tangent": ("arelbo:thm2.any-data", "erfc(r) >= erfc(m)", "erfc(r) <= erfc(m)"),
    "codes nearer than they are": ("arelbo:thm2.any-data", "<= 2*(c^2 + e^2)", "<= c^2 + e^2"),
    "a decoder that errs twice as much": ("arelbo:thm2.any-data", "a*b/(a+b) >= a/2", "a*b/(a+b) >= a"),
    "a channel without information": ("infovae:unbounded", "-1/2*log(e)", "1/2*log(e)"),
    "a Gram matrix with more taken off": ("infovae:mmd.strict", "A - b^2/c > 0", "A - 2*b^2/c > 0"),
    "a parabola that keeps its distance": ("illidvae:thm3.8.increasing.normal", "27/2*L1^6*L2^2/r^4", "27/2*L1^6*L2^2"),
    "the latent variable in Lemma A.3": ("illidvae:lemA1.mean.latent", "< 2/(1 + exp(-2*z))", "> 2/(1 + exp(-2*z))"),
    "(44) with another power": ("ncvae:eq44.value", "pd(x)^2*1/gamma(z)", "pd(x)*1/gamma(z)"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_an_altered_statement_is_not_decided_as_the_original(name):
    claim_id, old, new = MUTATIONS[name]
    claim = find_claim(claim_id)
    assert verdict_of(claim_id).status is claim.recorded
    assert judge(altered_text(claim_id, old, new), find_claim).status is not claim.recorded


# Claims about one real number per datum, or about a real code: what they say nothing of is not named.
SPACES = {
    "ncvae:eq44.value": {"finite", "discrete-x"},
    "ncvae:eq44.corrected": {"finite", "discrete-x"},
    "ncvae:eq55.corrected": {"finite", "discrete-x"},
    "arelbo:thm2": {"discrete-x"},
    "arelbo:thm2.any-data": {"discrete-x", "densities"},
    "illidvae:thm3.8": {"discrete-x", "densities"},
}


@pytest.mark.parametrize("claim_id", SPACES)
def test_a_verdict_names_the_spaces_of_its_argument(claim_id):
    assert set(verdict_of(claim_id).spaces) == SPACES[claim_id]


TESTED = (
    "illidvae:thm3.4",
    "illidvae:prop3.9.use.corrected",
    "illidvae:prop3.9.use.reverse",
    "illidvae:thm3.8.spread",
    "arelbo:thm2.any-data",
    "ncvae:collapse.ncvae",
)


@pytest.mark.parametrize("claim_id", TESTED)
def test_what_is_tested_here_is_claimed(claim_id):
    assert find_claim(claim_id).recorded is Status.PROVED
