"""Where a loss is convex and how much information its optimum keeps, over a grid of its parameters."""

import itertools
from typing import Any

import numpy as np

from numeric.studies.settings import BUILDERS, DATA, NOISE, POINTS, Progress, optimum

RATIO = min(noise / data for noise, data in zip(NOISE, DATA, strict=True))
AXES: dict[str, dict[str, tuple[float, ...]]] = {
    # delta is given by delta min p_n/p_d, on which with beta the sign of c depends
    "ncvae": {
        "beta": tuple(np.round(np.linspace(0.2, 2.6, 13), 6)),
        "delta": tuple(np.round(np.linspace(0.0, 2.4, 13) / RATIO, 6)),
    },
    "beta-vae": {"beta": tuple(np.round(np.linspace(0.1, 3.0, 30), 6))},
    "infovae": {
        "alpha": tuple(np.round(np.linspace(-1.4, 2.2, 13), 6)),  # as far as the witness against Theorem 3, at 2
        "weight": tuple(np.round(np.linspace(0.0, 4.8, 13), 6)),
    },
    "aae": {"weight": tuple(np.round(np.linspace(0.0, 20.0, 21), 6))},
}


def regimes(target: str, progress: Progress) -> dict[str, Any]:
    """Return convexity, bracket and mutual information for each entry of the grid of a target.

    Args:
        target: A key of AXES.
        progress: Called with entries done and entries in all.
    """
    axes = AXES[target]
    settings = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    rows = []
    for done, setting in enumerate(settings):
        progress(done, len(settings))
        rows.append({**setting, **optimum(BUILDERS[target](**setting))[1]})
    return {
        "data": list(DATA),
        "noise": list(NOISE) if target == "ncvae" else None,
        "points": POINTS.tolist(),
        "axes": {name: list(values) for name, values in axes.items()},
        "rows": rows,
    }
