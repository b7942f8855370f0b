"""Instances in exact rational numbers: what is minimised, on which finite space, and codes rounded to rationals."""

import dataclasses
import decimal
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, to_numpy
from numeric.information import InformationForm, information_form
from numeric.problem import Problem, problem
from variational.errors import InvalidInputError
from variational.grammar import parse_objective

Masses = tuple[Fraction, ...]
Rows = tuple[Masses, ...]


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """An objective with values of its parameters on a finite space, all rational.

    Attributes:
        objective: In the grammar of :mod:`variational.grammar`.
        parameters: Value of every parameter; those beyond the objective belong to what is compared at its optimum.
        data: Probabilities of x.
        prior: Probabilities of z, positive.
        noise: Probabilities of x under the noise; None where the objective needs none.
        noise_prior: The prior of codes of noise, positive; None there too.

    Raises:
        InvalidInputError: Where probabilities are negative or do not sum to one, or lengths differ.
    """

    objective: str
    parameters: Mapping[str, Fraction]
    data: Masses
    prior: Masses
    noise: Masses | None = None
    noise_prior: Masses | None = None

    def __post_init__(self) -> None:
        """Check every table."""
        object.__setattr__(self, "parameters", {name: Fraction(value) for name, value in self.parameters.items()})
        for name, length in (("data", None), ("prior", None), ("noise", "data"), ("noise_prior", "prior")):
            given = getattr(self, name)
            if given is None:
                continue
            masses = tuple(Fraction(mass) for mass in given)
            if not masses or min(masses) < 0 or sum(masses) != 1:
                msg = f"{name} must hold probabilities >= 0 that sum to one, got {', '.join(map(str, masses))}"
                raise InvalidInputError(msg)
            if "prior" in name and min(masses) == 0:
                msg = f"{name} must be positive, got {', '.join(map(str, masses))}"
                raise InvalidInputError(msg)
            if length is not None and len(masses) != len(getattr(self, length)):
                msg = f"{name} must have as many entries as {length}, got {len(masses)}"
                raise InvalidInputError(msg)
            object.__setattr__(self, name, masses)
        if (self.noise is None) != (self.noise_prior is None):
            msg = "noise and noise_prior are given together or not at all"
            raise InvalidInputError(msg)

    @property
    def form(self) -> InformationForm:
        """Return the information form, its coefficients exact."""
        return information_form(self.objective, self._own_parameters)

    @property
    def problem(self) -> Problem:
        """Return the problem in floating point; InvalidInputError where it is not shown convex."""
        return problem(
            self.objective,
            self._own_parameters,
            _floats(self.data),
            _logs(self.prior),
            noise=None if self.noise is None else _floats(self.noise),
            log_noise_prior=None if self.noise_prior is None else _logs(self.noise_prior),
        )

    @property
    def _own_parameters(self) -> dict[str, Fraction]:
        wanted = parse_objective(self.objective).parameters
        return {name: self.parameters[name] for name in wanted if name in self.parameters}

    def tables(self, encoder: Rows) -> dict[str, dict[tuple[int, ...], Fraction]]:
        """Return every law by the key of its function in formulas; q(z|x) by (z, x)."""
        laws = {"pd": self.data, "p": self.prior, "pn": self.noise, "n": self.noise_prior}
        found: dict[str, dict[tuple[int, ...], Fraction]] = {
            key: {(place,): mass for place, mass in enumerate(masses)}
            for key, masses in laws.items()
            if masses is not None
        }
        return {**found, "q|": {(z, x): mass for x, row in enumerate(encoder) for z, mass in enumerate(row)}}

    def to_space(self, encoder: Rows | None = None) -> dict[str, Any]:
        """Return the space as certificates keep it, with q(z|x) at ``[z][x]``."""
        functions: dict[str, Any] = {"pd": _texts(self.data), "p": _texts(self.prior)}
        if self.noise is not None and self.noise_prior is not None:
            functions |= {"pn": _texts(self.noise), "n": _texts(self.noise_prior)}
        if encoder is not None:
            functions["q|"] = [_texts(column) for column in zip(*encoder, strict=True)]
        return {
            "x": len(self.data),
            "z": len(self.prior),
            "functions": functions,
            "parameters": {name: str(value) for name, value in self.parameters.items()},
        }


def short(value: float, digits: int) -> Fraction:
    """Return a number rounded to so many significant decimal digits, exactly as it is written.

    Example:
        >>> short(2 / 3, 3)
        Fraction(667, 1000)
    """
    return Fraction(f"{value:.{digits - 1}e}")


def rational_rows(log_encoder: npt.ArrayLike, digits: int) -> Rows:
    """Return an encoder with short rational entries and rows of unit mass, exactly; shape (x, z).

    Args:
        log_encoder: log q(z|x), shape (x, z).
        digits: Significant digits of every entry but the largest of a row, which takes what is left.
    """
    found = []
    for row in np.exp(np.asarray(to_numpy(log_encoder), dtype=np.float64)):
        masses = [short(float(mass), digits) for mass in row]
        largest = int(np.argmax(row))
        masses[largest] = 1 - sum((mass for z, mass in enumerate(masses) if z != largest), Fraction(0))
        found.append(tuple(masses))
    return tuple(found)


def decimals(low: Fraction, high: Fraction, places: int = 30) -> list[str]:
    """Return two decimal numbers around an interval, rounded outwards to so many places.

    Example:
        >>> decimals(Fraction(1, 3), Fraction(2, 3), 2)
        ['0.33', '0.67']
    """
    scale = 10**places
    ends = low * scale // 1, -(-high * scale // 1)
    with decimal.localcontext(prec=400):
        return [format(decimal.Decimal(int(end)).scaleb(-places).normalize(), "f") for end in ends]


def _texts(masses: Sequence[Fraction]) -> list[str]:
    return [str(mass) for mass in masses]


def _floats(masses: Sequence[Fraction]) -> Array:
    found = np.array([float(mass) for mass in masses])
    return np.asarray(found / found.sum())


def _logs(masses: Sequence[Fraction]) -> Array:
    found = np.log(_floats(masses))
    return np.asarray(found)
