"""The rules for minima and for convexity take what the judges give and nothing that was altered."""

import copy
import dataclasses
import json

import pytest

from variational import blocks, certificates, grammar, witnesses
from variational.decide import evidence_json, judge
from variational.errors import CertificateError
from variational.papers.registry import find_claim
from variational.recheck.certificate import check_certificate, check_part
from variational.recheck.digest import FIELD, digest
from variational.records import DENSITIES, DISCRETE_X, FINITE, SPACES, Status

DECIDED = (
    "ncvae:thm2",
    "ncvae:thm2.corrected",
    "ncvae:cor2.1",
    "ncvae:cor2.1.below-one",
    "ncvae:eq6.paren",
    "ncvae:eq6.paren.corrected",
    "ncvae:thm3",
    "ncvae:thm3.corrected",
    "ncvae:cor3.1",
    "ncvae:thm4",
    "ncvae:thm4.corrected",
    "ncvae:cor4.1",
    "ncvae:thm5",
    "ncvae:thm6",
    "ncvae:thm6.corrected",
    "ncvae:thm7.equality",
    "ncvae:eq33.convexity",
    "ncvae:eq33.corrected",
    "ncvae:eq44.convexity",
    "ncvae:eq55.convexity",
    "ncvae:thm5.convexity",
    "controls:convex.true",
    "controls:convex.false",
    "controls:optimum.true",
    "controls:optimum.false",
)


@pytest.fixture(scope="module")
def part_of():
    """Return the part of a certificate that a judge gives for a claim, as JSON, fresh for each call."""
    found = {}

    def part(claim_id):
        if claim_id not in found:
            claim = find_claim(claim_id)
            verdict = judge(claim, find_claim)
            found[claim_id] = json.dumps(
                {
                    "status": verdict.status.value,
                    "spaces": verdict.spaces,
                    "formal": claim.formal,
                    "evidence": evidence_json(verdict),
                }
            )
        return json.loads(found[claim_id])

    return part


def piece_of(part, kind, *, nth=0):
    return [piece for piece in part["evidence"] if piece["kind"] == kind][nth]


def check(claim, part):
    return check_part(part, claim, find_claim)


@pytest.mark.parametrize("claim_id", DECIDED)
def test_the_evidence_of_the_judge_is_accepted(part_of, claim_id):
    finding = check(find_claim(claim_id), part_of(claim_id))
    assert finding.levels


@pytest.mark.parametrize("claim_id", DECIDED)
def test_the_opposite_verdict_is_rejected(part_of, claim_id):
    part = part_of(claim_id)
    part["status"] = {"proved": "refuted", "refuted": "proved"}[part["status"]]
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


# --- alterations of the evidence ----------------------------------------------------------------------------


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


def nothing_left(part):
    part["evidence"] = []


def unknown_kind(part):
    part["evidence"].append({"kind": "proof", "shows": "by inspection"})


def false_identity(part):
    piece_of(part, "identity")["rhs"] += " + 1"


def false_lemma(part):
    piece_of(part, "inequality")["slack"] = "0"


def reversed_lemma(part):
    piece_of(part, "inequality")["relation"] = "<="


def spaces_widened(part):
    part["spaces"] = list(SPACES)


def no_spaces(part):
    part["spaces"] = []


def unknown_space(part):
    part["spaces"] = ["finite", "hilbert"]


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
def test_an_altered_refutation_of_collapse_is_rejected(part_of, alter):
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
def test_an_altered_refutation_of_uniqueness_is_rejected(part_of, alter):
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
def test_an_altered_optimal_code_is_rejected(part_of, alter):
    part = part_of("ncvae:thm6")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:thm6"), part)


def foreign_hypothesis(part):
    piece_of(part, "decision")["given"].append("beta > 3")


def weaker_hypothesis(part):
    piece_of(part, "decision")["given"] = ["beta > 0"]


def stronger_conclusion(part):
    piece_of(part, "decision")["then"] = "beta - 2 > 0"


def altered_slack(part):
    piece_of(part, "decision")["slack"] += " + 1"


def negative_slack(part):
    piece = piece_of(part, "decision")
    piece["slack"] = f"-({piece['slack']})"


def satisfiable_query(part):
    piece_of(part, "decision")["smtlib"] = "(declare-fun beta () Real)(assert (> beta 1))"


def query_about_nothing(part):
    piece_of(part, "decision")["smtlib"] = "(assert false)"


def lemmas_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "inequality"]


def decisions_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "decision"]


