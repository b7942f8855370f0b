"""Strategies that tests of several folders draw from."""

import math
from fractions import Fraction

from hypothesis import strategies as st


def fractions_between(least, greatest, *, denominator):
    """Draw a fraction between two bounds, the greater an integer, with a denominator up to the one given.

    ``st.fractions`` makes new strategies for every draw, which takes longer than most of what is tested with it.
    """
    fine = st.integers(math.ceil(least * denominator), greatest * denominator)
    return st.builds(lambda place, parts: _up(Fraction(place, denominator), parts), fine, st.integers(1, denominator))


def _up(value, parts):
    return Fraction(math.ceil(value * parts), parts)
