"""The distance to the optimum for two spherical Gaussians in any dimension: the data of NC-VAE, section 6.1."""

import dataclasses
import math

import numpy as np
import torch
from torch import Tensor

from numeric.laws import gaussian_ratio
from numeric.reduce import RadialSolution, gaussian_ncvae
from vae_models.compare.records import Distance, Number, make_distance
from vae_models.compare.setting import Setting, require_scales, require_weighted_elbo, setting_of
from vae_models.likelihoods.gaussian import GaussianLikelihood
from vae_models.metrics.codes import encode
from vae_models.metrics.information import full_data_information, leave_one_out_information
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objectives.weighted import WeightedSum
from vae_models.validation import require_count, require_in_range
from variational.errors import InvalidInputError


@dataclasses.dataclass(frozen=True, kw_only=True)
class TwoGaussians:
    """p_d = N(0, deviation^2 I) and p_n = N(separation, deviation^2 I) in ``dimension`` dimensions."""

    dimension: int
    deviation: float
    separation: float

    def __post_init__(self) -> None:
        """Refuse a dimension below one and a deviation that is not positive."""
        require_count("dimension", self.dimension)
        require_in_range("deviation", self.deviation, least=0.0, strict=True)
        require_in_range("separation", self.separation)

    @property
    def entropy(self) -> float:
        """Differential entropy of the data; nats."""
        return self.dimension * (math.log(2 * math.pi * self.deviation**2) + 1) / 2

    def draw(self, count: int, *, noise: bool, generator: torch.Generator, dtype: torch.dtype) -> Tensor:
        """Return draws of the data, or of the noise."""
        drawn = torch.randn(count, self.dimension, generator=generator, dtype=dtype)
        return self.deviation * drawn + (self.separation if noise else 0.0)


def solve_two_gaussians(laws: TwoGaussians, setting: Setting) -> RadialSolution:
    """Return the optimal encoder of the NC-VAE loss for beta > 1 and delta > 0, with deviations of p as units of z."""
    prior_scale, noise_scale = require_scales(setting)
    if not (setting.beta > 1 and setting.delta > 0):
        msg = f"objective must have beta > 1 and delta > 0 for the reduced problem, got {setting.text}"
        raise InvalidInputError(msg)
    centre = np.zeros(laws.dimension)
    variance = laws.deviation**2
    law = gaussian_ratio(centre, variance, centre + laws.separation, variance)
    return gaussian_ncvae(
        law.log_ratio,
        law.weights,
        latent_dim=setting.latent_dim,
        noise_scale=noise_scale / prior_scale,
        beta=setting.beta,
        delta=setting.delta,
    ).require_converged()


