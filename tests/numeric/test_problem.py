"""Problems come from the building blocks, equal the loss up to a constant, and refuse bad input by name."""

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from numeric import bounds
from numeric.bounds import aggregate
from numeric.information import information_form
from numeric.problem import (
    Problem,
    aae_problem,
    beta_vae_problem,
    infovae_problem,
    ncvae_problem,
    problem,
)
from tests.numeric import strategies
from variational.errors import FormulaError, InvalidInputError

MIXED = "2*recon + a*KL(q,p) + 1/2*KL(q,n;pn) + b*MI + c^2*KL(g,p)"
MIXED_PARAMETERS = {"a": 3, "b": 0.5, "c": 0.7}
ROUNDING = 1e-9  # nats; values are below 1e4


def loss(text_terms, arguments, encoder):
    """Return the loss at the best decoder from the definitions of the terms, by plain sums."""
    data, noise = arguments["data"][:, None], arguments["noise"][:, None]
    prior, other = arguments["log_prior"], arguments["log_noise_prior"]
    q = np.exp(encoder)
    gamma = (data * q).sum(axis=0)
    decoder = q * data / gamma
    seen = data[:, 0] > 0
    values = {
        "recon": -(data * q * np.log(np.where(data > 0, decoder, 1)))[seen].sum(),
        "KL(q,p)": (data * q * (encoder - prior)).sum(),
        "KL(q,n;pn)": (noise * q * (encoder - other)).sum(),
        "MI": (data * q * (encoder - np.log(gamma))).sum(),
        "KL(g,p)": (gamma * (np.log(gamma) - prior)).sum(),
        "JSD(g,p)": jensen_shannon(gamma, np.exp(prior)),
    }
    return sum(weight * values[term] for term, weight in text_terms.items())


def jensen_shannon(first, second):
    middle = (first + second) / 2
    return ((first * np.log(first / middle)).sum() + (second * np.log(second / middle)).sum()) / 2


CASES = {
    "ncvae": lambda a: ({"recon": 1, "KL(q,p)": a["beta"], "KL(q,n;pn)": a["delta"]}, ncvae_problem(**a)),
    "mixed": lambda a: (
        {"recon": 2, "KL(q,p)": 3, "KL(q,n;pn)": 0.5, "MI": 0.5, "KL(g,p)": 0.49},
        problem(MIXED, MIXED_PARAMETERS, a["data"], a["log_prior"], **{k: a[k] for k in ("noise", "log_noise_prior")}),
    ),
    "beta-vae": lambda a: (
        {"recon": 1, "KL(q,p)": 0.7},
        beta_vae_problem(a["data"], a["log_prior"], beta=0.7),
    ),
    "infovae": lambda a: (
        {"recon": 1, "KL(q,p)": 3, "MI": -2.5},
        infovae_problem(a["data"], a["log_prior"], alpha=0.5, weight=3),
    ),
    "aae": lambda a: (
        {"recon": 1, "JSD(g,p)": 2.5},
        aae_problem(a["data"], a["log_prior"], weight=2.5),
    ),
}


@pytest.mark.parametrize("case", CASES)
@given(arguments=strategies.settings_of_problems(), seed=strategies.SEEDS)
def test_the_problem_is_the_loss_at_the_best_decoder_up_to_a_constant(case, arguments, seed):
    terms, found = CASES[case](arguments)
    generator = np.random.default_rng(seed)
    first, second = (strategies.log_encoder(generator, found.shape) for _ in range(2))
    expected = loss(terms, arguments, first) - loss(terms, arguments, second)
    assert_allclose(bounds.value(found, first) - bounds.value(found, second), expected, rtol=1e-10, atol=ROUNDING)


def test_coefficients_are_exact_near_beta_one():
    beta = 1 + 2.0**-40
    assert information_form("recon + beta*KL(q,p)", {"beta": beta}).curvature["pd"] == 2.0**-40


def test_the_aggregate_weight_and_the_tilt_of_the_ncvae():
    found = ncvae_problem([0.5, 0.5], [0.25, 0.75], np.log([0.5, 0.5]), np.log([0.1, 0.9]), beta=3, delta=2)
    assert found.aggregate_weight == 1
    assert_allclose(found.curvature, [1.5, 2.5])
    assert_allclose(found.tilt[0], 1.5 * np.log(0.5) + 0.5 * np.log([0.1, 0.9]))


