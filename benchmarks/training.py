"""How fast are training and likelihoods beside pythae and a bare loop, and what does NC-VAE cost beside the VAE?

    pip install -c constraints.txt -e ".[bench,train]" && python benchmarks/training.py [--quick] [--out FILE]

One thread, single precision, random 28x28 intensities, the networks that pythae has by default: 784-512-16 and back,
with rectifiers, the mean of x through a sigmoid, unit variance. Both sides begin with the same weights and are first
asked for the loss of one batch with the same draws: ``loss_difference`` is what remains, relative to the loss, after
the constant that pythae leaves out, 392 log 2 pi nats.

What each does in a step. pythae: ``BaseTrainer.train_step``, that is a ``DataLoader`` with its collation, the model,
Adam as torch chooses it, and the loss as a number; its progress bar is off and its copy of the best model after every
epoch is left out. Ours: ``Training.run`` with a line of the log every 100 steps, after the first steps, in which a run
decides whether to replay a recording; the checkpoint is left out, since it comes once a minute. The bare loop: networks
of ``nn.Sequential``, the loss in four lines, fused Adam, batches by index.
pythae's likelihood encodes every x anew for each draw, one x at a time; it is given the ``no_grad`` that it lacks.

The tasks take turns; a ratio is the median over turns of time over time, with the quartiles beside it.
"""

import argparse
import dataclasses
import logging
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import timing
import torch
from torch import Tensor, nn

from vae_models.config import MachineConfig, RunConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.divergences.kernels import multiquadratic_kernel
from vae_models.divergences.mmd import MaximumMeanDiscrepancy
from vae_models.engine import Engine
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.metrics.likelihood import importance_weighted_nll
from vae_models.model import Model
from vae_models.networks.heads import DiagonalHead, Encoder, FixedHead
from vae_models.networks.mlp import MLP, mlp_trunk
from vae_models.noise import DecoderNoise, GaussianNoise
from vae_models.objective import Batch, Objective
from vae_models.objectives.autoencoders import wae_mmd
from vae_models.objectives.elbo import elbo
from vae_models.objectives.info_vae import info_vae
from vae_models.objectives.nc_vae import nc_vae
from vae_models.priors import IsotropicPrior
from vae_models.training import Training

OUT = Path(__file__).with_suffix(".json")
SHAPE, LATENT, WIDTH, DRAWS = (1, 28, 28), 16, 512, 500
CONSTANT = math.prod(SHAPE) / 2 * math.log(2 * math.pi)
NEVER = 10**9  # steps or seconds that no turn reaches
DECIDED = 210  # steps after which a run of ours has decided how it takes them


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One objective on both sides."""

    objective: Objective
    batch: int
    peer: Callable[[], Any]
    least: float  # times pythae's examples per second
    deterministic: bool = False  # an encoder without variance
    constant: float = CONSTANT  # what pythae's loss leaves out


def peer_of(name: str, **options: Any) -> Callable[[], Any]:
    """Return what makes a model of pythae, which is imported here only."""

    def make() -> Any:
        from pythae import models  # noqa: PLC0415  the script says by --help how to install it

        config, model = {
            "vae": (models.VAEConfig, models.VAE),
            "beta": (models.BetaVAEConfig, models.BetaVAE),
            "info": (models.INFOVAE_MMD_Config, models.INFOVAE_MMD),
            "wae": (models.WAE_MMD_Config, models.WAE_MMD),
        }[name]
        return model(config(input_dim=SHAPE, latent_dim=LATENT, **options))

    return make


MMD = MaximumMeanDiscrepancy(kernel=multiquadratic_kernel, unbiased=True)
CASES = {
    "VAE": Case(objective=elbo(), batch=64, peer=peer_of("vae"), least=1.5),
    "beta-VAE": Case(objective=elbo(beta=4.0), batch=64, peer=peer_of("beta", beta=4.0), least=1.5),
    "InfoVAE-MMD": Case(
        objective=info_vae(alpha=0.0, scale=1000.0, divergence=MMD),
        batch=64,
        peer=peer_of("info", alpha=0.0, lbd=1000.0),
        least=2.0,
    ),
    "WAE-MMD": Case(
        objective=wae_mmd(weight=10.0),
        batch=256,
        peer=peer_of("wae", reg_weight=10.0),
        least=3.5,
        deterministic=True,
        constant=0.0,
    ),
}


def make_model(*, deterministic: bool = False) -> Model:
    """Return the model whose networks are pythae's."""
    trunk = mlp_trunk(SHAPE, widths=(WIDTH,))
    head = FixedHead(WIDTH, LATENT, variance=0.0) if deterministic else DiagonalHead(WIDTH, LATENT)
    return Model(
        encoder=Encoder(trunk, head),
        decoder=MLP((LATENT,), SHAPE, widths=(WIDTH,)),
        prior=IsotropicPrior(latent_dim=LATENT),
        likelihood=GaussianLikelihood(activation="sigmoid"),
    )