def decomposition_left_out(part):
    part["evidence"] = [piece for piece in part["evidence"] if piece["kind"] != "identity"]


def spaces_narrowed(part):
    part["spaces"] = [FINITE]


@pytest.mark.parametrize(
    "alter",
    [
        foreign_hypothesis,
        weaker_hypothesis,
        stronger_conclusion,
        altered_slack,
        negative_slack,
        satisfiable_query,
        query_about_nothing,
        false_identity,
        false_lemma,
        reversed_lemma,
        lemmas_left_out,
        decisions_left_out,
        decomposition_left_out,
        nothing_left,
        unknown_kind,
        spaces_narrowed,
        no_spaces,
        unknown_space,
    ],
    ids=lambda alter: alter.__name__,
)
@pytest.mark.parametrize("claim_id", ["ncvae:thm2.corrected", "ncvae:thm5"])
def test_an_altered_proof_about_the_minimum_is_rejected(part_of, claim_id, alter):
    part = part_of(claim_id)
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


@pytest.mark.parametrize(
    ("claim_id", "other"),
    [
        ("ncvae:thm5", "ncvae:thm2.corrected"),
        ("ncvae:thm2.corrected", "ncvae:thm5"),
        ("ncvae:thm3.corrected", "ncvae:thm2.corrected"),
        ("ncvae:cor4.1", "ncvae:cor2.1"),
        ("ncvae:cor2.1", "ncvae:cor4.1"),
        ("ncvae:thm6", "ncvae:thm2"),
        ("ncvae:thm2", "ncvae:cor2.1"),
        ("ncvae:eq33.corrected", "ncvae:thm5.convexity"),
        ("ncvae:eq33.convexity", "ncvae:eq55.convexity"),
        ("ncvae:thm5.convexity", "ncvae:eq33.corrected"),
    ],
)
def test_the_evidence_of_another_claim_is_rejected(part_of, claim_id, other):
    part = part_of(claim_id)
    assert part["status"] == part_of(other)["status"]
    part["evidence"] = part_of(other)["evidence"]
    with pytest.raises(CertificateError):
        check(find_claim(claim_id), part)


# --- alterations of the statement -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim_id", "changes"),
    [
        ("ncvae:thm2.corrected", {"conditions": ["beta > 0"]}),
        ("ncvae:thm2.corrected", {"conditions": ["beta >= 1"]}),
        ("ncvae:thm2.corrected", {"conditions": []}),
        ("ncvae:thm2.corrected", {"asserts": "no-collapse"}),
        ("ncvae:thm2.corrected", {"asserts": "everything"}),
        ("ncvae:thm2.corrected", {"objective": blocks.BUILT_IN["aae"]}),
        ("ncvae:thm2.corrected", {"objective": "recon + beta*KL(q,p) - beta*MI"}),
        ("ncvae:thm3.corrected", {"conditions": ["alpha < 0", "lambda >= 0"]}),
        ("ncvae:thm3.corrected", {"conditions": ["lambda > 0"]}),
        ("ncvae:cor2.1.below-one", {"asserts": "collapses"}),
        ("ncvae:cor2.1.below-one", {"asserts": "unique"}),
        ("ncvae:cor2.1.below-one", {"conditions": ["beta > 0"]}),
        ("ncvae:cor2.1.below-one", {"spaces": list(SPACES)}),
        ("ncvae:thm4.corrected", {"conditions": ["lambda > -1"]}),
        ("ncvae:thm4.corrected", {"spaces": [DENSITIES]}),
        ("ncvae:thm5", {"conditions": ["beta > 0", "delta > 0"]}),
        ("ncvae:thm5", {"conditions": ["beta > 1"]}),
        ("ncvae:thm5", {"asserts": "collapses"}),
        ("ncvae:thm6.corrected", {"data": ["p != n", "pd != pn"]}),
        ("ncvae:thm6.corrected", {"data": []}),
        ("ncvae:thm6.corrected", {"asserts": "collapses"}),
        ("ncvae:cor2.1", {"conditions": ["beta > 1"]}),
        ("ncvae:cor2.1", {"spaces": [DENSITIES]}),
        ("ncvae:cor2.1", {"asserts": "no-collapse"}),
        ("ncvae:cor2.1", {"objective": "recon + 4*beta*KL(q,p)"}),
        ("ncvae:thm6", {"data": ["p != n", "pd != pn", "pd > 0"]}),
        ("ncvae:thm6", {"conditions": ["beta > 2", "delta > 0"]}),
        ("ncvae:eq33.corrected", {"conditions": ["beta > 1/2"]}),
        ("ncvae:eq33.corrected", {"objective": blocks.BUILT_IN["aae"]}),
        ("ncvae:eq33.convexity", {"conditions": ["beta > 1"]}),
        ("ncvae:thm5.convexity", {"conditions": ["beta > 1"]}),
    ],
    ids=str,
)
def test_the_evidence_does_not_carry_over_to_an_altered_statement(part_of, claim_id, changes):
    part = part_of(claim_id)
    claim = find_claim(claim_id)
    altered = dataclasses.replace(claim, formal={**claim.formal, **changes})
    part["formal"] = json.loads(json.dumps(altered.formal))
    if "spaces" in changes:
        part["spaces"] = changes["spaces"]
    with pytest.raises(CertificateError):
        check(altered, part)


