"""The estimate (D.1) of the mutual information, and the cap that a batch puts on it."""

from variational.records import Claim, Source, Status

SUM = "A = -E_q(z) ln E_p(x') exp(-|z - mu_phi(x')|^2/(2 v)), the first term of (D.1)"

CLAIMS = (
    Claim(
        id="arelbo:D1",
        printed=r"I(x;z) = -\mathbb{E}_{q_{\phi,\sigma_z^2}(z)}\Big[\ln \mathbb{E}_{\tilde p_{data}(x')}"
        r" \exp\frac{-\|z - \mu_\phi(x')\|_2^2}{2\sigma_z^2}\Big] - \frac{d_x}{2}",
        source=Source(key="arelbo", locator="App. D.1, (D.1)"),
        assumptions=(
            SUM,
            "printed as an upper bound of the MI; with the distribution of the batch for that of the data it is the MI",
            "n = d_z and N = d_x; I(x;z) = H(z) - H(z|x), H(z) = A + (n/2) ln(2 pi v), H(z|x) = (n/2) ln(2 pi e v)",
        ),
        # ERR printed d_x/2, should read d_z/2
        formal={
            "kind": "real-identity",
            "variables": {"A": "real", "v": "> 0", "n": "integer >= 1", "N": "integer >= 1"},
            "lhs": "A + n/2*log(2*pi*v) - n/2*log(2*pi*exp(1)*v)",
            "rhs": "A - N/2",
        },
        recorded=Status.REFUTED,
        corrected_by="arelbo:D1.corrected",
    ),
    Claim(
        id="arelbo:D1.corrected",
        printed=r"I(x;z) = -\mathbb{E}_{q_{\phi,\sigma_z^2}(z)}\Big[\ln \mathbb{E}_{\tilde p_{data}(x')}"
        r" \exp\frac{-\|z - \mu_\phi(x')\|_2^2}{2\sigma_z^2}\Big] - \frac{d_z}{2}",
        source=Source(key="arelbo", locator="App. D.1, (D.1), with d_z for d_x"),
        assumptions=(SUM, "n = d_z; I(x;z) = H(z) - H(z|x) for z drawn from the same distribution"),
        formal={
            "kind": "real-identity",
            "variables": {"A": "real", "v": "> 0", "n": "integer >= 1"},
            "lhs": "A + n/2*log(2*pi*v) - n/2*log(2*pi*exp(1)*v)",
            "rhs": "A - n/2",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="arelbo:D1.cap",
        printed=r"\text{on a batch of } N \text{ data, (D.1) with } d_z \text{ is at most } \ln N",
        source=Source(key="arelbo", locator="App. D.1, (D.1), what a batch of N can show"),
        assumptions=(
            "z is drawn from the code of a datum x of the batch, over which the inner mean is taken; q ="
            " |z-mu(x)|^2/(2 v)",
            "R is the sum of the other N - 1 exponentials, N >= 2",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"R": "> 0", "q": ">= 0", "N": "> 0"},
                    "then": ["-log((R + exp(-q))/N) <= log(N) + q"],
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"v": "> 0", "n": "integer >= 1"},
                    "under": {"e": {"mean": "0", "variance": "v"}},
                    "integrand": "e^2/(2*v)",
                    "copies": "n",
                    "value": "n/2",
                },
            ],
            "argument": "The mean of q is d_z/2, so the first term of (D.1) is at most log N + d_z/2.",
            "concludes": "proved",
            "spaces": ["discrete-x"],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "log(1 + R*exp(q))"}}, {}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
