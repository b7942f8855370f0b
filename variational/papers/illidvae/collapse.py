"""Section 2: the ELBO, posterior collapse against non-identifiability, and whether injectivity is enough."""

from variational.papers.illidvae.theorem3_8 import EXACT_HINTS, EXACT_STEPS, EXACT_WORDS, EXAMPLE
from variational.papers.illidvae.wording import EXACT, NOT_CONSTANT, POSITIVE, SQUARE, ours, printed_at
from variational.records import DENSITIES, DISCRETE_X, SPACES, Claim, Status

EVIDENCE = "int[z'](p(z')*p(x|z'))"
ELBO = "int[z](q(z|x)*log(p(x|z))) - int[z](q(z|x)*log(q(z|x)/p(z)))"
GAP = f"int[z](q(z|x)*log(q(z|x)*{EVIDENCE}/(p(z)*p(x|z))))"
POSTERIOR = {
    "kind": "identity",
    "lhs": f"p(z)*p(x|z)/{EVIDENCE} - p(z)",
    "rhs": f"p(z)*(p(x|z) - {EVIDENCE})/{EVIDENCE}",
}
INJECTIVE = {
    "kind": "real-inequality",
    "variables": {"y": "real", "w": "real"},
    "where": ["y > w"],
    "then": ["1/(1 + exp(-2*y)) > 1/(1 + exp(-2*w))"],
}
INJECTIVE_HINT = {
    "proof": {
        "by": "slack",
        "slack": "exp(-2*y)*(exp(2*(y - w)) - 1)/((1 + exp(-2*y))*(1 + exp(-2*w)))",
    }
}

