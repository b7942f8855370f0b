"""Proposition 3.9 and what is concluded from it: posterior collapse in KL, and the bounds that do hold."""

from variational.papers.illidvae.guarantee import COLLAPSE_HINTS, COLLAPSE_STEPS, COLLAPSE_WORDS
from variational.papers.illidvae.wording import MODEL, NORMAL, SQUARE, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

PAIR = [
    {
        "kind": "real-identity",
        "variables": {"a": "> 0", "b": "> 0"},
        "lhs": "-(log(a) + log(b))/2",
        "rhs": "-log((a + b)/2) + log((sqrt(a/b) + sqrt(b/a))/2)",
    },
    {"kind": "real-inequality", "variables": {"r": "> 0"}, "then": ["-log(r) >= 1 - r"]},
    {
        "kind": "real-inequality",
        "variables": {"y": ">= 0", "w": ">= 0"},
        "where": ["w >= y"],
        "then": ["exp(w) + exp(-w) >= exp(y) + exp(-y)"],
    },
    {
        "kind": "real-inequality",
        "variables": {"y": "real", "s": "real"},
        "then": ["(exp(y-s) + exp(s-y))*(exp(y+s) + exp(-y-s)) >= (exp(y) + exp(-y))^2"],
    },
    {
        "kind": "real-inequality",
        "variables": {"y": ">= 0"},
        "then": ["(exp(y) + exp(-y))/2 >= exp(y)/2"],
    },
    {
        "kind": "real-identity",
        "variables": {"L": "> 0", "d": "> 0"},
        "lhs": "L*d/2*sqrt(2/pi)",
        "rhs": "L*d/sqrt(2*pi)",
    },
]
PAIR_HINTS = [
    {},
    {"proof": {"by": "slack", "slack": "phi(r)"}},
    {"proof": {"by": "slack", "slack": "exp(-w)*(exp(w-y) - 1)*(exp(w+y) - 1)"}},
    {"proof": {"by": "slack", "slack": "(exp(s) - exp(-s))^2"}},
    {"proof": {"by": "slack", "slack": "exp(-y)/2"}},
    {},
]
PAIR_WORDS = (
    "With a = p_x/p and b = p_y/p the first two steps give [KL(p||p_x) + KL(p||p_y)]/2 = KL(p||(p_x + p_y)/2) + "
    "E log cosh(h/2) >= E log cosh(h/2), h = log(p_x/p_y) = d e.f(z) - const, where d = |T(x) - T(y)| and d e = T(x) - "
    "T(y). Along e, h rises by at least L d per unit (e.J e >= L), so |h| >= L d |s - s0| on each line, s the "
    "standard normal coordinate along e; log cosh grows with the size of its argument (third step), and averaging "
    "s0 and -s0 (fourth step) shows that s0 = 0 is least: E log cosh(h/2) >= E log cosh(L d s/2) > 0. The fifth step, "
    "in logarithms, and E|s| = sqrt(2/pi) give the closed form."
)

REVERSE = [
    {
        "kind": "real-identity",
        "variables": {"a": "> 0", "b": "> 0", "r": "= (a + b)/2", "k": "= a/(a + b)"},
        "lhs": "(a*log(a) + b*log(b))/2",
        "rhs": "r*log(r) + r*(log(2) + k*log(k) + (1 - k)*log(1 - k))",
    },
    {"kind": "real-inequality", "variables": {"d": "> 0"}, "then": ["log(d) <= d - 1"]},
    {
        "kind": "real-inequality",
        "variables": {"u": "> 0", "v": "> 0", "N": "= u^2 + v^2"},
        "then": ["-(u^2*log(u^2/N) + v^2*log(v^2/N))/N <= log((u + v)^2/N)"],
    },
    {
        "kind": "real-identity",
        "variables": {"u": "> 0", "v": "> 0"},
        "lhs": "(u + v)^2/(u^2 + v^2)",
        "rhs": "1 + 2/(u/v + v/u)",
    },
    PAIR[2],
    {"kind": "real-identity", "variables": {"a": "> 0"}, "lhs": "2*pi/a/sqrt(2*pi)", "rhs": "sqrt(2*pi)/a"},
]
REVERSE_HINTS = [
    {},
    {"proof": {"by": "slack", "slack": "phi(d)"}},
    {"proof": {"by": "slack", "slack": "2*u^2/N*phi(N/(u*(u + v))) + 2*v^2/N*phi(N/(v*(u + v)))"}},
    {},
    PAIR_HINTS[2],
    {},
]
REVERSE_WORDS = (
    "With a = p_x/p, b = p_y/p and r = (a + b)/2 the mean of the two divergences is E[r log r + r (log 2 - H)], H the "
    "entropy of (a, b)/(a + b) (first step), at least -log E exp(H - log 2) (Gibbs, second step), and exp H <= 1 + "
    "1/cosh(h/2) with h = log(a/b) (third and fourth step, u^2 = a, v^2 = b). On each line along T(x) - T(y), |h| >= "
    "L d "
    "|s - s0| as in illidvae:prop3.9.use.corrected; 1/cosh falls with the size of its argument (fifth step), has the "
    "integral pi, and the density of s is at most 1/sqrt(2 pi): E 1/cosh(h/2) is at most the last line with a = L d."
)

