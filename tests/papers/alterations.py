"""Altered copies of claims and certificates: what tests of the judges and of the verifier are fed with."""

import copy
import dataclasses
import json

from variational.papers.registry import find_claim
from variational.recheck.digest import FIELD, digest


def altered_field(claim_id, path, old, new):
    """Return the claim with ``old`` replaced in one field of its formal statement; the path is dotted.

    In a list of relations None drops the relation; numbers in the path are places of a list.
    """
    claim = find_claim(claim_id)
    formal = copy.deepcopy(dict(claim.formal))
    *steps, last = (int(name) if name.isdigit() else name for name in path.split("."))
    place = formal
    for step in steps:
        place = place[step]
    before = place[last]
    assert old in before, f"{claim_id} has no {old!r} in {path!r}: {before!r}"
    if isinstance(before, str):
        place[last] = before.replace(old, new)
    else:
        place[last] = [text for text in (new if text == old else text for text in before) if text is not None]
    assert place[last] != before
    return dataclasses.replace(claim, formal=formal)


def altered_text(claim_id, old, new):
    """Return the claim with every ``old`` in the text of its formal statement replaced."""
    claim = find_claim(claim_id)
    before = json.dumps(claim.formal)
    assert before != before.replace(old, new), f"{claim_id} has no {old!r}"
    return dataclasses.replace(claim, formal=json.loads(before.replace(old, new)))


def sealed(found):
    """Return a certificate with the digest of what it now says."""
    content = {key: value for key, value in found.items() if key != FIELD}
    return {**content, FIELD: digest(content)}
