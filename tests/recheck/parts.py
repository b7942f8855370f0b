"""Parts of certificates as the judges give them, and alterations that no rule may take."""

import json

from tests.judged import verdict_of
from variational.decide import evidence_json
from variational.papers.registry import find_claim
from variational.recheck.certificate import check_part
from variational.records import FINITE, SPACES


def part_of(claim_id):
    """Return the part of a certificate that a judge gives for a claim, as JSON, fresh for each call."""
    verdict = verdict_of(claim_id)
    part = {
        "status": verdict.status.value,
        "spaces": verdict.spaces,
        "formal": find_claim(claim_id).formal,
        "evidence": evidence_json(verdict),
    }
    return json.loads(json.dumps(part))


def piece_of(part, kind, *, nth=0):
    return [piece for piece in part["evidence"] if piece["kind"] == kind][nth]


def check(claim, part):
    return check_part(part, claim, find_claim)


def nothing_left(part):
    part["evidence"] = []


def unknown_kind(part):
    part["evidence"].append({"kind": "proof", "shows": "by inspection"})


def false_identity(part):
    piece_of(part, "identity")["rhs"] += " + 1"


def false_lemma(part):
    piece_of(part, "inequality")["slack"] = "0"


def reversed_lemma(part):
    piece_of(part, "inequality")["relation"] = "<="


def spaces_widened(part):
    part["spaces"] = list(SPACES)


def no_spaces(part):
    part["spaces"] = []


def unknown_space(part):
    part["spaces"] = ["finite", "hilbert"]


def spaces_narrowed(part):
    part["spaces"] = [FINITE]
