"""Section 4.1 and Appendix B.1: convexity of the beta-VAE, Theorem 2 and Corollary 2.1."""

from variational import blocks, grammar
from variational.records import DISCRETE_X, FINITE, SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["beta-vae"]
LOSS = grammar.functional(OBJECTIVE)
POSITIVE = "all densities are positive and every integral converges"
NON_PARAMETRIC = "p(x|z) and q(z|x) run through all conditional densities; p_d and p have full support"
COLLAPSE = "posterior collapse is that of Definition 4.1: every minimising pair has q*(z|x) free of x or p*(x|z) free of z"
VACUOUS = (
    "where data and codes are both atomless and beta < 1 there is no minimiser, and the definition holds vacuously;"
    " the claim is judged where a minimiser exists"
)

CLAIMS = (
    Claim(
        id="ncvae:eq33",
        printed=r"\frac{\partial^2 L_\beta(x,z)}{\partial p(x|z)^2} > 0, \quad"
        r" \frac{\partial^2 L_\beta(x,z)}{\partial q(z|x)^2} > 0: \text{ the strict convexity of the integrand of the}"
        r" \text{ unconstrained loss makes this critical point the unique one, and moreover a global minimum}",
        source=Source(key="ncvae", locator="App. B.1, eq. (33) and the sentence before it"),
        assumptions=("beta > 0 and beta != 1", POSITIVE),
        formal={
            "kind": "all",
            "of": [
                "ncvae:eq33.decoder",
                "ncvae:eq33.encoder",
                "ncvae:eq33.signs",
                "ncvae:eq33.convexity",
                "ncvae:eq33.minimum",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq33.corrected",
    ),
    Claim(
        id="ncvae:eq33.decoder",
        printed=r"\frac{\partial^2 L_\beta(x,z)}{\partial p(x|z)^2} = \frac{p_d(x) q(z|x)}{p(x|z)^2}",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), left; the value is that of (43)"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "second-derivative",
            "functional": LOSS,
            "wrt": ["p(x|z)", "p(x|z)"],
            "diagonal": "pd(x)*q(z|x)/p(x|z)^2",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq33.encoder",
        printed=r"\frac{\partial^2 L_\beta(x,z)}{\partial q(z|x)^2} = \frac{\beta p_d(x)}{q(z|x)}",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), right; 'one can easily see'"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "second-derivative",
            "functional": LOSS,
            "wrt": ["q(z|x)", "q(z|x)"],
            "diagonal": "beta*pd(x)/q(z|x)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq33.signs",
        printed=r"\frac{p_d(x) q(z|x)}{p(x|z)^2} > 0, \quad \frac{\beta p_d(x)}{q(z|x)} > 0",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), the two signs"),
        assumptions=("beta > 0", "d, q, p are the values of p_d(x), q(z|x), p(x|z) at one point, all positive"),
        formal={
            "kind": "universal",
            "variables": {"beta": "real", "d": "real", "q": "real", "p": "real"},
            "given": ["beta > 0", "d > 0", "q > 0", "p > 0"],
            "then": ["d*q/p^2 > 0", "beta*d/q > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq33.convexity",
        printed=r"\text{the strict convexity of the integrand of the unconstrained loss } L_\beta",
        source=Source(key="ncvae", locator="App. B.1, sentence before eq. (33)"),
        assumptions=("beta > 0 and beta != 1", "convexity is joint in p(x|z) and q(z|x)"),
        formal={"kind": "convex", "objective": OBJECTIVE, "conditions": ["beta > 0", "beta != 1"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq33.corrected",
    ),
    Claim(
        id="ncvae:eq33.minimum",
        printed=r"\text{this critical point is the unique critical point of the Lagrangian, and moreover a global minimum}",
        source=Source(key="ncvae", locator="App. B.1, sentence before eq. (33)"),
        assumptions=("beta > 0 and beta != 1", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0", "beta != 1"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm2.corrected",
    ),
    Claim(
        id="ncvae:eq33.corrected",
        printed=r"L_\beta(x,z) \text{ is jointly convex in } (p(x|z), q(z|x)) \text{ if } \beta > 1",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), for beta > 1"),
        assumptions=("beta > 1: the determinant of the Hessian is (beta - 1) p_d(x)^2/p(x|z)^2",),
        formal={"kind": "convex", "objective": OBJECTIVE, "conditions": ["beta > 1"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm2",
        printed=r"\text{If } \beta > 0 \text{ and } \beta \neq 1, \text{ then non-parametric } \mathcal{L}_\beta"
        r" \text{ reaches its infimum at a unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="Theorem 2"),
        assumptions=("beta > 0 and beta != 1", NON_PARAMETRIC, "the formulas (4) and (5) are claims of their own"),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0", "beta != 1"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm2.corrected",
    ),
    Claim(
        id="ncvae:thm2.corrected",
        printed=r"\text{If } \beta > 1, \text{ then non-parametric } \mathcal{L}_\beta \text{ reaches its minimum at the}"
        r" \text{ unique pair } p^*(x|z) = p_d(x), \; q^*(z|x) = p(z)",
        source=Source(key="ncvae", locator="Theorem 2, for beta > 1"),
        assumptions=("beta > 1", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 1"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm2.appB",
        printed=r"\text{For } \beta > 0 \text{ and } \delta > 0, \; \mathcal{L}_\beta \text{ reaches its global minimum at a}"
        r" \text{ unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="App. B.1, Theorem 2 as restated"),
        # ERR printed delta > 0, which the loss does not hold; beta != 1 is missing
        assumptions=("beta > 0, beta = 1 included", "delta > 0, although the loss holds no delta", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0", "delta > 0"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm2.corrected",
    ),
    Claim(
        id="ncvae:cor2.1",
        printed=r"\text{For } \beta > 0, \beta \neq 1, \text{ the non-parametric } \beta\text{-VAE suffers from posterior"
        r" collapse.}",
        source=Source(key="ncvae", locator="Corollary 2.1"),
        assumptions=("beta > 0 and beta != 1", NON_PARAMETRIC, COLLAPSE, VACUOUS),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0", "beta != 1"],
            "asserts": "collapses",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:cor2.1.corrected",
    ),
    Claim(
        id="ncvae:cor2.1.corrected",
        printed=r"\text{For } \beta > 1 \text{ the non-parametric } \beta\text{-VAE suffers from posterior collapse.}",
        source=Source(key="ncvae", locator="Corollary 2.1, for beta > 1"),
        assumptions=("beta > 1", NON_PARAMETRIC, COLLAPSE),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 1"],
            "asserts": "collapses",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:cor2.1.below-one",
        printed=r"\text{For } 0 < \beta < 1 \text{ no minimiser of the non-parametric } \mathcal{L}_\beta \text{ has collapsed.}",
        source=Source(key="ncvae", locator="Corollary 2.1, for beta < 1"),
        assumptions=("0 < beta < 1", NON_PARAMETRIC, "p_d and p are not concentrated on one point", COLLAPSE, VACUOUS),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0", "beta < 1"],
            "asserts": "no-collapse",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
