"""A run read from its folder is the run that was trained: same losses bit for bit, last or best weights."""

import pytest
import torch

from vae_models import train
from vae_models.checkpoint import find_checkpoint
from vae_models.objective import Batch
from vae_models.runs import load_run
from variational.errors import InvalidInputError

WORDS = ["digits", "--epochs", "2", "--encoder.widths", "4", "--decoder.widths", "4", "--latent-dim", "2"]
WORDS += ["--objective", "info-vae", "--divergence", "adversarial", "--divergence.width", "4", "--threads", "1"]


def trained(out, *words):
    assert train.main([*WORDS, "--device", "cpu", "--out", str(out), *words]) == 0
    (folder,) = out.iterdir()
    return folder


def test_the_weights_are_the_last_ones_and_the_loss_is_repeated(tmp_path):
    folder = trained(tmp_path)
    first, second = load_run(folder), load_run(folder)
    assert first.step == first.record.step == 40
    assert not first.model.training
    state = find_checkpoint(folder / "checkpoints", identity=first.config.trajectory).state
    for name, module in (("model", first.model), ("objective", first.objective)):
        assert module.state_dict().keys() == state[name].keys()
        assert state[name]
        for key, tensor in module.state_dict().items():
            torch.testing.assert_close(tensor, state[name][key], rtol=0, atol=0)
    losses = []
    for run in (first, second):
        data = run.data.validation.all()
        generator = torch.Generator().manual_seed(0)
        batch = Batch(data=data, index=torch.arange(len(data)), step=run.step, generator=generator)
        losses.append(run.objective(run.model, batch).loss)
    torch.testing.assert_close(losses[0], losses[1], rtol=0, atol=0)


def test_the_best_weights_are_those_of_the_best_evaluation(tmp_path):
    folder = trained(tmp_path, "--stop-after", "2", "--epochs", "9", "--learning-rate", "0.5")
    last, best = load_run(folder), load_run(folder, best=True)
    assert best.step == last.record.best_step < last.step
    weights = zip(last.model.parameters(), best.model.parameters(), strict=True)
    assert any(not torch.equal(one, other) for one, other in weights)


def test_a_folder_without_what_is_asked_for_is_refused_by_name(tmp_path):
    with pytest.raises(InvalidInputError, match="no folder of a run"):
        load_run(tmp_path)
    folder = trained(tmp_path / "out")
    with pytest.raises(InvalidInputError, match="must hold best weights"):
        load_run(folder, best=True)
    for path in (folder / "checkpoints").iterdir():
        path.rename(folder / path.name)
    with pytest.raises(InvalidInputError, match="must hold a checkpoint"):
        load_run(folder)
