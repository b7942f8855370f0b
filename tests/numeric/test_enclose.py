"""Enclosures of the optimum hold what a second route finds, whatever the code they start from."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric import bounds
from numeric.enclose import Interval, enclose, enclose_at
from numeric.instance import Instance, rational_rows, short
from numeric.solve import solve
from variational import blocks
from variational.errors import InvalidInputError

ROUNDING = 1e-12  # of values of order one in double precision, with room for sums of nine terms
WEIGHTS = st.integers(1, 9)
NCVAE = blocks.BUILT_IN["ncvae"]
WITH_DIVERGENCE = "recon + beta*KL(q,p) + delta*KL(q,n;pn) + l*JSD(g,p)"


def masses(weights):
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def instance(objective=NCVAE, **changes):
    given = {
        "objective": objective,
        "parameters": {"beta": Fraction(2), "delta": Fraction(3)},
        "data": masses((3, 2, 1)),
        "noise": masses((1, 1, 2)),
        "prior": masses((2, 1, 1)),
        "noise_prior": masses((1, 1, 6)),
    }
    return Instance(**{**given, **changes})


@st.composite
def instances(draw):
    objective = draw(st.sampled_from((NCVAE, WITH_DIVERGENCE)))
    number_x, number_z = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    parameters = {"beta": 1 + Fraction(draw(WEIGHTS), 4), "delta": Fraction(draw(WEIGHTS), 4)}
    if objective == WITH_DIVERGENCE:
        parameters["l"] = Fraction(draw(st.integers(0, 8)), 4)

    def law(size):
        return masses([draw(WEIGHTS) for _ in range(size)])

    return Instance(
        objective=objective,
        parameters=parameters,
        data=law(number_x),
        noise=law(number_x),
        prior=law(number_z),
        noise_prior=law(number_z),
    )


@st.composite
def codes(draw, given):
    rows = [masses([draw(WEIGHTS) for _ in given.prior]) for _ in given.data]
    return tuple(rows), tuple(Fraction(draw(WEIGHTS), 10) for _ in given.prior)


def holds(interval, value, slack=ROUNDING):
    return interval.low - slack <= value <= interval.high + slack


@given(instances())
def test_the_enclosure_of_a_solution_is_tight_and_holds_what_the_solver_found(given):
    found, solution = enclose(given), solve(given.problem, gap_tol=1e-14)
    assert found.value.width < 1e-13
    assert holds(found.value, solution.certificate.lower)
    assert holds(found.information, solution.mutual_information, 1e-7)  # the float optimum has a gap of its own
    for row, floats in zip(found.optimum, np.exp(solution.log_encoder), strict=True):
        for entry, value in zip(row, floats, strict=True):
            assert holds(entry, value, 1e-6)


@given(st.data())
def test_the_enclosure_from_any_code_holds_the_optimum(data):
    given = data.draw(instances())
    encoder, aggregate = data.draw(codes(given))
    loose, tight = enclose_at(given, encoder, aggregate), enclose(given)
    assert loose.gap >= 0
    assert overlap(loose.value, tight.value)
    assert overlap(loose.information, tight.information)
    for row, entries in zip(loose.optimum, tight.optimum, strict=True):
        assert all(overlap(one, other) for one, other in zip(row, entries, strict=True))
    assert all(overlap(*pair) for pair in zip(loose.optimal_aggregate, tight.optimal_aggregate, strict=True))


def overlap(one, other):
    return one.low <= other.high and other.low <= one.high


@given(st.data())
def test_the_radii_hold_the_distance_to_the_optimum(data):
    given = data.draw(instances())
    loose, tight = enclose_at(given, *data.draw(codes(given))), enclose(given)
    for radius, row, entries in zip(loose.radii, loose.encoder, tight.optimum, strict=True):
        variation = sum(abs(float(mass - entry.low)) for mass, entry in zip(row, entries, strict=True)) / 2
        assert variation <= float(radius) + 1e-6


@given(st.data())
def test_the_bounds_agree_with_those_in_floating_point(data):
    given = data.draw(instances())
    encoder, aggregate = data.draw(codes(given))
    found = enclose_at(given, encoder, aggregate)
    logs = np.log([[float(mass) for mass in row] for row in encoder])
    floats = bounds.bracket(given.problem, logs, np.log([float(mass) for mass in aggregate]))
    np.testing.assert_allclose(
        [float(found.value.low), float(found.value.high), float(found.gap)],
        [floats.lower, floats.upper, floats.gap],
        rtol=1e-10,
        atol=1e-10,
    )


def test_information_is_known_from_both_sides_far_better_than_from_the_entries():
    found = enclose(instance())
    assert found.collapse_excluded
    assert found.information.width < 1e-10
    assert overlap(found.functional(blocks.BLOCKS[blocks.MI]), found.information)


def test_collapse_is_certified_up_to_the_gap_where_the_ratio_is_constant_on_the_data():
    collapsed = instance(
        parameters={"beta": 2, "delta": 1},
        data=(Fraction(1, 2), Fraction(1, 2), Fraction(0)),
        noise=(Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)),
        prior=masses((4, 1)),
        noise_prior=masses((1, 4)),
    )
    found = enclose(collapsed)
    assert not found.collapse_excluded
    assert found.information.low == 0
    assert found.information.high < 1e-25


def test_a_functional_of_the_optimum_is_enclosed():
    found = enclose(instance())
    loss = "beta*int[z](gamma(z)*log(gamma(z)/p(z))) + delta*int[x,z](pn(x)*q(z|x)*log(q(z|x)/n(z)))"
    total = found.functional(f"{loss} + (beta-1)*({blocks.BLOCKS[blocks.MI]})")
    assert total.width < 1e-8
    assert overlap(total, found.value)


def test_an_exact_optimum_is_recognised_as_such():
    # with p_n = p_d and p = n every code is best as p: the gap is rounding in ball arithmetic only
    law = masses((2, 1, 1))
    same = instance(noise=masses((3, 2, 1)), noise_prior=law)
    found = enclose_at(same, (law, law, law), law)
    assert found.gap < Fraction(1, 10**60)
    assert all(entry.low <= mass <= entry.high for row in found.optimum for mass, entry in zip(law, row, strict=True))


REFUSED = {
    "not convex": (lambda: enclose(instance(parameters={"beta": Fraction(1, 2), "delta": 1})), "convex"),
    "too many digits": (lambda: enclose(instance(), digits=18), "digits must lie in 1..17"),
    "rows off one": (lambda: enclose_at(instance(), ((Fraction(1, 2),) * 3,) * 3, (1, 1, 1)), "sum to one"),
    "aggregate with a zero": (lambda: enclose_at(instance(), (masses((1, 1, 1)),) * 3, (1, 1, 0)), "positive"),
    "data off one": (lambda: instance(data=(Fraction(1, 2),) * 3), "data must hold probabilities"),
    "prior with a zero": (lambda: instance(prior=masses((1, 1, 0))), "prior must be positive"),
    "lengths": (lambda: instance(noise=masses((1, 1))), "noise must have as many entries as data"),
    "noise without prior": (lambda: instance(noise_prior=None), "given together"),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()


@given(st.floats(1e-250, 1.0), st.integers(1, 17))
def test_short_numbers_are_near(value, digits):
    assert abs(short(value, digits) - Fraction(value)) <= Fraction(value) * Fraction(1, 10 ** (digits - 1))


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=5))
def test_rounded_rows_have_unit_mass_exactly(logits):
    row = np.array(logits) - np.logaddexp.reduce(logits)
    (found,) = rational_rows(row[None, :], 6)
    assert sum(found) == 1
    assert min(found) >= 0


def test_intervals_know_what_they_hold():
    third = Interval(low=Fraction(1, 4), high=Fraction(1, 2))
    assert Fraction(1, 3) in third
    assert 1 not in third
    assert "third" not in third
    assert third.width == Fraction(1, 4)


def test_functionals_are_enclosed_on_spaces_too_large_for_a_certificate():
    laws = (masses(range(1, 15)), masses(range(14, 0, -1)))
    large = instance(data=laws[0], noise=laws[1], prior=laws[0], noise_prior=laws[1])
    found = enclose(large)
    assert overlap(found.functional(blocks.BLOCKS[blocks.MI]), found.information)
    assert found.functional("int[z](gamma(z))").width < 1e-7
