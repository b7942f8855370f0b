"""The command train as a user meets it: statuses, signals, kill -9, resuming, the lock, wrong command lines."""

import dataclasses
import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from vae_models import train
from vae_models.builders.run import build
from vae_models.command_line import read_config
from vae_models.records import RunRecord, read_log
from vae_models.session import RECORD

torch.set_num_threads(1)
ROOT = Path(__file__).resolve().parents[2]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
FAST = ["--threads", "1", "--device", "cpu"]


def hidden(width):
    return ["--model.encoder.widths", str(width), "--model.decoder.widths", str(width)]


def run_folder(out):
    (found,) = out.iterdir()
    return found


def last_weights(folder):
    path = max(folder.glob("checkpoints/step-*"))
    return path.name, load_file(path / "weights.safetensors")


def assert_same_run(first, second):
    """Same weights bit for bit, and the same log but for the times."""
    (name, weights), (other_name, other_weights) = last_weights(first), last_weights(second)
    assert name == other_name
    for key, tensor in weights.items():
        torch.testing.assert_close(other_weights[key], tensor, rtol=0, atol=0, msg=key)
    lines = [
        [
            dataclasses.replace(record, seconds=0.0, examples_per_second=0.0)
            for record in read_log(folder / "metrics.jsonl")
        ]
        for folder in (first, second)
    ]
    assert lines[0] == lines[1]


def forked(words):
    """Start the command in a process that need not load torch again."""
    child = os.fork()
    if child:
        return child
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    status = 99
    try:
        status = train.main(words)
    finally:
        os._exit(status)


