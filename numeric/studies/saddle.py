"""The loss around the collapsed point along two directions: towards information, and towards another constant code."""

from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.bounds import value
from numeric.descent import best_constant_code
from numeric.studies.settings import BUILDERS, DATA, POINTS, Progress

SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "ncvae": ({"beta": 2.0, "delta": 0.0}, {"beta": 0.5, "delta": 0.0}),
    "beta-vae": ({"beta": 2.0}, {"beta": 0.5}),
    "infovae": ({"alpha": -0.5, "weight": 2.0}, {"alpha": 0.5, "weight": 2.0}),
    "aae": ({"weight": 10.0},),
}
STEPS = np.round(np.linspace(-0.9, 0.9, 37), 6)


def saddle(target: str, progress: Progress) -> dict[str, Any]:
    """Return the loss above the collapsed point at q = p (1 + e h), for e in (-1, 1) and two directions h.

    Both h have |h| <= 1 and mean zero under p. Towards information h has opposite signs on the two x, so that the
    aggregate stays; the other h is the same for every x, so that the information stays zero.
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
        rows.append({"setting": setting, "collapsed": at_collapse, "curves": curves})
    return {"points": POINTS.tolist(), "steps": STEPS.tolist(), "rows": rows}


def _odd_direction(masses: Array) -> Array:
    """Return the sign of z, which has mean zero under masses that are symmetric about zero; shape (z,)."""
    direction = np.sign(POINTS)
    return np.asarray(direction - direction @ masses, dtype=np.float64)
