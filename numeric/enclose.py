"""From a float solution to rigorous statements about the true optimum: exact numbers, balls and the gap identity.

The floats of a solution are rounded to short rationals; from then on nothing rests on a float. The dual value of the
aggregate and the loss of the encoder, both in ball arithmetic, are e nats apart, and by the gap identity

    sum_x c_x KL(q_x||q*_x) + omega KL(gamma||gamma*) <= e,    sum_x c_x KL(q*_x||a_x) <= e,

where the encoder a attains the dual value. Everything below follows from these two lines.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from numeric.ball_loss import Ball, BallLoss, ball, mixture
from numeric.instance import Instance, Masses, Rows, rational_rows, short
from numeric.solve import solve
from variational.errors import InvalidInputError
from variational.recheck.arithmetic import Balls
from variational.recheck.exact import Evaluator, Space, parse, read_definitions

BITS = 256
MOST_BITS = 2048
TIGHT = Fraction(1, 10**3)  # of the gap: what rounding in ball arithmetic may add to it
NEGLIGIBLE = Fraction(1, 10**40)  # nats; rounding below this is not reduced further
DIGITS = 16
GAP = 1e-18  # nats, asked of the solver; what it reaches is what counts


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Exact ends around a real number."""

    low: Fraction
    high: Fraction

    @property
    def width(self) -> Fraction:
        """High less low."""
        return self.high - self.low

    def __contains__(self, value: object) -> bool:
        """Tell whether a number lies between the ends."""
        return isinstance(value, int | float | Fraction) and self.low <= value <= self.high

    def __str__(self) -> str:
        """Return both ends with a few digits."""
        return f"[{float(self.low):.9g}, {float(self.high):.9g}]"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """What is rigorously known of the optimum of an instance; nats.

    Attributes:
        instance: What is minimised.
        encoder: Rational, rows in the order of x; the loss at it is the upper bound.
        aggregate: Rational and positive; its dual value is the lower bound.
        value: Around the least R.
        gap: Upper bound of R(q) - R(q*).
        radii: For each x an upper bound of the total variation TV(q_x, q*_x).
        aggregate_divergence: Upper bound of KL(gamma||gamma*); None where omega is zero.
        optimum: Around every q*(z|x), rows in the order of x.
        optimal_aggregate: Around every gamma*(z).
        information: Around I(X;Z) of q*.
    """

    instance: Instance
    encoder: Rows
    aggregate: Masses
    value: Interval
    gap: Fraction
    radii: tuple[Fraction, ...]
    aggregate_divergence: Fraction | None
    optimum: tuple[tuple[Interval, ...], ...]
    optimal_aggregate: tuple[Interval, ...]
    information: Interval

    @property
    def collapse_excluded(self) -> bool:
        """Whether I(X;Z) is certified to be positive."""
        return self.information.low > 0

    def functional(self, text: str, where: Mapping[str, str] | None = None) -> Interval:
        """Return an interval around a formula in q(z|x), gamma(z) and the densities, at the optimum.

        Args:
            text: In the formula language, without free points.
            where: Functions given by formulas.

        Raises:
            CertificateError: Where the formula needs what the instance lacks.
            UndefinedError: Where the enclosure of the optimum does not exclude a quotient by zero.
        """
        node, definitions = parse(text), read_definitions(where)
        space = Space(
            sizes={"x": len(self.instance.data), "z": len(self.instance.prior)},
            functions=self.instance.tables(self.encoder),
            parameters=self.instance.parameters,
        )
        with flint.ctx.workprec(BITS):
            places: dict[tuple[str, tuple[int, ...]], Ball] = {
                ("gamma", (z,)): _around(entry) for z, entry in enumerate(self.optimal_aggregate)
            }
            for x, row in enumerate(self.optimum):
                places |= {("q|", (z, x)): _around(entry) for z, entry in enumerate(row)}
            return _interval(Evaluator(space, Balls(), definitions, overrides=places).value(node, {}))


def enclose(instance: Instance, *, digits: int = DIGITS, gap_tol: float = GAP) -> Enclosure:
    """Return the optimum of an instance, found in floating point and enclosed.

    Args:
        instance: With a convex loss.
        digits: Significant digits of the rationals that stand for the floats, 1 to 17.
        gap_tol: Asked of the solver; the enclosure is as wide as the gap that is reached.

    Raises:
        InvalidInputError: Where the loss is not shown convex, exactly.
    """
    if not 1 <= digits <= 17:
        msg = f"digits must lie in 1..17, got {digits}"
        raise InvalidInputError(msg)
    solution = solve(instance.problem, gap_tol=gap_tol)
    encoder = rational_rows(solution.log_encoder, digits)
    masses = tuple(
        sum(w * row[z] for w, row in zip(instance.data, encoder, strict=True)) for z in range(len(encoder[0]))
    )
    return enclose_at(instance, encoder, tuple(short(float(mass), digits) or Fraction(1, 10**300) for mass in masses))


