"""Cells of a study trained as one program: the folders they leave, bad losses, interruption, bundles, the command."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from tests.vae_models.tiny_study import Inline, swept, tiny_study
from vae_models import evaluate, session
from vae_models import sweep as command
from vae_models.builders.run import build
from vae_models.checkpoint import find_checkpoint
from vae_models.config import OptimiserConfig, RunConfig
from vae_models.errors import FolderInUseError
from vae_models.files import locked
from vae_models.records import RunRecord, read_log
from vae_models.schedules import LinearRamp
from vae_models.settings.networks import PixelCNNPPConfig
from vae_models.settings.noise import GaussianNoiseConfig
from vae_models.settings.objectives import ElboConfig, NCVAEConfig, RefinementConfig
from vae_models.stacked.session import Together
from vae_models.studies import cell as cell_module
from vae_models.studies.bundles import bundled, form
from vae_models.studies.cell import APART, Job, jobs_of, run_cell, run_cells
from vae_models.studies.records import CELL, read_cell
from vae_models.studies.study import Arm

torch.set_num_threads(1)

STEPS = 24
SMALL = ("--steps", str(STEPS), "--encoder.widths", "6", "--decoder.widths", "6", "--precision", "float64")
# rounding of sums in another order, through that many Adam steps in float64
ROUNDING = {"rtol": 1e-6, "atol": 1e-8}
NO_STOP = bool


def arm(row, *fields, preset="digits-ncvae-beta-vae"):
    return Arm(row=row, preset=preset, fields=(*SMALL, *fields))


def jobs_in(out, *arms, seeds=(0, 1), **machine):
    jobs = jobs_of(tiny_study(arms=arms or (arm("a"), arm("b", "--beta", "2.5")), seeds=seeds), out=out)
    settings = {"log_every": 5, **machine}
    return [
        dataclasses.replace(
            job, config=dataclasses.replace(job.config, machine=dataclasses.replace(job.config.machine, **settings))
        )
        for job in jobs
    ]


def checkpoint_of(job):
    return find_checkpoint(job.folder / "checkpoints", identity=job.config.trajectory)


def record_of(job):
    return RunRecord.from_text((job.folder / "record.json").read_text())


def assert_same_folders(job, other):
    """Compare what two runs of one configuration left, but for clocks and rounding."""
    state, wanted = checkpoint_of(job).state, checkpoint_of(other).state
    assert state["steps"] == wanted["steps"]
    torch.testing.assert_close(state["model"], wanted["model"], **ROUNDING)
    torch.testing.assert_close(state["optimiser"], wanted["optimiser"], **ROUNDING)
    for name in ("generators", "default_generators"):
        torch.testing.assert_close(state[name], wanted[name], rtol=0, atol=0)
    lines, others = (read_log(each.folder / "metrics.jsonl") for each in (job, other))
    assert [(line.step, line.split) for line in lines] == [(line.step, line.split) for line in others]
    torch.testing.assert_close([line.loss for line in lines], [line.loss for line in others], **ROUNDING)
    torch.testing.assert_close([dict(line.parts) for line in lines], [dict(line.parts) for line in others], **ROUNDING)
    record, other_record = record_of(job), record_of(other)
    for name in ("config", "identity", "outcome", "step", "parameters", "sources", "targets"):
        assert getattr(record, name) == getattr(other_record, name)
    names = {path.name for path in other.folder.iterdir()}
    assert {path.name for path in job.folder.iterdir()} == names
    if (other.folder / CELL).exists():
        cell, other_cell = read_cell(job.folder), read_cell(other.folder)
        assert (cell.arm, cell.outcome, cell.identity) == (other_cell.arm, other_cell.outcome, other_cell.identity)
        assert [value.name for value in cell.values] == [value.name for value in other_cell.values]
        torch.testing.assert_close(
            [value.value for value in cell.values], [value.value for value in other_cell.values], **ROUNDING
        )


@pytest.fixture
def apart(tmp_path):
    """The cells that are trained one by one."""
    jobs = jobs_in(tmp_path / "apart")
    for job in jobs:
        run_cell(job, stop=NO_STOP)
    return jobs


def test_a_bundle_leaves_the_folders_of_separate_runs(tmp_path, apart):
    jobs = jobs_in(tmp_path / "stacked")
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        assert_same_folders(job, other)
        assert record_of(job).machine["stacked"] == "4 runs in one program"
        assert "stacked" not in record_of(other).machine
        assert read_cell(job.folder).cpu_seconds > 0


def stop_after(count):
    """Return what asks to stop once it was asked so often."""
    asked = iter(range(10**9))
    return lambda: next(asked) >= count


@pytest.mark.parametrize(
    "arms",
    [
        (arm("a"), arm("b", "--beta", "2.5")),
        # here what is drawn depends on the number of the step, which is one for the whole program
        (arm("a", "--objective.noise.refresh-every", "3", preset="digits-ncvae-cd"),),
    ],
    ids=["two weights", "a pool of noise"],
)
def test_an_interrupted_bundle_goes_on_from_its_checkpoints_even_where_one_is_behind(tmp_path, arms):
    jobs, apart = (jobs_in(tmp_path / name, *arms, seeds=(0, 1), checkpoint_every=4) for name in ("stacked", "apart"))
    run_cells(tuple(jobs), stop=stop_after(len(jobs) * 9), must_pay=False)
    assert {record_of(job).outcome for job in jobs} == {"interrupted"}
    assert {checkpoint_of(job).state["steps"] for job in jobs} == {10}
    assert not any((job.folder / CELL).exists() for job in jobs)
    shutil.rmtree(checkpoint_of(jobs[0]).path)  # as if killed between the checkpoints of two cells
    assert checkpoint_of(jobs[0]).state["steps"] == 8
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        assert record_of(job).machine["stacked"] == f"{len(jobs)} runs in one program"
        assert_same_folders(job, other)


def dropped(trunk, _inputs, output):
    return functional.dropout(output, training=trunk.training)


def test_runs_that_draw_from_the_default_generator_catch_up_as_by_themselves_before_they_are_refused(
    tmp_path, monkeypatch
):
    def with_dropout(config, data):
        model, objective = build(config, data)
        model.encoder.trunk.register_forward_hook(dropped)
        return model, objective

    monkeypatch.setattr(session, "build", with_dropout)
    jobs, apart = (jobs_in(tmp_path / name, arm("a"), checkpoint_every=1) for name in ("stacked", "apart"))
    for job, steps in zip(jobs, (3, 7), strict=True):
        run_cell(job, stop=stop_after(steps))
    assert len({checkpoint_of(job).state["steps"] for job in jobs}) == 2
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        assert "dropout" in read_cell(job.folder).machine["stacked"]
        assert_same_folders(job, other)


def test_finished_runs_of_a_bundle_are_not_trained_again(tmp_path):
    jobs = jobs_in(tmp_path / "stacked")
    run_cells((jobs[0],), stop=NO_STOP)
    before = (jobs[0].folder / "record.json").read_bytes()
    (jobs[0].folder / CELL).unlink()
    run_cells(tuple(jobs[:3]), stop=NO_STOP, must_pay=False)
    assert (jobs[0].folder / "record.json").read_bytes() == before
    assert [read_cell(job.folder).outcome for job in jobs[:3]] == ["done"] * 3
    assert [record_of(job).machine.get("stacked") for job in jobs[:3]] == [None, *["2 runs in one program"] * 2]


def test_a_cell_with_a_bad_loss_fails_as_by_itself_and_the_others_end_as_by_themselves(tmp_path):
    arms = (arm("good"), arm("bad", "--learning-rate", "1e200"))
    jobs, apart = (jobs_in(tmp_path / name, *arms) for name in ("stacked", "apart"))
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        cell, wanted = read_cell(job.folder), read_cell(other.folder)
        assert (cell.arm, cell.outcome) == (wanted.arm, wanted.outcome)
        if job.arm.name == arms[0].name:
            assert cell.outcome == "done"
            assert_same_folders(job, other)
            continue
        assert cell.outcome == "failed"
        assert cell.error.splitlines()[0] == wanted.error.splitlines()[0]
        assert "NonFiniteLossError" in cell.error
        assert (record_of(job).outcome, record_of(job).step) == ("non-finite loss", record_of(other).step)
        about, wanted = (
            json.loads((each.folder / "non-finite-rank0" / "about.json").read_text()) for each in (job, other)
        )
        assert about == wanted  # the same examples


def test_a_run_that_stops_early_leaves_the_others_to_go_on(tmp_path):
    arms = (
        arm("short", "--evaluate-every", "0.1", "--stop-after", "1", "--min-improvement", "1e9"),
        arm("long", "--evaluate-every", "0.1", "--stop-after", "1", "--min-improvement", "1e9", "--beta", "3"),
    )
    jobs, apart = (jobs_in(tmp_path / name, *arms, seeds=(0,)) for name in ("stacked", "apart"))
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        assert record_of(job).outcome == "stopped early"
        assert_same_folders(job, other)


def test_a_run_whose_learning_rate_is_halved_goes_on_with_the_others_as_by_itself(tmp_path):
    halving = ("--evaluate-every", "0.2", "--halve-after", "1", "--max-halvings", "1")
    # no loss falls by so much, and every loss falls by none
    arms = (arm("halved", *halving, "--min-improvement", "1e9"), arm("plain", "--evaluate-every", "0.2", "--beta", "3"))
    jobs, apart = (jobs_in(tmp_path / name, *arms, seeds=(0,)) for name in ("stacked", "apart"))
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job, other in zip(jobs, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        assert_same_folders(job, other)
        assert record_of(job).machine["stacked"] == "2 runs in one program"
    rates = [{line.learning_rate for line in read_log(job.folder / "metrics.jsonl")} for job in jobs]
    assert (len(rates[0]) > 1, len(rates[1])) == (True, 1)


def test_a_cell_of_a_bundle_is_told_its_share_of_the_processor_and_the_whole_time(tmp_path, monkeypatch):
    clock, told = {"time": 0.0}, []

    def together(_bundle, **_options):
        clock["time"] += 8.0
        return Together(ended={}, apart="it was not tried")

    monkeypatch.setattr(cell_module, "_train_together", together)
    monkeypatch.setattr(cell_module, "run_cell", lambda job, **options: told.append((job, options["trained"])))
    monkeypatch.setattr(cell_module.time, "monotonic", lambda: clock["time"])
    monkeypatch.setattr(cell_module.time, "process_time", lambda: clock["time"])
    jobs = jobs_in(tmp_path)
    run_cells(tuple(jobs), stop=NO_STOP)
    assert [job for job, _ in told] == jobs
    assert {(trained.seconds, trained.cpu_seconds) for _, trained in told} == {(8.0, 2.0)}


def test_cells_that_cannot_be_stacked_are_trained_one_by_one_and_say_why(tmp_path):
    lagging = arm("lagging", "--lagging.encoder-updates", "2")
    jobs = jobs_in(tmp_path / "stacked", lagging)
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job in jobs:
        cell = read_cell(job.folder)
        assert cell.outcome == "done"
        assert cell.machine["stacked"] == f"{APART}its encoder may lag behind"


def test_a_decoder_that_starts_from_its_first_batch_does_so_in_a_bundle_as_by_itself(tmp_path):
    decoder = PixelCNNPPConfig(filters=2, blocks=1, levels=1, dropout=0.0)

    def jobs_of_decoder(folder, decoder):
        return tuple(
            dataclasses.replace(
                job,
                config=dataclasses.replace(
                    job.config, steps=2, model=dataclasses.replace(job.config.model, decoder=decoder)
                ),
            )
            for job in jobs_in(tmp_path / folder, arm("a"))
        )

    bundle, apart = (jobs_of_decoder(name, decoder) for name in ("stacked", "apart"))
    plain = jobs_of_decoder("plain", dataclasses.replace(decoder, starts_from_data=False))
    run_cells(bundle, stop=NO_STOP, must_pay=False)
    for job, other in zip(bundle, apart, strict=True):
        run_cell(other, stop=NO_STOP)
        assert_same_folders(job, other)
        assert read_cell(job.folder).machine["stacked"] == f"{APART}its parameters are computed from others"
    run_cell(plain[0], stop=NO_STOP)
    weights, others = (checkpoint_of(job).state["model"] for job in (bundle[0], plain[0]))
    assert any(not torch.allclose(weights[name], others[name], atol=0.05) for name in weights)


def test_an_error_of_all_is_found_again_by_each_cell(tmp_path):
    jobs = jobs_in(tmp_path / "stacked", arm("bad", "--source", "image-folder"))
    run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)
    for job in jobs:
        cell = read_cell(job.folder)
        assert cell.outcome == "failed"
        assert "path" in cell.error


def test_a_folder_in_use_stops_the_bundle(tmp_path):
    jobs = jobs_in(tmp_path / "stacked")
    jobs[1].folder.mkdir(parents=True)
    with locked(jobs[1].folder), pytest.raises(FolderInUseError):
        run_cells(tuple(jobs), stop=NO_STOP, must_pay=False)


CONFIG = RunConfig(preset="any", steps=1)


@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([0.5, 2.0, 0.0])), min_size=1, max_size=12, unique=True
    ),
    most=st.integers(1, 5),
)
def test_bundles_hold_every_cell_once_and_only_cells_of_one_form(pairs, most):
    study = tiny_study()
    configs = [dataclasses.replace(CONFIG, seed=seed, objective=ElboConfig(beta=beta)) for seed, beta in pairs]
    jobs = [
        Job(study=study, arm=study.arms[0], config=config, folder=Path(str(place)))
        for place, config in enumerate(configs)
    ]
    bundles = bundled(jobs, most=most)
    assert sorted(job.folder for bundle in bundles for job in bundle) == sorted(job.folder for job in jobs)
    assert all(1 <= len(bundle) <= most for bundle in bundles)
    for bundle in bundles:
        assert len({job.config.objective.beta == 0 for job in bundle}) == 1
    if most > 1:  # as few as possible
        zeros = sum(beta == 0 for _, beta in pairs)
        assert len(bundles) == -(-zeros // most) - (zeros - len(pairs)) // most


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"seed": 5}, True),
        ({"preset": "other"}, True),
        ({"objective": NCVAEConfig(beta=3.0, delta=0.2)}, True),
        ({"optimiser": OptimiserConfig(learning_rate=0.1, weight_decay=0.5)}, True),
        ({"objective": NCVAEConfig(beta=3.0, delta=0.0)}, False),
        ({"objective": NCVAEConfig(beta=LinearRamp(), delta=0.5)}, False),
        ({"objective": NCVAEConfig(beta=2.0, delta=0.5, noise_scale=2.0)}, False),
        ({"objective": NCVAEConfig(beta=2.0, delta=0.5, noise=GaussianNoiseConfig(scale=0.2))}, False),
        ({"optimiser": OptimiserConfig(optimiser="sgd")}, False),
        ({"optimiser": OptimiserConfig(clip_norm=1.0)}, False),
        ({"batch_size": 5}, False),
        ({"steps": 2}, False),
    ],
)
def test_cells_of_one_form_differ_in_seed_weights_and_settings_of_the_optimiser_only(change, same):
    config = dataclasses.replace(CONFIG, objective=NCVAEConfig(beta=2.0, delta=0.5))
    assert (form(config) == form(dataclasses.replace(config, **change))) is same


def test_a_weight_that_also_enters_the_refinement_is_no_mere_weight():
    first, second = (
        dataclasses.replace(CONFIG, objective=ElboConfig(beta=beta, inference=RefinementConfig()))
        for beta in (2.0, 3.0)
    )
    assert form(first) != form(second)


def test_a_stacked_study_has_the_table_of_a_separate_one(tmp_path, capsys, monkeypatch):
    study = tiny_study(arms=(arm("a"), arm("b", "--beta", "2.5")))
    monkeypatch.setattr(evaluate, "find_study", lambda _name: study)
    tables, shown = [], []
    for name, stack in (("apart", 1), ("stacked", 4)):
        out = tmp_path / name
        record, _ = swept(jobs_of(study, out=out), engine := Inline(), out, stack=stack)
        assert [cell.outcome for cell in record.cells] == ["done"] * 4
        assert len(engine.submitted) == 4
        tables.append([[value.value for value in cell.values] for cell in record.cells])
        assert record.engine == ("inline" if stack == 1 else "inline, at most 4 cells in one program")
        _, told = swept(jobs_of(study, out=out), again := Inline(), out, stack=stack)
        assert again.submitted == told == []
        assert evaluate.main([str(out)]) == 0
        shown.append(capsys.readouterr().out.split("\n\n")[1])  # after the title, before what it took and on what
    torch.testing.assert_close(*tables, **ROUNDING)
    assert shown[0] == shown[1]
    assert "-ELBO" in shown[0]


@pytest.mark.parametrize(
    ("fields", "seeds", "said"),
    [
        (("--lagging.encoder-updates", "2"), (1, 0), "its encoder may lag behind: lone row (seed 0, 1)"),
        ((), (3,), "no other cell of its form was waiting: lone row (seed 3)"),
    ],
)
def test_the_command_says_in_a_line_what_was_trained_one_by_one_and_why(
    fields, seeds, said, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(command, "find_study", lambda _name: tiny_study(arms=(arm("lone row", *fields),), seeds=seeds))
    monkeypatch.setattr(command, "engine_factory", lambda *_args, **_options: Inline)
    assert command.main(["tiny", "--out", str(tmp_path / "out"), "--stack", "2"]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "one by one" in line]
    assert line == f"trained one by one, since {said}"


def test_the_command_says_nothing_of_stacks_where_none_was_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "find_study", lambda _name: tiny_study(arms=(arm("a"),), seeds=(0,)))
    monkeypatch.setattr(command, "engine_factory", lambda *_args, **_options: Inline)
    assert command.main(["tiny", "--out", str(tmp_path / "out")]) == 0
    assert "one by one" not in capsys.readouterr().err
