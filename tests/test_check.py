"""The command that judges claims: what it prints, writes and returns, and what it refuses."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from numeric import certify
from variational import check, claim_report, judging, verdict_tables, workers
from variational.papers import registry
from variational.recheck import digest
from variational.records import SCHEMA, SPACES, Evidence, Status, Verdict

ROOT = Path(__file__).resolve().parent.parent
CHEAP = ("ncvae:eq1", "ncvae:eq1.corrected", "ncvae:lem1")
FIELDS = [
    "id", "status", "printed", "source", "assumptions", "spaces", "reason", "evidence", "corrected_by", "seconds",
]  # fmt: skip
ESCAPE = "\x1b"


def selecting(ids):
    return [argument for name in ids for argument in ("--claim", name)]


def run(*arguments, **environment):
    command = [sys.executable, "-m", "variational.check", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def judged(status=Status.PROVED, claim_id="ncvae:eq1.corrected", kinds=("identity",)):
    evidence = tuple(Evidence(kind=kind, shows="both sides agree", data={"points": 3}) for kind in kinds)
    verdict = Verdict(status=status, reason="because", evidence=evidence)
    return claim_report.Judged(claim=registry.find_claim(claim_id), verdict=verdict, seconds=0.25)


def test_json_has_the_documented_fields_in_the_order_of_the_claims(capsys):
    check.main(["ncvae", "--symbolic", "--json", *selecting(CHEAP)])
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [found["id"] for found in objects] == list(CHEAP)
    for found in objects:
        assert list(found) == FIELDS
        assert found["status"] in {status.value for status in Status}
        assert set(found["spaces"]) <= set(SPACES)
        assert all("kind" in piece for piece in found["evidence"])
        assert found["seconds"] >= 0


def test_the_status_is_zero_where_every_verdict_is_the_recorded_one():
    assert check.main(["ncvae", "--symbolic", "--json", "--claim", "ncvae:eq1"]) == 0


def test_the_status_is_one_where_a_verdict_differs():
    same, other = judged(), judged(Status.UNDECIDED)
    assert check.exit_status([same], strict=False) == 0
    assert check.exit_status([same, other], strict=False) == 1


def test_strict_asks_for_proofs_of_what_is_printed_only():
    refuted = judged(Status.REFUTED, "ncvae:eq1")  # as recorded, but printed and not proved
    corrected = judged()
    assert check.exit_status([refuted], strict=False) == 0
    assert check.exit_status([refuted], strict=True) == 1
    assert check.exit_status([corrected], strict=True) == 0


def test_a_verdict_that_differs_is_named_in_the_text(capsys):
    claim_report.show([judged(Status.UNDECIDED)])
    text = capsys.readouterr().out
    assert "UNDECIDED !" in text
    assert "UNDECIDED (recorded PROVED)" in text
    assert "Not as recorded (!): ncvae:eq1.corrected." in text


def test_piped_text_fits_80_columns_and_has_no_colour():
    finished = run("ncvae", "--symbolic", *selecting(CHEAP), COLUMNS="200")
    assert finished.returncode == 0, finished.stderr
    assert ESCAPE not in finished.stdout
    assert max(map(len, finished.stdout.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in finished.stdout.splitlines())
    assert finished.stderr == ""


@pytest.mark.parametrize("target", registry.TARGETS)
def test_the_list_fits_80_columns_and_names_every_claim(target, capsys):
    assert check.main([target, "--list"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert all(claim.id in text for claim in registry.claims(target))


def test_every_claim_can_be_shown_at_80_columns(capsys):
    claim_report.show([judged(claim_id=claim.id) for claim in (*registry.claims(), *registry.claims("controls"))])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_the_text_says_how_to_reproduce_a_claim(capsys):
    check.main(["ncvae", "--symbolic", "--claim", "ncvae:eq1"])
    command = "python -m variational.check ncvae --claim ncvae:eq1"
    assert capsys.readouterr().out.rstrip().endswith(command)


def test_where_numeric_is_missing_one_line_says_so_and_json_is_silent(capsys, monkeypatch):
    monkeypatch.setattr(check, "_has_numeric_certificates", lambda: False)
    check.main(["ncvae", "--claim", "ncvae:eq1"])
    assert capsys.readouterr().err.splitlines() == [check.NO_NUMERIC]
    check.main(["ncvae", "--claim", "ncvae:eq1", "--json"])
    assert capsys.readouterr().err == ""


def test_numeric_certificates_are_further_evidence_that_symbolic_leaves_out(capsys):
    kinds = []
    for options in ([], ["--symbolic"]):
        assert check.main(["ncvae", "--claim", "ncvae:thm7", "--json", *options]) == 0
        found = json.loads(capsys.readouterr().out)
        kinds.append({piece["kind"] for piece in found["evidence"]})
        assert found["status"] == "refuted"
    assert kinds == [{"enclosure", "bracket"}, {"enclosure"}]


def test_the_text_with_numeric_certificates_fits_80_columns(capsys):
    assert check.main(["ncvae", "--claim", "ncvae:thm7", "--claim", "ncvae:eq88", "--claim", "ncvae:thm6"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"bracket:\n +- at beta = 2", text)


def test_a_contradiction_is_one_loud_line_and_status_1(capsys, monkeypatch):
    monkeypatch.setattr(certify, "contradiction", lambda claim, _: f"CONTRADICTION: {claim.id}")
    assert check.main(["ncvae", "--claim", "ncvae:thm7", "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["error: CONTRADICTION: ncvae:thm7"]
    assert json.loads(captured.out)["status"] == "refuted"


def test_the_result_table_is_the_same_without_numeric_certificates(capsys):
    tables = []
    for options in ([], ["--symbolic"]):
        check.main(["ncvae", "--claim", "ncvae:thm7", "--claim", "ncvae:eq17", "--markdown", *options])
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1]


def test_claims_judged_in_two_processes_come_out_in_order():
    ids = [claim.id for claim in registry.claims("ncvae")[:3]] + [claim.id for claim in registry.claims("controls")[:3]]
    claims = [registry.find_claim(name) for name in ids]
    assert len(claims) > workers.HANDFUL
    assert [found.claim.id for found in judging.judge_all(claims)] == ids


def test_certificates_are_whole_and_carry_their_digest(tmp_path):
    folder = tmp_path / "new" / "certificates"
    check.main(["ncvae", "--symbolic", "--json", "--certificates", str(folder), *selecting(CHEAP)])
    files = sorted(file.name for file in folder.iterdir())
    assert files == sorted(name.replace(":", ".") + ".json" for name in CHEAP)
    for file in folder.iterdir():
        certificate = json.loads(file.read_text(encoding="utf-8"))
        assert list(certificate) == ["schema", "id", "status", "spaces", "reason", "formal", "evidence", "digest"]
        assert certificate["schema"] == SCHEMA
        assert certificate["digest"] == digest.digest(certificate)


def test_the_same_claim_makes_the_same_certificate_twice(tmp_path):
    texts = []
    for name in ("first", "second"):
        check.main(["ncvae", "--symbolic", "--json", "--claim", "ncvae:eq1", "--certificates", str(tmp_path / name)])
        texts.append((tmp_path / name / "ncvae.eq1.json").read_bytes())
    assert texts[0] == texts[1]


WRONG = {
    "no target": ([], "required: TARGET"),
    "unknown target": (["ncvea"], "unknown target 'ncvea'; did you mean ncvae"),
    "unknown claim": (["ncvae", "--claim", "ncvae:thm22"], "unknown claim 'ncvae:thm22'; did you mean ncvae:thm2"),
    "claim elsewhere": (["controls", "--claim", "ncvae:thm2"], "belongs to 'ncvae', not to controls"),
    "unknown option": (["ncvae", "--jsonl"], "unrecognized arguments: --jsonl"),
    "abbreviated option": (["ncvae", "--symb"], "unrecognized arguments: --symb"),
    "two forms": (["ncvae", "--json", "--markdown"], "not allowed with argument --json"),
    "list and certificates": (["ncvae", "--list", "--certificates", "x"], "--list judges nothing"),
    "a file for a folder": (["ncvae", "--certificates", "README.md"], "README.md: File exists"),
    "no file to update": (["ncvae", "--update", "missing.md"], "missing.md: No such file or directory"),
    "no markers": (["ncvae", "--update", "LICENSE"], "needs the markers"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_command_line_is_answered_by_one_line_and_status_2(arguments, message):
    finished = run(*arguments)
    assert finished.returncode == 2
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line


def wait_for_children(pid, number):
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = time.monotonic() + 30
    while len(children.read_text(encoding="ascii").split()) < number and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)  # into the start of the workers, long before they are done


@pytest.mark.skipif(not Path(f"/proc/self/task/{os.getpid()}/children").exists(), reason="needs the child processes")
@pytest.mark.parametrize("everyone", [True, False], ids=["from the keyboard", "to the parent only"])
def test_ctrl_c_ends_with_one_line_and_leaves_nothing_half_written(tmp_path, everyone):
    command = [sys.executable, "-m", "variational.check", "all", "controls", "--certificates", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_for_children(process.pid, 3)  # the workers and what tracks their resources
        if everyone:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


KINDS = ("gaussian-integral", "real-inequality", "optimal-code", "enclosure")


@pytest.mark.parametrize("columns", [64, 72, 80, 100])
def test_no_word_of_the_table_is_broken(columns, monkeypatch, capsys):
    screen = claim_report.console()
    screen.width = columns
    monkeypatch.setattr(claim_report, "console", lambda: screen)
    claims = registry.claims()
    claim_report.show([judged(claim_id=claim.id, kinds=KINDS) for claim in claims])
    lines = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= columns
    words = {word.rstrip(",") for line in lines for word in line.split()}
    assert set(KINDS) <= words
    joined = "".join(line.split()[0] for line in lines if line and line[0].isalpha())
    assert all(claim.id in joined for claim in claims)


def test_updating_a_file_replaces_what_is_between_the_markers_and_nothing_else(tmp_path):
    file = tmp_path / "page.md"
    begin, end = verdict_tables.marks(verdict_tables.FULL)
    file.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    arguments = ["ncvae", "--symbolic", "--claim", "ncvae:eq1", "--claim", "ncvae:eq1.corrected", "--update", str(file)]
    assert check.main(arguments) == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["before", begin]
    assert lines[-2:] == [end, "after"]
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == 1
    assert rows[0].endswith("| `ncvae:eq1.corrected` PROVED |")


def test_importing_the_command_loads_no_heavy_library():
    code = "import sys, variational.check; print([m for m in ('sympy', 'z3', 'rich', 'flint') if m in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"
