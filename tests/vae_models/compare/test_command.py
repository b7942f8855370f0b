"""The command: a run of a preset set beside the theory, its record and its lines of 80 columns."""

import math

import numpy as np
import pytest
import torch

from tests.vae_models.compare.models import BITS
from vae_models import train
from vae_models.compare import __main__ as compare
from vae_models.compare.finite import finite_distance
from vae_models.compare.records import Comparison, Number, at_least_zero, difference
from vae_models.compare.report import WIDTH, render, show
from vae_models.compare.run import compare_run
from vae_models.runs import load_run
from variational.errors import InvalidInputError

# torch.func.jvp compiles its decompositions with torch.jit.script, which warns of itself in torch 2.13
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
SHORT = ["--epochs", "1", "--threads", "1"]


def folder_of(preset, tmp_path, *fields):
    assert train.main([preset, "--out", str(tmp_path), *SHORT, *fields]) == 0
    (folder,) = tmp_path.glob(f"{preset}-seed*")
    return folder


def test_the_synthetic_run_has_a_distance_from_its_exact_optimum(tmp_path, capsys):
    folder = folder_of("ncvae-synthetic", tmp_path, "--count", "300", "--batch-size", "128")
    capsys.readouterr()
    assert compare.main([str(folder), "--examples", "200"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines()[:-1])) <= WIDTH
    record = Comparison.from_text((folder / "comparison.json").read_text(encoding="utf-8"))
    assert shown.startswith(render(record))
    assert record.distance.optimum_lower.value < record.distance.optimum_upper.value < 1e-3  # laws far apart
    assert record.distance.gap.value > 0.05  # after one epoch
    assert record.distance.total_upper.basis == "sampled"
    assert {"ncvae:information", "ncvae:thm7.corrected", "ncvae:thm7"} < {row.claim for row in record.rows}


def test_a_run_without_known_optimum_says_why(tmp_path, capsys):
    folder = folder_of("digits-ncvae-gn", tmp_path, "--train-size", "64")
    capsys.readouterr()
    target = tmp_path / "record.json"
    assert compare.main([str(folder), "--examples", "64", "--out", str(target)]) == 0
    assert "none: objective must have no contrastive part" in capsys.readouterr().out
    record = Comparison.from_text(target.read_text(encoding="utf-8"))
    assert record.distance is None
    assert record.rows


def test_a_model_whose_codes_are_moved_by_a_flow_meets_the_theorems_on_any_encoder(tmp_path, capsys):
    words = ["--posterior", "flow", "--latent-dim", "2", "--train-size", "64"]
    folder = folder_of("digits", tmp_path, *words)
    capsys.readouterr()
    assert compare.main([str(folder), "--examples", "64"]) == 0
    assert "none: q(z|x) is moved by a flow" in " ".join(capsys.readouterr().out.split())
    record = Comparison.from_text((folder / "comparison.json").read_text(encoding="utf-8"))
    found = {row.claim: row for row in record.rows}
    assert {"arelbo:thm1.A3", "arelbo:thm1.A2", "arelbo:D1.cap", "ncvae:eq1.corrected"} <= found.keys()
    assert "arelbo:eq5.limit" not in found  # at the mean of z, which is not known
    for row in record.rows:
        assert row.premise not in {"any encoder", "any encoder and decoder"} or row.finding != "fails", row


