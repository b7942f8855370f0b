"""Second derivative of a functional along a line through an explicit point, exactly."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from variational.errors import CertificateError
from variational.formula import Node
from variational.recheck import logs
from variational.recheck.arithmetic import TrueLogarithms
from variational.recheck.dual import Dual, DualArithmetic, slope
from variational.recheck.exact import Evaluator, Index, Space
from variational.recheck.reading import read_space
from variational.recheck.signature import signature

# Points over which the two functions are normalised: q(z|x) over z (axis 0), p(x|z) over x (axis 0).
FREE = ("q|", "p|")


def second_along(functional: Node, space: Mapping[str, Any], direction: Mapping[str, Any]) -> logs.LogPolynomial:
    """Return the second derivative of ``functional`` at ``space`` along ``direction``.

    Args:
        functional: Formula tree without free points.
        space: Densities and parameters, as certificates keep them.
        direction: For the encoder ``q|`` and the decoder ``p|``, tables of rational increments.

    Raises:
        CertificateError: Where the direction breaks a normalisation or varies another function.
    """
    here = read_space(space, signature([functional]))
    steps = {key: _increments(key, table, here) for key, table in direction.items()}
    overrides: dict[tuple[str, Index], Any] = {}
    for key, table in steps.items():
        for index, step in table.items():
            value = here.functions[key][index]
            overrides[key, index] = Dual(Dual(value, step, 1), step, 2)
    evaluator = Evaluator(here, DualArithmetic(TrueLogarithms()), overrides=overrides)
    return logs.lift(slope(slope(evaluator.value(functional, {}), 2), 1))


def _increments(key: str, table: Any, space: Space) -> dict[Index, Fraction]:
    if key not in FREE or key not in space.functions:
        msg = f"only the encoder and the decoder may vary, got a direction for {key!r}"
        raise CertificateError(msg)
    found: dict[Index, Fraction] = {}
    for index in space.functions[key]:
        try:
            found[index] = Fraction(table[index[0]][index[1]])
        except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
            msg = f"the direction of {key!r} does not have the shape of the function: {error}"
            raise CertificateError(msg) from error
    for given in {index[1] for index in found}:
        if sum(step for index, step in found.items() if index[1] == given) != 0:
            msg = f"the direction of {key!r} breaks its normalisation at {given}"
            raise CertificateError(msg)
    return found
