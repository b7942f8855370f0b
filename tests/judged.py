"""Verdicts on the registered claims as they stand: each is judged once in a run of the tests, whoever asks first.

They are kept in the cache of the run, which begins empty, is shared by the workers of pytest and by the commands that
tests start, and gives back nothing that the verifier does not accept again. A conjunction is put together from the
verdicts on its parts, as the command does it.
"""

import functools
import os

from variational import cache, judging
from variational.papers.registry import find_claim


@functools.cache
def verdict_of(claim_id):
    """Return the verdict on a claim; altered claims are for the judge itself."""
    claim = find_claim(claim_id)
    known = {part.id: _simple(part.id) for part in judging.simple_parts(claim)}
    return judging.combined(claim, known)[0]


@functools.cache
def _simple(claim_id):
    return judging.timed_verdict(find_claim(claim_id), store=_store())


@functools.cache
def _store():
    return cache.open_store(cache.default_folder(os.environ), reading=True)
