"""All claims of the paper, in its order."""

from variational.papers.illidvae import (
    collapse,
    corollary3_6,
    guarantee,
    infima,
    kl,
    lemmas,
    log_sobolev,
    maps,
    shapes,
    sobolev_constants,
    tables,
    theorem3_4,
    theorem3_7,
    theorem3_8,
    theorem3_8_proof,
)
from variational.records import Claim

CLAIMS: tuple[Claim, ...] = (
    *collapse.CLAIMS,
    *maps.CLAIMS,
    *shapes.CLAIMS,
    *theorem3_4.CLAIMS,
    *lemmas.CLAIMS,
    *corollary3_6.CLAIMS,
    *infima.CLAIMS,
    *guarantee.CLAIMS,
    *theorem3_7.CLAIMS,
    *theorem3_8.CLAIMS,
    *theorem3_8_proof.CLAIMS,
    *kl.CLAIMS,
    *log_sobolev.CLAIMS,
    *sobolev_constants.CLAIMS,
    *tables.CLAIMS,
)
