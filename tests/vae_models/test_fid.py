"""A Frechet distance of a run is called FID with the published Inception weights, and with nothing else."""

import hashlib

import pytest
import torch

from tests.vae_models.networks.inception_layout import random_weights
from vae_models import evaluate, train
from vae_models.evaluation_records import EVALUATION, read_evaluation
from vae_models.metrics.frechet import frechet_distance, generate
from vae_models.metrics.subject import Options, Subject
from vae_models.networks import inception
from vae_models.runs import load_run

FEW = ["--metrics", "frechet", "--split", "validation", "--samples", "3"]
PLACES = ("prior", "slerp_half", "slerp_uniform")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    words = ["digits", "--steps", "3", "--threads", "1", "--device", "cpu", "--validation-size", "4"]
    assert train.main([*words, "--out", str(out)]) == 0
    return next(out.iterdir())


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(random_weights(), path)
    return path


def test_with_the_published_file_the_records_are_fid_of_its_features(run, weights, monkeypatch, capsys):
    monkeypatch.setattr(inception, "PUBLISHED", hashlib.sha256(weights.read_bytes()).hexdigest())
    # of sides and features as many as take seconds
    monkeypatch.setattr(inception, "SIDE", 80)
    forward = inception.Inception.forward
    monkeypatch.setattr(inception.Inception, "forward", lambda network, images: forward(network, images)[:, :64])
    assert evaluate.main([str(run), *FEW, "--inception", str(weights)]) == 0
    (entry,) = read_evaluation(run).entries
    assert [record.name for record in entry.records] == [f"fid_{place}_squared_units" for place in PLACES]
    assert all(each.estimator.startswith("Inception, published weights, 64 features; 3 ") for each in entry.records)
    assert "fid_prior" in capsys.readouterr().out
    loaded = load_run(run)
    options = Options(split="validation", samples=3)
    subject = Subject(loaded.model, loaded.objective, config=loaded.config, data=loaded.data, options=options)
    drawn = subject.prior_draws(3, purpose="frechet", dtype=torch.float32)
    made = generate(subject.model, drawn, made=subject.made, generator=subject.generator("frechet prior"))
    network = inception.load_inception(weights)
    expected = frechet_distance(network(made), network(subject.x))[0]
    assert entry.records[0].value == pytest.approx(expected, rel=1e-3)


def test_without_it_they_are_distances_of_own_features(run):
    assert evaluate.main([str(run), *FEW]) == 0
    (entry,) = read_evaluation(run).entries
    assert [record.name for record in entry.records] == [
        f"frechet_distance_own_features_{place}_squared_units" for place in PLACES
    ]


@pytest.mark.parametrize("given", ["another file", "no file"])
def test_any_other_file_is_refused_in_one_line_before_anything_is_measured(run, weights, tmp_path, capsys, given):
    (run / EVALUATION).unlink(missing_ok=True)
    path = weights if given == "another file" else tmp_path / "nothing.pth"
    assert evaluate.main([str(run), "--metrics", "elbo,frechet", "--inception", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path} ")
    assert ("must be pt_inception-2015-12-05-6726825d.pth" in said) == (given == "another file")
    assert said.count("\n") == 1
    assert not (run / EVALUATION).exists()
