"""Sentences from training to evaluation: numbers are those of each sentence by itself, whatever padding follows it."""

import pytest
import torch

from vae_models import evaluate, train
from vae_models.builders.run import build
from vae_models.data.text import END, PADDING
from vae_models.evaluation_records import read_evaluation
from vae_models.evaluation_table import WIDTH
from vae_models.metrics.codes import infer
from vae_models.metrics.likelihood import elbo_parts, importance_weighted_nll
from vae_models.metrics.suite import METRICS
from vae_models.runs import load_run
from vae_models.seeds import derived_seed

WORDS = ("a", "small", "old", "red", "cat", "sees", "the", "tree")
NETWORKS = ["--encoder.hidden", "12", "--encoder.embedding", "8", "--decoder.hidden", "12", "--decoder.embedding", "8"]
SIZES = ["--latent-dim", "3", "--epochs", "3", "--threads", "1", "--device", "cpu"]
ROUNDING = 1e-4  # of sums over a sentence in single precision, in other orders


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "sentences.txt"
    draws = torch.Generator().manual_seed(0)
    lengths = torch.randint(1, 9, (300,), generator=draws).tolist()
    rows = [torch.randint(len(WORDS), (length,), generator=draws).tolist() for length in lengths]
    path.write_text("\n".join(" ".join(WORDS[word] for word in row) for row in rows), encoding="utf-8")
    return path


def trained(corpus, out, *words, preset="ncvae-yahoo-beta-vae"):
    assert train.main([preset, "--source", "text", "--path", str(corpus), *SIZES, *words, "--out", str(out)]) == 0
    (folder,) = out.iterdir()
    return folder


@pytest.fixture(scope="module")
def folder(corpus, tmp_path_factory):
    return trained(corpus, tmp_path_factory.mktemp("runs"), *NETWORKS, preset="ncvae-yahoo")


def records(folder, *words):
    assert evaluate.main([str(folder), "--k", "4", "--samples", "20", *words]) == 0
    return {(entry.metric, each.name): each for entry in read_evaluation(folder).entries for each in entry.records}


def test_every_metric_of_sentences_gives_numbers_or_says_why_not(folder, capsys):
    found = records(folder)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= WIDTH
    entries = read_evaluation(folder).entries
    assert {entry.metric for entry in entries} == set(METRICS)
    assert all(entry.records or entry.reasons for entry in entries)
    measured = {metric for metric, _ in found}
    assert measured >= {"elbo", "test-priors", "rate", "information", "active-units", "iw-nll", "mmd", "log-det"}
    assert ("elbo", "squared_error_squared_units") not in found  # tokens have no mean
    assert "x are tokens" in " ".join(printed.split("not measured")[1].split())


def test_the_reconstruction_is_the_mean_over_sentences_of_the_sum_over_their_tokens(folder):
    found = records(folder, "--metrics", "elbo", "--batch-size", "7")
    run = load_run(folder)
    x = run.data.test.all()
    latent = infer(run.model, x, batch_size=100).sample(
        generator=torch.Generator().manual_seed(derived_seed(0, "elbo"))
    )
    each = []
    for sentence, z in zip(x, latent, strict=True):
        (end,) = (sentence == END).nonzero()
        assert (sentence[int(end) + 1 :] == PADDING).all()
        with torch.no_grad():
            scores = run.model.decoder(z[None], sentence[None])[0].double().log_softmax(dim=1)
        each.append(-sum(scores[place, sentence[place]] for place in range(1, int(end) + 1)))
    record = found["elbo", "reconstruction"]
    assert len({int((sentence == PADDING).sum()) for sentence in x}) > 3  # there is something to be left out
    assert record.samples == len(x)
    assert record.value == pytest.approx(float(torch.stack(each).mean()), abs=ROUNDING)
    total = found["elbo", "kl"].value + record.value
    assert found["elbo", "negative_elbo"].value == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("more", [1, 5])
def test_more_padding_changes_no_number(folder, more):
    run = load_run(folder)
    x = run.data.test.all()
    wide = run.data.map(
        lambda _, part: part.map(lambda tokens: torch.nn.functional.pad(tokens, (0, more), value=PADDING))
    )
    model, _ = build(run.config, wide)
    model.load_state_dict(run.model.state_dict())  # no weight knows of the length
    for estimate, options in ((elbo_parts, {}), (importance_weighted_nll, {"k": 3})):
        both = [
            estimate(each, data, split="test", generator=torch.Generator().manual_seed(0), **options)
            for each, data in ((run.model, x), (model.eval(), wide.test.all()))
        ]
        first, second = (found if isinstance(found, tuple) else (found,) for found in both)
        assert [record.value for record in first] == pytest.approx([record.value for record in second], abs=ROUNDING)


def test_no_number_depends_on_which_sentences_are_decoded_together(folder):
    first, second = (records(folder, "--metrics", "elbo,rate", "--batch-size", size) for size in ("1", "300"))
    assert first.keys() == second.keys() != set()
    for key, record in first.items():
        assert record.value == pytest.approx(second[key].value, abs=ROUNDING)


@pytest.mark.parametrize(
    "words",
    [
        ["--inference", "refinement", "--inference.steps", "2"],
        ["--decoder", "lidsvae", "--decoder.hidden", "5", "--decoder.widths", "20"],
        ["--posterior", "mixture", "--prior", "classes", "--objective", "mixture-elbo"],
    ],
    ids=["svi", "lidsvae", "classes"],
)
def test_other_compositions_of_sentences_are_measured(corpus, tmp_path, words):
    networks = [*NETWORKS[:4], *([] if "lidsvae" in words else NETWORKS[4:])]
    folder = trained(corpus, tmp_path, *networks, *words, "--epochs", "1")
    found = records(folder, "--metrics", "elbo,rate,information,iw-nll")
    assert {metric for metric, _ in found} == {"elbo", "rate", "information", "iw-nll"}
    assert ("refined" in found["elbo", "kl"].estimator) == ("refinement" in words)


def test_pseudo_inputs_of_tokens_are_refused_in_one_line(corpus, tmp_path, capsys):
    words = ["ncvae-yahoo-beta-vae", "--source", "text", "--path", str(corpus), *SIZES, *NETWORKS, "--prior", "vamp"]
    assert train.main([*words, "--prior.components", "5", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "error: prior must not be vamp where x are tokens, since its pseudo-inputs are trained numbers"
