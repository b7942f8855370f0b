"""The records that are kept with the figures, and each figure drawn once."""

import pytest

from figures.catalogue import FIGURES
from figures.kinds import KINDS
from figures.load import load
from figures.style import save


@pytest.fixture(scope="session")
def records():
    return {name: load(name) for name in KINDS}


@pytest.fixture(scope="session")
def drawn(records):
    """Return a function from the name of a figure to the figure, drawn from the kept records."""
    found = {}

    def one(name):
        if name not in found:
            drawing = FIGURES[name]
            found[name] = drawing.draw({record: records[record] for record in drawing.records})
        return found[name]

    return one


@pytest.fixture(scope="session")
def saved(drawn, tmp_path_factory):
    """Return a function from the name of a figure to its files, written once."""
    found = {}

    def one(name):
        if name not in found:
            found[name] = save(drawn(name), tmp_path_factory.mktemp(name) / name)
        return found[name]

    return one
