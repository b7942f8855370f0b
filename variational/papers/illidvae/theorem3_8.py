"""Theorems 3.8 and A.7, l < t: the inequality before the infimum, the infimum, and a decoder that collapses exactly."""

from variational.papers.illidvae.parabola import PARABOLA, PARABOLA_HINTS, PARABOLA_STEPS, PARABOLA_WORDS
from variational.papers.illidvae.theorem3_4 import COORDINATE, REST
from variational.papers.illidvae.wording import COMPOSED, MINIMAL, MODEL, SCORE, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

RIGHT = (
    r"\int \|(T(x) - \mathbb{E}_{p_\theta(x|z)}[T(x)])^\top \nabla f_\theta^{(2)}(B^\top f_\theta^{(1)}(z))"
    r" B^\top\|^2 p(z) dz"
)
LEFT = r"F(p(z) \| p_\theta(z|x)) \ge L_1^2"
EXAMPLE = (
    "l = 1, t = 2: x is one of three outcomes with T(x) = (0, 1), (1, 0), (-1, 0); the datum is the first; any prior",
    "f1(z) = L_1 z; f2(u) = L_2 u + [(1, 2) ell(u_1 + 2 u_2) + (-1, 2) ell(-u_1 + 2 u_2)]/4, ell(s) = log(1 + exp 4 "
    "L_2 s)",
    "three outcomes with affinely independent T are a minimal family, so Assumption A.6 holds on the means",
)
EXACT_STEPS = [
    {
        "kind": "real-inequality",
        "variables": {"s": "real", "r": "real", "L2": "> 0"},
        "where": ["s >= r"],
        "then": ["log(1 + exp(4*L2*s)) >= log(1 + exp(4*L2*r))"],
    },
    {
        "kind": "real-identity",
        "variables": {"u": "real", "L2": "> 0"},
        "lhs": "L2*u + (log(1 + exp(4*L2*u)) - log(1 + exp(-4*L2*u)))/4",
        "rhs": "2*L2*u",
    },
    {
        "kind": "real-identity",
        "variables": {"u": "real", "L2": "> 0"},
        "lhs": "(1 + exp(4*L2*u))*(1 + exp(-4*L2*u))",
        "rhs": "(exp(2*L2*u) + exp(-2*L2*u))^2",
    },
    {
        "kind": "real-identity",
        "variables": {"z": "real", "L1": "> 0", "L2": "> 0", "y": "= 2*L1*L2*z", "e": "= log(exp(y) + exp(-y))"},
        "lhs": "exp(e)/(exp(e) + exp(y) + exp(-y))",
        "rhs": "1/2",
    },
]
EXACT_HINTS = [
    {
        "proof": {
            "by": "monotone",
            "in": "s",
            "at": "r",
            "start": {"by": "slack", "slack": "0"},
            "above": {"by": "slack", "slack": "4*L2*exp(4*L2*s)/(1 + exp(4*L2*s))"},
        }
    },
    {},
    {},
    {},
]
EXACT_WORDS = (
    "As ell increases (first step), f2 is the gradient of L_2 |u|^2/2 plus a convex function. At u = (L_1 z, 0) it "
    "takes the values (y, log(exp y + exp -y)) with y = 2 L_1 L_2 z (second step, and half the logarithm of the "
    "third), where the datum has "
    "p(x|z) = 1/2 for every z (fourth step). Its posterior is the prior, so F and both KL are 0, exactly"
)