def status_of(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def wait_for(path, *, seconds=60):
    limit = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < limit, f"{path} did not appear"
        time.sleep(0.005)


def test_a_run_leaves_its_configuration_log_record_and_checkpoint(tmp_path, capsys):
    assert train.main(["digits", "--out", str(tmp_path), "--epochs", "2", *hidden(8), *FAST]) == 0
    folder = run_folder(tmp_path)
    config = read_config(folder / "config.json")
    assert folder.name == config.folder_name
    assert (config.epochs, config.model.encoder.widths, config.machine.threads) == (2, (8,), 1)
    record = RunRecord.from_text((folder / RECORD).read_text(encoding="utf-8"))
    assert (record.outcome, record.step, record.config) == ("done", 40, config.to_json())
    assert record.parameters == sum(tensor.numel() for tensor in last_weights(folder)[1].values())
    captured = capsys.readouterr()
    assert str(folder) in captured.out
    assert train.main(["--resume", str(folder)]) == 0
    assert "is finished" in capsys.readouterr().err


@needs_fork
def test_kill_at_ten_random_moments_then_resume_gives_the_same_weights(tmp_path):
    fields = ["--epochs", "50", "--evaluate-every", "1.5", "--halve-after", "3", "--max-halvings", "99"]
    fields += ["--checkpoint-every", "9", "--log-every", "7", *hidden(16), *FAST]
    start = time.monotonic()
    assert status_of(forked(["digits", "--out", str(tmp_path / "whole"), *fields])) == 0
    seconds = time.monotonic() - start
    moments = random.Random(0)
    killed = 0
    words = ["digits", "--out", str(tmp_path / "killed"), *fields]
    for _ in range(10):
        child = forked(words)
        time.sleep(moments.uniform(0.05, 0.25) * seconds)
        os.kill(child, signal.SIGKILL)
        killed += status_of(child) == -signal.SIGKILL
        folders = list((tmp_path / "killed").glob("digits-*"))
        if folders and (folders[0] / "config.json").exists():
            words = ["--resume", str(folders[0])]
    assert killed >= 5  # the later ones may come after the end
    assert status_of(forked(words)) == 0
    assert_same_run(run_folder(tmp_path / "whole"), run_folder(tmp_path / "killed"))


@needs_fork
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_after_a_checkpoint_and_it_goes_on(number, tmp_path):
    fields = ["--epochs", "30", *hidden(16), "--log-every", "3", *FAST]
    assert status_of(forked(["digits", "--out", str(tmp_path / "whole"), *fields])) == 0
    child = forked(["digits", "--out", str(tmp_path / "stopped"), *fields, "--checkpoint-every", "5"])
    folder = tmp_path / "stopped" / run_folder(tmp_path / "whole").name
    wait_for(folder / "checkpoints" / "step-0000000005")
    os.kill(child, number)
    assert status_of(child) == 130
    record = RunRecord.from_text((folder / RECORD).read_text(encoding="utf-8"))
    assert record.outcome == "interrupted"
    assert last_weights(folder)[0] == f"step-{record.step:010d}"
    assert status_of(forked(["--resume", str(folder)])) == 0
    assert_same_run(run_folder(tmp_path / "whole"), folder)


@needs_fork
def test_two_runs_cannot_share_a_folder(tmp_path, capsys):
    child = forked(["digits", "--out", str(tmp_path), "--epochs", "100000", *FAST, "--checkpoint-every", "5"])
    try:
        while not list(tmp_path.glob("*/checkpoints/step-*")):
            time.sleep(0.01)
        assert train.main(["--resume", str(run_folder(tmp_path))]) == 1
        assert f"in use by process {child}" in capsys.readouterr().err
    finally:
        os.kill(child, signal.SIGTERM)
        assert status_of(child) == 130


def test_a_damaged_checkpoint_is_named_and_the_one_before_it_used(tmp_path, capsys):
    fields = ["--epochs", "4", *hidden(8), "--checkpoint-every", "30", *FAST]
    for name in ("whole", "damaged"):
        assert train.main(["digits", "--out", str(tmp_path / name), *fields]) == 0
    folder = run_folder(tmp_path / "damaged")
    (folder / RECORD).unlink()
    damaged = max(folder.glob("checkpoints/step-*")) / "weights.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:100])
    capsys.readouterr()
    assert train.main(["--resume", str(folder)]) == 0
    assert f"warning: {damaged} is cut off or altered" in capsys.readouterr().err
    assert_same_run(run_folder(tmp_path / "whole"), folder)
    for path in folder.glob("checkpoints/step-*/checkpoint.json"):
        path.write_text("{}", encoding="utf-8")
    (folder / RECORD).unlink()
    assert train.main(["--resume", str(folder)]) == 1
    assert "no checkpoint can be used" in capsys.readouterr().err


def test_a_run_can_be_made_longer(tmp_path):
    assert train.main(["digits", "--out", str(tmp_path / "a"), "--epochs", "4", "--log-every", "20", *FAST]) == 0
    assert train.main(["digits", "--out", str(tmp_path / "b"), "--epochs", "2", "--log-every", "20", *FAST]) == 0
    folder = run_folder(tmp_path / "b")
    assert train.main(["--resume", str(folder), "--epochs", "4"]) == 0
    assert_same_run(run_folder(tmp_path / "a"), folder)
    assert train.main(["--resume", str(folder), "--steps", "85"]) == 0
    assert last_weights(folder)[0] == "step-0000000085"


class BadLoss:
    """An objective that breaks at the second step."""

    def __init__(self, objective):
        self.objective = objective

    def __call__(self, model, batch):
        terms = self.objective(model, batch)
        return dataclasses.replace(terms, loss=terms.loss * float("nan")) if batch.step == 1 else terms


@pytest.mark.parametrize(
    ("length", "message"),
    [("5", "must give at least the 20 steps taken already, got 5"), ("9", "weight of kl must settle")],
)
def test_a_length_that_is_refused_leaves_the_run_as_it_was(length, message, tmp_path, capsys):
    ramp = ["--beta", "linear", "--beta.steps", "10"] if length == "9" else []
    assert train.main(["digits", "--out", str(tmp_path), "--steps", "20", *ramp, *hidden(8), *FAST]) == 0
    folder = run_folder(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.glob("*.json*")}
    assert train.main(["--resume", str(folder), "--steps", length, *FAST]) == 2
    assert message in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.glob("*.json*")} == before