def test_a_model_with_classes_meets_the_theorems_on_its_codes_and_its_decoder(tmp_path, capsys):
    folder = folder_of("illidvae-toy", tmp_path, "--count", "300")
    capsys.readouterr()
    assert compare.main([str(folder), "--examples", "64"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "none: the loss of a model with classes" in shown
    assert "variational.check arelbo ncvae illidvae judges" in shown
    rows = {row.claim: row for row in Comparison.from_text((folder / "comparison.json").read_text("utf-8")).rows}
    assert rows.keys() == {"arelbo:thm1.A3", "arelbo:D1.cap", "ncvae:eq1.corrected", "illidvae:thm3.4"}
    assert rows["arelbo:D1.cap"].bound.value == pytest.approx(math.log(64))
    assert {row.finding for row in rows.values()} == {"holds"}
    assert rows["illidvae:thm3.4"].bound.value > 0


def test_a_folder_that_is_no_run_is_refused_in_one_line(tmp_path, capsys):
    assert compare.main([str(tmp_path)]) != 0
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1


def test_numbers_show_the_second_digit_of_their_error():
    def sampled(value, error):
        return Number(value=value, basis="sampled", rests_on="draws", error=error)

    assert show(sampled(1.23456, 0.0123)) == "1.235 ± 0.012"
    assert show(sampled(123.456, 4.6)) == "123.5 ± 4.6"
    assert show(Number(value=0.123456, basis="proved", rests_on="")) == "0.12346"


def test_a_difference_is_as_weak_as_its_weaker_side():
    exact = Number(value=1.0, basis="proved", rests_on="a")
    drawn = Number(value=3.0, basis="sampled", rests_on="b", error=0.5)
    found = difference(exact, drawn, rests_on="c")
    assert (found.value, found.basis, found.error) == (-2.0, "sampled", 0.5)
    assert difference(drawn, drawn, rests_on="c").error == 1.0
    assert at_least_zero(found).value == -2.0
    assert at_least_zero(difference(exact, exact, rests_on="c")).value == 0.0


@pytest.mark.parametrize(("basis", "error"), [("sampled", None), ("proved", 0.1), ("sampled", -0.1)])
def test_only_what_is_sampled_has_an_error(basis, error):
    with pytest.raises(InvalidInputError, match=r"^error must"):
        Number(value=0.0, basis=basis, rests_on="", error=error)


def four_points(path, *, shares=(8, 2, 2, 8), noise=(2, 6, 8, 4)):
    """Write binary data of four different x, and noise with the same x in other shares."""
    arrays = {
        name: np.repeat(BITS.numpy(), 5 * np.array(counts), axis=0)
        for name, counts in (("train", shares), ("noise", noise))
    }
    np.savez(path, **arrays)
    return path


FINITE = ["--source", "array", "--latent-dim", "1", "--likelihood", "bernoulli", "--encoder.widths", "8"]


@pytest.mark.parametrize(
    "words",
    [
        ["--objective", "nc-vae", "--objective.noise", "data", "--beta", "1.5", "--delta", "1"],
        ["--objective", "elbo", "--beta", "2"],
    ],
    ids=["nc-vae", "beta-vae"],
)
def test_a_run_on_few_different_x_has_a_distance_that_rests_on_no_draw(tmp_path, capsys, words):
    path = four_points(tmp_path / "four.npz")
    folder = folder_of("digits", tmp_path / "out", *FINITE, "--path", str(path), *words)
    capsys.readouterr()
    assert compare.main([str(folder)]) == 0
    assert "4 x with their probabilities" in capsys.readouterr().out
    distance = Comparison.from_text((folder / "comparison.json").read_text(encoding="utf-8")).distance
    numbers = (distance.encoder_lower, distance.encoder_upper, distance.optimum_lower, distance.gap_upper)
    assert {number.basis for number in numbers} == {"proved"}
    run = load_run(folder)
    shares = torch.tensor([0.4, 0.1, 0.1, 0.4])
    noise = torch.tensor([0.1, 0.3, 0.4, 0.2]) if "nc-vae" in words else None
    expected = finite_distance(run.model, run.objective, BITS, shares, noise=noise, draws=2)
    assert (distance.gap_lower.value, distance.gap_upper.value) == pytest.approx(
        (expected.gap_lower.value, expected.gap_upper.value), abs=1e-6
    )


def test_below_beta_one_few_x_are_met_with_draws(tmp_path, capsys):
    path = four_points(tmp_path / "four.npz")
    folder = folder_of("digits", tmp_path / "out", *FINITE, "--path", str(path), "--objective", "elbo", "--beta", "0.5")
    capsys.readouterr()
    assert compare.main([str(folder)]) == 0
    assert "x: mass 1/100 on each of 100 examples" in capsys.readouterr().out


def test_the_best_weights_are_compared_where_they_are_asked_for(tmp_path, capsys):
    words = ["--train-size", "64", "--stop-after", "3", "--learning-rate", "0.1", "--epochs", "40"]
    folder = folder_of("digits", tmp_path, *words)
    found = {}
    for option in ([], ["--best"]):
        assert compare.main([str(folder), "--examples", "64", *option]) == 0
        record = Comparison.from_text((folder / "comparison.json").read_text(encoding="utf-8"))
        found[bool(option)] = record
        run = load_run(folder, best=bool(option))
        assert record.step == run.step
        assert record.rows == compare_run(run, count=64).rows
    assert found[True].step < found[False].step
    assert found[True].rows != found[False].rows
    assert f", step {found[True].step}\n" in capsys.readouterr().out


def test_best_weights_that_are_not_there_are_refused_in_one_line(tmp_path, capsys):
    folder = folder_of("digits", tmp_path, "--train-size", "64")
    capsys.readouterr()
    assert compare.main([str(folder), "--best"]) == 2
    message = capsys.readouterr().err
    assert "must hold best weights" in message
    assert message.count("\n") == 1
