"""A decoder p(x|z) = EF_T(x | f(z)) and what it yields at nodes: squared scores and log likelihoods."""

import dataclasses

import numpy as np

from numeric.arrays import Array
from numeric.families import Family
from numeric.gaussian_prior import Nodes
from numeric.maps import Map
from variational.errors import InvalidInputError

BLOCK = 1 << 21  # entries of a block of Jacobians, so that memory does not grow with the number of nodes
STEEPNESS = 1e-9  # relative; how far rounding may push a singular value below the constant it should reach


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Decoder:
    """p(x|z) = EF_T(x | f(z)) with f given by ``decoder_map``."""

    family: Family
    decoder_map: Map

    def __post_init__(self) -> None:
        """Check that the map ends where the family begins."""
        if self.decoder_map.natural_dim != self.family.natural_dim:
            msg = (
                f"decoder_map must have natural_dim {self.family.natural_dim}, that of {self.family}, got "
                f"{self.decoder_map.natural_dim}"
            )
            raise InvalidInputError(msg)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Terms:
    """For each datum and node |score|^2, |frame^T (T - grad A)|^2 and log p(x|z) - log h(x); shapes (data, n)."""

    squares: Array
    framed: Array
    log_likelihood: Array
    log_weights: Array


def evaluate(decoder: Decoder, statistics: Array, nodes: Nodes, *, framed: bool) -> Terms:
    """Evaluate the decoder, in blocks of nodes.

    Args:
        decoder: What generates x.
        statistics: T(x), shape (data, t).
        nodes: Where.
        framed: Whether ``framed`` is wanted, with the constant of the map checked; zeros otherwise.

    Raises:
        InvalidInputError: Where the map returns wrong shapes or nan, or is less steep than it claims.
    """
    width = max(1, BLOCK // (decoder.decoder_map.natural_dim * decoder.decoder_map.latent_dim))
    starts = range(0, len(nodes.points), width)
    blocks = [_block(decoder, statistics, nodes.points[start : start + width], framed=framed) for start in starts]
    squares, frames, log_likelihood = (np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True))
    return Terms(squares=squares, framed=frames, log_likelihood=log_likelihood, log_weights=nodes.log_weights)


def _block(decoder: Decoder, statistics: Array, points: Array, *, framed: bool) -> tuple[Array, Array, Array]:
    found, family = decoder.decoder_map, decoder.family
    natural = _checked("natural", found.natural(points), (len(points), found.natural_dim))
    jacobian = _checked("jacobian", found.jacobian(points), (len(points), found.natural_dim, found.latent_dim))
    mean = family.mean(natural)
    squares = np.stack([_norms(jacobian, row - mean) for row in statistics])
    frames = np.zeros_like(squares)
    if framed:
        _require_steep(jacobian, found.inverse_lipschitz)
        frame = found.frame(points)
        frames = np.stack([_norms(frame, row - mean) for row in statistics])
    return squares, frames, statistics @ natural.T - family.log_partition(natural)


def _norms(matrices: Array, vectors: Array) -> Array:
    """Return |M^T v|^2 for matrices (n, t, l) and vectors (n, t)."""
    found: Array = np.square((vectors[:, None, :] @ matrices)[:, 0, :]).sum(axis=1)
    return found


def _checked(name: str, values: Array, shape: tuple[int, ...]) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape:
        msg = f"{name} of the decoder map must return shape {shape}, got {array.shape}"
        raise InvalidInputError(msg)
    if np.isnan(array).any():
        msg = f"{name} of the decoder map must return numbers, got nan"
        raise InvalidInputError(msg)
    return array


def _require_steep(jacobian: Array, constant: float) -> None:
    least = float(np.linalg.svd(jacobian, compute_uv=False).min())
    if not least >= constant * (1 - STEEPNESS):
        msg = (
            f"inverse_lipschitz must be at most the least singular value of the Jacobian, {least} at some node, got "
            f"{constant}"
        )
        raise InvalidInputError(msg)
