"""Appendix C.2, equations (63) to (70): the lines of the proof of Theorem 6, in logarithms."""

from variational.papers.ncvae.wording import POSITIVE
from variational.records import Claim, Source, Status

WEIGHT = "((beta-1)*pd(x)+delta*pn(x))"  # h(x)
TOTAL = "(beta*pd(x)+delta*pn(x))"  # h(x) + p_d(x)
CONDITIONS = ["beta > 1", "delta > 0"]
IN_LOGARITHMS = "log_g is the logarithm of the common code gamma, log_a(x) = log A_delta(x), h(x) = 1/[g(x)-1]"
FROM_65 = "log A_delta(x) is eliminated by (65), which is linear in it"
MISPRINT = "p_n(z) is no value of p_n, which lives on x: it may be any positive function m(z)"
LOG_A = (
    f"log_g(z) - (beta-1)*pd(x)/{WEIGHT}*(beta/(beta-1)*log(p(z)) - 1/(beta-1)*log_g(z))"
    f" - delta*pn(x)/{WEIGHT}*log(n(z))"
)
LINE_69 = f"{WEIGHT}/{TOTAL}*log_a(x) + log(n(z)) + beta*pd(x)/{TOTAL}*(log(p(z)) - log(n(z)))"

CLAIMS = (
    Claim(
        id="ncvae:eq65.eq63",
        printed=r"\frac{s(x)}{p_d(x)} \gamma(z) = q^*(z|x), \; \forall x",
        source=Source(key="ncvae", locator="App. C.2, eq. (63)"),
        assumptions=(
            "case 2: s(x) = p*(x|z), which is q*(z|x) p_d(x)/gamma(z) by (60)",
            "at x with p_d(x) > 0",
            POSITIVE,
        ),
        formal={
            "kind": "identity",
            "lhs": "s(x,z)/pd(x)*gamma(z)",
            "rhs": "q(z|x)",
            "where": {"s(x,z)": "q(z|x)*pd(x)/gamma(z)"},
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq64",
        printed=r"\frac{s(x)}{p_d(x)} = 1, \; \forall x",
        source=Source(key="ncvae", locator="App. C.2, eq. (64)"),
        assumptions=("s(x) is what the integral of (63) over z makes of it", "at x with p_d(x) > 0", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": "s(x)/pd(x)",
            "rhs": "1",
            "where": {"s(x)": "pd(x)*int[z](q(z|x))/int[z](gamma(z))"},
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq65",
        printed=r"\gamma(z) = A_\delta(x) \cdot \Big(\frac{p(z)^{\frac{\beta}{\beta-1}}}{\gamma(z)^{\frac{1}{\beta-1}}}"
        r"\Big)^{\frac{(\beta-1)p_d(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}"
        r" n(z)^{\frac{\delta p_n(x)}{(\beta-1)p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="App. C.2, eq. (65)"),
        assumptions=(
            "case 1: q*(z|x) = gamma(z), hence log p*(x|z) = log p_d(x), inserted into the equation (62) = 0",
            "log_l(x,z) is the multiplier lambda(x) that (62) = 0 gives, and log A_delta(x) is as printed in (14)",
            IN_LOGARITHMS,
            POSITIVE,
        ),
        formal={
            "kind": "identity",
            "lhs": "log_g(z)",
            "rhs": f"pd(x)/{WEIGHT}*log(pd(x)) - (log_l(x,z) + {TOTAL})/{WEIGHT}"
            f" + (beta-1)*pd(x)/{WEIGHT}*(beta/(beta-1)*log(p(z)) - 1/(beta-1)*log_g(z)) +"
            f" delta*pn(x)/{WEIGHT}*log(n(z))",
            "where": {
                "log_l(x,z)": f"pd(x)*log(pd(x)) - {TOTAL}*(log_g(z) + 1) + beta*pd(x)*log(p(z)) +"
                " delta*pn(x)*log(n(z))"
            },
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq66",
        printed=r"\gamma(z)^{h(x)} = A_\delta(x)^{h(x)} \frac{p(z)^{\beta p_d(x)}}{\gamma(z)^{p_d(x)}} n(z)^{\delta"
        r" p_n(z)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (66)"),
        assumptions=(MISPRINT, FROM_65, IN_LOGARITHMS, POSITIVE),
        # ERR printed p_n(z), should read p_n(x)
        formal={
            "kind": "identity",
            "lhs": f"{WEIGHT}*log_g(z)",
            "rhs": f"{WEIGHT}*log_a(x,z) + beta*pd(x)*log(p(z)) - pd(x)*log_g(z) + delta*m(z)*log(n(z))",
            "where": {"log_a(x,z)": LOG_A},
            "conditions": CONDITIONS,
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.eq66.corrected",
    ),
    Claim(
        id="ncvae:eq65.eq66.corrected",
        printed=r"\gamma(z)^{h(x)} = A_\delta(x)^{h(x)} \frac{p(z)^{\beta p_d(x)}}{\gamma(z)^{p_d(x)}} n(z)^{\delta"
        r" p_n(x)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (66), with p_n(x) for p_n(z)"),
        assumptions=(
            "g(x) = 1 + 1/[(beta-1) p_d(x) + delta p_n(x)] as defined after (65)",
            FROM_65,
            IN_LOGARITHMS,
            POSITIVE,
        ),
        formal={
            "kind": "identity",
            "lhs": "h(x)*log_g(z)",
            "rhs": "h(x)*log_a(x,z) + beta*pd(x)*log(p(z)) - pd(x)*log_g(z) + delta*pn(x)*log(n(z))",
            "where": {"log_a(x,z)": LOG_A, "h(x)": f"1/(1 + 1/{WEIGHT} - 1)"},
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.eq67",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)}} = p(z)^{\beta p_d(x)} n(z)^{\delta p_n(z)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (67)"),
        assumptions=(MISPRINT, FROM_65, IN_LOGARITHMS, POSITIVE),
        # ERR printed p_n(z), should read p_n(x)
        formal={
            "kind": "identity",
            "lhs": f"({WEIGHT} + pd(x))*log_g(z) - {WEIGHT}*log_a(x,z)",
            "rhs": "beta*pd(x)*log(p(z)) + delta*m(z)*log(n(z))",
            "where": {"log_a(x,z)": LOG_A},
            "conditions": CONDITIONS,
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.eq67.corrected",
    ),
    Claim(
        id="ncvae:eq65.eq67.corrected",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)}} = p(z)^{\beta p_d(x)} n(z)^{\delta p_n(x)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (67), with p_n(x) for p_n(z)"),
        assumptions=(FROM_65, IN_LOGARITHMS, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"({WEIGHT} + pd(x))*log_g(z) - {WEIGHT}*log_a(x,z)",
            "rhs": "beta*pd(x)*log(p(z)) + delta*pn(x)*log(n(z))",
            "where": {"log_a(x,z)": LOG_A},
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.eq68",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)} n(z)^{\beta p_d(x)+\delta p_n(x)}}"
        r" = \Big(\frac{p(z)}{n(z)}\Big)^{\beta p_d(x)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (68)"),
        assumptions=(FROM_65, IN_LOGARITHMS, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"({WEIGHT} + pd(x))*log_g(z) - {WEIGHT}*log_a(x,z) - {TOTAL}*log(n(z))",
            "rhs": "beta*pd(x)*log(p(z)/n(z))",
            "where": {"log_a(x,z)": LOG_A},
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.powers",
        printed=r"h(x) + p_d(x) = \beta p_d(x) + \delta p_n(x)",
        source=Source(key="ncvae", locator="App. C.2, the sentence after eq. (68)"),
        assumptions=(IN_LOGARITHMS,),
        formal={
            "kind": "identity",
            "lhs": f"1/(1 + 1/{WEIGHT} - 1) + pd(x)",
            "rhs": "beta*pd(x) + delta*pn(x)",
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq69",
        printed=r"\frac{\gamma(z)}{A_\delta(x)^{\frac{h(x)}{h(x)+p_d(x)}} n(z)}"
        r" = \Big(\frac{p(z)}{n(z)}\Big)^{\frac{\beta p_d(x)}{\beta p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="App. C.2, eq. (69)"),
        assumptions=(FROM_65, IN_LOGARITHMS, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"log_g(z) - {WEIGHT}/({WEIGHT} + pd(x))*log_a(x,z) - log(n(z))",
            "rhs": f"beta*pd(x)/{TOTAL}*log(p(z)/n(z))",
            "where": {"log_a(x,z)": LOG_A},
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq70",
        printed=r"\frac{\gamma(z) n(z')}{\gamma(z') n(z)}"
        r" = \Big(\frac{p(z) n(z')}{p(z') n(z)}\Big)^{\frac{\beta p_d(x)}{\beta p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="App. C.2, eq. (70)"),
        assumptions=("gamma(z) and gamma(z') are what (69) makes of them, for one x", IN_LOGARITHMS, POSITIVE),
        formal={
            "kind": "identity",
            "lhs": "log_g(x,z) + log(n(z')) - log_g(x,z') - log(n(z))",
            "rhs": f"beta*pd(x)/{TOTAL}*log(p(z)*n(z')/(p(z')*n(z)))",
            "where": {"log_g(x,z)": LINE_69},
            "conditions": CONDITIONS,
        },
        recorded=Status.PROVED,
    ),
)
