"""Appendix A, both proofs of Proposition 1: growth rates, the variational gap, the sign decoder."""

from variational.papers.infovae import proposition1_steps
from variational.papers.infovae import proposition1_tail as tail
from variational.papers.infovae.proposition1_tail import FAMILY, MEAN_AND_SPREAD, REGULARISER, TAIL_LETTERS
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

ON_THE_LINE = [DISCRETE_X, DENSITIES]
TO_THE_END = {"l": "0+", "c": "inf"}
OPTIMAL = "-1/2*log(1/2*erfc(r)) - log(2) - 1/2 - 1/2*log(2*pi)"
RECONSTRUCTION_RATE = {
    "kind": "limit",
    "variables": {"r": "> 0"},
    "expr": f"({OPTIMAL})/(2*r^2)",
    "tends": {"r": "inf"},
    "value": "1/4",
}

CLAIMS = (
    Claim(
        id="infovae:prop1.proof.growth.lae",
        printed=r"\text{In the limit } \lambda \to 0, c \to \infty: \; L^*_{AE}(x=1) = \Theta(c^2/\lambda^2)",
        source=Source(key="infovae", locator="App. A, both proofs, L^*_AE(x=1) and L^*_LL(x=1)"),
        assumptions=(FAMILY, TAIL_LETTERS, "shown with the constant: the quotient tends to 1/4"),
        formal=RECONSTRUCTION_RATE,
        hints=tail.RATIO_BOUNDS,
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.growth.elbo",
        printed=r"L^*_{AE}(x=1) + L_{REGULARISER}(x=1) = \Theta(c^2/\lambda^2 + \log\lambda - \lambda^2/2 - c^2/2)",
        source=Source(key="infovae", locator="App. A, first proof, limit of L_ELBO(x=1)"),
        assumptions=(FAMILY, TAIL_LETTERS),
        formal={
            "kind": "steps",
            "steps": [
                RECONSTRUCTION_RATE,
                {
                    "kind": "limit",
                    "variables": MEAN_AND_SPREAD,
                    "expr": "l^2*log(l)/c^2 - l^4/(2*c^2) - l^2/2",
                    "tends": TO_THE_END,
                    "value": "0",
                },
            ],
            "argument": "Divided by c^2/lambda^2 = 2 r^2 the first term of the left side tends to 1/4 (step 1), and all"
            " other terms of both sides but the first of the right tend to 0 (step 2): the quotient of the sides tends"
            " to 1/4.",
            "concludes": "proved",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [tail.RATIO_BOUNDS, {}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.growth.limit",
        printed=r"\lim_{\lambda\to 0, c\to\infty} L_{ELBO}(x=1) = L^*_{AE}(x=1) + L_{REGULARISER}(x=1) \to +\infty",
        source=Source(key="infovae", locator="App. A, first proof, limit of L_ELBO(x=1)"),
        assumptions=(FAMILY, TAIL_LETTERS),
        formal={
            "kind": "steps",
            "steps": [tail.TAIL_BOUND, tail.LOWER_BOUND_GROWS],
            "argument": "With Q = erfc(r)/2, r = c/(sqrt(2) l), step 1 gives -log(Q)/2 >= c^2/(4 l^2) + log(2)/2 as"
            " soon as c >= sqrt(2) l. So L_ELBO(x=1) is at least the expression of step 2, which tends to infinity.",
            "concludes": "proved",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [{"proof": tail.TAIL_PROOF}, tail.LOWER_BOUND_HINTS]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.growth.faster",
        printed=r"\text{the growth rate of } L_{ELBO}(x=1) \text{ far exceeds the growth rate of } "
        r" L_{REG}(x=1)",
        source=Source(key="infovae", locator="App. A, first proof, after the limit of L_ELBO(x=1)"),
        assumptions=(
            FAMILY,
            "L_ELBO grows as c^2/lambda^2 (infovae:prop1.proof.growth.elbo); L_REG over that tends to 0",
        ),
        formal={
            "kind": "limit",
            "variables": MEAN_AND_SPREAD,
            "expr": "l^2*log(l)/c^2 - l^4/(2*c^2) - l^2/2 + l^2/(2*c^2)",
            "tends": TO_THE_END,
            "value": "0",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.growth.second",
        printed=r"\lim_{\lambda\to 0, c\to\infty} L_{ELBO}(x=1) = -L_{LL}(x=1) + D_{KL}(q(z|x=1)\|p(z)) \to -\infty",
        source=Source(key="infovae", locator="App. A, second proof, limit of L_ELBO(x=1)"),
        assumptions=(
            FAMILY,
            "L_ELBO is the bound of Sec. 2, which is maximised; the printed right side is its negative, the loss",
        ),
        # ERR printed -L_LL + D_KL, should read L_LL - D_KL, which tends to +infinity
        formal={
            "kind": "steps",
            "steps": [tail.TAIL_BOUND, tail.LOWER_BOUND_GROWS],
            "argument": "By steps 1 and 2, as for the first proof, L_ELBO(x=1) is bounded from below by an expression"
            " that tends to +infinity, so that it does not tend to -infinity.",
            "concludes": "refuted",
            "spaces": ON_THE_LINE,
        },
        hints={"steps": [{"proof": tail.TAIL_PROOF}, tail.LOWER_BOUND_HINTS]},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop1.proof.corrected",
    ),
    Claim(
        id="infovae:prop1.proof.posterior",
        printed=r"p(z|x=1) = \frac{p(x=1|z) p(z)}{\frac12 p(x=1|z\ge 0) + \frac12 p(x=1|z<0)} \le"
        r" \frac{2 p(x=1|z)}{p(x=1|z \ge 0)} p(z) \le 2 p(z)",
        source=Source(key="infovae", locator="App. A, first proof, p(z|x=1)"),
        assumptions=(
            FAMILY,
            "A = p(x=1|z>=0) > B = p(x=1|z<0) > 0, and p(x=1|z), written g, is one of them",
            "p(z >= 0) = p(z < 0) = 1/2",
        ),
        formal={
            "kind": "real-inequality",
            "variables": {"B": "> 0", "A": "> B", "g": ">= B, <= A"},
            "then": ["g/(A/2 + B/2) <= 2*g/A", "2*g/A <= 2"],
        },
        hints={
            "proofs": {
                "g/(A/2 + B/2) <= 2*g/A": {"by": "slack", "slack": "2*g*B/(A*(A+B))"},
                "2*g/A <= 2": {"by": "slack", "slack": "2*(A-g)/A"},
            }
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.gap",
        printed=r"D_{KL}(q(z|x=1)\|p(z|x=1)) \ge D_{KL}(q(z|x=1)\|p(z)) - \log 2 \to \infty",
        source=Source(key="infovae", locator="App. A, first proof, the variational gap"),
        assumptions=(
            FAMILY,
            "the inequality is p(z|x=1) <= 2 p(z), infovae:prop1.proof.posterior; the limit is judged",
            "the reason of the second proof, bounded second moments of p(z|x=1), is a consequence of that bound",
        ),
        formal={
            "kind": "limit",
            "variables": MEAN_AND_SPREAD,
            "expr": f"-({REGULARISER}) - log(2)",
            "tends": TO_THE_END,
            "value": "inf",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="infovae:prop1.proof.decoder",
        printed=r"\text{by symmetry of the problem, at optimality for } \mathcal{L}_{ELBO} \text{ we have } p(x|z) ="
        r" N(1, \sigma^2), z > 0; \; N(-1, \sigma^2), z \le 0",
        source=Source(key="infovae", locator="App. A, second proof, first sentence"),
        assumptions=(
            "q(z|x) = N(+-c, lambda^2) as printed beside it; the decoder is any Gaussian N(mu(z), sigma(z)^2)",
            "no optimum exists at all, as L_ELBO is unbounded; read for given c, lambda: no sigma makes the sign"
            " decoder optimal",
        ),
        formal={
            "kind": "steps",
            "steps": [tail.POSTERIOR_MEAN],
            "argument": "At z > 0 let w = q(z|1)/(q(z|1)+q(z|-1)), which lies strictly between 0 and 1. Replacing the"
            " mean 1 by 2w - 1 with the same sigma increases the mean of log p(x|z) over the two data at this z by the"
            " left side minus the right side of step 1, which is positive; for z < 0 exchange the data. So the sign"
            " decoder is improved on a set of mass one, whatever sigma.",
            "concludes": "refuted",
            "spaces": ON_THE_LINE,
        },
        recorded=Status.REFUTED,
        corrected_by="infovae:prop1.proof.best-decoder",
    ),
    Claim(
        id="infovae:prop1.proof.best-decoder",
        printed=r"\text{for given } q \text{ the optimum is } p(x|z) = N(2w-1, 4w(1-w)), \; w = q(z|1)/(q(z|1) +"
        r" q(z|-1))",
        source=Source(key="infovae", locator="App. A, second proof, first sentence, with the best decoder"),
        assumptions=("m is the mean, v the variance of p(x|z) at one z; w lies strictly between 0 and 1",),
        formal=proposition1_steps.DECODER,
        hints=proposition1_steps.DECODER_PROOF,
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
