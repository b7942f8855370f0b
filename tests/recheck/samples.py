"""Small certificates of every kind, with the claims they belong to; not from any paper."""

import copy
import json

from variational import blocks, grammar
from variational.errors import InvalidInputError
from variational.recheck.digest import digest
from variational.records import FINITE, SCHEMA, SPACES, Claim, Source, Status

KL, MI, AGGREGATE_KL = (blocks.BLOCKS[name] for name in ("KL(q,p)", "MI", "KL(g,p)"))
MASTER = f"({blocks.DATA_ENTROPY}) + (beta-1)*({MI}) + beta*({AGGREGATE_KL}) + {blocks.DECODER_GAP}"
LOSS = "recon + beta*KL(q,p)"
ENCODER = "log(p(z)) + (log(q(z|x)*pd(x)/gamma(z)) - beta - lambda(x)/pd(x))/beta"
THIRDS = {"pd": ["1/3", "2/3"], "q|": [["1/2", "1/4"], ["1/2", "3/4"]]}
EVEN = {"pd": ["1/2", "1/2"], "p": ["1/2", "1/2"], "q|": [["1/2", "1/2"], ["1/2", "1/2"]]}
CODE = {"pd": ["1/2", "1/2"], "p": ["1/4", "3/4"], "q|": [["1", "0"], ["0", "1"]]}
TILTED = {"pd": ["1/2", "1/2"], "p": ["1/2", "1/2"], "q|": [["3/4", "1/4"], ["1/4", "3/4"]]}


def space(functions, **parameters):
    return {"x": 2, "z": 2, "functions": functions, "parameters": parameters}


def witness(functions, at, lhs, rhs, **parameters):
    found = {"kind": "witness", "shows": "a counterexample", "space": space(functions, **parameters)}
    return [{**found, "at": at, "lhs": lhs, "rhs": rhs}]


def proof(kind, **data):
    return [{"kind": kind, "shows": "the statement", **data}]


def stationary(rhs, **more):
    return {
        "kind": "stationary",
        "objective": LOSS,
        "of": "encoder",
        "lhs": "log(q(z|x))",
        "rhs": rhs,
        **more,
    }


def minor(then, slack, *positive):
    """A decision on one principal minor; its query is unsatisfiable because every name is positive there."""
    declared = "".join(f"(declare-fun {name} () Real)(assert (> {name} 0))" for name in (*positive, "beta"))
    query = {
        "pd*q >= 0": "(* pd q)",
        "beta*pd + delta*pn >= 0": "(+ (* beta pd) (* delta pn))",
        "(beta-1)*pd + delta*pn >= 0": "(+ (* (- beta 1) pd) (* delta pn))",
    }[then]
    declared = declared.replace("(declare-fun beta () Real)(assert (> beta 0))", "", positive.count("beta"))
    text = f"{declared}(assert (>= beta 1))(assert (< {query} 0))"
    return {"given": ["beta >= 1", "delta > 0"], "then": then, "smtlib": text, "slack": slack}


CONTRASTIVE = "recon + beta*KL(q,p) + delta*KL(q,n;pn)"
SMT = "(declare-fun b () Real)(assert (> b 1.0))(assert (not (> (* b b) b)))"
SQUARE = {"kind": "universal", "variables": {"b": "real"}, "given": ["b > 1"], "then": ["b^2 > b"]}
SLACK = "int[z](gamma(z)*phi(p(z)/gamma(z)))"