CLAIMS = (
    Claim(
        id="illidvae:thm3.8",
        printed=LEFT + r" \inf_{\theta \in \Theta_{L_1, L_2}} \Big\{ " + RIGHT + r" \Big\}, \text{ where the right-hand"
        r" side of the inequality is increasing in terms of } L_1",
        source=printed_at("Theorem 3.8, restated as Theorem A.7, App. A.3"),
        # ERR Theorem A.7 prints "and l = t", should read l < t as in Theorem 3.8
        assumptions=(MODEL, COMPOSED, MINIMAL),
        formal={
            "kind": "all",
            "of": [
                "illidvae:thm3.8.pointwise",
                "illidvae:thm3.8.increasing",
                "illidvae:thm3.8.increasing.normal",
            ],
        },
        recorded=Status.REFUTED,
        corrected_by="illidvae:thm3.8.corrected",
    ),
    Claim(
        id="illidvae:thm3.8.pointwise",
        printed=LEFT + RIGHT + r" \text{ for every } \theta \in \Theta_{L_1, L_2} \text{, hence for the infimum}",
        source=printed_at("App. A.3, proof of Theorem A.7, the chain of lines that ends in the bound"),
        assumptions=(MODEL, COMPOSED),
        formal={
            "kind": "steps",
            "steps": [COORDINATE, REST],
            "argument": f"{SCORE} Here J = K H with K the Jacobian of f2 after the embedding and H that of f1, "
            "symmetric and >= L_1 I. With v = K^T (T(x) - grad A(f)) and w = (H - L_1 I) v, L = L_1, the identity "
            "summed "
            "over the coordinates gives |H v|^2 >= L_1^2 |v|^2 at every z.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:thm3.8.increasing",
        printed=r"\text{the right-hand side of the inequality is increasing in terms of } L_1",
        source=printed_at("Theorems 3.8 and A.7, last clause"),
        assumptions=(COMPOSED, *EXAMPLE),
        formal={
            "kind": "steps",
            "steps": EXACT_STEPS,
            "argument": f"{EXACT_WORDS}. So the infimum is 0, and attained, for all L_1, L_2 > 0, and no positive "
            "number bounds F from below.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": EXACT_HINTS},
        recorded=Status.REFUTED,
        corrected_by="illidvae:thm3.8.corrected",
    ),
    Claim(
        id="illidvae:thm3.8.increasing.normal",
        printed=r"\text{the right-hand side of the inequality is increasing in terms of } L_1",
        source=printed_at("Theorems 3.8 and A.7, last clause, for the family that App. A.3 names, Gaussian data"),
        assumptions=(COMPOSED, *PARABOLA),
        formal={
            "kind": "steps",
            "steps": PARABOLA_STEPS,
            "argument": f"{PARABOLA_WORDS}. Here f1 is L_1 times the identity and F is L_1^2 times the integral: so "
            "the infimum, and the right-hand side, is 0 for all L_1, L_2 > 0.",
            "concludes": "refuted",
            "spaces": [DENSITIES],
        },
        hints={"steps": PARABOLA_HINTS},
        recorded=Status.REFUTED,
        corrected_by="illidvae:thm3.8.corrected",
    ),
    Claim(
        id="illidvae:thm3.8.exact",
        printed=r"p_\theta(z|x) = p(z) \text{ exactly, for all } L_1, L_2 > 0 \text{, under Assumptions 3.2 and A.6}",
        source=ours("Theorem 3.8: an exact collapse of a steep decoder, l < t"),
        assumptions=(COMPOSED, *EXAMPLE),
        formal={
            "kind": "steps",
            "steps": EXACT_STEPS,
            "argument": f"{EXACT_WORDS}.",
            "concludes": "proved",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": EXACT_HINTS},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:thm3.8.corrected",
        printed=r"F(p \| p_\theta(z|x)) \ge L_1^2 R \text{ for every } \theta; \quad \tfrac1n \sum_i F(p \| p_{x_i})"
        r" \ge"
        r" (L_1 L_2)^2 \sum_{k \le l} \lambda_k(\mathrm{Cov}(T)) \text{, the } l \text{ least eigenvalues}",
        source=printed_at("Theorems 3.8 and A.7, with what holds over all decoders: a bound for a data set"),
        assumptions=(
            MODEL,
            COMPOSED,
            "R is the integral of Theorem A.7; Cov is over the data, with 1/n",
            "the sum is 0 where Cov has a kernel of dimension l, then data may collapse together",
        ),
        formal={"kind": "all", "of": ["illidvae:thm3.8.pointwise", "illidvae:thm3.8.spread"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:thm3.8.spread",
        printed=r"\tfrac1n \sum_i F(p \| p_{x_i}) \ge (L_1 L_2)^2 \sum_{k \le l} \lambda_k(\mathrm{Cov}(T))",
        source=ours("Theorem 3.8 for a data set"),
        assumptions=(MODEL, COMPOSED, "the steps are written for l = 1, t = 2"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": {"x": "real", "y": "real", "g": "real"},
                    "lhs": "((x - g)^2 + (y - g)^2)/2",
                    "rhs": "((x - y)/2)^2 + ((x + y)/2 - g)^2",
                },
                {
                    "kind": "real-inequality",
                    "variables": dict.fromkeys(("r", "s", "p", "q", "j1", "j2", "k"), "real"),
                    "then": ["(k + r^2 + p^2)*j1^2 + 2*(r*s + p*q)*j1*j2 + (k + s^2 + q^2)*j2^2 >= k*(j1^2 + j2^2)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": dict.fromkeys(("far", "middle", "near", "L1", "L2"), ">= 0"),
                    "where": ["far >= L2*middle", "middle >= L1*near"],
                    "then": ["far >= L1*L2*near"],
                },
            ],
            "argument": "The scores are J^T (T(x_i) - grad A(f)); their squares average to at least J^T C J, C the "
            "covariance (first step, for y_i = J.T(x_i)). C = k I + R^T R with least eigenvalue k gives J^T C J >= k "
            "|J|^2 (second step), and |J| >= L_1 L_2 as f is L_1 L_2-inverse Lipschitz (third step). For l > 1, J = Q "
            "S "
            "with orthonormal columns Q and S S^T >= (L_1 L_2)^2 I, and tr Q^T C Q is at least the sum of the l least "
            "eigenvalues.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                {},
                {"proof": {"by": "slack", "slack": "(r*j1 + s*j2)^2 + (p*j1 + q*j2)^2"}},
                {"proof": {"by": "slack", "slack": "(far - L2*middle) + L2*(middle - L1*near)"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
