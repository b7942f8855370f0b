"""Assumptions and formulas that many claims of InfoVAE share."""

from variational import blocks

POSITIVE = "all densities are positive and every integral converges, H(X) among them"
AGGREGATE = "q(z) is the aggregated posterior, written gamma(z)"
POSTERIOR = "q(x|z) = p_D(x) q(z|x)/q(z)"
ANY_DIVERGENCE = "D(q||p) >= 0 is a divergence between q(z) and p(z); only its value D enters"

# The objective is maximised here, as printed; the losses of the toolkit are its negative.
RECONSTRUCTION = "int[x,z](pd(x)*q(z|x)*log(p(x|z)))"
KL_ENCODER = blocks.BLOCKS[blocks.KL_QP]
KL_AGGREGATE = blocks.BLOCKS[blocks.KL_GP]
INFORMATION = blocks.BLOCKS[blocks.MI]
NEGATIVE_ENTROPY = "int[x](pd(x)*log(pd(x)))"
DECODER_GAP = blocks.DECODER_GAP
ELBO = f"{RECONSTRUCTION} - {KL_ENCODER}"
# -KL(q(z)||p(z)) and E_q(z) KL(q(x|z)||p(x|z)) as they stand in (4) and (5)
INNER = "int[x](pd(x)*q(z|x)/gamma(z)*log(pd(x)*q(z|x)/gamma(z)/p(x|z)))"

DECODER_SLACK = "int[x,z](pd(x)*q(z|x)*phi(gamma(z)*p(x|z)/(pd(x)*q(z|x))))"
AGGREGATE_SLACK = "int[z](gamma(z)*phi(p(z)/gamma(z)))"
