"""The loss of a model over a whole split, with draws that are the same each time."""

from collections.abc import Mapping

import torch
from torch import Tensor

from vae_models.data.dataset import Part
from vae_models.engine import Engine
from vae_models.objective import Batch
from vae_models.seeds import derived_seed


def evaluate(engine: Engine, part: Part) -> tuple[float, Mapping[str, float]]:
    """Return the mean loss over a split, and the means of its terms; nats per example.

    Dropout and batch normalisation are switched to evaluation meanwhile. Batches are as large as in training, and
    the last one as large as is left, but a single example joins the batch before it, since estimates over pairs of
    codes need two; what an objective computes over a batch counts by the examples in it.

    Args:
        engine: In training; its generator is not touched.
        part: On any device.
    """
    device = engine.device
    generator = torch.Generator(device).manual_seed(derived_seed(engine.config.seed, "evaluation"))
    default = torch.get_rng_state()
    totals: dict[str, Tensor] = {}
    engine.train(False)
    try:
        with torch.no_grad(), engine.precision():
            for index in _batches(part, engine.config.batch_size):
                data = part.take(index, dtype=engine.dtype).to(device)
                batch = Batch(data=data, index=index.to(device), step=engine.steps, generator=generator)
                terms = engine.objective_of_batch(batch)
                for name, value in {"loss": terms.loss, **terms.parts}.items():
                    weighted = value.double() * len(index)
                    totals[name] = totals[name] + weighted if name in totals else weighted
    finally:
        engine.train()
        torch.set_rng_state(default)
    means = {name: engine.world.first(float(total) / len(part)) for name, total in totals.items()}
    return means.pop("loss"), means


def _batches(part: Part, size: int) -> list[Tensor]:
    """Return the positions in the split that make up each batch."""
    batches = list(torch.split(torch.arange(len(part), device=part.examples.device), size))
    if len(batches) > 1 and len(batches[-1]) == 1 < size:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
