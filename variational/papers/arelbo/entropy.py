"""The entropy bound (F.5) on the information in the output, and the Gaussian entropy (F.6)."""

from variational.papers.arelbo.wording import CHANNEL, LINEAR, MI_ENDS, OUTPUT, THROUGH
from variational.records import Claim, Source, Status

CLAIMS = (
    Claim(
        id="arelbo:F5",
        printed=r"I(x;x') = H[p_{\theta,\phi}(x')] - \mathbb{E} H[p_{\theta,\phi}(x'|x)] \ge H[p_{\theta,\phi}(x')] -"
        r" \mathbb{E} H(\hat\sigma_x^2 I), \quad H(\hat\sigma_x^2 I) := \tfrac12 \ln(2\pi e \hat\sigma_x^{2 d_x})",
        source=Source(key="arelbo", locator="App. F, (F.5), (F.6)"),
        assumptions=("p_{theta,phi}(x'|x) is printed as E_q(z|x)[p_theta(x'|z)]: the decoder with its noise",),
        formal={"kind": "all", "of": ["arelbo:F5.entropies", "arelbo:F5.inequality", "arelbo:F5.F6"]},
        recorded=Status.REFUTED,
        corrected_by="arelbo:F5.corrected",
    ),
    Claim(
        id="arelbo:F5.entropies",
        printed=r"I(x;x') = H[p_{\theta,\phi}(x')] - \mathbb{E}_{p_{data}(x)} H[p_{\theta,\phi}(x'|x)]",
        source=Source(key="arelbo", locator="App. F, (F.5), first three lines"),
        assumptions=(CHANNEL,),
        formal={
            "kind": "identity",
            "lhs": MI_ENDS,
            "rhs": f"int[x,x'](pd(x)*{THROUGH}*log({THROUGH})) - int[x'](({OUTPUT})*log({OUTPUT}))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="arelbo:F5.inequality",
        printed=r"H[p_{\theta,\phi}(x'|x)] \le H(\hat\sigma_x^2 I) \text{ on the mean over } x",
        source=Source(key="arelbo", locator="App. F, (F.5), last line"),
        assumptions=(
            LINEAR,
            "0 < s < V: at the optimum of arelbo:main.below, the estimate (F.2) equals s by arelbo:thm2.tight",
            "x' given x is Gaussian there, of variance a^2 v + s = (V-s) s/V + s; the Gaussian entropies are compared",
        ),
        formal={
            "kind": "real-inequality",
            "variables": {"V": "> 0", "s": "> 0, < V"},
            "then": ["log(2*pi*exp(1)*((V-s)*s/V + s))/2 <= log(2*pi*exp(1)*s)/2"],
        },
        hints={"witness": {"V": "1", "s": "1/2"}},
        recorded=Status.REFUTED,
        corrected_by="arelbo:F5.inequality.corrected",
    ),
    Claim(
        id="arelbo:F5.inequality.corrected",
        printed=r"\mathbb{E} H[p_{\theta,\phi}(x'|x)] \le H((\hat\sigma_x^2 + \sigma_x^2) I)",
        source=Source(key="arelbo", locator="App. F, (F.5), last line, with the variance of the decoder added"),
        assumptions=(
            "x' is a sample of the decoder; d is E|x - x'|^2/d_x = sigma_hat^2 + s, n = d_x",
            "for x' = mu_theta(z) without noise the printed H(sigma_hat^2 I) is enough",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "inequality",
                    "lhs": "-int[x](pd(x)*log(pd(x)))",
                    "relation": "<=",
                    "rhs": "-int[x](pd(x)*log(pn(x)))",
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"r": "real", "s": "> 0"},
                    "under": {"e": {"mean": "0", "variance": "s"}},
                    "integrand": "(r+e)^2",
                    "value": "r^2 + s",
                },
                {
                    "kind": "real-identity",
                    "variables": {"n": "integer >= 1", "d": "> 0"},
                    "lhs": "n*d/(2*d) + n/2*log(2*pi*d)",
                    "rhs": "n/2*log(2*pi*exp(1)*d)",
                },
            ],
            "argument": "The entropy of x' given x is at most its cross-entropy with N(x, d I); its mean over x is "
            "E|x-x'|^2/(2d) + (n/2) log(2 pi d), and E|x-x'|^2 = n (sigma_hat^2 + s) by the second step.",
            "concludes": "proved",
            "spaces": ["densities"],
        },
        hints={"steps": [{"slack": "int[x](pd(x)*phi(pn(x)/pd(x)))"}, {}, {}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:F5.F6",
        printed=r"H(\hat\sigma_x^2 I) := \tfrac12 \ln(2\pi e \hat\sigma_x^{2 d_x}), \text{ the differential entropy"
        r" of the Gaussian with variance } \hat\sigma_x^2 I",
        source=Source(key="arelbo", locator="App. F, (F.6)"),
        assumptions=("s is the variance of every coordinate, n = d_x",),
        # ERR printed 2 pi e s^(2 d_x), should read (2 pi e s^2)^(d_x)
        formal={
            "kind": "gaussian-integral",
            "variables": {"s": "> 0", "n": "integer >= 1"},
            "under": {"u": {"mean": "0", "variance": "s"}},
            "integrand": "-log(exp(-u^2/(2*s))/sqrt(2*pi*s))",
            "copies": "n",
            "value": "1/2*log(2*pi*exp(1)*s^n)",
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:F5.F6.corrected",
    ),
    Claim(
        id="arelbo:F5.F6.corrected",
        printed=r"H(\hat\sigma_x^2 I) = \tfrac{d_x}{2} \ln(2\pi e \hat\sigma_x^2)",
        source=Source(key="arelbo", locator="App. F, (F.6), with the power d_x on the whole argument"),
        assumptions=("s is the variance of every coordinate, n = d_x",),
        formal={
            "kind": "gaussian-integral",
            "variables": {"s": "> 0", "n": "integer >= 1"},
            "under": {"u": {"mean": "0", "variance": "s"}},
            "integrand": "-log(exp(-u^2/(2*s))/sqrt(2*pi*s))",
            "copies": "n",
            "value": "n/2*log(2*pi*exp(1)*s)",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:F5.corrected",
        printed=r"I(x;x') \ge H[p_{\theta,\phi}(x')] - \tfrac{d_x}{2} \ln(2\pi e (\hat\sigma_x^2 + \sigma_x^2))",
        source=Source(key="arelbo", locator="App. F, (F.5), (F.6), as corrected"),
        assumptions=("each part names its own assumptions",),
        formal={
            "kind": "all",
            "of": ["arelbo:F5.entropies", "arelbo:F5.inequality.corrected", "arelbo:F5.F6.corrected"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
