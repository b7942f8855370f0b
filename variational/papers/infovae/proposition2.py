"""Proposition 2: the global optimum for a fixed mutual information, and what holds instead."""

from variational.papers.infovae.wording import (
    AGGREGATE,
    AGGREGATE_SLACK,
    ANY_DIVERGENCE,
    DECODER_GAP,
    DECODER_SLACK,
    INFORMATION,
    KL_AGGREGATE,
    KL_ENCODER,
    NEGATIVE_ENTROPY,
    POSITIVE,
    RECONSTRUCTION,
)
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

OBJECTIVE = f"{RECONSTRUCTION} - (1-alpha)*{KL_ENCODER} - (alpha+lambda-1)*"
AT_STATED_POINT = f"alpha*{INFORMATION} + {NEGATIVE_ENTROPY}"
SAME_INFORMATION = (
    "where p_theta(x,z) = q_phi(x,z) the objective is alpha I_q + E log p_D, because q(z) = p(z) there; 'globally"
    " optimized for a fixed I_q' says that no pair with the same I_q has more"
)

STRICT = (
    "any strict divergence: D(q||p) = 0 if and only if q = p; the one used here is D = M KL(q(z)||p(z)) with M > 0,"
    " which is one"
)
# A constant code that is not the prior: I = 0, as for the stated pair q(z|x) = p(z), p(x|z) = p_D(x).
CONSTANT = {
    "pd": ["1/2", "1/2"],
    "p": ["1/2", "1/2"],
    "q|": [["1/4", "1/4"], ["3/4", "3/4"]],
    "p|": [["1/2", "1/2"], ["1/2", "1/2"]],
}

# The Gaussian channel: correlation r gives I = -log(1 - r^2)/2, so that r = sqrt(1 - e) with e = exp(-2 I) gives any I.
CHANNEL = {
    "kind": "gaussian-integral",
    "variables": {"r": "> -1, < 1"},
    "under": {"u": {"mean": "0", "variance": "1"}, "v": {"mean": "0", "variance": "1"}},
    "covariance": {"u,v": "r"},
    "integrand": "-(v-r*u)^2/(2*(1-r^2)) - 1/2*log(1-r^2) + v^2/2",  # log of the density of v given u over that of v
    "value": "-1/2*log(1-r^2)",
}
EVERY_INFORMATION = {
    "kind": "real-identity",
    "variables": {"e": "> 0, <= 1", "r": "= sqrt(1-e)"},
    "lhs": "-1/2*log(1-r^2)",
    "rhs": "-1/2*log(e)",
}
DECOMPOSITION = {
    "kind": "identity",
    "lhs": f"{OBJECTIVE}D",
    "rhs": f"{AT_STATED_POINT} - {DECODER_GAP} - (1-alpha)*{KL_AGGREGATE} - (alpha+lambda-1)*D",
}
BOUND = {
    "kind": "inequality",
    "lhs": f"{OBJECTIVE}D",
    "relation": "<=",
    "rhs": AT_STATED_POINT,
    "conditions": ["alpha <= 1", "alpha + lambda >= 1", "D >= 0"],
}
BOUND_SLACK = {"slack": f"{DECODER_SLACK} + (1-alpha)*{AGGREGATE_SLACK} + (alpha+lambda-1)*D"}

