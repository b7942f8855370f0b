"""The Wasserstein distance of codes and prior by a critic whose slope is held near one (WGAN-GP).

Source: Gulrajani et al. (2017), improved training of Wasserstein GANs, equation (3); tried in InfoVAE, section 5.1.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from vae_models.objectives.passes import Pass, prior_draws, without_gradient_to
from vae_models.objectives.weighted import Adversary, Part
from vae_models.validation import require_in_range


class Wasserstein(Part):
    """E_p D(z) - E_gamma D(z) of the critic D, W_1(gamma, p) where D is its best; in units of z.

    Its gradient reaches the codes and not the critic, which learns from :class:`CriticLoss`.

    Args:
        critic: z -> real, shape (batch, 1), such as ``adversarial.make_discriminator`` returns; without normalisation
            over the batch, since the slope is held for each z by itself.
        penalty: >= 0; see :class:`CriticLoss`.
    """

    name = "wasserstein"

    def __init__(self, *, critic: nn.Module, penalty: float = 10.0) -> None:
        """Keep the critic."""
        super().__init__()
        require_in_range("penalty", penalty, least=0.0)
        self.critic, self.penalty = critic, penalty

    def opponent(self) -> "CriticLoss":
        """Return the loss by which the critic is trained."""
        return CriticLoss(critic=self.critic, penalty=self.penalty)

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        fixed = without_gradient_to(self.critic)
        of_codes: Tensor = functional_call(self.critic, fixed, (passed.latent,))
        of_draws: Tensor = functional_call(self.critic, fixed, (prior_draws(passed, None),))
        return of_draws.mean() - of_codes.mean()


class CriticLoss(Adversary):
    """E_gamma D - E_p D + penalty E (|grad D(z')| - 1)^2, z' uniform between a code and a draw of the prior.

    Its gradient reaches the critic and not the codes, so it can be added to the loss of the model.

    Args:
        critic: That of :class:`Wasserstein`.
        penalty: >= 0; 10 in the paper.
    """

    name = "critic"

    def __init__(self, *, critic: nn.Module, penalty: float = 10.0) -> None:
        """Keep the critic."""
        super().__init__()
        require_in_range("penalty", penalty, least=0.0)
        self.critic, self.penalty = critic, penalty

    def forward(self, passed: Pass) -> Float[Tensor, ""]:
        """Return the mean over the batch."""
        codes, draws = passed.latent.detach(), prior_draws(passed, None)
        generator = passed.batch.generator
        places = torch.rand((len(codes), 1), generator=generator, dtype=codes.dtype, device=codes.device)
        distance: Tensor = self.critic(codes).mean() - self.critic(draws).mean()
        return distance + self.penalty * self._excess(torch.lerp(codes, draws, places))

    def _excess(self, points: Tensor) -> Tensor:
        """Return E (|grad D| - 1)^2 at points, also where no gradient is wanted of it."""
        wanted = torch.is_grad_enabled()
        with torch.enable_grad():
            free = points.requires_grad_()
            (slope,) = torch.autograd.grad(self.critic(free).sum(), free, create_graph=wanted)
        excess: Tensor = (slope.norm(dim=1) - 1).square().mean()
        return excess
