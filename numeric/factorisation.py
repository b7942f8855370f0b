"""How far a code is from one that factorises, q(z|x) = a(x) b(z), which is a code that does not depend on x."""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, to_numpy
from variational.errors import InvalidInputError


def factorisation_residual(
    log_encoder: npt.ArrayLike, data: npt.ArrayLike | None = None, log_aggregate: npt.ArrayLike | None = None
) -> Array:
    """Return the double-centred log encoder, shape (x, z); zero exactly where log q(z|x) = a(x) + b(z).

    Args:
        log_encoder: log q(z|x), finite, shape (x, z).
        data: Weights of the means over x, shape (x,); equal ones if left out.
        log_aggregate: Log weights of the means over z, shape (z,); equal ones if left out. Weights change the
            residual, never whether it is zero.

    Raises:
        InvalidInputError: For an encoder with zeros, or a wrong shape.

    Source:
        Of the optimum of an NC-VAE it is (1/c' - mean)(h - mean) with c' = beta - 1 + delta p_n/p_d and
        h = beta log p - log gamma - (beta - 1) log n: of rank one, and zero only where p_n/p_d or h is constant.
    """
    rows = np.asarray(to_numpy(log_encoder), dtype=np.float64)
    if rows.ndim != 2 or rows.size == 0 or not np.isfinite(rows).all():
        msg = (
            f"log_encoder must be a finite array of shape (x, z), got shape {rows.shape} or an entry that is not finite"
        )
        raise InvalidInputError(msg)
    over_x = np.ones(rows.shape[0]) if data is None else np.asarray(to_numpy(data), dtype=np.float64)
    over_z = np.ones(rows.shape[1]) if log_aggregate is None else np.exp(np.asarray(to_numpy(log_aggregate)))
    if over_x.shape != rows.shape[:1] or over_z.shape != rows.shape[1:]:
        msg = f"data and log_aggregate must fit log_encoder {rows.shape}, got {over_x.shape} and {over_z.shape}"
        raise InvalidInputError(msg)
    centred = rows - np.average(rows, axis=1, weights=over_z)[:, None]
    found: Array = centred - np.average(centred, axis=0, weights=over_x)
    return found
