"""What claims say of the optimum of the NC-VAE loss on a finite space, for instances to test."""

from collections.abc import Sequence
from typing import Any

from variational import blocks

OBJECTIVE = blocks.BUILT_IN["ncvae"]
REGIME = ["beta > 1", "delta > 0"]
WEIGHT = "((beta-1)*pd(x)+delta*pn(x))"
PRINTED_EXCESS, REPAIRED_EXCESS = f"1/{WEIGHT}", f"pd(x)/{WEIGHT}"  # g - 1
MEAN_G = "(1+int[x'](pd(x')*b(x')))"
ANALOGUE = "finite analogue, D = 1: the minimum over sigma runs over all laws of Z"
# min over all laws w of Z of E KL(w||q*_x), attained at the normalised geometric mean
LEFT = "-log(int[z](exp(int[x](pd(x)*log(q(z|x))))))"
TILTED = {
    "u(z|x)": "exp((beta*pd(x)*log(p(z))+delta*pn(x)*log(n(z)))/(beta*pd(x)+delta*pn(x)))",
    "r(z|x)": "u(z|x)/int[z'](u(z'|x))",
}
CONSTANT = {
    "u(z)": "exp((beta*log(p(z))+delta*log(n(z)))/(beta+delta))",
    "r(z)": "u(z)/int[z'](u(z'))",
}


def statement(
    left: str,
    relation: str,
    right: str,
    *,
    where: dict[str, str] | None = None,
    conditions: Sequence[str] = (),
    data: Sequence[str] = (),
    analogue: str = "",
) -> dict[str, Any]:
    """Return two quantities at the optimum and their relation, as formal statements keep them."""
    found: dict[str, Any] = {
        "objective": OBJECTIVE,
        "lhs": left,
        "relation": relation,
        "rhs": right,
        "where": where or {},
        "conditions": [*REGIME, *conditions],
        "data": list(data),
    }
    return {**found, "analogue": analogue} if analogue else found


def theorem7(excess: str) -> dict[str, Any]:
    """Return the first inequality of (15) with g = 1 + ``excess``."""
    right = f"int[x](pd(x)*b(x)*int[z](r(z|x)*log(r(z|x)/gamma(z))))/{MEAN_G}"
    return statement(LEFT, ">=", right, where={**TILTED, "b(x)": excess}, analogue=ANALOGUE)


def relative_entropy(factor: str) -> dict[str, Any]:
    """Return (88), with ``factor`` times KL[s||t]; for Gaussians D/2 KL[s||t] = min over w of E_s KL(w||r)."""
    where = {
        **TILTED,
        "b(x)": REPAIRED_EXCESS,
        "s(x)": f"pd(x)*(1+b(x))/{MEAN_G}",
        "log_alpha(x)": "log(int[z](exp((1+b(x))*log(r(z|x))-b(x)*log(gamma(z)))))",
    }
    divergence = "-2*log(int[z](exp(int[x](s(x)*log(r(z|x))))))"
    right = f"{factor}*({divergence}) + int[x](pd(x)*log_alpha(x))/{MEAN_G}"
    return statement(LEFT, ">=", right, where=where, analogue=ANALOGUE)


def same_data() -> dict[str, Any]:
    """Return that q* is the normalised p^(beta/(beta+delta)) n^(delta/(beta+delta)) where p_n = p_d."""
    left = "int[x,z](pd(x)*r(z)*log(r(z)/q(z|x)))"
    analogue = "finite analogue: p and n are laws on a finite Z"
    return statement(left, "=", "0", where=CONSTANT, conditions=["pn(x) = pd(x)"], analogue=analogue)
