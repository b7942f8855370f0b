"""How many threads of the processor a run should use: the number with which its own steps are fastest."""

import copy
import os
import statistics
import time
from collections.abc import Callable, Mapping

import torch

from vae_models.config import RunConfig
from vae_models.data.dataset import Part
from vae_models.engine import Engine
from vae_models.model import Model
from vae_models.objective import Objective

_SECONDS = 0.3  # spent on each number of threads, but for at least two steps
_MARGIN = 0.95  # more threads must save a twentieth to be worth taking from others


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def candidates(cores: int) -> list[int]:
    """Return the numbers of threads to try: powers of two below the number of cores, and that number."""
    powers = [1 << place for place in range(cores.bit_length()) if 1 << place < cores]
    return [*powers, cores]


def measure_threads(step: Callable[[], object], numbers: list[int]) -> dict[int, float]:
    """Return the median seconds of a step with each number of threads; the number in use is restored."""
    before, found = torch.get_num_threads(), {}
    try:
        for number in numbers:
            torch.set_num_threads(number)
            step()
            times: list[float] = []
            while len(times) < 2 or sum(times) < _SECONDS:
                start = time.perf_counter()
                step()
                times.append(time.perf_counter() - start)
            found[number] = statistics.median(times)
    finally:
        torch.set_num_threads(before)
    return found


def fastest(seconds: Mapping[int, float]) -> int:
    """Return the number of threads to take: a larger one only where it saves a twentieth.

    Example:
        >>> fastest({1: 1.0, 2: 0.97, 4: 0.5})
        4
        >>> fastest({1: 1.0, 2: 0.97})
        1
    """
    chosen, *others = sorted(seconds)
    for number in others:
        if seconds[number] < _MARGIN * seconds[chosen]:
            chosen = number
    return chosen


def choose_threads(model: Model, objective: Objective, part: Part, *, config: RunConfig) -> dict[int, float]:
    """Return the median seconds of a step of a run with each number of threads, measured on a copy of it."""
    with torch.random.fork_rng(devices=[]):
        scratch = Engine(copy.deepcopy(model), copy.deepcopy(objective), part, config=config)
        return measure_threads(scratch.step, candidates(available_cores()))
