"""Tables of studies: numbers, agreement, order of rows, marks, and all formats."""

import csv
import dataclasses
import io
import json
import math
import statistics
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vae_models.tiny_study import tiny_study
from vae_models import evaluate
from vae_models.evaluation_table import split_unit
from vae_models.records import MetricRecord, Target
from vae_models.studies.formats import WIDTH, as_csv, as_latex, as_markdown, as_text
from vae_models.studies.headings import heading_of
from vae_models.studies.records import STUDY, CellRecord, StudyRecord
from vae_models.studies.registry import STUDIES, find_study
from vae_models.studies.study import Arm, Cap, above
from vae_models.studies.table import build_table, half_digit, printed_marks
from variational.errors import InvalidInputError


def value(name, number, *, cap=None, split="test"):
    return MetricRecord(name=name, value=number, estimator="by hand", split=split, samples=9, cap=cap)


def cell(arm, seed, *values, validation=(), **fields):
    identity = f"{arm}{seed}"
    settings = {"folder": identity, "identity": identity, "outcome": "done", **fields}
    return CellRecord(arm=arm.name, seed=seed, values=values, validation=validation, **settings)


def target(metric, number):
    return Target(metric=metric, value=number, where="by hand")


def arm(row, *targets, fields=()):
    return Arm(row=row, preset="digits", targets=targets, fields=fields)


def tabled(study, *cells):
    return build_table(study, StudyRecord(study="tiny", engine="local", jobs=1, total=len(cells), arms=(), cells=cells))


def one(numbers, printed=None, **fields):
    """Return the table of one row of kl."""
    only = arm("a_row", *([] if printed is None else [target("kl", printed)]))
    study = tiny_study(arms=(only,), seeds=tuple(range(len(numbers))), columns=("kl",), **fields)
    return tabled(study, *(cell(only, seed, value("kl", number)) for seed, number in enumerate(numbers)))


@given(numbers=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9))
def test_ours_is_the_mean_over_seeds_with_its_standard_error(numbers):
    entry = one(numbers).rows[0].entries[0]
    assert entry.ours == pytest.approx(statistics.fmean(numbers))
    assert entry.error == pytest.approx(statistics.stdev(numbers) / math.sqrt(len(numbers)))
    assert entry.seeds == len(numbers)


def test_one_seed_has_no_standard_error_and_agrees_with_nothing():
    entry = one([1.0], 1.0, same_experiment=True).rows[0].entries[0]
    assert entry.error is None
    assert entry.agrees is None


@pytest.mark.parametrize(("printed", "agrees"), [(2.0, True), (4.0, True), (4.2, False), (-0.2, False)])
def test_numbers_of_the_same_experiment_agree_within_two_standard_errors(printed, agrees):
    assert one([1.0, 3.0], printed, same_experiment=True).rows[0].entries[0].agrees is agrees
    small = one([1.0, 3.0], printed)
    assert small.rows[0].entries[0].agrees is None
    assert any("other data" in note for note in small.notes)


@pytest.mark.parametrize(("printed", "half"), [(3.84, 0.005), (13.0, 0.05), (1e-3, 5e-4), (737.0, 0.05)])
def test_a_printed_value_may_have_been_rounded_by_half_its_last_digit(printed, half):
    assert half_digit(printed) == pytest.approx(half)


def test_a_printed_value_above_its_cap_or_an_mi_above_its_kl_is_marked():
    study = tiny_study(printed_caps={"mutual_information": Cap(value=9.21, reason="ln 10000")})
    row = [target("kl", 15.3), target("mutual_information", 26.3)]
    cap, kl = printed_marks(study, row[1], row)
    assert "ln 10000" in cap
    assert "15.3" in kl
    assert printed_marks(study, row[0], row) == []
    fine = [target("kl", 9.0), target("mutual_information", 9.0)]
    assert printed_marks(study, fine[1], fine) == []


def test_what_is_printed_for_a_row_in_doubt_is_marked():
    doubted = dataclasses.replace(arm("a", target("kl", 1.0)), doubt="no density")
    study = tiny_study(arms=(doubted, arm("b", target("kl", 2.0))), columns=("kl", "negative_elbo"))
    table = tabled(study)
    assert [[entry.marks for entry in row.entries] for row in table.rows] == [[("no density",), ()], [(), ()]]
    assert "[1] no density." in as_text(table)


