"""The optimal code factorises where theory says so, and stays away from that where it says not."""

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from numeric.factorisation import factorisation_residual
from numeric.problem import beta_vae_problem, ncvae_problem
from numeric.solve import solve
from tests.numeric import strategies
from variational.errors import InvalidInputError

GAP = 1e-20  # nats; leaves log q open by less than RESIDUAL for codes above 1e-4
RESIDUAL = 1e-6


def sample(seed):
    generator = np.random.default_rng(seed)
    number_x, number_z = generator.integers(2, 6, size=2)
    data, noise = (generator.dirichlet(np.full(number_x, 4.0)) for _ in range(2))
    priors = [strategies.log_masses(generator, number_z, 0.7) for _ in range(2)]
    return {"data": data, "noise": noise, "log_prior": priors[0], "log_noise_prior": priors[1]}


def largest(problem, **weights):
    return float(np.abs(factorisation_residual(solve(problem, gap_tol=GAP).log_encoder, **weights)).max())


@given(seed=strategies.SEEDS)
def test_it_is_zero_for_the_beta_vae_for_equal_priors_and_for_noise_like_the_data(seed):
    arguments = sample(seed)
    assert largest(beta_vae_problem(arguments["data"], arguments["log_prior"], beta=1.5)) < RESIDUAL
    same_prior = {**arguments, "log_noise_prior": arguments["log_prior"]}
    assert largest(ncvae_problem(**same_prior, beta=1.5, delta=1)) < RESIDUAL
    same_data = {**arguments, "noise": arguments["data"]}
    assert largest(ncvae_problem(**same_data, beta=1.5, delta=1)) < RESIDUAL


@given(seed=strategies.SEEDS)
def test_of_the_ncvae_it_is_the_product_that_the_stationary_code_gives(seed):
    arguments = sample(seed)
    beta, delta = 1.5, 1.0
    solution = solve(ncvae_problem(**arguments, beta=beta, delta=delta), gap_tol=GAP)
    found = factorisation_residual(solution.log_encoder)
    inverse = 1 / (beta - 1 + delta * arguments["noise"] / arguments["data"])
    height = beta * arguments["log_prior"] - solution.log_aggregate - (beta - 1) * arguments["log_noise_prior"]
    expected = np.outer(inverse - inverse.mean(), height - height.mean())
    assert_allclose(found, expected, rtol=0, atol=RESIDUAL)
    assert (np.abs(expected).max() > RESIDUAL) == (np.abs(found).max() > RESIDUAL)


def test_it_is_bounded_away_from_zero_where_neither_ratio_nor_priors_agree():
    problem = ncvae_problem([0.5, 0.5], [0.9, 0.1], np.log([0.5, 0.5]), np.log([0.9, 0.1]), beta=2, delta=1)
    assert largest(problem) > 0.1
    assert largest(problem, data=[0.9, 0.1], log_aggregate=np.log([0.2, 0.8])) > 0.1


@given(seed=strategies.SEEDS)
def test_a_code_that_factorises_has_none_whatever_the_weights(seed):
    generator = np.random.default_rng(seed)
    rows, columns, weights = generator.normal(size=4), generator.normal(size=3), generator.dirichlet(np.ones(4))
    found = factorisation_residual(rows[:, None] + columns, weights, columns)
    assert_allclose(found, 0, atol=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.0, -np.inf]],), "log_encoder must be a finite array"),
        (([0.0],), r"log_encoder must be a finite array of shape \(x, z\), got shape \(1,\)"),
        ((np.zeros((2, 3)), [1.0]), r"must fit log_encoder \(2, 3\), got \(1,\) and \(3,\)"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        factorisation_residual(*arguments)