def enclose_at(instance: Instance, encoder: Rows, aggregate: Sequence[Fraction]) -> Enclosure:
    """Return what any encoder and any positive aggregate show of the optimum of an instance.

    Args:
        instance: With a convex loss.
        encoder: Rational, rows of unit mass, in the order of x.
        aggregate: Rational and positive, one number for each z.

    Raises:
        InvalidInputError: Where the loss is not shown convex, or an argument breaks its rule.
    """
    _require_code(instance, encoder, aggregate)
    bits = BITS
    while True:
        with flint.ctx.workprec(bits):
            found, rounding = _enclosed(BallLoss(instance), encoder, tuple(aggregate))
        if rounding <= max(TIGHT * found.gap, NEGLIGIBLE) or bits >= MOST_BITS:
            return found
        bits *= 2


def _enclosed(loss: BallLoss, encoder: Rows, aggregate: Masses) -> tuple[Enclosure, Fraction]:
    upper = loss.primal(encoder)
    lower, answer = loss.dual(aggregate)
    gap = Ball(0).max((upper - lower).upper())
    optimum = [[_entry(mass, gap / c) for mass in row] for row, c in zip(encoder, loss.curvature, strict=True)]
    least, most = loss.information(encoder, answer, gap)
    masses = loss.mixed([[ball(mass) for mass in row] for row in encoder])
    mixed = loss.mixed(optimum)
    direct = [_entry(exact, gap / ball(loss.omega)) for exact in mixture(loss.data, encoder)] if loss.omega else mixed
    aggregates = [a if a.rad() < b.rad() else b for a, b in zip(direct, mixed, strict=True)]
    found = Enclosure(
        instance=loss.instance,
        encoder=encoder,
        aggregate=aggregate,
        value=Interval(low=_end(lower.lower()), high=_end(upper.upper())),
        gap=_end(gap.upper()),
        radii=tuple(min(Fraction(1), _end((gap / (2 * c)).sqrt().upper())) for c in loss.curvature),
        aggregate_divergence=_end((gap / ball(loss.omega)).upper()) if loss.omega else None,
        optimum=tuple(tuple(map(_not_negative, row)) for row in optimum),
        optimal_aggregate=tuple(map(_not_negative, aggregates)),
        information=Interval(low=max(Fraction(0), _end(least.lower())), high=_end(most.upper())),
    )
    rounding = (upper - lower).rad() + max(mass.rad() for mass in masses)
    return found, _end(Ball(rounding).upper())


def _entry(mass: Fraction, divergence: Ball) -> Ball:
    """Return a ball around Q({z}), given P({z}) and a bound of KL(P||Q): by Pinsker, and by the divergence of {z}."""
    exact, shift = ball(mass), (divergence / 2).sqrt()
    low = (exact - (2 * exact * divergence).sqrt()).lower().max((exact - shift).lower())
    high = (exact + divergence + (divergence * divergence + 2 * exact * divergence).sqrt()).upper()
    return Ball(0).max(low).union(Ball(1).min(high.min((exact + shift).upper())))


def _require_code(instance: Instance, encoder: Rows, aggregate: Sequence[Fraction]) -> None:
    shape = len(instance.data), len(instance.prior)
    if len(encoder) != shape[0] or any(len(row) != shape[1] or min(row) < 0 or sum(row) != 1 for row in encoder):
        msg = f"encoder must have {shape[0]} rows of {shape[1]} probabilities that sum to one"
        raise InvalidInputError(msg)
    if len(aggregate) != shape[1] or not min(aggregate) > 0:
        msg = f"aggregate must hold {shape[1]} positive numbers"
        raise InvalidInputError(msg)


def _around(interval: Interval) -> Ball:
    return ball(interval.low).union(ball(interval.high))


def _interval(around: Ball) -> Interval:
    return Interval(low=_end(around.lower()), high=_end(around.upper()))


def _not_negative(around: Ball) -> Interval:
    """Return the interval of a quantity that is never negative; a ball that ends at zero reaches below by rounding."""
    found = _interval(around)
    return Interval(low=max(Fraction(0), found.low), high=found.high)


def _end(exact: Ball) -> Fraction:
    """Return a ball of radius zero as a number."""
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