CLAIMS = (
    Claim(
        id="illidvae:eq2",
        printed=r"\log p_\theta(\boldsymbol{x}) = \sum_{i=1}^n \mathcal{L}_{\theta,\phi}(x_i) + D(q_\phi(z|x_i) \|"
        r" p_\theta(z|x_i)) \ge \sum_{i=1}^n \mathcal{L}_{\theta,\phi}(x_i), \text{ and the equality holds only if }"
        r" D(q_\phi(z|x_i) \| p_\theta(z|x_i)) = 0 \text{ for all } x_i",
        source=printed_at("Sec. 2.1, eqs. (1), (2) and the ELBO below"),
        assumptions=("all densities are positive", "the sum is over independent data, so one datum decides"),
        formal={"kind": "all", "of": ["illidvae:eq2.decomposition", "illidvae:eq2.bound", "illidvae:eq2.equality"]},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:eq2.decomposition",
        printed=r"\log p_\theta(x) = \mathbb{E}_{q_\phi(z|x)}[\log p_\theta(x|z)] - D(q_\phi(z|x) \| p(z)) +"
        r" D(q_\phi(z|x) \| p_\theta(z|x))",
        source=printed_at("Sec. 2.1, eq. (2)"),
        assumptions=("all densities are positive",),
        formal={"kind": "identity", "lhs": f"log({EVIDENCE})", "rhs": f"{ELBO} + {GAP}"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:eq2.bound",
        printed=r"\log p_\theta(x) \ge \mathcal{L}_{\theta,\phi}(x)",
        source=printed_at("Sec. 2.1, the ELBO below eq. (2)"),
        assumptions=("all densities are positive",),
        formal={"kind": "inequality", "lhs": f"log({EVIDENCE})", "relation": ">=", "rhs": ELBO},
        hints={"slack": f"int[z](q(z|x)*phi(p(z)*p(x|z)/(q(z|x)*{EVIDENCE})))"},
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:eq2.equality",
        printed=r"\text{the equality holds only if } D(q_\phi(z|x_i) \| p_\theta(z|x_i)) = 0 \text{ for all } x_i",
        source=printed_at("Sec. 2.1, below the ELBO"),
        assumptions=("one divergence a > 0, the others add up to b >= 0",),
        formal={
            "kind": "real-inequality",
            "variables": {"a": "> 0", "b": ">= 0"},
            "then": ["a + b > 0"],
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:equivalence",
        printed=r"\text{the 0-posterior collapse of Definition 2.2, } p_{\hat\theta}(z|\boldsymbol{x}) = p(z) \text{,"
        r" and latent variable non-identifiability (Definition 2.3), } p_{\hat\theta}(\boldsymbol{x}|z) ="
        r" p_{\hat\theta}(\boldsymbol{x}|z') \text{ for all } z, z' \text{, are equivalent}",
        source=printed_at("Sec. 2.2, Definitions 2.2 and 2.3, after Wang et al. (2021)"),
        assumptions=(EXACT, "the evidence of the data is positive", "no restriction on the prior (Sec. 3.1.1)"),
        formal={"kind": "all", "of": ["illidvae:equivalence.if", "illidvae:equivalence.only-if"]},
        recorded=Status.REFUTED,
        corrected_by="illidvae:equivalence.corrected",
    ),
    Claim(
        id="illidvae:equivalence.if",
        printed=r"\text{a non-identifiable latent variable gives } p_{\hat\theta}(z|\boldsymbol{x}) = p(z)",
        source=printed_at("Sec. 2.2, Definitions 2.2 and 2.3; Remark 3.5"),
        assumptions=(EXACT, "the evidence of the data is positive", "x stands for the data set"),
        formal={
            "kind": "steps",
            "steps": [POSTERIOR],
            "argument": "If p(x|z) is the same for all z, it is its own mean under the prior, and the right-hand side "
            "vanishes.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        recorded=Status.PROVED,
    ),
    Claim(
        id="illidvae:equivalence.only-if",
        printed=r"p_{\hat\theta}(z|\boldsymbol{x}) = p(z) \text{ gives } p_{\hat\theta}(\boldsymbol{x}|z) ="
        r" p_{\hat\theta}(\boldsymbol{x}|z') \text{ for all } z, z'",
        source=printed_at("Sec. 2.2, Definitions 2.2 and 2.3"),
        assumptions=(
            EXACT,
            "two values of z with prior p1, p2 and likelihoods l1, l2, which are probabilities",
            "likewise on R with a uniform prior on [0, 1] and a likelihood that is constant there only",
        ),
        formal={
            "kind": "universal",
            "variables": {"p1": "nonnegative", "p2": "nonnegative", "l1": "positive", "l2": "positive"},
            "given": [
                "p1 + p2 = 1",
                "l1 <= 1",
                "l2 <= 1",
                "p1*l1 = p1*(p1*l1 + p2*l2)",
                "p2*l2 = p2*(p1*l1 + p2*l2)",
            ],
            "then": ["l1 = l2"],
        },
        hints={"witness": {"p1": "1", "p2": "0", "l1": "1", "l2": "1/2"}},
        recorded=Status.REFUTED,
    ),
    Claim(
        id="illidvae:equivalence.corrected",
        printed=r"\text{if } p(z) > 0 \text{ for every } z \text{, then } p(z|x) = p(z) \text{ for every } z \text{ if"
        r" and only if } p(x|z) \text{ does not depend on } z",
        source=printed_at("Sec. 2.2, Definitions 2.2 and 2.3, for a prior that is positive everywhere"),
        assumptions=(
            EXACT,
            "the evidence of the data is positive; for densities both hold almost everywhere, or everywhere if "
            "p(x|z) is continuous in z",
            "in general p(x|z) is constant on the support of the prior",
        ),
        formal={
            "kind": "steps",
            "steps": [
                POSTERIOR,
                {
                    "kind": "real-inequality",
                    "variables": {"p": "> 0, < 1", "l": "> 0", "k": "> 0"},
                    "where": ["l > k"],
                    "then": ["p*l > p*(p*l + (1 - p)*k)"],
                },
            ],
            "argument": "Where p(z) > 0 the first line vanishes exactly for p(x|z) = p(x). The second is the same for "
            "two values of z: different likelihoods l > k raise the posterior of the first above its prior p.",
            "concludes": "proved",
            "spaces": list(SPACES),
        },
        hints={"steps": [{}, {"proof": {"by": "slack", "slack": "p*(1 - p)*(l - k)"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:injective",
        printed=r"\text{it is sufficient to make the likelihood function } p_\theta(x|z) \text{ injective in terms of }"
        r" z \text{ for all parameters } \theta \text{ in order to avoid posterior collapse of Definition 2.2}",
        source=printed_at("Sec. 2.2; likewise Sec. 3.1.1 of an injective decoder network"),
        assumptions=(
            EXACT,
            "injective: different z give different distributions p(.|z), which an injective f gives (Assumption A.6)",
            "were z -> p(x|z) at the data meant, no continuous model with l >= 2 would be injective",
            *EXAMPLE,
        ),
        formal={
            "kind": "steps",
            "steps": [*EXACT_STEPS, INJECTIVE],
            "argument": f"{EXACT_WORDS}. The second outcome has probability exp y/(2 (exp y + exp -y)) = 1/(2 (1 + exp "
            "-2y)), which increases in z (fifth step): f and z -> p(.|z) are injective, and the data set {x} "
            "collapses.",
            "concludes": "refuted",
            "spaces": [DISCRETE_X],
        },
        hints={"steps": [*EXACT_HINTS, INJECTIVE_HINT]},
        recorded=Status.REFUTED,
        corrected_by="illidvae:injective.corrected",
    ),
    Claim(
        id="illidvae:injective.corrected",
        printed=r"\text{for } l = t \text{ and } L > 0 \text{ no data set collapses in the sense of"
        r" Definition 2.2}",
        source=printed_at("Sec. 2.2, where it holds: as many latent as natural parameters"),
        assumptions=(EXACT, SQUARE, NOT_CONSTANT, "L > 0; the prior is a density on R^l"),
        formal={
            "kind": "steps",
            "steps": [
                {
                    "kind": "real-inequality",
                    "variables": {"F": "real", "R": "> 0", "L": "> 0"},
                    "where": ["F >= L^2*R"],
                    "then": ["F > 0"],
                }
            ],
            "argument": f"Theorem 3.4 gives F >= L^2 R. {POSITIVE} A posterior equal to the prior has F = 0.",
            "concludes": "proved",
            "spaces": [DISCRETE_X, DENSITIES],
        },
        hints={"steps": [{"proof": {"by": "slack", "slack": "(F - L^2*R) + L^2*R"}}]},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="illidvae:injective.redundant",
        printed=r"\text{the gradient of } u_1^2 + 2 u_1 u_2 + \tfrac52 u_2^2"
        r" \text{ at } u = (L_1 z, 0) \text{ gives both labels of a redundant categorical the same weight}",
        source=ours("Sec. 2.2 without Assumption A.6: every datum collapses, whatever L_1"),
        assumptions=("l = 1, t = 2, T one-hot of two labels; only the difference of the parameters counts",),
        formal={
            "kind": "matrix",
            "matrices": {"H": [["2", "2"], ["2", "5"]], "u": [["1"], ["0"]], "d": [["1", "-1"]]},
            "then": ["H >= identity(2)", "d*H*u = 0*d*H*u"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