def copy_weights(model: Model, peer: Any) -> None:
    """Give a model the weights of pythae's."""
    trunk, head, decoder = model.encoder.trunk, model.encoder.head, model.decoder
    last = [peer.encoder.embedding]
    last += [peer.encoder.log_var] if hasattr(peer.encoder, "log_var") else []
    pairs = [
        (trunk.layers[0], [peer.encoder.layers[0][0]]),
        (head.layer, last),
        (decoder.layers[0], [peer.decoder.layers[0][0]]),
        (decoder.layers[1], [peer.decoder.layers[1][0]]),
    ]
    with torch.no_grad():
        for ours, theirs in pairs:
            ours.weight.copy_(torch.cat([layer.weight for layer in theirs]))
            ours.bias.copy_(torch.cat([layer.bias for layer in theirs]))


def our_run(objective: Objective, data: Tensor, model: Model, batch: int, folder: Path) -> Callable[[int], None]:
    """Return what takes so many steps of a whole run."""
    config = RunConfig(
        preset="benchmark",
        steps=NEVER,
        batch_size=batch,
        evaluate_every=float(NEVER),
        machine=MachineConfig(device="cpu", threads=1, checkpoint_seconds=float(NEVER)),
    )
    part = Part(examples=data)
    engine = Engine(model, objective, part, config=config)
    training = Training(engine, DataSet(name="random", train=part), folder=folder)
    training._save = lambda: None  # once a minute in a run, and each turn here

    def run(steps: int) -> None:
        until = engine.steps + steps
        training._stop = lambda: engine.steps >= until
        training.run()

    run(DECIDED)
    return run


def peer_run(peer: Any, data: Tensor, batch: int, folder: Path) -> Callable[[int], None]:
    """Return what takes an epoch of pythae's steps."""
    from pythae.data.datasets import BaseDataset  # noqa: PLC0415
    from pythae.trainers import BaseTrainer, BaseTrainerConfig  # noqa: PLC0415

    config = BaseTrainerConfig(
        output_dir=str(folder), per_device_train_batch_size=batch, learning_rate=1e-3, num_epochs=1
    )
    trainer = BaseTrainer(peer, BaseDataset(data, torch.zeros(len(data))), training_config=config)
    trainer.prepare_training()
    trainer.callback_handler.callbacks.clear()

    def run(steps: int) -> None:
        if steps * batch != len(data):
            msg = "a turn must be an epoch"
            raise ValueError(msg)
        trainer.train_step(1)

    return run


