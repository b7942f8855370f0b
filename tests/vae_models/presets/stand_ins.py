"""Random data in the shapes of those of the papers, which a machine need not have, and batches that a test affords."""

import dataclasses
from pathlib import Path

import torch

from vae_models.config import MachineConfig
from vae_models.data.dataset import DataSet, Part
from vae_models.data.sources import load
from vae_models.data.text import text_data

SHAPES = {
    "mnist": (1, 28, 28),
    "fashion-mnist": (1, 28, 28),
    "omniglot-chardata": (1, 28, 28),
    "celeba": (3, 64, 64),
    "celebahq": (3, 128, 128),
    "codes": (16,),
}
# The first fully connected weights of the networks of faces grow with the image: 135 million for 128 x 128. They are
# trained on one entry after the last convolution; that they fit the size printed is tested without any numbers.
SMALLER = {"celeba": (3, 16, 16), "celebahq": (3, 16, 16)}
SENTENCES = {"synthetic-text", "lagging-synthetic"} | {
    f"{corpus}{end}" for corpus in ("yahoo", "yelp") for end in ("", "-short", "-whole")
}
SLOW = {"celeba", "celebahq", "omniglot-chardata"}
SLOW_NETWORKS = {"pixelcnn", "gated-pixelcnn", "flow"}


def affordable(config):
    """Return a configuration with a batch that does not take long, on one thread."""
    few = config.data.source in SLOW or config.model.decoder.kind in SLOW_NETWORKS
    least = 4 if config.data.source in SMALLER else 2  # batch normalisation sends two values to -1 and 1
    size = min(config.batch_size, least if few else 64)
    return dataclasses.replace(config, batch_size=size, machine=MachineConfig(device="cpu", threads=1))


def data_of(config):
    """Return the data of a configuration, or random ones of their shape where they are files."""
    generator = torch.Generator().manual_seed(0)
    source, base = config.data.source, config.data.base
    if source in SENTENCES:
        words = tuple(f"w{number}" for number in range(200))
        drawn = torch.randint(len(words), (64, 6), generator=generator)
        return text_data("text", [[words[n] for n in row] for row in drawn.tolist()], None, validation=0, seed=0)
    shape = SMALLER.get(source) or SHAPES.get(source) or (SHAPES.get(base) if source == "noise-partitions" else None)
    if shape is None:
        return load(config.data, Path("nowhere"))
    if config.model.decoder.kind == "pixelcnn":  # small, for the draws of the decoder
        shape = (1, 4, 4)
    return images(2 * config.batch_size, shape, generator=generator)


def images(count, shape, *, generator=None):
    """Return random images with entries k/255."""
    drawn = torch.rand(count, *shape, generator=generator)
    return DataSet(name="images", train=Part(examples=(drawn * 255).round() / 255))
