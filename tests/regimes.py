"""Outcomes of an objective at given values of its parameters, by kind of space."""

from variational import blocks, collapse
from variational.objective import built_in, from_text
from variational.records import SPACES

COLLAPSES, NO_COLLAPSE, NOT_UNIQUE = collapse.COLLAPSES, collapse.NO_COLLAPSE, collapse.NOT_UNIQUE
UNBOUNDED, UNDECIDED = collapse.UNBOUNDED, collapse.UNDECIDED


def objective_of(name):
    return built_in(name) if name in blocks.BUILT_IN else from_text(name)


def at(name, parameters):
    """Return outcome by space of an objective whose parameters have the given values."""
    fixed = [f"{key} = {value}" for key, value in parameters.items()]
    found = {}
    for regime in collapse.regimes(objective_of(name), given=fixed):
        for space in regime.spaces:
            assert space not in found, f"two regimes of {name} hold at {parameters} on {space}"
            found[space] = regime.outcome
    return found


def verdicts(name, **parameters):
    outcomes = at(name, parameters)
    return tuple(outcomes[space].verdict for space in SPACES)
