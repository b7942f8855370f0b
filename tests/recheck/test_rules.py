"""False statements are not proved and true ones not refuted, whatever the evidence says."""

import pytest

from tests.recheck.samples import CODE, EVEN, LOSS, proof, space, stationary, witness
from variational import grammar
from variational.errors import CertificateError
from variational.recheck.rules import RULES
from variational.records import Status

DECODER = {"kind": "stationary", "objective": LOSS, "of": "decoder", "lhs": "p(x|z)"}
POSTERIOR = "q(z|x)*pd(x)/gamma(z)"
REALS = {"kind": "universal", "variables": {"b": "real"}}
QUERY = "(declare-fun b () Real)(assert (> b 1.0))(assert (< b 0.0))"
CONVEX = {"kind": "convex", "objective": LOSS, "conditions": ["beta > 0"]}
MOVING = {"kind": "convex", "objective": "recon + 2*KL(q,p) - 3*KL(g,p)"}
CHECKERBOARD = [["1", "-1"], ["-1", "1"]]


def check(formal, status, evidence):
    return RULES[formal["kind"]](formal, status, evidence)


def minors(*thens):
    query = "(declare-fun pd () Real)(assert (> pd 0))(assert (< pd 0))"
    return [{"then": then, "smtlib": query, "slack": slack} for then, slack in thens]


def hessian(encoder, *thens):
    return proof(
        "decision",
        hessian=[["pd*q/p^2", "-pd/p"], ["-pd/p", encoder]],
        determinant=f"pd*q/p^2*({encoder}) - pd^2/p^2",
        decisions=minors(*thens),
    )


def line(loss, direction, second, **parameters):
    return proof(
        "direction",
        functional=grammar.functional(loss),
        space=space({**EVEN, "p|": EVEN["q|"]}, **parameters),
        direction=direction,
        second=second,
    )


FALSE = [
    ({"kind": "identity", "lhs": "log(pd(x))", "rhs": "log(pn(x))"}, proof("identity"), "differ"),
    ({"kind": "identity", "lhs": "a^2", "rhs": "a", "conditions": ["a > 0"]}, proof("identity"), "differ"),
    ({"kind": "identity", "lhs": "log(-pd(x))", "rhs": "log(-pd(x))"}, proof("identity"), "undefined"),
    ({"kind": "identity", "lhs": "int[x](1)", "rhs": "2"}, proof("identity"), "differ"),
    (
        {"kind": "derivative", "functional": "int[z](gamma(z)^2)", "wrt": "q(z|x)", "kernel": "gamma(z)*pd(x)"},
        proof("derivative"),
        "differ",
    ),
    ({**DECODER, "rhs": "q(z|x)"}, proof("stationary"), "differ"),
    ({**DECODER, "rhs": "pd(x)"}, proof("stationary"), "differ"),
    ({**DECODER, "rhs": f"2*{POSTERIOR}"}, proof("stationary"), "differ"),
    ({**DECODER, "rhs": POSTERIOR, "mu": "2*gamma(z)"}, proof("stationary"), "differ"),
    (stationary("log(p(z))", up_to="x"), proof("stationary"), "does not vary"),
    (stationary("log(q(z|x))", up_to="x"), proof("stationary"), "not depend on z"),
    ({**stationary("log(p(z))", up_to="x"), "objective": "recon + MI"}, proof("stationary"), "does not vary"),
    ({**stationary("0"), "up_to": "z"}, proof("stationary"), "must be"),
    ({**stationary("0"), "of": "prior"}, proof("stationary"), "must be"),
    (
        {"kind": "inequality", "lhs": "a", "relation": ">", "rhs": "a"},
        proof("inequality", slack="0"),
        "visibly positive",
    ),
    (
        {"kind": "inequality", "lhs": "phi(a)", "relation": ">=", "rhs": "0"},
        proof("inequality", slack="phi(a)"),
        "visibly",
    ),
    ({**REALS, "then": ["b^2 >= b"]}, proof("decision", then="b^2 >= b", smtlib=QUERY), "counterexample"),
    ({**REALS, "then": ["1/b = 1/b"]}, proof("decision", then="1/b = 1/b", smtlib=QUERY), "counterexample"),
    ({**REALS, "then": ["b = b", "b > 0"]}, proof("decision", then="b = b", smtlib=QUERY), "no evidence decides"),
    ({**REALS, "then": []}, proof("decision", then="b = b", smtlib=QUERY), "asserts nothing"),
    ({**REALS, "then": ["c > 0"]}, proof("decision", then="c > 0", smtlib=QUERY), "not among its variables"),
    (CONVEX, hessian("beta*pd/q", ("pd >= 0", "pd"), ("pd >= 0", "pd"), ("pd >= 0", "pd")), "principal minor"),
    (MOVING, hessian("2*pd/q - 3*pd^2/g", *[("pd >= 0", "pd")] * 3), "not the local part"),
]


