"""How much slower is the engine, with its log, its checks and its checkpoints, than a bare loop over the same model?

    python benchmarks/engine.py [--quick] [--out FILE]

One thread. The loop and the engine take turns of some steps each, on the same data, batches and network, with a fused
Adam; the loop only indexes, computes the loss, and steps. `ratio` is the median over turns of engine time over loop
time; below 1.03 is what is asked for. The engine is measured by itself, and inside the whole run with a log line every
100 steps and a checkpoint at the end of each turn left out, since it comes once a minute.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import timing
import torch
from torch import Tensor

from vae_models.builders.run import build
from vae_models.config import DataConfig, MachineConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.data.sources import load
from vae_models.engine import Engine
from vae_models.model import Model
from vae_models.objective import Batch, Objective
from vae_models.settings.model import ModelConfig
from vae_models.settings.networks import MLPConfig
from vae_models.training import Training

OUT = Path(__file__).with_suffix(".json")
LIMIT = 1.03
NEVER = 10**9  # steps or seconds that no turn reaches
# name, shape of x, latent coordinates, width of the hidden layers, batch, steps in a turn
SIZES = (
    ("toy, 2-D", (2,), 2, 16, 64, 400),
    ("digits, 8x8", (1, 8, 8), 8, 128, 64, 300),
    ("MNIST size, 28x28", (1, 28, 28), 16, 512, 64, 40),
)


def make(shape: tuple[int, ...], latent: int, hidden: int, batch: int) -> tuple[RunConfig, DataSet, Model, Objective]:
    """Return a run on random intensities, or on scikit-learn's digits where these have the shape."""
    network = MLPConfig(widths=(hidden,))
    config = RunConfig(
        preset="digits",
        steps=NEVER,
        batch_size=batch,
        evaluate_every=float(NEVER),
        data=DataConfig(source="digits"),
        model=ModelConfig(latent_dim=latent, encoder=network, decoder=network),
        machine=MachineConfig(device="cpu", threads=1, checkpoint_seconds=float(NEVER)),
    )
    if shape == (1, 8, 8):
        data = DataSet(name="digits", train=load(config.data, Path()).train)
    else:
        examples = torch.rand(10_000, *shape, generator=torch.Generator().manual_seed(0))
        data = DataSet(name="random", train=Part(examples=examples))
    torch.manual_seed(0)
    model, objective = build(config, data)
    return config, data, model, objective


def bare_loop(data: Tensor, model: Model, objective: Objective, batch: int) -> Callable[[int], None]:
    """Return what takes so many steps of the loop that anybody would write."""
    optimiser = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    generator = torch.Generator().manual_seed(0)
    per_epoch, step, order = len(data) // batch, 0, torch.randperm(len(data))

    def run(steps: int) -> None:
        nonlocal step, order
        for _ in range(steps):
            place = step % per_epoch
            if place == 0:
                order = torch.randperm(len(data))
            index = order[place * batch : (place + 1) * batch]
            loss = objective(model, Batch(data=data[index], index=index, step=step, generator=generator)).loss
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            step += 1

    return run


def measure(name: str, shape: tuple[int, ...], sizes: tuple[int, int, int], steps: int, turns: int) -> dict[str, Any]:
    """Return the row of one network: loop, engine and whole run in turns."""
    batch = sizes[2]
    config, data, model, objective = make(shape, *sizes)
    loop = bare_loop(data.train.examples, model, objective, batch)
    engine = Engine(*make(shape, *sizes)[2:], data.train, config=config)
    whole = Engine(*make(shape, *sizes)[2:], data.train, config=config)

    def of_engine(count: int) -> None:
        for _ in range(count):
            engine.step()

    with tempfile.TemporaryDirectory() as folder:
        training = Training(whole, data, folder=Path(folder))
        training._save = lambda: None  # once a minute in a run, and each turn here

        def of_run(count: int) -> None:
            until = whole.steps + count
            training._stop = lambda: whole.steps >= until
            training.run()

        tasks = {"loop": loop, "engine": of_engine, "run": of_run}
        times: dict[str, list[float]] = {task: [] for task in tasks}
        for turn in range(turns + 1):
            for task, call in tasks.items():
                start = time.perf_counter()
                call(steps)
                if turn:  # the first one warms up
                    times[task].append((time.perf_counter() - start) / steps)
    ratios = {
        task: statistics.median(a / b for a, b in zip(times[task], times["loop"], strict=True))
        for task in ("engine", "run")
    }
    return {
        "network": name,
        "batch": batch,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "ratio_engine": round(ratios["engine"], 4),
        "ratio_run": round(ratios["run"], 4),
        "examples_per_second": round(batch / statistics.median(times["run"])),
        "times": {task: timing.summary(values) for task, values in times.items()},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every network and write the record."""
    parser = argparse.ArgumentParser(description="Compare the engine with a bare loop.")
    parser.add_argument("--quick", action="store_true", help="few turns, no record")
    parser.add_argument("--turns", type=int, default=41)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    results = []
    for name, shape, *sizes, steps in SIZES:
        row = measure(name, shape, (sizes[0], sizes[1], sizes[2]), steps, 5 if options.quick else options.turns)
        results.append(row)
        median = row["times"]["loop"]["median_ms"]
        timing.say(
            f"{name:20} loop {median:.3f} ms a step, engine {row['ratio_engine']:.3f}, run {row['ratio_run']:.3f} of it"
        )
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], results, packages=("torch",))
    return int(any(row["ratio_run"] > LIMIT for row in results))


if __name__ == "__main__":
    sys.exit(main())
