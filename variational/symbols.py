"""SymPy vocabulary: points of X and Z, densities, and an integral node that binds its points."""

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from variational.errors import NotCoveredError

# Densities, by the spaces of their arguments: the integral over the first argument is one.
DENSITIES = {"pd": "x", "pn": "x", "p": "z", "n": "z", "q|": "zx", "p|": "xz"}
REAL_FUNCTIONS = frozenset({"lambda", "mu", "xi", "eta", "h", "h|"})
GAMMA = "gamma"


class k(sp.Function):  # type: ignore[misc]  # noqa: N801 - printed under this name
    """Symmetric kernel on Z x Z: its arguments are kept in one order."""

    is_real = True

    @classmethod
    def eval(cls, *args: sp.Expr) -> Any:
        """Swap the arguments into order; SymPy calls this on construction."""
        ordered = sorted(args, key=sp.default_sort_key)
        return None if list(args) == ordered else cls(*ordered)


def function(key: str) -> Any:
    """Return the undefined function ``key``; positive unless it is a multiplier, a kernel or a logarithm.

    ``q|`` is the encoder q(z|x), ``p|`` the decoder p(x|z), ``p`` the prior; see :mod:`variational.formula`.
    """
    if key == "k":
        return k
    if key in REAL_FUNCTIONS or key.startswith("log_"):
        return sp.Function(key, real=True)
    return sp.Function(key, positive=True)


def key_of(applied: sp.Basic) -> str:
    """Return the key of an applied undefined function, ``""`` for any other expression."""
    return str(applied.func.__name__) if isinstance(applied, (AppliedUndef, k)) else ""


def point(name: str) -> sp.Symbol:
    """Return the point ``name``; its first letter, x or z, says which space it runs through."""
    return sp.Symbol(name, real=True)


def is_point(expression: sp.Basic) -> bool:
    """Tell whether ``expression`` is a point of X or Z."""
    return isinstance(expression, sp.Symbol) and expression.name[0] in "xz"


class Int(sp.Expr):  # type: ignore[misc]
    """Integral of ``body`` over bound points, with respect to the base measures of their spaces.

    On a finite space it is a sum. Bound points are private to the node: all renaming goes through
    :func:`rename`, and :func:`fresh` makes them distinct before two expressions are joined.
    """

    is_commutative = True

    def __new__(cls, body: Any, *points: Any) -> Any:
        """Build the node; the integral of zero is zero, and one over no points is its body."""
        body = sp.sympify(body)
        if len(points) == 1 and isinstance(points[0], sp.Tuple):  # SymPy rebuilds nodes from their args
            points = tuple(points[0])
        if not points:
            return body
        if body == 0:
            return sp.Integer(0)
        return super().__new__(cls, body, sp.Tuple(*points))

    @property
    def body(self) -> sp.Expr:
        """The integrand."""
        return self.args[0]

    @property
    def points(self) -> tuple[sp.Symbol, ...]:
        """The bound points."""
        return tuple(self.args[1])

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        """Symbols of the integrand that the node does not bind."""
        return set(self.body.free_symbols) - set(self.points)

    def _eval_is_positive(self) -> bool | None:
        return True if self.body.is_positive else None

    def _eval_is_real(self) -> Any:
        return self.body.is_real


def rename(expression: sp.Expr, renaming: Mapping[sp.Symbol, sp.Symbol]) -> sp.Expr:
    """Rename free points; bound points that would be captured are renamed apart first."""
    live = {old: new for old, new in renaming.items() if old in expression.free_symbols and old != new}
    if not live:
        return expression
    if isinstance(expression, sp.Symbol):
        return live[expression]
    if isinstance(expression, Int):
        clash = [bound for bound in expression.points if bound in set(live.values())]
        if clash:
            taken = expression.body.free_symbols | set(live.values()) | set(live)
            expression = Int(*_renamed_apart(expression, clash, taken))
        return Int(rename(expression.body, live), *expression.points)
    return expression.func(*(rename(arg, live) for arg in expression.args))


def _renamed_apart(node: Int, clash: Iterable[sp.Symbol], taken: set[sp.Symbol]) -> tuple[Any, ...]:
    fresh_names: dict[sp.Symbol, sp.Symbol] = {}
    for bound in clash:
        fresh_names[bound] = new_point(bound.name[0], taken | set(fresh_names.values()))
    return rename(node.body, fresh_names), *(fresh_names.get(bound, bound) for bound in node.points)


def new_point(space: str, taken: Iterable[sp.Symbol]) -> sp.Symbol:
    """Return a point of ``space`` ("x" or "z") whose name is not in ``taken``."""
    names = {symbol.name for symbol in taken}
    number = 1
    while f"{space}_{number}" in names:
        number += 1
    return point(f"{space}_{number}")


def unfold(expression: sp.Expr) -> sp.Expr:
    """Replace gamma(z) by the integral that defines it."""
    if isinstance(expression, Int):
        return Int(unfold(expression.body), *expression.points)
    if key_of(expression) == GAMMA:
        if len(expression.args) != 1 or not is_point(expression.args[0]) or str(expression.args[0])[0] != "z":
            msg = f"{expression}: gamma is a function of one point of Z"
            raise NotCoveredError(msg)
        (at,) = expression.args
        inner = new_point("x", {at})
        return Int(function("pd")(inner) * function("q|")(at, inner), inner)
    if not expression.args:
        return expression
    return expression.func(*(unfold(arg) for arg in expression.args))


def fold(expression: sp.Expr) -> sp.Expr:
    """Write every integral that defines gamma(z) as gamma(z) again."""
    if isinstance(expression, Int) and len(expression.points) == 1 and isinstance(expression.body, sp.Mul):
        (bound,) = expression.points
        keys = {key_of(factor): factor.args for factor in expression.body.args}
        if len(expression.body.args) == 2 and set(keys) == {"pd", "q|"}:
            at, data = keys["q|"]
            if keys["pd"] == (bound,) and data == bound and at != bound:
                return function(GAMMA)(at)
    if isinstance(expression, Int):
        return Int(fold(expression.body), *expression.points)
    if not expression.args:
        return expression
    return expression.func(*(fold(arg) for arg in expression.args))


def is_mass(factor: sp.Expr, name: sp.Symbol) -> bool:
    """Tell whether the integral of ``factor`` over the point ``name`` is the mass of a density, that is, one."""
    spaces = DENSITIES.get(key_of(factor))
    if spaces is None or "".join(str(arg)[0] for arg in factor.args if is_point(arg)) != spaces:
        return False
    return len(factor.args) == len(spaces) and factor.args[0] == name and factor.args.count(name) == 1


def require_points(applied: sp.Expr) -> tuple[sp.Symbol, ...]:
    """Return the arguments of an applied function, refusing anything but distinct points."""
    if not all(is_point(arg) for arg in applied.args) or len(set(applied.args)) != len(applied.args):
        msg = f"{applied} is not a function of distinct points; rewrite it with one point per argument"
        raise NotCoveredError(msg)
    return tuple(applied.args)
