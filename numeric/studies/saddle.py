"""The loss around the collapsed point along two directions, and along codes on which it may be unbounded."""

from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.bounds import value
from numeric.descent import best_constant_code
from numeric.studies.settings import BUILDERS, DATA, POINTS, Progress, equal_cells

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "ncvae": ({"beta": 2.0, "delta": 0.0}, {"beta": 0.5, "delta": 0.0}),
    "beta-vae": ({"beta": 2.0}, {"beta": 0.5}),
    "infovae": ({"alpha": -0.5, "weight": 2.0}, {"alpha": 0.5, "weight": 2.0}),
    "aae": ({"weight": 10.0},),
}
STEPS = np.round(np.linspace(-0.9, 0.9, 37), 6)


CELLS = (2, 4, 8, 16, 32, 64)


def saddle(target: str, progress: Progress) -> dict[str, Any]:
    """Return the loss above the collapsed point at q = p (1 + e h), for e in (-1, 1) and two directions h.

    Both h have |h| <= 1 and mean zero under p. Towards information h has opposite signs on the two x, so that the
    aggregate stays; the other h is the same for every x, so that the information stays zero.

    Under ``matched``, for N equally likely x and z, the loss of the code that sends each x to its own z, above that of
    the constant code. On atomless spaces, cut into N cells of equal mass, these are losses of two codes for every N.
    """
    signs = {"information": np.array([1.0, -1.0]) * np.array(DATA[::-1]) / max(DATA), "constant": np.ones(2)}
    rows = []
    for done, setting in enumerate(SETTINGS[target]):
        progress(done, len(SETTINGS[target]))
        problem = BUILDERS[target](**setting)
        collapsed = best_constant_code(problem)
        shape = _odd_direction(np.exp(collapsed))
        at_collapse = value(problem, np.tile(collapsed, (2, 1)))
        curves = {
            name: [value(problem, collapsed + np.log1p(step * sign[:, None] * shape)) - at_collapse for step in STEPS]
            for name, sign in signs.items()
        }
        matched = [_matched(target, setting, number) for number in CELLS]
        rows.append({"setting": setting, "collapsed": at_collapse, "curves": curves, "matched": matched})
    return {"points": POINTS.tolist(), "steps": STEPS.tolist(), "cells": list(CELLS), "rows": rows}


def _matched(target: str, setting: dict[str, float], number: int) -> float:
    spaces = equal_cells(number)
    problem = BUILDERS[target](**setting, on=spaces)
    with np.errstate(divide="ignore"):
        identity = np.log(np.eye(number))
    return value(problem, identity) - value(problem, np.tile(np.asarray(spaces.log_prior), (number, 1)))


def _odd_direction(masses: Array) -> Array:
    """Return the sign of z, which has mean zero under masses that are symmetric about zero; shape (z,)."""
    direction = np.sign(POINTS)
    return np.asarray(direction - direction @ masses, dtype=np.float64)
