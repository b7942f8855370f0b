"""Passes over all (x, z) in blocks of rows, in O(|X| + |Z|) memory plus a block, in NumPy or torch.

The logits (b - data s)/c of the encoder that answers an aggregate are a product of two thin matrices, one row for each
x and one column for each z, so that a block costs one small matrix product and one exponential an entry. The last
column of the first matrix subtracts the log normaliser, known from the pass before up to a factor.
"""

import concurrent.futures
import dataclasses
import math
import os
from collections.abc import Callable
from typing import Any

import array_api_compat
import numpy as np

from numeric.arrays import Array, like, log_sum_exp, to_numpy
from numeric.problem import Problem

BLOCK = 1 << 16  # entries of a block, which then stays in the cache of a core
DEVICE_BLOCK = 1 << 24  # the same on an accelerator, which wants large ones
PARALLEL = 1 << 20  # entries from which a second thread gains more than it costs
FARTHEST = 600.0  # of a log normaliser from the one before, so that no block overflows or is flushed to zero
TINY = 1e-290  # aggregate below which a column is summed again in log space


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Evaluation:
    """What is known of the dual at one log aggregate.

    Attributes:
        log_aggregate: The argument g, shape (z,); the dual variable is s = B'(exp g).
        log_normaliser: Of the encoder that minimises the Lagrangian at s, shape (x,).
        log_answer: Log aggregate of that encoder, shape (z,); equal to the argument at the optimum.
        log_weighted: log sum_x (data^2/c) q(z|x), shape (z,).
        slope: Gradient of D in s, the aggregate of the answer minus the argument, shape (z,).
        value: D(s), nats.
        gap: R of that encoder minus D(s), nats, as a sum of terms that are none below zero.
    """

    log_aggregate: Array
    log_normaliser: Array
    log_answer: Array
    log_weighted: Array
    slope: Array
    value: float
    gap: float

    @property
    def residual(self) -> Array:
        """Return log_answer - log_aggregate."""
        return self.log_answer - self.log_aggregate

    @property
    def finite(self) -> bool:
        """Tell whether value and gap are numbers."""
        return math.isfinite(self.value) and math.isfinite(self.gap)


