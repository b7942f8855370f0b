"""What does a step through the closed-form Brenier decoder cost, in steps through an MLP of the same width?

    python benchmarks/brenier.py [--quick] [--out FILE]

A step is forward and backward, with gradients in z and in all parameters, on one thread. The sizes are those of Table 3
of IL-LIDVAE, and two more at the width of its largest; the MLP has as many hidden layers as each potential, of the same
width. ``brenier_exp`` makes the weights positive by exp instead of softplus; ``autograd`` takes the same gradients of
the same potentials by automatic differentiation. The tasks take turns.

What to expect of multiplications alone: each map multiplies twice by every matrix that the MLP multiplies by once, and
l < t takes two maps. So where both l and t are small beside the width the ratio is 4 before any overhead; with a wide
output it is less, since f2 needs only l columns of its matrix on the way up.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import timing
import torch
from torch import Tensor, nn

from vae_models.networks.brenier import BrenierDecoder
from vae_models.networks.icnn import ICNN
from vae_models.networks.mlp import MLP

OUT = Path(__file__).with_suffix(".json")
BATCH = 100
# name: l, t, width
SIZES = {
    "Fashion-MNIST": (64, 784, 512),
    "Omniglot": (32, 784, 200),
    "toy": (2, 2, 10),
    "l = t": (64, 64, 512),
    "l < t, both below the width": (32, 64, 512),
}


def step(decoder: Callable[[Tensor], Tensor], parameters: list[nn.Parameter], latent: Tensor, weight: Tensor) -> Any:
    """Return the task of one forward and backward pass."""

    def task() -> None:
        (decoder(latent) * weight).sum().backward()
        latent.grad = None
        for parameter in parameters:
            parameter.grad = None

    return task


def by_autograd(decoder: BrenierDecoder) -> Callable[[Tensor], Tensor]:
    """Return the decoder with both gradients taken by automatic differentiation, that of f2 without its zeros' help."""

    def gradient(potential: ICNN, points: Tensor) -> Tensor:
        return torch.autograd.grad(potential(points).sum(), points, create_graph=True)[0]

    def decode(latent: Tensor) -> Tensor:
        inner = gradient(decoder.inner, latent)
        if decoder.outer is None:
            return inner
        return gradient(decoder.outer, nn.functional.pad(inner, (0, decoder.natural_dim - decoder.latent_dim)))

    return decode


def measure(name: str, runs: int) -> dict[str, Any]:
    """Return the row of one size."""
    latent_dim, natural_dim, width = SIZES[name]
    generator = torch.Generator().manual_seed(0)
    sizes = {"widths": (width, width), "generator": generator}
    brenier = BrenierDecoder(latent_dim, (natural_dim,), strength=1.0, **sizes)
    exponential = BrenierDecoder(latent_dim, (natural_dim,), strength=1.0, positive="exp", **sizes)
    mlp = MLP((latent_dim,), (natural_dim,), **sizes)
    latent = torch.randn(BATCH, latent_dim, generator=generator).requires_grad_()
    weight = torch.randn(BATCH, natural_dim, generator=generator)
    torch.testing.assert_close(brenier(latent), by_autograd(brenier)(latent), rtol=1e-4, atol=1e-4)
    tasks = {
        "mlp": step(mlp, list(mlp.parameters()), latent, weight),
        "brenier": step(brenier, list(brenier.parameters()), latent, weight),
        "brenier_exp": step(exponential, list(exponential.parameters()), latent, weight),
        "autograd": step(by_autograd(brenier), list(brenier.parameters()), latent, weight),
    }
    timing.side_by_side(tasks, 3)
    times = timing.side_by_side(tasks, runs)
    medians = {task: float(np.median(values)) for task, values in times.items()}
    least = {task: min(values) for task, values in times.items()}
    return {
        "name": name,
        "latent_dim": latent_dim,
        "natural_dim": natural_dim,
        "width": width,
        "batch": BATCH,
        "brenier_over_mlp": round(medians["brenier"] / medians["mlp"], 2),
        "brenier_exp_over_mlp": round(medians["brenier_exp"] / medians["mlp"], 2),
        "brenier_over_mlp_of_minima": round(least["brenier"] / least["mlp"], 2),
        "autograd_over_brenier": round(medians["autograd"] / medians["brenier"], 2),
        "parameters": {
            "mlp": sum(parameter.numel() for parameter in mlp.parameters()),
            "brenier": sum(parameter.numel() for parameter in brenier.parameters()),
        },
        "times": {task: timing.summary(values) for task, values in times.items()},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every size and write the record."""
    parser = argparse.ArgumentParser(description="Measure the cost of the Brenier decoder.")
    parser.add_argument("--quick", action="store_true", help="few runs, no record")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    results = []
    for name in SIZES:
        results.append(measure(name, 7 if options.quick else 101))
        timing.say(f"{name}: {results[-1]['brenier_over_mlp']} steps of the MLP (median)")
    if not options.quick:
        timing.save(options.out, __doc__.splitlines()[0], results, packages=("torch",))
    return 0


if __name__ == "__main__":
    sys.exit(main())
