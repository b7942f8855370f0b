"""The loop of a run: its log, its evaluations, halving with reload, early stopping, and what a bad loss leaves."""

import csv
import json
import math

import pytest
import torch

from tests.vae_models.tiny import Elbo, make_config, make_data, make_model
from vae_models.checkpoint import find_checkpoint, read_checkpoint
from vae_models.engine import Engine
from vae_models.errors import NonFiniteLossError
from vae_models.logs import RunLog
from vae_models.records import LogRecord, read_log
from vae_models.training import CHECKPOINTS, Training

torch.set_num_threads(1)
STEPS_PER_EPOCH = 60 // 8


def make_training(folder, config, *, objective=None, found=None, stop=bool, said=None, data=None):
    data = data or make_data()
    engine = Engine(make_model(), objective or Elbo(), data.train, config=config)
    say = (said if said is not None else []).append
    return Training(engine, data, folder=folder, found=found, stop=stop, say=say)


def scripted(losses):
    """An objective whose validation losses are given, and whose training moves the weights all the same."""
    remaining = iter(losses)

    def hook(loss, batch):
        evaluated = not loss.requires_grad
        if evaluated and batch.index[0] == 0:
            hook.value = next(remaining)
        return torch.tensor(float(hook.value)) if evaluated else loss

    return Elbo(hook)


def test_the_log_has_every_line_and_the_same_in_both_forms(tmp_path):
    training = make_training(tmp_path, make_config(epochs=3))
    result = training.run()
    records = read_log(tmp_path / "metrics.jsonl")
    assert [record.step for record in records if record.split == "train"] == [5, 10, 15, 20, 21]
    assert [record.step for record in records if record.split == "validation"] == [7, 14, 21]
    assert result.outcome == "done"
    assert result.loss == [record.loss for record in records if record.split == "train"][-1]
    assert result.plateau.best_loss == min(record.loss for record in records if record.split == "validation")
    with (tmp_path / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["loss"]) for row in rows] == [record.loss for record in records]
    assert [float(row["kl"]) for row in rows] == [record.parts["kl"] for record in records]


def test_a_term_that_comes_late_gets_its_column(tmp_path):
    log = RunLog(tmp_path, step=0)
    numbers = dict.fromkeys(("epoch", "loss", "learning_rate", "examples_per_second", "seconds"), 1.0)
    fields = {"split": "train", **numbers}
    log.add(LogRecord(step=1, parts={"kl": 1.0}, **fields))
    log.add(LogRecord(step=2, parts={"kl": 1.0, "mmd": 2.0}, **fields))
    log.close()
    with (tmp_path / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["mmd"] for row in csv.DictReader(stream)] == ["", "2.0"]
    RunLog(tmp_path, step=1)
    assert [record.step for record in read_log(tmp_path / "metrics.jsonl")] == [1]


@pytest.mark.parametrize(
    ("plateau", "losses", "outcome", "rates"),
    [
        ({}, [3, 4, 5, 6], "done", [1, 1, 1, 1]),
        ({"halve_after": 1}, [3, 4, 5, 2], "done", [1, 1, 0.5, 0.25]),
        ({"halve_after": 2}, [3, 4, 4, 4], "done", [1, 1, 1, 0.5]),
        ({"halve_after": 1, "max_halvings": 1}, [3, 4, 5, 1], "stopped early", [1, 1, 0.5]),
        ({"stop_after": 2}, [3, 4, 2, 3, 4, 1], "stopped early", [1, 1, 1, 1, 1]),
        ({"stop_after": 2}, [3, 4, 2, 3], "done", [1, 1, 1, 1]),
    ],
)
def test_evaluations_halve_the_rate_and_stop(plateau, losses, outcome, rates, tmp_path):
    config = make_config(epochs=len(losses), plateau=plateau, optimiser={"learning_rate": 0.1})
    training = make_training(tmp_path, config, objective=scripted(losses))
    assert training.run().outcome == outcome
    records = [record for record in read_log(tmp_path / "metrics.jsonl") if record.split == "validation"]
    assert [record.loss for record in records] == losses[: len(rates)]
    torch.testing.assert_close([record.learning_rate for record in records], [0.1 * rate for rate in rates])


