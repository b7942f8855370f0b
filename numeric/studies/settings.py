"""The small problems that several studies share, and how one entry of a study is solved."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric import descent
from numeric.arrays import Array, log_sum_exp
from numeric.bounds import value
from numeric.problem import Problem, aae_problem, beta_vae_problem, infovae_problem, problem
from numeric.solve import Outcome, solve
from variational import blocks

Progress = Callable[[int, int], None]
GAP = 1e-12  # nats
STARTS = 6  # of a descent

DATA = (0.5, 0.5)
NOISE = (0.2, 0.8)  # ratios 0.4 and 1.6 to the data
POINTS = np.linspace(-6.0, 6.0, 13)  # of z


def gaussian_log_masses(deviation: float, points: Array = POINTS, mean: float = 0.0) -> Array:
    """Return the log masses of N(mean, deviation^2) on points, normalised there."""
    logits = -(((points - mean) / deviation) ** 2) / 2
    found: Array = logits - log_sum_exp(logits[None, :], axis=1)
    return found


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spaces:
    """The densities of a small problem."""

    data: npt.ArrayLike
    noise: npt.ArrayLike
    log_prior: npt.ArrayLike
    log_noise_prior: npt.ArrayLike


SMALL = Spaces(
    data=DATA, noise=NOISE, log_prior=gaussian_log_masses(1.0), log_noise_prior=gaussian_log_masses(2.5)
)  # fmt: skip
BUILDERS: dict[str, Callable[..., Problem]] = {
    "ncvae": lambda beta, delta, *, on=SMALL: problem(
        blocks.BUILT_IN["ncvae"], {"beta": beta, "delta": delta}, on.data, on.log_prior,
        noise=on.noise, log_noise_prior=on.log_noise_prior, convex=False,
    ),
    "beta-vae": lambda beta, *, on=SMALL: beta_vae_problem(on.data, on.log_prior, beta=beta),
    "infovae": lambda alpha, weight, *, on=SMALL: infovae_problem(on.data, on.log_prior, alpha=alpha, weight=weight),
    "aae": lambda weight, *, on=SMALL: aae_problem(on.data, on.log_prior, weight=weight),
}  # fmt: skip


def equal_cells(number: int) -> Spaces:
    """Return as many x as z, all equally likely: what atomless spaces are once they are cut into cells."""
    masses = np.full(number, 1 / number)
    return Spaces(data=masses, noise=masses, log_prior=np.log(masses), log_noise_prior=np.log(masses))


def is_convex(found: Problem) -> bool:
    """Tell whether the loss is of the convex kind that has a certified optimum."""
    return bool(found.curvature.min() > 0 and min(found.aggregate_weight, found.divergence_weight) >= 0)


def optimum(found: Problem) -> tuple[Array, dict[str, Any]]:
    """Return a log encoder and what is known of it: a bracket where the loss is convex, the best value found elsewhere.

    Entries of the record: ``convex``, ``lower`` (None: no lower bound is known), ``upper``, ``collapsed`` (the loss at
    the best constant code), ``information`` and ``outcome``; nats.
    """
    constant = descent.best_constant_code(found)
    collapsed = value(found, np.tile(constant, (found.shape[0], 1)))
    if is_convex(found):
        solution = solve(found, gap_tol=GAP)
        lower: float | None = solution.certificate.lower if solution.outcome is not Outcome.NOT_FINITE else None
        encoder, upper, information = solution.log_encoder, solution.certificate.upper, solution.mutual_information
        outcome = solution.outcome.name
    else:
        best = descent.minimise(found, starts=STARTS)
        lower, encoder, upper, information = None, best.log_encoder, best.value, best.mutual_information
        outcome = best.outcome.name
    return encoder, {
        "convex": is_convex(found),
        "lower": lower if lower is None or math.isfinite(lower) else None,
        "upper": upper,
        "collapsed": collapsed,
        "information": information,
        "outcome": outcome,
    }