def test_the_smoothness_study_marks_the_printed_information_of_both_rows():
    study = find_study("arelbo-table1-small")
    table = tabled(study)
    marks = {row.name: [len(entry.marks) for entry in row.entries] for row in table.rows}
    assert marks == {"stochastic": [0, 0, 2, 0, 0, 0], "deterministic": [0, 0, 1, 0, 0, 0]}


def test_ours_near_its_cap_is_marked():
    only = arm("a")
    study = tiny_study(arms=(only,), columns=("kl",))
    entry = tabled(study, cell(only, 0, value("kl", 3.9, cap=4.0)), cell(only, 1, value("kl", 1.0))).rows[0].entries[0]
    assert any("near the cap" in mark for mark in entry.marks)


def test_the_candidate_with_the_largest_validation_information_is_shown():
    arms = tuple(arm("a", fields=("--delta", delta)) for delta in ("1", "2"))
    study = tiny_study(arms=arms, columns=("kl",))
    cells = [
        cell(each, seed, value("kl", kl), validation=(value("mutual_information", score, split="validation"),))
        for each, kl, score in zip(arms, (10.0, 20.0), (0.2, 0.1), strict=True)
        for seed in (0, 1)
    ]
    table = tabled(study, *cells)
    assert len(table.rows) == 1
    assert table.rows[0].entries[0].ours == 10.0
    assert "--delta 1" in table.rows[0].chosen


@pytest.mark.parametrize(
    ("numbers", "counted"),
    [(((1, 1.1), (5, 5.1)), (1, 0, 0)), (((5, 5.1), (1, 1.1)), (0, 1, 0)), (((1, 5), (1, 6)), (0, 0, 1))],
)
def test_pairs_of_rows_are_counted_by_their_order(numbers, counted):
    arms = (arm("a", target("kl", 1.0)), arm("b", target("kl", 2.0)))
    study = tiny_study(arms=arms, columns=("kl",))
    cells = [
        cell(each, s, value("kl", float(n))) for each, row in zip(arms, numbers, strict=True) for s, n in enumerate(row)
    ]
    (order,) = tabled(study, *cells).orders
    assert (order.same, order.opposite, order.open) == counted


def test_what_the_cells_took_is_said_for_each_machine():
    only = arm("a")
    study = tiny_study(arms=(only,), seeds=(0, 1, 2))
    cores = ("2", "2", "16")
    cells = [cell(only, s, cpu_seconds=10.0 + s, machine={"cores": count}) for s, count in enumerate(cores)]
    notes = tabled(study, *cells).notes
    assert "2 cells took 21 s of processor time, each at most 11 s: cores 2." in notes
    assert "1 cells took 12 s of processor time, each at most 12 s: cores 16." in notes


def test_failed_and_missing_cells_are_named():
    only = arm("a")
    study = tiny_study(arms=(only,))
    failed = cell(only, 0, outcome="failed", error="DataError: no file")
    table = build_table(study, StudyRecord(study="tiny", engine="local", jobs=1, total=2, arms=(), cells=(failed,)))
    assert any("1 of 2 cells" in note for note in table.notes)
    assert any("DataError: no file" in note for note in table.notes)
    assert table.rows[0].entries[0].ours is None


def test_every_format_holds_every_number():
    table = one([1.25, 3.75], 2.5, same_experiment=True, printed_caps={"kl": Cap(value=1.0, reason="100% of it")})
    text, markdown, latex = as_text(table), as_markdown(table), as_latex(table)
    assert all(len(row) <= WIDTH for row in text.splitlines())
    for shown in (text, markdown, latex):
        assert "2.5" in shown
        assert "1.2" in shown  # the standard error, 1.25, in two digits
        assert "above its cap" in shown
    assert "KL (nats)" in text
    assert "| | KL (nats) |" in markdown
    assert " & KL \\\\\n & (nats) \\\\" in latex
    assert "| a_row | 2.5 ± 1.2 (2.5[1]) agrees |" in markdown
    assert r"a\_row & 2.5 $\pm$ 1.2 (2.5$^{1}$) agrees \\" in latex
    assert r"100\% of it" in latex
    (row,) = csv.DictReader(io.StringIO(as_csv(table)))
    assert (row["row"], float(row["printed"]), float(row["ours"]), float(row["standard_error"])) == (
        "a_row",
        2.5,
        2.5,
        1.25,
    )
    assert (row["seeds"], row["agrees"]) == ("2", "true")
    assert (row["metric"], row["heading"], row["unit"]) == ("kl", "KL", "nats")


