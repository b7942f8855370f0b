"""Cells of a study: run once, with what they leave; failing and lost ones are recorded."""

import json

import pytest

from tests.vae_models.tiny_study import STEPS, Inline, Killed, swept, tiny_study
from vae_models.compare.records import Comparison
from vae_models.presets.preset import KINDS
from vae_models.records import RunRecord, Target
from vae_models.studies.cell import jobs_of
from vae_models.studies.records import CELL, read_cell, read_study
from vae_models.studies.study import Arm
from vae_models.studies.sweeping import ATTEMPTS


def test_ended_cells_are_never_run_again_and_missing_ones_are(out):
    jobs = jobs_of(tiny_study(), out=out)
    first, told = swept(jobs, Inline(), out)
    assert told == [job.folder for job in jobs]
    assert [cell.seed for cell in first.cells] == [0, 1]
    before = [(job.folder / CELL).read_bytes() for job in jobs]
    second, told = swept(jobs, again := Inline(), out)
    assert again.submitted == told == []
    assert second.cells == first.cells
    (jobs[1].folder / CELL).unlink()
    third, _ = swept(jobs, again := Inline(), out)
    assert [job.folder for job in again.submitted] == [jobs[1].folder]
    assert (jobs[0].folder / CELL).read_bytes() == before[0]
    # the run itself was finished: measured again, not trained again
    assert third.cells[1].values == first.cells[1].values


def test_a_cell_leaves_its_run_its_evaluation_and_the_numbers_of_the_table(out):
    jobs = jobs_of(tiny_study(seeds=(7,)), out=out)
    record, _ = swept(jobs, Inline(), out)
    folder = jobs[0].folder
    cell = read_cell(folder)
    assert record.cells == (cell,)
    assert read_study(out) == record
    assert cell.cpu_seconds > 0
    assert [value.name for value in cell.values] == ["negative_elbo", "kl"]
    run = RunRecord.from_text((folder / "record.json").read_text())
    assert (run.outcome, run.step, run.config["seed"], cell.identity) == ("done", 3, 7, run.identity)
    assert {"config.json", "evaluation.json", "checkpoints"} <= {path.name for path in folder.iterdir()}


def test_a_number_is_taken_from_the_wanted_estimator(out):
    def estimators(**fields):
        study = tiny_study(seeds=(0,), metrics=("information",), columns=("mutual_information",), **fields)
        record, _ = swept(jobs_of(study, out=out), Inline(), out)
        (value,) = record.cells[0].values
        return value.estimator

    assert estimators().startswith("in batches")
    (next(out.glob("*/cell.json"))).unlink()
    assert estimators(estimators={"mutual_information": "full data"}).startswith("full data")


def test_candidates_of_a_row_are_measured_on_the_validation_data_too_and_lone_arms_are_not(out):
    preset, small = "digits-ncvae-beta-vae", (*STEPS, "--encoder.widths", "4", "--decoder.widths", "4")
    arms = (
        Arm(row="tuned", preset=preset, fields=small),
        Arm(row="tuned", preset=preset, fields=(*small, "--beta", "3")),
        Arm(row="lone", preset=preset, fields=(*small, "--beta", "2")),
    )
    study = tiny_study(arms=arms, seeds=(0,), metrics=("information",), columns=("mutual_information",))
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    assert [[value.split for value in cell.validation] for cell in record.cells] == [["validation"]] * 2 + [[]]
    assert [[value.split for value in cell.values] for cell in record.cells] == [["test"]] * 3
    for cell in record.cells[:2]:
        assert cell.validation[0].value != cell.values[0].value


# torch's own forward mode still goes through torch.jit
@pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")
def test_a_cell_that_is_compared_keeps_both_bounds_its_comparison_and_its_codes(out):
    arm = Arm(row="NC-VAE", preset="ncvae-synthetic", fields=("--count", "300", *STEPS))
    gaps = ("encoder_gap_lower", "encoder_gap_upper")
    study = tiny_study(
        arms=(arm,), seeds=(0,), metrics=("information-by-batch",), columns=gaps, compared=True, in_plane=True
    )
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    (cell,) = record.cells
    assert cell.outcome == "done", cell.error
    distance = Comparison.from_text((out / cell.folder / "comparison.json").read_text()).distance
    assert [value.name for value in cell.values] == list(gaps)
    for value, number in zip(cell.values, (distance.gap_lower, distance.gap_upper), strict=True):
        assert (value.value, value.error, value.split) == (number.value, number.error, "test")
        assert value.estimator == f"{number.basis}: {number.rests_on}"
    plane = json.loads((out / cell.folder / "plane.json").read_text())
    assert (plane["run"], plane["seed"], plane["split"]) == (cell.folder, 0, "test")
    assert plane["optimum"]["information"] > 0


def test_a_cell_without_known_optimum_has_no_bounds_and_no_codes(out):
    study = tiny_study(seeds=(0,), columns=("kl", "encoder_gap_upper"))
    record, _ = swept(jobs_of(study, out=out), Inline(), out)
    assert [value.name for value in record.cells[0].values] == ["kl"]
    assert not {"comparison.json", "plane.json"} & {path.name for path in (out / record.cells[0].folder).iterdir()}


def test_a_failing_cell_is_recorded_with_its_error_and_the_others_run(out):
    arms = (
        Arm(row="bad", preset="digits-ncvae-beta-vae", fields=(*STEPS, "--source", "image-folder")),
        Arm(row="good", preset="digits-ncvae-beta-vae", fields=STEPS),
    )
    jobs = jobs_of(tiny_study(arms=arms, seeds=(0,)), out=out)
    record, _ = swept(jobs, Inline(), out)
    bad, good = record.cells
    assert (bad.outcome, good.outcome) == ("failed", "done")
    assert "path" in bad.error
    _, told = swept(jobs, again := Inline(), out)
    assert again.submitted == told == []
    swept(jobs, again := Inline(), out, again=True)
    assert [job.folder for job in again.submitted] == [jobs[0].folder]


def test_a_cell_whose_workers_are_all_lost_is_given_up(out):
    jobs = jobs_of(tiny_study(seeds=(0,)), out=out)
    record, _ = swept(jobs, engine := Killed(), out)
    assert [job.attempt for job in engine.submitted] == list(range(1, ATTEMPTS + 1))
    (cell,) = record.cells
    assert (cell.outcome, cell.attempts) == ("failed", ATTEMPTS)
    assert "it was killed" in cell.error


def test_the_record_of_a_study_holds_settings_with_their_sources_and_printed_values(out):
    target = Target(metric="kl", value=1.5, where="Table 9")
    arms = (Arm(row="plain", preset="digits-ncvae-beta-vae", fields=STEPS, targets=(target,)),)
    swept(jobs_of(tiny_study(arms=arms, seeds=(0,)), out=out), Inline(), out)
    (arm,) = read_study(out).arms
    assert (arm.arm, arm.preset, arm.printed) == (arms[0].name, arms[0].preset, (target,))
    assert arm.settings["command line"] == ("steps=3",)
    assert "objective.beta=0.8" in [setting for settings in arm.settings.values() for setting in settings]
    assert all(source.split(":")[0] in {*KINDS, "command line"} for source in arm.settings)


def test_the_engine_is_closed_even_where_it_fails(out):
    class Broken(Inline):
        closed = False

        def submit(self, _bundle):
            msg = "no more processes"
            raise OSError(msg)

        def close(self):
            self.closed = True

    engine = Broken()
    with pytest.raises(OSError, match="no more"):
        swept(jobs_of(tiny_study(), out=out), engine, out)
    assert engine.closed
