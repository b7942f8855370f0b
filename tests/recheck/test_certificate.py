"""Every kind of certificate is accepted as it is and rejected once it says something else."""

import json

import pytest

from tests.recheck.samples import SAMPLES, SLACK, altered, certificate, find_claim, seal
from variational import grammar
from variational.errors import CertificateError
from variational.recheck.certificate import check_certificate, read_certificate

FIRST = ("evidence", 0)
FUNCTIONS = (*FIRST, "space", "functions")


@pytest.mark.parametrize("name", [*SAMPLES, "conjunction"])
def test_a_true_certificate_is_accepted(name):
    assert check_certificate(certificate(name), find_claim).text


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "undecided"])
def test_a_flipped_status_is_rejected(name):
    original = certificate(name)
    flipped = "refuted" if original["status"] == "proved" else "proved"
    with pytest.raises(CertificateError):
        check_certificate(altered(original, ("status",), flipped), find_claim)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "undecided"])
def test_a_verdict_without_evidence_is_rejected(name):
    with pytest.raises(CertificateError):
        check_certificate(altered(certificate(name), ("evidence",), []), find_claim)


@pytest.mark.parametrize("name", [name for name in SAMPLES if "lhs" in SAMPLES[name][0]])
def test_a_changed_sign_in_the_formal_statement_is_rejected(name):
    original = certificate(name)
    with pytest.raises(CertificateError, match="registered"):
        check_certificate(altered(original, ("formal", "lhs"), "-" + original["formal"]["lhs"]), find_claim)


ALTERED = [
    ("identity-proved", (*FIRST, "form"), "0 + 1", "differ"),
    ("identity-proved", (*FIRST, "lhs"), "beta", "another statement"),
    ("identity-refuted", (*FIRST, "lhs"), "2*log(2) - 1/3*log(3)", "recorded lhs"),
    ("identity-refuted", (*FIRST, "rhs"), "2*log(2) - 1/2*log(3)", "recorded rhs"),
    ("identity-refuted", (*FUNCTIONS, "pd"), ["1/3", "2/3"], "recorded"),
    ("identity-refuted", (*FUNCTIONS, "pd"), ["1/2", "1/3"], "sum to one"),
    ("identity-refuted", (*FUNCTIONS, "p"), ["-1/2", "3/2"], "positive"),
    ("identity-refuted", (*FUNCTIONS, "p"), ["1", "0"], "no value"),
    ("identity-refuted", (*FUNCTIONS, "p"), ["1/2", 0.5], "exact rational"),
    ("identity-refuted", (*FUNCTIONS, "p"), ["1"], "length 2"),
    ("identity-refuted", (*FUNCTIONS, "gamma"), ["1/2", "1/2"], "defined by the statement"),
    ("identity-refuted", (*FUNCTIONS, "f"), ["1/2", "1/2"], "does not have"),
    ("identity-refuted", (*FIRST, "at"), {"x": 0}, "must place"),
    ("identity-refuted", (*FIRST, "space", "x"), 3, "length 3"),
    ("identity-refuted", (*FIRST, "space", "z"), 10**6, "points z"),
    ("derivative-refuted", (*FIRST, "at", "x"), 1, "recorded"),
    ("derivative-refuted", (*FIRST, "at", "x"), 2, "must be placed at"),
    ("derivative-refuted", (*FIRST, "lhs"), "1/9", "recorded lhs"),
    ("derivative-proved", (*FIRST, "kernel"), "pd(x)", "another statement"),
    ("second-derivative-refuted", (*FIRST, "lhs"), "2/3", "recorded lhs"),
    ("stationary-refuted", (*FIRST, "space", "parameters", "beta"), "2", "recorded"),
    ("stationary-undefined", (*FIRST, "parameters", "beta"), "2", "has a value"),
    ("stationary-undefined", (*FIRST, "parameters", "beta"), "-1", "no admissible space"),
    ("stationary-undefined", (*FIRST, "parameters"), {"alpha": "1"}, "does not have"),
    ("stationary-up-to-x-refuted", (*FUNCTIONS, "p"), ["1/4", "3/4"], "no multiplier"),
    ("decoder-refuted", (*FUNCTIONS, "q|"), [["3/4", "1/4"], ["1/4", "3/4"]], "recorded lhs"),
    ("inequality-proved", (*FIRST, "slack"), "-" + SLACK, "differ"),
    ("inequality-proved", (*FIRST, "slack"), "int[x,z](pd(x)*q(z|x)*log(gamma(z)/p(z)))", "visibly"),
    ("inequality-refuted", (*FIRST, "lhs"), "log(3)", "recorded lhs"),
    ("inequality-enclosed", (*FIRST, "lhs"), "exp(1) + 1/1000000000", "recorded lhs"),
    ("inequality-enclosed", (*FIRST, "space", "parameters", "beta"), "2", "recorded"),
    ("universal-proved", (*FIRST, "smtlib"), "(declare-fun b () Real)(assert (> b 1.0))", "satisfiable"),
    ("universal-proved", (*FIRST, "smtlib"), "(assert false)", "speaks about none"),
    ("universal-proved", (*FIRST, "smtlib"), "(assert (> b", "does not parse"),
    ("universal-proved", (*FIRST, "slack"), "b*(b-2)", "differ"),
    ("universal-proved", (*FIRST, "slack"), "b^2-b", "visibly"),
    ("universal-proved", (*FIRST, "slack"), "b^2 - b + (b-1)*(b-1) - b^2 + 2*b - 1", "visibly"),
    ("universal-proved", (*FIRST, "given"), ["b > 3"], "no hypothesis"),
    ("universal-proved", (*FIRST, "then"), "b > 0", "no evidence decides"),
    ("universal-refuted", (*FIRST, "values", "b"), "2", "refutes nothing"),
    ("universal-refuted", (*FIRST, "values", "b"), "-2", "does not meet"),
    ("exists-proved", (*FIRST, "values", "c"), "1", "counterexample"),
    ("exists-proved", (*FIRST, "values", "c"), "b^2", "may use"),
    ("exists-refuted", (*FIRST, "values", "b"), "c - 1", "does not break"),
    ("convex-proved", (*FIRST, "hessian", 1, 1), "(beta*pd + 2*delta*pn)/q", "not the local part"),
    ("convex-proved", (*FIRST, "hessian", 0, 1), "-pd/p^2", "not symmetric"),
    ("convex-proved", (*FIRST, "hessian"), [["1"]], "2 x 2"),
    ("convex-proved", (*FIRST, "determinant"), "pd*q", "not the local part"),
    ("convex-proved", (*FIRST, "decisions", 2, "then"), "beta*pd - delta*pn >= 0", "counterexample"),
    ("convex-proved", (*FIRST, "decisions", 2, "then"), "beta*pd + delta*pn >= 0", "differ"),
    (
        "convex-proved",
        (*FIRST, "decisions", 2),
        {"then": "1 >= 0", "smtlib": "(assert false)"},
        "speaks about|minor",
    ),
    ("convex-proved", (*FIRST, "decisions", 0, "given"), ["beta > 7"], "no hypothesis"),
    ("convex-proved", (*FIRST, "decisions"), [], "each principal minor"),
    ("convex-refuted", (*FIRST, "second"), "-3", "recomputed -2"),
    ("convex-refuted", (*FIRST, "functional"), grammar.functional("recon + 2*beta*KL(q,p)"), "differ"),
    ("convex-refuted", (*FIRST, "space", "parameters", "beta"), "1", "recomputed 0"),
    ("convex-refuted", (*FIRST, "space", "parameters", "beta"), "-1", "does not meet"),
    (
        "convex-refuted",
        (*FIRST, "direction", "q|"),
        [["1", "1"], ["-1", "-1"]],
        "recomputed|moves the aggregate",
    ),
    ("convex-refuted", (*FIRST, "direction", "q|"), [["1", "-1"], ["0", "1"]], "normalisation"),
    ("conjunction", ("status",), "proved", "worst"),
    ("conjunction", (*FIRST, "id"), "sample:universal-proved", "in this order"),
    ("conjunction", ("evidence", 1, "evidence", 0, "values", "b"), "3", "refutes nothing"),
    ("conjunction", ("evidence", 1, "status"), "undecided", "worst"),
    ("identity-proved", ("schema",), "vaeproof.certificate/0", "schema"),
    ("identity-proved", ("id",), "sample:nothing", "unknown claim"),
    ("identity-proved", ("id",), "sample:identity-refuted", "registered"),
    ("identity-proved", ("status",), "supported", "no rule re-checks"),
    ("identity-refuted", ("status",), "doubted", "no rule re-checks"),
    ("identity-proved", ("spaces",), [], "spaces"),
    ("identity-proved", ("spaces",), ["finite"], "holds on"),
    ("identity-refuted", ("spaces",), ["finite", "densities"], "holds on"),
    ("conjunction", ("spaces",), ["densities"], "together on"),
    ("identity-proved", ("spaces",), ["everywhere"], "spaces"),
    ("identity-proved", ("printed",), "something else", "printed"),
    ("identity-proved", ("status",), "certain", "status"),
    ("identity-proved", ("evidence",), "none", "list of objects"),
    ("identity-proved", (*FIRST, "kind"), "oracle", "oracle"),
]


