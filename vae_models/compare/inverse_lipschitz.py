"""IL-LIDVAE beside a run: what the inverse Lipschitz constant of a decoder guarantees, whatever the encoder."""

from collections.abc import Iterator

import torch
from jaxtyping import Shaped
from torch import Tensor

from vae_models.compare.evidence import number
from vae_models.compare.records import Row
from vae_models.compare.rows import FEW, row_of
from vae_models.metrics.fisher import relative_fisher, stages_of
from vae_models.model import Model
from vae_models.networks.brenier import BrenierDecoder
from vae_models.records import Split

PRIOR_DRAWS = 200


def inverse_lipschitz(
    model: Model, data: Shaped[Tensor, "n ..."], *, split: Split, generator: torch.Generator
) -> Iterator[Row]:
    """Yield the relative Fisher divergence of prior and posterior beside its bound, if the decoder has a constant."""
    decoder = model.decoder
    if not isinstance(decoder, BrenierDecoder):
        return
    measured, bound = relative_fisher(
        model,
        data[:FEW],
        draws=PRIOR_DRAWS,
        split=split,
        stages=stages_of(decoder),
        generator=generator,
    )
    claim = "illidvae:thm3.4" if decoder.outer is None else "illidvae:thm3.8.pointwise"
    yield row_of(
        claim, "any decoder of the family", ("F(p||p(z|x))", number(measured)), ">=", ("L^2 E|score|^2", number(bound))
    )
