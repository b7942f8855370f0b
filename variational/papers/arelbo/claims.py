"""All claims of the text, in the order of its modules."""

from variational.papers.arelbo import (
    any_data,
    consequences,
    covariance,
    entropy,
    estimate,
    information,
    large_variance,
    linear,
    objective,
    perturbation,
    rank,
    small_variance,
    smoothness,
    table3,
    tables,
    theorem2,
    updates,
    variance,
)
from variational.records import Claim

CLAIMS: tuple[Claim, ...] = (
    *objective.CLAIMS,
    *theorem2.CLAIMS,
    *any_data.CLAIMS,
    *small_variance.CLAIMS,
    *information.CLAIMS,
    *entropy.CLAIMS,
    *covariance.CLAIMS,
    *linear.CLAIMS,
    *perturbation.CLAIMS,
    *large_variance.CLAIMS,
    *smoothness.CLAIMS,
    *estimate.CLAIMS,
    *variance.CLAIMS,
    *updates.CLAIMS,
    *rank.CLAIMS,
    *consequences.CLAIMS,
    *tables.CLAIMS,
    *table3.CLAIMS,
)
