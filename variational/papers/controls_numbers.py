"""Controls for the kinds of statements about real numbers, Gaussians, tables and matrices."""

from collections.abc import Mapping
from typing import Any

from variational.records import Claim, Source, Status


def _control(
    name: str,
    printed: str,
    locator: str,
    formal: Mapping[str, Any],
    status: Status,
    **hints: Any,
) -> Claim:
    """Return a control; what it assumes stands in its domain."""
    return Claim(
        id=f"controls:{name}",
        printed=printed,
        source=Source(key="controls", locator=locator),
        assumptions=("the variables range over the declared domain",),
        formal=formal,
        hints=hints,
        recorded=status,
    )


# erfc(t) <= exp(-t^2) for t >= 1: the difference falls to its limit 0.
TAIL = {
    "by": "monotone",
    "in": "t",
    "at": "inf",
    "below": {
        "by": "chain",
        "through": ["exp(-t^2)*(2 - 2*t*sqrt(pi))/sqrt(pi)"],
        "proofs": [{"by": "slack", "slack": "0"}, {"by": "slack"}],
    },
}

# v - 1 - log v > 0 on either side of 1: zero there, with a derivative that is not zero.
SIGN = {"by": "slack"}
STRICT = {"by": "monotone", "in": "v", "at": "1", "start": SIGN, "above": SIGN, "below": SIGN, "strict": True}

