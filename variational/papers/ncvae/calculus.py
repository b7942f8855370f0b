"""Section 3.1 and Appendix A: Lagrange multipliers for densities and Theorem 8."""

from variational.records import Claim, Source, Status

# Cells 1, 2, 3: d = g - f and s = L(g) - L(f), integrated over the cell, d3 = -d1 - d2; l, m the multipliers at f, g.
CELLS = dict.fromkeys(("d1", "d2", "s1", "s2", "s3", "l"), "real")
TANGENT = ["s1 > l*d1", "s2 > l*d2", "s3 >= -l*(d1 + d2)"]
LIFT = (
    "f is stationary, dL/df = l in every cell, and g is another density: a strictly convex function lies above its"
    " tangent, strictly where g differs from f (cells 1 and 2); one z at a time, then integrated over z"
)
CONVEX = "L(., x, z) is strictly convex and differentiable in its first argument for every x, z; all integrals converge"
SIMPLEX = "the instance has two cells, and densities are pairs f1, f2 >= 0 with f1 + f2 = 1"

CLAIMS = (
    Claim(
        id="ncvae:sec3.1",
        printed=r"\text{if } L \text{ is a strictly convex real function in its first argument, then the stationary"
        r" point is} \text{ unique and achieves the minimum of } \mathcal{L}(f)",
        source=Source(key="ncvae", locator="Sec. 3.1, last sentence, with eq. (2)"),
        assumptions=(CONVEX, "a stationary point of the Lagrangian exists", "L depends on one conditional density"),
        formal={"kind": "all", "of": ["ncvae:sec3.1.minimum", "ncvae:sec3.1.unique"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:sec3.1.minimum",
        printed=r"\text{the stationary point achieves the minimum of } \mathcal{L}(f)",
        source=Source(key="ncvae", locator="Sec. 3.1, last sentence"),
        assumptions=(CONVEX, "f is a stationary point of the Lagrangian"),
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
        id="ncvae:sec3.1.unique",
        printed=r"\text{the stationary point is unique}",
        source=Source(key="ncvae", locator="Sec. 3.1, last sentence"),
        assumptions=(CONVEX, "f and g are stationary points of the Lagrangian, with multipliers l and m; k = m - l"),
        formal={
            "kind": "universal",
            "variables": {"k": "real", "d1": "real", "d2": "real"},
            "given": ["k*d2 >= 0", "-k*(d1 + d2) >= 0"],
            "then": ["k*d1 <= 0"],
            "lift": "in every cell k d = (s - l d) + (m d - s) adds the height of L(g) above the tangent at f and that"
            " of L(f) above the tangent at g, which is not negative; cell 1 is any cell, so that the sum vanishes in"
            " every cell, which strict convexity allows only for f = g",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq18",
        printed=r"\text{The local extrema of } \mathcal{L}(f) \text{ is between the stationary points of the"
        r" Lagrangian} \text{ functional } \mathcal{J}(f, \lambda) = \mathcal{L}(f) - \int \lambda(z)\Big(\int"
        r" f(x|z) dx - 1\Big) dz",
        source=Source(key="ncvae", locator="App. A, eqs. (18), (19) and the first two bullets"),
        assumptions=(
            "densities are non-negative, and no multipliers are included for it (footnote 5)",
            SIMPLEX,
            "the loss is (f1 - 3)^2 + f2^2, strictly convex; its least value 4 is ncvae:eq18.least",
        ),
        formal={
            "kind": "universal",
            "variables": {"f1": "real", "f2": "real"},
            "given": ["f1 >= 0", "f2 >= 0", "f1 + f2 = 1", "(f1-3)^2 + f2^2 <= 4"],
            "then": ["2*(f1-3) = 2*f2"],
            "lift": "a pair with a loss of at most the least value is a minimiser; stationary means that both"
            " derivatives equal the one multiplier; an instance refutes the general sentence",
        },
        hints={"witness": {"f1": "1", "f2": "0"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq18.corrected",
    ),
    Claim(
        id="ncvae:eq18.least",
        printed=r"(f_1 - 3)^2 + f_2^2 \ge 4 \text{ for } f_1, f_2 \ge 0, \; f_1 + f_2 = 1",
        source=Source(key="ncvae", locator="App. A, first bullet, the instance"),
        assumptions=(SIMPLEX,),
        formal={
            "kind": "universal",
            "variables": {"f1": "real", "f2": "real"},
            "given": ["f1 >= 0", "f2 >= 0", "f1 + f2 = 1"],
            "then": ["(f1-3)^2 + f2^2 >= 4"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq18.corrected",
        printed=r"\text{a local minimum } f \text{ with } f > 0 \text{ is a stationary point of } \mathcal{J}(f,"
        r" \lambda)",
        source=Source(key="ncvae", locator="App. A, first bullet, for positive f"),
        assumptions=(
            "l1 and l2 are the derivatives dL/df on two cells, c bounds the second derivatives nearby",
            "f > 0: either cell can give up a mass e, however small",
        ),
        formal={
            "kind": "universal",
            "variables": {"l1": "real", "l2": "real", "c": "real", "e": "real"},
            "given": ["e > 0", "c*e < l2 - l1"],
            "then": ["(l1-l2)*e + c*e^2 < 0"],
            "lift": "where l1 < l2, a small mass e moved from cell 2 to cell 1 lowers the loss; at a minimum with f > 0"
            " neither l1 < l2 nor l2 < l1, so that dL/df is one constant, the multiplier",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:appA.strong",
        printed=r"\text{The needed condition for strong convexity is }"
        r" \frac{\partial^2 L(f(x|z),x,z)}{\partial f(x|z)^2} > 0, \; \forall x, z.",
        source=Source(key="ncvae", locator="App. A, third bullet"),
        assumptions=(
            "the condition is read as sufficient, as it is used in App. B.2 and B.3",
            "strong convexity has a modulus m > 0 below every value of the second derivative; M stands for 1/m",
            "densities are unbounded; the instance is L(u) = u log u with second derivative 1/u > 0",
        ),
        formal={
            "kind": "universal",
            "variables": {"M": "real", "u": "real"},
            "exists": ["M"],
            "given": ["u > 0"],
            "then": ["M > 0", "M/u >= 1"],
            "lift": "1/u >= 1/M for every u > 0 says that u log u is strongly convex with modulus 1/M",
        },
        hints={"skolem": {"u": "M^2 + 1"}},
        recorded=Status.REFUTED,
        corrected_by="ncvae:appA.strong.corrected",
    ),
    Claim(
        id="ncvae:appA.strong.corrected",
        printed=r"\frac{\partial^2 L}{\partial f^2} > 0 \text{ gives strict convexity; on finite alphabets, where }"
        r" u \le 1, \; u \log u \text{ is strongly convex with modulus } 1",
        source=Source(key="ncvae", locator="App. A, third bullet, with strict for strong"),
        assumptions=("L is twice continuously differentiable in its first argument",),
        formal={"kind": "all", "of": ["ncvae:appA.strong.strict", "ncvae:appA.strong.finite"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:appA.strong.strict",
        printed=r"\frac{\partial^2 L}{\partial f^2} > 0 \text{ gives strict convexity}",
        source=Source(key="ncvae", locator="App. A, third bullet, strict convexity"),
        assumptions=("L is twice continuously differentiable in its first argument",),
        formal={
            "kind": "universal",
            "variables": {"l": "real", "d": "real", "c": "real"},
            "given": ["c > 0", "d^2 > 0"],
            "then": ["l*d + c*d^2/2 > l*d"],
            "lift": "Taylor's theorem: L(f + d) - L(f) = l d + c d^2/2 with l the derivative at f and c the second"
            " derivative in between, so that L lies above its tangents",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:appA.strong.finite",
        printed=r"u \log u \text{ is strongly convex with modulus } 1 \text{ on } 0 < u \le 1",
        source=Source(key="ncvae", locator="App. A, third bullet, finite alphabets"),
        assumptions=("on a finite alphabet a probability u is at most 1", "1/u >= m is multiplied by u"),
        formal={
            "kind": "universal",
            "variables": {"u": "real", "m": "real"},
            "given": ["u > 0", "u <= 1", "m <= 1"],
            "then": ["1 >= m*u"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