def available_threads() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Passes:
    """The passes over one problem; the matrices are uploaded once.

    Args:
        problem: With c > 0.
        threads: Of the passes in NumPy; by default one, or from a quarter of a million entries on as many as there are
            cores. A torch tensor as ``problem.pattern`` leaves that to torch.
    """

    def __init__(self, problem: Problem, *, threads: int | None = None) -> None:
        """Upload the matrices."""
        number_x, number_z = problem.shape
        self.problem, self.term = problem, problem.aggregate_term
        pattern = problem.pattern
        self._library: Any = np if pattern is None else array_api_compat.array_namespace(pattern)
        block = BLOCK if pattern is None or str(array_api_compat.device(pattern)) == "cpu" else DEVICE_BLOCK
        if threads is None:
            threads = available_threads() if number_x * number_z >= PARALLEL else 1
        self.threads = threads if pattern is None else 1
        self._rows = min(-(-number_x // self.threads), max(1, block // number_z))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            inverse = 1 / problem.curvature
            features = [problem.tilt_weights * inverse[:, None], (-problem.data * inverse)[:, None]]
            self.weights = np.stack([problem.data, problem.data**2 * inverse])
        self._features = self._upload(np.concatenate([*features, np.zeros((number_x, 1))], axis=1))
        self._columns = self._upload(np.concatenate([problem.log_tilts, np.ones((2, number_z))]))
        self._uploaded_weights = self._upload(self.weights)
        self._ones = self._upload(np.ones(number_z))
        self._buffers = [self._upload(np.empty((self._rows, number_z))) for _ in range(self.threads)]

    def answer(self, log_aggregate: Array, log_normaliser: Array | None = None) -> Evaluation:
        """Return the answer to one log aggregate.

        Args:
            log_aggregate: g, shape (z,).
            log_normaliser: That of a point near by, shape (x,); saves a search for the largest logit of each x.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            self._load(log_aggregate, log_normaliser)
            log_total, sums = self._sums(search=log_normaliser is None)
            if log_normaliser is not None and not np.abs(log_total).max() < FARTHEST:  # nan included
                return self.answer(log_aggregate)
            found = log_total if log_normaliser is None else log_normaliser + log_total
            log_sums = np.log(sums)
            if not sums[0].min() >= TINY and np.isfinite(found).all():
                tiny = ~(sums[0] >= TINY)
                log_sums[:, tiny] = self._column_sums(np.flatnonzero(tiny), found)
            return Evaluation(
                log_aggregate=log_aggregate,
                log_normaliser=found,
                log_answer=log_sums[0],
                log_weighted=log_sums[1],
                slope=sums[0] - np.exp(log_aggregate),
                value=-float(self.problem.curvature @ found) - self.term.conjugate(log_aggregate),
                gap=self.term.divergence(log_sums[0], log_aggregate),
            )

    def encoder(self, at: Evaluation, start: int = 0, stop: int | None = None) -> Any:
        """Return log q(z|x) for the rows from start to stop, an array of the library of the problem."""
        self._load(at.log_aggregate, at.log_normaliser)
        return self._library.matmul(self._features[start:stop], self._columns)

    def information_product(self, at: Evaluation, vector: Array) -> Array:
        """Return sum_x (data^2/c) q_x (q_x . v), shape (z,)."""
        self._load(at.log_aggregate, at.log_normaliser)
        library, weights, other = self._library, self._uploaded_weights[1], self._upload(vector)

        def visit(block: Any, rows: slice) -> Any:
            library.exp(block, out=block)
            return library.matmul(weights[rows] * library.matmul(block, other), block)

        with np.errstate(under="ignore"):
            found: Array = self._download(sum(self._visited(visit)))
        return found

    def _load(self, log_aggregate: Array, log_normaliser: Array | None) -> None:
        self._columns[-2] = self._upload(self.term.slope(log_aggregate))
        self._features[:, -1] = 0.0 if log_normaliser is None else self._upload(-log_normaliser)

    def _upload(self, array: Array) -> Any:
        return array if self.problem.pattern is None else like(array, self.problem.pattern)

    def _download(self, array: Any) -> Any:
        return array if self.problem.pattern is None else to_numpy(array)

    def _sums(self, *, search: bool) -> tuple[Array, Array]:
        """Return the log of the sum of each row, and the sums of the columns, weighted and normalised."""
        library = self._library
        totals = library.empty_like(self._features[:, 0])

        def visit(block: Any, rows: slice) -> Any:
            if search:
                top = library.max(block, axis=1)
                block -= top[:, None]
            library.exp(block, out=block)
            total = library.matmul(block, self._ones)
            totals[rows] = total if not search else library.log(total) + top
            return library.matmul(self._uploaded_weights[:, rows] / total, block)

        sums: Array = self._download(sum(self._visited(visit)))
        found = self._download(totals)
        return (found if search else np.log(found)), sums

    def _visited(self, visit: Callable[[Any, slice], Any]) -> list[Any]:
        """Return the sum of what a function returns for each block, for each thread."""
        number_x = len(self._features)
        if self.threads == 1:
            return [self._visit_range(visit, self._buffers[0], 0, number_x)]
        edges = [number_x * part // self.threads for part in range(self.threads + 1)]
        with concurrent.futures.ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._visit_range, [visit] * self.threads, self._buffers, edges[:-1], edges[1:]))

    def _visit_range(self, visit: Callable[[Any, slice], Any], buffer: Any, start: int, stop: int) -> Any:
        library, total = self._library, 0.0
        # a thread does not inherit what the caller ignores
        with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
            for first in range(start, stop, self._rows):
                rows = slice(first, min(first + self._rows, stop))
                block = library.matmul(self._features[rows], self._columns, out=buffer[: rows.stop - first])
                total = total + visit(block, rows)
        return total

    def _column_sums(self, columns: Any, log_normaliser: Array) -> Array:
        """Return log sum_x data q and log sum_x (data^2/c) q of some columns, however small; shape (2, columns)."""
        held = self.problem.data > 0
        features, log_weights = to_numpy(self._features)[held].copy(), np.log(self.weights[:, held])
        features[:, -1] = -log_normaliser[held]
        every, step = to_numpy(self._columns), max(1, BLOCK // int(held.sum()))
        parts = []
        for first in range(0, len(columns), step):
            logits = features @ every[:, columns[first : first + step]]
            parts.append(np.stack([log_sum_exp(logits + weight[:, None], axis=0) for weight in log_weights]))
        return np.concatenate(parts, axis=1)
