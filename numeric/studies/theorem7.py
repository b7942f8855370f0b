"""Both sides of Theorem 7 of the NC-VAE text over random instances, as printed and as corrected."""

from typing import Any

import numpy as np

from numeric.reduce import gaussian_ncvae
from numeric.studies.settings import Progress
from numeric.theorem7 import theorem7

SEED, INSTANCES = 7, 200
GAP = 1e-11  # nats
TOLERANCE = 1e-8  # nats; what gap and grid leave open in either side
EQUAL = {"equal data and noise": ([0.5, 0.5], 2.0), "equal priors": ([0.25, 0.75], 1.0)}  # noise, noise scale


def sides(_: str, progress: Progress) -> dict[str, Any]:
    """Return the sides for random discrete data, and for the cases in which the theorem says equality."""
    generator = np.random.default_rng(SEED)
    rows = []
    for done in range(INSTANCES):
        progress(done, INSTANCES)
        count = int(generator.integers(2, 6))
        data, noise = generator.dirichlet(np.ones(count)), generator.dirichlet(np.ones(count))
        setting = {
            "latent_dim": int(2 ** generator.integers(0, 6)),
            "noise_scale": float(np.round(10 ** generator.uniform(-1, 1), 4)),
            "beta": float(np.round(1 + 10 ** generator.uniform(-2, 1), 4)),
            "delta": float(np.round(10 ** generator.uniform(-2, 1), 4)),
        }
        rows.append({**setting, **_sides(data, noise, setting)})
    equal = []
    for name, (masses, scale) in EQUAL.items():
        setting = {"latent_dim": 2, "noise_scale": scale, "beta": 2.0, "delta": 1.0}
        equal.append({"case": name, **setting, **_sides(np.array([0.5, 0.5]), np.array(masses), setting)})
    return {"seed": SEED, "tolerance": TOLERANCE, "rows": rows, "equality": equal}


def _sides(data: Any, noise: Any, setting: dict[str, Any]) -> dict[str, float]:
    found = gaussian_ncvae(np.log(noise / data), data / data.sum(), gap_tol=GAP, **setting).require_converged()
    both = theorem7(found)
    return {
        "left": both.left,
        "printed": both.printed,
        "corrected": both.corrected,
        "information": found.mutual_information,
    }
