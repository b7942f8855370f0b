"""Theorem 5 and Appendix C.1: the minimum of NC-VAE and its stationary point."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import ANY_DATA, IS_AGGREGATE, MULTIPLIER, POSITIVE
from variational.records import SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["ncvae"]
LOSS = grammar.functional(OBJECTIVE)
RECON = "-int[x,z](pd(x)*q(z|x)*log(p(x|z)))"
MULTIPLIERS = "int[x](lambda(x)*(int[z](q(z|x)) - 1)) + int[z](mu(z)*(int[x](p(x|z)) - 1))"
LAGRANGIAN = (
    f"{RECON} + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) + delta*int[x,z](pn(x)*q(z|x)*log(q(z|x)/n(z)))"
    f" + {MULTIPLIERS}"
)
WEIGHT = "((beta-1)*pd(x)+delta*pn(x))"

CLAIMS = (
    Claim(
        id="ncvae:thm5",
        printed=r"\text{For } \beta > 1 \text{ and } \delta > 0, \; \mathcal{L}_{nc-vae} \text{ reaches its global"
        r" minimum} \text{ at a unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="Theorem 5, Sec. 5 and App. C.1"),
        assumptions=(
            "beta > 1 and delta > 0",
            "beta p_d(x) + delta p_n(x) > 0 for every x, the technical assumption of Sec. 5",
            "some pair has a finite loss, as for Gaussian priors p and n",
            ANY_DATA,
            "the formulas (13) and (14) are claims of their own",
        ),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 1", "delta > 0"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm5.convexity",
        printed=r"\text{the strict convexity of the integrand of the unconstrained loss } L_{nc-vae}",
        source=Source(key="ncvae", locator="App. C.1, after eq. (62)"),
        assumptions=("beta > 1 and delta > 0", "convexity is joint in p(x|z) and q(z|x)"),
        formal={"kind": "convex", "objective": OBJECTIVE, "conditions": ["beta > 1", "delta > 0"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14",
        printed=r"q^*(z|x) = A_\delta(x) \cdot \Big(\frac{p(z)^{\frac{\beta}{\beta-1}}}{\gamma(z)^{\frac{1}{\beta-1}}}"
        r"\Big)^{\frac{(\beta-1)p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}"
        r" n(z)^{\frac{\delta p_n(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="eqs. (13), (14), (56)-(62), Remark after (14)"),
        assumptions=("beta > 1 and delta > 0", POSITIVE),
        formal={
            "kind": "all",
            "of": [
                "ncvae:eq14.eq13",
                "ncvae:eq14.encoder",
                "ncvae:eq14.weights",
                "ncvae:eq14.eq58",
                "ncvae:eq14.eq59",
                "ncvae:eq14.eq61",
                "ncvae:eq14.eq62",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq13",
        printed=r"p^*(x|z) = q^*(z|x) p_d(x)/\gamma(z), \quad \gamma(z) = q^*(z) := \int q^*(z|x) p_d(x) \, dx",
        source=Source(key="ncvae", locator="eqs. (13), (56), (60), (61)"),
        assumptions=(POSITIVE, IS_AGGREGATE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "decoder",
            "lhs": "p(x|z)",
            "rhs": "q(z|x)*pd(x)/gamma(z)",
            "mu": "gamma(z)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.encoder",
        printed=r"q^*(z|x) = A_\delta(x) \cdot \Big(\frac{p(z)^{\frac{\beta}{\beta-1}}}{\gamma(z)^{\frac{1}{\beta-1}}}"
        r"\Big)^{\frac{(\beta-1)p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}"
        r" n(z)^{\frac{\delta p_n(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}, \quad"
        r" A_\delta(x) := p_d(x)^{\frac{p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}"
        r" e^{-\frac{\lambda(x)+\beta p_d(x)+\delta p_n(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="eqs. (14), (57)"),
        assumptions=(
            "beta > 1 and delta > 0",
            "lambda(x) is the multiplier of the Lagrangian (58)",
            "the minus sign in the exponent of A_delta stands before the whole fraction",
            POSITIVE,
        ),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": f"pd(x)/{WEIGHT}*log(pd(x)) - (lambda(x)+beta*pd(x)+delta*pn(x))/{WEIGHT}"
            f" + (beta-1)*pd(x)/{WEIGHT}*(beta/(beta-1)*log(p(z)) - 1/(beta-1)*log(gamma(z)))"
            f" + delta*pn(x)/{WEIGHT}*log(n(z))",
            "conditions": ["beta > 1", "delta > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.weights",
        printed=r"\text{a geometric average between } B(z) \text{ and the new contrastive prior } n(z), \text{ where"
        r" the} \text{ weights depend on } x \text{ (for } \beta > 1 \text{ and } \delta > 0)",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (14)"),
        assumptions=("beta > 1 and delta > 0", "p_d(x) and p_n(x) are positive"),
        formal={
            "kind": "all",
            "of": ["ncvae:eq14.weights.sum", "ncvae:eq14.weights.prior", "ncvae:eq14.weights.noise"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.weights.sum",
        printed=r"\frac{(\beta-1)p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)} + \frac{\delta p_n(x)}{(\beta-1)p_d(x)+\delta"
        r" p_n(x)} = 1",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (14), an average"),
        assumptions=("beta > 1 and delta > 0",),
        formal={
            "kind": "identity",
            "lhs": f"(beta-1)*pd(x)/{WEIGHT} + delta*pn(x)/{WEIGHT}",
            "rhs": "1",
            "conditions": ["beta > 1", "delta > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.weights.prior",
        printed=r"\frac{(\beta-1)p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)} > 0",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (14), weight of B(z)"),
        assumptions=("beta > 1 and delta > 0",),
        formal={
            "kind": "inequality",
            "lhs": f"(beta-1)*pd(x)/{WEIGHT}",
            "relation": ">",
            "rhs": "0",
            "conditions": ["beta > 1", "delta > 0"],
        },
        hints={"slack": f"(beta-1)*pd(x)/{WEIGHT}"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.weights.noise",
        printed=r"\frac{\delta p_n(x)}{(\beta-1)p_d(x)+\delta p_n(x)} > 0",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (14), weight of n(z)"),
        assumptions=("beta > 1 and delta > 0",),
        formal={
            "kind": "inequality",
            "lhs": f"delta*pn(x)/{WEIGHT}",
            "relation": ">",
            "rhs": "0",
            "conditions": ["beta > 1", "delta > 0"],
        },
        hints={"slack": f"delta*pn(x)/{WEIGHT}"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq58",
        printed=r"J_{nc-vae} = -\iint p_d q \log p(x|z) + \beta \iint p_d q \log\frac{q}{p} + \delta \iint p_n q"
        r" \log\frac{q}{n} + \int \lambda(x) \Big(\int q \, dz - 1\Big) dx + \int \gamma(z) \Big(\int p(x|z) \, dx -"
        r" 1\Big) dz",
        source=Source(key="ncvae", locator="App. C.1, eq. (58)"),
        assumptions=("where both constraints hold the Lagrangian equals the loss (12)", POSITIVE, MULTIPLIER),
        formal={"kind": "identity", "lhs": LAGRANGIAN, "rhs": LOSS},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq59",
        printed=r"\frac{\partial J_{nc-vae}}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(key="ncvae", locator="App. C.1, eq. (59)"),
        assumptions=(POSITIVE, MULTIPLIER),
        formal={
            "kind": "derivative",
            "functional": LAGRANGIAN,
            "wrt": "p(x|z)",
            "kernel": "-pd(x)*q(z|x)*1/p(x|z) + mu(z)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq61",
        printed=r"\text{the aggregated posterior with constraint } \int \gamma(z) \, dz = 1",
        source=Source(key="ncvae", locator="App. C.1, after eq. (61)"),
        assumptions=("p_d and q(.|x) are normalised",),
        formal={"kind": "identity", "lhs": "int[z](gamma(z))", "rhs": "1"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq62",
        printed=r"\frac{\partial J_{nc-vae}}{\partial q(z|x)} = -p_d(x) \log p(x|z)"
        r" + [\beta p_d(x) + \delta p_n(x)](\log q(z|x) + 1) - \beta p_d(x) \log p(z) - \delta p_n(x) \log n(z) +"
        r" \lambda(x)",
        source=Source(key="ncvae", locator="App. C.1, eq. (62)"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "derivative",
            "functional": LAGRANGIAN,
            "wrt": "q(z|x)",
            "kernel": "-pd(x)*log(p(x|z)) + (beta*pd(x)+delta*pn(x))*(log(q(z|x)) + 1) - beta*pd(x)*log(p(z))"
            " - delta*pn(x)*log(n(z)) + lambda(x)",
        },
        recorded=Status.PROVED,
    ),
)
