"""The infimum of Corollary 3.6 for one datum: zero for Bernoulli data and counts of 0, positive for Gaussian data."""

from variational.papers.illidvae.wording import NORMAL, ours
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

STANDARD = {"u": {"mean": "0", "variance": "1"}}

CLAIMS = (
    Claim(
        id="illidvae:cor3.6.zero",
        printed=r"\inf_{\Theta_L} \int \|T(x) - \mathbb{E}[T]\|^2 p(z) dz = 0 \text{ for the Poisson count } x = 0"
        r" \text{ and every } L \text{, not attained}",
        source=ours("Corollary 3.6, one Poisson datum x = 0"),
        assumptions=(NORMAL, "l = t = 1, T(x) = x, E[T] = exp(f(z))", "equal coordinates add for l > 1"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"b": "real", "L": "> 0"},
                    "under": STANDARD,
                    "integrand": "exp(2*(L*u + b))",
                    "value": "exp(2*L^2 + 2*b)",
                },
                {
                    "kind": "infimum",
                    "variables": {"b": "real", "L": "> 0"},
                    "over": ["b"],
                    "expr": "exp(2*L^2 + 2*b)",
                    "value": "0",
                    "attained": False,
                },
            ],
            "argument": "f(z) = L z + b lies in Theta_L, and the first line is its integral of exp(f)^2. No f reaches "
            "0, as exp(f) > 0.",
            "concludes": "proved",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": [{}, {"path": {"b": "-t"}, "tends": {"t": "inf"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:cor3.6.zero.bernoulli",
        printed=r"\inf_{\Theta_L} \int \|T(x) - \mathbb{E}[T]\|^2 p(z) dz = 0 \text{ for a Bernoulli datum and every"
        r" } L"
        r" \text{, not attained}",
        source=ours("Corollary 3.6, one Bernoulli datum"),
        assumptions=(
            NORMAL,
            "l = t = 1, x = 1, T(x) = x, 1 - E[T] = 1/(1 + exp(f)); x = 0 by symmetry, equal coordinates add",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"y": "real"},
                    "then": ["1/(1 + exp(y)) <= exp(-y)", "1/(1 + exp(y)) > 0"],
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"b": "real", "L": "> 0"},
                    "under": STANDARD,
                    "integrand": "exp(-2*(L*u + b))",
                    "value": "exp(2*L^2 - 2*b)",
                },
                {
                    "kind": "infimum",
                    "variables": {"b": "real", "L": "> 0"},
                    "over": ["b"],
                    "expr": "exp(2*L^2 - 2*b)",
                    "value": "0",
                    "attained": False,
                },
            ],
            "argument": "For f(z) = L z + b in Theta_L the integral is at most the second line, whose infimum over b "
            "is "
            "0; it is positive for every f.",
            "concludes": "proved",
            "spaces": [DISCRETE_X],
        },
        hints={
            "steps": [
                {
                    "proofs": {
                        "1/(1 + exp(y)) <= exp(-y)": {"by": "slack", "slack": "exp(-y)/(1 + exp(y))"},
                        "1/(1 + exp(y)) > 0": {"by": "slack"},
                    }
                },
                {},
                {"path": {"b": "t"}, "tends": {"t": "inf"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:cor3.6.gaussian",
        printed=r"\inf_{\Theta_L} \int \|x - s^2 f(z)\|^2 p(z) dz = l s^4 L^2 \text{, attained at } f(z) = Lz + x/s^2",
        source=ours("Corollary 3.6, one Gaussian datum"),
        assumptions=(NORMAL, "x ~ N(s^2 f(z), s^2 I), T(x) = x, l = t", "the first two steps are one coordinate"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"x": "real", "b": "real", "L": "> 0", "s": "> 0"},
                    "under": STANDARD,
                    "integrand": "(x - s^2*(L*u + b))^2",
                    "value": "s^4*L^2 + (x - s^2*b)^2",
                },
                {
                    "kind": "infimum",
                    "variables": {"x": "real", "b": "real", "L": "> 0", "s": "> 0"},
                    "over": ["b"],
                    "expr": "s^4*L^2 + (x - s^2*b)^2",
                    "value": "s^4*L^2",
                    "attained": True,
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {},
                    "under": {**STANDARD, "v": {"mean": "0", "variance": "1"}},
                    "integrand": "(u - v)^2/2",
                    "value": "1",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"V": ">= 0", "c": "real", "L": "> 0", "n": "integer >= 1"},
                    "where": ["n*V >= c^2", "c >= n*L"],
                    "then": ["V >= n*L^2"],
                },
            ],
            "argument": "For any f in Theta_L and n = l let V be the sum of the variances of its coordinates and c the "
            "sum of cov(f_j, z_j) = E (f(z) - f(w)).(z - w)/2 >= L E|z - w|^2/2 = n L, w an independent copy of z. "
            "Cauchy-Schwarz gives c^2 <= n V, so V >= n L^2, and the integral is at least s^4 V.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                {},
                {"proof": {"by": "slack", "slack": "(x - s^2*b)^2"}, "at": {"b": "x/s^2"}},
                {},
                {
                    "proof": {
                        "by": "slack",
                        "slack": "((n*V - c^2) + (c - n*L)*(c + n*L))/n",
                    }
                },
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
