"""Theorem 3.4: the lower bound on the relative Fisher divergence for l = t, and how far it reaches."""

from variational.papers.illidvae.wording import COMPOSED, MODEL, NORMAL, SCORE, SQUARE, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

FISHER = r"F(p(z) \| p_\theta(z|x_i)) \ge L^2 \int \|T(x_i) - \mathbb{E}_{p_\theta(x|z)}[T(x)]\|^2 p(z) dz"

# One coordinate: the vector J v is w + L v, and v.w = v.(J - L I) v >= 0.
COORDINATE = {
    "kind": "real-identity",
    "variables": {"w": "real", "v": "real", "L": ">= 0"},
    "lhs": "(w + L*v)^2 - L^2*v^2",
    "rhs": "w^2 + 2*L*(v*w)",
}
REST = {
    "kind": "real-inequality",
    "variables": {"size": ">= 0", "along": ">= 0", "L": ">= 0"},
    "then": ["size + 2*L*along >= 0"],
}
# J = L I + R^T R with R = [[r, s], [p, q]]: every symmetric J >= L I in two dimensions.
TWO = {
    "kind": "real-inequality",
    "variables": {
        **dict.fromkeys(("r", "s", "p", "q", "v1", "v2"), "real"),
        "L": ">= 0",
        "a": "= L + r^2 + p^2",
        "b": "= r*s + p*q",
        "c": "= L + s^2 + q^2",
    },
    "then": ["(a*v1 + b*v2)^2 + (b*v1 + c*v2)^2 >= L^2*(v1^2 + v2^2)"],
}
TWO_PROOF = {
    "proof": {
        "by": "slack",
        "slack": "((a-L)*v1 + b*v2)^2 + (b*v1 + (c-L)*v2)^2 + 2*L*((r*v1 + s*v2)^2 + (p*v1 + q*v2)^2)",
    }
}
SYMMETRIC = (
    "With v = T(x) - grad A(f) and w = (J - L I) v, the identity summed over the coordinates gives "
    "|J v|^2 - L^2 |v|^2 = |w|^2 + 2 L v.(J - L I) v, and J >= L I by Lemma A.4. This holds at every z."
)

CLAIMS = (
    Claim(
        id="illidvae:thm3.4",
        printed=FISHER + r" \quad \text{for all } i \text{ and } \theta \in \Theta_L",
        source=printed_at("Theorem 3.4, eq. (5), Sec. 3.2 and App. A.1"),
        assumptions=(MODEL, SQUARE, "both sides may be infinite", "the third step is the case l = 2 without words"),
        formal={
            "kind": "steps",
            "steps": [COORDINATE, REST, TWO],
            "argument": f"{SCORE} {SYMMETRIC}",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{}, {}, TWO_PROOF]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:thm3.4.sharp",
        printed=r"\text{equality holds for } f(z) = Lz + b",
        source=ours("Theorem 3.4, sharpness: one Gaussian coordinate, f(z) = L z + b"),
        assumptions=(NORMAL, "l = t = 1, x ~ N(m, s^2), T(x) = x, natural parameter m/s^2"),
        formal={
            "kind": "gaussian-integral",
            "variables": {"x": "real", "b": "real", "L": ">= 0", "s": "> 0"},
            "under": {"u": {"mean": "0", "variance": "1"}},
            "integrand": "(L*(x - s^2*(L*u + b)))^2 - L^2*(x - s^2*(L*u + b))^2",
            "value": "0",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:thm3.4.square",
        printed=FISHER + r" \text{ for every differentiable } L\text{-inverse Lipschitz } f: \mathbb{R}^l"
        r" \to \mathbb{R}^l \text{, a Brenier map or not}",
        source=ours("Theorem 3.4, wider: Remark A.5 says that Brenier maps are what makes it provable"),
        assumptions=(MODEL, "l = t; |f(z) - f(w)| >= L |z - w|, f differentiable", "the steps are written for l = 2"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": dict.fromkeys("abcd", "real"),
                    "lhs": "(a^2 + c^2) + (b^2 + d^2)",
                    "rhs": "(a^2 + b^2) + (c^2 + d^2)",
                },
                {
                    "kind": "real-identity",
                    "variables": dict.fromkeys("abcdL", "real"),
                    "lhs": "(a^2 + c^2 - L^2)*(b^2 + d^2 - L^2) - (a*b + c*d)^2",
                    "rhs": "(a^2 + b^2 - L^2)*(c^2 + d^2 - L^2) - (a*c + b*d)^2",
                },
            ],
            "argument": "f inverse Lipschitz gives |J u| >= L |u|, that is J^T J >= L^2 I. With J = [[a, b], [c, d]] "
            "the matrices J^T J - L^2 I and J J^T - L^2 I have the same trace and determinant (in any dimension the "
            "same eigenvalues), so J J^T >= L^2 I as well, which is |J^T v|^2 >= L^2 |v|^2 for every v.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:thm3.4.curved",
        printed=r"\text{for } l < t \text{ the bound of Theorem 3.4 fails: } F = L^2(x_1^2 + L^2) <"
        r" L^2(x_1^2 + L^2 + x_2^2) \text{ for } f(z) = (Lz, 0), \; x_2 \ne 0",
        source=ours("Theorem 3.4 for l < t ('similar statements hold for the general case as well', Sec. 3.2)"),
        assumptions=(NORMAL, "l = 1, t = 2, x ~ N(f(z), I), f1(z) = z, f2(u) = L u, so L_1 L_2 = L", COMPOSED),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"x1": "real", "L": "> 0"},
                    "under": {"u": {"mean": "0", "variance": "1"}},
                    "integrand": "(L*(x1 - L*u))^2",
                    "value": "L^2*(x1^2 + L^2)",
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"x1": "real", "x2": "real", "L": "> 0"},
                    "under": {"u": {"mean": "0", "variance": "1"}},
                    "integrand": "L^2*((x1 - L*u)^2 + x2^2)",
                    "value": "L^2*(x1^2 + L^2) + L^2*x2^2",
                },
            ],
            "argument": "The first is F with J = (L, 0), the second the right-hand side of Theorem 3.4; they are "
            "apart by L^2 x_2^2. J^T has a kernel, in which T(x) - E[T] may lie.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
