"""The second stage of the two-stage VAE: a VAE of the codes of the first, from which new codes are drawn.

Source: Dai & Wipf (2019), section 4, with the layers of the public code. It is trained like any other model, with the
ELBO, on the codes of a run (the data set ``codes``), drawn anew in each batch.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.likelihoods.variance import TrainedVariance
from vae_models.model import Model
from vae_models.posterior import Posterior
from vae_models.priors import IsotropicPrior
from vae_models.validation import require_count
from variational.errors import InvalidInputError


def rectified(inputs: int, *, width: int, layers: int) -> nn.Sequential:
    """Return linear layers of one width, each followed by a rectifier."""
    hidden: list[nn.Module] = []
    for layer in range(layers):
        hidden += [nn.Linear(width if layer else inputs, width), nn.ReLU()]
    return nn.Sequential(*hidden)


class SkipNetwork(nn.Module):
    """Rectified layers, and one linear layer that sees their output and the input.

    Args:
        inputs: >= 1.
        outputs: >= 1.
        width: >= 1; of the hidden layers.
        layers: >= 1; hidden ones.
    """

    def __init__(self, inputs: int, outputs: int, *, width: int = 1024, layers: int = 3) -> None:
        """Make the layers."""
        super().__init__()
        for name, value in (("inputs", inputs), ("outputs", outputs), ("width", width), ("layers", layers)):
            require_count(name, value)
        self.hidden = rectified(inputs, width=width, layers=layers)
        self.last = nn.Linear(inputs + width, outputs)

    def forward(self, inputs: Float[Tensor, "batch inputs"]) -> Float[Tensor, "batch outputs"]:
        """Return the output."""
        found: Tensor = self.last(torch.cat([inputs, self.hidden(inputs)], dim=1))
        return found


class SkipTrunk(nn.Module):
    """Rectified layers whose output stands beside the entries of x: an encoder of the second stage without its head.

    Args:
        data_shape: Shape of one x.
        width: >= 1; of the hidden layers.
        layers: >= 1; hidden ones.
    """

    def __init__(self, data_shape: tuple[int, ...], *, width: int = 1024, layers: int = 3) -> None:
        """Make the layers."""
        super().__init__()
        self.data_shape, entries = tuple(data_shape), math.prod(data_shape)
        self.features = entries + width
        self.hidden = rectified(entries, width=width, layers=layers)

    def forward(self, data: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch features"]:
        """Return the features of each x."""
        flat = data.flatten(1)
        return torch.cat([flat, self.hidden(flat)], dim=1)


class SkipEncoder(nn.Module):
    """q(u|z) of the second stage.

    Args:
        latent_dim: >= 1; of z and of u.
        width: >= 1; of the hidden layers.
        layers: >= 1; hidden ones.
    """

    def __init__(self, latent_dim: int, *, width: int = 1024, layers: int = 3) -> None:
        """Make the layers."""
        super().__init__()
        self.network = SkipNetwork(latent_dim, 2 * latent_dim, width=width, layers=layers)

    def forward(self, data: Float[Tensor, "batch latent"]) -> Posterior:
        """Return q(u|z) for each z."""
        return Posterior(*self.network(data).to(self.network.last.weight.dtype).chunk(2, dim=1))


def second_stage(latent_dim: int, *, width: int = 1024, layers: int = 3) -> Model:
    """Return the model of the codes: u ~ N(0, I), z ~ N(decoder(u), gamma^2 I) with gamma trained from 1.

    Args:
        latent_dim: >= 1; of the codes of the first stage.
        width: >= 1; of the hidden layers.
        layers: >= 1; hidden ones.
    """
    return Model(
        encoder=SkipEncoder(latent_dim, width=width, layers=layers),
        decoder=SkipNetwork(latent_dim, latent_dim, width=width, layers=layers),
        prior=IsotropicPrior(latent_dim=latent_dim),
        likelihood=GaussianLikelihood(variance=TrainedVariance()),
    )


def sample_two_stages(
    first: Model, second: Model, count: int, *, generator: torch.Generator | None = None
) -> tuple[Float[Tensor, "count latent"], Tensor]:
    """Return codes z drawn from the second stage, and what the first decodes them to: the mean of x.

    Args:
        first: Model of the data.
        second: Model of its codes.
        count: >= 1.
        generator: Of the draws.
    """
    require_count("count", count)
    if first.is_autoregressive:
        msg = "first must have a decoder of z alone, got an autoregressive one; decode with draw_data"
        raise InvalidInputError(msg)
    with torch.no_grad():
        codes = second.draw_data(second.prior.sample(count, generator=generator), generator=generator)
        return codes, first.likelihood.mean(first.decoder(codes))
