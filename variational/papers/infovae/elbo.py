"""Sections 2, 3.1.2, 3.2 and 4: the forms of the ELBO, the information preference, the InfoVAE objective."""

from variational.papers.infovae.wording import (
    AGGREGATE,
    ELBO,
    INFORMATION,
    INNER,
    KL_AGGREGATE,
    KL_ENCODER,
    NEGATIVE_ENTROPY,
    POSITIVE,
    POSTERIOR,
    RECONSTRUCTION,
)
from variational.records import Claim, Source, Status

MODEL = "int[z'](p(z')*p(x|z'))"  # p_theta(x)
UP_TO = "the additive constant is E_pD[log p_D(x)], which must be finite; it is added to the right side"
EMPIRICAL = (
    "p_D has a density where the decoder has one, or both are discrete: for a finite data set and a decoder density"
    " the constant and (2)-(4) have no finite values"
)
FORM2 = "-int[x,z](pd(x)*q(z|x)*log(pd(x)*q(z|x)/(p(z)*p(x|z))))"
KL_DATA = f"int[x](pd(x)*log(pd(x)/{MODEL}))"
KL_POSTERIOR = f"int[x,z](pd(x)*q(z|x)*log(q(z|x)*{MODEL}/(p(z)*p(x|z))))"
FORM4 = f"-{KL_AGGREGATE} - int[z](gamma(z)*{INNER})"
MIXED = (
    "int[x,z](pd(x)*q(z|x)*(-lambda*log(gamma(z)/p(z)) - log(pd(x)*q(z|x)/(gamma(z)*p(x|z)))"
    " - alpha*log(gamma(z)/q(z|x))))"
)
INFOVAE5 = f"-lambda*{KL_AGGREGATE} - int[z](gamma(z)*{INNER}) + alpha*{INFORMATION}"
INFOVAE6 = f"{RECONSTRUCTION} - (1-alpha)*{KL_ENCODER} - (alpha+lambda-1)*{KL_AGGREGATE}"


def _identity(name: str, printed: str, locator: str, lhs: str, rhs: str, *assumptions: str) -> Claim:
    """Return a claim that two functionals are equal, recorded as proved."""
    return Claim(
        id=f"infovae:{name}",
        printed=printed,
        source=Source(key="infovae", locator=locator),
        assumptions=(*assumptions, POSITIVE),
        formal={"kind": "identity", "lhs": lhs, "rhs": rhs},
        recorded=Status.PROVED,
    )


