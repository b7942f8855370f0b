"""Corollary 3.6: the infimum over all decoders of one steepness, when it is positive and when it is attained."""

from variational.papers.illidvae.wording import MODEL, NOT_CONSTANT, POSITIVE, SQUARE, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

INFIMUM = (
    r"L^2 \inf_{\theta \in \Theta_L} \Big\{ \int \|T(x_i) -"
    r" \mathbb{E}_{p_\theta(x|z)}[T(x)]\|^2 p(z) dz \Big\}"
)
INTEGRAL = "the integral of the corollary, written R(theta), takes values in [0, infinity]"

CLAIMS = (
    Claim(
        id="illidvae:cor3.6",
        printed=r"F(p(z) \| p_\theta(z|x_i)) \ge " + INFIMUM + r". \text{ Therefore, the lower bound is non-decreasing"
        r" in terms of } L. \text{ [Proof: if } L \ge L' \text{, then } \Theta_L \supset \Theta'_L \text{.] Moreover,"
        r" if the infimum is attained and } p(z) \text{ has a positive variance, then the lower bound is monotonically"
        r" increasing in terms of } L.",
        source=printed_at("Corollary 3.6 and its proof, App. A.1"),
        assumptions=(MODEL, SQUARE),
        formal={
            "kind": "all",
            "of": [
                "illidvae:cor3.6.bound",
                "illidvae:cor3.6.monotone",
                "illidvae:cor3.6.inclusion",
                "illidvae:cor3.6.strict",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="illidvae:cor3.6.corrected",
    ),
    Claim(
        id="illidvae:cor3.6.bound",
        printed=r"F(p(z) \| p_\theta(z|x_i)) \ge " + INFIMUM,
        source=printed_at("Corollary 3.6, the inequality"),
        assumptions=(MODEL, SQUARE, INTEGRAL),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"F": ">= 0", "R": ">= 0", "least": ">= 0", "L": ">= 0"},
                    "where": ["F >= L^2*R", "R >= least"],
                    "then": ["F >= L^2*least"],
                }
            ],
            "argument": "F >= L^2 R(theta) is Theorem 3.4 (illidvae:thm3.4), and R(theta) is at least its infimum.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(F - L^2*R) + L^2*(R - least)"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:cor3.6.monotone",
        printed=r"\text{the lower bound is non-decreasing in terms of } L",
        source=printed_at("Corollary 3.6, second sentence"),
        assumptions=(MODEL, SQUARE, "it may be 0 for every L: see illidvae:cor3.6.zero"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"L": ">= 0", "M": ">= 0", "low": ">= 0", "high": ">= 0"},
                    "where": ["M >= L", "high >= low"],
                    "then": ["M^2*high >= L^2*low"],
                }
            ],
            "argument": "A function that is M-strongly convex is L-strongly convex for L <= M, so Theta_M lies in "
            "Theta_L and the infimum over the smaller set is not smaller.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(M - L)*(M + L)*high + L^2*(high - low)"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:cor3.6.inclusion",
        printed=r"\text{if } L \ge L' \text{, then } \Theta_L \supset \Theta'_L \text{ by definition of inverse"
        r" Lipschitzness}",
        source=printed_at("App. A.1, proof of Corollary 3.6"),
        assumptions=(SQUARE, "judged on the maps f(z) = c z on R, which lie in Theta_L exactly for c >= L"),
        # ERR printed Theta_L \supset Theta_L', should read Theta_L \subset Theta_L'
        formal={
            "kind": "universal",
            "variables": {"c": "real", "L": "nonnegative", "M": "nonnegative"},
            "given": ["L >= M", "c >= M"],
            "then": ["c >= L"],
        },
        hints={"witness": {"c": "0", "L": "1", "M": "0"}},
        recorded=Status.REFUTED,
        corrected_by="illidvae:cor3.6.inclusion.turned",
    ),
    Claim(
        id="illidvae:cor3.6.inclusion.turned",
        printed=r"\text{if } L \ge L' \text{, then } \Theta_L \subset \Theta_{L'}",
        source=printed_at("App. A.1, proof of Corollary 3.6, with the inclusion turned"),
        assumptions=("f is L-inverse Lipschitz: |f(z) - f(w)| >= L |z - w|; strong convexity likewise",),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("far", "near", "L", "M"), "nonnegative"),
            "given": ["L >= M", "far >= L*near"],
            "then": ["far >= M*near"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:cor3.6.strict",
        printed=r"\text{if the infimum is attained by a parameter } \theta \in \Theta_L \text{ and } p(z) \text{ has a"
        r" positive variance, then the lower bound is monotonically increasing in terms of } L",
        source=printed_at("Corollary 3.6, last sentence"),
        assumptions=(
            MODEL,
            SQUARE,
            NOT_CONSTANT,
            "L > 0, and the infimum is attained at L; increasing is: strictly larger at every M > L",
            "the hypothesis fails for every L if T(x_i) is a vertex of the set of means (illidvae:cor3.6.zero)",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"L": "> 0", "M": "> 0", "low": "> 0", "high": "> 0"},
                    "where": ["M > L", "high >= low"],
                    "then": ["M^2*high > L^2*low"],
                }
            ],
            "argument": f"{POSITIVE} So R > 0 at the minimiser; the infimum over the smaller set Theta_M is not "
            "smaller.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(M - L)*(M + L)*high + L^2*(high - low)"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:cor3.6.corrected",
        printed=r"F(p(z) \| p_\theta(z|x_i)) \ge " + INFIMUM + r", \text{ non-decreasing as } \Theta_L \subset"
        r" \Theta_{L'} \text{ for } L \ge L' \text{; increasing if the infimum is attained at } L > 0",
        source=printed_at("Corollary 3.6, with the inclusion turned"),
        assumptions=(
            MODEL,
            SQUARE,
            NOT_CONSTANT,
            "the infimum is 0 for every L, not attained, for a Bernoulli datum or a count 0 (illidvae:cor3.6.zero and "
            "illidvae:cor3.6.zero.bernoulli), and l s^4 L^2 for a Gaussian datum (illidvae:cor3.6.gaussian)",
        ),
        formal={
            "kind": "all",
            "of": [
                "illidvae:cor3.6.bound",
                "illidvae:cor3.6.monotone",
                "illidvae:cor3.6.inclusion.turned",
                "illidvae:cor3.6.strict",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
