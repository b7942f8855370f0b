"""Stationary points: Lagrangian, the two stationarity equations, elimination, closed form of the encoder.

Nothing is typed in: every line is derived from the objective, and the lines can be printed and exported.
"""

import dataclasses

import sympy as sp

from variational.derivative import kernel
from variational.errors import NotCoveredError
from variational.integrals import canonical, is_zero, readable
from variational.objective import Objective
from variational.symbols import Int, fold, function, point
from variational.translate import to_formula, to_latex

X, Z = point("x"), point("z")
ENCODER = function("q|")(Z, X)
DECODER = function("p|")(X, Z)
GAMMA = function("gamma")(Z)
LAMBDA = function("lambda")(X)
XI = function("xi")(X)  # the same multiplier, where a parameter is called lambda
MU = function("mu")(Z)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of a derivation: ``left = right``, with the reason in ``title``."""

    title: str
    left: sp.Expr
    right: sp.Expr

    def text(self) -> str:
        """Return the line in the formula language."""
        return f"{to_formula(self.left)} = {to_formula(self.right)}"

    def latex(self) -> str:
        """Return the line in LaTeX."""
        return f"{to_latex(self.left)} = {to_latex(self.right)}"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Derivation:
    """The stationary point of an objective under normalisation of decoder and encoder.

    Attributes:
        steps: The lines of the derivation, in order.
        lagrangian: The objective with the multipliers lambda(x) and mu(z).
        decoder: The stationary decoder p(x|z); None where the loss does not depend on the decoder.
        encoder_equation: Left side of dJ/dq(z|x) = 0, the decoder inserted.
        log_encoder: log q(z|x) as far as q(z|x) can be isolated (gamma(z) still depends on q); None
            where log q(z|x) drops out of the equation.
    """

    steps: tuple[Step, ...]
    lagrangian: sp.Expr
    decoder: sp.Expr | None
    encoder_equation: sp.Expr
    log_encoder: sp.Expr | None

    def latex(self) -> str:
        """Return the derivation as a LaTeX ``align*`` environment, the reasons as text lines."""
        lines = [rf"\intertext{{{step.title}}} {step.latex()} \\" for step in self.steps]
        return "\\begin{align*}\n" + "\n".join(lines) + "\n\\end{align*}"


def lagrangian(functional: sp.Expr, *, multiplier: sp.Expr = LAMBDA) -> sp.Expr:
    """Return the functional with multipliers for the normalisation of q(.|x), ``multiplier``, and p(.|z)."""
    encoder_mass = Int(multiplier * (Int(ENCODER, Z) - 1), X)
    decoder_mass = Int(MU * (Int(DECODER, X) - 1), Z)
    return functional + encoder_mass + decoder_mass


def derive(objective: Objective, *, multiplier: sp.Expr = LAMBDA) -> Derivation:
    """Return the stationary point of ``objective``, with the steps that lead to it.

    Args:
        objective: What is made stationary.
        multiplier: Function of x that multiplies the normalisation of q(.|x).

    Raises:
        NotCoveredError: Where a stationarity equation has no closed form of the expected kind.

    Example:
        >>> from variational.objective import built_in
        >>> to_formula(derive(built_in("beta-vae")).decoder)
        'pd(x)*q(z|x)/gamma(z)'
    """
    name = sp.Symbol("J")
    full = lagrangian(objective.functional, multiplier=multiplier)
    steps = [Step(title="Lagrangian with multipliers for the two normalisations", left=name, right=full)]
    decoder_equation = kernel(full, DECODER)
    steps.append(_equation("Stationary in the decoder", decoder_equation))
    decoder = None
    if not is_zero(decoder_equation - MU):
        decoder = _solve_decoder(decoder_equation, steps)
    encoder_equation = kernel(full, ENCODER)
    steps.append(_equation("Stationary in the encoder", encoder_equation))
    if decoder is not None:
        encoder_equation = canonical(encoder_equation.subs(DECODER, decoder))
        steps.append(_equation("Insert the decoder", encoder_equation))
    log_encoder = isolate_log_encoder(encoder_equation)
    if log_encoder is not None:
        log_encoder = _grouped(log_encoder)
        steps.append(Step(title="Solve for log q(z|x)", left=sp.log(ENCODER), right=log_encoder))
    return Derivation(
        steps=tuple(steps),
        lagrangian=full,
        decoder=decoder,
        encoder_equation=encoder_equation,
        log_encoder=log_encoder,
    )


def isolate_log_encoder(equation: sp.Expr) -> sp.Expr | None:
    """Solve ``equation = 0`` for log q(z|x); None where log q(z|x) drops out.

    Raises:
        NotCoveredError: Where q(z|x) occurs otherwise than through log q(z|x) and gamma(z).
    """
    unknown = sp.Dummy("log_q")
    folded = fold(canonical(equation)).subs(sp.log(ENCODER), unknown)
    if folded.has(ENCODER):
        msg = f"q(z|x) occurs outside log q(z|x) and gamma(z) in {to_formula(readable(equation))}"
        raise NotCoveredError(msg)
    coefficient = sp.factor_terms(sp.expand(folded).coeff(unknown, 1))
    rest = sp.expand(folded - sp.expand(coefficient * unknown))
    if rest.has(unknown):
        msg = f"log q(z|x) enters non-linearly in {to_formula(readable(equation))}"
        raise NotCoveredError(msg)
    if coefficient == 0:
        return None
    return -rest / coefficient


def _equation(title: str, left: sp.Expr) -> Step:
    return Step(title=title, left=readable(left), right=sp.Integer(0))


def _solve_decoder(equation: sp.Expr, steps: list[Step]) -> sp.Expr:
    """Solve dJ/dp = 0 for p(x|z) and fix the multiplier by normalisation."""
    unknown, multiplier = sp.Dummy("p", positive=True), sp.Dummy("mu")
    solutions = sp.solve(equation.subs(DECODER, unknown).subs(MU, multiplier), unknown)
    if len(solutions) != 1:
        msg = f"the decoder equation {to_formula(readable(equation))} = 0 has {len(solutions)} solutions, expected one"
        raise NotCoveredError(msg)
    shown = solutions[0].subs(multiplier, MU)
    steps.append(Step(title="Solve for the decoder", left=DECODER, right=shown))
    mass = canonical(Int(solutions[0], X))
    values = sp.solve(sp.Eq(mass, 1), multiplier)
    if len(values) != 1:
        msg = f"normalising the decoder does not fix its multiplier: {to_formula(mass)} = 1"
        raise NotCoveredError(msg)
    value = fold(values[0])
    steps.append(Step(title="Normalise the decoder", left=MU, right=value))
    decoder = sp.cancel(fold(solutions[0]).subs(multiplier, value))
    steps.append(Step(title="The stationary decoder", left=DECODER, right=decoder))
    return decoder


def _grouped(log_encoder: sp.Expr) -> sp.Expr:
    """Write ``-rest / c`` as a sum of logarithms with rational coefficients and one remaining fraction."""
    numerator, denominator = sp.fraction(sp.together(log_encoder))
    denominator = sp.factor(denominator)
    parts: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(numerator)):
        logs = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
        held = sp.Mul(*logs)
        parts[held] = parts.get(held, sp.Integer(0)) + term / held
    return sp.Add(*(held * sp.cancel(weight / denominator) for held, weight in parts.items()))


def power_form(log_encoder: sp.Expr) -> sp.Expr:
    """Return q(z|x) as a product of powers, from the logarithm of the encoder."""
    factors = []
    for term in sp.Add.make_args(log_encoder):
        logs = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.log)]
        if len(logs) == 1:
            factors.append(sp.Pow(logs[0].args[0], term / logs[0], evaluate=False))
        else:
            factors.append(sp.exp(term))
    return sp.Mul(*factors, evaluate=False)
