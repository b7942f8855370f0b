"""The second stage of a cell: trained on its codes, stopped and resumed, and its draws measured through the first."""

import dataclasses

import pytest

from tests.vae_models.tiny_study import Inline, swept, tiny_study
from vae_models import sweep, train
from vae_models.evaluation_records import read_evaluation
from vae_models.metrics.subject import Options
from vae_models.presets.registry import find_preset
from vae_models.runs import load_run
from vae_models.studies.cell import jobs_of
from vae_models.studies.second_stage import FOLDER, METRIC, second_stage
from vae_models.studies.study import Arm

STEPS = 12
NAME = "frechet_distance_own_features_second_stage_squared_units"
OPTIONS = Options(split="test", samples=50)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Let a second stage take few steps."""

    def found(name):
        preset = find_preset(name)
        return dataclasses.replace(preset, config=dataclasses.replace(preset.config, steps=STEPS))

    monkeypatch.setattr("vae_models.studies.second_stage.find_preset", found)


def first_stage(out, preset, *words):
    words = [preset, "--steps", "2", "--latent-dim", "2", *words, "--threads", "1", "--device", "cpu"]
    assert train.main([*words, "--out", str(out)]) == 0
    (folder,) = out.iterdir()
    return load_run(folder)


def test_a_cell_has_a_second_stage_beside_its_evaluation_which_is_run_once(tmp_path):
    arms = (Arm(row="Iso-I", preset="digits-arelbo-iso-i", fields=("--steps", "2")),)
    study = tiny_study(arms=arms, seeds=(3,), columns=(NAME,), second_stage="digits-arelbo-second-stage")
    jobs = jobs_of(study, out=tmp_path / "study")
    record, _ = swept(jobs, Inline(), tmp_path / "study")
    (cell,) = record.cells
    assert (cell.outcome, [value.name for value in cell.values]) == ("done", [NAME])
    entries = {entry.metric: entry for entry in read_evaluation(jobs[0].folder).entries}
    assert entries[METRIC].records == cell.values
    second = load_run(jobs[0].folder / FOLDER)
    assert (second.config.data.path, second.config.seed) == (str(jobs[0].folder), 3)
    assert second.record.outcome == "done"
    assert second.step == STEPS


def test_it_stops_where_it_is_asked_to_and_goes_on(tmp_path):
    run = first_stage(tmp_path, "digits-arelbo-vae")
    asked = iter([False] * 3)
    assert second_stage(run, "digits-arelbo-second-stage", OPTIONS, stop=lambda: next(asked, True)) is None
    before = load_run(run.folder / FOLDER).step
    assert 0 < before < STEPS
    entry = second_stage(run, "digits-arelbo-second-stage", OPTIONS, stop=lambda: False)
    assert [record.name for record in entry.records] == [NAME]
    assert load_run(run.folder / FOLDER).step == STEPS


def test_codes_of_an_autoencoder_are_its_means_and_those_with_classes_have_no_second_stage(tmp_path):
    codes = first_stage(tmp_path / "ae", "digits-arelbo-ae").codes()
    assert codes.train.deviations is None
    assert first_stage(tmp_path / "vae", "digits-arelbo-vae").codes().train.deviations is not None
    classes = ("--posterior", "mixture", "--prior", "classes", "--objective", "mixture-elbo")
    run = first_stage(tmp_path / "classes", "digits", *classes)
    entry = second_stage(run, "digits-arelbo-second-stage", OPTIONS, stop=lambda: False)
    assert entry.records == ()
    assert "must be one Gaussian" in entry.reasons[0]


def test_a_file_of_weights_that_is_not_there_is_refused(tmp_path, capsys):
    words = ["arelbo-table4", "--out", str(tmp_path / "out"), "--inception", str(tmp_path / "nowhere.pth")]
    assert sweep.main(words) == 2
    assert capsys.readouterr().err.startswith("error: --inception must be a file, got")
