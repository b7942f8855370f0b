"""Heads of encoders: how features become a diagonal Gaussian posterior, with its variance free, shared or fixed.

What they give has the precision of their weights, also where layers compute in a lower one: draws and divergences
would lose their digits there.
"""

import math
from collections.abc import Callable
from typing import cast

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.networks.checks import require_batch
from vae_models.networks.layers import linear
from vae_models.posterior import Posterior
from vae_models.validation import require_count, require_in_range, require_one_of
from variational.errors import InvalidInputError

# log of the deviation as a function of the raw output
LINKS: dict[str, Callable[[Tensor], Tensor]] = {"exp": lambda raw: raw / 2, "sigmoid": nn.functional.logsigmoid}


class DiagonalHead(nn.Module):
    """Mean and one variance for each coordinate, both depending on x, from one linear layer.

    Args:
        features: Number of inputs.
        latent_dim: Number of latent coordinates.
        link: "exp", by which the layer gives the log variance, or "sigmoid", by which the deviation is below 1.
        floor: >= 0; added to the deviation. The ELBO of InfoVAE, Proposition 1, is unbounded without one.
        generator: Of the initial weights.

    Source:
        AR-ELBO, Appendix I ("FC d_z x 2"); link and floor: public code of InfoVAE (sigmoid + 0.0005 on its toy data).
    """

    def __init__(
        self,
        features: int,
        latent_dim: int,
        *,
        link: str = "exp",
        floor: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("features", features)
        require_count("latent_dim", latent_dim)
        require_one_of("link", link, LINKS)
        require_in_range("floor", floor, least=0.0)
        self.features, self.latent_dim, self.link, self.floor = features, latent_dim, link, floor
        self.layer = linear(features, 2 * latent_dim, generator=generator)

    def forward(self, features: Float[Tensor, "batch features"]) -> Posterior:
        """Return the posterior of each x."""
        mean, raw = self.layer(features).to(self.layer.weight.dtype).chunk(2, dim=-1)
        if self.link == "exp" and not self.floor:
            return Posterior(mean, raw)
        log_deviation = LINKS[self.link](raw)
        if self.floor:
            log_deviation = torch.logaddexp(log_deviation, log_deviation.new_tensor(math.log(self.floor)))
        return Posterior(mean, 2 * log_deviation)


class ScalarHead(nn.Module):
    """Mean depending on x, and one trained variance for all x and coordinates.

    Args:
        features: Number of inputs.
        latent_dim: Number of latent coordinates.
        log_variance: ln sigma_z^2 at the start; the paper does not state it, and 0 is the prior's.
        generator: Of the initial weights.

    Source:
        AR-ELBO, section 4 ("one trainable sigma_z^2") and Appendix D.1 (FC d_z for the mean).
    """

    def __init__(
        self,
        features: int,
        latent_dim: int,
        *,
        log_variance: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("features", features)
        require_count("latent_dim", latent_dim)
        require_in_range("log_variance", log_variance)
        self.features, self.latent_dim = features, latent_dim
        self.layer = linear(features, latent_dim, generator=generator)
        self.log_variance = nn.Parameter(torch.full((1, 1), float(log_variance)))

    def forward(self, features: Float[Tensor, "batch features"]) -> Posterior:
        """Return the posterior of each x."""
        return Posterior(self.layer(features).to(self.layer.weight.dtype), self.log_variance)


class FixedHead(nn.Module):
    """Mean depending on x, and one variance that is not trained; zero for a deterministic encoder.

    With variance zero the draws are the means, while entropy and KL are infinite, as they should be: an objective for
    deterministic encoders must not ask for them.

    Args:
        features: Number of inputs.
        latent_dim: Number of latent coordinates.
        variance: >= 0; sigma_z^2.
        generator: Of the initial weights.

    Source:
        AR-ELBO, section 4.2 and Appendix D (deterministic encoding, sigma_z = 0), Appendix E (sigma_z^2 held fixed).
    """

    log_variance: Tensor

    def __init__(
        self, features: int, latent_dim: int, *, variance: float, generator: torch.Generator | None = None
    ) -> None:
        """Check the arguments and draw the weights."""
        super().__init__()
        require_count("features", features)
        require_count("latent_dim", latent_dim)
        require_in_range("variance", variance, least=0.0)
        self.features, self.latent_dim = features, latent_dim
        self.layer = linear(features, latent_dim, generator=generator)
        self.register_buffer("log_variance", torch.full((1, 1), float(variance)).log())

    def forward(self, features: Float[Tensor, "batch features"]) -> Posterior:
        """Return the posterior of each x."""
        return Posterior(self.layer(features).to(self.layer.weight.dtype), self.log_variance)


class Encoder(nn.Module):
    """A trunk and a head: x -> features -> Posterior.

    Args:
        trunk: Module with attributes ``data_shape``, the shape of one x, and ``features``, how many it gives.
        head: Module with attributes ``features``, how many it takes, and ``latent_dim``.

    Raises:
        InvalidInputError: If the head takes another number of features than the trunk gives.
    """

    def __init__(self, trunk: nn.Module, head: nn.Module) -> None:
        """Keep the parts if they fit."""
        super().__init__()
        if trunk.features != head.features:
            msg = f"head must take the {trunk.features} features of the trunk, got a head for {head.features}"
            raise InvalidInputError(msg)
        self.trunk, self.head = trunk, head
        self.data_shape = cast(tuple[int, ...], trunk.data_shape)
        self.latent_dim = cast(int, head.latent_dim)

    def forward(self, data: Shaped[Tensor, "batch ..."]) -> Posterior:
        """Return the posterior of each x.

        Raises:
            InvalidInputError: For x of another shape than (batch, *data_shape).
        """
        require_batch("x", data, self.data_shape)
        found: Posterior = self.head(self.trunk(data))
        return found