@pytest.mark.parametrize(("formal", "evidence", "message"), FALSE)
def test_a_false_statement_is_not_proved(formal, evidence, message):
    with pytest.raises(CertificateError, match=message):
        check(formal, Status.PROVED, evidence)


def test_the_local_part_of_a_hessian_leaves_the_aggregate_out():
    assert check(MOVING, Status.PROVED, hessian("2*pd/q", *[("pd >= 0", "pd")] * 3)).level == "identity+decision"


TRUE = [
    (
        {"kind": "identity", "lhs": grammar.functional("KL(q,p)"), "rhs": grammar.functional("MI")},
        witness({**CODE, "p": ["1/2", "1/2"]}, {}, "log(2)", "log(2)"),
        "holds at the witness",
    ),
    (
        {"kind": "inequality", "lhs": "exp(beta)", "relation": ">=", "rhs": "1 + 2*beta"},
        witness({}, {}, "exp(2)", "5", beta="2"),
        "do not show",
    ),
    (
        {"kind": "inequality", "lhs": "exp(beta)", "relation": "<=", "rhs": "1"},
        witness({}, {}, "exp(0)", "1", beta="0"),
        "do not show",
    ),
    ({**DECODER, "rhs": POSTERIOR}, witness(EVEN, {"z": 0}, "1", "1", beta="1"), "holds at the witness"),
    (stationary("log(q(z|x))"), proof("witness", parameters={}, undefined="x"), "no parameter"),
    (CONVEX, line(LOSS, {"q|": CHECKERBOARD, "p|": CHECKERBOARD}, "0", beta="1"), "not negative"),
    (MOVING, line(MOVING["objective"], {"q|": [["1", "1"], ["-1", "-1"]]}, "-4"), "moves the aggregate"),
]


@pytest.mark.parametrize(("formal", "evidence", "message"), TRUE)
def test_a_witness_that_breaks_nothing_refutes_nothing(formal, evidence, message):
    with pytest.raises(CertificateError, match=message):
        check(formal, Status.REFUTED, evidence)


def test_a_definition_is_inserted_after_the_differentiation():
    formal = {
        "kind": "derivative",
        "functional": grammar.functional("recon"),
        "wrt": "q(z|x)",
        "kernel": f"-pd(x)*log({POSTERIOR})",
        "where": {"p(x|z)": POSTERIOR},
    }
    assert check(formal, Status.PROVED, proof("derivative")).level == "identity"


def test_a_mixed_second_derivative_is_checked_between_two_points():
    formal = {
        "kind": "second-derivative",
        "functional": grammar.functional("MI"),
        "wrt": ["q(z|x)", "q(z|x')"],
        "diagonal": "-pd(x)*pd(x')/gamma(z)",
    }
    with pytest.raises(CertificateError, match="differ"):  # x and x' may coincide
        check(formal, Status.PROVED, proof("second-derivative"))
    mixed = {**formal, "functional": grammar.functional("recon"), "wrt": ["q(z|x)", "p(x|z)"]}
    printed = {**mixed, "diagonal": "-pd(x)/p(x|z)"}
    assert check(printed, Status.PROVED, proof("second-derivative")).level == "identity"
