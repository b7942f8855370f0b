"""All claims of InfoVAE, in the order of the text."""

from variational.papers.infovae import (
    divergences,
    elbo,
    family,
    proposition1,
    proposition1_growth,
    proposition1_proof,
    proposition2,
    proposition2_proof,
    stein,
)

CLAIMS = (
    *elbo.CLAIMS,
    *proposition1.CLAIMS,
    *proposition1_proof.CLAIMS,
    *proposition1_growth.CLAIMS,
    *proposition2.CLAIMS,
    *proposition2_proof.CLAIMS,
    *family.CLAIMS,
    *divergences.CLAIMS,
    *stein.CLAIMS,
)
