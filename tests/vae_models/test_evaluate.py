"""The command evaluate as a user meets it: the table, the records beside the run, wrong folders and wrong options."""

import dataclasses
import errno
import json
import shutil

import pytest
import torch

from vae_models import evaluate, files, train
from vae_models.compare import __main__ as compare
from vae_models.evaluation_records import EVALUATION, Entry, Evaluation, read_evaluation
from vae_models.evaluation_table import WIDTH, format_evaluation
from vae_models.metrics.suite import METRICS
from vae_models.presets.registry import find_preset
from vae_models.records import MetricRecord, Target
from variational.errors import InvalidInputError

# torch's own forward mode still goes through torch.jit
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
QUICK = ["--k", "3", "--samples", "20"]
FEW = ["--metrics", "elbo,mmd"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the folder of a run of a few steps, with printed targets."""
    out = tmp_path_factory.mktemp("runs")
    assert train.main(["digits-ncvae-gn", "--steps", "3", "--threads", "1", "--out", str(out)]) == 0
    return next(out.iterdir())


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / trained.name)


def record(name="mutual_information", value=1.0, **fields):
    return MetricRecord(
        **{"name": name, "value": value, "estimator": "by hand", "split": "test", "samples": 9} | fields
    )


def evaluation(*records, reasons=(), targets=()):
    entry = Entry(metric="elbo", split="test", records=records, reasons=reasons, options={"k": 1}, seconds=0.5)
    return Evaluation(run="a-run", identity="0", step=3, weights="last", machine={}, entries=(entry,), targets=targets)


def test_every_metric_is_printed_with_its_estimator_or_with_the_reason_why_not(run, capsys):
    assert evaluate.main([str(run), *QUICK]) == 0
    printed = capsys.readouterr().out
    found = read_evaluation(run)
    assert {entry.metric for entry in found.entries} == set(METRICS)
    assert all(len(row) <= WIDTH for row in printed.splitlines())
    joined = " ".join(printed.split())
    for entry in found.entries:
        assert entry.records or entry.reasons
        assert entry.split == "test"
        for each in entry.records:
            assert " ".join(each.estimator.split()) in joined
            assert f"{each.value:.5g}" in printed
        for reason in entry.reasons:
            assert f"{entry.metric}: {reason}" in joined
    assert found.targets == find_preset("digits-ncvae-gn").targets
    for target in found.targets:
        assert f"printed: {target.value:g} ({target.where})" in joined
    assert Evaluation.from_text(found.to_text()) == found
    assert not list(run.glob(".*partial"))


def test_a_second_evaluation_keeps_what_the_first_measured_besides(run, capsys):
    assert evaluate.main([str(run), *QUICK, "--metrics", "elbo,rate"]) == 0
    first = read_evaluation(run)
    assert evaluate.main([str(run), *QUICK, "--metrics", "elbo", "--seed", "1"]) == 0
    second = read_evaluation(run)
    named = {entry.metric: entry for entry in second.entries}
    assert named["rate"] == first.entries[1]
    assert named["elbo"].options["seed"] == 1
    assert named["elbo"].records != first.entries[0].records
    assert evaluate.main([str(run), *QUICK, "--metrics", "elbo", "--split", "validation"]) == 0
    assert [(entry.metric, entry.split) for entry in read_evaluation(run).entries] == [
        ("rate", "test"),
        ("elbo", "test"),
        ("elbo", "validation"),
    ]
    capsys.readouterr()


def test_records_of_other_weights_are_not_kept():
    before = evaluation(record())
    other = dataclasses.replace(before, step=4)
    assert other.joined(before).entries == other.entries
    kept = dataclasses.replace(before, entries=()).joined(before)
    assert kept.entries == before.entries
    assert before.joined(None) == before


def test_json_is_one_record_a_line(run, capsys):
    assert evaluate.main([str(run), *QUICK, *FEW, "--json"]) == 0
    lines = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    records = [each for entry in read_evaluation(run).entries for each in entry.records]
    assert [row["name"] for row in lines] == [each.name for each in records]
    assert [row["value"] for row in lines] == [each.value for each in records]
    assert {row["schema"] for row in lines} == {"vaeproof.metric/1"}


def test_a_metric_that_is_named_twice_is_measured_once(run):
    assert evaluate.main([str(run), "--metrics", "mmd, elbo,mmd"]) == 0
    assert [entry.metric for entry in read_evaluation(run).entries] == ["mmd", "elbo"]


@pytest.mark.parametrize(("command", "words"), [(evaluate, FEW), (compare, ["--examples", "20"])])
def test_what_was_measured_is_printed_where_it_cannot_be_written(command, words, run, capsys, monkeypatch):
    def full(_path, _content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write_whole", full)
    monkeypatch.setattr(evaluate, "write_whole", full)
    assert command.main([str(run), *words]) == 1
    shown = capsys.readouterr()
    assert "step 3" in shown.out
    assert shown.err == "error: [Errno 28] No space left on device\n"


def test_a_value_near_its_cap_is_flagged_and_explained():
    near = format_evaluation(made := evaluation(record(value=3.9, cap=3.912, error=0.01)), made.entries)
    assert "3.9*" in near
    assert "must not be ranked" in " ".join(near.split())
    far = format_evaluation(made := evaluation(record(value=2.0, cap=3.912)), made.entries)
    assert "*" not in far


def test_printed_targets_stand_beside_ours_or_at_the_end():
    targets = (
        Target(metric="mutual_information", value=3.84, where="Table 1, VAE"),
        Target(metric="kl", value=9.98, where="Table 1, VAE"),
    )
    made = evaluation(record(), targets=targets)
    rows = format_evaluation(made, made.entries).splitlines()
    place = next(number for number, row in enumerate(rows) if row.startswith("mutual_information"))
    assert rows[place + 2].strip() == "printed: 3.84 (Table 1, VAE)"
    end = rows.index("printed in the paper, not measured here")
    assert rows[end + 1].strip() == "kl: 9.98 (Table 1, VAE)"


def test_long_names_and_reasons_stay_within_the_width():
    made = evaluation(
        record(name=f"{'long_' * 12}name_squared_units", value=-1.23456789e-100, cap=1e9, error=1e-9, samples=10**7),
        reasons=("word " * 40,),
    )
    rows = format_evaluation(made, made.entries).splitlines()
    assert max(map(len, rows)) <= WIDTH


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--metrics", "elbo,fid"], "--metrics must be of elbo, test-priors"),
        (["--samples", "1"], "samples must"),
        (["--seed", "-1"], "seed must"),
        (["--best"], "must hold best weights"),
        (["--k", "0"], "--k: must be at least 1, got 0"),
        (["--split", "noise"], "--split: invalid choice: 'noise'"),
        (["--device", "cuda"], "--device must be cpu, or cuda where torch finds a GPU, got 'cuda'"),
        (["--format", "md"], "--format must be left out for a run"),
    ],
)
def test_a_wrong_option_is_one_line_and_status_2(run, capsys, monkeypatch, options, said):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    try:
        status = evaluate.main([str(run), *options])
    except SystemExit as error:
        status = error.code
    assert status == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: ")
    assert said in errors
    assert errors.count("\n") == 1
    assert not (run / EVALUATION).exists()


@pytest.mark.parametrize("broken", ["missing", "empty", "config", "checkpoints"])
def test_a_folder_that_is_no_run_is_one_line_and_status_2(run, tmp_path, capsys, broken):
    folder = run
    if broken == "missing":
        folder = tmp_path / "nothing"
    elif broken == "empty":
        folder = tmp_path / "empty"
        folder.mkdir()
    elif broken == "config":
        (run / "config.json").write_text("{", encoding="utf-8")
    else:
        shutil.rmtree(run / "checkpoints")
    assert evaluate.main([str(folder)]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: ")
    assert str(folder) in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("several", [1, 7])
def test_a_folder_of_runs_names_the_runs_below_it(run, tmp_path, capsys, several):
    for number in range(1, several):
        shutil.copytree(run, tmp_path / f"{run.name}-{number}")
    assert evaluate.main([str(tmp_path)]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"error: {tmp_path} is no folder of a run but holds some; name one of {run.name}")
    assert errors.count("\n") == 1
    assert ("-1, " in errors) == ("and 2 more" in errors) == (several > 1)
    assert compare.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == errors


def test_a_damaged_evaluation_is_named_and_left_as_it_is(run, capsys):
    path = run / EVALUATION
    path.write_text("{}", encoding="utf-8")
    assert evaluate.main([str(run), *FEW]) == 2
    errors = capsys.readouterr().err
    assert str(path) in errors
    assert "made anew" in errors
    assert path.read_text(encoding="utf-8") == "{}"
    with pytest.raises(InvalidInputError, match=r"schema"):
        read_evaluation(run)


def test_a_damaged_record_of_a_run_is_named_by_every_command_that_reads_it(run, capsys):
    path = run / "record.json"
    path.write_bytes(path.read_bytes()[:200])
    for command, words in ((evaluate, [str(run), *FEW]), (compare, [str(run)]), (train, ["--resume", str(run)])):
        assert command.main(words) == 2
        errors = capsys.readouterr().err
        assert errors.startswith(f"error: {path} is no JSON")
        assert f"move {path} away" in errors
        assert errors.count("\n") == 1


def test_the_list_of_metrics_fits_and_needs_no_run(capsys):
    assert evaluate.main(["--list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == list(METRICS)
    assert max(map(len, rows)) <= WIDTH
    assert evaluate.main([]) == 2
    assert "RUN_DIR" in capsys.readouterr().err