CLAIMS = (
    _control(
        "real-identity.true",
        r"\tfrac12 \log(2\pi e \sigma^2) = \tfrac12 + \log\sigma + \tfrac12\log 2\pi",
        "entropy of a Gaussian",
        {
            "kind": "real-identity",
            "variables": {"s": "> 0"},
            "lhs": "1/2*log(2*pi*exp(1)*s^2)",
            "rhs": "1/2 + log(s) + log(2*pi)/2",
        },
        Status.PROVED,
    ),
    _control(
        "real-identity.false",
        r"\log(1 + \sigma^2) = \log \sigma^2",
        "fails at every sigma",
        {"kind": "real-identity", "variables": {"s": "> 0"}, "lhs": "log(1 + s^2)", "rhs": "log(s^2)"},
        Status.REFUTED,
    ),
    _control(
        "real-inequality.true",
        r"\mathrm{erfc}(t) \le e^{-t^2} \text{ for } t \ge 1",
        "Chernoff's bound",
        {"kind": "real-inequality", "variables": {"t": ">= 1"}, "then": ["erfc(t) <= exp(-t^2)"]},
        Status.PROVED,
        proof=TAIL,
    ),
    _control(
        "real-inequality.false",
        r"v - \log v > 1 \text{ for all } v = \sigma^2 > 0",
        "equality at v = 1",
        {"kind": "real-inequality", "variables": {"s": "> 0", "v": "= s^2"}, "then": ["v - log(v) > 1"]},
        Status.REFUTED,
    ),
    _control(
        "real-inequality.exists",
        r"\exists v > 0: \; v - \log v < 1",
        "no: v - 1 - log v >= 0",
        {"kind": "real-inequality", "exists": True, "variables": {"v": "> 0"}, "then": ["v - log(v) < 1"]},
        Status.REFUTED,
        proof={"by": "slack", "slack": "phi(v)"},
    ),
    _control(
        "limit.true",
        r"\tfrac{c^2}{8\lambda^2} + \log\lambda \to \infty \text{ as } \lambda \to 0, c \to \infty",
        "the power dominates the logarithm",
        {
            "kind": "limit",
            "variables": {"l": "> 0", "c": "> 0"},
            "expr": "c^2/(8*l^2) + log(l)",
            "tends": {"l": "0+", "c": "inf"},
            "value": "inf",
        },
        Status.PROVED,
    ),
    _control(
        "limit.bounds",
        r"\sqrt{1+s} - \sqrt{s} \to 0 \text{ as } s \to \infty",
        "at most 1/sqrt(s)",
        {
            "kind": "limit",
            "variables": {"s": "> 0"},
            "expr": "sqrt(1+s) - sqrt(s)",
            "tends": {"s": "inf"},
            "value": "0",
        },
        Status.PROVED,
        near=["s > 1"],
        lower={"bound": "0", "proof": {"by": "slack"}},
        upper={"bound": "1/sqrt(s)", "proof": {"by": "slack"}},
    ),
    _control(
        "limit.false",
        r"s^2/(v + s^2) \to 1 \text{ as } s \to 0",
        "tends to 0",
        {
            "kind": "limit",
            "variables": {"s": "> 0", "v": "> 0"},
            "expr": "s^2/(v + s^2)",
            "tends": {"s": "0+"},
            "value": "1",
        },
        Status.REFUTED,
    ),
    _control(
        "infimum.true",
        r"\min_v (a v - \log v) = 1 + \log a",
        "attained at v = 1/a",
        {
            "kind": "infimum",
            "variables": {"v": "> 0", "a": "> 0"},
            "over": ["v"],
            "expr": "a*v - log(v)",
            "value": "1 + log(a)",
            "attained": True,
        },
        Status.PROVED,
        proof={"by": "slack", "slack": "phi(a*v)"},
        at={"v": "1/a"},
    ),
    _control(
        "infimum.false",
        r"\inf_s 1/s \text{ is attained}",
        "1/s > 0 tends to 0",
        {
            "kind": "infimum",
            "variables": {"s": "> 0"},
            "over": ["s"],
            "expr": "1/s",
            "value": "0",
            "attained": True,
        },
        Status.REFUTED,
        path={"s": "t"},
        tends={"t": "inf"},
    ),
    _control(
        "infimum.unbounded",
        r"\inf_s \log s = -\infty",
        "along s -> 0",
        {"kind": "infimum", "variables": {"s": "> 0"}, "over": ["s"], "expr": "log(s)", "value": "-inf"},
        Status.PROVED,
        path={"s": "t"},
        tends={"t": "0+"},
    ),
    _control(
        "infimum.positive",
        r"\inf_s (1 + s^2) > 0",
        "at least 1",
        {
            "kind": "infimum",
            "variables": {"s": "real"},
            "over": ["s"],
            "expr": "1 + s^2",
            "relation": ">",
            "value": "0",
        },
        Status.PROVED,
        bound="1",
    ),
    _control(
        "gaussian-integral.true",
        r"\mathrm{KL}(N(\mu, \sigma^2 I) \| N(0, I)) = \tfrac{n}{2} (\mu^2 + \sigma^2 - 1 - \log\sigma^2)",
        "n equal coordinates",
        {
            "kind": "gaussian-integral",
            "variables": {"m": "real", "s": "> 0", "n": "integer >= 1"},
            "under": {"u": {"mean": "m", "variance": "s^2"}},
            "integrand": "log(exp(-(u-m)^2/(2*s^2))/sqrt(2*pi*s^2)) - log(exp(-u^2/2)/sqrt(2*pi))",
            "copies": "n",
            "value": "n/2*(m^2 + s^2 - 1 - log(s^2))",
        },
        Status.PROVED,
    ),
    _control(
        "gaussian-integral.false",
        r"\mathbb{E}[u^2 v^2] = 1 \text{ for two standard normal variables of correlation } r",
        "1 + 2 r^2 (Isserlis)",
        {
            "kind": "gaussian-integral",
            "variables": {"r": "> -1, < 1"},
            "under": {"u": {"mean": "0", "variance": "1"}, "v": {"mean": "0", "variance": "1"}},
            "covariance": {"u,v": "r"},
            "integrand": "u^2*v^2",
            "value": "1",
        },
        Status.REFUTED,
    ),
    _control(
        "table.true",
        r"\text{the printed KL does not fall with } L",
        "0.51 and 0.52 are apart by more than their rounding; L is exact",
        {
            "kind": "table",
            "columns": {"L": "exact", "KL": "rounded"},
            "rows": [{"L": "0", "KL": "0.47"}, {"L": "1", "KL": "0.51"}, {"L": "2", "KL": "0.6"}],
            "then": ["KL' > KL", "L' > L"],
        },
        Status.PROVED,
    ),
    _control(
        "table.false",
        r"\text{every estimate lies within 5% of 0.017}",
        "0.0089 does not",
        {
            "kind": "table",
            "columns": {"estimate": "rounded", "truth": "exact"},
            "rows": [{"estimate": "0.017", "truth": "0.017"}, {"estimate": "0.0089", "truth": "0.017"}],
            "then": ["estimate >= 95/100*truth"],
        },
        Status.REFUTED,
    ),
    _control(
        "matrix.true",
        r"\log\det(I + A) \le \mathrm{tr} A \text{ at one positive definite } A",
        "log det(I + A) = log 8, tr A = 4",
        {
            "kind": "matrix",
            "matrices": {"A": [["2", "1"], ["1", "2"]]},
            "then": ["A > 0*identity(2)", "log(det(identity(2) + A)) <= trace(A)", "A <= 3*identity(2)"],
        },
        Status.PROVED,
    ),
    _control(
        "matrix.false",
        r"A \succeq B \succ 0 \text{ implies } A^2 \succeq B^2",
        "the square is not operator monotone",
        {
            "kind": "matrix",
            "matrices": {"A": "2x2", "B": "2x2"},
            "given": ["A >= B", "B > 0*identity(2)"],
            "then": ["A*A >= B*B"],
        },
        Status.REFUTED,
        witness={"A": [["3", "1"], ["1", "2"]], "B": [["2", "0"], ["0", "1"]]},
    ),
    _control(
        "steps.true",
        r"\mathrm{KL}(N(0, v) \| N(0, 1)) > 0 \text{ for } v \ne 1",
        "closed form, then two strict inequalities",
        {
            "kind": "steps",
            "steps": [
                {"kind": "real-inequality", "variables": {"v": "> 1"}, "then": ["v - 1 - log(v) > 0"]},
                {"kind": "real-inequality", "variables": {"v": "> 0, < 1"}, "then": ["v - 1 - log(v) > 0"]},
            ],
            "argument": "Twice the divergence is v - 1 - log v, and v != 1 lies on one of the two sides.",
            "concludes": "proved",
        },
        Status.PROVED,
        steps=[{"proof": STRICT}, {"proof": STRICT}],
    ),
    _control(
        "steps.false",
        r"\mathrm{KL}(N(0, v) \| N(0, 1)) \text{ is bounded over } v > 0",
        "it tends to infinity",
        {
            "kind": "steps",
            "steps": [
                {
                    "kind": "limit",
                    "variables": {"v": "> 0"},
                    "expr": "v/2 - 1/2 - log(v)/2",
                    "tends": {"v": "0+"},
                    "value": "inf",
                }
            ],
            "argument": "A bounded function has no infinite limit.",
            "concludes": "refuted",
        },
        Status.REFUTED,
    ),
)
