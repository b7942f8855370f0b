"""Appendix C and Section 3.1.2: does a collapse in Fisher divergence give one in KL?"""

from variational.papers.illidvae.wording import EXACT, NORMAL, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, Claim, Status

STANDARD = {"z": {"mean": "0", "variance": "1"}}
KERNEL = (
    "l = 1, x ~ N(f(z), 1), f(z) = 0 for z <= b - 1, 2 b for z >= b and linear between: the gradient of a convex "
    "function; the datum is x = 2 b; b -> infinity"
)

CLAIMS = (
    Claim(
        id="illidvae:lsi",
        printed=r"\text{if a posterior that satisfies LSI collapses on the prior in terms of relative Fisher"
        r" divergence,"
        r" so will it in terms of KL-divergence; if we are only using Gaussian distributions in the VAE, then posterior"
        r" collapse in terms of the relative Fisher information divergence results in posterior collapse in terms of"
        r" KL-divergence}",
        source=printed_at("Sec. 3.1.2; App. C, Definition C.1 and the sentence below Proposition C.2"),
        assumptions=(EXACT,),
        formal={"kind": "all", "of": ["illidvae:lsi.fixed", "illidvae:lsi.gaussian"]},
        recorded=Status.REFUTED,
        corrected_by="illidvae:lsi.corrected",
    ),
    Claim(
        id="illidvae:lsi.fixed",
        printed=r"D(\rho \| \nu) \le \frac{1}{2\alpha} F(\rho \| \nu); \text{ if a posterior that satisfies LSI"
        r" collapses on the prior in terms of relative Fisher divergence, so will it in terms of KL-divergence}",
        source=printed_at("Sec. 3.1.2; App. C, Definition C.1"),
        assumptions=(
            "the posterior is nu, the prior rho",
            "alpha > 0 stays the same while F tends to 0; where it falls, see illidvae:lsi.gaussian",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"D": "real", "F": "real", "e": "> 0", "al": "> 0"},
                    "where": ["D <= F/(2*al)", "F <= e"],
                    "then": ["D <= e/(2*al)"],
                }
            ],
            "argument": "An epsilon-collapse in F is an epsilon/(2 alpha)-collapse in KL(p||p_x).",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(F/(2*al) - D) + (e - F)/(2*al)"}}]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:lsi.gaussian",
        printed=r"\text{Therefore, if we are only using Gaussian distributions in the VAE, then posterior collapse in"
        r" terms of the relative Fisher information divergence results in posterior collapse in terms of"
        r" KL-divergence.}",
        source=printed_at("App. C, below Proposition C.2"),
        assumptions=(
            EXACT,
            "prior and decoder are Gaussian; the exact posterior is Gaussian only if f is affine",
            NORMAL,
            KERNEL,
            "each of these posteriors satisfies LSI, by Proposition C.3, with a constant that tends to 0",
        ),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"h": "real"},
                    "under": STANDARD,
                    "integrand": "exp(h*z - h^2)",
                    "value": "exp(-h^2/2)",
                },
                {
                    "kind": "limit",
                    "variables": {"b": ">= 1"},
                    "expr": "16*b^4*exp(-(b-1)^2/2)",
                    "tends": {"b": "inf"},
                    "value": "0",
                },
                {
                    "kind": "limit",
                    "variables": {"b": ">= 1"},
                    "expr": "b^2 - (b+1)^2/2 - log(2*pi)/2",
                    "tends": {"b": "inf"},
                    "value": "inf",
                },
            ],
            "argument": "Let V = (x - f)^2/2. It is 2 b^2 for z <= b - 1 and 0 for z >= b, and between them |V'| <= 4 "
            "b^2. So F(p||p_x) = E V'^2 <= 16 b^4 P(z > b - 1), and P(z > h) <= exp(-h^2/2) by the first step "
            "(Markov): F "
            "tends to 0. But KL(p||p_x) = E V + log E exp(-V) >= 2 b^2 P(z <= b - 1) + log P(b <= z <= b + 1) is at "
            "least the third line, and tends to infinity.",
            "concludes": "refuted",
            "spaces": [DENSITIES],
        },
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:lsi.corrected",
        printed=r"\text{If the posterior is } N(m, v) \text{, then } \mathrm{KL}(p \| p_x) \le \tfrac{v}{2} F(p \| p_x)"
        r" \text{ and } v \le 1/(1 - \sqrt{F}) \text{ for } F < 1; \text{ for any posterior } \mathrm{KL}(p_x \| p) \le"
        r" \tfrac12 F(p_x \| p)",
        source=printed_at("App. C, below Proposition C.2, for a posterior that is Gaussian, and in the other order"),
        assumptions=(NORMAL, "coordinates along the axes of the covariance add"),
        formal={
            "kind": "all",
            "of": ["illidvae:lsi.fixed", "illidvae:lsi.posterior", "illidvae:lsi.reverse"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:lsi.posterior",
        printed=r"\mathrm{KL}(p \| p_x) \le \tfrac{v}{2} F(p \| p_x), \; v \le 1/(1 - \sqrt{F}) \text{ for } p_x ="
        r" N(m, v), \; F < 1",
        source=ours("App. C, a Gaussian posterior (an affine f, or a Gaussian encoder in its place)"),
        assumptions=(NORMAL, "one coordinate; others add"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "gaussian-integral",
                    "variables": {"m": "real", "v": "> 0"},
                    "under": STANDARD,
                    "integrand": "((z - m)/v - z)^2",
                    "value": "(1/v - 1)^2 + m^2/v^2",
                },
                {
                    "kind": "gaussian-integral",
                    "variables": {"m": "real", "v": "> 0"},
                    "under": STANDARD,
                    "integrand": "-z^2/2 + (z - m)^2/(2*v) + log(v)/2",
                    "value": "(1/v + m^2/v - 1 + log(v))/2",
                },
                {
                    "kind": "real-inequality",
                    "variables": {"m": "real", "v": "> 0"},
                    "then": ["(1/v + m^2/v - 1 + log(v))/2 <= v/2*((1/v - 1)^2 + m^2/v^2)"],
                },
                {
                    "kind": "real-inequality",
                    "variables": {"v": "> 0", "root": ">= 0, < 1"},
                    "where": ["(1/v - 1)^2 <= root^2"],
                    "then": ["1 - v*(1 - root) >= 0"],
                },
            ],
            "argument": "The first line is F(p||p_x), the second KL(p||p_x); F is at least (1/v - 1)^2, so the last "
            "step holds with the square root of F.",
            "concludes": "proved",
            "spaces": [DENSITIES],
        },
        hints={
            "steps": [
                {},
                {},
                {"proof": {"by": "slack", "slack": "phi(v)/2"}},
                {"proof": {"by": "slack"}},
            ]
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:lsi.reverse",
        printed=r"\mathrm{KL}(p_x \| p) \le \tfrac12 F(p_x \| p) \text{ for every posterior}",
        source=ours("App. C, with the prior N(0, I) as the distribution that satisfies LSI, alpha = 1"),
        assumptions=(NORMAL, "Proposition C.2 (illidvae:C2.bakry) with c = 1"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"D": "real", "F": "real", "e": "> 0"},
                    "where": ["D <= F/(2*1)", "F <= e"],
                    "then": ["D <= e/2"],
                }
            ],
            "argument": "-log p has the Hessian I. In this order a collapse in Fisher divergence is one in KL, "
            "whatever "
            "the decoder.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(F/2 - D) + (e - F)/2"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
