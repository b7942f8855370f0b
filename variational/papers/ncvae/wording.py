"""Assumptions that many claims share, in words."""

POSITIVE = "all densities are positive and every integral converges"
AGGREGATE = "q(z) is the aggregated posterior, written gamma(z)"
NON_PARAMETRIC = "p(x|z) and q(z|x) run through all conditional densities; p_d and the priors have full support"
ANY_DATA = "p(x|z) and q(z|x) run through all conditional densities; p and n have full support"
COLLAPSE = (
    "posterior collapse is that of Definition 4.1: every minimising pair has q*(z|x) free of x or p*(x|z) free of z"
)
HOLDS_ITS_CODES = (
    "q(z) is a sum over the data that holds the summand p_d(x) q(z|x): X is countable; on atomless X the second "
    "variation of a functional of q(z) has no diagonal"
)
MULTIPLIER = "the multiplier of the decoder, printed gamma(z), is written mu(z) where it is not yet gamma(z)"
IS_AGGREGATE = "the multiplier of the decoder is the aggregated posterior gamma(z)"
