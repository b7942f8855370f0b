"""Regimes of collapse against brute force: all codes of two points, and families of codes on densities."""

import math
import operator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tests.regimes import COLLAPSES, NO_COLLAPSE, UNBOUNDED, at, verdicts
from variational import blocks, grammar, witnesses
from variational.records import DENSITIES, FINITE

ROUNDING = 1e-9  # nats; sums of a few dozen terms below 1e2


def xlogy(weight, value):
    """Return ``weight * log(value)`` with 0 log 0 = 0."""
    return np.where(weight > 0, weight * np.log(np.where(weight > 0, value, 1.0)), 0.0)


def two_points(first, second):
    """Return the codes with q(z=0|x=0) = first and q(z=0|x=1) = second, indexed by z, x, code."""
    return np.stack([np.stack([first, second]), np.stack([1 - first, 1 - second])])


def profile_loss(weights, pd, p, q, kernel, *, pn=None, n=None):
    """Return the loss at the best decoder of the codes q, indexed by z, x, code; term by term."""
    joint = q * pd[None, :, None]
    gamma = joint.sum(axis=1)
    positive = np.where(gamma > 0, gamma, 1.0)[:, None]
    prior = p[:, None]
    mixed = (gamma + prior) / 2
    move = gamma - prior
    terms = {
        blocks.RECON: -xlogy(joint, joint / positive).sum(axis=(0, 1)),
        blocks.KL_QP: xlogy(joint, q / prior[:, None]).sum(axis=(0, 1)),
        blocks.MI: xlogy(joint, q / positive).sum(axis=(0, 1)),
        blocks.KL_GP: xlogy(gamma, gamma / prior).sum(axis=0),
        blocks.JSD_GP: (xlogy(prior + 0 * mixed, prior / mixed) + xlogy(gamma, gamma / mixed)).sum(axis=0) / 2,
        blocks.MMD_GP: np.einsum("ic,ij,jc->c", move, kernel, move),
    }
    if n is not None:
        terms[blocks.KL_QN] = xlogy(pn[None, :, None] * q, q / n[:, None, None]).sum(axis=(0, 1))
    return sum(float(weight) * terms[name] for name, weight in weights.items())


def test_the_brute_force_loss_is_the_loss():
    weights = {blocks.RECON: 1, blocks.KL_QP: 2, blocks.MI: -3, blocks.KL_GP: 1, blocks.JSD_GP: 2, blocks.MMD_GP: 3}
    text = "recon + 2*KL(q,p) - 3*MI + KL(g,p) + 2*JSD(g,p) + 3*MMD(g,p)"
    code = [["1/4", "2/3"], ["3/4", "1/3"]]
    on = witnesses.with_posterior(witnesses.space({"pd": ["1/3", "2/3"], "p": ["1/5", "4/5"], "q|": code}))
    on["functions"]["k"] = [["2", "1"], ["1", "1"]]
    exact = number(witnesses.exact_value(grammar.functional(text), on))
    q = two_points(np.array([1 / 4]), np.array([2 / 3]))
    found = profile_loss(weights, np.array([1, 2]) / 3, np.array([1, 4]) / 5, q, np.array([[2.0, 1.0], [1.0, 1.0]]))
    assert_allclose(found, [exact], rtol=1e-12)


COEFFICIENT = st.integers(-6, 6).map(lambda value: Fraction(value, 2))
MASS = st.integers(1, 9).map(lambda value: Fraction(value, 10))


POSITIVE = st.integers(1, 6).map(lambda value: Fraction(value, 2))
AT_LEAST_ZERO = st.integers(0, 6).map(lambda value: Fraction(value, 2))


@st.composite
def combinations(draw, information, divergence=None):
    """Draw coefficients of the building blocks without contrast.

    Args:
        information: Strategy of the coefficient kappa of I in the decomposed loss.
        divergence: Strategy of B, of what 2 B + l is and of s; any numbers if None.
    """
    recon = draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1, 2)]))
    upper, kappa = draw(COEFFICIENT), draw(information)
    big, halves, square = (draw(COEFFICIENT if divergence is None else divergence) for _ in range(3))
    return {
        blocks.RECON: recon,
        blocks.KL_QP: upper,
        blocks.MI: kappa + recon - upper,
        blocks.KL_GP: big - upper,
        blocks.JSD_GP: halves - 2 * big,
        blocks.MMD_GP: square,
    }


def text_of(weights):
    return " + ".join(f"({value})*{name}" for name, value in weights.items())


GRID = np.linspace(0.0, 1.0, 2001)


@settings(max_examples=50)
@given(weights=combinations(POSITIVE), data=MASS, prior=MASS, seed=st.integers(0, 2**32 - 1))
def test_where_a_finite_loss_collapses_no_code_beats_the_best_constant_one(weights, data, prior, seed):
    outcome = at(text_of(weights), {})[FINITE]
    assert outcome.verdict == COLLAPSES
    rng = np.random.default_rng(seed)
    first, second = rng.beta(0.4, 0.4, size=(2, 4000))
    corners = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    first, second = np.append(first, corners[0]), np.append(second, corners[1])
    pd, p = (np.array([float(mass), 1 - float(mass)]) for mass in (data, prior))
    kernel = np.array([[2.0, 0.5], [0.5, 1.0]])
    aggregate = pd[0] * first + pd[1] * second
    constant = np.concatenate([GRID, aggregate])
    best = profile_loss(weights, pd, p, two_points(constant, constant), kernel).min()
    losses = profile_loss(weights, pd, p, two_points(first, second), kernel)
    assert losses.min() >= best - ROUNDING
    if outcome.rule == "constant-code":
        entropy = -float(weights[blocks.RECON]) * (pd * np.log(pd)).sum()
        assert losses.min() >= entropy - ROUNDING
        far = np.abs(first - second) > 0.1  # their information is at least 2 pd0 pd1 (0.1)^2 by Pinsker
        assert losses[far].min() > entropy


