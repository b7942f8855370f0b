"""Regimes of collapse, against tables known by hand and against brute force on 2 x 2 spaces."""

import math
import operator
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from variational import blocks, collapse, grammar, judge_optimum, lemmas, witnesses
from variational.errors import NotCoveredError
from variational.objective import built_in, from_expression, from_text
from variational.recheck.pieces import check_pieces
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES, Status
from variational.symbols import Int, function, point

SYMBOLIC = "recon + b*KL(q,p) - a*MI + l*JSD(g,p)"
GENERAL = "r*recon + b*KL(q,p) - a*MI + l*JSD(g,p) + s*MMD(g,p) + d*KL(q,n;pn)"
ROUNDING = 1e-9  # nats; sums of a few dozen terms below 1e2


def objective_of(name):
    return built_in(name) if name in blocks.BUILT_IN else from_text(name)


def at(name, parameters):
    """Return outcome by space of an objective whose parameters have the given values."""
    fixed = [f"{key} = {value}" for key, value in parameters.items()]
    found = {}
    for regime in collapse.regimes(objective_of(name), given=fixed):
        for space in regime.spaces:
            assert space not in found, f"two regimes of {name} hold at {parameters} on {space}"
            found[space] = regime.outcome
    return found


def verdicts(name, **parameters):
    outcomes = at(name, parameters)
    return tuple(outcomes[space].verdict for space in SPACES)


COLLAPSES, NO_COLLAPSE, NOT_UNIQUE = collapse.COLLAPSES, collapse.NO_COLLAPSE, collapse.NOT_UNIQUE
UNBOUNDED, UNDECIDED = collapse.UNBOUNDED, collapse.UNDECIDED
KEEPS = (NO_COLLAPSE, NO_COLLAPSE, UNBOUNDED)

# Objective, parameters, verdicts on finite spaces, discrete X with atomless Z, densities.
TABLE = [
    ("beta-vae", {"beta": "2"}, (COLLAPSES,) * 3),
    ("beta-vae", {"beta": "1001/1000"}, (COLLAPSES,) * 3),
    ("beta-vae", {"beta": "1"}, (NOT_UNIQUE,) * 3),
    ("beta-vae", {"beta": "999/1000"}, KEEPS),
    ("beta-vae", {"beta": "0"}, KEEPS),
    ("beta-vae", {"beta": "-1"}, (UNDECIDED, UNBOUNDED, UNBOUNDED)),
    ("infovae", {"alpha": "-1", "lambda": "1"}, (COLLAPSES,) * 3),
    ("infovae", {"alpha": "-1", "lambda": "0"}, (COLLAPSES,) * 3),
    ("infovae", {"alpha": "-1", "lambda": "-1"}, (COLLAPSES, UNBOUNDED, UNBOUNDED)),
    ("infovae", {"alpha": "0", "lambda": "1"}, (NOT_UNIQUE,) * 3),
    ("infovae", {"alpha": "0", "lambda": "-1"}, (COLLAPSES, UNBOUNDED, UNBOUNDED)),
    ("infovae", {"alpha": "1", "lambda": "1"}, KEEPS),
    ("infovae", {"alpha": "1/1000", "lambda": "0"}, KEEPS),
    ("infovae", {"alpha": "1", "lambda": "-1"}, (UNDECIDED, UNBOUNDED, UNBOUNDED)),
    ("aae", {"lambda": "1"}, KEEPS),
    ("aae", {"lambda": "0"}, KEEPS),
    ("aae", {"lambda": "-1"}, (UNDECIDED, UNDECIDED, UNBOUNDED)),
    ("ncvae", {"beta": "2", "delta": "1"}, (NO_COLLAPSE,) * 3),
    ("ncvae", {"beta": "1", "delta": "1"}, (NO_COLLAPSE,) * 3),
    ("ncvae", {"beta": "1/2", "delta": "1"}, (NO_COLLAPSE, UNDECIDED, UNDECIDED)),
    ("ncvae", {"beta": "2", "delta": "0"}, (COLLAPSES,) * 3),
    ("ncvae", {"beta": "1/2", "delta": "0"}, KEEPS),
    ("ncvae", {"beta": "-1", "delta": "-1"}, (UNDECIDED, UNBOUNDED, UNBOUNDED)),
    (SYMBOLIC, {"b": "3", "a": "1", "l": "1"}, (COLLAPSES,) * 3),
    (SYMBOLIC, {"b": "3", "a": "1", "l": "-6"}, (COLLAPSES,) * 3),
    (SYMBOLIC, {"b": "3", "a": "1", "l": "-7"}, (COLLAPSES,) * 3),
    (SYMBOLIC, {"b": "2", "a": "1", "l": "1"}, (NOT_UNIQUE,) * 3),
    (SYMBOLIC, {"b": "2", "a": "1", "l": "-5"}, (UNDECIDED, NOT_UNIQUE, NOT_UNIQUE)),
    (SYMBOLIC, {"b": "1", "a": "1", "l": "1"}, KEEPS),
    (SYMBOLIC, {"b": "1", "a": "1", "l": "-2"}, KEEPS),
    (SYMBOLIC, {"b": "1", "a": "1", "l": "-3"}, (UNDECIDED, NO_COLLAPSE, UNBOUNDED)),
    (SYMBOLIC, {"b": "0", "a": "-3", "l": "-1"}, (COLLAPSES, UNDECIDED, UNDECIDED)),
    (SYMBOLIC, {"b": "-1", "a": "-3", "l": "1"}, (COLLAPSES, UNBOUNDED, UNBOUNDED)),
    ("-recon + 2*KL(q,p)", {}, (UNBOUNDED,) * 3),
    ("0*recon + 2*KL(q,p)", {}, (COLLAPSES,) * 3),
    ("0*recon + KL(q,p) - 2*MI", {}, (NOT_UNIQUE, NOT_UNIQUE, UNBOUNDED)),
    ("recon + MI", {}, (NOT_UNIQUE,) * 3),
    ("recon + 2*MI + MMD(g,p)", {}, (COLLAPSES,) * 3),
    ("recon + MMD(g,p)", {}, KEEPS),
]


