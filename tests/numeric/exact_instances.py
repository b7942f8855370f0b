"""Instances of the NC-VAE loss on a few points, with the verdicts that they give."""

from fractions import Fraction

from numeric.instance import Instance
from variational import blocks

HALF = Fraction(1, 2)


def masses(*weights):
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def ncvae(**changes):
    given = {
        "objective": blocks.BUILT_IN["ncvae"],
        "parameters": {"beta": Fraction(2), "delta": Fraction(3)},
        "data": masses(3, 2, 1),
        "noise": masses(1, 1, 2),
        "prior": masses(2, 1, 1),
        "noise_prior": masses(1, 1, 6),
    }
    return Instance(**{**given, **changes})


INFORMATIVE = ncvae()
COLLAPSED = ncvae(
    parameters={"beta": 2, "delta": 1},
    data=(HALF, HALF, Fraction(0)),
    noise=(HALF / 2, HALF / 2, HALF),
    prior=masses(4, 1),
    noise_prior=masses(1, 4),
)
SAME_DATA = ncvae(noise=masses(3, 2, 1))
# the shape of the Gaussian instance: rare data where there is no noise
RARE = ncvae(
    parameters={"beta": 2, "delta": 10},
    data=masses(1, 999),
    noise=(Fraction(0), Fraction(1)),
    prior=masses(3, 1),
    noise_prior=masses(1, 3),
)
RARE_STEEP = ncvae(
    parameters={"beta": 10, "delta": 50},
    data=masses(1, 999),
    noise=(Fraction(0), Fraction(1)),
    prior=masses(3, 1),
    noise_prior=masses(1, 3),
)
