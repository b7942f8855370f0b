"""All claims of the text, in the order of its modules."""

from variational.papers.arelbo import covariance, entropy, information, objective, small_variance, theorem2
from variational.records import Claim

CLAIMS: tuple[Claim, ...] = (
    *objective.CLAIMS,
    *theorem2.CLAIMS,
    *small_variance.CLAIMS,
    *information.CLAIMS,
    *entropy.CLAIMS,
    *covariance.CLAIMS,
)
