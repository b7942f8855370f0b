"""What Theorem 2 rests on and is used for: (F.1), (F.2), and Sec. 4.3 on the empirical distribution."""

from variational.papers.arelbo.theorem2 import BALANCED, BLIND, BLIND_HINT, NOT_ONE, RESCALED, RESCALED_HINT, STRICT
from variational.papers.arelbo.wording import ANY_MODEL, GLOBAL, NO_HYPOTHESIS, UNITS
from variational.records import DISCRETE_X, Claim, Source, Status

SIGN = {"by": "slack"}

CLAIMS = (
    Claim(
        id="arelbo:sec4.3",
        printed=r"\text{Theorem 2 remains true even when } p_{data}(x) \text{ is replaced with } \tilde p_{data}(x)",
        source=Source(key="arelbo", locator="Sec. 4.3"),
        assumptions=(
            GLOBAL,
            NO_HYPOTHESIS,
            UNITS,
            "the proof of Theorem 2 does not carry over either: the empirical distribution has no entropy, and "
            "I(x;x') <= ln N for N data points",
        ),
        formal={
            "kind": "steps",
            "steps": [BLIND, *NOT_ONE],
            "argument": "The empirical distribution of one sample, or of equal ones, is the witness of arelbo:thm2"
            " with V = 0: for every sigma_x^2 the optimum has sigma_z^2 = 1.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": [BLIND_HINT, {"proof": STRICT}, {"proof": STRICT}]},
        recorded=Status.REFUTED,
        corrected_by="arelbo:sec4.3.corrected",
    ),
    Claim(
        id="arelbo:sec4.3.corrected",
        printed=r"\text{For } N \text{ data points, two of them at distance } \delta > 0: \text{ at a global optimum }"
        r" D = \mathbb{E}\|x - \mu_\theta(z)\|_2^2 \ge \tfrac{\delta^2}{2N}\, \mathrm{erfc}"
        r" \sqrt{\tfrac{N d_z (1 - \sigma_z^2)}{4 \sigma_z^2}}; \text{ hence } D \to 0 \text{ implies } \sigma_z^2"
        r" \to 0.",
        source=Source(key="arelbo", locator="Sec. 4.3, Theorem 2 for the empirical distribution, quantitative"),
        assumptions=(
            GLOBAL,
            ANY_MODEL,
            "nothing is asked of mu_phi; d = d_z; sigma_z^2 <= 1 follows from the first step",
        ),
        formal={
            "kind": "steps",
            "steps": [
                RESCALED,
                {
                    "kind": "real-inequality",
                    "variables": {"c": "real", "e": "real", "N": "integer >= 2"},
                    "then": ["(c^2 + e^2)/N >= (c-e)^2/(2*N)"],
                },
                {
                    "kind": "infimum",
                    "variables": {"a": "> 0", "b": "> 0", "x": "real", "y": "real", "u": "real"},
                    "over": ["u"],
                    "expr": "a*(x-u)^2 + b*(y-u)^2",
                    "value": "a*b/(a+b)*(x-y)^2",
                    "attained": True,
                },
                {
                    "kind": "real-inequality",
                    "variables": {"a": "> 0", "b": "> 0, >= a"},
                    "then": ["a*b/(a+b) >= a/2"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"w": "> 0, <= 1", "v": "> 0, >= w, <= 1", "N": "integer >= 2", "d": "integer >= 1"},
                    "then": ["N*d*(1-v)/(4*v) <= N*d*(1-w)/(4*w)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"g": ">= 0", "k": ">= g"},
                    "then": ["erfc(k) <= erfc(g)", "erfc(k) > 0"],
                },
            ],
            "argument": f"{BALANCED} E|mu|^2 = d (1 - v). The two points have codes at distance r with r^2/(2N) <="
            " E|mu|^2. Whatever is decoded at z, the two points err there by at least delta^2/(2N) times the smaller"
            " of their two code densities; the integral of the smaller of N(c, v I) and N(e, v I) is erfc(r/(2 sqrt(2"
            " v))). This is the bound. It does not fall with v: while v >= w > 0, D is at least its positive value at"
            " w.",
            "concludes": "proved",
            "spaces": ["discrete-x"],
        },
        hints={
            "steps": [
                RESCALED_HINT,
                {"proof": {"by": "slack", "slack": "(c+e)^2/(2*N)"}},
                {
                    "at": {"u": "(a*x+b*y)/(a+b)"},
                    "proof": {"by": "slack", "slack": "(a+b)*(u-(a*x+b*y)/(a+b))^2"},
                },
                {"proof": {"by": "slack", "slack": "a*(b-a)/(2*(a+b))"}},
                {"proof": {"by": "slack", "slack": "N*d*(v-w)/(4*v*w)"}},
                {
                    "proofs": {
                        "erfc(k) <= erfc(g)": {"by": "monotone", "in": "k", "at": "g", "start": SIGN, "above": SIGN},
                        "erfc(k) > 0": SIGN,
                    }
                },
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:F1",
        printed=r"\lim_{\sigma_x^2 \to 0} \mathbb{E}\big[\|x - \mu_\theta(z)\|_2^2\big] = 0, \text{ which also leads"
        r" to } \hat\sigma_x^2 \to 0; \quad \hat\sigma_x^2 = \tfrac{1}{d_x} \mathbb{E}\big[\|x -"
        r" \mu_\theta(z)\|_2^2\big]",
        source=Source(key="arelbo", locator="App. F, (F.1), (F.2)"),
        assumptions=(NO_HYPOTHESIS, UNITS),
        formal={"kind": "all", "of": ["arelbo:F1.limit", "arelbo:F1.mle"]},
        recorded=Status.REFUTED,
        corrected_by="arelbo:F1.corrected",
    ),
    Claim(
        id="arelbo:F1.limit",
        printed=r"\lim_{\sigma_x^2 \to 0} \mathbb{E}_{p_{data} q_{\phi,\sigma_z^2}}\big[\|x -"
        r" \mu_\theta(z)\|_2^2\big] = 0",
        source=Source(key="arelbo", locator="App. F, (F.1), quoted from Theorem 4 of Dai and Wipf (2019)"),
        assumptions=(
            "the limit is zero only if the least error of the family is zero, which is the formal statement",
            "the family: x of covariance I in two dimensions, one-dimensional codes N(m x1 + n x2, v), decoder (a z,"
            " b z)",
            "the quoted theorem is about networks of sufficient capacity, and d_z at least the dimension of the data",
        ),
        formal={
            "kind": "infimum",
            "variables": {"a": "real", "b": "real", "m": "real", "n": "real", "v": "> 0"},
            "over": ["a", "b", "m", "n", "v"],
            "expr": "(1-a*m)^2 + (a*n)^2 + (b*m)^2 + (1-b*n)^2 + v*(a^2+b^2)",
            "value": "0",
        },
        hints={
            "bound": "1",
            "proof": {"by": "slack", "slack": "(1-a*m-b*n)^2 + (a*n-b*m)^2 + v*(a^2+b^2)"},
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:F1.corrected",
    ),
    Claim(
        id="arelbo:F1.mle",
        printed=r"\hat\sigma_x^2 = \tfrac{1}{d_x} \mathbb{E}_{\tilde p_{data} q}\big[\|x - \mu_\theta(z)\|_2^2\big]",
        source=Source(key="arelbo", locator="App. F, (F.2); App. G, (G.4)"),
        assumptions=("D > 0 is the mean squared error, n = d_x; the estimate minimises D/(2s) + (n/2) ln s",),
        formal={
            "kind": "infimum",
            "variables": {"D": "> 0", "n": "integer >= 1", "s": "> 0"},
            "over": ["s"],
            "expr": "D/(2*s) + n/2*log(s)",
            "value": "n/2 + n/2*log(D/n)",
            "attained": True,
        },
        hints={"at": {"s": "D/n"}, "proof": {"by": "slack", "slack": "n/2*phi(D/(n*s))"}},
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:F1.corrected",
        printed=r"\text{If some model has } \mathbb{E}\|x - \mu_\theta(z)\|_2^2 \le \epsilon \text{ and } \mathbb{E}"
        r" D_{KL} \le K, \text{ then at a global optimum } \mathbb{E}\|x - \mu_\theta(z)\|_2^2 \le \epsilon +"
        r" 2\sigma_x^2 K \to \epsilon \text{ as } \sigma_x^2 \to 0; \text{ and (F.2)}",
        source=Source(key="arelbo", locator="App. F, (F.1), (F.2), with the capacity of the family as a hypothesis"),
        assumptions=(
            GLOBAL,
            "where the family has models of finite divergence and arbitrarily small error, the limit is 0",
        ),
        formal={
            "kind": "all",
            "of": ["arelbo:F1.corrected.bound", "arelbo:F1.corrected.limit", "arelbo:F1.mle"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:F1.corrected.bound",
        printed=r"\tfrac{D}{2\sigma_x^2} + G \le \tfrac{\epsilon}{2\sigma_x^2} + K, \; G \ge 0 \Rightarrow D \le"
        r" \epsilon + 2\sigma_x^2 K",
        source=Source(key="arelbo", locator="App. F, (F.1), comparison of the optimum with a model of the family"),
        assumptions=("D and G are error and divergence at the optimum; the premise is that J is not larger there",),
        formal={
            "kind": "universal",
            "variables": {"s": "positive", "D": "real", "G": "nonnegative", "K": "real", "e": "real"},
            "given": ["D + 2*s*G <= e + 2*s*K"],
            "then": ["D <= e + 2*s*K"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:F1.corrected.limit",
        printed=r"2\sigma_x^2 K \to 0 \text{ as } \sigma_x^2 \to 0",
        source=Source(key="arelbo", locator="App. F, (F.1), the bound as sigma_x^2 vanishes"),
        assumptions=("K stays; for K = 0 there is nothing to show",),
        formal={
            "kind": "limit",
            "variables": {"s": "> 0", "K": "> 0"},
            "expr": "2*s*K",
            "tends": {"s": "0+"},
            "value": "0",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
