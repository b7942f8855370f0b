"""Consequences of the NC-VAE loss that no text states: what the optimal code depends on, and how much it keeps."""

from variational import blocks
from variational.papers.ncvae import at_optimum
from variational.papers.ncvae.wording import ANY_DATA
from variational.records import Claim, Source, Status

OBJECTIVE = blocks.BUILT_IN["ncvae"]
REGIME = ["beta > 1", "delta > 0"]
INFORMATION = blocks.BLOCKS[blocks.MI]
LOG_CODE = "(beta*log(p(z)) + delta*t(x)*log(n(z)) - log(gamma(z)))/(beta - 1 + delta*t(x))"
RATIO = {"t(x)": "pn(x)/pd(x)"}
CODE = {**RATIO, "u(z|x)": f"exp({LOG_CODE})", "f(z|x)": "u(z|x)/int[z'](u(z'|x))"}
MIXED = "log(int[z](exp((beta*log(p(z))+delta*log(n(z)))/(beta+delta))))"
KEPT = f"beta*({blocks.BLOCKS[blocks.KL_GP]}) + delta*({blocks.BLOCKS[blocks.KL_QN]})"


def _ours(locator: str) -> Source:
    return Source(key="vaeproof", locator=f"a statement of this project, of no paper: {locator}")


