"""The distance to the optimum for finitely many x and codes on the line or in the plane: bounds without draws."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from numeric.continuous import ncvae_density_bounds
from vae_models.compare.records import Distance, Number, make_distance
from vae_models.compare.setting import (
    is_mass_function,
    require_scales,
    require_weighted_elbo,
    setting_of,
)
from vae_models.metrics.codes import infer
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objectives.weighted import WeightedSum
from vae_models.validation import require_count
from variational.errors import InvalidInputError

PER_DEVIATION = {1: 64.0, 2: 8.0}  # cells by latent dimensions
SUM_ROUNDING = 1e-6  # how far from 1 probabilities may sum: single precision is welcome


@torch.no_grad()
def finite_distance(
    model: Model,
    objective: WeightedSum,
    points: Shaped[Tensor, "n ..."],
    data: Float[Tensor, " n"],
    *,
    noise: Float[Tensor, " n"] | None = None,
    per_deviation: float | None = None,
    draws: int = 1000,
    generator: torch.Generator | None = None,
) -> Distance:
    """Return the distance of a model of finitely many x from the optimum of its loss.

    Args:
        model: With an isotropic Gaussian prior, a diagonal Gaussian encoder and one or two latent coordinates.
        objective: recon + beta KL(q,p), beta >= 1, with delta KL(q,n;pn) or without.
        points: Every x that data or noise have.
        data: Their probabilities.
        noise: Their probabilities under the noise; needed with delta.
        per_deviation: Cells in a deviation of each Gaussian; 64 on the line and 8 in the plane if left out.
        draws: >= 2; of q(z|x) for each x, for the reconstruction.
        generator: Of the draws.

    Returns:
        The encoder's gap with bounds that rest on no draw. Those of the whole loss hold where the likelihood gives
        probabilities of x; a density of x, as of a Gaussian likelihood, has no least loss on finitely many x.

    Raises:
        InvalidInputError: Where the loss, a prior or a shape is another, or beta < 1.

    Source:
        The loss at the best decoder is ncvae:eq12.decomposition; the bounds are those of :mod:`numeric.continuous`.
    """
    setting = setting_of(model, objective)
    require_weighted_elbo(setting)
    prior_scale, noise_scale = require_scales(setting)
    require_count("draws", draws, least=2)
    if setting.delta and noise is None:
        msg = "noise must hold the probabilities of the x under the noise where the loss has a contrastive part"
        raise InvalidInputError(msg)
    masses = _probabilities("data", data, len(points))
    noise_masses = masses if noise is None else _probabilities("noise", noise, len(points))
    with evaluating(model):
        posterior = infer(model, points, batch_size=1000)
    mean, deviation = posterior.gaussian().mean.double(), torch.exp(posterior.log_variance.double() / 2)
    bounds = ncvae_density_bounds(
        masses.numpy(),
        noise_masses.numpy(),
        mean.numpy(),
        deviation.numpy(),
        beta=setting.beta,
        delta=setting.delta,
        noise_scale=noise_scale,
        prior_scale=prior_scale,
        per_deviation=PER_DEVIATION[min(posterior.latent_dim, 2)] if per_deviation is None else per_deviation,
    )

    def proved(value: float, why: str) -> Number:
        return Number(value=value, basis="proved", rests_on=why)

    lower = proved(bounds.encoder_lower - bounds.rounding, "merging codes into cells lowers every divergence")
    upper = proved(bounds.encoder_upper + bounds.rounding, "KL in closed form, I(X;Z) of cells")
    middle = proved((lower.value + upper.value) / 2, "middle of its bounds")
    if setting.delta:
        least = proved(bounds.optimum_lower - bounds.rounding, "dual function over cells: no density is lower")
        most = proved(bounds.optimum_upper + bounds.rounding, "R of an encoder with a density, in closed form")
    else:
        least = most = proved(0.0, "ncvae:positivity.corrected: R >= 0 = R(p) for beta >= 1")
    excess = None
    if setting.likelihood_is_kept and is_mass_function(model, points):
        regularised = setting.beta * posterior_kl(mean, deviation, prior_scale) @ masses
        regularised = regularised + setting.delta * posterior_kl(mean, deviation, noise_scale) @ noise_masses
        entropy = -float(torch.special.xlogy(masses, masses).sum())
        value, error = _reconstruction(model, points, masses, draws, generator)
        excess = Number(
            value=value + float(regularised) - entropy,
            basis="sampled",
            rests_on=f"{draws} draws of each code for the reconstruction, KL and H(X) in closed form",
            error=error,
        )
    return make_distance(
        law=f"{len(points)} x with their probabilities",
        objective=setting.text,
        encoder=(lower, middle, upper),
        optimum=(least, most),
        excess=excess,
        notes=(
            f"{bounds.cells} cells, the outermost unbounded: no mass is neglected",
            f"cutting into cells leaves {upper.value - lower.value:.2g} nats between the bounds of the encoder and "
            f"{most.value - least.value:.2g} between those of the optimum",
            f"duality gap over cells {max(bounds.solver_gap, 0.0):.1e}, rounding at most about {bounds.rounding:.1e}",
        ),
    )


def _probabilities(name: str, given: Tensor, count: int) -> Float[Tensor, " n"]:
    """Return probabilities in double precision; what their sum misses by rounding is divided out."""
    found = given.detach().double().cpu()
    total = float(found.sum())
    if found.shape != (count,) or not bool((found >= 0).all()) or not abs(total - 1) <= SUM_ROUNDING:
        msg = f"{name} must hold a probability for each of {count} points, got shape {tuple(found.shape)}, sum {total}"
        raise InvalidInputError(msg)
    return found / total


def posterior_kl(mean: Tensor, deviation: Tensor, scale: float) -> Tensor:
    """Return KL(N(mean, diag(deviation^2)) || N(0, scale^2 I)) for each x; double precision."""
    log_ratio = 2 * torch.log(deviation / scale)
    return ((mean / scale).square() + torch.expm1(log_ratio) - log_ratio).sum(dim=1) / 2


def _reconstruction(
    model: Model, points: Tensor, masses: Tensor, draws: int, generator: torch.Generator | None
) -> tuple[float, float]:
    """Return -E log p(x|z) and its standard error, of the draws alone, as the x are counted out."""
    held = masses > 0
    kept, total = points[held], torch.zeros(2, int(held.sum()), dtype=torch.float64)
    with evaluating(model):
        posterior = infer(model, kept, batch_size=1000)
        for _ in range(draws):
            latent = posterior.sample(generator=generator)
            value = -model.likelihood.log_density(model.decode(latent, kept), kept).double()
            total += torch.stack([value, value.square()])
    mean, square = total / draws
    variance = (square - mean.square()).clamp(min=0) / (draws - 1)
    return float(masses[held] @ mean), float((masses[held].square() @ variance).sqrt())
