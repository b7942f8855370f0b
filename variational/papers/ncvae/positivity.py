"""The last sentence of four proofs: the optimum satisfies the positivity constraints by itself."""

from variational import blocks, grammar
from variational.papers.ncvae.wording import POSITIVE
from variational.records import Claim, Source, Status

# Two equally likely data, two equally likely codes, and an encoder with its exact posterior.
NEAR_IDENTITY = {
    "pd": ["1/2", "1/2"],
    "p": ["1/2", "1/2"],
    "q|": [["9/10", "1/10"], ["1/10", "9/10"]],
    "p|": [["9/10", "1/10"], ["1/10", "9/10"]],
}
IF_INTERIOR = (
    "a positive minimiser is a stationary point, which factorises by the formula printed for it, hence carries no"
    " information (Lemma 1), and the loss of such a pair is at least H(X): the formal statement is this consequence"
)

CLAIMS = (
    Claim(
        id="ncvae:positivity",
        printed=r"\text{the positivity constraints on the PDF } q \text{ and } p \text{ are not required in the}"
        r" \text{ Lagrangian, as the optimal solution appears to satisfy it}",
        source=Source(key="ncvae", locator="App. B.1, B.2, B.3 and C.1, last sentences; App. A, footnote 5"),
        assumptions=(
            "printed for beta-VAE, InfoVAE, AAE and NC-VAE; judged for the first three, one failure being enough",
            IF_INTERIOR,
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:positivity.beta-vae", "ncvae:positivity.infovae", "ncvae:positivity.aae"],
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:positivity.corrected",
    ),
    Claim(
        id="ncvae:positivity.beta-vae",
        printed=r"\text{the optimal solution of the } \beta\text{-VAE satisfies positivity by itself}",
        source=Source(key="ncvae", locator="App. B.1, last sentence"),
        assumptions=("beta > 0 and beta != 1", IF_INTERIOR),
        formal={
            "kind": "inequality",
            "lhs": grammar.functional(blocks.BUILT_IN["beta-vae"]),
            "relation": ">=",
            "rhs": blocks.DATA_ENTROPY,
            "conditions": ["beta > 0", "beta != 1"],
        },
        hints={
            "witness": {
                "space": {"x": 2, "z": 2, "functions": NEAR_IDENTITY, "parameters": {"beta": "1/2"}},
                "at": {},
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:positivity.corrected",
    ),
    Claim(
        id="ncvae:positivity.infovae",
        printed=r"\text{the optimal solution of InfoVAE satisfies positivity by itself}",
        source=Source(key="ncvae", locator="App. B.2, last sentence"),
        assumptions=(
            "alpha != 1, alpha + lambda > 1, and lambda > 0 so that a constant code costs at least H(X)",
            IF_INTERIOR,
        ),
        formal={
            "kind": "inequality",
            "lhs": grammar.functional(blocks.BUILT_IN["infovae"]),
            "relation": ">=",
            "rhs": blocks.DATA_ENTROPY,
            "conditions": ["alpha != 1", "alpha != 0", "alpha + lambda > 1", "lambda > 0"],
        },
        hints={
            "witness": {
                "space": {
                    "x": 2,
                    "z": 2,
                    "functions": NEAR_IDENTITY,
                    "parameters": {"alpha": "1/2", "lambda": "1"},
                },
                "at": {},
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:positivity.infovae.corrected",
    ),
    Claim(
        id="ncvae:positivity.aae",
        printed=r"\text{the optimal solution of the AAE satisfies positivity by itself}",
        source=Source(key="ncvae", locator="App. B.3, last sentence"),
        assumptions=("lambda > 0", IF_INTERIOR),
        formal={
            "kind": "inequality",
            "lhs": grammar.functional(blocks.BUILT_IN["aae"]),
            "relation": ">=",
            "rhs": blocks.DATA_ENTROPY,
            "conditions": ["lambda > 0"],
        },
        hints={
            "witness": {
                "space": {"x": 2, "z": 2, "functions": NEAR_IDENTITY, "parameters": {"lambda": "1"}},
                "at": {},
            }
        },
        recorded=Status.REFUTED,
        corrected_by="ncvae:thm4.corrected",
    ),
    Claim(
        id="ncvae:positivity.infovae.corrected",
        printed=r"\mathcal{L}_{InfoVAE} \ge H(X) \text{ for } \alpha \le 0 \text{ and } \lambda \ge 0, "
        r"\text{ with equality at}"
        r" \text{ the positive pair } q^*(z|x) = p(z), \; p^*(x|z) = p_d(x)",
        source=Source(key="ncvae", locator="App. B.2, last sentence, for alpha <= 0 and lambda >= 0"),
        assumptions=("alpha <= 0 and lambda >= 0", POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": grammar.functional(blocks.BUILT_IN["infovae"]),
            "relation": ">=",
            "rhs": blocks.DATA_ENTROPY,
            "conditions": ["alpha <= 0", "lambda >= 0"],
        },
        hints={
            "slack": "(-alpha)*int[x,z](pd(x)*q(z|x)*phi(gamma(z)/q(z|x)))"
            " + lambda*int[z](gamma(z)*phi(p(z)/gamma(z)))"
            " + int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:positivity.corrected",
        printed=r"\mathcal{L}_\beta \ge H(X) \text{ for } \beta \ge 1, \text{ with equality at the positive pair}"
        r" q^*(z|x) = p(z), \; p^*(x|z) = p_d(x)",
        source=Source(key="ncvae", locator="App. B.1, last sentence, for beta >= 1"),
        assumptions=("beta >= 1", POSITIVE),
        formal={
            "kind": "inequality",
            "lhs": grammar.functional(blocks.BUILT_IN["beta-vae"]),
            "relation": ">=",
            "rhs": blocks.DATA_ENTROPY,
            "conditions": ["beta >= 1"],
        },
        hints={
            "slack": "(beta-1)*int[x,z](pd(x)*q(z|x)*phi(gamma(z)/q(z|x))) + beta*int[z](gamma(z)*phi(p(z)/gamma(z)))"
            " + int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
