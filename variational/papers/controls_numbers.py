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
)
