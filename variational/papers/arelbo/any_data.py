"""Theorem 2 for every law of the data but a point mass, quantitative: without a density, and without finiteness."""

from variational.papers.arelbo.theorem2 import BALANCED, RESCALED, RESCALED_HINT
from variational.papers.arelbo.wording import ANY_MODEL, GLOBAL
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

SIGN = {"by": "slack"}
FALLS = {"by": "monotone", "in": "k", "at": "g", "start": SIGN, "above": SIGN}
# erfc lies above its tangent at m >= 0: the slope of the difference is 2 (exp(-m^2) - exp(-r^2))/sqrt(pi).
TANGENT = "erfc(r) >= erfc(m) - 2/sqrt(pi)*exp(-m^2)*(r - m)"
ABOVE = {"by": "slack", "slack": "2/sqrt(pi)*exp(-r^2)*(exp((r-m)*(r+m)) - 1)"}
BELOW = {"by": "slack", "slack": "2/sqrt(pi)*exp(-m^2)*(exp((m-r)*(m+r)) - 1)"}

CLAIMS = (
    Claim(
        id="arelbo:thm2.any-data",
        printed=r"\text{If two sets of data at distance } \delta > 0 \text{ have probability at least } \rho > 0"
        r" \text{ each, then at a global optimum } D = \mathbb{E}\|x - \mu_\theta(z)\|_2^2 \ge"
        r" \tfrac{\rho\delta^2}{2}\, \mathrm{erfc} \sqrt{\tfrac{d_z (1 - \sigma_z^2)}{4 \rho \sigma_z^2}}; \text{"
        r" hence } D \to 0 \text{ implies } \sigma_z^2 \to 0 \text{ unless all data are one point.}",
        source=Source(key="arelbo", locator="Theorem 2, quantitative, for any data that are not all one point"),
        assumptions=(
            GLOBAL,
            ANY_MODEL,
            "a law that is no point mass has two such sets: balls around two points of its support",
            "nothing is asked of mu_phi, and no moment of x; d = d_z; sigma_z^2 <= 1 follows from the first step",
            "when D tends to 0 with sigma_x^2, as it does for a family that can make it small, is arelbo:F1.corrected",
        ),
        formal={
            "kind": "steps",
            "steps": [
                RESCALED,
                {
                    "kind": "infimum",
                    "variables": {"a": "> 0", "b": "> 0", "x": "real", "y": "real", "u": "real"},
                    "over": ["u"],
                    "expr": "a*(x-u)^2 + b*(y-u)^2",
                    "value": "a*b/(a+b)*(x-y)^2",
                    "attained": True,
                },
                {
                    "kind": "real-inequality",
                    "variables": {"a": "> 0", "b": "> 0, >= a"},
                    "then": ["a*b/(a+b) >= a/2"],
                },
                {"kind": "real-inequality", "variables": {"r": ">= 0", "m": ">= 0"}, "then": [TANGENT]},
                {
                    "kind": "real-inequality",
                    "variables": {"c": "real", "e": "real"},
                    "then": ["(c-e)^2 <= 2*(c^2 + e^2)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"w": "> 0, <= 1", "v": "> 0, >= w, <= 1", "rho": "> 0", "d": "integer >= 1"},
                    "then": ["d*(1-v)/(4*rho*v) <= d*(1-w)/(4*rho*w)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"g": ">= 0", "k": ">= g"},
                    "then": ["erfc(k) <= erfc(g)", "erfc(k) > 0"],
                },
            ],
            "argument": f"{BALANCED} E|mu|^2 = d (1 - v). Draw x and y independently from the two sets. Whatever is "
            "decoded at z, the two err there together by at least delta^2/2 times the smaller of their code densities "
            "(second and third step), and the integral of the smaller of N(c, v I) and N(e, v I) is erfc(R), R = |c - "
            "e|/(2 sqrt(2 v)). So D >= rho delta^2/2 times the mean of erfc(R), which is at least erfc of the mean "
            "of R (tangent at it, fourth step). By the fifth step E|c - e|^2 <= 2 d (1 - v)/rho, so the mean of R is "
            "at most the root in the bound, and erfc falls (last step). The bound does not fall with v (sixth step): "
            "while v >= w > 0, D is at least its positive value at w.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                RESCALED_HINT,
                {
                    "at": {"u": "(a*x+b*y)/(a+b)"},
                    "proof": {"by": "slack", "slack": "(a+b)*(u-(a*x+b*y)/(a+b))^2"},
                },
                {"proof": {"by": "slack", "slack": "a*(b-a)/(2*(a+b))"}},
                {"proof": {"by": "monotone", "in": "r", "at": "m", "start": SIGN, "above": ABOVE, "below": BELOW}},
                {"proof": {"by": "slack", "slack": "(c+e)^2"}},
                {"proof": {"by": "slack", "slack": "d*(v-w)/(4*rho*v*w)"}},
                {"proofs": {"erfc(k) <= erfc(g)": FALLS, "erfc(k) > 0": SIGN}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