def bare_run(data: Tensor, batch: int) -> Callable[[int], None]:
    """Return what takes so many steps of the VAE in a loop that anybody would write."""
    size = math.prod(SHAPE)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 2 * LATENT))
    decoder = nn.Sequential(nn.Linear(LATENT, WIDTH), nn.ReLU(), nn.Linear(WIDTH, size), nn.Sigmoid())
    weights = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.Adam(weights, 1e-3, fused=True)
    step, order = 0, torch.randperm(len(data))

    def run(steps: int) -> None:
        nonlocal step, order
        for _ in range(steps):
            place = step % (len(data) // batch)
            if place == 0:
                order = torch.randperm(len(data))
            x = data[order[place * batch : (place + 1) * batch]]
            mean, log_variance = encoder(x).chunk(2, dim=1)
            z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
            error = (decoder(z) - x.flatten(1)).square().sum(dim=1)
            kl = (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)
            loss = (error + kl).mean() / 2
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            loss.item()
            step += 1

    return run


def loss_difference(case: Case, model: Model, peer: Any, data: Tensor) -> float:
    """Return by how much the losses of one batch with the same draws differ, relative to them."""
    x = data[: case.batch]
    torch.manual_seed(7)
    theirs = peer({"data": x}).loss.item() + case.constant
    generator = torch.Generator().manual_seed(7)
    batch = Batch(data=x, index=torch.arange(case.batch), step=0, generator=generator)
    return abs(case.objective(model, batch).loss.item() - theirs) / abs(theirs)


def turns_of(tasks: Mapping[str, Callable[[], object]], turns: int) -> dict[str, list[float]]:
    """Return the seconds of each task in each turn, after one that warms up."""
    timing.side_by_side(tasks, 1)
    return timing.side_by_side(tasks, turns)


def ratio(times: Mapping[str, list[float]], slow: str, fast: str) -> dict[str, float]:
    """Return the median over turns of the time of one task over that of another, and the quartiles."""
    each = [a / b for a, b in zip(times[slow], times[fast], strict=True)]
    low, middle, high = statistics.quantiles(each, n=4)
    return {"median": round(middle, 3), "lower_quartile": round(low, 3), "upper_quartile": round(high, 3)}


def against_pythae(name: str, *, turns: int, folder: Path) -> dict[str, Any]:
    """Return the row of one objective."""
    case = CASES[name]
    steps = 2560 // case.batch
    torch.manual_seed(0)
    data, peer, model = torch.rand(2560, *SHAPE), case.peer(), make_model(deterministic=case.deterministic)
    copy_weights(model, peer)
    difference = loss_difference(case, model, peer, data)
    ours, theirs = our_run(case.objective, data, model, case.batch, folder), peer_run(peer, data, case.batch, folder)
    tasks = {"pythae": lambda: theirs(steps), "ours": lambda: ours(steps)}
    if name == "VAE":
        bare = bare_run(data, case.batch)
        tasks["bare"] = lambda: bare(steps)
    times = turns_of(tasks, turns)
    row = {
        "name": name,
        "batch": case.batch,
        "loss_difference": difference,
        "examples_per_second": {task: round(2560 / statistics.median(values)) for task, values in times.items()},
        "speed_over_pythae": ratio(times, "pythae", "ours"),
        "at_least": case.least,
        "times": {task: timing.summary([value / steps for value in values]) for task, values in times.items()},
    }
    if name == "VAE":
        row |= {"time_over_bare": ratio(times, "ours", "bare"), "time_over_bare_at_most": 1.03}
    return row


def likelihood(*, turns: int) -> dict[str, Any]:
    """Return the row of the importance-weighted likelihood."""
    torch.manual_seed(0)
    data, peer, model = torch.rand(20, *SHAPE), CASES["VAE"].peer(), make_model()
    copy_weights(model, peer)
    peer.eval()
    generator, found = torch.Generator().manual_seed(0), {}

    def ours() -> None:
        record = importance_weighted_nll(model, data, k=DRAWS, split="test", generator=generator)
        found["ours"] = record.value

    def theirs() -> None:
        with torch.no_grad():
            found["pythae"] = -peer.get_nll(data, n_samples=DRAWS, batch_size=100)

    times = turns_of({"pythae": theirs, "ours": ours}, turns)
    return {
        "name": f"negative log-likelihood by {DRAWS} importance weights",
        "batch": len(data),
        "values_nats": found,
        "examples_per_second": {task: round(20 / statistics.median(values), 1) for task, values in times.items()},
        "speed_over_pythae": ratio(times, "pythae", "ours"),
        "at_least": 2.5,
        "times": {task: timing.summary(values) for task, values in times.items()},
    }


def noise_cost(*, turns: int, folder: Path) -> dict[str, Any]:
    """Return the row of NC-VAE beside the VAE, both of this package."""
    torch.manual_seed(0)
    data, tasks = torch.rand(2560, *SHAPE), {}
    contrastive = IsotropicPrior(latent_dim=LATENT, variance=25.0)
    for name, objective in {
        "VAE": elbo(),
        "NC-VAE, GN": nc_vae(noise=GaussianNoise(), contrastive_prior=contrastive),
        "NC-VAE, CD": nc_vae(noise=DecoderNoise(), contrastive_prior=contrastive),
    }.items():
        run = our_run(objective, data, make_model(), 64, folder)
        tasks[name] = lambda run=run: run(40)
    times = turns_of(tasks, turns)
    return {
        "name": "NC-VAE over VAE",
        "batch": 64,
        "time_over_vae": {name: ratio(times, name, "VAE") for name in tasks if name != "VAE"},
        "time_over_vae_at_most": 1.6,
        "times": {task: timing.summary([value / 40 for value in values]) for task, values in times.items()},
    }


def met(row: Mapping[str, Any]) -> bool:
    """Return whether a row is within its limits, by medians; of NC-VAE that of the noise of the paper's images."""
    if "at_least" in row and row["speed_over_pythae"]["median"] < row["at_least"]:
        return False
    if "time_over_bare" in row and row["time_over_bare"]["median"] > row["time_over_bare_at_most"]:
        return False
    over = row.get("time_over_vae")
    return over is None or over["NC-VAE, GN"]["median"] <= row["time_over_vae_at_most"]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, write the record, and return 1 if a limit is not met."""
    parser = argparse.ArgumentParser(description="Compare training with pythae 0.1.2, which the extra bench installs.")
    parser.add_argument("--quick", action="store_true", help="few turns, no record")
    parser.add_argument("--turns", type=int, default=31)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    turns = 3 if options.quick else options.turns
    torch.set_num_threads(1)
    logging.getLogger("pythae").setLevel(logging.WARNING)
    started, rows = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as name:
        for case in CASES:
            (folder := Path(name) / case).mkdir()
            rows.append(against_pythae(case, turns=turns, folder=folder))
            speed, over = rows[-1]["speed_over_pythae"], rows[-1].get("time_over_bare")
            bare = f", {over['median']} of a bare loop's time" if over else ""
            timing.say(f"{case}: {speed['median']} times pythae's speed{bare}")
        (folder := Path(name) / "noise").mkdir()
        rows += [likelihood(turns=turns), noise_cost(turns=turns, folder=folder)]
    timing.say(f"{rows[-2]['name']}: {rows[-2]['speed_over_pythae']['median']} times pythae's speed")
    for noise, found in rows[-1]["time_over_vae"].items():
        timing.say(f"{noise}: {found['median']} of the VAE's time")
    timing.say(f"{time.perf_counter() - started:.0f} s; limits met: {[met(row) for row in rows]}")
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], rows, packages=("torch", "pythae"))
    return int(not all(map(met, rows)))


if __name__ == "__main__":
    sys.exit(main())
