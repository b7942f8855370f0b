"""The enclosed instance of Theorem 7, against a dense grid on which the optimum is solved in floating point.

Two points with p_d = (eta, 1 - eta), p_n = (0, 1); priors N(0, 1) and N(0, K^2) on the real line.
"""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from variational import balls, judge_gaussian
from variational.decide import judge
from variational.errors import InvalidInputError
from variational.papers.ncvae.theorem7 import PRINTED_G, REPAIRED_G
from variational.papers.registry import find_claim
from variational.records import DENSITIES, DISCRETE_X, Status

INSTANCES = {name: dict(values) for name, values in judge_gaussian.INSTANCES.items()}
# The trapezoidal rule converges faster than any power here, and the tails are cut below exp(-100); what
# remains is the rounding of sums of 8001 terms of order one. The smallest number compared is about 1e-5.
QUADRATURE = 1e-10


def log_gaussian(z, variance):
    return -(z * z) / (2 * variance) - np.log(2 * np.pi * variance) / 2


def log_sum(values, step):
    """Return the logarithm of the integral of exp(values)."""
    top = values.max()
    return top + np.log(np.exp(values - top).sum() * step)


class Optimum:
    """The stationary pair of codes on a grid, from q_x ~ p^(beta p_d/c) n^(delta p_n/c) gamma^(-p_d/c)."""

    def __init__(self, beta, delta, K, eta):
        self.z, self.step = np.linspace(-16 * max(K, 1), 16 * max(K, 1), 8001, retstep=True)
        self.pd, self.pn = np.array([eta, 1 - eta]), np.array([0.0, 1.0])
        self.weight = (beta - 1) * self.pd + delta * self.pn
        log_p, log_n = log_gaussian(self.z, 1.0), log_gaussian(self.z, K * K)
        self.fields = beta * self.pd[:, None] * log_p + delta * self.pn[:, None] * log_n
        self.rho = np.sqrt((beta * self.pd + delta * self.pn) / (beta * self.pd + delta * self.pn / K**2))
        log_gamma = self.pd @ np.array([log_p, log_gaussian(self.z, self.rho[1] ** 2)])
        damping = 1 / (1 + (self.pd / self.weight).max())
        for _ in range(400):
            new = self.reply(log_gamma)
            change = np.abs(new - log_gamma)[np.abs(self.z) < 8].max()
            log_gamma = log_gamma + damping * (new - log_gamma)
            if change < 1e-13:
                break
        else:
            msg = f"the fixed point has not converged: {change}"
            raise AssertionError(msg)
        self.log_gamma, self.change = log_gamma, change

    def codes(self, log_gamma):
        log_q = (self.fields - self.pd[:, None] * log_gamma) / self.weight[:, None]
        return log_q - np.array([[log_sum(row, self.step)] for row in log_q])

    def reply(self, log_gamma):
        """Return the logarithm of the aggregate of the codes that answer ``log_gamma``."""
        return np.logaddexp(*(np.log(self.pd)[:, None] + self.codes(log_gamma)))

    def divergence(self, log_first, log_second):
        return (np.exp(log_first) * (log_first - log_second)).sum() * self.step

    def left(self):
        """Return the minimum over sigma of E_pd KL(N(0, sigma^2) || q_x), on a fine grid of sigma."""
        codes = self.codes(self.log_gamma)
        sigmas = np.linspace(self.rho.min() * 0.9, self.rho.max() * 1.1, 601)
        values = [
            sum(
                mass * self.divergence(log_gaussian(self.z, s * s), code)
                for mass, code in zip(self.pd, codes, strict=True)
            )
            for s in sigmas
        ]
        return min(values)

    def right(self, excess):
        """Return the bound (1/G) E_pd [(g - 1) KL(r || gamma)] for the values ``excess`` of g - 1."""
        total = 1 + self.pd @ excess
        parts = [self.divergence(log_gaussian(self.z, rho * rho), self.log_gamma) for rho in self.rho]
        return (self.pd * excess) @ np.array(parts) / total

    def spread(self, excess):
        """Return KL(s || t) with s = p_d g/G and t ~ s/rho^2."""
        s = self.pd * (1 + excess)
        s = s / s.sum()
        t = s / self.rho**2
        return (s * np.log(s / (t / t.sum()))).sum()

    def log_normaliser(self, excess):
        """Return E log alpha with alpha = int r^g gamma^(1-g), where g is the one of the stationary code."""
        rows = [
            (1 + b) * log_gaussian(self.z, rho * rho) - b * self.log_gamma
            for b, rho in zip(excess, self.rho, strict=True)
        ]
        return self.pd @ np.array([log_sum(row, self.step) for row in rows])


