"""The cases of equality in Theorem 7: a condition in both directions."""

from variational.papers.ncvae.theorem7 import GAUSSIAN
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

CLAIMS = (
    Claim(
        id="ncvae:thm7.strict.corrected",
        printed=r"\text{If } K \neq 1 \text{ and } p_n/p_d \text{ is not constant on the support of } p_d, \text{ the"
        r" derived lower bound } \tfrac{1}{G} \mathbb{E}_{p_d(x)}[(g(x)-1)\, \mathrm{KL}[r(z|x) \| q^*(z)]] \text{ is"
        r" strictly positive.}",
        source=Source(key="ncvae", locator="App. C.3, last line, with the condition that it needs"),
        assumptions=(*GAUSSIAN, "t and u stand for two values of p_n/p_d, L for K^2; g is taken as repaired"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": {"beta": "> 1", "delta": "> 0", "L": "> 0", "t": ">= 0", "u": ">= 0"},
                    "lhs": "L*(beta + delta*t)/(L*beta + delta*t) - L*(beta + delta*u)/(L*beta + delta*u)",
                    "rhs": "beta*delta*L*(L-1)*(t-u)/((L*beta + delta*t)*(L*beta + delta*u))",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"beta": "> 1", "delta": "> 0", "t": ">= 0"},
                    "then": ["1/(beta - 1 + delta*t) > 0"],
                },
            ],
            "argument": "r(.|x) is N(0, rho(x)^2 I), and by the first step its variance differs between x of different "
            "ratio. So r(.|x) equals q*(z), one density, for x of at most one ratio: on a set of positive p_d-mass "
            "KL[r(.|x)||q*(z)] > 0, and g(x) - 1 > 0 by the second step, t = p_n/p_d.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{}, {"proof": {"by": "slack"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm7.equality.iff",
        printed=r"\text{Equality holds in both inequalities of Theorem 7 if and only if } K = 1 \text{ or } p_n/p_d"
        r" \text{ is constant on the support of } p_d; \text{ otherwise both sides and the bound between them are"
        r" positive}",
        source=Source(key="vaeproof", locator="Theorem 7, last sentence, both directions"),
        assumptions=(
            *GAUSSIAN,
            "g is taken as repaired, so that the inequalities hold (ncvae:thm7.corrected)",
            "if K = 1 or the ratio is constant, q*(z|x) = r(z|x) = q*(z) is one centred Gaussian, by "
            "ncvae:collapse.ncvae: all three members are 0",
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:thm7.corrected", "ncvae:collapse.ncvae", "ncvae:thm7.strict.corrected"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
