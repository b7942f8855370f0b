"""How near does the 13-layer PixelCNN decoder come to what its convolutions alone would cost?

    python benchmarks/pixelcnn.py [--quick] [--gpu] [--out FILE]

Omniglot's sizes: 28 x 28, z of 32, batch 50, the 13 layers with and without the public code's direct connections. A
training step is forward and backward with gradients in all parameters. Beside it, in turn, run

- the convolutions alone: the same kernels on inputs of the same shapes, nothing between them, and as public codes have
  them (``square``), k x k with the rows that the mask hides;
- a product of square matrices, which gives the rate that the arithmetic can reach on this machine. The
  ``convolution_limit`` is the operations of the convolutions at that rate; ``fraction_of_limit`` is the limit over the
  time of the step.

``draw`` is ancestral sampling with a memory, ``draw_by_passes`` one whole pass for each pixel, timed on a few pixels.
Maps are channels-last; the plain stack is measured with channels first too. On a processor: one thread, float32, in
processor time, which a busy machine distorts less than the time on the wall. With ``--gpu``: bfloat16, and compiled
too; skipped by name if there is none.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import timing
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from vae_models.likelihoods.discrete import BernoulliLikelihood
from vae_models.networks.causal import CausalConv2d
from vae_models.networks.pixelcnn import PixelCNNDecoder

OUT = Path(__file__).with_suffix(".json")
BATCH, LATENT, SHAPE = 50, 32, (1, 28, 28)
LIKELIHOOD = BernoulliLikelihood()
ROWS = ((True, torch.channels_last), (False, torch.channels_last), (False, torch.contiguous_format))


def step(decoder: nn.Module, latent: Tensor, data: Tensor) -> Callable[[], None]:
    """Return the task of one training step without its optimiser."""

    def task() -> None:
        decoder.zero_grad(set_to_none=True)
        with torch.autocast(latent.device.type, torch.bfloat16, enabled=latent.device.type == "cuda"):
            decoded = decoder(latent, data)
        (-LIKELIHOOD.log_density(decoded.float(), data).mean()).backward()

    return task


def convolutions(
    decoder: PixelCNNDecoder, latent: Tensor, data: Tensor, *, square: bool
) -> list[tuple[nn.Conv2d, Tensor]]:
    """Return each convolution of the decoder as a plain one, with an input of the right shape."""
    found: list[tuple[nn.Conv2d, Tensor]] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> None:
        rows, columns = layer.weight.shape[2:]
        kernel = (columns, columns) if square else (rows, columns)
        plain = nn.Conv2d(layer.weight.shape[1], layer.weight.shape[0], kernel, bias=False)
        height, width = inputs[0].shape[2:]
        shape = (len(data), layer.weight.shape[1], height + kernel[0] - 1, width + columns - 1)
        maps = torch.randn(shape, device=data.device)
        if data.device.type == "cuda":
            plain, maps = plain.bfloat16(), maps.bfloat16()
        layout = layout_of(decoder)
        plain = plain.to(data.device, memory_format=layout)
        found.append((plain, maps.contiguous(memory_format=layout).requires_grad_()))

    causal = (layer for layer in decoder.modules() if isinstance(layer, CausalConv2d | nn.Conv2d))
    handles = [layer.register_forward_hook(note) for layer in causal]
    with torch.no_grad():
        decoder(latent, data)
    for handle in handles:
        handle.remove()
    return found


def layout_of(decoder: nn.Module) -> torch.memory_format:
    """Return how the maps of a decoder lie in memory."""
    wide = next(p for p in decoder.parameters() if p.ndim == 4 and p.shape[1] > 1 and p.shape[2] > 1)
    last = wide.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last else torch.contiguous_format


def alone(layers: list[tuple[nn.Conv2d, Tensor]]) -> Callable[[], None]:
    """Return the task of all convolutions, forward and backward, nothing between them."""

    def task() -> None:
        for layer, maps in layers:
            out = layer(maps)
            out.backward(out.detach())
            maps.grad = layer.weight.grad = None

    return task


def operations(task: Callable[[], None]) -> int:
    """Return the floating-point operations of a task, a product and a sum counting two."""
    with FlopCounterMode(display=False) as counter:
        task()
    return counter.get_total_flops()


def product(device: torch.device) -> tuple[Callable[[], None], int]:
    """Return the task of a square product in the precision of the step, and its operations."""
    size = 8192 if device.type == "cuda" else 1024
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    left, right = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))

    def task() -> None:
        torch.mm(left, right)

    return task, 2 * size**3


def waiting(task: Callable[[], None], device: torch.device) -> Callable[[], None]:
    """Return the task that ends when the device has ended."""
    if device.type != "cuda":
        return task

    def whole() -> None:
        task()
        torch.cuda.synchronize()

    return whole


def clock_of(device: torch.device) -> Callable[[], float]:
    """Return the clock that counts what the device does."""
    return time.perf_counter if device.type == "cuda" else time.process_time


def measure(*, direct: bool, layout: torch.memory_format, device: torch.device, runs: int) -> dict[str, Any]:
    """Return the row of one decoder."""
    generator = torch.Generator().manual_seed(0)
    decoder = PixelCNNDecoder(LATENT, SHAPE, SHAPE, direct=direct, generator=generator)
    decoder = decoder.to(device, memory_format=layout)
    latent = torch.randn(BATCH, LATENT, generator=generator).to(device)
    data = (torch.rand(BATCH, *SHAPE, generator=generator) < 0.1).float().to(device)
    plain = step(decoder, latent, data)
    bare = alone(convolutions(decoder, latent, data, square=False))
    whole = alone(convolutions(decoder, latent, data, square=True))
    matrices, matrix_operations = product(device)
    needed, public = operations(bare), operations(whole)
    tasks = {"step": plain, "convolutions": bare, "convolutions_square": whole, "matrix_product": matrices}
    if device.type == "cuda":
        tasks["step_compiled"] = step(torch.compile(decoder), latent, data)
    tasks = {name: waiting(task, device) for name, task in tasks.items()}
    timing.side_by_side(tasks, 1)
    times = timing.side_by_side(tasks, runs, clock=clock_of(device))
    least = {name: min(values) for name, values in times.items()}
    fastest = min(least["step"], least.get("step_compiled", np.inf))
    rate = matrix_operations / least["matrix_product"]
    row: dict[str, Any] = {
        "name": f"{'with' if direct else 'without'} direct connections, {str(layout).removeprefix('torch.')}",
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "processor, one thread",
        "batch": BATCH,
        "parameters": sum(parameter.numel() for parameter in decoder.parameters()),
        "gigaflop_of_a_step": round(needed / 1e9, 2),
        "gigaflop_with_hidden_rows": round(public / 1e9, 2),
        "matrix_gigaflop_per_second": round(rate / 1e9, 1),
        "trained_samples_per_second": round(BATCH / fastest, 1),
        "convolution_limit_ms": round(1e3 * needed / rate, 1),
        "fraction_of_limit": round(needed / rate / fastest, 3),
        "convolutions_over_step": round(least["convolutions"] / fastest, 3),
        "square_over_seen_rows": round(least["convolutions_square"] / least["convolutions"], 2),
        "times": {name: timing.summary(values) for name, values in times.items()},
    }
    return row | draws(decoder, latent, device, runs=max(1, runs // 5))


def draws(decoder: PixelCNNDecoder, latent: Tensor, device: torch.device, *, runs: int) -> dict[str, Any]:
    """Return the rates of sampling, with a memory and by whole passes; of the latter, some of the 784 are timed."""
    generator = torch.Generator(device).manual_seed(0)
    decoder.eval()
    blank = torch.zeros(len(latent), *SHAPE, device=device)

    def by_memory() -> None:
        decoder.sample(latent, LIKELIHOOD, generator=generator)

    @torch.no_grad()
    def by_pass() -> None:
        LIKELIHOOD.sample(decoder(latent, blank)[..., :1, :1], generator=generator)

    tasks = {"draw": waiting(by_memory, device), "pass": waiting(by_pass, device)}
    times = timing.side_by_side(tasks, runs, clock=clock_of(device))
    decoder.train()
    passes = SHAPE[1] * SHAPE[2] * min(times["pass"])
    return {
        "drawn_samples_per_second": round(BATCH / min(times["draw"]), 2),
        "drawn_by_passes_per_second": round(BATCH / passes, 3),
        "times_faster_than_by_passes": round(passes / min(times["draw"]), 1),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every decoder and write the record."""
    parser = argparse.ArgumentParser(description="Measure the 13-layer PixelCNN decoder against its convolutions.")
    parser.add_argument("--quick", action="store_true", help="few runs, no record")
    parser.add_argument("--gpu", action="store_true", help="on a GPU too, if there is one")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    devices = [torch.device("cpu")]
    if options.gpu and torch.cuda.is_available():
        devices.append(torch.device("cuda"))
    elif options.gpu:
        timing.say("GPU: skipped, there is none here")
    results = []
    for device in devices:
        for direct, layout in ROWS:
            runs = 1 if options.quick else 5
            results.append(measure(direct=direct, layout=layout, device=device, runs=runs))
            row = results[-1]
            timing.say(
                f"{row['name']}, {row['device']}: {row['trained_samples_per_second']} trained and "
                f"{row['drawn_samples_per_second']} drawn samples/s, {row['fraction_of_limit']} of the limit"
            )
            if not options.quick:
                timing.save(options.out, __doc__.splitlines()[0], results, packages=("torch",))
    return 0


if __name__ == "__main__":
    sys.exit(main())
