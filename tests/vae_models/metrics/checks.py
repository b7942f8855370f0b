"""Turns the check of types off, so that a test sees what an option's own validation says."""

import contextlib

import jaxtyping


@contextlib.contextmanager
def types_unchecked():
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)
