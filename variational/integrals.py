"""Canonical form of functionals: equal functionals, whatever their bound names and order, print the same.

The form expands logarithms and products, joins nested integrals, integrates densities out, splits
integrals that share no point and names bound points by their place. Reordering integrals assumes
that they converge absolutely (Fubini); on finite spaces nothing is assumed.
"""

import functools
import itertools

import sympy as sp

from variational.symbols import Int, fold, is_mass, point, rename, unfold


def canonical(expression: sp.Expr) -> sp.Expr:
    """Return the canonical form, with gamma(z) unfolded to the integral that defines it."""
    return _canonical(unfold(sp.sympify(expression)))


def readable(expression: sp.Expr) -> sp.Expr:
    """Return the canonical form with gamma(z) written as such, fractions cancelled, short names for bound points."""
    return short_names(_cancelled(fold(canonical(expression))))


def _cancelled(expression: sp.Expr) -> sp.Expr:
    """Cancel the rational coefficient of every logarithm and integral of a sum."""
    if not _has_sum_below(expression):
        return expression
    parts = _by_transcendental(expression)
    return sp.Add(*(held * sp.cancel(sp.together(rational)) for held, rational in parts.items()))


def short_names(expression: sp.Expr, taken: frozenset[str] = frozenset()) -> sp.Expr:
    """Rename bound points to x, x', x'', ..., avoiding free points and the points of outer integrals."""
    used = taken | {symbol.name for symbol in expression.free_symbols}
    if not expression.has(Int):
        return expression
    if isinstance(expression, Int):
        renaming: dict[sp.Symbol, sp.Symbol] = {}
        for bound in expression.points:
            name = bound.name[0]
            while name in used:
                name += "'"
            used |= {name}
            renaming[bound] = point(name)
        body = short_names(rename(expression.body, renaming), used)
        return Int(body, *(renaming[bound] for bound in expression.points))
    return expression.func(*(short_names(arg, used) for arg in expression.args))


def is_zero(expression: sp.Expr) -> bool:
    """Tell whether ``expression`` is identically zero; False means only that it was not shown to be."""
    form = canonical(expression)
    if form == 0:
        return True
    numerator = sp.fraction(sp.together(form))[0]
    return bool(canonical(sp.expand(numerator)) == 0)


@functools.lru_cache(maxsize=4096)
def _canonical(expression: sp.Expr) -> sp.Expr:
    if isinstance(expression, Int):
        return _canonical_integral(_canonical(expression.body), expression.points)
    if not expression.args:
        return expression
    args = [_canonical(arg) for arg in expression.args]
    if isinstance(expression, sp.log):
        return _expanded_log(args[0])
    rebuilt = expression.func(*args)
    if isinstance(rebuilt, sp.log):
        return _expanded_log(rebuilt.args[0])
    return sp.expand(rebuilt, log=False, power_base=False, power_exp=False) if rebuilt.args else rebuilt


def _expanded_log(argument: sp.Expr) -> sp.Expr:
    """Expand log of products and powers of positive factors; a sum is made primitive first."""
    if isinstance(argument, sp.exp):
        return argument.args[0]
    argument = sp.factor_terms(argument)
    if isinstance(argument, sp.Add):
        together = sp.together(argument)
        argument = together if not isinstance(together, sp.Add) else argument
    pieces = []
    for factor in sp.Mul.make_args(argument):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            pieces.append(factor.args[0])
        elif base.is_Rational and base > 0 and exponent == 1:
            pieces.extend(power * sp.log(prime) for prime, power in _prime_powers(base))
        elif base.is_positive and exponent.is_real:
            pieces.append(exponent * sp.log(sp.expand(base)))
        else:
            return sp.log(argument)
    return sp.expand(sp.Add(*pieces), log=False, power_base=False, power_exp=False)


def _prime_powers(value: sp.Rational) -> list[tuple[int, int]]:
    return sorted(sp.factorrat(value).items())


def _canonical_integral(body: sp.Expr, points: tuple[sp.Symbol, ...]) -> sp.Expr:
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(_reduced(body), log=False, power_base=False, power_exp=False)):
        total += _integrated_term(term, points)
    return total


def _has_sum_below(expression: sp.Expr) -> bool:
    """Tell whether a sum stands in a denominator."""
    powers = expression.atoms(sp.Pow)
    return any(isinstance(power.base, sp.Add) and power.exp.is_negative for power in powers)


def _reduced(body: sp.Expr) -> sp.Expr:
    """Divide with remainder by denominators such as gamma + p, so that equal integrands look equal.

    Without it, gamma/(gamma + p) and 1 - p/(gamma + p) would integrate to different forms.
    """
    if not _has_sum_below(body):
        return body
    total = sp.Integer(0)
    for held, rational in _by_transcendental(body).items():
        leaves = {leaf for power in rational.atoms(sp.Pow) if power.exp.is_negative for leaf in power.base.atoms(Int)}
        together = sp.cancel(sp.together(rational))
        if not leaves:
            total += held * together
            continue
        names = {leaf: sp.Dummy("leaf", positive=True) for leaf in sorted(leaves, key=sp.default_sort_key)}
        divided = sp.apart(together.xreplace(names), next(iter(names.values())))
        total += held * divided.xreplace({name: leaf for leaf, name in names.items()})
    return total


def _by_transcendental(expression: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """Return the rational coefficient of every product of logarithms in a sum."""
    parts: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(expression, log=False, power_base=False, power_exp=False)):
        held = sp.Mul(*(factor for factor in sp.Mul.make_args(term) if factor.has(sp.log, sp.exp)))
        parts[held] = parts.get(held, sp.Integer(0)) + term / held
    return parts


