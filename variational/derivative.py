"""Functional derivatives inside nested and repeated integrals: first and second variation.

The first variation of F in the direction h is linear in h; its kernel K is the function with
``d/de F[f + e h] at e = 0  =  integral of K(points) h(points)``. Terms in which h is not integrated over
all its arguments have no kernel (a Dirac mass would be needed) and are refused.
"""

import dataclasses
from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from variational.errors import InvalidInputError, NotCoveredError
from variational.integrals import canonical
from variational.symbols import Int, function, is_point, k, key_of, point, rename, require_points, unfold

FIRST, SECOND = "!first", "!second"  # names of the directions; no formula can spell them
COVERED = (sp.Add, sp.Mul, sp.Pow, sp.log, sp.exp, Int, AppliedUndef, k, sp.Symbol, sp.Number, sp.NumberSymbol)


def kernel(functional: sp.Expr, wrt: sp.Expr) -> sp.Expr:
    """Return the kernel of the first variation of ``functional``, in canonical form.

    Args:
        functional: Built from the nodes in :data:`COVERED`; gamma(z) is unfolded first.
        wrt: The function with the points at which the kernel is wanted, ``q(z|x)``.

    Raises:
        NotCoveredError: Where the functional holds another node, or its variation has no kernel.

    Source:
        Gelfand and Fomin (1963), sections 3 and 7, for functionals with repeated integrals.

    Example:
        >>> from variational.translate import to_formula, to_sympy
        >>> to_formula(kernel(to_sympy("int[x](pd(x)*g(x)*int[x'](pd(x')*g(x')))"), to_sympy("g(x)")))
        '2*pd(x)*int[x1_1](g(x1_1)*pd(x1_1))'
    """
    key, at = _target(wrt)
    direction = function(FIRST)
    variation = _variation(_checked(functional, wrt), key, direction)
    pieces = _pieces(variation, {FIRST: at})
    return canonical(sp.Add(*(weight for _, weight in pieces)))


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class SecondVariation:
    """The second variation as a bilinear form in two directions h and h'.

    Attributes:
        first: Function and points of h, such as ``q(z|x)``.
        second: Function and points of h', such as ``q(z'|x')``.
        pieces: Kernel by the pairs of points on which h and h' are evaluated together: the key
            ``(("x", "x'"), ("z", "z'"))`` is the local part, ``(("z", "z'"),)`` the part through an
            aggregate over x, and ``()`` the fully non-local kernel.
    """

    first: sp.Expr
    second: sp.Expr
    pieces: Mapping[tuple[tuple[str, str], ...], sp.Expr]

    def diagonal(self) -> sp.Expr:
        """Return d2F / df(point)^2 on a finite space: all pieces at coinciding points."""
        if key_of(self.first) != key_of(self.second):
            msg = f"{self.first} and {self.second} are different functions: their second variation has no diagonal"
            raise InvalidInputError(msg)
        merged = dict(zip(self.second.args, self.first.args, strict=True))
        return canonical(sp.Add(*(rename(piece, merged) for piece in self.pieces.values())))

    def local(self) -> sp.Expr:
        """Return the local part: the kernel on pairs of directions at one and the same point."""
        first, second = (sorted((str(name) for name in side.args), key=_space) for side in (self.first, self.second))
        if list(map(_space, first)) != list(map(_space, second)):
            return sp.Integer(0)
        return self.pieces.get(tuple(sorted(zip(first, second, strict=True))), sp.Integer(0))


def _space(name: str) -> str:
    return name[0]


def second_variation(functional: sp.Expr, first: sp.Expr, second: sp.Expr) -> SecondVariation:
    """Return the second variation of ``functional`` in the functions ``first`` and ``second``.

    Args:
        functional: As for :func:`kernel`.
        first: Function with its points, ``q(z|x)``.
        second: The same or another function with other points, ``q(z'|x')``.

    Raises:
        InvalidInputError: Where the two share a point.
        NotCoveredError: As for :func:`kernel`.
    """
    first_key, first_at = _target(first)
    second_key, second_at = _target(second)
    if set(first_at) & set(second_at):
        msg = f"first and second need different points, got {first} and {second}"
        raise InvalidInputError(msg)
    once = _variation(_checked(functional, first, second), first_key, function(FIRST))
    twice = _variation(once, second_key, function(SECOND))
    pieces: dict[tuple[tuple[str, str], ...], list[sp.Expr]] = {}
    for shared, weight in _pieces(twice, {FIRST: first_at, SECOND: second_at}):
        pieces.setdefault(shared, []).append(weight)
    kernels = {shared: canonical(sp.Add(*weights)) for shared, weights in pieces.items()}
    live = {shared: expression for shared, expression in sorted(kernels.items()) if expression != 0}
    return SecondVariation(first=first, second=second, pieces=live)


