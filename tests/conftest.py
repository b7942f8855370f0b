"""Hypothesis profiles: ``dev`` while writing, ``ci`` for a run that repeats exactly; shapes are checked."""

import os

import jaxtyping
from hypothesis import settings

jaxtyping.install_import_hook("vae_models", "beartype.beartype")  # shapes in annotations are checked

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