CLAIMS = (
    Claim(
        id="infovae:prop2",
        printed=r"\text{Let } \mathcal{X} \text{ and } \mathcal{Z} \text{ be continuous spaces, and } \alpha < 1,"
        r" \lambda > 0. \text{ For any fixed value of } I_q(x;z), \hat{\mathcal{L}}_{InfoVAE} \text{ is globally"
        r" optimized if } p_\theta(x) = p_D(x) \text{ and } q_\phi(z|x) = p_\theta(z|x), \forall z.",
        source=Source(key="infovae", locator="Proposition 2"),
        assumptions=("alpha < 1 and lambda > 0", STRICT, SAME_INFORMATION, AGGREGATE, POSITIVE),
        formal={"kind": "all", "of": ["infovae:prop2.normal", "infovae:prop2.cells"]},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop2.corrected",
    ),
    Claim(
        id="infovae:prop2.normal",
        printed=r"\text{for } \mathcal{Z} = \mathbb{R}, \; p(z) = N(0, 1), \text{ any } p_D \text{ and } I_q(x;z) = 0,"
        r" \; \hat{\mathcal{L}}_{InfoVAE} \text{ is globally optimized at the stated point}",
        source=Source(key="infovae", locator="Proposition 2, for I_q = 0 and a Gaussian prior"),
        assumptions=("alpha = 0 and lambda = 1/2", f"{STRICT}; M = 4", SAME_INFORMATION, POSITIVE),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"m": "real"},
                    "under": {"u": {"mean": "m", "variance": "1"}},
                    "integrand": "-(u-m)^2/2 + u^2/2",
                    "value": "m^2/2",
                },
                {
                    "kind": "limit",
                    "variables": {"m": "> 0"},
                    "expr": "-m^2/2 + 1/2*4*m^2/2",
                    "tends": {"m": "inf"},
                    "value": "inf",
                },
            ],
            "argument": "The constant codes q(z|x) = N(m, 1) with p(x|z) = p_D(x) have I = 0, E KL(q(z|x)||p(z)) ="
            " KL(q(z)||p(z)) = m^2/2 by step 1, and D = 2 m^2; the objective exceeds its value -H(X) at the stated"
            " pair (m = 0) by the expression of step 2, so that it has no maximum at all.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        recorded=Status.REFUTED,
        corrected_by="infovae:prop2.corrected",
    ),
    Claim(
        id="infovae:prop2.cells",
        printed=r"\hat{\mathcal{L}}_{InfoVAE} \text{ is at most its value } \alpha I_q(x;z) - H(X) \text{ at the stated"
        r" point if } \alpha < 1, \; \lambda > 0",
        source=Source(key="infovae", locator="Proposition 2, as an inequality"),
        assumptions=(
            "alpha < 1 and lambda > 0",
            STRICT,
            SAME_INFORMATION,
            "the witness has two points; cells of equal length with constant densities give the same numbers on"
            " unit intervals, which are continuous spaces; no alpha + lambda < 1 is safe, as M is free",
            AGGREGATE,
            POSITIVE,
        ),
        # ERR printed alpha < 1, lambda > 0; should read alpha < 1, alpha + lambda >= 1, which the proof uses
        formal={
            "kind": "inequality",
            "lhs": f"{OBJECTIVE}M*{KL_AGGREGATE}",
            "relation": "<=",
            "rhs": AT_STATED_POINT,
            "conditions": ["alpha < 1", "lambda > 0", "M > 0"],
        },
        hints={
            "witness": {
                "space": {
                    "x": 2,
                    "z": 2,
                    "functions": CONSTANT,
                    "parameters": {"alpha": "0", "lambda": "1/2", "M": "4"},
                },
                "at": {},
            }
        },
        recorded=Status.REFUTED,
        corrected_by="infovae:prop2.corrected",
    ),
    Claim(
        id="infovae:prop2.corrected",
        printed=r"\text{Let } \alpha < 1, \; \alpha + \lambda \ge 1, \; D \ge 0 \text{ with } D(p\|p) = 0, \text{ and"
        r" } 0 \le I_0 < \infty. \text{ Among all pairs with } I_q(x;z) = I_0, \; \hat{\mathcal{L}}_{InfoVAE} \text{"
        r" is at most } \alpha I_0 - H(X), \text{ and reaches it if and only if } p_\theta(x,z) = q_\phi(x,z);"
        r" \text{ such pairs exist.}",
        source=Source(key="infovae", locator="Proposition 2, with alpha + lambda >= 1 for lambda > 0"),
        assumptions=(
            "alpha < 1 and alpha + lambda >= 1, which implies lambda > 0; D need not be strict",
            "X and Z are continuous (atomless standard Borel spaces); on others the bound holds too, and only the"
            " existence of such pairs may fail, as I_q <= H(X) on countable X",
            "p_theta(x,z) = q_phi(x,z) says the same as p_theta(x) = p_D(x) and q_phi(z|x) = p_theta(z|x) for all x, z",
            AGGREGATE,
            POSITIVE,
        ),
        formal={
            "kind": "steps",
            "steps": [DECOMPOSITION, BOUND, CHANNEL, EVERY_INFORMATION],
            "argument": "By step 1 the objective is alpha I - H(X) minus E KL(q(x|z)||p(x|z)),"
            " (1-alpha) KL(q(z)||p(z)) and (alpha+lambda-1) D, none of which is negative (step 2). With I fixed the"
            " maximum is reached where all three vanish; as 1-alpha > 0, that is where q(z) = p(z) and"
            " p(x|z) = q(x|z), and D(p||p) = 0. Such a pair with I = I_0 exists: map X and Z to standard normal"
            " variables u and v (atomless standard Borel spaces are isomorphic), and let v given u be N(r u,"
            " 1-r^2). Then v is standard normal, and"
            " I = I_0 for the r of step 4 with e = exp(-2 I_0), by step 3.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={"steps": [{}, BOUND_SLACK, {}, {}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop2.bound",
        printed=r"\hat{\mathcal{L}}_{InfoVAE} \le \alpha I_q(x;z) - H(X) \text{ if } \alpha \le 1, \; \alpha + \lambda"
        r" \ge 1, \; D \ge 0",
        source=Source(key="infovae", locator="Proposition 2, the bound behind it, also at alpha = 1"),
        assumptions=(
            "alpha <= 1, as in the experiments with alpha = 1, and alpha + lambda >= 1",
            "at alpha = 1 equality with q(z) = p(z) needs that D is strict and lambda > 0",
            ANY_DIVERGENCE,
            POSITIVE,
        ),
        formal=BOUND,
        hints=BOUND_SLACK,
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop2.kl",
        printed=r"\text{For } D = D_{KL}: \; \mathcal{L}_{InfoVAE} \le \alpha I_q(x;z) - H(X) \text{ for every }"
        r" \alpha \text{ and every } \lambda \ge 0",
        source=Source(key="infovae", locator="Proposition 2 for the KL divergence, where lambda >= 0 is enough"),
        assumptions=("lambda >= 0, and alpha is any real number", AGGREGATE, POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": f"{OBJECTIVE}{KL_AGGREGATE}",
            "relation": "<=",
            "rhs": AT_STATED_POINT,
            "conditions": ["lambda >= 0"],
        },
        hints={"slack": f"{DECODER_SLACK} + lambda*{AGGREGATE_SLACK}"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop2.dominated",
        printed=r"\text{If } D \le K \, D_{KL} \text{ and } 1 - \alpha + (\alpha+\lambda-1) K \ge 0, \text{ then }"
        r" \hat{\mathcal{L}}_{InfoVAE} \le \alpha I_q(x;z) - H(X) \text{ also for } \alpha + \lambda < 1",
        source=Source(key="infovae", locator="Proposition 2 for alpha + lambda < 1, divergences dominated by KL"),
        assumptions=(
            "alpha < 1, lambda > 0, alpha + lambda < 1",
            "E = K KL(q(z)||p(z)) - D >= 0; K = 1/2 for the Jensen-Shannon divergence, where the condition holds"
            " whenever alpha < 1 and lambda > 0",
            "the condition cannot be dropped: infovae:prop2 fails for D = K KL with 1 - alpha + (alpha+lambda-1) K < 0",
            POSITIVE,
        ),
        formal={
            "kind": "inequality",
            "lhs": f"{OBJECTIVE}(K*{KL_AGGREGATE} - E)",
            "relation": "<=",
            "rhs": AT_STATED_POINT,
            "conditions": [
                "alpha < 1",
                "lambda > 0",
                "alpha + lambda < 1",
                "K > 0",
                "E >= 0",
                "1 - alpha + (alpha+lambda-1)*K >= 0",
            ],
        },
        hints={
            "slack": f"{DECODER_SLACK} + (1-alpha+(alpha+lambda-1)*K)*{AGGREGATE_SLACK} + (1-alpha-lambda)*E",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="infovae:prop2.step1",
        printed=r"\text{by our condition of } \alpha < 1, \lambda > 0, \text{ we have } 1 - \alpha > 0, \;"
        r" \alpha + \lambda - 1 > 0",
        source=Source(key="infovae", locator="App. A, proof of Proposition 2, before beta and gamma"),
        assumptions=("alpha < 1 and lambda > 0",),
        formal={
            "kind": "universal",
            "variables": {"alpha": "real", "lambda": "real"},
            "given": ["alpha < 1", "lambda > 0"],
            "then": ["1 - alpha > 0", "alpha + lambda - 1 > 0"],
        },
        hints={"witness": {"alpha": "0", "lambda": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="infovae:prop2.step1.corrected",
    ),
    Claim(
        id="infovae:prop2.step1.corrected",
        printed=r"\alpha < 1 \text{ and } \alpha + \lambda > 1 \text{ give } 1 - \alpha > 0, \; \alpha + \lambda - 1 >"
        r" 0, \; \lambda > 0",
        source=Source(key="infovae", locator="App. A, proof of Proposition 2, with the condition that it needs"),
        assumptions=("alpha < 1 and alpha + lambda > 1",),
        formal={
            "kind": "universal",
            "variables": {"alpha": "real", "lambda": "real"},
            "given": ["alpha < 1", "alpha + lambda > 1"],
            "then": ["1 - alpha > 0", "alpha + lambda - 1 > 0", "lambda > 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
