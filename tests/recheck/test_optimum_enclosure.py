"""The enclosure of an optimum by the verifier agrees with the one by the solvers, and refuses what is not convex."""

from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.enclose import enclose_at
from numeric.instance import Instance
from tests.numeric import exact_instances as made
from variational.errors import CertificateError
from variational.recheck.optimum_enclosure import BITS, enclose_optimum, needed
from variational.recheck.reading import read_space

ROUNDING = Fraction(1, 10**25)  # of balls that hold a few sums at 256 bits, and of radii of 30 bits
OBJECTIVES = {
    "recon + beta*KL(q,p) + delta*KL(q,n;pn)": ("beta", "delta"),
    "recon + 2*KL(q,p) + delta*KL(q,n;pn) + l*JSD(g,p)": ("delta", "l"),
    "recon + beta*KL(q,p) + l*KL(g,p) + a/4*MI": ("a", "beta", "l"),
}


def recomputed(instance, encoder, aggregate):
    space = read_space(instance.to_space(encoder), needed(instance.objective))
    with flint.ctx.workprec(BITS):
        return enclose_optimum(instance.objective, space, aggregate)


def fraction(exact):
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@settings(max_examples=30)
@given(st.data())
def test_two_ways_to_the_same_enclosure(data):
    objective = data.draw(st.sampled_from(sorted(OBJECTIVES)))
    weights = st.integers(1, 9)

    def law(size):
        return made.masses(*(data.draw(weights) for _ in range(size)))

    instance = Instance(
        objective=objective,
        parameters={name: 1 + Fraction(data.draw(weights), 4) for name in OBJECTIVES[objective]},
        data=law(2),
        noise=law(2),
        prior=law(3),
        noise_prior=law(3),
    )
    encoder, aggregate = (law(3), law(3)), law(3)
    mine, other = enclose_at(instance, encoder, aggregate), recomputed(instance, encoder, aggregate)
    for interval, ends in ((mine.value, other.value), (mine.information, other.information)):
        assert abs(interval.low - fraction(ends[0])) < ROUNDING
        assert abs(interval.high - fraction(ends[1])) < ROUNDING
    assert abs(mine.gap - fraction(other.gap[1])) < ROUNDING
    for x, row in enumerate(mine.optimum):
        for z, entry in enumerate(row):
            ball = other.places["q|", (z, x)]
            assert abs(entry.low - max(0, fraction(ball.lower()))) < Fraction(1, 10**8)
            assert abs(entry.high - fraction(ball.upper())) < Fraction(1, 10**8)


REFUSED = {
    "a negative curvature": ("recon + 1/2*KL(q,p)", {}, "not strictly convex"),
    "no curvature": ("recon + KL(q,p)", {}, "not strictly convex"),
    "no curvature at one x": ("recon + 2*KL(q,p)", {"data": made.masses(1, 1, 0)}, "not strictly convex"),
    "a concave aggregate": ("2*recon + KL(q,p) + 4*MI - 3*KL(g,p)", {}, "B >= kappa"),
    "a negative divergence": ("recon + 2*KL(q,p) - JSD(g,p)", {}, "l >= 0"),
    "no decoder is best": ("4*KL(q,p) - recon", {}, "r >= 0"),
}


@pytest.mark.parametrize(("objective", "changes", "message"), REFUSED.values(), ids=REFUSED)
def test_a_loss_that_is_not_shown_convex_is_refused(objective, changes, message):
    instance = made.ncvae(objective=objective, parameters={}, **changes)
    law = made.masses(1, 1, 1)
    with pytest.raises(CertificateError, match=message):
        recomputed(instance, (law, law, law), law)