CLAIMS = (
    Claim(
        id="illidvae:prop3.9",
        printed=r"\text{Assume that there is } \delta > 0 \text{ such that } F(p_t \| q_t) \ge \epsilon \text{ for"
        r" any }"
        r" t \in [0, \delta]. \text{ Then } D(p \| q) \ge \tfrac12 \delta \epsilon.",
        source=printed_at("Proposition 3.9 and App. A.4"),
        assumptions=(
            "p_t and q_t are the convolutions of the densities p and q with N(0, t I)",
            "de Bruijn's identity d/dt D(p_t||q_t) = -F(p_t||q_t)/2 on (0, delta], as cited (Lyu, 2009): finite "
            "second moments and D(p||q) finite; where D is infinite nothing is to be shown",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": {"m": "real", "v": "> 0", "h": "real"},
                    "where": ["v + h > 0"],
                    "lhs": "m^2/(2*(v+h)) - m^2/(2*v)",
                    "rhs": "-h*m^2/(2*v*(v+h))",
                },
                {
                    "kind": "limit",
                    "variables": {"m": "real", "v": "> 0", "h": "> 0"},
                    "expr": "-m^2/(2*v*(v+h))",
                    "tends": {"h": "0+"},
                    "value": "-m^2/(2*v^2)",
                },
                {
                    "kind": "real-inequality",
                    "variables": {
                        "later": ">= 0",
                        "integral": "real",
                        "delta": "> 0",
                        "e": "real",
                        "start": "= later + integral/2",
                    },
                    "where": ["integral >= delta*e"],
                    "then": ["start >= delta*e/2"],
                },
            ],
            "argument": "Integrating de Bruijn's identity from s > 0 gives D(p_s||q_s) = D(p_delta||q_delta) + half "
            "of the integral of F, and D(p||q) >= D(p_s||q_s) by data processing; let s tend to 0. The first two "
            "steps are "
            "the identity for N(m, v) and N(0, v) from the right, where F = m^2/v^2.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:prop3.9.use",
        printed=r"\text{This suggests that a lower bound of the Fisher divergence can also control the lower bound of"
        r" KL"
        r" divergence, and thus our method avoids posterior collapse in terms of KL divergence as well.}",
        source=printed_at("Sec. 3.2, below Proposition 3.9"),
        assumptions=(
            MODEL,
            SQUARE,
            NORMAL,
            "the data are n >= 1 counts, all 0; l = t = 1, and equal coordinates add for l > 1",
            "Proposition 3.9 needs the Fisher bound along the heat flow; Theorem 3.4 gives it at t = 0 only",
        ),
        formal={
            "kind": "steps",
            "steps": COLLAPSE_STEPS,
            "argument": f"{COLLAPSE_WORDS}: no L keeps either order of KL away from 0.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": COLLAPSE_HINTS},
        recorded=Status.REFUTED,
        corrected_by="illidvae:prop3.9.use.corrected",
    ),
    Claim(
        id="illidvae:prop3.9.use.corrected",
        printed=r"\tfrac12 [\mathrm{KL}(p \| p_x) + \mathrm{KL}(p \| p_y)] \ge \mathbb{E} \log\cosh \tfrac{L |T(x) -"
        r" T(y)| s}{2} \ge \frac{L |T(x) - T(y)|}{\sqrt{2\pi}} - \log 2, \quad s \sim N(0, 1)",
        source=printed_at("Sec. 3.2, below Proposition 3.9, for two data that differ in T"),
        assumptions=(
            MODEL,
            SQUARE,
            NORMAL,
            "the mean over a data set is at least the mean of this over its pairs; it grows with L without limit",
            "KL from the prior to the posterior; for the other order see illidvae:prop3.9.use.reverse",
        ),
        formal={
            "kind": "steps",
            "steps": PAIR,
            "argument": PAIR_WORDS,
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": PAIR_HINTS},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:prop3.9.use.reverse",
        printed=r"\tfrac12 [\mathrm{KL}(p_x \| p) + \mathrm{KL}(p_y \| p)] \ge \log 2 - \log\Big(1 +"
        r" \frac{\sqrt{2\pi}}{L |T(x) - T(y)|}\Big)",
        source=ours("Definition 2.1 with KL(q||p), the order of the ELBO, for two data that differ in T"),
        assumptions=(
            MODEL,
            SQUARE,
            NORMAL,
            "L large avoids an epsilon-collapse of the pair for epsilon < log 2 and, as illidvae:prop3.9.use.coin "
            "shows, for no larger epsilon",
        ),
        formal={
            "kind": "steps",
            "steps": REVERSE,
            "argument": REVERSE_WORDS,
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": REVERSE_HINTS},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:prop3.9.use.coin",
        printed=r"\mathrm{KL}(p_x \| p) < \log 2 \text{ for } x = 0, 1 \text{ and every } L \text{, if } f(z) = Lz"
        r" \text{"
        r" and } x \text{ is a Bernoulli datum}",
        source=ours("Definition 2.1 with KL(q||p), the order of the ELBO, for a data set of both outcomes"),
        assumptions=(NORMAL, "l = t = 1, f(z) = L z in Theta_L: no L avoids an epsilon-collapse with epsilon = log 2"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-identity",
                    "variables": {"y": "real"},
                    "lhs": "1/(1 + exp(-y)) + 1/(1 + exp(y))",
                    "rhs": "1",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"y": "real"},
                    "then": ["1/(1 + exp(-y))/(1/2) < 2"],
                },
            ],
            "argument": "As z and -z have one law, the identity gives p(x) = 1/2 for both x. KL(p_x||p) is the mean "
            "under p_x of log(p(x|z)/p(x)), which is below log 2 at every z by the second step, for every L.",
            "concludes": "proved",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": [{}, {"proof": {"by": "slack", "slack": "2*exp(-y)/(1 + exp(-y))"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