@pytest.mark.parametrize(("name", "path", "value", "message"), ALTERED)
def test_an_alteration_is_rejected_even_with_a_new_digest(name, path, value, message):
    with pytest.raises(CertificateError, match=message) as caught:
        check_certificate(altered(certificate(name), path, value), find_claim)
    assert "\n" not in str(caught.value)


def test_an_alteration_without_a_new_digest_is_an_accident():
    edited = {**certificate("identity-proved"), "reason": "another"}
    with pytest.raises(CertificateError, match="digest"):
        check_certificate(edited, find_claim)


def test_the_order_of_fields_and_the_indentation_do_not_matter():
    original = certificate("identity-refuted")
    text = json.dumps(dict(reversed(original.items())), indent=4)
    assert check_certificate(read_certificate(text), find_claim).level == "witness"


def test_a_certificate_that_claims_nothing_is_told_apart():
    assert check_certificate(certificate("undecided"), find_claim).level == "none"


def test_a_witness_outside_the_conditions_is_rejected():
    original = certificate("stationary-undefined")
    piece = certificate("stationary-refuted")["evidence"][0]
    piece["space"]["parameters"]["beta"] = "-1"
    with pytest.raises(CertificateError, match="condition 'beta > 0'"):
        check_certificate(seal({**original, "evidence": [piece]}), find_claim)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"schema": "vaeproof', "truncated"),
        ("", "no JSON"),
        ("[1, 2]", "JSON object"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1, "a": 2}', "given twice"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_text_that_is_no_certificate_is_rejected_in_one_line(text, message):
    with pytest.raises(CertificateError, match=message) as caught:
        read_certificate(text)
    assert "\n" not in str(caught.value)
