"""Inference refined for each x by gradient steps on its ELBO: SVI, and SA-VAE, which learns through the steps.

Source: Hoffman et al. (2013), SVI; Kim et al. (2018), SA-VAE, algorithm 1.
"""

from typing import Literal

import torch
from jaxtyping import Shaped
from torch import Tensor

from vae_models.model import Model
from vae_models.objective import Batch
from vae_models.objectives.passes import amortised
from vae_models.posterior import Posterior
from vae_models.validation import require_count, require_in_range, require_one_of


class Refinement:
    """An inference that starts from a posterior and descends the negative ELBO of each x in mean and log variance.

    Steps are those of gradient descent with momentum; the loss of an x is not divided by the size of the batch, so
    that a step does not depend on it. Every step takes a new draw.

    Args:
        steps: >= 1.
        learning_rate: > 0.
        momentum: In [0, 1).
        clip: > 0; longest gradient of one x, mean and log variance together.
        beta: >= 0; weight of the KL.
        differentiable: Whether gradients of the loss reach the encoder, and the decoder a second time, through the
            steps (SA-VAE). They are exact second derivatives; the public code of SA-VAE takes finite differences.
            A decoder without second derivatives, such as an LSTM in cuDNN, raises an error of torch.
        start: ``encoder``, or ``prior``: zero mean and unit variance.
    """

    def __init__(
        self,
        *,
        steps: int = 20,
        learning_rate: float = 1.0,
        momentum: float = 0.5,
        clip: float = 5.0,
        beta: float = 1.0,
        differentiable: bool = False,
        start: Literal["encoder", "prior"] = "encoder",
    ) -> None:
        """Check and keep the options."""
        require_count("steps", steps)
        require_in_range("learning_rate", learning_rate, least=0.0, strict=True)
        require_in_range("momentum", momentum, least=0.0)
        require_in_range("1 - momentum", 1 - momentum, least=0.0, strict=True)
        require_in_range("clip", clip, least=0.0, strict=True)
        require_in_range("beta", beta, least=0.0)
        require_one_of("start", start, ("encoder", "prior"))
        self.steps, self.learning_rate, self.momentum, self.clip = steps, learning_rate, momentum, clip
        self.beta, self.differentiable, self.start = beta, differentiable, start

    def __call__(self, model: Model, batch: Batch) -> Posterior:
        """Return the refined q(z|x) for each x of the batch."""
        linked = self.differentiable and torch.is_grad_enabled()
        return self.refine(model, batch.data, amortised(model, batch), generator=batch.generator, linked=linked)

    def refine(
        self,
        model: Model,
        data: Shaped[Tensor, "batch ..."],
        posterior: Posterior,
        *,
        generator: torch.Generator | None,
        linked: bool = False,
        chunk: int | None = None,
    ) -> Posterior:
        """Return the refined q(z|x) for each x.

        Args:
            model: Whose decoder, likelihood and prior are descended through.
            data: x.
            posterior: Of the encoder for each x; only its shape counts where ``start`` is the prior.
            generator: Of the draws.
            linked: Whether gradients reach what made ``posterior``, and the model a second time.
            chunk: >= 1; x at a time, all if left out. The draws do not depend on it.
        """
        with torch.enable_grad():
            place = self._started(posterior, linked=linked)
            velocity = torch.zeros_like(place)
            for _ in range(self.steps):
                noise = torch.randn(place[:, 0].shape, generator=generator, dtype=place.dtype, device=place.device)
                parts = zip(*(torch.split(each, chunk or len(data)) for each in (data, place, noise)), strict=True)
                gradient = torch.cat([self._gradient(model, *part, linked=linked) for part in parts])
                squared = gradient.square().sum(dim=(1, 2), keepdim=True)
                # the root is taken after the clamp: its derivative at zero is infinite
                velocity = self.momentum * velocity + gradient * (self.clip / squared.clamp(min=self.clip**2).sqrt())
                place = place - self.learning_rate * velocity
                if not linked:
                    place = place.detach().requires_grad_()
        return Posterior(*(place if linked else place.detach()).unbind(dim=1))

    @property
    def description(self) -> str:
        """What q(z|x) is, in words."""
        method = "SA-VAE" if self.differentiable else "SVI"
        return f"q(z|x) refined by {self.steps} step{'s' if self.steps > 1 else ''} of {method} from the {self.start}"

    def _started(self, posterior: Posterior, *, linked: bool) -> Tensor:
        """Return mean and log variance, shape (batch, 2, latent)."""
        mean = posterior.gaussian().mean
        place = torch.stack([mean, posterior.log_variance.expand(mean.shape)], dim=1)
        if self.start == "prior":
            place = torch.zeros_like(place)
        return place if linked and place.requires_grad else place.detach().requires_grad_()

    def _gradient(self, model: Model, data: Tensor, place: Tensor, noise: Tensor, *, linked: bool) -> Tensor:
        """Return the gradient of the negative ELBO of each x, the KL weighted, at the draw that the noise makes."""
        posterior = Posterior(*place.unbind(dim=1))
        latent = posterior.push(noise)
        density = model.likelihood.log_density(model.decode(latent, data), data)
        loss = (self.beta * model.prior.kl(posterior, latent) - density).sum()
        (gradient,) = torch.autograd.grad(loss, place, create_graph=linked)
        return gradient
