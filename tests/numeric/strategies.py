"""Random problems of the information form, encoders and aggregates."""

import numpy as np
from hypothesis import strategies as st

from numeric.arrays import log_sum_exp
from numeric.problem import ncvae_problem, problem

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 6)
GENTLE, EXTREME = ((-1.0, 2.0), (-2.0, 2.0)), ((-6.0, 6.0), (-8.0, 8.0))  # decades of beta - 1 and of delta


def log_masses(generator, size, spread=1.0):
    logits = generator.normal(size=size) * spread
    return logits - log_sum_exp(logits[None, :], axis=1)[0]


def log_encoder(generator, shape, spread=2.0):
    logits = generator.normal(size=shape) * spread
    return logits - log_sum_exp(logits, axis=1)[:, None]


@st.composite
def settings_of_problems(draw, decades=GENTLE, spreads=(0.3, 3.0)):
    """Draw the arguments of ncvae_problem; either data vector may hold a zero, the other does not there."""
    generator = np.random.default_rng(draw(SEEDS))
    number_x, number_z, spread = draw(SIZES), draw(SIZES), draw(st.sampled_from(spreads))
    data, noise = np.exp(log_masses(generator, number_x)), np.exp(log_masses(generator, number_x))
    if number_x > 2 and draw(st.booleans()):
        data[0] = 0
        noise[-1] = 0
    (low, high), (least, most) = decades
    return {
        "data": data / data.sum(),
        "noise": noise / noise.sum(),
        "log_prior": log_masses(generator, number_z, spread),
        "log_noise_prior": log_masses(generator, number_z, spread),
        "beta": 1 + 10 ** draw(st.floats(low, high)),
        "delta": 10 ** draw(st.floats(least, most)),
    }


def problems(decades=GENTLE, spreads=(0.3, 3.0)):
    return settings_of_problems(decades, spreads).map(lambda arguments: ncvae_problem(**arguments))


@st.composite
def problems_with_divergence(draw):
    """Draw convex problems in which the Jensen-Shannon divergence of the aggregate enters, alone or not."""
    arguments = draw(settings_of_problems())
    parameters = {"b": arguments.pop("beta"), "d": arguments.pop("delta")}
    parameters |= {"a": draw(st.sampled_from((0, 1e-3, 1))), "l": 10 ** draw(st.floats(-2, 2))}
    # the reconstruction takes a from c, which b > 1 >= a outweighs
    return problem("a*recon + b*KL(q,p) + d*KL(q,n;pn) + l*JSD(g,p)", parameters, **arguments)