# name -> formal statement, status, evidence
SAMPLES = {
    "identity-proved": (
        {"kind": "identity", "lhs": grammar.functional(LOSS), "rhs": MASTER},
        "proved",
        proof("identity", points=3, form=MASTER),
    ),
    "identity-refuted": (
        {"kind": "identity", "lhs": KL, "rhs": MI},
        "refuted",
        witness(CODE, {}, "2*log(2) - 1/2*log(3)", "log(2)"),
    ),
    "derivative-proved": (
        {
            "kind": "derivative",
            "functional": blocks.BLOCKS["MMD(g,p)"],
            "wrt": "q(z|x)",
            "kernel": "2*pd(x)*int[z'](k(z,z')*(gamma(z')-p(z')))",
        },
        "proved",
        proof("derivative", points=3),
    ),
    "derivative-refuted": (
        {
            "kind": "derivative",
            "functional": "int[z](gamma(z)^2)",
            "wrt": "q(z|x)",
            "kernel": "pd(x)*gamma(z)",
        },
        "refuted",
        witness(THIRDS, {"x": 0, "z": 0}, "2/9", "1/9"),
    ),
    "second-derivative-proved": (
        {
            "kind": "second-derivative",
            "functional": MI,
            "wrt": ["q(z|x)", "q(z|x)"],
            "diagonal": "pd(x)/q(z|x) - pd(x)^2/gamma(z)",
        },
        "proved",
        proof("second-derivative", points=3),
    ),
    "second-derivative-refuted": (
        {
            "kind": "second-derivative",
            "functional": MI,
            "wrt": ["q(z|x)", "q(z|x)"],
            "diagonal": "pd(x)/q(z|x)",
        },
        "refuted",
        witness(THIRDS, {"x": 0, "z": 0}, "1/3", "2/3"),
    ),
    "stationary-proved": (
        stationary(ENCODER, conditions=["beta > 0"]),
        "proved",
        proof("stationary", steps=[]),
    ),
    "stationary-refuted": (
        stationary(ENCODER.replace("- lambda", "+ lambda")),
        "refuted",
        witness(EVEN, {"x": 0, "z": 0}, "-log(2)", "-2 - 3*log(2)", beta="1"),
    ),
    "stationary-undefined": (
        stationary("log(p(z)) + log(q(z|x)/gamma(z))/(beta-1)", conditions=["beta > 0"]),
        "refuted",
        proof("witness", parameters={"beta": "1"}, undefined="division by beta - 1 = 0"),
    ),
    "stationary-up-to-x-proved": (
        stationary("log(p(z)) + log(q(z|x)/gamma(z))/beta + log(eta(x))", up_to="x"),
        "proved",
        proof("stationary"),
    ),
    "stationary-up-to-x-refuted": (
        stationary("log(p(z))", up_to="x"),
        "refuted",
        witness(TILTED, {"x": 0, "z": 0, "z'": 1}, "log(3) - log(2)", "-log(2)", beta="1"),
    ),
    "decoder-proved": (
        {
            "kind": "stationary",
            "objective": LOSS,
            "of": "decoder",
            "lhs": "p(x|z)",
            "rhs": "q(z|x)*pd(x)/gamma(z)",
            "mu": "gamma(z)",
        },
        "proved",
        proof("stationary"),
    ),
    "decoder-refuted": (
        {"kind": "stationary", "objective": LOSS, "of": "decoder", "lhs": "p(x|z)", "rhs": "q(z|x)"},
        "refuted",
        witness({**EVEN, "q|": [["3/4", "3/4"], ["1/4", "1/4"]]}, {"z": 0}, "3/2", "1", beta="1"),
    ),
    "inequality-proved": (
        {"kind": "inequality", "lhs": KL, "relation": ">=", "rhs": MI},
        "proved",
        proof("inequality", slack=SLACK),
    ),
    "inequality-refuted": (
        {"kind": "inequality", "lhs": MI, "relation": ">=", "rhs": KL},
        "refuted",
        witness(CODE, {}, "log(2)", "2*log(2) - 1/2*log(3)"),
    ),
    "inequality-enclosed": (
        {"kind": "inequality", "lhs": "exp(beta)", "relation": ">=", "rhs": "1 + 2*beta"},
        "refuted",
        witness({}, {}, "exp(1)", "3", beta="1"),
    ),
    "universal-proved": (
        SQUARE,
        "proved",
        proof("decision", given=["b > 1"], then="b^2 > b", smtlib=SMT, slack="(b - 1)*(b - 1) + (b - 1)"),
    ),
    "universal-refuted": ({**SQUARE, "given": ["b > 0"]}, "refuted", proof("point", values={"b": "1/2"})),
    "exists-proved": (
        {"kind": "universal", "variables": {"b": "real", "c": "real"}, "exists": ["c"], "then": ["b^2 >= c"]},
        "proved",
        proof(
            "decision",
            then="b^2 >= c",
            values={"c": "0"},
            slack="b^2",
            smtlib="(declare-fun b () Real)(assert (not (>= (* b b) 0)))",
        ),
    ),
    "exists-refuted": (
        {"kind": "universal", "variables": {"b": "real", "c": "real"}, "exists": ["c"], "then": ["b <= c"]},
        "refuted",
        proof("skolem", values={"b": "c + 1"}),
    ),
    "convex-proved": (
        {"kind": "convex", "objective": CONTRASTIVE, "conditions": ["beta >= 1", "delta > 0"]},
        "proved",
        proof(
            "decision",
            hessian=[["pd*q/p^2", "-pd/p"], ["-pd/p", "(beta*pd + delta*pn)/q"]],
            determinant="pd*(beta*pd + delta*pn - pd)/p^2",
            decisions=[
                minor("pd*q >= 0", "pd*q", "pd", "q"),
                minor("beta*pd + delta*pn >= 0", "beta*pd + delta*pn", "beta", "pd", "delta", "pn"),
                minor("(beta-1)*pd + delta*pn >= 0", "(beta-1)*pd + delta*pn", "pd", "delta", "pn"),
            ],
        ),
    ),
    "convex-refuted": (
        {"kind": "convex", "objective": LOSS, "conditions": ["beta > 0"]},
        "refuted",
        proof(
            "direction",
            functional=grammar.functional(LOSS),
            space=space({**EVEN, "p|": EVEN["q|"]}, beta="1/2"),
            direction={"q|": [["1", "-1"], ["-1", "1"]], "p|": [["1", "-1"], ["-1", "1"]]},
            second="-2",
        ),
    ),
    "undecided": ({"kind": "identity", "lhs": "a", "rhs": "b"}, "undecided", []),
}