@pytest.mark.parametrize(("name", "parameters", "expected"), TABLE, ids=str)
def test_the_verdicts_are_those_known_by_hand(name, parameters, expected):
    assert verdicts(name, **parameters) == expected


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("beta-vae", {"beta": "2"}, True),
        ("beta-vae", {"beta": "1"}, False),
        ("infovae", {"alpha": "-1", "lambda": "1"}, True),
        ("infovae", {"alpha": "-1", "lambda": "0"}, False),
        ("ncvae", {"beta": "2", "delta": "1"}, True),
        ("0*recon + 2*KL(q,p)", {}, False),
    ],
)
def test_uniqueness_is_settled_where_the_divergence_is_known_to_be_strict(name, parameters, expected):
    fixed = [f"{key} = {value}" for key, value in parameters.items()]
    (regime,) = (r for r in collapse.regimes(objective_of(name), given=fixed, split_zero=True) if FINITE in r.spaces)
    assert regime.outcome.unique is expected


def test_the_symbolic_combination_turns_where_the_coefficient_of_information_changes_sign():
    found = {
        regime.outcome.rule: regime for regime in collapse.regimes(from_text(SYMBOLIC), given=["b >= 0", "l >= 0"])
    }
    assert found["constant-code"].condition == ("b > a + 1",)
    assert found["information-free"].condition == ("b = a + 1",)
    assert found["informative-code"].condition == ("b < a + 1",)
    assert found["matching-cells"].spaces == (DENSITIES,)


def test_contrast_needs_both_hypotheses_on_the_data():
    for space in SPACES:
        assert set(at("ncvae", {"beta": "2", "delta": "1"})[space].data) == set(collapse.CONTRAST)
        assert set(at("ncvae", {"beta": "1", "delta": "1"})[space].data) == set(collapse.CONTRAST_AND_NOISE)


def test_an_objective_that_is_no_combination_is_refused():
    z = point("z")
    square = from_expression(Int(function("gamma")(z) ** 2, z), name="square")
    with pytest.raises(NotCoveredError, match="no combination"):
        collapse.regimes(square)


# --- regimes are a partition ------------------------------------------------------------------------

SMALL = st.integers(-8, 8).flatmap(lambda top: st.sampled_from([1, 2, 3]).map(lambda below: Fraction(top, below)))


@pytest.fixture(scope="module")
def all_regimes():
    found = {name: collapse.regimes(objective_of(name)) for name in (*blocks.BUILT_IN, SYMBOLIC, GENERAL)}
    return found | {
        f"{name}, D = 0 apart": collapse.regimes(built_in(name), split_zero=True) for name in blocks.BUILT_IN
    }


def compiled(condition):
    """Return the relations as one test of exact numbers, by the grammar of Python."""
    wrapped = [re.sub(r"(\d+)", r"Fraction(\1)", text).replace(" = ", " == ") for text in condition]
    code = re.sub(r"\blambda\b", "lambda_", " and ".join(f"({text})" for text in wrapped) or "True")
    return compile(code, "<condition>", "eval")


@pytest.fixture(scope="module")
def compiled_regimes(all_regimes):
    return {
        name: [
            (
                [s.name.replace("lambda", "lambda_") for s in objective_of(name.partition(", D")[0]).parameters],
                regime.spaces,
                code,
            )
            for regime in regimes
            for code in [compiled(regime.condition)]
        ]
        for name, regimes in all_regimes.items()
    }


