"""The command that re-checks certificates: exit status, one line each, no traceback."""

import json
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from tests.recheck.samples import SAMPLES, altered, certificate, find_claim
from variational.verify import main

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    stub = types.ModuleType("variational.papers.registry")
    stub.find_claim = find_claim
    monkeypatch.setitem(sys.modules, "variational.papers.registry", stub)


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
    return path


def test_a_directory_of_true_certificates_passes(tmp_path, capsys):
    for name in SAMPLES:
        write(tmp_path / f"{name}.json", certificate(name))
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert sum(line.startswith("OK ") for line in lines) == len(SAMPLES) - 1
    assert [line.split()[1] for line in lines if line.startswith("none ")] == ["sample:undecided"]
    assert "0 failed" in printed
    assert "\nNot claimed: that the formal statement" in printed
    assert max(map(len, lines)) <= 80


def test_one_altered_certificate_fails_the_run(tmp_path, capsys):
    good = write(tmp_path / "good.json", certificate("identity-proved"))
    bad = altered(certificate("universal-refuted"), ("evidence", 0, "values", "b"), "2")
    assert main([str(good), str(write(tmp_path / "bad.json", bad))]) == 1
    printed = capsys.readouterr()
    assert "FAILED  sample:universal-refuted" in printed.out
    assert "1 failed" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize("content", ['{"schema": "vae', "[]", '{"a": NaN}', "{}", "\x00", '"text"', "null", "3"])
def test_a_broken_file_gives_one_clear_line(tmp_path, capsys, content):
    file = write(tmp_path / "broken.json", content)
    assert main([str(file)]) == 1
    printed = capsys.readouterr()
    failed = [line for line in printed.out.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 1
    assert str(file) in failed[0]
    assert "Traceback" not in printed.out + printed.err


def test_a_file_that_is_no_text_gives_one_clear_line(tmp_path, capsys):
    file = tmp_path / "binary.json"
    file.write_bytes(b"\xff\xfe\x00")
    assert main([str(file)]) == 1
    assert "UTF-8" in capsys.readouterr().out


def test_json_output_is_one_object_a_line(tmp_path, capsys):
    write(tmp_path / "a.json", certificate("identity-refuted"))
    write(tmp_path / "b.json", "{")
    assert main([str(tmp_path), "--json"]) == 1
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert (first["ok"], first["id"], first["level"]) == (True, "sample:identity-refuted", "witness")
    assert (second["ok"], second["id"]) == (False, None)
    assert "Not claimed:" in printed.err


@pytest.mark.parametrize("arguments", [[], ["--unknown"], ["no-such-file.json"]])
def test_a_wrong_command_line_has_exit_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err


def test_a_directory_without_certificates_has_exit_status_2(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        main([str(tmp_path)])
    assert caught.value.code == 2
    assert "no certificate" in capsys.readouterr().err


def test_the_command_and_its_rules_load_no_symbolic_engine():
    code = (
        "import sys, variational.verify, variational.recheck.certificate;"
        "print([name for name in ('sympy', 'mpmath', 'numpy') if name in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_help_loads_neither_solver_nor_ball_arithmetic():
    code = (
        "import sys, variational.verify as command; command.build_parser().format_help();"
        "print([name for name in ('z3', 'flint') if name in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"


def test_a_hundred_certificates_take_seconds(tmp_path, capsys):
    names = [name for name in SAMPLES if name != "undecided"]
    for copy in range(100):
        name = names[copy % len(names)]
        write(tmp_path / f"{copy}.json", certificate(name))
    start = time.perf_counter()
    assert main([str(tmp_path)]) == 0
    assert time.perf_counter() - start < 20  # seconds; about 2 on one core
    capsys.readouterr()
