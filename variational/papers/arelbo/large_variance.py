"""Large variances of the decoder: the second case of Sec. 4.1 and the Main Hypothesis."""

from variational.papers.arelbo.wording import (
    GLOBAL,
    KL_PRIOR,
    LINEAR,
    LINEAR_LOSS,
    MI_CODE,
    PROCESSING,
    PROCESSING_SLACK,
    UNITS,
)
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

LINEAR_MODEL = {"V": "> 0", "a": "real", "m": "real", "v": "> 0"}
# What is left of J after the best v and m, up to the stated value: squares and phi(u) = u - 1 - log u.
BEST_CODE = "phi(v*(a^2+s)/s)/2 + V*(a^2+s)/(2*s)*(m - a/(a^2+s))^2"

CLAIMS = (
    Claim(
        id="arelbo:sec4.1.limit",
        printed=r"\text{In the second case } (\sigma_x^2 \to \infty), \; \tilde J_{\sigma_x^2} \text{ reduces to }"
        r" \mathbb{E} D_{KL}(q_{\phi,\sigma_z^2}(z|x)\|p(z)), \text{ and } \sigma_z^2 \text{ becomes 1 at the minimum"
        r" point}",
        source=Source(key="arelbo", locator="Sec. 4.1, second case"),
        assumptions=("each part names its own assumptions",),
        formal={
            "kind": "all",
            "of": ["arelbo:sec4.1.limit.reduction", "arelbo:sec4.1.limit.minimum", "arelbo:sec4.1.limit.rate"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec4.1.limit.reduction",
        printed=r"\tilde J_{\sigma_x^2} \to \mathbb{E} D_{KL}(q_{\phi,\sigma_z^2}(z|x)\|p(z)) \text{ as } \sigma_x^2"
        r" \to \infty",
        source=Source(key="arelbo", locator="Sec. 4.1, second case, 'reduces to'"),
        assumptions=("theta, phi and sigma_z^2 are fixed; D is the mean squared error, K the divergence", UNITS),
        formal={
            "kind": "limit",
            "variables": {"D": "> 0", "K": "> 0", "s": "> 0"},
            "expr": "D/(2*s) + K",
            "tends": {"s": "inf"},
            "value": "K",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec4.1.limit.minimum",
        printed=r"\sigma_z^2 = 1 \text{ at the minimum of the divergence}",
        source=Source(key="arelbo", locator="Sec. 4.1, second case, 'becomes 1 at the minimum point'"),
        assumptions=("A = E|mu_phi|^2, d = d_z; the minimum over A and v is at A = 0, v = 1",),
        formal={
            "kind": "infimum",
            "variables": {"A": ">= 0", "v": "> 0", "d": "integer >= 1"},
            "over": ["A", "v"],
            "expr": "(A + d*(v - 1 - log(v)))/2",
            "value": "0",
            "attained": True,
        },
        hints={"at": {"A": "0", "v": "1"}, "proof": {"by": "slack", "slack": "A/2 + d/2*phi(v)"}},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec4.1.limit.rate",
        printed=r"\text{a large } \sigma_x^2 \text{ makes } \sigma_z^2 \text{ converge near 1: } (\sigma_z - 1)^2 \le"
        r" \frac{\mathrm{tr}\,\mathrm{Var}(x)}{d_z \sigma_x^2} \text{ at a global optimum}",
        source=Source(
            key="arelbo", locator="Sec. 4.1, 'a large sigma_x^2 makes sigma_z^2 converge near 1', with a rate"
        ),
        assumptions=(
            GLOBAL,
            "the decoder can be the constant E x, so J is at most V/(2 sigma_x^2) at the optimum, V = tr Var(x)",
            "g stands for sigma_z; the printed sentence has no rate",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"g": "> 0"},
                    "then": ["(g-1)^2 <= g^2 - 1 - log(g^2)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"d": "> 0", "s": "> 0", "w": ">= 0", "p": ">= w", "V": ">= d*p*s"},
                    "then": ["d*w*s <= V"],
                },
            ],
            "argument": "The divergence is at least (d/2)(g^2 - 1 - log g^2) = (d/2) p, and at most J <= V/(2 s): "
            "d p s <= V. With w = (g-1)^2 <= p this is the bound.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                {"proof": {"by": "slack", "slack": "2*phi(g)"}},
                {"proof": {"by": "slack", "slack": "d*s*(p-w) + (V-d*p*s)"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:main",
        printed=r"\text{The value of } \Sigma_x \text{ affects the regularization strength of the smoothness of the"
        r" decoder. Consequentially, } \Sigma_x \text{ with excessively large values causes oversmoothness, which"
        r" results in posterior collapse.}",
        source=Source(key="arelbo", locator="Sec. 1, Main Hypothesis"),
        assumptions=(
            "judged is the consequence, at a global optimum for Sigma_x = sigma_x^2 I: exactly in the linear Gaussian "
            "case, and as a limit for any model",
            "that oversmoothness is the cause is no formal statement; in the linear case the slope a of the decoder "
            "falls with sigma_x^2 and is 0 from V on",
        ),
        formal={"kind": "all", "of": ["arelbo:main.above", "arelbo:main.below", "arelbo:main.any-model"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:main.above",
        printed=r"\text{linear case, } \sigma_x^2 \ge V: \text{ the global optimum is } \mu_\theta = 0, \; q(z|x) ="
        r" p(z)",
        source=Source(key="arelbo", locator="Main Hypothesis, large variance, linear Gaussian VAE"),
        assumptions=(LINEAR, UNITS, "the bound is an equality at a = m = 0, v = 1 only, as its squares and phi show"),
        formal={
            "kind": "infimum",
            "variables": {**LINEAR_MODEL, "s": "> 0, >= V"},
            "over": ["a", "m", "v"],
            "expr": LINEAR_LOSS,
            "value": "V/(2*s)",
            "attained": True,
        },
        hints={
            "at": {"a": "0", "m": "0", "v": "1"},
            "proof": {
                "by": "slack",
                "slack": f"{BEST_CODE} + phi(s/(a^2+s))/2 + (s-V)*a^2/(2*s*(a^2+s))",
            },
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:main.below",
        printed=r"\text{linear case, } \sigma_x^2 < V: \text{ the global optimum is } a^2 = V - \sigma_x^2, \; m = a/V,"
        r" \; \sigma_z^2 = \sigma_x^2/V",
        source=Source(key="arelbo", locator="Main Hypothesis, small variance, linear Gaussian VAE"),
        assumptions=(LINEAR, UNITS, "with arelbo:main.above: sigma_z^2 = min(1, sigma_x^2/V)"),
        formal={
            "kind": "infimum",
            "variables": {**LINEAR_MODEL, "s": "> 0, < V"},
            "over": ["a", "m", "v"],
            "expr": LINEAR_LOSS,
            "value": "1/2 + log(V/s)/2",
            "attained": True,
        },
        hints={
            "at": {"a": "sqrt(V-s)", "m": "sqrt(V-s)/V", "v": "s/V"},
            "proof": {"by": "slack", "slack": f"{BEST_CODE} + phi(V/(a^2+s))/2"},
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:main.any-model",
        printed=r"\text{any model: } I(x;x') \le \mathbb{E} D_{KL}(q_\phi(z|x)\|p(z)) \le \frac{\mathrm{tr}\,"
        r"\mathrm{Var}(x)}{2\sigma_x^2} \to 0 \text{ as } \sigma_x^2 \to \infty \text{ at a global optimum}",
        source=Source(key="arelbo", locator="Main Hypothesis, any encoder and decoder"),
        assumptions=(
            GLOBAL,
            "the family holds the collapsed model: decoder E x, encoder N(0, I); V = tr Var(x) is finite",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {"kind": "inequality", "lhs": MI_CODE, "relation": "<=", "rhs": KL_PRIOR},
                PROCESSING,
                {
                    "kind": "limit",
                    "variables": {"V": "> 0", "s": "> 0"},
                    "expr": "V/(2*s)",
                    "tends": {"s": "inf"},
                    "value": "0",
                },
            ],
            "argument": "At the optimum the divergence is at most J, which is at most its value V/(2 s) at the"
            " collapsed model; the information in x' is at most that in z, which is at most the divergence.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                {"slack": "int[z](gamma(z)*phi(p(z)/gamma(z)))"},
                {"slack": PROCESSING_SLACK},
                {},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
