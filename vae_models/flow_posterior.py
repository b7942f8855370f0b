"""Posteriors that are a diagonal Gaussian moved by a flow, z = T(u) with u ~ N(mean, diag(exp(log_variance)))."""

import copy
import dataclasses
from typing import ClassVar, Never, cast

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from vae_models.model import Model, Prior
from vae_models.networks.flows import Flow
from vae_models.posterior import Posterior
from vae_models.priors import sampled_kl
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, slots=True)
class FlowPosterior(Posterior):
    """The law of T(u). Densities of draws are exact, by a change of variables; KL and entropy are estimated from draws.

    Attributes:
        mean: Of u.
        log_variance: Of u.
        flow: T, one map for all x.

    Source:
        Rezende & Mohamed (2015), Variational inference with normalizing flows, equation (5).
    """

    flow: Flow = dataclasses.field(kw_only=True)
    closed_form: ClassVar[bool] = False

    def push(self, noise: Float[Tensor, "*draws batch latent"]) -> Float[Tensor, "*draws batch latent"]:
        """Return the draws that standard normal noise makes."""
        return self.flow(Posterior.push(self, noise))[0]

    def log_density(self, latent: Float[Tensor, "*draws batch latent"]) -> Float[Tensor, "*draws batch"]:
        """Return log q(z|x) of draws, the x in their order."""
        before, log_determinant = self.flow.inverse(latent)
        return Posterior.log_density(self, before) + log_determinant

    def gaussian(self) -> Never:
        """Refuse: mean and variance are those of u."""
        msg = "posterior must be Gaussian: of a model with a posterior flow, take in_base_coordinates(model)"
        raise InvalidInputError(msg)

    def entropy(self) -> Never:
        """Refuse: there is no closed form."""
        msg = "entropy of a flow posterior must be estimated, as minus log_density of a draw: it has no closed form"
        raise InvalidInputError(msg)

    def kl(self, variance: float | Tensor = 1.0) -> Never:  # noqa: ARG002
        """Refuse: there is no closed form."""
        msg = "KL of a flow posterior must be estimated from a draw, by prior.kl(posterior, latent): no closed form"
        raise InvalidInputError(msg)


class FlowEncoder(nn.Module):
    """An encoder whose Gaussian posterior is moved by a flow.

    Args:
        encoder: x -> Posterior; it has ``data_shape`` and ``latent_dim``.
        flow: T, of the dimension of z.

    Raises:
        InvalidInputError: For a flow of another dimension.
    """

    def __init__(self, encoder: nn.Module, flow: nn.Module) -> None:
        """Keep the parts if they fit."""
        super().__init__()
        self.encoder, self.flow = encoder, flow
        self.data_shape = cast(tuple[int, ...], encoder.data_shape)
        self.latent_dim = cast(int, encoder.latent_dim)
        if flow.dimension != self.latent_dim:
            msg = f"flow must be of dimension {self.latent_dim}, as z is, got {flow.dimension}"
            raise InvalidInputError(msg)

    def forward(self, data: Shaped[Tensor, "batch ..."]) -> FlowPosterior:
        """Return the posterior of each x."""
        posterior: Posterior = self.encoder(data)
        return FlowPosterior(posterior.mean, posterior.log_variance, flow=cast(Flow, self.flow))


class PulledBackPrior(nn.Module):
    """The law of u where T(u) has a given prior: the other side of the change of variables.

    Args:
        prior: Of z = T(u).
        flow: T.
    """

    def __init__(self, prior: nn.Module, flow: nn.Module) -> None:
        """Keep the parts."""
        super().__init__()
        self.prior, self.flow = prior, flow

    def log_density(self, latent: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(u) = log p(T(u)) + log |det J|; nats."""
        moved, log_determinant = self.flow(latent)
        return cast(Prior, self.prior).log_density(moved) + cast(Tensor, log_determinant)

    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Float[Tensor, "count latent"]:
        """Return draws."""
        drawn = cast(Prior, self.prior).sample(count, generator=generator)
        return cast(Flow, self.flow).inverse(drawn)[0]

    def kl(self, posterior: Posterior, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, " batch"]:
        """Return the estimate of KL(q(u|x) || p) from the draw."""
        return sampled_kl(self, posterior, latent)


class MovedDecoder(nn.Module):
    """A decoder of T(u), of an autoregressive one the same.

    Args:
        decoder: Of z.
        flow: T.
    """

    def __init__(self, decoder: nn.Module, flow: nn.Module) -> None:
        """Keep the parts."""
        super().__init__()
        self.decoder, self.flow = decoder, flow
        self.autoregressive = bool(getattr(decoder, "autoregressive", False))

    def forward(self, latent: Float[Tensor, "*batch latent"], *data: Tensor) -> Tensor:
        """Return what the decoder makes of T(u), and of x where it is autoregressive."""
        found: Tensor = self.decoder(self.flow(latent)[0], *data)
        return found


def in_base_coordinates(model: Model) -> Model:
    """Return the same model with u in place of z: its posterior is Gaussian, its prior the pulled-back one.

    Reconstruction, KL, mutual information and likelihood are the same in both; metrics that need Gaussian posteriors
    take this one. Numbers tied to the coordinates, as active units are, belong to u. It shares all parameters.

    Args:
        model: With a ``FlowEncoder``.

    Raises:
        InvalidInputError: For a model with another encoder.
    """
    encoder = model.encoder
    if not isinstance(encoder, FlowEncoder):
        msg = f"model must have a FlowEncoder, got {type(encoder).__name__}"
        raise InvalidInputError(msg)
    return Model(
        encoder=encoder.encoder,
        decoder=MovedDecoder(model.decoder, encoder.flow),
        prior=PulledBackPrior(cast(nn.Module, model.prior), encoder.flow),
        likelihood=model.likelihood,
    )


def with_gaussian_posterior(model: Model) -> Model:
    """Return the model itself, or with a flow the same in base coordinates, the prior in double precision as codes are.

    Args:
        model: With any encoder.
    """
    if not isinstance(model.encoder, FlowEncoder):
        return model
    found = in_base_coordinates(model)
    prior = copy.deepcopy(cast(PulledBackPrior, found.prior)).double()
    return Model(encoder=found.encoder, decoder=found.decoder, prior=prior, likelihood=found.likelihood)
