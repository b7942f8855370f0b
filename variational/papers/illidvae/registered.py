"""All claims of the paper, in its order."""

from variational.papers.illidvae import corollary3_6, guarantee, infima, kl, theorem3_4, theorem3_8
from variational.records import Claim

CLAIMS: tuple[Claim, ...] = (
    *theorem3_4.CLAIMS,
    *corollary3_6.CLAIMS,
    *infima.CLAIMS,
    *guarantee.CLAIMS,
    *theorem3_8.CLAIMS,
    *kl.CLAIMS,
)
