"""The tail of a Gaussian from both sides, for the growth rates in the proof of Proposition 1."""

FAMILY = (
    "p(x|z) = N(1, sigma^2) for z >= 0 and N(-1, sigma^2) for z < 0; q(z|x) = N(c, lambda^2) for x >= 0 and"
    " N(-c, lambda^2) for x < 0, with sigma, c, lambda > 0; p(z) = N(0, 1)"
)
LETTERS = "s is sigma, l is lambda, and Q = q(z < 0|x = 1) = erfc(c/(sqrt(2) lambda))/2, between 0 and 1/2"
TAIL_LETTERS = "r = c/(sqrt(2) lambda), so that c^2/lambda^2 = 2 r^2; r tends to infinity as lambda -> 0, c -> infinity"
MEAN_AND_SPREAD = {"c": "> 0", "l": "> 0"}
REGULARISER = "log(l) - l^2/2 - c^2/2 + 1/2"

# erfc(r) <= exp(-r^2) for r >= 1: the difference falls to its limit 0.
CHERNOFF = {
    "by": "monotone",
    "in": "r",
    "at": "inf",
    "below": {
        "by": "chain",
        "through": ["exp(-r^2)*(2 - 2*r*sqrt(pi))/sqrt(pi)"],
        "proofs": [{"by": "slack", "slack": "0"}, {"by": "slack"}],
    },
}
BELOW_ONE = {
    "then": "erfc(r)*exp(r^2) <= 1",
    "proof": {
        "by": "chain",
        "through": ["exp(-r^2)*exp(r^2)"],
        "proofs": [
            {
                "by": "lemmas",
                "lemmas": [{"then": "erfc(r) <= exp(-r^2)", "proof": CHERNOFF}],
                "proof": {"by": "slack"},
            },
            {"by": "slack", "slack": "0"},
        ],
    },
}
TAIL_BOUND = {"kind": "real-inequality", "variables": {"r": ">= 1"}, "then": ["-log(erfc(r)) >= r^2"]}
TAIL_PROOF = {
    "by": "lemmas",
    "lemmas": [BELOW_ONE],
    "proof": {"by": "slack", "slack": "phi(erfc(r)*exp(r^2)) + (1 - erfc(r)*exp(r^2))"},
}
# erfc(r) >= exp(-r^2) r/(sqrt(pi) (r^2 + 1/2))
MILLS = {
    "by": "monotone",
    "in": "r",
    "at": "inf",
    "below": {"by": "slack", "slack": "exp(-r^2)/(sqrt(pi)*(r^2+1/2)^2)"},
}
QUOTIENT = "exp(-r^2)*r/(sqrt(pi)*(r^2+1/2)*erfc(r))"
CONSTANT = "log(2) + 1/2 + 1/2*log(2*pi)"
RATIO_BOUNDS = {
    "near": ["r > 1"],
    "lower": {
        "bound": f"(1/2*r^2 + 1/2*log(2) - ({CONSTANT}))/(2*r^2)",
        "proof": {
            "by": "lemmas",
            "lemmas": [BELOW_ONE],
            "proof": {
                "by": "slack",
                "slack": "(phi(erfc(r)*exp(r^2)) + (1 - erfc(r)*exp(r^2)))/(4*r^2)",
            },
        },
    },
    "upper": {
        "bound": f"(1/2*r^2 + 1/2*log(2) + 1/2*log(sqrt(pi)*(r^2+1/2)/r) - ({CONSTANT}))/(2*r^2)",
        "proof": {
            "by": "lemmas",
            "lemmas": [
                {"then": "erfc(r) >= exp(-r^2)*r/(sqrt(pi)*(r^2+1/2))", "proof": MILLS},
                {
                    "then": f"{QUOTIENT} <= 1",
                    "proof": {"by": "slack", "slack": "(erfc(r) - exp(-r^2)*r/(sqrt(pi)*(r^2+1/2)))/erfc(r)"},
                },
            ],
            "proof": {"by": "slack", "slack": f"(phi({QUOTIENT}) + (1 - {QUOTIENT}))/(4*r^2)"},
        },
    },
}
LOWER_BOUND_GROWS = {
    "kind": "limit",
    "variables": {"c": "> 0", "l": "> 0"},
    "expr": "c^2/(4*l^2) + 1/2*log(2) - log(2) - 1/2 - 1/2*log(2*pi) + log(l) - l^2/2 - c^2/2 + 1/2",
    "tends": {"l": "0+", "c": "inf"},
    "value": "inf",
}
LOWER_BOUND_HINTS = {
    "near": ["l < 1/2", "c > 4"],
    "lower": {
        "bound": "c^2/4 - 1/2*log(2) - 1/2*log(2*pi) - 1/4",
        "proof": {
            "by": "slack",
            "slack": "(c^2/4-1)*(1/l-2)*(1/l+2) + phi(1/l) + (1/l-1/2)^2 + (c^2/4 - 3 - l^2/2)",
        },
    },
}
POSTERIOR_MEAN = {
    "kind": "real-inequality",
    "variables": {"w": "> 0, < 1", "s": "> 0"},
    "then": [
        "-log(s) - (w*(2-2*w)^2 + (1-w)*(2*w)^2)/(2*s^2) > -log(s) - 2*(1-w)/s^2",
    ],
}
