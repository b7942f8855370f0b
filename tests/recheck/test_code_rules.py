"""The rules for explicit codes and optimal codes take what the judges give and nothing that was altered."""

import copy

import pytest

from tests.recheck.parts import (
    check,
    false_identity,
    false_lemma,
    no_spaces,
    nothing_left,
    part_of,
    piece_of,
    reversed_lemma,
    spaces_widened,
    unknown_kind,
    unknown_space,
)
from variational.errors import CertificateError
from variational.papers.registry import find_claim
from variational.records import DENSITIES


def parameters_outside(part):
    piece_of(part, "code")["space"]["parameters"]["beta"] = "2"


def parameters_missing(part):
    piece_of(part, "code")["space"]["parameters"] = {}


def at_the_excluded_value(part):
    piece_of(part, "code")["space"]["parameters"]["beta"] = "1"


def noisier_code(part):
    space = piece_of(part, "code")["space"]["functions"]
    space["q|"] = space["p|"] = [["99/100", "1/100"], ["1/100", "99/100"]]


def constant_code(part):
    space = piece_of(part, "code")["space"]["functions"]
    space["q|"] = space["p|"] = [["1/2", "1/2"], ["1/2", "1/2"]]


def unnormalised_code(part):
    piece_of(part, "code")["space"]["functions"]["q|"] = [["1", "0"], ["1", "1"]]


def negative_code(part):
    piece_of(part, "code")["space"]["functions"]["q|"] = [["2", "0"], ["-1", "1"]]


def other_data(part):
    piece_of(part, "code")["space"]["functions"]["pd"] = ["1/3", "2/3"]


def other_prior(part):
    piece_of(part, "code")["space"]["functions"]["p"] = ["1/3", "2/3"]


def changed_value(part):
    piece_of(part, "code")["values"][0]["value"] = "1/3*log(2)"


def changed_order(part):
    piece = piece_of(part, "code")
    piece["relation"] = {"<": ">", "=": "<", ">": "<"}[piece["relation"]]


def order_left_out(part):
    for piece in part["evidence"]:
        piece.pop("relation", None)


def sides_swapped(part):
    piece_of(part, "code")["values"].reverse()


def no_values(part):
    piece_of(part, "code")["values"] = []


def codes_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] not in {"code", "optimal-code"}]


def only_densities(part):
    part["spaces"] = [DENSITIES]


CODE_ALTERATIONS = [
    parameters_outside,
    parameters_missing,
    at_the_excluded_value,
    noisier_code,
    constant_code,
    unnormalised_code,
    negative_code,
    other_data,
    other_prior,
    changed_value,
    changed_order,
    order_left_out,
    sides_swapped,
    no_values,
    codes_left_out,
    nothing_left,
    unknown_kind,
    false_identity,
    false_lemma,
    reversed_lemma,
    spaces_widened,
    no_spaces,
    unknown_space,
    only_densities,
]


@pytest.mark.parametrize("alter", CODE_ALTERATIONS, ids=lambda alter: alter.__name__)
def test_an_altered_refutation_of_collapse_is_rejected(alter):
    part = part_of("ncvae:cor2.1")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:cor2.1"), part)


def one_code_only(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece is not piece_of(part, "code", nth=1)]


def same_code_twice(part):
    part["evidence"][1] = copy.deepcopy(part["evidence"][0])


def same_code_in_other_words(part):
    first, second = (piece_of(part, "code", nth=nth)["space"]["functions"] for nth in range(2))
    second["q|"] = [[{"1": "2/2"}.get(mass, mass) for mass in row] for row in first["q|"]]
    second["p|"] = first["p|"]


def codes_at_different_parameters(part):
    piece_of(part, "code", nth=1)["space"]["parameters"]["beta"] = "1/4"


def codes_on_different_data(part):
    piece_of(part, "code", nth=1)["space"]["functions"]["pd"] = ["1/3", "2/3"]


TWO_CODES = [
    one_code_only,
    same_code_twice,
    same_code_in_other_words,
    codes_at_different_parameters,
    codes_on_different_data,
    parameters_outside,
    noisier_code,
    constant_code,
    changed_value,
    codes_left_out,
    false_identity,
]


@pytest.mark.parametrize("alter", TWO_CODES, ids=lambda alter: alter.__name__)
def test_an_altered_refutation_of_uniqueness_is_rejected(alter):
    part = part_of("ncvae:thm2")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:thm2"), part)


def off_the_optimum(part):
    piece_of(part, "optimal-code")["space"]["functions"]["q|"] = [["2/5", "2/5", "1/5"], ["3/5", "3/5", "4/5"]]


def informative_optimum(part):
    piece_of(part, "optimal-code")["space"]["functions"]["q|"] = [["1/2", "2/5", "1/5"], ["1/2", "3/5", "4/5"]]


def off_the_optimum_outside_the_data(part):
    piece_of(part, "optimal-code")["space"]["functions"]["q|"] = [["1/2", "1/2", "1/2"], ["1/2", "1/2", "1/2"]]


def same_prior(part):
    functions = piece_of(part, "optimal-code")["space"]["functions"]
    functions["n"] = functions["p"]


def same_data_and_noise(part):
    functions = piece_of(part, "optimal-code")["space"]["functions"]
    functions["pn"] = functions["pd"]


def other_weight(part):
    parameters = piece_of(part, "optimal-code")["space"]["parameters"]
    parameters["delta"] = str(int(parameters["delta"]) + 1)


def not_convex(part):
    piece_of(part, "optimal-code")["space"]["parameters"]["beta"] = "1"


@pytest.mark.parametrize(
    "alter",
    [
        off_the_optimum,
        informative_optimum,
        off_the_optimum_outside_the_data,
        same_prior,
        same_data_and_noise,
        other_weight,
        not_convex,
        codes_left_out,
        nothing_left,
        false_identity,
        unknown_kind,
    ],
    ids=lambda alter: alter.__name__,
)
def test_an_altered_optimal_code_is_rejected(alter):
    part = part_of("ncvae:thm6")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:thm6"), part)
