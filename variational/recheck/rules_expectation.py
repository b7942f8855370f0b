"""Rule for expectations under Gaussians: ``copies * E[integrand] = value``."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import flint

from variational.domains import Domain
from variational.errors import CertificateError, NotCoveredError
from variational.formula import ONE, ZERO, Node, Op
from variational.recheck import finding
from variational.recheck.arithmetic import Arithmetic, Balls, FormalLogarithms, UndefinedError
from variational.recheck.finding import Finding, Formal, Pieces, found_at, pieces_of, seed_of
from variational.recheck.gaussian_sums import Expectation
from variational.recheck.proofs import Checker, read_statement, require_sign
from variational.recheck.reading import mapping_of, text_of
from variational.recheck.reals import AGREEMENT_BITS, DIGITS, POINTS, Point, agree, value
from variational.recheck.rules_real import POINT, inserted, read_point
from variational.records import Status

MOST_VARIABLES = 4


def gaussian_integral(formal: Formal, status: Status, evidence: Pieces) -> Finding:
    """Re-check an expectation by its moments at random points, or at the point that breaks the statement."""
    problem, seed = _Problem(formal), seed_of(formal)
    if status is Status.REFUTED:
        for piece in pieces_of(evidence, POINT):
            point = read_point(piece, problem.region)
            with flint.ctx.workprec(AGREEMENT_BITS):
                left, right = (flint.arb(side) for side in problem.sides(point, Balls()))
                apart = bool(left - right > 0) or bool(left - right < 0)
            if not apart:
                msg = "the two sides are not apart at the point"
                raise CertificateError(msg)
        return found_at([finding.ENCLOSURE], "both sides are enclosed apart at an admissible point")
    for piece in pieces_of(evidence, "gaussian-integral"):
        if "expectation" in piece:  # for readers; it has to be the stated value all the same
            agree(inserted(problem.domain, text_of(piece, "expectation")), problem.value, problem.region, seed=seed)
    exact = problem.agree(seed)
    text = "exactly" if exact else f"to {DIGITS} places"
    levels = [finding.IDENTITY if exact else finding.DIGITS, *problem.checker.levels]
    return found_at(levels, f"the moments by Stein's identity give the value {text} at random points")


class _Problem:
    """A statement of this kind, read; ``variables`` are parameters, ``under`` declares the Gaussian variables."""

    def __init__(self, formal: Formal) -> None:
        self.checker = Checker()
        self.domain, self.region = read_statement(formal)
        self.names, self.mean, self.covariance = read_gaussian(formal, self.domain)
        wider = Domain(
            variables=(*self.domain.variables, *self.names),
            integers=self.domain.integers,
            relations=self.domain.relations,
            abbreviations=self.domain.abbreviations,
        )
        self.integrand = inserted(wider, text_of(formal, "integrand"))
        self.value = inserted(self.domain, text_of(formal, "value"))
        self.copies = inserted(self.domain, str(formal["copies"])) if "copies" in formal else ONE
        for minor in minors(self.covariance):
            require_sign(self.checker, minor, self.region.relations, strict=True)

    def sides(self, point: Point, arithmetic: Arithmetic) -> tuple[Any, Any]:
        """Return both sides at a point of the parameters."""
        mean = Expectation(self.names, point, arithmetic).of(self.integrand, self.mean, self.covariance)
        return value(self.copies, point, arithmetic) * mean, value(self.value, point, arithmetic)

    def agree(self, seed: int) -> bool:
        """Compare the sides at random points; return whether that was exact."""
        exact = True
        for number, point in zip(range(POINTS), self.region.points(seed), strict=False):
            try:
                exact &= self._same(point, seed + number)
            except UndefinedError as error:
                msg = f"the statement has no value at a random point: {error}"
                raise CertificateError(msg) from error
        return exact

    def _same(self, point: Point, seed: int) -> bool:
        shown = ", ".join(f"{name} = {entry}" for name, entry in point.items())
        try:
            left, right = self.sides(point, FormalLogarithms(seed))
            exact, same = True, left == right
        except NotCoveredError:
            with flint.ctx.workprec(AGREEMENT_BITS):
                left, right = (flint.arb(side) for side in self.sides(point, Balls()))
                close = (left - right).rad() / (1 + abs(left)) < flint.arb(10) ** -DIGITS
                exact, same = False, left.overlaps(right) and bool(close)
        if not same:
            msg = f"the expectation is not the stated value at {shown or 'any point'}"
            raise CertificateError(msg)
        return exact


def read_gaussian(formal: Formal, domain: Domain) -> tuple[tuple[str, ...], list[Node], list[list[Node]]]:
    """Return names, mean and covariance of ``under`` and ``covariance``.

    Args:
        formal: ``under`` gives each variable ``{"mean", "variance"}``; ``covariance`` gives ``"u,v"`` a formula, 0
            where it says nothing.
        domain: Parameters.

    Raises:
        CertificateError: Where a field is missing or names no variable.
    """
    under = mapping_of(formal, "under")
    variables = tuple(under)
    if not 1 <= len(variables) <= MOST_VARIABLES or set(variables) & {*domain.variables, *domain.abbreviations}:
        msg = f"'under' declares 1 to {MOST_VARIABLES} variables with names of their own, got {list(variables)}"
        raise CertificateError(msg)
    laws = [mapping_of(under, name) for name in variables]
    mean = [inserted(domain, text_of(law, "mean")) for law in laws]
    matrix: list[list[Node]] = [[ZERO] * len(variables) for _ in variables]
    for index, law in enumerate(laws):
        matrix[index][index] = inserted(domain, text_of(law, "variance"))
    mixed: Mapping[str, Any] = mapping_of(formal, "covariance", optional=True)
    for pair in mixed:
        ends = [name.strip() for name in pair.split(",")]
        if len(ends) != 2 or len(set(ends)) != 2 or not set(ends) <= set(variables):
            msg = f"'covariance' names pairs of variables such as 'u,v', got {pair!r}"
            raise CertificateError(msg)
        first, second = (variables.index(name) for name in ends)
        matrix[first][second] = matrix[second][first] = inserted(domain, text_of(mixed, pair))
    return variables, mean, matrix


def minors(matrix: Sequence[Sequence[Node]]) -> list[Node]:
    """Return the leading principal minors; all are positive exactly for a positive definite matrix."""
    found = []
    for size in range(1, len(matrix) + 1):
        block = [row[:size] for row in matrix[:size]]
        diagonal = all(block[i][j] == ZERO for i, j in itertools.permutations(range(size), 2))
        found.append(block[size - 1][size - 1] if diagonal else determinant(block))
    return found


def determinant(matrix: Sequence[Sequence[Node]]) -> Node:
    """Return the determinant of a small matrix of formulas, by its first row."""
    if len(matrix) == 1:
        return matrix[0][0]
    total: Node = ZERO
    for column, entry in enumerate(matrix[0]):
        if entry != ZERO:
            below = [[*row[:column], *row[column + 1 :]] for row in matrix[1:]]
            total = Op("-" if column % 2 else "+", total, Op("*", entry, determinant(below)))
    return total