HALF, LOG_HALF = [0.5, 0.5], np.log([0.5, 0.5])
BAD = {
    "sum of data": ({"data": [0.5, 0.6]}, "data must sum to one, got 1.1"),
    "negative": ({"noise": [1.5, -0.5]}, "noise must be >= 0, got -0.5 at index 1"),
    "nan": ({"data": [math.nan, 1]}, "data must hold finite numbers, got nan at index 0"),
    "infinite": ({"log_prior": [0, -math.inf]}, "log_prior must hold finite numbers, got -inf at index 1"),
    "length of noise": ({"noise": [1.0]}, r"noise must have as many entries as data \(2\), got 1"),
    "length of prior": ({"log_noise_prior": [0.0]}, r"log_noise_prior must have as many entries as log_prior \(2\)"),
    "sum of prior": ({"log_prior": [-1, -1]}, r"exp\(log_prior\) must sum to one, got 0.73"),
    "masses for logs": ({"log_prior": HALF}, r"exp\(log_prior\) must sum to one"),
    "shape": ({"data": [HALF]}, r"data must have 1 axes, none empty, got shape \(1, 2\)"),
    "empty": ({"data": []}, "data must have 1 axes, none empty"),
    "text": ({"data": ["a", "b"]}, "data must be an array of numbers"),
    "ragged": ({"data": [[1], [1, 2]]}, "data must be an array of numbers"),
    "beta zero": ({"beta": 0}, "beta must be a finite number > 0, got 0"),
    "beta nan": ({"beta": math.nan}, "beta must be a finite number > 0, got nan"),
    "delta": ({"delta": -1}, "delta must be a finite number >= 0, got -1"),
    "not convex": (
        {"beta": 0.5, "delta": 1, "noise": [0.9, 0.1]},
        r"c\(x\).* must be > 0, got -0.15 at x index 1: the loss is not convex there, and .* no minimum",
    ),
    "linear": ({"beta": 1, "delta": 0}, r"got 0.0 at x index 0: the loss is linear in q\(z\|x\) there"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD.values(), ids=BAD)
def test_a_bad_argument_is_named_with_its_value_and_rule(change, message):
    good = {"data": HALF, "noise": HALF, "log_prior": LOG_HALF, "log_noise_prior": LOG_HALF, "beta": 2, "delta": 1}
    with pytest.raises(InvalidInputError, match=message):
        ncvae_problem(**{**good, **change})


BAD_OBJECTIVES = {
    "jsd alone": ("recon + l*JSD(g,p)", {"l": 1}, "must be > 0, got -0.5 at x index 0: the loss is not convex"),
    "jsd with minus": ("recon + 2*KL(q,p) - JSD(g,p)", {}, "divergence_weight must be >= 0 for a certified optimum"),
    "mmd": ("recon + MMD(g,p)", {}, r"holds MMD\(g,p\)"),
    "missing": ("recon + beta*KL(q,p)", {}, r"parameters must name exactly those of the objective \(beta\)"),
    "unknown": ("recon + KL(q,p)", {"beta": 1}, r"exactly those of the objective \(none\), got beta"),
    "infinite": ("recon + beta*KL(q,p)", {"beta": math.inf}, "parameter beta must be a finite number, got inf"),
    "negative recon": ("3*KL(q,p) - recon", {}, "coefficient of recon must be >= 0, got -1"),
    "aggregate": (
        "recon + 2*KL(q,p) + 3*MI",
        {},
        "aggregate_weight must be >= 0 .* got -2.0: the loss is a difference",
    ),
    "infovae": ("recon + 2*KL(q,p) - 2*MI", {}, "must be > 0, got -0.5 at x index 0"),
    "division": ("recon + 1/a*KL(q,p)", {"a": 0}, "divides by zero"),
    "power": ("recon + a^b*KL(q,p)", {"a": -1, "b": 0.5}, "not a finite real number"),
    "huge": ("recon + a*KL(q,p)", {"a": 1e305}, "must stay below 1e.300"),
}


@pytest.mark.parametrize(("text", "parameters", "message"), BAD_OBJECTIVES.values(), ids=BAD_OBJECTIVES)
def test_an_objective_that_cannot_be_solved_is_refused_with_the_reason(text, parameters, message):
    with pytest.raises(InvalidInputError, match=message):
        problem(text, parameters, HALF, LOG_HALF, noise=HALF, log_noise_prior=LOG_HALF)


@pytest.mark.parametrize("missing", ["noise", "log_noise_prior"])
def test_the_noise_may_be_left_out_only_where_it_does_not_enter(missing):
    given_noise = {"noise": HALF, "log_noise_prior": LOG_HALF}
    del given_noise[missing]
    problem("recon + 2*KL(q,p)", {}, HALF, LOG_HALF, **given_noise)
    with pytest.raises(InvalidInputError, match=rf"{missing} is needed: .* holds KL\(q,n;pn\)"):
        problem("recon + 2*KL(q,p) + KL(q,n;pn)", {}, HALF, LOG_HALF, **given_noise)


def test_a_text_outside_the_grammar_is_a_formula_error():
    with pytest.raises(FormulaError, match="unknown term"):
        problem("recon + KL(p,q)", {}, HALF, LOG_HALF)


def test_a_problem_built_by_hand_is_checked_too():
    with pytest.raises(InvalidInputError, match="must have a column for each row"):
        Problem(
            data=np.ones(1), curvature=np.ones(1), aggregate_weight=1.0,
            tilt_weights=np.ones((1, 2)), log_tilts=np.zeros((1, 3)),
        )  # fmt: skip


def test_a_problem_without_data_is_refused():
    with pytest.raises(InvalidInputError, match="data must be > 0 at some x"):
        Problem(
            data=np.zeros(1), curvature=np.ones(1), aggregate_weight=1.0,
            tilt_weights=np.ones((1, 1)), log_tilts=np.zeros((1, 3)),
        )  # fmt: skip


def test_zero_entries_of_either_data_vector_are_allowed():
    found = ncvae_problem([0, 1], [1, 0], LOG_HALF, np.log([0.2, 0.8]), beta=2, delta=1)
    assert_allclose(found.curvature, [1, 1])
    assert_allclose(aggregate(found, np.log([[0.3, 0.7], [0.4, 0.6]])), np.log([0.4, 0.6]))


def test_arrays_are_copied_and_read_only():
    data = np.array(HALF)
    found = ncvae_problem(data, HALF, LOG_HALF, LOG_HALF, beta=2, delta=1)
    data[0] = 7
    assert_allclose(found.data, HALF)
    with pytest.raises(ValueError, match="read-only"):
        found.data[0] = 1


BAD_BRACKETS = {
    "shape": (np.zeros((2, 3)), LOG_HALF, r"log_encoder must have shape \(2, 2\) \(x, z\), got \(2, 3\)"),
    "nan": ([[math.nan, 0], LOG_HALF], LOG_HALF, "below infinity, got nan at x, z = 0, 0"),
    "rows": (np.zeros((2, 2)), LOG_HALF, "rows of unit mass, got log mass 0.69.* at x index 0"),
    "empty row": (np.full((2, 2), -math.inf), LOG_HALF, "rows of unit mass, got log mass -inf"),
    "aggregate shape": ([LOG_HALF, LOG_HALF], [0.0], r"log_aggregate must have shape \(2,\)"),
    "aggregate with zeros": (
        [LOG_HALF, LOG_HALF], [-math.inf, 0], "log_aggregate must be finite, an aggregate without zeros, got -inf at z"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("encoder", "guess", "message"), BAD_BRACKETS.values(), ids=BAD_BRACKETS)
def test_a_bad_encoder_or_aggregate_is_refused(encoder, guess, message):
    found = ncvae_problem(HALF, HALF, LOG_HALF, LOG_HALF, beta=2, delta=1)
    with pytest.raises(InvalidInputError, match=message):
        bounds.bracket(found, encoder, guess)


def test_an_encoder_with_zeros_and_an_absurd_aggregate_still_bracket():
    found = ncvae_problem(HALF, [0.1, 0.9], LOG_HALF, np.log([0.2, 0.8]), beta=2, delta=1)
    certificate = bounds.bracket(found, [[0, -math.inf], [-math.inf, 0]], [1e4, -1e4])
    assert certificate.lower == -math.inf
    assert certificate.gap == math.inf
    assert math.isfinite(certificate.upper)
