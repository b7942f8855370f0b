"""The corrected Theorem 7 holds at every optimum, the printed one fails where it is recorded to and with the unit."""

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose

from numeric.grid import uniform
from numeric.laws import equal, gaussian_ratio
from numeric.reduce import gaussian_ncvae
from numeric.theorem7 import theorem7
from tests.numeric.test_reduce import instances
from variational.errors import InvalidInputError
from variational.judge_gaussian import INSTANCES

SLACK = (
    1e-7  # nats, relative to terms below 1e3: the encoder is exact to the root of the gap in log q, the sums to 1e-10
)


def optimum(log_ratio, weights, **options):
    return gaussian_ncvae(log_ratio, weights, gap_tol=1e-14, **options)


@given(instance=instances())
def test_the_corrected_bound_and_the_line_of_its_proof_hold_at_every_optimum(instance):
    log_ratio, weights, options = instance
    found = theorem7(optimum(log_ratio, weights, **options))
    slack = SLACK * (1 + found.left)
    assert found.left >= found.relative - slack
    assert found.relative >= found.corrected - slack
    assert found.corrected >= -slack
    assert (found.corrected_excess > 0).all()
    ends = sorted((1.0, options["noise_scale"] ** 2))
    assert (found.variance >= ends[0] * (1 - 1e-12)).all()
    assert (found.variance <= ends[1] * (1 + 1e-12)).all()


def recorded():
    values = {name: float(value) for name, value in INSTANCES["theorem7"].items()}
    eta = values["eta"]
    return optimum(
        [-math.inf, -math.log1p(-eta)], [eta, 1 - eta], latent_dim=1, noise_scale=values["K"], beta=values["beta"],
        delta=values["delta"],
    )  # fmt: skip


def test_the_printed_bound_fails_at_the_recorded_instance_and_the_corrected_one_holds():
    found = theorem7(recorded())
    assert found.left < found.printed / 50
    assert found.corrected < found.left
    # the values of an independent solution on a line of 8001 points
    assert_allclose(found.printed, 0.08496456501467727, rtol=1e-6)
    assert_allclose(found.corrected, 0.00016273873542849222, rtol=1e-6)
    assert_allclose(found.relative, 0.000852800439188821, rtol=1e-5)


def test_the_printed_bound_depends_on_the_unit_of_x_and_the_corrected_one_does_not():
    solution = recorded()
    metres, millimetres = (theorem7(solution, log_density=np.log(solution.weights) + unit) for unit in (0.0, 7.0))
    assert millimetres.left == metres.left
    assert millimetres.corrected == metres.corrected
    assert millimetres.printed < metres.left < metres.printed


def test_the_left_side_is_the_least_divergence_on_the_line():
    solution = optimum(np.log([0.3, 1.7]), [0.5, 0.5], latent_dim=1, noise_scale=3, beta=1.5, delta=2)
    found = theorem7(solution)
    z = uniform(-12, 12, count=6000)
    step = math.exp(z.log_weights[0])
    density = solution.log_encoder - solution.log_prior  # log q/p at the nodes, a smooth function of r^2
    average = solution.weights @ density
    codes = np.interp(np.abs(z.nodes), np.exp(solution.grid.nodes), average) - z.nodes**2 / 2
    values = []
    for deviation in np.exp(np.linspace(-1, 1.5, 400)):
        log_gauss = -((z.nodes / deviation) ** 2) / 2 - math.log(deviation)
        gauss = np.exp(log_gauss) * step / math.sqrt(2 * math.pi)
        values.append(gauss @ (log_gauss - codes) if gauss.sum() > 1 - 1e-4 else math.inf)
    assert_allclose(found.left, min(values), rtol=0, atol=2e-3)  # linear interpolation between some hundred nodes


@pytest.mark.parametrize("latent_dim", [1, 7, 300])
def test_equal_data_and_noise_make_every_side_vanish_at_the_shared_scale(latent_dim):
    law = equal()
    found = theorem7(optimum(law.log_ratio, law.weights, latent_dim=latent_dim, noise_scale=3, beta=2, delta=1))
    assert_allclose([found.left, found.relative, found.corrected, found.printed], 0, atol=1e-8)
    assert_allclose([found.left_scale, found.harmonic_scale], found.shared_scale, rtol=1e-4)
    assert_allclose(found.shared_scale, math.sqrt(27 / 19), rtol=1e-14)


@pytest.mark.parametrize("latent_dim", [1, 64])
def test_the_sides_of_a_continuous_law_are_ordered(latent_dim):
    law = gaussian_ratio(np.zeros(100), 1.0, np.full(100, 0.1), 1.0)
    found = theorem7(optimum(law.log_ratio, law.weights, latent_dim=latent_dim, noise_scale=5, beta=2, delta=1))
    assert found.left > found.relative > found.corrected > 0.001


@pytest.mark.parametrize("log_density", [[0.0], [0.0, math.nan], [0.0, -math.inf]])
def test_a_wrong_density_is_refused(log_density):
    with pytest.raises(InvalidInputError, match="log_density must hold 2 finite numbers"):
        theorem7(recorded(), log_density=log_density)