@pytest.mark.parametrize("claim_id", ["ncvae:thm2", "ncvae:thm5", "ncvae:thm6", "ncvae:eq33.corrected"])
def test_a_statement_that_is_not_the_registered_one_is_rejected(part_of, claim_id):
    part = part_of(claim_id)
    part["formal"]["conditions"] = ["beta > 7"]
    with pytest.raises(CertificateError, match="not the registered one"):
        check(find_claim(claim_id), part)


# --- convexity --------------------------------------------------------------------------------------------------


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
def test_an_altered_proof_of_convexity_is_rejected(part_of, alter):
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
def test_an_altered_falling_direction_is_rejected(part_of, alter):
    part = part_of("ncvae:eq33.convexity")
    alter(part)
    with pytest.raises(CertificateError):
        check(find_claim("ncvae:eq33.convexity"), part)


# --- statements that are true for some kernels only -----------------------------------------------------------


def with_kernel(asserts, objective):
    base = find_claim("ncvae:cor2.1.corrected")
    formal = {"kind": "optimum", "objective": objective, "conditions": [], "asserts": asserts, "spaces": [FINITE]}
    return dataclasses.replace(base, formal=formal)


def test_a_kernel_that_is_not_positive_refutes_no_collapse_statement():
    claim = with_kernel("collapses", "recon + 2*KL(q,p) - 2*KL(g,p) + MMD(g,p)")
    assert judge(claim, find_claim).status is Status.PROVED
    code = [["99/100", "9/10"], ["1/100", "1/10"]]
    on = witnesses.with_posterior(witnesses.space({"pd": ["1/2"] * 2, "p": ["1/2"] * 2, "q|": code}))
    on["functions"]["k"] = [["-10", "0"], ["0", "-10"]]  # so that MMD^2 is negative and D is no divergence
    loss = grammar.functional(claim.formal["objective"])
    piece = witnesses.separation("a code", on, loss, f"(1)*({blocks.DATA_ENTROPY})").to_json()
    assert piece["relation"] == "<"
    part = {"status": "refuted", "spaces": [FINITE], "formal": claim.formal, "evidence": [piece]}
    with pytest.raises(CertificateError):
        check(claim, json.loads(json.dumps(part)))


def test_a_discrepancy_whose_kernel_may_vanish_makes_no_minimum_unique():
    claim = with_kernel("unique", "recon + 2*KL(q,p) - 2*KL(g,p) + MMD(g,p)")
    # with k = 0 every constant code has the least loss H(X)
    losses = []
    for law in (["1/2", "1/2"], ["1/4", "3/4"]):
        code = [[mass] * 2 for mass in law]
        on = witnesses.with_posterior(witnesses.space({"pd": ["1/2"] * 2, "p": ["1/2"] * 2, "q|": code}))
        on["functions"]["k"] = [["0", "0"], ["0", "0"]]
        losses.append(str(witnesses.exact_value(grammar.functional(claim.formal["objective"]), on)))
    assert losses == ["log(2)", "log(2)"]
    assert judge(claim, find_claim).status is not Status.PROVED


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim_id", ["ncvae:cor2.1", "ncvae:thm5", "ncvae:eq33.corrected"])
def test_a_certificate_file_names_its_spaces_and_an_edited_one_is_rejected(claim_id):
    claim = find_claim(claim_id)
    certificate = certificates.certificate(claim, judge(claim, find_claim))
    assert check_certificate(certificate, find_claim).levels
    for spaces in ([], ["finite", "finite", "hilbert"], [DISCRETE_X]):
        edited = {**certificate, "spaces": spaces}
        with pytest.raises(CertificateError, match="digest"):
            check_certificate(edited, find_claim)
        edited[FIELD] = digest(edited)
        with pytest.raises(CertificateError):
            check_certificate(edited, find_claim)