def test_a_bad_loss_is_a_failed_run(tmp_path, monkeypatch, capsys):
    def bad(config, data):
        model, objective = build(config, data)
        return model, BadLoss(objective)

    monkeypatch.setattr("vae_models.session.build", bad)
    assert train.main(["digits", "--out", str(tmp_path), *FAST]) == 1
    assert "the loss of step 1 is nan" in capsys.readouterr().err
    folder = run_folder(tmp_path)
    record = RunRecord.from_text((folder / RECORD).read_text(encoding="utf-8"))
    assert (record.outcome, record.step) == ("non-finite loss", 1)
    assert (folder / "non-finite-rank0" / "about.json").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name a PRESET first"),
        (["nothing", "--out", "{out}"], "preset must be one of the"),
        (["digits"], "--out must name a folder"),
        (["digits", "--out", "{out}", "--beta", "nan"], "beta must be at least 0"),
        (["digits", "--out", "{out}", "--batch-size", "5000"], "batch_size must"),
        (["digits", "--out", "{out}", "--source", "nothing"], "source must be one of"),
        (["digits", "--out", "{out}", "--preset", "other"], "preset must be left as it is"),
        (["digits", "--out", "{out}", "--no-such-field", "1"], "no-such-field"),
        (["digits", "--out", "{out}", "--seed", "one"], "--seed"),
        (["digits", "--out", "{out}", "--device", "tpu"], "--machine.device"),
        (["--resume", "{out}/none"], "no folder of a run"),
    ],
)
def test_a_wrong_command_line_is_refused_with_status_2(words, message, tmp_path, capsys):
    words = [word.replace("{out}", str(tmp_path)) for word in words]
    try:
        status = train.main([*words, "--threads", "1"] if words else [])
    except SystemExit as error:
        status = error.code
    assert status == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["digits", "--out", "{out}", "--epochs", "1", *hidden(8)], "holds this run already"),
        (["--resume", "{run}", "--learning-rate", "1.0"], "other optimiser"),
        (["--resume", "{run}", "--out", "{out}/elsewhere"], "--out must be left out"),
        (["other", "--resume", "{run}"], "PRESET must be digits"),
    ],
)
def test_what_does_not_fit_a_run_that_is_there_is_refused(words, message, tmp_path, capsys):
    assert train.main(["digits", "--out", str(tmp_path), "--epochs", "1", *hidden(8), *FAST]) == 0
    words = [word.replace("{out}", str(tmp_path)).replace("{run}", str(run_folder(tmp_path))) for word in words]
    assert train.main([*words, *FAST]) == 2
    assert message in capsys.readouterr().err


def test_a_command_that_is_told_can_be_typed_with_a_folder_of_any_name(tmp_path, capsys):
    words = ["digits", "--out", str(tmp_path / "my runs"), "--steps", "1", *hidden(8), *FAST]
    assert train.main(words) == 0
    capsys.readouterr()
    assert train.main(words) == 2
    told = shlex.split(capsys.readouterr().err.rpartition("vae_models.train ")[2])
    assert told == ["--resume", str(run_folder(tmp_path / "my runs"))]
    assert train.main(told) == 0


def test_a_missing_data_set_is_a_failed_run_with_the_command_to_fetch_it(tmp_path, capsys):
    words = ["digits", "--source", "mnist", "--data-dir", str(tmp_path), "--out", str(tmp_path / "out"), *FAST]
    assert train.main(words) == 1
    assert f"python -m vae_models.fetch mnist --data-dir {tmp_path}" in capsys.readouterr().err


def test_listing_and_help_load_no_torch():
    code = "import sys; from vae_models import train; train.main(sys.argv[1:]); sys.exit('torch' in sys.modules)"
    for words in (["--list"], ["digits", "--list"], ["--help"]):
        command = [sys.executable, "-c", code, *words]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        assert "PRESET" in finished.stdout or "digits" in finished.stdout


def test_help_of_a_preset_lists_its_fields(capsys):
    with pytest.raises(SystemExit) as caught:
        train.main(["digits", "--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    for field in ("--optimiser.learning-rate", "--model.latent-dim", "--objective.beta", "--plateau.halve-after"):
        assert field in shown


def forked_as_by_torchrun(words):
    """Start the command in two processes with the environment that torchrun gives them; return their statuses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    world = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    children = []
    for rank in ("0", "1"):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**world, "RANK": rank, "LOCAL_RANK": rank}.items():
                patch.setenv(name, value)
            children.append(forked(words))
    return [status_of(child) for child in children]


@needs_fork
@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch was built without distributed")
def test_two_processes_divide_each_batch_and_go_on_bit_for_bit(tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    fields = ["--binarisation", "real", *hidden(8), *FAST]
    begin = ["-m", "vae_models.train", "digits", "--out", str(tmp_path / "halves"), "--steps", "15", *fields]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*torchrun, *begin], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    halves = run_folder(tmp_path / "halves")
    assert forked_as_by_torchrun(["--resume", str(halves), "--steps", "30"]) == [0, 0]
    assert forked_as_by_torchrun(["digits", "--out", str(tmp_path / "whole"), "--steps", "30", *fields]) == [0, 0]
    whole = run_folder(tmp_path / "whole")
    assert last_weights(whole)[0] == last_weights(halves)[0] == "step-0000000030"
    for name, tensor in last_weights(whole)[1].items():
        torch.testing.assert_close(last_weights(halves)[1][name], tensor, rtol=0, atol=0)
    for folder in (whole, halves):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        assert record["machine"]["processes"] == "2"