def gaussian_distance(
    model: Model,
    objective: WeightedSum,
    laws: TwoGaussians,
    *,
    count: int = 1000,
    repeats: int = 16,
    generator: torch.Generator | None = None,
) -> Distance:
    """Return the distance of a trained model from the optimum of the NC-VAE or beta-VAE loss under two Gaussians.

    The model is met with fresh draws of both laws, so that what it has learnt by heart does not count.

    Args:
        model: With an isotropic Gaussian prior, in any number of latent coordinates.
        objective: recon + beta KL(q,p), beta > 1 (or 1 without contrast), with delta KL(q,n;pn) or without.
        laws: Of the data and of the noise.
        count: >= 2; fresh x of each law in one repeat, and the size of the mixture that stands for the aggregate.
        repeats: >= 2; independent repeats, from which the standard errors come.
        generator: Of the draws.

    Returns:
        ``encoder_lower`` and ``encoder_upper`` are bounds in expectation: the mixture that stands for the aggregate
        leaves the own code out, which overestimates I(X;Z), or holds it, which underestimates I(X;Z).

    Raises:
        InvalidInputError: Where the loss or a prior is another, or beta < 1.

    Source:
        Only the ratio of both densities matters to the optimum, and of z only its norm: :mod:`numeric.reduce`.
        Poole et al. (2019), section 2, for the two estimates of I(X;Z).
    """
    setting = setting_of(model, objective)
    require_weighted_elbo(setting)
    require_count("count", count, least=2)
    require_count("repeats", repeats, least=2)
    require_scales(setting)
    if not setting.beta >= 1:
        msg = f"objective must have beta >= 1: densities have no optimum below, got {setting.text}"
        raise InvalidInputError(msg)
    rng = torch.Generator().manual_seed(0) if generator is None else generator
    found = torch.tensor([_once(model, setting, laws, count, rng) for _ in range(repeats)], dtype=torch.float64)
    middle = found[:, :2].mean(dim=1)

    def sampled(values: Tensor, why: str) -> Number:
        error = float(values.std()) / math.sqrt(repeats)
        return Number(value=float(values.mean()), basis="sampled", rests_on=why, error=error)

    drawn = f"{repeats} repeats of {count} fresh x"
    lower = sampled(found[:, 0], f"{drawn}, I(X;Z) leave-one-out: below R in expectation")
    upper = sampled(found[:, 1], f"{drawn}, I(X;Z) of the mixture: above R in expectation")
    least, most, notes = _optimum(laws, setting)
    excess = None
    if setting.likelihood_is_kept and isinstance(model.likelihood, GaussianLikelihood):
        excess = sampled(found[:, 2] - laws.entropy, f"{drawn}, one code each, less H(X) in closed form")
    return make_distance(
        law=f"N(0, {laws.deviation:g}^2 I) and as noise N({laws.separation:g}, {laws.deviation:g}^2 I) in "
        f"{laws.dimension} dimensions",
        objective=setting.text,
        encoder=(lower, sampled(middle, f"{drawn}, middle of both estimates of I(X;Z)"), upper),
        optimum=(least, most),
        excess=excess,
        notes=notes,
    )


def _once(
    model: Model, setting: Setting, laws: TwoGaussians, count: int, generator: torch.Generator
) -> tuple[float, float, float]:
    """Return R with the larger and with the smaller estimate of I(X;Z), and the loss, from fresh draws."""
    prior_scale, noise_scale = require_scales(setting)
    dtype = next(model.decoder.parameters()).dtype
    data = laws.draw(count, noise=False, generator=generator, dtype=dtype)
    codes = encode(model, data, generator=generator)
    regularised = setting.beta * float(codes.posterior.kl(prior_scale**2).mean())
    if setting.delta:
        noise = encode(model, laws.draw(count, noise=True, generator=generator, dtype=dtype), generator=generator)
        regularised += setting.delta * float(noise.posterior.kl(noise_scale**2).mean())
    estimates = [
        estimate(codes, split="test", entropy="sampled").value
        for estimate in (leave_one_out_information, full_data_information)
    ]
    with torch.no_grad(), evaluating(model):
        decoded = model.decode(codes.latent.to(dtype), data)
        reconstruction = -float(model.likelihood.log_density(decoded, data).double().mean())
    return regularised - estimates[0], regularised - estimates[1], reconstruction + regularised


def _optimum(laws: TwoGaussians, setting: Setting) -> tuple[Number, Number, tuple[str, ...]]:
    if not setting.delta:
        zero = Number(value=0.0, basis="proved", rests_on="ncvae:positivity.corrected: R >= 0 = R(p) for beta >= 1")
        return zero, zero, ()
    solution = solve_two_gaussians(laws, setting)
    certificate = solution.certificate
    margin = solution.neglected + solution.discretisation + certificate.rounding
    least = Number(
        value=certificate.lower - margin,
        basis="certified",
        rests_on="weak duality on nodes of log p_n/p_d and of |z|, less what these grids change",
    )
    most = Number(
        value=certificate.upper + margin,
        basis="certified",
        rests_on="R of the computed code on the same nodes, plus what these grids change",
    )
    notes = (
        f"{len(solution.weights)} nodes of log p_n/p_d, codes of neighbours {solution.node_distance:.1g} nats apart",
        f"{len(solution.grid)} nodes of |z|: halving their distance changed {solution.discretisation:.1e} nats, "
        f"cutting them off at most {solution.neglected:.1e}",
        f"duality gap {certificate.gap:.1e}, rounding about {certificate.rounding:.1e} nats",
        f"I(X;Z) of the optimum is {solution.mutual_information:.4g} nats",
    )
    return least, most, notes
