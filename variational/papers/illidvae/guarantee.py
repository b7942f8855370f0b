"""What a steep decoder is said to guarantee below Corollary 3.6, and what it does guarantee in Fisher divergence."""

from variational.papers.illidvae.wording import MODEL, NORMAL, SCORE, SQUARE, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

STANDARD = {"u": {"mean": "0", "variance": "1"}}
# b, for a given steepness L and a given epsilon e
FAR = {"e": "> 0, <= 1", "L": "> 0", "b": "= log(e) - L^2 - log(1 + L)"}
FISHER_SMALL, KL_SMALL = "L^2*exp(2*L^2 + 2*b) <= e", "exp(L^2/2 + b) <= e"
COLLAPSES = {"kind": "real-inequality", "variables": FAR, "then": [FISHER_SMALL, KL_SMALL]}
COLLAPSES_HINT = {
    "proofs": {
        FISHER_SMALL: {"by": "slack", "slack": "e*(1 - e) + e^2*(1 + 2*L)/(1 + L)^2"},
        KL_SMALL: {"by": "slack", "slack": "e*(exp(L^2/2)*(1 + L) - 1)/(exp(L^2/2)*(1 + L))"},
    }
}
COLLAPSE_STEPS = [
    {
        "kind": "gaussian-integral",
        "variables": {"b": "real", "L": "> 0"},
        "under": STANDARD,
        "integrand": "(-L*exp(L*u + b))^2",
        "value": "L^2*exp(2*L^2 + 2*b)",
    },
    {
        "kind": "gaussian-integral",
        "variables": {"b": "real", "L": "> 0"},
        "under": STANDARD,
        "integrand": "exp(L*u + b)",
        "value": "exp(L^2/2 + b)",
    },
    COLLAPSES,
]
COLLAPSE_HINTS = [{}, {}, COLLAPSES_HINT]
COLLAPSE_WORDS = (
    "A Poisson count x = 0 has log p(x|z) = -exp(f). With f(z) = L z + b in Theta_L the first line is F(p||p_x), and "
    "the second, E exp(f), is at least KL(p||p_x) = E exp(f) + log E exp(-exp(f)) and, by Jensen, at least "
    "-log p(x) >= KL(p_x||p), as p(x|z) <= 1. With the b of the third line all are at most e"
)

CLAIMS = (
    Claim(
        id="illidvae:cor3.6.guarantee",
        printed=r"\text{we are guaranteed to avoid an } \epsilon\text{-posterior collapse as long as we take a"
        r" sufficiently large } L. \text{ Increasing this value has the effect of moving away the posterior from the"
        r" prior without any limits.}",
        source=printed_at("Sec. 3.2, below Corollary 3.6; likewise Sec. 3.3 and 6"),
        assumptions=(
            MODEL,
            SQUARE,
            NORMAL,
            "Definition 2.1: a collapse of the data set is one of every datum; the data are n >= 1 counts, all 0",
            "l = t = 1; equal coordinates add for l > 1",
        ),
        formal={
            "kind": "steps",
            "steps": COLLAPSE_STEPS,
            "argument": f"{COLLAPSE_WORDS}: for every L, however large, some decoder of Theta_L collapses within any "
            "epsilon, in F and in both orders of KL.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": COLLAPSE_HINTS},
        recorded=Status.REFUTED,
        corrected_by="illidvae:cor3.6.guarantee.data",
    ),
    Claim(
        id="illidvae:cor3.6.guarantee.data",
        printed=r"\tfrac1n \sum_i F(p \| p_{x_i}) \ge L^2 \mathrm{tr}\, \mathrm{Cov}(T), \quad"
        r" \tfrac12 [\mathrm{KL}(p \| p_x) + \mathrm{KL}(p \| p_y)] \ge"
        r" \frac{L |T(x) - T(y)|}{\sqrt{2\pi}} - \log 2, \quad \tfrac12 [\mathrm{KL}(p_x \| p) + \mathrm{KL}(p_y \|"
        r" p)] \ge \log 2 - \log\Big(1 + \frac{\sqrt{2\pi}}{L |T(x) - T(y)|}\Big): \text{ as soon as two data differ"
        r" in } T, \; L \text{ large"
        r" avoids an } \epsilon\text{-collapse of the data set}",
        source=printed_at("Sec. 3.2, below Corollary 3.6, with the hypothesis that it needs"),
        assumptions=(
            MODEL,
            SQUARE,
            "Cov is over the data, with 1/n; for KL the prior is N(0, I)",
            "single data may collapse all the same; in the last order, that of the ELBO, epsilon must be below log 2",
        ),
        formal={
            "kind": "all",
            "of": [
                "illidvae:cor3.6.guarantee.fisher",
                "illidvae:prop3.9.use.corrected",
                "illidvae:prop3.9.use.reverse",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:cor3.6.guarantee.fisher",
        printed=r"\tfrac1n \sum_i F(p \| p_{x_i}) \ge L^2 \big[ \mathrm{tr}\, \mathrm{Cov}(T) + \mathbb{E}\|m -"
        r" \nabla A(f(z))\|^2 \big] \text{, so } \max_i F(p \| p_{x_i}) > \epsilon \text{ for } L^2 \mathrm{tr}\,"
        r" \mathrm{Cov}(T) > \epsilon",
        source=ours("Sec. 3.2, below Corollary 3.6: a data set, in Fisher divergence"),
        assumptions=(
            MODEL,
            SQUARE,
            "m and Cov are mean and covariance of T over the data",
            "step 1 is one coordinate of two data; n data split alike, as deviations from m add up to 0",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": {"x": "real", "y": "real", "g": "real"},
                    "lhs": "((x - g)^2 + (y - g)^2)/2",
                    "rhs": "((x - y)/2)^2 + ((x + y)/2 - g)^2",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"F": "real", "C": ">= 0", "R": ">= 0", "L": ">= 0", "e": "> 0"},
                    "where": ["F >= L^2*(C + R)", "L^2*C > e"],
                    "then": ["F > e"],
                },
            ],
            "argument": "Averaging Theorem 3.4 over the data gives L^2 E of the mean of |T(x_i) - grad A(f)|^2, which "
            "splits into the trace of the covariance and |m - grad A(f)|^2. A mean above e has a term above e.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                {},
                {"proof": {"by": "slack", "slack": "(F - L^2*(C + R)) + L^2*R + (L^2*C - e)"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:cor3.6.guarantee.normal",
        printed=r"F(p \| p_x) \ge l s^4 L^4 \text{ for every single Gaussian datum}",
        source=ours("Sec. 3.2, below Corollary 3.6: one Gaussian datum"),
        assumptions=(MODEL, SQUARE, NORMAL, "x ~ N(s^2 f(z), s^2 I)"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"F": "real", "R": "real", "L": "> 0", "s": "> 0", "l": "integer >= 1"},
                    "where": ["F >= L^2*R", "R >= l*s^4*L^2"],
                    "then": ["F >= l*s^4*L^4", "l*s^4*L^4 > 0"],
                }
            ],
            "argument": f"{SCORE} The two hypotheses are Theorem 3.4 and illidvae:cor3.6.gaussian.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                {
                    "proofs": {
                        "F >= l*s^4*L^4": {"by": "slack", "slack": "(F - L^2*R) + L^2*(R - l*s^4*L^2)"},
                        "l*s^4*L^4 > 0": {"by": "slack"},
                    }
                }
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
