"""What a loss and a model say about themselves, as the theory needs it: weights, priors, one variance or many."""

import dataclasses
from collections.abc import Mapping

import torch
from torch import Tensor

from vae_models.likelihoods.discrete import BernoulliLikelihood, CategoricalLikelihood
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.model import Model
from vae_models.objectives.elbo import Reconstruction
from vae_models.objectives.nc_vae import ContrastiveDivergence
from vae_models.objectives.weighted import WeightedSum
from vae_models.priors import IsotropicPrior
from variational.errors import InvalidInputError

DIVERGENCES = ("mmd", "stein", "jensen_shannon", "wasserstein")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Setting:
    """The numbers of a loss.

    Attributes:
        weights: Of its parts once schedules have settled, by name; those of weight zero are left out.
        noise_scale: K of the prior N(0, K^2 I) of codes of noise; None without contrastive part, or for another prior.
        prior_scale: Deviation of the isotropic Gaussian prior; None for another one.
        latent_dim: Coordinates of such a prior; 0 for another one.
        draws_codes: Whether a draw of q(z|x) is decoded, rather than its mean.
        likelihood_is_kept: Whether the reconstruction is -E log p(x|z) of the model, not one with a profiled variance.
    """

    weights: Mapping[str, float]
    noise_scale: float | None
    prior_scale: float | None
    latent_dim: int
    draws_codes: bool = True
    likelihood_is_kept: bool = True

    @property
    def beta(self) -> float:
        """Weight of KL(q||p)."""
        return self.weights.get("kl", 0.0)

    @property
    def delta(self) -> float:
        """Weight of E_pn KL(q||n)."""
        return self.weights.get("contrastive_kl", 0.0)

    @property
    def divergence(self) -> float:
        """Weight of a divergence of the aggregate beside the KL."""
        return sum(self.weights.get(name, 0.0) for name in DIVERGENCES)

    @property
    def is_weighted_elbo(self) -> bool:
        """Whether the loss is reconstruction + beta KL, with or without contrast."""
        parts = self.weights.keys() - {"contrastive_kl"}
        return self.draws_codes and parts <= {"reconstruction", "kl"} and self.weights.get("reconstruction") == 1

    @property
    def text(self) -> str:
        """The loss in the grammar of objectives, with its numbers."""
        names = {"reconstruction": "recon", "kl": "KL(q,p)", "contrastive_kl": "KL(q,n;pn)"}
        terms = [(weight, names.get(name, name)) for name, weight in self.weights.items()]
        return " + ".join(name if weight == 1 else f"{weight:g}*{name}" for weight, name in terms)


def setting_of(model: Model, objective: WeightedSum) -> Setting:
    """Return the setting of a model and its loss at the end of all schedules."""
    end = max(schedule.settled_at or 0 for schedule in objective.schedules.values())
    weights = objective.weights(int(end))
    parts = dict(zip(objective.schedules, objective.parts, strict=True))
    contrast = parts.get("contrastive_kl")
    noise_prior = contrast.prior if isinstance(contrast, ContrastiveDivergence) else None
    return Setting(
        weights={name: weight for name, weight in weights.items() if weight},
        noise_scale=_scale(noise_prior),
        prior_scale=_scale(model.prior),
        latent_dim=model.prior.latent_dim if isinstance(model.prior, IsotropicPrior) else 0,
        draws_codes=objective.code == "draw",
        likelihood_is_kept=isinstance(parts.get("reconstruction"), Reconstruction),
    )


def _scale(prior: object) -> float | None:
    return float(prior.variance) ** 0.5 if isinstance(prior, IsotropicPrior) else None


def require_scales(setting: Setting) -> tuple[float, float]:
    """Return the deviations of the two priors, the second 1 where it plays no part; refuse other priors."""
    if setting.prior_scale is None or (setting.delta and setting.noise_scale is None):
        msg = "priors must be isotropic Gaussians for a distance to the optimum, got another"
        raise InvalidInputError(msg)
    return setting.prior_scale, 1.0 if setting.noise_scale is None else setting.noise_scale


def require_weighted_elbo(setting: Setting) -> None:
    """Refuse a loss that is not reconstruction + beta KL, with or without contrast."""
    if not setting.is_weighted_elbo:
        msg = f"objective must be recon + beta*KL(q,p) + delta*KL(q,n;pn) of drawn codes, got {setting.text}"
        raise InvalidInputError(msg)


@torch.no_grad()
def one_log_variance(model: Model, data: Tensor) -> float | None:
    """Return ln sigma_z^2 where the encoder has one variance for all x and coordinates; None otherwise."""
    log_variance: Tensor = model.encoder(data[:2]).log_variance
    return float(log_variance) if log_variance.numel() == 1 else None


def one_noise_variance(model: Model) -> float | None:
    """Return sigma_x^2 where the likelihood is Gaussian with one variance that is no function of z; None otherwise."""
    if not isinstance(model.likelihood, GaussianLikelihood):
        return None
    held = getattr(model.likelihood.variance, "log_variance", None)
    if held is None or held.numel() != 1:
        return None
    log_variance = model.likelihood.variance.split(torch.zeros(1, 1, dtype=held.dtype))[1]
    return float(log_variance.exp())


def is_mass_function(model: Model, data: Tensor) -> bool:
    """Whether p(x|z) gives probabilities of x, for which H(X) of a discrete law is the right constant."""
    if isinstance(model.likelihood, BernoulliLikelihood):
        return bool(((data == 0) | (data == 1)).all())
    return isinstance(model.likelihood, CategoricalLikelihood)
