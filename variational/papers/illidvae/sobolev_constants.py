"""Propositions C.2-C.4: Bakry-Emery, Holley-Stroock with its constant, Lipschitz maps."""

from variational.papers.illidvae.wording import ours, printed_at
from variational.records import DENSITIES, Claim, Status

ENTROPY = {
    "kind": "real-inequality",
    "variables": {"g": "> 0", "a": "> 0"},
    "then": ["g*log(g/a) - g + a >= 0"],
}
ENTROPY_HINT = {"proof": {"by": "slack", "slack": "g*phi(a/g)"}}
PERTURBED = (
    "Let g = rho/q_B and let M be the oscillation of B, at most 2 sup|B|. D(rho||q_B) is the least value over a of E[g "
    "log(g/a) - g + a] under q_B, whose integrand is nonnegative (first step): at a = E_q[g] it is at most sup(q_B/q) "
    "times "
    "the entropy of g under q, and that is at most E_q |grad g|^2/g / (2 alpha) by the hypothesis, hence at most "
    "sup(q/q_B) F(rho||q_B)/(2 alpha). The two suprema multiply to at most exp(M)."
)

CLAIMS = (
    Claim(
        id="illidvae:C2",
        printed=r"\nabla^2 f \succeq c I_d \text{ gives LSI with constant } c; \; q_B \propto e^B q \text{ satisfies"
        r" LSI"
        r" with constant } \alpha e^{-4\|B\|_\infty}; \; \text{a Lipschitz map preserves LSI}",
        source=printed_at("Propositions C.2, C.3, C.4"),
        assumptions=("LSI is that of Definition C.1: D <= F/(2 alpha)",),
        formal={"kind": "all", "of": ["illidvae:C2.bakry", "illidvae:C2.holley", "illidvae:C2.lipschitz"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:C2.bakry",
        printed=r"q \propto e^{-f}, \; \nabla^2 f \succeq c I_d, \; c > 0: \text{ then } q(z)dz \text{ satisfies LSI"
        r" with constant } c",
        source=printed_at("Proposition C.2"),
        assumptions=(
            "f is smooth",
            "rho is smooth and of compact support; the general case by approximation (known, not shown here)",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {"kind": "real-inequality", "variables": {"d": "> 0"}, "then": ["log(d) <= d - 1"]},
                {
                    "kind": "real-inequality",
                    "variables": {"g": "real", "s": "real", "c": "> 0"},
                    "then": ["-g*s - c*s^2/2 <= g^2/(2*c)"],
                },
                {
                    "kind": "real-identity",
                    "variables": {"m": "real", "c": "> 0"},
                    "lhs": "c*m^2/2",
                    "rhs": "(c*m)^2/(2*c)",
                },
            ],
            "argument": "Let S = x + s(x) be the Brenier map that takes rho to q. Then log rho(x) = log q(S) + log "
            "det DS, "
            "so D(rho||q) = E_rho[f(x) - f(S) + log det DS] <= E_rho[-grad f.s - c|s|^2/2 + div s] by the convexity "
            "of f "
            "and the first step for the eigenvalues of DS. Integrating by parts, this is E_rho[-grad log(rho/q).s - c "
            "|s|^2/2], at most F(rho||q)/(2 c) by the second step. The third: equality for N(m, 1/c) and N(0, 1/c).",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "phi(d)"}},
                {"proof": {"by": "slack", "slack": "(g + c*s)^2/(2*c)"}},
                {},
            ]
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:C2.holley",
        printed=r"\text{For any bounded function } B, \; q_B \propto e^B q \text{ satisfies LSI with constant } \alpha"
        r" e^{-4\|B\|_\infty}",
        source=printed_at("Proposition C.3"),
        assumptions=("q satisfies LSI with constant alpha", "true, but not sharp: see illidvae:C2.holley.sharper"),
        formal={
            "kind": "steps",
            "steps": [
                ENTROPY,
                {
                    "kind": "real-inequality",
                    "variables": {"B": ">= 0", "M": ">= 0"},
                    "where": ["M <= 2*B"],
                    "then": ["exp(-4*B) <= exp(-M)"],
                },
            ],
            "argument": f"{PERTURBED} With B here for sup|B| the second step compares the constants.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                ENTROPY_HINT,
                {"proof": {"by": "slack", "slack": "exp(-4*B)*(exp(4*B - M) - 1)"}},
            ]
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:C2.holley.sharper",
        printed=r"q_B \propto e^B q \text{ satisfies LSI with constant } \alpha e^{-(\sup B - \inf B)} \ge \alpha"
        r" e^{-2\|B\|_\infty}",
        source=ours("Proposition C.3 with the constant that its proof gives"),
        assumptions=("q satisfies LSI with constant alpha",),
        formal={
            "kind": "steps",
            "steps": [
                ENTROPY,
                {
                    "kind": "real-inequality",
                    "variables": {"B": ">= 0", "M": ">= 0"},
                    "where": ["M <= 2*B"],
                    "then": ["exp(-2*B) <= exp(-M)"],
                },
            ],
            "argument": f"{PERTURBED} With B here for sup|B| the second step compares the constants.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                ENTROPY_HINT,
                {"proof": {"by": "slack", "slack": "exp(-2*B)*(exp(2*B - M) - 1)"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:C2.lipschitz",
        printed=r"\text{Suppose } q \text{ is a probability density that satisfies LSI with constant } \alpha. \text{"
        r" If } H: \mathbb{R}^d \to \mathbb{R}^d \text{ is a differentiable } L\text{-Lipschitz mapping, then the"
        r" distribution of } H(z) \text{ with } z \sim q(z) \text{ satisfies LSI with constant } \alpha/L^2",
        source=printed_at("Proposition C.4, after Vempala & Wibisono (2019)"),
        assumptions=(
            "H need not be one-to-one; L > 0, and H(z) has a density, as all distributions of App. C",
            "F is taken for ratios g of densities that are locally Lipschitz, without which no density satisfies "
            "Definition C.1: for a g with jumps the integral of |grad log g|^2 misses them",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"D": "real", "F": "real", "G": "real", "al": "> 0", "L": "> 0"},
                    "where": ["D <= G/(2*al)", "G <= L^2*F"],
                    "then": ["D <= F/(2*(al/L^2))"],
                }
            ],
            "argument": "Let g be a density with respect to the law of H(z). Then g(H) is one with respect to q, with "
            "the same entropy D, as a mean of H(z) is a mean under q of what follows H. Its gradient at z is J^T grad "
            "g(H(z)), at most L |grad g(H(z))| as |J| <= L: so its Fisher term G, the mean of |grad g(H)|^2/g(H) under "
            "q, is at most L^2 times that of g, F. The first hypothesis is the inequality of q for g(H).",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(G/(2*al) - D) + (L^2*F - G)/(2*al)"}}]},
        recorded=Status.PROVED,
    ),
)