def sample_claim(name):
    formal, status, _ = SAMPLES[name]
    return Claim(
        id=f"sample:{name}",
        printed=f"statement {name}",
        source=Source(key="sample", locator=name),
        assumptions=(),
        formal=formal,
        recorded=Status(status),
    )


CONJUNCTION = Claim(
    id="sample:conjunction",
    printed="two statements",
    source=Source(key="sample", locator="both"),
    assumptions=(),
    formal={"kind": "all", "of": ("sample:identity-proved", "sample:universal-refuted")},
    recorded=Status.REFUTED,
)
CLAIMS = {claim.id: claim for claim in (*map(sample_claim, SAMPLES), CONJUNCTION)}


def find_claim(name):
    if name not in CLAIMS:
        msg = f"unknown claim id {name!r}"
        raise InvalidInputError(msg)
    return CLAIMS[name]


def seal(certificate):
    """Return the certificate with the digest of its content, as somebody who alters it would write it."""
    return {**certificate, "digest": digest(certificate)}


def certificate(name):
    if name == "conjunction":
        parts = [{"kind": "part", **body(part.partition(":")[2])} for part in CONJUNCTION.formal["of"]]
        found = {
            "id": CONJUNCTION.id,
            "status": "refuted",
            "spaces": [FINITE],
            "formal": dict(CONJUNCTION.formal),
            "evidence": parts,
        }
    else:
        found = body(name)
    full = {"schema": SCHEMA, "reason": "a sample", **found}
    return seal(json.loads(json.dumps(full)))


def body(name):
    formal, status, evidence = SAMPLES[name]
    spaces = [FINITE] if status == "refuted" else list(SPACES)
    return {"id": f"sample:{name}", "status": status, "spaces": spaces, "formal": formal, "evidence": evidence}


def altered(original, path, value):
    """Return a resealed copy of a certificate with the entry at ``path`` replaced."""
    found = copy.deepcopy(original)
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return seal(found)
