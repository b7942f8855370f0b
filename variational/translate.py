"""Formula text to SymPy and back; the round trip is the identity on canonical forms."""

import functools
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from variational import formula, grammar
from variational.errors import InvalidInputError
from variational.symbols import Int, function, is_point, point, rename

BUILT_IN = {"log": sp.log, "exp": sp.exp, "sqrt": sp.sqrt, "erfc": sp.erfc}


def to_sympy(node: formula.Node | str, *, where: Mapping[str, str] | None = None) -> sp.Expr:
    """Return the SymPy expression of a formula.

    Args:
        node: Formula text or its syntax tree.
        where: Definitions ``{"r(z|x)": formula}``, inserted wherever the function occurs.

    Raises:
        FormulaError: Where the text does not parse.
        InvalidInputError: Where a definition has no head of the form ``name(points)``.

    Example:
        >>> to_sympy("int[x](pd(x))*beta")
        beta*Int(pd(x), (x,))
    """
    tree = formula.parse(node) if isinstance(node, str) else node
    definitions = {}
    for head, body in (where or {}).items():
        key, points = _head(head)
        if not points or not _points_of(body) <= set(points):
            msg = f"where defines functions of distinct points by formulas in these points, got {head!r}: {body!r}"
            raise InvalidInputError(msg)
        definitions[key, len(points)] = (points, body)
    try:
        found = _translate(tree, definitions)
    except RecursionError as error:
        msg = "the formula is too long; name its parts by where, or shorten it"
        raise InvalidInputError(msg) from error
    if found.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.I):
        msg = f"the formula is no real number: {grammar.render(tree)}"
        raise InvalidInputError(msg)
    return found


def _head(text: str) -> tuple[str, tuple[str, ...]]:
    """Return key and points of a function that can be defined; no points where it cannot."""
    call = formula.parse(text)
    if not isinstance(call, formula.Call) or call.name in {*BUILT_IN, "phi", "int", "gamma"}:
        return "", ()
    names = tuple(arg.id for arg in call.args if isinstance(arg, formula.Name) and arg.id[0] in "xz")
    return call.key, names if len(set(names)) == len(call.args) else ()


def _points_of(body: str) -> set[str]:
    return {name for name in grammar.names(formula.parse(body)) if name[0] in "xz"}


def _translate(node: formula.Node, definitions: Mapping[Any, Any]) -> sp.Expr:
    recurse = functools.partial(_translate, definitions=definitions)
    match node:
        case formula.Num(value):
            return sp.Rational(value.numerator, value.denominator)
        case formula.Name(name):
            return symbol(name)
        case formula.Int(points, body):
            return Int(recurse(body), *map(point, points))
        case formula.Call(name, args) if name in {*BUILT_IN, "phi", "int"}:
            if name == "int" or len(args) != 1:
                msg = f"{grammar.render(node)}: functions take one argument; integrals are int[points](body)"
                raise InvalidInputError(msg)
            inner = recurse(args[0])
            return inner - 1 - sp.log(inner) if name == "phi" else BUILT_IN[name](inner)
        case formula.Call(_, args):
            values = [recurse(arg) for arg in args]
            if (node.key, len(args)) in definitions:
                heads, body = definitions[node.key, len(args)]
                if not all(isinstance(value, sp.Symbol) and is_point(value) for value in values):
                    msg = f"{grammar.render(node)}: a defined function is used at points only"
                    raise InvalidInputError(msg)
                reduced = {key: value for key, value in definitions.items() if key != (node.key, len(args))}
                defined = _translate(formula.parse(body), reduced)
                return rename(defined, dict(zip(map(point, heads), values, strict=True)))
            return function(node.key)(*values)
        case formula.Op(mark, left, right):
            a, b = recurse(left), recurse(right)
            match mark:
                case "+":
                    return a + b
                case "-":
                    return a - b
                case "*":
                    return a * b
                case "/":
                    return a / b
                case _:
                    return a**b


def symbol(name: str) -> sp.Symbol:
    """Return the parameter or point ``name``; parameters are real, nothing more is assumed."""
    return sp.Symbol(name, real=True)


def relation(text: str) -> sp.Basic:
    """Return the SymPy relation of ``left OP right``."""
    operator, left, right = grammar.parse_relation(text)
    table = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "=": sp.Eq, "!=": sp.Ne}
    return table[operator](to_sympy(left), to_sympy(right), evaluate=False)


class _FormulaPrinter(StrPrinter):  # type: ignore[misc]
    """Prints in the formula language."""

    def _print_Int(self, node: Int) -> str:
        names = ",".join(bound.name for bound in node.points)
        return f"int[{names}]({self._print(node.body)})"

    def _print_Function(self, node: sp.Function) -> str:
        name = node.func.__name__
        mark = "|" if name.endswith("|") else ","
        return f"{name.rstrip('|')}({mark.join(self._print(arg) for arg in node.args)})"

    _print_AppliedUndef = _print_Function

    def _print_exp(self, node: sp.Expr) -> str:
        return f"exp({self._print(node.args[0])})"

    def _print_Exp1(self, _node: sp.Expr) -> str:
        return "exp(1)"


class _LatexFormulaPrinter(LatexPrinter):  # type: ignore[misc]
    """Prints the notation of the papers."""

    def _print_Int(self, node: Int) -> str:
        signs = r"\int" * len(node.points)
        ends = " ".join(rf"\mathrm{{d}}{self._print(bound)}" for bound in node.points)
        return rf"{signs} {self.parenthesize(node.body, PRECEDENCE['Mul'], strict=True)}\, {ends}"

    def _print_Pow(self, node: sp.Pow) -> str:
        if isinstance(node.base, Int) and not node.exp.could_extract_minus_sign():
            return rf"\left({self._print(node.base)}\right)^{{{self._print(node.exp)}}}"
        return str(super()._print_Pow(node))

    def _print_AppliedUndef(self, node: Any, exp: str | None = None) -> str:
        name = node.func.__name__
        heads = {
            "pd": "p_d",
            "pn": "p_n",
            "q|": "q",
            "p|": "p",
            "gamma": r"\gamma",
            "lambda": r"\lambda",
            "mu": r"\mu",
            "xi": r"\xi",
            "eta": r"\eta",
        }
        mark = r" \mid " if name.endswith("|") else ", "
        text = heads.get(name, name.rstrip("|")) + "(" + mark.join(self._print(arg) for arg in node.args) + ")"
        return text if exp is None else rf"{text}^{{{exp}}}"


def to_formula(expression: sp.Expr) -> str:
    """Return ``expression`` in the formula language.

    Example:
        >>> to_formula(to_sympy("q(z|x)^2*beta"))
        'beta*q(z|x)**2'
    """
    return str(_FormulaPrinter().doprint(expression))


def to_latex(expression: sp.Expr) -> str:
    """Return ``expression`` in LaTeX, in the notation of the papers."""
    return str(_LatexFormulaPrinter().doprint(expression))


def parameters(expression: sp.Expr) -> tuple[sp.Symbol, ...]:
    """Return the free symbols that are no points, sorted by name."""
    return tuple(sorted((s for s in expression.free_symbols if not is_point(s)), key=lambda s: s.name))
