"""When a minimum has collapsed, as an equivalence: beta-VAE, InfoVAE, AAE and NC-VAE, space by space."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import ANY_DATA, COLLAPSE, NON_PARAMETRIC
from variational.records import DENSITIES, SPACES, Claim, Source, Status

NOT_ONE_POINT = "p_d and p are not concentrated on one point"
NO_MINIMUM = "where no minimum exists nothing can collapse; the loss is unbounded from below there"
ENTROPY = blocks.DATA_ENTROPY
INFORMATION, AGGREGATE = blocks.BLOCKS[blocks.MI], blocks.BLOCKS[blocks.KL_GP]
DECODER = blocks.DECODER_GAP
DECODER_SLACK = "int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"
AGGREGATE_SLACK = "int[z](gamma(z)*phi(p(z)/gamma(z)))"
INFORMATION_SLACK = "int[x,z](pd(x)*q(z|x)*phi(gamma(z)/q(z|x)))"
# On the support of p_d, where p_n = t p_d.
KL_NOISE = "int[x,z](pd(x)*q(z|x)*log(q(z|x)/n(z)))"
LOG_MIXED = {"log_r(z)": "(beta*log(p(z)) + delta*t*log(n(z)))/(beta + delta*t)"}
CELLS = {
    "kind": "identity",
    "lhs": "int[z](p(z)*log(N*p(z))) - int[z](p(z)*log(p(z)))",
    "rhs": "log(N)",
    "conditions": ["N > 0"],
}
CUT = (
    "Cut X and Z into N cells of equal mass and let q send cell i to cell i with density N p(z): then gamma = p, which"
    " leaves no divergence of the aggregate, I = log N by the second step, and the best decoder leaves dec = 0. By the"
    " first step the loss is H(X)"
)


def _ours(locator: str) -> Source:
    return Source(key="vaeproof", locator=f"a statement of this project, of no paper: {locator}")


CLAIMS = (
    Claim(
        id="ncvae:collapse.beta-vae",
        printed=r"\text{every minimum has collapsed if and only if } \beta > 1; \text{ for } \beta = 1 \text{ some"
        r" have, for } \beta < 1 \text{ none has}",
        source=_ours("Corollary 2.1 of the beta-VAE, as an equivalence"),
        assumptions=("beta > 0", NON_PARAMETRIC, NOT_ONE_POINT, COLLAPSE),
        formal={
            "kind": "all",
            "of": ["ncvae:cor2.1.corrected", "ncvae:collapse.beta-vae.at-one", "ncvae:cor2.1.below-one"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.beta-vae.densities",
        printed=r"\text{a minimum exists if and only if } \beta \ge 1, \text{ and then every one has collapsed if and"
        r" only if } \beta > 1; \text{ for } \beta = 1 \text{ some have}",
        source=_ours("Corollary 2.1 of the beta-VAE, as an equivalence where data and codes are atomless"),
        assumptions=("beta > 0", NON_PARAMETRIC, NOT_ONE_POINT, COLLAPSE, NO_MINIMUM),
        formal={
            "kind": "all",
            "of": ["ncvae:cor2.1.corrected", "ncvae:collapse.beta-vae.at-one", "ncvae:collapse.beta-vae.unbounded"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.beta-vae.at-one",
        printed=r"\text{for } \beta = 1 \text{ the minimum of } \mathcal{L}_\beta \text{ is } H(X), \text{ reached by a"
        r" collapsed pair and by informative ones alike}",
        source=_ours("Corollary 2.1 of the beta-VAE, the excluded value"),
        assumptions=("beta = 1", NON_PARAMETRIC, NOT_ONE_POINT, COLLAPSE),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "identity",
                    "lhs": grammar.functional("recon + KL(q,p)"),
                    "rhs": f"{ENTROPY} + {DECODER} + {AGGREGATE}",
                },
                {
                    "kind": "inequality",
                    "lhs": grammar.functional("recon + KL(q,p)"),
                    "relation": ">=",
                    "rhs": ENTROPY,
                },
            ],
            "argument": "By the first step the loss does not depend on the information: it reaches its bound, the"
            " second step, wherever gamma = p and the decoder is the posterior of the encoder. So do q(z|x) = p(z),"
            " which has collapsed, and q(z|x) = p(z) (1 + e u(x) v(z)), which has not, for bounded u, v of mean 0"
            " under p_d, p and small e > 0; they exist as neither is concentrated on one point.",
            "concludes": "proved",
        },
        hints={"steps": [{}, {"slack": f"{DECODER_SLACK} + {AGGREGATE_SLACK}"}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.beta-vae.unbounded",
        printed=r"\text{for } \beta < 1 \text{ and atomless data and codes } \mathcal{L}_\beta \text{ has no minimum}",
        source=_ours("Corollary 2.1 of the beta-VAE, for beta < 1 where data and codes are atomless"),
        assumptions=("0 < beta < 1", NON_PARAMETRIC),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "identity",
                    "lhs": grammar.functional(blocks.BUILT_IN["beta-vae"]),
                    "rhs": f"{ENTROPY} + {DECODER} + (beta-1)*({INFORMATION}) + beta*{AGGREGATE}",
                },
                CELLS,
                {
                    "kind": "limit",
                    "variables": {"b": "> 0", "N": "> 1"},
                    "expr": "-b*log(N)",
                    "tends": {"N": "inf"},
                    "value": "-inf",
                },
            ],
            "argument": f"{CUT} + (beta - 1) log N, which tends to -inf: the third step with b = 1 - beta.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.infovae",
        printed=r"\text{every minimum has collapsed if and only if } \alpha < 0; \text{ for } \alpha = 0 \text{ some"
        r" have, for } \alpha > 0 \text{ none has}",
        source=_ours("Corollary 3.1 of InfoVAE, as an equivalence"),
        assumptions=("lambda > 0 and the divergence is KL, as in eq. (6)", NON_PARAMETRIC, NOT_ONE_POINT, COLLAPSE),
        formal={
            "kind": "all",
            "of": ["ncvae:cor3.1.corrected", "infovae:special.neutral", "infovae:special.informative"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.infovae.densities",
        printed=r"\text{a minimum exists if and only if } \alpha \le 0, \text{ and then every one has collapsed if and"
        r" only if } \alpha < 0; \text{ for } \alpha = 0 \text{ some have}",
        source=_ours("Corollary 3.1 of InfoVAE, as an equivalence where data and codes are atomless"),
        assumptions=(
            "lambda > 0 and the divergence is KL, as in eq. (6)",
            NON_PARAMETRIC,
            NOT_ONE_POINT,
            COLLAPSE,
            NO_MINIMUM,
        ),
        formal={"kind": "all", "of": ["ncvae:cor3.1.corrected", "infovae:special.neutral", "infovae:unbounded"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.aae",
        printed=r"\text{no minimum has collapsed, whatever } \lambda",
        source=_ours("Corollary 4.1 of the AAE, its opposite"),
        assumptions=("lambda > 0", NON_PARAMETRIC, NOT_ONE_POINT, COLLAPSE),
        formal={"kind": "all", "of": ["ncvae:thm4.corrected"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.aae.densities",
        printed=r"\text{there is no minimum, whatever } \lambda",
        source=_ours("Corollary 4.1 of the AAE, where data and codes are atomless"),
        assumptions=("lambda > 0, which the steps do not need", NON_PARAMETRIC, NO_MINIMUM),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "identity",
                    "lhs": grammar.functional(blocks.BUILT_IN["aae"]),
                    "rhs": f"{ENTROPY} + {DECODER} - ({INFORMATION}) + lambda*({blocks.BLOCKS[blocks.JSD_GP]})",
                },
                CELLS,
                {
                    "kind": "limit",
                    "variables": {"N": "> 1"},
                    "expr": "-log(N)",
                    "tends": {"N": "inf"},
                    "value": "-inf",
                },
            ],
            "argument": f"{CUT} - log N, which tends to -inf by the third step.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.ncvae",
        printed=r"\text{the minimum, which is unique, has collapsed if and only if } p = n \text{ or } p_n/p_d \text{"
        r" is constant on the support of } p_d",
        source=_ours("Theorem 6 of NC-VAE, as an equivalence"),
        assumptions=("beta > 1 and delta > 0", "some pair has a finite loss", ANY_DATA, COLLAPSE),
        formal={
            "kind": "all",
            "of": [
                "ncvae:thm5",
                "ncvae:thm6.corrected",
                "ncvae:collapse.ncvae.same-priors",
                "ncvae:collapse.ncvae.constant-ratio",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.ncvae.same-priors",
        printed=r"\text{if } p = n, \text{ the minimum is } H(X), \text{ reached at } q^*(z|x) = p(z), \; p^*(x|z) ="
        r" p_d(x) \text{ alone: it has collapsed}",
        source=_ours("Theorem 6 of NC-VAE, its first exception"),
        assumptions=("beta > 1 and delta > 0", "p = n, written p", ANY_DATA, COLLAPSE),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "inequality",
                    "lhs": grammar.functional(blocks.BUILT_IN["beta-vae"])
                    + " + delta*int[x,z](pn(x)*q(z|x)*log(q(z|x)/p(z)))",
                    "relation": ">=",
                    "rhs": ENTROPY,
                    "conditions": ["beta > 1", "delta > 0"],
                }
            ],
            "argument": "The difference of the sides is a sum of integrals of phi(u) = u - 1 - log u with positive"
            " factors, and phi vanishes at u = 1 only. All of them vanish at q(z|x) = p(z), p(x|z) = p_d(x), and only"
            " there: gamma = q(.|x) where p_d(x) > 0, gamma = p, q(.|x) = p where p_n(x) > 0, and the decoder is the"
            " posterior p_d.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {
                    "slack": f"{DECODER_SLACK} + (beta-1)*{INFORMATION_SLACK} + beta*{AGGREGATE_SLACK}"
                    " + delta*int[x,z](pn(x)*q(z|x)*phi(p(z)/q(z|x)))"
                }
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:collapse.ncvae.constant-ratio",
        printed=r"\text{if } p_n = t \, p_d \text{ on the support of } p_d, \text{ the minimum is at } q^*(z|x) \propto"
        r" p(z)^{\frac{\beta}{\beta+\delta t}} n(z)^{\frac{\delta t}{\beta+\delta t}}, \; p^*(x|z) = p_d(x) \text{"
        r" alone: it has collapsed}",
        source=_ours("Theorem 6 of NC-VAE, its second exception"),
        assumptions=(
            "beta > 1 and delta > 0",
            "t >= 0; outside the support of p_d, where p_n may have mass, the code is n and the decoder is not asked",
            ANY_DATA,
            COLLAPSE,
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "identity",
                    "lhs": grammar.functional(blocks.BUILT_IN["beta-vae"]) + f" + delta*t*{KL_NOISE}",
                    "rhs": f"{ENTROPY} + {DECODER} + (beta-1+delta*t)*({INFORMATION})"
                    " + (beta+delta*t)*int[z](gamma(z)*(log(gamma(z)) - log_r(z)))",
                    "where": LOG_MIXED,
                    "conditions": ["beta > 1", "delta > 0", "t >= 0"],
                },
                {
                    "kind": "inequality",
                    "lhs": f"{DECODER} + (beta-1+delta*t)*({INFORMATION})",
                    "relation": ">=",
                    "rhs": "0",
                    "conditions": ["beta > 1", "delta > 0", "t >= 0"],
                },
                {"kind": "inequality", "lhs": "int[z](q(z|x)*log(q(z|x)/n(z)))", "relation": ">=", "rhs": "0"},
            ],
            "argument": "The left side of the first step is the loss on the support of p_d, where p_n = t p_d; the rest"
            " is delta times a mean of the third step over p_n. The third step holds for any two densities: with gamma"
            " and the stated density, proportional to exp(log_r), it bounds the last integral of the first from below"
            " by a constant; the integral of exp(log_r) is positive and at most 1. All differences are integrals of"
            " phi(u) = u - 1 - log u with positive factors, and phi vanishes at u = 1 only: they vanish together where"
            " q(.|x) = gamma on the support, gamma is the stated density, the decoder is the posterior p_d, and"
            " q(.|x) = n where p_n alone has mass, and only there.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={
            "steps": [
                {},
                {"slack": f"{DECODER_SLACK} + (beta-1+delta*t)*{INFORMATION_SLACK}"},
                {"slack": "int[z](q(z|x)*phi(n(z)/q(z|x)))"},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
