"""What the closed form of log q(z|x) says: its shape in z, and where it holds."""

import sympy as sp

from variational.stationary import Z
from variational.symbols import key_of
from variational.translate import to_formula


def shape_in_z(log_encoder: sp.Expr) -> tuple[str, bool]:
    """Return q(z|x) as a function of z alone (factors free of z dropped), and whether that is free of x.

    Example:
        >>> from variational.objective import built_in
        >>> from variational.stationary import derive
        >>> shape_in_z(derive(built_in("beta-vae")).log_encoder)
        ('p(z)^(beta/(beta - 1))*gamma(z)^(-1/(beta - 1))', True)
    """
    powers: dict[sp.Expr, sp.Expr] = {}
    rest = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(log_encoder)):
        if Z not in term.free_symbols:
            continue
        logs = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
        if len(logs) == 1 and Z not in (term / logs[0]).free_symbols:
            powers[logs[0].args[0]] = powers.get(logs[0].args[0], sp.Integer(0)) + term / logs[0]
        else:
            rest += term
    shown = []
    for base, weight in sorted(powers.items(), key=lambda item: (key_of(item[0]) == "gamma", str(item[0]))):
        exponent, text = sp.cancel(weight), to_formula(base)
        text = f"({text})" if base.is_Add or base.is_Mul else text
        shown.append(text if exponent == 1 else f"{text}^({to_formula(exponent)})")
    if rest != 0:
        shown.append(f"exp({to_formula(rest)})")
    free = all(not _sees_data(part) for part in (rest, *powers, *map(sp.cancel, powers.values())))
    return "*".join(shown) or "1", free


def excluded(log_encoder: sp.Expr) -> tuple[str, ...]:
    """Return the relations ``c != 0`` under which the closed form of log q(z|x) holds."""
    denominator = sp.factor(sp.fraction(sp.together(log_encoder))[1])
    factors = {sp.Pow(*factor.as_base_exp()[:1], 1) for factor in sp.Mul.make_args(denominator)}
    return tuple(sorted(f"{to_formula(factor)} != 0" for factor in factors if not factor.is_nonzero))


def _sees_data(expression: sp.Expr) -> bool:
    return any(free.name == "x" for free in expression.free_symbols)
