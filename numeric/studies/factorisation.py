"""The double-centred log encoder at the optimum: zero exactly where the code does not depend on x."""

from typing import Any

import numpy as np

from numeric.factorisation import factorisation_residual
from numeric.studies.settings import BUILDERS, POINTS, Progress, optimum

LEAST = -60.0  # log mass at which a code that vanishes is held
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    "ncvae": ({"beta": 2.0, "delta": 1.0}, {"beta": 2.0, "delta": 0.0}, {"beta": 0.5, "delta": 0.5}),
    "beta-vae": ({"beta": 2.0}, {"beta": 0.5}),
    "infovae": ({"alpha": -0.5, "weight": 2.0}, {"alpha": 0.5, "weight": 2.0}),
    "aae": ({"weight": 10.0},),
}


def factorisation(target: str, progress: Progress) -> dict[str, Any]:
    """Return log encoder and residual, both shape (x, z), for each setting of a target."""
    rows = []
    for done, setting in enumerate(SETTINGS[target]):
        progress(done, len(SETTINGS[target]))
        encoder, known = optimum(BUILDERS[target](**setting))
        held = np.maximum(encoder, LEAST)
        residual = factorisation_residual(held)
        rows.append(
            {
                "setting": setting,
                **known,
                "log_encoder": held.tolist(),
                "residual": residual.tolist(),
                "largest": float(np.abs(residual).max()),
            }
        )
    return {"points": POINTS.tolist(), "least_log": LEAST, "rows": rows}
