"""The rules for convexity take what the judges give and nothing that was altered."""

import pytest

from tests.recheck.parts import check, nothing_left, part_of, piece_of, spaces_narrowed, spaces_widened
from variational import blocks, grammar
from variational.errors import CertificateError
from variational.papers.registry import find_claim


def flat_hessian(part):
    piece_of(part, "decision")["hessian"][1][1] = "0"


def skew_hessian(part):
    piece_of(part, "decision")["hessian"][0][1] = "0"


def other_determinant(part):
    piece_of(part, "decision")["determinant"] = "1"


def two_minors(part):
    piece_of(part, "decision")["decisions"].pop()


def minor_with_foreign_hypothesis(part):
    piece_of(part, "decision")["decisions"][2]["given"].append("beta > 3")


def minor_with_another_slack(part):
    piece_of(part, "decision")["decisions"][2]["slack"] += " + 1"


def empty_minor(part):
    piece_of(part, "decision")["decisions"][2]["then"] = "1 >= 0"


@pytest.mark.parametrize(
    "alter",
    [
        flat_hessian,
        skew_hessian,
        other_determinant,
        two_minors,
        minor_with_foreign_hypothesis,
        minor_with_another_slack,
        empty_minor,
        nothing_left,
        spaces_narrowed,
    ],
    ids=lambda alter: alter.__name__,
)
def test_an_altered_proof_of_convexity_is_rejected(alter):
    part = part_of("ncvae:eq33.corrected")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:eq33.corrected"), part)


def moved_parameters(part):
    piece_of(part, "direction")["space"]["parameters"]["beta"] = "3"


def moved_aggregate(part):
    piece_of(part, "direction")["direction"]["q|"] = [["1", "1"], ["-1", "-1"]]


def broken_normalisation(part):
    piece_of(part, "direction")["direction"]["q|"] = [["1", "-1"], ["-1", "2"]]


def moved_prior(part):
    piece_of(part, "direction")["direction"]["p"] = ["1", "-1"]


def other_second_derivative(part):
    piece_of(part, "direction")["second"] = "-1000"


def other_functional(part):
    piece_of(part, "direction")["functional"] = grammar.functional(blocks.BUILT_IN["aae"])


@pytest.mark.parametrize(
    "alter",
    [
        moved_parameters,
        moved_aggregate,
        broken_normalisation,
        moved_prior,
        other_second_derivative,
        other_functional,
        nothing_left,
        spaces_widened,
    ],
    ids=lambda alter: alter.__name__,
)
def test_an_altered_falling_direction_is_rejected(alter):
    part = part_of("ncvae:eq33.convexity")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:eq33.convexity"), part)
