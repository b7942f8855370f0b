"""How much processor time does a study of a small network take as one program, beside its cells one by one?

    python benchmarks/stacked.py [--quick] [--out FILE]

One thread, processor time. The cells differ in their seed, half of them also in the weight of the KL; each is the
beta-VAE of 8x8 digits, drawn anew in each batch of 64, with one hidden layer. Both sides take the steps of whole runs
with their logs; evaluations and checkpoints, which are the same for both, are left out, and so is the recording of
the program, which comes once a study (``recording_seconds``). They take turns of some steps each, and ``gain`` is the
median over turns of the time of the separate runs over that of the program, with the quartiles beside it. ``apart``
is the largest difference of a weight between both sides after all turns, in single precision.

``whole`` is a study as a worker runs it: 1000 steps of every cell, trained and measured, one by one and as one program;
everything is counted, the recording too, whose share is smaller in a longer study.
"""

import argparse
import dataclasses
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import timing
import torch

from vae_models.builders.run import build
from vae_models.config import MachineConfig, RunConfig
from vae_models.data.dataset import DataSet
from vae_models.data.sources import load
from vae_models.engine import Engine
from vae_models.options import read_fields
from vae_models.presets.registry import find_preset
from vae_models.seeds import derived_seed
from vae_models.stacked.stack import Stack
from vae_models.stacked.trial import why_not
from vae_models.studies.cell import jobs_of, run_cell, run_cells
from vae_models.studies.records import read_cell
from vae_models.studies.study import Arm, Study
from vae_models.training import Training

OUT = Path(__file__).with_suffix(".json")
PRESET = "digits-ncvae-beta-vae"
NEVER = 10**9  # steps or seconds that no turn reaches
WIDTHS = (16, 64, 256)  # of the hidden layers; 256 is that of the small studies
CELLS = (3, 5, 10)
STEPS = 20  # in a turn


def configs(cells: int, width: int) -> list[RunConfig]:
    """Return runs that differ in seed, half of them also in the weight of the KL."""
    network = ("--encoder.widths", str(width), "--decoder.widths", str(width))
    plain = read_fields(find_preset(PRESET).config, network)
    machine = MachineConfig(device="cpu", threads=1, checkpoint_seconds=float(NEVER))
    plain = dataclasses.replace(plain, machine=machine, steps=NEVER, evaluate_every=float(NEVER))
    weights = [dataclasses.replace(plain.objective, beta=beta) for beta in (0.8, 2.0)]
    return [dataclasses.replace(plain, seed=seed, objective=weights[seed % 2]) for seed in range(cells)]


def trainings(runs: Sequence[RunConfig], data: DataSet, folder: Path) -> list[Training]:
    """Return the runs before their first step."""
    found = []
    for config in runs:
        torch.manual_seed(derived_seed(config.seed, "weights"))
        model, objective = build(config, data)
        (folder / str(config.seed)).mkdir(parents=True)
        engine = Engine(model, objective, data.train, config=config)
        found.append(Training(engine, data, folder=folder / str(config.seed)))
    return found


