"""Section 4.2 and Appendix B.2: InfoVAE, its loss, the rewritings and the stationary point."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import AGGREGATE, IS_AGGREGATE, POSITIVE
from variational.records import SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["infovae"]
LOSS = grammar.functional(OBJECTIVE)
MULTIPLIERS = "int[x](xi(x)*(int[z](q(z|x)) - 1)) + int[z](mu(z)*(int[x](p(x|z)) - 1))"
RECON = "-int[x,z](pd(x)*q(z|x)*log(p(x|z)))"
FIVE_INTEGRALS = (
    f"{RECON} + (1-alpha)*int[x,z](pd(x)*q(z|x)*log(q(z|x))) - (1-alpha)*int[x,z](pd(x)*q(z|x)*log(p(z)))"
    " + (alpha+lambda-1)*int[z](gamma(z)*log(gamma(z))) - (alpha+lambda-1)*int[z](gamma(z)*log(p(z)))"
)

CLAIMS = (
    Claim(
        id="ncvae:eq6",
        printed=r"\mathcal{L}_{InfoVAE} := \mathcal{L}_\beta^{\beta=\lambda} - (\alpha + \lambda - 1) I_q(x;z), \quad"
        r" I_q(x;z) = \mathbb{E}_{p(x)}[D_{KL}(q(z|x)\|q(z))]",
        source=Source(key="ncvae", locator="Sec. 4.2, eqs. (6), (7)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq6.loss", "ncvae:eq6.mi", "ncvae:eq6.decomposition"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq6.loss",
        printed=r"\mathcal{L}_{InfoVAE} := \mathcal{L}_\beta^{\beta=\lambda} - (\alpha + \lambda - 1) I_q(x;z)",
        source=Source(key="ncvae", locator="Sec. 4.2, eq. (6), as the objective judged here"),
        assumptions=("L_beta is the loss (3) with beta = lambda", AGGREGATE, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": "-int[x](pd(x)*int[z](q(z|x)*log(p(x|z)))) + lambda*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/p(z))))"
            " - (alpha+lambda-1)*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/gamma(z))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq6.mi",
        printed=r"I_q(x;z) = \mathbb{E}_{p(x)}[D_{KL}(q(z|x)\|q(z))]",
        source=Source(key="ncvae", locator="Sec. 4.2, eq. (7)"),
        assumptions=("p(x), printed under the expectation, is p_d(x)", AGGREGATE, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": "int[x,z](pd(x)*q(z|x)*log(pd(x)*q(z|x)/(pd(x)*gamma(z))))",
            "rhs": "int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/gamma(z))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq6.decomposition",
        printed=r"\mathcal{L}_{InfoVAE} = H(X) - \alpha I_q(x;z) + \lambda \, \mathrm{KL}(\gamma\|p)"
        r" + \mathbb{E}_\gamma \mathrm{KL}(q(x|z)\|p(x|z)), \quad q(x|z) = q(z|x) p_d(x)/\gamma(z)",
        source=Source(key="ncvae", locator="Sec. 4.2, eq. (6), decomposed"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": f"{blocks.DATA_ENTROPY} - alpha*{blocks.BLOCKS[blocks.MI]}"
            f" + lambda*{blocks.BLOCKS[blocks.KL_GP]} + {blocks.DECODER_GAP}",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq6.paren",
        printed=r"\text{where } \alpha + \lambda > 1 \text{ (otherwise MI is minimized)}",
        source=Source(key="ncvae", locator="Sec. 4.2, below eq. (6)"),
        assumptions=("alpha + lambda <= 1", "'minimized' says that the minimisers of the loss carry least information"),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha + lambda <= 1"],
            "asserts": "least-information",
            "spaces": list(SPACES),
        },
        # ERR printed alpha + lambda <= 1, should read alpha < 0: the decomposition of the loss holds -alpha I
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq6.paren.corrected",
    ),
    Claim(
        id="ncvae:eq6.paren.corrected",
        printed=r"\text{if } \alpha < 0 \text{ and } \lambda > 0, \text{ MI is minimized}",
        source=Source(
            key="ncvae", locator="Sec. 4.2, below eq. (6), with the sign of alpha for that of alpha + lambda - 1"
        ),
        assumptions=("alpha < 0 and lambda > 0",),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["alpha < 0", "lambda > 0"],
            "asserts": "least-information",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq8",
        printed=r"q^*(z|x) = \frac{1}{\eta(x)} p_d(x)^{-\frac{1}{\alpha}} p(z)^{-\frac{\lambda}{\alpha}}"
        r" q^*(z)^{\frac{\alpha+\lambda}{\alpha}}, \quad p^*(x|z) = q^*(z|x) p_d(x) \frac{1}{q^*(z)}",
        source=Source(key="ncvae", locator="eqs. (8), (42)"),
        assumptions=("alpha != 1 and alpha + lambda > 1", "eta(x) is any function of x", AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq8.encoder", "ncvae:eq34.eq37"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq8.corrected",
    ),
    Claim(
        id="ncvae:eq8.encoder",
        printed=r"q^*(z|x) = \frac{1}{\eta(x)} p_d(x)^{-\frac{1}{\alpha}} p(z)^{-\frac{\lambda}{\alpha}}"
        r" q^*(z)^{\frac{\alpha+\lambda}{\alpha}}",
        source=Source(key="ncvae", locator="eqs. (8), (42), encoder"),
        assumptions=("alpha != 1 and alpha + lambda > 1", "eta(x) is any function of x", AGGREGATE, POSITIVE),
        # ERR printed alpha != 1, should read alpha != 0
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": "-1/alpha*log(pd(x)) - lambda/alpha*log(p(z)) + (alpha+lambda)/alpha*log(gamma(z))",
            "up_to": "x",
            "conditions": ["alpha != 1", "alpha + lambda > 1"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq8.corrected",
    ),
    Claim(
        id="ncvae:eq8.corrected",
        printed=r"q^*(z|x) = \frac{1}{\eta(x)} p_d(x)^{-\frac{1}{\alpha}} p(z)^{-\frac{\lambda}{\alpha}}"
        r" q^*(z)^{\frac{\alpha+\lambda}{\alpha}} \text{ if } \alpha \neq 0",
        source=Source(key="ncvae", locator="eqs. (8), (42), with alpha != 0 for alpha != 1"),
        assumptions=("alpha != 0; alpha = 1 is allowed", "eta(x) is any function of x", AGGREGATE, POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": "-1/alpha*log(pd(x)) - lambda/alpha*log(p(z)) + (alpha+lambda)/alpha*log(gamma(z))",
            "up_to": "x",
            "conditions": ["alpha != 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq34",
        printed=r"\mathcal{L}_{InfoVAE} = -\mathbb{E}_{p_d}\mathbb{E}_{q(z|x)}[\log p(x|z)]"
        r" + (1-\alpha)\mathbb{E}_{p_d}\mathrm{KL}(q(z|x)\|p(z)) + (\alpha+\lambda-1)\mathrm{KL}(q(z)\|p(z))",
        source=Source(key="ncvae", locator="App. B.2, eqs. (34), (37)-(41), (43)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={
            "kind": "all",
            "of": [
                "ncvae:eq34.rewritten",
                "ncvae:eq34.integrals",
                "ncvae:eq34.eq37",
                "ncvae:eq34.eq39",
                "ncvae:eq34.eq40",
                "ncvae:eq34.eq41",
                "ncvae:eq34.eq43",
                "ncvae:eq33.decoder-sign",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.rewritten",
        printed=r"\mathcal{L}_{InfoVAE} = -\mathbb{E}_{p_d}\mathbb{E}_{q(z|x)}[\log p(x|z)]"
        r" + (1-\alpha)\mathbb{E}_{p_d}\mathrm{KL}(q(z|x)\|p(z)) + (\alpha+\lambda-1)\mathrm{KL}(q(z)\|p(z))",
        source=Source(key="ncvae", locator="App. B.2, before eq. (34)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": f"{RECON} + (1-alpha)*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/p(z))))"
            " + (alpha+lambda-1)*int[z](gamma(z)*log(gamma(z)/p(z)))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.integrals",
        printed=r"\mathcal{L}_{InfoVAE} = -\iint p_d q \log p(x|z) + (1-\alpha) \iint p_d q \log q(z|x)"
        r" - (1-\alpha) \iint p_d q \log p(z) + (\alpha+\lambda-1) \int q(z) \log q(z)"
        r" - (\alpha+\lambda-1) \int q(z) \log p(z)",
        source=Source(key="ncvae", locator="App. B.2, eq. (34)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={"kind": "identity", "lhs": LOSS, "rhs": FIVE_INTEGRALS},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.eq37",
        printed=r"p^*(x|z) = \frac{1}{\gamma(z)} q^*(z|x) p_d(x), \quad \gamma(z) = q^*(z) := \int q^*(z|x) p_d(x) \,"
        r" dx",
        source=Source(key="ncvae", locator="App. B.2, eqs. (37), (38); eq. (8), decoder"),
        assumptions=(POSITIVE, IS_AGGREGATE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "decoder",
            "lhs": "p(x|z)",
            "rhs": "1/gamma(z)*q(z|x)*pd(x)",
            "mu": "gamma(z)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.eq39",
        printed=r"\frac{\partial J_{InfoVAE}}{\partial q(z|x)} = -p_d(x) \log p(x|z) + (1-\alpha) p_d(x) (\log"
        r" q(z|x) + 1) - \lambda p_d(x) \log p(z) + (\alpha+\lambda-1) p_d(x) (\log q(z) + 1) + \xi(x)",
        source=Source(key="ncvae", locator="App. B.2, eq. (39)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={
            "kind": "derivative",
            "functional": f"{FIVE_INTEGRALS} + {MULTIPLIERS}",
            "wrt": "q(z|x)",
            "kernel": "-pd(x)*log(p(x|z)) + (1-alpha)*pd(x)*(log(q(z|x)) + 1) - lambda*pd(x)*log(p(z))"
            " + (alpha+lambda-1)*pd(x)*(log(gamma(z)) + 1) + xi(x)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.eq40",
        printed=r"\frac{\partial q(z)}{\partial q(z|x)} = p_d(x)",
        source=Source(key="ncvae", locator="App. B.2, eq. (40)"),
        assumptions=("tested against every weight w(z): the derivative of the integral of w q(z) is w(z) p_d(x)",),
        formal={
            "kind": "derivative",
            "functional": "int[z](w(z)*gamma(z))",
            "wrt": "q(z|x)",
            "kernel": "w(z)*pd(x)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.eq41",
        printed=r"q^*(z|x) \propto p^*(x|z)^{\frac{1}{1-\alpha}} p(z)^{\frac{\lambda}{1-\alpha}}"
        r" q^*(z)^{-\frac{\alpha+\lambda-1}{1-\alpha}}",
        source=Source(key="ncvae", locator="App. B.2, eq. (41)"),
        assumptions=("alpha != 1", "the proportion hides a factor that depends on x only", AGGREGATE, POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "decoder": "free",
            "lhs": "log(q(z|x))",
            "rhs": "1/(1-alpha)*log(p(x|z)) + lambda/(1-alpha)*log(p(z)) - (alpha+lambda-1)/(1-alpha)*log(gamma(z))",
            "up_to": "x",
            "conditions": ["alpha != 1"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq34.eq43",
        printed=r"\frac{\partial^2 L_{InfoVAE}(x,z)}{\partial p(x|z)^2} = p_d(x) q(z|x) \frac{1}{p(x|z)^2} > 0",
        source=Source(key="ncvae", locator="App. B.2, eq. (43)"),
        assumptions=(POSITIVE, "the sign is ncvae:eq33.decoder-sign"),
        formal={
            "kind": "second-derivative",
            "functional": LOSS,
            "wrt": ["p(x|z)", "p(x|z)"],
            "diagonal": "pd(x)*q(z|x)*1/p(x|z)^2",
        },
        recorded=Status.PROVED,
    ),
)
