"""The search rediscovers what fails as printed, finds nothing against what holds, and claims what is exact only."""

import json
from fractions import Fraction

import pytest

from numeric import hunts, refute
from numeric.float_values import Floats
from variational.errors import InvalidInputError, NotCoveredError
from variational.papers.registry import find_claim
from variational.recheck.arithmetic import TrueLogarithms, UndefinedError
from variational.recheck.bracket import KIND, check_brackets
from variational.recheck.certificate import as_json
from variational.recheck.exact import Evaluator, parse
from variational.recheck.logs import enclose
from variational.recheck.reading import read_space
from variational.recheck.rules import RULES
from variational.recheck.signature import signature
from variational.records import Status

# Theorems 2 to 4 with their corollaries, 6 and 7 (finite analogue), (88) (finite analogue), and other kinds of claims.
PRINTED = (
    "ncvae:thm2", "ncvae:cor2.1", "ncvae:thm3", "ncvae:cor3.1", "ncvae:thm4", "ncvae:cor4.1", "ncvae:thm6",
    "ncvae:thm7", "ncvae:thm7.equality", "ncvae:eq88", "ncvae:eq6.paren", "ncvae:eq1", "ncvae:eq10.value",
    "ncvae:eq35.eq47", "ncvae:eq44.sign", "ncvae:thm8.eq20", "ncvae:positivity.aae", "ncvae:eq78.harmonic",
    "controls:identity.false", "controls:inequality.false", "controls:derivative.false",
    "controls:second-derivative.false", "controls:universal.false", "controls:optimum.false",
)  # fmt: skip
HOLDING = (
    "ncvae:thm2.corrected", "ncvae:cor2.1.corrected", "ncvae:thm3.corrected", "ncvae:cor3.1.corrected",
    "ncvae:thm6.corrected", "ncvae:thm7.corrected", "ncvae:eq88.corrected", "ncvae:eq17", "ncvae:ratio",
    "ncvae:information", "ncvae:entropy", "ncvae:eq90", "ncvae:eq78.corrected", "controls:identity.true",
    "controls:inequality.true", "controls:derivative.true", "controls:second-derivative.true",
    "controls:universal.true", "controls:optimum.true",
)  # fmt: skip
SMALL = 100


def formal_of(claim_id):
    return find_claim(claim_id).formal


@pytest.mark.parametrize("claim_id", PRINTED)
def test_a_violation_is_found_from_nothing_and_the_verifier_takes_it(claim_id):
    formal = formal_of(claim_id)
    found = refute.refute(formal, seed=1)
    pieces = json.loads(json.dumps([piece.to_json() for piece in found.evidence]))
    assert found.found
    if pieces[0]["kind"] == KIND:
        assert check_brackets(as_json(formal), pieces) == ("fails",)
        assert found.analogue
    else:
        RULES[formal["kind"]](as_json(formal), Status.REFUTED, pieces)
        assert not found.analogue


@pytest.mark.parametrize("claim_id", HOLDING)
def test_nothing_is_found_against_what_holds(claim_id):
    found = refute.refute(formal_of(claim_id), seed=3, restarts=2, steps=80)
    assert not found.found
    assert found.tried > 0


@pytest.mark.parametrize("claim_id", ["ncvae:thm6", "ncvae:eq88", "ncvae:cor3.1", "ncvae:eq1"])
def test_finds_are_small(claim_id):
    (piece, *_) = refute.refute(formal_of(claim_id), seed=2).evidence
    space = piece.data["space"]
    numbers = [*space["parameters"].values(), *flattened({k: v for k, v in space["functions"].items() if "|" not in k})]
    assert space["x"] <= 3
    assert space["z"] <= 3
    assert all(Fraction(number).denominator <= SMALL for number in numbers)


def flattened(table):
    if isinstance(table, dict):
        table = list(table.values())
    return [number for entry in table for number in flattened(entry)] if isinstance(table, list) else [table]


@pytest.mark.parametrize("claim_id", ["ncvae:thm7", "ncvae:thm4"])
def test_the_same_seed_finds_the_same(claim_id):
    first, second = (refute.refute(formal_of(claim_id), seed=1) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "claim_id", ["ncvae:eq90", "ncvae:cor2.1.corrected", "ncvae:thm6.corrected", "ncvae:information"]
)
def test_what_floats_show_is_nothing_without_the_exact_check(claim_id, monkeypatch):
    formal = formal_of(claim_id)
    hunt = type(refute.hunt_for(formal))
    monkeypatch.setattr(hunt, "score", lambda *_: 1.0)
    assert not refute.refute(formal, seed=1, restarts=6, steps=2).found


NOT_SEARCHED = ("ncvae:thm5", "ncvae:thm4.corrected", "ncvae:appA.strong", "ncvae:eq80.encoder", "ncvae:eq33.convexity")


@pytest.mark.parametrize("claim_id", NOT_SEARCHED)
def test_what_is_not_searched_is_said_and_not_called_found_true(claim_id):
    with pytest.raises(NotCoveredError, match="is not searched"):
        refute.refute(formal_of(claim_id), seed=1)


@pytest.mark.parametrize("options", [{"restarts": 0}, {"steps": 0}])
def test_a_search_without_points_is_refused(options):
    with pytest.raises(InvalidInputError, match="must be >= 1"):
        refute.refute(formal_of("ncvae:thm2"), seed=1, **options)


def test_floats_agree_with_exact_values():
    text = "int[x,z](pd(x)*q(z|x)*log(q(z|x)/gamma(z))) + a^2 - sqrt(4)*exp(0)"
    node = parse(text.replace("sqrt(4)*exp(0)", "2"))
    space = read_space(
        {
            "x": 2,
            "z": 2,
            "functions": {"pd": ["1/3", "2/3"], "q|": [["1/4", "1"], ["3/4", "0"]]},
            "parameters": {"a": "3/2"},
        },
        signature([node]),
    )
    exact = float(enclose(Evaluator(space, TrueLogarithms()).value(node, {})).mid())
    assert Evaluator(space, Floats()).value(parse(text), {}) == pytest.approx(exact, abs=1e-14)


@pytest.mark.parametrize("text", ["log(0-1)", "sqrt(0-1)", "(0-2)^(1/2)", "10^400", "1/0"])
def test_undefined_values_are_said_to_be(text):
    space = read_space({"x": 1, "z": 1}, signature([]))
    with pytest.raises(UndefinedError):
        Evaluator(space, Floats()).value(parse(text), {})


def test_violations_have_a_sign():
    assert hunts.violation(">=", 1.0, 2.0) == 1
    assert hunts.violation("<", 1.0, 2.0) == -1
    assert hunts.violation("=", 1.0, 2.0) == 1