def _integrated_term(term: sp.Expr, points: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Return the integral of one product, split into connected parts."""
    factors: list[sp.Expr] = []
    bound = list(points)
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, Int) and factor.free_symbols & set(points):
            taken = set(bound) | set().union(*(f.free_symbols for f in sp.Mul.make_args(term)))
            inner = _apart(factor, taken)
            bound.extend(inner.points)
            factors.extend(sp.Mul.make_args(inner.body))
        else:
            factors.extend(_split_denominator(factor))
    factors = list(sp.Mul.make_args(sp.Mul(*factors)))
    _integrate_out(factors, bound)
    factors = _divide_out(factors, bound)
    _integrate_out(factors, bound)
    outside = [factor for factor in factors if not factor.free_symbols & set(bound)]
    inside = [factor for factor in factors if factor.free_symbols & set(bound)]
    result = sp.Mul(*outside)
    for part_points, part_factors in _components(bound, inside):
        result *= _named(sp.Mul(*part_factors), part_points)
    return result


def _apart(node: Int, taken: set[sp.Symbol]) -> Int:
    """Return ``node`` with bound points renamed away from ``taken``."""
    renaming: dict[sp.Symbol, sp.Symbol] = {}
    for bound in node.points:
        number = itertools.count(1)
        fresh = next(
            new
            for new in (point(f"{bound.name[0]}__{next(number)}") for _ in itertools.repeat(None))
            if new not in taken and new not in renaming.values() and new not in node.body.free_symbols
        )
        renaming[bound] = fresh
    apart: Int = Int(rename(node.body, renaming), *(renaming[bound] for bound in node.points))
    return apart


def _integrate_out(factors: list[sp.Expr], bound: list[sp.Symbol]) -> None:
    """Drop every bound point that occurs in one density alone, together with that density (in place)."""
    again = True
    while again:
        again = False
        for name in list(bound):
            holding = [factor for factor in factors if name in factor.free_symbols]
            if len(holding) != 1:
                continue
            if is_mass(holding[0], name):
                factors.remove(holding[0])
                bound.remove(name)
                again = True


def _split_denominator(factor: sp.Expr) -> tuple[sp.Expr, ...]:
    """Write 1/(v a + v) as 1/v times 1/(a + 1): expansion multiplies denominators out, which hides factors."""
    if isinstance(factor, sp.Pow) and isinstance(factor.base, sp.Add) and factor.exp.is_Integer and factor.exp < 0:
        return tuple(part**factor.exp for part in sp.Mul.make_args(sp.factor_terms(factor.base)))
    return (factor,)


def _divide_out(factors: list[sp.Expr], bound: list[sp.Symbol]) -> list[sp.Expr]:
    """Cancel an inner integral against a power of itself, as in the integral of pd(x) q(z|x) / gamma(z) over x.

    Points integrated on the way are removed from ``bound`` (in place).
    """
    powers = {factor.base for factor in factors if isinstance(factor, sp.Pow) and isinstance(factor.base, Int)}
    if not powers:
        return factors
    for name in list(bound):
        holding = [factor for factor in factors if name in factor.free_symbols]
        inner = _named(sp.Mul(*holding), (name,))
        if inner in powers:
            bound.remove(name)
            rest = [factor for factor in factors if name not in factor.free_symbols]
            return _divide_out(list(sp.Mul.make_args(sp.Mul(inner, *rest))), bound)
    return factors


def _components(
    bound: list[sp.Symbol], factors: list[sp.Expr]
) -> list[tuple[tuple[sp.Symbol, ...], tuple[sp.Expr, ...]]]:
    """Group bound points that share a factor; a point in no factor stays alone, with the factor 1."""
    groups: list[tuple[set[sp.Symbol], list[sp.Expr]]] = [({name}, []) for name in bound]
    for factor in factors:
        touched = [group for group in groups if group[0] & factor.free_symbols]
        merged = (set().union(*(group[0] for group in touched)), [f for group in touched for f in group[1]])
        groups = [group for group in groups if not any(group is other for other in touched)]
        groups.append((merged[0], [*merged[1], factor]))
    return [(tuple(sorted(names, key=str)), tuple(held)) for names, held in groups]


def _height(expression: sp.Expr) -> int:
    """Return how deeply integrals are nested in ``expression``."""
    below = max((_height(arg) for arg in expression.args if isinstance(arg, sp.Expr)), default=0)
    return below + isinstance(expression, Int)


def _named(body: sp.Expr, points: tuple[sp.Symbol, ...]) -> sp.Expr:
    """Return the integral with bound points named by place: the naming that prints first is chosen."""
    level = _height(body) + 1
    spaces = {space: [name for name in points if name.name[0] == space] for space in "xz"}
    taken = {symbol.name for symbol in body.free_symbols - set(points)}
    mark = ""
    while any(f"{space}{level}_{i + 1}{mark}" in taken for space in "xz" for i in range(len(spaces[space]))):
        mark += "_"
    fresh = {space: [point(f"{space}{level}_{i + 1}{mark}") for i in range(len(spaces[space]))] for space in "xz"}
    names = (*fresh["x"], *fresh["z"])
    candidates = []
    for x_order in itertools.permutations(spaces["x"]):
        for z_order in itertools.permutations(spaces["z"]):
            renaming = dict(zip((*x_order, *z_order), names, strict=True))
            candidates.append(rename(body, renaming))
    best = candidates[0] if len(candidates) == 1 else min(candidates, key=sp.default_sort_key)
    return Int(best, *names)
