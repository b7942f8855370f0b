"""Section 4.1 and Appendix B.1: convexity of the beta-VAE, Theorem 2 and Corollary 2.1."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import COLLAPSE, NON_PARAMETRIC, POSITIVE
from variational.records import DISCRETE_X, FINITE, SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["beta-vae"]
LOSS = grammar.functional(OBJECTIVE)
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
                "ncvae:eq33.decoder-sign",
                "ncvae:eq33.encoder-sign",
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
        id="ncvae:eq33.decoder-sign",
        printed=r"\frac{p_d(x) q(z|x)}{p(x|z)^2} > 0",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), left; (43) and (54), sign"),
        assumptions=(POSITIVE,),
        formal={"kind": "inequality", "lhs": "pd(x)*q(z|x)/p(x|z)^2", "relation": ">", "rhs": "0"},
        hints={"slack": "pd(x)*q(z|x)/p(x|z)^2"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq33.encoder-sign",
        printed=r"\frac{\beta p_d(x)}{q(z|x)} > 0",
        source=Source(key="ncvae", locator="App. B.1, eq. (33), right"),
        assumptions=("beta > 0", POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": "beta*pd(x)/q(z|x)",
            "relation": ">",
            "rhs": "0",
            "conditions": ["beta > 0"],
        },
        hints={"slack": "beta*pd(x)/q(z|x)"},
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
        printed=r"\text{this critical point is the unique critical point of the Lagrangian, and moreover a global"
        r" minimum}",
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
        printed=r"\text{If } \beta > 1, \text{ then non-parametric } \mathcal{L}_\beta \text{ reaches its minimum at"
        r" the} \text{ unique pair } p^*(x|z) = p_d(x), \; q^*(z|x) = p(z)",
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
        printed=r"\text{For } \beta > 0 \text{ and } \delta > 0, \; \mathcal{L}_\beta \text{ reaches its global"
        r" minimum at a} \text{ unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="App. B.1, Theorem 2 as restated"),
        # ERR printed delta > 0, which the loss does not hold; beta != 1 is missing
        assumptions=(
            "beta > 0, beta = 1 included",
            "delta > 0 restricts nothing: the loss holds no delta",
            NON_PARAMETRIC,
        ),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 0"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm2.corrected",
    ),
    Claim(
        id="ncvae:cor2.1",
        printed=r"\text{For } \beta > 0, \beta \neq 1, \text{ the non-parametric } \beta\text{-VAE suffers from"
        r" posterior collapse.}",
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
        printed=r"\text{For } 0 < \beta < 1 \text{ no minimiser of the non-parametric } \mathcal{L}_\beta \text{ has"
        r" collapsed.}",
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
