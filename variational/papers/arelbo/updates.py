"""Section 5.2 on the optimization with MLE: convergence, what Iso-I needs, bias and rank."""

from variational.papers.arelbo.wording import UNITS
from variational.records import DENSITIES, DISCRETE_X, Claim, Source, Status

# One datum that the decoder can reach: error r, variance s of the decoder, code N(m, v).
ONE_DATUM = {
    "kind": "infimum",
    "variables": {"r": "real", "s": "> 0", "m": "real", "v": "> 0"},
    "over": ["r", "s", "m", "v"],
    "expr": "r^2/(2*s) + log(s)/2 + (m^2 + v - 1 - log(v))/2",
    "value": "-inf",
}

CLAIMS = (
    Claim(
        id="arelbo:sec5.2.convergence",
        printed=r"\text{This combination guarantees that (i) there exists } \hat\Sigma_x \text{ such that } \tilde"
        r" J(\theta, \phi, \hat\Sigma_x) \le \tilde J(\theta, \phi, \Sigma_x) \text{ and (ii) there exist }"
        r" \hat\theta, \hat\phi \text{ such that } \tilde J(\hat\theta, \hat\phi, \hat\Sigma_x) \le \tilde J(\theta,"
        r" \phi, \hat\Sigma_x). \text{ In this respect, the convergence of the optimization is assured.}",
        source=Source(key="arelbo", locator="Sec. 5.2, proposed objective function"),
        assumptions=("the update scheme is (9a), (9b) on the empirical distribution", UNITS),
        formal={
            "kind": "all",
            "of": ["arelbo:F1.mle", "arelbo:sec5.2.convergence.descent", "arelbo:sec5.2.convergence.assured"],
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:sec5.2.convergence.corrected",
    ),
    Claim(
        id="arelbo:sec5.2.convergence.descent",
        printed=r"\tilde J \text{ does not increase: from (i) and (ii), } \tilde J(\hat\theta, \hat\phi,"
        r" \hat\Sigma_x) \le \tilde J(\theta, \phi, \Sigma_x)",
        source=Source(key="arelbo", locator="Sec. 5.2, (i) and (ii)"),
        assumptions=("J, K and L are the three values of the loss; (ii) holds with theta, phi themselves",),
        formal={
            "kind": "universal",
            "variables": {"J": "real", "K": "real", "L": "real"},
            "given": ["K <= J", "L <= K"],
            "then": ["L <= J"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.convergence.assured",
        printed=r"\text{In this respect, the convergence of the optimization is assured}",
        source=Source(key="arelbo", locator="Sec. 5.2, after (ii)"),
        assumptions=("data and decoder are such that the decoder can reach a datum exactly, without code",),
        formal={
            "kind": "steps",
            "steps": [ONE_DATUM],
            "argument": "For a data set of one point c and a decoder that can return c, (9b) reaches r = 0, whereupon"
            " (9a) gives the variance 0, at which the loss is not defined; on the way the loss decreases without"
            " bound. Values that decrease need not converge.",
            "concludes": "refuted",
            "spaces": ["discrete-x"],
        },
        hints={"steps": [{"path": {"r": "t", "s": "t^2", "m": "0", "v": "1"}, "tends": {"t": "0+"}}]},
        recorded=Status.REFUTED,
        corrected_by="arelbo:sec5.2.convergence.corrected",
    ),
    Claim(
        id="arelbo:sec5.2.convergence.corrected",
        printed=r"\text{with variances bounded from below, } \sigma_x^2 \ge c > 0, \; \tilde J_{rec} \ge"
        r" \tfrac{d_x}{2} \ln c, \text{ so the values of } \tilde J \text{ converge}",
        source=Source(key="arelbo", locator="Sec. 5.2, with a least variance"),
        assumptions=(
            "a sequence that does not increase and is bounded from below converges; its parameters need not",
            "n = d_x; the constant added before the logarithms in Sec. 5.2 has this effect",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"D": ">= 0", "c": "> 0", "s": "> 0, >= c", "n": "integer >= 1"},
                    "then": ["D/(2*s) + n/2*log(s) >= n/2*log(c)"],
                },
                {
                    "kind": "universal",
                    "variables": {"J": "real", "K": "real", "L": "real"},
                    "given": ["K <= J", "L <= K"],
                    "then": ["L <= J"],
                },
            ],
            "argument": "Restricted to s >= c, the estimate and the step (9b) still do not increase the loss, of"
            " which the divergence is not negative.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={
            "steps": [
                {
                    "proof": {
                        "by": "chain",
                        "through": ["n/2*log(s)"],
                        "proofs": [
                            {"by": "slack", "slack": "D/(2*s)"},
                            {
                                "by": "monotone",
                                "in": "s",
                                "at": "c",
                                "start": {"by": "slack"},
                                "above": {"by": "slack"},
                            },
                        ],
                    }
                },
                {},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:sec5.2.isoi",
        printed=r"\text{only ordinary MSE is required for Iso-I}",
        source=Source(key="arelbo", locator="Sec. 5.2, below Algorithm 1"),
        assumptions=(
            "read as: the objective depends on the errors through their mean square alone, and increases with it",
            "it is not the same loss as the MSE: see arelbo:sec5.2.isoi.weight",
        ),
        formal={"kind": "all", "of": ["arelbo:eq7.G5", "arelbo:sec5.2.isoi.order"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.isoi.order",
        printed=r"\text{for a given divergence, the objective of Iso-I orders models as the MSE does}",
        source=Source(key="arelbo", locator="Sec. 5.2 and Table 2, Iso-I"),
        assumptions=("D and E are the mean squared errors of two models, n = d_x",),
        formal={
            "kind": "real-inequality",
            "variables": {"D": "> 0", "E": "> 0, > D", "n": "integer >= 1"},
            "then": ["n/2*log(E) > n/2*log(D)"],
        },
        hints={"proof": {"by": "slack", "slack": "n/2*log(E/D)"}},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:sec5.2.isoi.weight",
        printed=r"\text{the objective of Iso-I can prefer a model that } \tfrac12 \mathrm{MSE} + D_{KL} \text{ does"
        r" not}",
        source=Source(key="arelbo", locator="Sec. 5.2 and Table 2, Iso-I against a fixed variance"),
        assumptions=("d_x = 1, sigma_x^2 = 1; errors D and E, divergences K and G of two models",),
        formal={
            "kind": "real-inequality",
            "exists": True,
            "variables": {"D": "> 0", "E": "> 0", "K": ">= 0", "G": ">= 0"},
            "then": ["D/2 + K < E/2 + G", "log(D)/2 + K > log(E)/2 + G"],
        },
        hints={"witness": {"D": "1", "K": "0", "E": "1/100", "G": "2"}},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:sec5.2.bias",
        printed=r"\text{all the derived objective functions are biased estimations due to the logarithm of expectation;"
        r" the rank of } \hat\Sigma_x \text{ is capped by the batch size}",
        source=Source(key="arelbo", locator="Sec. 5.2, the paragraph before 'Adaptive regularization'"),
        assumptions=("each part names its own assumptions",),
        formal={
            "kind": "all",
            "of": [
                "arelbo:sec5.2.bias.batch",
                "arelbo:sec5.2.bias.sample",
                "arelbo:sec5.2.bias.strict",
                "arelbo:sec5.2.bias.rank",
            ],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.bias.batch",
        printed=r"\mathbb{E}_{batch}[\ln \hat D] \le \ln \mathbb{E}[\hat D]",
        source=Source(key="arelbo", locator="Sec. 5.2, bias of Iso-I and Diag-I"),
        assumptions=("x stands for a batch, w(x) for its mean squared error: an estimate of the mean over the data",),
        formal={
            "kind": "inequality",
            "lhs": "int[x](pd(x)*log(w(x)))",
            "relation": "<=",
            "rhs": "log(int[x](pd(x)*w(x)))",
        },
        hints={"slack": "int[x](pd(x)*phi(w(x)/int[x'](pd(x')*w(x'))))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.bias.sample",
        printed=r"\mathbb{E}_{p_{data}} \mathbb{E}_{z \sim q_\phi(z|x)}[\ln \|x - \mu_\theta(z)\|^2] \le"
        r" \mathbb{E}_{p_{data}} \ln \mathbb{E}_{q_\phi(z|x)}[\|x - \mu_\theta(z)\|^2]",
        source=Source(key="arelbo", locator="Sec. 5.2, bias of Iso-D and Diag-D, with one sample of z"),
        assumptions=("v(x,z) is the squared error, positive",),
        formal={
            "kind": "inequality",
            "lhs": "int[x,z](pd(x)*q(z|x)*log(v(x,z)))",
            "relation": "<=",
            "rhs": "int[x](pd(x)*log(int[z](q(z|x)*v(x,z))))",
        },
        hints={"slack": "int[x,z](pd(x)*q(z|x)*phi(v(x,z)/int[z'](q(z'|x)*v(x,z'))))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:sec5.2.bias.strict",
        printed=r"\text{the bias is not zero in general}",
        source=Source(key="arelbo", locator="Sec. 5.2, 'biased estimations'"),
        assumptions=("two equally likely errors D and E; without a spread of the errors there is no bias",),
        formal={
            "kind": "real-inequality",
            "exists": True,
            "variables": {"D": "> 0", "E": "> 0"},
            "then": ["(log(D) + log(E))/2 < log((D+E)/2)"],
        },
        hints={"witness": {"D": "1", "E": "4"}},
        recorded=Status.PROVED,
    ),
)
