"""Relations between small rational matrices, and what the verifier must not accept about them."""

import copy
import dataclasses
import json

import pytest

from variational import certificates
from variational.decide import judge
from variational.errors import CertificateError, VaeproofError
from variational.papers.registry import find_claim
from variational.recheck.certificate import check_certificate
from variational.recheck.digest import digest
from variational.records import Status

TRUE, FALSE = "controls:matrix.true", "controls:matrix.false"


def judged(name, hints=None, **changes):
    claim = find_claim(name)
    formal = {**claim.formal, **changes}
    return judge(dataclasses.replace(claim, formal=formal, hints=claim.hints if hints is None else hints), find_claim)


@pytest.mark.parametrize(
    ("then", "status"),
    [
        ("A*inverse(A) = identity(2)", Status.PROVED),
        ("det(A) = 3", Status.PROVED),
        ("det(A*A) = det(A)^2", Status.PROVED),
        ("A >= identity(2)", Status.PROVED),  # its smallest eigenvalue is 1
        ("A > identity(2)", Status.REFUTED),
        ("A <= 3*identity(2)", Status.PROVED),
        ("A < 3*identity(2)", Status.REFUTED),
        ("2*A - A = transpose(A)", Status.PROVED),
        ("-A < 0*identity(2)", Status.PROVED),
        ("log(det(A)) > 11/10", Status.REFUTED),
        ("sqrt(det(A)) > 17/10", Status.PROVED),
        ("trace(A)/2 != 2", Status.REFUTED),
    ],
)
def test_relations_between_fixed_matrices_are_decided(then, status):
    verdict = judged(TRUE, then=[then])
    assert verdict.status is status, verdict.reason


def test_a_matrix_that_is_not_symmetric_is_not_definite():
    assert judged(TRUE, matrices={"A": [["2", "1"], ["0", "2"]]}, then=["A > 0*identity(2)"]).status is Status.REFUTED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"exists": True, "then": ["A*A != B*B"]}, Status.PROVED),
        ({"exists": True}, Status.UNDECIDED),
        ({"given": ["A >= B", "B < 0*identity(2)"]}, Status.UNDECIDED),
        ({"then": ["A + B >= B"]}, Status.UNDECIDED),
        ({"matrices": {"A": "3x3", "B": "2x2"}}, Status.UNDECIDED),
    ],
)
def test_a_witness_decides_only_what_it_shows(changes, status):
    verdict = judged(FALSE, **changes)
    assert verdict.status is status, verdict.reason


@pytest.mark.parametrize("then", ["A > 1", "A*A*identity(3) = A", "det(C) > 0", "log(A) > 0", "A^2 = A", "rank(A) = 2"])
def test_what_has_no_meaning_is_refused_or_left_open(then):
    try:
        verdict = judged(TRUE, then=[then])
    except (VaeproofError, ValueError, TypeError):
        return
    assert verdict.status is Status.UNDECIDED


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"A": [["2", "0"], ["0", "1"]], "B": [["3", "1"], ["1", "2"]]}, "do not meet"),
        ({"A": [["3", "0"], ["0", "2"]], "B": [["2", "0"], ["0", "1"]]}, "hold at"),
        ({"A": [["3", "1"], ["1", "2"]]}, "must give"),
        ({"A": [["3", "1", "0"], ["1", "2", "0"]], "B": [["2", "0"], ["0", "1"]]}, "declared as"),
        ({"A": [["3", 0.5], ["1", "2"]], "B": [["2", "0"], ["0", "1"]]}, "exact rational"),
        ({"A": "3", "B": [["2", "0"], ["0", "1"]]}, "list of rows"),
    ],
)
def test_another_witness_is_rejected(entries, message):
    claim = find_claim(FALSE)
    found = copy.deepcopy(json.loads(json.dumps(certificates.certificate(claim, judge(claim, find_claim)))))
    found["evidence"][0]["entries"] = entries
    with pytest.raises(CertificateError, match=message):
        check_certificate({**found, "digest": digest(found)}, find_claim)


@pytest.mark.parametrize("name", [TRUE, FALSE])
def test_the_opposite_status_is_rejected(name):
    claim = find_claim(name)
    found = json.loads(json.dumps(certificates.certificate(claim, judge(claim, find_claim))))
    check_certificate(found, find_claim)
    found["status"] = {"proved": "refuted", "refuted": "proved"}[found["status"]]
    with pytest.raises(CertificateError):
        check_certificate({**found, "digest": digest(found)}, find_claim)
