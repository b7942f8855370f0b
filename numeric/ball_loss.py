"""The loss of an instance in ball arithmetic: its value at an encoder and its dual value at an aggregate."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import flint

from numeric.information import DATA, NOISE
from numeric.instance import Instance, Masses, Rows
from variational.errors import InvalidInputError

Ball = flint.arb


class BallLoss:
    """The loss of an instance, from its information form; call within the precision wanted."""

    def __init__(self, instance: Instance) -> None:
        """Read the coefficients; InvalidInputError where the loss is not shown convex."""
        form = instance.form
        self.instance, self.data = instance, instance.data
        self.omega, self.split = form.aggregate_weight, form.divergence_weight
        noise = instance.noise if instance.noise is not None else tuple(Fraction(0) for _ in instance.data)
        if form.needs_noise and instance.noise is None:
            msg = f"noise is needed: {instance.objective!r} contrasts the data with it"
            raise InvalidInputError(msg)
        exact = [form.curvature[DATA] * d + form.curvature[NOISE] * n for d, n in zip(self.data, noise, strict=True)]
        if min(exact) <= 0 or self.omega < 0 or self.split < 0:
            msg = f"the loss is not shown convex: min c = {min(exact)}, omega = {self.omega}, lambda = {self.split}"
            raise InvalidInputError(msg)
        self.curvature = [ball(value) for value in exact]
        self.prior = [ball(mass) for mass in instance.prior]
        logs = {"p": [mass.log() for mass in self.prior]}
        if instance.noise_prior is not None:
            logs["n"] = [ball(mass).log() for mass in instance.noise_prior]
        weights = {DATA: self.data, NOISE: noise}
        self.tilt = [
            [
                -sum((ball(a * weights[u][x]) * logs[v][z] for (u, v), a in form.linear.items()), Ball(0))
                for z in range(len(instance.prior))
            ]
            for x in range(len(self.data))
        ]

    def primal(self, encoder: Rows) -> Ball:
        """Return R at an encoder."""
        total = Ball(0)
        for c, row, tilts in zip(self.curvature, encoder, self.tilt, strict=True):
            for mass, tilt in zip(row, tilts, strict=True):
                if mass:
                    total += ball(mass) * (c * ball(mass).log() - tilt)
        for gamma, prior in zip(mixture(self.data, encoder), self.prior, strict=True):
            mean = (ball(gamma) + prior) / 2
            total += ball(self.split) / 2 * prior * (prior / mean).log()
            if gamma:
                total += ball(gamma) * (ball(self.omega) * ball(gamma).log())
                total += ball(self.split) / 2 * ball(gamma) * (ball(gamma) / mean).log()
        return total

    def dual(self, aggregate: Masses) -> tuple[Ball, list[list[Ball]]]:
        """Return the dual value at s = G'(g) and the encoder that attains it."""
        total, slopes = Ball(0), []
        for mass, prior in zip(map(ball, aggregate), self.prior, strict=True):
            mean = (mass + prior) / 2
            slopes.append(ball(self.omega) * (1 + mass.log()) + ball(self.split) / 2 * (mass / mean).log())
            total += ball(self.split) / 2 * prior * (prior / mean).log() - ball(self.omega) * mass
        rows = []
        for c, weight, tilts in zip(self.curvature, self.data, self.tilt, strict=True):
            logits = [(tilt - ball(weight) * slope) / c for tilt, slope in zip(tilts, slopes, strict=True)]
            top = Ball(max(float(logit.mid()) for logit in logits))
            masses = [(logit - top).exp() for logit in logits]
            norm = sum(masses, Ball(0))
            total -= c * (top + norm.log())
            rows.append([mass / norm for mass in masses])
        return total, rows

    def mixed(self, rows: Sequence[Sequence[Ball]]) -> list[Ball]:
        """Return the aggregate of an encoder in balls."""
        columns = zip(*rows, strict=True)
        return [
            sum((ball(w) * entry for w, entry in zip(self.data, column, strict=True)), Ball(0)) for column in columns
        ]

    def information(self, encoder: Rows, answer: Sequence[Sequence[Ball]], gap: Ball) -> tuple[Ball, Ball]:
        """Return bounds of I(q*), which lies between two linear functions of q* that are close.

        I is convex, so its tangent at the answer is below it; KL against the aggregate of the answer is above it.
        """
        mixed = self.mixed(answer)
        middle, spread, steepest = Ball(0), Ball(0), Ball(0)
        for c, weight, row, reply in zip(self.curvature, self.data, encoder, answer, strict=True):
            if not weight:
                continue
            ratios = [(mass / total).log() for mass, total in zip(reply, mixed, strict=True)]
            middle += ball(weight) * sum((ball(q) * ratio for q, ratio in zip(row, ratios, strict=True)), Ball(0))
            swing = _extreme(ratios, Ball.upper, Ball.max) - _extreme(ratios, Ball.lower, Ball.min)
            spread += ball(weight) * (gap / (2 * c)).sqrt() * swing
            steepest = steepest.max(ball(weight) / c)
        return middle - spread, middle + spread + steepest * gap


def _extreme(balls: Sequence[Ball], end: Callable[[Ball], Ball], pick: Callable[[Ball, Ball], Ball]) -> Ball:
    found = end(balls[0])
    for ball in balls[1:]:
        found = pick(found, end(ball))
    return found


def mixture(data: Masses, encoder: Rows) -> Masses:
    """Return the aggregate of an encoder, exactly."""
    return tuple(
        sum((w * q for w, q in zip(data, column, strict=True)), Fraction(0)) for column in zip(*encoder, strict=True)
    )


def ball(value: Fraction) -> Ball:
    """Return a ball around a rational number."""
    return Ball(flint.fmpq(value.numerator, value.denominator))
