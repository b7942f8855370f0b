"""Heads of encoders and priors from their settings."""

from typing import assert_never

import torch
from torch import nn

from vae_models.data.dataset import Part
from vae_models.flow_posterior import FlowEncoder
from vae_models.networks.flows import RealNVP
from vae_models.networks.heads import DiagonalHead, Encoder, FixedHead, ScalarHead
from vae_models.networks.mixture import MixtureEncoder
from vae_models.objectives.mixture import mixture_prior
from vae_models.priors import IsotropicPrior, MixturePrior, VampPrior
from vae_models.settings.latents import (
    ClassPriorConfig,
    DiagonalPosteriorConfig,
    FixedPosteriorConfig,
    FlowPosteriorConfig,
    IsotropicPriorConfig,
    LatentPrior,
    MixturePosteriorConfig,
    MixturePriorConfig,
    PosteriorForm,
    ScalarPosteriorConfig,
    VampPriorConfig,
)
from variational.errors import InvalidInputError


def build_encoder(
    config: PosteriorForm, *, trunk: nn.Module, features: int, latent_dim: int
) -> Encoder | MixtureEncoder | FlowEncoder:
    """Return the encoder from x to q(z|x), of a trunk that gives ``features``.

    Raises:
        InvalidInputError: A flow for a single latent coordinate.
    """
    head: nn.Module
    match config:
        case MixturePosteriorConfig():
            return MixtureEncoder(trunk, latent_dim=latent_dim, classes=config.classes)
        case DiagonalPosteriorConfig():
            head = DiagonalHead(features, latent_dim, link=config.link, floor=config.floor)
        case ScalarPosteriorConfig():
            head = ScalarHead(features, latent_dim, log_variance=config.log_variance)
        case FixedPosteriorConfig():
            head = FixedHead(features, latent_dim, variance=config.variance)
        case FlowPosteriorConfig():
            if latent_dim < 2:
                msg = f"latent_dim must be at least 2 where the posterior is a flow, got {latent_dim}"
                raise InvalidInputError(msg)
            flow = RealNVP(latent_dim, layers=config.layers, widths=config.widths, volume=config.volume)
            return FlowEncoder(Encoder(trunk, DiagonalHead(features, latent_dim)), flow)
        case _:
            assert_never(config)
    return Encoder(trunk, head)


def build_prior(
    config: LatentPrior, *, latent_dim: int, encoder: nn.Module, part: Part
) -> IsotropicPrior | MixturePrior | VampPrior:
    """Return p(z).

    Args:
        config: Which one.
        latent_dim: Number of latent coordinates.
        encoder: Of the model, for priors made of it.
        part: What is trained on, for priors that begin with examples.

    Raises:
        InvalidInputError: There are fewer examples than pseudo-inputs, pseudo-inputs would be tokens, or a prior of
            classes without classes or of posteriors that are no Gaussians.
    """
    match config:
        case IsotropicPriorConfig():
            return IsotropicPrior(latent_dim=latent_dim, variance=config.variance)
        case MixturePriorConfig():
            shape = (config.components, latent_dim)
            means = config.spread * torch.randn(shape)
            return MixturePrior(torch.zeros(shape[0]), means, torch.zeros(shape), trained=config.trained)
        case VampPriorConfig():
            if config.components > len(part):
                msg = f"components must be at most the {len(part)} training examples, got {config.components}"
                raise InvalidInputError(msg)
            if isinstance(encoder, FlowEncoder):
                msg = "prior must be isotropic or mixture where the posterior is a flow, got vamp"
                raise InvalidInputError(msg)
            examples = part.first(config.components).all()
            if not examples.is_floating_point():
                msg = "prior must not be vamp where x are tokens, since its pseudo-inputs are trained numbers"
                raise InvalidInputError(msg)
            return VampPrior(encoder=encoder, pseudo_inputs=examples, trained_weights=config.trained_weights)
        case ClassPriorConfig():
            if not isinstance(encoder, MixtureEncoder):
                msg = "posterior must be mixture where the prior is classes, got none with classes"
                raise InvalidInputError(msg)
            return mixture_prior(
                encoder.classes, latent_dim, trained=config.trained, trained_weights=config.trained_weights
            )
        case _:
            assert_never(config)
