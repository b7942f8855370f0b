"""The folder that tests of studies fill."""

import pytest


@pytest.fixture
def out(tmp_path):
    """Return the folder of a study, which is not there yet."""
    return tmp_path / "study"
