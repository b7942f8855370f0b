"""Appendix C.2, equations (63) to (70): the lines of the proof of Theorem 6, in logarithms."""

from variational.records import Claim, Source, Status

# Values at one pair (x, z): d = p_d(x), e = p_n(x), c = (beta-1) d + delta e = h(x), h(x) + d = beta d + delta e;
# logarithms: lg = log gamma(z), lp = log p(z), ln = log n(z), a = log A_delta(x); w is the exponent of p(z)/n(z).
LINE = {name: "real" for name in ("beta", "delta", "d", "e", "c", "lg", "lp", "ln", "a")}
HYPOTHESES = ["beta > 1", "delta > 0", "d > 0", "e >= 0", "c = (beta-1)*d + delta*e"]
LINE_65 = "lg = a + (beta-1)*d/c*(beta/(beta-1)*lp - 1/(beta-1)*lg) + delta*e/c*ln"
READ = "d, e, c are p_d(x), p_n(x), h(x) = (beta-1) p_d(x) + delta p_n(x) at one x with p_d(x) > 0, the rest logarithms"
MISPRINT = "p_n(z) is no value of p_n, which lives on x: it may be any number m"

CLAIMS = (
    Claim(
        id="ncvae:eq65.eq63",
        printed=r"\frac{s(x)}{p_d(x)} \gamma(z) = q^*(z|x), \; \forall x",
        source=Source(key="ncvae", locator="App. C.2, eq. (63)"),
        assumptions=("case 2: p*(x|z) = s(x)", "at x with p_d(x) = d > 0; g = gamma(z), q = q*(z|x), p = p*(x|z)"),
        formal={
            "kind": "universal",
            "variables": {"s": "real", "d": "real", "g": "real", "q": "real", "p": "real"},
            "given": ["d > 0", "g > 0", "p = q*d/g", "p = s"],
            "then": ["s/d*g = q"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq64",
        printed=r"\frac{s(x)}{p_d(x)} = 1, \; \forall x, \text{ meaning that } p^*(x|z) = p_d(x) \text{ and } q^*(z|x) = \gamma(z)",
        source=Source(key="ncvae", locator="App. C.2, eq. (64) and the two sentences after it"),
        assumptions=("(63) at one x with p_d(x) = d > 0", "gamma and q*(.|x) are normalised"),
        formal={
            "kind": "universal",
            "variables": {name: "real" for name in ("s", "d", "g1", "g2", "g3", "q1", "q2", "q3")},
            "given": [
                "d > 0",
                "s/d*g1 = q1",
                "s/d*g2 = q2",
                "s/d*g3 = q3",
                "g1 + g2 + g3 = 1",
                "q1 + q2 + q3 = 1",
            ],
            "then": ["s/d = 1", "q1 = g1", "q2 = g2", "q3 = g3"],
            "lift": "any cut of the codes into three cells, with the masses of gamma and q*(.|x) in them",
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
            "case 1: q*(z|x) = gamma(z), inserted into the stationarity equation of Theorem 5",
            "l is the multiplier, ld = log p_d(x), a = log A_delta(x) as printed in (14)",
            READ,
        ),
        formal={
            "kind": "universal",
            "variables": {**LINE, "l": "real", "ld": "real"},
            "given": [
                *HYPOTHESES,
                "-d*(lg + ld - lg) + (beta*d + delta*e)*(lg + 1) - beta*d*lp - delta*e*ln + l = 0",
                "a = d/c*ld - (l + beta*d + delta*e)/c",
            ],
            "then": [LINE_65],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq66",
        printed=r"\gamma(z)^{h(x)} = A_\delta(x)^{h(x)} \frac{p(z)^{\beta p_d(x)}}{\gamma(z)^{p_d(x)}} n(z)^{\delta p_n(z)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (66)"),
        assumptions=("h(x) = 1/[g(x)-1] = c", MISPRINT, READ),
        # ERR printed p_n(z), should read p_n(x)
        formal={
            "kind": "universal",
            "variables": {**LINE, "m": "real"},
            "given": [*HYPOTHESES, LINE_65, "m >= 0"],
            "then": ["c*lg = c*a + beta*d*lp - d*lg + delta*m*ln"],
        },
        hints={
            "witness": {
                "beta": "2",
                "delta": "1",
                "d": "1/2",
                "e": "1/2",
                "c": "1",
                "lg": "1/3",
                "lp": "0",
                "ln": "1",
                "a": "0",
                "m": "1/4",
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.eq66.corrected",
    ),
    Claim(
        id="ncvae:eq65.eq66.corrected",
        printed=r"\gamma(z)^{h(x)} = A_\delta(x)^{h(x)} \frac{p(z)^{\beta p_d(x)}}{\gamma(z)^{p_d(x)}} n(z)^{\delta p_n(x)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (66), with p_n(x) for p_n(z)"),
        assumptions=("g = 1 + 1/c and h(x) = 1/[g(x)-1]", READ),
        formal={
            "kind": "universal",
            "variables": {**LINE, "g": "real", "h": "real"},
            "given": [*HYPOTHESES, LINE_65, "g = 1 + 1/c", "h = 1/(g-1)"],
            "then": ["h = c", "h*lg = h*a + beta*d*lp - d*lg + delta*e*ln"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.eq67",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)}} = p(z)^{\beta p_d(x)} n(z)^{\delta p_n(z)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (67)"),
        assumptions=("h(x) = c", MISPRINT, READ),
        # ERR printed p_n(z), should read p_n(x)
        formal={
            "kind": "universal",
            "variables": {**LINE, "m": "real"},
            "given": [*HYPOTHESES, LINE_65, "m >= 0"],
            "then": ["(c+d)*lg - c*a = beta*d*lp + delta*m*ln"],
        },
        hints={
            "witness": {
                "beta": "2",
                "delta": "1",
                "d": "1/2",
                "e": "1/2",
                "c": "1",
                "lg": "1/3",
                "lp": "0",
                "ln": "1",
                "a": "0",
                "m": "1/4",
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.eq67.corrected",
    ),
    Claim(
        id="ncvae:eq65.eq67.corrected",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)}} = p(z)^{\beta p_d(x)} n(z)^{\delta p_n(x)}",
        source=Source(key="ncvae", locator="App. C.2, eq. (67), with p_n(x) for p_n(z)"),
        assumptions=("h(x) = c", READ),
        formal={
            "kind": "universal",
            "variables": LINE,
            "given": [*HYPOTHESES, LINE_65],
            "then": ["(c+d)*lg - c*a = beta*d*lp + delta*e*ln"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.eq68",
        printed=r"\frac{\gamma(z)^{h(x)+p_d(x)}}{A_\delta(x)^{h(x)} n(z)^{\beta p_d(x)+\delta p_n(x)}}"
        r" = \Big(\frac{p(z)}{n(z)}\Big)^{\beta p_d(x)}, \quad h(x) + p_d(x) = \beta p_d(x) + \delta p_n(x)",
        source=Source(key="ncvae", locator="App. C.2, eq. (68) and the sentence after it"),
        assumptions=("h(x) = c", READ),
        formal={
            "kind": "universal",
            "variables": LINE,
            "given": [*HYPOTHESES, LINE_65],
            "then": [
                "(c+d)*lg - c*a - (beta*d + delta*e)*ln = beta*d*(lp - ln)",
                "c + d = beta*d + delta*e",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq69",
        printed=r"\frac{\gamma(z)}{A_\delta(x)^{\frac{h(x)}{h(x)+p_d(x)}} n(z)}"
        r" = \Big(\frac{p(z)}{n(z)}\Big)^{\frac{\beta p_d(x)}{\beta p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="App. C.2, eq. (69)"),
        assumptions=("h(x) = c", READ),
        formal={
            "kind": "universal",
            "variables": LINE,
            "given": [*HYPOTHESES, LINE_65],
            "then": ["lg - c/(c+d)*a - ln = beta*d/(beta*d + delta*e)*(lp - ln)"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq65.eq70",
        printed=r"\frac{\gamma(z) n(z')}{\gamma(z') n(z)}"
        r" = \Big(\frac{p(z) n(z')}{p(z') n(z)}\Big)^{\frac{\beta p_d(x)}{\beta p_d(x)+\delta p_n(x)}}",
        source=Source(key="ncvae", locator="App. C.2, eq. (70)"),
        assumptions=("(69) at z and at z', whose logarithms carry the mark 1 and 2, for the same x", READ),
        formal={
            "kind": "universal",
            "variables": {
                name: "real"
                for name in ("beta", "delta", "d", "e", "c", "a", "lg1", "lg2", "lp1", "lp2", "ln1", "ln2")
            },
            "given": [
                *HYPOTHESES,
                "lg1 - c/(c+d)*a - ln1 = beta*d/(beta*d + delta*e)*(lp1 - ln1)",
                "lg2 - c/(c+d)*a - ln2 = beta*d/(beta*d + delta*e)*(lp2 - ln2)",
            ],
            "then": ["lg1 + ln2 - lg2 - ln1 = beta*d/(beta*d + delta*e)*(lp1 + ln2 - lp2 - ln1)"],
        },
        recorded=Status.PROVED,
    ),
)
