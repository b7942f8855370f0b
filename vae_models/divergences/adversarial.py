"""The Jensen-Shannon divergence of codes and prior by a discriminator, learned beside the model from one loss.

Source: Makhzani et al. (2016), AAE, section 2; Goodfellow et al. (2014), Theorem 1, for JSD = log 2 - cross-entropy.
"""

import itertools
import math

from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from vae_models.objectives.passes import Pass, prior_draws, without_gradient_to
from vae_models.objectives.weighted import Adversary, Part
from vae_models.validation import require_count


def make_discriminator(latent_dim: int, *, width: int = 512, layers: int = 3) -> nn.Sequential:
    """Return a network z -> logit of "z is a draw of the prior", shape (batch, 1), with leaky rectifiers.

    Args:
        latent_dim: >= 1.
        width: >= 1; of the hidden layers.
        layers: >= 1; hidden ones.
    """
    for name, value in (("latent_dim", latent_dim), ("width", width), ("layers", layers)):
        require_count(name, value)
    sizes = [latent_dim, *(width,) * layers]
    hidden = [nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(0.2)) for a, b in itertools.pairwise(sizes)]
    return nn.Sequential(*hidden, nn.Linear(width, 1))


class JensenShannon(Part):
    """log 2 minus the cross-entropy of the discriminator: a lower bound on JSD(gamma || p), tight at the best; nats.

    Its gradient reaches the codes and not the discriminator, which learns from :class:`DiscriminatorLoss`.

    Args:
        discriminator: z -> logit of "z is a draw of the prior".
        saturating: Whether the gradient is that of the bound. Otherwise it is that of -E log D(z) / 2, which does
            not vanish where the discriminator is sure, and the value is this.
    """

    name = "jensen_shannon"

    def __init__(self, *, discriminator: nn.Module, saturating: bool = True) -> None:
        """Keep the parts."""
        super().__init__()
        self.discriminator, self.saturating = discriminator, saturating

    def opponent(self) -> "DiscriminatorLoss":
        """Return the loss by which the discriminator is trained."""
        return DiscriminatorLoss(discriminator=self.discriminator)

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        fixed = without_gradient_to(self.discriminator)
        of_codes: Tensor = functional_call(self.discriminator, fixed, (passed.latent,))
        if not self.saturating:
            return -functional.logsigmoid(of_codes).mean() / 2
        of_draws: Tensor = functional_call(self.discriminator, fixed, (prior_draws(passed, None),))
        return math.log(2) - _cross_entropy(of_codes, of_draws)


class DiscriminatorLoss(Adversary):
    """The cross-entropy that the discriminator minimises, half of it from codes and half from the prior; nats.

    Its gradient reaches the discriminator and not the codes, so it can be added to the loss of the model.

    Args:
        discriminator: That of :class:`JensenShannon`.
    """

    name = "discriminator"

    def __init__(self, *, discriminator: nn.Module) -> None:
        """Keep the discriminator."""
        super().__init__()
        self.discriminator = discriminator

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        draws = prior_draws(passed, None)
        return _cross_entropy(self.discriminator(passed.latent.detach()), self.discriminator(draws))


def _cross_entropy(of_codes: Tensor, of_draws: Tensor) -> Tensor:
    return -(functional.logsigmoid(-of_codes).mean() + functional.logsigmoid(of_draws).mean()) / 2