def test_long_numbers_stay_apart_and_large_errors_are_whole_numbers():
    assert " - -0.0003465 " in as_text(one([-0.00034651, -0.00034649]))
    (line,) = (line for line in as_text(one([8000.0, 9000.0])).splitlines() if "KL" in line and "nats" in line)
    assert line.split()[-4:] == ["-", "8500", "500", "2"]


def test_the_command_prints_and_writes_the_table_of_a_study(tmp_path, capsys):
    study = find_study("arelbo-table7-small")
    cells = tuple(
        cell(each, seed, value("importance_weighted_nll", 7.0 + seed)) for each in study.arms for seed in study.seeds
    )
    record = StudyRecord(study=study.name, engine="local", jobs=1, total=len(cells), arms=(), cells=cells)
    (tmp_path / STUDY).write_text(record.to_text())
    assert evaluate.main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    for each in study.arms:
        assert each.row in printed
        assert f"{each.targets[0].value:.4g}" in printed
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {STUDY, "table.md", "table.csv", "table.tex"}


@pytest.mark.parametrize(("wanted", "holds"), [("text", "NLL (nats)"), ("md", "| NLL (nats) |"), ("tex", "tabular")])
def test_a_record_that_was_kept_is_shown_in_a_format_and_nothing_is_written(wanted, holds, tmp_path, capsys):
    study = find_study("arelbo-table7-small")
    kept = tmp_path / "kept.json"
    kept.write_text(StudyRecord(study=study.name, engine="local", jobs=1, total=0, arms=(), cells=()).to_text())
    assert evaluate.main([str(kept), "--format", wanted]) == 0
    assert holds in capsys.readouterr().out
    assert evaluate.main([str(kept), "--json"]) == 2
    assert capsys.readouterr() == ("", "error: --json must be left out for the table of a study; see --format\n")
    assert list(tmp_path.iterdir()) == [kept]


def test_the_table_of_a_study_loads_no_torch():
    code = "import sys, vae_models.evaluate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        (((5, 5.1), (1, 1.1)), "shown"),
        (((1, 1.1), (5, 5.1)), "opposite"),
        (((1, 5), (1, 6)), "not decided"),
        (((5,), (1,)), "not decided"),
        (((5, 5.1), ()), "not run"),
    ],
)
def test_an_effect_is_shown_beyond_two_standard_errors(numbers, verdict):
    arms = (arm("a"), arm("b"))
    effect = above("a", "b", "kl", said="a is steeper", where="Table 9")
    study = tiny_study(arms=arms, columns=("kl",), effects=(effect,))
    cells = [
        cell(each, s, value("kl", float(n))) for each, row in zip(arms, numbers, strict=True) for s, n in enumerate(row)
    ]
    table = tabled(study, *cells)
    (finding,) = table.findings
    assert finding.verdict == verdict
    for shown in (as_text(table), as_markdown(table), as_latex(table)):
        assert f"{verdict.capitalize()}: a is steeper (Table 9)" in shown


@pytest.mark.parametrize("place", [("c", "kl"), ("a", "rate")])
def test_an_effect_on_what_the_table_does_not_show_is_refused(place):
    effect = above("a", place[0], place[1], said="", where="")
    with pytest.raises(InvalidInputError, match="rows and columns"):
        tiny_study(arms=(arm("a"), arm("b")), columns=("kl",), effects=(effect,))


@pytest.mark.parametrize("name", STUDIES)
def test_every_column_has_a_name_that_is_not_that_of_the_metric(name):
    study = STUDIES[name]
    headings = [heading_of(metric, study.headings) for metric in study.columns]
    assert all("_" not in heading.text.replace("_x^2", "").replace("_z^2", "") for heading in headings)
    assert len({heading.text for heading in headings}) == len(headings)
    bare = [split_unit(metric)[0].replace("_", " ") for metric in study.columns]
    assert all(heading.latex for heading in headings)
    assert not {heading.text for heading in headings} & set(bare) - {"class mismatch"}


def test_a_damaged_record_of_a_study_is_told_in_a_line(tmp_path, capsys):
    (tmp_path / STUDY).write_text(json.dumps({"schema": "vaeproof.study/0"}))
    assert evaluate.main([str(tmp_path)]) == 2
    assert str(tmp_path / STUDY) in capsys.readouterr().err