@settings(max_examples=50)
@given(
    weights=combinations(POSITIVE.map(operator.neg), AT_LEAST_ZERO),
    data=MASS,
    prior=MASS,
    size=st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(-1)]),
)
def test_where_a_finite_loss_does_not_collapse_an_informative_code_beats_every_constant_one(weights, data, prior, size):
    outcome = at(text_of(weights), {})[FINITE]
    assert outcome.verdict == NO_COLLAPSE
    # q = p (1 + e u v) with E u = 0 under p_d and E v = 0 under p keeps the aggregate at p.
    u, v = (1 - data, -data), (1 - prior, -prior)
    masses = (prior, 1 - prior)
    code = [[masses[z] * (1 + size * u[x] * v[z]) for x in range(2)] for z in range(2)]
    on = witnesses.with_posterior(witnesses.space({"pd": [data, 1 - data], "p": masses, "q|": code}))
    on["functions"]["k"] = [["2", "1/2"], ["1/2", "1"]]
    loss = grammar.functional(text_of(weights))
    bound = f"({weights[blocks.RECON]})*({blocks.DATA_ENTROPY})"
    assert witnesses.compare(loss, bound, on) == -1
    pd, p = (np.array([float(mass), 1 - float(mass)]) for mass in (data, prior))
    constants = profile_loss(weights, pd, p, two_points(GRID, GRID), np.array([[2.0, 0.5], [0.5, 1.0]]))
    entropy = -float(weights[blocks.RECON]) * (pd * np.log(pd)).sum()
    assert constants.min() >= entropy - ROUNDING


@settings(max_examples=50)
@given(weights=combinations(POSITIVE.map(operator.neg)) | combinations(COEFFICIENT, POSITIVE.map(operator.neg)))
def test_where_a_loss_is_unbounded_on_densities_a_family_of_codes_falls_without_bound(weights):
    outcome = at(text_of(weights), {})[DENSITIES]
    assert outcome.verdict == UNBOUNDED
    if outcome.rule == "matching-cells":
        losses = []
        for cells in (2, 8, 32):
            uniform = np.full(cells, 1 / cells)
            (value,) = profile_loss(weights, uniform, uniform, np.eye(cells)[:, :, None], np.eye(cells))
            # over cells of equal mass the entropy of the data is log N more than over the unit interval
            losses.append(value - float(weights[blocks.RECON]) * math.log(cells))
        steps = np.diff(losses)
        assert (steps < 0).all()
        assert_allclose(steps[0], steps[1], rtol=1e-12)  # it falls by the same amount for every factor of four
    else:
        assert outcome.rule == "aggregate-unbounded"
        fall = -float(weights[blocks.KL_QP] + weights[blocks.KL_GP])
        bounded = abs(float(weights[blocks.JSD_GP])) * math.log(2) + 2 * abs(float(weights[blocks.MMD_GP]))
        factor = math.ceil(bounded / (fall * math.log(2))) + 1  # so that the bounded terms cannot make up for it
        on_the_first = two_points(np.ones(1), np.ones(1))
        losses = [
            profile_loss(weights, np.array([0.5, 0.5]), np.array([2.0**-k, 1 - 2.0**-k]), on_the_first, np.eye(2))[0]
            for k in (factor, 2 * factor, 3 * factor)
        ]
        assert (np.diff(losses) < 0).all()


def number(value):
    return eval(str(value).replace("^", "**"), {"log": math.log})


@pytest.mark.parametrize("reconstruction", [Fraction(-1), Fraction(-1, 2)])
def test_a_negative_reconstruction_term_is_sent_to_minus_infinity_by_the_decoder(reconstruction):
    assert verdicts(f"({reconstruction})*recon + KL(q,p)") == (UNBOUNDED,) * 3
    values = []
    for small in (Fraction(1, 10), Fraction(1, 1000), Fraction(1, 10**6)):
        decoder = [[str(small)] * 2, [str(1 - small)] * 2]
        on = witnesses.constant_code((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 2)))
        on["functions"]["p|"] = decoder
        values.append(number(witnesses.exact_value(grammar.functional(f"({reconstruction})*recon + KL(q,p)"), on)))
    assert values[0] > values[1] > values[2]


# --- the minimum of contrastive losses -----------------------------------------------------------------


@pytest.mark.parametrize(("beta", "delta"), [(2.0, 1.0), (1.5, 4.0), (1.0, 1.0), (0.5, 1.0)])
def test_a_contrastive_minimum_on_four_points_keeps_information(beta, delta):
    assert verdicts("ncvae", beta=str(Fraction(beta)), delta=str(Fraction(delta)))[0] == NO_COLLAPSE
    pd, pn = np.array([0.5, 0.5]), np.array([0.2, 0.8])
    p, n = np.array([0.7, 0.3]), np.array([0.2, 0.8])
    line = np.linspace(0.002, 0.998, 499)
    first, second = (array.ravel() for array in np.meshgrid(line, line))
    weights = {blocks.RECON: 1, blocks.KL_QP: beta, blocks.KL_QN: delta}
    loss = profile_loss(weights, pd, p, two_points(first, second), np.zeros((2, 2)), pn=pn, n=n)
    best = loss.argmin()
    assert abs(first[best] - second[best]) > 0.01
    assert loss[np.isclose(first, second)].min() > loss[best] + 1e-4