def _target(wrt: sp.Expr) -> tuple[str, tuple[sp.Symbol, ...]]:
    if not key_of(wrt) or key_of(wrt) == "gamma":
        msg = f"wrt must be a function of points that can be varied, such as q(z|x), got {wrt}"
        raise InvalidInputError(msg)
    return key_of(wrt), require_points(wrt)


def _checked(functional: sp.Expr, *varied: sp.Expr) -> sp.Expr:
    """Return the functional with gamma unfolded, refusing what no rule below covers."""
    expression = sp.sympify(functional)
    spaces = {key_of(wrt): [str(name)[0] for name in wrt.args] for wrt in varied}
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Tuple):
            continue
        # an infinite expression holds an infinite atom; SymPy takes long to deduce that an expression is finite
        if not isinstance(node, COVERED) or (node.is_Atom and node.is_finite is False) or node is sp.nan:
            msg = f"no rule for {type(node).__name__} in {node}; covered: sums, products, powers, log, exp, integrals"
            raise NotCoveredError(msg)
        if key_of(node):
            used = [str(name)[0] for name in require_points(node)]
            if used != spaces.get(key_of(node), used):
                msg = f"{node} is not the function that is varied: its arguments run through other spaces"
                raise NotCoveredError(msg)
    loose = sorted(symbol.name for symbol in expression.free_symbols if is_point(symbol))
    if loose:
        msg = f"the functional depends on the free points {', '.join(loose)}; integrate over them"
        raise NotCoveredError(msg)
    return unfold(expression)


def _variation(expression: sp.Expr, key: str, direction: type[AppliedUndef]) -> sp.Expr:
    """Return d/de of ``expression`` at f + e h, where f is the function ``key`` and h is ``direction``."""
    if isinstance(expression, Int):
        return Int(_variation(expression.body, key, direction), *expression.points)
    if key_of(expression):
        return direction(*require_points(expression)) if key_of(expression) == key else sp.Integer(0)
    if not expression.args:
        return sp.Integer(0)
    total = sp.Integer(0)
    for place, arg in enumerate(expression.args):
        inner = _variation(arg, key, direction)
        if inner != 0:
            total += _partial(expression, place) * inner
    return total


def _partial(expression: sp.Expr, place: int) -> sp.Expr:
    """Return the derivative of the outermost operation in its argument number ``place``."""
    args = expression.args
    if isinstance(expression, sp.Add):
        return sp.Integer(1)
    if isinstance(expression, sp.Mul):
        return sp.Mul(*args[:place], *args[place + 1 :])
    if isinstance(expression, sp.log):
        return 1 / args[0]
    if isinstance(expression, sp.exp):
        return expression
    base, exponent = args
    return exponent * base ** (exponent - 1) if place == 0 else expression * sp.log(base)


def _pieces(
    variation: sp.Expr, targets: Mapping[str, tuple[sp.Symbol, ...]]
) -> list[tuple[tuple[tuple[str, str], ...], sp.Expr]]:
    """Split a variation, linear in each direction, into (shared points, kernel at the target points)."""
    found: list[tuple[tuple[tuple[str, str], ...], sp.Expr]] = []
    _collect(variation, sp.Integer(1), (), targets, found)
    return found


