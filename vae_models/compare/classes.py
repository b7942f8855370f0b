"""Theorems beside a model with classes: those that hold for the codes of any encoder, y summed out."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Shaped
from torch import Tensor

from vae_models.compare.evidence import constant, number
from vae_models.compare.inverse_lipschitz import inverse_lipschitz
from vae_models.compare.records import Row
from vae_models.compare.rows import ANY, ANY_DECODER, FEW, WEIGHTS, row_of
from vae_models.metrics.mixture import (
    draw_mixture,
    infer_mixture,
    mixture_elbo_parts,
    mixture_information,
    mixture_nll,
    mixture_rate,
)
from vae_models.model import Model
from vae_models.records import Split

NO_OPTIMUM = "the loss of a model with classes has an optimum over all encoders that is not known here"


def rows_of_classes(
    model: Model, data: Shaped[Tensor, "n ..."], *, split: Split, generator: Callable[[], torch.Generator]
) -> tuple[Row, ...]:
    """Return a row for every theorem that speaks of q(z|x) = sum_y q(y|x) q(z|x, y), p(z) or the decoder.

    Args:
        model: With a ``MixtureEncoder`` and a ``MixturePrior``.
        data: x; the law with equal masses on them is what theorems are read for.
        split: What they are.
        generator: Called for a fresh generator, so that no number depends on which others were asked for.
    """
    codes = draw_mixture(infer_mixture(model, data, batch_size=500), generator=generator())
    information = number(mixture_information(codes, estimator="full data", split=split))
    rate, _ = mixture_rate(codes, model.prior, split=split)
    few = data[:FEW]
    parts = mixture_elbo_parts(model, few, split=split, generator=generator())
    negative_elbo = next(number(part) for part in parts if part.name == "negative_elbo")
    weighted = number(mixture_nll(model, few, k=WEIGHTS, split=split, generator=generator()))
    cap = constant(math.log(len(data)), "ln of the number of examples")
    name = f"-log p(x) from {WEIGHTS} weights"
    return (
        row_of("arelbo:thm1.A3", ANY, ("I(X;Z)", information), "<=", ("E KL(q||p)", number(rate))),
        row_of("arelbo:D1.cap", ANY, ("I(X;Z)", information), "<=", ("ln N", cap)),
        row_of("ncvae:eq1.corrected", ANY_DECODER, ("-ELBO", negative_elbo), ">=", (name, weighted)),
        *inverse_lipschitz(model, data, split=split, generator=generator()),
    )
