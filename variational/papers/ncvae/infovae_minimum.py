"""Section 4.2 and Appendix B.2: Lagrangians as printed, convexity of InfoVAE, Theorem 3 and Corollary 3.1."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import COLLAPSE, HOLDS_ITS_CODES, MULTIPLIER, NON_PARAMETRIC, POSITIVE
from variational.records import DISCRETE_X, FINITE, SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["infovae"]
LOSS = grammar.functional(OBJECTIVE)
LOSS_AAE = grammar.functional(blocks.BUILT_IN["aae"])
MULTIPLIERS = "int[x](xi(x)*(int[z](q(z|x)) - 1)) + int[z](mu(z)*(int[x](p(x|z)) - 1))"
VACUOUS = (
    "where data and codes are both atomless and alpha > 0 there is no minimiser, and the definition holds vacuously;"
    " the claim is judged where a minimiser exists"
)
# d = p_d(x), q = q(z|x), g = q(z), which holds the summand d*q and is at most d*q + 1 - d on a finite space
VALUES = {"alpha": "real", "lambda": "real", "d": "real", "q": "real", "g": "real"}
SECOND_DERIVATIVE = "(1-alpha)*d/q + (alpha+lambda-1)*d^2/g"
READING = (
    "the second multiplier term is printed with q(x|z) for p(x|z) and without measures; it is read as the normalisation"
    " of the decoder"
)

CLAIMS = (
    Claim(
        id="ncvae:eq35",
        printed=r"J = \mathcal{L} + \int \xi(x) \Big(\int q(z|x) dz - 1\Big)"
        r" + \int \gamma(z) \Big(\int q(x|z) dx - 1\Big), \quad"
        r" \frac{\partial J(x,z)}{\partial p(x|z)} = p_d(x) q(z|x) \frac{1}{p(x|z)} - \gamma(z)",
        source=Source(key="ncvae", locator="App. B.2 and B.3, eqs. (35), (36), (46), (47)"),
        assumptions=(READING, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq35.eq36", "ncvae:eq35.eq47"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq35.corrected",
    ),
    Claim(
        id="ncvae:eq35.eq36",
        printed=r"\frac{\partial J_{InfoVAE}(x,z)}{\partial p(x|z)} = p_d(x) q(z|x) \frac{1}{p(x|z)} - \gamma(z)",
        source=Source(key="ncvae", locator="App. B.2, eqs. (35), (36)"),
        assumptions=(READING, MULTIPLIER, POSITIVE),
        # ERR printed with both signs reversed; where the derivative is set to zero this does no harm
        formal={
            "kind": "derivative",
            "functional": f"{LOSS} + {MULTIPLIERS}",
            "wrt": "p(x|z)",
            "kernel": "pd(x)*q(z|x)*1/p(x|z) - mu(z)",
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq35.eq36.corrected",
    ),
    Claim(
        id="ncvae:eq35.eq47",
        printed=r"\frac{\partial J_{AAE}(x,z)}{\partial p(x|z)} = p_d(x) q(z|x) \frac{1}{p(x|z)} - \gamma(z)",
        source=Source(key="ncvae", locator="App. B.3, eqs. (46), (47)"),
        assumptions=(READING, MULTIPLIER, POSITIVE),
        # ERR printed with both signs reversed, as (36)
        formal={
            "kind": "derivative",
            "functional": f"{LOSS_AAE} + {MULTIPLIERS}",
            "wrt": "p(x|z)",
            "kernel": "pd(x)*q(z|x)*1/p(x|z) - mu(z)",
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq35.eq47.corrected",
    ),
    Claim(
        id="ncvae:eq35.corrected",
        printed=r"J = \mathcal{L} + \int \xi(x) \Big(\int q(z|x) dz - 1\Big) dx"
        r" + \int \gamma(z) \Big(\int p(x|z) dx - 1\Big) dz, \quad"
        r" \frac{\partial J(x,z)}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(
            key="ncvae", locator="App. B.2 and B.3, eqs. (35), (36), (46), (47), with the signs of (26) and (59)"
        ),
        assumptions=(POSITIVE,),
        formal={"kind": "all", "of": ["ncvae:eq35.eq36.corrected", "ncvae:eq35.eq47.corrected"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq35.eq36.corrected",
        printed=r"\frac{\partial J_{InfoVAE}(x,z)}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(key="ncvae", locator="App. B.2, eqs. (35), (36), with the signs of (26)"),
        assumptions=(MULTIPLIER, POSITIVE),
        formal={
            "kind": "derivative",
            "functional": f"{LOSS} + {MULTIPLIERS}",
            "wrt": "p(x|z)",
            "kernel": "-pd(x)*q(z|x)*1/p(x|z) + mu(z)",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq35.eq47.corrected",
        printed=r"\frac{\partial J_{AAE}(x,z)}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(key="ncvae", locator="App. B.3, eqs. (46), (47), with the signs of (26)"),
        assumptions=(MULTIPLIER, POSITIVE),
        formal={
            "kind": "derivative",
            "functional": f"{LOSS_AAE} + {MULTIPLIERS}",
            "wrt": "p(x|z)",
            "kernel": "-pd(x)*q(z|x)*1/p(x|z) + mu(z)",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq44",
        printed=r"\frac{\partial^2 L_{InfoVAE}(x,z)}{\partial q(z|x)^2} = (1-\alpha) p_d(x) \frac{1}{q(z|x)}"
        r" + (\alpha+\lambda-1) p_d(x)^2 \frac{1}{q(z)} > 0",
        source=Source(key="ncvae", locator="App. B.2, eq. (44) and the sentence before (43)"),
        assumptions=("alpha != 1 and alpha + lambda > 1", "encoder and decoder have full support", POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq44.value", "ncvae:eq44.sign", "ncvae:eq44.convexity"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq44.corrected",
    ),
    Claim(
        id="ncvae:eq44.value",
        printed=r"\frac{\partial^2 L_{InfoVAE}(x,z)}{\partial q(z|x)^2} = (1-\alpha) p_d(x) \frac{1}{q(z|x)}"
        r" + (\alpha+\lambda-1) p_d(x)^2 \frac{1}{q(z)}",
        source=Source(key="ncvae", locator="App. B.2, eq. (44), value"),
        assumptions=(POSITIVE, HOLDS_ITS_CODES),
        formal={
            "kind": "second-derivative",
            "functional": LOSS,
            "wrt": ["q(z|x)", "q(z|x)"],
            "diagonal": "(1-alpha)*pd(x)*1/q(z|x) + (alpha+lambda-1)*pd(x)^2*1/gamma(z)",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq44.sign",
        printed=r"(1-\alpha) p_d(x) \frac{1}{q(z|x)} + (\alpha+\lambda-1) p_d(x)^2 \frac{1}{q(z)} > 0",
        source=Source(key="ncvae", locator="App. B.2, eq. (44), sign"),
        assumptions=(
            "alpha != 1 and alpha + lambda > 1",
            "d, q, g are the values of p_d(x), q(z|x), q(z) at one point",
        ),
        formal={
            "kind": "universal",
            "variables": VALUES,
            "given": [
                "alpha != 1",
                "alpha + lambda > 1",
                "d > 0",
                "d <= 1",
                "q > 0",
                "q <= 1",
                "g >= d*q",
                "g <= d*q + 1 - d",
            ],
            "then": [f"{SECOND_DERIVATIVE} > 0"],
        },
        hints={"witness": {"alpha": "2", "lambda": "1/2", "d": "1/2", "q": "1/2", "g": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq44.corrected",
    ),
    Claim(
        id="ncvae:eq44.convexity",
        printed=r"\text{we derive strong convexity of } \mathcal{L}_{InfoVAE} \text{ by showing that the second order}"
        r" \text{ derivatives are strictly positive}",
        source=Source(key="ncvae", locator="App. B.2, sentence before eq. (43)"),
        assumptions=("alpha != 1 and alpha + lambda > 1", "convexity is joint in p(x|z) and q(z|x)"),
        formal={"kind": "convex", "objective": OBJECTIVE, "conditions": ["alpha != 1", "alpha + lambda > 1"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq44.convexity.corrected",
    ),
    Claim(
        id="ncvae:eq44.corrected",
        printed=r"(1-\alpha) p_d(x) \frac{1}{q(z|x)} + (\alpha+\lambda-1) p_d(x)^2 \frac{1}{q(z)} > 0"
        r" \text{ if } \alpha \le 1 \text{ and } \lambda > 0",
        source=Source(key="ncvae", locator="App. B.2, eq. (44), sign, with conditions"),
        assumptions=(
            "alpha <= 1 and lambda > 0",
            f"g = q(z) is at least its own summand t = p_d(x) q(z|x) > 0: {HOLDS_ITS_CODES}",
            "the second derivative is multiplied by q(z|x) q(z)/p_d(x) > 0",
        ),
        formal={
            "kind": "universal",
            "variables": {"alpha": "real", "lambda": "real", "t": "real", "g": "real"},
            "given": ["alpha <= 1", "lambda > 0", "t > 0", "g >= t"],
            "then": ["(1-alpha)*g + (alpha+lambda-1)*t > 0"],
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm3",
        printed=r"\text{For full support data distribution } p_d(\cdot) \text{ and } \alpha \neq 1, \text{"
        r" non-parametric} \; \mathcal{L}_{InfoVAE} \text{ reaches its infimum at a unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="Theorem 3"),
        assumptions=("alpha != 1", "alpha + lambda > 1, as required below (6)", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha != 1", "alpha + lambda > 1"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm3.corrected",
    ),
    Claim(
        id="ncvae:thm3.corrected",
        printed=r"\text{If } \alpha < 0 \text{ and } \lambda > 0, \text{ non-parametric } \mathcal{L}_{InfoVAE}"
        r" \text{ reaches its minimum at the unique pair } p^*(x|z) = p_d(x), \; q^*(z|x) = p(z)",
        source=Source(key="ncvae", locator="Theorem 3, with conditions"),
        assumptions=("alpha < 0 and lambda > 0", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha < 0", "lambda > 0"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:cor3.1",
        printed=r"\text{The non-parametric InfoVAE with } \alpha \neq 1 \text{ suffers from posterior collapse.}",
        source=Source(key="ncvae", locator="Corollary 3.1"),
        assumptions=("alpha != 1", "alpha + lambda > 1, as required below (6)", NON_PARAMETRIC, COLLAPSE, VACUOUS),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha != 1", "alpha + lambda > 1"],
            "asserts": "collapses",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:cor3.1.corrected",
    ),
    Claim(
        id="ncvae:cor3.1.corrected",
        printed=r"\text{The non-parametric InfoVAE with } \alpha < 0 < \lambda \text{ suffers from posterior"
        r" collapse.}",
        source=Source(key="ncvae", locator="Corollary 3.1, with conditions"),
        assumptions=("alpha < 0 and lambda > 0", NON_PARAMETRIC, COLLAPSE),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha < 0", "lambda > 0"],
            "asserts": "collapses",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
