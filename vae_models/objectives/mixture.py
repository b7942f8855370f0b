"""The ELBO of models with classes, GMVAE and IL-LIDMVAE: y is summed out, z drawn for every class at once.

Both have a ``MixtureEncoder`` and a ``MixturePrior``; IL-LIDMVAE is the one with a ``BrenierDecoder``.

Source: illidvae, Definition 4.2; Dilokthanakul et al. (2016), GMVAE; Kingma et al. (2014), M2, equation (7).
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.model import Model
from vae_models.networks.mixture import MixturePosterior, class_means, uniform_logits
from vae_models.objective import Batch, Terms
from vae_models.priors import MixturePrior
from vae_models.schedules import Schedule, as_schedule, require_settled
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


class MixtureElbo(nn.Module):
    """E_q(y|x) [-E log p(x|z_y) + beta KL(q(z|x, y) || p(z|y))] + beta KL(q(y|x) || p(y)); nats.

    With beta = 1 it is -log p(x) + KL(q(y, z|x) || p(y, z|x)). Its parts are ``reconstruction``, ``class_kl`` and
    ``component_kl``; the last two add up to the KL that the tables of illidvae print.

    Args:
        beta: Weight of both divergences, >= 0, or a schedule.
    """

    def __init__(self, *, beta: float | Schedule = 1.0) -> None:
        """Keep the weight."""
        super().__init__()
        if isinstance(beta, (int, float)):
            require_in_range("beta", beta, least=0.0)
        self.beta = as_schedule(beta)

    def weights(self, step: int) -> dict[str, float]:
        """Return the weight of each part at a step."""
        beta = self.beta(step)
        return {"reconstruction": 1.0, "class_kl": beta, "component_kl": beta}

    def require_settled(self, *, total_steps: int) -> None:
        """Refuse a run of ``total_steps`` optimiser steps at whose end the weight still moves."""
        require_settled(self.beta, total_steps=total_steps, name="beta")

    def forward(self, model: Model, batch: Batch, *, weights: Mapping[str, float | Tensor] | None = None) -> Terms:
        """Return the loss of a model with classes on a batch.

        Args:
            model: The model.
            batch: The batch.
            weights: Of the parts, in place of those of the step; tensors where one program trains several models.

        Raises:
            InvalidInputError: The encoder gives no class, or the prior is no mixture of as many components.
        """
        posterior = _posterior(model, batch.data)
        prior = _prior(model, posterior)
        by_class = decode_by_class(model, posterior.sample(generator=batch.generator), batch.data)
        values = {
            "reconstruction": -posterior.expectation(by_class).mean(),
            "class_kl": posterior.class_kl(prior.logits).mean(),
            "component_kl": posterior.expectation(posterior.component_kl(prior.means, prior.log_variances)).mean(),
        }
        if weights is None:
            # the step is not asked for where it makes no difference: such a loss can be recorded and replayed
            weights = self.weights(batch.step if self.beta.settled_at else 0)
        loss = values["reconstruction"]
        for name in ("class_kl", "component_kl"):
            weight = weights[name]
            if isinstance(weight, Tensor) or weight != 0:  # zero times an infinite part would be nan
                loss = loss + weight * values[name]
        return Terms(loss=loss, parts={name: value.detach() for name, value in values.items()})


def decode_by_class(
    model: Model, latent: Float[Tensor, "batch classes latent"], data: Shaped[Tensor, "batch ..."]
) -> Float[Tensor, "batch classes"]:
    """Return log p(x|z_y) for each x and class from one pass through the decoder; nats."""
    classes = latent.shape[1]
    repeated = data.repeat_interleave(classes, dim=0)
    decoded = model.decode(latent.flatten(0, 1), repeated)
    return model.likelihood.log_density(decoded, repeated).reshape(-1, classes)


def mixture_prior(
    classes: int, latent_dim: int, *, trained: bool = True, trained_weights: bool = False
) -> MixturePrior:
    """Return the prior of Definition 4.2: y ~ Cat(1/c) and z|y ~ N(B1^T y, I), with the unit vectors as means.

    Args:
        classes: c, >= 1. With c > ``latent_dim`` the classes beyond start with the same prior; only their encoders
            tell them apart.
        latent_dim: l, >= 1.
        trained: Whether means and variances are trained, as the experiments of illidvae do.
        trained_weights: Whether the weights of the classes are trained as well.
    """
    means = class_means(classes, latent_dim)
    prior = MixturePrior(uniform_logits(classes), means, torch.zeros_like(means), trained=trained or trained_weights)
    for name, wanted in (("logits", trained_weights), ("means", trained), ("log_variances", trained)):
        getattr(prior, name).requires_grad_(wanted)
    return prior


@torch.no_grad()
def log_class_posterior(
    model: Model, data: Shaped[Tensor, "n ..."], *, batch_size: int = 1000
) -> Float[Tensor, "n classes"]:
    """Return log q(y|x) of all x, by which the mixture-class accuracy is measured.

    Args:
        model: With classes; in evaluation mode, where that matters.
        data: All x.
        batch_size: >= 1; x encoded at a time.

    Raises:
        InvalidInputError: The encoder gives no class.
    """
    require_count("batch_size", batch_size)
    return torch.cat([_posterior(model, part).log_class for part in torch.split(data, batch_size)])


def _posterior(model: Model, data: Tensor) -> MixturePosterior:
    posterior = model.encoder(data)
    if not isinstance(posterior, MixturePosterior):
        msg = f"encoder must give a MixturePosterior, as MixtureEncoder does, got {type(posterior).__name__}"
        raise InvalidInputError(msg)
    return posterior


def _prior(model: Model, posterior: MixturePosterior) -> MixturePrior:
    classes = posterior.log_class.shape[1]
    prior = model.prior
    if not isinstance(prior, MixturePrior) or len(prior.logits) != classes:
        what = f"{len(prior.logits)} components" if isinstance(prior, MixturePrior) else type(prior).__name__
        msg = f"prior must be a MixturePrior of the {classes} classes of the encoder, got {what}"
        raise InvalidInputError(msg)
    return prior
