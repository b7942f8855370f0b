"""Section 5: the NC-VAE loss and the choice of p_n."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import POSITIVE
from variational.records import Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["ncvae"]
LOSS = grammar.functional(OBJECTIVE)
RECON = "-int[x,z](pd(x)*q(z|x)*log(p(x|z)))"
# The losses with p_n = p_d, and the beta-VAE loss of weight beta + delta.
SAME_DATA = f"{RECON} + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) + delta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/n(z)))"
BETA_VAE = f"{RECON} + (beta+delta)*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))"

CLAIMS = (
    Claim(
        id="ncvae:eq12",
        printed=r"\mathcal{L}_{nc-vae} = -\mathbb{E}_{p_d(x)}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \mathbb{E}_{p_d(x)}[\mathrm{KL}(q(z|x)\|p(z))] + \delta"
        r" \mathbb{E}_{p_n(x)}[\mathrm{KL}(q(z|x)\|n(z))]",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12) and its Remark"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "all",
            "of": ["ncvae:eq12.loss", "ncvae:eq12.no-contrast", "ncvae:eq12.same", "ncvae:eq12.decomposition"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.loss",
        printed=r"\mathcal{L}_{nc-vae} = -\mathbb{E}_{p_d(x)}[\mathbb{E}_{q(z|x)}[\log p(x|z)]]"
        r" + \beta \mathbb{E}_{p_d(x)}[\mathrm{KL}(q(z|x)\|p(z))] + \delta"
        r" \mathbb{E}_{p_n(x)}[\mathrm{KL}(q(z|x)\|n(z))]",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12), as the objective judged here"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": "-int[x](pd(x)*int[z](q(z|x)*log(p(x|z)))) + beta*int[x](pd(x)*int[z](q(z|x)*log(q(z|x)/p(z))))"
            " + delta*int[x](pn(x)*int[z](q(z|x)*log(q(z|x)/n(z))))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.no-contrast",
        printed=r"\text{our model generalizes } \beta\text{-VAE and recovers it when } \delta = 0",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (12), delta = 0"),
        assumptions=("delta = 0; then beta + delta = beta is the weight of KL(q(z|x)||p(z))", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": f"{RECON} + beta*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z))) +"
            f" 0*int[x,z](pn(x)*q(z|x)*log(q(z|x)/n(z)))",
            "rhs": f"{RECON} + (beta+0)*int[x,z](pd(x)*q(z|x)*log(q(z|x)/p(z)))",
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.same",
        printed=r"\text{recovers it when } p_n = p_d \text{ and } n = p, \text{ in which cases } \beta + \delta"
        r" \text{ is the corresponding weight of } \mathrm{KL}(q(z|x)\|p(z))",
        source=Source(key="ncvae", locator="Sec. 5, Remark after eq. (12), p_n = p_d and n = p"),
        assumptions=("p_n = p_d and n = p", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": BETA_VAE,
            "where": {"pn(x)": "pd(x)", "n(z)": "p(z)"},
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="ncvae:eq12.decomposition",
        printed=r"\mathcal{L}_{nc-vae} = H(X) + (\beta-1) I_q(x;z) + \beta \, \mathrm{KL}(\gamma\|p)"
        r" + \delta \mathbb{E}_{p_n} \mathrm{KL}(q\|n) + \mathbb{E}_\gamma \mathrm{KL}(q(x|z)\|p(x|z))",
        source=Source(key="ncvae", locator="Sec. 5, eq. (12), decomposed"),
        assumptions=(POSITIVE,),
        formal={
            "kind": "identity",
            "lhs": LOSS,
            "rhs": f"{blocks.DATA_ENTROPY} + (beta-1)*{blocks.BLOCKS[blocks.MI]} + beta*{blocks.BLOCKS[blocks.KL_GP]}"
            f" + delta*{blocks.BLOCKS[blocks.KL_QN]} + {blocks.DECODER_GAP}",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:sec5.1",
        printed=r"\text{Since choosing } p_n(x) = p_d(x) \text{ recovers } \beta\text{-VAE}",
        source=Source(key="ncvae", locator="Sec. 5.1, first sentence"),
        assumptions=(
            "p_n = p_d and nothing is said of n, while (12) takes n different from p",
            "'recovers' allows a constant: the two losses differ by a constant in normalised q if and only if the"
            " derivative of their difference in q(z|x) does not depend on z, hence equals its own average under p",
            POSITIVE,
        ),
        formal={
            "kind": "derivative",
            "functional": f"{SAME_DATA} - ({BETA_VAE})",
            "wrt": "q(z|x)",
            "kernel": "delta*pd(x)*int[z'](p(z')*log(p(z')/n(z')))",
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:sec5.1.corrected",
    ),
    Claim(
        id="ncvae:sec5.1.corrected",
        printed=r"p_n = p_d \text{ gives, up to a constant, the } \beta\text{-VAE with weight } \beta + \delta"
        r" \text{ and} \text{ prior proportional to } r(z) = p(z)^{\frac{\beta}{\beta+\delta}}"
        r" n(z)^{\frac{\delta}{\beta+\delta}}",
        source=Source(key="ncvae", locator="Sec. 5.1, first sentence, with the prior that belongs to it"),
        assumptions=("beta > 0 and delta > 0", "r is not normalised, which changes the loss by a constant", POSITIVE),
        formal={
            "kind": "identity",
            "lhs": SAME_DATA,
            "rhs": f"{RECON} + (beta+delta)*int[x,z](pd(x)*q(z|x)*(log(q(z|x)) - log_r(z)))",
            "where": {"log_r(z)": "(beta*log(p(z)) + delta*log(n(z)))/(beta+delta)"},
            "conditions": ["beta > 0", "delta > 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
