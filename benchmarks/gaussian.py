"""How long does the NC-VAE optimum take for 100-dimensional Gaussian data, in as many latent dimensions as one likes?

    python benchmarks/gaussian.py [--runs N] [--out FILE]

Data N(0, I), noise N(m, s^2 I) in 100 dimensions; priors N(0, I) and N(0, K^2 I); beta = 2, delta = 1. The
law of the density ratio is set up once for a problem and timed beside the solve.
"""

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import timing

from numeric.laws import gaussian_ratio
from numeric.reduce import gaussian_ncvae

OUT = Path(__file__).with_suffix(".json")
DATA_DIMENSION, GAP = 100, 1e-10
DIMENSIONS = (2, 8, 32, 128, 1024, 4096)
NOISES = ((0.1, 1.0), (0.3, 1.0), (0.0, 1.1))  # mean of each coordinate, deviation
SCALES = (5.0, 0.3)


def measure(latent_dim: int, noise: tuple[float, float], scale: float, runs: int) -> dict[str, Any]:
    """Return one row."""
    zeros, resolution = np.zeros(DATA_DIMENSION), max(1.0, latent_dim**0.5 / 4)

    def law() -> Any:
        return gaussian_ratio(zeros, 1.0, zeros + noise[0], noise[1] ** 2, resolution=resolution)

    nodes = law()

    def solve() -> Any:
        return gaussian_ncvae(
            nodes.log_ratio, nodes.weights, latent_dim=latent_dim, noise_scale=scale, beta=2, delta=1, gap_tol=GAP
        )

    found = solve().require_converged()
    times = timing.side_by_side({"law": law, "solve": solve}, runs if latent_dim < 1000 else 3)
    return {
        "latent_dim": latent_dim,
        "noise": list(noise),
        "noise_scale": scale,
        "nodes": [len(nodes.weights), len(found.grid.nodes)],
        "gap": found.certificate.gap,
        "discretisation": found.discretisation,
        "node_distance": round(found.node_distance, 3),
        "information": found.mutual_information,
        "times": {name: timing.summary(values) for name, values in times.items()},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every setting and write the record."""
    parser = argparse.ArgumentParser(description="Time the reduced problem.")
    parser.add_argument("--runs", type=int, default=31)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    results = []
    for latent_dim, noise, scale in itertools.product(DIMENSIONS, NOISES, SCALES):
        results.append(measure(latent_dim, noise, scale, options.runs))
        row = results[-1]
        timing.say(
            f"D {latent_dim:5d}  noise {noise}  K {scale}  nodes {row['nodes']}  gap {row['gap']:.1e}  "
            f"solve {row['times']['solve']['median_ms']:.1f} ms  law {row['times']['law']['median_ms']:.1f} ms"
        )
    timing.save(options.out, __doc__.splitlines()[0], results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
