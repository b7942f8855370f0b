"""Section 5 and Appendix C.1: the NC-VAE loss, Theorem 5 and its stationary point, the choice of p_n."""

from variational import blocks, grammar
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
# The losses with p_n = p_d, and the beta-VAE loss of weight beta + delta.
SAME_DATA = (
    f"{RECON} + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) + delta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/n(z)))"
)
BETA_VAE = f"{RECON} + (beta+delta)*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))"
POSITIVE = "all densities are positive and every integral converges"
NON_PARAMETRIC = "p(x|z) and q(z|x) run through all conditional densities; p_d, p and n have full support"
MULTIPLIER_NAME = "the multiplier of the decoder, printed gamma(z), is written mu(z) until (61) identifies the two"

CLAIMS = (
    Claim(
        id="ncvae:eq12",
        printed=r"\mathcal{L}_{nc-vae} = -\mathbb{E}_{p_d(x)}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \mathbb{E}_{p_d(x)}[\mathrm{KL}(q(z|x)\|p(z))] + \delta \mathbb{E}_{p_n(x)}[\mathrm{KL}(q(z|x)\|n(z))]",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12) and its Remark"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "all",
            "of": ["ncvae:eq12.loss", "ncvae:eq12.no-contrast", "ncvae:eq12.same", "ncvae:eq12.decomposition"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.loss",
        printed=r"\mathcal{L}_{nc-vae} = -\mathbb{E}_{p_d(x)}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \mathbb{E}_{p_d(x)}[\mathrm{KL}(q(z|x)\|p(z))] + \delta \mathbb{E}_{p_n(x)}[\mathrm{KL}(q(z|x)\|n(z))]",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12), as the objective judged here"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": "-int[x](pd(x)*int[z](q(z|x)*log(p(x|z)))) + beta*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/p(z))))"
            " + delta*int[x](pn(x)*int[z](q(z|x)*log(q(z|x)/n(z))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.no-contrast",
        printed=r"\text{our model generalizes } \beta\text{-VAE and recovers it when } \delta = 0",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (12), delta = 0"),
        assumptions=("delta = 0; then beta + delta = beta is the weight of KL(q(z|x)||p(z))", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"{RECON} + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) + 0*int[x,z](pn(x)*q(z|x)*log(q(z|x)/n(z)))",
            "rhs": f"{RECON} + (beta+0)*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.same",
        printed=r"\text{recovers it when } p_n = p_d \text{ and } n = p, \text{ in which cases } \beta + \delta"
        r" \text{ is the corresponding weight of } \mathrm{KL}(q(z|x)\|p(z))",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (12), p_n = p_d and n = p"),
        assumptions=("p_n = p_d and n = p", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": BETA_VAE,
            "where": {"pn(x)": "pd(x)", "n(z)": "p(z)"},
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.decomposition",
        printed=r"\mathcal{L}_{nc-vae} = H(X) + (\beta-1) I_q(x;z) + \beta \, \mathrm{KL}(\gamma\|p)"
        r" + \delta \mathbb{E}_{p_n} \mathrm{KL}(q\|n) + \mathbb{E}_\gamma \mathrm{KL}(q(x|z)\|p(x|z))",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12), decomposed"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": f"{blocks.DATA_ENTROPY} + (beta-1)*{blocks.BLOCKS[blocks.MI]} + beta*{blocks.BLOCKS[blocks.KL_GP]}"
            f" + delta*{blocks.BLOCKS[blocks.KL_QN]} + {blocks.DECODER_GAP}",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:sec5.1",
        printed=r"\text{Since choosing } p_n(x) = p_d(x) \text{ recovers } \beta\text{-VAE}",
        source=Source(key="ncvae", locator="Sec. 5.1, first sentence"),
        assumptions=(
            "p_n = p_d and nothing is said of n, while (12) takes n different from p",
            "'recovers' allows a constant: the two losses differ by a constant in normalised q if and only if the"
            " derivative of their difference in q(z|x) does not depend on z, hence equals its own average under p",
            POSITIVE,
        ),
        formal={
            "kind": "derivative",
            "functional": f"{SAME_DATA} - ({BETA_VAE})",
            "wrt": "q(z|x)",
            "kernel": "delta*pd(x)*int[z'](p(z')*log(p(z')/n(z')))",
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:sec5.1.corrected",
    ),
    Claim(
        id="ncvae:sec5.1.corrected",
        printed=r"p_n = p_d \text{ gives, up to a constant, the } \beta\text{-VAE with weight } \beta + \delta \text{ and}"
        r" \text{ prior proportional to } r(z) = p(z)^{\frac{\beta}{\beta+\delta}} n(z)^{\frac{\delta}{\beta+\delta}}",
        source=Source(key="ncvae", locator="Sec. 5.1, first sentence, with the prior that belongs to it"),
        assumptions=("beta > 0 and delta > 0", "r is not normalised, which changes the loss by a constant", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": SAME_DATA,
            "rhs": f"{RECON} + (beta+delta)*int[x,z](pd(x)*q(z|x)*(log(q(z|x)) - log_r(z)))",
            "where": {"log_r(z)": "(beta*log(p(z)) + delta*log(n(z)))/(beta+delta)"},
            "conditions": ["beta > 0", "delta > 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm5",
        printed=r"\text{For } \beta > 1 \text{ and } \delta > 0, \; \mathcal{L}_{nc-vae} \text{ reaches its global minimum}"
        r" \text{ at a unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="Theorem 5, Sec. 5 and App. C.1"),
        assumptions=(
            "beta > 1 and delta > 0",
            "beta p_d(x) + delta p_n(x) > 0 for every x, the technical assumption of Sec. 5",
            "some pair has a finite loss, as for Gaussian priors p and n",
            NON_PARAMETRIC,
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
        assumptions=(POSITIVE, "the multiplier of the decoder is the aggregated posterior gamma(z)"),
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
        printed=r"\text{a geometric average between } B(z) \text{ and the new contrastive prior } n(z), \text{ where the}"
        r" \text{ weights depend on } x \text{ (for } \beta > 1 \text{ and } \delta > 0)",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (14)"),
        assumptions=("beta > 1 and delta > 0", "d = p_d(x) and e = p_n(x) are not negative and not both zero"),
        formal={
            "kind": "universal",
            "variables": {"beta": "real", "delta": "real", "d": "real", "e": "real"},
            "given": ["beta > 1", "delta > 0", "d >= 0", "e >= 0", "beta*d + delta*e > 0"],
            "then": [
                "(beta-1)*d/((beta-1)*d+delta*e) + delta*e/((beta-1)*d+delta*e) = 1",
                "(beta-1)*d/((beta-1)*d+delta*e) >= 0",
                "delta*e/((beta-1)*d+delta*e) >= 0",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq58",
        printed=r"J_{nc-vae} = -\iint p_d q \log p(x|z) + \beta \iint p_d q \log\frac{q}{p} + \delta \iint p_n q \log\frac{q}{n}"
        r" + \int \lambda(x) \Big(\int q \, dz - 1\Big) dx + \int \gamma(z) \Big(\int p(x|z) \, dx - 1\Big) dz",
        source=Source(key="ncvae", locator="App. C.1, eq. (58)"),
        assumptions=("where both constraints hold the Lagrangian equals the loss (12)", POSITIVE, MULTIPLIER_NAME),
        formal={"kind": "identity", "lhs": LAGRANGIAN, "rhs": LOSS},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq14.eq59",
        printed=r"\frac{\partial J_{nc-vae}}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(key="ncvae", locator="App. C.1, eq. (59)"),
        assumptions=(POSITIVE, MULTIPLIER_NAME),
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
        r" + [\beta p_d(x) + \delta p_n(x)](\log q(z|x) + 1) - \beta p_d(x) \log p(z) - \delta p_n(x) \log n(z) + \lambda(x)",
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
