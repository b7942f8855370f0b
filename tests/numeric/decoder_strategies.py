"""Random strongly convex potentials, decoders of every family and data of their support."""

import numpy as np
from hypothesis import strategies as st

from numeric.decoder import Decoder
from numeric.families import Bernoulli, Categorical, Gaussian, Poisson
from numeric.maps import BrenierMap, ComposedMap
from numeric.potentials import Quadratic, Ridges, Sum

SEEDS = st.integers(0, 2**32 - 1)
STRENGTHS = st.floats(0.1, 2.0)
PROFILES = st.sampled_from(("softplus", "logcosh"))
KINDS = ("gaussian", "bernoulli", "categorical", "poisson")


def family_of(kind, dimension):
    """Return the family with ``dimension`` natural parameters."""
    families = {
        "gaussian": Gaussian(dimension=dimension, scale=0.8),
        "bernoulli": Bernoulli(dimension=dimension),
        "categorical": Categorical(classes=dimension + 1),
        "poisson": Poisson(dimension=dimension),
    }
    return families[kind]


def data_of(family, generator, number):
    """Return random data of the support, shape (number, m)."""
    if isinstance(family, Gaussian):
        return generator.normal(size=(number, family.dimension))
    if isinstance(family, Categorical):
        return np.eye(family.classes)[generator.integers(family.classes, size=number)]
    highest = 2 if isinstance(family, Bernoulli) else 4
    return generator.integers(highest, size=(number, family.dimension)).astype(float)


def potential_of(generator, dimension, strength, profile):
    """Return a potential of exactly this strength with a random quadratic part and three ridges."""
    rotation = np.linalg.qr(generator.normal(size=(dimension, dimension)))[0]
    eigenvalues = strength * np.append(1.0, generator.uniform(1, 2, size=dimension - 1))
    matrix = rotation * eigenvalues @ rotation.T
    quadratic = Quadratic(matrix=(matrix + matrix.T) / 2, shift=generator.normal(size=dimension) / 2)
    directions = generator.normal(size=(3, dimension)) / 2
    ridges = Ridges(
        directions=directions, offsets=generator.normal(size=3), weights=generator.uniform(size=3), profile=profile
    )
    return Sum(parts=(quadratic, ridges))


@st.composite
def decoders(draw, kind, dimensions=(1, 2)):
    """Draw (decoder with l = t, data)."""
    generator = np.random.default_rng(draw(SEEDS))
    dimension = draw(st.sampled_from(dimensions))
    family = family_of(kind, dimension)
    potential = potential_of(generator, dimension, draw(STRENGTHS), draw(PROFILES))
    return Decoder(family=family, decoder_map=BrenierMap(potential=potential)), data_of(family, generator, 3)


@st.composite
def composed_decoders(draw, kind):
    """Draw (decoder with l < t, data)."""
    generator = np.random.default_rng(draw(SEEDS))
    latent_dim = draw(st.integers(1, 2))
    natural_dim = latent_dim + draw(st.integers(1, 2))
    family = family_of(kind, natural_dim)
    found = ComposedMap(
        outer=potential_of(generator, natural_dim, draw(STRENGTHS), draw(PROFILES)),
        inner=potential_of(generator, latent_dim, draw(STRENGTHS), draw(PROFILES)),
    )
    return Decoder(family=family, decoder_map=found), data_of(family, generator, 4)
