"""The command: a run of a preset set beside the theory, its record and its lines of 80 columns."""

import math

import pytest

from vae_models import train
from vae_models.compare import __main__ as compare
from vae_models.compare.records import Comparison, Number, at_least_zero, difference
from vae_models.compare.report import WIDTH, render, show
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
    assert {"ncvae:information", "ncvae:thm7.corrected"} < {row.claim for row in record.rows}


def test_a_run_without_known_optimum_says_why(tmp_path, capsys):
    folder = folder_of("digits-ncvae-gn", tmp_path, "--train-size", "64")
    capsys.readouterr()
    target = tmp_path / "record.json"
    assert compare.main([str(folder), "--examples", "64", "--out", str(target)]) == 0
    assert "none: objective must have no contrastive part" in capsys.readouterr().out
    record = Comparison.from_text(target.read_text(encoding="utf-8"))
    assert record.distance is None
    assert record.rows


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
