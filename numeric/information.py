"""The information form of an objective, read off the building blocks: no formula is typed here.

With the best decoder inserted, a combination of ``recon``, ``KL(q,p)``, ``KL(q,n;pn)``, ``MI`` and ``KL(g,p)`` is a sum
of terms ``a * sum_xz u(x) q(z|x) log v`` with u the data or the noise and v the encoder, the aggregate or a prior.
"""

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import NoReturn

from variational import blocks, grammar
from variational.errors import InvalidInputError
from variational.formula import Call, Int, Name, Node, Num, Op, parse

DATA, NOISE, ENCODER, DECODER, AGGREGATE = "pd", "pn", "q|", "p|", "gamma"
Terms = dict[tuple[str, str], Fraction]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class InformationForm:
    """The profile loss ``sum c q log q + omega sum gamma log gamma + lambda JSD + sum a u q log v``, up to a constant.

    Attributes:
        curvature: Coefficient of the data (``pd``) and of the noise (``pn``) in c(x).
        aggregate_weight: omega.
        divergence_weight: lambda, the coefficient of JSD(g,p).
        linear: Coefficient a by (u, v); u is ``pd`` or ``pn``, v is ``p`` or ``n``.
    """

    curvature: Mapping[str, Fraction]
    aggregate_weight: Fraction
    divergence_weight: Fraction
    linear: Mapping[tuple[str, str], Fraction]

    @property
    def needs_noise(self) -> bool:
        """Tell whether the noise or its prior of codes enters."""
        return bool(self.curvature[NOISE]) or any(NOISE in key or "n" in key for key in self.linear)


def information_form(objective_text: str, parameters: Mapping[str, float | Fraction]) -> InformationForm:
    """Return the information form of an objective with the values of its parameters inserted.

    Args:
        objective_text: In the grammar of :mod:`variational.grammar`.
        parameters: Value of every parameter; arithmetic with them is exact.

    Raises:
        FormulaError: Where the text does not parse.
        InvalidInputError: For a missing, unknown or infinite parameter, a term that is not of the information form,
            or a negative weight of the reconstruction.

    Example:
        >>> information_form("recon + beta*KL(q,p)", {"beta": 3}).curvature["pd"]
        Fraction(2, 1)
    """
    combination = grammar.parse_objective(objective_text)
    values = _values(combination, parameters)
    total: Terms = {}
    divergence_weight = Fraction(0)
    for block, node in combination.terms.items():
        coefficient = _value(node, values)
        if coefficient and block == blocks.MMD_GP:
            msg = f"objective_text {objective_text!r} holds {block}, which is not of the information form"
            raise InvalidInputError(msg)
        if block == blocks.JSD_GP:
            divergence_weight = coefficient
        elif block != blocks.MMD_GP:
            _add(total, _profile_terms(block), coefficient)
        if block == blocks.RECON and coefficient < 0:
            msg = f"the coefficient of recon must be >= 0, got {float(coefficient)}: no decoder is best otherwise"
            raise InvalidInputError(msg)
    total = {
        key: value for key, value in total.items() if value and key[1] != DATA
    }  # the entropy of the data: constant
    curvature = {weight: total.pop((weight, ENCODER), Fraction(0)) for weight in (DATA, NOISE)}
    aggregate_weight = total.pop((DATA, AGGREGATE), Fraction(0))
    for weight, inside in total:
        if weight not in {DATA, NOISE} or inside not in {"p", "n"}:
            msg = (
                f"objective_text {objective_text!r} holds {weight} q log {inside}, which is not of the information form"
            )
            raise InvalidInputError(msg)
    return InformationForm(
        curvature=curvature, aggregate_weight=aggregate_weight, divergence_weight=divergence_weight, linear=total
    )


