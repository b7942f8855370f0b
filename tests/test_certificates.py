"""Certificates as files: whole or not there."""

import json

import pytest

from variational import certificates
from variational.papers import registry
from variational.recheck import digest
from variational.records import Evidence, Status, Verdict

CLAIM = registry.find_claim("ncvae:eq1.corrected")
EVIDENCE = Evidence(kind="identity", shows="both sides agree", data={"points": 3, "form": ("a", "b")})
VERDICT = Verdict(status=Status.PROVED, reason="because", evidence=(EVIDENCE,))


def test_a_certificate_equals_what_a_reader_of_the_file_gets(tmp_path):
    made = certificates.certificate(CLAIM, VERDICT)
    path = certificates.write(made, tmp_path)
    assert path.name == "ncvae.eq1.corrected.json"
    assert json.loads(path.read_text(encoding="utf-8")) == made
    assert made["digest"] == digest.digest(made)


def test_a_failing_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    made = certificates.certificate(CLAIM, VERDICT)
    path = certificates.write(made, tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(certificates.os, "fdopen", fail)
    with pytest.raises(KeyboardInterrupt):
        certificates.write({**made, "reason": "another"}, tmp_path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def fail(*_arguments, **_options):
    raise KeyboardInterrupt


def test_what_json_cannot_keep_is_refused():
    evidence = Evidence(kind="identity", shows="", data={"value": 1j})
    with pytest.raises(TypeError, match="complex"):
        certificates.certificate(CLAIM, Verdict(status=Status.PROVED, reason="", evidence=(evidence,)))
    evidence = Evidence(kind="identity", shows="", data={"value": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        certificates.certificate(CLAIM, Verdict(status=Status.PROVED, reason="", evidence=(evidence,)))
