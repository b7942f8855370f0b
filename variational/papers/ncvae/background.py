"""What the text says of every model: the ELBO, Lemma 1, the strategy of its proofs, its summary."""

from variational import blocks
from variational.papers.ncvae.wording import COLLAPSE, POSITIVE
from variational.records import Claim, Source, Status

ELBO = "int[z](q(z|x)*log(p(x|z))) - int[z](q(z|x)*log(q(z|x)/p(z)))"

CLAIMS = (
    Claim(
        id="ncvae:eq1",
        printed=r"\log p_d(x) \ge \mathbb{E}_{q_\phi(z|x)}[\log p_\theta(x|z)] - \mathrm{KL}(q_\phi(z|x)\|p(z))",
        source=Source(key="ncvae", locator="Sec. 1, eq. (1)"),
        assumptions=(
            "for every x",
            "p_d is the distribution of the data, as in the rest of the text; the decoder p_theta(x|z) is arbitrary",
            POSITIVE,
        ),
        formal={"kind": "inequality", "lhs": "log(pd(x))", "relation": ">=", "rhs": ELBO},
        # ERR printed log p_d(x), should read log p_theta(x)
        hints={
            "witness": {
                "space": {
                    "x": 2,
                    "z": 2,
                    "functions": {
                        "pd": ["1/2", "1/2"],
                        "p": ["1/2", "1/2"],
                        "q|": [["1/2", "1/2"], ["1/2", "1/2"]],
                        "p|": [["9/10", "9/10"], ["1/10", "1/10"]],
                    },
                    "parameters": {},
                },
                "at": {"x": 0},
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq1.corrected",
    ),
    Claim(
        id="ncvae:eq1.corrected",
        printed=r"\log p_\theta(x) \ge \mathbb{E}_{q(z|x)}[\log p_\theta(x|z)] - \mathrm{KL}(q(z|x)\|p(z)),"
        r"\quad p_\theta(x) = \int p(z) p_\theta(x|z) \, dz",
        source=Source(key="ncvae", locator="Sec. 1, eq. (1), with log p_theta(x) for log p_d(x)"),
        assumptions=("for every x", POSITIVE),
        formal={"kind": "inequality", "lhs": "log(int[z](p(z)*p(x|z)))", "relation": ">=", "rhs": ELBO},
        hints={"slack": "int[z](q(z|x)*phi(p(z)*p(x|z)/(q(z|x)*int[z'](p(z')*p(x|z')))))"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq1.average",
        printed=r"\mathbb{E}_{p_d}[\log p_d(x)] \ge \mathbb{E}_{p_d}\big[\mathbb{E}_{q(z|x)}[\log p_\theta(x|z)]"
        r" - \mathrm{KL}(q(z|x)\|p(z))\big]",
        source=Source(key="ncvae", locator="Sec. 1, eq. (1), averaged over the data"),
        assumptions=("the bound is averaged over x drawn from p_d", POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": "int[x](pd(x)*log(pd(x)))",
            "relation": ">=",
            "rhs": "int[x,z](pd(x)*q(z|x)*log(p(x|z))) - int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))",
        },
        hints={
            "slack": "int[z](gamma(z)*phi(p(z)/gamma(z))) + int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:lem1",
        printed=r"\text{If } p^*(x|z) \text{ or } q^*(z|x) \text{ factorizes as } A(x)B(z) \text{ for some } A"
        r" \text{ and } B, \text{ then PC happens.}",
        source=Source(key="ncvae", locator="Lemma 1"),
        assumptions=("p* and q* are normalised", COLLAPSE),
        formal={"kind": "all", "of": ["ncvae:lem1.decoder", "ncvae:lem1.encoder"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:lem1.decoder",
        printed=r"p^*(x|z) = A(x)B(z) \text{ normalizes to } 1 \text{ for any } z"
        r" \Rightarrow B \text{ is constant, } p^* \text{ has collapsed}",
        source=Source(key="ncvae", locator="Lemma 1 and its proof, App. B, decoder"),
        assumptions=(
            "A and B are positive: where A vanishes so does p*(x|z), for every z",
            "a normalised A(x)B(z) equals A(x)B(z) over its own integral, which is shown not to depend on z",
        ),
        formal={
            "kind": "identity",
            "lhs": "a(x)*b(z)/int[x'](a(x')*b(z))",
            "rhs": "a(x)/int[x'](a(x'))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:lem1.encoder",
        printed=r"q^*(z|x) = A(x)B(z) \Rightarrow A \text{ is constant, } q^* \text{ has collapsed}",
        source=Source(key="ncvae", locator="Lemma 1 and its proof, App. B, 'the same argument holds with A'"),
        assumptions=(
            "A and B are positive: where B vanishes so does q*(z|x), for every x",
            "a normalised A(x)B(z) equals A(x)B(z) over its own integral, which is shown not to depend on x",
        ),
        formal={
            "kind": "identity",
            "lhs": "a(x)*b(z)/int[z'](a(x)*b(z'))",
            "rhs": "b(z)/int[z'](b(z'))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:sec4.strategy",
        printed=r"\text{1. Find the critical points } (p^*, q^*) \text{ of the Lagrangian. 2. Show that the"
        r" unconstrained loss is a strongly convex functional, thus } (p^*, q^*) \text{ is the unique global"
        r" minimizer. 3. Prove that} \text{ both factorize as } A(x)B(z). \text{ 4. Obtain posterior collapse from"
        r" Lemma 1.}",
        source=Source(key="ncvae", locator="Sec. 4, steps 1-4"),
        assumptions=(
            "the steps are printed for most of the proofs of posterior collapse: beta-VAE, InfoVAE and AAE",
            "judged is step 2, without which the conclusion does not follow; convexity is joint in p(x|z) and q(z|x)",
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:sec4.strategy.beta-vae", "ncvae:sec4.strategy.infovae", "ncvae:sec4.strategy.aae"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:sec4.strategy.corrected",
    ),
    Claim(
        id="ncvae:sec4.strategy.beta-vae",
        printed=r"\mathcal{L}_\beta \text{ is a strongly convex functional}",
        source=Source(key="ncvae", locator="Sec. 4, step 2, for the beta-VAE of Theorem 2"),
        assumptions=("beta > 0 and beta != 1", "convexity is joint in p(x|z) and q(z|x)"),
        formal={
            "kind": "convex",
            "objective": blocks.BUILT_IN["beta-vae"],
            "conditions": ["beta > 0", "beta != 1"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:sec4.strategy.corrected",
    ),
    Claim(
        id="ncvae:sec4.strategy.infovae",
        printed=r"\mathcal{L}_{InfoVAE} \text{ is a strongly convex functional}",
        source=Source(key="ncvae", locator="Sec. 4, step 2, for the InfoVAE of Theorem 3"),
        assumptions=("alpha != 1 and alpha + lambda > 1", "convexity is joint in p(x|z) and q(z|x)"),
        formal={
            "kind": "convex",
            "objective": blocks.BUILT_IN["infovae"],
            "conditions": ["alpha != 1", "alpha + lambda > 1"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:eq44.convexity.corrected",
    ),
    Claim(
        id="ncvae:sec4.strategy.aae",
        printed=r"\mathcal{L}_{AAE} \text{ is a strongly convex functional}",
        source=Source(key="ncvae", locator="Sec. 4, step 2, for the AAE of Theorem 4"),
        assumptions=("lambda > 0", "convexity is joint in p(x|z) and q(z|x)"),
        formal={"kind": "convex", "objective": blocks.BUILT_IN["aae"], "conditions": ["lambda > 0"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm4.corrected",
    ),
    Claim(
        id="ncvae:sec4.strategy.corrected",
        printed=r"\mathcal{L}_\beta \text{ is jointly convex in } (p, q) \text{ if } \beta \ge 1",
        source=Source(key="ncvae", locator="Sec. 4, step 2, for the beta-VAE with beta >= 1"),
        assumptions=("beta >= 1", "convexity is joint in p(x|z) and q(z|x), and strict for beta > 1"),
        formal={"kind": "convex", "objective": blocks.BUILT_IN["beta-vae"], "conditions": ["beta >= 1"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:eq44.convexity.corrected",
        printed=r"\text{the local integrand of } \mathcal{L}_{InfoVAE} \text{ is jointly convex in } (p, q)"
        r" \text{ if } \alpha \le 0",
        source=Source(key="ncvae", locator="Sec. 4, step 2, for InfoVAE with alpha <= 0"),
        assumptions=("alpha <= 0", "convexity of the local integrand, joint in p(x|z) and q(z|x)"),
        formal={"kind": "convex", "objective": blocks.BUILT_IN["infovae"], "conditions": ["alpha <= 0"]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:sec4.4",
        printed=r"\text{showing that PC always occurs for non-parametric encoders and decoders}",
        source=Source(key="ncvae", locator="Abstract; Sec. 1, contributions; Sec. 4.4"),
        assumptions=("for beta-VAE, InfoVAE and AAE, under the hypotheses of the three corollaries", COLLAPSE),
        formal={"kind": "all", "of": ["ncvae:cor2.1", "ncvae:cor3.1", "ncvae:cor4.1"]},
        recorded=Status.REFUTED,
        corrected_by="ncvae:sec4.4.corrected",
    ),
    Claim(
        id="ncvae:sec4.4.corrected",
        printed=r"\text{PC occurs for the } \beta\text{-VAE if } \beta > 1, \text{ for InfoVAE if } \alpha < 0 <"
        r" \lambda, \text{ and never for the AAE}",
        source=Source(key="ncvae", locator="Abstract; Sec. 4.4, with conditions"),
        assumptions=("finite spaces, or countable data with atomless codes, for the AAE", COLLAPSE),
        formal={
            "kind": "all",
            "of": ["ncvae:cor2.1.corrected", "ncvae:cor3.1.corrected", "ncvae:thm4.corrected"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
