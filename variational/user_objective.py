"""Objectives from a user's own file: running it, and taking what it defines as an exact functional."""

import contextlib
import re
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy as sp

from variational.command_line import suggest
from variational.errors import InvalidInputError, NotCoveredError
from variational.integrals import is_zero
from variational.objective import Objective, block, from_expression, from_text
from variational.symbols import Int, is_point, key_of
from variational.translate import symbol

FILE_AND_NAME = re.compile(r"(?P<file>.+\.py):(?P<name>[^:/\\]*)")
PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*'*")
SIGNS = (
    ("is_positive", ">"),
    ("is_negative", "<"),
    ("is_nonnegative", ">="),
    ("is_nonpositive", "<="),
    ("is_nonzero", "!="),
)
NODES = (Int, sp.Add, sp.Mul, sp.Pow, sp.Number, sp.NumberSymbol, sp.Symbol, sp.Tuple, sp.log, sp.exp)
COVERED = "sums, products, powers, log, exp, densities and integrals"
SPACES_OF = {"pd": "x", "pn": "x", "p": "z", "n": "z", "gamma": "z", "q|": "zx", "p|": "xz", "k": "zz"}
KINDS = "an Objective, a SymPy expression or a text"


def load(file: Path, name: str) -> tuple[Objective, tuple[str, ...]]:
    """Return the objective that ``file`` binds to ``name``, and what it declares of its parameters.

    The file is Python and is run; what it prints goes to standard error.

    Args:
        file: A Python file.
        name: A name that it binds to an :class:`Objective`, a SymPy expression or the text of an objective.

    Raises:
        InvalidInputError: Where the file does not run, or does not hold an objective of that name.
        FormulaError: Where the name is bound to a text that does not parse.
        NotCoveredError: Where the functional lies outside the class that is covered.
    """
    namespace = _run(file)
    if name not in namespace:
        defined = sorted(word for word, value in namespace.items() if word[0] != "_" and _looks_right(value))
        msg = f"{file} defines no {name!r}{suggest(name, defined)} (it defines {', '.join(defined) or 'no objective'})"
        raise InvalidInputError(msg)
    return as_objective(namespace[name], name=f"{file}:{name}")


def as_objective(found: Any, *, name: str) -> tuple[Objective, tuple[str, ...]]:
    """Return ``found`` as an exact objective, and the relations that its symbols declare.

    Symbols become plain real parameters, their declared signs relations such as ``a > 0``; a floating-point
    number stands for the decimal that it prints as.

    Raises:
        InvalidInputError: Where ``found`` is no objective, or is not finite, exact and real.
        NotCoveredError: Where it has free points.
    """
    if isinstance(found, str):
        return from_text(found, name=name), ()
    functional = found.functional if isinstance(found, Objective) else found
    if not isinstance(functional, sp.Expr):
        msg = f"{name} is of type {type(functional).__name__}; expected {KINDS}"
        raise InvalidInputError(msg)
    declared: dict[str, None] = {}
    exact = _exact(functional, declared, name)
    if not any(key_of(part) in {"q|", "p|", "gamma"} for part in sp.preorder_traversal(exact)):
        msg = f"{name} depends on neither the encoder q(z|x) nor the decoder p(x|z): there is nothing to minimise over"
        raise InvalidInputError(msg)
    if isinstance(found, Objective) and found.coefficients is not None:
        weights = {term: _exact(sp.sympify(weight), declared, name) for term, weight in found.coefficients.items()}
        if not is_zero(exact - sp.Add(*(weight * block(term) for term, weight in weights.items()))):
            msg = f"{name}: functional and coefficients differ; make it with from_text or from_expression"
            raise InvalidInputError(msg)
        return Objective(name=name, functional=exact, coefficients=weights), tuple(declared)
    return from_expression(exact, name=name), tuple(declared)


def _looks_right(value: Any) -> bool:
    return isinstance(value, Objective | str) or (isinstance(value, sp.Expr) and value.has(Int))


def _run(file: Path) -> Mapping[str, Any]:
    """Run a Python file and return the names it binds."""
    try:
        source = file.read_bytes()
    except OSError as error:
        msg = f"cannot read {file}: {error.strerror}"
        raise InvalidInputError(msg) from error
    namespace: dict[str, Any] = {"__name__": "objective_file", "__file__": str(file)}
    sys.path.insert(0, str(file.parent.resolve()))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(source, str(file), "exec", dont_inherit=True), namespace)
    except (Exception, SystemExit) as error:
        msg = f"{file}, line {_line(error, file)}: {type(error).__name__}: {_first_line(error)}"
        raise InvalidInputError(msg) from error
    finally:
        sys.path.pop(0)
    return namespace


def _line(error: BaseException, file: Path) -> int | str:
    """Return the line of the file at which it failed: the innermost one of its own."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or "?"
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or "?" for frame in reversed(frames) if frame.filename == str(file)), "?")


def _first_line(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return next(iter(str(error).splitlines()), "") or "no message"


def _exact(expression: sp.Expr, declared: dict[str, None], name: str) -> sp.Expr:
    """Return ``expression`` over plain real symbols and rationals; declared signs are added to ``declared``."""
    if expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        msg = f"{name} holds an infinity or nan; every coefficient must be finite"
        raise InvalidInputError(msg)
    for part in sp.preorder_traversal(expression):
        _require_covered(part, name)
    if expression.has(sp.I) or any(symbol.is_real is False for symbol in expression.atoms(sp.Symbol)):
        msg = f"{name} holds a number or symbol that is not real; every coefficient must be real"
        raise InvalidInputError(msg)
    table: dict[sp.Basic, sp.Expr] = {number: sp.Rational(str(number)) for number in expression.atoms(sp.Float)}
    for old in sorted(expression.atoms(sp.Symbol), key=str):
        if not PARAMETER.fullmatch(old.name):
            msg = f"{name}: {old.name!r} is no parameter name (letters, digits and _)"
            raise InvalidInputError(msg)
        table[old] = symbol(old.name)
        if not is_point(old):
            sign = next((mark for fact, mark in SIGNS if getattr(old, fact)), None)
            if sign:
                declared[f"{old.name} {sign} 0"] = None
    return expression.xreplace(table)


def _require_covered(part: sp.Basic, name: str) -> None:
    """Refuse an expression of another kind, and a density whose arguments run through the wrong space.

    Raises:
        NotCoveredError: In one line, with what is covered.
    """
    key = key_of(part)
    if not key and not isinstance(part, NODES):
        msg = f"{name} holds {type(part).__name__}, which is not covered; {COVERED} are"
        raise NotCoveredError(msg)
    if key in SPACES_OF and "".join(str(arg)[0] for arg in part.args) != SPACES_OF[key]:
        shown = f"{key.rstrip('|')}({('|' if '|' in key else ', ').join(map(str, part.args))})"
        expected = f"{key.rstrip('|')}({('|' if '|' in key else ', ').join(SPACES_OF[key])})"
        msg = f"{name} holds {shown}; the arguments of this density read {expected}"
        raise NotCoveredError(msg)


def split_name(text: str) -> tuple[Path, str] | None:
    """Return file and name of ``file.py:name``, or None where ``text`` is no such thing.

    Raises:
        InvalidInputError: Where the name is missing.

    Example:
        >>> split_name("recon + beta*KL(q,p)")
    """
    found = FILE_AND_NAME.fullmatch(text)
    if found is None and not text.endswith(".py"):
        return None
    if found is None or not found["name"]:
        msg = f"{text!r} names no objective; write {text.rstrip(':')}:NAME"
        raise InvalidInputError(msg)
    return Path(found["file"]), found["name"]
