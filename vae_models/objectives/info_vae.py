"""InfoVAE with any divergence of the aggregate, the AAE, and the divergences by name.

Source: Zhao et al. (2019), InfoVAE, equation (6), with the sign of a loss; Makhzani et al. (2016), AAE.
"""

from torch import nn

from vae_models.divergences.adversarial import JensenShannon
from vae_models.objectives.elbo import Divergence, Reconstruction
from vae_models.objectives.weighted import Adversarial, Part, Weighted, WeightedSum
from vae_models.schedules import Schedule
from vae_models.validation import require_in_range


def info_vae(*, alpha: float, scale: float, divergence: Part) -> WeightedSum:
    """Return reconstruction + (1 - alpha) KL(q || p) + (alpha + scale - 1) D(gamma || p).

    Args:
        alpha: Any; Proposition 2 of the paper is for alpha < 1 only.
        scale: lambda of the paper, any.
        divergence: D: MMD, Stein, or one that is learned, Jensen-Shannon or Wasserstein, which brings the loss of its
            opponent.
    """
    require_in_range("alpha", alpha)
    require_in_range("scale", scale)
    return WeightedSum(
        [
            Weighted(part=Reconstruction()),
            Weighted(part=Divergence(), weight=1 - alpha),
            *with_adversary(divergence, alpha + scale - 1),
        ]
    )


def aae(
    *,
    discriminator: nn.Module,
    scale: float | Schedule = 1.0,
    saturating: bool = False,
    reconstruction: Part | None = None,
) -> WeightedSum:
    """Return reconstruction + scale JSD(gamma || p), the InfoVAE with alpha = 1 and no KL.

    Args:
        discriminator: z -> logit of "z is a draw of the prior".
        scale: Weight, or a schedule.
        saturating: See :class:`vae_models.divergences.adversarial.JensenShannon`.
        reconstruction: -E log p(x|z) if left out.
    """
    adversary = JensenShannon(discriminator=discriminator, saturating=saturating)
    return WeightedSum(
        [
            Weighted(part=Reconstruction() if reconstruction is None else reconstruction),
            *with_adversary(adversary, scale),
        ]
    )


def with_adversary(divergence: Part, weight: float | Schedule) -> list[Weighted]:
    """Return the divergence with its weight, and with weight one the loss of its opponent, if it has one."""
    parts = [Weighted(part=divergence, weight=weight)]
    if isinstance(divergence, Adversarial):
        parts.append(Weighted(part=divergence.opponent()))
    return parts
