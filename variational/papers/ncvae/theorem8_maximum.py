"""Appendix A: step (ii) of the proof of Theorem 8, that there is no local maximum."""

from variational.papers.ncvae.calculus import CONVEX, SIMPLEX
from variational.records import Claim, Source, Status

CLAIMS = (
    Claim(
        id="ncvae:thm8.ii",
        printed=r"\text{there is no local maximum of } \mathcal{L}: \; g = \frac{f \min(1,f)}{\int f \min(1,f)}, \;"
        r" h_\varepsilon := \frac{1}{1-\varepsilon}(f - \varepsilon g), \; j_\varepsilon = 2f - h_\varepsilon;"
        r" \text{ this contradicts (22)}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii)"),
        assumptions=(CONVEX, SIMPLEX),
        formal={
            "kind": "all",
            "of": ["ncvae:thm8.ii.densities", "ncvae:thm8.ii.distinct", "ncvae:thm8.ii.maximum"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.ii.corrected",
    ),
    Claim(
        id="ncvae:thm8.ii.densities",
        printed=r"f(x) \ge \varepsilon g(x), \; h_\varepsilon \in \mathcal{F}, \; f(x) \ge 0.5 h(x), \;"
        r" j_\varepsilon \in \mathcal{F}, \; f = \tfrac{1}{2}(h_\varepsilon + j_\varepsilon)",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), 'one can check'"),
        assumptions=(
            "0 < e < min(1/2, m) with m the integral of f min(1, f)",
            "at one point u = min(1, f), g = f u/m, f - e g = f (m - e u)/m and 2f - h = f ((1-2e) m + e u)/((1-e) m)",
            "g, h and j integrate to 1 by linearity",
        ),
        formal={"kind": "all", "of": ["ncvae:thm8.ii.signs", "ncvae:thm8.ii.first", "ncvae:thm8.ii.second"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.ii.signs",
        printed=r"m - \varepsilon \min(1,f) \ge 0, \quad (1-2\varepsilon) m + \varepsilon \min(1,f) \ge 0",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), the two signs"),
        assumptions=("0 < e < min(1/2, m) with m the integral of f min(1, f)", "u = min(1, f) at one point"),
        formal={
            "kind": "universal",
            "variables": {"u": "real", "m": "real", "e": "real"},
            "given": ["u >= 0", "u <= 1", "e > 0", "e < 1/2", "e < m", "m > 0"],
            "then": ["m - e*u >= 0", "(1-2*e)*m + e*u >= 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.ii.first",
        printed=r"f - \varepsilon g = f \frac{m - \varepsilon \min(1,f)}{m}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), f - eps g"),
        assumptions=("g = f u/m, u = min(1, f)",),
        formal={"kind": "identity", "lhs": "f(x) - e*f(x)*u(x)/m", "rhs": "f(x)*(m - e*u(x))/m"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.ii.second",
        printed=r"j_\varepsilon = 2f - h_\varepsilon = f \frac{(1-2\varepsilon) m + \varepsilon"
        r" \min(1,f)}{(1-\varepsilon) m}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), j_eps"),
        assumptions=("h = (f - e g)/(1-e), g = f u/m, u = min(1, f)",),
        formal={
            "kind": "identity",
            "lhs": "2*f(x) - (f(x) - e*f(x)*u(x)/m)/(1-e)",
            "rhs": "f(x)*((1-2*e)*m + e*u(x))/((1-e)*m)",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.ii.distinct",
        printed=r"\text{Applying the inequality in eq. (22) (to } h_\varepsilon, j_\varepsilon \text{), we will"
        r" obtain a} \text{ contradiction}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), the use of (22)"),
        assumptions=(
            "(22) is strict only for different densities, so that the step needs h_eps != f",
            "on two cells f(x) <= 1, hence min(1, f) = f and g is proportional to f^2",
        ),
        # the construction returns f itself wherever min(1, f) is constant on the support of f: uniform f, for one
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("f1", "f2", "e", "m", "h1"), "real"),
            "given": [
                "f1 >= 0",
                "f2 >= 0",
                "f1 + f2 = 1",
                "m = f1^2 + f2^2",
                "e > 0",
                "e < 1/2",
                "e < m",
                "h1 = (f1 - e*f1^2/m)/(1-e)",
            ],
            "then": ["h1 != f1"],
        },
        hints={"witness": {"f1": "1/2", "f2": "1/2", "e": "1/4", "m": "1/2", "h1": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.ii.corrected",
    ),
    Claim(
        id="ncvae:thm8.ii.maximum",
        printed=r"\text{there is no local maximum of } \mathcal{L}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), first sentence"),
        assumptions=("the instance is L(u) = u^2, strictly convex, at a vertex of the simplex", SIMPLEX),
        formal={
            "kind": "universal",
            "variables": {"f1": "real", "f2": "real"},
            "given": ["f1 >= 0", "f2 >= 0", "f1 + f2 = 1", "f2 = 0"],
            "then": ["2*f2 - 2*f1 >= 0"],
            "lift": "2 f2 - 2 f1 is the slope of f1^2 + f2^2 along the one way from the vertex into the simplex;"
            " where it is negative the vertex is a strict local maximum",
        },
        hints={"witness": {"f1": "1", "f2": "0"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.ii.corrected",
    ),
    Claim(
        id="ncvae:thm8.ii.corrected",
        printed=r"\text{no } f \text{ that is the midpoint of two other densities near it, such as any } f > 0,"
        r" \text{ is a} \text{ local maximum of } \mathcal{L}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (ii), for f away from the vertices"),
        assumptions=("F, H, J are the losses at f = (h + j)/2, h and j with h != j, related by (21)", CONVEX),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("F", "H", "J", "M"), "real"),
            "given": ["(H + J)/2 > F", "M >= H", "M >= J"],
            "then": ["M > F"],
            "lift": "M is the larger of the two losses; for f > 0 on two cells mass moved back and forth gives h and j",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
