"""Section 4.1 and Appendix B.1: the beta-VAE, its loss and its stationary point."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import IS_AGGREGATE, MULTIPLIER, POSITIVE
from variational.records import Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["beta-vae"]
LOSS = grammar.functional(OBJECTIVE)
MULTIPLIERS = "int[x](lambda(x)*(int[z](q(z|x)) - 1)) + int[z](mu(z)*(int[x](p(x|z)) - 1))"
LAGRANGIAN = f"-int[x,z](pd(x)*q(z|x)*log(p(x|z))) + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) + {MULTIPLIERS}"

CLAIMS = (
    Claim(
        id="ncvae:eq3",
        printed=r"\mathcal{L}_\beta := -\mathbb{E}_{x \sim p_d}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \, \mathbb{E}_{x \sim p_d}[\mathrm{KL}(q(z|x)\|p(z))]",
        source=Source(key="ncvae", locator="Sec. 4.1, eq. (3)"),
        assumptions=(POSITIVE,),
        formal={"kind": "all", "of": ["ncvae:eq3.loss", "ncvae:eq3.decomposition"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq3.loss",
        printed=r"\mathcal{L}_\beta := -\mathbb{E}_{x \sim p_d}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \, \mathbb{E}_{x \sim p_d}[\mathrm{KL}(q(z|x)\|p(z))]",
        source=Source(key="ncvae", locator="Sec. 4.1, eq. (3), as the objective recon + beta*KL(q,p)"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": "-int[x](pd(x)*int[z](q(z|x)*log(p(x|z)))) + beta*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/p(z))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq3.decomposition",
        printed=r"\mathcal{L}_\beta = H(X) + (\beta-1) I_q(x;z) + \beta \, \mathrm{KL}(\gamma\|p)"
        r" + \mathbb{E}_\gamma \mathrm{KL}(q(x|z)\|p(x|z)), \quad q(x|z) = q(z|x) p_d(x)/\gamma(z)",
        source=Source(key="ncvae", locator="Sec. 4.1, eq. (3), decomposed"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": f"{blocks.DATA_ENTROPY} + (beta-1)*{blocks.BLOCKS[blocks.MI]}"
            f" + beta*{blocks.BLOCKS[blocks.KL_GP]} + {blocks.DECODER_GAP}",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq4",
        printed=r"p^*(x|z) = q^*(z|x) p_d(x)/\gamma(z)",
        source=Source(key="ncvae", locator="eqs. (4), (23), (26)-(28)"),
        assumptions=(POSITIVE, "the same for every loss in which the decoder enters through the reconstruction only"),
        formal={
            "kind": "all",
            "of": ["ncvae:eq4.eq26", "ncvae:eq4.decoder", "ncvae:eq4.eq28", "ncvae:eq4.optimal"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq4.eq26",
        printed=r"\frac{\partial J_\beta}{\partial p(x|z)} = -p_d(x) q(z|x) \frac{1}{p(x|z)} + \gamma(z)",
        source=Source(key="ncvae", locator="App. B.1, eq. (26)"),
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
        id="ncvae:eq4.decoder",
        printed=r"p^*(x|z) = \frac{1}{\gamma(z)} q^*(z|x) p_d(x), \quad \gamma(z) = q^*(z) := \int q^*(z|x) p_d(x) \,"
        r" dx",
        source=Source(key="ncvae", locator="eqs. (4), (23), (27), (28)"),
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
        id="ncvae:eq4.eq28",
        printed=r"\text{the aggregated posterior with constraint } \int \gamma(z) \, dz = 1",
        source=Source(key="ncvae", locator="App. B.1, after eq. (28)"),
        assumptions=("p_d and q(.|x) are normalised",),
        formal={"kind": "identity", "lhs": "int[z](gamma(z))", "rhs": "1"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq4.optimal",
        printed=r"p^*(x|z) = q^*(z|x) p_d(x)/\gamma(z) \text{ is the best decoder for every encoder}",
        source=Source(key="ncvae", locator="eqs. (4), (23), 'reaches its infimum at'"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "inequality",
            "lhs": "-int[x,z](pd(x)*q(z|x)*log(p(x|z)))",
            "relation": ">=",
            "rhs": "-int[x,z](pd(x)*q(z|x)*log(q(z|x)*pd(x)/gamma(z)))",
        },
        hints={"slack": "int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq5",
        printed=r"q^*(z|x) = \Big(p_d(x) e^{-\frac{\lambda(x)}{p_d(x)} - 1}\Big)^{\frac{1}{\beta-1}} \cdot"
        r" \Big(\frac{p(z)^{\frac{\beta}{\beta-1}}}{\gamma(z)^{\frac{1}{\beta-1}}}\Big) =: A(x) \cdot B(z)",
        source=Source(key="ncvae", locator="eqs. (5), (24), (32)"),
        assumptions=("beta > 0 and beta != 1", "lambda(x) is the multiplier of the Lagrangian (25)", POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq5.closed-form", "ncvae:eq5.factorised"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq5.corrected",
    ),
    Claim(
        id="ncvae:eq5.closed-form",
        printed=r"q^*(z|x) = \Big(p_d(x) e^{-\frac{\lambda(x)}{p_d(x)} - 1}\Big)^{\frac{1}{\beta-1}} \cdot"
        r" \Big(\frac{p(z)^\beta}{\gamma(z)}\Big)^{\frac{1}{\beta-1}}",
        source=Source(key="ncvae", locator="eqs. (5), (24), (32), with the multiplier"),
        assumptions=("beta > 0 and beta != 1", "lambda(x) is the multiplier of the Lagrangian (25)", POSITIVE),
        # ERR printed exp(-lambda/p_d - 1), should read exp(-lambda/p_d - beta): (31) has the exponent right
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "(beta-1)*log(q(z|x))",
            "rhs": "log(pd(x)) - lambda(x)/pd(x) - 1 + beta*log(p(z)) - log(gamma(z))",
            "conditions": ["beta > 0", "beta != 1"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq5.corrected",
    ),
    Claim(
        id="ncvae:eq5.factorised",
        printed=r"q^*(z|x) = A(x) \cdot B(z), \quad B(z) = p(z)^{\frac{\beta}{\beta-1}} \gamma(z)^{-\frac{1}{\beta-1}}",
        source=Source(key="ncvae", locator="eq. (5), '=: A(x) B(z)'"),
        assumptions=("beta > 0 and beta != 1", POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": "beta/(beta-1)*log(p(z)) - 1/(beta-1)*log(gamma(z))",
            "up_to": "x",
            "conditions": ["beta > 0", "beta != 1"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq5.corrected",
        printed=r"q^*(z|x) = \Big(p_d(x) e^{-\frac{\lambda(x)}{p_d(x)} - \beta}\Big)^{\frac{1}{\beta-1}} \cdot"
        r" \Big(\frac{p(z)^\beta}{\gamma(z)}\Big)^{\frac{1}{\beta-1}}",
        source=Source(key="ncvae", locator="eqs. (5), (24), (32), with -beta for -1 in the exponent"),
        assumptions=("beta != 1", "lambda(x) is the multiplier of the Lagrangian (25)", POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "(beta-1)*log(q(z|x))",
            "rhs": "log(pd(x)) - lambda(x)/pd(x) - beta + beta*log(p(z)) - log(gamma(z))",
            "conditions": ["beta != 1"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq25",
        printed=r"J_\beta = -\iint p_d q \log p(x|z) + \beta \iint p_d q \log\frac{q}{p}"
        r" + \int \lambda(x) \Big(\int q \, dz - 1\Big) dx + \int \gamma(z) \Big(\int p(x|z) \, dx - 1\Big) dz",
        source=Source(key="ncvae", locator="App. B.1, eqs. (25), (29)-(31)"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "all",
            "of": ["ncvae:eq25.lagrangian", "ncvae:eq25.eq29", "ncvae:eq25.eq30", "ncvae:eq25.eq31"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq25.lagrangian",
        printed=r"J_\beta = -\iint p_d q \log p(x|z) + \beta \iint p_d q \log\frac{q}{p}"
        r" + \int \lambda(x) \Big(\int q \, dz - 1\Big) dx + \int \gamma(z) \Big(\int p(x|z) \, dx - 1\Big) dz",
        source=Source(key="ncvae", locator="App. B.1, eq. (25)"),
        assumptions=("where both constraints hold the Lagrangian equals the loss (3)", POSITIVE, MULTIPLIER),
        formal={"kind": "identity", "lhs": LAGRANGIAN, "rhs": LOSS},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq25.eq29",
        printed=r"\frac{\partial J_\beta}{\partial q(z|x)} = -p_d(x) \log p(x|z) + \beta p_d(x) (\log q(z|x) + 1)"
        r" - \beta p_d(x) \log p(z) + \lambda(x)",
        source=Source(key="ncvae", locator="App. B.1, eq. (29)"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "derivative",
            "functional": LAGRANGIAN,
            "wrt": "q(z|x)",
            "kernel": "-pd(x)*log(p(x|z)) + beta*pd(x)*(log(q(z|x)) + 1) - beta*pd(x)*log(p(z)) + lambda(x)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq25.eq30",
        printed=r"q^*(z|x) = p^*(x|z)^{\frac{1}{\beta}} p(z) e^{-\frac{\lambda(x)}{\beta p_d(x)} - 1}",
        source=Source(key="ncvae", locator="App. B.1, eq. (30)"),
        assumptions=("beta > 0", POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "decoder": "free",
            "lhs": "log(q(z|x))",
            "rhs": "1/beta*log(p(x|z)) + log(p(z)) - lambda(x)/(beta*pd(x)) - 1",
            "conditions": ["beta > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq25.eq31",
        printed=r"q^*(z|x) = q^*(z|x)^{\frac{1}{\beta}} p_d(x)^{\frac{1}{\beta}} \gamma(z)^{-\frac{1}{\beta}}"
        r" e^{-\frac{\lambda(x)}{\beta p_d(x)} - 1} p(z)",
        source=Source(key="ncvae", locator="App. B.1, eq. (31)"),
        assumptions=("beta > 0", POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": "1/beta*log(q(z|x)) + 1/beta*log(pd(x)) - 1/beta*log(gamma(z))"
            " - lambda(x)/(beta*pd(x)) - 1 + log(p(z))",
            "conditions": ["beta > 0"],
        },
        recorded=Status.PROVED,
    ),
)
