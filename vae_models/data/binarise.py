"""Binary data from intensities: drawn once (static), or drawn anew in each training batch (dynamic)."""

import dataclasses
from typing import Literal

import torch

from vae_models.data.dataset import DataSet, Part

Binarisation = Literal["real", "static", "dynamic"]
_SALT = {"train": 1, "validation": 2, "test": 3, "noise": 4}


def binarise(data: DataSet, binarisation: Binarisation, *, seed: int) -> DataSet:
    """Return the data set with its intensities read as probabilities of ones.

    Args:
        data: Numbers between 0 and 1.
        binarisation: real leaves them; static draws every split once; dynamic leaves the training set to be drawn in
            each batch and draws validation and test once, so that evaluations can be compared.
        seed: Of what is drawn once.
    """

    def change(name: str, part: Part) -> Part:
        if binarisation == "dynamic" and name == "train":
            return dataclasses.replace(part, stochastic=True)
        return drawn_once(part, seed=seed * 8 + _SALT[name])

    return data if binarisation == "real" else data.map(change)


def drawn_once(part: Part, *, seed: int) -> Part:
    """Return a split of zeros and ones, stored as bytes."""
    generator = torch.Generator().manual_seed(seed)
    everything = torch.arange(len(part))
    draws = dataclasses.replace(part, stochastic=True).take(everything, dtype=torch.float32, generator=generator)
    return dataclasses.replace(part, examples=draws.to(torch.uint8), scale=1.0)