def _profile_terms(block: str) -> Terms:
    """Return the terms of a building block at the best decoder, where the decoder gap is zero."""
    terms = _integral_terms(blocks.BLOCKS[block])
    if any(inside == DECODER for _, inside in terms):
        gap = _integral_terms(blocks.DECODER_GAP)
        (place,) = (key for key in gap if key[1] == DECODER)
        _add(terms, gap, -terms[place] / gap[place])
    return {key: value for key, value in terms.items() if value}


def _integral_terms(text: str) -> Terms:
    """Read ``int(weight * log(ratio))``, with or without a minus sign, as a sum of ``a u q log v``."""
    node, sign = parse(text), Fraction(1)
    if isinstance(node, Op) and node.symbol == "-" and node.left == Num(Fraction(0)):
        node, sign = node.right, Fraction(-1)
    if not isinstance(node, Int):
        _refuse(text)
    weights: list[str] = []
    terms: Terms = {}
    for factor, power in _factors(node.body, text):
        if factor.key == "log":
            for inside, exponent in _factors(factor.args[0], text):
                terms["", inside.key] = terms.get(("", inside.key), Fraction(0)) + sign * exponent
        elif power == 1:
            weights.append(factor.key)
        else:
            _refuse(text)
    # gamma(z) is defined as the integral of pd(x) q(z|x), so as a weight it is that product
    weights = sorted([DATA, ENCODER] if weights == [AGGREGATE] else weights)
    if len(weights) != 2 or weights[1] != ENCODER:
        _refuse(text)
    return {(weights[0], inside): value for (_, inside), value in terms.items()}


def _factors(node: Node, text: str) -> list[tuple[Call, int]]:
    """Return the functions in a product or quotient, with power 1 or -1."""
    if isinstance(node, Call):
        return [(node, 1)]
    if isinstance(node, Op) and node.symbol in {"*", "/"}:
        sign = 1 if node.symbol == "*" else -1
        return [*_factors(node.left, text), *((call, sign * power) for call, power in _factors(node.right, text))]
    return _refuse(text)


def _refuse(text: str) -> NoReturn:
    msg = f"{text!r} is no integral of a product of densities and one logarithm"
    raise InvalidInputError(msg)


def _add(total: Terms, terms: Terms, coefficient: Fraction) -> None:
    for key, value in terms.items():
        total[key] = total.get(key, Fraction(0)) + coefficient * value


def _values(combination: grammar.Combination, parameters: Mapping[str, float | Fraction]) -> dict[str, Fraction]:
    wanted = set(combination.parameters)
    if wanted != set(parameters):
        needs = ", ".join(sorted(wanted)) or "none"
        msg = f"parameters must name exactly those of the objective ({needs}), got {', '.join(sorted(parameters))}"
        raise InvalidInputError(msg)
    found = {}
    for name, value in parameters.items():
        if not -float("inf") < value < float("inf"):
            msg = f"parameter {name} must be a finite number, got {value}"
            raise InvalidInputError(msg)
        found[name] = Fraction(value)
    return found


def _value(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    """Return the value of a coefficient; exact except for powers with broken exponents."""
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Name):
        return values[node.id]
    if not isinstance(node, Op):
        msg = f"the coefficient {grammar.render(node)} is not arithmetic over parameters"
        raise InvalidInputError(msg)
    left, right = _value(node.left, values), _value(node.right, values)
    if (node.symbol == "/" and right == 0) or (node.symbol == "^" and left == 0 >= right):
        msg = f"the coefficient {grammar.render(node)} divides by zero"
        raise InvalidInputError(msg)
    if node.symbol == "^":
        return _power(left, right, grammar.render(node))
    if node.symbol == "/":
        return left / right
    return {"+": left + right, "-": left - right, "*": left * right}[node.symbol]


def _power(base: Fraction, exponent: Fraction, shown: str) -> Fraction:
    if exponent.denominator == 1 and abs(exponent) <= 64:
        return base**exponent.numerator
    try:
        return Fraction(float(base) ** float(exponent))
    except (TypeError, OverflowError) as error:  # complex, or too large
        msg = f"the coefficient {shown} is not a finite real number"
        raise InvalidInputError(msg) from error