CLAIMS = (
    Claim(
        id="ncvae:ratio",
        printed=r"q^*(z|x) \propto \big(p(z)^\beta n(z)^{\delta t} / \gamma(z)\big)^{1/(\beta-1+\delta t)},"
        r" \; t = p_n(x)/p_d(x): \text{ the optimal code depends on } x \text{ through } t \text{ alone}",
        source=_ours("the stationary encoder (14), divided by p_d(x)"),
        assumptions=(
            "beta > 1 and delta > 0",
            "p_d(x) > 0; where p_d(x) = 0 the code is n, the same for all such x",
            "the minimum is unique (Theorem 5), and it is stationary",
            ANY_DATA,
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:thm5", "ncvae:ratio.encoder"],
            "tested": at_optimum.statement(
                "int[x,z](pd(x)*q(z|x)*log(q(z|x)/f(z|x)))", "=", "0", where=CODE, data=["pd > 0"]
            ),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:ratio.encoder",
        printed=r"q(z|x) \propto \big(p(z)^\beta n(z)^{\delta t} / \gamma(z)\big)^{1/(\beta-1+\delta t)},"
        r" \; t = p_n(x)/p_d(x), \text{ is the stationary encoder}",
        source=_ours("the stationary encoder (14), divided by p_d(x)"),
        assumptions=("beta > 1 and delta > 0", "p_d(x) > 0", "the proportion hides a factor that depends on x only"),
        formal={
            "kind": "stationary",
            "objective": OBJECTIVE,
            "of": "encoder",
            "where": RATIO,
            "lhs": "log(q(z|x))",
            "rhs": LOG_CODE,
            "up_to": "x",
            "conditions": REGIME,
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:information",
        printed=r"(\beta-1)\, I_{q^*}(x;z) \le -(\beta+\delta) \log \int p(z)^{\frac{\beta}{\beta+\delta}}"
        r" n(z)^{\frac{\delta}{\beta+\delta}} dz",
        source=_ours("the optimum compared with the best code that is free of x"),
        assumptions=(
            "beta > 1 and delta > 0",
            "R, the loss less H(X) at the best decoder, is no larger at the optimum than at the code r of "
            "ncvae:information.constant",
            ANY_DATA,
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:eq12.decomposition", "ncvae:information.kept", "ncvae:information.constant"],
            "tested": at_optimum.statement(f"(beta-1)*({INFORMATION})", "<=", f"-(beta+delta)*{MIXED}"),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:information.kept",
        printed=r"R(q) = (\beta-1) I_q(x;z) + \beta\,\mathrm{KL}(\gamma\|p) + \delta\,\mathbb{E}_{p_n}\mathrm{KL}(q\|n)"
        r" \ge (\beta-1) I_q(x;z)",
        source=_ours("eq. (12), decomposed, with the best decoder"),
        assumptions=("beta > 1 and delta > 0",),
        formal={
            "kind": "inequality",
            "lhs": f"(beta-1)*({INFORMATION}) + {KEPT}",
            "relation": ">=",
            "rhs": f"(beta-1)*({INFORMATION})",
            "conditions": REGIME,
        },
        hints={"slack": "beta*int[z](gamma(z)*phi(p(z)/gamma(z))) + delta*int[x,z](pn(x)*q(z|x)*phi(n(z)/q(z|x)))"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:information.constant",
        printed=r"\beta\,\mathrm{KL}(r\|p) + \delta\,\mathrm{KL}(r\|n) = -(\beta+\delta) \log \int"
        r" p^{\frac{\beta}{\beta+\delta}} n^{\frac{\delta}{\beta+\delta}} dz, \quad"
        r" r \propto p^{\frac{\beta}{\beta+\delta}} n^{\frac{\delta}{\beta+\delta}}",
        source=_ours("the value of R at the code r that is free of x"),
        assumptions=(
            "beta > 1 and delta > 0",
            "q(z|x) stands for the density r(z), log_r for its logarithm, m for the logarithm of the integral",
        ),
        formal={
            "kind": "identity",
            "where": {"log_r(z)": "(beta*log(p(z)) + delta*log(n(z)))/(beta + delta) - m"},
            "lhs": "beta*int[z](q(z|x)*(log_r(z) - log(p(z)))) + delta*int[z](q(z|x)*(log_r(z) - log(n(z))))",
            "rhs": "-(beta + delta)*m",
            "conditions": REGIME,
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:entropy",
        printed=r"I_{q^*}(x;z) \le H(t), \quad t = p_n(x)/p_d(x)",
        source=_ours("ncvae:ratio and the entropy of a discrete variable"),
        assumptions=(
            "x stands for the values of t, of which there are countably many: by ncvae:ratio the code depends on "
            "nothing else, so I(x;z) = I(t;z)",
            "any code; gamma(z) = p_d(x) q(z|x) + rest, what the other values of t give",
        ),
        formal={
            "kind": "all",
            "of": ["ncvae:entropy.identity", "ncvae:entropy.logarithm", "ncvae:entropy.posterior"],
            "tested": at_optimum.statement(INFORMATION, "<=", blocks.DATA_ENTROPY),
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:entropy.identity",
        printed=r"H(x) - I_q(x;z) = -\mathbb{E} \log w(x|z), \quad w = p_d(x) q(z|x)/\gamma(z)",
        source=_ours("the posterior entropy"),
        assumptions=("x stands for the values of t",),
        formal={
            "kind": "identity",
            "lhs": f"{blocks.DATA_ENTROPY} - ({INFORMATION})",
            "rhs": "-int[x,z](pd(x)*q(z|x)*log(pd(x)*q(z|x)/gamma(z)))",
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:entropy.logarithm",
        printed=r"-\log w \ge 1 - w",
        source=_ours("the tangent of the logarithm"),
        assumptions=("w > 0",),
        formal={"kind": "inequality", "lhs": "-log(w(x))", "relation": ">=", "rhs": "1 - w(x)"},
        hints={"slack": "phi(w(x))"},
        recorded=Status.PROVED,
        printed_claim=False,
    ),
    Claim(
        id="ncvae:entropy.posterior",
        printed=r"w(x|z) \le 1",
        source=_ours("a posterior probability"),
        assumptions=("a stands for p_d(x) q(z|x), rest for what the other values give, gamma = a + rest > 0",),
        formal={
            "kind": "universal",
            "variables": {"a": "nonnegative", "rest": "nonnegative", "gamma": "positive"},
            "given": ["a + rest = gamma"],
            "then": ["gamma - a >= 0"],
        },
        recorded=Status.PROVED,
        printed_claim=False,
    ),
)
