"""How the solvers get there: the gap after each step of each route, and the bracket against the spacing of the grid."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from numeric.problem import Problem, ncvae_problem
from numeric.solve import ROUTES, constant_code, solve
from numeric.studies.settings import GAP, Progress, gaussian_log_masses

SETTINGS: tuple[dict[str, float], ...] = (
    {"beta": 2.0, "delta": 1.0},
    {"beta": 1.01, "delta": 0.1},
    {"beta": 1.0001, "delta": 0.001},
)
SHAPE = (100, 200)
STEPS = 60
REACH = (-15.0, 15.0)  # of the grid of z
SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)


def routes(_: str, progress: Progress) -> dict[str, Any]:
    """Return the gaps by step for each route and setting, and brackets by number of nodes."""
    total, done = len(SETTINGS) * len(ROUTES) + len(SIZES), 0
    runs, grids = [], []
    for setting, route in itertools.product(SETTINGS, ROUTES):
        progress(done, total)
        done += 1
        problem = _gaussian_problem(*SHAPE, setting)
        gaps = []
        for now in itertools.islice(ROUTES[route](problem, constant_code(problem)), STEPS):
            gaps.append(now.gap if now.finite else None)
            if now.gap <= GAP:
                break
        runs.append({"setting": setting, "route": route, "gaps": gaps})
    for size in SIZES:
        progress(done, total)
        done += 1
        certificate = solve(_gaussian_problem(size, size, SETTINGS[0]), gap_tol=GAP).certificate
        ends = {"lower": certificate.lower, "upper": certificate.upper, "gap": certificate.gap}
        grids.append({"size": size, "spacing": (REACH[1] - REACH[0]) / (size - 1), **ends})
    return {"shape": list(SHAPE), "gap": GAP, "runs": runs, "grids": grids}


def _gaussian_problem(number_x: int, number_z: int, setting: Mapping[str, float]) -> Problem:
    """Return p_d, p_n = N(0,1), N(1,1.5^2) on [-5,6] and p, n = N(0,1), N(0,25) on [-15,15]."""
    x, z = np.linspace(-5, 6, number_x), np.linspace(*REACH, number_z)
    return ncvae_problem(
        np.exp(gaussian_log_masses(1, x)), np.exp(gaussian_log_masses(1.5, x, 1.0)),
        gaussian_log_masses(1, z), gaussian_log_masses(5, z), beta=setting["beta"], delta=setting["delta"],
    )  # fmt: skip