CLAIMS = (
    Claim(
        id="infovae:eq1",
        printed=r"\mathcal{L}_{ELBO}(x) \le \log p_\theta(x); \quad \mathcal{L}_{ELBO} \equiv (2) = (3) = (4)",
        source=Source(key="infovae", locator="Sec. 2 and 2.1, eqs. (1)-(4); App. A, first proof"),
        assumptions=(UP_TO, EMPIRICAL, AGGREGATE, POSTERIOR, POSITIVE),
        formal={
            "kind": "all",
            "of": [
                "infovae:eq1.bound",
                "infovae:eq1.average",
                "infovae:eq1.eq2",
                "infovae:eq1.eq3",
                "infovae:eq1.eq4",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:eq1.bound",
        printed=r"\mathcal{L}_{ELBO}(x) = -D_{KL}(q_\phi(z|x)\|p(z)) + E_{q_\phi(z|x)}[\log p_\theta(x|z)] \le"
        r" \log p_\theta(x)",
        source=Source(key="infovae", locator="Sec. 2, after eq. (1)"),
        assumptions=("for every x; p_theta(x) is the integral of p(z) p_theta(x|z)", POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": "-int[z](q(z|x)*log(q(z|x)/p(z))) + int[z](q(z|x)*log(p(x|z)))",
            "relation": "<=",
            "rhs": f"log({MODEL})",
        },
        hints={"slack": f"int[z](q(z|x)*phi(p(z)*p(x|z)/(q(z|x)*{MODEL})))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:eq1.average",
        printed=r"\mathcal{L}_{ELBO} = E_{p_D(x)}[\mathcal{L}_{ELBO}(x)] \le E_{p_D(x)}[\log p_\theta(x)]",
        source=Source(key="infovae", locator="Sec. 2, the final optimization objective, with eq. (1)"),
        assumptions=(POSITIVE,),
        formal={"kind": "inequality", "lhs": ELBO, "relation": "<=", "rhs": f"int[x](pd(x)*log({MODEL}))"},
        hints={"slack": f"int[x,z](pd(x)*q(z|x)*phi(p(z)*p(x|z)/(q(z|x)*{MODEL})))"},
        recorded=Status.PROVED,
    ),
    _identity(
        "eq1.eq2",
        r"\mathcal{L}_{ELBO} \equiv -D_{KL}(q_\phi(x,z)\|p_\theta(x,z))",
        "eq. (2); App. A, proof of equivalence of ELBO objectives",
        ELBO,
        f"{FORM2} + {NEGATIVE_ENTROPY}",
        UP_TO,
        EMPIRICAL,
    ),
    _identity(
        "eq1.eq3",
        r"-D_{KL}(q_\phi(x,z)\|p_\theta(x,z)) = -D_{KL}(p_D(x)\|p_\theta(x)) -"
        r" E_{p_D(x)}[D_{KL}(q_\phi(z|x)\|p_\theta(z|x))]",
        "eq. (3)",
        FORM2,
        f"-{KL_DATA} - {KL_POSTERIOR}",
        "p_theta(z|x) = p(z) p_theta(x|z)/p_theta(x)",
        EMPIRICAL,
    ),
    _identity(
        "eq1.eq4",
        r"-D_{KL}(q_\phi(x,z)\|p_\theta(x,z)) = -D_{KL}(q_\phi(z)\|p(z)) -"
        r" E_{q_\phi(z)}[D_{KL}(q_\phi(x|z)\|p_\theta(x|z))]",
        "eq. (4)",
        FORM2,
        FORM4,
        AGGREGATE,
        POSTERIOR,
        EMPIRICAL,
    ),
    Claim(
        id="infovae:sec3.1.2",
        printed=r"D_{KL}(N(0,I), N(\epsilon,I)) = n\epsilon^2/2, \text{ distance of the means } \Theta(\sqrt n); \text{"
        r" both terms of (3) can be optimized to } 0 \text{ without utilizing the latent variables}",
        source=Source(key="infovae", locator="Sec. 3.1.2 and Sec. 3.2"),
        assumptions=(
            "'L_ELBO is the sum of the above divergences' is read with the minus signs of (3)",
            "that errors in X outweigh those in Z is a reason, not a statement that could be judged",
        ),
        formal={
            "kind": "all",
            "of": [
                "infovae:sec3.1.2.divergence",
                "infovae:sec3.1.2.distance",
                "infovae:sec3.1.2.data",
                "infovae:sec3.1.2.posterior",
                "infovae:sec3.1.2.optimum",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:sec3.1.2.divergence",
        printed=r"D_{KL}(N(0,I), N(\epsilon,I)) = n\epsilon^2/2",
        source=Source(key="infovae", locator="Sec. 3.1.2, display"),
        assumptions=("n dimensions; epsilon, written e, is the shift in each of them",),
        formal={
            "kind": "gaussian-integral",
            "variables": {"e": "real", "n": "integer >= 1"},
            "under": {"u": {"mean": "0", "variance": "1"}},
            "integrand": "log(exp(-u^2/2)/sqrt(2*pi)) - log(exp(-(u-e)^2/2)/sqrt(2*pi))",
            "copies": "n",
            "value": "n*e^2/2",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:sec3.1.2.distance",
        printed=r"\text{the Euclidean distance between the means is } \Theta(\sqrt n), \text{ yet the corresponding }"
        r" D_{KL} \text{ becomes } \Theta(n)",
        source=Source(key="infovae", locator="Sec. 3.1.2, after the display"),
        assumptions=("epsilon is fixed and not 0; the distance is sqrt(n e^2), so that D_KL is half its square",),
        formal={
            "kind": "real-identity",
            "variables": {"e": "> 0", "n": "integer >= 1"},
            "lhs": "sqrt(n*e^2)",
            "rhs": "e*sqrt(n)",
        },
        recorded=Status.PROVED,
    ),
    _identity(
        "sec3.1.2.data",
        r"p_{\theta^*}(\cdot|z) = p_D(\cdot) \text{ for every } z \text{ gives } D_{KL}(p_D(x)\|p_\theta(x)) = 0",
        "Sec. 3.2, first term",
        "int[x](pd(x)*log(pd(x)/int[z](p(z)*pd(x))))",
        "0",
    ),
    _identity(
        "sec3.1.2.posterior",
        r"p_{\theta^*}(z|x) = p(z), \text{ and } q_\phi(z|x) = p(z) \text{ gives } E_{p_D(x)}[D_{KL}(q_\phi(z|x)\|"
        r"p_\theta(z|x))] = 0",
        "Sec. 3.2, second term",
        "int[x,z](pd(x)*p(z)*log(p(z)*int[z'](p(z')*pd(x))/(p(z)*pd(x))))",
        "0",
        "p_theta(z|x) = p(z) p_theta(x|z)/p_theta(x) with p_theta(x|z) = p_D(x)",
    ),
    Claim(
        id="infovae:sec3.1.2.optimum",
        printed=r"\text{when both are } 0, \text{ this is a global optimum}",
        source=Source(key="infovae", locator="Sec. 3.2, last paragraph"),
        assumptions=("minus the sum of both divergences is (2), which is at most 0", POSITIVE),
        formal={"kind": "inequality", "lhs": FORM2, "relation": "<=", "rhs": "0"},
        hints={"slack": "int[x,z](pd(x)*q(z|x)*phi(p(z)*p(x|z)/(pd(x)*q(z|x))))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:sec4.eq4",
        printed=r"\mathcal{L}_{ELBO} = -D_{KL}(q_\phi(z)\|p(z)) - E_{p(z)}[D_{KL}(q_\phi(x|z)\|p_\theta(x|z))]",
        source=Source(key="infovae", locator="Sec. 4, first display"),
        assumptions=(
            "L_ELBO is the form (2), to which the text refers by (4), so that no constant is open; another constant"
            " would not help, as both sides agree where q(z) = p(z)",
            AGGREGATE,
            POSTERIOR,
            POSITIVE,
        ),
        # ERR printed E_p(z), should read E_q(z) as in (4) and (5)
        formal={"kind": "identity", "lhs": FORM2, "rhs": f"-{KL_AGGREGATE} - int[z](p(z)*{INNER})"},
        recorded=Status.REFUTED,
        corrected_by="infovae:sec4.eq4.corrected",
    ),
    Claim(
        id="infovae:sec4.eq4.corrected",
        printed=r"\mathcal{L}_{ELBO} = -D_{KL}(q_\phi(z)\|p(z)) - E_{q_\phi(z)}[D_{KL}(q_\phi(x|z)\|p_\theta(x|z))]",
        source=Source(key="infovae", locator="Sec. 4, first display, with q_phi(z) for p(z)"),
        assumptions=("L_ELBO is the form (2)", AGGREGATE, POSTERIOR, POSITIVE),
        formal={"kind": "identity", "lhs": FORM2, "rhs": FORM4},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:eq6",
        printed=r"-\lambda D_{KL}(q_\phi(z)\|p(z)) - E_{q(z)}[D_{KL}(q_\phi(x|z)\|p_\theta(x|z))] + \alpha I_q(x;z)"
        r" \equiv E_{p_D} E_{q_\phi(z|x)}[\log p_\theta(x|z)] - (1-\alpha) E_{p_D} D_{KL}(q_\phi(z|x)\|p(z)) -"
        r" (\alpha+\lambda-1) D_{KL}(q_\phi(z)\|p(z))",
        source=Source(key="infovae", locator="eqs. (5), (6); App. A, proof of equivalence of (5) to (6)"),
        assumptions=("alpha and lambda are any real numbers", UP_TO, EMPIRICAL, AGGREGATE, POSTERIOR, POSITIVE),
        formal={
            "kind": "all",
            "of": [
                "infovae:eq6.equivalence",
                "infovae:eq6.line1",
                "infovae:eq6.line2",
                "infovae:eq6.line3",
                "infovae:eq6.line4",
            ],
        },
        recorded=Status.PROVED,
    ),
    _identity(
        "eq6.equivalence",
        r"\mathcal{L}_{InfoVAE} \text{ of (5) equals (6) } - E_{p_D}[\log p_D(x)]",
        "eqs. (5), (6)",
        INFOVAE5,
        f"{INFOVAE6} - {NEGATIVE_ENTROPY}",
        "alpha and lambda are any real numbers",
        EMPIRICAL,
        AGGREGATE,
        POSTERIOR,
    ),
    _identity(
        "eq6.line1",
        r"(5) = E_{q_\phi(x,z)}\big[-\lambda\log\tfrac{q_\phi(z)}{p(z)} - \log\tfrac{q_\phi(x|z)}{p_\theta(x|z)} -"
        r" \alpha\log\tfrac{q_\phi(z)}{q_\phi(z|x)}\big]",
        "App. A, proof of equivalence of (5) to (6), first line",
        INFOVAE5,
        MIXED,
        AGGREGATE,
        POSTERIOR,
    ),
    _identity(
        "eq6.line2",
        r"= E_{q_\phi(x,z)}\big[\log p_\theta(x|z) - \log\tfrac{q_\phi(z)^{\lambda+\alpha-1} p_D(x)}{p(z)^\lambda"
        r" q_\phi(z|x)^{\alpha-1}}\big]",
        "App. A, proof of equivalence of (5) to (6), second line",
        MIXED,
        "int[x,z](pd(x)*q(z|x)*(log(p(x|z)) - ((lambda+alpha-1)*log(gamma(z)) + log(pd(x)) - lambda*log(p(z))"
        " - (alpha-1)*log(q(z|x)))))",
        "the logarithm of the quotient is written out",
    ),
    _identity(
        "eq6.line3",
        r"= E_{q_\phi(x,z)}\big[\log p_\theta(x|z) - \log\tfrac{q_\phi(z)^{\lambda+\alpha-1} q_\phi(z|x)^{1-\alpha}"
        r" p_D(x)}{p(z)^{\lambda+\alpha-1} p(z)^{1-\alpha}}\big]",
        "App. A, proof of equivalence of (5) to (6), third line",
        MIXED,
        "int[x,z](pd(x)*q(z|x)*(log(p(x|z)) - ((lambda+alpha-1)*log(gamma(z)) + (1-alpha)*log(q(z|x)) + log(pd(x))"
        " - (lambda+alpha-1)*log(p(z)) - (1-alpha)*log(p(z)))))",
        "the logarithm of the quotient is written out",
    ),
    _identity(
        "eq6.line4",
        r"= E_{p_D} E_{q_\phi(z|x)}[\log p_\theta(x|z)] - (1-\alpha) E_{p_D} D_{KL}(q_\phi(z|x)\|p(z)) -"
        r" (\alpha+\lambda-1) D_{KL}(q_\phi(z)\|p(z)) - E_{p_D}[\log p_D(x)]",
        "App. A, proof of equivalence of (5) to (6), fourth line",
        MIXED,
        f"{INFOVAE6} - {NEGATIVE_ENTROPY}",
        AGGREGATE,
    ),
)
