"""The positivity argument in the proof of Theorem A.7, and Gaussian data that collapse in the limit for l < t."""

from variational.papers.illidvae.parabola import PARABOLA, PARABOLA_HINTS, PARABOLA_STEPS, PARABOLA_WORDS
from variational.papers.illidvae.theorem3_8 import EXACT_HINTS, EXACT_STEPS, EXACT_WORDS, EXAMPLE
from variational.papers.illidvae.wording import COMPOSED, MINIMAL, MODEL, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

CLAIMS = (
    Claim(
        id="illidvae:A7.proof",
        printed=r"\text{the integral is positive if and only if the latent space has an open set on which } (T(x) -"
        r" \mathbb{E}[T])^\top \nabla f^{(2)} B^\top \ne 0 \text{, equivalent to } \nabla_z \log p_\theta(x|z) \ne 0."
        r" \text{ This holds because } \xi = f_\theta(z) \text{ moves } t\text{-dimensional directions as } z \text{"
        r" changes. This implies the desired result.}",
        source=printed_at("App. A.3, proof of Theorem A.7, from 'To guarantee the lower boundedness'"),
        assumptions=(MODEL, COMPOSED, MINIMAL, "the prior density is continuous and positive everywhere"),
        formal={
            "kind": "all",
            "of": ["illidvae:A7.proof.equivalent", "illidvae:A7.proof.positive", "illidvae:A7.proof.infimum"],
        },
        recorded=Status.REFUTED,
        corrected_by="illidvae:thm3.8.corrected",
    ),
    Claim(
        id="illidvae:A7.proof.equivalent",
        printed=r"\text{because } \nabla f^{(1)} \text{ is invertible, } (T(x) - \mathbb{E}[T])^\top \nabla f^{(2)}"
        r" B^\top \ne 0 \text{ is equivalent to } \nabla_z \log p_\theta(x|z) \ne 0",
        source=printed_at("App. A.3, proof of Theorem A.7, the equivalence"),
        assumptions=(COMPOSED, "L_1 > 0; v is the vector on the left and H v the gradient, H >= L_1 I"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"v": "> 0", "w": "real", "L1": "> 0"},
                    "where": ["w >= L1^2*v"],
                    "then": ["w > 0"],
                }
            ],
            "argument": "w = |H v|^2 >= L_1^2 |v|^2 by illidvae:thm3.8.pointwise, with v the square of the size; and "
            "H v = 0 where v = 0.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(w - L1^2*v) + L1^2*v"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:A7.proof.positive",
        printed=r"\nabla_z \log p_\theta(x|z) \ne 0 \text{ on an open set holds under the assumption because the"
        r" parameter } \xi = f_\theta(z) \text{ moves } t\text{-dimensional directions as } z \text{ changes, and it in"
        r" turn changes } \log p_\theta(x|z) \text{ by Assumption A.6}",
        source=printed_at("App. A.3, proof of Theorem A.7, the sentence before the last"),
        assumptions=(*EXAMPLE, "L_1, L_2 > 0 are arbitrary"),
        formal={
            "kind": "steps",
            "steps": EXACT_STEPS,
            "argument": f"{EXACT_WORDS}. The parameter moves along a curve, an l-dimensional set, on which log p(x|z) "
            "may be constant.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": EXACT_HINTS},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:A7.proof.infimum",
        printed=r"\text{[the integral is positive for every } \theta \text{.] This implies the desired result}",
        source=printed_at("App. A.3, proof of Theorem A.7, the last sentence"),
        assumptions=(
            "the desired result is a right-hand side L_1^2 inf that is increasing in L_1, hence positive",
            *PARABOLA,
        ),
        formal={
            "kind": "steps",
            "steps": PARABOLA_STEPS,
            "argument": f"{PARABOLA_WORDS}: positive for every decoder of this family, with infimum 0.",
            "concludes": "refuted",
            "spaces": [DENSITIES],
        },
        hints={"steps": PARABOLA_HINTS},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:thm3.8.gaussian",
        printed=r"\inf_{\Theta_{L_1, L_2}} F(p \| p_\theta(z|x)) = 0 \text{ for every Gaussian datum } x \text{ and"
        r" all }"
        r" L_1, L_2, \text{ already for } l = 1, t = 2",
        source=ours("Theorem 3.8 for the family that App. A.3 names, Gaussian distributions"),
        assumptions=PARABOLA,
        formal={
            "kind": "steps",
            "steps": PARABOLA_STEPS,
            "argument": f"{PARABOLA_WORDS}.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={"steps": PARABOLA_HINTS},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
