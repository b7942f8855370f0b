"""A conic solver, which knows nothing of duals and tilts, finds the same optimum."""

import cvxpy as cp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from numeric import bounds, solve
from numeric.problem import ncvae_problem
from tests.numeric import strategies

CLARABEL = 1e-6  # nats; what its default tolerances leave open on problems of this size


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("beta", "delta"), [(2, 1), (1.2, 0.1), (5, 0)])
def test_clarabel_finds_the_same_optimum(seed, beta, delta):
    generator = np.random.default_rng(seed)
    data, noise = (generator.dirichlet(np.full(4, 5.0)) for _ in range(2))
    priors = [strategies.log_masses(generator, 6) for _ in range(2)]
    found = ncvae_problem(data, noise, *priors, beta=beta, delta=delta)
    encoder = cp.Variable(found.shape, nonneg=True)
    joint = cp.multiply(data[:, None], encoder)
    # (beta - 1) KL(q||p) + KL(gamma||p) + delta KL(q||n) is the loss less the entropy of the data
    loss = (beta - 1) * cp.sum(cp.rel_entr(joint, data[:, None] * np.exp(priors[0])))
    loss += cp.sum(cp.rel_entr(data @ encoder, np.exp(priors[0])))
    loss += delta * cp.sum(cp.multiply(noise[:, None], cp.rel_entr(encoder, np.tile(np.exp(priors[1]), (4, 1)))))
    problem = cp.Problem(cp.Minimize(loss), [cp.sum(encoder, axis=1) == 1])
    problem.solve(solver=cp.CLARABEL)
    solution = solve.solve(found, gap_tol=1e-12).require_converged()
    rows = np.maximum(encoder.value, 1e-12)
    rows /= rows.sum(axis=1, keepdims=True)
    certificate = bounds.bracket(found, np.log(rows), solution.log_aggregate)
    assert certificate.gap < CLARABEL
    assert_allclose(problem.value, solution.certificate.upper, rtol=0, atol=CLARABEL)