def _collect(
    expression: sp.Expr,
    weight: sp.Expr,
    bound: tuple[sp.Symbol, ...],
    targets: Mapping[str, tuple[sp.Symbol, ...]],
    found: list[tuple[tuple[tuple[str, str], ...], sp.Expr]],
) -> None:
    """Walk down to the directions, gathering the factors and integrals passed on the way."""
    if expression == 0:
        return
    if isinstance(expression, sp.Add):
        for term in expression.args:
            _collect(term, weight, bound, targets, found)
        return
    if isinstance(expression, Int):
        renaming = _private(expression, weight, bound, targets)
        inner = tuple(renaming[name] for name in expression.points)
        _collect(rename(expression.body, renaming), weight, (*bound, *inner), targets, found)
        return
    factors = list(sp.Mul.make_args(expression))
    for place, factor in enumerate(factors):
        rest = sp.Mul(*factors[:place], *factors[place + 1 :])
        if isinstance(factor, sp.Add | Int) and _holds(factor, targets):
            if _holds(rest, targets):
                _collect_joined(factor, rest, weight, bound, targets=targets, found=found)
            else:
                _collect(factor, weight * rest, bound, targets, found)
            return
    directions = {key_of(factor): factor.args for factor in factors if key_of(factor) in targets}
    if set(directions) != set(targets):
        msg = f"the variation is not linear in the direction at {expression}"
        raise NotCoveredError(msg)
    rest = sp.Mul(*(factor for factor in factors if key_of(factor) not in targets))
    if _holds(rest, targets):
        msg = f"the variation is not linear in the direction at {expression}"
        raise NotCoveredError(msg)
    found.append(_placed(weight * rest, bound, directions, targets))


def _collect_joined(
    factor: sp.Expr,
    rest: sp.Expr,
    weight: sp.Expr,
    bound: tuple[sp.Symbol, ...],
    *,
    targets: Mapping[str, tuple[sp.Symbol, ...]],
    found: list[tuple[tuple[tuple[str, str], ...], sp.Expr]],
) -> None:
    """Move a factor that holds the other direction inside, so that one walk meets both."""
    if isinstance(factor, sp.Add):
        for term in factor.args:
            _collect(sp.Mul(term, rest), weight, bound, targets, found)
        return
    renaming = _private(factor, weight * rest, bound, targets)
    inner = tuple(renaming[name] for name in factor.points)
    _collect(rename(factor.body, renaming) * rest, weight, (*bound, *inner), targets, found)


def _holds(expression: sp.Expr, targets: Mapping[str, tuple[sp.Symbol, ...]]) -> bool:
    return any(key_of(node) in targets for node in sp.preorder_traversal(expression))


def _private(
    node: Int, weight: sp.Expr, bound: tuple[sp.Symbol, ...], targets: Mapping[str, tuple[sp.Symbol, ...]]
) -> dict[sp.Symbol, sp.Symbol]:
    """Return names for the bound points of ``node`` that occur nowhere else."""
    taken = {name.name for name in (*bound, *weight.free_symbols, *node.body.free_symbols)}
    taken |= {name.name for names in targets.values() for name in names}
    renaming: dict[sp.Symbol, sp.Symbol] = {}
    for name in node.points:
        number = len(taken)
        while f"{name.name[0]}_b{number}" in taken:
            number += 1
        taken.add(f"{name.name[0]}_b{number}")
        renaming[name] = point(f"{name.name[0]}_b{number}")
    return renaming


def _placed(
    weight: sp.Expr,
    bound: tuple[sp.Symbol, ...],
    directions: Mapping[str, tuple[sp.Expr, ...]],
    targets: Mapping[str, tuple[sp.Symbol, ...]],
) -> tuple[tuple[tuple[str, str], ...], sp.Expr]:
    """Evaluate the directions at their targets and integrate over the bound points left."""
    renaming: dict[sp.Symbol, sp.Symbol] = {}
    shared: list[tuple[str, str]] = []
    for key, args in directions.items():
        for arg, target in zip(args, targets[key], strict=True):
            if not is_point(arg) or arg not in bound:
                msg = f"the direction is evaluated at {arg}, which is not integrated over: its kernel is a Dirac mass"
                raise NotCoveredError(msg)
            if arg in renaming:
                shared.append((renaming[arg].name, target.name))
            else:
                renaming[arg] = target
    left = [name for name in bound if name not in renaming]
    return tuple(sorted(shared)), Int(rename(weight, renaming), *left)
