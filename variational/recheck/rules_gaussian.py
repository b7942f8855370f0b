"""Rule for lower bounds in the style of Theorem 7: the instance is enclosed again, by formulas of its own.

Two points with p_d = (eta, 1 - eta), p_n = (0, 1); priors N(0, 1) and N(0, K^2) in one dimension. With r the constant
code at the second point and gap = (primal at r) - (dual at 1 + log r), strong convexity gives
sum c KL(r || q*_x) + KL(r || gamma*) <= gap.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from variational.errors import CertificateError
from variational.formula import parse
from variational.recheck import finding
from variational.recheck.arithmetic import Balls
from variational.recheck.exact import Evaluator, Space
from variational.recheck.finding import Finding, Formal, Pieces, pieces_of
from variational.recheck.reading import mapping_of, rationals, text_of
from variational.records import Status

BITS = 160


def gaussian_bound(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check that the printed lower bound exceeds the enclosed left side at the recorded instance."""
    if status is not Status.REFUTED:
        msg = "a bound of this kind is only refuted by its instance; nothing here proves it"
        raise CertificateError(msg)
    for piece in pieces_of(evidence, finding.ENCLOSURE):
        values = rationals(mapping_of(piece, "instance"))
        _require_admissible(values)
        with flint.ctx.workprec(BITS):
            instance = _Instance(values)
            upper, lower = instance.left(), instance.right(formal)
            if not upper < lower:
                msg = f"the balls show no violation: left side up to {upper.str(12)}, right side from {lower.str(12)}"
                raise CertificateError(msg)
            for field, ball in (("left_upper", upper), ("right_lower", lower)):
                _require_inside(piece, field, ball)
    return Finding(levels=(finding.ENCLOSURE,), text="the bound is violated at the instance, in ball arithmetic")


def _require_admissible(values: Mapping[str, Fraction]) -> None:
    wanted = {"beta", "delta", "K", "eta", "cut"}
    if set(values) != wanted:
        msg = f"the instance must give {', '.join(sorted(wanted))}, it gives {', '.join(sorted(values))}"
        raise CertificateError(msg)
    positive = all(values[name] > 0 for name in wanted)
    if not (positive and values["beta"] > 1 and values["eta"] < 1):
        msg = "the instance must have beta > 1, delta, K, cut > 0 and 0 < eta < 1"
        raise CertificateError(msg)


class _Instance:
    """The instance in balls; call within the precision wanted."""

    def __init__(self, values: Mapping[str, Fraction]) -> None:
        self.values = values
        self.beta, self.delta, self.scale, self.eta, self.cut = (
            _ball(values[name]) for name in ("beta", "delta", "K", "eta", "cut")
        )
        precision = (self.beta * (1 - self.eta) + self.delta / (self.scale * self.scale)) / (
            self.beta * (1 - self.eta) + self.delta
        )
        self.spread = 1 / precision
        tilted = (self.beta - precision) / (self.beta - 1)  # precision of the best reply at the first point
        if not tilted > 0:
            msg = "the reply at the first point is not normalisable: beta must exceed the precision of r"
            raise CertificateError(msg)
        self.reply = _gaussian_kl(self.spread, 1 / tilted)
        self.gap = (self.beta - 1) * self.eta * self.reply

    def left(self) -> flint.arb:
        """Upper bound of min over sigma of E KL(p^sigma || q*): sigma^2 = spread, p_d/c at most 1/(beta - 1)."""
        return self.gap / (self.beta - 1)

    def right(self, formal: Formal) -> flint.arb:
        """Lower bound of the printed right side."""
        masses = (self.eta, 1 - self.eta)
        g = [self._g(formal, self.values["eta"], Fraction(0)), self._g(formal, 1 - self.values["eta"], Fraction(1))]
        total = masses[0] * g[0] + masses[1] * g[1]
        bound = text_of(formal, "bound")
        if not (g[0] > 1 and g[1] > 1):
            msg = "g is not above one at the instance"
            raise CertificateError(msg)
        if bound == "theorem7":
            return masses[0] * (g[0] - 1) * self._from_aggregate() / total
        if bound == "relative-entropy":
            s = [masses[0] * g[0] / total, masses[1] * g[1] / total]
            t = [s[0], s[1] / self.spread]
            norm = t[0] + t[1]
            divergence = s[0] * (s[0] * norm / t[0]).log() + s[1] * (s[1] * norm / t[1]).log()
            return _ball(Fraction(_number(text_of(formal, "factor")))) * divergence
        msg = f"'bound' must be theorem7 or relative-entropy, got {bound!r}"
        raise CertificateError(msg)

    def _from_aggregate(self) -> flint.arb:
        """Lower bound of KL(N(0, 1) || gamma*) from the mass of |z| <= cut."""
        inside = (self.cut / flint.arb(2).sqrt()).erf()
        reached = (self.cut / (2 * self.spread).sqrt()).erf() + (self.gap / 2).sqrt()
        if not reached < inside:
            msg = "the event does not separate the two laws"
            raise CertificateError(msg)
        return inside * (inside / reached).log() + (1 - inside) * ((1 - inside) / (1 - reached)).log()

    def _g(self, formal: Formal, data: Fraction, noise: Fraction) -> flint.arb:
        known = {name: self.values[name] for name in ("beta", "delta", "K")} | {"pd": data, "pn": noise}
        space = Space(sizes={"x": 1, "z": 1}, functions={}, parameters=known)
        return flint.arb(Evaluator(space, Balls()).value(parse(text_of(formal, "g")), {}))


def _gaussian_kl(first: flint.arb, second: flint.arb) -> flint.arb:
    """Return KL(N(0, first) || N(0, second)) in one dimension."""
    ratio = first / second
    return (ratio - 1 - ratio.log()) / 2


def _ball(value: Fraction) -> flint.arb:
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def _number(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        msg = f"'factor' must be a rational number, got {text!r}"
        raise CertificateError(msg) from error


def _require_inside(piece: Mapping[str, Any], field: str, ball: flint.arb) -> None:
    ends = piece.get(field)
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, str) for end in ends):
        msg = f"{field!r} must be two decimal ends"
        raise CertificateError(msg)
    try:
        low, high = (_ball(Fraction(end)) for end in ends)
    except ValueError as error:
        msg = f"{field!r} must be two decimal ends, got {ends!r}"
        raise CertificateError(msg) from error
    if not (low <= ball <= high and high - low < flint.arb("1e-9")):
        msg = f"the recorded {field} is {ends}, recomputed {ball.str(12)}"
        raise CertificateError(msg)
