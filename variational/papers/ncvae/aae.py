"""Section 4.3: the adversarial autoencoder (AAE), its objective, Theorem 4 and Corollary 4.1."""

from variational import blocks
from variational.papers.ncvae.wording import AGGREGATE, COLLAPSE, NON_PARAMETRIC, POSITIVE
from variational.records import DISCRETE_X, FINITE, SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["aae"]
JSD = blocks.BLOCKS[blocks.JSD_GP]
AT_BEST_D = "int[z](p(z)*log(p(z)/(p(z)+gamma(z)))) + int[z](gamma(z)*log(gamma(z)/(p(z)+gamma(z))))"
VACUOUS = (
    "where data and codes are both atomless there is no minimiser, and the definition holds vacuously;"
    " the claim is judged where a minimiser exists"
)

ETA = (
    "eta(x) = exp(xi(x)/p_d(x)), the same in both formulas; the multiplier xi(x) is written lambda(x),"
    " the factor of the divergence lambda"
)

CLAIMS = (
    Claim(
        id="ncvae:eq10",
        printed=r"\min_{q(z)} \max_D \mathbb{E}_{p(z)}[\log D(z)] + \mathbb{E}_{q(z)}[\log(1 - D(z))]: \text{ the"
        r" optimum} \text{ is } JSD(q(z)\|p(z)) = \frac{1}{2}\Big(\mathrm{KL}\Big(p(z)\Big\|\frac{q(z)+p(z)}{2}\Big)"
        r" + \mathrm{KL}\Big(q(z)\Big\|\frac{q(z)+p(z)}{2}\Big)\Big)",
        source=Source(key="ncvae", locator="Sec. 4.3, eqs. (9), (10)"),
        assumptions=("the optimum is that over D, for the given q(z)", AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq10.definition", "ncvae:eq10.value"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq10.corrected",
    ),
    Claim(
        id="ncvae:eq10.definition",
        printed=r"JSD(q(z)\|p(z)) = \frac{1}{2}\Big(\mathrm{KL}\Big(p(z)\Big\|\frac{q(z)+p(z)}{2}\Big)"
        r" + \mathrm{KL}\Big(q(z)\Big\|\frac{q(z)+p(z)}{2}\Big)\Big)",
        source=Source(key="ncvae", locator="Sec. 4.3, eq. (10), as the term JSD(g,p)"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": JSD,
            "rhs": "1/2*(int[z](p(z)*log(p(z)/((gamma(z)+p(z))/2))) +"
            " int[z](gamma(z)*log(gamma(z)/((gamma(z)+p(z))/2))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq10.value",
        printed=r"\max_D \mathbb{E}_{p(z)}[\log D(z)] + \mathbb{E}_{q(z)}[\log(1 - D(z))] = JSD(q(z)\|p(z))",
        source=Source(key="ncvae", locator="Sec. 4.3, eqs. (9), (10), 'the optimum of the above objective is'"),
        assumptions=("the maximum is at D(z) = p(z)/(p(z)+q(z)): ncvae:eq10.discriminator", AGGREGATE, POSITIVE),
        # ERR printed JSD, should read 2 JSD - 2 log 2
        formal={"kind": "identity", "lhs": AT_BEST_D, "rhs": JSD},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq10.corrected",
    ),
    Claim(
        id="ncvae:eq10.corrected",
        printed=r"\max_D \mathbb{E}_{p(z)}[\log D(z)] + \mathbb{E}_{q(z)}[\log(1 - D(z))] = 2 \, JSD(q(z)\|p(z)) - 2"
        r" \log 2",
        source=Source(key="ncvae", locator="Sec. 4.3, eqs. (9), (10), with factor and constant"),
        assumptions=("0 < D(z) < 1", AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq10.corrected.value", "ncvae:eq10.discriminator"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq10.corrected.value",
        printed=r"\mathbb{E}_{p(z)}\Big[\log \frac{p(z)}{p(z)+q(z)}\Big] + \mathbb{E}_{q(z)}\Big[\log"
        r" \frac{q(z)}{p(z)+q(z)}\Big] = 2 \, JSD(q(z)\|p(z)) - 2 \log 2",
        source=Source(key="ncvae", locator="Sec. 4.3, eqs. (9), (10), value at the best D"),
        assumptions=(AGGREGATE, POSITIVE),
        formal={"kind": "identity", "lhs": AT_BEST_D, "rhs": f"2*({JSD}) - 2*log(2)"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq10.discriminator",
        printed=r"D(z) = \frac{p(z)}{p(z)+q(z)} \text{ maximises }"
        r" \mathbb{E}_{p(z)}[\log D(z)] + \mathbb{E}_{q(z)}[\log(1 - D(z))]",
        source=Source(key="ncvae", locator="Sec. 4.3, eq. (9), the inner maximum"),
        assumptions=("every D with 0 < D(z) < 1 is written u(z)/(1+u(z)) with u(z) > 0", AGGREGATE, POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": AT_BEST_D,
            "relation": ">=",
            "rhs": "int[z](p(z)*log(u(z)/(1+u(z)))) + int[z](gamma(z)*log(1/(1+u(z))))",
        },
        hints={
            "slack": "int[z](p(z)*phi((p(z)+gamma(z))*u(z)/((1+u(z))*p(z))))"
            " + int[z](gamma(z)*phi((p(z)+gamma(z))/((1+u(z))*gamma(z))))"
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm4",
        printed=r"\text{For full support data distribution } p_d(\cdot) \text{ and } \lambda > 0, \text{ the"
        r" non-parametric} \; \mathcal{L}_{AAE} \text{ reaches its infimum at a unique } (p^*, q^*)",
        source=Source(key="ncvae", locator="Theorem 4"),
        assumptions=("lambda > 0", "L_AAE is the reconstruction term plus lambda JSD, as in (45)", NON_PARAMETRIC),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["lambda > 0"],
            "asserts": "unique",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm4.corrected",
    ),
    Claim(
        id="ncvae:thm4.corrected",
        printed=r"\text{For } \lambda > 0 \text{ no minimiser of } \mathcal{L}_{AAE} = H(X) - I_q(x;z) + \lambda \,"
        r" JSD(\gamma\|p) + \mathbb{E}_\gamma \mathrm{KL}(q(x|z)\|p(x|z)) \text{ has collapsed.}",
        source=Source(key="ncvae", locator="Theorem 4 and Corollary 4.1, reversed"),
        assumptions=(
            "lambda > 0",
            "p_d and p have full support and are not concentrated on one point",
            COLLAPSE,
            VACUOUS,
        ),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["lambda > 0"],
            "asserts": "no-collapse",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq11",
        printed=r"p^*(z|x) = \eta(x) \Big(\frac{2 q^*(z)}{q^*(z) + p(z)}\Big)^{\frac{\lambda}{2}}, \quad"
        r" q^*(z|x) = \frac{\eta(x)}{p_d(x)} \Big(\frac{2 q^*(z)}{q^*(z) + p(z)}\Big)^{\frac{\lambda}{2}} q^*(z)",
        source=Source(key="ncvae", locator="eqs. (11), (52), (53)"),
        assumptions=("p*(z|x) on the left is read as the decoder p*(x|z)", AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["ncvae:eq11.decoder", "ncvae:eq11.encoder"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq11.decoder",
        printed=r"p^*(z|x) = \eta(x) \Big(\frac{2 q^*(z)}{q^*(z) + p(z)}\Big)^{\frac{\lambda}{2}}",
        source=Source(key="ncvae", locator="eqs. (11), (52), left"),
        # ERR printed p*(z|x), should read p*(x|z): the text calls it the optimal decoder
        assumptions=(
            "p*(z|x) is read as the decoder p*(x|z)",
            ETA,
            POSITIVE,
        ),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "decoder": "free",
            "lhs": "log(p(x|z))",
            "rhs": "lambda(x)/pd(x) + lambda/2*log(2*gamma(z)/(gamma(z)+p(z)))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq11.encoder",
        printed=r"q^*(z|x) = \frac{\eta(x)}{p_d(x)} \Big(\frac{2 q^*(z)}{q^*(z) + p(z)}\Big)^{\frac{\lambda}{2}}"
        r" q^*(z)",
        source=Source(key="ncvae", locator="eqs. (11), (53), right"),
        assumptions=(ETA, AGGREGATE, POSITIVE),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "lhs": "log(q(z|x))",
            "rhs": "lambda(x)/pd(x) - log(pd(x)) + lambda/2*log(2*gamma(z)/(gamma(z)+p(z))) + log(gamma(z))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:cor4.1",
        printed=r"\text{The non-parametric AAE suffers from posterior collapse.}",
        source=Source(key="ncvae", locator="Corollary 4.1"),
        assumptions=("lambda > 0", NON_PARAMETRIC, COLLAPSE, VACUOUS),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["lambda > 0"],
            "asserts": "collapses",
            "spaces": [FINITE, DISCRETE_X],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm4.corrected",
    ),
)
