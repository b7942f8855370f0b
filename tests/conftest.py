"""Hypothesis profiles (``dev`` while writing, ``ci`` for a run that repeats exactly), shapes, a cache for tests."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy and torch: each worker of pytest has one core

import pytest
from hypothesis import settings

from tests import checked_types

checked_types.install("vae_models")

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(autouse=True, scope="session")
def cache_of_verdicts(tmp_path_factory):
    """Keep the verdicts of tests, and of the commands they start, out of the cache of the user."""
    before = os.environ.get("VAEPROOF_CACHE")
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder  # what one worker judged serves all
    os.environ["VAEPROOF_CACHE"] = str(shared / "verdicts")
    yield
    if before is None:
        del os.environ["VAEPROOF_CACHE"]
    else:
        os.environ["VAEPROOF_CACHE"] = before
