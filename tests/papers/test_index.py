"""The registry holds every claim of the index, complete, and every formula in it parses."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from variational import formula, grammar
from variational.errors import InvalidInputError
from variational.papers.registry import PAPERS, TARGETS, claims, find_claim
from variational.recheck.conditions import compare, read_relations
from variational.recheck.logs import sign
from variational.records import SPACES, Status, worst

HERE = Path(__file__).resolve().parent
EVERY = (*claims(), *claims("controls"))
INDEX = {paper: (HERE / f"{paper}_ids.txt").read_text(encoding="utf-8").split() for paper in PAPERS}
OWN = "vaeproof"  # source of the consequences that no text states
LISTED = [name for names in INDEX.values() for name in names]
KINDS = {
    "identity",
    "derivative",
    "second-derivative",
    "stationary",
    "inequality",
    "universal",
    "convex",
    "optimum",
    "gaussian-bound",
    "real-identity",
    "real-inequality",
    "limit",
    "infimum",
    "gaussian-integral",
    "table",
    "matrix",
    "steps",
    "all",
}
FORMULAS = ("lhs", "rhs", "functional", "wrt", "kernel", "diagonal", "mu")
RELATIONS = ("conditions", "given", "then")


def by_id(claim):
    return claim.id


@pytest.mark.parametrize("name", LISTED)
def test_every_line_of_the_index_is_a_claim(name):
    assert find_claim(name).id == name


def test_ids_are_unique_and_name_their_paper():
    names = [claim.id for claim in EVERY]
    assert len(names) == len(set(names))
    for paper in PAPERS:
        assert all(claim.id.startswith(f"{paper}:") for claim in claims(paper))
        assert all(claim.source.key in {paper, OWN} for claim in claims(paper))


@pytest.mark.parametrize("claim", EVERY, ids=by_id)
def test_a_claim_extends_a_line_of_its_index(claim):
    paper, _, label = claim.id.partition(":")
    pieces = label.split(".")
    starts = {f"{paper}:{'.'.join(pieces[:count])}" for count in range(1, len(pieces) + 1)}
    assert paper == "controls" or claim.source.key == OWN or starts & set(INDEX[paper])


@pytest.mark.parametrize("claim", [claim for claim in EVERY if claim.source.key == OWN], ids=by_id)
def test_a_statement_of_our_own_is_never_taken_for_a_printed_one(claim):
    assert claim.id not in LISTED
    assert not claim.printed_claim


@pytest.mark.parametrize("claim", EVERY, ids=by_id)
def test_a_claim_says_where_it_is_printed_and_what_it_assumes(claim):
    assert claim.source.locator.strip()
    assert all(text.strip() for text in claim.assumptions)
    assert isinstance(claim.assumptions, tuple)
    assert claim.printed.count("{") == claim.printed.count("}")
    assert claim.printed.count("(") == claim.printed.count(")")


@pytest.mark.parametrize("claim", EVERY, ids=by_id)
def test_the_formal_statement_survives_json_and_has_a_known_kind(claim):
    assert json.loads(json.dumps(claim.formal)) == claim.formal
    assert json.loads(json.dumps(claim.hints)) == claim.hints
    assert claim.formal["kind"] in KINDS


@pytest.mark.parametrize("claim", EVERY, ids=by_id)
def test_a_corrected_form_exists_and_is_no_printed_claim(claim):
    if claim.corrected_by is not None:
        assert claim.recorded is not Status.PROVED
        assert not find_claim(claim.corrected_by).printed_claim
        assert find_claim(claim.corrected_by).recorded is Status.PROVED


@pytest.mark.parametrize("claim", [claim for claim in claims() if claim.id in LISTED], ids=by_id)
def test_a_line_that_fails_has_a_corrected_form(claim):
    assert claim.recorded is Status.PROVED or claim.corrected_by is not None


@pytest.mark.parametrize("claim", [claim for claim in EVERY if claim.formal["kind"] == "all"], ids=by_id)
def test_a_conjunction_is_recorded_as_its_worst_part(claim):
    parts = [find_claim(name) for name in claim.formal["of"]]
    assert claim.recorded is worst(part.recorded for part in parts)
    assert all(part.id != claim.id for part in parts)


@pytest.mark.parametrize("claim", EVERY, ids=by_id)
def test_every_formula_parses(claim):
    formal = claim.formal
    for field in FORMULAS:
        texts = formal.get(field, ())
        for text in [texts] if isinstance(texts, str) else texts:
            formula.parse(text)
    for name, text in formal.get("where", {}).items():
        assert isinstance(formula.parse(name), formula.Call)
        formula.parse(text)
    for field in RELATIONS:
        for text in formal.get(field, ()):
            grammar.parse_relation(text)
    if "objective" in formal:
        assert grammar.parse_objective(formal["objective"]).terms
    for text in [claim.hints["slack"]] if "slack" in claim.hints else []:
        formula.parse(text)


UNIVERSAL = [claim for claim in EVERY if claim.formal["kind"] == "universal"]


@pytest.mark.parametrize("claim", UNIVERSAL, ids=by_id)
def test_a_universal_statement_names_exactly_its_variables(claim):
    formal = claim.formal
    used = set()
    for text in (*formal["given"], *formal["then"]):
        _, left, right = grammar.parse_relation(text)
        used |= grammar.names(left) | grammar.names(right)
    assert used == set(formal["variables"])
    assert set(formal.get("exists", ())) <= used


@pytest.mark.parametrize("claim", [claim for claim in UNIVERSAL if "witness" in claim.hints], ids=by_id)
def test_a_hinted_point_meets_the_hypotheses_and_breaks_a_conclusion(claim):
    values = {name: Fraction(text) for name, text in claim.hints["witness"].items()}
    assert set(values) == set(claim.formal["variables"])
    holds = {
        field: [
            compare(relation.operator, sign(relation.rational_gap(values)))
            for relation in read_relations(claim.formal[field])
        ]
        for field in ("given", "then")
    }
    assert all(holds["given"])
    assert not all(holds["then"])


@pytest.mark.parametrize("claim", [claim for claim in EVERY if "spaces" in claim.formal], ids=by_id)
def test_spaces_are_known_ones(claim):
    assert set(claim.formal["spaces"]) <= set(SPACES)
    assert claim.formal["spaces"]


@pytest.mark.parametrize("kind", sorted(KINDS - {"gaussian-bound"}))
def test_every_kind_has_a_true_and_a_false_control(kind):
    found = {claim.recorded for claim in claims("controls") if claim.formal["kind"] == kind}
    assert found == {Status.PROVED, Status.REFUTED}


def test_every_target_is_found_and_the_controls_stand_apart():
    for target in TARGETS:
        assert claims(target)
    assert not {claim.id for claim in claims()} & {claim.id for claim in claims("controls")}


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    with pytest.raises(InvalidInputError, match="ncvae:thm2"):
        find_claim("ncvae:thm22")
    with pytest.raises(InvalidInputError, match="did you mean ncvae"):
        claims("nc-vae")
    with pytest.raises(InvalidInputError, match="there are"):
        find_claim("%%%")