def test_halving_loads_the_best_weights_and_forgets_the_momentum(tmp_path):
    config = make_config(epochs=2, plateau={"halve_after": 1})
    training = make_training(tmp_path, config, objective=scripted([1, 2]))
    seen = {}
    keep, rate = training._keep_best, training.engine.set_learning_rate

    def keeping():
        seen["best"] = training.engine.model.decoder.weight.detach().clone()
        keep()

    def halving(value):
        seen["loaded"] = training.engine.model.decoder.weight.detach().clone()
        rate(value)
        seen["state"] = dict(training.engine.optimiser.state)

    training._keep_best, training.engine.set_learning_rate = keeping, halving
    training.run()
    torch.testing.assert_close(seen["loaded"], seen["best"], rtol=0, atol=0)
    assert seen["state"] == {}


def final_weights(folder):
    found = find_checkpoint(folder / CHECKPOINTS, identity=make_config().trajectory)
    return found.state["model"], found


@pytest.mark.parametrize("stop_at", [1, 6, 7, 13, 14, 20])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(stop_at, tmp_path):
    config = make_config(epochs=4, plateau={"halve_after": 1}, optimiser={"learning_rate": 0.1})
    losses = [2, 3, 1, 4]

    def folder(name):
        (tmp_path / name).mkdir()
        return tmp_path / name

    whole, stopped = folder("whole"), folder("stopped")
    make_training(whole, config, objective=scripted(losses)).run()
    first = make_training(stopped, config, objective=scripted(losses))
    first._stop = lambda: first.engine.steps >= stop_at
    assert first.run().outcome == "interrupted"
    found = find_checkpoint(stopped / CHECKPOINTS, identity=config.trajectory)
    assert found.state["steps"] == stop_at
    rest = losses[stop_at // STEPS_PER_EPOCH :]
    second = make_training(stopped, config, objective=scripted(rest), found=found)
    assert second.run().outcome == "done"
    expected, got = (find_checkpoint(path / CHECKPOINTS, identity=config.trajectory).state for path in (whole, stopped))
    for name, tensor in expected["model"].items():
        torch.testing.assert_close(got["model"][name], tensor, rtol=0, atol=0)
    lines = [
        [(record.step, record.split, record.loss, record.learning_rate) for record in read_log(path / "metrics.jsonl")]
        for path in (whole, stopped)
    ]
    assert lines[0] == lines[1]


def test_checkpoints_come_as_often_as_asked(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr("vae_models.training.save_checkpoint", lambda *_, step, **__: saved.append(step))
    make_training(tmp_path, make_config(steps=20, epochs=None, machine={"checkpoint_every": 6})).run()
    assert saved == [6, 12, 18, 20]
    saved.clear()
    make_training(tmp_path, make_config(steps=20, epochs=None, machine={"checkpoint_seconds": 1e-9})).run()
    assert saved == [5, 10, 15, 20]


def test_a_bad_loss_leaves_the_batch_the_weights_and_the_draws_that_gave_it(tmp_path):
    def spoil(loss, batch):
        spoil.data = batch.data.clone()
        return loss * math.nan if batch.step == 12 else loss

    config = make_config(epochs=4)
    training = make_training(tmp_path, config, objective=Elbo(spoil), data=make_data(stochastic=True))
    with pytest.raises(NonFiniteLossError, match="step 12 is nan"):
        training.run()
    about = json.loads((tmp_path / "non-finite-rank0" / "about.json").read_text(encoding="utf-8"))
    assert about["step"] == 12
    state = read_checkpoint(tmp_path / "non-finite-rank0" / about["weights"])
    torch.testing.assert_close(state["data"], spoil.data, rtol=0, atol=0)
    assert state["index"].tolist() == about["index"]
    engine = training.engine
    torch.testing.assert_close(state["model"]["decoder.weight"], engine.model.decoder.weight, rtol=0, atol=0)
    engine.generator.set_state(state["generator"])  # the same draws again
    torch.testing.assert_close(engine.batch_of(state["index"]).data, spoil.data, rtol=0, atol=0)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_bad_validation_loss_or_term_stops_the_run(value, tmp_path):
    training = make_training(tmp_path, make_config(), objective=scripted([1, value]))
    with pytest.raises(NonFiniteLossError, match="validation loss after step 14 is not finite: loss"):
        training.run()


def test_a_run_without_validation_set_trains_to_the_end(tmp_path):
    config = make_config(epochs=2, plateau={"stop_after": 1})
    result = make_training(tmp_path, config, data=make_data(validation=False)).run()
    assert (result.outcome, result.plateau.best_step) == ("done", None)


def test_tensorboard_that_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("vae_models.logs._tensorboard", lambda _: None)
    said = []
    make_training(tmp_path, make_config(machine={"tensorboard": True}), said=said)
    assert said == ["tensorboard is not installed; its files are not written"]