def excess_of(solved, name):
    return {"printed": 1 / solved.weight, "repaired": solved.pd / solved.weight}[name]


def values_of(instance):
    return {name: float(value) for name, value in instance.items() if name != "cut"}


@pytest.fixture(scope="module", params=sorted(INSTANCES))
def solved(request):
    return request.param, Optimum(**values_of(INSTANCES[request.param]))


@pytest.fixture(scope="module")
def theorem7():
    return Optimum(**values_of(INSTANCES["theorem7"]))


def test_the_solved_aggregate_is_a_density_and_reproduces_itself(solved):
    _, optimum = solved
    assert abs(np.exp(optimum.log_gamma).sum() * optimum.step - 1) < QUADRATURE
    assert optimum.change < 1e-13


def test_the_solution_has_no_better_neighbour(theorem7):
    beta, delta = 2.0, 10.0
    log_p, log_n = log_gaussian(theorem7.z, 1.0), log_gaussian(theorem7.z, 4.0)

    def loss(codes):
        q = np.exp(codes)
        gamma = theorem7.pd @ q
        terms = (theorem7.weight[:, None] * q * codes).sum() + (gamma * np.log(gamma)).sum()
        linear = (q * (beta * theorem7.pd[:, None] * log_p + delta * theorem7.pn[:, None] * log_n)).sum()
        return (terms - linear) * theorem7.step

    codes = theorem7.codes(theorem7.log_gamma)
    best = loss(codes)
    for size in (0.1, -0.1):
        for shape in (np.cos(theorem7.z), np.tanh(theorem7.z**2 - 1)):
            for which in (0, 1):
                moved = codes.copy()
                moved[which] += size * shape
                moved[which] -= log_sum(moved[which], theorem7.step)
                assert loss(moved) > best


def test_the_left_side_lies_below_its_enclosed_bound(solved):
    name, optimum = solved
    _, upper = balls.interval(balls.enclose(judge_gaussian.upper_bound(), INSTANCES[name]))
    assert 0 < optimum.left() < float(upper)


def test_the_printed_right_side_lies_above_its_enclosed_bound(theorem7):
    formal = find_claim("ncvae:thm7").formal
    lower, _ = balls.interval(balls.enclose(judge_gaussian.printed_side(formal), INSTANCES["theorem7"]))
    assert theorem7.right(excess_of(theorem7, "printed")) > float(lower) > 0


def test_the_printed_bound_is_violated_and_the_repaired_one_holds(theorem7):
    left = theorem7.left()
    assert left < theorem7.right(excess_of(theorem7, "printed")) - QUADRATURE
    assert left > theorem7.right(excess_of(theorem7, "repaired")) - QUADRATURE
    assert theorem7.right(excess_of(theorem7, "repaired")) > 0


def test_the_relative_entropy_needs_the_factor_one_half():
    optimum = Optimum(**values_of(INSTANCES["relative-entropy"]))
    excess = excess_of(optimum, "repaired")
    rest = optimum.log_normaliser(excess) / (1 + optimum.pd @ excess)
    assert rest > 0
    assert optimum.left() < optimum.spread(excess) + rest - QUADRATURE
    assert optimum.left() > optimum.spread(excess) / 2 + rest - QUADRATURE
    formal = find_claim("ncvae:eq88").formal
    lower, _ = balls.interval(balls.enclose(judge_gaussian.printed_side(formal), INSTANCES["relative-entropy"]))
    assert optimum.spread(excess) + rest > float(lower) > optimum.left()


