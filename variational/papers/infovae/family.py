"""Section 4: where the objective is unbounded, its special cases, and when it collapses."""

from variational import blocks, grammar
from variational.papers.infovae.elbo import INFOVAE6
from variational.papers.infovae.proposition2 import CHANNEL, DECOMPOSITION, EVERY_INFORMATION, OBJECTIVE
from variational.papers.infovae.wording import (
    AGGREGATE,
    AGGREGATE_SLACK,
    ANY_DIVERGENCE,
    DECODER_GAP,
    DECODER_SLACK,
    ELBO,
    INFORMATION,
    KL_AGGREGATE,
    KL_ENCODER,
    NEGATIVE_ENTROPY,
    POSITIVE,
    RECONSTRUCTION,
)
from variational.records import DENSITIES, DISCRETE_X, FINITE, Claim, Source, Status

LOSS = blocks.BUILT_IN["infovae"]
JENSEN_SHANNON = f"({blocks.BLOCKS[blocks.JSD_GP]})"
NON_PARAMETRIC = (
    "p(x|z) and q(z|x) run through all conditional densities; p_D and p have full support and are not concentrated on"
    " one point"
)
COLLAPSED = "a pair has collapsed where q(z|x) does not depend on x or p(x|z) does not depend on z"
NOT_UNIQUE = {
    "kind": "identity",
    "lhs": f"{RECONSTRUCTION} - {KL_ENCODER} - (lambda-1)*{KL_AGGREGATE}",
    "rhs": f"{NEGATIVE_ENTROPY} - lambda*{KL_AGGREGATE} - {DECODER_GAP}",
}
AT_MOST = {
    "kind": "inequality",
    "lhs": f"{RECONSTRUCTION} - {KL_ENCODER} - (lambda-1)*{KL_AGGREGATE}",
    "relation": "<=",
    "rhs": NEGATIVE_ENTROPY,
    "conditions": ["lambda >= 0"],
}

