"""A run read from its folder is the run that was trained: same losses bit for bit, last or best weights."""

import pytest
import torch

from vae_models import train
from vae_models.checkpoint import find_checkpoint
from vae_models.config import DataConfig
from vae_models.data.sources import load
from vae_models.objective import Batch
from vae_models.runs import load_run
from vae_models.two_stage import sample_two_stages
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


def test_codes_of_a_run_are_data_whose_batches_are_draws_of_its_posterior(tmp_path):
    folder = trained(tmp_path)
    run = load_run(folder)
    found = load(DataConfig(source="codes", path=str(folder)), tmp_path)
    index = torch.arange(9)
    with torch.no_grad():
        posterior = run.model.encoder(run.data.test.all()[index])
    assert torch.equal(found.test.labels, run.data.test.labels)
    torch.testing.assert_close(found.test.all()[index], posterior.mean)
    first = found.test.take(index, dtype=torch.float32, generator=torch.Generator().manual_seed(3))
    noise = torch.randn(9, 2, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(first, posterior.mean + torch.exp(posterior.log_variance / 2) * noise)


def test_a_second_stage_is_trained_on_the_codes_of_a_first(tmp_path):
    first = trained(tmp_path / "first")
    words = ["digits-arelbo-second-stage", "--path", str(first), "--latent-dim", "2", "--steps", "30"]
    assert train.main([*words, "--threads", "1", "--device", "cpu", "--out", str(tmp_path / "second")]) == 0
    (folder,) = (tmp_path / "second").iterdir()
    second = load_run(folder)
    assert second.data.train.shape == (2,)
    codes, images = sample_two_stages(load_run(first).model, second.model, 5)
    assert codes.shape == (5, 2)
    assert images.shape == (5, 1, 8, 8)


def test_codes_are_refused_without_a_run_and_where_they_are_no_gaussians(tmp_path, capsys):
    words = ["digits-arelbo-second-stage", "--steps", "1", "--threads", "1", "--out", str(tmp_path)]
    assert train.main(words) == 2
    assert "path must name a file or folder for the source codes" in capsys.readouterr().err
    kinds = {"mixture": ["--prior", "classes", "--objective", "mixture-elbo"], "flow": []}
    for kind, others in kinds.items():
        words = ["digits", "--posterior", kind, *others, "--steps", "1", "--threads", "1", "--device", "cpu"]
        assert train.main([*words, "--out", str(tmp_path / kind)]) == 0
        (folder,) = (tmp_path / kind).iterdir()
        with pytest.raises(InvalidInputError, match=f"must be one Gaussian for its codes to be data, got {kind}$"):
            load_run(folder).codes()