def test_the_variance_is_that_of_the_product_of_powers(solved):
    name, optimum = solved
    low, high = map(float, balls.interval(balls.enclose(judge_gaussian.variance(), INSTANCES[name])))
    assert low - 1e-12 <= optimum.rho[1] ** 2 <= high + 1e-12


def test_the_distance_to_the_aggregate_is_bounded_from_below(theorem7):
    ball = balls.enclose(judge_gaussian.distance_to_aggregate(), INSTANCES["theorem7"])
    exact = theorem7.divergence(log_gaussian(theorem7.z, 1.0), theorem7.log_gamma)
    assert 0 < float(balls.interval(ball)[1]) < exact


# --- the judge -------------------------------------------------------------------------------------------

GRID = [
    {"beta": beta, "delta": delta, "K": scale, "eta": eta, "cut": cut}
    for beta in ("5/4", "2", "10")
    for delta in ("1/2", "10", "50")
    for scale in ("1/2", "2", "4")
    for eta in ("1/1000", "1/10", "1/2")
    for cut in ("1", "13/10")
]


def verdict(bound, g, instance, **more):
    return judge_gaussian.gaussian_bound(
        {"kind": "gaussian-bound", "bound": bound, "g": g, **more}, {"instance": instance}
    )


def test_the_repaired_bound_is_never_refuted():
    assert {verdict("theorem7", REPAIRED_G, instance).status for instance in GRID} == {Status.UNDECIDED}


def test_half_the_relative_entropy_is_never_refuted():
    found = {verdict("relative-entropy", REPAIRED_G, instance, factor="1/2").status for instance in GRID}
    assert found == {Status.UNDECIDED}


@pytest.mark.parametrize("name", ["theorem7", "relative-entropy"])
def test_the_grid_holds_instances_that_refute_what_is_printed(name):
    g, more = (PRINTED_G, {}) if name == "theorem7" else (REPAIRED_G, {"factor": "1"})
    found = [verdict(name, g, instance, **more) for instance in GRID]
    assert {entry.status for entry in found} == {Status.REFUTED, Status.UNDECIDED}
    for entry in found:
        if entry.status is Status.REFUTED:
            (piece,) = entry.evidence
            assert Fraction(piece.data["left_upper"][1]) < Fraction(piece.data["right_lower"][0])


@pytest.mark.parametrize("instance", [GRID[0], GRID[-1], {**INSTANCES["theorem7"], "delta": "20"}])
def test_wherever_the_printed_bound_is_refuted_the_grid_solution_agrees(instance):
    values = {name: Fraction(text) for name, text in instance.items()}
    if verdict("theorem7", PRINTED_G, instance).status is not Status.REFUTED:
        return
    optimum = Optimum(**values_of(values))
    assert optimum.left() < optimum.right(excess_of(optimum, "printed")) - QUADRATURE


@pytest.mark.parametrize(
    ("claim_id", "changes"),
    [
        ("ncvae:thm7", {"g": REPAIRED_G}),
        ("ncvae:thm7", {"g": "1 + 1/1000/((beta-1)*pd + delta*pn)"}),
        ("ncvae:thm7", {"g": "1"}),
        ("ncvae:thm7", {"g": "-1"}),
        ("ncvae:eq88", {"factor": "1/2"}),
        ("ncvae:eq88", {"factor": "0"}),
        ("ncvae:eq88", {"factor": "-1"}),
        ("ncvae:eq88", {"g": "-1"}),
    ],
)
def test_an_altered_bound_is_not_refuted_by_the_same_instance(claim_id, changes):
    claim = find_claim(claim_id)
    assert judge(claim, find_claim).status is Status.REFUTED
    mild = dataclasses.replace(claim, formal={**claim.formal, **changes})
    assert judge(mild, find_claim).status is Status.UNDECIDED


def test_the_refutation_speaks_of_a_real_latent_variable():
    assert judge(find_claim("ncvae:thm7"), find_claim).spaces == (DISCRETE_X, DENSITIES)


def test_another_bound_is_refused():
    with pytest.raises(InvalidInputError, match="'bound' must be one of"):
        verdict("theorem8", PRINTED_G, INSTANCES["theorem7"])
