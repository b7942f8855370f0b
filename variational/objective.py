"""Objectives: a functional of decoder and encoder, with its coefficients where it is made of building blocks."""

import dataclasses
from collections.abc import Mapping

import sympy as sp

from variational import blocks, grammar
from variational.errors import InvalidInputError, NotCoveredError
from variational.integrals import canonical
from variational.symbols import Int, is_point, key_of
from variational.translate import to_sympy


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """A functional L[p, q] to be minimised over decoders p(x|z) and encoders q(z|x); nats.

    Attributes:
        name: Short identifier used in reports.
        functional: Nested integrals of densities, parameters and logarithms.
        coefficients: Coefficient of each building block, or None where the functional is not a
            combination of building blocks.
    """

    name: str
    functional: sp.Expr
    coefficients: Mapping[str, sp.Expr] | None

    def coefficient(self, block: str) -> sp.Expr:
        """Return the coefficient of ``block``, zero where it does not occur."""
        return (self.coefficients or {}).get(block, sp.Integer(0))

    @property
    def parameters(self) -> tuple[sp.Symbol, ...]:
        """The hyper-parameters, sorted by name."""
        found = {symbol for symbol in self.functional.free_symbols if not is_point(symbol)}
        return tuple(sorted(found, key=lambda symbol: symbol.name))


def block(name: str) -> sp.Expr:
    """Return the building block ``name`` of :data:`variational.blocks.BLOCKS` as an expression.

    Raises:
        InvalidInputError: For an unknown name.

    Example:
        >>> block("MI").free_symbols
        set()
    """
    if name not in blocks.BLOCKS:
        msg = f"unknown building block {name!r}; there are {', '.join(blocks.BLOCKS)}"
        raise InvalidInputError(msg)
    return to_sympy(blocks.BLOCKS[name])


def from_text(text: str, *, name: str | None = None) -> Objective:
    """Return the objective written as ``text`` in the grammar of :mod:`variational.grammar`.

    Raises:
        FormulaError: Where the text does not parse, with the column.
    """
    terms = {term: to_sympy(node) for term, node in grammar.parse_objective(text).terms.items()}
    functional = sp.Add(*(coefficient * block(term) for term, coefficient in terms.items()))
    return Objective(name=name or text, functional=functional, coefficients=terms)


def from_expression(functional: sp.Expr, *, name: str) -> Objective:
    """Return the objective of a functional, recognised as a combination of building blocks if it is one.

    Args:
        functional: Built with :func:`block` or with :class:`variational.symbols.Int`.
        name: Short identifier.

    Raises:
        NotCoveredError: Where the functional has free points.
    """
    loose = sorted(symbol.name for symbol in functional.free_symbols if is_point(symbol))
    if loose:
        msg = f"objective {name!r} depends on the points {', '.join(loose)}; integrate over them"
        raise NotCoveredError(msg)
    return Objective(name=name, functional=functional, coefficients=_recognise(functional))


def built_in(name: str) -> Objective:
    """Return one of the built-in objectives, ``beta-vae``, ``infovae``, ``aae`` or ``ncvae``."""
    return from_text(blocks.BUILT_IN[name], name=name)


def _recognise(functional: sp.Expr) -> dict[str, sp.Expr] | None:
    """Solve for the coefficients of the building blocks; KL(q,p) = MI + KL(g,p) leaves a choice."""
    target = _monomials(functional)
    forms = {name: _monomials(block(name)) for name in blocks.BLOCKS}
    unknowns = {name: sp.Dummy(name) for name in blocks.BLOCKS}
    keys = set(target).union(*forms.values())
    equations = []
    for key in keys:
        combined = sp.Add(*(unknowns[name] * form.get(key, 0) for name, form in forms.items()))
        equations.append(combined - target.get(key, 0))
    (solution,) = sp.linsolve(equations, list(unknowns.values())) or [None]
    if solution is None:
        return None
    settled = [sp.simplify(value.subs(dict.fromkeys(unknowns.values(), 0))) for value in solution]
    return {name: value for name, value in zip(unknowns, settled, strict=True) if value != 0}


def _monomials(functional: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    """Return coefficient by integral of the canonical form."""
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(canonical(functional)):
        coefficient, held = sp.Integer(1), sp.Integer(1)
        for factor in sp.Mul.make_args(term):
            if factor.has(Int) or key_of(factor) or isinstance(factor, sp.log):
                held *= factor
            else:
                coefficient *= factor
        found[held] = found.get(held, sp.Integer(0)) + coefficient
    return {held: coefficient for held, coefficient in found.items() if coefficient != 0}
