"""Command: derive the stationary point of an objective and say where its optimum collapses."""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from variational import blocks, grammar
from variational.command_line import WRONG_COMMAND_LINE, Parser, complain, ending_well, suggest
from variational.errors import FormulaError, InvalidInputError, VaeproofError
from variational.formula import Call, Int, Node, Op

if TYPE_CHECKING:  # SymPy and z3 are loaded only where they are needed: --help stays fast
    from variational.analysis import Analysis
    from variational.objective import Objective

VALUE = re.compile(r"[+-]?(\d+/\d+|(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?)", re.ASCII)
LONGEST_VALUE = 200
EPILOG = f"""\
OBJECTIVE is one of
  a built-in   {", ".join(blocks.BUILT_IN)}
  FILE.py:NAME an Objective, a SymPy expression or a text bound to NAME by a
               Python file, which is run
  a text       a combination of {", ".join(list(blocks.BLOCKS)[:4])},
               {", ".join(list(blocks.BLOCKS)[4:])} with any coefficients

examples
  python -m variational.analyze ncvae --set beta=2 --set delta=1/2
  python -m variational.analyze "recon + b*KL(q,p) - a*MI" --assume "b > 0"

Exit status 0: analysed; 2: wrong command line or objective.
"""


def build_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m variational.analyze",
        description="Derive the non-parametric optimum of a VAE-like loss: Lagrangian, stationary point,\n"
        "convexity, and for every region of the parameters whether the optimum collapses.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("objective", metavar="OBJECTIVE", help="built-in, FILE.py:NAME or text; see below")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], help="fix a parameter: 2, -0.5 or 3/4, kept exactly"
    )
    parser.add_argument(
        "--assume", metavar="RELATION", action="append", default=[], help='take a relation for granted: "a > 0"'
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument("--latex", action="store_true", help="only the derivation, as a LaTeX align* environment")
    return parser


@ending_well
def main(argv: Sequence[str] | None = None) -> int:
    """Analyse the objective and return the exit status."""
    options = build_parser().parse_args(argv)
    try:
        values = read_values(options.set)
        found = run(options.objective, values, options.assume)
    except FormulaError as error:
        complain(f"{error}{_guess(options.objective, error)}")
        if error.text.strip():
            print(error.shown(), file=sys.stderr)
        return WRONG_COMMAND_LINE
    except VaeproofError as error:
        complain(" ".join(str(error).split()))
        return WRONG_COMMAND_LINE
    if options.json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
    elif options.latex:
        print(found.stationary.derivation.latex())
    else:
        from variational.analysis_report import show  # noqa: PLC0415

        show(found)
    return 0


def run(text: str, values: Mapping[str, Fraction], assumed: Sequence[str]) -> "Analysis":
    """Return the analysis of the objective ``text``.

    Raises:
        VaeproofError: Where the objective, a value or a relation is wrong or not covered.
    """
    from variational import smt  # noqa: PLC0415
    from variational.analysis import analyze  # noqa: PLC0415

    objective, usual = read_objective(text)
    known = [parameter.name for parameter in objective.parameters]
    for relation in assumed:
        _require_polynomial(relation, known, text)
    for name in values:
        if name not in known:
            msg = f"unknown parameter {name!r} in --set{suggest(name, known)}; {_has(text, known)}"
            raise InvalidInputError(msg)
    equations = [f"{name} = {value}" for name, value in values.items()]
    if not smt.feasible([*assumed, *equations]):
        msg = f"no values of the parameters meet {' and '.join([*assumed, *equations])}"
        raise InvalidInputError(msg)
    given = [*assumed]
    for relation in usual:  # what the papers assume gives way to what the user sets
        if smt.feasible([*given, *equations, relation]):
            given.append(relation)
        else:
            print(f"note: {text} is stated for {relation}, which your values exclude", file=sys.stderr)
    return analyze(objective, title=text, values=values, given=tuple(given))


def read_objective(text: str) -> tuple["Objective", tuple[str, ...]]:
    """Return the objective and the relations that come with it.

    Raises:
        VaeproofError: Where there is no such objective.
    """
    from variational import objective, user_objective  # noqa: PLC0415

    if text in blocks.BUILT_IN:
        return objective.built_in(text), blocks.BUILT_IN_CONDITIONS[text]
    place = user_objective.split_name(text)
    if place is not None:
        return user_objective.load(*place)
    return objective.from_text(re.sub(r"\s", " ", text)), ()  # one line, so that a caret points where it should


def read_values(texts: Sequence[str]) -> dict[str, Fraction]:
    """Return the exact values of ``NAME=VALUE`` texts.

    Raises:
        InvalidInputError: Where one is malformed, not finite, or names a parameter twice.

    Example:
        >>> read_values(["beta=0.1", "delta=3/4"])
        {'beta': Fraction(1, 10), 'delta': Fraction(3, 4)}
    """
    values: dict[str, Fraction] = {}
    for text in texts:
        name, mark, number = (part.strip() for part in text.partition("="))
        if not mark or not name.isidentifier():
            msg = f"--set takes NAME=VALUE, got {text!r}"
            raise InvalidInputError(msg)
        if name in values:
            msg = f"--set gives {name!r} twice"
            raise InvalidInputError(msg)
        if not VALUE.fullmatch(number) or len(number) > LONGEST_VALUE:
            msg = f"--set {name}: the value must be a finite number such as 2, -0.5 or 3/4, got {number!r}"
            raise InvalidInputError(msg)
        if re.search(r"/0+$", number):
            msg = f"--set {name}: division by zero in {number!r}"
            raise InvalidInputError(msg)
        values[name] = Fraction(number)
    return values


def _require_polynomial(relation: str, known: Sequence[str], text: str) -> None:
    """Refuse a relation that is not between rational expressions in the parameters of the objective."""
    _, left, right = grammar.parse_relation(relation)
    for name in sorted(grammar.names(left) | grammar.names(right)):
        if name not in known:
            msg = f"unknown parameter {name!r} in --assume {relation!r}{suggest(name, known)}; {_has(text, known)}"
            raise InvalidInputError(msg)
    if _has_functions(left) or _has_functions(right):
        msg = f"--assume takes arithmetic in the parameters, got {relation!r}"
        raise InvalidInputError(msg)


def _has_functions(node: Node) -> bool:
    if isinstance(node, Op):
        return _has_functions(node.left) or _has_functions(node.right)
    return isinstance(node, Call | Int)


def _has(text: str, known: Sequence[str]) -> str:
    return f"{text} has {', '.join(known)}" if known else f"{text} has no parameter"


def _guess(text: str, error: FormulaError) -> str:
    return suggest(text, blocks.BUILT_IN) if error.text == text else ""


if __name__ == "__main__":
    sys.exit(main())