def measure_steps(cells: int, width: int, turns: int, folder: Path) -> dict[str, Any]:
    """Return the row of one network and number of cells."""
    runs = configs(cells, width)
    data = load(runs[0].data, Path())
    apart, together = (trainings(runs, data, folder / name) for name in ("apart", "together"))
    stack = Stack([each.engine for each in together])
    start = time.process_time()
    refused = why_not(stack, must_pay=False)
    recording = time.process_time() - start
    if refused is not None:
        raise RuntimeError(refused)
    of = {id(each.engine): each for each in together}

    def one_by_one() -> None:
        for each in apart:  # each runs for a while, as in a process of its own
            for _ in range(STEPS):
                each.after(each.engine.step())

    def as_one() -> None:
        for _ in range(STEPS):
            for engine, terms in zip(stack.engines, stack.step(), strict=True):
                of[id(engine)].after(terms)

    tasks = {"one_by_one": one_by_one, "as_one": as_one}
    for task in tasks.values():
        task()
    times = timing.side_by_side(tasks, turns, clock=time.process_time)
    for each in (*apart, *together):
        each.close()
    low, middle, high = quartiles(times["one_by_one"], times["as_one"])
    pairs = [zip(a.engine.parameters, b.engine.parameters, strict=True) for a, b in zip(apart, together, strict=True)]
    difference = max(float((one - other).detach().abs().max()) for pair in pairs for one, other in pair)
    return {
        "cells": cells,
        "width": width,
        "parameters": sum(weight.numel() for weight in apart[0].engine.parameters),
        "steps": (turns + 1) * STEPS,
        "gain": round(middle, 3),
        "gain_quartiles": [round(low, 3), round(high, 3)],
        "recording_seconds": round(recording, 2),
        "apart": float(f"{difference:.2g}"),
        "times_of_a_step": {name: timing.summary([each / STEPS for each in values]) for name, values in times.items()},
    }


def quartiles(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """Return the quartiles of the ratios, turn by turn."""
    return statistics.quantiles(
        [one / other for one, other in zip(first, second, strict=True)], n=4, method="inclusive"
    )


def measure_whole(cells: int, width: int, steps: int, folder: Path) -> dict[str, Any]:
    """Return the processor time of a study trained and measured, one by one and as one program."""
    network = ("--encoder.widths", str(width), "--decoder.widths", str(width))
    arm = Arm(row="beta-VAE", preset=PRESET, fields=("--steps", str(steps), *network))
    study = Study(
        name="stacked",
        summary="seeds of one network",
        arms=(arm,),
        metrics=("elbo", "information"),
        columns=("negative_elbo", "kl", "mutual_information"),
        seeds=tuple(range(cells)),
    )
    warm = dataclasses.replace(study, arms=(dataclasses.replace(arm, fields=("--steps", "3")),), seeds=(0,))
    run_cell(jobs_of(warm, out=folder / "warm")[0], stop=bool)  # loads what is loaded once
    apart, together = (jobs_of(study, out=folder / name) for name in ("apart", "together"))
    start = time.process_time()
    for job in apart:
        run_cell(job, stop=bool)
    middle = time.process_time()
    run_cells(tuple(together), stop=bool)
    end = time.process_time()
    values = [[read_cell(job.folder).values[0].value for job in jobs] for jobs in (apart, together)]
    return {
        "cells": cells,
        "width": width,
        "steps": steps,
        "gain": round((middle - start) / (end - middle), 3),
        "seconds_one_by_one": round(middle - start, 2),
        "seconds_as_one": round(end - middle, 2),
        "negative_elbo_one_by_one": [round(value, 4) for value in values[0]],
        "negative_elbo_as_one": [round(value, 4) for value in values[1]],
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every size and write the record."""
    parser = argparse.ArgumentParser(description="Compare stacked cells with separate ones.")
    parser.add_argument("--quick", action="store_true", help="few turns, no record")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    results = []
    for width in WIDTHS:
        for cells in CELLS:
            with tempfile.TemporaryDirectory() as folder:
                row = measure_steps(cells, width, 3 if options.quick else options.turns, Path(folder))
            results.append({"kind": "steps", **row})
            timing.say(f"width {width:3}, {cells:2} cells: gain {row['gain']:.2f} {row['gain_quartiles']}")
    with tempfile.TemporaryDirectory() as folder:
        row = measure_whole(5, 256, 200 if options.quick else 1000, Path(folder))
    results.append({"kind": "whole", **row})
    timing.say(f"whole study, 5 cells of width 256: {row['seconds_one_by_one']} s and {row['seconds_as_one']} s")
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], results, packages=("torch",))
    return 0


if __name__ == "__main__":
    sys.exit(main())
