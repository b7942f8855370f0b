"""Appendix A: Theorem 8 on strictly convex integrands, equations (20) to (22), step (i) of its proof."""

from variational.papers.ncvae.calculus import CELLS, CONVEX, LIFT, SIMPLEX, TANGENT
from variational.records import Claim, Source, Status

MAXIMUM = "the larger of two losses is written as any M that is at least both"

CLAIMS = (
    Claim(
        id="ncvae:thm8",
        printed=r"\text{Assume } L(\cdot, x, z) \text{ is a strictly convex real function in its first argument for"
        r" every } x, z. \text{ If } \mathcal{L} \text{ has at least one critical function point, then } \mathcal{L}"
        r" \text{ is either} \text{ constant or has a unique global minimum.}",
        source=Source(key="ncvae", locator="Theorem 8, eqs. (20)-(22) and step (i) of its proof"),
        assumptions=(CONVEX, "a critical function point is a stationary point of the Lagrangian (19)"),
        formal={
            "kind": "all",
            "of": [
                "ncvae:thm8.conclusion",
                "ncvae:thm8.eq20",
                "ncvae:thm8.eq21",
                "ncvae:thm8.eq22",
                "ncvae:thm8.i",
                "ncvae:thm8.i.limit",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.corrected",
    ),
    Claim(
        id="ncvae:thm8.conclusion",
        printed=r"\text{If } \mathcal{L} \text{ has at least one critical function point, then } \mathcal{L} \text{"
        r" is either} \text{ constant or has a unique global minimum.}",
        source=Source(key="ncvae", locator="Theorem 8, conclusion"),
        assumptions=(CONVEX, "f is a stationary point of the Lagrangian; then it is the one minimiser"),
        formal={
            "kind": "universal",
            "variables": CELLS,
            "given": TANGENT,
            "then": ["s1 + s2 + s3 > 0"],
            "lift": LIFT,
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.eq20",
        printed=r"\alpha L(f(x|z),x,z) + (1-\alpha) L(g(x|z),x,z) > L(h_\alpha(x|z),x,z), \; \forall \alpha \in (0,1),"
        r" \forall x, z",
        source=Source(key="ncvae", locator="App. A, eq. (20)"),
        assumptions=("f and g are any densities in F; the instance is L(u) = u^2; f, g are values at one point",),
        # ERR printed for any f, g; strict only where f(x|z) != g(x|z)
        formal={
            "kind": "universal",
            "variables": {"a": "real", "f": "real", "g": "real"},
            "given": ["a > 0", "a < 1", "f >= 0", "g >= 0"],
            "then": ["a*f^2 + (1-a)*g^2 > (a*f + (1-a)*g)^2"],
        },
        hints={"witness": {"a": "1/2", "f": "1", "g": "1"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.eq20.corrected",
    ),
    Claim(
        id="ncvae:thm8.eq20.corrected",
        printed=r"\alpha L(f) + (1-\alpha) L(g) \ge L(h_\alpha), \text{ with } > \text{ where } f(x|z) \neq g(x|z)",
        source=Source(key="ncvae", locator="App. A, eq. (20), with the case of equality"),
        assumptions=(
            "the instance is L(u) = u^2; for other L this is the definition of strict convexity",
            "0 < a < 1 is written a - a^2 > 0, and f != g is written (f - g)^2 > 0",
        ),
        formal={
            "kind": "universal",
            "variables": {"a": "real", "f": "real", "g": "real"},
            "given": ["a - a^2 > 0", "(f-g)^2 > 0"],
            "then": ["a*f^2 + (1-a)*g^2 > (a*f + (1-a)*g)^2"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm8.eq21",
        printed=r"\alpha \mathcal{L}(f) + (1-\alpha) \mathcal{L}(g) > \mathcal{L}(h_\alpha), \; \forall \alpha \in"
        r" (0,1), \forall f, g \in \mathcal{F}",
        source=Source(key="ncvae", locator="App. A, eq. (21)"),
        assumptions=("the instance is L(u) = u^2", SIMPLEX, "f = g is allowed, as printed"),
        # ERR printed for all f, g in F, should read for all f != g in F
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "f1", "f2", "g1", "g2"), "real"),
            "given": [
                "a > 0",
                "a < 1",
                "f1 >= 0",
                "f2 >= 0",
                "g1 >= 0",
                "g2 >= 0",
                "f1 + f2 = 1",
                "g1 + g2 = 1",
            ],
            "then": ["a*(f1^2 + f2^2) + (1-a)*(g1^2 + g2^2) > (a*f1 + (1-a)*g1)^2 + (a*f2 + (1-a)*g2)^2"],
        },
        hints={"witness": {"a": "1/2", "f1": "1/2", "f2": "1/2", "g1": "1/2", "g2": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.eq21.corrected",
    ),
    Claim(
        id="ncvae:thm8.eq21.corrected",
        printed=r"\alpha \mathcal{L}(f) + (1-\alpha) \mathcal{L}(g) > \mathcal{L}(h_\alpha), \; \forall f \neq g",
        source=Source(key="ncvae", locator="App. A, eq. (21), for f != g"),
        assumptions=("cell 1 is where f and g differ, cell 2 where they do not; F, G, H are the losses on the cells",),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "F1", "F2", "G1", "G2", "H1", "H2"), "real"),
            "given": ["a > 0", "a < 1", "a*F1 + (1-a)*G1 > H1", "a*F2 + (1-a)*G2 >= H2"],
            "then": ["a*(F1 + F2) + (1-a)*(G1 + G2) > H1 + H2"],
            "lift": "(20) integrated over the set where f and g differ, which has positive measure, and over the rest",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm8.eq22",
        printed=r"\max(\mathcal{L}(f), \mathcal{L}(g)) > \mathcal{L}(h_\alpha), \; \forall \alpha \in (0,1),"
        r" \forall f, g \in \mathcal{F}",
        source=Source(key="ncvae", locator="App. A, eq. (22)"),
        assumptions=("the instance is L(u) = u^2", SIMPLEX, MAXIMUM, "f = g is allowed, as printed"),
        # ERR printed for all f, g in F, should read for all f != g in F
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "f1", "f2", "g1", "g2", "M"), "real"),
            "given": [
                "a > 0",
                "a < 1",
                "f1 >= 0",
                "f2 >= 0",
                "g1 >= 0",
                "g2 >= 0",
                "f1 + f2 = 1",
                "g1 + g2 = 1",
                "M >= f1^2 + f2^2",
                "M >= g1^2 + g2^2",
            ],
            "then": ["M > (a*f1 + (1-a)*g1)^2 + (a*f2 + (1-a)*g2)^2"],
        },
        hints={"witness": {"a": "1/2", "f1": "1/2", "f2": "1/2", "g1": "1/2", "g2": "1/2", "M": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.eq22.corrected",
    ),
    Claim(
        id="ncvae:thm8.eq22.corrected",
        printed=r"\max(\mathcal{L}(f), \mathcal{L}(g)) > \mathcal{L}(h_\alpha), \; \forall f \neq g",
        source=Source(key="ncvae", locator="App. A, eq. (22), for f != g"),
        assumptions=("F, G, H are the losses at f, g and h_alpha, related by (21)", MAXIMUM),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "F", "G", "H", "M"), "real"),
            "given": ["a > 0", "a < 1", "a*F + (1-a)*G > H", "M >= F", "M >= G"],
            "then": ["M > H"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm8.i",
        printed=r"\text{any local minimum of } \mathcal{L} \text{ is also a global minimum}",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (i)"),
        assumptions=("F, G, H are the losses at f, g and h_alpha, related by (21); L(f) > L(g), hence f != g",),
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "F", "G", "H"), "real"),
            "given": ["a > 0", "a < 1", "a*F + (1-a)*G > H", "F > G"],
            "then": ["F > H"],
            "lift": "for a -> 1 the densities h_a come as near to f as one likes, so that f is no local minimum",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:thm8.i.limit",
        printed=r"\text{there exists a sequence of PDFs achieving strictly smaller values of } \mathcal{L},"
        r" \text{ namely all } h_\alpha \text{ for } \alpha \to 0",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (i), last sentence"),
        assumptions=("the sequence must approach f; h_alpha = alpha f + (1 - alpha) g, as defined after (20)",),
        # ERR printed alpha -> 0, should read alpha -> 1
        formal={
            "kind": "universal",
            "variables": dict.fromkeys(("a", "f", "g", "h"), "real"),
            "given": ["a = 0", "h = a*f + (1-a)*g"],
            "then": ["h = f"],
            "lift": "h_a is continuous in a: its limit for a -> 0 is its value at a = 0; f, g, h are values at one"
            " point",
        },
        hints={"witness": {"a": "0", "f": "1", "g": "0", "h": "0"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm8.i.limit.corrected",
    ),
    Claim(
        id="ncvae:thm8.i.limit.corrected",
        printed=r"\text{namely all } h_\alpha \text{ for } \alpha \to 1: \; h_\alpha - f = (1-\alpha)(g - f)",
        source=Source(key="ncvae", locator="App. A, proof of Theorem 8, step (i), last sentence, with 1 for 0"),
        assumptions=("h_alpha = alpha f + (1 - alpha) g, as defined after (20)",),
        formal={"kind": "identity", "lhs": "a*f(x) + (1-a)*g(x) - f(x)", "rhs": "(1-a)*(g(x) - f(x))"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:thm8.corrected",
        printed=r"\text{Theorem 8, with (20)-(22) for } f \neq g",
        source=Source(key="ncvae", locator="Theorem 8 and eqs. (20)-(22), for f != g"),
        assumptions=(CONVEX, "a critical function point is a stationary point of the Lagrangian (19)"),
        formal={
            "kind": "all",
            "of": [
                "ncvae:thm8.conclusion",
                "ncvae:thm8.eq20.corrected",
                "ncvae:thm8.eq21.corrected",
                "ncvae:thm8.eq22.corrected",
                "ncvae:thm8.i",
                "ncvae:thm8.i.limit.corrected",
            ],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
