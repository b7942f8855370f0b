"""The part of a loss that depends on the aggregate alone, and its convex conjugate: what the dual needs of it."""

import dataclasses

import numpy as np

from numeric.arrays import Array

FARTHEST = 600.0  # growth of a log mass up to which exp of it does not overflow, and what is flushed is below 1e-60


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AggregateTerm:
    """B(gamma) = omega sum gamma log gamma + lambda JSD(gamma||p), convex where both weights are >= 0; nats.

    Everything is a function of the log aggregate g, because there nothing underflows.

    Attributes:
        entropy_weight: omega.
        divergence_weight: lambda.
        log_prior: log p, shape (z,).
    """

    entropy_weight: float
    divergence_weight: float
    log_prior: Array

    def value(self, log_aggregate: Array) -> float:
        """Return B; a node with g = -inf counts with its limit."""
        held = np.isfinite(log_aggregate)
        total = self.entropy_weight * float(np.exp(log_aggregate[held]) @ log_aggregate[held])
        if self.divergence_weight:
            mixture = np.logaddexp(log_aggregate, self.log_prior) - np.log(2)
            inner = np.exp(log_aggregate[held]) @ (log_aggregate - mixture)[held]
            outer = np.exp(self.log_prior) @ (self.log_prior - mixture)
            total += self.divergence_weight * float(inner + outer) / 2
        return total

    def slope(self, log_aggregate: Array) -> Array:
        """Return the derivative s = dB/dgamma, shape (z,)."""
        slope: Array = self.entropy_weight * (1 + log_aggregate)
        if self.divergence_weight:
            share = log_aggregate - np.logaddexp(log_aggregate, self.log_prior) + np.log(2)
            slope = slope + self.divergence_weight / 2 * share
        return slope

    def stiffness(self, log_aggregate: Array) -> Array:
        """Return ds/dg = gamma d2B/dgamma2, between omega and omega + lambda/2; shape (z,)."""
        stiffness = np.full_like(log_aggregate, self.entropy_weight)
        if self.divergence_weight:
            stiffness += self.divergence_weight / 2 * np.exp(-np.logaddexp(log_aggregate - self.log_prior, 0.0))
        return stiffness

    @property
    def largest_stiffness(self) -> float:
        """Return omega + lambda/2."""
        return self.entropy_weight + self.divergence_weight / 2

    def conjugate(self, log_aggregate: Array) -> float:
        """Return B*(s) = sum gamma s - B(gamma) at s = slope(g); inf where it overflows."""
        total = self.entropy_weight * float(np.exp(log_aggregate).sum())
        if self.divergence_weight:
            share = self.log_prior - np.logaddexp(log_aggregate, self.log_prior) + np.log(2)
            total -= self.divergence_weight / 2 * float(np.exp(self.log_prior) @ share)
        return total

    def divergence(self, log_mass: Array, log_reference: Array) -> float:
        """Return the Bregman divergence B(m) - B(r) - (m - r) B'(r), >= 0 where B is convex.

        Error:
            Each term is second order in log m - log r, so rounding of the two values does not enter.
        """
        total = self.entropy_weight * excess(log_mass, log_reference) if self.entropy_weight else 0.0
        if self.divergence_weight:
            total += self.divergence_weight / 2 * self._mixed_divergence(log_mass, log_reference)
        return total

    def _mixed_divergence(self, log_mass: Array, log_reference: Array) -> float:
        """Return sum m log(m/r) - (m + p) log((m + p)/(r + p)), >= 0, twice the Bregman divergence of JSD."""
        log_mixed = np.logaddexp(log_mass, self.log_prior)
        change, mixed_change = log_mass - log_reference, log_mixed - np.logaddexp(log_reference, self.log_prior)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            mass, mixed = np.exp(log_mass), np.exp(log_mixed)
            # near the reference each part without its first order, which cancels; far from it r would not cancel
            near = mass * (np.expm1(-change) + change) - mixed * (np.expm1(-mixed_change) + mixed_change)
            far = np.where(mass > 0, mass * change, 0.0) - mixed * mixed_change
            terms = np.where(np.abs(change) < 1, near, far)
        return float(np.maximum(terms, 0.0).sum())


def excess(log_mass: Array, log_reference: Array) -> float:
    """Return sum m log(m/r) - m + r of the masses m and r, the divergence KL(m||r) where both sum to one; nats.

    Error:
        Each term is >= 0 and second order in log m - log r, so rounding of the two sums does not enter.
    """
    change = log_mass - log_reference
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if change.min() > -FARTHEST:  # false for nan
            return float(np.exp(log_mass) @ (np.expm1(-change) + change))
    return float(excess_by_row(log_mass[None, :], log_reference[None, :])[0])


def excess_by_row(log_mass: Array, log_reference: Array) -> Array:
    """Return the excess of each row, shape (x,)."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        mass, reference = np.exp(log_mass), np.exp(log_reference)
        shift = log_reference - log_mass
        near = mass * (np.expm1(np.clip(shift, -1.0, 1.0)) - shift)
        far = reference - mass - mass * shift
        terms = np.where(mass == 0, reference, np.where(np.abs(shift) < 1, near, far))
        terms = np.where(np.isnan(terms), np.inf, terms)
        total: Array = np.maximum(terms, 0.0).sum(axis=1)
    return total
