"""The ELBO, the beta-VAE and free bits: reconstruction and KL, with fixed or scheduled weight.

Source: Kingma & Welling (2014), equation (3); Higgins et al. (2017), equation (4); Kingma et al. (2016), IAF,
appendix C.8 (free bits).
"""

from typing import Literal, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from vae_models.objectives.passes import Inference, Pass, amortised
from vae_models.objectives.weighted import Part, Weighted, WeightedSum
from vae_models.posterior import Posterior
from vae_models.schedules import Schedule
from vae_models.validation import require_in_range, require_one_of
from variational.errors import InvalidInputError


class Reconstruction(Part):
    """-E log p(x|z); nats."""

    name = "reconstruction"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        return passed.reconstruction().mean()


class Divergence(Part):
    """E KL(q(z|x) || p); nats."""

    name = "kl"

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        return passed.kl().mean()


@runtime_checkable
class FactorisedPrior(Protocol):
    """A prior whose KL is a sum over coordinates."""

    def kl_by_coordinate(self, posterior: Posterior) -> Float[Tensor, "batch latent"]:
        """Return KL(q(z_j|x) || p(z_j)) for each x and coordinate."""


class FreeBits(Part):
    """KL below which nothing is gained: sum_j max(floor, E KL_j) over coordinates, or max(floor, E KL); nats.

    Args:
        floor: >= 0; nats for each coordinate, or in all.
        per: ``coordinate`` needs a prior with ``kl_by_coordinate``; ``total`` takes any.
    """

    name = "free_bits"

    def __init__(self, *, floor: float, per: Literal["coordinate", "total"] = "coordinate") -> None:
        """Keep the options."""
        super().__init__()
        require_in_range("floor", floor, least=0.0)
        require_one_of("per", per, ("coordinate", "total"))
        self.floor, self.per = floor, per

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the floored KL of the batch means."""
        if self.per == "total":
            return passed.kl().mean().clamp(min=self.floor)
        prior = passed.model.prior
        if not isinstance(prior, FactorisedPrior):
            msg = f"per must be 'total' where the prior has no KL by coordinate, got {self.per!r} with {prior!r}"
            raise InvalidInputError(msg)
        return prior.kl_by_coordinate(passed.posterior).mean(dim=0).clamp(min=self.floor).sum()


def elbo(
    *,
    beta: float | Schedule = 1.0,
    free_bits: float | None = None,
    free_bits_per: Literal["coordinate", "total"] = "coordinate",
    inference: Inference = amortised,
) -> WeightedSum:
    """Return reconstruction + beta KL: the negative ELBO at beta = 1, the beta-VAE otherwise.

    Args:
        beta: Weight of the KL, >= 0, or a schedule.
        free_bits: Nats of KL that cost nothing more, if any; the loss then holds ``free_bits`` in place of ``kl``,
            which is still reported.
        free_bits_per: Whether that is for each coordinate or in all.
        inference: How q(z|x) comes about.
    """
    if isinstance(beta, (int, float)):
        require_in_range("beta", beta, least=0.0)
    if free_bits is None:
        divergences = [Weighted(part=Divergence(), weight=beta)]
    else:
        floored = FreeBits(floor=free_bits, per=free_bits_per)
        divergences = [Weighted(part=floored, weight=beta), Weighted(part=Divergence(), weight=0.0)]
    return WeightedSum([Weighted(part=Reconstruction()), *divergences], inference=inference)
