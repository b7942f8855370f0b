"""The command writes complete records, says so, resumes, and refuses nonsense in one line."""

import json

import numpy as np
import pytest

from numeric import run
from numeric.studies import codes, regimes, routes, saddle, steepness, theorem7
from numeric.studies.settings import BUILDERS, is_convex

ROUNDING = 1e-9  # nats


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("records")
    assert run.main(["aae", "beta-vae", "--out", str(path)]) == 0
    return path


def test_every_record_names_its_schema_and_target_and_holds_no_nan(folder):
    paths = sorted(folder.iterdir())
    assert [path.name for path in paths] == [
        f"{target}-{study}.json" for target in ("aae", "beta-vae") for study in sorted(run.TARGETS[target])
    ]
    for path in paths:
        record = json.loads(path.read_text(), parse_constant=pytest.fail)
        assert record["schema"] == f"vaeproof.numeric.{path.stem.split('-')[-1]}/1"
        assert path.name.startswith(record["target"])
        assert record["rows"]


def test_a_finished_record_is_kept_and_a_damaged_one_made_again(folder, capsys):
    kept, damaged = folder / "aae-saddle.json", folder / "aae-regimes.json"
    kept.write_text(json.dumps({"schema": "vaeproof.numeric.saddle/1", "mark": 1}))
    whole = damaged.read_text()
    damaged.write_text(whole[: len(whole) // 2])
    assert run.main(["aae", "--out", str(folder), "--study", "saddle", "--study", "regimes"]) == 0
    shown = capsys.readouterr().out
    assert f"{kept} is there already" in shown
    assert f"{damaged} written in" in shown
    assert json.loads(kept.read_text())["mark"] == 1
    assert damaged.read_text() == whole
    assert run.main(["aae", "--out", str(folder), "--study", "saddle", "--fresh"]) == 0
    assert "mark" not in json.loads(kept.read_text())


def test_an_interrupted_run_keeps_what_is_written(tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(run.STUDIES, "factorisation", interrupted)
    assert run.main(["aae", "--out", str(tmp_path)]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["aae-regimes.json"]
    assert "goes on from there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["vae", "--out", "x"], ["aae"], ["aae", "--out", "x", "--study", "magic"]],
)
def test_a_wrong_command_line_ends_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        run.main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_study_that_a_target_lacks_and_a_folder_that_cannot_be_made_are_named(tmp_path, capsys):
    assert run.main(["aae", "--out", str(tmp_path), "--study", "routes"]) == 2
    assert "aae has no study routes" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run.main(["aae", "--out", str(tmp_path / "file")]) == 2
    assert "error: " in capsys.readouterr().err


def test_brackets_are_given_exactly_where_the_loss_is_convex_and_collapse_is_never_better(folder):
    record = json.loads((folder / "beta-vae-regimes.json").read_text())
    assert len(record["rows"]) == len(regimes.AXES["beta-vae"]["beta"])
    for row in record["rows"]:
        assert row["convex"] == is_convex(BUILDERS["beta-vae"](row["beta"])) == (row["lower"] is not None)
        assert row["upper"] <= row["collapsed"] + ROUNDING
        if row["beta"] > 1:
            assert row["information"] < ROUNDING
        if row["beta"] < 1:
            assert row["information"] > 0.1


def test_the_routes_close_the_gap_and_the_bracket_settles_with_the_grid(monkeypatch):
    monkeypatch.setattr(routes, "SETTINGS", routes.SETTINGS[:1])
    seen = []
    record = routes.routes("ncvae", lambda done, total: seen.append((done, total)))
    assert [row["gaps"][-1] <= record["gap"] for row in record["runs"]] == [True] * 3
    assert seen[-1] == (len(seen) - 1, len(seen))
    uppers = [row["upper"] for row in record["grids"]]
    assert abs(uppers[-1] - uppers[-2]) < abs(uppers[3] - uppers[2])
    for row in record["grids"]:
        assert row["spacing"] * (row["size"] - 1) == pytest.approx(30, rel=ROUNDING)


@pytest.mark.parametrize("target", ["ncvae", "beta-vae", "infovae", "aae"])
def test_matched_cells_change_the_loss_by_the_weight_of_information_times_log_of_their_number(target):
    weight = {
        "ncvae": lambda setting: setting["beta"] - 1,  # the settings have no noise
        "beta-vae": lambda setting: setting["beta"] - 1,
        "infovae": lambda setting: -setting["alpha"],
        "aae": lambda _: -1.0,
    }[target]
    record = saddle.saddle(target, lambda *_: None)
    for row in record["rows"]:
        expected = weight(row["setting"]) * np.log(record["cells"])
        np.testing.assert_allclose(row["matched"], expected, rtol=0, atol=ROUNDING)


def test_steepness_bounds_the_fisher_divergence_and_saves_data_sets_but_not_one_datum(monkeypatch):
    monkeypatch.setattr(steepness, "STRENGTHS", (0.1, 1.0, 3.0))
    record = steepness.steepness("illidvae", lambda *_: None)
    assert [row["family"] for row in record["rows"]] == list(steepness.CASES)
    for row in record["rows"]:
        for part in (row["datum"], row["data"]):
            slack = 1 + 10 * np.array(part["error"])  # of quadrature
            assert (np.array(part["infimum"]) <= np.array(part["fisher"]) * slack).all()
            assert (np.array(part["bound"]) <= np.array(part["fisher"]) * (1 + ROUNDING)).all()
            assert max(part["error"]) < 1e-2
        assert part["infimum"] == sorted(part["infimum"])
        assert part["infimum"][0] > 0
        assert row["favourable"][-1] < 1e-2 * row["data"]["infimum"][-1]


def test_the_printed_theorem_7_fails_on_some_instances_and_the_corrected_one_on_none(monkeypatch):
    monkeypatch.setattr(theorem7, "INSTANCES", 60)
    record = theorem7.sides("ncvae", lambda *_: None)
    margin = record["tolerance"]
    assert all(row["left"] >= row["corrected"] - margin >= -2 * margin for row in record["rows"])
    assert any(row["left"] < row["printed"] - margin for row in record["rows"])
    for row in record["equality"]:
        assert max(abs(row[side]) for side in ("left", "printed", "corrected")) < margin


def test_codes_keep_more_information_in_more_dimensions_and_stay_below_the_bound(monkeypatch):
    monkeypatch.setattr(codes, "DIMENSIONS", (1, 4, 16))
    record = codes.codes("ncvae", lambda *_: None)
    assert len(record["rows"]) == 3 * len(codes.SHIFTS)
    for row in record["rows"]:
        assert 0 < row["information"] <= row["information_bound"]
        assert len(row["densities"]) == len(record["quantiles"])
        assert {len(curve) for curve in row["densities"]} == {len(row["log_radius"])}
        for curve in (*row["densities"], row["prior"], row["noise_prior"], row["aggregate"]):
            assert np.trapezoid(curve, row["log_radius"]) == pytest.approx(
                1, abs=1e-2
            )  # what is left out, and rounding
    for shift in codes.SHIFTS:
        found = [row["information"] for row in record["rows"] if row["shift"] == shift]
        assert found == sorted(found)
