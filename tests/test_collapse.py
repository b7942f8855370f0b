"""Regimes of collapse: tables known by hand, a partition of the parameters, evidence that the verifier takes."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.regimes import COLLAPSES, NO_COLLAPSE, NOT_UNIQUE, UNBOUNDED, UNDECIDED, at, objective_of, verdicts
from variational import blocks, collapse, judge_optimum, lemmas
from variational.errors import NotCoveredError
from variational.objective import built_in, from_expression, from_text
from variational.recheck.pieces import check_pieces
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES, Status
from variational.symbols import Int, function, point

SYMBOLIC = "recon + b*KL(q,p) - a*MI + l*JSD(g,p)"
GENERAL = "r*recon + b*KL(q,p) - a*MI + l*JSD(g,p) + s*MMD(g,p) + d*KL(q,n;pn)"


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