@settings(max_examples=150)
@given(values=st.lists(SMALL, min_size=6, max_size=6))
def test_exactly_one_regime_holds_at_each_value_of_the_parameters_on_each_space(compiled_regimes, values):
    for name, regimes in compiled_regimes.items():
        for space in SPACES:
            holding = sum(
                eval(code, {"Fraction": Fraction, **dict(zip(symbols, values, strict=False))})
                for symbols, spaces, code in regimes
                if space in spaces
            )
            assert holding == 1, f"{name} at {values} on {space}"


def test_what_is_given_only_removes_regimes_and_conditions():
    free, given_beta = (
        collapse.regimes(built_in("beta-vae")),
        collapse.regimes(built_in("beta-vae"), given=["beta > 1"]),
    )
    assert len(given_beta) == 1
    assert given_beta[0].condition == ()
    assert given_beta[0].outcome in {regime.outcome for regime in free}


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("b - 1 - a", ">", "b > a + 1"),
        ("1 - b", ">=", "b <= 1"),
        ("-a", "<", "a > 0"),
        ("2*b - 3", "<", "b < 3/2"),
        ("a - b", "=", "a = b"),
    ],
)
def test_a_relation_has_positive_terms_on_both_sides(text, mark, expected):
    objective = from_text(f"({text})*recon")
    assert collapse.relation_text(collapse.coefficients(objective).reconstruction, mark) == expected


# --- brute force ------------------------------------------------------------------------------------


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


# --- evidence ----------------------------------------------------------------------------------------

VERTEX = "recon + KL(q,p) - 2*KL(g,p)"


@pytest.fixture(scope="module")
def one_regime_of_every_rule(all_regimes):
    found = {}
    for name in (*blocks.BUILT_IN, SYMBOLIC, GENERAL):
        for regime in all_regimes[name]:
            found.setdefault(regime.outcome.rule, (objective_of(name), regime))
    for regime in collapse.regimes(from_text(VERTEX)):
        found.setdefault(regime.outcome.rule, (from_text(VERTEX), regime))
    return found


def test_every_rule_has_a_regime(one_regime_of_every_rule):
    assert set(one_regime_of_every_rule) == set(lemmas.RULES)


@pytest.mark.parametrize("rule", lemmas.RULES)
def test_the_evidence_of_every_rule_is_accepted_by_the_verifier(one_regime_of_every_rule, rule):
    objective, regime = one_regime_of_every_rule[rule]
    pieces = lemmas.evidence(objective, collapse.coefficients(objective), regime)
    kinds = [piece.kind for piece in pieces]
    assert kinds[0] == "identity"
    assert kinds[-1] == "argument"
    assert len(kinds) == 2 + len([n for n in lemmas.RULES[rule].lemmas if used(n, objective)]) + len(
        lemmas.RULES[rule].examples
    )
    levels = check_pieces([piece.to_json() for piece in pieces], [])
    assert "identity" in levels
    assert ("witness" in levels) == bool(lemmas.RULES[rule].examples)


def used(name, objective):
    return "JSD" not in name or objective.coefficient(blocks.JSD_GP) != 0


@pytest.mark.parametrize("name", [*blocks.BUILT_IN, SYMBOLIC])
def test_discrete_data_never_lose_a_minimum_that_densities_have(all_regimes, name):
    # a loss unbounded for discrete X and atomless Z is unbounded by constant codes, which densities have too
    for regime in all_regimes[name]:
        if DISCRETE_X in regime.spaces and regime.outcome.rule in {"aggregate-unbounded", "shrinking-code"}:
            assert DENSITIES in regime.spaces


@pytest.mark.parametrize(
    "text", ["recon + 2*MI + MMD(g,p) + KL(q,n;pn)", "recon + s*MMD(g,p) + 2*KL(q,p) - 2*KL(g,p) + KL(q,n;pn)"]
)
def test_a_kernel_alone_decides_nothing_beside_a_contrastive_term(text):
    # a positive semidefinite kernel may vanish between n and p, and then q = n(z) is optimal and constant
    for regime in collapse.regimes(from_text(text), given=("s > 0",)):
        assert regime.outcome.verdict == collapse.UNDECIDED


def test_collapse_is_not_proved_without_the_condition_on_the_data_that_its_rule_needs():
    formal = {"objective": "recon + MI + KL(q,n;pn)", "conditions": [], "asserts": "collapses", "spaces": ["finite"]}
    assert judge_optimum.optimum(formal, {}).status is Status.UNDECIDED
    held = {**formal, "data": ["pn > 0 wherever pd > 0"]}
    assert judge_optimum.optimum(held, {}).status is Status.PROVED