CLAIMS = (
    Claim(
        id="infovae:unbounded",
        printed=r"\text{if } \alpha > 0 \text{ the objective can be optimized to } +\infty \text{ by simply increasing"
        r" the mutual information infinitely}",
        source=Source(key="infovae", locator="Sec. 4, after Proposition 2"),
        assumptions=(
            "alpha > 0; lambda is any real number and D any divergence with D(p||p) = 0",
            "X and Z are continuous (atomless standard Borel spaces), as in Proposition 2; elsewhere"
            " infovae:unbounded.discrete says the contrary",
            AGGREGATE,
            POSITIVE,
        ),
        formal={
            "kind": "steps",
            "steps": [
                DECOMPOSITION,
                CHANNEL,
                EVERY_INFORMATION,
                {
                    "kind": "limit",
                    "variables": {"alpha": "> 0", "e": "> 0, <= 1"},
                    "expr": "-alpha/2*log(e)",
                    "tends": {"e": "0+"},
                    "value": "inf",
                },
            ],
            "argument": "Map X and Z to standard normal variables u and v (atomless standard Borel spaces are"
            " isomorphic), and let v given u be N(r u, 1-r^2): all densities are positive, q(z) = p(z), and for the r"
            " of step 3 the information of step 2 is -log(e)/2. With p(x|z) = q(x|z) and D(p||p) = 0 step 1 leaves"
            " -(alpha/2) log e - H(X), which tends to infinity by step 4.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:unbounded.discrete",
        printed=r"\text{For countable } \mathcal{X} \text{ with finite } H(X), \; D = D_{KL}, \; \alpha \ge 0 \text{"
        r" and } \lambda \ge 0, \; \mathcal{L}_{InfoVAE} \le (\alpha - 1) H(X) < \infty",
        source=Source(key="infovae", locator="Sec. 4, after Proposition 2, for discrete data"),
        assumptions=(
            "X is countable, for instance a finite training set; Z is any space",
            AGGREGATE,
            POSITIVE,
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "inequality",
                    "lhs": INFOVAE6,
                    "relation": "<=",
                    "rhs": f"alpha*{INFORMATION} + {NEGATIVE_ENTROPY}",
                    "conditions": ["alpha >= 0", "lambda >= 0"],
                },
                {
                    "kind": "identity",
                    "lhs": INFORMATION,
                    "rhs": f"int[x,z](pd(x)*q(z|x)*log(pd(x)*q(z|x)/gamma(z))) - {NEGATIVE_ENTROPY}",
                },
                {"kind": "real-inequality", "variables": {"w": "> 0, <= 1"}, "then": ["log(w) <= 0"]},
            ],
            "argument": "On countable X the posterior w = p_D(x) q(z|x)/q(z) is a probability, at most 1, so that the"
            " first term of step 2 is not positive by step 3: I <= H(X). Step 1 then gives the bound.",
            "concludes": "proved",
            "spaces": [FINITE, DISCRETE_X],
        },
        hints={
            "steps": [
                {"slack": f"{DECODER_SLACK} + lambda*{AGGREGATE_SLACK}"},
                {},
                {"proof": {"by": "slack", "slack": "phi(w) + (1-w)"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:special",
        printed=r"\alpha = 0, \lambda = 1: \text{ELBO}; \quad \alpha + \lambda - 1 = 0, D_{KL}: \beta\text{-VAE};"
        r" \quad \alpha = 1, \lambda = 1, D = JS: \text{AAE}",
        source=Source(key="infovae", locator="Sec. 4, relation to VAE, beta-VAE and AAE"),
        assumptions=("D(q(z)||p(z)) enters by its value; constants of p_D are the same on both sides",),
        formal={
            "kind": "all",
            "of": [
                "infovae:special.vae",
                "infovae:special.beta-vae",
                "infovae:special.unique-alpha",
                "infovae:special.aae",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:special.vae",
        printed=r"\text{When } \alpha = 0 \text{ and } \lambda = 1 \text{ we get back the original ELBO objective.}",
        source=Source(key="infovae", locator="Sec. 4, relation to VAE"),
        assumptions=("the objective is (6), with any divergence D in its last term", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"{OBJECTIVE.replace('alpha', '0').replace('lambda', '1')}D",
            "rhs": ELBO,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:special.beta-vae",
        printed=r"\text{When } \lambda > 0 \text{ is freely chosen, while } \alpha+\lambda-1 = 0, \text{ we get the }"
        r" \beta\text{-VAE model family.}",
        source=Source(key="infovae", locator="Sec. 4, relation to beta-VAE"),
        assumptions=("alpha = 1 - lambda; beta of the beta-VAE is lambda", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"{OBJECTIVE.replace('alpha', '(1-lambda)')}D",
            "rhs": f"{RECONSTRUCTION} - lambda*{KL_ENCODER}",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:special.unique-alpha",
        printed=r"\text{for every } \lambda \text{ there is a unique value of } \alpha \text{ that we can choose; if }"
        r" \lambda \gg 1 \text{ we must also choose } \alpha \ll 0, \text{ which forces the model to penalize mutual"
        r" information}",
        source=Source(key="infovae", locator="Sec. 4, relation to beta-VAE"),
        assumptions=(
            "the beta-VAE: alpha + lambda - 1 = 0; alpha < 0 for all lambda > 1",
            "the weight of the mutual information in (5) is alpha",
        ),
        formal={
            "kind": "universal",
            "variables": {"alpha": "real", "lambda": "real"},
            "given": ["alpha + lambda - 1 = 0", "lambda > 1"],
            "then": ["alpha <= 1 - lambda", "alpha >= 1 - lambda", "alpha < 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:special.aae",
        printed=r"\text{When } \alpha = 1, \lambda = 1 \text{ and } D \text{ is chosen to be the Jensen Shannon"
        r" divergence we get the adversarial autoencoders}",
        source=Source(key="infovae", locator="Sec. 4, relation to adversarial autoencoders"),
        assumptions=(
            "the loss of the AAE is the reconstruction term plus the divergence, both of weight 1",
            POSITIVE,
        ),
        formal={
            "kind": "identity",
            "lhs": f"{OBJECTIVE.replace('alpha', '1').replace('lambda', '1')}{JENSEN_SHANNON}",
            "rhs": f"-({grammar.functional(blocks.BUILT_IN['aae'].replace('lambda', '1'))})",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:special.collapse",
        printed=r"\text{Let } \lambda > 0, \; D = D_{KL}, \; \mathcal{X} \text{ countable. Every optimum of InfoVAE has"
        r" collapsed if and only if } \alpha < 0; \text{ for } \alpha > 0 \text{ none has, for } \alpha = 0 \text{ some"
        r" have. So a } \beta\text{-VAE } (\alpha = 1 - \beta) \text{ collapses if and only if } \beta > 1, \text{ and"
        r" an AAE never does.}",
        source=Source(key="infovae", locator="Sec. 4, what the special cases have in common"),
        assumptions=("lambda > 0", NON_PARAMETRIC, COLLAPSED),
        formal={
            "kind": "all",
            "of": [
                "ncvae:cor3.1.corrected",
                "infovae:special.neutral",
                "infovae:special.informative",
                "ncvae:cor2.1.corrected",
                "ncvae:cor2.1.below-one",
                "ncvae:thm4.corrected",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:special.neutral",
        printed=r"\text{For } \alpha = 0 \text{ and } \lambda > 0 \; (\text{the ELBO at } \lambda = 1) \text{ the"
        r" maximum is } -H(X), \text{ reached by a collapsed pair and by informative ones alike}",
        source=Source(key="infovae", locator="Sec. 4 and 3.2, the case alpha = 0"),
        assumptions=("alpha = 0 and lambda > 0", NON_PARAMETRIC, COLLAPSED),
        formal={
            "kind": "steps",
            "steps": [NOT_UNIQUE, AT_MOST],
            "argument": "The objective is at most -H(X) (step 2) and by step 1 does not depend on the information: it"
            " reaches -H(X) wherever q(z) = p(z) and p(x|z) = q(x|z). So do q(z|x) = p(z), which has collapsed, and"
            " q(z|x) = p(z) (1 + e u(x) v(z)), which has not, for bounded u, v of mean 0 under p_D, p and small e.",
            "concludes": "proved",
        },
        hints={"steps": [{}, {"slack": f"{DECODER_SLACK} + lambda*{AGGREGATE_SLACK}"}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:special.informative",
        printed=r"\text{For } \alpha > 0 \text{ and } \lambda \ge 0 \text{ no optimum of InfoVAE has collapsed}",
        source=Source(key="infovae", locator="Sec. 4, the case alpha > 0 on countable X"),
        assumptions=("alpha > 0 and lambda >= 0, D = KL", NON_PARAMETRIC, COLLAPSED),
        formal={
            "kind": "optimum",
            "objective": LOSS,
            "conditions": ["alpha > 0", "lambda >= 0"],
            "asserts": "no-collapse",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:special.collapse.densities",
        printed=r"\text{On continuous spaces and for } \lambda > 0: \text{ for } \alpha < 0 \text{ every optimum has"
        r" collapsed, for } \alpha = 0 \text{ some have, for } \alpha > 0 \text{ there is no optimum}",
        source=Source(key="infovae", locator="Sec. 4, the same on continuous spaces"),
        assumptions=("lambda > 0, D = KL", NON_PARAMETRIC, COLLAPSED),
        formal={
            "kind": "all",
            "of": ["infovae:unbounded", "infovae:special.neutral", "ncvae:cor3.1.corrected"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:special.any-divergence",
        printed=r"\text{For any } D \ge 0, \; \alpha < 0 \text{ and } \alpha + \lambda \ge 1, \;"
        r" \hat{\mathcal{L}}_{InfoVAE} \le -H(X), \text{ with equality only where } q_\phi(z|x) = p(z), \;"
        r" p_\theta(x|z) = p_D(x)",
        source=Source(key="infovae", locator="Sec. 4, collapse for alpha < 0 with any divergence"),
        assumptions=(
            "alpha < 0 and alpha + lambda >= 1",
            "equality needs that every phi(u) = u - 1 - log u of the slack vanishes: u = 1 everywhere",
            ANY_DIVERGENCE,
            POSITIVE,
        ),
        formal={
            "kind": "inequality",
            "lhs": f"{OBJECTIVE}D",
            "relation": "<=",
            "rhs": NEGATIVE_ENTROPY,
            "conditions": ["alpha < 0", "alpha + lambda >= 1", "D >= 0"],
        },
        hints={
            "slack": f"{DECODER_SLACK} + (1-alpha)*{AGGREGATE_SLACK} + (alpha+lambda-1)*D"
            " + (-alpha)*int[x,z](pd(x)*q(z|x)*phi(gamma(z)/q(z|x)))"
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
