"""Judge of lower bounds in the style of Theorem 7: a two-point instance with Gaussian priors, enclosed.

Instance: X = {1, 2}, p_d = (eta, 1 - eta), p_n = (0, 1), p = N(0, 1), n = N(0, K^2). Let r_2 = N(0, rho^2) be the
normalised p^(beta p_d) n^(delta p_n) at x = 2. At the dual point s = 1 + log r_2 the gap of the constant code r_2 is
``(beta - 1) eta KL(r_2 || w)`` with ``w ~ p^(beta/(beta-1)) r_2^(-1/(beta-1))``, in closed form. The gap identity

    R(q) - R* = sum_x c_x KL(q_x || q*_x) + KL(gamma_q || gamma*)

then bounds the left side of the theorem from above, and pins gamma* so that its right side is bounded from below.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from variational import balls
from variational.errors import InvalidInputError
from variational.records import DENSITIES, DISCRETE_X, Evidence, Status, Verdict
from variational.translate import to_sympy

BETA, DELTA, SCALE, ETA, CUT = (sp.Symbol(name, positive=True) for name in ("beta", "delta", "K", "eta", "cut"))
POINTS = ((ETA, sp.Integer(0)), (1 - ETA, sp.Integer(1)))  # (p_d, p_n) at the two data points
THEOREM7, RELATIVE_ENTROPY = "theorem7", "relative-entropy"
INSTANCES: Mapping[str, Mapping[str, Fraction]] = {
    THEOREM7: {
        "beta": Fraction(2),
        "delta": Fraction(10),
        "K": Fraction(2),
        "eta": Fraction(1, 1000),
        "cut": Fraction(13, 10),
    },
    RELATIVE_ENTROPY: {
        "beta": Fraction(10),
        "delta": Fraction(50),
        "K": Fraction(2),
        "eta": Fraction(1, 1000),
        "cut": Fraction(13, 10),
    },
}


def gaussian_bound(formal: Mapping[str, Any], hints: Mapping[str, Any]) -> Verdict:
    """Try to refute a printed lower bound on min_sigma E KL(p^sigma || q*) at an enclosed instance."""
    if formal["bound"] not in INSTANCES:
        msg = f"'bound' must be one of {', '.join(INSTANCES)}, got {formal['bound']!r}"
        raise InvalidInputError(msg)
    values = {name: Fraction(text) for name, text in hints.get("instance", INSTANCES[formal["bound"]]).items()}
    upper = balls.enclose(upper_bound(), values)
    lower = balls.enclose(printed_side(formal), values)
    if not (all(balls.enclose(margin, values) > 0 for margin in margins(formal)) and upper < lower):
        reason = "no violation at the instance tried; a proof or an optimum enclosed elsewhere is missing"
        return Verdict(status=Status.UNDECIDED, reason=reason)
    left, right = balls.interval(upper), balls.interval(lower)
    shown = ", ".join(f"{name} = {value}" for name, value in values.items() if name != "cut")
    reason = (
        f"at {shown} and D = 1 the left side is at most {left[1]} nats, the printed right side at least {right[0]} nats"
    )
    data = {
        "instance": {name: str(value) for name, value in values.items()},
        "left_upper": list(left),
        "right_lower": list(right),
    }
    return Verdict(
        status=Status.REFUTED,
        reason=reason,
        spaces=(DISCRETE_X, DENSITIES),
        evidence=(Evidence(kind="enclosure", shows=reason, data=data),),
    )


def margins(formal: Mapping[str, Any]) -> tuple[sp.Expr, ...]:
    """Return what must be positive for the two bounds to hold at an instance."""
    excess = tuple(_g(formal["g"], *at) - 1 for at in POINTS)
    apart = sp.erf(CUT / sp.sqrt(2)) - reached_mass()
    separated = (apart,) if formal["bound"] == THEOREM7 else ()
    return BETA - 1, DELTA, SCALE, ETA, 1 - ETA, CUT, BETA - 1 / variance(), *excess, *separated


def variance() -> sp.Expr:
    """Return rho(2)^2, the variance of the normalised p^(beta p_d) n^(delta p_n) at x = 2."""
    weight = BETA * (1 - ETA)
    return SCALE**2 * (weight + DELTA) / (SCALE**2 * weight + DELTA)


def gap_per_mass() -> sp.Expr:
    """Return KL(r_2 || w), w the Gaussian of precision (beta - 1/rho^2)/(beta - 1)."""
    ratio = variance() * (BETA - 1 / variance()) / (BETA - 1)
    return (ratio - 1 - sp.log(ratio)) / 2


def upper_bound() -> sp.Expr:
    """Return an upper bound of min_sigma E_pd KL(p^sigma || q*).

    Put sigma = rho: E_pd KL(r_2 || q*_x) <= max(p_d/c) sum c KL(r_2 || q*_x) <= gap/(beta - 1).
    """
    return ETA * gap_per_mass()


def printed_side(formal: Mapping[str, Any]) -> sp.Expr:
    """Return a lower bound of the printed right side, its g read from the formal statement."""
    excess = [_g(formal["g"], *at) - 1 for at in POINTS]
    masses = (ETA, 1 - ETA)
    total = 1 + sum((mass * part for mass, part in zip(masses, excess, strict=True)), sp.Integer(0))
    if formal["bound"] == THEOREM7:
        return masses[0] * excess[0] * distance_to_aggregate() / total
    weights = [mass * (1 + part) / total for mass, part in zip(masses, excess, strict=True)]
    spread = (sp.Integer(1), variance())
    mean_log = sum((weight * sp.log(v) for weight, v in zip(weights, spread, strict=True)), sp.Integer(0))
    mean_inverse = sum((weight / v for weight, v in zip(weights, spread, strict=True)), sp.Integer(0))
    return to_sympy(formal["factor"]) * (mean_log + sp.log(mean_inverse))  # (1/G) E log alpha >= 0 is dropped


def distance_to_aggregate() -> sp.Expr:
    """Return a lower bound of KL(r_1 || gamma*), r_1 = p, from the event |z| <= cut.

    TV(r_2, gamma*) <= sqrt(gap/2) (Pinsker), then data processing to two cells.
    """
    inside, reached = sp.erf(CUT / sp.sqrt(2)), reached_mass()
    return inside * sp.log(inside / reached) + (1 - inside) * sp.log((1 - inside) / (1 - reached))


def reached_mass() -> sp.Expr:
    """Return an upper bound of the mass that gamma* gives to |z| <= cut."""
    return sp.erf(CUT / sp.sqrt(2 * variance())) + sp.sqrt((BETA - 1) * ETA * gap_per_mass() / 2)


def _g(text: str, data: sp.Expr, noise: sp.Expr) -> sp.Expr:
    """Return g(x), a formula in beta, delta, pd and pn, at one x."""
    names = {"pd": data, "pn": noise, "beta": BETA, "delta": DELTA, "K": SCALE}
    expression = to_sympy(text)
    return expression.subs({symbol: names[symbol.name] for symbol in expression.free_symbols})
