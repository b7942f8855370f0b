"""Passes in blocks, in threads and on tensors give what plain sums over all (x, z) give."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from numpy.testing import assert_allclose

from numeric import krylov, passes, solve
from numeric.arrays import log_sum_exp
from numeric.lumping import lump
from numeric.passes import Passes
from numeric.problem import ncvae_problem
from tests.numeric import strategies

ROUNDING = 1e-11  # relative, of sums of fewer than 100 terms in log space


def plain_answer(found, log_aggregate):
    """Return log encoder and the two log aggregates by dense sums in log space."""
    logits = (found.tilt - found.data[:, None] * found.aggregate_term.slope(log_aggregate)) / found.curvature[:, None]
    encoder = logits - log_sum_exp(logits, axis=1)[:, None]
    with np.errstate(divide="ignore"):
        log_data, log_curvature = np.log(found.data), np.log(found.curvature)
    sums = [log_sum_exp(encoder + weight[:, None], axis=0) for weight in (log_data, 2 * log_data - log_curvature)]
    return encoder, *sums


def sample(seed, shape, spread=1.0):
    generator = np.random.default_rng(seed)
    data, noise = (np.exp(strategies.log_masses(generator, shape[0])) for _ in range(2))
    priors = [strategies.log_masses(generator, shape[1], spread) for _ in range(2)]
    return data / data.sum(), noise / noise.sum(), *priors


@given(
    found=strategies.problems(spreads=(0.3, 30.0, 1000.0)) | strategies.problems_with_divergence(),
    seed=strategies.SEEDS,
)
def test_an_answer_is_what_dense_sums_in_log_space_give_whatever_the_block_and_the_start(found, seed):
    guess = strategies.log_masses(np.random.default_rng(seed), found.shape[1])
    encoder, log_answer, log_weighted = plain_answer(found, guess)
    size = 1 + np.abs(encoder).max()
    for block in (1, 7, passes.BLOCK):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passes, "BLOCK", block)
            streamed = Passes(found)
            first = streamed.answer(guess)
            near = streamed.answer(guess, first.log_normaliser + 3)
            far = streamed.answer(guess, first.log_normaliser - 5000)
        for answer in (first, near, far):
            assert_allclose(answer.log_answer, log_answer, rtol=ROUNDING, atol=ROUNDING * size)
            assert_allclose(answer.log_weighted, log_weighted, rtol=ROUNDING, atol=ROUNDING * size)
            assert_allclose(streamed.encoder(answer), encoder, rtol=ROUNDING, atol=ROUNDING * size)


def test_threads_change_nothing_but_the_order_of_the_sums():
    found = ncvae_problem(*sample(1, (50, 30)), beta=2, delta=1)
    guess = strategies.log_masses(np.random.default_rng(2), 30)
    one, three = (Passes(found, threads=threads) for threads in (1, 3))
    first, second = one.answer(guess), three.answer(guess)
    assert_allclose(second.log_answer, first.log_answer, rtol=1e-13)
    assert_allclose(three.information_product(second, guess), one.information_product(first, guess), rtol=1e-12)


def test_the_product_with_the_information_matrix_is_the_dense_one():
    found = ncvae_problem(*sample(3, (9, 7)), beta=1.1, delta=0.3)
    streamed = Passes(found)
    at = streamed.answer(solve.constant_code(found))
    vector = np.random.default_rng(4).normal(size=7)
    code = np.exp(streamed.encoder(at))
    expected = (found.data**2 / found.curvature * (code @ vector)) @ code
    assert_allclose(streamed.information_product(at, vector), expected, rtol=1e-12)


@pytest.mark.parametrize("method", solve.METHODS)
def test_torch_tensors_give_the_same_numbers_and_tensors_back(method):
    arguments = sample(5, (40, 20))
    plain = solve.solve(ncvae_problem(*arguments, beta=1.5, delta=0.5), method=method)
    tensors = map(torch.tensor, arguments)
    other = solve.solve(ncvae_problem(*tensors, beta=1.5, delta=0.5), method=method).require_converged()
    assert other.log_encoder.dtype == torch.float64
    torch.testing.assert_close(other.log_encoder, torch.tensor(plain.log_encoder), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(other.log_aggregate, torch.tensor(plain.log_aggregate), rtol=1e-9, atol=1e-9)
    assert_allclose(other.mutual_information, plain.mutual_information, rtol=1e-8)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_cuda_tensor_keeps_the_passes_on_its_device():
    tensors = [torch.tensor(array, device="cuda") for array in sample(6, (300, 200))]
    solution = solve.solve(ncvae_problem(*tensors, beta=1.5, delta=0.5)).require_converged()
    assert solution.log_encoder.is_cuda
    plain = solve.solve(ncvae_problem(*sample(6, (300, 200)), beta=1.5, delta=0.5))
    torch.testing.assert_close(solution.log_encoder.cpu(), torch.tensor(plain.log_encoder), rtol=1e-9, atol=1e-9)


def test_conjugate_gradients_reach_the_optimum_where_the_groups_are_too_coarse(monkeypatch):
    found = ncvae_problem(*sample(7, (60, 25), spread=3.0), beta=1.001, delta=0.01)
    monkeypatch.setattr(krylov, "DIRECT", 3)
    monkeypatch.setattr(krylov, "GROUPS", 3)
    products = []
    original = Passes.information_product
    monkeypatch.setattr(Passes, "information_product", lambda *a: products.append(1) or original(*a))
    coarse = solve.solve(found, gap_tol=1e-12, method="krylov").require_converged()
    assert products
    plain = solve.solve(found, gap_tol=1e-12, method="newton").require_converged()
    assert_allclose(coarse.certificate.upper, plain.certificate.upper, rtol=0, atol=1e-11)


def test_conjugate_gradients_solve_the_dense_system(monkeypatch):
    found = ncvae_problem(*sample(9, (30, 12)), beta=1.05, delta=0.1)
    streamed = Passes(found)
    now = streamed.answer(solve.constant_code(found))
    stiffness, right = np.ones(12), np.random.default_rng(1).normal(size=12)
    code, mass, weight = np.exp(streamed.encoder(now)), np.exp(now.log_answer), streamed.weights[1]
    matrix = np.diag(mass + weight @ code) - (code.T * weight) @ code
    model = krylov.Model(Passes(lump(found, 4).problem), exact=False)
    solver = model.solver(now, now.log_answer, stiffness)
    monkeypatch.setattr(krylov, "FORCING", 1e-10)
    solution = krylov.conjugate_gradients(
        streamed, now, solver, log_mass=now.log_answer, right=right, stiffness=stiffness
    )
    assert_allclose(matrix @ solution, mass * right, rtol=1e-8, atol=1e-10)


@given(found=strategies.problems())
def test_a_lumped_problem_bounds_the_optimum_from_above_and_equals_it_where_ratios_agree(found):
    whole = solve.solve(found, gap_tol=1e-12)
    lumping = lump(found, 2)
    few = solve.solve(lumping.problem, gap_tol=1e-12)
    rounding = few.certificate.rounding + whole.certificate.rounding + 1e-11
    assert few.certificate.upper >= whole.certificate.lower - rounding
    assert lumping.problem.shape[0] <= 2
    exact = lump(found, 100 * found.shape[0])
    assert_allclose(exact.problem.data[exact.group], found.data)


def test_memory_is_a_block_and_not_the_product_of_the_sizes():
    found = ncvae_problem(*sample(8, (1500, 1500)), beta=2, delta=1)
    tracemalloc.start()
    solve.solve(found).require_converged()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1500 * 1500 * 8 / 4
