"""Theorem 6 and Appendix C.2: NC-VAE does not collapse, and the conclusion of its proof."""

from variational import blocks
from variational.papers.ncvae.wording import ANY_DATA, COLLAPSE
from variational.records import SPACES, Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["ncvae"]
COUNTEREXAMPLE = {
    "beta": "2",
    "delta": "1",
    "d1": "1/2",
    "d2": "1/2",
    "d3": "0",
    "e1": "1/4",
    "e2": "1/4",
    "e3": "1/2",
}
THREE_POINTS = [
    "beta > 1",
    "delta > 0",
    "d1 > 0",
    "d2 > 0",
    "d3 >= 0",
    "e1 >= 0",
    "e2 >= 0",
    "e3 >= 0",
    "d1 + d2 + d3 = 1",
    "e1 + e2 + e3 = 1",
]


CLAIMS = (
    Claim(
        id="ncvae:thm6",
        printed=r"\text{If } \beta > 1, \delta > 0, \text{ and } p(z) \neq n(z) \text{ and } p_d(x) \neq p_n(x)"
        r" \text{ on sets of measure non-zero, then } \mathcal{L}_{nc-vae} \text{ does not suffer from posterior"
        r" collapse.}",
        source=Source(key="ncvae", locator="Theorem 6, Sec. 5 and App. C.2"),
        assumptions=(
            "beta > 1 and delta > 0",
            "beta p_d(x) + delta p_n(x) > 0 for every x, the technical assumption of Sec. 5: p_d may vanish",
            ANY_DATA,
            COLLAPSE,
        ),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 1", "delta > 0"],
            "data": ["p != n", "pd != pn", "beta*pd + delta*pn > 0"],
            "asserts": "no-collapse",
            "spaces": list(SPACES),
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm6.corrected",
    ),
    Claim(
        id="ncvae:thm6.corrected",
        printed=r"\text{If } \beta > 1, \delta > 0, \; p \neq n \text{ and } p_n(x)/p_d(x) \text{ is not constant on"
        r" the} \text{ support of } p_d, \text{ then } \mathcal{L}_{nc-vae} \text{ does not suffer from posterior"
        r" collapse.}",
        source=Source(
            key="ncvae", locator="Theorem 6, with p_d != p_n replaced by the hypothesis that its proof needs"
        ),
        assumptions=(
            "beta > 1 and delta > 0",
            "where p_d has full support, a constant ratio means p_n = p_d, and the printed hypothesis is enough",
            ANY_DATA,
            COLLAPSE,
        ),
        formal={
            "kind": "optimum",
            "objective": OBJECTIVE,
            "conditions": ["beta > 1", "delta > 0"],
            "data": ["p != n", "pn/pd is not constant on the support of pd"],
            "asserts": "no-collapse",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65",
        printed=r"\text{the lines (63)-(70) and the conclusion drawn from them}",
        source=Source(key="ncvae", locator="App. C.2, eqs. (63)-(70)"),
        assumptions=("beta > 1 and delta > 0", "the hypotheses of Theorem 6", "the lines are judged in logarithms"),
        formal={
            "kind": "all",
            "of": [
                "ncvae:eq65.eq63",
                "ncvae:eq65.eq64",
                "ncvae:eq65.eq65",
                "ncvae:eq65.eq66",
                "ncvae:eq65.eq67",
                "ncvae:eq65.eq68",
                "ncvae:eq65.powers",
                "ncvae:eq65.eq69",
                "ncvae:eq65.eq70",
                "ncvae:eq65.conclusion",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.corrected",
    ),
    Claim(
        id="ncvae:eq65.conclusion",
        printed=r"\text{this can only hold if either } \frac{p(z)}{n(z)} \text{ or } \frac{p_d(x)}{p_n(x)} \text{ is"
        r" constant almost surely, but since these quantities are PDF, these constants can only be equal to } 1",
        source=Source(key="ncvae", locator="App. C.2, the sentence after eq. (70)"),
        assumptions=(
            "p/n is not constant, so that the exponent of (70) is the same for all x to which (63) and (65) apply",
            "(63) and (65) divide by p_d(x): they apply where p_d(x) > 0, to the third x only if d3 > 0",
            "beta p_d(x) + delta p_n(x) > 0, the technical assumption of Sec. 5",
        ),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(COUNTEREXAMPLE, "real"),
            "given": [
                *THREE_POINTS,
                "beta*d3 + delta*e3 > 0",
                "beta*d1/(beta*d1 + delta*e1) = beta*d2/(beta*d2 + delta*e2)",
                "d3*(beta*d1/(beta*d1 + delta*e1) - beta*d3/(beta*d3 + delta*e3)) = 0",
            ],
            "then": ["d1 = e1", "d2 = e2", "d3 = e3"],
        },
        hints={"witness": COUNTEREXAMPLE},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq65.conclusion.corrected",
    ),
    Claim(
        id="ncvae:eq65.exponents",
        printed=r"w(x) = \frac{\beta p_d(x)}{\beta p_d(x)+\delta p_n(x)} \Rightarrow"
        r" \frac{p_n(x)}{p_d(x)} = \frac{\beta}{\delta} \cdot \frac{1 - w(x)}{w(x)}",
        source=Source(key="ncvae", locator="App. C.2, the sentence after eq. (70), its first half"),
        assumptions=(
            "beta > 0, delta > 0 and p_d(x) > 0",
            "where the exponent w(x) of (70) is the same for all x, so is the ratio p_n(x)/p_d(x)",
        ),
        formal={
            "kind": "identity",
            "lhs": "pn(x)/pd(x)",
            "rhs": "beta/delta*(1 - w(x))/w(x)",
            "where": {"w(x)": "beta*pd(x)/(beta*pd(x) + delta*pn(x))"},
            "conditions": ["beta > 0", "delta > 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.conclusion.corrected",
        printed=r"\text{if } p_n(x) = t \, p_d(x) \text{ for every } x, \text{ then } 1 = \int p_n(x) dx = t",
        source=Source(key="ncvae", locator="App. C.2, the sentence after eq. (70), for p_d of full support"),
        assumptions=("p_d(x) > 0 for every x; t is the constant ratio p_n(x)/p_d(x) of ncvae:eq65.exponents",),
        formal={"kind": "identity", "lhs": "int[x](t*pd(x))", "rhs": "t"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq65.corrected",
        printed=r"\text{the lines (63)-(70) with } p_n(x) \text{ for } p_n(z) \text{ in (66) and (67), and the"
        r" conclusion} \text{ for } p_d \text{ of full support}",
        source=Source(key="ncvae", locator="App. C.2, eqs. (63)-(70), corrected"),
        assumptions=("beta > 1 and delta > 0", "p_d has full support", "the lines are judged in logarithms"),
        formal={
            "kind": "all",
            "of": [
                "ncvae:eq65.eq63",
                "ncvae:eq65.eq64",
                "ncvae:eq65.eq65",
                "ncvae:eq65.eq66.corrected",
                "ncvae:eq65.eq67.corrected",
                "ncvae:eq65.eq68",
                "ncvae:eq65.powers",
                "ncvae:eq65.eq69",
                "ncvae:eq65.eq70",
                "ncvae:eq65.exponents",
                "ncvae:eq65.conclusion.corrected",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
