"""Lemmas 1 and 2 and Theorem 3, on the information in the output."""

from variational.papers.arelbo.theorem2 import BLIND, BLIND_HINT, NOT_ONE, STRICT
from variational.papers.arelbo.wording import (
    CHANNEL,
    GLOBAL,
    MI_CODE,
    MI_ENDS,
    NO_HYPOTHESIS,
    PROCESSING,
    PROCESSING_SLACK,
    UNITS,
)
from variational.records import DISCRETE_X, Claim, Source, Status

JOINT = "int[x,z,x'](pd(x)*q(z|x)*p(x'|z)*log({}))"
OF_X = "int[z'](q(z'|x)*p(x'|z'))"
OF_ALL = "int[z'](gamma(z')*p(x'|z'))"

CLAIMS = (
    Claim(
        id="arelbo:lem1",
        printed=r"\text{In a VAE, } I(x, x') \le I(z, z_e) \text{ always holds, where } z_e = \mu_\phi(x)",
        source=Source(key="arelbo", locator="Lemma 1 and its proof, (F.3), (F.4), App. F"),
        assumptions=(
            CHANNEL,
            "z depends on x through z_e only; sigma_z^2 > 0",
            "the lemma is I(x;x') <= I(x;z) <= I(z_e;z), whose links are the parts",
        ),
        formal={
            "kind": "all",
            "of": ["arelbo:lem1.F3", "arelbo:lem1.F4", "arelbo:thm1.A1", "arelbo:lem1.second"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:lem1.F3",
        printed=r"I(x; z, x') = I(x; x') + I(x; z | x')",
        source=Source(key="arelbo", locator="App. F, (F.3)"),
        assumptions=(CHANNEL,),
        formal={
            "kind": "identity",
            "lhs": JOINT.format("q(z|x)*p(x'|z)/(gamma(z)*p(x'|z))"),
            "rhs": f"{MI_ENDS} + " + JOINT.format(f"(q(z|x)*p(x'|z)/{OF_X})/(gamma(z)*p(x'|z)/{OF_ALL})"),
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:lem1.F4",
        printed=r"I(x; z, x') = I(x; z) + I(x; x' | z), \quad I(x; x'|z) = 0",
        source=Source(key="arelbo", locator="App. F, (F.4) and the sentence after it"),
        assumptions=(CHANNEL, "the law of x' given x and z is p(x'|z)"),
        formal={
            "kind": "identity",
            "lhs": JOINT.format("q(z|x)*p(x'|z)/(gamma(z)*p(x'|z))"),
            "rhs": f"{MI_CODE} + " + JOINT.format("p(x'|z)/p(x'|z)"),
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:lem1.second",
        printed=r"I(x; z) \le I(z_e; z)",
        source=Source(key="arelbo", locator="Lemma 1, 'repeating the same procedure for I(x; z_e, z)'"),
        assumptions=(
            "x -> z_e -> z is a Markov chain: formal z stands for z_e, formal x' for z",
            "densities are positive; a map z_e = mu_phi(x) is the noiseless limit, in which both sides are equal",
        ),
        formal=PROCESSING,
        hints={"slack": PROCESSING_SLACK},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:lem2",
        printed=r"\text{Lemma 2: } I(x;x') \to \infty \text{ as } \sigma_x^2 \to 0. \text{ Theorem 3: } \sigma_z^2"
        r" \to 0 \; (\hat\sigma_x^2 \to 0)",
        source=Source(key="arelbo", locator="Lemma 2, Theorem 3, App. F"),
        assumptions=(NO_HYPOTHESIS, UNITS),
        formal={"kind": "all", "of": ["arelbo:lem2.divergence", "arelbo:lem2.thm3"]},
        recorded=Status.REFUTED,
        corrected_by="arelbo:lem2.corrected",
    ),
    Claim(
        id="arelbo:lem2.divergence",
        printed=r"\text{The MI between } x \text{ and } x' \text{ diverges to positive infinity as } \sigma_x^2 \to 0,"
        r" \text{ where } x' = \mu_\theta(\mu_\phi(x) + \epsilon_z)",
        source=Source(key="arelbo", locator="Lemma 2"),
        assumptions=(NO_HYPOTHESIS, CHANNEL, "w is the probability of the first of two equally likely data, given x'"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"w": "> 0, < 1"},
                    "then": ["w*log(2*w) + (1-w)*log(2*(1-w)) <= log(2)"],
                }
            ],
            "argument": "For data on two equally likely points, a law with finite covariance, I(x;x') is the mean"
            " over x' of the left side, hence at most log 2 for every sigma_x^2; the empirical distribution of N"
            " points gives at most log N in the same way.",
            "concludes": "refuted",
            "spaces": ["finite", "discrete-x"],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "w*(-log(w)) + (1-w)*(-log(1-w))"}}]},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="arelbo:lem2.thm3",
        printed=r"\text{In the training stage of VAE, we have } \sigma_z^2 \to 0 \; (\hat\sigma_x^2 \to 0)",
        source=Source(key="arelbo", locator="Theorem 3, App. F"),
        assumptions=(GLOBAL, NO_HYPOTHESIS, "read as Theorem 2 with sigma_x^2 at its estimate D/d_x, D = V + r^2"),
        formal={
            "kind": "steps",
            "steps": [BLIND, *NOT_ONE],
            "argument": "For data at one point (V = 0) the estimate is r^2/d_x. Whatever sigma_x^2 and r, the"
            " divergence is least at sigma_z^2 = 1 and nowhere else; so sigma_z^2 = 1 while the estimate tends to 0.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": [BLIND_HINT, {"proof": STRICT}, {"proof": STRICT}]},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="arelbo:lem2.corrected",
        printed=r"\text{If } p_{data} \text{ has a density with entropy } h: \; I(x;x') \ge h - \tfrac{d_x}{2} \ln"
        r" \tfrac{2\pi e D}{d_x} \to \infty \text{ as } D = \mathbb{E}\|x - x'\|_2^2 \to 0",
        source=Source(key="arelbo", locator="Lemma 2, with the hypotheses that its proof uses"),
        assumptions=(
            "h is finite; n = d_x; formal z is x', formal p(x|z) any density given x'",
            "D -> 0 as sigma_x^2 -> 0 where the family can make it small, by arelbo:F1.corrected",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "inequality",
                    "lhs": MI_CODE,
                    "relation": ">=",
                    "rhs": "int[x,z](pd(x)*q(z|x)*log(p(x|z)/pd(x)))",
                },
                {
                    "kind": "infimum",
                    "variables": {"D": "> 0", "n": "integer >= 1", "s": "> 0"},
                    "over": ["s"],
                    "expr": "D/(2*s) + n/2*log(2*pi*s)",
                    "value": "n/2*log(2*pi*exp(1)*D/n)",
                    "attained": True,
                },
                {
                    "kind": "limit",
                    "variables": {"D": "> 0", "n": "integer >= 1", "h": "real"},
                    "expr": "h - n/2*log(2*pi*exp(1)*D/n)",
                    "tends": {"D": "0+"},
                    "value": "inf",
                },
            ],
            "argument": "Insert the Gaussian N(x', s I) into the variational bound: it is h - D/(2s) - (n/2) log(2 pi"
            " s); the best s gives the printed bound, which tends to infinity as D tends to 0.",
            "concludes": "proved",
            "spaces": ["densities"],
        },
        hints={
            "steps": [
                {"slack": "int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"},
                {"at": {"s": "D/n"}, "proof": {"by": "slack", "slack": "n/2*phi(D/(n*s))"}},
                {},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
