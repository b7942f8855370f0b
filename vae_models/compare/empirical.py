"""The distance to the optimum for any data set and a weighted ELBO: the law with equal masses on given examples."""

import math

import torch
from jaxtyping import Shaped
from torch import Tensor

from vae_models.compare.records import Distance, Number, make_distance
from vae_models.compare.setting import is_mass_function, require_scales, require_weighted_elbo, setting_of
from vae_models.metrics.codes import draw_codes, infer
from vae_models.metrics.information import full_data_information
from vae_models.metrics.likelihood import elbo_parts
from vae_models.model import Model
from vae_models.modes import evaluating
from vae_models.objectives.weighted import WeightedSum
from vae_models.validation import require_count
from variational.errors import InvalidInputError


@torch.no_grad()
def empirical_distance(
    model: Model,
    objective: WeightedSum,
    data: Shaped[Tensor, "n ..."],
    *,
    repeats: int = 8,
    generator: torch.Generator | None = None,
) -> Distance:
    """Return the distance of a model from the optimum of its loss under the law with mass 1/n on each of n examples.

    That optimum is known in closed form: inf R = 0 for beta >= 1, where the constant code p is optimal; and
    -(1 - beta) H(X) for beta < 1, where a code is that sends different x to cells of the prior of their probability.

    Args:
        model: With an isotropic Gaussian prior.
        objective: recon + beta KL(q,p), without contrast, whose law of p_n/p_d is not known in general.
        data: The examples.
        repeats: >= 2; draws of a code for each, from which the standard errors come.
        generator: Of the draws.

    Raises:
        InvalidInputError: Where the loss or the prior is another.

    Error:
        The aggregate is the mixture of all n codes, which is exact for this law; the errors are those of the draws.
    """
    setting = setting_of(model, objective)
    require_weighted_elbo(setting)
    prior_scale, _ = require_scales(setting)
    require_count("repeats", repeats, least=2)
    if setting.delta:
        msg = f"objective must have no contrastive part where the law of p_n/p_d is not known, got {setting.text}"
        raise InvalidInputError(msg)
    with evaluating(model):
        posterior = infer(model, data, batch_size=1000)
    wide = draw_codes(posterior, generator=generator).posterior
    rate = float(wide.kl(prior_scale**2).mean())
    information = torch.tensor(
        [
            full_data_information(draw_codes(wide, generator=generator), split="train", entropy="sampled").value
            for _ in range(repeats)
        ],
        dtype=torch.float64,
    )
    error = float(information.std()) / math.sqrt(repeats)
    drawn = f"{repeats} draws of each code, KL in closed form"
    loss = Number(value=setting.beta * rate - float(information.mean()), basis="sampled", rests_on=drawn, error=error)
    entropy = entropy_of(data)
    if setting.beta >= 1:
        optimum = Number(value=0.0, basis="proved", rests_on="ncvae:positivity.corrected: R >= 0 = R(p) for beta >= 1")
    else:
        optimum = Number(
            value=-(1 - setting.beta) * entropy,
            basis="proved",
            rests_on="infovae:unbounded.discrete, reached by cells of the prior",
        )
    excess = None
    if setting.likelihood_is_kept and is_mass_function(model, data):
        values = [_reconstruction(model, data, generator) for _ in range(repeats)]
        mean, spread = torch.tensor(values, dtype=torch.float64).mean(), torch.tensor(values, dtype=torch.float64).std()
        excess = Number(
            value=float(mean) + setting.beta * rate - entropy,
            basis="sampled",
            rests_on=drawn,
            error=float(spread) / math.sqrt(repeats),
        )
    return make_distance(
        law=f"mass 1/{len(data)} on each of {len(data)} examples, H(X) = {entropy:.4f} nats",
        objective=setting.text,
        encoder=(loss, loss, loss),
        optimum=(optimum, optimum),
        excess=excess,
        notes=("the optimum knows the examples by heart: it is no target for other data",),
    )


def entropy_of(data: Shaped[Tensor, "n ..."]) -> float:
    """Return H(X) of the law with mass 1/n on each of n examples, where equal ones share theirs; nats."""
    counts = torch.unique(data.flatten(1), dim=0, return_counts=True)[1].double()
    shares = counts / counts.sum()
    return -float(shares @ shares.log())


def _reconstruction(model: Model, data: Tensor, generator: torch.Generator | None) -> float:
    parts = elbo_parts(model, data, split="train", generator=generator)
    return next(part.value for part in parts if part.name == "reconstruction")
